//! Bodies behind DATA and in chunks: read, written, and the one given back by the other.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

#[path = "body/decoder.rs"]
mod decoder;
#[path = "body/encoder.rs"]
mod encoder;
#[path = "body/reference.rs"]
pub mod reference;

use proptest::prelude::*;

/// Octets in which line ends and dots are frequent, with long quiet runs between them.
fn any_body() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => Just(b"\r\n".to_vec()),
        2 => Just(b".".to_vec()),
        1 => Just(b"\r".to_vec()),
        1 => Just(b"\n".to_vec()),
        2 => Just(b"\r\n.".to_vec()),
        1 => (0_usize..900).prop_map(|length| vec![b'x'; length]),
        1 => proptest::collection::vec(any::<u8>(), 0..4),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}
