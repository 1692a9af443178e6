//! Asks whether a report is about mail of ours at all.
//!
//! law: the strongest claim that the caller confirms; without one, nothing may be counted against a recipient

use mailwright_address::Mailbox;

use super::entry::mailbox;
use super::{Kind, Report};

/// What a report claims to be about, for the caller to look up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "closed: a report carries back these three")]
pub enum Claim<'a> {
    /// It came to this address: does its tag open?
    Tag(&'a Mailbox),
    /// It names this envelope: did we send one of that name (ENVID)?
    EnvelopeId(&'a str),
    /// It returns a message of this id: did we send it?
    MessageId(&'a str),
}

/// How a report was shown to be about mail of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[expect(clippy::exhaustive_enums, reason = "closed: a report carries back these three, or nothing")]
pub enum Proof {
    /// By nothing: it may be forged, and must not count against anybody.
    None,
    /// By the Message-ID of the original, which every reader of that message knows.
    MessageId,
    /// By the name of the envelope, which only hosts on the way know.
    EnvelopeId,
    /// By the tag of the return path, which only we can make.
    Tag,
}

impl Report {
    /// Asks `known` for each claim, the strongest first, until one is confirmed.
    ///
    /// `returned_to`: the recipient of the report's envelope; without it, and behind it, the addresses in its header are
    /// asked, which a forger may choose, but can't tag.
    ///
    /// # Examples
    ///
    /// ```
    /// use mailwright_bounce::{Claim, Proof, Report};
    ///
    /// let report = Report::read(b"From: mailer-daemon@mx.example\r\nTo: ann@example.org\r\n\r\n<bob@example.net>:\r\n550 no\r\n\r\n\
    /// --- Below this line is a copy of the message.\r\n\r\nMessage-ID: <m1@example.org>\r\n");
    /// assert_eq!(report.proof(None, |claim| claim == Claim::MessageId("m1@example.org")), Proof::MessageId);
    /// assert_eq!(report.proof(None, |_| false), Proof::None);
    /// ```
    pub fn proof(&self, returned_to: Option<&Mailbox>, mut known: impl FnMut(Claim<'_>) -> bool) -> Proof {
        if self.open_tag(returned_to, |mailbox| known(Claim::Tag(mailbox)).then_some(())).is_some() {
            return Proof::Tag;
        }
        if self.envelope_id().is_some_and(|id| known(Claim::EnvelopeId(id))) {
            return Proof::EnvelopeId;
        }
        let receipt =
            self.receipt().filter(|_| self.kind() == Kind::Receipt).and_then(super::Receipt::message_id);
        let ids = [self.returned().message_id(), receipt];
        if ids.into_iter().flatten().any(|id| known(Claim::MessageId(id))) {
            return Proof::MessageId;
        }
        Proof::None
    }

    /// What the first tag that opens says; `open` is given the recipient of the report's envelope, then the addresses in its
    /// header, then the sender of the original's envelope.
    pub fn open_tag<T>(
        &self,
        returned_to: Option<&Mailbox>,
        mut open: impl FnMut(&Mailbox) -> Option<T>,
    ) -> Option<T> {
        if let Some(opened) = returned_to.and_then(&mut open) {
            return Some(opened);
        }
        let written = self.came_to().chain(self.returned().return_path());
        written.filter_map(mailbox).find_map(|mailbox| open(&mailbox))
    }
}
