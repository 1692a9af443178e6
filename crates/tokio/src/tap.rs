//! Lets somebody listen to a conversation, in clear even under TLS.
//!
//! in:  octets as a machine reads and writes them      out: whatever the listener makes of them
//! law: nothing is recorded unless a tap was asked for: what crosses it includes passwords

use core::fmt;

/// Which way octets go, seen from our side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a connection has two directions")]
pub enum Direction {
    /// From the peer to us.
    In,
    /// From us to the peer.
    Out,
}

/// A listener on one connection, for transcripts and for debugging.
///
/// It sees everything, credentials included; put none where its output may be read by others.
pub trait Tap: Send + Sync + fmt::Debug {
    /// Octets that were read or are about to be written, cut anywhere.
    fn octets(&self, direction: Direction, octets: &[u8]);
}
