//! Names everything that is worth noting about a delivery without deciding it.
//!
//! law: a set of flags is one word of 64 bits: collecting them allocates nothing

#[cfg(feature = "serde")]
use alloc::vec::Vec;
use core::fmt;

macro_rules! flags {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $weight:literal;)*) => {
        /// Something noted about a delivery; alone it refuses nothing.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum Flag { $($(#[$doc])* #[cfg_attr(feature = "serde", serde(rename = $word))] $name,)* }

        impl Flag {
            /// Every flag, in the order of this enum.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The flag as one word, for logs.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// What it adds to a score: positive speaks against the delivery, negative for it.
            pub const fn weight(self) -> i16 {
                match self { $(Self::$name => $weight,)* }
            }
        }
    };
}

flags! {
    /// A refusal was set aside: the recipient is a role, the peer is trusted, or an allow-list says so.
    Exempted = "exempted", 0;

    /// HELO without a name.
    HeloMissing = "helo-missing", 20;
    /// The HELO name holds controls or is longer than a name can be.
    HeloHostile = "helo-hostile", 30;
    /// The HELO name is neither a domain nor an address literal.
    HeloSyntax = "helo-syntax", 5;
    /// The HELO name is a single label.
    HeloUnqualified = "helo-unqualified", 8;
    /// The HELO name is an address without brackets.
    HeloBareIp = "helo-bare-ip", 10;
    /// The HELO name is the peer's own address in brackets: allowed, unusual for a server.
    HeloLiteral = "helo-literal", 3;
    /// The HELO name is another address than the peer's, in brackets.
    HeloLiteralMismatch = "helo-literal-mismatch", 10;
    /// The HELO name is ours.
    HeloOurName = "helo-our-name", 50;
    /// The HELO name is one of our domains.
    HeloOurDomain = "helo-our-domain", 20;
    /// The HELO name is one of our addresses.
    HeloOurAddress = "helo-our-address", 50;
    /// The HELO name is `localhost` in one of its shapes.
    HeloLocalhost = "helo-localhost", 15;
    /// The HELO name lies below a top level that never is on the Internet.
    HeloSpecialUse = "helo-special-use", 10;
    /// The HELO name does not exist or has no address.
    HeloNoForward = "helo-no-forward", 8;
    /// The HELO name has addresses, and none is the peer's.
    HeloForwardMismatch = "helo-forward-mismatch", 3;
    /// The HELO name leads to the peer.
    HeloForwardMatch = "helo-forward-match", -5;
    /// Whether the HELO name leads to the peer is not known now.
    HeloUnknown = "helo-unknown", 0;
    /// The HELO name is none of the peer's reverse names.
    HeloRdnsMismatch = "helo-rdns-mismatch", 2;
    /// The HELO name shares its registered domain with a reverse name of the peer.
    HeloRelated = "helo-related", 0;
    /// The HELO name looks like one that a network hands out by number.
    HeloDynamic = "helo-dynamic", 15;
    /// The HELO name is a big provider's, and the peer's confirmed names are not.
    HeloProvider = "helo-provider", 30;
    /// SPF says that the peer may not use the HELO name.
    HeloSpfFail = "helo-spf-fail", 25;
    /// SPF says that the peer may use the HELO name.
    HeloSpfPass = "helo-spf-pass", -5;
    /// A second HELO gave another name than the first.
    HeloChanged = "helo-changed", 8;

    /// A reverse name of the peer leads back to it.
    RdnsPass = "rdns-pass", -5;
    /// The peer has reverse names, and none leads back to it.
    RdnsFail = "rdns-fail", 12;
    /// The peer has no reverse name.
    RdnsNone = "rdns-none", 10;
    /// The reverse name of the peer is not known now.
    RdnsUnknown = "rdns-unknown", 0;
    /// A reverse name leads to a neighbour of the peer: evidence only, never a confirmation.
    RdnsNear = "rdns-near", 0;
    /// The reverse name looks handed out to a subscriber's line.
    NameDynamic = "name-dynamic", 15;
    /// The reverse name holds the address.
    NameGeneric = "name-generic", 8;
    /// The reverse name says that the address is static.
    NameStatic = "name-static", 0;
    /// Block lists name the peer, beyond the threshold.
    Listed = "listed", 50;
    /// Block lists name the peer, below the threshold.
    ListedLightly = "listed-lightly", 10;
    /// An allow list of the DNS names the peer.
    Welcome = "welcome", -20;
    /// A list gave no answer, or one that is none.
    ListUnknown = "list-unknown", 0;
    /// The peer talked before the greeting.
    EarlyTalk = "early-talk", 25;
    /// The peer speaks another protocol.
    NotSmtp = "not-smtp", 100;

    /// The sender is null: a notice.
    NullSender = "null-sender", 0;
    /// The sender is of one of our domains, and the peer is not ours.
    OwnSender = "own-sender", 10;
    /// The domain of the sender can't be written to.
    SenderUnreachable = "sender-unreachable", 25;
    /// Whether the domain of the sender can be written to is not known now.
    SenderUnknown = "sender-unknown", 0;
    /// SPF passes.
    SpfPass = "spf-pass", -5;
    /// SPF fails.
    SpfFail = "spf-fail", 25;
    /// SPF fails softly.
    SpfSoftFail = "spf-softfail", 8;
    /// SPF has no result now, or the record is broken.
    SpfError = "spf-error", 2;

    /// The recipient is a role that must be reachable: postmaster, abuse.
    Role = "role", 0;
    /// The local part holds characters that act in file names or shells.
    PathCharacters = "path-characters", 10;
    /// The local part holds `%` or `!`, once a way to write a route.
    RouteInside = "route-inside", 5;
    /// The local part is quoted though it holds an `@`.
    AtInside = "at-inside", 5;
    /// A notice for more than one recipient.
    NullSenderMany = "null-sender-many", 8;
    /// A notice for an address that signs its return path, without a valid tag.
    BadTag = "bad-tag", 20;
    /// Accepted because everything at this domain is.
    CatchAll = "catch-all", 3;
    /// Accepted for later: the final place is not reachable now.
    Waits = "waits", 0;

    /// Known to the greylist.
    GreyKnown = "grey-known", 0;
    /// The message holds a line over 998 octets.
    LongLine = "long-line", 5;
    /// The message holds a CR or LF that stands alone.
    BareNewline = "bare-newline", 15;
    /// The header section has defects.
    BadHeader = "bad-header", 10;
    /// DMARC fails, with or without a policy.
    DmarcFail = "dmarc-fail", 20;
    /// Store apart: DMARC's policy or a scanner asks for it.
    Quarantine = "quarantine", 30;
    /// A scanner calls it unwanted.
    Spam = "spam", 50;
    /// A login is used from more networks in a day than one person is in.
    LoginShared = "login-shared", 15;
}

/// A set of [`Flag`]s.
///
/// # Examples
///
/// ```
/// use mailwright_policy::{Flag, Flags};
///
/// let flags = Flags::NONE.with(Flag::RdnsNone).with(Flag::HeloUnqualified);
/// assert!(flags.has(Flag::RdnsNone));
/// assert_eq!(flags.to_string(), "helo-unqualified rdns-none");
/// assert_eq!(flags.score(), 18);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags(u64);

/// The flags of a set, in the order of [`Flag::ALL`].
#[derive(Clone, Debug)]
pub struct FlagNames(u64);

impl Flags {
    /// No flag.
    pub const NONE: Self = Self(0);

    /// The set with one more.
    #[must_use]
    pub const fn with(self, flag: Flag) -> Self {
        Self(self.0 | bit(flag))
    }

    /// The set with one more, where `yes`.
    #[must_use]
    pub const fn with_if(self, yes: bool, flag: Flag) -> Self {
        if yes { self.with(flag) } else { self }
    }

    /// Both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the flag is there.
    pub const fn has(self, flag: Flag) -> bool {
        self.0 & bit(flag) != 0
    }

    /// Whether no flag is there.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The flags, one by one.
    pub const fn iter(self) -> FlagNames {
        FlagNames(self.0)
    }

    /// The sum of [`Flag::weight`].
    pub fn score(self) -> i32 {
        self.iter().map(|flag| i32::from(flag.weight())).fold(0, i32::saturating_add)
    }
}

const fn bit(flag: Flag) -> u64 {
    1_u64.wrapping_shl(flag as u32)
}

impl IntoIterator for Flags {
    type Item = Flag;
    type IntoIter = FlagNames;

    fn into_iter(self) -> FlagNames {
        self.iter()
    }
}

impl FromIterator<Flag> for Flags {
    fn from_iter<I: IntoIterator<Item = Flag>>(flags: I) -> Self {
        flags.into_iter().fold(Self::NONE, Self::with)
    }
}

impl Iterator for FlagNames {
    type Item = Flag;

    fn next(&mut self) -> Option<Flag> {
        let at = self.0.trailing_zeros();
        let flag = Flag::ALL.get(usize::try_from(at).ok()?).copied()?;
        self.0 &= !bit(flag);
        Some(flag)
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The words, parted by blanks.
impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, flag) in self.iter().enumerate() {
            if number > 0 {
                f.write_str(" ")?;
            }
            f.write_str(flag.as_str())?;
        }
        Ok(())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Flags {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Flags {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let flags = <Vec<Flag> as serde::Deserialize>::deserialize(deserializer)?;
        Ok(flags.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_flags_fit_the_set_and_have_words_of_their_own() {
        assert!(Flag::ALL.len() <= 64);
        let all: Flags = Flag::ALL.iter().copied().collect();
        assert!(all.iter().eq(Flag::ALL.iter().copied()));
        for (at, flag) in Flag::ALL.iter().enumerate() {
            assert!(Flag::ALL[..at].iter().all(|other| other.as_str() != flag.as_str()), "{flag}");
        }
    }
}
