//! Names where mail comes from and goes to, as MAIL and RCPT write it.
//!
//! in:  `<...>` at the start of the octets      out: the path and where it ended, so that parameters can follow
//! law: the null sender and the bare postmaster are cases of their own; a source route is read and dropped

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

use crate::fault::{AddressError, Fault};
use crate::grammar::{self, Grammar};
use crate::mailbox::{Mailbox, MailboxRef};
use crate::scan::{self, Cursor};
use crate::text::{owned_traits, read_from_text, view_traits};

/// The path of MAIL, borrowed from the octets that it was read from.
///
/// # RFC
///
/// RFC 5321 §4.1.2, §4.5.5
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 5321 §4.1.2")]
pub enum ReversePathRef<'a> {
    /// `<>`: the sender of bounces, to whom none goes.
    Null,
    /// `<user@example.org>`
    Mailbox(MailboxRef<'a>),
}

impl<'a> ReversePathRef<'a> {
    /// Reads a path at the start of the octets; also says where it ended, in octets.
    ///
    /// What stands behind the closing bracket is the caller's to judge: only a space and parameters may.
    ///
    /// # Errors
    ///
    /// The first fault by the given grammar.
    ///
    /// # Examples
    ///
    /// ```
    /// use mailwright_address::{Grammar, ReversePathRef};
    ///
    /// let (path, read) = ReversePathRef::parse_prefix(b"<@hop.example:a@b.example> SIZE=9", Grammar::strict()).unwrap();
    /// assert_eq!(path.as_str(), "a@b.example");
    /// assert_eq!(read, 26);
    /// ```
    pub fn parse_prefix(octets: &'a [u8], grammar: Grammar) -> Result<(Self, usize), AddressError> {
        if octets.starts_with(b"<>") {
            return Ok((Self::Null, 2));
        }
        let (mailbox, read) = path(octets, grammar)?;
        Ok((Self::Mailbox(mailbox), read))
    }

    /// Reads the whole of the octets, with or without angle brackets.
    ///
    /// # Errors
    ///
    /// The first fault by the given grammar.
    pub fn parse(octets: &'a [u8], grammar: Grammar) -> Result<Self, AddressError> {
        whole(octets, grammar, Self::parse_prefix)
    }

    /// The path without angle brackets; empty for the null sender.
    pub const fn as_str(&self) -> &'a str {
        match self {
            Self::Null => "",
            Self::Mailbox(mailbox) => mailbox.as_str(),
        }
    }

    /// The path without angle brackets, in octets.
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.as_str().as_bytes()
    }

    /// The mailbox, but for the null sender.
    pub const fn mailbox(self) -> Option<MailboxRef<'a>> {
        match self {
            Self::Null => None,
            Self::Mailbox(mailbox) => Some(mailbox),
        }
    }

    /// Whether it can't be written without SMTPUTF8.
    pub fn needs_utf8(self) -> bool {
        self.mailbox().is_some_and(MailboxRef::needs_utf8)
    }

    /// Whether all of it is ASCII.
    pub const fn is_ascii(self) -> bool {
        self.as_str().is_ascii()
    }

    /// A copy that owns its octets.
    pub fn to_reverse_path(self) -> ReversePath {
        self.mailbox().map_or(ReversePath::Null, |mailbox| ReversePath::Mailbox(mailbox.to_mailbox()))
    }

    fn meaning_cmp(&self, other: &Self) -> Ordering {
        self.mailbox().cmp(&other.mailbox())
    }

    fn meaning_hash<H: Hasher>(&self, state: &mut H) {
        self.mailbox().hash(state);
    }
}

/// With angle brackets, as MAIL writes it.
impl fmt::Display for ReversePathRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.as_str())
    }
}

/// The path of RCPT, borrowed from the octets that it was read from.
///
/// # RFC
///
/// RFC 5321 §4.1.1.3, §4.1.2
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 5321 §4.1.1.3")]
pub enum ForwardPathRef<'a> {
    /// `<Postmaster>` in any case: whoever runs this host.
    Postmaster,
    /// `<user@example.org>`
    Mailbox(MailboxRef<'a>),
}

impl<'a> ForwardPathRef<'a> {
    /// Reads a path at the start of the octets; also says where it ended, in octets.
    ///
    /// What stands behind the closing bracket is the caller's to judge: only a space and parameters may.
    ///
    /// # Errors
    ///
    /// The first fault by the given grammar; `<>` is [`Fault::NullRecipient`].
    ///
    /// # Examples
    ///
    /// ```
    /// use mailwright_address::{ForwardPathRef, Grammar};
    ///
    /// let (path, read) = ForwardPathRef::parse_prefix(b"<postMASTER>", Grammar::strict()).unwrap();
    /// assert_eq!((path, read), (ForwardPathRef::Postmaster, 12));
    /// assert!(ForwardPathRef::parse_prefix(b"<>", Grammar::strict()).is_err());
    /// ```
    pub fn parse_prefix(octets: &'a [u8], grammar: Grammar) -> Result<(Self, usize), AddressError> {
        if octets.starts_with(b"<>") {
            return Err(AddressError::new(Fault::NullRecipient, 0));
        }
        if octets.first_chunk::<12>().is_some_and(|start| start.eq_ignore_ascii_case(b"<postmaster>")) {
            return Ok((Self::Postmaster, 12));
        }
        if grammar.allows(grammar::BARE_PATH) {
            let word = octets.get(..bare(octets)).unwrap_or_default();
            if word.eq_ignore_ascii_case(b"postmaster") {
                return Ok((Self::Postmaster, word.len()));
            }
        }
        let (mailbox, read) = path(octets, grammar)?;
        Ok((Self::Mailbox(mailbox), read))
    }

    /// Reads the whole of the octets, with or without angle brackets.
    ///
    /// # Errors
    ///
    /// The first fault by the given grammar.
    pub fn parse(octets: &'a [u8], grammar: Grammar) -> Result<Self, AddressError> {
        whole(octets, grammar, Self::parse_prefix)
    }

    /// The path without angle brackets.
    pub const fn as_str(&self) -> &'a str {
        match self {
            Self::Postmaster => "Postmaster",
            Self::Mailbox(mailbox) => mailbox.as_str(),
        }
    }

    /// The path without angle brackets, in octets.
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.as_str().as_bytes()
    }

    /// The mailbox, but for the bare postmaster.
    pub const fn mailbox(self) -> Option<MailboxRef<'a>> {
        match self {
            Self::Postmaster => None,
            Self::Mailbox(mailbox) => Some(mailbox),
        }
    }

    /// Whether it can't be written without SMTPUTF8.
    pub fn needs_utf8(self) -> bool {
        self.mailbox().is_some_and(MailboxRef::needs_utf8)
    }

    /// Whether all of it is ASCII.
    pub const fn is_ascii(self) -> bool {
        self.as_str().is_ascii()
    }

    /// A copy that owns its octets.
    pub fn to_forward_path(self) -> ForwardPath {
        self.mailbox().map_or(ForwardPath::Postmaster, |mailbox| ForwardPath::Mailbox(mailbox.to_mailbox()))
    }

    fn meaning_cmp(&self, other: &Self) -> Ordering {
        self.mailbox().cmp(&other.mailbox())
    }

    fn meaning_hash<H: Hasher>(&self, state: &mut H) {
        self.mailbox().hash(state);
    }
}

/// With angle brackets, as RCPT writes it.
impl fmt::Display for ForwardPathRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.as_str())
    }
}

/// The path of MAIL: where bounces go, or nowhere.
///
/// # Examples
///
/// ```
/// use mailwright_address::ReversePath;
///
/// let path: ReversePath = "<>".parse().unwrap();
/// assert_eq!(path, ReversePath::Null);
/// assert_eq!(path.to_string(), "<>");
/// ```
///
/// # RFC
///
/// RFC 5321 §4.1.2, §4.5.5
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 5321 §4.1.2")]
pub enum ReversePath {
    /// `<>`: the sender of bounces, to whom none goes.
    Null,
    /// `<user@example.org>`
    Mailbox(Mailbox),
}

impl ReversePath {
    /// Reads the whole of the octets, with or without angle brackets.
    ///
    /// # Errors
    ///
    /// The first fault by the given grammar.
    pub fn parse(octets: &[u8], grammar: Grammar) -> Result<Self, AddressError> {
        ReversePathRef::parse(octets, grammar).map(ReversePathRef::to_reverse_path)
    }

    /// The path without angle brackets; empty for the null sender.
    pub const fn as_str(&self) -> &str {
        self.view().as_str()
    }

    /// The mailbox, but for the null sender.
    pub const fn mailbox(&self) -> Option<&Mailbox> {
        match self {
            Self::Null => None,
            Self::Mailbox(mailbox) => Some(mailbox),
        }
    }

    /// Whether it is the null sender, to whom no bounce may go.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it can't be written without SMTPUTF8.
    pub fn needs_utf8(&self) -> bool {
        self.view().needs_utf8()
    }

    /// The same, borrowed.
    pub const fn view(&self) -> ReversePathRef<'_> {
        match self {
            Self::Null => ReversePathRef::Null,
            Self::Mailbox(mailbox) => ReversePathRef::Mailbox(mailbox.view()),
        }
    }
}

/// With angle brackets, as MAIL writes it.
impl fmt::Display for ReversePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}

impl From<Mailbox> for ReversePath {
    fn from(mailbox: Mailbox) -> Self {
        Self::Mailbox(mailbox)
    }
}

/// The path of RCPT: a recipient.
///
/// # RFC
///
/// RFC 5321 §4.1.1.3, §4.1.2
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 5321 §4.1.1.3")]
pub enum ForwardPath {
    /// `<Postmaster>`: whoever runs this host.
    Postmaster,
    /// `<user@example.org>`
    Mailbox(Mailbox),
}

impl ForwardPath {
    /// Reads the whole of the octets, with or without angle brackets.
    ///
    /// # Errors
    ///
    /// The first fault by the given grammar.
    pub fn parse(octets: &[u8], grammar: Grammar) -> Result<Self, AddressError> {
        ForwardPathRef::parse(octets, grammar).map(ForwardPathRef::to_forward_path)
    }

    /// The path without angle brackets.
    pub const fn as_str(&self) -> &str {
        self.view().as_str()
    }

    /// The mailbox, but for the bare postmaster.
    pub const fn mailbox(&self) -> Option<&Mailbox> {
        match self {
            Self::Postmaster => None,
            Self::Mailbox(mailbox) => Some(mailbox),
        }
    }

    /// Whether it can't be written without SMTPUTF8.
    pub fn needs_utf8(&self) -> bool {
        self.view().needs_utf8()
    }

    /// The same, borrowed.
    pub const fn view(&self) -> ForwardPathRef<'_> {
        match self {
            Self::Postmaster => ForwardPathRef::Postmaster,
            Self::Mailbox(mailbox) => ForwardPathRef::Mailbox(mailbox.view()),
        }
    }
}

/// With angle brackets, as RCPT writes it.
impl fmt::Display for ForwardPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}

impl From<Mailbox> for ForwardPath {
    fn from(mailbox: Mailbox) -> Self {
        Self::Mailbox(mailbox)
    }
}

/// Path = "<" [ A-d-l ":" ] Mailbox ">"
fn path(octets: &[u8], grammar: Grammar) -> Result<(MailboxRef<'_>, usize), AddressError> {
    if octets.first() != Some(&b'<') {
        if grammar.allows(grammar::BARE_PATH) && !octets.is_empty() {
            let end = bare(octets);
            let word = octets.get(..end).unwrap_or_default();
            return MailboxRef::parse(word, grammar).map(|mailbox| (mailbox, end));
        }
        return Err(AddressError::new(Fault::NoOpeningBracket, 0));
    }
    let start = if octets.get(1) == Some(&b'@') { route(octets, grammar)? } else { 1 };
    let (mailbox, next) = MailboxRef::parse_prefix(octets, start, grammar)?;
    match octets.get(next) {
        Some(b'>') => {}
        None => return Err(AddressError::new(Fault::NoClosingBracket, next)),
        Some(octet) => return Err(AddressError::new(scan::unexpected(*octet, grammar), next)),
    }
    let read = next.saturating_add(1);
    if read > PATH && !grammar.allows(grammar::LONG_PATH) {
        return Err(AddressError::new(Fault::PathTooLong, PATH));
    }
    Ok((mailbox, read))
}

/// A-d-l = At-domain *( "," At-domain ); gives where the mailbox begins
fn route(octets: &[u8], grammar: Grammar) -> Result<usize, AddressError> {
    let mut judge = scan::Envelope(grammar);
    let mut cursor = Cursor::new(octets, 1);
    loop {
        if cursor.at() > PATH && !grammar.allows(grammar::LONG_PATH) {
            return Err(AddressError::new(Fault::PathTooLong, PATH));
        }
        if cursor.peek() != Some(b'@') {
            return Err(AddressError::new(Fault::BadRoute, cursor.at()));
        }
        cursor.bump();
        if cursor.peek() == Some(b'[') {
            return Err(AddressError::new(Fault::BadRoute, cursor.at()));
        }
        scan::host(&mut cursor, &mut judge)?;
        let next = cursor.peek();
        match next {
            Some(b',' | b':') => cursor.bump(),
            // `<@b.example>` is a mailbox without its local part.
            Some(b'>') => return Err(AddressError::new(Fault::NoLocalPart, 1)),
            _ => return Err(AddressError::new(Fault::BadRoute, cursor.at())),
        }
        if next == Some(b':') {
            return Ok(cursor.at());
        }
    }
}

/// Reads all of the octets; brackets may be missing.
fn whole<'a, P>(
    octets: &'a [u8],
    grammar: Grammar,
    prefix: impl FnOnce(&'a [u8], Grammar) -> Result<(P, usize), AddressError>,
) -> Result<P, AddressError> {
    let (path, read) = prefix(octets, grammar.with_bare_path())?;
    match octets.get(read) {
        None => Ok(path),
        Some(octet) => Err(AddressError::new(scan::unexpected(*octet, grammar), read)),
    }
}

/// Where a path without brackets ends: at the first space outside quotes.
fn bare(octets: &[u8]) -> usize {
    let mut quoted = false;
    let mut escaped = false;
    let end = octets.iter().position(|octet| {
        match octet {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            _ => {}
        }
        *octet == b' ' && !quoted
    });
    end.unwrap_or(octets.len())
}

/// The longest path, in octets, brackets and source route included (RFC 5321 §4.5.3.1.3).
const PATH: usize = 256;

view_traits!(ReversePathRef ForwardPathRef);
owned_traits!(ReversePath ForwardPath);
read_from_text!(ReversePath ForwardPath);
