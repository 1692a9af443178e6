//! Carries out commands in their turn.
//!
//! in:  lines      out: replies, events, a new state
//! law: the table of moves decides the order first; whoever does not wait where it must is noticed

use bytes::Bytes;
use mailwright_reply::standard;

use super::drive::Step;
use super::moves::{Move, Place, Verb, legal};
use super::say::queue::{About, Said};
use super::say::replies;
use super::settings::{Asked, Talker, TlsMode};
use super::{Abort, Event, Notice, Session, Stage, Standing};
use crate::command::{Command, CommandError, CommandFault};
use crate::extension::Extension;
use crate::line::{Line, LineEnd};

mod hello;
#[cfg(feature = "sasl")]
mod login;
mod transaction;

/// The commands that only ask something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LookUp {
    Verify,
    Expand,
    Etrn,
}

impl LookUp {
    const fn kind(self) -> Asked {
        match self {
            Self::Verify => Asked::Verify,
            Self::Expand => Asked::Expand,
            Self::Etrn => Asked::Etrn,
        }
    }
}

impl Session {
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "called once, for each line")]
    pub(super) fn command(&mut self, line: Line<'_>, behind: usize) -> Step {
        if line.ended_by_bare_lf() && self.settings.command_newline == LineEnd::CrLf {
            self.notice(Notice::BadLine);
            self.error(standard::unrecognized());
            return Step::Again;
        }
        let utf8 = self.facts.utf8 && matches!(self.standing, Standing::Transaction(_));
        // Never moved: it is large.
        match &Command::parse(line.octets(), self.dialect.with_utf8(utf8)) {
            Ok(Command::Rcpt(rcpt)) => self.recipient(rcpt, behind),
            Ok(Command::Mail(mail)) => self.mail(mail, behind),
            Ok(command) => self.carry_out(command, behind).map_or(Step::Again, Step::Event),
            Err(error) => {
                self.malformed(line, *error);
                Step::Again
            }
        }
    }

    #[inline(never)]
    fn carry_out(&mut self, command: &Command<'_>, behind: usize) -> Option<Event> {
        let verb = verb(command);
        let place = self.standing.place();
        let order = legal(place, verb);
        if let Command::Bdat { octets, last, .. } = *command {
            self.bdat(octets, last, order);
            return None;
        }
        if behind != 0 && !stands_in_a_group(command) && self.is_out_of_turn(verb, behind) {
            return None;
        }
        if place == Place::Refused && order == Move::Sequence {
            // Not even what is offered is said to a client that was sent away.
            self.error(standard::bad_sequence());
            return None;
        }
        let offered = self.dialect.offered();
        if verb == Verb::StartTls && (order != Move::Go || !offered.has(Extension::StartTls)) {
            self.misplaced_tls(order);
            return None;
        }
        if verb == Verb::Etrn && !offered.has(Extension::Etrn) {
            self.error(standard::not_implemented());
            return None;
        }
        match order {
            Move::Go => self.go(command, behind),
            Move::Sequence => {
                self.error(standard::bad_sequence());
                None
            }
            Move::NoRecipients => {
                let lmtp = self.settings.lmtp();
                self.error(if lmtp { standard::bad_sequence() } else { standard::no_valid_recipients() });
                None
            }
        }
    }

    /// A command whose turn it is.
    fn go(&mut self, command: &Command<'_>, behind: usize) -> Option<Event> {
        match *command {
            Command::Helo(name) if !self.settings.lmtp() => self.hello(name.as_bytes(), false),
            Command::Ehlo(name) if !self.settings.lmtp() => self.hello(name.as_bytes(), true),
            Command::Lhlo(name) if self.settings.lmtp() => self.hello(name.as_bytes(), true),
            Command::Helo(_) | Command::Ehlo(_) | Command::Lhlo(_) => {
                self.facts.errors = self.facts.errors.saturating_add(1);
                self.say_fixed(if self.settings.lmtp() { replies::SAY_LHLO } else { replies::SAY_EHLO });
                None
            }
            Command::Data => self.data(),
            Command::Rset => {
                if self.idles() {
                    self.abort(Abort::Reset);
                    self.say_fixed(replies::OK);
                }
                None
            }
            Command::Noop(_) => self.idle(replies::OK),
            Command::Help(_) => self.idle(replies::HELP),
            Command::Vrfy(lookup) => self.look_up(LookUp::Verify, lookup.as_str()),
            Command::Expn(lookup) => self.look_up(LookUp::Expand, lookup.as_str()),
            Command::Etrn(name) => self.look_up(LookUp::Etrn, name.as_str()),
            Command::Quit => {
                self.abort(Abort::Ended);
                if self.queue.is_empty() {
                    self.write_fixed(replies::CLOSING);
                    self.over(Abort::Closed);
                } else {
                    self.queue.say(Said::fixed(replies::CLOSING).then_close());
                }
                None
            }
            Command::StartTls => {
                self.start_tls(behind);
                None
            }
            #[cfg(feature = "sasl")]
            Command::Auth(auth) => {
                self.begin_login(auth.mechanism().as_bytes(), auth.initial());
                None
            }
            #[cfg(not(feature = "sasl"))]
            Command::Auth(_) => {
                self.error(standard::not_implemented());
                None
            }
            Command::Xclient(attributes) => {
                self.xclient(attributes);
                None
            }
            // These have their own ways.
            Command::Mail(_) | Command::Rcpt(_) | Command::Bdat { .. } => None,
        }
    }

    fn idle(&mut self, reply: &'static [u8]) -> Option<Event> {
        self.flags.flush = true;
        if self.idles() {
            self.say_fixed(reply);
        }
        None
    }

    /// VRFY, EXPN, ETRN: asked or answered by their defaults.
    #[inline(never)]
    fn look_up(&mut self, asked: LookUp, argument: &str) -> Option<Event> {
        self.flags.flush = true;
        if !self.idles() {
            return None;
        }
        if self.settings.asks(asked.kind())
            && (asked != LookUp::Expand || self.settings.offers(Extension::Expn))
        {
            let argument = Bytes::copy_from_slice(argument.as_bytes());
            return Some(match asked {
                LookUp::Verify => Event::Verify { ask: self.ask(About::Verify), argument },
                LookUp::Expand => Event::Expand { ask: self.ask(About::Expand), argument },
                LookUp::Etrn => Event::Etrn { ask: self.ask(About::Etrn), argument },
            });
        }
        match asked {
            LookUp::Verify => self.say(Said::given(standard::cannot_verify())),
            LookUp::Expand => self.say(Said::given(standard::not_implemented())),
            LookUp::Etrn => self.say_fixed(replies::ETRN_NOT_NOW),
        }
        None
    }

    /// STARTTLS where it has no place: inside TLS or out of order 503, not offered 502.
    #[inline(never)]
    fn misplaced_tls(&mut self, order: Move) {
        let inside = self.facts.tls.is_some();
        let known = self.settings.tls == TlsMode::StartTls && order != Move::Go;
        self.error(if inside || known { standard::bad_sequence() } else { standard::not_implemented() });
    }

    /// Looks whether the client did not wait where it must: whether the session is over because of it.
    #[inline]
    pub(super) fn is_out_of_turn(&mut self, verb: Verb, behind: usize) -> bool {
        behind != 0 && self.talks_out_of_turn(verb)
    }

    #[inline(never)]
    fn talks_out_of_turn(&mut self, verb: Verb) -> bool {
        if self.settings.talker == Talker::Ignore {
            return false;
        }
        let ends_a_group = match verb {
            Verb::Hello | Verb::Data | Verb::Verify | Verb::Expand | Verb::Etrn | Verb::Auth => true,
            Verb::Mail
            | Verb::Recipient
            | Verb::Bdat
            | Verb::Reset
            | Verb::Noop
            | Verb::Help
            | Verb::Xclient => !self.dialect.offered().has(Extension::Pipelining),
            // What stands behind these two is thrown away.
            Verb::StartTls | Verb::Quit => false,
        };
        if !ends_a_group {
            return false;
        }
        self.notice(Notice::OutOfTurn);
        if self.settings.talker == Talker::Refuse {
            self.queue.say(Said::given(standard::early_talker()).then_close());
            return true;
        }
        false
    }

    /// A line that is no command.
    #[inline(never)]
    fn malformed(&mut self, line: Line<'_>, error: CommandError) {
        if line.has_nul() || line.has_bare_cr() {
            self.notice(Notice::BadLine);
        }
        let place = self.standing.place();
        let start = line.octets().first_chunk::<4>().map(|verb| verb.map(|octet| octet.to_ascii_uppercase()));
        let verb = match start.as_ref() {
            Some(b"MAIL") => Verb::Mail,
            Some(b"RCPT") => Verb::Recipient,
            _ => Verb::Noop,
        };
        if matches!(self.standing, Standing::Refused) || verb != Verb::Noop && legal(place, verb) != Move::Go
        {
            self.error(standard::bad_sequence());
            return;
        }
        if error.fault() == CommandFault::UnknownCommand {
            self.flags.flush = true;
        } else if verb == Verb::Recipient {
            self.tried();
            self.flags.run = true;
        }
        self.error(error.reply());
        let counted = line.octets().get(5).is_some_and(u8::is_ascii_digit);
        if error.fault() == CommandFault::BadChunk && counted {
            // Nobody knows where the chunk ends, so what follows can't be told from commands.
            self.queue.say(Said::nothing().then_close());
        }
    }

    /// A recipient was named: without an accepted one, DATA is answered 554 from here on.
    pub(super) fn tried(&mut self) {
        if let Standing::Transaction(transaction) = &mut self.standing
            && transaction.stage == Stage::Mail
        {
            transaction.stage = Stage::NoRecipient;
        }
    }
}

/// A login of one message may stand inside a pipelined group; every other one ends it.
#[cfg(feature = "sasl")]
fn stands_in_a_group(command: &Command<'_>) -> bool {
    let Command::Auth(auth) = command else { return false };
    let mechanism = crate::sasl::Mechanism::parse(auth.mechanism().as_bytes());
    auth.initial().is_some() && mechanism.is_some_and(crate::sasl::Mechanism::one_message)
}

#[cfg(not(feature = "sasl"))]
const fn stands_in_a_group(_command: &Command<'_>) -> bool {
    false
}

const fn verb(command: &Command<'_>) -> Verb {
    match command {
        Command::Helo(_) | Command::Ehlo(_) | Command::Lhlo(_) => Verb::Hello,
        Command::Mail(_) => Verb::Mail,
        Command::Rcpt(_) => Verb::Recipient,
        Command::Data => Verb::Data,
        Command::Bdat { .. } => Verb::Bdat,
        Command::Rset => Verb::Reset,
        Command::Noop(_) => Verb::Noop,
        Command::Vrfy(_) => Verb::Verify,
        Command::Expn(_) => Verb::Expand,
        Command::Help(_) => Verb::Help,
        Command::Quit => Verb::Quit,
        Command::StartTls => Verb::StartTls,
        Command::Auth(_) => Verb::Auth,
        Command::Etrn(_) => Verb::Etrn,
        Command::Xclient(_) => Verb::Xclient,
    }
}
