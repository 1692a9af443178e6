//! The message as it travels: behind DATA with its dots, behind BDAT in counted chunks.
//!
//! in:  octets of the wire, or of the message      out: the other of the two, and what was seen in them
//! law: only CR LF . CR LF ends a body behind DATA, and nothing inside a chunk does (RFC 5321 §4.1.1.4, RFC 3030 §2)

mod chunk;
pub use chunk::{ChunkDecoder, write_bdat};
mod facts;
pub use facts::{BodyFacts, BodyMeter};
mod findings;
pub use findings::{BareNewline, BodyFindings, OctetFacts};
mod notes;
mod owned;
mod pieces;
pub use pieces::BodyPieces;
mod scan;
mod stuffing;
pub use stuffing::{BareNewlineError, BodyEncoder, OutgoingNewlines};
mod unstuffing;
pub use unstuffing::BodyDecoder;
