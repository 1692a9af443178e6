//! Reads the next line, when its turn has come.
//!
//! in:  input, the replies that are due      out: a line for the command parser, or the refusal of one
//! law: a run of RCPT alone may go on while questions are open (RFC 2920 §3.1); a line has the limit of its verb

use bytes::{Buf, BytesMut};
use mailwright_reply::standard;

use crate::extension::{Extension, ExtensionSet};
use crate::line::Framed;
use crate::server::drive::Step;
use crate::server::{Abort, Foreign, Notice, Session, State};

impl Session {
    /// Reads the next command, if it may be read.
    #[inline]
    pub(in crate::server) fn line(&mut self) -> Step {
        if self.input.is_empty() && !self.flags.ended {
            return Step::Stuck;
        }
        self.next_line()
    }

    #[inline(never)]
    fn next_line(&mut self) -> Step {
        if self.input.is_empty() {
            return self.incomplete();
        }
        if !self.queue.is_empty() && !self.may_go_on() {
            return Step::Stuck;
        }
        self.flags.barrier = false;
        if !self.framer.starts_line() {
            // The line behind it is looked at on its own, however the octets were cut.
            let rest = self.framer.pass_rest(&self.input);
            self.input.advance(rest);
            if rest > 0 {
                return if self.input.is_empty() { self.incomplete() } else { Step::Again };
            }
        }
        if self.framer.starts_line()
            && let Some(foreign) = foreign(&self.input)
        {
            self.notice(Notice::WrongProtocol(foreign));
            self.terminate(&standard::not_smtp(), Abort::Closed);
            return Step::Again;
        }
        let input = core::mem::take(&mut self.input);
        let limit = self.line_limit(&input);
        match self.framer.frame(&input, limit) {
            Framed::Incomplete { consumed } => {
                self.keep(input, consumed);
                self.incomplete()
            }
            Framed::TooLong { consumed, .. } => {
                self.keep(input, consumed);
                self.command_came();
                self.notice(Notice::LineTooLong);
                self.error(standard::line_too_long());
                Step::Again
            }
            Framed::Line(line) => {
                let consumed = line.consumed();
                let behind = input.len().saturating_sub(consumed);
                let step = self.command(line, behind);
                if matches!(step, Step::Stuck) {
                    // It has to wait for an answer, and stays in the input.
                    self.flags.barrier = true;
                    self.keep(input, 0);
                } else {
                    self.command_came();
                    self.keep(input, consumed);
                }
                step
            }
        }
    }

    /// Puts the input back without the octets that are done with.
    #[inline]
    pub(in crate::server) fn keep(&mut self, input: BytesMut, consumed: usize) {
        let rest = consumed < input.len() && !matches!(self.state, State::Over);
        if rest || self.flags.lent {
            self.input = input;
        }
        if rest {
            self.input.advance(consumed);
        } else {
            self.input.clear();
        }
    }

    /// No whole line is there.
    pub(in crate::server) fn incomplete(&mut self) -> Step {
        if self.framer.skipped() > self.settings.limits.line_overrun {
            self.notice(Notice::LineTooLong);
            self.terminate(&standard::line_too_long(), Abort::Closed);
            return Step::Again;
        }
        if self.flags.ended && self.queue.is_empty() {
            return self.ended();
        }
        Step::Stuck
    }

    /// While replies are due only a RCPT behind RCPTs is read, as far as the recipients that may still be accepted.
    /// The rest of a line that was refused is no command: what follows it waits.
    fn may_go_on(&mut self) -> bool {
        let start = self.input.get(..4);
        let another =
            self.framer.starts_line() && start.is_some_and(|verb| verb.eq_ignore_ascii_case(b"RCPT"));
        let decided = start.is_some() || self.input.contains(&b'\n');
        let open = self.queue.open_recipients();
        let room = open == 0 || self.recipients().saturating_add(open) < self.settings.limits.recipients;
        let may = self.flags.run && another && room && !self.queue.ends_the_session();
        self.flags.barrier = !may && decided;
        may
    }

    /// The longest line that this one may be: the base of RFC 5321 §4.5.3.1.4, and what each extension adds to it.
    #[inline]
    fn line_limit(&self, input: &[u8]) -> usize {
        let base = self.settings.limits.command_line;
        // No line in it can be over any limit, whatever its verb.
        if input.len() < base { base } else { self.line_limit_of(input) }
    }

    #[inline(never)]
    fn line_limit_of(&self, input: &[u8]) -> usize {
        let limits = &self.settings.limits;
        let Some(verb) = input.first_chunk::<4>() else { return limits.command_line };
        let offered = self.dialect.offered();
        match &verb.map(|octet| octet.to_ascii_uppercase()) {
            b"MAIL" => limits.command_line.saturating_add(allowance(offered)),
            b"RCPT" if offered.has(Extension::Dsn) => limits.command_line.saturating_add(RCPT_DSN),
            b"VRFY" | b"EXPN" if offered.has(Extension::SmtpUtf8) => {
                limits.command_line.saturating_add(SMTPUTF8)
            }
            b"AUTH" => limits.login_line.max(limits.command_line),
            _ => limits.command_line,
        }
    }
}

/// Whether the input begins like another protocol. It is decided as soon as it can be, so that no cut changes it.
fn foreign(input: &[u8]) -> Option<Foreign> {
    match input.first()? {
        0x16 if input.get(1) == Some(&3) => Some(Foreign::Tls),
        b'G' | b'P' | b'C' | b'H' | b'O' | b'D' | b'T' => {
            HTTP.iter().any(|method| input.starts_with(method)).then_some(Foreign::Http)
        }
        _ => None,
    }
}

const HTTP: [&[u8]; 9] =
    [b"GET ", b"POST ", b"PUT ", b"CONNECT ", b"HEAD ", b"OPTIONS ", b"DELETE ", b"PATCH ", b"TRACE "];

/// What SMTPUTF8 adds to a line of VRFY or EXPN (RFC 6531 §3.7.4.2).
const SMTPUTF8: usize = 10;
/// What NOTIFY and ORCPT add to a line of RCPT: keywords, signs and values (RFC 3461 §4, §5.4).
const RCPT_DSN: usize = 28 + 1 + 7 + 500;

/// What the offered extensions add to a line of MAIL.
fn allowance(offered: ExtensionSet) -> usize {
    let added = [
        (Extension::Size, 26),
        (Extension::EightBitMime, 17),
        (Extension::SmtpUtf8, 10),
        (Extension::Dsn, 1 + 8 + 1 + 6 + 100),
        (Extension::Auth, 500),
        (Extension::DeliverBy, 17),
        (Extension::FutureRelease, 34),
        (Extension::MtPriority, 15),
        (Extension::RequireTls, 11),
    ];
    added.into_iter().filter(|(extension, _)| offered.has(*extension)).map(|(_, octets)| octets).sum()
}
