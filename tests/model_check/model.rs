//! The server in a hundred and fifty lines, written from the RFCs and not from the machine.
//!
//! in:  abstract inputs      out: the codes of the replies, what becomes of messages
//! law: it knows no octets, no time and no questions; where it and the machine differ, one of them is wrong

use mailwright::smtp::server::moves::Place;

use super::player::{Input, Outcome};

/// The budgets of errors and of failed logins that both are set to.
pub const ERRORS: u32 = 20;
pub const LOGINS: u32 = 3;

/// How the next line is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Line,
    Data,
    Auth,
}

/// Where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts of a model, each read by its name")]
pub struct Model {
    pub mode: Mode,
    lmtp: bool,
    tls: bool,
    hello: bool,
    login: bool,
    mail: Option<Mail>,
    errors: u32,
    failed_logins: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Mail {
    tried: bool,
    accepted: u32,
    chunks: bool,
    broken: bool,
    octets: u32,
}

impl Model {
    pub fn new(lmtp: bool) -> Self {
        Self {
            mode: Mode::Line,
            lmtp,
            tls: false,
            hello: false,
            login: false,
            mail: None,
            errors: 0,
            failed_logins: 0,
        }
    }

    pub fn place(&self) -> Place {
        match &self.mail {
            Some(mail) if mail.broken => Place::Broken,
            Some(mail) if mail.chunks => Place::Chunks,
            Some(mail) if mail.accepted > 0 => Place::Recipients,
            Some(mail) if mail.tried => Place::NoRecipient,
            Some(_) => Place::Mail,
            None if self.hello => Place::Hello,
            None => Place::Fresh,
        }
    }

    pub fn recipients(&self) -> u32 {
        self.mail.as_ref().map_or(0, |mail| mail.accepted)
    }

    /// What the input brings.
    pub fn step(&mut self, input: Input) -> Outcome {
        if input == Input::Eof {
            return Outcome { aborts: self.give_up(), closed: true, ..Outcome::default() };
        }
        match self.mode {
            Mode::Data => self.text(input),
            Mode::Auth => self.response(),
            Mode::Line => self.command(input),
        }
    }

    /// Inside the text every input but the text itself is a line of the message.
    fn text(&mut self, input: Input) -> Outcome {
        if !matches!(input, Input::TextYes | Input::TextNo) {
            return Outcome::default();
        }
        self.mode = Mode::Line;
        self.end_of_message(input == Input::TextYes)
    }

    fn end_of_message(&mut self, accepted: bool) -> Outcome {
        let count = if self.lmtp { self.recipients() } else { 1 };
        self.mail = None;
        if accepted {
            self.errors = 0;
        }
        let code = if accepted { 250 } else { 550 };
        Outcome { codes: vec![code; count as usize], messages: 1, ..Outcome::default() }
    }

    /// No input here is valid base64 but by chance; each ends the exchange, `*` by giving up.
    fn response(&mut self) -> Outcome {
        self.mode = Mode::Line;
        self.error(501)
    }

    fn command(&mut self, input: Input) -> Outcome {
        match input {
            Input::Hello => {
                let aborts = self.give_up();
                self.hello = true;
                Outcome { codes: vec![250], aborts, ..Outcome::default() }
            }
            Input::BadHello => self.error(501),
            Input::MailYes | Input::MailNo => self.mail(input == Input::MailYes),
            Input::RcptYes | Input::RcptNo => self.rcpt(input == Input::RcptYes),
            Input::Data => self.data(),
            Input::Chunk => self.chunk(4, None),
            Input::BigChunk => self.chunk(101, None),
            Input::LastYes => self.chunk(4, Some(true)),
            Input::LastNo => self.chunk(4, Some(false)),
            Input::Reset => {
                let aborts = self.give_up();
                Outcome { codes: vec![250], aborts, ..Outcome::default() }
            }
            Input::AuthYes | Input::AuthNo | Input::AuthStart => self.auth(input),
            Input::StartTls if self.place() != Place::Hello || self.tls => self.with_noop(503),
            Input::StartTls => {
                *self = Self {
                    tls: true,
                    errors: self.errors,
                    failed_logins: self.failed_logins,
                    ..Self::new(self.lmtp)
                };
                Outcome { codes: vec![220], ..Outcome::default() }
            }
            Input::Quit => {
                let aborts = self.give_up();
                Outcome { codes: vec![221], aborts, closed: true, ..Outcome::default() }
            }
            Input::TextYes | Input::TextNo | Input::Junk | Input::Response => self.error(500),
            Input::Eof => Outcome::default(),
        }
    }

    /// The octets behind a refused STARTTLS are a command like any other.
    fn with_noop(&mut self, code: u16) -> Outcome {
        let mut outcome = self.error(code);
        if !outcome.closed {
            outcome.codes.push(250);
        }
        outcome
    }

    fn mail(&mut self, accepted: bool) -> Outcome {
        if self.place() != Place::Hello {
            return self.error(503);
        }
        if accepted {
            self.mail = Some(Mail { tried: false, accepted: 0, chunks: false, broken: false, octets: 0 });
        }
        Outcome { codes: vec![if accepted { 250 } else { 550 }], ..Outcome::default() }
    }

    fn rcpt(&mut self, accepted: bool) -> Outcome {
        if !matches!(self.place(), Place::Mail | Place::NoRecipient | Place::Recipients) {
            return self.error(503);
        }
        if let Some(mail) = &mut self.mail {
            mail.tried = true;
            mail.accepted += u32::from(accepted);
        }
        Outcome { codes: vec![if accepted { 250 } else { 550 }], ..Outcome::default() }
    }

    fn data(&mut self) -> Outcome {
        match self.place() {
            Place::Recipients => {
                self.mode = Mode::Data;
                Outcome { codes: vec![354], ..Outcome::default() }
            }
            Place::NoRecipient if !self.lmtp => self.error(554),
            _ => self.error(503),
        }
    }

    /// `last`: whether the message is accepted, where the chunk is the last one.
    fn chunk(&mut self, octets: u32, last: Option<bool>) -> Outcome {
        let in_order = matches!(self.place(), Place::Recipients | Place::Chunks);
        let replies = if last.is_some() && self.lmtp { self.recipients() } else { 1 };
        let mut outcome = Outcome::default();
        let Some(mail) = &mut self.mail else {
            self.errors += 1;
            outcome.codes = vec![503; replies as usize];
            return outcome;
        };
        if in_order {
            mail.octets += octets;
            if mail.octets <= 100 {
                mail.chunks = true;
                return match last {
                    Some(accepted) => self.end_of_message(accepted),
                    None => Outcome { codes: vec![250], ..Outcome::default() },
                };
            }
        } else {
            self.errors += 1;
        }
        let Some(mail) = &mut self.mail else { return outcome };
        outcome.aborts = u32::from(!mail.broken);
        outcome.codes = vec![if in_order { 552 } else { 503 }; replies as usize];
        mail.broken = true;
        if last.is_some() {
            self.mail = None;
        }
        outcome
    }

    fn auth(&mut self, input: Input) -> Outcome {
        if self.place() != Place::Hello || self.login {
            return self.error(503);
        }
        if input == Input::AuthStart {
            self.mode = Mode::Auth;
            return Outcome { codes: vec![334], ..Outcome::default() };
        }
        self.login = input == Input::AuthYes;
        if self.login {
            return Outcome { codes: vec![235], ..Outcome::default() };
        }
        self.failed_logins += 1;
        let over = self.failed_logins >= LOGINS;
        let codes = if over { vec![535, 421] } else { vec![535] };
        Outcome { codes, closed: over, ..Outcome::default() }
    }

    fn error(&mut self, code: u16) -> Outcome {
        self.errors += 1;
        if self.errors > ERRORS {
            return Outcome { codes: vec![421], aborts: self.give_up(), closed: true, ..Outcome::default() };
        }
        Outcome { codes: vec![code], ..Outcome::default() }
    }

    fn give_up(&mut self) -> u32 {
        self.mail.take().map_or(0, |mail| u32::from(!mail.broken))
    }
}
