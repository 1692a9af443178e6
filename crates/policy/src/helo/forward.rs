//! Where a HELO name leads: its addresses, compared with the peer's.

use core::net::IpAddr;

use mailwright_dns::{Answer, Data, Failure, Inquiry, Kind, Name, Question, Step};

/// Where a HELO name leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Forward {
    /// To the peer.
    Match,
    /// To other addresses.
    Other,
    /// Nowhere: no such name, or no address.
    Nowhere,
    /// Not known now.
    Unknown(Failure),
}

/// Asks for the addresses of a HELO name.
///
/// # Examples
///
/// ```
/// use mailwright_dns::{Zone, run};
/// use mailwright_policy::helo::{Forward, Look};
///
/// let zone = Zone::parse(b"mx.example.net. A 203.0.113.7")?;
/// let mut look = Look::new("mx.example.net".parse()?, "203.0.113.7".parse()?);
/// assert_eq!(run(&mut look, &mut &zone), Forward::Match);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Look {
    name: Name,
    peer: IpAddr,
    asked: u8,
    answers: [Option<Seen>; 2],
    timed_out: bool,
}

#[derive(Clone, Copy, Debug)]
enum Seen {
    Match,
    Other,
    Nothing,
    Failed(Failure),
}

const KINDS: [Kind; 2] = [Kind::A, Kind::Aaaa];

impl Look {
    /// An inquiry about this name and peer.
    pub fn new(name: Name, peer: IpAddr) -> Self {
        Self { name, peer: peer.to_canonical(), asked: 0, answers: [None; 2], timed_out: false }
    }
}

impl Inquiry for Look {
    type Outcome = Forward;

    fn poll(&mut self) -> Step<Forward> {
        if let Some(kind) = KINDS.get(usize::from(self.asked)).filter(|_| !self.timed_out) {
            self.asked = self.asked.saturating_add(1);
            return Step::Ask(Question::new(self.name.clone(), *kind));
        }
        let lost = Seen::Failed(Failure::Timeout);
        let seen = self.answers.map(|seen| if self.timed_out { Some(seen.unwrap_or(lost)) } else { seen });
        let [Some(v4), Some(v6)] = seen else { return Step::Wait };
        Step::Done(match (v4, v6) {
            (Seen::Match, _) | (_, Seen::Match) => Forward::Match,
            (Seen::Failed(failure), _) | (_, Seen::Failed(failure)) => Forward::Unknown(failure),
            (Seen::Other, _) | (_, Seen::Other) => Forward::Other,
            (Seen::Nothing, Seen::Nothing) => Forward::Nowhere,
        })
    }

    fn handle_answer(&mut self, question: &Question, answer: Answer) {
        let place = KINDS.iter().position(|kind| *kind == question.kind);
        let slot = place.and_then(|at| self.answers.get_mut(at));
        let (Some(slot), true) = (slot, question.name == self.name) else { return };
        if slot.is_some() || self.timed_out {
            return;
        }
        let seen = |fits: bool| if fits { Seen::Match } else { Seen::Other };
        *slot = Some(match answer.fit(question.kind) {
            Answer::Found(Data::A(found), _) => seen(found.iter().any(|a| IpAddr::V4(*a) == self.peer)),
            Answer::Found(Data::Aaaa(found), _) => seen(found.iter().any(|a| IpAddr::V6(*a) == self.peer)),
            Answer::Found(..) => Seen::Failed(Failure::Mismatch),
            Answer::NoData(_) | Answer::NxDomain(_) => Seen::Nothing,
            Answer::Failed(failure) => Seen::Failed(failure),
        });
    }

    fn handle_timeout(&mut self) {
        self.timed_out = true;
    }
}
