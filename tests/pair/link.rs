//! One way of the fake connection: octets in order, until something happens to them.

use std::collections::VecDeque;

use bytes::BytesMut;

use super::scenario::{Fault, Lie, Way};

/// Octets on their way in one direction.
pub struct Link {
    way: Way,
    fault: Fault,
    octets: VecDeque<u8>,
    /// Octets that were put in, before any fault.
    pub put: usize,
    held: Option<u8>,
    stalled: bool,
    reply: usize,
    line: Vec<u8>,
    /// The fault took place and the connection is gone with it.
    pub closed: bool,
    pub reset: bool,
}

impl Link {
    pub fn new(way: Way, fault: Fault) -> Self {
        Self {
            way,
            fault,
            octets: VecDeque::new(),
            put: 0,
            held: None,
            stalled: false,
            reply: 0,
            line: Vec::new(),
            closed: false,
            reset: false,
        }
    }

    pub fn put(&mut self, octets: &[u8]) {
        if let (Fault::Reply(number, what), Way::ToClient) = (self.fault, self.way) {
            for &octet in octets {
                self.put_reply(octet, number, what);
            }
            return;
        }
        for &octet in octets {
            self.put_octet(octet);
        }
        self.cut();
    }

    /// The connection may end before the first octet.
    pub fn cut(&mut self) {
        match self.fault {
            Fault::Close(way, at) if way == self.way && self.put >= at => self.closed = true,
            Fault::Reset(way, at) if way == self.way && self.put >= at => self.reset = true,
            Fault::Stall(way, at) if way == self.way && self.put >= at => self.stalled = true,
            _ => {}
        }
    }

    /// Takes at most so many octets.
    pub fn take(&mut self, most: usize) -> BytesMut {
        let count = most.min(self.octets.len());
        self.octets.drain(..count).collect::<Vec<u8>>().as_slice().into()
    }

    pub fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }

    pub fn len(&self) -> usize {
        self.octets.len()
    }

    pub fn clear(&mut self) {
        self.octets.clear();
    }

    /// How many replies have passed.
    pub fn replies(&self) -> usize {
        self.reply
    }

    fn put_octet(&mut self, octet: u8) {
        self.count_replies(octet);
        let at = self.put;
        self.cut();
        self.put += 1;
        if self.closed || self.reset || self.stalled {
            return;
        }
        let out = &mut self.octets;
        match self.fault {
            Fault::Flip(way, place, other) if way == self.way && place == at => out.push_back(other),
            Fault::Drop(way, place) if way == self.way && place == at => {}
            Fault::Double(way, place) if way == self.way && place == at => out.extend([octet, octet]),
            Fault::Swap(way, place) if way == self.way && place == at => self.held = Some(octet),
            _ => {
                out.push_back(octet);
                out.extend(self.held.take());
            }
        }
    }

    fn count_replies(&mut self, octet: u8) {
        self.line.push(octet);
        if octet == b'\n' {
            self.reply += usize::from(self.line.get(3) != Some(&b'-'));
            self.line.clear();
        }
    }

    /// Collects lines, and sends others in the place of those of one reply.
    fn put_reply(&mut self, octet: u8, number: usize, what: Lie) {
        self.put += 1;
        self.line.push(octet);
        if octet != b'\n' {
            return;
        }
        let text = std::mem::take(&mut self.line);
        let last = text.get(3) != Some(&b'-');
        if self.reply == number {
            if what == Lie::Twice || (what == Lie::ManyLines && !last) {
                self.octets.extend(&text);
            }
            if last {
                self.octets.extend(instead(&text, what));
            }
        } else {
            self.octets.extend(&text);
        }
        self.reply += usize::from(last);
    }
}

fn instead(line: &[u8], what: Lie) -> Vec<u8> {
    match what {
        Lie::Temporary => b"451 4.3.0 not now\r\n".to_vec(),
        Lie::Permanent => b"554 5.0.0 no\r\n".to_vec(),
        Lie::Closing => b"421 4.3.2 closing\r\n".to_vec(),
        Lie::Garbage => b"\x00\xff garbage\r\n".to_vec(),
        Lie::ManyLines => {
            let code = line.get(..3).unwrap_or_default();
            let mut lines = [code, b"-x\r\n"].concat().repeat(999);
            lines.extend_from_slice(line);
            lines
        }
        Lie::Nothing => Vec::new(),
        Lie::Twice => line.to_vec(),
    }
}

/// How octets are cut: sizes of reads, from a seed; 0: all that is there.
#[derive(Clone, Copy, Debug)]
pub struct Cuts {
    pub seed: u64,
    pub most: usize,
    /// How many octets fit into one way of the connection.
    pub room: usize,
}

impl Cuts {
    /// Whole reads, and room for all.
    pub const WHOLE: Self = Self { seed: 0, most: 0, room: usize::MAX };

    pub const fn of(seed: u64, most: usize) -> Self {
        Self { seed, most, room: usize::MAX }
    }

    /// The size of the next read.
    pub fn next(&mut self) -> usize {
        if self.most == 0 {
            return usize::MAX;
        }
        // splitmix64
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        1 + usize::try_from((mixed ^ (mixed >> 31)) % self.most as u64).unwrap_or(0)
    }
}
