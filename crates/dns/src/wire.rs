//! Reads and writes the data of one record as it stands in a DNS message, for embedders with a resolver of their own.
//!
//! in:  octets of the data, names in full      out: one record; and back
//! law: nothing is read past the data; a compressed name is refused, since the message it points into isn't here

use alloc::vec::Vec;
use core::net::{Ipv4Addr, Ipv6Addr};

use crate::{Caa, Kind, Mx, Name, Rdata, Soa, Srv, Text, Tlsa};

/// Why octets are not the data of a record.
///
/// `at`: octets from the start of the data, 0-based.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("octet {at}: expected {expected}")]
#[non_exhaustive]
pub struct RdataError {
    /// Where it stops being one.
    pub at: usize,
    /// What would have been right there.
    pub expected: &'static str,
}

impl Rdata {
    /// Reads the data of a record of this kind.
    ///
    /// # Errors
    ///
    /// [`RdataError`] where octets are missing or left over, a name is compressed or too long, or a string does not fit.
    ///
    /// # Examples
    ///
    /// ```
    /// use mailwright_dns::{Kind, Rdata};
    ///
    /// let text = Rdata::from_wire(Kind::Txt, b"\x07v=spf1 \x04-all")?;
    /// assert_eq!(text.to_string(), r#""v=spf1 " "-all""#);
    /// # Ok::<(), mailwright_dns::RdataError>(())
    /// ```
    ///
    /// # RFC
    ///
    /// RFC 1035 §3.3, RFC 2782, RFC 3596 §2.2, RFC 6698 §2.1, RFC 8659 §4.1; names are never compressed (RFC 3597 §4)
    pub fn from_wire(kind: Kind, octets: &[u8]) -> Result<Self, RdataError> {
        let mut reader = Reader { octets, at: 0 };
        let rdata = match kind {
            Kind::A => Self::A(Ipv4Addr::from(reader.array("four octets")?)),
            Kind::Aaaa => Self::Aaaa(Ipv6Addr::from(reader.array("sixteen octets")?)),
            Kind::Mx => Self::Mx(Mx { preference: reader.short()?, exchange: reader.name()? }),
            Kind::Txt => Self::Txt(reader.text()?),
            Kind::Spf => Self::Spf(reader.text()?),
            Kind::Ptr => Self::Ptr(reader.name()?),
            Kind::Cname => Self::Cname(reader.name()?),
            Kind::Ns => Self::Ns(reader.name()?),
            Kind::Soa => Self::Soa(Soa {
                primary: reader.name()?,
                mailbox: reader.name()?,
                serial: reader.long()?,
                refresh: reader.long()?,
                retry: reader.long()?,
                expire: reader.long()?,
                minimum: reader.long()?,
            }),
            Kind::Tlsa => Self::Tlsa(reader.tlsa()?),
            Kind::Caa => Self::Caa(reader.caa()?),
            Kind::Srv => Self::Srv(Srv {
                priority: reader.short()?,
                weight: reader.short()?,
                port: reader.short()?,
                target: reader.name()?,
            }),
        };
        if reader.at == octets.len() { Ok(rdata) } else { Err(reader.error("the end of the data")) }
    }
}

impl Rdata {
    /// Writes the data as it stands in a DNS message, names in full: what [`from_wire`](Self::from_wire) reads.
    pub fn to_wire(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Self::A(address) => out.extend(address.octets()),
            Self::Aaaa(address) => out.extend(address.octets()),
            Self::Mx(mx) => {
                out.extend(mx.preference.to_be_bytes());
                put_name(&mut out, &mx.exchange);
            }
            Self::Txt(text) | Self::Spf(text) => {
                for string in text.strings() {
                    out.push(u8::try_from(string.len()).unwrap_or(u8::MAX));
                    out.extend_from_slice(string);
                }
            }
            Self::Ptr(name) | Self::Cname(name) | Self::Ns(name) => put_name(&mut out, name),
            Self::Soa(soa) => {
                put_name(&mut out, &soa.primary);
                put_name(&mut out, &soa.mailbox);
                for number in [soa.serial, soa.refresh, soa.retry, soa.expire, soa.minimum] {
                    out.extend(number.to_be_bytes());
                }
            }
            Self::Tlsa(tlsa) => {
                out.extend([tlsa.usage, tlsa.selector, tlsa.matching]);
                out.extend_from_slice(&tlsa.association);
            }
            Self::Caa(caa) => {
                // A tag over 255 octets can't be read, so it is cut here alone.
                let tag = caa.tag.get(..255).unwrap_or(&caa.tag);
                out.extend([caa.flags, u8::try_from(tag.len()).unwrap_or(u8::MAX)]);
                out.extend_from_slice(tag);
                out.extend_from_slice(&caa.value);
            }
            Self::Srv(srv) => {
                for number in [srv.priority, srv.weight, srv.port] {
                    out.extend(number.to_be_bytes());
                }
                put_name(&mut out, &srv.target);
            }
        }
        out
    }
}

fn put_name(out: &mut Vec<u8>, name: &Name) {
    out.extend_from_slice(name.as_wire());
    out.push(0);
}

/// Walks the data.
struct Reader<'o> {
    octets: &'o [u8],
    at: usize,
}

impl<'o> Reader<'o> {
    const fn error(&self, expected: &'static str) -> RdataError {
        RdataError { at: self.at, expected }
    }

    fn take(&mut self, length: usize, expected: &'static str) -> Result<&'o [u8], RdataError> {
        let end = self.at.saturating_add(length);
        let taken = self.octets.get(self.at..end).ok_or_else(|| self.error(expected))?;
        self.at = end;
        Ok(taken)
    }

    fn rest(&mut self) -> &'o [u8] {
        let rest = self.octets.get(self.at..).unwrap_or_default();
        self.at = self.octets.len();
        rest
    }

    fn array<const N: usize>(&mut self, expected: &'static str) -> Result<[u8; N], RdataError> {
        let taken = self.take(N, expected)?;
        taken.try_into().map_err(|_| self.error(expected))
    }

    fn octet(&mut self) -> Result<u8, RdataError> {
        self.array::<1>("an octet").map(|[octet]| octet)
    }

    fn short(&mut self) -> Result<u16, RdataError> {
        self.array("two octets").map(u16::from_be_bytes)
    }

    fn long(&mut self) -> Result<u32, RdataError> {
        self.array("four octets").map(u32::from_be_bytes)
    }

    fn name(&mut self) -> Result<Name, RdataError> {
        let start = self.at;
        let mut labels: Vec<&[u8]> = Vec::new();
        loop {
            match self.octet()? {
                0 => break,
                length @ 1..=63 => labels.push(self.take(usize::from(length), "a whole label")?),
                _ => {
                    self.at = self.at.saturating_sub(1);
                    return Err(self.error("a label of at most 63 octets, no pointer"));
                }
            }
        }
        Name::from_labels(labels).map_err(|e| RdataError { at: start, expected: e.expected })
    }

    fn text(&mut self) -> Result<Text, RdataError> {
        let mut strings: Vec<&[u8]> = Vec::new();
        while self.at < self.octets.len() {
            let length = self.octet()?;
            strings.push(self.take(usize::from(length), "a whole character-string")?);
        }
        Text::from_strings(strings).map_err(|_| self.error("at most 65535 octets of text"))
    }

    fn tlsa(&mut self) -> Result<Tlsa, RdataError> {
        let [usage, selector, matching] = self.array("usage, selector and matching type")?;
        if self.at == self.octets.len() {
            return Err(self.error("association data"));
        }
        Ok(Tlsa { usage, selector, matching, association: self.rest().into() })
    }

    fn caa(&mut self) -> Result<Caa, RdataError> {
        let (flags, length) = (self.octet()?, self.octet()?);
        if length == 0 {
            return Err(self.error("a property tag"));
        }
        let tag = self.take(usize::from(length), "a whole property tag")?;
        Ok(Caa { flags, tag: tag.into(), value: self.rest().into() })
    }
}
