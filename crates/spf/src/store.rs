//! The answers of a check: each name and kind is asked once, whoever asks.
//!
//! law: an entry never moves, so its number stays good; the first answer holds

use alloc::vec::Vec;

use mailwright_dns::{Answer, Kind, Name, Need, Question};

/// The number of an entry.
pub(crate) type Id = u16;

/// One question and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) name: Name,
    pub(crate) kind: Kind,
    pub(crate) answer: Option<Answer>,
    /// How much it is wanted; `None` for an answer that nobody asked for.
    wanted: Option<Need>,
    sent: Option<Need>,
    /// Whether the walk has looked at it.
    pub(crate) used: bool,
    /// Whether it is the target of an include or redirect that was asked ahead.
    pub(crate) follow: bool,
    /// Whether the hosts of its MX records were asked for.
    expanded: bool,
}

/// All entries of a check.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    entries: Vec<Entry>,
    unsent: bool,
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
        self.renew();
    }

    /// Keeps the answers for another check.
    pub(crate) fn renew(&mut self) {
        self.unsent = false;
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

    pub(crate) fn find(&self, name: &Name, kind: Kind) -> Option<Id> {
        let at = self.entries.iter().position(|entry| entry.kind == kind && entry.name == *name)?;
        Id::try_from(at).ok()
    }

    /// The entry of a question, made where there is none. `None` where the store is full.
    pub(crate) fn want(&mut self, name: &Name, kind: Kind, need: Need) -> Option<Id> {
        if let Some(id) = self.find(name, kind) {
            self.need(id, need);
            return Some(id);
        }
        self.push(name, kind, Some(need), None)
    }

    /// Wants a question ahead of need, up to a bound.
    pub(crate) fn want_ahead(&mut self, name: &Name, kind: Kind, most: u16) -> Option<Id> {
        if let Some(id) = self.find(name, kind) {
            self.need(id, Need::Ahead);
            return Some(id);
        }
        if self.ahead >= most {
            return None;
        }
        self.ahead = self.ahead.saturating_add(1);
        self.push(name, kind, Some(Need::Ahead), None)
    }

    /// Raises how much an entry is wanted.
    pub(crate) fn need(&mut self, id: Id, need: Need) {
        if let Some(entry) = self.entries.get_mut(usize::from(id))
            && entry.answer.is_none()
            && entry.wanted != Some(Need::Needed)
            && entry.wanted != Some(need)
        {
            entry.wanted = Some(need);
            self.unsent = true;
        }
    }

    fn push(&mut self, name: &Name, kind: Kind, wanted: Option<Need>, answer: Option<Answer>) -> Option<Id> {
        if self.entries.len() >= MOST {
            return None;
        }
        if self.entries.capacity() == 0 {
            self.entries.reserve(8);
        }
        let id = Id::try_from(self.entries.len()).ok()?;
        self.unsent |= answer.is_none();
        self.entries.push(Entry {
            name: name.clone(),
            kind,
            answer,
            wanted,
            sent: None,
            used: false,
            follow: false,
            expanded: false,
        });
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
    pub(crate) fn next_question(&mut self) -> Option<Question> {
        if !self.unsent {
            return None;
        }
        for entry in &mut self.entries {
            let Some(wanted) = entry.wanted else { continue };
            let due = entry.sent.is_none_or(|sent| sent == Need::Ahead && wanted == Need::Needed);
            if entry.answer.is_none() && due {
                entry.sent = Some(wanted);
                return Some(Question::new(entry.name.clone(), entry.kind).with_need(wanted));
            }
        }
        self.unsent = false;
        None
    }

    /// How many questions are out and unanswered.
    pub(crate) fn open(&self) -> usize {
        self.entries.iter().filter(|entry| entry.answer.is_none()).count()
    }

    /// Takes an answer; gives the entry where it is the first one for its question.
    pub(crate) fn put(&mut self, question: &Question, answer: Answer) -> Option<Id> {
        let answer = answer.fit(question.kind);
        match self.find(&question.name, question.kind) {
            Some(id) => {
                let entry = self.entries.get_mut(usize::from(id))?;
                if entry.answer.is_some() {
                    return None;
                }
                entry.answer = Some(answer);
                Some(id)
            }
            // Nobody asks an SPF check for other kinds.
            None if matches!(question.kind, Kind::A | Kind::Aaaa | Kind::Mx | Kind::Txt | Kind::Ptr) => {
                self.push(&question.name, question.kind, None, Some(answer))
            }
            None => None,
        }
    }
}
