//! Looks at what HTML would look like: colours, balance of tags, hosts of links.
//!
//! in:  a style, the names of tags, a link      out: is the text hard to see, is the HTML broken, does the link hide its aim
//! law: a few look-ups per tag; heuristic, so hints and warnings only

use crate::checks::html::names::key;
use crate::checks::script;

/// How far three channels together may be apart for text that nobody sees, of 765.
const CLOSE: u16 = 60;

/// Does one style give the text nearly the colour of what is behind it? `plain`: in lower case, without blanks.
pub(crate) fn is_low_contrast(plain: &[u8]) -> bool {
    let (mut text, mut behind) = (None, None);
    for declaration in plain.split(|b| *b == b';') {
        let Some(at) = memchr::memchr(b':', declaration) else { continue };
        let (name, value) = declaration.split_at(at);
        let value = value.get(1..).unwrap_or_default();
        match name {
            b"color" => text = colour(value),
            b"background-color" | b"background" => behind = colour(value),
            _ => {}
        }
    }
    let (Some(text), Some(behind)) = (text, behind) else { return false };
    let apart = text.iter().zip(behind).map(|(a, b)| u16::from(a.abs_diff(b)));
    apart.fold(0_u16, u16::saturating_add) <= CLOSE
}

/// `#fff`, `#ffffff`, `rgb(255,255,255)` or one of the names that mail uses.
fn colour(value: &[u8]) -> Option<[u8; 3]> {
    let value = value.strip_suffix(b"!important").unwrap_or(value);
    if let Some(digits) = value.strip_prefix(b"#") {
        let digit = |at: usize| crate::grammar::word::hex(*digits.get(at)?);
        let two = |at: usize| Some(digit(at)?.wrapping_shl(4) | digit(at.saturating_add(1))?);
        return match digits.len() {
            3 => Some([digit(0)?.wrapping_mul(17), digit(1)?.wrapping_mul(17), digit(2)?.wrapping_mul(17)]),
            6 => Some([two(0)?, two(2)?, two(4)?]),
            _ => None,
        };
    }
    if let Some(inside) = value.strip_prefix(b"rgb(").and_then(|rest| rest.strip_suffix(b")")) {
        let mut channels = inside.split(|b| *b == b',').map(|n| core::str::from_utf8(n).ok()?.parse().ok());
        return Some([channels.next()??, channels.next()??, channels.next()??]);
    }
    let named: [(&[u8], [u8; 3]); 6] = [
        (b"white", [255; 3]),
        (b"black", [0; 3]),
        (b"silver", [192; 3]),
        (b"gray", [128; 3]),
        (b"grey", [128; 3]),
        (b"whitesmoke", [245; 3]),
    ];
    named.iter().find(|(name, _)| *name == value).map(|(_, colour)| *colour)
}

/// Tags that are opened and closed, by name.
#[derive(Debug, Default)]
pub(crate) struct Balance {
    tags: [(u32, u32); 5],
}

/// The tags that are counted.
const PAIRED: [(u64, &[u8]); 5] = [
    (key(b"table"), b"table"),
    (key(b"div"), b"div"),
    (key(b"span"), b"span"),
    (key(b"a"), b"a"),
    (key(b"font"), b"font"),
];

impl Balance {
    /// `name`: that of the tag, as one number.
    pub(crate) fn tag(&mut self, name: u64, closing: bool) {
        let Some(at) = PAIRED.iter().position(|(paired, _)| *paired == name) else { return };
        if let Some((opened, closed)) = self.tags.get_mut(at) {
            let count = if closing { closed } else { opened };
            *count = count.saturating_add(1);
        }
    }

    /// The tag that is furthest from balanced: more than five are missing, and a fourth of all. With both counts.
    pub(crate) fn far(&self) -> Option<(&'static [u8], u32, u32)> {
        PAIRED.iter().zip(self.tags).map(|((_, name), (opened, closed))| (*name, opened, closed)).find(
            |(_, opened, closed)| {
                let missing = opened.abs_diff(*closed);
                missing > 5 && missing.saturating_mul(4) > (*opened).max(*closed)
            },
        )
    }
}

/// Does a label of the host mix scripts whose letters look alike, as it stands or behind `xn--`?
pub(crate) fn mixes_scripts(host: &[u8]) -> bool {
    if host.is_ascii()
        && !memchr::memchr_iter(b'x', host)
            .any(|at| host.get(at..).is_some_and(|rest| rest.starts_with(b"xn--")))
    {
        return false;
    }
    let Ok(text) = core::str::from_utf8(host) else { return false };
    let grammar = mailwright_address::Grammar::lenient();
    match mailwright_address::Domain::parse(host, grammar) {
        Ok(domain) => domain.to_unicode().split('.').any(script::mixes_scripts),
        Err(_) => text.split('.').any(script::mixes_scripts),
    }
}

/// Is the host written so that people don't see where it leads? `authority`: what stands between `//` and the path.
pub(crate) fn is_obfuscated(authority: &[u8]) -> bool {
    let host = authority.rsplit(|b| *b == b'@').next().unwrap_or_default();
    let coded = memchr::memchr2_iter(b'%', b'&', host)
        .any(|at| matches!(host.get(at..), Some([b'%', ..] | [b'&', b'#', ..])));
    let number = host.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(b"0x"));
    coded
        || number
        || !authority.is_ascii() && core::str::from_utf8(authority).is_ok_and(script::has_invisible)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_compared_where_both_are_said() {
        for style in [
            "color:#fff;background-color:#ffffff",
            "color:#fefefe;background:white",
            "color:rgb(250,250,250)!important;background-color:#ffffff;font-size:12px",
        ] {
            let plain = style.as_bytes();
            assert!(is_low_contrast(plain), "{style}");
        }
        for style in [
            "color:#fff",
            "color:#fff;background:#000",
            "color:#777;background:#fff",
            "color:x;background:y",
            "color:#ff;background:#ff",
        ] {
            assert!(!is_low_contrast(style.as_bytes()), "{style}");
        }
    }

    #[test]
    fn hosts_that_hide_are_told() {
        for host in ["ex%61mple.com", "0x7f000001", "exam&#112;le.com", "exam\u{200b}ple.com", "u@0X7F.1"] {
            assert!(is_obfuscated(host.as_bytes()), "{host}");
        }
        assert!(!is_obfuscated(b"example.com") && !is_obfuscated("m\u{fc}ller.example".as_bytes()));
        assert!(mixes_scripts("p\u{430}ypal.com".as_bytes()) && mixes_scripts(b"xn--pypal-4ve.com"));
        assert!(!mixes_scripts("m\u{fc}ller.example".as_bytes()) && !mixes_scripts(b"xn--mller-kva.example"));
    }
}
