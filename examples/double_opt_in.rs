//! Subscribes a reader the way that nobody can abuse: request, link, looking, confirming, leaving.
//!
//! in:  an address and a list, or the built-in ones      out: the story, step by step
//! law: each step must end as it should; exit 0, 1 where one does not, 64 wrong usage

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::Parser;
use mailwright::hygiene::opt_in::{Asked, Click, Evidence, Link, Request, Rules, State, confirm, request};
use mailwright::hygiene::store::{MemoryStore, Store, count};
use mailwright::hygiene::unsubscribe::{self, Wish};
use mailwright::hygiene::{
    self, AddressKey, DomainCounts, Event, Fold, Happened, Key, Known, Scope, Secrets, Stream, may_send,
};
use mailwright::reply::Escaped;
use serde_json::json;

/// Plays a double opt-in, with those who try to get around it.
#[derive(Parser)]
#[command(
    name = "double_opt_in",
    after_help = "Exit status: 0 every step ended as it should, 1 one did not, 64 wrong usage."
)]
struct Arguments {
    /// Who is to be subscribed
    #[arg(long, default_value = "ann@example.net")]
    address: String,
    /// To which list
    #[arg(long, default_value = "news")]
    list: String,
    /// One JSON object a step
    #[arg(long)]
    json: bool,
}

const BEGIN: u64 = 1_790_000_000;
const MINUTE: u64 = 60;
const DAY: u64 = 86_400;
const SITE: &str = "https://news.example.org";

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// One step of the story.
struct Step {
    title: &'static str,
    /// What came of it.
    outcome: String,
    /// Whether it should be so.
    right: bool,
    /// What a person may look at.
    shown: Vec<String>,
}

fn step(title: &'static str, right: bool, outcome: impl std::fmt::Display) -> Step {
    Step { title, outcome: outcome.to_string(), right, shown: Vec::new() }
}

fn who(at: u64) -> Evidence {
    Evidence { ip: [192, 0, 2, 7].into(), at, form: "2026-11".to_owned() }
}

fn main() -> ExitCode {
    let arguments: Arguments = match mailwright_examples::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    let steps = match story(&arguments) {
        Ok(steps) => steps,
        Err(problem) => {
            eprintln!("double_opt_in: {problem}");
            return ExitCode::from(64);
        }
    };
    let right = steps.iter().all(|step| step.right);
    let output = print(&arguments, &steps, &mut anstream::stdout().lock());
    mailwright_examples::written("double_opt_in", output.map(|()| ExitCode::from(u8::from(!right))))
}

/// The whole story. Secrets and nonces are fixed so that it reads the same each time; a real site draws both at random.
fn story(arguments: &Arguments) -> Result<Vec<Step>, String> {
    let address: AddressKey = arguments
        .address
        .parse()
        .map_err(|error| format!("{} is no mailbox: {error}", Escaped::new(arguments.address.as_bytes())))?;
    let secrets =
        Secrets::new(1, b"a real site draws 32 random octets").map_err(|error| error.to_string())?;
    let (rules, list) = (Rules::default(), arguments.list.as_str());
    let link = request(&address, list, who(BEGIN), None, 0x5eed, &secrets, &rules)
        .map_err(|error| error.to_string())?;
    let mut steps = Vec::new();
    asked(&mut steps, &link);
    bombed(&mut steps, &address, link.asked, &secrets, &rules);
    let request = followed(&mut steps, &address, &link, &secrets, &rules);
    mailed(&mut steps, &address, list, &request, &secrets)?;
    Ok(steps)
}

fn asked(steps: &mut Vec<Step>, link: &Link) {
    let mut first = step(
        "Somebody fills in the form",
        link.request.consent().is_none(),
        "no consent yet; one mail goes out with a link",
    );
    first.shown = vec![link.url(&format!("{SITE}/confirm"))];
    steps.push(first);
}

/// Somebody subscribes a victim to very many lists, in as many spellings as its provider takes for one.
fn bombed(steps: &mut Vec<Step>, address: &AddressKey, asked: Asked, secrets: &Secrets, rules: &Rules) {
    // What the store holds, by what all those spellings share.
    let counts = BTreeMap::from([(address.folded(Fold::ALL), asked)]);
    let tried = (0..500_u64)
        .filter(|n| {
            let tagged = format!("{}+{n}@{}", address.local_part(), address.domain()).parse();
            let spelt: AddressKey = tagged.unwrap_or_else(|_| address.clone());
            let asked = counts.get(&spelt.folded(Fold::ALL)).copied();
            let evidence = who(BEGIN + n * MINUTE);
            request(&spelt, &format!("list {n}"), evidence, asked, *n, secrets, rules).is_ok()
        })
        .count();
    steps.push(step(
        "A bomber puts the address into 500 other forms within eight hours, each time with another tag",
        tried == 0,
        format!("{tried} more mails go out"),
    ));
}

/// The link is looked at, forged, and pressed.
fn followed(
    steps: &mut Vec<Step>,
    address: &AddressKey,
    link: &Link,
    secrets: &Secrets,
    rules: &Rules,
) -> Request {
    let at = |minutes: u64| who(BEGIN + minutes * MINUTE);
    let press =
        |token: &str, click, minutes| confirm(&link.request, token, click, at(minutes), secrets, rules);
    let told = |result: &Result<Request, _>| match result {
        Ok(_) => "confirmed".to_owned(),
        Err(error) => format!("refused: {error}"),
    };

    let looked = press(&link.token, Click::Get, 1);
    steps.push(step("A mail scanner opens every link in the mail", looked.is_err(), told(&looked)));
    let mut forged = link.token.clone();
    forged.truncate(forged.len() - 1);
    forged.push(if link.token.ends_with('A') { 'B' } else { 'A' });
    let guessed = press(&forged, Click::Post, 2);
    steps.push(step("Somebody guesses a link", guessed.is_err(), told(&guessed)));
    let other = "mallory@example.com".parse().ok().and_then(|other: AddressKey| {
        request(&other, &link.request.list, at(0), None, 0x5eed, secrets, rules).ok()
    });
    let borrowed = press(&other.map(|link| link.token).unwrap_or_default(), Click::Post, 3);
    steps.push(step("Somebody uses a link of another address", borrowed.is_err(), told(&borrowed)));
    let late = press(&link.token, Click::Post, 8 * 24 * 60);
    steps.push(step("The same link, eight days later", late.is_err(), told(&late)));

    let pressed = press(&link.token, Click::Post, 10);
    let request = pressed.clone().unwrap_or_else(|_| link.request.clone());
    let mut confirmed = step("The reader presses the button", pressed.is_ok(), told(&pressed));
    if let State::Confirmed(evidence) = &request.state {
        confirmed.shown = vec![format!(
            "evidence: {address} from {} at {}, form of {}",
            evidence.ip, evidence.at, evidence.form
        )];
    }
    steps.push(confirmed);
    let again = confirm(&request, &link.token, Click::Post, at(20), secrets, rules);
    steps.push(step(
        "The reader presses it again",
        again.as_ref() == Ok(&request),
        "still confirmed; the evidence is the first one",
    ));
    request
}

/// Mail goes out; the reader leaves with one click.
fn mailed(
    steps: &mut Vec<Step>,
    address: &AddressKey,
    list: &str,
    request: &Request,
    secrets: &Secrets,
) -> Result<(), String> {
    let (rules, stream, now) = (hygiene::Rules::default(), Stream::bulk(list), BEGIN + DAY);
    let consent = request.consent();
    let known = Known { consent: consent.as_ref(), ..Known::default() };
    let decision = may_send(address, stream, &known, now, &rules);
    let token = unsubscribe::token(address, list, now, secrets).map_err(|error| error.to_string())?;
    let fields = unsubscribe::fields(&format!("{SITE}/leave"), &token).map_err(|error| error.to_string())?;
    let mut sent = step("May the next issue go out?", decision.may_send(), decision);
    sent.shown = vec![
        format!("List-Unsubscribe: {}", fields.list_unsubscribe),
        format!("List-Unsubscribe-Post: {}", fields.list_unsubscribe_post),
    ];
    steps.push(sent);

    let looked = unsubscribe::read(&token, Click::Get, b"", secrets);
    steps.push(step(
        "A scanner opens the unsubscribe link",
        matches!(looked, Ok(Wish::Ask(_))),
        "a page with a button is shown, nobody is unsubscribed",
    ));
    let mut store = MemoryStore::default();
    let wish = unsubscribe::read(&token, Click::Post, unsubscribe::ONE_CLICK.as_bytes(), secrets);
    let left = matches!(&wish, Ok(Wish::Leave(claim)) if claim.address == *address);
    let event = Event::new(Happened::Unsubscribed, now + 1);
    let counted = count(&mut store, address, Some(&stream), &event, &rules, DomainCounts::default());
    steps.push(step("The reader's mail program unsubscribes", left && counted.is_ok(), "done, at once"));

    let key = Key::mailbox(address.clone(), Scope::Stream(list.to_owned()));
    let stored = store.load(&key).ok().flatten().map(|(record, _)| record);
    let known = Known { in_stream: stored.as_ref(), ..known };
    let decision = may_send(address, stream, &known, now + DAY, &rules);
    steps.push(step("May the issue after that go out?", !decision.may_send(), decision));
    Ok(())
}

fn print(arguments: &Arguments, steps: &[Step], out: &mut impl Write) -> io::Result<()> {
    for (number, step) in (1..).zip(steps) {
        if arguments.json {
            let line = json!({
                "step": number, "title": step.title, "outcome": step.outcome, "right": step.right, "shown": step.shown,
            });
            writeln!(out, "{line}")?;
            continue;
        }
        let (style, mark) = if step.right { (GOOD, "ok") } else { (BAD, "WRONG") };
        writeln!(out, "{BOLD}{number:>2}. {}{BOLD:#}", step.title)?;
        writeln!(out, "    {style}{mark}{style:#}  {}", step.outcome)?;
        for line in &step.shown {
            writeln!(out, "        {DIM}{line}{DIM:#}")?;
        }
    }
    Ok(())
}
