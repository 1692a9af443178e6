//! Reads the header by which a trusted proxy says whose connection this is.
//!
//! in:  the first octets of a connection      out: the addresses, and how many octets they took
//! law: once it is expected it must be there; never more than 536 octets are waited for

use core::{
    fmt::Write,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use bytes::{BufMut, BytesMut};

/// The header of the PROXY protocol, version 1 or 2.
///
/// # Examples
///
/// ```
/// use mailwright_smtp::ProxyHeader;
///
/// let input = b"PROXY TCP4 192.0.2.1 198.51.100.7 40000 25\r\nEHLO x\r\n";
/// let (header, read) = ProxyHeader::parse(input)?.unwrap();
/// assert_eq!(header.source().unwrap().to_string(), "192.0.2.1:40000");
/// assert_eq!(&input[read..], b"EHLO x\r\n");
///
/// assert_eq!(ProxyHeader::parse(b"PROXY TCP4 192.0.")?, None);
/// assert!(ProxyHeader::parse(b"EHLO").is_err());
/// # Ok::<_, mailwright_smtp::ProxyError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProxyHeader {
    ends: Option<(SocketAddr, SocketAddr)>,
}

/// The first octets are no header of the PROXY protocol. The connection is to be closed without a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} at octet {at}")]
pub struct ProxyError {
    at: usize,
    expected: &'static str,
}

impl ProxyHeader {
    /// The most octets that a header has.
    pub const MAX: usize = 536;

    /// A header that names both ends of the proxied connection, or `None` where one is IPv4 and the other IPv6.
    pub const fn new(source: SocketAddr, destination: SocketAddr) -> Option<Self> {
        if source.is_ipv4() == destination.is_ipv4() {
            Some(Self { ends: Some((source, destination)) })
        } else {
            None
        }
    }

    /// A header without addresses: the connection is the proxy's own, as for a health check.
    pub const fn local() -> Self {
        Self { ends: None }
    }

    /// Reads the header at the start of `input`: the header with its length, or `None` while it is not complete.
    ///
    /// # Errors
    ///
    /// [`ProxyError`] as soon as the octets can be no header any more.
    pub fn parse(input: &[u8]) -> Result<Option<(Self, usize)>, ProxyError> {
        let shared = |start: &[u8]| input.iter().zip(start).take_while(|(a, b)| a == b).count();
        let (one, two) = (shared(LEAD), shared(SIGNATURE));
        if one == LEAD.len() {
            parse_text(input)
        } else if two == SIGNATURE.len() {
            parse_binary(input)
        } else if one.max(two) == input.len() {
            Ok(None)
        } else {
            Err(ProxyError { at: one.max(two), expected: "a header of the PROXY protocol" })
        }
    }

    /// The client, or `None` where the socket's own address counts.
    pub fn source(&self) -> Option<SocketAddr> {
        self.ends.map(|(source, _)| source)
    }

    /// The address that the client connected to, or `None` where the socket's own counts.
    pub fn destination(&self) -> Option<SocketAddr> {
        self.ends.map(|(_, destination)| destination)
    }

    /// Appends the header in version 1, as text.
    pub fn write_text(&self, out: &mut BytesMut) {
        // Writing to memory can't fail.
        let _written = match self.ends {
            None => write!(out, "PROXY UNKNOWN\r\n"),
            Some((source, destination)) => {
                let family = if source.is_ipv4() { "TCP4" } else { "TCP6" };
                let (from, to) = (source.ip(), destination.ip());
                write!(out, "PROXY {family} {from} {to} {} {}\r\n", source.port(), destination.port())
            }
        };
    }

    /// Appends the header in version 2, as octets.
    pub fn write_binary(&self, out: &mut BytesMut) {
        out.put_slice(SIGNATURE);
        match self.ends {
            None => out.put_slice(&[0x20, 0, 0, 0]),
            Some((SocketAddr::V4(source), SocketAddr::V4(destination))) => {
                out.put_slice(&[0x21, 0x11, 0, 12]);
                out.put_slice(&source.ip().octets());
                out.put_slice(&destination.ip().octets());
                out.put_u16(source.port());
                out.put_u16(destination.port());
            }
            Some((source, destination)) => {
                out.put_slice(&[0x21, 0x21, 0, 36]);
                out.put_slice(&wide(source.ip()).octets());
                out.put_slice(&wide(destination.ip()).octets());
                out.put_u16(source.port());
                out.put_u16(destination.port());
            }
        }
    }
}

impl ProxyError {
    /// Octets from the start of the connection, 0-based.
    pub const fn at(self) -> usize {
        self.at
    }

    /// What should have stood there.
    pub const fn expected(self) -> &'static str {
        self.expected
    }
}

/// Version 1: a line of at most 107 octets.
fn parse_text(input: &[u8]) -> Result<Option<(ProxyHeader, usize)>, ProxyError> {
    let near = input.get(..TEXT).unwrap_or(input);
    let Some(feed) = memchr::memchr(b'\n', near) else {
        return if near.len() < TEXT { Ok(None) } else { Err(fault(TEXT, "a line end within 107 octets")) };
    };
    let line = near.get(..feed).and_then(|line| line.strip_suffix(b"\r"));
    let line = line.and_then(|line| core::str::from_utf8(line.get(LEAD.len()..)?).ok());
    let Some(line) = line else { return Err(fault(LEAD.len(), "a line of ASCII that ends with CR LF")) };
    let read = feed.saturating_add(1);
    let mut words = line.split(' ');
    let family = words.next().unwrap_or_default();
    if family == "UNKNOWN" {
        return Ok(Some((ProxyHeader::local(), read)));
    }
    let ends = match family {
        "TCP4" => ends::<Ipv4Addr>(&mut words),
        "TCP6" => ends::<Ipv6Addr>(&mut words),
        _ => return Err(fault(LEAD.len(), "TCP4, TCP6 or UNKNOWN")),
    };
    match ends {
        Some(ends) if words.next().is_none() => Ok(Some((ProxyHeader { ends: Some(ends) }, read))),
        _ => Err(fault(LEAD.len(), "two addresses and two ports")),
    }
}

fn ends<'a, A: FromStr + Into<IpAddr>>(
    words: &mut impl Iterator<Item = &'a str>,
) -> Option<(SocketAddr, SocketAddr)> {
    let source: A = words.next()?.parse().ok()?;
    let destination: A = words.next()?.parse().ok()?;
    let source_port = port(words.next()?)?;
    Some((
        SocketAddr::new(source.into(), source_port),
        SocketAddr::new(destination.into(), port(words.next()?)?),
    ))
}

/// Digits without a sign and without zeros in front.
fn port(digits: &str) -> Option<u16> {
    let plain = digits == "0" || !digits.starts_with(['0', '+']);
    digits.parse().ok().filter(|_| plain)
}

/// Version 2: 16 octets, then as many as they say.
fn parse_binary(input: &[u8]) -> Result<Option<(ProxyHeader, usize)>, ProxyError> {
    let behind = input.get(SIGNATURE.len()..).unwrap_or_default();
    if !matches!(behind.first(), None | Some(0x20 | 0x21)) {
        return Err(fault(12, "version 2 and LOCAL or PROXY"));
    }
    let Some(([command, family, high, low], rest)) = behind.split_first_chunk::<4>() else {
        return Ok(None);
    };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    let read = length.saturating_add(FIXED);
    if read > ProxyHeader::MAX {
        return Err(fault(14, "a header of at most 536 octets"));
    }
    let Some(body) = rest.get(..length) else { return Ok(None) };
    if *command == 0x20 {
        return Ok(Some((ProxyHeader::local(), read)));
    }
    let ends = match family {
        0x11 => addresses::<4>(body),
        0x21 => addresses::<16>(body),
        // Unspecified, and sockets of the proxy's own host.
        0x00 | 0x31 => return Ok(Some((ProxyHeader::local(), read))),
        _ => return Err(fault(13, "TCP over IPv4 or IPv6")),
    };
    let Some((source, destination, [a, b, c, d])) = ends else {
        return Err(fault(14, "room for the addresses"));
    };
    let source = SocketAddr::new(source, u16::from_be_bytes([a, b]));
    let destination = SocketAddr::new(destination, u16::from_be_bytes([c, d]));
    Ok(Some((ProxyHeader { ends: Some((source, destination)) }, read)))
}

/// Two addresses of `N` octets and two ports; what follows is for others.
fn addresses<const N: usize>(body: &[u8]) -> Option<(IpAddr, IpAddr, [u8; 4])>
where
    IpAddr: From<[u8; N]>,
{
    let (source, rest) = body.split_first_chunk::<N>()?;
    let (destination, ports) = rest.split_first_chunk::<N>()?;
    Some((IpAddr::from(*source), IpAddr::from(*destination), *ports.first_chunk()?))
}

const fn fault(at: usize, expected: &'static str) -> ProxyError {
    ProxyError { at, expected }
}

const fn wide(address: IpAddr) -> Ipv6Addr {
    match address {
        IpAddr::V4(narrow) => narrow.to_ipv6_mapped(),
        IpAddr::V6(wide) => wide,
    }
}

const LEAD: &[u8] = b"PROXY ";
const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
/// The longest line of version 1, its CR LF included.
const TEXT: usize = 107;
/// The fixed part of version 2.
const FIXED: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &[u8], ends: Option<(&str, &str)>) {
        let (header, read) = ProxyHeader::parse(input).unwrap().unwrap();
        assert_eq!(read, input.len());
        let found = header.ends.map(|(from, to)| (from.to_string(), to.to_string()));
        assert_eq!(found, ends.map(|(from, to)| (from.into(), to.into())));
        for cut in 0..input.len() {
            assert_eq!(ProxyHeader::parse(&input[..cut]), Ok(None), "cut at {cut}");
        }
        assert_eq!(ProxyHeader::parse(&[input, b"EHLO x\r\n"].concat()).unwrap().unwrap().1, read);
        let mut out = BytesMut::new();
        header.write_text(&mut out);
        assert_eq!(ProxyHeader::parse(&out), Ok(Some((header, out.len()))));
        out.clear();
        header.write_binary(&mut out);
        assert_eq!(ProxyHeader::parse(&out), Ok(Some((header, out.len()))));
    }

    #[test]
    fn smtp_b94_proxy_headers_of_both_versions_are_read() {
        check(b"PROXY TCP4 192.0.2.1 192.0.2.2 1 65535\r\n", Some(("192.0.2.1:1", "192.0.2.2:65535")));
        check(b"PROXY TCP6 2001:db8::1 ::1 40000 25\r\n", Some(("[2001:db8::1]:40000", "[::1]:25")));
        check(b"PROXY UNKNOWN\r\n", None);
        check(b"PROXY UNKNOWN anything at all\r\n", None);
        check(b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\x03abc", None);
        check(
            b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0d\xc0\0\x02\x01\xc0\0\x02\x02\0\x01\0\x19T",
            Some(("192.0.2.1:1", "192.0.2.2:25")),
        );
    }

    #[test]
    fn smtp_b94_what_is_no_header_is_refused_at_once() {
        for input in [
            &b"EHLO x\r\n"[..],
            b"\r\n\r\n\0\r\nQUIT\r",
            b"PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n",
            b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n",
            b"PROXY TCP4 ::1 ::2 1 2\r\n",
            b"PROXY TCP4 1.2.3.4 5.6.7.8 1 65536\r\n",
            b"PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n",
            b"PROXY TCP4 1.2.3.4 5.6.7.8 +1 2\r\n",
            b"PROXY TCP4 01.2.3.4 5.6.7.8 1 2\r\n",
            b"PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n",
            b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n",
            b"PROXY TCP4  1.2.3.4 5.6.7.8 1 2\r\n",
            b"\r\n\r\n\0\r\nQUIT\n\x22",
            b"\r\n\r\n\0\r\nQUIT\n\x21\x12\0\x0cabcdefghijkl",
            b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0babcdefghijk",
            b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x02\x09",
        ] {
            assert!(ProxyHeader::parse(input).is_err(), "{}", input.escape_ascii());
        }
        let long = [b"PROXY UNKNOWN ".as_slice(), &[b'x'; 93]].concat();
        assert!(ProxyHeader::parse(&long).is_err());
        assert_eq!(ProxyHeader::parse(&long[..106]), Ok(None));
    }
}
