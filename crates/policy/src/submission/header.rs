//! What a handed-in message lacks, as data: the caller mends it, and never what is signed.

use mailwright_message::{Field, Fields};

/// One mend of a header section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Mend {
    /// Add `Date` (RFC 6409 §8.2).
    AddDate,
    /// Add `Message-ID` (RFC 6409 §8.3).
    AddMessageId,
    /// Add `Sender` with the login's address, since it is not the author (RFC 6409 §8.1).
    AddSender,
    /// Take `Bcc` away (RFC 5322 §3.6.3).
    RemoveBcc,
    /// Put the login's address in place of the author.
    RewriteFrom,
}

/// What a handed-in message needs, at most five mends.
///
/// `author_is_login`: whether From is one of the login's addresses; `rewrite`: whether one that is not is replaced. A field
/// that a signature covers (`h=` of DKIM-Signature), present or absent, is never touched.
///
/// # Examples
///
/// ```
/// use mailwright_policy::submission::{Mend, mends};
///
/// let message = b"From: ann@example.org\r\nBcc: bob@example.net\r\n\r\nHi\r\n";
/// assert!(mends(message, true, false).eq([Mend::AddDate, Mend::AddMessageId, Mend::RemoveBcc]));
/// ```
pub fn mends(message: &[u8], author_is_login: bool, rewrite: bool) -> impl Iterator<Item = Mend> {
    let has = |name: &str| header(message).any(|field| field.is_named(name));
    let from = has("From");
    let wanted = [
        (!has("Date"), "Date", Mend::AddDate),
        (!has("Message-ID"), "Message-ID", Mend::AddMessageId),
        (from && !author_is_login && !rewrite && !has("Sender"), "Sender", Mend::AddSender),
        (has("Bcc"), "Bcc", Mend::RemoveBcc),
        (from && !author_is_login && rewrite, "From", Mend::RewriteFrom),
    ];
    let mends = wanted.map(|(wanted, name, mend)| (wanted && !is_signed(message, name)).then_some(mend));
    mends.into_iter().flatten()
}

fn header(message: &[u8]) -> impl Iterator<Item = Field<'_>> {
    let is_end = |field: &Field<'_>| field.octets().starts_with(b"\r\n") || field.octets().starts_with(b"\n");
    Fields::new(message, 0).take_while(move |field| !is_end(field))
}

/// Whether a signature covers the field.
fn is_signed(message: &[u8], name: &str) -> bool {
    header(message).filter(|field| field.is_named("DKIM-Signature")).any(|field| {
        let value = field.value();
        value.split(|octet| *octet == b';').any(|tag| {
            let mut parts = tag.splitn(2, |octet| *octet == b'=');
            let is_list = parts.next().unwrap_or_default().trim_ascii() == b"h";
            let names = parts.next().unwrap_or_default();
            is_list
                && names
                    .split(|octet| *octet == b':')
                    .any(|signed| signed.trim_ascii().eq_ignore_ascii_case(name.as_bytes()))
        })
    })
}
