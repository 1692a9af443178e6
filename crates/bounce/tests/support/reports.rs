//! A report and what stands in it.

use mailwright_address::{Envelope, ForwardPath, Grammar, Recipient, ReversePath, Utf8};
use mailwright_bounce::{Fate, Notice, Original, Reporter, Written};
use mailwright_message::{Context, Profile, Severity, validate};

pub(crate) const NOW: u64 = 1_795_000_060;
pub(crate) const ORIGINAL: &[u8] = b"From: Ann <ann@example.org>\r\nTo: bob@example.net\r\nSubject: lunch\r\nMessage-ID: <m1@example.org>\r\nDate: Wed, 18 Nov 2026 11:06:40 +0000\r\n\r\nAt one?\r\n";

pub(crate) fn to(text: &str) -> Recipient {
    let grammar = Grammar::strict().with_utf8(Utf8::Allowed);
    Recipient::new(ForwardPath::parse(text.as_bytes(), grammar).unwrap())
}

pub(crate) fn from(text: &str) -> Envelope {
    let grammar = Grammar::strict().with_utf8(Utf8::Allowed);
    Envelope::new(ReversePath::parse(text.as_bytes(), grammar).unwrap())
}

pub(crate) fn reporter() -> Reporter {
    Reporter::new("mx.example.org".parse().unwrap()).unwrap()
}

pub(crate) fn write(envelope: &Envelope, octets: &[u8], fates: &[Fate<'_>]) -> Written {
    write_as(&reporter(), envelope, octets, fates)
}

pub(crate) fn write_as(
    reporter: &Reporter,
    envelope: &Envelope,
    octets: &[u8],
    fates: &[Fate<'_>],
) -> Written {
    let original = Original::new(envelope, octets).with_arrival(NOW - 60);
    Notice::new(reporter, original, NOW, "b1@mx.example.org")
        .with_fates(fates.iter().copied())
        .write()
        .unwrap()
}

/// Everything that the strict profile calls an error; `inside`: also within an original that is returned whole.
pub(crate) fn errors(written: &Written, inside: bool) -> Vec<String> {
    let envelope = written.envelope();
    let context = Context::new().with_now(NOW).with_envelope(envelope).with_eight_bit_mime(true);
    let report = validate(written.octets(), &Profile::strict(), &context.with_smtputf8(envelope.smtputf8()));
    let errors = report.findings().iter().filter(|finding| finding.severity() == Severity::Error);
    let ours = errors.filter(|finding| inside || !finding.part().to_string().starts_with("3."));
    ours.map(|finding| format!("{}: {}", finding.rule().id(), finding.message())).collect()
}
