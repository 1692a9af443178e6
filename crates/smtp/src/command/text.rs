//! The arguments of commands that are plain text, checked so that they stay on their line.
//!
//! in:  octets of a line, or of the caller      out: values that can be written as they are
//! law: no CR, LF, NUL or other control is ever in them

use core::fmt;

use mailwright_address::{Grammar, HostRef};

/// An octet that would end the line, or hide something in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("octet {at} can't stand in a command")]
#[non_exhaustive]
pub struct InjectionError {
    /// Which octet it is, counted from 0.
    pub at: usize,
}

/// Text of one line: no controls, valid UTF-8. It may be empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Text<'a>(&'a str);

/// The name that a client gives itself.
///
/// # RFC
///
/// RFC 5321 §4.1.1.1, §4.1.3
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum HelloName<'a> {
    /// A domain or an address literal, as it should be.
    Host(HostRef<'a>),
    /// Anything else, where it is let through.
    Other(Text<'a>),
}

/// Whom VRFY or EXPN asks about.
///
/// # RFC
///
/// RFC 5321 §4.1.1.6, RFC 6531 §3.7.4.2
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lookup<'a> {
    text: Text<'a>,
    utf8: bool,
}

/// How a client starts to log in. The initial response is never shown by `Debug`.
///
/// # RFC
///
/// RFC 4954 §4
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Auth<'a> {
    mechanism: &'a str,
    initial: Option<&'a [u8]>,
}

impl<'a> Text<'a> {
    /// Takes text that stays on one line; blanks at its edges are dropped.
    ///
    /// # Errors
    ///
    /// [`InjectionError`] where a control is in it.
    pub fn new(text: &'a str) -> Result<Self, InjectionError> {
        match text.char_indices().find(|(_, character)| character.is_control()) {
            None => Ok(Self(text.trim_matches(' '))),
            Some((at, _)) => Err(InjectionError { at }),
        }
    }

    /// Nothing.
    pub const fn empty() -> Self {
        Self("")
    }

    pub(crate) fn parse(octets: &'a [u8]) -> Result<Self, InjectionError> {
        match core::str::from_utf8(octets) {
            Ok(text) => Self::new(text),
            Err(error) => Err(InjectionError { at: error.valid_up_to() }),
        }
    }

    /// The text.
    pub const fn as_str(&self) -> &'a str {
        self.0
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> HelloName<'a> {
    /// A name to say EHLO with. One that is neither a domain nor an address literal is taken as it is: some hosts are
    /// called so. A dot behind a domain is dropped.
    ///
    /// # Errors
    ///
    /// [`InjectionError`] where it is empty, over 255 octets, or holds anything but visible ASCII.
    pub fn new(name: &'a str) -> Result<Self, InjectionError> {
        if let Ok(host) = HostRef::parse(name.as_bytes(), Grammar::strict().with_trailing_dot()) {
            return Ok(Self::Host(host));
        }
        match name.bytes().position(|octet| !octet.is_ascii_graphic()) {
            Some(at) => Err(InjectionError { at }),
            None if name.is_empty() => Err(InjectionError { at: 0 }),
            None if name.len() > HELLO => Err(InjectionError { at: HELLO }),
            None => Ok(Self::Other(Text(name))),
        }
    }

    /// The name as it was written.
    pub const fn as_str(&self) -> &'a str {
        match self {
            Self::Host(host) => host.as_str(),
            Self::Other(text) => text.as_str(),
        }
    }

    /// The name as it was written, in octets.
    #[inline]
    pub const fn as_bytes(&self) -> &'a [u8] {
        match self {
            Self::Host(host) => host.as_bytes(),
            Self::Other(text) => text.as_str().as_bytes(),
        }
    }
}

impl PartialEq for HelloName<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl<'a> Lookup<'a> {
    /// Asks about a mailbox, list or person. `utf8`: whether SMTPUTF8 is in force for question and answer.
    ///
    /// # Errors
    ///
    /// [`InjectionError`] where the text is empty, not ASCII without `utf8`, or ends with the word `SMTPUTF8`, which would
    /// be read as a parameter.
    pub fn new(text: Text<'a>, utf8: bool) -> Result<Self, InjectionError> {
        let (name, ambiguous) = split_utf8(text);
        if ambiguous {
            return Err(InjectionError { at: name.as_str().len() });
        }
        let foreign = text.as_str().bytes().position(|octet| octet > 127).filter(|_| !utf8);
        match foreign {
            Some(at) => Err(InjectionError { at }),
            None if text.is_empty() => Err(InjectionError { at: 0 }),
            None => Ok(Self { text, utf8 }),
        }
    }

    /// Whom it asks about.
    pub const fn as_str(&self) -> &'a str {
        self.text.as_str()
    }

    /// Whether the answer may hold characters outside ASCII.
    pub const fn utf8(&self) -> bool {
        self.utf8
    }
}

impl<'a> Auth<'a> {
    /// Starts the exchange. `initial`: the first response in base64; an empty one is written as `=`.
    ///
    /// # Errors
    ///
    /// [`InjectionError`] where the mechanism is no name by RFC 4422 §3.1, or the response holds a blank, a control or an
    /// octet above 127.
    pub fn new(mechanism: &'a str, initial: Option<&'a [u8]>) -> Result<Self, InjectionError> {
        let name = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_');
        if let Some(at) = mechanism.bytes().position(|octet| !name(octet)) {
            return Err(InjectionError { at });
        }
        if !(1..=MECHANISM).contains(&mechanism.len()) {
            return Err(InjectionError { at: mechanism.len().min(MECHANISM) });
        }
        let stray = initial.and_then(|initial| initial.iter().position(|octet| !octet.is_ascii_graphic()));
        match stray {
            Some(at) => Err(InjectionError { at }),
            None => Ok(Self {
                mechanism,
                initial: initial.map(|initial| if initial == b"=" { b"" } else { initial }),
            }),
        }
    }

    /// The name of the mechanism, as it was written.
    pub const fn mechanism(&self) -> &'a str {
        self.mechanism
    }

    /// The initial response, still in base64. `Some` of nothing is the empty response `=`.
    pub const fn initial(&self) -> Option<&'a [u8]> {
        self.initial
    }
}

impl fmt::Debug for Auth<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth")
            .field("mechanism", &self.mechanism)
            .field("initial", &self.initial.map(|_| "***"))
            .finish()
    }
}

/// The longest name in EHLO that is let through, in octets: as long as a domain may be (RFC 5321 §4.5.3.1.2).
pub(super) const HELLO: usize = 255;
/// The longest name of a mechanism (RFC 4422 §3.1).
const MECHANISM: usize = 20;

/// Takes the parameter SMTPUTF8 off the end.
pub(super) fn split_utf8(text: Text<'_>) -> (Text<'_>, bool) {
    match text.0.rsplit_once(' ') {
        Some((name, last)) if last.eq_ignore_ascii_case("SMTPUTF8") => {
            (Text(name.trim_end_matches(' ')), true)
        }
        _ => (text, false),
    }
}
