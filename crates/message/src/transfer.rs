//! Decodes the bodies of parts: base64 and quoted-printable, as streams.
//!
//! in:  the octets of a body, cut anywhere      out: decoded octets, never more than came in; what was wrong, and where
//! law: any cut gives the same octets and the same faults; memory is constant (RFC 2045 §6.7, §6.8)

use crate::grammar::lexer::{BASE64, BLANK, is, trim};
use crate::grammar::word::hex;
use alloc::vec::Vec;

/// How the octets of a part are coded for transport (RFC 2045 §6.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum TransferEncoding {
    /// Short lines of US-ASCII.
    #[default]
    SevenBit,
    /// Short lines of any octets but NUL, CR and LF.
    EightBit,
    /// Anything.
    Binary,
    /// Mostly readable, `=3D` for the rest.
    QuotedPrintable,
    /// Four letters for three octets.
    Base64,
    /// A word that no standard knows; the octets are left as they are.
    Unknown,
}

impl TransferEncoding {
    /// Reads the value of a Content-Transfer-Encoding field; comments are passed over.
    pub fn parse(value: &[u8]) -> Self {
        let mut cursor = crate::grammar::lexer::Cursor::new(trim(value));
        cursor.skip();
        let token = cursor.take(crate::grammar::lexer::TOKEN);
        for (name, encoding) in [
            (&b"7bit"[..], Self::SevenBit),
            (b"8bit", Self::EightBit),
            (b"binary", Self::Binary),
            (b"quoted-printable", Self::QuotedPrintable),
            (b"base64", Self::Base64),
        ] {
            if token.eq_ignore_ascii_case(name) {
                return encoding;
            }
        }
        Self::Unknown
    }

    /// The word that stands in the field.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SevenBit => "7bit",
            Self::EightBit => "8bit",
            Self::Binary => "binary",
            Self::QuotedPrintable => "quoted-printable",
            Self::Base64 => "base64",
            Self::Unknown => "unknown",
        }
    }

    /// Are the octets of the body those of the content?
    pub const fn is_identity(self) -> bool {
        !matches!(self, Self::QuotedPrintable | Self::Base64)
    }
}

/// How often something was wrong, and where first: octets from the start of the body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spot {
    /// How often.
    pub count: u32,
    /// Where first.
    pub first: u64,
}

impl Spot {
    pub(crate) const fn hit(&mut self, at: u64) {
        if self.count == 0 {
            self.first = at;
        }
        self.count = self.count.saturating_add(1);
    }
}

/// What was wrong in a coded body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransferFaults {
    /// base64: an octet outside of the alphabet.
    pub bad_octet: Spot,
    /// base64: the length is no multiple of four, or padding stands where none may.
    pub bad_length: Spot,
    /// base64: data after the padding.
    pub after_padding: Spot,
    /// quoted-printable: `=` without two hex digits or a line end.
    pub bad_escape: Spot,
    /// quoted-printable: hex digits in lower case.
    pub lower_hex: Spot,
    /// quoted-printable: blanks at the end of a line.
    pub trailing_blank: Spot,
    /// quoted-printable: `=0D=0A` where a line end should stand.
    pub coded_break: Spot,
    /// An octet above 127 in a body that should have none.
    pub eight_bit: Spot,
}

/// Decodes one body, piece by piece.
///
/// Tolerant as readers are: what is no base64 is passed over, a broken escape stays as it stands.
///
/// # Examples
///
/// ```
/// use mailwright_message::{Decoder, TransferEncoding};
/// let mut out = Vec::new();
/// let mut decoder = Decoder::new(TransferEncoding::QuotedPrintable);
/// decoder.push(b"Gr=C3=", &mut out);
/// decoder.push(b"BC=\r\n=C3=9Fe", &mut out);
/// decoder.finish(&mut out);
/// assert_eq!(out, "Grüße".as_bytes());
/// ```
#[derive(Clone, Debug)]
pub struct Decoder {
    encoding: TransferEncoding,
    at: u64,
    faults: TransferFaults,
    // base64: up to three sextets, and whether padding came.
    quad: u32,
    sextets: u8,
    padded: u8,
    last_data: u64,
    // quoted-printable: what an escape or a line end may still need.
    held: Vec<u8>,
    held_at: u64,
    coded_cr: bool,
    /// Only the faults are wanted: whole groups of base64 give no octets.
    quiet: bool,
}

/// Blanks at the end of a line that are held back before they count as text.
const HELD: usize = 1000;

impl Decoder {
    /// A decoder for a body with that encoding.
    pub const fn new(encoding: TransferEncoding) -> Self {
        Self {
            encoding,
            at: 0,
            faults: TransferFaults {
                bad_octet: Spot { count: 0, first: 0 },
                bad_length: Spot { count: 0, first: 0 },
                after_padding: Spot { count: 0, first: 0 },
                bad_escape: Spot { count: 0, first: 0 },
                lower_hex: Spot { count: 0, first: 0 },
                trailing_blank: Spot { count: 0, first: 0 },
                coded_break: Spot { count: 0, first: 0 },
                eight_bit: Spot { count: 0, first: 0 },
            },
            quad: 0,
            sextets: 0,
            padded: 0,
            last_data: 0,
            held: Vec::new(),
            held_at: 0,
            coded_cr: false,
            quiet: false,
        }
    }

    /// The same for a body of which only the faults are wanted.
    pub(crate) const fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// How many faults there are, to see whether there are new ones.
    pub(crate) const fn told(&self) -> u32 {
        let faults = &self.faults;
        faults
            .bad_octet
            .count
            .wrapping_add(faults.bad_length.count)
            .wrapping_add(faults.after_padding.count)
            .wrapping_add(faults.bad_escape.count)
            .wrapping_add(faults.lower_hex.count)
            .wrapping_add(faults.trailing_blank.count)
            .wrapping_add(faults.coded_break.count)
            .wrapping_add(faults.eight_bit.count)
    }

    /// What was wrong so far.
    pub const fn faults(&self) -> TransferFaults {
        self.faults
    }

    /// Decodes the next octets and appends what they give to `out`.
    pub fn push(&mut self, octets: &[u8], out: &mut Vec<u8>) {
        match self.encoding {
            TransferEncoding::Base64 => self.base64(octets, out),
            TransferEncoding::QuotedPrintable => self.quoted(octets, out),
            TransferEncoding::SevenBit
            | TransferEncoding::EightBit
            | TransferEncoding::Binary
            | TransferEncoding::Unknown => out.extend_from_slice(octets),
        }
        self.at = self.at.saturating_add(octets.len() as u64);
    }

    /// Ends the body; what was still held back is appended to `out`.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        if self.encoding == TransferEncoding::Base64 {
            self.base64_end(out);
        } else if let [b'=', blanks @ ..] = self.held.as_slice() {
            if !blanks.iter().all(|&b| is(b, BLANK)) {
                self.faults.bad_escape.hit(self.held_at);
                out.extend_from_slice(&self.held);
            }
        } else if self.held.contains(&b'\r') {
            out.extend_from_slice(&self.held);
        }
        self.held.clear();
    }

    fn base64(&mut self, octets: &[u8], out: &mut Vec<u8>) {
        if let Some(last) = octets.iter().rposition(|b| is(*b, BASE64)) {
            self.last_data = self.at.saturating_add(last as u64);
        }
        let mut offset = 0_usize;
        while let Some(rest) = octets.get(offset..).filter(|rest| !rest.is_empty()) {
            if self.sextets == 0 && self.padded == 0 {
                offset = offset.saturating_add(self.quads(rest, out));
            }
            let Some(&b) = octets.get(offset) else { return };
            self.base64_octet(b, offset, out);
            offset = offset.saturating_add(1);
        }
    }

    /// Whole groups of four octets at the start of `octets`; gives how many octets they are.
    fn quads(&self, octets: &[u8], out: &mut Vec<u8>) -> usize {
        let mut taken = 0_usize;
        for quad in octets.chunks_exact(4) {
            let [a, b, c, d] = *quad else { break };
            let [a, b, c, d] = [value(a), value(b), value(c), value(d)];
            if (a | b | c | d) & 0xC0 != 0 {
                break;
            }
            taken = taken.wrapping_add(4);
            if !self.quiet {
                out.extend_from_slice(&[
                    a.wrapping_shl(2) | b.wrapping_shr(4),
                    b.wrapping_shl(4) | c.wrapping_shr(2),
                    c.wrapping_shl(6) | d,
                ]);
            }
        }
        taken
    }

    fn base64_octet(&mut self, b: u8, offset: usize, out: &mut Vec<u8>) {
        if is(b, BASE64) {
            if self.padded > 0 {
                self.faults.after_padding.hit(self.at.saturating_add(offset as u64));
                self.base64_reset(out);
            }
            self.quad = self.quad.wrapping_shl(6) | u32::from(value(b));
            self.sextets = self.sextets.wrapping_add(1);
            if self.sextets == 4 {
                let [_, one, two, three] = self.quad.to_be_bytes();
                out.extend_from_slice(&[one, two, three]);
                self.quad = 0;
                self.sextets = 0;
            }
        } else if b == b'=' {
            let wanted = match self.sextets {
                2 => 2,
                3 => 1,
                _ => 0,
            };
            if self.padded >= wanted {
                self.faults.bad_length.hit(self.at.saturating_add(offset as u64));
            }
            self.padded = self.padded.saturating_add(1).min(3);
        } else if !is(b, BLANK) {
            let at = self.at.saturating_add(offset as u64);
            self.faults.bad_octet.hit(at);
            if b >= 0x80 {
                self.faults.eight_bit.hit(at);
            }
        }
    }

    fn base64_reset(&mut self, out: &mut Vec<u8>) {
        let [_, one, two, _] = match self.sextets {
            2 => self.quad.wrapping_shl(12).to_be_bytes(),
            3 => self.quad.wrapping_shl(6).to_be_bytes(),
            _ => [0; 4],
        };
        match self.sextets {
            2 => out.push(one),
            3 => out.extend_from_slice(&[one, two]),
            _ => {}
        }
        self.quad = 0;
        self.sextets = 0;
        self.padded = 0;
    }

    fn base64_end(&mut self, out: &mut Vec<u8>) {
        let complete = match self.sextets {
            0 => true,
            2 => self.padded == 2,
            3 => self.padded == 1,
            _ => false,
        };
        if !complete && self.padded < 3 {
            self.faults.bad_length.hit(self.last_data);
        }
        self.base64_reset(out);
    }

    fn quoted(&mut self, octets: &[u8], out: &mut Vec<u8>) {
        let mut offset = 0_usize;
        while let Some(rest) = octets.get(offset..).filter(|rest| !rest.is_empty()) {
            let mut taken = 0_usize;
            if self.held.is_empty() {
                taken = self.quoted_run(rest, self.at.saturating_add(offset as u64), out);
            }
            if taken == 0
                && let Some(&b) = rest.first()
            {
                self.quoted_octet(b, self.at.saturating_add(offset as u64), out);
                taken = 1;
            }
            offset = offset.saturating_add(taken);
        }
    }

    /// Plain text, or a whole escape or line end, at the start of `octets`; gives how many octets that is.
    fn quoted_run(&mut self, octets: &[u8], at: u64, out: &mut Vec<u8>) -> usize {
        match octets {
            [b'=', high, ..] if hex(*high).is_none() && !is(*high, BLANK) => {
                self.faults.bad_escape.hit(at);
                self.coded_cr = false;
                out.push(b'=');
                1
            }
            [b'=', high, low, ..] => {
                if let (Some(one), Some(two)) = (hex(*high), hex(*low)) {
                    let octet = one.wrapping_shl(4) | two;
                    self.escaped(octet, high.is_ascii_lowercase() || low.is_ascii_lowercase(), at, out);
                    return 3;
                }
                if (*high, *low) == (b'\r', b'\n') {
                    self.coded_cr = false;
                    return 3;
                }
                0
            }
            [b'\r', b'\n', ..] => {
                out.extend_from_slice(b"\r\n");
                self.coded_cr = false;
                2
            }
            _ => {
                let near = octets.get(..octets.len().min(HELD)).unwrap_or_default();
                let length = memchr::memchr3(b'=', b'\r', b'\n', near).unwrap_or(near.len());
                let run = near.get(..length).unwrap_or_default();
                // Blanks at its end may turn out to be the end of a line.
                let kept =
                    run.iter().rposition(|b| !matches!(b, b' ' | b'\t')).map_or(0, |at| at.saturating_add(1));
                let plain = run.get(..kept).unwrap_or_default();
                if !plain.is_ascii() {
                    for high in plain.iter().enumerate().filter(|(_, b)| !b.is_ascii()).map(|(high, _)| high)
                    {
                        self.faults.eight_bit.hit(at.saturating_add(high as u64));
                    }
                }
                out.extend_from_slice(plain);
                self.coded_cr &= plain.is_empty();
                kept
            }
        }
    }

    /// A whole escape that began at `at`.
    fn escaped(&mut self, octet: u8, lower: bool, at: u64, out: &mut Vec<u8>) {
        if lower {
            self.faults.lower_hex.hit(at);
        }
        if octet == b'\n' && self.coded_cr {
            self.faults.coded_break.hit(at.saturating_sub(3));
        }
        self.coded_cr = octet == b'\r';
        out.push(octet);
    }

    /// One octet that is, or stands behind, `=`, a blank or a CR.
    fn quoted_octet(&mut self, b: u8, at: u64, out: &mut Vec<u8>) {
        match self.held.first().copied() {
            None => match b {
                b'=' | b' ' | b'\t' | b'\r' => self.hold(b, at),
                b'\n' => out.push(b),
                _ => self.plain(b, at, out),
            },
            Some(b'=') => self.escape(b, at, out),
            Some(_) => match b {
                b'\n' => {
                    // Blanks before the line end are no text (RFC 2045 §6.7 rule 3).
                    if self.held.first() != Some(&b'\r') {
                        self.faults.trailing_blank.hit(self.held_at);
                    }
                    if self.held.last() == Some(&b'\r') {
                        out.push(b'\r');
                    }
                    out.push(b'\n');
                    self.held.clear();
                    self.coded_cr = false;
                }
                b' ' | b'\t' | b'\r' if self.held.last() != Some(&b'\r') && self.held.len() < HELD => {
                    self.held.push(b);
                }
                _ => {
                    out.append(&mut self.held);
                    self.coded_cr = false;
                    self.quoted_octet(b, at, out);
                }
            },
        }
    }

    fn hold(&mut self, b: u8, at: u64) {
        self.held.push(b);
        self.held_at = at;
    }

    fn plain(&mut self, b: u8, at: u64, out: &mut Vec<u8>) {
        if b >= 0x80 {
            self.faults.eight_bit.hit(at);
        }
        self.coded_cr = false;
        out.push(b);
    }

    /// One octet behind a `=`.
    fn escape(&mut self, b: u8, at: u64, out: &mut Vec<u8>) {
        let second = self.held.get(1).copied();
        match (second, b) {
            (None | Some(b' ' | b'\t' | b'\r'), b'\n') => {
                self.held.clear();
                self.coded_cr = false;
            }
            (None | Some(b' ' | b'\t'), b' ' | b'\t' | b'\r') if self.held.len() < HELD => self.held.push(b),
            (None, _) if hex(b).is_some() => self.held.push(b),
            (Some(high), _) if hex(high).is_some() && hex(b).is_some() => {
                let octet = hex(high).unwrap_or(0).wrapping_shl(4) | hex(b).unwrap_or(0);
                let lower = high.is_ascii_lowercase() || b.is_ascii_lowercase();
                self.escaped(octet, lower, self.held_at, out);
                self.held.clear();
            }
            _ => {
                self.faults.bad_escape.hit(self.held_at);
                self.coded_cr = false;
                out.append(&mut self.held);
                self.quoted_octet(b, at, out);
            }
        }
    }
}

/// The six bits of each octet of the alphabet; 255 for all others.
static VALUES: [u8; 256] = values();

const fn values() -> [u8; 256] {
    let mut table = [255_u8; 256];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut at = 0_usize;
    while at < 64 {
        #[expect(
            clippy::indexing_slicing,
            clippy::arithmetic_side_effects,
            clippy::cast_possible_truncation,
            reason = "the loop stops below 64"
        )]
        {
            table[alphabet[at] as usize] = at as u8;
            at += 1;
        }
    }
    table
}

fn value(octet: u8) -> u8 {
    VALUES.get(usize::from(octet)).copied().unwrap_or(255)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(encoding: TransferEncoding, input: &[u8]) -> (Vec<u8>, TransferFaults) {
        let whole = {
            let mut out = Vec::new();
            let mut decoder = Decoder::new(encoding);
            decoder.push(input, &mut out);
            decoder.finish(&mut out);
            (out, decoder.faults())
        };
        for cut in 0..=input.len() {
            let mut out = Vec::new();
            let mut decoder = Decoder::new(encoding);
            decoder.push(&input[..cut], &mut out);
            decoder.push(&input[cut..], &mut out);
            decoder.finish(&mut out);
            assert_eq!((out, decoder.faults()), whole, "cut at {cut}");
        }
        whole
    }

    #[test]
    fn base64_decodes_and_tells_its_faults() {
        let b64 = TransferEncoding::Base64;
        assert_eq!(decode(b64, b"SGVs\r\nbG8=").0, b"Hello");
        assert_eq!(decode(b64, b"SGVsbG8=").1, TransferFaults::default());
        assert_eq!(decode(b64, b"SGVsbG8").1.bad_length.count, 1);
        assert_eq!(decode(b64, b"SGVs!bG8=").1.bad_octet, Spot { count: 1, first: 4 });
        assert_eq!(decode(b64, b"SGk=SGk=").0, b"HiHi");
        assert_eq!(decode(b64, b"SGk=SGk=").1.after_padding.count, 1);
        assert_eq!(decode(b64, b"SGVsbG8a=").1.bad_length.count, 1);
        assert!(decode(b64, b"S").0.is_empty());
    }

    #[test]
    fn quoted_printable_decodes_and_tells_its_faults() {
        let qp = TransferEncoding::QuotedPrintable;
        assert_eq!(decode(qp, b"a=3Db=\r\nc  \r\nd = \r\ne").0, b"a=bc\r\nd e");
        assert_eq!(decode(qp, b"a=XYb").0, b"a=XYb");
        assert_eq!(decode(qp, b"a=XYb").1.bad_escape, Spot { count: 1, first: 1 });
        assert_eq!(decode(qp, b"=c3=BC").1.lower_hex.count, 1);
        assert_eq!(decode(qp, b"a=0D=0Ab").1.coded_break, Spot { count: 1, first: 1 });
        assert_eq!(decode(qp, b"a \r\n").1.trailing_blank, Spot { count: 1, first: 1 });
        assert_eq!(decode(qp, b"a==41").0, b"a=A");
        assert_eq!(decode(qp, b"a=").0, b"a");
        assert_eq!(decode(qp, b"a=4").0, b"a=4");
        assert_eq!(decode(qp, b"a\rb \r c").0, b"a\rb \r c");
    }
}
