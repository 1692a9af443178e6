//! Writes requests and their counts as octets and reads them back.
//!
//! in:  a record, or octets from a store      out: the other one
//! law: `from_bytes(to_bytes(r)) == r`; the first octet is the version, and what a later version wrote is refused

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::{Asked, Evidence, Request, State};
use crate::key::AddressKey;
use crate::record::{Octets, RecordError, VERSION};

impl Asked {
    /// The binary form: the version, how often, the last time in network order.
    pub const fn to_bytes(&self) -> [u8; 10] {
        let [a, b, c, d, e, f, g, h] = self.last.to_be_bytes();
        [VERSION, self.times, a, b, c, d, e, f, g, h]
    }

    /// Reads the binary form.
    ///
    /// # Errors
    ///
    /// Another version, or octets that are none: ask nobody then.
    pub fn from_bytes(octets: &[u8]) -> Result<Self, RecordError> {
        let mut from = Octets::new(octets)?;
        let (times, last) = (from.one("how often")?, from.time()?);
        from.end(Self { times, last })
    }
}

impl Request {
    /// The binary form; the first octet is its version.
    ///
    /// # Examples
    ///
    /// ```
    /// use mailwright_hygiene::Secrets;
    /// use mailwright_hygiene::opt_in::{Evidence, Request, Rules, request};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let secrets = Secrets::new(1, b"32 random octets of the embedder")?;
    /// let who = Evidence { ip: [192, 0, 2, 7].into(), at: 1_790_000_000, form: "2026-11".to_owned() };
    /// let link = request(&"ann@example.net".parse()?, "news", who, None, 42, &secrets, &Rules::default())?;
    /// assert_eq!(Request::from_bytes(&link.request.to_bytes())?, link.request);
    /// # Ok(())
    /// # }
    /// ```
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::from([self.version]);
        out.extend(self.nonce.to_be_bytes());
        write_text(&mut out, self.address.as_str());
        write_text(&mut out, &self.list);
        write_evidence(&mut out, &self.evidence);
        match &self.state {
            State::Requested => out.push(0),
            State::Confirmed(evidence) => {
                out.push(1);
                write_evidence(&mut out, evidence);
            }
            State::Cancelled { at } => {
                out.push(2);
                out.extend(at.to_be_bytes());
            }
        }
        out
    }

    /// Reads the binary form.
    ///
    /// # Errors
    ///
    /// Another version, a truncated record, octets behind it, or values that no request has.
    pub fn from_bytes(octets: &[u8]) -> Result<Self, RecordError> {
        let mut from = Octets::new(octets)?;
        let nonce = from.time()?;
        let bad = from.error("an address in its canonical form");
        let text = from.text("an address")?;
        let address = text.parse().ok().filter(|key: &AddressKey| key.as_str() == text).ok_or(bad)?;
        let list = from.text("the name of a list")?.to_owned();
        let evidence = read_evidence(&mut from)?;
        let bad = from.error("a state");
        let state = match from.one("a state")? {
            0 => State::Requested,
            1 => State::Confirmed(read_evidence(&mut from)?),
            2 => State::Cancelled { at: from.time()? },
            _ => return Err(bad),
        };
        from.end(Self { version: VERSION, address, list, nonce, evidence, state })
    }
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    // No form has four gigabytes; such a record would be refused when it is read.
    out.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend(text.as_bytes());
}

fn write_evidence(out: &mut Vec<u8>, evidence: &Evidence) {
    match evidence.ip {
        IpAddr::V4(v4) => {
            out.push(4);
            out.extend(v4.octets());
        }
        IpAddr::V6(v6) => {
            out.push(6);
            out.extend(v6.octets());
        }
    }
    out.extend(evidence.at.to_be_bytes());
    write_text(out, &evidence.form);
}

fn read_evidence(from: &mut Octets<'_>) -> Result<Evidence, RecordError> {
    let bad = from.error("4 or 6, for the kind of an address");
    let ip = match from.one("the kind of an address")? {
        4 => IpAddr::from(from.array::<4>()?),
        6 => IpAddr::from(from.array::<16>()?),
        _ => return Err(bad),
    };
    Ok(Evidence { ip, at: from.time()?, form: String::from(from.text("the version of a form")?) })
}

/// The version of a request, which must be one that is known.
#[cfg(feature = "serde")]
pub(super) fn version<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    match serde::Deserialize::deserialize(deserializer)? {
        VERSION => Ok(VERSION),
        _ => Err(serde::de::Error::custom("expected version 1")),
    }
}
