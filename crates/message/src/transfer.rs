//! Decodes the bodies of parts: base64 and quoted-printable, as streams.
//!
//! in:  the octets of a body, cut anywhere      out: decoded octets, never more than came in; what was wrong, and where
//! law: any cut gives the same octets and the same faults; memory is constant (RFC 2045 §6.7, §6.8)

mod base64;
mod quoted;

use crate::grammar::lexer::trim;
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
        if let Some(usual) = Self::usual(value) {
            return usual;
        }
        let mut cursor = crate::grammar::lexer::Cursor::new(trim(value));
        cursor.skip();
        let token = cursor.token();
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

    /// The same, where the field is written as it nearly always is.
    pub(crate) const fn usual(value: &[u8]) -> Option<Self> {
        match value {
            b" 7bit" => Some(Self::SevenBit),
            b" 8bit" => Some(Self::EightBit),
            b" quoted-printable" => Some(Self::QuotedPrintable),
            b" base64" => Some(Self::Base64),
            _ => None,
        }
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

    /// How many octets came.
    pub(crate) const fn at(&self) -> u64 {
        self.at
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
        } else {
            self.quoted_end(out);
        }
    }
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
    fn faults_are_the_same_where_only_they_are_wanted() {
        let lines = "YWJjZGVm/+hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5\r\n".repeat(5);
        let ends = ["", "YW", "YWI", "YWI=", "YQ==", "YQ=", "YQ==YQ=="];
        for (end, bad) in ends.into_iter().flat_map(|end| ["", "!", "=", "\u{fc}"].map(|bad| (end, bad))) {
            for at in [0, 1, 3, 70, 130, 200, lines.len()] {
                let (before, behind) = lines.split_at(at);
                let body = [before, bad, behind, end].concat();
                let mut all = Decoder::new(TransferEncoding::Base64);
                let mut quiet = Decoder::new(TransferEncoding::Base64).quiet();
                for decoder in [&mut all, &mut quiet] {
                    decoder.push(body.as_bytes(), &mut Vec::new());
                    decoder.finish(&mut Vec::new());
                }
                assert_eq!(all.faults(), quiet.faults(), "{bad} at {at}, then {end}");
            }
        }
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
