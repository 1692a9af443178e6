//! Names what an address is, and what is wrong with it.
//!
//! in:  a departure from the ordinary address      out: its class, its sentence
//! law: an address is as bad as the worst of its faults

use core::fmt;

/// What an address is good for, from best to worst.
///
/// # RFC
///
/// RFC 5321 §4.1.2 and §4.5.3.1 (envelope), RFC 5322 §3.4.1 (header) and §4.4 (obsolete)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "closed: the borders between the grammars of RFC 5321 and RFC 5322"
)]
pub enum Class {
    /// An ordinary mailbox: everything that carries mail accepts it.
    Envelope,
    /// A mailbox by RFC 5321 that many systems refuse: a quoted local part, an address literal, a single label.
    EnvelopeUnusual,
    /// Good in a header field only: comments, folding, a literal that is no address.
    HeaderOnly,
    /// Good in a header field only, and only for readers: the obsolete grammar.
    Deprecated,
    /// Well formed, but over a limit of the envelope.
    OverLimit,
    /// No address in any reading.
    Invalid,
}

impl Class {
    /// A mailbox by RFC 5321: it may stand in MAIL and RCPT.
    pub const fn is_envelope(self) -> bool {
        matches!(self, Self::Envelope | Self::EnvelopeUnusual)
    }

    /// An addr-spec by RFC 5322, the obsolete grammar included: it may be read in a header field.
    pub const fn is_header(self) -> bool {
        !matches!(self, Self::Invalid)
    }

    /// The class in words, as the issue of an address is told to people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Envelope => "envelope",
            Self::EnvelopeUnusual => "envelope but unusual",
            Self::HeaderOnly => "header only",
            Self::Deprecated => "deprecated",
            Self::OverLimit => "over a limit",
            Self::Invalid => "invalid",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why an address, path or host was refused, and where.
///
/// It holds no octet of the peer's, so it is safe to log and to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault} at octet {at}")]
pub struct AddressError {
    at: usize,
    fault: Fault,
}

impl AddressError {
    pub(crate) const fn new(fault: Fault, at: usize) -> Self {
        Self { at, fault }
    }

    /// Octets from the start of the input, 0-based.
    pub const fn at(self) -> usize {
        self.at
    }

    /// What is wrong.
    pub const fn fault(self) -> Fault {
        self.fault
    }

    /// What is wrong, as a sentence.
    pub const fn expected(self) -> &'static str {
        self.fault.as_str()
    }
}

macro_rules! faults {
    ($($class:ident { $($(#[$doc:meta])* $name:ident $id:literal $text:literal;)+ })+) => {
        /// One way in which an address departs from the ordinary.
        ///
        /// [`Fault::class`] says how far: some are merely unusual, some are good in header fields only, some end it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum Fault { $($($(#[$doc])* $name,)+)+ }

        impl Fault {
            /// Every fault there is.
            pub const ALL: &'static [Self] = &[$($(Self::$name,)+)+];

            /// What is left of an address that has it.
            pub const fn class(self) -> Class {
                match self { $($(Self::$name)|+ => Class::$class,)+ }
            }

            /// A stable name for logs and JSON, in kebab case.
            pub const fn id(self) -> &'static str {
                match self { $($(Self::$name => $id,)+)+ }
            }

            /// What is wrong, as a sentence without a full stop.
            pub const fn as_str(self) -> &'static str {
                match self { $($(Self::$name => $text,)+)+ }
            }
        }
    };
}

faults! {
    EnvelopeUnusual {
        /// `"a b"@c.example` (RFC 5321 §4.1.2).
        QuotedLocalPart "quoted-local-part" "the local part is quoted";
        /// `a@[192.0.2.1]`, `a@[IPv6:2001:db8::1]` (RFC 5321 §4.1.3).
        AddressLiteral "address-literal" "the host is an address literal";
        /// `a@[tag:content]` with a tag other than `IPv6`, of which none is registered (RFC 5321 §4.1.3).
        GeneralLiteral "general-literal" "the host is an address literal of an unregistered kind";
        /// `::` stands for a single group (RFC 5952 §4.2.2).
        OneGroupElided "one-group-elided" "the IPv6 address elides a single group";
        /// `a@example`: good DNS, but seldom mail (RFC 5321 §2.3.5).
        SingleLabel "single-label" "the domain is a single label";
        /// `a@192.0.2.1`, `a@example.1`: no top-level domain begins with a digit (RFC 3696 §2).
        NumericTopLabel "numeric-top-label" "the last label begins with a digit";
    }
    HeaderOnly {
        /// `a(comment)@b.example` (RFC 5322 §3.2.2).
        Comment "comment" "a comment";
        /// Blanks or line ends between the words or inside quotes (RFC 5322 §3.2.2).
        Folding "folding" "folding white space";
        /// An octet that an atom may hold but a host name may not: `_`, `/` (RFC 5321 §4.1.2).
        DomainCharacter "domain-character" "a character that no host name holds";
        /// A label with `xn--` in front that is no A-label (RFC 5890 §2.3.2.1).
        FakeALabel "fake-a-label" "a label that looks like an A-label and is none";
        /// `[something]` that is no address (RFC 5321 §4.1.3).
        LiteralNoAddress "literal-no-address" "a literal that is no address";
        /// `[2001:db8::1]` without `IPv6:` in front (RFC 5321 §4.1.3).
        LiteralTagMissing "literal-tag-missing" "an IPv6 literal without its tag";
        /// Not eight groups, or more than eight (RFC 5321 §4.1.3).
        Ipv6GroupCount "ipv6-group-count" "an IPv6 address needs eight groups";
        /// Eight groups and `::` besides (RFC 5321 §4.1.3).
        Ipv6GroupsBesideGap "ipv6-groups-beside-gap" "`::` has no group left to stand for";
        /// `::` more than once (RFC 5321 §4.1.3).
        Ipv6TwoGaps "ipv6-two-gaps" "`::` may stand once";
        /// One colon in front (RFC 5321 §4.1.3).
        Ipv6ColonStart "ipv6-colon-start" "an IPv6 address may not begin with a single colon";
        /// One colon behind (RFC 5321 §4.1.3).
        Ipv6ColonEnd "ipv6-colon-end" "an IPv6 address may not end with a single colon";
        /// A group that is not one to four hex digits (RFC 5321 §4.1.3).
        Ipv6BadGroup "ipv6-bad-group" "a group of an IPv6 address is one to four hex digits";
        /// A backslash in front of a character outside ASCII (RFC 6532 §3.1 has it, RFC 6531 §3.3 has not).
        NonAsciiEscaped "non-ascii-escaped" "an escaped character outside ASCII";
    }
    Deprecated {
        /// A comment or blank beside the `@` (RFC 5322 §3.4.1).
        BesideAt "beside-at" "a comment or blank beside the `@`";
        /// A comment or blank between words (RFC 5322 §4.4).
        BetweenWords "between-words" "a comment or blank between the words";
        /// More than one fold in a run of blanks (RFC 5322 §4.2).
        ObsoleteFolding "obsolete-folding" "a line that is folded to nothing";
        /// A quoted string among other words: `"a".b@c.example` (RFC 5322 §4.4).
        ObsoleteLocalPart "obsolete-local-part" "a quoted string among other words";
        /// A control octet inside quotes (RFC 5322 §4.1).
        ControlInQuotes "control-in-quotes" "a control octet inside quotes";
        /// A control octet inside a comment (RFC 5322 §4.1).
        ControlInComment "control-in-comment" "a control octet inside a comment";
        /// A control octet inside a literal (RFC 5322 §4.4).
        ControlInLiteral "control-in-literal" "a control octet inside a literal";
        /// A backslash in front of a control octet (RFC 5322 §4.1).
        ControlEscaped "control-escaped" "an escaped control octet";
        /// A backslash inside a literal (RFC 5322 §4.4).
        EscapeInLiteral "escape-in-literal" "a backslash inside a literal";
    }
    OverLimit {
        /// Over 64 octets in front of the `@` (RFC 5321 §4.5.3.1.1).
        LocalPartTooLong "local-part-too-long" "a local part has at most 64 octets";
        /// Over 63 octets in a label, counted as A-label (RFC 1035 §2.3.4).
        LabelTooLong "label-too-long" "a label has at most 63 octets";
        /// Over 255 octets behind the `@` (RFC 5321 §4.5.3.1.2).
        DomainTooLong "domain-too-long" "a domain has at most 255 octets";
        /// Over 256 octets with the angle brackets, so over 254 without (RFC 5321 §4.5.3.1.3).
        PathTooLong "path-too-long" "a path has at most 256 octets, its brackets included";
    }
    Invalid {
        /// No `@`, or nothing behind it.
        NoDomain "no-domain" "a domain is missing";
        /// Nothing in front of the `@`.
        NoLocalPart "no-local-part" "a local part is missing";
        /// A dot in front.
        LeadingDot "leading-dot" "a dot may not stand in front";
        /// A dot behind.
        TrailingDot "trailing-dot" "a dot may not stand behind";
        /// Two dots in a row.
        DoubleDot "double-dot" "two dots may not stand in a row";
        /// A label begins with a hyphen.
        LeadingHyphen "leading-hyphen" "a label may not begin with a hyphen";
        /// A label ends with a hyphen.
        TrailingHyphen "trailing-hyphen" "a label may not end with a hyphen";
        /// CR without LF behind it.
        BareCr "bare-cr" "a carriage return without its line feed";
        /// A line end with no blank behind it.
        FoldWithoutBlank "fold-without-blank" "a line end without a blank behind it";
        /// Two line ends in a row.
        DoubleFold "double-fold" "two line ends in a row";
        /// The closing `"` is missing.
        UnclosedQuotes "unclosed-quotes" "quotes that are not closed";
        /// A `)` is missing.
        UnclosedComment "unclosed-comment" "a comment that is not closed";
        /// The `]` is missing.
        UnclosedLiteral "unclosed-literal" "a literal that is not closed";
        /// A backslash with nothing behind it.
        BackslashAtEnd "backslash-at-end" "a backslash with nothing behind it";
        /// A word behind a quoted string without a dot in between.
        TextAfterQuotes "text-after-quotes" "text directly behind quotes";
        /// A word behind a comment or blank without a dot in between.
        TextAfterBlank "text-after-blank" "a second word without a dot in front";
        /// An octet that may not stand here.
        Unexpected "unexpected" "an octet that may not stand here";
        /// An octet that may not stand in quotes: NUL or LF.
        UnexpectedInQuotes "unexpected-in-quotes" "an octet that may not stand in quotes";
        /// An octet that may not stand in a comment: NUL or LF.
        UnexpectedInComment "unexpected-in-comment" "an octet that may not stand in a comment";
        /// An octet that may not stand in a literal.
        UnexpectedInLiteral "unexpected-in-literal" "an octet that may not stand in a literal";
        /// An octet above 127 while UTF-8 is refused: the reply is 553 5.6.7 (RFC 6531 §3.5).
        NonAscii "non-ascii" "a character outside ASCII without SMTPUTF8";
        /// An octet above 127 that is no UTF-8.
        NotUtf8 "not-utf8" "octets that are no UTF-8";
        /// A control character from U+0080 to U+009F (RFC 6531 §3.3).
        NonAsciiControl "non-ascii-control" "a control character outside ASCII";
        /// A label outside ASCII that IDNA refuses or would change (RFC 5890 §2.3.2.1).
        NotULabel "not-u-label" "a label outside ASCII that is no U-label";
        /// The path does not begin with `<`.
        NoOpeningBracket "no-opening-bracket" "a path begins with `<`";
        /// The path does not end with `>`.
        NoClosingBracket "no-closing-bracket" "a path ends with `>`";
        /// A source route that is none (RFC 5321 Appendix C).
        BadRoute "bad-route" "a source route is `@a.example,@b.example:`";
        /// `<>` as a recipient (RFC 5321 §4.1.1.3).
        NullRecipient "null-recipient" "the null path is no recipient";
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
