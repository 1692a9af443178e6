//! RCPT with its parameters.

use bytes::{BufMut, BytesMut};
use mailwright_address::{ForwardPathRef, Notify, Utf8};

use super::{
    OrcptRef, OtherParameters,
    read::{Found, Reader},
};
use crate::{
    command::{CommandError, Dialect},
    extension::Extension,
};

/// RCPT: one recipient, and when the sender wants to hear about it.
///
/// # Examples
///
/// ```
/// use mailwright_smtp::{Command, Dialect, Extension, ExtensionSet};
///
/// let dialect = Dialect::new(ExtensionSet::EMPTY.with(Extension::Dsn));
/// let line = b"RCPT TO:<a@b.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+2Bx@b.example";
/// let Command::Rcpt(rcpt) = Command::parse(line, dialect)? else { panic!() };
/// assert_eq!(rcpt.notify().unwrap().to_string(), "SUCCESS,DELAY");
/// assert_eq!(rcpt.orcpt().and_then(|orcpt| orcpt.to_orcpt()).unwrap().address(), "a+x@b.example");
/// # Ok::<_, mailwright_smtp::CommandError>(())
/// ```
///
/// # RFC
///
/// RFC 5321 §4.1.1.3, RFC 3461 §4.1, §4.2
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rcpt<'a> {
    path: ForwardPathRef<'a>,
    utf8: Utf8,
    notify: Option<Notify>,
    orcpt: Option<OrcptRef<'a>>,
    other: OtherParameters<'a>,
}

impl<'a> Rcpt<'a> {
    /// RCPT without parameters.
    pub const fn new(path: ForwardPathRef<'a>) -> Self {
        Self { path, utf8: Utf8::Refused, notify: None, orcpt: None, other: OtherParameters::none() }
    }

    /// Says that MAIL carried SMTPUTF8. Without it a domain of U-labels is written in A-labels.
    #[must_use]
    pub const fn with_utf8(mut self, in_force: bool) -> Self {
        self.utf8 = if in_force { Utf8::Allowed } else { Utf8::Refused };
        self
    }

    /// NOTIFY (RFC 3461 §4.1).
    #[must_use]
    pub const fn with_notify(mut self, notify: Notify) -> Self {
        self.notify = Some(notify);
        self
    }

    /// ORCPT (RFC 3461 §4.2).
    #[must_use]
    pub const fn with_orcpt(mut self, orcpt: OrcptRef<'a>) -> Self {
        self.orcpt = Some(orcpt);
        self
    }

    /// Parameters of the caller's own.
    #[must_use]
    pub const fn with_other(mut self, other: OtherParameters<'a>) -> Self {
        self.other = other;
        self
    }

    /// The recipient.
    pub const fn path(&self) -> ForwardPathRef<'a> {
        self.path
    }

    /// Whether SMTPUTF8 is in force for the transaction.
    pub const fn utf8(&self) -> bool {
        matches!(self.utf8, Utf8::Allowed)
    }

    /// When the sender wants a report.
    pub const fn notify(&self) -> Option<Notify> {
        self.notify
    }

    /// The recipient as the sender wrote it.
    pub const fn orcpt(&self) -> Option<OrcptRef<'a>> {
        self.orcpt
    }

    /// Parameters of other extensions, where they are let through.
    pub const fn other(&self) -> OtherParameters<'a> {
        self.other
    }

    /// `at`: where the path begins.
    #[inline]
    pub(crate) fn read(line: &'a [u8], at: usize, dialect: Dialect) -> Result<Self, CommandError> {
        let octets = line.get(at..).unwrap_or_default();
        let (path, read) = ForwardPathRef::parse_prefix(octets, dialect.recipient_grammar())
            .map_err(|error| CommandError::recipient(error, at))?;
        let mut rcpt = Self { utf8: dialect.transaction_utf8(), ..Self::new(path) };
        let mut reader = Reader::new(line, at.saturating_add(read), dialect)?;
        while let Some(found) = reader.next()? {
            rcpt.take(&found, &mut reader)?;
        }
        rcpt.other = reader.other();
        Ok(rcpt)
    }

    #[inline]
    fn take(&mut self, found: &Found<'a>, reader: &mut Reader<'a>) -> Result<(), CommandError> {
        let keyword = found.keyword();
        if keyword.eq_ignore_ascii_case(b"NOTIFY") {
            let notify = found.value().and_then(|value| Notify::parse(value).ok());
            let expected = "NEVER, or some of SUCCESS, FAILURE and DELAY";
            found.once(&mut self.notify, notify, reader.needs(found, Extension::Dsn)?, expected)
        } else if keyword.eq_ignore_ascii_case(b"ORCPT") {
            let orcpt = found.value().and_then(|value| OrcptRef::parse(value, self.utf8));
            let expected = "an address type, `;` and an address in xtext";
            found.once(&mut self.orcpt, orcpt, reader.needs(found, Extension::Dsn)?, expected)
        } else {
            reader.unknown(found)
        }
    }

    /// Appends all that stands behind the verb.
    pub(crate) fn write(&self, out: &mut BytesMut) {
        out.put_slice(b" TO:<");
        match self.path {
            ForwardPathRef::Postmaster => out.put_slice(b"Postmaster"),
            ForwardPathRef::Mailbox(mailbox) if self.utf8() => out.put_slice(mailbox.as_bytes()),
            ForwardPathRef::Mailbox(mailbox) => out.put_slice(mailbox.to_ascii().as_bytes()),
        }
        out.put_u8(b'>');
        if let Some(notify) = self.notify {
            out.put_slice(b" NOTIFY=");
            super::value::write_text(notify, out);
        }
        if let Some(orcpt) = self.orcpt {
            out.put_slice(b" ORCPT=");
            orcpt.write(self.utf8, out);
        }
        self.other.write(out);
    }
}
