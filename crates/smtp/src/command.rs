//! What a client says: one line, one command.
//!
//! in:  a line without its end      out: the command, borrowed from it, or the reply that it deserves
//! law: strict by default; what can be parsed can be written, and no written line holds a second one (RFC 5321 §4.1)

pub(crate) mod dialect;
pub use dialect::Dialect;
mod error;
pub use error::{CommandError, CommandFault};
pub(crate) mod number;
mod read;
mod text;
pub use text::{Auth, HelloName, InjectionError, Lookup, Text};
mod write;

use crate::parameter::{Mail, Rcpt};

/// One command of SMTP or LMTP.
///
/// It borrows from the line and allocates nothing.
///
/// # Examples
///
/// ```
/// use mailwright_smtp::{Command, Dialect, Extension, ExtensionSet};
///
/// let dialect = Dialect::new(ExtensionSet::EMPTY.with(Extension::Size));
/// let Command::Mail(mail) = Command::parse(b"mail FROM:<a@b.example> SIZE=10", dialect)? else { panic!() };
/// assert_eq!((mail.path().as_str(), mail.size()), ("a@b.example", Some(10)));
///
/// let error = Command::parse(b"MAIL FROM:<a@b.example> RET=FULL", dialect).unwrap_err();
/// assert_eq!(error.reply().code().number(), 555);
/// # Ok::<_, mailwright_smtp::CommandError>(())
/// ```
///
/// # RFC
///
/// RFC 5321 §4.1.1, §4.1.4; RFC 2033 §4.1 (LHLO); RFC 3030 §2 (BDAT); RFC 3207 §4 (STARTTLS); RFC 4954 §4 (AUTH);
/// RFC 1985 §5 (ETRN)
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Command<'a> {
    /// `HELO`: a client without extensions.
    Helo(HelloName<'a>),
    /// `EHLO`
    Ehlo(HelloName<'a>),
    /// `LHLO`: the EHLO of LMTP.
    Lhlo(HelloName<'a>),
    /// `MAIL`
    Mail(Mail<'a>),
    /// `RCPT`
    Rcpt(Rcpt<'a>),
    /// `DATA`
    Data,
    /// `BDAT`
    #[non_exhaustive]
    Bdat {
        /// How many octets follow the line.
        octets: u64,
        /// Whether the message ends with them.
        last: bool,
    },
    /// `RSET`
    Rset,
    /// `NOOP` with an argument that nobody reads.
    Noop(Text<'a>),
    /// `VRFY`
    Vrfy(Lookup<'a>),
    /// `EXPN`
    Expn(Lookup<'a>),
    /// `HELP` with or without a topic.
    Help(Text<'a>),
    /// `QUIT`
    Quit,
    /// `STARTTLS`
    StartTls,
    /// `AUTH`
    Auth(Auth<'a>),
    /// `ETRN` with the name of a queue.
    Etrn(Text<'a>),
    /// `XCLIENT` with its attributes, for [`Xclient`](crate::Xclient).
    Xclient(Text<'a>),
}

impl Command<'_> {
    /// The chunk that follows a BDAT line.
    pub const fn bdat(octets: u64, last: bool) -> Self {
        Self::Bdat { octets, last }
    }

    /// The verb, in upper case.
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Helo(_) => "HELO",
            Self::Ehlo(_) => "EHLO",
            Self::Lhlo(_) => "LHLO",
            Self::Mail(_) => "MAIL",
            Self::Rcpt(_) => "RCPT",
            Self::Data => "DATA",
            Self::Bdat { .. } => "BDAT",
            Self::Rset => "RSET",
            Self::Noop(_) => "NOOP",
            Self::Vrfy(_) => "VRFY",
            Self::Expn(_) => "EXPN",
            Self::Help(_) => "HELP",
            Self::Quit => "QUIT",
            Self::StartTls => "STARTTLS",
            Self::Auth(_) => "AUTH",
            Self::Etrn(_) => "ETRN",
            Self::Xclient(_) => "XCLIENT",
        }
    }
}
