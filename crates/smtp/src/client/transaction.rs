//! Runs transactions: MAIL, its recipients, and how each of them ended.
//!
//! in:  a job, replies      out: commands as far as the window allows, an ending per recipient
//! law: a group is written only as far as the peer can take it; nothing is judged before the replies that belong to it

use alloc::{boxed::Box, string::String};

use bytes::BufMut;
use mailwright_address::Recipient;
use mailwright_reply::{Attempt, Ending, NotSent, Reply, Stage};

use super::{
    event::{Event, Notice},
    expected::To,
    job::{Job, Mail, Status},
    plan,
    session::{Phase, Session},
    settings::{Resets, Surplus},
    write,
};

/// What is to be written next.
enum Next {
    Mail,
    Recipient(usize),
    Data,
}

impl Session {
    /// Begins the next transaction, or ends the session, from idleness. Says whether something was done.
    pub(super) fn begin(&mut self) -> bool {
        if self.job.is_none() {
            if self.leaving || self.mails_are_used_up() {
                self.quit();
                return true;
            }
            return false;
        }
        if !self.planned() || !self.someone_fits() {
            return self.finish();
        }
        let between = self.settings.resets == Resets::BetweenMessages && self.facts.transactions > 0;
        if self.dirty || between {
            self.outgoing.text().put_slice(b"RSET\r\n");
            self.phase = Phase::Reset;
            self.expect(To::Reset, 6);
            return true;
        }
        self.open();
        true
    }

    pub(super) fn reset_answered(&mut self, reply: Reply) {
        if !reply.is_completion() {
            return self.refused(Stage::Reset, reply);
        }
        self.dirty = false;
        let waiting =
            self.job.as_ref().is_some_and(|job| job.left().any(|(_, status)| status == Status::Waiting));
        if waiting {
            self.open();
        } else {
            self.phase = Phase::Idle;
        }
    }

    /// Writes what may be written now; where all is answered, judges. Says whether the phase changed.
    pub(super) fn pump(&mut self) -> bool {
        loop {
            if !self.expected.is_empty() && !self.pipelining() {
                return false;
            }
            let Some(next) = self.next() else { break };
            if !self.write(&next) {
                return false;
            }
        }
        self.expected.is_empty() && self.judge()
    }

    pub(super) fn mail_answered(&mut self, reply: Reply) {
        let accepted = reply.is_completion();
        if !accepted && reply.is_intermediate() {
            return self.unexpected(Stage::Mail);
        }
        if let Some(job) = &mut self.job {
            job.round.mail = if accepted { Mail::Accepted } else { Mail::Refused };
        }
        if accepted {
            self.dirty = true;
        } else {
            self.resolve_all(&Attempt::new(Stage::Mail, Ending::Replied(reply)));
        }
    }

    pub(super) fn recipient_answered(&mut self, index: usize, reply: Reply) {
        if reply.is_intermediate() {
            return self.unexpected(Stage::Recipient);
        }
        let surplus = self.settings.surplus;
        let Some(job) = &mut self.job else { return };
        job.round.asked = job.round.asked.saturating_sub(1);
        if job.status(index) != Status::Asked {
            if reply.is_completion() {
                job.round.mail = Mail::Adrift;
            }
            return;
        }
        if reply.is_completion() {
            job.set(index, Status::Accepted);
            job.round.accepted = job.round.accepted.saturating_add(1);
            return;
        }
        if job.round.accepted > 0 && is_count(&reply) {
            job.round.full = true;
            job.set(index, Status::Waiting);
            if surplus == Surplus::Follow {
                return;
            }
            return self
                .resolve(index, Attempt::new(Stage::Recipient, Ending::NotSent(NotSent::NextTransaction)));
        }
        self.resolve(index, Attempt::new(Stage::Recipient, Ending::Replied(reply)));
    }

    pub(super) fn data_answered(&mut self, reply: Reply) {
        if reply.is_completion() {
            return self.unexpected(Stage::Data);
        }
        let Some(job) = &self.job else { return };
        if reply.is_intermediate() {
            if job.round.mail == Mail::Adrift {
                // The sender was refused and a recipient taken: a lone dot would be a message to that one.
                return self.unexpected(Stage::Data);
            }
            if job.round.accepted == 0 {
                // The server waits for a message that nobody would get (RFC 2920 §3.1).
                self.outgoing.text().put_slice(b".\r\n");
                return self.expect(To::LoneDot, 3);
            }
            if let Some(why) = job.given_up {
                return self.break_off(Attempt::new(Stage::Data, Ending::NotSent(why)));
            }
            return self.begin_body();
        }
        self.resolve_accepted(&Attempt::new(Stage::Data, Ending::Replied(reply)));
        self.phase = Phase::Idle;
    }

    /// The answer to a dot that closed an empty message for nobody: whatever it says, nothing was delivered.
    pub(super) fn lone_dot_answered(&mut self) {
        self.dirty = false;
        self.phase = Phase::Idle;
    }

    /// The caller, or a contradiction in the body, gave the message up.
    pub(super) fn give_up(&mut self, why: NotSent) {
        let chunks = self.job.as_ref().and_then(|job| job.plan).is_some_and(|plan| plan.chunks);
        let attempt = Attempt::new(self.stage(), Ending::NotSent(why));
        if matches!(self.phase, Phase::Commands) {
            if let Some(job) = &mut self.job {
                job.given_up = Some(why);
            }
            return;
        }
        if matches!(self.phase, Phase::Body) && !chunks {
            return self.break_off(attempt);
        }
        self.resolve_all(&attempt);
        if matches!(self.phase, Phase::Body) {
            self.abandon_chunks();
        } else if !matches!(self.phase, Phase::Reset) {
            self.finish();
        }
    }

    fn mails_are_used_up(&self) -> bool {
        let limit = self.facts.extensions.limits().mails();
        limit.is_some_and(|limit| self.facts.transactions >= u64::from(limit))
    }

    /// Decides how the message travels. Says whether it can for anyone.
    fn planned(&mut self) -> bool {
        let Some(job) = &mut self.job else { return false };
        if job.plan.is_some() {
            return true;
        }
        let tls = self.facts.tls.as_deref();
        match plan::plan(&self.settings, &self.facts.extensions, tls, &job.envelope, &job.facts) {
            Ok(plan) => {
                job.plan = Some(plan);
                let envelope = job.envelope.clone();
                let wishes = envelope.ret().is_some()
                    || envelope.envid().is_some()
                    || envelope.recipients().iter().any(|to| to.notify().is_some() || to.orcpt().is_some());
                if wishes && !plan.dsn {
                    self.events.push_back(Event::Notice(Notice::DsnNotOffered));
                }
                for (index, recipient) in envelope.recipients().iter().enumerate() {
                    if let Some(ending) = plan::unnameable(&plan, recipient) {
                        self.resolve(index, Attempt::new(Stage::Recipient, ending));
                    }
                }
                true
            }
            Err(ending) => {
                self.resolve_all(&Attempt::new(Stage::Mail, ending));
                false
            }
        }
    }

    /// Whether a transaction can still be opened for someone. Whom it cannot be opened for has the ending for it.
    fn someone_fits(&mut self) -> bool {
        let Some(job) = &self.job else { return false };
        let begun = job.round.named > 0;
        let follows = !begun || self.settings.surplus == Surplus::Follow;
        let fits = follows
            && !self.mails_are_used_up()
            && job.left().any(|(index, status)| {
                let recipient = job.envelope.recipients().get(index);
                status == Status::Waiting
                    && recipient.is_some_and(|one| fits(&self.domains, &self.facts.extensions, one))
            });
        if !fits {
            let why = job.given_up.unwrap_or(NotSent::NextTransaction);
            self.resolve_all(&Attempt::new(Stage::Recipient, Ending::NotSent(why)));
        }
        fits
    }

    pub(super) fn finish(&mut self) -> bool {
        if self.job.take().is_some() {
            self.events.push_back(Event::Finished);
        }
        true
    }

    fn open(&mut self) {
        if let Some(job) = &mut self.job {
            job.begin_round();
            self.facts.transactions = self.facts.transactions.saturating_add(1);
            self.phase = Phase::Commands;
        } else {
            self.phase = Phase::Idle;
        }
    }

    /// The next command of this transaction, if there is one.
    fn next(&mut self) -> Option<Next> {
        let announced = self.facts.extensions.limits().recipients();
        let most = announced.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        let most = most.min(self.settings.limits.recipients);
        let job = self.job.as_mut()?;
        if job.given_up.is_some() || matches!(job.round.mail, Mail::Refused | Mail::Adrift) || job.round.data
        {
            return None;
        }
        if job.round.mail == Mail::Unsaid {
            return Some(Next::Mail);
        }
        if !job.round.full && job.round.named < most {
            let mut index = job.round.next;
            while let Some(recipient) = job.envelope.recipients().get(index) {
                if job.status(index) == Status::Waiting
                    && fits(&self.domains, &self.facts.extensions, recipient)
                {
                    job.round.next = index;
                    return Some(Next::Recipient(index));
                }
                index = index.saturating_add(1);
            }
            job.round.next = index;
        }
        let chunks = job.plan.is_some_and(|plan| plan.chunks);
        let hope = job.round.accepted > 0 || job.round.asked > 0;
        (!chunks && hope).then_some(Next::Data)
    }

    /// Writes a command, unless the window is full. Says whether it did.
    fn write(&mut self, next: &Next) -> bool {
        let Some(job) = &mut self.job else { return false };
        let Some(plan) = job.plan else { return false };
        // What stands alone is always let out.
        let left = if self.expected.is_empty() {
            usize::MAX
        } else {
            self.settings.limits.window.saturating_sub(self.expected.octets())
        };
        if let (Next::Recipient(index), Some((waiting, octets))) = (next, job.round.waiting)
            && *index == waiting
            && octets > left
        {
            // Each octet of a reply comes here: a command that is known not to fit is not written again to see it.
            return false;
        }
        let text = self.outgoing.text();
        let start = text.len();
        let to = match *next {
            Next::Mail => {
                write::mail(&job.envelope, &plan, text);
                To::Mail
            }
            Next::Recipient(index) => {
                let Some(recipient) = job.envelope.recipients().get(index) else { return false };
                write::recipient(recipient, &plan, text);
                To::Recipient(index)
            }
            Next::Data => {
                text.put_slice(b"DATA\r\n");
                To::Data
            }
        };
        let octets = text.len().saturating_sub(start);
        if octets > left {
            text.truncate(start);
            if let Next::Recipient(index) = *next {
                job.round.waiting = Some((index, octets));
            }
            return false;
        }
        match *next {
            Next::Mail => job.round.mail = Mail::Asked,
            Next::Data => job.round.data = true,
            Next::Recipient(index) => {
                job.set(index, Status::Asked);
                job.round.next = index.saturating_add(1);
                job.round.named = job.round.named.saturating_add(1);
                job.round.asked = job.round.asked.saturating_add(1);
                if self.facts.extensions.limits().recipient_domains().is_some() {
                    let named = job.envelope.recipients().get(index).and_then(domain);
                    self.domains.extend(named);
                }
            }
        }
        self.expect(to, octets);
        true
    }

    /// All commands are answered, and DATA was not said: what now? Says whether the phase changed.
    fn judge(&mut self) -> bool {
        let Some(job) = &self.job else { return false };
        if let Some(why) = job.given_up {
            self.resolve_all(&Attempt::new(Stage::Recipient, Ending::NotSent(why)));
            self.phase = Phase::Idle;
        } else if job.round.accepted == 0 {
            self.phase = Phase::Idle;
        } else {
            self.begin_body();
        }
        true
    }
}

fn fits(
    named: &alloc::collections::BTreeSet<Box<str>>,
    extensions: &crate::Extensions,
    recipient: &Recipient,
) -> bool {
    let Some(limit) = extensions.limits().recipient_domains() else { return true };
    let full = named.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
    !full || domain(recipient).is_none_or(|domain| named.contains(&domain))
}

/// The domain of a recipient in the form in which equal ones are equal.
fn domain(recipient: &Recipient) -> Option<Box<str>> {
    let host = recipient.path().mailbox()?.host();
    let mut text = match host.domain() {
        Some(domain) => String::from(domain.to_ascii()),
        None => String::from(host.as_str()),
    };
    text.make_ascii_lowercase();
    Some(text.into_boxed_str())
}

/// Whether a refusal of RCPT says that there are too many recipients, not that this one is bad (RFC 5321 §4.5.3.1.10).
fn is_count(reply: &Reply) -> bool {
    match reply.enhanced() {
        Some(enhanced) => enhanced.subject() == 5 && enhanced.detail() == 3,
        None => matches!(reply.code().number(), 452 | 552),
    }
}

impl Session {
    /// Whether the body can be given again: tells the caller once per further transaction.
    pub(super) fn rewind(&mut self) {
        if self.job.as_ref().is_some_and(|job| job.body_begun) {
            self.events.push_back(Event::Rewind);
        }
    }

    pub(super) fn job_mut(&mut self) -> Option<&mut Job> {
        self.job.as_deref_mut()
    }
}
