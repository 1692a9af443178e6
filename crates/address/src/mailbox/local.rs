//! Names a mailbox within its host.
//!
//! in:  octets in front of the `@`      out: the local part, as written and as meant
//! law: opaque: only its own host may look inside (RFC 5321 §2.3.11); `"a"` and `a` are the same (RFC 5321 §4.1.2)

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use core::cmp::Ordering;
use core::hash::{Hash, Hasher};

use crate::fault::{AddressError, Fault};
use crate::grammar::Grammar;
use crate::scan::{self, Cursor, Meaning};
use crate::text::{self, owned_traits, read_from_text, shown_as_text, view_traits};

/// A local part, borrowed from the octets that it was read from.
///
/// # RFC
///
/// RFC 5321 §4.1.2, RFC 6531 §3.3
#[derive(Clone, Copy)]
pub struct LocalPartRef<'a> {
    /// Known to be UTF-8, as in the mailbox.
    octets: &'a [u8],
}

impl<'a> LocalPartRef<'a> {
    /// Reads the whole of the octets.
    ///
    /// # Errors
    ///
    /// The first fault by the given grammar.
    pub fn parse(octets: &'a [u8], grammar: Grammar) -> Result<Self, AddressError> {
        let mut cursor = Cursor::new(octets, 0);
        scan::local_part(&mut cursor, &mut scan::Envelope(grammar))?;
        match cursor.peek() {
            Some(octet) => Err(AddressError::new(scan::unexpected(octet, grammar), cursor.at())),
            None if octets.is_empty() => Err(AddressError::new(Fault::NoLocalPart, 0)),
            None if text::is_utf8(octets) => Ok(Self { octets }),
            None => Err(AddressError::new(Fault::NotUtf8, 0)),
        }
    }

    /// The local part as it was written, quotes included.
    ///
    /// A `str` is made of the octets each time; where octets will do, [`as_bytes`](Self::as_bytes) is free.
    pub const fn as_str(&self) -> &'a str {
        text::known(self.octets)
    }

    /// The local part as it was written, in octets.
    #[inline]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.octets
    }

    /// Whether it is written in quotes.
    pub fn is_quoted(self) -> bool {
        self.octets.starts_with(b"\"")
    }

    /// Whether it is ASCII, so that it fits a path without SMTPUTF8.
    pub const fn is_ascii(self) -> bool {
        self.octets.is_ascii()
    }

    /// What it means: without quotes and backslashes. This is what names a user.
    pub fn meaning(self) -> Cow<'a, str> {
        if self.is_quoted() {
            let octets = Meaning::of_local_part(self.octets).collect();
            Cow::Owned(String::from_utf8(octets).unwrap_or_default())
        } else {
            Cow::Borrowed(self.as_str())
        }
    }

    /// The local part with the least quoting that it can be written with.
    pub fn canonical(self) -> Cow<'a, str> {
        let meaning = self.meaning();
        if is_dot_string(&meaning) { meaning } else { Cow::Owned(quote(&meaning)) }
    }

    /// A copy that owns its octets.
    pub fn to_local_part(self) -> LocalPart {
        LocalPart(self.as_str().into())
    }

    /// `octets`: read as a local part, and UTF-8.
    #[inline]
    pub(crate) const fn of(octets: &'a [u8]) -> Self {
        Self { octets }
    }

    fn meaning_cmp(&self, other: &Self) -> Ordering {
        Meaning::of_local_part(self.octets).cmp(Meaning::of_local_part(other.octets))
    }

    fn meaning_hash<H: Hasher>(&self, state: &mut H) {
        Meaning::of_local_part(self.octets).for_each(|octet| octet.hash(state));
        0xFF_u8.hash(state);
    }
}

/// A local part: what stands in front of the `@`.
///
/// Kept as it was written; compared by what it means, with regard to case.
///
/// # Examples
///
/// ```
/// use mailwright_address::LocalPart;
///
/// assert_eq!(LocalPart::from_meaning("a b").unwrap().as_str(), "\"a b\"");
/// assert_eq!("\"ab\"".parse::<LocalPart>(), "ab".parse());
/// assert_ne!("AB".parse::<LocalPart>(), "ab".parse());
/// ```
///
/// # RFC
///
/// RFC 5321 §4.1.2, §4.5.3.1.1
#[derive(Clone)]
pub struct LocalPart(Box<str>);

impl LocalPart {
    /// Reads the whole of the octets.
    ///
    /// # Errors
    ///
    /// The first fault by the given grammar.
    pub fn parse(octets: &[u8], grammar: Grammar) -> Result<Self, AddressError> {
        LocalPartRef::parse(octets, grammar).map(LocalPartRef::to_local_part)
    }

    /// The local part that means this text, quoted where it must be.
    ///
    /// # Errors
    ///
    /// [`Fault::ControlInQuotes`] and its like for octets that no local part holds, [`Fault::LocalPartTooLong`].
    pub fn from_meaning(text: &str) -> Result<Self, AddressError> {
        if is_dot_string(text) { text.parse() } else { quote(text).parse() }
    }

    /// The local part as it was written, quotes included.
    pub const fn as_str(&self) -> &str {
        &self.0
    }

    /// What it means: without quotes and backslashes. This is what names a user.
    pub fn meaning(&self) -> Cow<'_, str> {
        self.view().meaning()
    }

    /// Whether it is ASCII, so that it fits a path without SMTPUTF8.
    pub const fn is_ascii(&self) -> bool {
        self.0.is_ascii()
    }

    /// The same, borrowed.
    pub const fn view(&self) -> LocalPartRef<'_> {
        LocalPartRef::of(self.0.as_bytes())
    }
}

impl AsRef<str> for LocalPart {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Whether the text can stand without quotes.
fn is_dot_string(text: &str) -> bool {
    !text.starts_with('"')
        && LocalPartRef::parse(
            text.as_bytes(),
            Grammar::strict().with_utf8(crate::Utf8::Allowed).with_long_local_part(),
        )
        .is_ok()
}

/// Puts quotes around the text and backslashes where they must be.
fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len().saturating_add(2));
    quoted.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('"');
    quoted
}

view_traits!(LocalPartRef);
owned_traits!(LocalPart);
shown_as_text!(LocalPartRef<'_> LocalPart);
read_from_text!(LocalPart);
