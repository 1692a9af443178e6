//! Decides what is taken and puts it where it belongs.
//!
//! in:  the questions of the sessions      out: verdicts; messages in the maildir
//! law: no 250 to a message before it lies in the maildir, synced; a message nobody was told of is taken out again

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use mailwright::address::{Domain, ForwardPath, ReversePath};
use mailwright::reply::{Reply, standard};
use mailwright::smtp::BodyFindings;
use mailwright::smtp::sasl::{Answer, Mechanism, Question, ScramKeys, Secret, UserName};
use mailwright::smtp::server::{Facts, MailParameters, RecipientParameters, Verdict};
use mailwright::tokio::{Decision, Handler};

use crate::arguments::Arguments;
use crate::journal::{Accepted, Journal};
use crate::maildir::{Draft, Maildir, Stored};
use mailwright_examples::Login;

/// What we take, from whom and where to.
#[derive(Debug)]
pub struct Receiver {
    domains: Vec<Domain>,
    users: Vec<String>,
    logins: Vec<(Login, ScramKeys)>,
    maildir: Option<Maildir>,
    most: Option<usize>,
    journal: Arc<Journal>,
}

/// A message that is on its way.
#[derive(Debug)]
pub struct Message {
    from: String,
    to: Mutex<Vec<String>>,
    draft: Option<Draft>,
    /// The disk failed us; the end of the message will be answered so.
    failed: bool,
    stored: Option<Stored>,
}

impl Receiver {
    pub fn new(
        arguments: &Arguments,
        maildir: Option<Maildir>,
        journal: Arc<Journal>,
    ) -> Result<Self, String> {
        let domain = |text: &String| text.parse().map_err(|error| format!("--domain {text}: {error}"));
        let keys = |login: &Login| {
            // The salt only has to differ between servers that share a user; here nothing is kept from run to run.
            let keys = ScramKeys::derive(login.password.as_bytes(), login.user.as_bytes(), 4096);
            (login.clone(), keys)
        };
        Ok(Self {
            domains: arguments.domains.iter().map(domain).collect::<Result<_, _>>()?,
            users: arguments.users.iter().map(|user| user.to_lowercase()).collect(),
            logins: arguments.auth.iter().map(keys).collect(),
            maildir,
            most: arguments.max_recipients.and_then(|count| count.try_into().ok()),
            journal,
        })
    }

    /// Whether mail for this recipient is taken, and if not, why.
    fn judge(&self, facts: &Facts, path: &ForwardPath) -> Result<(), Reply> {
        // Whoever runs this host can always be reached (RFC 5321 §4.5.1).
        let Some(mailbox) = path.mailbox() else { return Ok(()) };
        let ours = self.domains.is_empty()
            || mailbox.host().domain().is_some_and(|domain| self.domains.contains(&domain.to_domain()));
        if !ours {
            return if facts.login().is_some() { Ok(()) } else { Err(standard::relay_denied()) };
        }
        let user = mailbox.local_part().meaning().to_lowercase();
        if self.users.is_empty() || user == "postmaster" || self.users.contains(&user) {
            Ok(())
        } else {
            Err(standard::unknown_user())
        }
    }

    fn known(&self, user: &UserName) -> Option<&(Login, ScramKeys)> {
        self.logins.iter().find(|(login, _)| login.user.as_bytes() == user.as_bytes())
    }

    async fn keep(&self, message: &mut Message, octets: &[u8]) -> std::io::Result<()> {
        let Some(maildir) = &self.maildir else { return Ok(()) };
        let draft = match &mut message.draft {
            Some(draft) => draft,
            none => none.insert(maildir.draft().await?),
        };
        draft.write(octets).await
    }

    async fn finish(&self, message: &mut Message) -> std::io::Result<()> {
        if self.maildir.is_some() {
            // An empty message has no octets to begin it.
            self.keep(message, b"").await?;
        }
        if let Some(draft) = message.draft.take() {
            message.stored = Some(draft.commit().await?);
        }
        Ok(())
    }
}

impl Handler for Receiver {
    type Transaction = Message;

    async fn login(&self, _: &Facts, _: Mechanism, question: &Question) -> Verdict {
        let itself = |authzid: &UserName, user: &UserName| authzid.is_empty() || authzid == user;
        let answer = match question {
            Question::Password { authzid, user, password } => match self.known(user) {
                Some((login, _)) if password.matches(login.password.as_bytes()) && itself(authzid, user) => {
                    Answer::Accept
                }
                _ => Answer::Refuse,
            },
            Question::Secret { user } => match self.known(user) {
                Some((login, _)) => Answer::Secret(Secret::new(login.password.clone())),
                None => Answer::Refuse,
            },
            Question::Scram { authzid, user } => match self.known(user) {
                Some((_, keys)) if itself(authzid, user) => Answer::Scram(keys.clone()),
                _ => Answer::Refuse,
            },
            _ => Answer::Refuse,
        };
        Verdict::login(answer)
    }

    async fn mail(&self, _: &Facts, path: &ReversePath, _: &MailParameters) -> Result<Message, Verdict> {
        let from = path.as_str().to_owned();
        Ok(Message { from, to: Mutex::default(), draft: None, failed: false, stored: None })
    }

    async fn recipient(
        &self,
        facts: &Facts,
        message: &Message,
        path: &ForwardPath,
        _: &RecipientParameters,
    ) -> Verdict {
        if let Err(reply) = self.judge(facts, path) {
            return refuse(reply);
        }
        let mut to = message.to.lock().unwrap_or_else(PoisonError::into_inner);
        if self.most.is_some_and(|most| to.len() >= most) {
            return refuse(standard::too_many_recipients());
        }
        to.push(path.as_str().to_owned());
        Verdict::accept()
    }

    async fn body(&self, _: &Facts, message: &mut Message, octets: Bytes) {
        if !message.failed
            && let Err(error) = self.keep(message, &octets).await
        {
            tracing::error!(%error, "maildir");
            message.failed = true;
            message.draft = None;
        }
    }

    async fn end_of_body(&self, facts: &Facts, message: &mut Message, findings: BodyFindings) -> Decision {
        if !message.failed
            && let Err(error) = self.finish(message).await
        {
            tracing::error!(%error, "maildir");
            message.failed = true;
        }
        if message.failed {
            return refuse(standard::no_room()).into();
        }
        let name = message.stored.as_ref().map(|stored| stored.name.as_str());
        let to = message.to.get_mut().unwrap_or_else(PoisonError::into_inner);
        let (from, octets, with) = (message.from.as_str(), findings.octets, facts.with_keyword());
        self.journal.accepted(&Accepted { name, from, to, octets, with });
        let queued = name.and_then(|name| Reply::queued(name).ok());
        queued.and_then(|reply| Verdict::accept_with(reply).ok()).unwrap_or_else(Verdict::accept).into()
    }

    async fn withdrawn(&self, _: &Facts, message: Message) {
        let Some(stored) = message.stored else { return };
        match stored.remove() {
            Ok(()) => self.journal.withdrawn(&stored.name),
            Err(error) => tracing::error!(%error, "a message that will come again could not be taken out"),
        }
    }
}

fn refuse(reply: Reply) -> Verdict {
    // The standard replies that are given here all refuse.
    Verdict::refuse(reply).unwrap_or_else(|_| Verdict::defer())
}
