//! Does a reverse name of the peer lead back to it? (forward-confirmed reverse DNS, `iprev`)
//!
//! in:  an address, answers      out: the names that lead back, those that don't
//! law: a name counts only if one of its addresses is exactly the peer's; a failed look-up is "not known", never "no"

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::net::IpAddr;

use mailwright_dns::{Answer, Data, Failure, Inquiry, Kind, Name, Question, Step};

use crate::{Check, Flag, Flags, Network, Note, Reason, Source};

/// Reverse names that are looked at.
pub const MOST_NAMES: usize = 10;

/// Asks for the reverse names of an address and for the addresses of each of them.
///
/// # Examples
///
/// ```
/// use mailwright_dns::{Zone, run};
/// use mailwright_policy::reverse::{Confirmed, Reverse};
///
/// let zone = Zone::parse(
///     b"7.113.0.203.in-addr.arpa. PTR mail.big.example.
/// 7.113.0.203.in-addr.arpa. PTR mx.small.example.
/// mx.small.example. A 203.0.113.7
/// mail.big.example. A 192.0.2.1",
/// )?;
/// let report = run(&mut Reverse::new("203.0.113.7".parse()?), &mut &zone);
/// assert_eq!(report.confirmed, Confirmed::Yes);
/// assert_eq!(report.names[0].to_string(), "mx.small.example");
/// assert_eq!(report.unconfirmed[0].to_string(), "mail.big.example");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # RFC
///
/// RFC 8601 §2.7.3, §3
#[derive(Clone, Debug)]
pub struct Reverse {
    address: IpAddr,
    queue: VecDeque<Question>,
    ptr: Option<Answer>,
    names: Vec<(Name, Option<Answer>)>,
    left_out: usize,
    timed_out: bool,
    done: Option<Report>,
}

/// Whether the address has a name that leads back to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Confirmed {
    /// At least one name does.
    Yes,
    /// There are names, and none does.
    No,
    /// There is no name.
    NoName,
    /// Not known now.
    Unknown(Failure),
}

/// What came out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The answer.
    pub confirmed: Confirmed,
    /// Names that lead back to the address, as the DNS gave them.
    pub names: Vec<Name>,
    /// Names that don't: whoever runs the reverse zone may write any name there.
    pub unconfirmed: Vec<Name>,
    /// A name leads to another address of the same /24 or /64: evidence, never a confirmation.
    pub near: bool,
    /// The addresses of some name are not known now, so that it may lead back for all we know.
    pub undecided: Option<Failure>,
    /// Names beyond [`MOST_NAMES`], which nobody looked at.
    pub left_out: usize,
}

impl Reverse {
    /// An inquiry about this address.
    pub fn new(address: IpAddr) -> Self {
        let address = address.to_canonical();
        let queue = VecDeque::from([Question::new(Name::reverse(address), Kind::Ptr)]);
        Self { address, queue, ptr: None, names: Vec::new(), left_out: 0, timed_out: false, done: None }
    }

    const fn kind(&self) -> Kind {
        if self.address.is_ipv4() { Kind::A } else { Kind::Aaaa }
    }

    fn take_names(&mut self, answer: &Answer) {
        if let Answer::Found(Data::Ptr(names), _) = answer {
            for name in names.iter() {
                if self.names.iter().any(|(known, _)| known == name) {
                    continue;
                }
                if self.names.len() >= MOST_NAMES {
                    self.left_out = self.left_out.saturating_add(1);
                    continue;
                }
                self.queue.push_back(Question::new(name.clone(), self.kind()));
                self.names.push((name.clone(), None));
            }
        }
    }

    fn report(&self) -> Option<Report> {
        let lost = Answer::Failed(Failure::Timeout);
        let ptr = match &self.ptr {
            Some(answer) => answer,
            None if self.timed_out => &lost,
            None => return None,
        };
        let mut report = Report {
            confirmed: match ptr {
                Answer::Failed(failure) => Confirmed::Unknown(*failure),
                Answer::NxDomain(_) | Answer::NoData(_) | Answer::Found(..) => Confirmed::NoName,
            },
            names: Vec::new(),
            unconfirmed: Vec::new(),
            near: false,
            undecided: None,
            left_out: self.left_out,
        };
        let neighbours = Network::of_peer(self.address);
        for (name, answer) in &self.names {
            let answer = match answer {
                Some(answer) => answer,
                None if self.timed_out => &lost,
                None => return None,
            };
            if leads_to(answer, |address| address == self.address) {
                report.names.push(name.clone());
            } else {
                report.near |= leads_to(answer, |address| neighbours.contains(address));
                if let Answer::Failed(failure) = answer {
                    report.undecided = Some(*failure);
                }
                report.unconfirmed.push(name.clone());
            }
        }
        if !self.names.is_empty() {
            report.confirmed = match report.undecided {
                _ if !report.names.is_empty() => Confirmed::Yes,
                Some(failure) => Confirmed::Unknown(failure),
                None => Confirmed::No,
            };
        }
        Some(report)
    }
}

fn leads_to(answer: &Answer, fits: impl Fn(IpAddr) -> bool) -> bool {
    match answer.data() {
        Some(Data::A(addresses)) => addresses.iter().any(|address| fits((*address).into())),
        Some(Data::Aaaa(addresses)) => addresses.iter().any(|address| fits((*address).into())),
        Some(_) | None => false,
    }
}

impl Inquiry for Reverse {
    type Outcome = Report;

    fn poll(&mut self) -> Step<Report> {
        if let Some(report) = &self.done {
            return Step::Done(report.clone());
        }
        if !self.timed_out
            && let Some(question) = self.queue.pop_front()
        {
            return Step::Ask(question);
        }
        match self.report() {
            None => Step::Wait,
            Some(report) => {
                self.done = Some(report.clone());
                Step::Done(report)
            }
        }
    }

    fn handle_answer(&mut self, question: &Question, answer: Answer) {
        if self.done.is_some() {
            return;
        }
        let answer = answer.fit(question.kind);
        if question.kind == Kind::Ptr && question.name == Name::reverse(self.address) {
            if self.ptr.is_none() {
                self.take_names(&answer);
                self.ptr = Some(answer);
            }
        } else if question.kind == self.kind() {
            let waiting =
                self.names.iter_mut().find(|(name, known)| *name == question.name && known.is_none());
            if let Some((_, known)) = waiting {
                *known = Some(answer);
            }
        }
    }

    fn handle_timeout(&mut self) {
        self.timed_out = true;
    }
}

impl Report {
    /// What it means for the peer: flags; strict: `550 5.7.25`, and `451 4.7.25` where it is not known.
    pub fn note(&self, strict: bool) -> Note {
        let (flag, check) = match self.confirmed {
            Confirmed::Yes => (Flag::RdnsPass, Check::Ok),
            Confirmed::No => (Flag::RdnsFail, Check::Reject(Reason::ReverseMissing.into())),
            Confirmed::NoName => (Flag::RdnsNone, Check::Reject(Reason::ReverseMissing.into())),
            Confirmed::Unknown(_) => (Flag::RdnsUnknown, Check::TempIfAccept(Reason::ReverseUnknown.into())),
        };
        let check = if strict { check } else { Check::Ok };
        let flags = Flags::NONE.with(flag).with_if(self.near, Flag::RdnsNear);
        Note::new(Source::Rdns, check).with_flags(flags)
    }

    /// All names, those that lead back first.
    pub fn all_names(&self) -> impl Iterator<Item = &Name> {
        self.names.iter().chain(&self.unconfirmed)
    }

    /// The result as `Authentication-Results` writes it (RFC 8601 §2.7.3).
    pub const fn result(&self) -> &'static str {
        match self.confirmed {
            Confirmed::Yes => "pass",
            Confirmed::No => "fail",
            Confirmed::NoName => "permerror",
            Confirmed::Unknown(_) => "temperror",
        }
    }
}
