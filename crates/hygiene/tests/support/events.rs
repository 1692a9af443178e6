//! Ann, and what was said about her.

use mailwright_hygiene::{AddressKey, Event, HeardBy};
use mailwright_reply::{Refusal, Stage, Verdict, classify};

pub(crate) const NOW: u64 = 1_790_000_000;
pub(crate) fn verdict(text: &str) -> Verdict {
    let refusal = Refusal::from_text(text.as_bytes()).with_stage(Stage::Recipient);
    classify(&refusal, mailwright_reply::Rules::built_in())
}

pub(crate) fn said(text: &str, at: u64) -> Event {
    Event::bounced(&verdict(text), HeardBy::Conversation, at)
}

pub(crate) fn ann() -> AddressKey {
    "ann@example.net".parse().unwrap()
}

pub(crate) const UNKNOWN: &str = "550 5.1.1 User unknown";
