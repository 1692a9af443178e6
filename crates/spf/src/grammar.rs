//! The grammar of RFC 7208 §12, one function per rule, shared by the strict parser, the linter and the evaluator.
//!
//! in:  octets of a record      out: terms, or where a term stops being one
//! law: one pass per term, no allocation, nothing accepted that the grammar does not have

use core::net::{Ipv4Addr, Ipv6Addr};

use crate::record::{DomainSpec, Letters, Mechanism, ParseError, Prefix, Qualifier, Term, TermKind};

/// What a fault does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Faults {
    /// It ends the parsing.
    End,
    /// The faulty term is left out: the second opinion.
    LeaveOut,
}

/// Octets of a record beyond which it can't be a TXT record.
const LONGEST: usize = u16::MAX as usize;

/// `version = "v=spf1"`, ended by SP or the end of the record.
pub(crate) fn version(text: &[u8]) -> bool {
    match text.split_at_checked(6) {
        Some((version, rest)) => version.eq_ignore_ascii_case(b"v=spf1") && matches!(rest, [] | [b' ', ..]),
        None => false,
    }
}

/// An upper bound of the number of terms, to allocate once.
pub(crate) fn terms_at_most(text: &[u8]) -> usize {
    text.len().wrapping_div(5).min(64).saturating_add(1)
}

/// `record = version terms *SP`
pub(crate) fn record(text: &[u8], faults: Faults, sink: &mut impl FnMut(Term)) -> Result<(), ParseError> {
    if !version(text) {
        return Err(ParseError { at: 0, expected: "`v=spf1`, then a blank or the end" });
    }
    if text.len() > LONGEST {
        return Err(ParseError { at: LONGEST, expected: "the end: a TXT record holds at most 65535 octets" });
    }
    let (mut redirects, mut explanations) = (false, false);
    for (start, end) in Words::new(text) {
        let parsed = term(text, start, end).and_then(|term| {
            let seen = match term.kind {
                TermKind::Redirect(_) => &mut redirects,
                TermKind::Explanation(_) => &mut explanations,
                TermKind::Directive(..) | TermKind::Unknown => return Ok(term),
            };
            if core::mem::replace(seen, true) { Err(twice(start)) } else { Ok(term) }
        });
        match parsed {
            Ok(term) => sink(term),
            Err(error) if faults == Faults::End => return Err(error),
            Err(_) => {}
        }
    }
    Ok(())
}

/// The second `redirect=` or `exp=` of a record (RFC 7208 §6).
pub(crate) const fn twice(at: usize) -> ParseError {
    ParseError { at, expected: "`redirect=` and `exp=` at most once each" }
}

/// The words behind the version, as ranges.
pub(crate) struct Words<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'t> Words<'t> {
    pub(crate) const fn new(text: &'t [u8]) -> Self {
        Self { text, at: 6 }
    }
}

impl Iterator for Words<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<(usize, usize)> {
        let rest = self.text.get(self.at..)?;
        let blanks = rest.iter().position(|octet| *octet != b' ')?;
        let start = self.at.wrapping_add(blanks);
        let word = rest.get(blanks..)?;
        let length = word.iter().position(|octet| *octet == b' ').unwrap_or(word.len());
        self.at = start.wrapping_add(length);
        Some((start, self.at))
    }
}

const fn error(at: usize, expected: &'static str) -> ParseError {
    ParseError { at, expected }
}

/// What an octet that is no visible ASCII character deserves; otherwise what was expected.
fn unless_visible(text: &[u8], at: usize, expected: &'static str) -> ParseError {
    match text.get(at) {
        // A blank is the end of the term.
        Some(0x20..=0x7e) | None => error(at, expected),
        Some(_) => error(at, VISIBLE),
    }
}

pub(crate) const VISIBLE: &str = "a visible ASCII character";
pub(crate) const MECHANISM: &str = "all, a, mx, ptr, ip4, ip6, include or exists";

/// `directive / modifier`
pub(crate) fn term(text: &[u8], start: usize, end: usize) -> Result<Term, ParseError> {
    let word = text.get(start..end).unwrap_or_default();
    let (qualifier, signs) = match word.first() {
        Some(b'+') => (Qualifier::Pass, 1),
        Some(b'-') => (Qualifier::Fail, 1),
        Some(b'~') => (Qualifier::SoftFail, 1),
        Some(b'?') => (Qualifier::Neutral, 1),
        _ => (Qualifier::Pass, 0),
    };
    let word = word.get(signs..).unwrap_or_default();
    let name_at = start.wrapping_add(signs);
    let length = word.iter().position(|octet| !is_name(*octet)).unwrap_or(word.len());
    let (name, rest) = word.split_at_checked(length).unwrap_or_default();
    let rest_at = name_at.wrapping_add(length);
    let kind = match rest.first() {
        Some(b'=') => {
            if signs > 0 {
                return Err(error(start, "a modifier without a qualifier"));
            }
            modifier(text, name, name_at, rest_at.wrapping_add(1), end)?
        }
        None | Some(b':' | b'/') => {
            TermKind::Directive(qualifier, mechanism(text, name, name_at, rest_at, end)?)
        }
        Some(_) => return Err(unless_visible(text, rest_at, MECHANISM)),
    };
    // Both below 65536, as `record` checked.
    let short = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
    Ok(Term { start: short(start), end: short(end), kind })
}

const fn is_name(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.')
}

/// `modifier = redirect / explanation / unknown-modifier`
fn modifier(text: &[u8], name: &[u8], name_at: usize, at: usize, end: usize) -> Result<TermKind, ParseError> {
    if name.eq_ignore_ascii_case(b"redirect") {
        domain_spec(text, at, end).map(TermKind::Redirect)
    } else if name.eq_ignore_ascii_case(b"exp") {
        domain_spec(text, at, end).map(TermKind::Explanation)
    } else if name.first().is_some_and(u8::is_ascii_alphabetic) {
        macro_string(text, at, end, In::Record).map(|_| TermKind::Unknown)
    } else {
        Err(error(name_at, "a name that starts with a letter"))
    }
}

/// `mechanism = all / include / a / mx / ptr / ip4 / ip6 / exists`
fn mechanism(
    text: &[u8],
    name: &[u8],
    name_at: usize,
    at: usize,
    end: usize,
) -> Result<Mechanism, ParseError> {
    let mut word = [0_u8; 7];
    let Some(lower) = word.get_mut(..name.len()) else {
        return Err(error(name_at, MECHANISM));
    };
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    let colon = text.get(at) == Some(&b':') && at < end;
    let behind = at.wrapping_add(1);
    match &*lower {
        b"ip4" if colon => ip4(text, behind, end),
        b"ip6" if colon => ip6(text, behind, end),
        b"include" if colon => domain_spec(text, behind, end).map(Mechanism::Include),
        b"exists" if colon => domain_spec(text, behind, end).map(Mechanism::Exists),
        b"ip4" | b"ip6" => Err(error(at, "`:` and an address")),
        b"include" | b"exists" => Err(error(at, "`:` and a domain")),
        b"a" => target(text, at, end).map(|(target, prefix)| Mechanism::A { target, prefix }),
        b"mx" => target(text, at, end).map(|(target, prefix)| Mechanism::Mx { target, prefix }),
        b"ptr" if colon => Ok(Mechanism::Ptr { target: Some(domain_spec(text, behind, end)?) }),
        b"ptr" if at == end => Ok(Mechanism::Ptr { target: None }),
        b"ptr" => Err(error(at, "`:` and a domain, or the end of the term")),
        b"all" if at == end => Ok(Mechanism::All),
        b"all" => Err(error(at, "the end of the term")),
        _ => Err(error(name_at, MECHANISM)),
    }
}

/// `[ ":" domain-spec ] [ dual-cidr-length ]`
fn target(text: &[u8], at: usize, end: usize) -> Result<(Option<DomainSpec>, Prefix), ParseError> {
    if at == end {
        return Ok((None, Prefix::FULL));
    }
    let (stop, prefix) = dual_cidr_length(text, at, end)?;
    if stop == at {
        return Ok((None, prefix));
    }
    if text.get(at) != Some(&b':') {
        return Err(error(at, "`:` and a domain, a prefix length, or the end of the term"));
    }
    Ok((Some(domain_spec(text, at.wrapping_add(1), stop)?), prefix))
}

/// `dual-cidr-length = [ ip4-cidr-length ] [ "/" ip6-cidr-length ]`, found from the end, since a domain may hold
/// slashes, too. Gives where it starts.
fn dual_cidr_length(text: &[u8], at: usize, end: usize) -> Result<(usize, Prefix), ParseError> {
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
    let expected = if most == 32 { "a prefix length, 0 to 32" } else { "a prefix length, 0 to 128" };
    let digits = text.get(at..end).unwrap_or_default();
    let value = match digits {
        [b'0'] => 0,
        [b'1'..=b'9', rest @ ..] if rest.len() < 3 => digits
            .iter()
            .try_fold(0_u16, |value, digit| {
                if !digit.is_ascii_digit() {
                    return None;
                }
                Some(value.wrapping_mul(10).wrapping_add(u16::from(digit.wrapping_sub(b'0'))))
            })
            .unwrap_or(u16::MAX),
        _ => u16::MAX,
    };
    match u8::try_from(value) {
        Ok(value) if value <= most => Ok(value),
        _ => Err(error(at, expected)),
    }
}

/// `ip4 = "ip4" ":" ip4-network [ ip4-cidr-length ]`
fn ip4(text: &[u8], start: usize, end: usize) -> Result<Mechanism, ParseError> {
    let mut at = start;
    let mut octets = [0_u8; 4];
    for (i, octet) in octets.iter_mut().enumerate() {
        if i > 0 {
            if text.get(at) != Some(&b'.') || at >= end {
                return Err(unless_visible(text, at.min(end), "an IPv4 address"));
            }
            at = at.wrapping_add(1);
        }
        (*octet, at) = qnum(text, at, end)?;
    }
    let network = Ipv4Addr::from(octets);
    if at == end {
        return Ok(Mechanism::Ip4 { network, prefix: 32 });
    }
    if text.get(at) != Some(&b'/') {
        return Err(unless_visible(text, at, "a prefix length or the end of the term"));
    }
    let prefix = prefix_length(text, at.wrapping_add(1), end, 32)?;
    Ok(Mechanism::Ip4 { network, prefix })
}

/// `qnum`: 0 to 255 without a leading zero. Gives the number and where it ends.
fn qnum(text: &[u8], start: usize, end: usize) -> Result<(u8, usize), ParseError> {
    let digits = text.get(start..end).unwrap_or_default();
    let mut value = 0_u16;
    let mut length = 0_usize;
    for octet in digits.iter().take(3) {
        if !octet.is_ascii_digit() {
            break;
        }
        value = value.wrapping_mul(10).wrapping_add(u16::from(octet.wrapping_sub(b'0')));
        length = length.wrapping_add(1);
    }
    match (u8::try_from(value), length, digits.first()) {
        (_, 0, _) => Err(unless_visible(text, start.min(end), "an IPv4 address")),
        (Err(_), ..) => Err(error(start, "a number up to 255")),
        (Ok(_), 2.., Some(b'0')) => Err(error(start, "a number without leading zeros")),
        (Ok(value), ..) => Ok((value, start.wrapping_add(length))),
    }
}

/// `ip6 = "ip6" ":" ip6-network [ ip6-cidr-length ]`
fn ip6(text: &[u8], start: usize, end: usize) -> Result<Mechanism, ParseError> {
    let all = text.get(start..end).unwrap_or_default();
    let length = all.iter().position(|octet| *octet == b'/').unwrap_or(all.len());
    let address = all.get(..length).unwrap_or_default();
    let stop = start.wrapping_add(length);
    let Some(network) = ip6_network(address) else {
        let bad = address.iter().position(|octet| !matches!(octet, 0x21..=0x7e)).unwrap_or(0);
        return Err(unless_visible(text, start.wrapping_add(bad), "an IPv6 address"));
    };
    let prefix = if stop == end { 128 } else { prefix_length(text, stop.wrapping_add(1), end, 128)? };
    Ok(Mechanism::Ip6 { network, prefix })
}

/// `ip6-network`, RFC 4291 §2.2: groups of hexadecimal digits, one `::` at most, an IPv4 address at the end.
fn ip6_network(text: &[u8]) -> Option<Ipv6Addr> {
    let mut groups = [0_u16; 8];
    let mut count = 0_usize;
    // Where the groups behind `::` begin.
    let mut gap = None;
    let mut rest = text;
    if let [b':', b':', after @ ..] = rest {
        (gap, rest) = (Some(0), after);
    }
    while !rest.is_empty() {
        let mut value = 0_u16;
        let mut length = 0_usize;
        for octet in rest.iter().take(4) {
            let digit = match octet {
                b'0'..=b'9' => octet.wrapping_sub(b'0'),
                b'a'..=b'f' => octet.wrapping_sub(b'a').wrapping_add(10),
                b'A'..=b'F' => octet.wrapping_sub(b'A').wrapping_add(10),
                _ => break,
            };
            value = value << 4 | u16::from(digit);
            length = length.wrapping_add(1);
        }
        if rest.get(length) == Some(&b'.') {
            let Ok(Mechanism::Ip4 { network, prefix: 32 }) = ip4(rest, 0, rest.len()) else { return None };
            let [a, b, c, d] = network.octets();
            *groups.get_mut(count)? = u16::from_be_bytes([a, b]);
            *groups.get_mut(count.wrapping_add(1))? = u16::from_be_bytes([c, d]);
            count = count.wrapping_add(2);
            break;
        }
        if length == 0 {
            return None;
        }
        *groups.get_mut(count)? = value;
        count = count.wrapping_add(1);
        rest = match rest.get(length..)? {
            [] => &[],
            [b':', b':', after @ ..] if gap.is_none() => {
                gap = Some(count);
                after
            }
            [b':', after @ ..] if !after.is_empty() => after,
            _ => return None,
        };
    }
    match gap {
        None if count == 8 => {}
        // `::` stands for one group at least.
        Some(gap) if count < 8 => groups.get_mut(gap..)?.rotate_right(8_usize.wrapping_sub(count)),
        _ => return None,
    }
    Some(Ipv6Addr::from(groups))
}

/// `domain-spec = macro-string domain-end`
fn domain_spec(text: &[u8], start: usize, end: usize) -> Result<DomainSpec, ParseError> {
    let (letters, macro_end) = macro_string(text, start, end, In::Record)?;
    if macro_end != end || start == end {
        domain_end(text, macro_end, end)?;
    }
    // Both below 65536, as `record` checked.
    let short = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
    Ok(DomainSpec { start: short(start), end: short(end), letters })
}

/// `domain-end = ( "." toplabel [ "." ] ) / macro-expand`, the part behind the last macro
fn domain_end(text: &[u8], start: usize, end: usize) -> Result<(), ParseError> {
    let tail = text.get(start..end).unwrap_or_default();
    let tail = tail.strip_suffix(b".").unwrap_or(tail);
    let Some(dot) = tail.iter().rposition(|octet| *octet == b'.') else {
        let expected = if tail.is_empty() { "a domain" } else { "a domain of at least two labels" };
        return Err(error(start, expected));
    };
    let label_at = dot.wrapping_add(1);
    let label = tail.get(label_at..).unwrap_or_default();
    let fine = |octet: &u8| octet.is_ascii_alphanumeric() || *octet == b'-';
    let (Some(first), Some(last)) = (label.first(), label.last()) else {
        return Err(error(start.wrapping_add(label_at), "a top label"));
    };
    if let Some(bad) = label.iter().position(|octet| !fine(octet)) {
        return Err(error(
            start.wrapping_add(label_at).wrapping_add(bad),
            "a top label of letters, digits and hyphens",
        ));
    }
    if *first == b'-' || *last == b'-' {
        return Err(error(start.wrapping_add(label_at), "a top label without a hyphen at its ends"));
    }
    if label.iter().all(u8::is_ascii_digit) {
        return Err(error(
            start.wrapping_add(label_at),
            "a top label that is no number (addresses go into ip4: or ip6:)",
        ));
    }
    Ok(())
}

/// Where a macro stands: `c`, `r` and `t` are for explanations only (RFC 7208 §7.2).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum In {
    Record,
    Explanation,
}

/// `macro-string = *( macro-expand / macro-literal )`. Gives the letters and where the last macro ends.
fn macro_string(text: &[u8], start: usize, end: usize, place: In) -> Result<(Letters, usize), ParseError> {
    let mut letters = 0_u16;
    let mut macro_end = start;
    let mut at = start;
    let octets = text.get(..end).unwrap_or_default();
    while let Some(octet) = octets.get(at) {
        match octet {
            b'%' => {
                let found = macro_expand(octets, at, place)?;
                letters |= Letters::PERCENT | Letters::bit(found.letter);
                at = found.end;
                macro_end = at;
            }
            0x21..=0x7e => at = at.wrapping_add(1),
            _ => return Err(error(at, VISIBLE)),
        }
    }
    Ok((Letters(letters), macro_end))
}

/// One macro, found.
#[derive(Clone, Copy)]
pub(crate) struct Macro<'t> {
    /// In lower case; `%`, `_` or `-` for the three without braces.
    pub(crate) letter: u8,
    /// Whether the letter is in upper case: the value is URL-escaped.
    pub(crate) escape: bool,
    /// How many right-hand parts are kept; 0 for all.
    pub(crate) keep: usize,
    pub(crate) reverse: bool,
    pub(crate) delimiters: &'t [u8],
    /// Where it ends.
    pub(crate) end: usize,
}

/// `macro-expand = ( "%{" macro-letter transformers *delimiter "}" ) / "%%" / "%_" / "%-"`
pub(crate) fn macro_expand(text: &[u8], start: usize, place: In) -> Result<Macro<'_>, ParseError> {
    let mut at = start.wrapping_add(1);
    match text.get(at) {
        Some(b'{') => {}
        Some(&letter @ (b'%' | b'_' | b'-')) => {
            let end = at.wrapping_add(1);
            return Ok(Macro { letter, escape: false, keep: 0, reverse: false, delimiters: &[], end });
        }
        _ => return Err(error(start, "`%{`, `%%`, `%_` or `%-`")),
    }
    at = at.wrapping_add(1);
    let written = text.get(at).copied().unwrap_or(0);
    let letter = written.to_ascii_lowercase();
    let allowed = match letter {
        b's' | b'l' | b'o' | b'd' | b'i' | b'p' | b'v' | b'h' => true,
        b'c' | b'r' | b't' => place == In::Explanation,
        _ => false,
    };
    if !allowed {
        let expected = if place == In::Record { "a macro letter: s l o d i p v h" } else { "a macro letter" };
        return Err(error(at, expected));
    }
    at = at.wrapping_add(1);
    let digits_at = at;
    let mut keep = 0_usize;
    while let Some(digit @ b'0'..=b'9') = text.get(at) {
        keep = keep.saturating_mul(10).saturating_add(usize::from(digit.wrapping_sub(b'0')));
        at = at.wrapping_add(1);
    }
    if keep == 0 && at != digits_at {
        return Err(error(digits_at, "a number above zero"));
    }
    let reverse = matches!(text.get(at), Some(b'r' | b'R'));
    at = at.wrapping_add(usize::from(reverse));
    let delimiters_at = at;
    while let Some(b'.' | b'-' | b'+' | b',' | b'/' | b'_' | b'=') = text.get(at) {
        at = at.wrapping_add(1);
    }
    let delimiters = text.get(delimiters_at..at).unwrap_or_default();
    match text.get(at) {
        Some(b'}') => {
            let end = at.wrapping_add(1);
            Ok(Macro { letter, escape: written != letter, keep, reverse, delimiters, end })
        }
        _ => Err(error(at, "`}`")),
    }
}
