//! What is asked before it is needed.
//!
//! law: only questions whose answers the walk may come to use; never `%{p}` and `exp`; private names only where the
//!      settings allow it; nothing here moves a counter or ends a check

use mailwright_dns::{Answer, Data, Kind, Mx, Name};

use super::mechanism::{first_ten, is_host};
use super::{Check, NO_ID, Nature};
use crate::grammar::{self, Faults};
use crate::record::{DomainSpec, Letters, Mechanism, TermKind};
use crate::settings::{Ahead, Private};
use crate::store::Id;
use crate::trace::Trace;

/// What a term would ask.
enum Wish {
    Ask(Option<DomainSpec>, Kind),
    /// It asks nothing ahead, though it counts.
    Nothing,
    /// It surely matches: what stands behind it is not looked at.
    Sure,
    /// It does not count.
    Free,
}

impl<T: Trace> Check<T> {
    /// Asks what the record on top will need, up to the first term that surely matches.
    pub(super) fn ask_ahead(&mut self) {
        let Some(frame) = self.frames.last().copied() else { return };
        if self.settings.ahead == Ahead::None {
            return;
        }
        let mut left = self.walk.max_terms.saturating_sub(self.walk.counts.terms);
        let mut at = frame.first;
        loop {
            // The redirect comes last, wherever it stands.
            let last = at >= frame.end;
            let next = if last { frame.redirect } else { at };
            let Some(slot) = self.slot(next) else { return };
            let wish = match slot.nature {
                Nature::Matches => return,
                Nature::Modifier if !last => Wish::Free,
                Nature::Misses => Wish::Free,
                Nature::Asks | Nature::Modifier => self.wish(slot.term.kind),
            };
            match wish {
                Wish::Sure => return,
                Wish::Free => {}
                Wish::Nothing | Wish::Ask(..) if left == 0 => return,
                Wish::Nothing => left = left.saturating_sub(1),
                Wish::Ask(spec, kind) => {
                    left = left.saturating_sub(1);
                    let id = self.ask_one(frame.txt, frame.text, spec, kind);
                    if let (Some(slot), Some(id)) = (self.slot_mut(next), id) {
                        slot.target = id;
                    }
                }
            }
            if last {
                return;
            }
            at = at.wrapping_add(1);
        }
    }

    /// What a term would ask ahead of the walk.
    fn wish(&self, kind: TermKind) -> Wish {
        let mechanism = match kind {
            TermKind::Directive(_, mechanism) => mechanism,
            TermKind::Redirect(spec) => return Wish::Ask(Some(spec), Kind::Txt),
            TermKind::Explanation(_) | TermKind::Unknown => return Wish::Free,
        };
        let address = self.address_kind();
        match mechanism {
            Mechanism::All | Mechanism::Ip4 { .. } | Mechanism::Ip6 { .. } => {
                if mechanism.nature(self.client) == Nature::Matches { Wish::Sure } else { Wish::Free }
            }
            Mechanism::Include(spec) => Wish::Ask(Some(spec), Kind::Txt),
            Mechanism::A { target, .. } => Wish::Ask(target, address),
            Mechanism::Mx { target, .. } => Wish::Ask(target, Kind::Mx),
            Mechanism::Exists(spec) if self.settings.private == Private::Ahead => {
                Wish::Ask(Some(spec), Kind::A)
            }
            Mechanism::Ptr { .. } | Mechanism::Exists(_) => Wish::Nothing,
        }
    }

    /// Asks one question of a record ahead, if its name is known and may be told.
    fn ask_one(&mut self, txt: Id, number: u16, spec: Option<DomainSpec>, kind: Kind) -> Option<Id> {
        let most = self.settings.ahead_most;
        let id = match spec {
            None => {
                let fine = kind != Kind::Txt || self.store.name(txt).labels().nth(1).is_some();
                if fine { self.store.want_same_ahead(txt, kind, most)? } else { return None }
            }
            Some(spec) => {
                let private = spec.letters.any(Letters::SENDER) && self.settings.private != Private::Ahead;
                let unusable = spec.letters.any(Letters::LOCAL) && self.identity.is_international();
                if private || unusable || spec.letters.contains('p') {
                    return None;
                }
                let Some(Answer::Found(Data::Txt(texts), _)) = self.store.answer(txt) else { return None };
                let octets = texts.get(usize::from(number))?.joined().get(spec.range())?;
                let mut name = Name::root();
                self.written(octets, spec.letters, txt, None, &mut name)?;
                if kind == Kind::Txt && name.labels().nth(1).is_none() {
                    return None;
                }
                self.store.want_ahead(name.borrow(), kind, most)?
            }
        };
        if kind == Kind::Txt {
            self.store.follow(id);
        }
        Some(id)
    }

    /// The addresses of the first ten mail hosts.
    pub(super) fn ask_hosts_ahead(&mut self, records: &[Mx]) {
        let ten = first_ten(records);
        let kind = self.address_kind();
        for place in 0..ten.count() {
            if let Some(mx) = ten.get(records, place).filter(|mx| is_host(&mx.exchange)) {
                self.store.want_ahead(mx.exchange.borrow(), kind, self.settings.ahead_most);
            }
        }
    }

    /// An answer has come: what it leads to may be asked at once.
    pub(super) fn look_ahead(&mut self, id: Id) {
        if self.settings.ahead == Ahead::None {
            return;
        }
        let Some(entry) = self.store.get(id) else { return };
        match &entry.answer {
            Some(Answer::Found(Data::Mx(records), _)) if entry.is_wanted() => {
                let records = records.clone();
                if self.store.first_expansion(id) {
                    self.ask_hosts_ahead(&records);
                }
            }
            Some(Answer::Found(Data::Txt(texts), _))
                if entry.follow && self.settings.ahead == Ahead::Nested =>
            {
                let texts = texts.clone();
                let mut records =
                    texts.iter().enumerate().filter(|(_, text)| grammar::version(text.joined()));
                let (Some((number, text)), None) = (records.next(), records.next()) else { return };
                let number = u16::try_from(number).unwrap_or(NO_ID);
                let mut sure = false;
                let mut redirect = None;
                let ask = |check: &mut Self, kind: TermKind| {
                    if let Wish::Ask(spec, kind) = check.wish(kind) {
                        check.ask_one(id, number, spec, kind);
                    }
                };
                // A fault further on makes the record useless, but asking ahead is only a guess.
                let _ = grammar::terms(text.joined(), Faults::End, &mut |term| match term.kind {
                    _ if sure => {}
                    TermKind::Redirect(_) => redirect = Some(term.kind),
                    TermKind::Directive(..) | TermKind::Explanation(_) | TermKind::Unknown => {
                        sure = matches!(self.wish(term.kind), Wish::Sure);
                        ask(self, term.kind);
                    }
                });
                if let Some(redirect) = redirect.filter(|_| !sure) {
                    ask(self, redirect);
                }
            }
            _ => {}
        }
    }
}
