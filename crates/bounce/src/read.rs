//! Reads what comes back: reports, complaints, receipts, answers of machines.
//!
//! in:  the octets of a message      out: what it is, about whom, with which codes, and about which message of ours; it never fails
//! law: every field that can be read is kept, and what is wrong with the rest is said; decoded text holds no control character;
//!      work is linear and bounded by `Limits` (RFC 3464, RFC 5965, RFC 6522, RFC 8098)

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use mailwright_message::{Field, Part, Reader};

mod complaint;
mod entry;
mod field;
mod foreign;
mod kind;
mod limits;
mod lines;
mod named;
mod original;
mod proof;
mod receipt;
mod status;
mod words;

pub use complaint::Complaint;
pub use entry::{Diagnostic, Entry, Fault, Told};
pub use kind::Kind;
pub use limits::ReadLimits;
pub use original::Returned;
pub use proof::{Claim, Proof};
pub use receipt::Receipt;

/// What came back, read.
///
/// # Examples
///
/// ```
/// use mailwright_bounce::{Action, Kind, Report};
///
/// let report = Report::read(b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
/// --b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n\
/// Final-Recipient: rfc822; bob@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n\
/// Diagnostic-Code: smtp; 550 No such user\r\n\r\n--b--\r\n");
/// assert_eq!(report.kind(), Kind::Delivery);
/// let bob = &report.entries()[0];
/// assert_eq!((bob.address(), bob.action()), (Some("bob@example.net"), Some(Action::Failed)));
/// assert_eq!(bob.diagnostic().and_then(|said| said.code()).map(|code| code.number()), Some(550));
/// ```
///
/// # RFC
///
/// RFC 3464, RFC 6522, RFC 6533; RFC 5965; RFC 8098; RFC 3834
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Report {
    kind: Kind,
    foreign: bool,
    envelope_id: Option<String>,
    reporting_mta: Option<String>,
    arrival: Option<i64>,
    fields: Vec<(String, String)>,
    entries: Vec<Entry>,
    faults: Vec<Fault>,
    cut: bool,
    came_to: Vec<String>,
    returned: Returned,
    complaint: Option<Complaint>,
    receipt: Option<Receipt>,
}

impl Report {
    /// Reads a message within [`ReadLimits::default`].
    pub fn read(octets: &[u8]) -> Self {
        Self::read_within(octets, &ReadLimits::default())
    }

    /// Reads a message.
    pub fn read_within(octets: &[u8], limits: &ReadLimits) -> Self {
        let octets = with_line_ends(octets);
        let reader = Reader::new(&octets);
        let mut report = Self::empty();
        report.came_to = original::came_to(&reader);
        let machine = kind::machine_part(&reader);
        match machine {
            Some((Kind::Complaint, part)) => {
                report.kind = Kind::Complaint;
                report.complaint = Some(Complaint::read(&part.body_octets(), limits));
            }
            Some((Kind::Receipt, part)) => {
                report.kind = Kind::Receipt;
                report.receipt = Some(Receipt::read(&part.body_octets(), limits));
            }
            Some((_, part)) => {
                report.kind = Kind::Delivery;
                status::read(&part.body_octets(), limits, &mut report);
            }
            None => {}
        }
        report.returned = Returned::find(&reader, machine.map(|(_, part)| part), limits);
        if matches!(machine, None | Some((Kind::Delivery, _))) {
            foreign::read(&reader, machine.map(|(_, part)| part), limits, &mut report);
        }
        if report.kind == Kind::Other && kind::is_automatic(&reader) {
            report.kind = Kind::AutoReply;
        }
        report
    }

    const fn empty() -> Self {
        Self {
            kind: Kind::Other,
            foreign: false,
            envelope_id: None,
            reporting_mta: None,
            arrival: None,
            fields: Vec::new(),
            entries: Vec::new(),
            faults: Vec::new(),
            cut: false,
            came_to: Vec::new(),
            returned: Returned::none(),
            complaint: None,
            receipt: None,
        }
    }

    /// What it is.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether it was told by text or by fields of the header, without the part that machines read.
    pub const fn is_foreign(&self) -> bool {
        self.foreign
    }

    /// The recipients it speaks of. Only [`Action::Failed`](crate::Action::Failed) is a bounce.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The name that the sender gave to the transaction (ENVID).
    pub fn envelope_id(&self) -> Option<&str> {
        self.envelope_id.as_deref()
    }

    /// The host that reports, without its type.
    pub fn reporting_mta(&self) -> Option<&str> {
        self.reporting_mta.as_deref()
    }

    /// When the original came in there: Unix seconds.
    pub const fn arrival(&self) -> Option<i64> {
        self.arrival
    }

    /// Fields about the message that have no name here, in order.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// What is wrong with the fields about the message; the entries have their own.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Whether a limit left some of it unread.
    pub const fn is_cut(&self) -> bool {
        self.cut
    }

    /// The addresses that it came to, as its own header says: the one with a tag is among them.
    pub fn came_to(&self) -> impl Iterator<Item = &str> {
        self.came_to.iter().map(String::as_str)
    }

    /// What it says about the original message.
    pub const fn returned(&self) -> &Returned {
        &self.returned
    }

    /// What is complained about, where it is a complaint.
    pub const fn complaint(&self) -> Option<&Complaint> {
        self.complaint.as_ref()
    }

    /// What became of the message at its reader, where it is a receipt.
    pub const fn receipt(&self) -> Option<&Receipt> {
        self.receipt.as_ref()
    }
}

/// Where all line ends are lone CRs, as some archives have them, LFs take their place.
fn with_line_ends(octets: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\n', octets).is_some() || memchr::memchr(b'\r', octets).is_none() {
        return Cow::Borrowed(octets);
    }
    Cow::Owned(octets.iter().map(|octet| if *octet == b'\r' { b'\n' } else { *octet }).collect())
}

/// The fields of a header, as many as anybody needs.
fn header<'a>(reader: &Reader<'a>) -> impl Iterator<Item = Field<'a>> {
    reader.fields().take(FIELDS)
}

/// The first field of that name as text.
fn header_text(reader: &Reader<'_>, name: &str) -> String {
    header(reader).find(|field| field.is_named(name)).map(|field| field.text()).unwrap_or_default()
}

/// Fields of a header that are looked at.
const FIELDS: usize = 1000;

/// Whether a part is of that kind.
fn is_a(part: &Part<'_, '_>, kinds: &[(&str, &str)]) -> bool {
    let found = part.content_type();
    kinds.iter().any(|(kind, subtype)| found.is(kind, subtype))
}
