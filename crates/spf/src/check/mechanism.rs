//! Whether one mechanism matches, RFC 7208 §5, one function per mechanism that asks.
//!
//! law: a failed look-up is temperror, but for `ptr`, where the name is left out (§5.5); what is void is counted once

use core::net::IpAddr;

use mailwright_dns::{Answer, Data, Kind, Mx, Name, Need};

use super::name::Unnamed;
use super::walk::Move;
use super::{Check, Frame, Nature, Slot};
use crate::outcome::{Cause, Verdict};
use crate::record::{DomainSpec, Mechanism, Prefix};
use crate::settings::{Ahead, BadName, VoidCount};
use crate::trace::{Event, Trace, Why};

/// Hosts of one `mx`, names of one `ptr` (RFC 7208 §4.6.4).
pub(super) const TEN: usize = 10;

/// What an address answer says.
enum Addresses {
    Match,
    NoMatch,
    Void,
    Stop(Move),
}

impl<T: Trace> Check<T> {
    pub(super) fn mechanism(&mut self, frame: &Frame, slot: Slot, mechanism: Mechanism) -> Move {
        match mechanism {
            Mechanism::All | Mechanism::Ip4 { .. } | Mechanism::Ip6 { .. } => {
                if mechanism.nature(self.client) == Nature::Matches { Move::Match } else { Move::NoMatch }
            }
            Mechanism::Include(spec) => match self.target(frame.at, Some(spec), Kind::Txt, true) {
                Ok(id) => Move::Enter(id),
                Err(Unnamed::Wait(id)) => Move::Wait(id),
                Err(Unnamed::Why(why)) => {
                    self.event(Event::Skipped(why));
                    if why == Why::BadName && !self.walk.lenient {
                        return Move::Stop(Verdict::PermError, Cause::TargetHasNoRecord);
                    }
                    Move::NoMatch
                }
            },
            Mechanism::A { target, prefix } => self.a(frame, target, prefix),
            Mechanism::Mx { target, prefix } => self.mx(frame, target, prefix),
            Mechanism::Ptr { target } => self.ptr(frame, slot, target),
            Mechanism::Exists(spec) => self.exists(frame, spec),
        }
    }

    /// The kind of address record that the client's family needs.
    pub(super) const fn address_kind(&self) -> Kind {
        if self.client.is_ipv4() { Kind::A } else { Kind::Aaaa }
    }

    fn unnamed(&mut self, unnamed: Unnamed) -> Move {
        match unnamed {
            Unnamed::Wait(id) => Move::Wait(id),
            Unnamed::Why(why) => {
                self.event(Event::Skipped(why));
                if why == Why::BadName && self.settings.bad_name == BadName::PermError && !self.walk.lenient {
                    Move::Stop(Verdict::PermError, Cause::BadName)
                } else {
                    Move::NoMatch
                }
            }
        }
    }

    /// §5.3
    fn a(&mut self, frame: &Frame, target: Option<DomainSpec>, prefix: Prefix) -> Move {
        let kind = self.address_kind();
        let id = match self.target(frame.at, target, kind, false) {
            Ok(id) => id,
            Err(unnamed) => return self.unnamed(unnamed),
        };
        if self.store.answer(id).is_none() {
            return Move::Wait(id);
        }
        self.use_answer(id, true);
        match self.addresses(id, kind, prefix) {
            Addresses::Match => Move::Match,
            Addresses::NoMatch => Move::NoMatch,
            Addresses::Void => self.void(),
            Addresses::Stop(stop) => stop,
        }
    }

    /// §5.7: the kind is A whatever the client's family.
    fn exists(&mut self, frame: &Frame, spec: DomainSpec) -> Move {
        let id = match self.target(frame.at, Some(spec), Kind::A, false) {
            Ok(id) => id,
            Err(unnamed) => return self.unnamed(unnamed),
        };
        if self.store.answer(id).is_none() {
            return Move::Wait(id);
        }
        self.use_answer(id, true);
        match self.store.answer(id) {
            Some(Answer::Found(..)) => Move::Match,
            Some(Answer::Failed(failure)) => Move::Stop(Verdict::TempError, Cause::Dns(Kind::A, *failure)),
            Some(Answer::NoData(_) | Answer::NxDomain(_)) | None => self.void(),
        }
    }

    /// §5.4, and the limits of §4.6.4: records are counted, not distinct names.
    fn mx(&mut self, frame: &Frame, target: Option<DomainSpec>, prefix: Prefix) -> Move {
        let id = match self.target(frame.at, target, Kind::Mx, false) {
            Ok(id) => id,
            Err(unnamed) => return self.unnamed(unnamed),
        };
        if self.store.answer(id).is_none() {
            return Move::Wait(id);
        }
        self.use_answer(id, false);
        let records = match self.store.answer(id) {
            Some(Answer::Found(Data::Mx(records), _)) => records.clone(),
            Some(Answer::Failed(failure)) => {
                return Move::Stop(Verdict::TempError, Cause::Dns(Kind::Mx, *failure));
            }
            _ => return self.void(),
        };
        let ten = first_ten(&records);
        let done = self.frames.last().map_or(0, |frame| usize::from(frame.progress));
        if self.settings.ahead != Ahead::None && self.store.first_expansion(id) {
            self.ask_hosts_ahead(&records);
        }
        for place in done..ten.count() {
            let Some(mx) = ten.get(&records, place) else { continue };
            match self.host(&mx.exchange, prefix) {
                Some(Move::NoMatch) => {}
                Some(other) => return other,
                None => self.event(Event::Skipped(Why::NoHost)),
            }
            if let Some(frame) = self.frames.last_mut() {
                frame.progress = frame.progress.saturating_add(1);
            }
        }
        if records.len() > TEN && !self.walk.lenient {
            return Move::Stop(Verdict::PermError, Cause::TooManyHosts);
        }
        Move::NoMatch
    }

    /// One mail host; `None` where it is none.
    fn host(&mut self, name: &Name, prefix: Prefix) -> Option<Move> {
        if !is_host(name) {
            return None;
        }
        let kind = self.address_kind();
        let Some(id) = self.store.want(name.borrow(), kind, Need::Ahead) else { return Some(Move::NoMatch) };
        if self.store.answer(id).is_none() {
            return Some(Move::Wait(id));
        }
        self.use_answer(id, true);
        Some(match self.addresses(id, kind, prefix) {
            Addresses::Match => Move::Match,
            Addresses::Void if self.settings.void_count == VoidCount::Questions => self.void(),
            Addresses::NoMatch | Addresses::Void => Move::NoMatch,
            Addresses::Stop(stop) => stop,
        })
    }

    /// §5.5: only names below the target need their addresses looked up; of the others it is enough that they exist.
    fn ptr(&mut self, frame: &Frame, slot: Slot, target: Option<DomainSpec>) -> Move {
        debug_assert!(frame.loaded && slot.term.end > slot.term.start, "a term that stands in a record");
        let mut domain = Name::root();
        match target {
            None => domain = self.own_domain().map_or(domain, |txt| self.store.name(txt).to_name()),
            Some(spec) => {
                if let Err(unnamed) = self.name(spec, &mut domain) {
                    return self.unnamed(unnamed);
                }
            }
        }
        let reverse = Name::reverse(self.client);
        let Some(id) = self.store.want(reverse.borrow(), Kind::Ptr, Need::Ahead) else {
            return Move::NoMatch;
        };
        if self.store.answer(id).is_none() {
            return Move::Wait(id);
        }
        let fresh = self.frames.last().is_some_and(|frame| frame.progress == 0);
        self.use_answer(id, fresh);
        let names = match self.store.answer(id) {
            Some(Answer::Found(Data::Ptr(names), _)) => names.clone(),
            Some(Answer::Failed(_)) => return Move::NoMatch,
            _ => return self.void(),
        };
        if fresh {
            if names.len() > TEN {
                let ignored = u16::try_from(names.len().saturating_sub(TEN)).unwrap_or(u16::MAX);
                self.event(Event::NamesIgnored(ignored));
            }
            if let Some(frame) = self.frames.last_mut() {
                frame.progress = 1;
            }
        }
        let candidates = || names.iter().take(TEN).filter(|name| name.is_within(&domain));
        if self.settings.ahead != Ahead::None {
            let kind = self.address_kind();
            for name in candidates() {
                self.store.want_ahead(name.borrow(), kind, self.settings.ahead_most);
            }
        }
        for name in candidates() {
            match self.validate(name) {
                Ok(true) => return Move::Match,
                Ok(false) => {}
                Err(id) => return Move::Wait(id),
            }
        }
        Move::NoMatch
    }

    /// Compares an address answer with the client.
    fn addresses(&self, id: u16, kind: Kind, prefix: Prefix) -> Addresses {
        let found = match self.store.answer(id) {
            Some(Answer::Found(Data::A(set), _)) => {
                set.iter().any(|address| prefix.covers(IpAddr::V4(*address), self.client))
            }
            Some(Answer::Found(Data::Aaaa(set), _)) => {
                set.iter().any(|address| prefix.covers(IpAddr::V6(*address), self.client))
            }
            Some(Answer::Failed(failure)) => {
                return Addresses::Stop(Move::Stop(Verdict::TempError, Cause::Dns(kind, *failure)));
            }
            _ => return Addresses::Void,
        };
        if found { Addresses::Match } else { Addresses::NoMatch }
    }

    /// A look-up found nothing: too many of these are an error (§4.6.4).
    fn void(&mut self) -> Move {
        let voids = self.walk.counts.voids.saturating_add(1);
        self.walk.counts.voids = voids;
        if voids > self.settings.voids && !self.walk.lenient {
            Move::Stop(Verdict::PermError, Cause::TooManyVoids)
        } else {
            Move::NoMatch
        }
    }
}

/// The ten records that count: by preference, equals in the order of the answer.
pub(super) enum Ten {
    /// They come so.
    AsTheyAre(usize),
    /// By their numbers.
    Picked([u16; TEN], usize),
}

impl Ten {
    pub(super) const fn count(&self) -> usize {
        match self {
            Self::AsTheyAre(count) | Self::Picked(_, count) => *count,
        }
    }

    /// The record in this place.
    pub(super) fn get<'r>(&self, records: &'r [Mx], place: usize) -> Option<&'r Mx> {
        match self {
            Self::AsTheyAre(_) => records.get(place),
            Self::Picked(picked, _) => records.get(usize::from(*picked.get(place)?)),
        }
    }
}

pub(super) fn first_ten(records: &[Mx]) -> Ten {
    if records.is_sorted_by_key(|mx| mx.preference) {
        return Ten::AsTheyAre(records.len().min(TEN));
    }
    let mut ten = [0_u16; TEN];
    let mut count = 0_usize;
    let preference = |at: u16| records.get(usize::from(at)).map_or(u16::MAX, |mx| mx.preference);
    // No message holds more records than that.
    for (at, mx) in (0..=u16::MAX).zip(records) {
        // From the back: what comes late is mostly worse.
        let kept = ten.get(..count).unwrap_or_default();
        let worse = kept.iter().rev().take_while(|other| preference(**other) > mx.preference).count();
        let place = count.wrapping_sub(worse);
        if place >= TEN {
            continue;
        }
        count = count.wrapping_add(1).min(TEN);
        if let Some(rest) = ten.get_mut(place..count) {
            rest.rotate_right(1);
            if let Some(first) = rest.first_mut() {
                *first = at;
            }
        }
    }
    Ten::Picked(ten, count)
}

/// Whether a mail host can have addresses: not the null MX, not the text of an address.
pub(super) fn is_host(name: &Name) -> bool {
    match name.as_wire().last() {
        None => false,
        Some(last) if !last.is_ascii_digit() => true,
        Some(_) => name.labels().last().is_some_and(|last| !last.iter().all(u8::is_ascii_digit)),
    }
}
