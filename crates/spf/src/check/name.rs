//! Which name a term asks for: macros expanded, what can't be asked for held back.

use mailwright_dns::{Answer, Data, Kind, Name, NameRef, Need};

use super::mechanism::TEN;
use super::walk::text;
use super::{Check, NO_ID, Slots};
use crate::expand::{Facts, Tail, expand};
use crate::grammar::In;
use crate::record::{DomainSpec, Letters};
use crate::settings::{Ahead, Private};
use crate::store::Id;
use crate::trace::{Trace, Why};

/// Why there is no name.
#[derive(Clone, Copy)]
pub(super) enum Unnamed {
    /// An answer is missing first.
    Wait(Id),
    /// There will be none.
    Why(Why),
}

impl<T: Trace> Check<T> {
    /// The entry of the question of the term in slot `at`; made on first sight. `record`: it is asked for a record, so
    /// that it must be a domain of several labels (RFC 7208 §4.3).
    pub(super) fn target(
        &mut self,
        at: Slots,
        spec: Option<DomainSpec>,
        kind: Kind,
        record: bool,
    ) -> Result<Id, Unnamed> {
        if let Some(slot) = self.slot(at)
            && slot.target != NO_ID
        {
            return Ok(slot.target);
        }
        let id = match spec {
            None => self.own_domain().and_then(|txt| {
                let fine = !record || self.store.name(txt).labels().nth(1).is_some();
                if fine { self.store.want_same(txt, kind, Need::Needed) } else { None }
            }),
            Some(spec) => {
                let mut name = Name::root();
                self.name(spec, &mut name)?;
                if record && name.labels().nth(1).is_none() {
                    return Err(Unnamed::Why(Why::BadName));
                }
                self.store.want(name.borrow(), kind, Need::Needed)
            }
        };
        let id = id.ok_or(Unnamed::Why(Why::BadName))?;
        if let Some(slot) = self.slot_mut(at) {
            slot.target = id;
        }
        Ok(id)
    }

    /// The entry that has the domain of the top record as its name.
    pub(super) fn own_domain(&self) -> Option<Id> {
        self.frames.last().map(|frame| frame.txt)
    }

    /// Reads the name that a term of the top record has in it.
    pub(super) fn name(&mut self, spec: DomainSpec, name: &mut Name) -> Result<(), Unnamed> {
        if spec.letters.any(Letters::SENDER) && self.settings.private == Private::Never {
            self.walk.kept_private = self.walk.kept_private.saturating_add(1);
            return Err(Unnamed::Why(Why::Private));
        }
        if spec.letters.any(Letters::LOCAL) && self.identity.is_international() {
            return Err(Unnamed::Why(Why::International));
        }
        let validated = if spec.letters.contains('p') { self.validated()? } else { None };
        let frame = self.frames.last().ok_or(Unnamed::Why(Why::BadName))?;
        let octets = text(&self.store, frame).and_then(|text| text.get(spec.range())).unwrap_or_default();
        let read = self.written(octets, spec.letters, frame.txt, validated.as_ref(), name);
        read.ok_or(Unnamed::Why(Why::BadName))
    }

    /// Reads a name of the record of `txt` with its macros expanded; `None` where it can't be asked for.
    pub(super) fn written(
        &self,
        octets: &[u8],
        letters: Letters,
        txt: Id,
        validated: Option<&Name>,
        name: &mut Name,
    ) -> Option<()> {
        if letters.is_empty() && octets.len() <= 253 {
            return name.set_dotted(octets).ok();
        }
        let mut tail = Tail::new();
        expand(octets, In::Record, &self.facts(self.store.name(txt), validated), &mut tail);
        tail.name(name)
    }

    pub(super) fn facts<'f>(&'f self, domain: NameRef<'f>, validated: Option<&'f Name>) -> Facts<'f> {
        Facts {
            identity: &self.identity,
            settings: &self.settings,
            client: self.client,
            domain,
            validated: validated.map(Name::borrow),
        }
    }

    /// The validated host name of the client for `%{p}`: the domain itself, else one below it, else any (RFC 7208 §7.3).
    pub(super) fn validated(&mut self) -> Result<Option<Name>, Unnamed> {
        let txt = self.frames.last().map_or(NO_ID, |frame| frame.txt);
        let domain = self.store.name(txt).to_name();
        let reverse = Name::reverse(self.client);
        let Some(id) = self.store.want(reverse.borrow(), Kind::Ptr, Need::Ahead) else {
            return Ok(None);
        };
        if self.store.answer(id).is_none() {
            return Err(Unnamed::Wait(id));
        }
        self.use_answer(id, false);
        let names = match self.store.answer(id) {
            Some(Answer::Found(Data::Ptr(names), _)) => names.clone(),
            _ => return Ok(None),
        };
        let usable = || names.iter().take(TEN).filter(|name| is_plain(name));
        if self.settings.ahead != Ahead::None {
            let kind = self.address_kind();
            for name in usable() {
                self.store.want_ahead(name.borrow(), kind, self.settings.ahead_most);
            }
        }
        for rank in [0, 1, 2] {
            for name in usable().filter(|name| rank_of(name, &domain) == rank) {
                match self.validate(name) {
                    Ok(true) => return Ok(Some(name.clone())),
                    Ok(false) => {}
                    Err(id) => return Err(Unnamed::Wait(id)),
                }
            }
        }
        Ok(None)
    }

    /// Whether a host name of the client has the client's address; a failed look-up means no (RFC 7208 §5.5).
    pub(super) fn validate(&mut self, name: &Name) -> Result<bool, Id> {
        let kind = self.address_kind();
        let Some(id) = self.store.want(name.borrow(), kind, Need::Ahead) else { return Ok(false) };
        if self.store.answer(id).is_none() {
            return Err(id);
        }
        self.use_answer(id, false);
        Ok(match (self.store.answer(id), self.client) {
            (Some(Answer::Found(Data::A(set), _)), core::net::IpAddr::V4(client)) => set.contains(&client),
            (Some(Answer::Found(Data::Aaaa(set), _)), core::net::IpAddr::V6(client)) => set.contains(&client),
            _ => false,
        })
    }
}

/// Whether a name can stand in text: dots part its labels and nothing else, all octets visible.
fn is_plain(name: &Name) -> bool {
    name.labels().flatten().all(|octet| matches!(octet, 0x21..=0x7e) && *octet != b'.')
}

fn rank_of(name: &Name, domain: &Name) -> u8 {
    match (name == domain, name.is_within(domain)) {
        (true, _) => 0,
        (_, true) => 1,
        _ => 2,
    }
}
