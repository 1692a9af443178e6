//! Knows the character sets of mail, and checks and decodes octets in them.
//!
//! in:  a label such as `utf-8`, and octets      out: text, or the offset of the first octet that is wrong
//! law: US-ASCII, UTF-8 and ISO-8859-1 are always there; the rest comes from `encoding_rs` (feature `charsets`);
//!      UTF-7, HZ and the replacement sets of WHATWG are known by name and never decoded

use alloc::borrow::Cow;
#[cfg(feature = "charsets")]
use alloc::boxed::Box;
use alloc::string::String;

/// A character set that a message may name.
///
/// # RFC
///
/// RFC 2046 §4.1.2; labels as in the WHATWG Encoding standard, where US-ASCII and ISO-8859-1 stay themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charset(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Ascii,
    Utf8,
    Latin1,
    /// Known, but dangerous or dead: never decoded.
    Closed(&'static str),
    #[cfg(feature = "charsets")]
    Other(&'static encoding_rs::Encoding),
}

/// Labels that are known and never decoded.
static CLOSED: [(&str, &str); 9] = [
    ("utf-7", "utf-7"),
    ("unicode-1-1-utf-7", "utf-7"),
    ("hz-gb-2312", "hz-gb-2312"),
    ("iso-2022-cn", "iso-2022-cn"),
    ("iso-2022-cn-ext", "iso-2022-cn"),
    ("iso-2022-kr", "iso-2022-kr"),
    ("utf-32", "utf-32"),
    ("utf-32be", "utf-32"),
    ("utf-32le", "utf-32"),
];

/// Labels that stand in mail and that WHATWG doesn't list.
#[cfg(feature = "charsets")]
static ALIASES: [(&str, &str); 6] = [
    ("cp932", "shift_jis"),
    ("cp936", "gbk"),
    ("cp949", "euc-kr"),
    ("cp950", "big5"),
    ("iso-8859-8-e", "iso-8859-8"),
    ("ks_c_5601", "euc-kr"),
];

impl Charset {
    /// US-ASCII, what text is without a label.
    pub const ASCII: Self = Self(Kind::Ascii);
    /// UTF-8.
    pub const UTF_8: Self = Self(Kind::Utf8);

    /// The set that `label` names, in whatever case, or `None` where nobody knows it.
    ///
    /// # Examples
    ///
    /// ```
    /// use mailwright_message::Charset;
    /// assert_eq!(Charset::find(b"UTF8").map(|c| c.name()), Some("utf-8"));
    /// assert_eq!(Charset::find(b"x-nonsense"), None);
    /// ```
    pub fn find(label: &[u8]) -> Option<Self> {
        let mut lower = [0_u8; 40];
        let label = crate::grammar::lexer::trim(label);
        if let Some(usual) = Self::usual(label) {
            return Some(usual);
        }
        let lower = lower.get_mut(..label.len())?;
        lower.copy_from_slice(label);
        lower.make_ascii_lowercase();
        let label = core::str::from_utf8(lower).ok()?;
        match label {
            "us-ascii" | "ascii" | "ansi_x3.4-1968" | "iso646-us" | "us" | "cp367" | "ansi_x3.4-1986" => {
                return Some(Self::ASCII);
            }
            "utf-8" | "utf8" => return Some(Self::UTF_8),
            "iso-8859-1" | "latin1" | "iso8859-1" | "iso_8859-1" | "l1" | "iso88591" | "iso_8859-1:1987"
            | "cp819" => {
                return Some(Self(Kind::Latin1));
            }
            _ => {}
        }
        if let Some((_, name)) = CLOSED.iter().find(|(l, _)| *l == label) {
            return Some(Self(Kind::Closed(name)));
        }
        Self::find_other(label)
    }

    /// What most labels say.
    const fn usual(label: &[u8]) -> Option<Self> {
        match label {
            b"utf-8" | b"UTF-8" => Some(Self::UTF_8),
            b"us-ascii" | b"US-ASCII" => Some(Self::ASCII),
            b"iso-8859-1" | b"ISO-8859-1" => Some(Self(Kind::Latin1)),
            _ => None,
        }
    }

    #[cfg(feature = "charsets")]
    fn find_other(label: &str) -> Option<Self> {
        let label = ALIASES.iter().find(|(l, _)| *l == label).map_or(label, |(_, name)| *name);
        let found = encoding_rs::Encoding::for_label_no_replacement(label.as_bytes())?;
        if found == encoding_rs::X_USER_DEFINED { None } else { Some(Self(Kind::Other(found))) }
    }

    #[cfg(not(feature = "charsets"))]
    fn find_other(_: &str) -> Option<Self> {
        None
    }

    /// The preferred name, in lower case.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Ascii => "us-ascii",
            Kind::Utf8 => "utf-8",
            Kind::Latin1 => "iso-8859-1",
            Kind::Closed(name) => name,
            #[cfg(feature = "charsets")]
            Kind::Other(found) => found.name(),
        }
    }

    /// Is every US-ASCII octet itself in this set? Not so in UTF-16, UTF-32, UTF-7 and ISO-2022.
    pub fn is_ascii_compatible(self) -> bool {
        match self.0 {
            Kind::Ascii | Kind::Utf8 | Kind::Latin1 => true,
            Kind::Closed(_) => false,
            #[cfg(feature = "charsets")]
            Kind::Other(found) => found.is_ascii_compatible() && found != encoding_rs::ISO_2022_JP,
        }
    }

    /// UTF-16 or UTF-32, which may not stand in a text part (RFC 2046 §4.1.1).
    pub fn is_wide(self) -> bool {
        match self.0 {
            Kind::Closed(name) => name == "utf-32",
            Kind::Ascii | Kind::Utf8 | Kind::Latin1 => false,
            #[cfg(feature = "charsets")]
            Kind::Other(found) => found == encoding_rs::UTF_16LE || found == encoding_rs::UTF_16BE,
        }
    }

    /// Known by name, never decoded: UTF-7, HZ and their kind.
    pub const fn is_closed(self) -> bool {
        matches!(self.0, Kind::Closed(_))
    }

    /// Is it US-ASCII?
    pub fn is_ascii(self) -> bool {
        self == Self::ASCII
    }

    /// Is it UTF-8?
    pub fn is_utf8(self) -> bool {
        self == Self::UTF_8
    }

    /// Is it ISO-8859-1?
    pub fn is_latin1(self) -> bool {
        self.0 == Kind::Latin1
    }

    /// Decodes whole `octets`; what is wrong becomes U+FFFD, and the flag says whether anything was.
    ///
    /// ISO-8859-1 is read as windows-1252, as every reader does. A closed set gives U+FFFD for all above 127.
    pub fn decode(self, octets: &[u8]) -> (String, bool) {
        match self.0 {
            Kind::Utf8 | Kind::Ascii => decode_utf8(octets, self.is_ascii()),
            Kind::Latin1 => (decode_latin1(octets), false),
            Kind::Closed(_) => decode_utf8(octets, true),
            #[cfg(feature = "charsets")]
            Kind::Other(found) => {
                // The mark of a wide set says in which order its octets stand, and is no text.
                let (text, bad) = if self.is_wide() {
                    let (text, _, bad) = found.decode(octets);
                    (text, bad)
                } else {
                    found.decode_without_bom_handling(octets)
                };
                (text.into_owned(), bad)
            }
        }
    }

    /// Does every one of whole `octets` stand for something? As [`decode`](Self::decode) says it beside the text.
    pub(crate) fn holds(self, octets: &[u8]) -> bool {
        match self.0 {
            Kind::Utf8 => core::str::from_utf8(octets).is_ok(),
            Kind::Ascii | Kind::Closed(_) => octets.is_ascii(),
            Kind::Latin1 => true,
            #[cfg(feature = "charsets")]
            Kind::Other(_) => !self.decode(octets).1,
        }
    }
}

fn decode_utf8(octets: &[u8], ascii: bool) -> (String, bool) {
    let text = String::from_utf8_lossy(octets);
    // What is right is borrowed.
    let bad = if ascii { !octets.is_ascii() } else { matches!(text, Cow::Owned(_)) };
    (text.into_owned(), bad)
}

fn decode_latin1(octets: &[u8]) -> String {
    #[cfg(feature = "charsets")]
    {
        encoding_rs::WINDOWS_1252.decode_without_bom_handling(octets).0.into_owned()
    }
    #[cfg(not(feature = "charsets"))]
    {
        octets.iter().map(|&b| char::from(b)).collect()
    }
}

/// Checks octets that come in pieces against one character set.
#[derive(Debug)]
pub(crate) struct Checker {
    kind: Check,
    seen: u64,
    bad: Option<u64>,
}

#[derive(Debug)]
enum Check {
    Nothing,
    Ascii,
    Utf8 {
        held: [u8; 4],
        length: usize,
    },
    #[cfg(feature = "charsets")]
    Other(Box<encoding_rs::Decoder>),
}

impl Checker {
    pub(crate) fn new(charset: Charset) -> Self {
        let kind = match charset.0 {
            Kind::Ascii => Check::Ascii,
            Kind::Utf8 => Check::Utf8 { held: [0; 4], length: 0 },
            Kind::Latin1 | Kind::Closed(_) => Check::Nothing,
            #[cfg(feature = "charsets")]
            Kind::Other(found) if charset.is_wide() => Check::Other(Box::new(found.new_decoder())),
            #[cfg(feature = "charsets")]
            Kind::Other(found) => Check::Other(Box::new(found.new_decoder_without_bom_handling())),
        };
        Self { kind, seen: 0, bad: None }
    }

    /// Where the first wrong octet lies, counted over all octets pushed.
    pub(crate) const fn bad(&self) -> Option<u64> {
        self.bad
    }

    /// Can nothing be wrong in whole lines of US-ASCII?
    pub(crate) fn passes_ascii(&self) -> bool {
        match &self.kind {
            Check::Nothing | Check::Ascii | Check::Utf8 { .. } => true,
            #[cfg(feature = "charsets")]
            Check::Other(decoder) => decoder.encoding().is_single_byte(),
        }
    }

    pub(crate) fn push(&mut self, octets: &[u8]) {
        if self.bad.is_some() {
            return;
        }
        let start = self.seen;
        self.seen = start.saturating_add(octets.len() as u64);
        let bad = match &mut self.kind {
            Check::Nothing => None,
            Check::Ascii => octets.iter().position(|b| !b.is_ascii()).map(signed),
            Check::Utf8 { held, length } => {
                if *length == 0 && octets.is_ascii() {
                    return;
                }
                check_utf8(held, length, octets)
            }
            #[cfg(feature = "charsets")]
            Check::Other(decoder) if decoder.encoding().is_single_byte() && octets.is_ascii() => None,
            #[cfg(feature = "charsets")]
            Check::Other(decoder) => check_other(decoder, octets, false),
        };
        // Negative where the character began in an earlier piece.
        self.bad = bad.map(|at| start.saturating_add_signed(at));
    }

    pub(crate) fn finish(&mut self) {
        if self.bad.is_some() {
            return;
        }
        let back = match &mut self.kind {
            Check::Nothing | Check::Ascii => 0,
            Check::Utf8 { length, .. } => *length as u64,
            #[cfg(feature = "charsets")]
            Check::Other(decoder) => u64::from(check_other(decoder, &[], true).is_some()),
        };
        if back > 0 {
            self.bad = Some(self.seen.saturating_sub(back));
        }
    }
}

fn signed(at: usize) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}

fn check_utf8(held: &mut [u8; 4], length: &mut usize, octets: &[u8]) -> Option<i64> {
    let mut rest = octets;
    let mut done = 0_usize;
    while *length > 0 {
        let (&next, tail) = rest.split_first()?;
        if let Some(slot) = held.get_mut(*length) {
            *slot = next;
        }
        *length = length.saturating_add(1);
        let so_far = held.get(..*length).unwrap_or_default();
        match core::str::from_utf8(so_far) {
            Ok(_) => *length = 0,
            Err(e) if e.error_len().is_some() => {
                return Some(signed(done.saturating_add(1)).saturating_sub(signed(*length)));
            }
            Err(_) => {}
        }
        rest = tail;
        done = done.saturating_add(1);
    }
    match core::str::from_utf8(rest) {
        Ok(_) => None,
        Err(e) if e.error_len().is_some() => Some(signed(done.saturating_add(e.valid_up_to()))),
        Err(e) => {
            let tail = rest.get(e.valid_up_to()..).unwrap_or_default();
            for (slot, &b) in held.iter_mut().zip(tail) {
                *slot = b;
            }
            *length = tail.len().min(4);
            None
        }
    }
}

#[cfg(feature = "charsets")]
fn check_other(decoder: &mut encoding_rs::Decoder, octets: &[u8], last: bool) -> Option<i64> {
    let mut scratch = [0_u8; 512];
    let mut rest = octets;
    let mut done = 0_usize;
    loop {
        let (result, read, _) = decoder.decode_to_utf8_without_replacement(rest, &mut scratch, last);
        done = done.saturating_add(read);
        match result {
            encoding_rs::DecoderResult::InputEmpty => return None,
            encoding_rs::DecoderResult::OutputFull => rest = rest.get(read..).unwrap_or_default(),
            encoding_rs::DecoderResult::Malformed(length, after) => {
                let back = usize::from(length).saturating_add(usize::from(after));
                return Some(signed(done).saturating_sub(signed(back)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf8_is_checked_over_any_cut() {
        let text = "Grüße, мир, 世界 🦀".as_bytes();
        for cut in 0..text.len() {
            let mut checker = Checker::new(Charset::UTF_8);
            checker.push(&text[..cut]);
            checker.push(&text[cut..]);
            checker.finish();
            assert_eq!(checker.bad(), None, "cut at {cut}");
        }
        let mut checker = Checker::new(Charset::UTF_8);
        checker.push(b"ok \xc3");
        checker.push(b"(");
        assert_eq!(checker.bad(), Some(3));
    }

    #[test]
    fn dangerous_sets_are_known_and_closed() {
        assert!(Charset::find(b"UTF-7").is_some_and(Charset::is_closed));
        assert!(Charset::find(b"hz-gb-2312").is_some_and(Charset::is_closed));
        assert_eq!(Charset::find(&[b'x'; 4000]), None);
    }

    #[cfg(feature = "charsets")]
    #[test]
    fn legacy_sets_decode() {
        let sjis = Charset::find(b"Shift_JIS").unwrap();
        assert_eq!(sjis.decode(b"\x93\xfa\x96{").0, "日本");
        assert_eq!(Charset::find(b"iso-8859-1").unwrap().decode(b"\x93x\x94").0, "“x”");
        let wide = Charset::find(b"utf-16").unwrap();
        for octets in [b"\xff\xfe\x1e\x04".as_slice(), b"\xfe\xff\x04\x1e", b"\x1e\x04"] {
            assert_eq!(wide.decode(octets), ("О".into(), false));
        }
    }
}
