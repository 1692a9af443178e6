//! Reads a line as a command.
//!
//! in:  a line without its end      out: the command or its fault
//! law: verbs in any case, one space between words, blanks behind the last (RFC 5321 §4.1.1)

use mailwright_address::HostRef;

use super::{
    Auth, Command, CommandError, CommandFault, Dialect, HelloName, Lookup, Text,
    dialect::{ANY_HELLO, LOOSE_BLANKS},
    number, text,
};
use crate::{
    extension::Extension,
    parameter::{Mail, Rcpt},
};

impl<'a> Command<'a> {
    /// Reads one line, its CR LF already taken off.
    ///
    /// Blanks at the end are passed over (RFC 5321 §4.1.1). Whether the command may come at this point is not judged here.
    ///
    /// # Errors
    ///
    /// [`CommandError`], which knows the reply that the line deserves.
    #[inline]
    pub fn parse(line: &'a [u8], dialect: Dialect) -> Result<Self, CommandError> {
        let line = trim_end(line);
        let Some((verb, rest)) = line.split_first_chunk::<4>() else { return Err(unknown()) };
        let verb = u32::from_be_bytes(*verb) & UPPER;
        let apart = matches!(rest.first(), None | Some(b' '));
        if !apart {
            return Self::parse_long_verb(line, dialect);
        }
        let words = Words { line, at: 4, dialect };
        match verb {
            RCPT => words.recipient(),
            MAIL => words.sender(),
            DATA => words.alone(Self::Data),
            EHLO => words.hello().map(Self::Ehlo),
            QUIT => words.alone(Self::Quit),
            RSET => words.alone(Self::Rset),
            NOOP => words.text().map(Self::Noop),
            BDAT => words.chunk(),
            AUTH => words.auth().map(Self::Auth),
            HELO => words.hello().map(Self::Helo),
            LHLO => words.hello().map(Self::Lhlo),
            VRFY => words.lookup().map(Self::Vrfy),
            EXPN => words.lookup().map(Self::Expn),
            HELP => words.text().map(Self::Help),
            ETRN => words.name().map(Self::Etrn),
            _ => Err(unknown()),
        }
    }

    fn parse_long_verb(line: &'a [u8], dialect: Dialect) -> Result<Self, CommandError> {
        let end = memchr::memchr(b' ', line).unwrap_or(line.len());
        let (verb, _) = line.split_at_checked(end).unwrap_or((line, &[]));
        let words = Words { line, at: end, dialect };
        if verb.eq_ignore_ascii_case(b"STARTTLS") {
            words.alone(Self::StartTls)
        } else if verb.eq_ignore_ascii_case(b"XCLIENT") {
            let text = words.text()?;
            if text.is_empty() { Err(words.missing("attributes")) } else { Ok(Self::Xclient(text)) }
        } else {
            Err(unknown())
        }
    }
}

/// What stands behind the verb.
#[derive(Clone, Copy)]
struct Words<'a> {
    line: &'a [u8],
    /// Behind the verb.
    at: usize,
    dialect: Dialect,
}

impl<'a> Words<'a> {
    /// The one argument, which may be empty.
    fn argument(self) -> Result<(&'a [u8], usize), CommandError> {
        self.no_controls()?;
        Ok(self.raw_argument())
    }

    #[inline]
    fn raw_argument(self) -> (&'a [u8], usize) {
        let mut at = self.at.saturating_add(1);
        if self.dialect.allows(LOOSE_BLANKS) {
            while self.line.get(at) == Some(&b' ') {
                at = at.saturating_add(1);
            }
        }
        (self.line.get(at..).unwrap_or_default(), at.min(self.line.len()))
    }

    /// Parts an argument at each blank; blanks in a row are one where they pass, and empty words where not.
    fn words(self, argument: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        let loose = self.dialect.allows(LOOSE_BLANKS);
        argument.split(|octet| *octet == b' ').filter(move |word| !(loose && word.is_empty()))
    }

    #[inline]
    fn no_controls(self) -> Result<(), CommandError> {
        let found = self
            .line
            .iter()
            .fold(0_u8, |found, octet| found | u8::from(*octet < b' ') | u8::from(*octet == 127));
        if found == 0 {
            return Ok(());
        }
        let at = self.line.iter().position(u8::is_ascii_control).unwrap_or(0);
        Err(CommandError::new(CommandFault::StrayOctet, at, "no control octet"))
    }

    /// A command without arguments.
    #[inline]
    fn alone(self, command: Command<'a>) -> Result<Command<'a>, CommandError> {
        if self.line.len() == self.at {
            return Ok(command);
        }
        Err(CommandError::new(CommandFault::UnexpectedArgument, self.at, "no argument"))
    }

    /// Any text or none.
    #[inline]
    fn text(self) -> Result<Text<'a>, CommandError> {
        if self.line.len() == self.at {
            return Ok(Text::empty());
        }
        let (argument, at) = self.argument()?;
        Text::parse(argument).map_err(|error| {
            CommandError::new(CommandFault::StrayOctet, error.at.saturating_add(at), "text in UTF-8")
        })
    }

    /// One word.
    fn name(self) -> Result<Text<'a>, CommandError> {
        let (argument, at) = self.argument()?;
        if argument.is_empty() {
            return Err(self.missing("a name"));
        }
        match argument.iter().position(|octet| !octet.is_ascii_graphic()) {
            None => self.text(),
            Some(stray) => {
                Err(CommandError::new(CommandFault::BadArgument, at.saturating_add(stray), "one name"))
            }
        }
    }

    /// ehlo = "EHLO" SP ( Domain / address-literal )
    #[inline]
    fn hello(self) -> Result<HelloName<'a>, CommandError> {
        // No host holds a control.
        let (argument, at) = self.raw_argument();
        if argument.is_empty() {
            return Err(self.missing("a domain"));
        }
        let error = match HostRef::parse(argument, self.dialect.hello_grammar()) {
            Ok(host) => return Ok(HelloName::Host(host)),
            Err(error) => error,
        };
        if self.dialect.allows(ANY_HELLO) && argument.len() <= text::HELLO && argument.is_ascii() {
            return self.text().map(HelloName::Other);
        }
        let at = error.at().saturating_add(at);
        Err(CommandError::new(CommandFault::BadArgument, at, "a domain or an address literal"))
    }

    /// mail = "MAIL FROM:" Reverse-path [SP Mail-parameters]
    #[inline]
    fn sender(self) -> Result<Command<'a>, CommandError> {
        let from =
            |octets: &[u8]| is_word(octets, u32::from_be_bytes(*b"FROM")) && octets.get(4) == Some(&b':');
        let at = self.path(5, from, "`FROM:` and a path")?;
        Mail::read(self.line, at, self.dialect).map(Command::Mail)
    }

    /// rcpt = "RCPT TO:" Forward-path [SP Rcpt-parameters]
    #[inline]
    fn recipient(self) -> Result<Command<'a>, CommandError> {
        let to = |octets: &[u8]| matches!(octets, [b'T' | b't', b'O' | b'o', b':', ..]);
        let at = self.path(3, to, "`TO:` and a path")?;
        Rcpt::read(self.line, at, self.dialect).map(Command::Rcpt)
    }

    /// Where the path begins.
    #[inline]
    fn path(
        self,
        keyword: usize,
        is_keyword: impl Fn(&[u8]) -> bool,
        expected: &'static str,
    ) -> Result<usize, CommandError> {
        // Neither a path nor a parameter holds a control.
        let (argument, at) = self.raw_argument();
        if !is_keyword(argument) {
            return Err(CommandError::new(CommandFault::BadArgument, at, expected));
        }
        let behind = argument.get(keyword..).unwrap_or_default();
        let at = at.saturating_add(keyword);
        let blanks = behind.iter().take_while(|octet| **octet == b' ').count();
        if blanks > 0 && !self.dialect.allows(LOOSE_BLANKS) {
            return Err(CommandError::new(CommandFault::BadArgument, at, "a path without a blank before it"));
        }
        Ok(at.saturating_add(blanks))
    }

    /// bdat-cmd = "BDAT" SP chunk-size [ SP end-marker ]
    fn chunk(self) -> Result<Command<'a>, CommandError> {
        let (argument, at) = self.argument()?;
        let mut words = self.words(argument);
        let octets = words.next().filter(|digits| digits.len() <= 20).and_then(number::exact);
        let Some(octets) = octets else {
            return Err(CommandError::new(CommandFault::BadChunk, at, "the length of the chunk"));
        };
        let last = words.next().map(|word| word.eq_ignore_ascii_case(b"LAST"));
        match (last, words.next()) {
            (None, _) => Ok(Command::bdat(octets, false)),
            (Some(true), None) => Ok(Command::bdat(octets, true)),
            _ => Err(CommandError::new(CommandFault::BadChunk, at, "`LAST` or nothing behind the length")),
        }
    }

    /// auth = "AUTH" SP sasl-mech [SP (base64 / "=")]
    fn auth(self) -> Result<Auth<'a>, CommandError> {
        let (argument, at) = self.argument()?;
        let mut words = self.words(argument);
        let mechanism = words.next().and_then(|name| core::str::from_utf8(name).ok());
        let Some(mechanism) = mechanism.filter(|name| !name.is_empty()) else {
            return Err(self.missing("the name of a mechanism"));
        };
        let initial = words.next();
        if words.next().is_some() || initial.is_some_and(<[u8]>::is_empty) {
            return Err(CommandError::new(CommandFault::UnexpectedArgument, at, "at most one response"));
        }
        Auth::new(mechanism, initial).map_err(|_| {
            CommandError::new(CommandFault::BadArgument, at, "a mechanism and a response in base64")
        })
    }

    /// vrfy = "VRFY" SP String [SP "SMTPUTF8"]
    fn lookup(self) -> Result<Lookup<'a>, CommandError> {
        let text = self.text()?;
        let (name, utf8) = text::split_utf8(text);
        if utf8 && !self.dialect.has(Extension::SmtpUtf8) {
            return Err(CommandError::new(
                CommandFault::UnknownParameter,
                self.at,
                "parameters that were offered",
            ));
        }
        if name.is_empty() {
            return Err(self.missing("a user name"));
        }
        let not_ascii =
            |_| CommandError::new(CommandFault::RecipientNotAscii, self.at, "SMTPUTF8 behind the name");
        Lookup::new(name, utf8).map_err(not_ascii)
    }

    fn missing(self, expected: &'static str) -> CommandError {
        CommandError::new(CommandFault::MissingArgument, self.at, expected)
    }
}

fn trim_end(line: &[u8]) -> &[u8] {
    let mut line = line;
    while let [rest @ .., b' ' | b'\t'] = line {
        line = rest;
    }
    line
}

/// Whether the octets begin with these four letters, in any case.
fn is_word(octets: &[u8], word: u32) -> bool {
    octets.first_chunk().is_some_and(|start| u32::from_be_bytes(*start) & UPPER == word)
}

fn unknown() -> CommandError {
    CommandError::new(CommandFault::UnknownCommand, 0, "a command")
}

/// Takes the case off letters, and makes no letter of another octet.
const UPPER: u32 = 0xDFDF_DFDF;
const AUTH: u32 = u32::from_be_bytes(*b"AUTH");
const BDAT: u32 = u32::from_be_bytes(*b"BDAT");
const DATA: u32 = u32::from_be_bytes(*b"DATA");
const EHLO: u32 = u32::from_be_bytes(*b"EHLO");
const ETRN: u32 = u32::from_be_bytes(*b"ETRN");
const EXPN: u32 = u32::from_be_bytes(*b"EXPN");
const HELO: u32 = u32::from_be_bytes(*b"HELO");
const HELP: u32 = u32::from_be_bytes(*b"HELP");
const LHLO: u32 = u32::from_be_bytes(*b"LHLO");
const MAIL: u32 = u32::from_be_bytes(*b"MAIL");
const NOOP: u32 = u32::from_be_bytes(*b"NOOP");
const QUIT: u32 = u32::from_be_bytes(*b"QUIT");
const RCPT: u32 = u32::from_be_bytes(*b"RCPT");
const RSET: u32 = u32::from_be_bytes(*b"RSET");
const VRFY: u32 = u32::from_be_bytes(*b"VRFY");
