//! The evaluator: `check_host()` of RFC 7208 §4 as a machine that asks and is answered.
//!
//! in:  answers keyed by (name, kind)      out: questions, then one outcome
//! law: an explicit stack of at most 11 records; counters move only when the walk passes a term, so neither the order
//!      of answers nor what was asked ahead changes the verdict or the trace

mod ahead;
mod explain;
mod mechanism;
mod name;
mod stack;
mod state;
mod walk;

use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use mailwright_dns::{Answer, Data, Dnssec, Inquiry, Kind, Name, Need, Question, Step};

use crate::identity::Identity;
use crate::outcome::{Cause, Explanation, Outcome, Place, Verdict};
use crate::settings::{Explain, Settings};
use crate::store::{Id, Store};
use crate::trace::{Event, Trace};
use stack::Stack;
use state::{Ending, Frame, NO_ID, NO_SLOT, Nature, Phase, Slot, Slots, Spot, Via, Walk};

/// Checks whether a host may send for a domain.
///
/// # Examples
///
/// ```
/// use mailwright_dns::{Zone, run};
/// use mailwright_spf::{Check, Identity, Settings, Verdict};
///
/// let zone = Zone::parse(br#"example.org. TXT "v=spf1 ip4:192.0.2.0/24 -all""#)?;
/// let identity = Identity::mail_from(b"ann@example.org", b"mx.example.org");
/// let mut check = Check::new(identity, "198.51.100.7".parse()?, Settings::new(b"mx.receiver.example"));
/// let outcome = run(&mut check, &mut &zone);
/// assert_eq!(outcome.verdict, Verdict::Fail);
/// assert_eq!(outcome.term.unwrap().text(), b"-all");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # RFC
///
/// RFC 7208 §4 to §7; RFC 8616 §4
pub struct Check<T = ()> {
    settings: Settings,
    identity: Identity,
    client: IpAddr,
    trace: T,
    store: Store,
    /// The terms of all records on the stack.
    slots: Vec<Slot>,
    frames: Stack,
    walk: Walk,
    phase: Phase,
    /// The answer without which the walk can't go on.
    waiting: Option<Id>,
    /// How the strict walk ended, also while an explanation or a second opinion is sought.
    ending: Option<Ending>,
    explanation: Option<Explanation>,
    done: bool,
}

/// Terms that may ask in one check (RFC 7208 §4.6.4).
const MAX_TERMS: u8 = 10;

impl Check {
    /// A check without a trace.
    pub fn new(identity: Identity, client: IpAddr, settings: Settings) -> Self {
        Self::with_trace(identity, client, settings, ())
    }
}

impl<T: Trace> Check<T> {
    /// A check whose steps go to `trace`.
    pub fn with_trace(identity: Identity, client: IpAddr, settings: Settings, trace: T) -> Self {
        let mut check = Self {
            settings,
            identity,
            client: client.to_canonical(),
            trace,
            store: Store::default(),
            slots: Vec::new(),
            frames: Stack::default(),
            walk: Walk::new(false, MAX_TERMS),
            phase: Phase::Walk,
            waiting: None,
            ending: None,
            explanation: None,
            done: false,
        };
        check.start();
        check
    }

    /// Begins another check in the memory of this one; all answers are forgotten.
    pub fn restart(&mut self, identity: Identity, client: IpAddr) {
        self.store.clear();
        self.client = client.to_canonical();
        self.begin(identity);
    }

    /// Begins a check of another identity of the same client over the answers that are already here.
    pub fn restart_with_answers(&mut self, identity: Identity) {
        self.store.renew();
        self.begin(identity);
    }

    /// What listens.
    pub const fn trace(&self) -> &T {
        &self.trace
    }

    /// Asks ahead for the record of another identity, which will be checked next.
    pub(crate) fn expect(&mut self, identity: &Identity) {
        let mut name = Name::root();
        if identity.name(&mut name).is_some() {
            self.store.want_ahead(name.borrow(), Kind::Txt, self.settings.ahead_most);
        }
    }

    /// Goes as far as the answers reach; what is missing then is out of time.
    pub(crate) fn advance_without_asking(&mut self) {
        self.advance();
        self.handle_timeout();
    }

    fn begin(&mut self, identity: Identity) {
        self.identity = identity;
        self.walk = Walk::new(false, MAX_TERMS);
        self.ending = None;
        self.explanation = None;
        self.done = false;
        self.start();
    }

    /// Puts the first record on an empty stack.
    fn start(&mut self) {
        self.slots.clear();
        self.frames.clear();
        self.phase = Phase::Walk;
        self.waiting = None;
        let mut name = Name::root();
        if self.identity.name(&mut name).is_none() {
            return self.conclude(Verdict::None, Cause::NoDomain, None);
        }
        if !self.walk.lenient {
            self.trace.event(0, Event::Start { domain: name.borrow(), client: self.client });
        }
        match self.store.want(name.borrow(), Kind::Txt, Need::Needed) {
            Some(txt) => self.frames.push(Frame::new(txt, 0, None)),
            None => self.conclude(Verdict::TempError, Cause::OutOfTime, None),
        }
    }

    /// Ends the strict walk or the lenient one.
    fn conclude(&mut self, verdict: Verdict, cause: Cause, term: Option<Spot>) {
        self.waiting = None;
        if let Some(strict) = &mut self.ending {
            strict.lenient = Some(verdict);
            return self.end(verdict);
        }
        self.ending = Some(Ending { verdict, cause, term, walk: self.walk, lenient: None });
        let explained = verdict == Verdict::Fail
            && self.settings.explain == Explain::Fetch
            && self.frames.first().is_some_and(|frame| frame.explanation != NO_SLOT);
        if explained {
            self.frames.keep_first();
            self.phase = Phase::Explain;
            return;
        }
        self.end(verdict);
        if verdict == Verdict::PermError && self.settings.lenient > 0 {
            self.trace.event(0, Event::SecondOpinion);
            self.done = false;
            self.walk = Walk::new(true, self.settings.lenient);
            self.start();
        }
    }

    fn end(&mut self, verdict: Verdict) {
        self.trace.event(0, Event::End(verdict));
        self.done = true;
    }

    /// Ends the search for an explanation.
    fn explained(&mut self, explanation: Option<Explanation>) {
        self.waiting = None;
        self.explanation = explanation;
        self.end(self.ending.map_or(Verdict::Fail, |ending| ending.verdict));
    }

    fn outcome(&self, ending: &Ending) -> Outcome {
        let walk = &ending.walk;
        let used = walk.counts.answers > 0;
        Outcome {
            verdict: ending.verdict,
            identity: self.identity.clone(),
            client: self.client,
            cause: ending.cause,
            term: ending.term.and_then(|spot| self.place(spot)),
            inner: walk.inner.filter(|inner| Some(*inner) != ending.term).and_then(|spot| self.place(spot)),
            counts: walk.counts,
            min_ttl: if walk.failed || !used { None } else { Some(walk.min_ttl) },
            depends_on_sender: walk.depends_on_sender,
            dnssec: if used { walk.dnssec } else { Dnssec::Unchecked },
            explanation: self.explanation.clone(),
            lenient: ending.lenient,
            kept_private: walk.kept_private,
        }
    }

    /// How many slots there are.
    fn filled(&self) -> Slots {
        // At most 11 records of 32 768 terms.
        Slots::try_from(self.slots.len()).unwrap_or(NO_SLOT)
    }

    fn slot(&self, at: Slots) -> Option<&Slot> {
        self.slots.get(usize::try_from(at).ok()?)
    }

    fn slot_mut(&mut self, at: Slots) -> Option<&mut Slot> {
        self.slots.get_mut(usize::try_from(at).ok()?)
    }

    fn cut(&mut self, at: Slots) {
        self.slots.truncate(usize::try_from(at).unwrap_or(usize::MAX));
    }

    fn place(&self, spot: Spot) -> Option<Place> {
        let entry = self.store.get(spot.txt)?;
        let Some(Answer::Found(Data::Txt(texts), _)) = &entry.answer else { return None };
        let record = texts.get(usize::from(spot.text))?.clone();
        Some(Place { domain: self.store.name_of(entry).to_name(), record, start: spot.start, end: spot.end })
    }
}

impl<T: Trace> Inquiry for Check<T> {
    type Outcome = Outcome;

    fn poll(&mut self) -> Step<Outcome> {
        self.advance();
        match &self.ending {
            Some(ending) if self.done => Step::Done(self.outcome(ending)),
            _ => match self.store.next_question() {
                Some((name, kind, need)) => Step::Ask(Question::new(name.to_name(), kind).with_need(need)),
                None => Step::Wait,
            },
        }
    }

    fn handle_answer(&mut self, question: &Question, answer: Answer) {
        if self.done {
            return;
        }
        if let Some(id) = self.store.put(question, answer) {
            if self.waiting == Some(id) {
                self.waiting = None;
            }
            self.look_ahead(id);
        }
    }

    fn handle_timeout(&mut self) {
        if self.done {
            return;
        }
        if let Some(strict) = self.ending {
            // The verdict stands; only its ornament is missing.
            self.waiting = None;
            return self.end(strict.verdict);
        }
        self.walk.failed = true;
        let (top, inner) = self.spots();
        self.walk.inner = inner;
        self.conclude(Verdict::TempError, Cause::OutOfTime, top);
    }
}

impl<T> fmt::Debug for Check<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check")
            .field("identity", &self.identity)
            .field("client", &self.client)
            .field("depth", &self.frames.depth())
            .field("counts", &self.walk.counts)
            .field("ending", &self.ending)
            .finish_non_exhaustive()
    }
}
