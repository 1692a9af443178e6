//! Reads a message from a file or standard input and gives it the line ends that SMTP wants.
//!
//! in:  a path, or `-`      out: octets, and what was done to their line ends
//! law: a CR LF stays as it is, a lone LF becomes CR LF, a lone CR is left for the client machine to judge

use std::io::{self, Read};
use std::path::Path;
use std::{fs, mem};

/// What was found where lines end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnds {
    /// CR LF everywhere, or no line end at all: nothing was changed.
    Kept,
    /// LF everywhere, as Unix writes text: each became CR LF.
    Unix,
    /// Both kinds: the lone LFs became CR LF, and somebody should look at the file.
    Mixed,
}

/// Reads the message; `-` is standard input.
pub fn read(from: &Path) -> io::Result<Vec<u8>> {
    if from.as_os_str() == "-" {
        let mut octets = Vec::new();
        io::stdin().lock().read_to_end(&mut octets)?;
        Ok(octets)
    } else {
        fs::read(from)
    }
}

/// Makes every lone LF a CR LF.
pub fn with_crlf(octets: &mut Vec<u8>) -> LineEnds {
    let (mut lone, mut pairs) = (0_usize, 0_usize);
    let mut last = 0;
    for &octet in octets.iter() {
        match (last, octet) {
            (b'\r', b'\n') => pairs += 1,
            (_, b'\n') => lone += 1,
            _ => {}
        }
        last = octet;
    }
    if lone == 0 {
        return LineEnds::Kept;
    }
    let before = mem::replace(octets, Vec::with_capacity(octets.len() + lone));
    let mut last = 0;
    for octet in before {
        if octet == b'\n' && last != b'\r' {
            octets.push(b'\r');
        }
        octets.push(octet);
        last = octet;
    }
    if pairs == 0 { LineEnds::Unix } else { LineEnds::Mixed }
}
