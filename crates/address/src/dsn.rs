//! Says what the sender wants to hear about delivery.
//!
//! in:  values of RET, ENVID, NOTIFY, ORCPT      out: typed values, written back as they go on the wire
//! law: decoded text is printable: it ends up in header fields of reports (RFC 3461 §4, RFC 6533 §3)

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use crate::grammar::Utf8;
use crate::xtext::{self, ParameterError};

/// How much of the message a report of failure returns.
///
/// # RFC
///
/// RFC 3461 §4.3
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 3461 §4.3")]
pub enum Ret {
    /// `FULL`: the message.
    Full,
    /// `HDRS`: its header section.
    Headers,
}

impl Ret {
    /// Reads the value of RET, in any case.
    ///
    /// # Errors
    ///
    /// Anything but `FULL` and `HDRS`.
    pub fn parse(octets: &[u8]) -> Result<Self, ParameterError> {
        if octets.eq_ignore_ascii_case(b"FULL") {
            Ok(Self::Full)
        } else if octets.eq_ignore_ascii_case(b"HDRS") {
            Ok(Self::Headers)
        } else {
            Err(ParameterError::new("FULL or HDRS", 0))
        }
    }

    /// The value as it goes on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Headers => "HDRS",
        }
    }
}

impl fmt::Display for Ret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The sender's own name for a transaction, which reports carry back.
///
/// # Examples
///
/// ```
/// use mailwright_address::Envid;
///
/// let envid = Envid::parse(b"QQ314159+2B1").unwrap();
/// assert_eq!(envid.as_str(), "QQ314159+1");
/// assert_eq!(envid.to_string(), "QQ314159+2B1");
/// assert!(Envid::parse(b"+C3+A9").is_err());
/// ```
///
/// # RFC
///
/// RFC 3461 §4.4
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Envid(Box<str>);

impl Envid {
    /// Takes the name as it is meant.
    ///
    /// # Errors
    ///
    /// An empty name, an octet that is not printable ASCII, or over 100 octets once encoded.
    pub fn new(text: &str) -> Result<Self, ParameterError> {
        Self::parse(xtext::encode(text.as_bytes()).as_bytes())
    }

    /// Reads the value of ENVID, which is xtext.
    ///
    /// # Errors
    ///
    /// As [`xtext::decode_text`], an empty value, or over 100 octets.
    pub fn parse(octets: &[u8]) -> Result<Self, ParameterError> {
        if octets.is_empty() {
            return Err(ParameterError::new("an envelope identifier", 0));
        }
        if octets.len() > ENVID {
            return Err(ParameterError::new("at most 100 octets", ENVID));
        }
        xtext::decode_text(octets).map(|text| Self(text.into()))
    }

    /// The name as it is meant, which is what `Original-Envelope-Id` holds.
    pub const fn as_str(&self) -> &str {
        &self.0
    }
}

/// As it goes on the wire: xtext.
impl fmt::Display for Envid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&xtext::encode(self.0.as_bytes()))
    }
}

/// When the sender wants a report: never, or on some of success, failure and delay.
///
/// # Examples
///
/// ```
/// use mailwright_address::Notify;
///
/// let notify = Notify::parse(b"success,DELAY").unwrap();
/// assert_eq!(notify, Notify::SUCCESS.and(Notify::DELAY));
/// assert_eq!(notify.to_string(), "SUCCESS,DELAY");
/// assert!(Notify::parse(b"NEVER,SUCCESS").is_err());
/// ```
///
/// # RFC
///
/// RFC 3461 §4.1
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Notify(u8);

impl Notify {
    /// No report at all.
    pub const NEVER: Self = Self(0);
    /// A report when the message was delivered.
    pub const SUCCESS: Self = Self(1);
    /// A report when it could not be.
    pub const FAILURE: Self = Self(2);
    /// A report when it takes long.
    pub const DELAY: Self = Self(4);

    /// Reads the value of NOTIFY, in any case.
    ///
    /// # Errors
    ///
    /// An unknown word, an empty one, or `NEVER` beside others.
    pub fn parse(octets: &[u8]) -> Result<Self, ParameterError> {
        if octets.eq_ignore_ascii_case(b"NEVER") {
            return Ok(Self::NEVER);
        }
        let mut notify = Self::NEVER;
        let mut at = 0_usize;
        for word in octets.split(|octet| *octet == b',') {
            let known = NAMES.iter().find(|(_, name)| word.eq_ignore_ascii_case(name.as_bytes()));
            let (found, _) =
                known.ok_or_else(|| ParameterError::new("SUCCESS, FAILURE, DELAY, or NEVER alone", at))?;
            notify = notify.and(*found);
            at = at.saturating_add(word.len()).saturating_add(1);
        }
        Ok(notify)
    }

    /// A report on either occasion.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether no report is wanted.
    pub const fn is_never(self) -> bool {
        self.0 == 0
    }

    /// Whether a report is wanted on all occasions of `other`.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl fmt::Display for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_never() {
            return f.write_str("NEVER");
        }
        let mut comma = "";
        for (occasion, name) in NAMES {
            if self.has(*occasion) {
                write!(f, "{comma}{name}")?;
                comma = ",";
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Notify({self})")
    }
}

/// The recipient as the sender wrote it, before anybody forwarded.
///
/// # Examples
///
/// ```
/// use mailwright_address::{Orcpt, Utf8};
///
/// let orcpt = Orcpt::parse(b"rfc822;a+2Bb@c.example", Utf8::Refused).unwrap();
/// assert_eq!((orcpt.kind(), orcpt.address()), ("rfc822", "a+b@c.example"));
/// assert_eq!(orcpt.to_string(), "rfc822;a+2Bb@c.example");
///
/// let orcpt = Orcpt::parse(b"utf-8;\\x{FC}@c.example", Utf8::Refused).unwrap();
/// assert_eq!(orcpt.address(), "\u{fc}@c.example");
/// assert_eq!(orcpt.encoded(Utf8::Allowed), "utf-8;\u{fc}@c.example");
/// ```
///
/// # RFC
///
/// RFC 3461 §4.2, RFC 6533 §3
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Orcpt {
    kind: Box<str>,
    address: Box<str>,
    /// `utf-8` whose address follows no form of RFC 6533 §3: carried on without a change.
    raw: bool,
}

impl Orcpt {
    /// The original recipient of kind `rfc822`, or `utf-8` where the address is not ASCII.
    ///
    /// # Errors
    ///
    /// An empty address, a control character, or over 500 octets once encoded.
    pub fn new(address: &str) -> Result<Self, ParameterError> {
        let encoded = if address.is_ascii() {
            xtext::encode(address.as_bytes())
        } else {
            xtext::encode_unitext(address, Utf8::Refused)
        };
        let kind = if address.is_ascii() { "rfc822;" } else { "utf-8;" };
        let orcpt = Self::parse([kind, encoded.as_str()].concat().as_bytes(), Utf8::Refused)?;
        if orcpt.raw { Err(ParameterError::new("no control character", 0)) } else { Ok(orcpt) }
    }

    /// Reads the value of ORCPT. `utf8`: whether SMTPUTF8 is in force.
    ///
    /// # Errors
    ///
    /// A kind that is no atom, a missing `;` or address, broken xtext, an octet that is not printable once decoded,
    /// or over 500 octets.
    pub fn parse(octets: &[u8], utf8: Utf8) -> Result<Self, ParameterError> {
        if octets.len() > ORCPT {
            return Err(ParameterError::new("at most 500 octets", ORCPT));
        }
        let semicolon = octets.iter().position(|octet| *octet == b';');
        let semicolon =
            semicolon.ok_or_else(|| ParameterError::new("`;` behind the address type", octets.len()))?;
        let (kind, address) = octets.split_at_checked(semicolon).unwrap_or_default();
        let address = address.get(1..).unwrap_or_default();
        let start = semicolon.saturating_add(1);
        let kind = core::str::from_utf8(kind).ok().filter(|kind| crate::scan::is_atom(kind.as_bytes()));
        let kind = kind.ok_or_else(|| ParameterError::new("an address type", 0))?;
        if address.is_empty() {
            return Err(ParameterError::new("an address", start));
        }
        let shift =
            |error: ParameterError| ParameterError::new(error.expected(), error.at().saturating_add(start));
        if !kind.eq_ignore_ascii_case("utf-8") {
            return match xtext::decode_text(address) {
                Ok(address) => Ok(Self { kind: kind.into(), address: address.into(), raw: false }),
                Err(error) => Self::mistyped(kind, address, utf8).ok_or_else(|| shift(error)),
            };
        }
        if let Ok(address) = xtext::decode_unitext(address, utf8) {
            return Ok(Self { kind: kind.into(), address: address.into(), raw: false });
        }
        let text = core::str::from_utf8(address).ok().filter(|text| {
            let printable = |c: char| c != '=' && c != ' ' && !c.is_control();
            text.chars().all(printable) && (utf8 == Utf8::Allowed || text.is_ascii())
        });
        let text = text.ok_or_else(|| ParameterError::new("a printable address", start))?;
        Ok(Self { kind: kind.into(), address: text.into(), raw: true })
    }

    /// An address outside ASCII under the type `rfc822`. It should be `utf-8`, but a widely used server writes it so
    /// where SMTPUTF8 is in force; it is taken for what it means.
    fn mistyped(kind: &str, address: &[u8], utf8: Utf8) -> Option<Self> {
        let meant = kind.eq_ignore_ascii_case("rfc822") && utf8 == Utf8::Allowed;
        let octets = xtext::decode(address).ok().filter(|_| meant)?;
        let address =
            core::str::from_utf8(&octets).ok().filter(|text| !text.chars().any(char::is_control))?;
        Some(Self { kind: "utf-8".into(), address: address.into(), raw: false })
    }

    /// The address type: `rfc822`, `utf-8`, `x400`.
    pub const fn kind(&self) -> &str {
        &self.kind
    }

    /// The address as it is meant, which is what `Original-Recipient` holds behind the kind.
    pub const fn address(&self) -> &str {
        &self.address
    }

    /// The value as it goes on the wire. `utf8`: whether SMTPUTF8 is in force there.
    pub fn encoded(&self, utf8: Utf8) -> String {
        let address = if self.raw && (utf8 == Utf8::Allowed || self.address.is_ascii()) {
            String::from(&*self.address)
        } else if self.kind.eq_ignore_ascii_case("utf-8") {
            xtext::encode_unitext(&self.address, utf8)
        } else {
            xtext::encode(self.address.as_bytes())
        };
        [&*self.kind, ";", address.as_str()].concat()
    }
}

/// As it goes on a wire without SMTPUTF8.
impl fmt::Display for Orcpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.encoded(Utf8::Refused))
    }
}

const NAMES: &[(Notify, &str)] =
    &[(Notify::SUCCESS, "SUCCESS"), (Notify::FAILURE, "FAILURE"), (Notify::DELAY, "DELAY")];
/// The longest value of ENVID, in octets (RFC 3461 §4.4).
const ENVID: usize = 100;
/// The longest value of ORCPT, in octets (RFC 3461 §4.2).
const ORCPT: usize = 500;

#[cfg(feature = "serde")]
mod stored {
    //! Stores the values in the forms that go on the wire.

    use alloc::string::String;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Envid, Notify, Orcpt};
    use crate::grammar::Utf8;

    impl Serialize for Envid {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(self)
        }
    }

    impl<'de> Deserialize<'de> for Envid {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            Self::parse(String::deserialize(deserializer)?.as_bytes()).map_err(D::Error::custom)
        }
    }

    impl Serialize for Notify {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(self)
        }
    }

    impl<'de> Deserialize<'de> for Notify {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            Self::parse(String::deserialize(deserializer)?.as_bytes()).map_err(D::Error::custom)
        }
    }

    impl Serialize for Orcpt {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_str(&self.encoded(Utf8::Allowed))
        }
    }

    impl<'de> Deserialize<'de> for Orcpt {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            Self::parse(String::deserialize(deserializer)?.as_bytes(), Utf8::Allowed)
                .map_err(D::Error::custom)
        }
    }
}
