//! Addresses and prefix lengths, read by hand: what stands in `ip4:` and `ip6:`, and behind `a` and `mx`.

use core::net::{Ipv4Addr, Ipv6Addr};

use super::{ends, error, unless_visible};
use crate::record::{Mechanism, ParseError, Prefix};

/// `dual-cidr-length = [ ip4-cidr-length ] [ "/" ip6-cidr-length ]`, found from the end, since a domain may hold
/// slashes, too. Gives where it starts.
pub(super) fn dual_cidr_length(text: &[u8], at: usize, end: usize) -> Result<(usize, Prefix), ParseError> {
    let digits = |end: usize| {
        let run =
            text.get(at..end).unwrap_or_default().iter().rev().take_while(|o| o.is_ascii_digit()).count();
        end.wrapping_sub(run)
    };
    let slash = |before: usize| before > at && text.get(before.wrapping_sub(1)) == Some(&b'/');
    let mut prefix = Prefix::FULL;
    let last = digits(end);
    if !slash(last) {
        return Ok((end, prefix));
    }
    let mut stop = last.wrapping_sub(1);
    if slash(stop) {
        prefix.v6 = prefix_length(text, last, end, 128)?;
        stop = stop.wrapping_sub(1);
        let first = digits(stop);
        if slash(first) {
            prefix.v4 = prefix_length(text, first, stop, 32)?;
            stop = first.wrapping_sub(1);
        }
    } else {
        prefix.v4 = prefix_length(text, last, end, 32)?;
    }
    Ok((stop, prefix))
}

/// `"0" / %x31-39 0*2DIGIT`, up to `most`
fn prefix_length(text: &[u8], at: usize, end: usize, most: u8) -> Result<u8, ParseError> {
    match number(text, at) {
        Some((value, stop)) if stop == end && value <= u32::from(most) => {
            Ok(u8::try_from(value).unwrap_or(most))
        }
        _ => Err(error(at, range(most))),
    }
}

const fn range(most: u8) -> &'static str {
    if most == 32 { "a prefix length, 0 to 32" } else { "a prefix length, 0 to 128" }
}

/// A prefix length up to the end of the term; gives that, too.
fn last_prefix_length(text: &[u8], at: usize, most: u8) -> Result<(u8, usize), ParseError> {
    match number(text, at) {
        Some((value, end)) if ends(text, end) && value <= u32::from(most) => {
            Ok((u8::try_from(value).unwrap_or(most), end))
        }
        _ => Err(error(at, range(most))),
    }
}

/// One to three digits without a leading zero.
fn number(text: &[u8], at: usize) -> Option<(u32, usize)> {
    let mut value = digit(text, at)?;
    let mut end = at.wrapping_add(1);
    if value == 0 {
        return Some((0, end));
    }
    while end.wrapping_sub(at) < 3
        && let Some(more) = digit(text, end)
    {
        value = value.wrapping_mul(10).wrapping_add(more);
        end = end.wrapping_add(1);
    }
    Some((value, end))
}

fn digit(text: &[u8], at: usize) -> Option<u32> {
    let value = text.get(at)?.wrapping_sub(b'0');
    if value < 10 { Some(u32::from(value)) } else { None }
}

/// `ip4 = "ip4" ":" ip4-network [ ip4-cidr-length ]`
pub(super) fn ip4(text: &[u8], start: usize) -> Result<(Mechanism, usize), ParseError> {
    let (network, at) = ip4_network(text, start)?;
    match text.get(at) {
        None | Some(b' ') => Ok((Mechanism::Ip4 { network, prefix: 32 }, at)),
        Some(b'/') => {
            let (prefix, end) = last_prefix_length(text, at.wrapping_add(1), 32)?;
            Ok((Mechanism::Ip4 { network, prefix }, end))
        }
        Some(_) => Err(unless_visible(text, at, "a prefix length or the end of the term")),
    }
}

/// `ip4-network = qnum "." qnum "." qnum "." qnum`
fn ip4_network(text: &[u8], start: usize) -> Result<(Ipv4Addr, usize), ParseError> {
    let (mut bits, mut at) = qnum(text, start)?;
    for _ in 0..3 {
        if text.get(at) != Some(&b'.') {
            return Err(unless_visible(text, at, "an IPv4 address"));
        }
        let (octet, next) = qnum(text, at.wrapping_add(1))?;
        (bits, at) = (bits << 8 | octet, next);
    }
    Ok((Ipv4Addr::from_bits(bits), at))
}

/// `qnum`: 0 to 255 without a leading zero. Gives the number and where it ends.
fn qnum(text: &[u8], start: usize) -> Result<(u32, usize), ParseError> {
    match number(text, start) {
        None => Err(unless_visible(text, start, "an IPv4 address")),
        Some((256.., _)) => Err(error(start, "a number up to 255")),
        Some((0, end)) if digit(text, end).is_some() => Err(error(start, "a number without leading zeros")),
        Some(found) => Ok(found),
    }
}

/// `ip6 = "ip6" ":" ip6-network [ ip6-cidr-length ]`
pub(super) fn ip6(text: &[u8], start: usize) -> Result<(Mechanism, usize), ParseError> {
    let Some((network, at)) = ip6_network(text, start) else {
        let rest = text.get(start..).unwrap_or_default();
        let bad = rest.iter().position(|octet| !octet.is_ascii_graphic() || *octet == b'/');
        let bad = bad.filter(|bad| !matches!(rest.get(*bad), Some(b' ' | b'/'))).unwrap_or(0);
        return Err(unless_visible(text, start.wrapping_add(bad), "an IPv6 address"));
    };
    if text.get(at) != Some(&b'/') {
        return Ok((Mechanism::Ip6 { network, prefix: 128 }, at));
    }
    let (prefix, end) = last_prefix_length(text, at.wrapping_add(1), 128)?;
    Ok((Mechanism::Ip6 { network, prefix }, end))
}

/// `ip6-network`, RFC 4291 §2.2: groups of hexadecimal digits, one `::` at most, an IPv4 address at the end. It ends
/// at a slash, a blank or the end.
fn ip6_network(text: &[u8], start: usize) -> Option<(Ipv6Addr, usize)> {
    let over = |at: usize| matches!(text.get(at), None | Some(b' ' | b'/'));
    let (mut bits, mut count, mut at) = (0_u128, 0_u32, start);
    // What stands before `::`, and how many groups that is.
    let mut gap = None;
    if let Some([b':', b':']) = text.get(at..at.wrapping_add(2)) {
        gap = Some((0, 0));
        at = at.wrapping_add(2);
    }
    while !(over(at) && gap.is_some_and(|(_, before)| before == count)) {
        let group_at = at;
        let mut group = 0_u32;
        while at.wrapping_sub(group_at) < 4
            && let Some(digit) = text.get(at).copied().and_then(hex)
        {
            group = group << 4 | digit;
            at = at.wrapping_add(1);
        }
        match text.get(at) {
            Some(b'.') => {
                let (v4, end) = ip4_network(text, group_at).ok()?;
                (bits, count, at) = (bits << 32 | u128::from(v4.to_bits()), count.wrapping_add(2), end);
                if over(at) {
                    break;
                }
                return None;
            }
            _ if at == group_at => return None,
            next => {
                (bits, count) = (bits << 16 | u128::from(group), count.wrapping_add(1));
                match next {
                    None | Some(b' ' | b'/') => break,
                    Some(b':') if count < 8 => at = at.wrapping_add(1),
                    Some(_) => return None,
                }
            }
        }
        if text.get(at) == Some(&b':') {
            if gap.is_some() {
                return None;
            }
            gap = Some((bits, count));
            at = at.wrapping_add(1);
        }
    }
    let bits = match gap {
        None if count == 8 => bits,
        // `::` stands for one group at least.
        Some((before, first)) if count < 8 => {
            let behind = count.wrapping_sub(first).wrapping_mul(16);
            let low = bits & u128::MAX.checked_shl(behind).map_or(u128::MAX, |above| !above);
            before.checked_shl(128_u32.wrapping_sub(first.wrapping_mul(16))).unwrap_or(0) | low
        }
        _ => return None,
    };
    Some((Ipv6Addr::from_bits(bits), at))
}

fn hex(octet: u8) -> Option<u32> {
    match octet {
        b'0'..=b'9' => Some(u32::from(octet.wrapping_sub(b'0'))),
        b'a'..=b'f' => Some(u32::from(octet.wrapping_sub(b'a')).wrapping_add(10)),
        b'A'..=b'F' => Some(u32::from(octet.wrapping_sub(b'A')).wrapping_add(10)),
        _ => None,
    }
}
