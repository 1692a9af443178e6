//! What is thought of a CR or LF that stands alone, and what was seen in a body.
//!
//! in:  what the decoder notes      out: the same, for the verdict at the end of the message
//! law: the first place of each kind is kept, counted in octets of the wire or of the message

/// What becomes of a CR or LF that stands alone in a body.
///
/// Whatever is chosen, it neither starts a line nor ends the body.
///
/// # RFC
///
/// RFC 5321 §2.3.8: a server must not take one for a line end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "refused, mended or kept: there is no fourth way")]
pub enum BareNewline {
    /// The octets pass as they are and the finding is there; the caller refuses the message at its end with 550 5.6.0.
    #[default]
    Reject,
    /// Each becomes CR LF in the message. A dot behind it is kept as it is: whoever sends the message on stuffs it, as
    /// [`BodyEncoder`](crate::BodyEncoder) does, so no terminator is made.
    Normalise,
    /// The octets pass as they are and the finding is a remark.
    Note,
}

/// What was seen in a body so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BodyFindings {
    /// Octets of the message: without the stuffed dots and the end. RFC 1870 §5 counts so.
    pub octets: u64,
    /// Where on the wire, from the first octet behind the 354 reply, the first CR without LF stands.
    pub bare_cr: Option<u64>,
    /// Where on the wire the first LF without CR stands.
    pub bare_lf: Option<u64>,
    /// Where in the message the first line starts that is over the limit.
    pub long_line: Option<u64>,
    /// Which octets were there, where [`BodyDecoder::with_octet_facts`](crate::BodyDecoder::with_octet_facts) asked for it.
    pub facts: Option<OctetFacts>,
}

/// Which octets a body holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OctetFacts {
    /// A zero octet was there.
    pub nul: bool,
    /// An octet above 127 was there.
    pub eight_bit: bool,
}
