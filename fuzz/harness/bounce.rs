//! A report about whatever a fuzzer says, and what the strict validator says of it.

use mailwright::address::{Envelope, Recipient};
use mailwright::bounce::{Action, Fate, Notice, Original, Reporter};
use mailwright::message::{Context, Profile, Severity, validate};
use mailwright::reply::{Attempt, Ending, EnhancedStatusCode, Leniency, ReplyParser, Stage};

/// What is said of a recipient.
pub type Said = (Option<Action>, Option<EnhancedStatusCode>);

/// What was to be written of each recipient, and the report; `None` where `said` is no reply.
pub fn written(code: u16, said: &[u8], remote: &str, original: &[u8]) -> Option<(Vec<Said>, Vec<u8>)> {
    let line = [(400 + code % 160).to_string().as_bytes(), b" ", said, b"\r\n"].concat();
    let (_, reply) = ReplyParser::new().with_leniency(Leniency::ALL).parse_slice(&line).ok()?;
    let reply = reply?;
    let attempt = Attempt::new(Stage::Recipient, Ending::Replied(reply));
    let bob = Recipient::new("<bob@example.net>".parse().ok()?);
    let envelope = Envelope::new("<ann@example.org>".parse().ok()?);
    let reporter = Reporter::new("mx.example.org".parse().ok()?).ok()?;
    let fates = [Fate::failed(&bob), Fate::delayed(&bob, 1)]
        .map(|fate| fate.with_attempt(&attempt).with_remote(remote));
    let notice =
        Notice::new(&reporter, Original::new(&envelope, original), 0, "b@mx.example.org").with_fates(fates);
    let octets = notice.write().ok()?.into_parts().1;
    Some((fates.iter().map(|fate| (Some(fate.action()), Some(fate.status()))).collect(), octets))
}

/// The errors that the strict profile finds.
pub fn errors(octets: &[u8]) -> Vec<String> {
    let report = validate(octets, &Profile::strict(), &Context::new());
    let errors = report.findings().iter().filter(|finding| finding.severity() == Severity::Error);
    errors.map(|finding| finding.message()).collect()
}
