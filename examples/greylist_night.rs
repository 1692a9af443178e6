//! Plays twenty-four hours at a greylist: servers that come again, programs that don't, and what each of them costs.
//!
//! in:  a seed, the delay      out: a chart by the hour; exit 0, 64 usage

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::IpAddr;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::Parser;
use mailwright::address::{ForwardPath, Grammar, ReversePath};
use mailwright::policy::greylist::{Key, MemoryStore, Params, Record, ask};
use serde_json::json;

/// Simulates a day of mail at a greylist: no clock, no network, the same for the same seed.
#[derive(Parser)]
#[command(name = "greylist_night", after_help = AFTER_HELP)]
struct Arguments {
    /// The seed of the day
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Seconds for which a first sight waits
    #[arg(long, default_value_t = 180, value_parser = clap::value_parser!(u32).range(1..=3600))]
    delay: u32,
    /// Triplets after which a client is let through at once; 0 for never
    #[arg(long, default_value_t = 5)]
    auto_allow: u16,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
Forty servers write through the day and come again when they are deferred: after
5, 15 and 30 minutes. Programs that send spam come in waves at night; most never
come again, a few do at once, and one in a hundred is patient.

Exit status: 0, 64 wrong usage.

Examples:
  greylist_night
  greylist_night --delay 600 --auto-allow 0
  greylist_night --json | jq .servers.median_wait";

/// Unix seconds at which the day begins.
const MIDNIGHT: u64 = 1_795_564_800;
/// When a server comes again, in seconds behind the first attempt.
const RETRIES: [u64; 3] = [300, 900, 1800];

/// A small generator, so that the day is the same for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides.max(1)
    }
}

/// One attempt to deliver.
struct Attempt {
    mail: usize,
    peer: IpAddr,
    from: ReversePath,
    to: ForwardPath,
    first: u64,
    retries: Vec<u64>,
    is_spam: bool,
}

/// What the day came to.
#[derive(Default)]
struct Ledger {
    /// By the hour: mail taken at once, taken later, spam that came in, spam that did not.
    hours: [[u32; 4]; 24],
    waits: Vec<u64>,
    lost: u32,
    attempts: u32,
    spam_attempts: u32,
}

fn main() -> ExitCode {
    let arguments: Arguments = match mailwright_examples::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    let params = Params::default().with_min_delay(arguments.delay).with_auto_allow(arguments.auto_allow);
    let (ledger, stored) = play(arguments.seed, &params);
    let mut out = anstream::stdout().lock();
    let written = if arguments.json {
        print_json(&ledger, stored, &mut out)
    } else {
        print(&ledger, stored, &params, &mut out)
    };
    mailwright_examples::written("greylist_night", written.map(|()| ExitCode::SUCCESS))
}

/// Plays the day; also gives how many records were stored at its end.
fn play(seed: u64, params: &Params) -> (Ledger, usize) {
    let mut queue: BTreeMap<(u64, usize), Attempt> = BTreeMap::new();
    for attempt in mails(&mut Dice(seed)) {
        queue.insert((attempt.first, attempt.mail), attempt);
    }
    let mut store = MemoryStore::default();
    let mut ledger = Ledger::default();
    let secret = [42; 16];
    while let Some(((now, mail), mut attempt)) = queue.pop_first() {
        let key = Key::new(attempt.peer, attempt.from.view(), attempt.to.view());
        // A greylist that can't be asked defers nobody.
        let note = ask(&mut store, &key, &secret, MIDNIGHT + now, params).ok();
        ledger.attempts += u32::from(!attempt.is_spam);
        ledger.spam_attempts += u32::from(attempt.is_spam);
        let hour = &mut ledger.hours[usize::try_from(attempt.first / 3600).unwrap_or(23).min(23)];
        if note.is_none_or(|note| note.why().is_none()) {
            hour[match (attempt.is_spam, now == attempt.first) {
                (true, _) => 2,
                (false, true) => 0,
                (false, false) => 1,
            }] += 1;
            if !attempt.is_spam {
                ledger.waits.push(now - attempt.first);
            }
        } else if attempt.retries.is_empty() {
            if attempt.is_spam {
                hour[3] += 1;
            } else {
                ledger.lost += 1;
            }
        } else {
            let again = attempt.first + attempt.retries.remove(0);
            queue.insert((again, mail), attempt);
        }
    }
    ledger.waits.sort_unstable();
    let triplets = store.iter().filter(|(_, record)| matches!(record, Record::Triplet(_))).count();
    (ledger, triplets)
}

/// The mail of the day: servers by the clock of people, spam by night.
fn mails(dice: &mut Dice) -> Vec<Attempt> {
    let mut mails = Vec::new();
    let path = |text: String| ReversePath::parse(text.as_bytes(), Grammar::strict());
    let rcpt = |text: String| ForwardPath::parse(text.as_bytes(), Grammar::strict());
    for hour in 0..24_u64 {
        let (busy, spam) =
            (if (7..22).contains(&hour) { 40 } else { 6 }, if (1..6).contains(&hour) { 160 } else { 40 });
        for number in 0..busy + spam {
            let is_spam = number >= busy;
            let first = hour * 3600 + dice.roll(3600);
            let octet = |dice: &mut Dice| u8::try_from(dice.roll(254)).unwrap_or(0) + 1;
            let (peer, from): (IpAddr, _) = if is_spam {
                let peer = [203, octet(dice), octet(dice), octet(dice)];
                (peer.into(), path(format!("<x{}@spam{}.example>", dice.roll(1 << 40), dice.roll(500))))
            } else {
                let server = dice.roll(40);
                let peer = [192, 0, u8::try_from(server).unwrap_or(0), octet(dice)];
                (
                    peer.into(),
                    path(format!(
                        "<user{}@server{server}.example>",
                        (b'a' + u8::try_from(dice.roll(26)).unwrap_or(0)) as char
                    )),
                )
            };
            let (Ok(from), Ok(to)) = (from, rcpt(format!("<reader{}@example.org>", dice.roll(12)))) else {
                continue;
            };
            let patience = dice.roll(100);
            let retries = match (is_spam, patience) {
                (false, _) | (true, 0) => RETRIES.to_vec(),
                (true, 1..=5) => vec![1, 3, 10],
                (true, _) => Vec::new(),
            };
            mails.push(Attempt { mail: mails.len(), peer, from, to, first, retries, is_spam });
        }
    }
    mails
}

/// The median of those that waited at all; `waits` is sorted.
fn median(waits: &[u64]) -> u64 {
    let waited = waits.iter().filter(|wait| **wait > 0).count();
    waits.get(waits.len() - waited + waited / 2).copied().unwrap_or(0)
}

fn sums(ledger: &Ledger) -> [u32; 4] {
    ledger.hours.iter().fold([0; 4], |sums, hour| std::array::from_fn(|at| sums[at] + hour[at]))
}

fn print_json(ledger: &Ledger, stored: usize, out: &mut impl Write) -> io::Result<()> {
    let [at_once, later, spam_in, spam_out] = sums(ledger);
    let hours: Vec<_> = ledger.hours.iter().map(|[a, b, c, d]| json!([a, b, c, d])).collect();
    let report = json!({
        "servers": { "at_once": at_once, "later": later, "lost": ledger.lost, "median_wait": median(&ledger.waits), "attempts": ledger.attempts },
        "spam": { "taken": spam_in, "gone": spam_out, "attempts": ledger.spam_attempts },
        "stored": { "triplets": stored, "octets": stored * 28 },
        "hours": hours,
    });
    writeln!(out, "{report}")
}

fn print(ledger: &Ledger, stored: usize, params: &Params, out: &mut impl Write) -> io::Result<()> {
    let colour = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
    let styles =
        [colour(AnsiColor::Green), colour(AnsiColor::Cyan), colour(AnsiColor::Red), Style::new().dimmed()];
    writeln!(out, "{params}\n")?;
    for (hour, counts) in ledger.hours.iter().enumerate() {
        write!(out, "{hour:02}:00 ")?;
        for (count, (style, mark)) in counts.iter().zip(styles.iter().zip(["█", "▓", "█", "·"])) {
            let width = usize::try_from(count.div_ceil(3)).unwrap_or(0);
            write!(out, "{style}{}{style:#}", mark.repeat(width))?;
        }
        writeln!(out)?;
    }
    let [at_once, later, spam_in, spam_out] = sums(ledger);
    let [green, cyan, red, dim] = styles;
    writeln!(
        out,
        "\n{green}█ {at_once} mails taken at once{green:#}, {cyan}▓ {later} taken later{cyan:#}, {} lost",
        ledger.lost
    )?;
    writeln!(
        out,
        "{red}█ {spam_in} spam taken{red:#}, {dim}· {spam_out} spam never came again{dim:#} (each mark is three)"
    )?;
    let half = u32::try_from(ledger.waits.len()).unwrap_or(u32::MAX);
    let waited = ledger.waits.iter().filter(|wait| **wait > 0).count();
    writeln!(
        out,
        "{waited} of {half} mails waited, half of them at most {} s.\n{stored} triplets are stored, 28 octets each with its key.",
        median(&ledger.waits),
    )
}
