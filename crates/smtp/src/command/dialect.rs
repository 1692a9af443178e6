//! Says which commands and parameters a server understands, and how strictly it reads them.
//!
//! in:  what was offered, named leniencies      out: one `Copy` value that the parser takes
//! law: strict by default; each leniency says which real clients it is for

use mailwright_address::{Grammar, Utf8};

use crate::extension::{Extension, ExtensionSet};

/// How commands are read: what was offered to this client, and which departures from the RFC pass.
///
/// # Examples
///
/// ```
/// use mailwright_smtp::{Command, Dialect, ExtensionSet};
///
/// let line = b"MAIL FROM: <a@b.example>";
/// let strict = Dialect::new(ExtensionSet::EMPTY);
/// assert!(Command::parse(line, strict).is_err());
/// assert!(Command::parse(line, strict.with_loose_blanks()).is_ok());
/// ```
///
/// # RFC
///
/// RFC 5321 §4.1.1.1 (a client that said HELO gets no extensions), §4.1.1.11
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dialect {
    offered: ExtensionSet,
    grammar: Grammar,
    utf8: bool,
    lenient: u8,
}

impl Dialect {
    /// The RFC as it is written, with the extensions that were offered; none of them before EHLO and after HELO.
    pub const fn new(offered: ExtensionSet) -> Self {
        Self { offered, grammar: Grammar::strict(), utf8: false, lenient: 0 }
    }

    /// Other extensions, all else the same.
    #[must_use]
    pub const fn with_offered(mut self, offered: ExtensionSet) -> Self {
        self.offered = offered;
        self
    }

    /// How addresses are read. Its UTF-8 switch is of no account here: that is SMTPUTF8's.
    #[must_use]
    pub const fn with_grammar(mut self, grammar: Grammar) -> Self {
        self.grammar = grammar;
        self
    }

    /// Whether MAIL carried SMTPUTF8 in the transaction that RCPT belongs to.
    #[must_use]
    pub const fn with_utf8(mut self, in_force: bool) -> Self {
        self.utf8 = in_force;
        self
    }

    /// Blanks behind `FROM:` and `TO:`, and more than one between the words. For desktop clients and the machines of an
    /// airline.
    #[must_use]
    pub const fn with_loose_blanks(self) -> Self {
        self.with(LOOSE_BLANKS)
    }

    /// Any visible name in HELO, EHLO and LHLO, with `_` and blanks too. For submission: phones and office machines say
    /// what their owner called them.
    #[must_use]
    pub const fn with_any_hello(self) -> Self {
        self.with(ANY_HELLO)
    }

    /// Parameters of MAIL and RCPT that nobody knows are kept instead of refused. For relays that only pass them on.
    #[must_use]
    pub const fn with_unknown_parameters(self) -> Self {
        self.with(UNKNOWN_PARAMETERS)
    }

    /// The extensions that were offered.
    pub const fn offered(self) -> ExtensionSet {
        self.offered
    }

    #[inline]
    pub(crate) const fn has(self, extension: Extension) -> bool {
        self.offered.has(extension)
    }

    #[inline]
    pub(crate) const fn allows(self, leniency: u8) -> bool {
        self.lenient & leniency != 0
    }

    /// The grammar of the path of MAIL: SMTPUTF8 may follow it.
    #[inline]
    pub(crate) const fn sender_grammar(self) -> Grammar {
        self.grammar.with_utf8(if self.has(Extension::SmtpUtf8) { Utf8::Allowed } else { Utf8::Refused })
    }

    /// The grammar of the path of RCPT.
    #[inline]
    pub(crate) const fn recipient_grammar(self) -> Grammar {
        self.grammar.with_utf8(self.transaction_utf8())
    }

    /// The grammar of the name in EHLO, which SMTPUTF8 does not touch (RFC 6531 §3.7.1).
    pub(crate) const fn hello_grammar(self) -> Grammar {
        self.grammar.with_utf8(Utf8::Refused)
    }

    #[inline]
    pub(crate) const fn transaction_utf8(self) -> Utf8 {
        if self.utf8 { Utf8::Allowed } else { Utf8::Refused }
    }

    const fn with(mut self, leniency: u8) -> Self {
        self.lenient |= leniency;
        self
    }
}

pub(crate) const LOOSE_BLANKS: u8 = 1;
pub(crate) const ANY_HELLO: u8 = 2;
pub(crate) const UNKNOWN_PARAMETERS: u8 = 4;
