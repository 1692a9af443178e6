//! MAIL with its parameters.

use bytes::{BufMut, BytesMut};
use mailwright_address::{Ret, ReversePathRef, Utf8};

use super::{
    AuthIdentity, BodyType, DeliverBy, EnvidRef, Hold, OtherParameters, Priority,
    read::{Found, Reader},
};
use crate::{
    command::{CommandError, CommandFault, Dialect, number},
    extension::Extension,
};

/// MAIL: the sender, and how the message is to travel.
///
/// # Examples
///
/// ```
/// use bytes::BytesMut;
/// use mailwright_address::{Grammar, ReversePathRef};
/// use mailwright_smtp::{BodyType, Command, Mail};
///
/// let path = ReversePathRef::parse(b"a@b.example", Grammar::strict())?;
/// let mail = Mail::new(path).with_size(1000).with_body(BodyType::EightBitMime);
/// let mut out = BytesMut::new();
/// Command::Mail(mail).write(&mut out);
/// assert_eq!(&out[..], b"MAIL FROM:<a@b.example> SIZE=1000 BODY=8BITMIME\r\n");
/// # Ok::<_, mailwright_address::AddressError>(())
/// ```
///
/// # RFC
///
/// RFC 5321 §4.1.1.2; the parameters of RFC 1870, 2852, 3030, 3461, 4865, 4954, 6152, 6531, 6710 and 8689
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mail<'a> {
    path: ReversePathRef<'a>,
    size: Option<u64>,
    body: Option<BodyType>,
    smtputf8: bool,
    requiretls: bool,
    ret: Option<Ret>,
    priority: Option<Priority>,
    envid: Option<EnvidRef<'a>>,
    auth: Option<AuthIdentity<'a>>,
    deliver_by: Option<DeliverBy>,
    hold: Option<Hold>,
    other: OtherParameters<'a>,
}

impl<'a> Mail<'a> {
    /// MAIL without parameters.
    pub const fn new(path: ReversePathRef<'a>) -> Self {
        Self {
            path,
            size: None,
            body: None,
            smtputf8: false,
            requiretls: false,
            ret: None,
            priority: None,
            envid: None,
            auth: None,
            deliver_by: None,
            hold: None,
            other: OtherParameters::none(),
        }
    }

    /// SIZE: the length of the message in octets (RFC 1870 §3).
    #[must_use]
    pub const fn with_size(mut self, octets: u64) -> Self {
        self.size = Some(octets);
        self
    }

    /// BODY (RFC 6152 §3, RFC 3030 §3).
    #[must_use]
    pub const fn with_body(mut self, body: BodyType) -> Self {
        self.body = Some(body);
        self
    }

    /// SMTPUTF8 (RFC 6531 §3.4). Without it a domain of U-labels is written in A-labels.
    #[must_use]
    pub const fn with_smtputf8(mut self) -> Self {
        self.smtputf8 = true;
        self
    }

    /// REQUIRETLS (RFC 8689 §4).
    #[must_use]
    pub const fn with_requiretls(mut self) -> Self {
        self.requiretls = true;
        self
    }

    /// RET (RFC 3461 §4.3).
    #[must_use]
    pub const fn with_ret(mut self, ret: Ret) -> Self {
        self.ret = Some(ret);
        self
    }

    /// ENVID (RFC 3461 §4.4).
    #[must_use]
    pub const fn with_envid(mut self, envid: EnvidRef<'a>) -> Self {
        self.envid = Some(envid);
        self
    }

    /// AUTH: who handed the message in (RFC 4954 §5).
    #[must_use]
    pub const fn with_auth(mut self, identity: AuthIdentity<'a>) -> Self {
        self.auth = Some(identity);
        self
    }

    /// MT-PRIORITY (RFC 6710 §4).
    #[must_use]
    pub const fn with_priority(mut self, priority: Priority) -> Self {
        self.priority = Some(priority);
        self
    }

    /// BY (RFC 2852 §4).
    #[must_use]
    pub const fn with_deliver_by(mut self, by: DeliverBy) -> Self {
        self.deliver_by = Some(by);
        self
    }

    /// HOLDFOR or HOLDUNTIL (RFC 4865 §4).
    #[must_use]
    pub const fn with_hold(mut self, hold: Hold) -> Self {
        self.hold = Some(hold);
        self
    }

    /// Parameters of the caller's own.
    #[must_use]
    pub const fn with_other(mut self, other: OtherParameters<'a>) -> Self {
        self.other = other;
        self
    }

    /// The sender.
    pub const fn path(&self) -> ReversePathRef<'a> {
        self.path
    }

    /// The declared length of the message in octets. More than 64 bits hold is the largest number.
    pub const fn size(&self) -> Option<u64> {
        self.size
    }

    /// The declared kind of body.
    pub const fn body(&self) -> Option<BodyType> {
        self.body
    }

    /// Whether SMTPUTF8 is in force for the transaction.
    pub const fn smtputf8(&self) -> bool {
        self.smtputf8
    }

    /// Whether every hop must use TLS.
    pub const fn requiretls(&self) -> bool {
        self.requiretls
    }

    /// How much of the message a report returns.
    pub const fn ret(&self) -> Option<Ret> {
        self.ret
    }

    /// The sender's name for the transaction.
    pub const fn envid(&self) -> Option<EnvidRef<'a>> {
        self.envid
    }

    /// Who handed the message in; to be believed of trusted peers only.
    pub const fn auth(&self) -> Option<AuthIdentity<'a>> {
        self.auth
    }

    /// The priority.
    pub const fn priority(&self) -> Option<Priority> {
        self.priority
    }

    /// By when the message is to be delivered.
    pub const fn deliver_by(&self) -> Option<DeliverBy> {
        self.deliver_by
    }

    /// How long the message is to be held.
    pub const fn hold(&self) -> Option<Hold> {
        self.hold
    }

    /// Parameters of other extensions, where they are let through.
    pub const fn other(&self) -> OtherParameters<'a> {
        self.other
    }

    /// `at`: where the path begins.
    #[inline]
    pub(crate) fn read(line: &'a [u8], at: usize, dialect: Dialect) -> Result<Self, CommandError> {
        let octets = line.get(at..).unwrap_or_default();
        let (path, read) = ReversePathRef::parse_prefix(octets, dialect.sender_grammar())
            .map_err(|error| CommandError::sender(error, at))?;
        let mut mail = Self::new(path);
        let mut reader = Reader::new(line, at.saturating_add(read), dialect)?;
        while let Some(found) = reader.next()? {
            mail.take(&found, &mut reader)?;
        }
        mail.other = reader.other();
        if !mail.smtputf8 && !path.is_ascii() {
            return Err(CommandError::new(CommandFault::SenderNotAscii, at, "SMTPUTF8 among the parameters"));
        }
        if mail.auth.is_some_and(|identity| !identity.is_valid(mail.utf8())) {
            return Err(CommandError::new(
                CommandFault::BadParameter,
                at,
                "`<>` or a mailbox in xtext behind AUTH=",
            ));
        }
        Ok(mail)
    }

    #[inline]
    fn take(&mut self, found: &Found<'a>, reader: &mut Reader<'a>) -> Result<(), CommandError> {
        let keyword = found.keyword();
        match keyword.len() {
            4 if keyword.eq_ignore_ascii_case(b"SIZE") => {
                let octets = found.value().filter(|digits| digits.len() <= 20).and_then(number::saturating);
                found.once(&mut self.size, octets, reader.needs(found, Extension::Size)?, "1 to 20 digits")
            }
            4 if keyword.eq_ignore_ascii_case(b"BODY") => {
                let body = found.value().and_then(BodyType::parse);
                let offered = match body {
                    Some(BodyType::BinaryMime) => Extension::BinaryMime,
                    _ => Extension::EightBitMime,
                };
                let expected = "7BIT, 8BITMIME or BINARYMIME";
                found.once(&mut self.body, body, reader.needs(found, offered)?, expected)
            }
            8 if keyword.eq_ignore_ascii_case(b"SMTPUTF8") => {
                found.flag(&mut self.smtputf8, reader.needs(found, Extension::SmtpUtf8)?)
            }
            10 if keyword.eq_ignore_ascii_case(b"REQUIRETLS") => {
                found.flag(&mut self.requiretls, reader.needs(found, Extension::RequireTls)?)
            }
            3 if keyword.eq_ignore_ascii_case(b"RET") => {
                let ret = found.value().and_then(|value| Ret::parse(value).ok());
                found.once(&mut self.ret, ret, reader.needs(found, Extension::Dsn)?, "FULL or HDRS")
            }
            5 if keyword.eq_ignore_ascii_case(b"ENVID") => {
                let envid = found.value().and_then(EnvidRef::parse);
                let expected = "at most 100 octets of printable xtext";
                found.once(&mut self.envid, envid, reader.needs(found, Extension::Dsn)?, expected)
            }
            4 if keyword.eq_ignore_ascii_case(b"AUTH") => {
                let auth = found.value().map(AuthIdentity::read);
                found.once(&mut self.auth, auth, reader.needs(found, Extension::Auth)?, "a mailbox in xtext")
            }
            11 if keyword.eq_ignore_ascii_case(b"MT-PRIORITY") => {
                let priority = found.value().and_then(Priority::parse);
                found.once(
                    &mut self.priority,
                    priority,
                    reader.needs(found, Extension::MtPriority)?,
                    "-9 to 9",
                )
            }
            2 if keyword.eq_ignore_ascii_case(b"BY") => {
                let by = found.value().and_then(DeliverBy::parse);
                let expected = "seconds, `;` and a mode";
                found.once(&mut self.deliver_by, by, reader.needs(found, Extension::DeliverBy)?, expected)
            }
            7 if keyword.eq_ignore_ascii_case(b"HOLDFOR") => {
                let hold = found.value().and_then(Hold::parse_for);
                let expected = "1 to 999999999 seconds";
                found.once(&mut self.hold, hold, reader.needs(found, Extension::FutureRelease)?, expected)
            }
            9 if keyword.eq_ignore_ascii_case(b"HOLDUNTIL") => {
                let hold = found.value().and_then(Hold::parse_until);
                let expected = "a date and time in UTC";
                found.once(&mut self.hold, hold, reader.needs(found, Extension::FutureRelease)?, expected)
            }
            _ => reader.unknown(found),
        }
    }

    const fn utf8(&self) -> Utf8 {
        if self.smtputf8 { Utf8::Allowed } else { Utf8::Refused }
    }

    /// Appends all that stands behind the verb.
    pub(crate) fn write(&self, out: &mut BytesMut) {
        out.put_slice(b" FROM:<");
        match self.path {
            ReversePathRef::Null => {}
            ReversePathRef::Mailbox(mailbox) if self.smtputf8 => out.put_slice(mailbox.as_bytes()),
            ReversePathRef::Mailbox(mailbox) => out.put_slice(mailbox.to_ascii().as_bytes()),
        }
        out.put_u8(b'>');
        if let Some(octets) = self.size {
            out.put_slice(b" SIZE=");
            number::write(octets, out);
        }
        if let Some(body) = self.body {
            out.put_slice(b" BODY=");
            out.put_slice(body.as_str().as_bytes());
        }
        if self.smtputf8 {
            out.put_slice(b" SMTPUTF8");
        }
        if let Some(ret) = self.ret {
            out.put_slice(b" RET=");
            out.put_slice(ret.as_str().as_bytes());
        }
        if let Some(envid) = self.envid {
            out.put_slice(b" ENVID=");
            envid.write(out);
        }
        if let Some(identity) = self.auth {
            out.put_slice(b" AUTH=");
            identity.write(self.utf8(), out);
        }
        if self.requiretls {
            out.put_slice(b" REQUIRETLS");
        }
        if let Some(priority) = self.priority {
            out.put_slice(b" MT-PRIORITY=");
            priority.write(out);
        }
        if let Some(by) = self.deliver_by {
            out.put_slice(b" BY=");
            by.write(out);
        }
        if let Some(hold) = self.hold {
            hold.write(out);
        }
        self.other.write(out);
    }
}
