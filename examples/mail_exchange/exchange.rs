//! Asks the policy at each stage and does what it says.
//!
//! in:  the questions of the sessions      out: verdicts; messages in the maildir, with trace fields on top
//! law: no 250 to a message before it lies in the maildir, synced

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use mailwright::address::{ForwardPath, ReversePath};
use mailwright::message::{Context, Limits, Profile, Validator};
use mailwright::policy::content::{Passes, Stored};
use mailwright::policy::greylist::Key;
use mailwright::policy::pipeline::{Pipeline, Rcpt, Step, Transcript, World};
use mailwright::policy::recipient::{Counts, Mailbox, unknown_delay};
use mailwright::policy::trace;
use mailwright::policy::{Decision as Decided, Domains, Lookup, Note, Origin, Own, Reason, Source, greylist};
use mailwright::reply::{Reply, Stage};
use mailwright::smtp::BodyFindings;
use mailwright::smtp::server::{Facts, Hello, MailParameters, RecipientParameters, Verdict};
use mailwright::tokio::{Decision, Handler};

use crate::arguments::Arguments;
use crate::greylist::Greylist;
use crate::head::{Head, Ready};
use crate::journal::Journal;
use crate::lookups::{Known as LookedUp, Lookups};
use crate::maildir::{Draft, Maildir};
use crate::top::{self, peer};
use crate::{Failure, OS_ERROR, USAGE};

/// Connections whose recipients are counted; the counts of all are dropped when more come.
const COUNTED: usize = 10_000;

/// A mail exchanger.
#[derive(Debug)]
pub struct Exchange {
    host: String,
    own: Own,
    domains: Domains,
    users: Vec<String>,
    full: Vec<String>,
    trusted: Vec<IpAddr>,
    blocked: Vec<IpAddr>,
    friends: Vec<IpAddr>,
    pipeline: Pipeline,
    greylist: Greylist,
    lookups: Lookups,
    maildir: Option<Maildir>,
    journal: Arc<Journal>,
    counts: Mutex<BTreeMap<SocketAddr, Counts>>,
}

/// A message on its way.
pub struct Message {
    seen: Mutex<Transcript>,
    looked_up: LookedUp,
    sender: ReversePath,
    accepted: Mutex<Vec<ForwardPath>>,
    head: Head,
    passes: Passes,
    validator: Option<Validator>,
    draft: Option<Draft>,
    failed: bool,
    stored: Option<crate::maildir::Stored>,
}

impl Exchange {
    pub fn new(arguments: &Arguments, lookups: Lookups, journal: Arc<Journal>) -> Result<Self, Failure> {
        let usage = |name: &str, text: &str, error: &dyn std::fmt::Display| {
            (USAGE, format!("{name} {text}: {error}"))
        };
        let own = Own::new().with_name(&arguments.host).map_err(|e| usage("--host", &arguments.host, &e))?;
        let own = if arguments.listen.ip().is_unspecified() {
            own
        } else {
            own.with_address(arguments.listen.ip())
        };
        let mut domains = Domains::new();
        for domain in &arguments.domains {
            domains = domains.with_local(domain).map_err(|e| usage("--domain", domain, &e))?;
        }
        for domain in &arguments.backup {
            domains = domains.with_backup(domain).map_err(|e| usage("--backup", domain, &e))?;
        }
        let maildir = arguments.maildir.as_ref().map(|root| {
            Maildir::open(root, &arguments.host)
                .map_err(|error| (OS_ERROR, format!("maildir {}: {error}", root.display())))
        });
        let pipeline = arguments.pipeline();
        let params = pipeline.steps().iter().find_map(|step| match step {
            Step::Greylist(params) => Some(*params),
            _ => None,
        });
        let mut secret = [0; 16];
        getrandom::fill(&mut secret).map_err(|error| (OS_ERROR, format!("no random octets: {error}")))?;
        let lower = |names: &[String]| names.iter().map(|name| name.to_lowercase()).collect();
        Ok(Self {
            host: arguments.host.clone(),
            own,
            domains,
            users: lower(&arguments.users),
            full: lower(&arguments.full),
            trusted: arguments.trust.clone(),
            blocked: arguments.block.clone(),
            friends: arguments.friend.clone(),
            greylist: Greylist::new(secret, params.unwrap_or_default()),
            pipeline,
            lookups,
            maildir: maildir.transpose()?,
            journal,
            counts: Mutex::default(),
        })
    }

    const fn world(&self) -> World<'_> {
        World { own: &self.own, domains: &self.domains }
    }

    /// What is known of the conversation so far.
    fn seen(&self, facts: &Facts, helo: &[u8]) -> Transcript {
        let peer = peer(facts).unwrap_or(IpAddr::from([0, 0, 0, 0]));
        let origin = if self.trusted.contains(&peer) { Origin::TrustedNet } else { Origin::Internet };
        let mut seen = Transcript::new(peer, origin);
        seen.tls = facts.tls().is_some();
        seen.now = now();
        seen.blocked = self.blocked.contains(&peer);
        seen.friend = Some(Lookup::Is(self.friends.contains(&peer)));
        seen.helo = helo.to_vec();
        seen
    }

    /// What the directory says about a recipient.
    fn mailbox(&self, path: &ForwardPath) -> Lookup<Mailbox> {
        let Some(mailbox) = path.mailbox() else { return Lookup::Is(Mailbox::Known) };
        let local = mailbox.local_part().meaning().to_lowercase();
        Lookup::Is(if self.full.contains(&local) {
            Mailbox::Full
        } else if local == "postmaster" || self.users.contains(&local) {
            Mailbox::Known
        } else {
            Mailbox::Unknown
        })
    }

    /// Counts a recipient of this connection; gives what was counted before it.
    fn counted(&self, facts: &Facts, count: impl FnOnce(&mut Counts)) -> Counts {
        let Some(remote) = facts.peer().remote() else { return Counts::default() };
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= COUNTED {
            counts.clear();
        }
        let held = counts.entry(remote).or_default();
        let before = *held;
        count(held);
        before
    }

    /// The trace fields of a message: they go on top of it.
    fn trace(&self, facts: &Facts, message: &Message) -> String {
        let recipients = message.accepted.lock().unwrap_or_else(PoisonError::into_inner);
        let id = message.draft.as_ref().map(|draft| draft.name.as_str());
        top::write(&self.host, now(), facts, &message.sender, &message.looked_up, id, &recipients)
    }

    /// Writes what can go on.
    async fn keep(&self, facts: &Facts, message: &mut Message, ready: Ready) -> std::io::Result<()> {
        match ready {
            Ready::Wait => Ok(()),
            Ready::Header(header, body) => {
                message.passes = trace::passes(&header, &self.host, None);
                // The draft is begun first: its name stands in the trace.
                self.write(message, &[]).await?;
                let trace = self.trace(facts, message);
                let header = trace::without_forged(&header, &[&self.host]);
                self.write(message, &[&trace::on_top(&trace, &header), &body]).await
            }
            Ready::TooLong => {
                message.draft = None;
                Ok(())
            }
            Ready::Body(octets) => self.write(message, &[&octets]).await,
        }
    }

    async fn write(&self, message: &mut Message, pieces: &[&[u8]]) -> std::io::Result<()> {
        let Some(maildir) = &self.maildir else { return Ok(()) };
        let draft = match &mut message.draft {
            Some(draft) => draft,
            none => none.insert(maildir.draft().await?),
        };
        for piece in pieces {
            draft.write(piece).await?;
        }
        Ok(())
    }

    fn decided(&self, facts: &Facts, stage: Stage, what: &[u8], decision: &Decided) {
        self.journal.decided(peer(facts), stage, what, decision);
    }

    /// What the policy says to the whole message.
    fn judge(&self, message: &mut Message, findings: &BodyFindings, stored: Option<Stored>) -> Decided {
        let seen = message.seen.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut known = seen.message.take().unwrap_or_default();
        known.octets = findings.octets;
        known.bare_newline = findings.bare_cr.is_some() || findings.bare_lf.is_some();
        known.longest_line = if findings.long_line.is_some() { 999 } else { 0 };
        known.passes = message.passes;
        if let Some(validator) = message.validator.take() {
            known.report = Some(validator.finish());
        }
        known.stored = stored;
        seen.message = Some(known);
        self.pipeline.decide(Stage::Dot, seen, None, self.world())
    }
}

impl Handler for Exchange {
    type Transaction = Message;

    async fn hello(&self, facts: &Facts, hello: &Hello) -> Verdict {
        let seen = self.seen(facts, hello.name());
        let decision = self.pipeline.decide(Stage::Hello, &seen, None, self.world());
        self.decided(facts, Stage::Hello, hello.name(), &decision);
        verdict(&decision, Stage::Hello)
    }

    async fn mail(
        &self,
        facts: &Facts,
        path: &ReversePath,
        parameters: &MailParameters,
    ) -> Result<Message, Verdict> {
        let helo = facts.hello().map_or(&[][..], Hello::name);
        let mut seen = self.seen(facts, helo);
        let looked_up = self.lookups.about(seen.peer, helo, path).await;
        seen.sender = path.to_string().into_bytes();
        seen.size = parameters.size();
        seen.reverse = Some(looked_up.reverse.clone());
        seen.helo_forward = looked_up.forward;
        seen.helo_spf = Some(looked_up.spf.helo.verdict);
        seen.spf = Some(looked_up.spf.decisive().verdict);
        seen.sender_domain.clone_from(&looked_up.sender_domain);
        seen.lists.clone_from(&looked_up.lists);
        let decision = self.pipeline.decide(Stage::Mail, &seen, None, self.world());
        self.decided(facts, Stage::Mail, &seen.sender, &decision);
        if !decision.verdict.is_accept() {
            return Err(verdict(&decision, Stage::Mail));
        }
        let validator = Validator::new(Profile::inbound(), Context::new(), Limits::default());
        Ok(Message {
            seen: Mutex::new(seen),
            looked_up,
            sender: path.clone(),
            accepted: Mutex::default(),
            head: Head::default(),
            passes: Passes::default(),
            validator: Some(validator),
            draft: None,
            failed: false,
            stored: None,
        })
    }

    async fn recipient(
        &self,
        facts: &Facts,
        message: &Message,
        path: &ForwardPath,
        _: &RecipientParameters,
    ) -> Verdict {
        let what = path.to_string().into_bytes();
        let mut recipient = Rcpt::new(&what, self.mailbox(path));
        let mut accepted = message.accepted.lock().unwrap_or_else(PoisonError::into_inner);
        let count = u32::try_from(accepted.len()).unwrap_or(u32::MAX);
        recipient.counts = Counts { accepted: count, ..self.counted(facts, |_| {}) };

        let mut seen = message.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let key = Key::new(seen.peer, message.sender.view(), path.view());
        let spf = message.looked_up.spf.decisive();
        let domain = String::from_utf8_lossy(spf.identity.domain()).into_owned();
        let passed = spf.verdict == mailwright::spf::Verdict::Pass;
        let key = if passed { key.with_spf_pass(&domain) } else { key };
        let known = self.greylist.look(&key);
        let (entry, client) = (known.entry(), known.client());
        (recipient.grey, recipient.grey_client) = (Some(entry), client);
        // A domain that SPF vouches for, and whose mail was let in before, is no stranger.
        seen.sender_known = passed && client.is_some_and(|client| client.passed() > 0);

        seen.recipients.push(recipient);
        let at = seen.recipients.len() - 1;
        let decision = self.pipeline.decide(Stage::Recipient, &seen, Some(at), self.world());
        self.decided(facts, Stage::Recipient, &what, &decision);
        let why = decision.verdict.why();
        // Only who would be taken otherwise has a triplet worth keeping.
        if why.is_none_or(|why| why.reason().source() == Source::Greylist) {
            let outcome = greylist::decide(entry, client, seen.now, self.greylist.params());
            self.greylist.hold(&key, known, &outcome, seen.now);
        }
        match why {
            None => {
                accepted.push(path.clone());
                self.counted(facts, |counts| counts.known += 1);
                verdict(&decision, Stage::Recipient)
            }
            Some(why) if why.reason() == Reason::UserUnknown => {
                let before = self.counted(facts, |counts| counts.unknown += 1);
                verdict(&decision, Stage::Recipient).after(unknown_delay(before.unknown + 1))
            }
            Some(_) => verdict(&decision, Stage::Recipient),
        }
    }

    async fn body(&self, facts: &Facts, message: &mut Message, octets: Bytes) {
        if let Some(validator) = &mut message.validator {
            validator.push(&octets);
        }
        let ready = message.head.push(octets);
        if !message.failed
            && let Err(error) = self.keep(facts, message, ready).await
        {
            tracing::error!(%error, "maildir");
            message.failed = true;
            message.draft = None;
        }
    }

    async fn end_of_body(&self, facts: &Facts, message: &mut Message, findings: BodyFindings) -> Decision {
        let ready = message.head.finish();
        if self.keep(facts, message, ready).await.is_err() {
            message.failed = true;
        }
        let what = message.sender.to_string().into_bytes();
        let mut decision = self.judge(message, &findings, message.failed.then_some(Stored::Failed));
        if message.head.is_too_long() && decision.verdict.is_accept() {
            decision = Note::from(Reason::TooBig).decide();
        }
        if decision.verdict.is_accept()
            && let Some(draft) = message.draft.take()
        {
            match draft.commit().await {
                Ok(stored) => message.stored = Some(stored),
                Err(error) => {
                    tracing::error!(%error, "maildir");
                    decision = self.judge(message, &findings, Some(Stored::Failed));
                }
            }
        }
        self.decided(facts, Stage::Dot, &what, &decision);
        if !decision.verdict.is_accept() {
            return verdict(&decision, Stage::Dot).into();
        }
        let name = message.stored.as_ref().map(|stored| stored.name.as_str());
        self.journal.stored(name.unwrap_or("nowhere"), findings.octets);
        let queued = name.and_then(|name| Reply::queued(name).ok());
        queued.and_then(|reply| Verdict::accept_with(reply).ok()).unwrap_or_else(Verdict::accept).into()
    }

    async fn withdrawn(&self, _: &Facts, message: Message) {
        if let Some(Err(error)) = message.stored.map(|stored| stored.remove()) {
            tracing::error!(%error, "a message that will come again could not be taken out");
        }
    }
}

/// The reply of a decision.
fn verdict(decision: &Decided, stage: Stage) -> Verdict {
    let Some(why) = decision.verdict.why() else { return Verdict::accept() };
    let reply = why.reply(stage);
    let made = if why.closes() { Verdict::close(reply) } else { Verdict::refuse(reply) };
    made.unwrap_or_else(|_| Verdict::defer())
}

/// Unix seconds.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
