//! The walk: record by record, term by term, until a verdict.
//!
//! law: an error anywhere ends the whole check (RFC 7208 §5.2); only a pass of an included record is a match

use alloc::vec::Vec;

use mailwright_dns::{Answer, Data, Need};

use super::name::Unnamed;
use super::{Check, Frame, NO_ID, Nature, Slot, Spot, Via};
use crate::grammar::{self, Faults};
use crate::outcome::{Cause, Verdict};
use crate::record::{DomainSpec, Letters, Mechanism, ParseError, Qualifier, TermKind};
use crate::store::Id;
use crate::trace::{Event, Reply, Trace, Why};

/// Where the current term leads.
pub(super) enum Move {
    Match,
    NoMatch,
    /// An answer is missing.
    Wait(Id),
    /// Another record decides.
    Enter(Id),
    Stop(Verdict, Cause),
}

/// How far the terms went that ask nothing.
enum Passed {
    Matched(Qualifier),
    Asks(Frame, Slot),
    All(Frame),
}

/// What a look at the TXT records of a frame gives.
enum Loaded {
    /// `asks`: whether a term that asks stands before one that surely matches.
    Ready {
        asks: bool,
    },
    Missing,
    Stop(Verdict, Cause),
}

impl<T: Trace> Check<T> {
    /// Walks until an answer is missing or the check is over.
    pub(super) fn advance(&mut self) {
        while !self.done && self.waiting.is_none() {
            match self.phase {
                super::Phase::Walk => self.step(),
                super::Phase::Explain => self.explain(),
            }
        }
    }

    fn step(&mut self) {
        let Some(frame) = self.frames.last() else {
            // An empty stack has ended before.
            return self.conclude(Verdict::Neutral, Cause::NothingMatched, None);
        };
        if !frame.loaded {
            return self.load(*frame);
        }
        match self.pass() {
            Passed::Matched(qualifier) => self.matched(qualifier),
            Passed::All(frame) => self.run_out(frame),
            Passed::Asks(frame, slot) => self.ask(frame, slot),
        }
    }

    /// Passes the terms that ask nothing, up to one that matches or asks.
    fn pass(&mut self) -> Passed {
        let depth = self.frames.depth();
        let (terms, voids) = (self.walk.counts.terms, self.walk.counts.voids);
        let Some(frame) = self.frames.last_mut() else { return Passed::Matched(Qualifier::Neutral) };
        let slots = self.slots.get(..usize::try_from(frame.end).unwrap_or(0)).unwrap_or_default();
        while let Some(slot) = usize::try_from(frame.at).ok().and_then(|at| slots.get(at)) {
            match slot.nature {
                Nature::Asks => return Passed::Asks(*frame, *slot),
                Nature::Modifier => {}
                Nature::Matches | Nature::Misses => {
                    if let Some(text) = text(&self.store, frame) {
                        let (text, at) = (text.get(slot.term.range()).unwrap_or_default(), slot.term.start);
                        self.trace.event(depth, Event::Term { text, at, terms, voids });
                    }
                    if slot.nature == Nature::Matches
                        && let TermKind::Directive(qualifier, _) = slot.term.kind
                    {
                        return Passed::Matched(qualifier);
                    }
                    self.trace.event(depth, Event::NotMatched);
                }
            }
            frame.at = frame.at.wrapping_add(1);
        }
        Passed::All(*frame)
    }

    /// Looks at a term that asks.
    fn ask(&mut self, frame: Frame, slot: Slot) {
        let TermKind::Directive(qualifier, mechanism) = slot.term.kind else { return self.next_term() };
        if !frame.begun && !self.count(slot, mechanism.spec()) {
            return self.stop(Verdict::PermError, Cause::TooManyTerms);
        }
        match self.mechanism(&frame, slot, mechanism) {
            Move::Match => self.matched(qualifier),
            Move::NoMatch => {
                self.event(Event::NotMatched);
                self.next_term();
            }
            Move::Wait(id) => self.wait(id),
            Move::Enter(id) => {
                let via = (self.spot(&frame, slot), Via::Include);
                self.frames.push(Frame::new(id, self.filled(), Some(via)));
            }
            Move::Stop(verdict, cause) => self.stop(verdict, cause),
        }
    }

    pub(super) fn wait(&mut self, id: Id) {
        self.store.need(id, Need::Needed);
        self.waiting = Some(id);
    }

    pub(super) fn event(&mut self, event: Event<'_>) {
        self.trace.event(self.frames.depth(), event);
    }

    /// Counts a term that asks as it is begun; false where there are too many.
    fn count(&mut self, slot: Slot, spec: Option<DomainSpec>) -> bool {
        if let Some(frame) = self.frames.last_mut() {
            frame.begun = true;
            frame.progress = 0;
        }
        let walk = &mut self.walk;
        walk.counts.terms = walk.counts.terms.saturating_add(1);
        walk.depends_on_sender |= spec.is_some_and(|spec| spec.letters.any(Letters::SENDER));
        let fine = walk.counts.terms <= walk.max_terms;
        let (terms, voids) = (walk.counts.terms, walk.counts.voids);
        let depth = self.frames.depth();
        if let Some(text) = self.frames.last().and_then(|frame| text(&self.store, frame)) {
            let at = slot.term.start;
            let text = text.get(slot.term.range()).unwrap_or_default();
            self.trace.event(depth, Event::Term { text, at, terms, voids });
        }
        fine
    }

    pub(super) fn next_term(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.at = frame.at.saturating_add(1);
            frame.begun = false;
        }
    }

    /// Reads the record of a frame, once its TXT answer is here.
    fn load(&mut self, frame: Frame) {
        if self.store.answer(frame.txt).is_none() {
            return self.wait(frame.txt);
        }
        self.use_answer(frame.txt, true);
        match self.select(frame) {
            Loaded::Ready { asks: true } => self.ask_ahead(),
            Loaded::Ready { asks: false } => {}
            Loaded::Stop(verdict, cause) => self.stop(verdict, cause),
            Loaded::Missing => match frame.via.map(|(_, via)| via) {
                None => self.conclude(Verdict::None, Cause::NoRecord, None),
                Some(Via::Include) if self.walk.lenient => {
                    self.event(Event::Left(Verdict::None));
                    self.frames.pop();
                    self.event(Event::NotMatched);
                    self.next_term();
                }
                Some(Via::Redirect) if self.walk.lenient => self.ended_neutral(),
                Some(_) => self.stop(Verdict::PermError, Cause::TargetHasNoRecord),
            },
        }
    }

    /// Picks the one SPF record among the TXT records and parses it (RFC 7208 §4.5, §4.6).
    fn select(&mut self, mut frame: Frame) -> Loaded {
        let Some(entry) = self.store.get(frame.txt) else { return Loaded::Missing };
        let texts = match &entry.answer {
            Some(Answer::Found(Data::Txt(texts), _)) => texts,
            Some(Answer::Failed(failure)) => {
                return Loaded::Stop(Verdict::TempError, Cause::Dns(entry.kind, *failure));
            }
            _ => return Loaded::Missing,
        };
        let mut records = texts.iter().enumerate().filter(|(_, text)| grammar::version(text.joined()));
        let Some((number, text)) = records.next() else { return Loaded::Missing };
        frame.text = u16::try_from(number).unwrap_or(u16::MAX);
        let more = records.count();
        let depth = self.frames.depth();
        if more > 0 && !self.walk.lenient {
            let count = u16::try_from(more.saturating_add(1)).unwrap_or(u16::MAX);
            return Loaded::Stop(Verdict::PermError, Cause::ManyRecords(count));
        }
        self.trace.event(depth, Event::Record { domain: self.store.name_of(entry), text: text.joined() });
        let faults = if self.walk.lenient { Faults::LeaveOut } else { Faults::End };
        let slots = &mut self.slots;
        slots.truncate(usize::try_from(frame.first).unwrap_or(usize::MAX));
        if slots.capacity() == 0 {
            *slots = Vec::with_capacity(16);
        }
        let client = self.client;
        let (mut asks, mut sure) = (false, false);
        let parsed = grammar::terms(text.joined(), faults, &mut |term| {
            let nature = match term.kind {
                TermKind::Redirect(_) => {
                    frame.redirect = number_of(slots);
                    Nature::Modifier
                }
                TermKind::Explanation(_) => {
                    frame.explanation = number_of(slots);
                    Nature::Modifier
                }
                TermKind::Unknown => Nature::Modifier,
                TermKind::Directive(_, mechanism) => mechanism.nature(client),
            };
            asks |= nature == Nature::Asks && !sure;
            sure |= nature == Nature::Matches;
            slots.push(Slot { term, target: NO_ID, nature });
        });
        frame.loaded = true;
        frame.at = frame.first;
        frame.end = number_of(slots);
        if let Err(error) = parsed {
            let (start, end) = word(text.joined(), error);
            self.walk.inner = Some(Spot { txt: frame.txt, text: frame.text, start, end });
            return Loaded::Stop(Verdict::PermError, Cause::Syntax(error));
        }
        if let Some(top) = self.frames.last_mut() {
            *top = frame;
        }
        Loaded::Ready { asks: asks || (frame.redirect != super::NO_SLOT && !sure) }
    }

    /// No term is left: another domain decides, or the default does (RFC 7208 §4.7, §6.1).
    fn run_out(&mut self, frame: Frame) {
        let at = frame.redirect;
        let Some(slot) = self.slot(at).copied() else { return self.ended_neutral() };
        let TermKind::Redirect(spec) = slot.term.kind else { return self.ended_neutral() };
        if let Some(top) = self.frames.last_mut() {
            top.at = at;
            top.end = at;
        }
        if !frame.begun && !self.count(slot, Some(spec)) {
            return self.stop(Verdict::PermError, Cause::TooManyTerms);
        }
        match self.target(at, Some(spec), mailwright_dns::Kind::Txt, true) {
            Ok(id) => {
                let via = (self.spot(&frame, slot), Via::Redirect);
                self.cut(frame.first);
                if let Some(top) = self.frames.last_mut() {
                    *top = Frame::new(id, frame.first, Some(via));
                }
            }
            Err(Unnamed::Wait(id)) => self.wait(id),
            Err(Unnamed::Why(why)) => {
                self.event(Event::Skipped(why));
                if why == Why::BadName && !self.walk.lenient {
                    return self.stop(Verdict::PermError, Cause::TargetHasNoRecord);
                }
                self.ended_neutral();
            }
        }
    }

    /// The top record ends without a match.
    fn ended_neutral(&mut self) {
        if self.frames.is_lowest() {
            self.walk.inner = None;
            return self.conclude(Verdict::Neutral, Cause::NothingMatched, None);
        }
        self.leave(Verdict::Neutral);
        self.event(Event::NotMatched);
        self.next_term();
    }

    /// Takes the top record from the stack.
    fn leave(&mut self, verdict: Verdict) {
        self.event(Event::Left(verdict));
        if let Some(frame) = self.frames.pop() {
            self.cut(frame.first);
        }
    }

    /// The current term matches: the record ends, and with a pass the including term matches, too.
    fn matched(&mut self, mut qualifier: Qualifier) {
        loop {
            self.event(Event::Matched(qualifier));
            let Some((frame, slot)) = self.current() else { return };
            let here = self.spot(&frame, slot);
            if !matches!(slot.term.kind, TermKind::Directive(_, Mechanism::Include(_))) {
                self.walk.inner = Some(here);
            }
            if self.frames.is_lowest() {
                return self.conclude(qualifier.into(), Cause::Matched(qualifier), Some(here));
            }
            self.leave(qualifier.into());
            if qualifier != Qualifier::Pass {
                self.event(Event::NotMatched);
                return self.next_term();
            }
            let Some((_, outer)) = self.current() else { return };
            let TermKind::Directive(next, _) = outer.term.kind else { return };
            qualifier = next;
        }
    }

    /// An error ends everything.
    fn stop(&mut self, verdict: Verdict, cause: Cause) {
        let (top, inner) = self.spots();
        if !matches!(cause, Cause::Syntax(_)) {
            self.walk.inner = inner;
        }
        // A fault in the lowest record is not inside anything.
        self.conclude(verdict, cause, top.or(self.walk.inner));
    }

    /// The term of the lowest record where the walk stands, and the term of the highest one.
    pub(super) fn spots(&self) -> (Option<Spot>, Option<Spot>) {
        let spot = |frame: &Frame| match self.slot(frame.at) {
            Some(slot) if frame.loaded && (frame.at < frame.end || frame.at == frame.redirect) => {
                Some(self.spot(frame, *slot))
            }
            _ => frame.via.map(|(spot, _)| spot),
        };
        (self.frames.first().and_then(spot), self.frames.last().and_then(spot))
    }

    fn current(&self) -> Option<(Frame, Slot)> {
        let frame = self.frames.last()?;
        Some((*frame, *self.slot(frame.at)?))
    }

    #[expect(clippy::unused_self, reason = "reads as the others do")]
    const fn spot(&self, frame: &Frame, slot: Slot) -> Spot {
        Spot { txt: frame.txt, text: frame.text, start: slot.term.start, end: slot.term.end }
    }

    /// The walk looks at an answer: its TTL and DNSSEC status count from now on.
    pub(super) fn use_answer(&mut self, id: Id, again: bool) {
        let first = self.store.first_use(id);
        let Some(entry) = self.store.get(id) else { return };
        let Some(answer) = &entry.answer else { return };
        let reply = match answer {
            Answer::Found(data, _) => Reply::Found(u16::try_from(data.len()).unwrap_or(u16::MAX)),
            Answer::NoData(_) => Reply::NoData,
            Answer::NxDomain(_) => Reply::NxDomain,
            Answer::Failed(failure) => Reply::Failed(*failure),
        };
        if first {
            let walk = &mut self.walk;
            walk.counts.answers = walk.counts.answers.saturating_add(1);
            match answer.about() {
                Some(about) => {
                    walk.min_ttl = walk.min_ttl.min(about.ttl);
                    walk.dnssec = walk.dnssec.min(about.dnssec);
                }
                None => walk.failed = true,
            }
        }
        if first || again {
            let depth = self.frames.depth();
            self.trace
                .event(depth, Event::Answer { name: self.store.name_of(entry), kind: entry.kind, reply });
        }
    }
}

/// The number that the next slot will have.
fn number_of(slots: &[Slot]) -> u32 {
    u32::try_from(slots.len()).unwrap_or(super::NO_SLOT)
}

/// The text of a frame's record.
pub(super) fn text<'s>(store: &'s crate::store::Store, frame: &Frame) -> Option<&'s [u8]> {
    let Data::Txt(texts) = store.answer(frame.txt)?.data()? else { return None };
    texts.get(usize::from(frame.text)).map(mailwright_dns::Text::joined)
}

/// The word in which an error stands.
fn word(text: &[u8], error: ParseError) -> (u16, u16) {
    let at = error.at.min(text.len());
    let (before, after) = text.split_at_checked(at).unwrap_or_default();
    let start = before.iter().rposition(|octet| *octet == b' ').map_or(0, |blank| blank.saturating_add(1));
    let rest = after.iter().position(|octet| *octet == b' ').unwrap_or(after.len());
    let short = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
    (short(start), short(at.saturating_add(rest)))
}
