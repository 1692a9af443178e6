//! Counts a body that travels in chunks of a length told ahead.
//!
//! in:  the octets behind a `BDAT` line      out: those of the chunk, then what follows it
//! law: inside a chunk nothing is looked at; exactly the declared octets belong to it (RFC 3030 §2)

use bytes::{Buf, BufMut, Bytes, BytesMut};

/// Takes the octets of one chunk.
///
/// Also the way to swallow the chunk of a refused `BDAT`: its octets must go, or they would be read as commands. Memory is
/// never reserved for the declared length.
///
/// # Examples
///
/// ```
/// use mailwright_smtp::ChunkDecoder;
///
/// let mut chunk = ChunkDecoder::new(5, true);
/// assert_eq!(chunk.decode(b"he"), (&b"he"[..], &b""[..]));
/// assert_eq!(chunk.decode(b"lloQUIT\r\n"), (&b"llo"[..], &b"QUIT\r\n"[..]));
/// assert!(chunk.is_finished() && chunk.is_last());
/// ```
///
/// # RFC
///
/// RFC 3030 §2
#[derive(Clone, Debug)]
pub struct ChunkDecoder {
    left: u64,
    last: bool,
}

impl ChunkDecoder {
    /// A chunk of `octets`, the last of its message or not. Without octets it is finished from the start.
    pub const fn new(octets: u64, last: bool) -> Self {
        Self { left: octets, last }
    }

    /// Parts `input` into what belongs to the chunk and what follows it.
    pub fn decode<'a>(&mut self, input: &'a [u8]) -> (&'a [u8], &'a [u8]) {
        let cut = usize::try_from(self.left).unwrap_or(usize::MAX).min(input.len());
        self.left = self.left.saturating_sub(cut as u64);
        input.split_at_checked(cut).unwrap_or((input, &[]))
    }

    /// Cuts the octets of the chunk from the front of `input`, without a copy where the piece is large.
    ///
    /// Gives `None` when `input` holds none of them.
    pub fn decode_bytes(&mut self, input: &mut BytesMut) -> Option<Bytes> {
        let cut = self.decode(input).0.len();
        match cut {
            0 => None,
            1..super::owned::PINNING => {
                let copy = Bytes::copy_from_slice(input.get(..cut).unwrap_or_default());
                input.advance(cut);
                Some(copy)
            }
            _ => Some(input.split_to(cut).freeze()),
        }
    }

    /// Octets that are still to come.
    pub const fn left(&self) -> u64 {
        self.left
    }

    /// Whether the whole chunk was taken.
    pub const fn is_finished(&self) -> bool {
        self.left == 0
    }

    /// Whether the message ends with this chunk.
    pub const fn is_last(&self) -> bool {
        self.last
    }
}

/// Writes the line that announces a chunk of `octets`, CR LF included.
///
/// The octets follow as they are, without any stuffing. A message without octets, and one whose end is known late, is
/// ended by a chunk of 0 octets.
///
/// # RFC
///
/// RFC 3030 §2
pub fn write_bdat(octets: u64, last: bool, out: &mut BytesMut) {
    out.put_slice(b"BDAT ");
    crate::command::number::write(octets, out);
    if last {
        out.put_slice(b" LAST");
    }
    out.put_slice(b"\r\n");
}
