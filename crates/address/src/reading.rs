//! Says what an address is good for, and everything that is odd about it.
//!
//! in:  any octets      out: a class, and each fault with its octet
//! law: one parser, two readings: what the envelope takes, the header takes with the same meaning

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::fault::{AddressError, Class, Fault};
use crate::grammar::Grammar;
use crate::host::Host;
use crate::mailbox::{LocalPart, Mailbox, MailboxRef};
use crate::scan::{self, Judge, Meaning, Spans};

/// What an address is good for: any octets have an answer. Reading an address that has no comments allocates nothing.
///
/// # Examples
///
/// ```
/// use mailwright_address::{Class, Fault, Grammar, Reading};
///
/// let reading = Reading::of(b"pete(his account)@silly.test", Grammar::strict());
/// assert_eq!(reading.class(), Class::Deprecated);
/// assert_eq!(reading.worst().map(|f| (f.fault(), f.at())), Some((Fault::BesideAt, 17)));
/// assert_eq!(reading.header().unwrap().local_part(), "pete");
/// assert!(reading.envelope().is_none());
/// ```
///
/// # RFC
///
/// RFC 5321 §4.1.2, RFC 5322 §3.4.1 and §4.4
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    octets: &'a [u8],
    grammar: Grammar,
    worst: Option<AddressError>,
    spans: Option<Spans>,
}

impl<'a> Reading<'a> {
    /// Reads the whole of the octets.
    #[inline]
    pub fn of(octets: &'a [u8], grammar: Grammar) -> Self {
        let mut worst = Worst { grammar, found: None };
        let spans = read(octets, &mut worst);
        Self { octets, grammar, worst: worst.found, spans }
    }

    /// What the address is good for.
    #[inline]
    pub fn class(&self) -> Class {
        self.worst.map_or(Class::Envelope, |found| found.fault().class())
    }

    /// The worst fault, the leftmost of those that are equally bad; none for an ordinary address.
    pub const fn worst(&self) -> Option<AddressError> {
        self.worst
    }

    /// Every fault from left to right, as far as the parser could go on; at most [`Reading::MAX_FAULTS`].
    pub fn faults(&self) -> Vec<AddressError> {
        let mut found = Vec::new();
        Self::faults_into(self.octets, self.grammar, &mut found);
        found
    }

    /// The same of any octets, read once, into a list that is used again: what it held is taken out.
    ///
    /// # Examples
    ///
    /// ```
    /// use mailwright_address::{Fault, Grammar, Reading};
    ///
    /// let mut found = Vec::new();
    /// Reading::faults_into(b"a@single", Grammar::strict(), &mut found);
    /// assert_eq!(found.iter().map(|f| (f.fault(), f.at())).collect::<Vec<_>>(), [(Fault::SingleLabel, 2)]);
    /// ```
    pub fn faults_into(octets: &[u8], grammar: Grammar, found: &mut Vec<AddressError>) {
        found.clear();
        let mut all = All { grammar, found };
        let _spans = read(octets, &mut all);
        found.sort_by_key(|found| (found.at(), found.fault()));
    }

    /// The mailbox, where the envelope's reading takes it.
    #[inline]
    pub fn envelope(&self) -> Option<MailboxRef<'a>> {
        let spans = self.spans.filter(|_| self.class().is_envelope())?;
        MailboxRef::of(self.octets, spans).ok()
    }

    /// The addr-spec, where the header's reading takes it.
    pub fn header(&self) -> Option<AddrSpec<'a>> {
        let spans = self.spans.filter(|_| self.class().is_header())?;
        Some(AddrSpec::of(self.octets, spans))
    }

    /// How many faults [`Reading::faults`] tells of.
    pub const MAX_FAULTS: usize = 64;
}

/// An addr-spec of a header field, comments, folding and obsolete forms included.
///
/// # Examples
///
/// ```
/// use mailwright_address::{AddrSpec, Grammar};
///
/// let spec = AddrSpec::parse(b"john . doe (work) @example.org", Grammar::strict()).unwrap();
/// assert_eq!(spec.to_mailbox().unwrap().as_str(), "john.doe@example.org");
/// ```
///
/// # RFC
///
/// RFC 5322 §3.4.1, §4.4; RFC 6532 §3.2
#[derive(Clone, Copy, Debug)]
pub struct AddrSpec<'a> {
    local_part: &'a [u8],
    host: &'a [u8],
}

impl<'a> AddrSpec<'a> {
    /// Reads the whole of the octets.
    ///
    /// # Errors
    ///
    /// The first fault that no grammar has.
    pub fn parse(octets: &'a [u8], grammar: Grammar) -> Result<Self, AddressError> {
        let (spec, next) = Self::parse_prefix(octets, grammar)?;
        match octets.get(next) {
            None => Ok(spec),
            Some(octet) => Err(AddressError::new(scan::unexpected(*octet, grammar), next)),
        }
    }

    /// Reads an addr-spec and the comments and blanks around it, up to the first octet that belongs to none of them;
    /// also says where that is, in octets from the start.
    ///
    /// # Errors
    ///
    /// The first fault that no grammar has.
    pub fn parse_prefix(octets: &'a [u8], grammar: Grammar) -> Result<(Self, usize), AddressError> {
        let spans = scan::addr_spec(octets, 0, &mut scan::Header(grammar))?;
        Ok((Self::of(octets, spans), spans.next))
    }

    /// What the local part means: without quotes, backslashes, comments and folding.
    pub fn local_part(&self) -> Cow<'a, str> {
        plain(self.local_part, || Meaning::of_local_part(self.local_part).collect())
    }

    /// The domain or literal without comments and folding. A literal keeps its brackets.
    pub fn host(&self) -> Cow<'a, str> {
        plain(self.host, || scan::without_blanks(self.host))
    }

    /// The mailbox that it means in an envelope.
    ///
    /// # Errors
    ///
    /// The fault for which no envelope takes it: a domain or literal that is none, a limit, a control octet.
    pub fn to_mailbox(&self) -> Result<Mailbox, AddressError> {
        let local_part = LocalPart::from_meaning(&self.local_part())?;
        let host: Host = self.host().parse()?;
        Mailbox::new(&local_part, &host)
    }

    fn of(octets: &'a [u8], spans: Spans) -> Self {
        Self {
            local_part: octets.get(spans.start..spans.at).unwrap_or_default(),
            host: octets.get(spans.host..spans.end).unwrap_or_default(),
        }
    }
}

/// The octets as text, collected anew only where something must be left out.
fn plain(octets: &[u8], collect: impl FnOnce() -> Vec<u8>) -> Cow<'_, str> {
    let odd = octets.iter().any(|octet| matches!(octet, b'"' | b'\\' | b'(' | b' ' | b'\t' | b'\r' | b'\n'));
    match core::str::from_utf8(octets) {
        Ok(text) if !odd => Cow::Borrowed(text),
        _ => Cow::Owned(String::from_utf8(collect()).unwrap_or_default()),
    }
}

/// Runs the parser over all octets; what is left behind the address is a fault too.
#[inline]
fn read<J: Judge>(octets: &[u8], judge: &mut J) -> Option<Spans> {
    let spans = scan::addr_spec(octets, 0, judge).ok()?;
    match octets.get(spans.next) {
        None => Some(spans),
        Some(octet) => {
            let fault = scan::unexpected(*octet, judge.grammar());
            // Nothing follows that a refusal could end.
            let _ended = judge.note(fault, spans.next);
            None
        }
    }
}

/// Remembers the worst fault.
struct Worst {
    grammar: Grammar,
    found: Option<AddressError>,
}

impl Judge for Worst {
    #[inline]
    fn grammar(&self) -> Grammar {
        self.grammar
    }

    fn note(&mut self, fault: Fault, at: usize) -> Result<(), AddressError> {
        let worse = |found: AddressError| {
            let (was, is) = (found.fault().class(), fault.class());
            is > was || (is == was && at < found.at())
        };
        if self.found.is_none_or(worse) {
            self.found = Some(AddressError::new(fault, at));
        }
        Ok(())
    }
}

/// Collects all faults, up to the bound.
struct All<'f> {
    grammar: Grammar,
    found: &'f mut Vec<AddressError>,
}

impl Judge for All<'_> {
    fn grammar(&self) -> Grammar {
        self.grammar
    }

    fn note(&mut self, fault: Fault, at: usize) -> Result<(), AddressError> {
        let found = AddressError::new(fault, at);
        if self.found.len() < Reading::MAX_FAULTS && !self.found.contains(&found) {
            self.found.push(found);
        }
        Ok(())
    }
}
