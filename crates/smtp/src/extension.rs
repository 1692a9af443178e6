//! What a server says that it can do.
//!
//! in:  the lines of an EHLO reply, or settings      out: typed extensions, or the lines
//! law: never more kept than [`Extensions::MAX_KEPT`] octets; of a keyword that comes twice the first counts

use alloc::{boxed::Box, string::String, vec::Vec};
use core::fmt;

mod limits;
mod read;
mod write;

pub use limits::SessionLimits;

use crate::line::is_text;

/// A service extension that this crate speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Extension {
    /// `8BITMIME`, RFC 6152.
    EightBitMime,
    /// `AUTH`, RFC 4954.
    Auth,
    /// `BINARYMIME`, RFC 3030.
    BinaryMime,
    /// `CHUNKING`, RFC 3030.
    Chunking,
    /// `DELIVERBY`, RFC 2852.
    DeliverBy,
    /// `DSN`, RFC 3461.
    Dsn,
    /// `ENHANCEDSTATUSCODES`, RFC 2034.
    EnhancedStatusCodes,
    /// `ETRN`, RFC 1985.
    Etrn,
    /// `EXPN`, RFC 5321.
    Expn,
    /// `FUTURERELEASE`, RFC 4865.
    FutureRelease,
    /// `HELP`, RFC 5321.
    Help,
    /// `LIMITS`, RFC 9422.
    Limits,
    /// `MT-PRIORITY`, RFC 6710.
    MtPriority,
    /// `PIPELINING`, RFC 2920.
    Pipelining,
    /// `REQUIRETLS`, RFC 8689.
    RequireTls,
    /// `SIZE`, RFC 1870.
    Size,
    /// `SMTPUTF8`, RFC 6531.
    SmtpUtf8,
    /// `STARTTLS`, RFC 3207.
    StartTls,
    /// `VRFY`, RFC 5321.
    Vrfy,
    /// `XCLIENT`, for trusted proxies.
    Xclient,
}

/// A set of extensions, as small as a number.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ExtensionSet(u32);

/// The extensions of one server with all that it said about them.
///
/// # Examples
///
/// ```
/// use mailwright_smtp::{Extension, Extensions};
///
/// let lines: [&[u8]; 4] = [b"mx.example.org at your service", b"SIZE 1000", b"auth plain LOGIN", b"X-OWN a b"];
/// let extensions = Extensions::from_reply(lines);
/// assert!(extensions.has(Extension::Auth) && !extensions.has(Extension::StartTls));
/// assert_eq!(extensions.max_size(), Some(1000));
/// assert_eq!(extensions.auth().collect::<Vec<_>>(), ["PLAIN", "LOGIN"]);
/// assert_eq!(extensions.unknown().collect::<Vec<_>>(), ["X-OWN a b"]);
/// ```
///
/// # RFC
///
/// RFC 5321 §4.1.1.1
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Extensions {
    set: ExtensionSet,
    size: u64,
    auth: Vec<Box<str>>,
    xclient: Vec<Box<str>>,
    min_by_time: u32,
    priority_profile: Option<Box<str>>,
    max_hold: u32,
    max_hold_until: Option<Box<str>>,
    limits: SessionLimits,
    unknown: Vec<Box<str>>,
}

impl Extension {
    /// All of them, in the order in which a server lists them.
    pub const ALL: [Self; 20] = [
        Self::Pipelining,
        Self::Size,
        Self::EightBitMime,
        Self::SmtpUtf8,
        Self::Chunking,
        Self::BinaryMime,
        Self::Dsn,
        Self::EnhancedStatusCodes,
        Self::StartTls,
        Self::Auth,
        Self::RequireTls,
        Self::MtPriority,
        Self::DeliverBy,
        Self::FutureRelease,
        Self::Limits,
        Self::Etrn,
        Self::Vrfy,
        Self::Expn,
        Self::Help,
        Self::Xclient,
    ];

    /// The keyword of the EHLO reply.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::EightBitMime => "8BITMIME",
            Self::Auth => "AUTH",
            Self::BinaryMime => "BINARYMIME",
            Self::Chunking => "CHUNKING",
            Self::DeliverBy => "DELIVERBY",
            Self::Dsn => "DSN",
            Self::EnhancedStatusCodes => "ENHANCEDSTATUSCODES",
            Self::Etrn => "ETRN",
            Self::Expn => "EXPN",
            Self::FutureRelease => "FUTURERELEASE",
            Self::Help => "HELP",
            Self::Limits => "LIMITS",
            Self::MtPriority => "MT-PRIORITY",
            Self::Pipelining => "PIPELINING",
            Self::RequireTls => "REQUIRETLS",
            Self::Size => "SIZE",
            Self::SmtpUtf8 => "SMTPUTF8",
            Self::StartTls => "STARTTLS",
            Self::Vrfy => "VRFY",
            Self::Xclient => "XCLIENT",
        }
    }

    /// The extension of a keyword, in any case.
    pub fn parse(keyword: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.keyword().as_bytes().eq_ignore_ascii_case(keyword))
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

impl ExtensionSet {
    /// The set without any.
    pub const EMPTY: Self = Self(0);

    /// The set with one more.
    #[must_use]
    pub const fn with(self, extension: Extension) -> Self {
        Self(self.0 | extension.bit())
    }

    /// The set with one less.
    #[must_use]
    pub const fn without(self, extension: Extension) -> Self {
        Self(self.0 & !extension.bit())
    }

    /// Whether it is in the set.
    #[inline]
    pub const fn has(self, extension: Extension) -> bool {
        self.0 & extension.bit() != 0
    }

    /// All in the set, in the order of a server's list.
    pub fn iter(self) -> impl Iterator<Item = Extension> {
        Extension::ALL.into_iter().filter(move |extension| self.has(*extension))
    }
}

impl FromIterator<Extension> for ExtensionSet {
    fn from_iter<I: IntoIterator<Item = Extension>>(extensions: I) -> Self {
        extensions.into_iter().fold(Self::EMPTY, Self::with)
    }
}

impl fmt::Debug for ExtensionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Extension::keyword)).finish()
    }
}

impl Extensions {
    /// Octets of names and unknown lines that are kept of one reply; what comes behind is forgotten.
    pub const MAX_KEPT: usize = 4096;

    /// No extensions: what a server offers to HELO.
    pub const fn new() -> Self {
        Self {
            set: ExtensionSet::EMPTY,
            size: 0,
            auth: Vec::new(),
            xclient: Vec::new(),
            min_by_time: 0,
            priority_profile: None,
            max_hold: 0,
            max_hold_until: None,
            limits: SessionLimits::new(),
            unknown: Vec::new(),
        }
    }

    /// Whether an extension is offered.
    #[inline]
    pub const fn has(&self, extension: Extension) -> bool {
        self.set.has(extension)
    }

    /// All that are offered, as a value to compare and to hand on.
    pub const fn set(&self) -> ExtensionSet {
        self.set
    }

    /// The largest message in octets, where the server has a fixed limit. A number over 64 bits is the largest one.
    pub const fn max_size(&self) -> Option<u64> {
        if self.size == 0 { None } else { Some(self.size) }
    }

    /// The names of the SASL mechanisms, in upper case and in the order of the server.
    pub fn auth(&self) -> impl Iterator<Item = &str> {
        self.auth.iter().map(AsRef::as_ref)
    }

    /// Whether a SASL mechanism is offered; `name` in any case.
    pub fn has_auth(&self, name: &str) -> bool {
        self.auth().any(|offered| offered.eq_ignore_ascii_case(name))
    }

    /// The attributes that XCLIENT may carry, in upper case.
    pub fn xclient(&self) -> impl Iterator<Item = &str> {
        self.xclient.iter().map(AsRef::as_ref)
    }

    /// The shortest time in seconds that BY may ask for, where there is one (RFC 2852 §3).
    pub const fn min_by_time(&self) -> Option<u32> {
        if self.min_by_time == 0 { None } else { Some(self.min_by_time) }
    }

    /// The profile of message priorities, where one is named (RFC 6710 §3).
    pub fn priority_profile(&self) -> Option<&str> {
        self.priority_profile.as_deref()
    }

    /// The longest time in seconds that HOLDFOR may ask for (RFC 4865 §3).
    pub const fn max_hold(&self) -> Option<u32> {
        if self.max_hold == 0 { None } else { Some(self.max_hold) }
    }

    /// The latest date and time that HOLDUNTIL may ask for, as the server wrote it (RFC 4865 §3).
    pub fn max_hold_until(&self) -> Option<&str> {
        self.max_hold_until.as_deref()
    }

    /// How many transactions, recipients and domains the server takes (RFC 9422).
    pub const fn limits(&self) -> SessionLimits {
        self.limits
    }

    /// Lines with other keywords, as the server wrote them.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        self.unknown.iter().map(AsRef::as_ref)
    }

    /// Adds an extension without parameters.
    #[must_use]
    pub const fn with(mut self, extension: Extension) -> Self {
        self.set = self.set.with(extension);
        self
    }

    /// Takes an extension back.
    #[must_use]
    pub const fn without(mut self, extension: Extension) -> Self {
        self.set = self.set.without(extension);
        self
    }

    /// Adds SIZE with the largest message in octets; 0 says that there is no fixed limit.
    #[must_use]
    pub const fn with_size(mut self, octets: u64) -> Self {
        self.size = octets;
        self.with(Extension::Size)
    }

    /// Adds AUTH with the names of mechanisms; names that are none by RFC 4422 §3.1 are left out, as is AUTH without any.
    #[must_use]
    pub fn with_auth<S: AsRef<str>>(mut self, mechanisms: impl IntoIterator<Item = S>) -> Self {
        mechanisms.into_iter().for_each(|name| self.add_mechanism(name.as_ref().as_bytes()));
        if self.auth.is_empty() { self } else { self.with(Extension::Auth) }
    }

    /// Adds XCLIENT with the attributes that may be set.
    #[must_use]
    pub fn with_xclient<S: AsRef<str>>(mut self, attributes: impl IntoIterator<Item = S>) -> Self {
        attributes.into_iter().for_each(|name| self.add_attribute(name.as_ref().as_bytes()));
        self.with(Extension::Xclient)
    }

    /// Adds DELIVERBY with the shortest time in seconds; 0 says that there is none.
    #[must_use]
    pub const fn with_deliver_by(mut self, min_seconds: u32) -> Self {
        self.min_by_time = if min_seconds > NINE_DIGITS { NINE_DIGITS } else { min_seconds };
        self.with(Extension::DeliverBy)
    }

    /// Adds MT-PRIORITY with the name of a profile; one with other octets than visible ASCII is left out.
    #[must_use]
    pub fn with_mt_priority(mut self, profile: Option<&str>) -> Self {
        self.priority_profile = profile.filter(|name| is_word(name.as_bytes())).map(Into::into);
        self.with(Extension::MtPriority)
    }

    /// Adds FUTURERELEASE with the longest time in seconds, 1 to 999 999 999, and the latest date and time in UTC, as in
    /// `2027-01-31T00:00:00Z`.
    #[must_use]
    pub fn with_future_release(mut self, max_seconds: u32, until: &str) -> Self {
        self.max_hold = max_seconds.clamp(1, NINE_DIGITS);
        self.max_hold_until = Some(until).filter(|until| is_word(until.as_bytes())).map(Into::into);
        self.with(Extension::FutureRelease)
    }

    /// Adds LIMITS; without any limit it is left out.
    #[must_use]
    pub fn with_limits(mut self, limits: SessionLimits) -> Self {
        self.limits = limits;
        if limits == SessionLimits::new() {
            self.without(Extension::Limits)
        } else {
            self.with(Extension::Limits)
        }
    }

    /// Adds a line with a keyword of the caller's own; one that is no text, or over the room for such, is left out.
    #[must_use]
    pub fn with_unknown(mut self, line: &str) -> Self {
        self.add_unknown(line.as_bytes());
        self
    }

    /// The keyword lines of an EHLO reply, without code and without the greeting line.
    ///
    /// `parse(write(x)) == x`: [`from_reply`](Self::from_reply) reads them back.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.set.iter().map(|extension| self.line(extension)).chain(self.unknown().map(Into::into))
    }
}

impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.lines()).finish()
    }
}

/// Whether all of it is visible ASCII, and there is something.
fn is_word(octets: &[u8]) -> bool {
    !octets.is_empty() && octets.iter().all(u8::is_ascii_graphic)
}

/// The largest number of nine digits: what times in seconds are held to (RFC 2852 §4, RFC 4865 §3).
pub(crate) const NINE_DIGITS: u32 = 999_999_999;
