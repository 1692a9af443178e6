//! Writes `Authentication-Results`, and takes away those that only claim to be ours.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;
use core::net::IpAddr;

use mailwright_spf::{Outcome, authentication_results, property_value};

use super::{bare, header, word};
use crate::reverse;

/// The `Authentication-Results` field of this hop.
///
/// # Examples
///
/// ```
/// use mailwright_policy::trace::Results;
///
/// let field = Results::new("mx.example.org").with("dkim", "pass", &[("header.d", b"example.net")]).write();
/// assert_eq!(field, "Authentication-Results: mx.example.org;\r\n dkim=pass header.d=example.net\r\n");
/// assert_eq!(Results::new("mx.example.org").write(), "Authentication-Results: mx.example.org; none\r\n");
/// ```
///
/// # RFC
///
/// RFC 8601 §2.2, §2.7
#[derive(Clone, Debug)]
pub struct Results<'a> {
    id: &'a str,
    results: Vec<String>,
}

impl<'a> Results<'a> {
    /// `id`: our authentication service identifier, usually our name.
    pub const fn new(id: &'a str) -> Self {
        Self { id, results: Vec::new() }
    }

    /// What SPF said.
    #[must_use]
    pub fn with_spf<'o>(mut self, outcomes: impl IntoIterator<Item = &'o Outcome>) -> Self {
        let part = authentication_results(outcomes);
        if !part.is_empty() {
            self.results.push(part);
        }
        self
    }

    /// What the reverse name said.
    #[must_use]
    pub fn with_reverse(mut self, report: &reverse::Report, address: IpAddr) -> Self {
        let mut text = String::new();
        let _ = write!(
            text,
            "iprev={} policy.iprev={}",
            report.result(),
            property_value(address_text(address).as_bytes())
        );
        self.results.push(text);
        self
    }

    /// What another method said; properties are written as values or quoted strings.
    #[must_use]
    pub fn with(mut self, method: &str, result: &str, properties: &[(&str, &[u8])]) -> Self {
        let mut text = String::new();
        let _ = write!(text, "{}={}", word(method), word(result));
        for (name, said) in properties {
            let _ = write!(text, " {}={}", word(name), property_value(said));
        }
        self.results.push(text);
        self
    }

    /// The whole field, a result a line, with its CR LF.
    pub fn write(&self) -> String {
        let mut text = String::from("Authentication-Results: ");
        text.push_str(&word(self.id));
        if self.results.is_empty() {
            text.push_str("; none");
        }
        for result in &self.results {
            text.push_str(";\r\n ");
            text.push_str(result);
        }
        text.push_str("\r\n");
        text
    }
}

fn address_text(address: IpAddr) -> String {
    alloc::format!("{}", address.to_canonical())
}

/// The message without `Authentication-Results` that bear one of our identifiers, since a stranger wrote them.
///
/// Call it before writing one's own. Comments, quotes, folds, case and a trailing dot hide nothing; a field whose
/// identifier can't be read, but holds ours, goes too. `ARC-Authentication-Results` stay: their seal tells who wrote them,
/// and without them it would break.
///
/// # Examples
///
/// ```
/// use mailwright_policy::trace::without_forged;
///
/// let message = b"Authentication-Results: (hi) MX.example.org;\r\n spf=pass\r\nSubject: x\r\n\r\nbody\r\n";
/// assert_eq!(&without_forged(message, &["mx.example.org"])[..], b"Subject: x\r\n\r\nbody\r\n");
/// ```
///
/// # RFC
///
/// RFC 8601 §5
pub fn without_forged<'m>(message: &'m [u8], ids: &[&str]) -> Cow<'m, [u8]> {
    let forged: Vec<_> = header(message)
        .filter(|field| field.is_named("Authentication-Results"))
        .filter(|field| claims(&field.value(), ids))
        .map(|field| field.span())
        .collect();
    if forged.is_empty() {
        return Cow::Borrowed(message);
    }
    let mut out = Vec::with_capacity(message.len());
    let mut from = 0;
    for span in forged {
        out.extend_from_slice(message.get(from..span.start).unwrap_or_default());
        from = span.end;
    }
    out.extend_from_slice(message.get(from..).unwrap_or_default());
    Cow::Owned(out)
}

/// Whether the field's identifier is one of ours, or can't be read and holds it.
fn claims(value: &[u8], ids: &[&str]) -> bool {
    let (text, open) = bare(value);
    let head = text.split(|octet| *octet == b';').next().unwrap_or_default().trim_ascii();
    let id = head.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    let id = id.strip_suffix(b".").unwrap_or(id);
    ids.iter().any(|own| {
        let own = own.strip_suffix('.').unwrap_or(own).as_bytes();
        let inside =
            |octets: &[u8]| octets.windows(own.len().max(1)).any(|part| part.eq_ignore_ascii_case(own));
        let odd = !id
            .iter()
            .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b':'));
        id.eq_ignore_ascii_case(own) || (odd && inside(head)) || (open && inside(value))
    })
}
