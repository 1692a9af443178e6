//! Runs a queue through five days: a dead host, a greylisting host, and what the senders hear.
//!
//! in:  nothing; hosts, clock and queue are simulated      out: each attempt and each report; exit 0, 64 wrong usage

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

use anstyle::{AnsiColor, Style};
use clap::Parser;
use mailwright::address::{Envelope, Recipient};
use mailwright::bounce::{Action, Fate, Guard, Notice, Origin, Original, Reporter};
use mailwright::reply::{Attempt, Ending, Refusal, Reply, ReplyCode, Rules, Stage, classify, standard};
use mailwright::retry::{self, Decision, Due, HostState, Policy, Reason, State, Target, Why};

/// Runs a mail queue through five days of simulated time.
#[derive(Parser)]
#[command(name = "five_days_in_a_second", after_help = AFTER_HELP)]
struct Arguments {
    /// Messages for the dead host
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    messages: u16,
    /// Days until the dead host is back; it never is unless this is given
    #[arg(long, value_name = "DAYS")]
    back: Option<u64>,
    /// One JSON object a line: each attempt, wait and report
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
The messages for dead.example are held together: its host is tried by one of them at a time. The message for grey.example is
put off once, and comes back when it was told to. One of those for the dead host is a bounce: nobody hears that it failed.

Exit status: 0 all messages came to their end, 64 wrong usage.

Examples:
  five_days_in_a_second
  five_days_in_a_second --messages 10000 --json | grep -c '\"attempt\"'
  five_days_in_a_second --back 2";

/// The moment at which all were queued: 25 November 2026, 20:00 UTC.
const BEGUN: u64 = 1_795_636_800;
const DAY: u64 = 86_400;

/// A message of the queue, with its one recipient.
struct Mail {
    name: String,
    envelope: Envelope,
    octets: Vec<u8>,
    domain: &'static str,
    state: State,
    last: Option<Attempt>,
}

/// All that a queue stores, and the hosts of this little world.
struct World {
    policy: Policy,
    reporter: Reporter,
    mails: Vec<Mail>,
    hosts: BTreeMap<&'static str, HostState>,
    back: Option<u64>,
    due: BinaryHeap<Reverse<(u64, usize)>>,
    attempts: u32,
    reports: u32,
    json: bool,
}

fn main() -> ExitCode {
    let arguments: Arguments = match mailwright_examples::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    let begun = Instant::now();
    let mut out = anstream::stdout().lock();
    let run = World::new(&arguments).and_then(|mut world| {
        world.run(&mut out)?;
        if !world.json {
            let (attempts, reports, mails) = (world.attempts, world.reports, world.mails.len());
            let took = begun.elapsed().as_millis();
            writeln!(out, "\n{mails} messages, {attempts} attempts, {reports} reports; it took {took} ms.")?;
        }
        Ok(())
    });
    match run {
        Err(error) if !is_broken_pipe(error.as_ref()) => {
            eprintln!("five_days_in_a_second: {error}");
            ExitCode::FAILURE
        }
        // Whoever reads our output has read enough.
        Ok(()) | Err(_) => ExitCode::SUCCESS,
    }
}

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

impl World {
    fn new(arguments: &Arguments) -> Result<Self, Box<dyn Error>> {
        let mut mails = vec![mail("greylisted", "<ann@example.org>", "<carl@grey.example>", "grey.example")?];
        for number in 1..=arguments.messages {
            let name = format!("dead host {number}");
            mails.push(mail(&name, "<ann@example.org>", "<bob@dead.example>", "dead.example")?);
        }
        mails.push(mail("a bounce", "<>", "<dora@dead.example>", "dead.example")?);
        let due = (0..mails.len()).map(|number| Reverse((BEGUN, number))).collect();
        Ok(Self {
            policy: Policy::default(),
            reporter: Reporter::new("mx.example.org".parse()?)?,
            mails,
            hosts: BTreeMap::new(),
            back: arguments.back.map(|days| BEGUN + days.saturating_mul(DAY)),
            due,
            attempts: 0,
            reports: 0,
            json: arguments.json,
        })
    }

    fn run(&mut self, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
        while let Some(Reverse((now, number))) = self.due.pop() {
            let decision = self.turn(number, now, out)?;
            if let Some(until) = decision.until() {
                self.due.push(Reverse((until, number)));
            }
            match decision {
                Decision::Notice { kind: retry::Notice::Delayed, until, why } => {
                    self.report(number, Action::Delayed, now, until, why, out)?;
                }
                Decision::GiveUp { why } => self.report(number, Action::Failed, now, None, why, out)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// One message whose time has come: held, or tried and decided on.
    fn turn(&mut self, number: usize, now: u64, out: &mut impl Write) -> Result<Decision, Box<dyn Error>> {
        let seed = number as u64; // a queue would take a hash of the message's id
        let domain = self.mails[number].domain;
        let host = self.hosts.get(domain).copied().unwrap_or_default();
        let to = self.target(number);
        let (due, state) = self.policy.due(&to, &self.mails[number].state, &host, now, seed);
        self.mails[number].state = state;
        let knocked = match due {
            Due::Try { host } => host,
            Due::Held(decision) => {
                self.say(number, now, "held", None, &decision, out)?;
                return Ok(decision);
            }
            _ => return Ok(Decision::Done),
        };
        self.attempts += 1;
        let attempt = self.attempt(domain, now)?;
        let refusal = Refusal::from_attempt(&attempt).with_host(domain);
        let verdict = classify(&refusal, Rules::built_in());
        let to = self.target(number).with_attempt(&attempt);
        let host = self.policy.note_host(&to, &knocked, &verdict, now);
        let (decision, state) =
            self.policy.decide(&to, &self.mails[number].state, &host, &verdict, now, seed);
        self.hosts.insert(domain, host);
        self.say(number, now, "tried", Some(&attempt), &decision, out)?;
        let mail = &mut self.mails[number];
        (mail.state, mail.last) = (state, Some(attempt));
        Ok(decision)
    }

    fn target(&self, number: usize) -> Target<'static> {
        let mail = &self.mails[number];
        let to = Target::new(mail.domain).with_host(mail.domain);
        if mail.envelope.reverse_path().is_null() { to.with_null_sender() } else { to }
    }

    /// What the hosts of this world do.
    fn attempt(&self, domain: &str, now: u64) -> Result<Attempt, Box<dyn Error>> {
        let delivered = Attempt::new(Stage::Dot, Ending::Replied(standard::accepted()));
        if domain == "grey.example" {
            if now >= BEGUN + 300 {
                return Ok(delivered);
            }
            let code = ReplyCode::new(450).ok_or("450 is a code")?;
            let reply = Reply::new(code, "4.7.1".parse().ok(), "Greylisted, come back in 00:05:00")?;
            return Ok(Attempt::new(Stage::Recipient, Ending::Replied(reply)));
        }
        let back = self.back.is_some_and(|back| now >= back);
        Ok(if back { delivered } else { Attempt::new(Stage::Connect, Ending::TimedOut) })
    }

    fn report(
        &mut self,
        number: usize,
        action: Action,
        now: u64,
        until: Option<u64>,
        why: Why,
        out: &mut impl Write,
    ) -> Result<(), Box<dyn Error>> {
        let mail = &self.mails[number];
        let Some(recipient) = mail.envelope.recipients().first() else { return Ok(()) };
        let guard = Guard::new(&self.reporter, Origin::Authenticated);
        if let Err(why) = guard.may_send(action, &mail.envelope, recipient, &mail.octets) {
            return self.note(number, now, "no report", &why.to_string(), out);
        }
        let fate = match action {
            Action::Delayed => Fate::delayed(recipient, why.expires),
            _ => Fate::failed(recipient),
        };
        let fate = until.into_iter().fold(fate.with_tried(now), Fate::with_next);
        let fate = mail.last.iter().fold(fate.with_remote("mx.dead.example"), Fate::with_attempt);
        let id = format!("q{number}.{now}@mx.example.org");
        let original = Original::new(&mail.envelope, &mail.octets).with_arrival(BEGUN);
        let written = Notice::new(&self.reporter, original, now, &id).with_fate(fate).write()?;
        let (_envelope, octets) = written.into_parts(); // both go back into the queue
        let first = number == 1;
        let text = String::from_utf8_lossy(&octets).replace("\r\n", "\n");
        self.reports += 1;
        let kind = if action == Action::Delayed { "delayed" } else { "returned" };
        self.note(number, now, kind, "the sender is told", out)?;
        if first && !self.json {
            let dim = Style::new().dimmed();
            for line in text.trim_end().lines() {
                writeln!(out, "      {dim}│ {line}{dim:#}")?;
            }
        }
        Ok(())
    }

    /// One line: when, which, what, and what follows.
    fn say(
        &self,
        number: usize,
        now: u64,
        kind: &str,
        attempt: Option<&Attempt>,
        decision: &Decision,
        out: &mut impl Write,
    ) -> Result<(), Box<dyn Error>> {
        if self.json {
            let event = if attempt.is_some() { "attempt" } else { "held" };
            let ending = attempt.map(ToString::to_string);
            let (at, message) = (now - BEGUN, &self.mails[number].name);
            let line = serde_json::json!({
                "at": at, "message": message, "event": event, "ending": ending, "decision": decision,
            });
            writeln!(out, "{line}")?;
            return Ok(());
        }
        // That it waits on says nothing new.
        if attempt.is_none() && !matches!(decision.why(), Some(why) if why.reason == Reason::LastTry) {
            return Ok(());
        }
        let what = match (attempt, decision.why()) {
            (Some(attempt), Some(why)) => format!("{attempt}; {why}"),
            (Some(attempt), None) => format!("{attempt}; delivered"),
            (None, Some(why)) => why.to_string(),
            (None, None) => "over".to_owned(),
        };
        self.note(number, now, kind, &what, out)
    }

    fn note(
        &self,
        number: usize,
        now: u64,
        kind: &str,
        what: &str,
        out: &mut impl Write,
    ) -> Result<(), Box<dyn Error>> {
        let name = &self.mails[number].name;
        if self.json {
            let line = serde_json::json!({
                "at": now - BEGUN, "message": name, "event": kind, "text": what,
            });
            writeln!(out, "{line}")?;
            return Ok(());
        }
        let color = match kind {
            "tried" => AnsiColor::Cyan,
            "held" => AnsiColor::BrightBlack,
            "delayed" => AnsiColor::Yellow,
            _ => AnsiColor::Red,
        };
        let (style, bold) = (Style::new().fg_color(Some(color.into())), Style::new().bold());
        let since = now - BEGUN;
        let (days, hours, minutes, seconds) = (since / DAY, since / 3600 % 24, since / 60 % 60, since % 60);
        writeln!(
            out,
            "{bold}{days}d {hours:02}:{minutes:02}:{seconds:02}{bold:#}  {name:14} {style}{kind:9}{style:#} {what}"
        )?;
        Ok(())
    }
}

fn mail(name: &str, from: &str, to: &str, domain: &'static str) -> Result<Mail, Box<dyn Error>> {
    let octets =
        format!("From: {from}\r\nTo: {to}\r\nSubject: lunch on Friday\r\n\r\nAt one?\r\n").into_bytes();
    let envelope = Envelope::new(from.parse()?).with_recipient(Recipient::new(to.parse()?));
    Ok(Mail { name: name.to_owned(), envelope, octets, domain, state: State::new(BEGUN), last: None })
}
