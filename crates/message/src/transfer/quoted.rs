//! Takes quoted-printable apart: text as it stands, `=3D` for the rest.
//!
//! in:  the octets of a body, cut anywhere      out: decoded octets; escapes, blanks and line ends that are wrong
//! law: a broken escape stays as it stands; blanks at the end of a line are no text (RFC 2045 §6.7)

use super::Decoder;
use crate::grammar::lexer::{BLANK, is};
use crate::grammar::word::hex;
use alloc::vec::Vec;

/// Blanks at the end of a line that are held back before they count as text.
const HELD: usize = 1000;

impl Decoder {
    pub(super) fn quoted(&mut self, octets: &[u8], out: &mut Vec<u8>) {
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

    /// Ends the body: what was held back is text, unless it is the end of a line that was cut off.
    pub(super) fn quoted_end(&mut self, out: &mut Vec<u8>) {
        if let [b'=', blanks @ ..] = self.held.as_slice() {
            if !blanks.iter().all(|&b| is(b, BLANK)) {
                self.faults.bad_escape.hit(self.held_at);
                out.extend_from_slice(&self.held);
            }
        } else if self.held.contains(&b'\r') {
            out.extend_from_slice(&self.held);
        }
        self.held.clear();
    }
}
