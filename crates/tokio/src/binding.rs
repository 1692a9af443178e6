//! Ties a login to the TLS connection it is made in: the two channel bindings that mail uses.
//!
//! in:  a finished rustls connection, the server's certificate      out: octets for `TlsFacts`, or none
//! law: a binding is given only where its RFC defines one; both sides of a connection compute the same

use rustls::{CommonState, ProtocolVersion};
use sha2::{Digest, Sha256, Sha384, Sha512};

/// The label that RFC 9266 §2 registers; its context is empty.
pub(crate) const EXPORTER_LABEL: &[u8] = b"EXPORTER-Channel-Binding";

/// Whether `tls-exporter` is sound on this connection.
///
/// TLS 1.2 needs the extended master secret for it (RFC 9266 §4.2), and rustls does not say whether that was
/// negotiated; so the binding is given on TLS 1.3 only.
pub(crate) fn exporter_is_sound(state: &CommonState) -> bool {
    state.protocol_version() == Some(ProtocolVersion::TLSv1_3)
}

/// The `tls-server-end-point` binding (RFC 5929 §4.1): the certificate, hashed by the hash of its own signature.
///
/// None where the signature algorithm names no single hash of its own (Ed25519, RSASSA-PSS).
pub(crate) fn server_end_point(certificate: &[u8]) -> Option<Vec<u8>> {
    match signature_hash(certificate)? {
        Hash::Sha256 => Some(Sha256::digest(certificate).to_vec()),
        Hash::Sha384 => Some(Sha384::digest(certificate).to_vec()),
        Hash::Sha512 => Some(Sha512::digest(certificate).to_vec()),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

/// `Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { OBJECT IDENTIFIER, .. }, .. }`
fn signature_hash(certificate: &[u8]) -> Option<Hash> {
    let (outer, _) = element(certificate, SEQUENCE)?;
    let (_, after_tbs) = element(outer, SEQUENCE)?;
    let (algorithm, _) = element(after_tbs, SEQUENCE)?;
    let (oid, _) = element(algorithm, OBJECT_IDENTIFIER)?;
    ALGORITHMS.iter().find(|(known, _)| *known == oid).map(|&(_, hash)| hash)
}

/// The content of the DER element at the start of `input`, and what follows the element.
fn element(input: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = input.split_first()?;
    let (&length, rest) = rest.split_first()?;
    if first != tag {
        return None;
    }
    if length < 0x80 {
        return rest.split_at_checked(length.into());
    }
    // The long form: so many octets of length follow, most significant first.
    let (octets, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
    if octets.is_empty() || octets.len() > 4 {
        return None;
    }
    let long = octets.iter().fold(0_u32, |sum, &octet| sum << 8 | u32::from(octet));
    rest.split_at_checked(usize::try_from(long).ok()?)
}

const SEQUENCE: u8 = 0x30;
const OBJECT_IDENTIFIER: u8 = 0x06;

/// Signature algorithms and the hash that stands for them; MD5 and SHA-1 count as SHA-256 (RFC 5929 §4.1).
const ALGORITHMS: &[(&[u8], Hash)] = &[
    // 1.2.840.113549.1.1: RSA with MD5, SHA-1, SHA-256, SHA-384, SHA-512
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x04], Hash::Sha256),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05], Hash::Sha256),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b], Hash::Sha256),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0c], Hash::Sha384),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0d], Hash::Sha512),
    // 1.2.840.10045.4: ECDSA with SHA-1, SHA-256, SHA-384, SHA-512
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01], Hash::Sha256),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02], Hash::Sha256),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03], Hash::Sha384),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04], Hash::Sha512),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// A certificate in outline: an empty body, then the algorithm.
    fn outline(oid: &[u8]) -> Vec<u8> {
        let mut algorithm = vec![OBJECT_IDENTIFIER, u8::try_from(oid.len()).unwrap()];
        algorithm.extend_from_slice(oid);
        let mut inner = vec![SEQUENCE, 0x81, 0x01, 0x00];
        inner.extend_from_slice(&[SEQUENCE, u8::try_from(algorithm.len()).unwrap()]);
        inner.extend_from_slice(&algorithm);
        let mut outer = vec![SEQUENCE, 0x82, 0x00, u8::try_from(inner.len()).unwrap()];
        outer.extend_from_slice(&inner);
        outer
    }

    #[test]
    fn each_known_algorithm_gives_the_length_of_its_hash() {
        for (oid, hash) in ALGORITHMS {
            let long = match hash {
                Hash::Sha256 => 32,
                Hash::Sha384 => 48,
                Hash::Sha512 => 64,
            };
            assert_eq!(server_end_point(&outline(oid)).unwrap().len(), long);
        }
    }

    #[test]
    fn an_algorithm_without_a_hash_of_its_own_gives_no_binding() {
        // 1.3.101.112 is Ed25519.
        assert_eq!(server_end_point(&outline(&[0x2b, 0x65, 0x70])), None);
    }

    #[test]
    fn a_cut_certificate_gives_no_binding_and_no_panic() {
        let whole = outline(ALGORITHMS[2].0);
        for end in 0..whole.len() {
            assert_eq!(server_end_point(&whole[..end]), None, "cut at {end}");
        }
    }
}
