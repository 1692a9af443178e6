//! Both identities of one SMTP transaction over one store of answers.
//!
//! in:  answers      out: the HELO outcome and, unless the sender is null, the MAIL FROM outcome
//! law: each outcome is what a check of its own would give

use core::net::IpAddr;

use mailwright_dns::{Answer, Inquiry, Question, Step};

use crate::check::Check;
use crate::identity::{Identity, Which};
use crate::outcome::Outcome;
use crate::settings::Settings;
use crate::trace::Trace;

/// Checks the HELO name, then the return path; a name that both need is asked once.
///
/// # Examples
///
/// ```
/// use mailwright_dns::{Zone, run};
/// use mailwright_spf::{Identity, Session, Settings, Verdict};
///
/// let zone = Zone::parse(
///     br#"example.org. TXT "v=spf1 a:mx.example.org -all"
/// mx.example.org. TXT "v=spf1 a -all"
/// mx.example.org. A 192.0.2.7"#,
/// )?;
/// let identity = Identity::mail_from(b"ann@example.org", b"mx.example.org");
/// let both = run(&mut Session::new(identity, "192.0.2.7".parse()?, Settings::new(b"")), &mut &zone);
/// assert_eq!(both.helo.verdict, Verdict::Pass);
/// assert_eq!(both.decisive().verdict, Verdict::Pass);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Session<T = ()> {
    check: Check<T>,
    /// The return path, until its turn comes.
    next: Option<Identity>,
    helo: Option<Outcome>,
    done: Option<Both>,
    timed_out: bool,
}

/// The outcomes of both identities.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Both {
    /// Of the HELO name. It may be kept for the connection: the last HELO counts.
    pub helo: Outcome,
    /// Of the return path; `None` where the sender is null, since the HELO name stands in for it.
    pub mail_from: Option<Outcome>,
}

impl Both {
    /// The outcome that decides about the message: the return path's, or the HELO name's for a null sender.
    pub fn decisive(&self) -> &Outcome {
        self.mail_from.as_ref().unwrap_or(&self.helo)
    }

    /// The return path's outcome first, then the HELO name's.
    pub fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        self.mail_from.iter().chain([&self.helo])
    }
}

impl Session {
    /// A session without a trace. The HELO name is that of the identity.
    pub fn new(identity: Identity, client: IpAddr, settings: Settings) -> Self {
        Self::with_trace(identity, client, settings, ())
    }
}

impl<T: Trace> Session<T> {
    /// A session whose steps go to `trace`: those of the HELO check first.
    pub fn with_trace(identity: Identity, client: IpAddr, settings: Settings, trace: T) -> Self {
        let helo = Identity::helo(identity.helo_name());
        let mut check = Check::with_trace(helo, client, settings, trace);
        let next = Some(identity).filter(|identity| identity.which() == Which::MailFrom);
        if let Some(next) = &next {
            check.expect(next);
        }
        Self { check, next, helo: None, done: None, timed_out: false }
    }
}

impl<T: Trace> Inquiry for Session<T> {
    type Outcome = Both;

    fn poll(&mut self) -> Step<Both> {
        loop {
            if let Some(done) = &self.done {
                return Step::Done(done.clone());
            }
            let outcome = match self.check.poll() {
                Step::Ask(question) => return Step::Ask(question),
                Step::Wait => return Step::Wait,
                Step::Done(outcome) => outcome,
            };
            match (self.helo.take(), self.next.take()) {
                (None, Some(next)) => {
                    self.helo = Some(outcome);
                    self.check.restart_with_answers(next);
                    if self.timed_out {
                        self.check.advance_without_asking();
                    }
                }
                (None, None) => self.done = Some(Both { helo: outcome, mail_from: None }),
                (Some(helo), _) => self.done = Some(Both { helo, mail_from: Some(outcome) }),
            }
        }
    }

    fn handle_answer(&mut self, question: &Question, answer: Answer) {
        if self.done.is_none() {
            self.check.handle_answer(question, answer);
        }
    }

    fn handle_timeout(&mut self) {
        self.timed_out = true;
        self.check.handle_timeout();
    }
}
