//! Says why a line is no command, and which reply it deserves.
//!
//! in:  a fault and its place      out: the reply
//! law: never an octet of the peer's in it

use alloc::format;

use mailwright_address::{AddressError, Fault};
use mailwright_reply::{Reply, standard};

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CommandFault {
    /// The verb is not known: 500 5.5.2.
    UnknownCommand,
    /// A control octet, or one above 127 where there is no place for it: 501 5.5.4.
    StrayOctet,
    /// An argument is missing: 501 5.5.4.
    MissingArgument,
    /// An argument behind a command that takes none: 501 5.5.4.
    UnexpectedArgument,
    /// An argument is not what it should be: 501 5.5.4.
    BadArgument,
    /// The path of MAIL is none: 501 5.1.7.
    BadSender,
    /// The path of RCPT is none: 501 5.1.3.
    BadRecipient,
    /// The path of MAIL needs SMTPUTF8: 550 5.6.7 (RFC 6531 §3.5).
    SenderNotAscii,
    /// The path of RCPT needs SMTPUTF8: 553 5.6.7 (RFC 6531 §3.5).
    RecipientNotAscii,
    /// A parameter that is not known, or whose extension is not offered: 555 5.5.4.
    UnknownParameter,
    /// A parameter stands twice, or beside one that excludes it: 501 5.5.4.
    DuplicateParameter,
    /// The value of a parameter is missing, malformed or out of range: 501 5.5.4.
    BadParameter,
    /// The length of a chunk can't be read: 501 5.5.4. Nobody knows how many octets follow, so the connection should end.
    BadChunk,
}

/// Why a line was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{expected} at octet {at}", self.fault.lead())]
pub struct CommandError {
    fault: CommandFault,
    at: u32,
    expected: &'static str,
}

impl CommandFault {
    /// How a sentence begins that says what is wrong.
    const fn lead(self) -> &'static str {
        match self {
            Self::BadSender | Self::SenderNotAscii => "bad sender address: ",
            Self::BadRecipient | Self::RecipientNotAscii => "bad recipient address: ",
            Self::UnknownCommand
            | Self::StrayOctet
            | Self::MissingArgument
            | Self::UnexpectedArgument
            | Self::BadArgument
            | Self::UnknownParameter
            | Self::DuplicateParameter
            | Self::BadParameter
            | Self::BadChunk => "expected ",
        }
    }
}

impl CommandError {
    pub(crate) fn new(fault: CommandFault, at: usize, expected: &'static str) -> Self {
        Self { fault, at: u32::try_from(at).unwrap_or(u32::MAX), expected }
    }

    /// `from`: where the path starts.
    pub(crate) fn sender(error: AddressError, from: usize) -> Self {
        let fault = if error.fault() == Fault::NonAscii {
            CommandFault::SenderNotAscii
        } else {
            CommandFault::BadSender
        };
        Self::new(fault, error.at().saturating_add(from), error.expected())
    }

    /// `from`: where the path starts.
    pub(crate) fn recipient(error: AddressError, from: usize) -> Self {
        let fault = if error.fault() == Fault::NonAscii {
            CommandFault::RecipientNotAscii
        } else {
            CommandFault::BadRecipient
        };
        Self::new(fault, error.at().saturating_add(from), error.expected())
    }

    /// What is wrong.
    pub const fn fault(&self) -> CommandFault {
        self.fault
    }

    /// Octets from the start of the line, 0-based.
    pub const fn at(&self) -> usize {
        self.at as usize
    }

    /// What should have stood there.
    pub const fn expected(&self) -> &'static str {
        self.expected
    }

    /// The reply that the line deserves.
    pub fn reply(&self) -> Reply {
        match self.fault {
            CommandFault::UnknownCommand => standard::unrecognized(),
            CommandFault::SenderNotAscii => standard::sender_not_ascii(),
            CommandFault::RecipientNotAscii => standard::recipient_not_ascii(),
            CommandFault::UnknownParameter => standard::unknown_parameter(),
            CommandFault::BadSender => self.explained("5.1.7", "Bad sender address: "),
            CommandFault::BadRecipient => self.explained("5.1.3", "Bad recipient address: "),
            CommandFault::StrayOctet
            | CommandFault::MissingArgument
            | CommandFault::UnexpectedArgument
            | CommandFault::BadArgument
            | CommandFault::DuplicateParameter
            | CommandFault::BadParameter
            | CommandFault::BadChunk => self.explained("5.5.4", "Syntax error: expected "),
        }
    }

    fn explained(&self, enhanced: &str, lead: &str) -> Reply {
        let text = format!("{lead}{} (octet {})", self.expected, self.at);
        let plain = standard::bad_arguments();
        Reply::new(plain.code(), enhanced.parse().ok(), text).unwrap_or(plain)
    }
}
