//! Reads zone-file text: directives, owners, TTLs, and the data of each type.
//!
//! in:  zone-file text (RFC 1035 §5)      out: a zone, or where it stops being one
//! law: nothing is guessed: a line that can't be read ends the reading with line, column and what would be right

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::net::{Ipv4Addr, Ipv6Addr};
use core::str::FromStr;

use super::token::{Token, Tokens};
use super::{Zone, key};
use crate::name::unescape;
use crate::{Caa, Data, Kind, Mx, Name, Rdata, Soa, Srv, Text, Tlsa};

/// Why zone-file text can't be read.
///
/// `line` and `column`: 1-based, the column in octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: expected {expected}")]
#[non_exhaustive]
pub struct ZoneError {
    /// The line.
    pub line: u32,
    /// The octet in the line.
    pub column: u32,
    /// What would have been right there.
    pub expected: &'static str,
}

/// What reading a zone may cost.
#[derive(Clone, Copy, Debug)]
pub struct ZoneLimits {
    octets: usize,
    records: usize,
}

impl Default for ZoneLimits {
    /// 16 MiB of text, 100 000 records.
    fn default() -> Self {
        Self { octets: 0x100_0000, records: 100_000 }
    }
}

impl ZoneLimits {
    /// At most this many octets of text.
    #[must_use]
    pub const fn with_octets(self, octets: usize) -> Self {
        Self { octets, ..self }
    }

    /// At most this many records.
    #[must_use]
    pub const fn with_records(self, records: usize) -> Self {
        Self { records, ..self }
    }
}

/// TTL of records where neither they nor `$TTL` nor an earlier record says one, in seconds.
const DEFAULT_TTL: u32 = 3600;

/// Types that exist but that no check here asks for: their names exist, their data is left out.
const OTHER_TYPES: [&str; 24] = [
    "APL",
    "CDNSKEY",
    "CDS",
    "CERT",
    "CSYNC",
    "DNSKEY",
    "DS",
    "EUI48",
    "EUI64",
    "HINFO",
    "HTTPS",
    "LOC",
    "NAPTR",
    "NSEC",
    "NSEC3",
    "NSEC3PARAM",
    "OPENPGPKEY",
    "RP",
    "RRSIG",
    "SMIMEA",
    "SSHFP",
    "SVCB",
    "URI",
    "ZONEMD",
];

pub(super) fn read(text: &[u8], limits: &ZoneLimits) -> Result<Zone, ZoneError> {
    let start = ZoneError { line: 1, column: 1, expected: "a shorter text" };
    if text.len() > limits.octets {
        return Err(start);
    }
    let mut reader = Reader { origin: Name::root(), owner: None, default_ttl: None, last_ttl: None };
    let mut sets: BTreeMap<(_, Kind), (u32, Vec<Rdata>)> = BTreeMap::new();
    let mut zone = Zone::new();
    let mut tokens = Vec::new();
    let mut entries = Tokens::new(text);
    let mut records = 0_usize;
    while entries.next_entry(&mut tokens)? {
        let Some((first, _)) = tokens.split_first() else { continue };
        if first.first && !first.quoted && first.text.starts_with(b"$") {
            reader.directive(&tokens)?;
            continue;
        }
        records = records.saturating_add(1);
        if records > limits.records {
            return Err(error(first, "fewer records"));
        }
        let (owner, ttl, rdata) = reader.record(&tokens)?;
        if let Some(rdata) = rdata {
            if sets.get(&(key(&owner), rdata.kind())).is_some_and(|(_, have)| is_another_alias(have, &rdata))
            {
                return Err(error(first, "one alias at a name; it has another target already"));
            }
            let set = sets.entry((key(&owner), rdata.kind())).or_insert_with(|| (ttl, Vec::new()));
            set.0 = set.0.min(ttl);
            set.1.push(rdata);
        } else {
            zone.skipped = zone.skipped.saturating_add(1);
            zone.nodes.entry(key(&owner)).or_default();
        }
    }
    for ((at, kind), (ttl, rdata)) in sets {
        if let Some(data) = Data::collect(kind, rdata) {
            zone.nodes.entry(at).or_default().sets.push((ttl, data));
        }
    }
    Ok(zone)
}

/// Whether the record is an alias, and the name has one to elsewhere (RFC 2181 §10.1). The same one twice is one.
fn is_another_alias(have: &[Rdata], rdata: &Rdata) -> bool {
    matches!(rdata, Rdata::Cname(_)) && have.first().is_some_and(|other| other != rdata)
}

/// What carries over from line to line.
struct Reader {
    origin: Name,
    owner: Option<Name>,
    default_ttl: Option<u32>,
    last_ttl: Option<u32>,
}

const fn error(token: &Token<'_>, expected: &'static str) -> ZoneError {
    ZoneError { line: token.line, column: token.column, expected }
}

impl Reader {
    fn directive(&mut self, tokens: &[Token<'_>]) -> Result<(), ZoneError> {
        let [directive, value] = tokens else {
            let last = tokens.last().copied();
            return Err(last
                .as_ref()
                .map_or(ZoneError { line: 1, column: 1, expected: "a directive" }, |token| {
                    error(token, "one directive and its one value")
                }));
        };
        if directive.text.eq_ignore_ascii_case(b"$ORIGIN") {
            self.origin = self.name(value)?;
        } else if directive.text.eq_ignore_ascii_case(b"$TTL") {
            self.default_ttl = Some(seconds(value).ok_or_else(|| error(value, "a TTL"))?);
        } else {
            return Err(error(directive, "$ORIGIN or $TTL"));
        }
        Ok(())
    }

    /// Owner, TTL and data of one entry; no data where the type is known by name only.
    fn record(&mut self, tokens: &[Token<'_>]) -> Result<(Name, u32, Option<Rdata>), ZoneError> {
        let mut fields = Fields { tokens, last: tokens.first().copied() };
        if let Some(first) = tokens.first().filter(|first| first.first) {
            fields.next("an owner")?;
            self.owner = Some(self.name(first)?);
        }
        let mut ttl = None;
        let mut class = false;
        let kind = loop {
            let token = fields.next("a type")?;
            if token.quoted {
                return Err(error(&token, "a type"));
            }
            if let Some(kind) = Kind::from_mnemonic(token.text) {
                break Some(kind);
            }
            if let (None, Some(value)) = (ttl, seconds(&token)) {
                ttl = Some(value);
            } else if !class && token.text.eq_ignore_ascii_case(b"IN") {
                class = true;
            } else if OTHER_TYPES.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(token.text)) {
                break None;
            } else {
                return Err(error(&token, "a TTL, IN, or a known type"));
            }
        };
        let owner = self.owner.clone().ok_or_else(|| fields.error("an owner"))?;
        let ttl = ttl.or(self.default_ttl).or(self.last_ttl).unwrap_or(DEFAULT_TTL);
        self.last_ttl = Some(ttl);
        let rdata = match kind {
            Some(kind) => Some(self.rdata(kind, &mut fields)?),
            None => None,
        };
        Ok((owner, ttl, rdata))
    }

    fn rdata(&self, kind: Kind, fields: &mut Fields<'_, '_>) -> Result<Rdata, ZoneError> {
        let rdata = match kind {
            Kind::A => Rdata::A(fields.parse::<Ipv4Addr>("an IPv4 address")?),
            Kind::Aaaa => Rdata::Aaaa(fields.parse::<Ipv6Addr>("an IPv6 address")?),
            Kind::Mx => Rdata::Mx(Mx {
                preference: fields.parse("a preference")?,
                exchange: self.name(&fields.next("a host")?)?,
            }),
            Kind::Txt => Rdata::Txt(fields.text()?),
            Kind::Spf => Rdata::Spf(fields.text()?),
            Kind::Ptr => Rdata::Ptr(self.name(&fields.next("a host")?)?),
            Kind::Cname => Rdata::Cname(self.name(&fields.next("a name")?)?),
            Kind::Ns => Rdata::Ns(self.name(&fields.next("a server")?)?),
            Kind::Soa => Rdata::Soa(Soa {
                primary: self.name(&fields.next("the primary server")?)?,
                mailbox: self.name(&fields.next("a mailbox as a name")?)?,
                serial: fields.parse("a serial number")?,
                refresh: fields.seconds()?,
                retry: fields.seconds()?,
                expire: fields.seconds()?,
                minimum: fields.seconds()?,
            }),
            Kind::Tlsa => Rdata::Tlsa(fields.tlsa()?),
            Kind::Caa => Rdata::Caa(fields.caa()?),
            Kind::Srv => Rdata::Srv(Srv {
                priority: fields.parse("a priority")?,
                weight: fields.parse("a weight")?,
                port: fields.parse("a port")?,
                target: self.name(&fields.next("a host")?)?,
            }),
        };
        match fields.tokens.first() {
            Some(extra) => Err(error(extra, "the end of the record")),
            None => Ok(rdata),
        }
    }

    /// A name: `@` is the origin, and without a last dot it is relative to it.
    fn name(&self, token: &Token<'_>) -> Result<Name, ZoneError> {
        if token.quoted {
            return Err(error(token, "a name without quotation marks"));
        }
        if token.text == b"@" {
            return Ok(self.origin.clone());
        }
        let name = Name::parse(token.text).map_err(|e| error(token, e.expected))?;
        if token.text.ends_with(b".") && !ends_escaped(token.text) {
            return Ok(name);
        }
        let labels = name.labels().chain(self.origin.labels());
        Name::from_labels(labels).map_err(|_| error(token, "a name of at most 255 octets with its origin"))
    }
}

/// Whether the last octet stands behind an odd number of backslashes.
fn ends_escaped(text: &[u8]) -> bool {
    let backslashes = text.iter().rev().skip(1).take_while(|octet| **octet == b'\\').count();
    backslashes & 1 == 1
}

/// The fields of one record that are still unread.
struct Fields<'e, 't> {
    tokens: &'e [Token<'t>],
    last: Option<Token<'t>>,
}

impl<'t> Fields<'_, 't> {
    fn error(&self, expected: &'static str) -> ZoneError {
        self.last.as_ref().map_or(ZoneError { line: 1, column: 1, expected }, |token| error(token, expected))
    }

    fn next(&mut self, expected: &'static str) -> Result<Token<'t>, ZoneError> {
        let (first, rest) = self.tokens.split_first().ok_or_else(|| self.error(expected))?;
        self.tokens = rest;
        self.last = Some(*first);
        Ok(*first)
    }

    fn parse<T: FromStr>(&mut self, expected: &'static str) -> Result<T, ZoneError> {
        let token = self.next(expected)?;
        let text = if token.quoted { None } else { core::str::from_utf8(token.text).ok() };
        text.and_then(|text| text.parse().ok()).ok_or_else(|| error(&token, expected))
    }

    fn seconds(&mut self) -> Result<u32, ZoneError> {
        let token = self.next("a time")?;
        seconds(&token).ok_or_else(|| error(&token, "a time"))
    }

    /// One or more character-strings up to the end of the entry.
    fn text(&mut self) -> Result<Text, ZoneError> {
        let mut strings = Vec::new();
        let first = self.next("a character-string")?;
        strings.push(string(&first)?);
        while let Ok(token) = self.next("") {
            strings.push(string(&token)?);
        }
        Text::from_strings(strings)
            .map_err(|_| error(&first, "strings of at most 255 octets, 65535 together"))
    }

    fn tlsa(&mut self) -> Result<Tlsa, ZoneError> {
        let (usage, selector) = (self.parse("a usage")?, self.parse("a selector")?);
        let matching = self.parse("a matching type")?;
        let mut digits = Vec::new();
        let first = self.next("association data in hexadecimal")?;
        digits.extend_from_slice(first.text);
        while let Ok(token) = self.next("") {
            digits.extend_from_slice(token.text);
        }
        let (pairs, odd) = digits.as_chunks::<2>();
        let association = pairs.iter().map(|pair| hex(*pair)).collect::<Option<Vec<u8>>>();
        match association.filter(|octets| odd.is_empty() && !octets.is_empty()) {
            Some(association) => Ok(Tlsa { usage, selector, matching, association: association.into() }),
            None => Err(error(&first, "association data in hexadecimal")),
        }
    }

    fn caa(&mut self) -> Result<Caa, ZoneError> {
        let flags = self.parse("flags")?;
        let tag = self.next("a property tag")?;
        if tag.text.is_empty() || !tag.text.iter().all(u8::is_ascii_alphanumeric) {
            return Err(error(&tag, "a property tag"));
        }
        let value = string(&self.next("a value")?)?;
        Ok(Caa { flags, tag: tag.text.into(), value: value.into() })
    }
}

/// A character-string with its escapes resolved.
fn string(token: &Token<'_>) -> Result<Vec<u8>, ZoneError> {
    let mut octets = Vec::with_capacity(token.text.len());
    let mut rest = token.text;
    while let Some((&octet, after)) = rest.split_first() {
        rest = after;
        if octet == b'\\' {
            let (value, after) = unescape(rest, 0).map_err(|e| error(token, e.expected))?;
            octets.push(value);
            rest = after;
        } else {
            octets.push(octet);
        }
    }
    Ok(octets)
}

/// Seconds, or numbers with units: `3600`, `1h`, `1h30m`.
fn seconds(token: &Token<'_>) -> Option<u32> {
    let (mut total, mut number) = (0_u32, None::<u32>);
    if token.quoted || token.text.is_empty() {
        return None;
    }
    for &octet in token.text {
        if octet.is_ascii_digit() {
            let digit = u32::from(octet.wrapping_sub(b'0'));
            number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
        } else {
            let unit = match octet.to_ascii_lowercase() {
                b's' => 1,
                b'm' => 60,
                b'h' => 3600,
                b'd' => 86_400,
                b'w' => 604_800,
                _ => return None,
            };
            total = total.checked_add(number.take()?.checked_mul(unit)?)?;
        }
    }
    total.checked_add(number.unwrap_or(0))
}

fn hex([high, low]: [u8; 2]) -> Option<u8> {
    let digit = |octet: u8| char::from(octet).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(high)? << 4 | digit(low)?)
}
