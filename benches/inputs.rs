//! The inputs that the benches share: the same octets for us and for every peer.
