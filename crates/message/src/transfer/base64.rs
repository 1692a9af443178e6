//! Takes base64 apart: four letters for three octets.
//!
//! in:  the octets of a body, cut anywhere      out: decoded octets; letters that are none, lengths and paddings that are wrong
//! law: what is no letter of the alphabet is passed over (RFC 2045 §6.8)

use super::Decoder;
use crate::grammar::lexer::{BASE64, BLANK, is};
use crate::grammar::marks::{WIDTH, bits};
use alloc::vec::Vec;

impl Decoder {
    pub(super) fn base64(&mut self, octets: &[u8], out: &mut Vec<u8>) {
        if let Some(last) = octets.iter().rposition(|b| is(*b, BASE64)) {
            self.last_data = self.at.saturating_add(last as u64);
        }
        let mut offset = if self.quiet && self.padded == 0 { self.counted(octets) } else { 0 };
        while let Some(rest) = octets.get(offset..).filter(|rest| !rest.is_empty()) {
            if self.sextets == 0 && self.padded == 0 {
                offset = offset.saturating_add(self.quads(rest, out));
            }
            let Some(&b) = octets.get(offset) else { return };
            self.base64_octet(b, offset, out);
            offset = offset.saturating_add(1);
        }
    }

    /// Letters and blanks at the start of `octets`, of which only the number is wanted; gives how many octets they are.
    fn counted(&mut self, octets: &[u8]) -> usize {
        let (blocks, _) = octets.as_chunks::<WIDTH>();
        let mut letters = u32::from(self.sextets);
        let mut taken = 0_usize;
        for block in blocks {
            let [found, blanks] = bits(block, |lanes| {
                let digits = lanes.within(b'/', b'9') | lanes.is(b'+');
                [lanes.within(b'a', b'z') | lanes.within(b'A', b'Z') | digits, lanes.any(*b" \t\r\n")]
            });
            if found | blanks != u64::MAX {
                break;
            }
            letters = letters.wrapping_add(found.count_ones());
            taken = taken.wrapping_add(WIDTH);
        }
        self.sextets = (letters & 3) as u8;
        taken
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

    pub(super) fn base64_end(&mut self, out: &mut Vec<u8>) {
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
