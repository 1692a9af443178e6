//! The domain's own words about a fail (RFC 7208 §6.2).
//!
//! law: nothing here changes the verdict; whatever goes wrong, there is no explanation

use alloc::vec::Vec;

use mailwright_dns::{Answer, Data, Kind, NameRef, Need};

use super::name::Unnamed;
use super::{Check, NO_SLOT};
use crate::expand::{Head, expand};
use crate::grammar::In;
use crate::outcome::Explanation;
use crate::record::TermKind;
use crate::trace::{Event, Trace};

/// Octets of an explanation: with code, enhanced code and a few words of one's own it fits one reply line.
const LONGEST: usize = 450;

impl<T: Trace> Check<T> {
    pub(super) fn explain(&mut self) {
        let at = self.frames.first().map_or(NO_SLOT, |frame| frame.explanation);
        let Some(TermKind::Explanation(spec)) = self.slot(at).map(|slot| slot.term.kind) else {
            return self.explained(None);
        };
        let id = match self.target(at, Some(spec), Kind::Txt, false) {
            Ok(id) => id,
            Err(Unnamed::Wait(id)) => return self.wait(id),
            Err(Unnamed::Why(_)) => return self.explained(None),
        };
        if self.store.answer(id).is_none() {
            self.store.need(id, Need::Needed);
            return self.wait(id);
        }
        let text = match self.words(id) {
            Ok(text) => text,
            Err(id) => return self.wait(id),
        };
        self.trace.event(0, Event::Explanation { name: self.store.name(id), found: text.is_some() });
        self.explained(text);
    }

    /// The one text, expanded; `Err` where an answer is missing for `%{p}`.
    fn words(&mut self, id: u16) -> Result<Option<Explanation>, u16> {
        let Some(Answer::Found(Data::Txt(texts), _)) = self.store.answer(id) else { return Ok(None) };
        let [text] = &**texts else { return Ok(None) };
        let text = text.share();
        let asks_host = text.windows(3).any(|octets| matches!(octets, b"%{p" | b"%{P"));
        let validated = match if asks_host { self.validated() } else { Ok(None) } {
            Ok(validated) => validated,
            Err(Unnamed::Wait(id)) => return Err(id),
            Err(Unnamed::Why(_)) => None,
        };
        let domain = self.frames.first().map_or(NameRef::root(), |frame| self.store.name(frame.txt));
        let mut head = Head { octets: Vec::new(), most: LONGEST, cut: false };
        let whole = expand(&text, In::Explanation, &self.facts(domain, validated.as_ref()), &mut head);
        let printable = head.octets.iter().chain(text.iter()).all(|octet| matches!(octet, 0x20..=0x7e));
        if !whole || !printable {
            return Ok(None);
        }
        Ok(Some(Explanation { text: head.octets, truncated: head.cut }))
    }
}
