//! Why a message was not taken, and whom that is about.
//!
//! law: a cause has one name in text, and whom it usually concerns

use core::fmt;
use core::str::FromStr;

use thiserror::Error;

macro_rules! words {
    ($(#[$outer:meta])* $type:ident { $($(#[$doc:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$outer])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
        #[non_exhaustive]
        pub enum $type { $($(#[$doc])* $variant,)* }

        impl $type {
            /// All of them, in the order of the manual.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name in lower case, as it is stored and written in rules.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl FromStr for $type {
            type Err = WordError;

            /// # Errors
            ///
            /// [`WordError`] where the text is no such name.
            fn from_str(text: &str) -> Result<Self, WordError> {
                Self::ALL.iter().copied().find(|word| word.name() == text).ok_or(WordError)
            }
        }
    };
}

/// A name that is not one of the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[error("expected one of the names of the classifier, in lower case")]
#[non_exhaustive]
pub struct WordError;

words! {
    /// Why a message was not taken.
    Cause {
        /// It was taken.
        Accepted = "accepted",
        /// The recipient's address does not exist.
        MailboxUnknown = "mailbox_unknown",
        /// The mailbox exists but is closed: suspended, locked, inactive.
        MailboxDisabled = "mailbox_disabled",
        /// The quota of the mailbox is used up.
        MailboxFull = "mailbox_full",
        /// The user has moved; a new address may stand in the text.
        MailboxMoved = "mailbox_moved",
        /// The recipient exists but does not want this sender or this kind of mail.
        RecipientRefused = "recipient_refused",
        /// The recipient's domain does not exist or has no host.
        DomainUnknown = "domain_unknown",
        /// The domain says that it takes no mail.
        DomainNoMail = "domain_no_mail",
        /// The sender's address is not accepted.
        SenderRejected = "sender_rejected",
        /// The sending address, domain or a link has a bad standing or is listed.
        Reputation = "reputation",
        /// The reverse name of the sending address is missing or does not fit.
        NoPtr = "no_ptr",
        /// Too much or too fast.
        RateLimited = "rate_limited",
        /// To be tried again later, as a test of the client.
        Greylisted = "greylisted",
        /// SPF, DKIM, DMARC or ARC failed or is missing.
        AuthFailure = "auth_failure",
        /// A rule of the receiver, no clearer reason.
        Policy = "policy",
        /// This message was judged spam by its content.
        Spam = "spam",
        /// Malware was found or suspected.
        Virus = "virus",
        /// A forbidden attachment, a broken header field and the like.
        Content = "content",
        /// The message is too big.
        TooLarge = "too_large",
        /// The server does not take mail for this domain from us.
        RelayDenied = "relay_denied",
        /// The server wants a login.
        AuthRequired = "auth_required",
        /// No connection, a routing loop, or no answer of the DNS.
        Network = "network",
        /// The time in the queue ran out.
        Expired = "expired",
        /// STARTTLS is missing, refused or broken, or a certificate or TLS policy is not met.
        Tls = "tls",
        /// Something inside of the receiver failed.
        System = "system",
        /// A command or its order was not understood.
        Protocol = "protocol",
        /// Nothing says why.
        Unknown = "unknown",
    }
}

words! {
    /// Whom a refusal is about.
    Blame {
        /// The recipient's mailbox.
        Recipient = "recipient",
        /// The recipient's domain.
        RecipientDomain = "recipient_domain",
        /// The sender's address.
        Sender = "sender",
        /// The sender's domain.
        SenderDomain = "sender_domain",
        /// The address that we send from.
        SendingIp = "sending_ip",
        /// This message.
        Message = "message",
        /// The host that refused.
        Host = "host",
        /// The way to the host.
        Route = "route",
        /// Our own set-up.
        OurSide = "our_side",
        /// It can't be said.
        Unclear = "unclear",
    }
}

impl Cause {
    /// Whether it says that there is nobody to mail to: the recipient, or a whole domain.
    pub(super) const fn is_gone(self) -> bool {
        matches!(self, Self::MailboxUnknown | Self::MailboxMoved | Self::DomainUnknown | Self::DomainNoMail)
    }

    /// Whom it is usually about.
    pub const fn usual_blame(self) -> Blame {
        match self {
            Self::MailboxUnknown
            | Self::MailboxDisabled
            | Self::MailboxFull
            | Self::MailboxMoved
            | Self::RecipientRefused => Blame::Recipient,
            Self::DomainUnknown | Self::DomainNoMail => Blame::RecipientDomain,
            Self::SenderRejected => Blame::Sender,
            Self::AuthFailure => Blame::SenderDomain,
            Self::Reputation | Self::NoPtr | Self::RateLimited | Self::Greylisted => Blame::SendingIp,
            Self::Spam | Self::Virus | Self::Content | Self::TooLarge | Self::Expired => Blame::Message,
            Self::RelayDenied | Self::AuthRequired => Blame::Route,
            Self::Network | Self::Tls | Self::System => Blame::Host,
            Self::Protocol => Blame::OurSide,
            Self::Policy | Self::Unknown | Self::Accepted => Blame::Unclear,
        }
    }
}
