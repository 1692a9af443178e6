//! Writes what a check found into header fields.
//!
//! in:  outcomes      out: `Received-SPF` (RFC 7208 §9.1), the `spf` part of `Authentication-Results` (RFC 8601)
//! law: nothing that a sender or a record says can end a field, a comment or a quoted string, or add a key of its own

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use mailwright_address::is_dot_atom;

use crate::identity::Which;
use crate::outcome::{Cause, Outcome, Verdict};

/// Octets of one value beyond which it is cut.
const LONGEST: usize = 256;
/// Columns after which a line is folded.
const LINE: usize = 78;

impl Outcome {
    /// The `Received-SPF` field, folded, with its CR LF. It goes in front of the message, above `Received`.
    ///
    /// `receiver`: the host that checked. Octets outside printable ASCII become `?`, values over 256 octets are cut.
    ///
    /// # Examples
    ///
    /// ```
    /// use mailwright_dns::{Zone, run};
    /// use mailwright_spf::{Check, Identity, Settings};
    ///
    /// let zone = Zone::parse(br#"example.org. TXT "v=spf1 ip4:192.0.2.0/24 -all""#)?;
    /// let identity = Identity::mail_from(b"ann@example.org", b"x; evil=yes");
    /// let mut check = Check::new(identity, "192.0.2.7".parse()?, Settings::new(b"mx.example.net"));
    /// let field = run(&mut check, &mut &zone).received_spf("mx.example.net");
    /// assert!(field.starts_with("Received-SPF: pass (mx.example.net: "));
    /// assert!(field.contains("helo=\"x; evil=yes\""));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # RFC
    ///
    /// RFC 7208 §9.1
    pub fn received_spf(&self, receiver: &str) -> String {
        let mut field = Folded::new("Received-SPF:");
        field.word(self.verdict.as_str());
        for word in format!("({})", self.comment(receiver)).split(' ') {
            field.word(word);
        }
        let mut keys: Vec<(&str, String)> = Vec::new();
        keys.push(("receiver", value(receiver.as_bytes())));
        keys.push(("client-ip", value(self.client.to_string().as_bytes())));
        if self.which() == Which::MailFrom {
            keys.push(("envelope-from", value(&self.sender())));
        }
        let helo = self.identity.helo_name();
        keys.push(("helo", value(if helo.is_empty() { b"unknown" } else { helo })));
        let identity = if self.which() == Which::MailFrom { "mailfrom" } else { "helo" };
        keys.push(("identity", identity.to_string()));
        match (self.verdict, self.cause, &self.term) {
            (_, Cause::Matched(_), Some(place)) => keys.push(("mechanism", value(unsigned(place.text())))),
            (Verdict::Neutral, ..) => keys.push(("mechanism", "default".to_string())),
            (Verdict::TempError | Verdict::PermError, ..) => {
                keys.push(("problem", value(self.to_string().as_bytes())));
            }
            _ => {}
        }
        let last = keys.len().saturating_sub(1);
        for (at, (key, value)) in keys.iter().enumerate() {
            field.word(&format!("{key}={value}{}", if at == last { "" } else { ";" }));
        }
        field.finish()
    }

    /// `local@domain`, as it was checked.
    fn sender(&self) -> Vec<u8> {
        [self.identity.local(), b"@", self.identity.domain()].concat()
    }

    /// What the comment of the field says.
    fn comment(&self, receiver: &str) -> String {
        let who = comment_text(&if self.which() == Which::MailFrom {
            self.sender()
        } else {
            self.identity.domain().to_vec()
        });
        let (client, receiver) = (self.client, comment_text(receiver.as_bytes()));
        let what = match self.verdict {
            Verdict::Pass => format!("domain of {who} designates {client} as permitted sender"),
            Verdict::Fail => format!("domain of {who} does not designate {client} as permitted sender"),
            Verdict::SoftFail => {
                format!("transitioning domain of {who} does not designate {client} as permitted sender")
            }
            Verdict::Neutral => format!("{client} is neither permitted nor denied by domain of {who}"),
            Verdict::None => format!("domain of {who} does not provide an SPF record"),
            Verdict::TempError => format!("error in looking up the domain of {who}"),
            Verdict::PermError => format!("permanent error in the SPF record of the domain of {who}"),
        };
        format!("{receiver}: {what}")
    }

    /// One result for `Authentication-Results`.
    fn resinfo(&self) -> String {
        let reason = match self.verdict {
            Verdict::TempError | Verdict::PermError => {
                format!(" reason={}", quoted(self.to_string().as_bytes()))
            }
            Verdict::Pass | Verdict::Fail | Verdict::SoftFail | Verdict::Neutral | Verdict::None => {
                String::new()
            }
        };
        let property = match self.which() {
            Which::MailFrom => format!("smtp.mailfrom={}", property_value(&self.sender())),
            Which::Helo => format!("smtp.helo={}", property_value(self.identity.domain())),
        };
        format!("spf={}{reason} {property}", self.verdict)
    }
}

/// The `spf` part of an `Authentication-Results` field: one result per outcome, parted by `;`, the return path first.
///
/// The caller puts its authentication service identifier in front, and results of other methods beside it.
///
/// # Examples
///
/// ```
/// use mailwright_dns::{Zone, run};
/// use mailwright_spf::{Identity, Session, Settings, authentication_results};
///
/// let zone = Zone::parse(br#"example.org. TXT "v=spf1 ip4:192.0.2.0/24 -all""#)?;
/// let identity = Identity::mail_from(b"ann@example.org", b"mx.example.org");
/// let both = run(&mut Session::new(identity, "192.0.2.7".parse()?, Settings::new(b"")), &mut &zone);
/// let part = authentication_results(both.outcomes());
/// assert_eq!(part, "spf=pass smtp.mailfrom=ann@example.org;\r\n spf=none smtp.helo=mx.example.org");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # RFC
///
/// RFC 8601 §2.2, §2.7.2
pub fn authentication_results<'o>(outcomes: impl IntoIterator<Item = &'o Outcome>) -> String {
    let mut outcomes: Vec<&Outcome> = outcomes.into_iter().collect();
    outcomes.sort_by_key(|outcome| outcome.which());
    let results: Vec<String> = outcomes.into_iter().map(Outcome::resinfo).collect();
    results.join(";\r\n ")
}

/// The term without its qualifier.
fn unsigned(term: &[u8]) -> &[u8] {
    match term.split_first() {
        Some((b'+' | b'-' | b'~' | b'?', rest)) => rest,
        _ => term,
    }
}

/// `dot-atom / quoted-string`
fn value(octets: &[u8]) -> String {
    let plain = octets.len() <= LONGEST && is_dot_atom(octets);
    if plain { printable(octets).collect() } else { quoted(octets) }
}

/// A property value of `Authentication-Results`: a domain or a mailbox as it is, anything else as a quoted string.
///
/// For results of other methods beside ours. Octets outside printable ASCII become `?`; at most 256 octets are written.
///
/// # Examples
///
/// ```
/// use mailwright_spf::property_value;
///
/// assert_eq!(property_value(b"ann@example.org"), "ann@example.org");
/// assert_eq!(property_value(b"x; dkim=pass\r\n"), "\"x; dkim=pass??\"");
/// ```
///
/// # RFC
///
/// RFC 8601 §2.2
pub fn property_value(octets: &[u8]) -> String {
    let mut parts = octets.rsplitn(2, |octet| *octet == b'@');
    let domain = parts.next().unwrap_or_default();
    let local = parts.next();
    let name = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.');
    let plain = octets.len() <= LONGEST
        && !domain.is_empty()
        && domain.iter().all(name)
        && local.is_none_or(is_dot_atom);
    if plain { printable(octets).collect() } else { quoted(octets) }
}

/// Text inside a comment of a field: parentheses and backslashes are escaped, so that nothing in it ends the comment.
///
/// Octets outside printable ASCII become `?`; at most 256 octets are written.
///
/// # Examples
///
/// ```
/// use mailwright_spf::comment_text;
///
/// assert_eq!(comment_text(b"mx) by evil (\r\n"), "mx\\) by evil \\(??");
/// ```
///
/// # RFC
///
/// RFC 5322 §3.2.2
pub fn comment_text(octets: &[u8]) -> String {
    let mut text = String::new();
    for character in printable(octets.get(..LONGEST).unwrap_or(octets)) {
        if matches!(character, '(' | ')' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
    text
}

fn quoted(octets: &[u8]) -> String {
    let mut text = String::from("\"");
    for character in printable(octets.get(..LONGEST).unwrap_or(octets)) {
        if matches!(character, '"' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
    text.push('"');
    text
}

fn printable(octets: &[u8]) -> impl Iterator<Item = char> {
    octets.iter().map(|octet| if matches!(octet, 0x20..=0x7e) { char::from(*octet) } else { '?' })
}

/// A field being written, folded between words.
struct Folded {
    text: String,
    column: usize,
}

impl Folded {
    fn new(name: &str) -> Self {
        Self { text: name.to_string(), column: name.len() }
    }

    /// An empty word is one more blank. No line ends with it: a line of blanks alone would look like the end of the header.
    fn word(&mut self, word: &str) {
        if !word.is_empty() && self.column.saturating_add(word.len()) >= LINE {
            self.text.push_str("\r\n");
            self.column = 0;
        }
        self.text.push(' ');
        self.text.push_str(word);
        self.column = self.column.saturating_add(word.len()).saturating_add(1);
    }

    fn finish(mut self) -> String {
        self.text.push_str("\r\n");
        self.text
    }
}
