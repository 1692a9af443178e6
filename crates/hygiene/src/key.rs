//! Says whose record it is: exactly this mailbox or this domain, in one stream or in all.
//!
//! in:  a mailbox      out: the text under which its record is stored
//! law: two mailboxes share a key only if RFC 5321 calls them the same, or the caller said so for their domain

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use core::fmt::{self, Write as _};
use core::str::FromStr;

use mailwright_address::{Grammar, Mailbox, MailboxRef, Utf8};

/// Which mailbox: the local part as it is, the domain in lower case and as A-labels (RFC 5321 §2.4).
///
/// # Examples
///
/// ```
/// use mailwright_hygiene::AddressKey;
///
/// let key: AddressKey = "Mary-Ann@BÜCHER.example".to_lowercase().parse()?;
/// assert_eq!(key.as_str(), "mary-ann@xn--bcher-kva.example");
/// assert_ne!("mary-ann@a.example".parse::<AddressKey>()?, "mary-lou@a.example".parse()?);
/// # Ok::<(), mailwright_hygiene::KeyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "String", into = "String")
)]
pub struct AddressKey(String);

impl AddressKey {
    /// The key of a mailbox, with nothing folded but what every server must fold.
    pub fn new(mailbox: &Mailbox) -> Self {
        Self(mailbox.to_canonical().to_string())
    }

    /// The key as it is stored: the mailbox in its canonical form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands behind the last `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// What stands in front of it, as it is written in an address.
    pub fn local_part(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }
}

impl AddressKey {
    /// The key that all spellings share which differ only in what `fold` names. A quoted local part stays as it is.
    ///
    /// # Examples
    ///
    /// ```
    /// use mailwright_hygiene::{AddressKey, Fold};
    ///
    /// let victim: AddressKey = "Ann.Lee+1@a.example".parse()?;
    /// assert_eq!(victim.folded(Fold::ALL).as_str(), "annlee@a.example");
    /// # Ok::<(), mailwright_hygiene::KeyError>(())
    /// ```
    #[must_use]
    pub fn folded(&self, fold: Fold) -> Self {
        let mut local = self.local_part();
        if local.starts_with('"') {
            return self.clone();
        }
        if let Some(sign) = fold.tag {
            local = match local.split_once(sign) {
                Some((front, _)) if !front.is_empty() => front,
                Some(_) | None => local,
            };
        }
        let mut folded: String = local.chars().filter(|c| !(fold.dots && *c == '.')).collect();
        if fold.case {
            folded = folded.to_lowercase();
        }
        if folded.is_empty() {
            return self.clone();
        }
        folded.push('@');
        folded.push_str(self.domain());
        Self(folded)
    }
}

impl From<&Mailbox> for AddressKey {
    fn from(mailbox: &Mailbox) -> Self {
        Self::new(mailbox)
    }
}

impl From<AddressKey> for String {
    fn from(key: AddressKey) -> Self {
        key.0
    }
}

impl TryFrom<String> for AddressKey {
    type Error = KeyError;

    fn try_from(text: String) -> Result<Self, KeyError> {
        text.parse()
    }
}

impl FromStr for AddressKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        MailboxRef::parse(text.as_bytes(), Grammar::strict().with_utf8(Utf8::Allowed))
            .map(|mailbox| Self::new(&mailbox.to_mailbox()))
            .map_err(|error| KeyError { at: error.at(), expected: "a mailbox" })
    }
}

impl fmt::Display for AddressKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a provider is known to fold in its local parts. Nothing, until something is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fold {
    case: bool,
    dots: bool,
    tag: Option<char>,
}

impl Fold {
    /// All that any provider is known to fold: for guards against those who write one address in many ways, never for
    /// suppression.
    pub const ALL: Self = Self { case: true, dots: true, tag: Some('+') };

    /// Upper and lower case are one mailbox.
    #[must_use]
    pub const fn without_case(self) -> Self {
        Self { case: true, ..self }
    }

    /// Dots do not count.
    #[must_use]
    pub const fn without_dots(self) -> Self {
        Self { dots: true, ..self }
    }

    /// What stands from this sign on does not count.
    #[must_use]
    pub const fn without_tag(self, from: char) -> Self {
        Self { tag: Some(from), ..self }
    }
}

/// Which domains fold what. Empty by default: no domain is guessed at.
///
/// # Examples
///
/// ```
/// use mailwright_hygiene::{Fold, Folding};
///
/// let folding = Folding::none().with("gmail.com", Fold::default().without_case().without_dots().without_tag('+'));
/// let key = folding.key(&"Ann.Lee+shop@gmail.com".parse().unwrap());
/// assert_eq!(key.as_str(), "annlee@gmail.com");
/// assert_eq!(folding.key(&"Ann.Lee+shop@a.example".parse().unwrap()).as_str(), "Ann.Lee+shop@a.example");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Folding(BTreeMap<String, Fold>);

impl Folding {
    /// No domain folds anything.
    pub const fn none() -> Self {
        Self(BTreeMap::new())
    }

    /// This domain, in lower case and as A-labels, folds so.
    #[must_use]
    pub fn with(mut self, domain: &str, fold: Fold) -> Self {
        self.0.insert(domain.to_ascii_lowercase(), fold);
        self
    }

    /// The key of a mailbox after folding. A quoted local part is kept: who needs quotes is no tag.
    pub fn key(&self, mailbox: &Mailbox) -> AddressKey {
        let plain = AddressKey::new(mailbox);
        match self.0.get(plain.domain()) {
            Some(fold) => plain.folded(*fold),
            None => plain,
        }
    }
}

/// Whom a record is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[expect(clippy::exhaustive_enums, reason = "closed: a mailbox or its domain")]
pub enum Subject {
    /// One mailbox.
    Mailbox(AddressKey),
    /// A whole domain, in lower case and as A-labels: it does not exist, or takes no mail.
    Domain(String),
}

/// For which mail a record holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[expect(clippy::exhaustive_enums, reason = "closed: one stream or all")]
pub enum Scope {
    /// All streams.
    All,
    /// The stream of this name.
    Stream(String),
}

/// Under which key a record is stored.
///
/// Its text is `mailbox ann@example.net all`, `domain example.net all` or `mailbox ann@example.net stream news`. The name of a
/// stream may be anything: it comes last, and its control characters are escaped as `\u{9}`, so that a key is one line.
///
/// # Examples
///
/// ```
/// use mailwright_hygiene::{Key, Scope};
///
/// let key = Key::mailbox("ann@Example.NET".parse()?, Scope::Stream("news".into()));
/// assert_eq!(key.to_string(), "mailbox ann@example.net stream news");
/// assert_eq!(key.to_string().parse::<Key>()?, key);
/// # Ok::<(), mailwright_hygiene::KeyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Key {
    /// Whom it is about.
    pub subject: Subject,
    /// For which mail it holds.
    pub scope: Scope,
}

impl Key {
    /// The key of a mailbox's record.
    pub const fn mailbox(address: AddressKey, scope: Scope) -> Self {
        Self { subject: Subject::Mailbox(address), scope }
    }

    /// The key of the record of a mailbox's whole domain, for all mail.
    pub fn domain_of(address: &AddressKey) -> Self {
        Self { subject: Subject::Domain(address.domain().to_owned()), scope: Scope::All }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subject {
            Subject::Mailbox(address) => write!(f, "mailbox {address}")?,
            Subject::Domain(domain) => write!(f, "domain {domain}")?,
        }
        match &self.scope {
            Scope::All => f.write_str(" all"),
            Scope::Stream(name) => {
                f.write_str(" stream ")?;
                name.chars().try_for_each(|c| match c {
                    '\\' => f.write_str("\\\\"),
                    c if c.is_control() => write!(f, "{}", c.escape_unicode()),
                    c => f.write_char(c),
                })
            }
        }
    }
}

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        if !text.ends_with(" all") && !text.contains(STREAM) {
            return Err(KeyError { at: text.len(), expected: "` all` or ` stream NAME`" });
        }
        let (mailbox, at) = if text.starts_with(MAILBOX) {
            (true, MAILBOX.len())
        } else if text.starts_with(DOMAIN) {
            (false, DOMAIN.len())
        } else {
            return Err(KeyError { at: 0, expected: "`mailbox ` or `domain `" });
        };
        let rest = text.get(at..).unwrap_or_default();
        let end = subject_end(rest);
        let (subject, scope) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let subject = if mailbox {
            let shift = |error: KeyError| KeyError { at: error.at.saturating_add(at), ..error };
            Subject::Mailbox(subject.parse().map_err(shift)?)
        } else if subject.is_empty() || subject.chars().any(char::is_control) {
            return Err(KeyError { at, expected: "a domain" });
        } else {
            Subject::Domain(subject.to_owned())
        };
        let at = at.saturating_add(end);
        let scope = match scope.strip_prefix(STREAM) {
            None if scope == " all" => Scope::All,
            None => return Err(KeyError { at, expected: "` all` or ` stream NAME`" }),
            Some(name) => Scope::Stream(stream_name(name, at.saturating_add(STREAM.len()))?),
        };
        Ok(Self { subject, scope })
    }
}

const MAILBOX: &str = "mailbox ";
const DOMAIN: &str = "domain ";
const STREAM: &str = " stream ";

/// Where a subject ends: at the first blank that is not inside quotes.
fn subject_end(text: &str) -> usize {
    let (mut quoted, mut escaped) = (false, false);
    let end = text.bytes().position(|octet| {
        match octet {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            b' ' => return !quoted,
            _ => {}
        }
        false
    });
    end.unwrap_or(text.len())
}

/// The name of a stream, its escapes undone: `\\` and `\u{9}`.
fn stream_name(text: &str, start: usize) -> Result<String, KeyError> {
    let mut name = String::new();
    let mut at = start;
    let mut rest = text;
    while let Some(escape) = rest.find(|c: char| c == '\\' || c.is_control()) {
        let (plain, behind) = rest.split_at_checked(escape).unwrap_or((rest, ""));
        name.push_str(plain);
        at = at.saturating_add(escape);
        let (c, length) = unescaped(behind)
            .ok_or(KeyError { at, expected: "`\\\\` or `\\u{...}` for a control character" })?;
        name.push(c);
        at = at.saturating_add(length);
        rest = behind.get(length..).unwrap_or_default();
    }
    name.push_str(rest);
    Ok(name)
}

/// The character that stands for itself behind an escape, and the octets that it took.
fn unescaped(text: &str) -> Option<(char, usize)> {
    if text.starts_with("\\\\") {
        return Some(('\\', 2));
    }
    let hex = text.strip_prefix("\\u{")?.split_once('}')?.0;
    let c = u32::from_str_radix(hex, 16).ok().and_then(char::from_u32).filter(|c| c.is_control())?;
    // One spelling only, so that two keys never share a text nor one key two.
    let length = c.escape_unicode().count();
    (text.get(..length)?.chars().eq(c.escape_unicode())).then_some((c, length))
}

/// A key could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} at octet {at}")]
#[non_exhaustive]
pub struct KeyError {
    /// The octet at which reading stopped, 0-based.
    pub at: usize,
    /// What was expected there.
    pub expected: &'static str,
}
