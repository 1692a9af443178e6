//! The table of reasons: what is said, by whom, with which codes.

use core::fmt;

use super::Source;

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $source:ident, $code:literal $class:literal . $subject:literal . $detail:literal, $text:literal;)*) => {
        /// Why a peer is refused or deferred. Each reason is one row: source, code, enhanced code, words.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum Reason { $(
            $(#[$doc])*
            #[doc = concat!("\n\n`", stringify!($code), " ", stringify!($class), ".", stringify!($subject), ".", stringify!($detail), " ", $text, "`")]
            $name,
        )* }

        impl Reason {
            /// Every reason, in the order of this enum.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            const fn row(self) -> &'static Row {
                match self {
                    $(Self::$name => &Row {
                        name: stringify!($name),
                        source: Source::$source,
                        number: $code,
                        enhanced: ($class, $subject, $detail),
                        text: $text,
                    },)*
                }
            }
        }
    };
}

/// One row of the table.
struct Row {
    name: &'static str,
    source: Source,
    number: u16,
    enhanced: (u8, u16, u16),
    text: &'static str,
}

reasons! {
    /// Too many connections at once, of this address or its network, or of all.
    TooManyConnections = Rate, 421 4 . 7 . 0, "Too many connections, try again later";
    /// Connections come too fast.
    TooFast = Rate, 421 4 . 7 . 0, "Too many connections in a short time, try again later";
    /// Our own list names the peer.
    Blocked = Blocklist, 550 5 . 7 . 1, "Refused by local policy";
    /// A block list of the DNS names the peer.
    Listed = Dnsbl, 550 5 . 7 . 1, "Client host is on a block list";
    /// No reverse name of the peer leads back to it, and this receiver asks for one.
    ReverseMissing = Rdns, 550 5 . 7 . 25, "Client host has no reverse name that leads back to it";
    /// Whether a reverse name leads back to the peer is not known now.
    ReverseUnknown = Rdns, 451 4 . 7 . 25, "Reverse name of client host not known now, try again later";
    /// The peer talked before the greeting.
    EarlyTalk = Protocol, 554 5 . 5 . 1, "Protocol error: talked before its turn";
    /// The peer speaks another protocol.
    NotSmtp = Protocol, 554 5 . 5 . 1, "This is an SMTP server";

    /// HELO without a name.
    HeloMissing = Protocol, 501 5 . 5 . 4, "HELO needs a name";
    /// Controls in the HELO name, or more octets than a name has.
    HeloHostile = Protocol, 501 5 . 5 . 4, "HELO name holds controls or is too long";
    /// The HELO name is neither a domain nor an address literal.
    HeloSyntax = Helo, 501 5 . 5 . 4, "HELO name is neither a domain nor an address literal";
    /// The HELO name is a single label.
    HeloUnqualified = Helo, 504 5 . 5 . 4, "HELO name is not fully qualified";
    /// The HELO name is an address without brackets.
    HeloBareIp = Helo, 501 5 . 5 . 4, "An address as HELO name needs brackets";
    /// The HELO name is another address, in brackets.
    HeloLiteral = Helo, 550 5 . 7 . 1, "HELO name is an address that is not yours";
    /// The HELO name is ours.
    HeloOurName = Helo, 550 5 . 7 . 1, "HELO name is our name, and you are not us";
    /// The HELO name is a domain of ours.
    HeloOurDomain = Helo, 550 5 . 7 . 1, "HELO name is our domain, and you are not us";
    /// The HELO name is our address.
    HeloOurAddress = Helo, 550 5 . 7 . 1, "HELO name is our address, and you are not us";
    /// The HELO name is `localhost`.
    HeloLocalhost = Helo, 550 5 . 7 . 1, "HELO name is localhost, and you are not";
    /// The HELO name can't be on the Internet.
    HeloSpecialUse = Helo, 550 5 . 7 . 1, "HELO name lies in a domain that is not on the Internet";
    /// The HELO name does not exist: temporary on purpose, since zones with a slip in them heal.
    HeloNoForward = Helo, 450 4 . 7 . 1, "HELO name has no address";
    /// The HELO name can't be looked up now.
    HeloUnknown = Helo, 451 4 . 7 . 1, "HELO name can't be looked up now, try again later";
    /// The HELO name looks like one of a subscriber's line.
    HeloDynamic = Helo, 550 5 . 7 . 1, "HELO name looks like that of a subscriber's line";
    /// The HELO name is a big provider's, the peer is not.
    HeloProvider = Helo, 550 5 . 7 . 1, "HELO name is a provider's that you are not";
    /// SPF of the HELO name fails.
    HeloSpf = Helo, 550 5 . 7 . 23, "SPF of the HELO name does not allow this host";
    /// The HELO name does not lead to the peer. Never told: it may not refuse (RFC 5321 §4.1.4).
    HeloMismatch = HeloAddress, 550 5 . 7 . 1, "HELO name does not lead to your address";

    /// Mail for that domain is not taken from that peer.
    RelayDenied = Relay, 550 5 . 7 . 1, "Relaying denied";
    /// Which domains are ours is not known now.
    DomainsUnavailable = Relay, 451 4 . 3 . 0, "Domain table not available, try again later";
    /// The recipient can't be read in one way only.
    RecipientSyntax = Protocol, 501 5 . 1 . 3, "Bad recipient address syntax";
    /// A recipient outside ASCII, without SMTPUTF8.
    RecipientNotAscii = Protocol, 553 5 . 6 . 7, "Non-ASCII recipient address needs SMTPUTF8";

    /// The return path can't be read.
    SenderSyntax = Protocol, 501 5 . 1 . 7, "Bad sender address syntax";
    /// The return path has a form that is not taken here.
    SenderForm = Protocol, 553 5 . 1 . 7, "Sender address has a form that is not taken here";
    /// A return path outside ASCII, without SMTPUTF8.
    SenderNotAscii = Protocol, 550 5 . 6 . 7, "Non-ASCII sender address needs SMTPUTF8";
    /// The announced size is beyond the limit.
    TooBig = Store, 552 5 . 3 . 4, "Message too big for system";
    /// The announced size is beyond the room that is left.
    NoRoom = Store, 452 4 . 3 . 1, "Insufficient system storage, try again later";
    /// A body of a kind that is not offered.
    BodyNotOffered = Protocol, 555 5 . 5 . 4, "Body type not offered";
    /// This listener takes mail over TLS only.
    TlsRequired = Submission, 530 5 . 7 . 0, "Must issue a STARTTLS command first";
    /// This listener takes mail from those who logged in only.
    AuthRequired = Submission, 530 5 . 7 . 0, "Authentication required";
    /// REQUIRETLS on a connection without TLS.
    RequireTlsInClear = Protocol, 530 5 . 7 . 0, "REQUIRETLS needs TLS";
    /// REQUIRETLS, and no way onward can keep it.
    RequireTlsOnward = Relay, 550 5 . 7 . 30, "REQUIRETLS can't be kept on the way onward";
    /// The domain of the sender does not exist or takes no mail.
    SenderUnreachable = Sender, 550 5 . 1 . 8, "Domain of sender address can't be reached";
    /// Whether the domain of the sender exists is not known now.
    SenderUnknown = Sender, 451 4 . 1 . 8, "Domain of sender address can't be looked up now, try again later";
    /// The domain of the sender says that it takes no mail.
    SenderNullMx = Sender, 550 5 . 7 . 27, "Domain of sender address takes no mail (null MX)";
    /// The domain of the sender leads to private addresses only.
    SenderPrivate = Sender, 550 5 . 1 . 8, "Domain of sender address leads to private addresses only";
    /// A sender of our domains from outside.
    OwnSender = Sender, 550 5 . 7 . 1, "Sender address is ours, and you are not us";
    /// Our own list names the sender.
    SenderBlocked = Blocklist, 550 5 . 7 . 1, "Sender refused by local policy";
    /// Too much from this sender.
    SenderTooFast = Rate, 450 4 . 7 . 1, "Too much mail from this sender, try again later";
    /// SPF fails.
    SpfFail = Spf, 550 5 . 7 . 23, "SPF does not allow this host to send for the domain";
    /// SPF can't be evaluated now.
    SpfTemporary = Spf, 451 4 . 7 . 24, "SPF can't be evaluated now, try again later";
    /// The SPF record is broken.
    SpfBroken = Spf, 550 5 . 7 . 24, "SPF record of the domain can't be evaluated";

    /// No such mailbox.
    UserUnknown = Recipient, 550 5 . 1 . 1, "User unknown";
    /// The mailbox is switched off.
    UserDisabled = Recipient, 550 5 . 2 . 1, "Mailbox disabled";
    /// The mailbox is elsewhere.
    UserMoved = Recipient, 551 5 . 1 . 6, "User has moved";
    /// The mailbox is full for now.
    MailboxFull = Recipient, 452 4 . 2 . 2, "Mailbox full, try again later";
    /// The mailbox has been full for days.
    MailboxLongFull = Recipient, 552 5 . 2 . 2, "Mailbox has been full for days";
    /// Who lives here can't be looked up now.
    UserLookupDown = Recipient, 451 4 . 3 . 0, "Recipient can't be looked up now, try again later";
    /// The store can't be written to now.
    StoreDown = Store, 451 4 . 3 . 1, "Mail store not available, try again later";
    /// The store is full.
    StoreFull = Store, 452 4 . 3 . 1, "Mail store is full, try again later";
    /// A backup that does not know who lives at the primary.
    RosterMissing = Recipient, 451 4 . 4 . 1, "Recipient can't be verified while the primary is away, try again later";
    /// A backup whose list is too old to refuse by.
    RosterStale = Recipient, 450 4 . 4 . 1, "Recipient not in an old list, try again later";
    /// The domain of the recipient says that it takes no mail.
    RecipientNullMx = Recipient, 556 5 . 1 . 10, "Recipient domain takes no mail (null MX)";
    /// The domain of the recipient does not exist.
    RecipientNoDomain = Recipient, 550 5 . 1 . 2, "Recipient domain does not exist";
    /// A notice for a second recipient: one transaction each.
    NoticeForMany = Protocol, 452 4 . 5 . 3, "A notice goes to one recipient at a time";
    /// A notice for an address that never sends.
    NeverSends = Recipient, 550 5 . 7 . 1, "This address never sends mail, so no notice is for it";
    /// A notice whose return path bears no valid tag.
    BadTag = Recipient, 550 5 . 7 . 1, "Not an answer to mail of ours";
    /// More recipients than one transaction takes.
    TooManyRecipients = Rate, 452 4 . 5 . 3, "Too many recipients";
    /// The peer guesses names.
    TooManyUnknown = Rate, 421 4 . 7 . 0, "Too many unknown recipients, closing connection";
    /// The recipient does not want that sender.
    BlockedByUser = Recipient, 550 5 . 7 . 1, "Recipient does not take mail from this sender";
    /// A list that only its members may write to.
    NotMember = Recipient, 550 5 . 7 . 2, "Only members may write to this list";
    /// First sight of a triplet.
    Greylisted = Greylist, 451 4 . 7 . 1, "Greylisted, try again later";

    /// DATA, and every recipient was refused.
    NoRecipients = Protocol, 554 5 . 5 . 1, "No valid recipients";
    /// A line over 998 octets.
    LongLine = Content, 554 5 . 6 . 0, "Message contains a line that is too long";
    /// A CR or LF that stands alone.
    BareNewline = Protocol, 550 5 . 6 . 0, "Message contains bare CR or bare LF";
    /// The message came round too often.
    Looping = Loop, 554 5 . 4 . 6, "Routing loop detected";
    /// The header section lacks what it must have.
    BadHeader = Content, 554 5 . 6 . 0, "Message header lacks a required field or repeats it";
    /// DMARC asks to refuse.
    DmarcReject = Dmarc, 550 5 . 7 . 1, "Refused by the DMARC policy of the author's domain";
    /// DMARC asks to refuse, since neither SPF nor DKIM passed (RFC 7372 §3.3).
    DmarcUnauthenticated = Dmarc, 550 5 . 7 . 26, "Refused by DMARC: neither SPF nor DKIM passed";
    /// DMARC can't be evaluated now.
    DmarcTemporary = Dmarc, 451 4 . 7 . 26, "DMARC can't be evaluated now, try again later";
    /// No signature passes (RFC 7372 §3.1).
    DkimNone = Dmarc, 550 5 . 7 . 20, "No passing DKIM signature";
    /// No signature that counts here (RFC 7372 §3.1).
    DkimUnacceptable = Dmarc, 550 5 . 7 . 21, "No acceptable DKIM signature";
    /// No signature of the author's domain (RFC 7372 §3.1).
    DkimNotAuthor = Dmarc, 550 5 . 7 . 22, "No valid DKIM signature of the author's domain";
    /// A scanner calls it unwanted.
    Spam = Content, 550 5 . 7 . 1, "Message refused as unwanted";
    /// A scanner found something that harms.
    Virus = Content, 554 5 . 7 . 1, "Message refused as harmful";
    /// The scanner can't be asked now.
    ScannerDown = Content, 451 4 . 3 . 0, "Message can't be scanned now, try again later";
    /// The message could not be stored.
    StoreFailed = Store, 451 4 . 3 . 0, "Message could not be stored, try again later";

    /// The mechanism is too weak.
    AuthTooWeak = Submission, 534 5 . 7 . 9, "Authentication mechanism is too weak";
    /// The mechanism shows the password, and nothing hides it.
    AuthInClear = Submission, 538 5 . 7 . 11, "Encryption required for requested authentication mechanism";
    /// Wrong name or password.
    BadCredentials = Submission, 535 5 . 7 . 8, "Authentication credentials invalid";
    /// Who may log in can't be looked up now.
    AuthNotNow = Submission, 454 4 . 7 . 0, "Temporary authentication failure";
    /// Too many failed logins.
    AuthFailures = Rate, 421 4 . 7 . 0, "Too many failed logins, closing connection";
    /// AUTH where it can't stand.
    AuthOutOfTurn = Protocol, 503 5 . 5 . 1, "AUTH comes once, and before MAIL";
    /// A sender that the login may not use.
    SenderNotYours = Submission, 550 5 . 7 . 1, "Sender address does not belong to this login";
    /// Which senders the login may use can't be looked up now.
    GrantsUnavailable = Submission, 451 4 . 3 . 0, "Sender address can't be checked now, try again later";
    /// Too much of this user.
    UserTooFast = Rate, 450 4 . 7 . 1, "Too much mail from this login, try again later";
    /// Too many of this user's recipients do not exist: how a stolen account shows first.
    UserGuesses = Rate, 450 4 . 7 . 1, "Too many unknown recipients from this login, try again later";
}

impl Reason {
    /// The kind of check that speaks.
    #[inline]
    pub const fn source(self) -> Source {
        self.row().source
    }

    /// The code away from the greeting.
    #[inline]
    pub const fn number(self) -> u16 {
        self.row().number
    }

    /// Class, subject and detail of the enhanced code (RFC 3463 §2).
    pub const fn enhanced(self) -> (u8, u16, u16) {
        self.row().enhanced
    }

    /// The words of the reply.
    pub const fn text(self) -> &'static str {
        self.row().text
    }

    /// The name in code, for logs.
    pub const fn as_str(self) -> &'static str {
        self.row().name
    }

    /// Whether the peer may come again (4yz).
    pub const fn is_temporary(self) -> bool {
        self.row().number < 500
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Why;
    use mailwright_reply::Stage;

    #[test]
    fn every_reason_makes_its_reply_at_every_stage() {
        for reason in Reason::ALL.iter().copied() {
            let why = Why::from(reason);
            let (class, subject, detail) = reason.enhanced();
            let told = why.reply(Stage::Recipient).to_string();
            let expected = format!("{} {class}.{subject}.{detail} {}", reason.number(), reason.text());
            assert_eq!(told, expected);
            assert_eq!(u16::from(class), reason.number() / 100, "{reason}: one class");
            let greeting = why.reply(Stage::Greeting);
            assert_eq!(greeting.enhanced(), None, "{reason}: no enhanced code in a greeting");
            assert_eq!(greeting.code().number(), if reason.is_temporary() { 421 } else { 554 });
            assert_eq!(why.reply(Stage::Hello).enhanced(), None);
            let soft = why.softened().reply(Stage::Recipient);
            assert!(soft.is_transient() && soft.enhanced().is_some(), "{reason}: {soft}");
        }
    }

    #[test]
    fn every_enhanced_code_is_registered() {
        for reason in Reason::ALL {
            let (class, subject, detail) = reason.enhanced();
            let code = mailwright_reply::EnhancedStatusCode::new(class, subject, detail).unwrap();
            assert!(code.name().is_some(), "{reason}: {code}");
        }
    }

    #[test]
    fn a_detail_of_a_stranger_stays_on_its_line() {
        let reply = Why::from(Reason::Listed).reply_with(Stage::Recipient, b"a\r\n250 ok\x1b[2J\xff");
        assert_eq!(reply.lines().count(), 1);
        assert!(reply.to_string().starts_with("550 5.7.1 Client host is on a block list: a"));
        assert!(reply.text().iter().all(u8::is_ascii));
    }
}
