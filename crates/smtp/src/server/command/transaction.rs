//! MAIL, RCPT, DATA and BDAT: from the sender to the first octet of the message.
//!
//! in:  commands in their turn, checked against what was offered      out: questions, or refusals
//! law: a recipient is refused for their number only when so many were accepted, never by a guess

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use mailwright_address::ForwardPathRef;
use mailwright_reply::{Reply, standard};

use crate::extension::Extension;
use crate::parameter::{BodyType, Hold, Mail, Rcpt};
use crate::server::drive::Step;
use crate::server::event::{MailParameters, RecipientParameters};
use crate::server::moves::{Move, Verb, legal};
use crate::server::say::queue::{About, Said};
use crate::server::say::replies;
use crate::server::settings::{Asked, Demand};
use crate::server::{Event, Fate, Pending, Session, Stage, Standing, Transaction};

impl Session {
    /// MAIL, well formed.
    pub(in crate::server) fn mail(&mut self, mail: &Mail<'_>, behind: usize) -> Step {
        if legal(self.standing.place(), Verb::Mail) != Move::Go {
            self.error(standard::bad_sequence());
            return Step::Again;
        }
        if self.is_out_of_turn(Verb::Mail, behind) {
            return Step::Again;
        }
        if let Some(said) = self.refuse_mail(mail) {
            let said = self.refusal(said);
            self.say(said);
            return Step::Again;
        }
        self.facts.utf8 = mail.smtputf8();
        let binary = mail.body() == Some(BodyType::BinaryMime);
        let transaction =
            Transaction { stage: Stage::Mail, binary, accepted: 0, octets: 0, domains: Vec::new() };
        let path = mail.path().to_reverse_path();
        let parameters = MailParameters::of(mail);
        if self.settings.asks(Asked::Mail) {
            self.pending = Pending::Mail(transaction);
            let ask = self.ask(About::Mail);
            return Step::Event(Event::Mail { ask, path, parameters });
        }
        self.begin_transaction(transaction);
        self.say_fixed(replies::SENDER_OK);
        let ask = self.queue.answered();
        Step::Event(Event::Mail { ask, path, parameters })
    }

    /// Why this MAIL is refused before anyone is asked.
    fn refuse_mail(&mut self, mail: &Mail<'_>) -> Option<Said> {
        let settings = &self.settings;
        self.counts.mails = self.counts.mails.saturating_add(1);
        if settings.mails.is_some_and(|most| self.counts.mails > most) {
            return Some(Said::given(standard::not_now()).then_close());
        }
        if settings.tls_demand == Demand::Required && self.facts.tls.is_none() {
            return Some(Said::given(standard::tls_required()));
        }
        if settings.login_demand == Demand::Required && !self.facts.logged_in() {
            return Some(Said::given(standard::auth_required()));
        }
        let too_big = settings.size.is_some_and(|most| mail.size().is_some_and(|size| size > most));
        if too_big {
            return Some(Said::given(standard::too_big()));
        }
        let too_soon = mail.deliver_by().is_some_and(|by| {
            settings.deliver_by.is_some_and(|least| by.seconds() > 0 && by.seconds().unsigned_abs() < least)
        });
        let too_long = settings.future_release.as_ref().is_some_and(|(most, last, _)| match mail.hold() {
            Some(Hold::For(seconds)) => seconds > *most,
            Some(Hold::Until(moment)) => last.is_some_and(|last| moment > last),
            None => false,
        });
        (too_soon || too_long).then(|| Said::given(standard::bad_arguments()))
    }

    /// RCPT, well formed.
    pub(in crate::server) fn recipient(&mut self, rcpt: &Rcpt<'_>, behind: usize) -> Step {
        if legal(self.standing.place(), Verb::Recipient) != Move::Go {
            self.error(standard::bad_sequence());
            return Step::Again;
        }
        if self.is_out_of_turn(Verb::Recipient, behind) {
            return Step::Again;
        }
        self.flags.run = true;
        let domain = match self.place_for(rcpt.path()) {
            Place::Taken(domain) => domain,
            Place::Full => {
                self.tried();
                let said = self.refusal(Said::given(standard::too_many_recipients()));
                self.say(said);
                return Step::Again;
            }
            Place::Wait => return Step::Stuck,
        };
        self.tried();
        let path = rcpt.path().to_forward_path();
        let parameters = RecipientParameters::of(rcpt);
        if self.settings.asks(Asked::Recipient) {
            let ask = self.ask(About::Recipient);
            self.note_domain(ask, domain);
            return Step::Event(Event::Recipient { ask, path, parameters });
        }
        self.accept_recipient(domain);
        self.say_fixed(replies::RECIPIENT_OK);
        let ask = self.queue.answered();
        Step::Event(Event::Recipient { ask, path, parameters })
    }

    /// Whether one more recipient, of this domain, may be accepted.
    fn place_for(&self, path: ForwardPathRef<'_>) -> Place {
        let accepted = self.recipients();
        if accepted >= self.settings.limits.recipients {
            return Place::Full;
        }
        let Some(most) = self.settings.recipient_domains else { return Place::Taken(None) };
        let Standing::Transaction(transaction) = &self.standing else { return Place::Full };
        let name = match path.mailbox() {
            Some(mailbox) => mailbox.host().as_str().to_ascii_lowercase(),
            None => self.settings.host.to_ascii_lowercase(),
        };
        let known = |domain: &str| transaction.domains.iter().any(|one| **one == *domain);
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        if !known(&name) && transaction.domains.len() >= most {
            return Place::Full;
        }
        let mut asked: Vec<&str> = match &self.pending {
            Pending::Domains(domains) => domains.iter().map(|(_, domain)| &**domain).collect(),
            Pending::Nothing | Pending::Hello(_) | Pending::Mail(_) => Vec::new(),
        };
        asked.push(&name);
        asked.retain(|domain| !known(domain));
        asked.sort_unstable();
        asked.dedup();
        if transaction.domains.len().saturating_add(asked.len()) > most {
            return Place::Wait;
        }
        Place::Taken(Some(name.clone().into_boxed_str()))
    }

    fn note_domain(&mut self, ask: crate::ask::Ask, domain: Option<Box<str>>) {
        let Some(domain) = domain else { return };
        if let Pending::Domains(domains) = &mut self.pending {
            domains.push((ask, domain));
        } else {
            self.pending = Pending::Domains(vec![(ask, domain)]);
        }
    }

    /// DATA, in its place.
    pub(in crate::server) fn data(&mut self) -> Option<Event> {
        self.flags.flush = true;
        if matches!(&self.standing, Standing::Transaction(transaction) if transaction.binary) {
            self.error(standard::bad_sequence());
            return None;
        }
        if self.settings.asks(Asked::Data) {
            let ask = self.ask(About::Data);
            return Some(Event::Data { ask });
        }
        self.say_fixed(replies::START_INPUT);
        self.begin_text();
        None
    }

    /// BDAT, in its place or not: its octets are read all the same.
    pub(in crate::server) fn bdat(&mut self, octets: u64, last: bool, order: Move) {
        let offered = self.dialect.offered().has(Extension::Chunking);
        if offered && order == Move::Go {
            self.begin_chunk(octets, last);
            return;
        }
        self.misplaced_chunk(octets, last, standard::bad_sequence());
    }

    /// A chunk that has no place: it is swallowed, counts as an error, and kills the transaction it came in.
    #[inline(never)]
    fn misplaced_chunk(&mut self, octets: u64, last: bool, reply: Reply) {
        self.facts.errors = self.facts.errors.saturating_add(1);
        let fate = if matches!(self.standing, Standing::Refused) {
            Fate::Dropped(reply, 1)
        } else {
            self.broken(reply, last)
        };
        self.read_chunk(octets, last, fate);
    }
}

/// Whether there is a place for a recipient.
enum Place {
    /// There is; the domain is noted where their number is limited.
    Taken(Option<Box<str>>),
    /// There is none.
    Full,
    /// It depends on answers that are still out.
    Wait,
}
