//! Rewrites senders for a forwarder, and back: two hops out, the bounce home, what a forger gets.
//!
//! in:  a sender to rewrite, or a rewritten one to bring back; nothing: the built-in story      out: text, or JSON
//! exit 0 rewritten, 1 the address is not ours, 64 wrong usage

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use mailwright::address::{Domain, Mailbox, ReversePath};
use mailwright::bounce::tags::srs::{Srs, is_rewritten};
use mailwright::bounce::tags::{Key, TagError};
use mailwright_examples::Step;

/// Rewrites senders for a forwarder (SRS), interoperable with libsrs2, `Mail::SRS` and postsrsd.
#[derive(Parser)]
#[command(name = "srs_forwarder", after_help = AFTER_HELP)]
struct Arguments {
    /// A sender to rewrite; one that is rewritten is brought back
    address: Option<Mailbox>,
    /// The domain of the forwarder
    #[arg(long, default_value = "fwd.example.org")]
    domain: Domain,
    /// The secret of the key
    #[arg(long, default_value = "secret")]
    secret: String,
    /// Characters of the hash, 4 to 27
    #[arg(long, default_value_t = 6)]
    hash: u8,
    /// Addresses as Exim writes them
    #[arg(long)]
    exim: bool,
    /// Days since 1970; today where it is left out
    #[arg(long)]
    day: Option<u64>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
Exit status: 0 rewritten, 1 the address is not ours, 64 wrong usage.

Examples:
  srs_forwarder
  srs_forwarder --domain fwd.example.org alice@example.com
  srs_forwarder --day 20780 SRS0=xwLcB9=JM=example.com=alice@fwd.example.org";

fn main() -> ExitCode {
    let arguments: Arguments = match mailwright_examples::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    let steps = match &arguments.address {
        Some(address) => one(&arguments, address).map(|step| vec![step]),
        None => story(),
    };
    Step::tell("srs_forwarder", steps, arguments.json, arguments.address.is_some())
}

fn on(day: u64) -> Duration {
    Duration::from_secs(day.saturating_mul(86_400))
}

fn one(arguments: &Arguments, address: &Mailbox) -> Result<Step, TagError> {
    let key = Key::new(0, arguments.secret.as_bytes())?;
    let mut srs = Srs::new(arguments.domain.clone(), key).with_hash(arguments.hash, 4);
    if arguments.exim {
        srs = srs.with_exim_hash();
    }
    let today = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let now = arguments.day.map_or(today, on);
    let ours = address.host().to_string().eq_ignore_ascii_case(arguments.domain.as_ref());
    let (what, result) = if is_rewritten(address) && ours {
        ("back", srs.reverse(address, now).map(|mailbox| mailbox.to_string()))
    } else {
        ("forward", srs.forward(&ReversePath::Mailbox(address.clone()), now).map(|path| path.to_string()))
    };
    Ok(Step::new(format!("{what} {address}"), result))
}

/// Alice writes to a mailbox that forwards to one that forwards.
fn story() -> Result<Vec<Step>, TagError> {
    let domain = |text: &str| text.parse::<Domain>().map_err(|_| TagError::Unfit);
    let first = Srs::new(domain("fwd.example.org")?, Key::new(0, b"first secret")?);
    let second = Srs::new(domain("two.example.net")?, Key::new(0, b"second secret")?);
    let alice: ReversePath = "<alice@example.com>".parse().map_err(|_| TagError::Unfit)?;
    let today = on(20_780);
    let one = first.forward(&alice, today)?;
    let two = second.forward(&one, today)?;
    let mut steps = vec![
        Step::good("alice@example.com writes; fwd.example.org forwards from", &one),
        Step::good("two.example.net forwards that from", &two),
        Step::good("the null sender stays null", second.forward(&ReversePath::Null, today)?),
    ];
    let back = |srs: &Srs, what: &str, path: &ReversePath, now| {
        Step::new(
            what,
            match path {
                ReversePath::Mailbox(mailbox) => srs.reverse(mailbox, now),
                ReversePath::Null => Err(TagError::Unfit),
            },
        )
    };
    steps.push(back(&second, "a bounce comes to two.example.net, and goes on to", &two, on(20_783)));
    steps.push(back(&first, "fwd.example.org brings it home to", &one, on(20_783)));
    let lower: ReversePath = one.to_string().to_lowercase().parse().map_err(|_| TagError::Malformed)?;
    steps.push(back(&first, "though a relay has changed the case", &lower, on(20_783)));
    let forged: ReversePath =
        one.to_string().replace("alice", "victim").parse().map_err(|_| TagError::Malformed)?;
    steps.push(back(&first, "a forger wants to reach victim@example.com through it", &forged, on(20_783)));
    steps.push(back(&first, "a bounce after a month", &one, on(20_811)));
    Ok(steps)
}
