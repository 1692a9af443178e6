//! Tags senders and opens tags as Exim's `prvs` does: signing, a bounce that comes back, expiry, keys that change.
//!
//! in:  an address to sign, or a tagged one to open; nothing: the built-in story      out: text, or JSON
//! exit 0 signed or opened, 1 the tag is not good, 64 wrong usage

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use mailwright::address::Mailbox;
use mailwright::bounce::tags::{Key, TagError, batv};
use mailwright_examples::Step;

/// Signs senders and opens their tags (BATV), interoperable with Exim's ${prvs} and ${prvscheck}.
#[derive(Parser)]
#[command(name = "batv_exim", after_help = AFTER_HELP)]
struct Arguments {
    /// An address to sign; with a tag, it is opened
    address: Option<Mailbox>,
    /// The secret of the key
    #[arg(long, default_value = "secret")]
    secret: String,
    /// The number of the key, 0 to 9
    #[arg(long, default_value_t = 3)]
    number: u8,
    /// Days since 1970; today where it is left out
    #[arg(long)]
    day: Option<u64>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
Exit status: 0 signed or opened, 1 the tag is not good, 64 wrong usage.

Examples:
  batv_exim
  batv_exim --secret S3cr3t --number 1 ann@example.org
  batv_exim --day 20780 prvs=37872c908e=test@example.com
  exim -be '${prvs{test@example.com}{secret}{3}}'   (on the same day: the same)";

fn main() -> ExitCode {
    let arguments: Arguments = match mailwright_examples::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    let steps = match &arguments.address {
        Some(address) => one(&arguments, address).map(|step| vec![step]),
        None => story(),
    };
    Step::tell("batv_exim", steps, arguments.json, arguments.address.is_some())
}

fn on(day: u64) -> Duration {
    Duration::from_secs(day.saturating_mul(86_400))
}

fn one(arguments: &Arguments, address: &Mailbox) -> Result<Step, TagError> {
    let key = Key::new(arguments.number, arguments.secret.as_bytes())?;
    let today = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let now = arguments.day.map_or(today, on);
    match batv::sign(address, &key, now) {
        Ok(tagged) => Ok(Step::good(format!("sign {address}"), tagged)),
        Err(TagError::Tagged) => Ok(opened(&format!("open {address}"), address, &[key], now)),
        Err(error) => Ok(Step::new(format!("sign {address}"), Err::<Mailbox, _>(error))),
    }
}

fn opened(what: &str, address: &Mailbox, keys: &[Key], now: Duration) -> Step {
    let opened = batv::open(address, keys, now).map(|opened| {
        let (mailbox, key, days) = (opened.mailbox(), opened.key(), opened.days_left());
        format!("{mailbox}, key {key}, good for {days} more days")
    });
    Step::new(what, opened)
}

/// Ann's host signs what leaves, and looks at what comes to her from the null sender.
fn story() -> Result<Vec<Step>, TagError> {
    let ann: Mailbox = "ann@example.org".parse().map_err(|_| TagError::Unfit)?;
    let (old, new) = (Key::new(3, b"secret")?, Key::new(4, b"a newer secret")?);
    let monday = 20_780;
    let tagged = batv::sign(&ann, &old, on(monday))?;
    let lower: Mailbox = tagged.to_string().to_uppercase().parse().map_err(|_| TagError::Malformed)?;
    let other: Mailbox = tagged.to_string().replace("ann", "bob").parse().map_err(|_| TagError::Malformed)?;
    let both = [new.clone(), old.clone()];
    let mut steps = vec![
        Step::good("MAIL FROM:<ann@example.org> leaves as", &tagged),
        opened("the next day a bounce comes to it", &tagged, std::slice::from_ref(&old), on(monday + 1)),
        opened("a relay has changed its case", &lower, std::slice::from_ref(&old), on(monday + 1)),
        opened(
            "a bounce without a tag: Ann never sent that",
            &ann,
            std::slice::from_ref(&old),
            on(monday + 1),
        ),
        opened("a tag that was copied to Bob", &other, std::slice::from_ref(&old), on(monday + 1)),
        opened("a bounce after nine days", &tagged, std::slice::from_ref(&old), on(monday + 9)),
        opened("the key has changed, the old one is still known", &tagged, &both, on(monday + 2)),
        opened("and when the old one is gone", &tagged, std::slice::from_ref(&new), on(monday + 2)),
        Step::good("the new key signs", batv::sign(&ann, &new, on(monday + 2))?),
    ];
    let stripped = batv::strip(&tagged).map(|mailbox| mailbox.to_string()).unwrap_or_default();
    steps.push(Step::good("for greylisting and lists of senders the tag is taken off", stripped));
    Ok(steps)
}
