//! Reads and writes the texts inside SASL messages.
//!
//! in:  one decoded message      out: its attributes
//! law: whole messages only; what is left over is a fault (RFC 5802 §7, RFC 5801 §4, RFC 7628 §3.1)

use alloc::vec::Vec;

use super::base64;

/// Fewer rounds than this protect nobody (RFC 7677 §4).
pub(super) const MIN_ITERATIONS: u32 = 4096;

/// Whether and how the client binds to the channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BindFlag<'a> {
    /// `n`: it cannot.
    No,
    /// `y`: it could, but believes that the server cannot.
    Unoffered,
    /// `p=`: by the value of this name.
    By(&'a [u8]),
}

/// What stands before the message of the mechanism proper.
#[derive(Debug)]
pub(super) struct Header<'a> {
    pub(super) flag: BindFlag<'a>,
    pub(super) authzid: Vec<u8>,
    /// The header itself, the comma at its end included.
    pub(super) octets: &'a [u8],
}

/// Cuts the header off: `gs2-header = gs2-cbind-flag "," [ "a=" saslname ] ","`.
pub(super) fn header(message: &[u8]) -> Option<(Header<'_>, &[u8])> {
    let (flag, rest) = until_comma(message)?;
    let (authzid, rest) = until_comma(rest)?;
    let flag = match flag {
        b"n" => BindFlag::No,
        b"y" => BindFlag::Unoffered,
        _ => BindFlag::By(flag.strip_prefix(b"p=").filter(|name| !name.is_empty())?),
    };
    let authzid = match authzid {
        b"" => Vec::new(),
        _ => name(authzid.strip_prefix(b"a=")?)?,
    };
    let octets = message.get(..message.len().checked_sub(rest.len())?)?;
    Some((Header { flag, authzid, octets }, rest))
}

/// The client's first message without its header: user and nonce.
pub(super) fn client_first(bare: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut parts = bare.split(|&octet| octet == b',');
    let user = name(parts.next()?.strip_prefix(b"n=")?)?;
    let nonce = parts.next()?.strip_prefix(b"r=").filter(|nonce| printable(nonce))?;
    let extensions = parts.all(attribute);
    (!user.is_empty() && extensions).then_some((user, nonce))
}

/// The server's first message: nonce, salt, iterations.
pub(super) fn server_first(message: &[u8]) -> Option<(&[u8], Vec<u8>, u32)> {
    let mut parts = message.split(|&octet| octet == b',');
    let nonce = parts.next()?.strip_prefix(b"r=").filter(|nonce| printable(nonce))?;
    let salt = base64::decode(parts.next()?.strip_prefix(b"s=")?).ok()?;
    let iterations = decimal(parts.next()?.strip_prefix(b"i=")?)?;
    (!salt.is_empty() && parts.all(attribute)).then_some((nonce, salt, iterations))
}

/// The client's final message.
#[derive(Debug)]
pub(super) struct ClientFinal<'a> {
    pub(super) binding: Vec<u8>,
    pub(super) nonce: &'a [u8],
    pub(super) proof: Vec<u8>,
    /// All up to the comma before the proof.
    pub(super) without_proof: &'a [u8],
}

pub(super) fn client_final(message: &[u8]) -> Option<ClientFinal<'_>> {
    let comma = message.iter().rposition(|&octet| octet == b',')?;
    let (without_proof, proof) = message.split_at_checked(comma)?;
    let mut parts = without_proof.split(|&octet| octet == b',');
    let binding = base64::decode(parts.next()?.strip_prefix(b"c=")?).ok()?;
    let nonce = parts.next()?.strip_prefix(b"r=").filter(|nonce| printable(nonce))?;
    let proof = base64::decode(proof.strip_prefix(b",p=")?).ok()?;
    parts.all(attribute).then_some(ClientFinal { binding, nonce, proof, without_proof })
}

/// The server's final message: its signature.
pub(super) fn server_final(message: &[u8]) -> Option<Vec<u8>> {
    let mut parts = message.split(|&octet| octet == b',');
    let signature = base64::decode(parts.next()?.strip_prefix(b"v=")?).ok()?;
    parts.all(attribute).then_some(signature)
}

/// Writes a name: `saslname`, in which `,` and `=` are coded.
pub(super) fn write_name(name: &[u8], out: &mut Vec<u8>) {
    for &octet in name {
        match octet {
            b',' => out.extend_from_slice(b"=2C"),
            b'=' => out.extend_from_slice(b"=3D"),
            _ => out.push(octet),
        }
    }
}

/// The value of `auth` in the key-value pairs of OAUTHBEARER and XOAUTH2, and that of `user` in the latter.
///
/// `kvpairs = *( key "=" value %x01 ) %x01`
pub(super) fn pairs(message: &[u8]) -> Option<Pairs<'_>> {
    let mut found = Pairs { user: None, auth: None };
    let mut rest = message;
    loop {
        let end = rest.iter().position(|&octet| octet == SEPARATOR)?;
        let (pair, after) = rest.split_at_checked(end)?;
        rest = after.split_first()?.1;
        if pair.is_empty() {
            return (rest.is_empty()).then_some(found);
        }
        let equals = pair.iter().position(|&octet| octet == b'=')?;
        let (key, value) = pair.split_at_checked(equals)?;
        let value = value.split_first()?.1;
        if key.is_empty() || !key.iter().all(u8::is_ascii_alphabetic) {
            return None;
        }
        let place = match key {
            b"user" => &mut found.user,
            b"auth" => &mut found.auth,
            _ => continue,
        };
        if place.replace(value).is_some() {
            return None;
        }
    }
}

#[derive(Debug)]
pub(super) struct Pairs<'a> {
    pub(super) user: Option<&'a [u8]>,
    pub(super) auth: Option<&'a [u8]>,
}

/// The token behind `Bearer`, which stands in any case.
pub(super) fn bearer(auth: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = auth.split_at_checked(7)?;
    let fits = scheme.eq_ignore_ascii_case(b"bearer ") && !token.is_empty();
    (fits && token.iter().all(u8::is_ascii_graphic)).then_some(token)
}

pub(super) const SEPARATOR: u8 = 1;

fn name(coded: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(coded.len());
    let mut rest = coded;
    while let Some((&octet, after)) = rest.split_first() {
        rest = after;
        match octet {
            0 => return None,
            b'=' => {
                let (code, after) = rest.split_at_checked(2)?;
                rest = after;
                out.push(match code {
                    b"2C" => b',',
                    b"3D" => b'=',
                    _ => return None,
                });
            }
            _ => out.push(octet),
        }
    }
    Some(out)
}

fn until_comma(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let comma = text.iter().position(|&octet| octet == b',')?;
    let (head, rest) = text.split_at_checked(comma)?;
    Some((head, rest.split_first()?.1))
}

/// Whether this is an extension that may be passed over: a letter but `m`, `=`, and something.
fn attribute(part: &[u8]) -> bool {
    matches!(part, [letter, b'=', _, ..] if letter.is_ascii_alphabetic() && *letter != b'm')
}

fn printable(nonce: &[u8]) -> bool {
    !nonce.is_empty() && nonce.iter().all(u8::is_ascii_graphic)
}

fn decimal(digits: &[u8]) -> Option<u32> {
    let canonical = matches!(digits, [b'1'..=b'9', ..]) && digits.iter().all(u8::is_ascii_digit);
    canonical.then(|| core::str::from_utf8(digits).ok()?.parse().ok()).flatten()
}
