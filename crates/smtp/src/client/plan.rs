//! Decides before MAIL whether and how a message can travel this path.
//!
//! in:  settings, what the server offers, the envelope, the facts of the body      out: the parameters to use, or why not
//! law: nothing is sent that the server did not offer; what does not fit is said before the first octet of a transaction

use mailwright_address::{Envelope, Recipient};
use mailwright_reply::{Downgrade, Ending, NotSent, TlsFault};

use super::settings::{Chunking, Settings, Unfit};
use crate::{BodyFacts, Extension, Extensions, OutgoingNewlines, PeerCertificate, TlsFacts};

/// How a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a parameter that stands or does not")]
pub(super) struct Plan {
    /// The value of SIZE.
    pub(super) size: Option<u64>,
    pub(super) body: BodyKind,
    pub(super) utf8: bool,
    pub(super) requiretls: bool,
    pub(super) dsn: bool,
    /// Behind BDAT.
    pub(super) chunks: bool,
}

/// The value of BODY.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyKind {
    /// Not said: 7-bit.
    Plain,
    EightBit,
    Binary,
}

/// The longest line of a message that is not binary, CR LF included (RFC 5321 §4.5.3.1.6).
const TEXT_LINE: u64 = 1000;

/// Plans the journey of a message, or says how it ended before it began.
pub(super) fn plan(
    settings: &Settings,
    offers: &Extensions,
    tls: Option<&TlsFacts>,
    envelope: &Envelope,
    facts: &BodyFacts,
) -> Result<Plan, Ending> {
    if envelope.requiretls() {
        needs_tls(offers, tls)?;
    }
    if offers.max_size().is_some_and(|limit| limit != 0 && facts.octets > limit) {
        return Err(Ending::NotSent(NotSent::TooBig));
    }
    let utf8 = needs_utf8(offers, envelope, facts)?;
    let binary = needs_binary(settings, offers, facts)?;
    let high = facts.eight_bit || facts.utf8_headers;
    let body = match (binary, high) {
        (true, _) => BodyKind::Binary,
        (false, true) if offers.has(Extension::EightBitMime) => BodyKind::EightBit,
        // SMTPUTF8 without 8BITMIME is the server's fault (RFC 6531 §3.1); it was offered all the same.
        (false, true) if settings.eight_bit == Unfit::Report && (facts.eight_bit || !utf8) => {
            return Err(Ending::NeedsDowngrade(Downgrade::EightBit));
        }
        (false, _) => BodyKind::Plain,
    };
    let chunks = offers.has(Extension::Chunking) && (binary || settings.chunking == Chunking::WhenOffered);
    Ok(Plan {
        size: offers.has(Extension::Size).then_some(facts.octets),
        body,
        utf8,
        requiretls: envelope.requiretls(),
        dsn: offers.has(Extension::Dsn),
        chunks,
    })
}

/// How a recipient ends before it is named, if it cannot be named.
pub(super) fn unnameable(plan: &Plan, recipient: &Recipient) -> Option<Ending> {
    (!plan.utf8 && recipient.path().needs_utf8()).then_some(Ending::NeedsDowngrade(Downgrade::Utf8Address))
}

/// REQUIRETLS counts inside TLS alone, with a server that was verified (RFC 8689 §4.2.1).
fn needs_tls(offers: &Extensions, tls: Option<&TlsFacts>) -> Result<(), Ending> {
    let Some(facts) = tls.filter(|_| offers.has(Extension::RequireTls)) else {
        return Err(Ending::NotSent(NotSent::ExtensionMissing));
    };
    if matches!(facts.certificate(), PeerCertificate::Verified(_)) {
        Ok(())
    } else {
        Err(Ending::Tls(TlsFault::Certificate))
    }
}

fn needs_utf8(offers: &Extensions, envelope: &Envelope, facts: &BodyFacts) -> Result<bool, Ending> {
    if offers.has(Extension::SmtpUtf8) {
        return Ok(envelope.smtputf8() || facts.utf8_headers || envelope.needs_utf8());
    }
    if envelope.reverse_path().needs_utf8() {
        return Err(Ending::NeedsDowngrade(Downgrade::Utf8Address));
    }
    if facts.utf8_headers {
        return Err(Ending::NeedsDowngrade(Downgrade::Utf8Headers));
    }
    Ok(false)
}

fn needs_binary(settings: &Settings, offers: &Extensions, facts: &BodyFacts) -> Result<bool, Ending> {
    let bare = facts.binary && settings.newlines == OutgoingNewlines::Refuse;
    let long = facts.longest_line > TEXT_LINE && settings.long_lines == Unfit::Report;
    if !bare && !long {
        return Ok(false);
    }
    if offers.has(Extension::Chunking)
        && offers.has(Extension::BinaryMime)
        && settings.chunking != Chunking::Never
    {
        return Ok(true);
    }
    Err(Ending::NeedsDowngrade(Downgrade::Binary))
}
