//! Holds the header section back until it is whole, so that trace fields can go on top and forged ones out.
//!
//! in:  octets of a message, cut anywhere      out: the header section once, then everything else as it comes
//! law: at most 256 KiB are held; of a longer header section nothing goes on, since forged results could hide in it

use bytes::Bytes;

const MOST: usize = 256 << 10;

/// What waits for the end of the header section.
#[derive(Debug, Default)]
pub struct Head {
    held: Vec<u8>,
    passed: bool,
    too_long: bool,
}

/// What can go on.
#[derive(Debug, PartialEq, Eq)]
pub enum Ready {
    /// The header section, and what has come of the body.
    Header(Vec<u8>, Vec<u8>),
    /// More of the body.
    Body(Bytes),
    /// Nothing yet.
    Wait,
    /// Nothing of this message.
    TooLong,
}

impl Head {
    /// Takes more of the message.
    pub fn push(&mut self, octets: Bytes) -> Ready {
        if self.too_long {
            return Ready::TooLong;
        }
        if self.passed {
            return Ready::Body(octets);
        }
        // The blank line may have begun in what is held.
        let from = self.held.len().saturating_sub(3);
        self.held.extend_from_slice(&octets);
        let end = if self.held.starts_with(b"\r\n") {
            Some(0)
        } else {
            let blank = self.held[from..].windows(4).position(|four| four == b"\r\n\r\n");
            blank.map(|at| from + at + 2)
        };
        // Of a section that just fits, the half of its blank line may have come.
        if end.unwrap_or(self.held.len().saturating_sub(1)) > MOST {
            (self.held, self.too_long) = (Vec::new(), true);
            return Ready::TooLong;
        }
        end.map_or(Ready::Wait, |end| self.release(end))
    }

    /// The message ended: a header section without a body is whole too.
    pub fn finish(&mut self) -> Ready {
        if self.passed || self.too_long { Ready::Wait } else { self.release(self.held.len()) }
    }

    /// Whether the header section is longer than anybody needs.
    pub const fn is_too_long(&self) -> bool {
        self.too_long
    }

    fn release(&mut self, end: usize) -> Ready {
        self.passed = true;
        let body = self.held.split_off(end);
        Ready::Header(std::mem::take(&mut self.held), body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What goes on of a message that comes in pieces of `size` octets; nothing if its header section is too long.
    fn gone_on(message: &[u8], size: usize) -> Option<(Vec<u8>, Vec<u8>)> {
        let mut head = Head::default();
        let (mut header, mut body) = (Vec::new(), Vec::new());
        let mut take = |ready| match ready {
            Ready::Header(section, rest) => (header, body) = (section, rest),
            Ready::Body(octets) => body.extend_from_slice(&octets),
            Ready::Wait | Ready::TooLong => {}
        };
        for piece in message.chunks(size) {
            take(head.push(Bytes::copy_from_slice(piece)));
        }
        take(head.finish());
        (!head.is_too_long()).then_some((header, body))
    }

    #[test]
    fn a_header_section_is_too_long_in_any_cut() {
        for (fill, fits) in [(MOST - 4, true), (MOST - 3, false), (MOST + 70_000, false)] {
            let header = format!("X:{}\r\n", "y".repeat(fill));
            let message = format!("{header}\r\nbody").into_bytes();
            let wanted = fits.then(|| (header.into_bytes(), b"\r\nbody".to_vec()));
            for size in [1_000, 4_096, 65_536, message.len() - 5, message.len()] {
                assert!(gone_on(&message, size) == wanted, "{fill} octets in pieces of {size}");
            }
        }
    }
}
