//! The answers of a check: each name and kind is asked once, whoever asks.
//!
//! law: an entry never moves, so its number stays good; the first answer holds

mod names;

use alloc::vec::Vec;

use mailwright_dns::{Answer, Kind, NameRef, Need, Question};

use names::{Names, Span};

/// The number of an entry.
pub(crate) type Id = u16;

/// One question and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Parts of name and kind, so that most others are told apart at a glance.
    key: u64,
    span: Span,
    pub(crate) kind: Kind,
    /// How much it is wanted; `None` for an answer that nobody asked for.
    wanted: Option<Need>,
    sent: Option<Need>,
    /// Whether the walk has looked at it.
    used: bool,
    /// Whether it is the target of an include or redirect that was asked ahead.
    pub(crate) follow: bool,
    /// Whether the hosts of its MX records were asked for.
    expanded: bool,
    pub(crate) answer: Option<Answer>,
}

/// All entries of a check.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    entries: Vec<Entry>,
    names: Names,
    /// Of the entries before this one no question must go out.
    unsent: usize,
    /// Where the next answer probably belongs.
    guess: usize,
    ahead: u16,
}

/// Entries that one check can hold: what it may need, what it may ask ahead, and answers that came unasked.
const MOST: usize = 1024;

impl Entry {
    /// Whether the check itself asks for it.
    pub(crate) const fn is_wanted(&self) -> bool {
        self.wanted.is_some()
    }
}

impl Store {
    /// Forgets all answers, keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.names.clear();
        self.renew();
    }

    /// Keeps the answers for another check.
    pub(crate) fn renew(&mut self) {
        self.unsent = 0;
        self.guess = 0;
        self.ahead = 0;
        for entry in &mut self.entries {
            entry.used = false;
            entry.follow = false;
            entry.expanded = false;
        }
    }

    pub(crate) fn get(&self, id: Id) -> Option<&Entry> {
        self.entries.get(usize::from(id))
    }

    pub(crate) fn answer(&self, id: Id) -> Option<&Answer> {
        self.get(id).and_then(|entry| entry.answer.as_ref())
    }

    /// The name of an entry; the root where there is none.
    pub(crate) fn name(&self, id: Id) -> NameRef<'_> {
        self.get(id).map_or(NameRef::root(), |entry| self.name_of(entry))
    }

    pub(crate) fn name_of(&self, entry: &Entry) -> NameRef<'_> {
        NameRef::from_trusted(self.names.get(entry.span))
    }

    pub(crate) fn find(&self, name: NameRef<'_>, kind: Kind) -> Option<Id> {
        self.position(key(name, kind), name, kind).and_then(|at| Id::try_from(at).ok())
    }

    fn position(&self, key: u64, name: NameRef<'_>, kind: Kind) -> Option<usize> {
        self.entries.iter().position(|entry| entry.key == key && self.is(entry, name, kind))
    }

    fn is(&self, entry: &Entry, name: NameRef<'_>, kind: Kind) -> bool {
        entry.kind == kind && self.names.get(entry.span) == name.as_wire()
    }

    /// The entry of a question, made where there is none. `None` where the store is full.
    pub(crate) fn want(&mut self, name: NameRef<'_>, kind: Kind, need: Need) -> Option<Id> {
        let key = key(name, kind);
        if let Some(at) = self.position(key, name, kind) {
            return self.want_more(at, need);
        }
        self.push(key, Ok(name), kind, Some(need), None)
    }

    /// The same for the name of another entry.
    pub(crate) fn want_same(&mut self, other: Id, kind: Kind, need: Need) -> Option<Id> {
        let span = self.get(other)?.span;
        let name = NameRef::from_trusted(self.names.get(span));
        let key = key(name, kind);
        if let Some(at) = self.position(key, name, kind) {
            return self.want_more(at, need);
        }
        self.push(key, Err(span), kind, Some(need), None)
    }

    /// Wants a question ahead of need, up to a bound.
    pub(crate) fn want_ahead(&mut self, name: NameRef<'_>, kind: Kind, most: u16) -> Option<Id> {
        if self.ahead < most {
            let key = key(name, kind);
            if let Some(at) = self.position(key, name, kind) {
                return self.want_more(at, Need::Ahead);
            }
            self.ahead = self.ahead.wrapping_add(1);
            return self.push(key, Ok(name), kind, Some(Need::Ahead), None);
        }
        let id = self.find(name, kind)?;
        self.need(id, Need::Ahead);
        Some(id)
    }

    /// The same for the name of another entry.
    pub(crate) fn want_same_ahead(&mut self, other: Id, kind: Kind, most: u16) -> Option<Id> {
        if self.ahead < most {
            let before = self.entries.len();
            let id = self.want_same(other, kind, Need::Ahead);
            self.ahead = self.ahead.saturating_add(u16::from(self.entries.len() > before));
            return id;
        }
        let id = self.find(self.name(other), kind)?;
        self.need(id, Need::Ahead);
        Some(id)
    }

    fn want_more(&mut self, at: usize, need: Need) -> Option<Id> {
        let id = Id::try_from(at).ok()?;
        self.need(id, need);
        Some(id)
    }

    /// Raises how much an entry is wanted.
    pub(crate) fn need(&mut self, id: Id, need: Need) {
        if let Some(entry) = self.entries.get_mut(usize::from(id))
            && entry.answer.is_none()
            && entry.wanted != Some(Need::Needed)
            && entry.wanted != Some(need)
        {
            entry.wanted = Some(need);
            self.unsent = self.unsent.min(usize::from(id));
        }
    }

    /// Adds an entry, with a name of its own or that of another one.
    fn push(
        &mut self,
        key: u64,
        name: Result<NameRef<'_>, Span>,
        kind: Kind,
        wanted: Option<Need>,
        answer: Option<Answer>,
    ) -> Option<Id> {
        if self.entries.len() >= MOST {
            return None;
        }
        if self.entries.capacity() == 0 {
            self.entries = Vec::with_capacity(8);
        }
        let id = Id::try_from(self.entries.len()).ok()?;
        let span = match name {
            Ok(name) => self.names.put(name.as_wire()),
            Err(span) => span,
        };
        let entry = Entry {
            key,
            span,
            kind,
            wanted,
            sent: None,
            used: false,
            follow: false,
            expanded: false,
            answer,
        };
        self.entries.push(entry);
        Some(id)
    }

    /// Marks an entry as one whose record may be read ahead.
    pub(crate) fn follow(&mut self, id: Id) {
        if let Some(entry) = self.entries.get_mut(usize::from(id)) {
            entry.follow = true;
        }
    }

    /// Marks an entry as looked at; true the first time.
    pub(crate) fn first_use(&mut self, id: Id) -> bool {
        match self.entries.get_mut(usize::from(id)) {
            Some(entry) => !core::mem::replace(&mut entry.used, true),
            None => false,
        }
    }

    /// Marks an entry as one whose hosts are asked for; true the first time.
    pub(crate) fn first_expansion(&mut self, id: Id) -> bool {
        match self.entries.get_mut(usize::from(id)) {
            Some(entry) => !core::mem::replace(&mut entry.expanded, true),
            None => false,
        }
    }

    /// The next question that must go out.
    pub(crate) fn next_question(&mut self) -> Option<(NameRef<'_>, Kind, Need)> {
        while let Some(entry) = self.entries.get_mut(self.unsent) {
            if let (Some(wanted), None) = (entry.wanted, &entry.answer)
                && (entry.sent.is_none() || (entry.sent == Some(Need::Ahead) && wanted == Need::Needed))
            {
                entry.sent = Some(wanted);
                self.guess = self.unsent;
                let name = NameRef::from_trusted(self.names.get(entry.span));
                return Some((name, entry.kind, wanted));
            }
            self.unsent = self.unsent.wrapping_add(1);
        }
        None
    }

    /// How many questions are out and unanswered.
    pub(crate) fn open(&self) -> usize {
        self.entries.iter().filter(|entry| entry.answer.is_none()).count()
    }

    /// Takes an answer; gives the entry where it is the first one for its question.
    pub(crate) fn put(&mut self, question: &Question, answer: Answer) -> Option<Id> {
        let answer = answer.fit(question.kind);
        let (name, kind) = (question.name.borrow(), question.kind);
        let guessed = self.entries.get(self.guess).is_some_and(|entry| self.is(entry, name, kind));
        let at = if guessed { Some(self.guess) } else { self.position(key(name, kind), name, kind) };
        match at {
            Some(at) => {
                self.guess = at.wrapping_add(1);
                let entry = self.entries.get_mut(at)?;
                if entry.answer.is_some() {
                    return None;
                }
                entry.answer = Some(answer);
                Id::try_from(at).ok()
            }
            // Nobody asks an SPF check for other kinds.
            None if matches!(kind, Kind::A | Kind::Aaaa | Kind::Mx | Kind::Txt | Kind::Ptr) => {
                self.push(key(name, kind), Ok(name), kind, None, Some(answer))
            }
            None => None,
        }
    }
}

/// The first and last octets of a name, its length and the kind.
fn key(name: NameRef<'_>, kind: Kind) -> u64 {
    let wire = name.as_wire();
    let (head, tail) = match (wire.first_chunk::<8>(), wire.last_chunk::<8>()) {
        (Some(head), Some(tail)) => (u64::from_le_bytes(*head), u64::from_le_bytes(*tail)),
        _ => (wire.iter().fold(0, |head, octet| head << 8 | u64::from(*octet)), 0),
    };
    let length = u64::try_from(wire.len()).unwrap_or(0);
    head ^ tail.rotate_left(20) ^ length << 56 ^ u64::from(kind.number()) << 40
}
