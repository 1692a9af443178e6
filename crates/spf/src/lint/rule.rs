//! The rules, as one table: id, severity, source.

use core::fmt;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "broken, harmful, worth knowing")]
pub enum Severity {
    /// Valid; worth knowing.
    Note,
    /// Valid, and surely not what was wanted.
    Warning,
    /// The record can't be used as it is.
    Error,
}

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident $id:literal $severity:ident $source:literal;)*) => {
        /// A rule of the linter.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $($(#[$doc])* $name,)*
        }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name, as it stands in reports.
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$name => $id,)*
                }
            }

            /// How bad its findings are.
            pub const fn severity(self) -> Severity {
                match self {
                    $(Self::$name => Severity::$severity,)*
                }
            }

            /// Where it comes from.
            pub const fn source(self) -> &'static str {
                match self {
                    $(Self::$name => $source,)*
                }
            }
        }
    };
}

rules! {
    /// There is no SPF record at the name.
    NoRecord "no-record" Error "RFC 7208 §4.5";
    /// The text does not start with `v=spf1` and a blank, so receivers don't see a record.
    NotSpf "not-spf" Error "RFC 7208 §4.5";
    /// There is more than one SPF record at the name.
    TwoRecords "two-records" Error "RFC 7208 §3.2";
    /// The text is longer than a TXT record can be.
    TooLong "too-long" Error "RFC 1035 §3.3.14";
    /// A word that is no mechanism of SPF.
    UnknownMechanism "unknown-mechanism" Error "RFC 7208 §4.6.1";
    /// A character outside visible ASCII, such as a typographic dash.
    NotAscii "not-ascii" Error "RFC 7208 §3.1";
    /// A blank is missing between two terms.
    LostSpace "lost-space" Error "RFC 7208 §3.3";
    /// A blank stands where none may be, as between `-` and `all`.
    StraySpace "stray-space" Error "RFC 7208 §4.6.1";
    /// Something that is no address where one must be.
    BadAddress "bad-address" Error "RFC 7208 §5.6";
    /// A prefix length that is none.
    BadPrefix "bad-prefix" Error "RFC 7208 §5.6";
    /// Something that is no domain where one must be.
    BadDomain "bad-domain" Error "RFC 7208 §7.1";
    /// A macro that is none.
    BadMacro "bad-macro" Error "RFC 7208 §7.1";
    /// A qualifier in front of a modifier.
    QualifiedModifier "qualified-modifier" Error "RFC 7208 §4.6.1";
    /// `redirect=` or `exp=` a second time.
    ModifierTwice "modifier-twice" Error "RFC 7208 §6";
    /// Another fault of the grammar.
    Syntax "syntax" Error "RFC 7208 §12";
    /// A mechanism written with `=`: by the grammar it is an unknown modifier, which is ignored.
    MechanismAsModifier "mechanism-as-modifier" Warning "RFC 7208 §6";
    /// A name that nobody can ask for: an empty part, one over 63 characters, or over 253 in all.
    UnaskableName "unaskable-name" Warning "RFC 7208 §4.8";
    /// A modifier whose name is nearly that of a known one.
    NearlyKnownModifier "nearly-known-modifier" Warning "RFC 7208 §6";
    /// `v=spf1` inside the record: an unknown modifier, ignored.
    SecondVersion "second-version" Warning "RFC 7208 §4.5";
    /// Terms behind `all` are never looked at.
    BehindAll "behind-all" Warning "RFC 7208 §5.1";
    /// `redirect=` beside `all` is never looked at.
    RedirectBesideAll "redirect-beside-all" Warning "RFC 7208 §6.1";
    /// `+all` lets the whole Internet send.
    PassAll "pass-all" Warning "RFC 7208 §5.1";
    /// Neither `all` nor `redirect=`: what isn't listed is neutral.
    NoEnd "no-end" Warning "RFC 7208 §4.7";
    /// `?all` says nothing about what isn't listed.
    NeutralAll "neutral-all" Warning "RFC 7208 §8.2";
    /// `ptr` must not be used.
    Ptr "ptr" Warning "RFC 7208 §5.5";
    /// `%{p}` must not be used.
    MacroP "macro-p" Warning "RFC 7208 §7.2";
    /// A network wider than any sender's.
    WideRange "wide-range" Warning "RFC 7208 §11.1";
    /// Addresses that never come from the Internet.
    PrivateRange "private-range" Warning "RFC 6890 §2.2";
    /// More than ten terms that ask, in this record alone.
    TooManyLookups "too-many-lookups" Warning "RFC 7208 §4.6.4";
    /// The answer no longer fits where it surely arrives.
    Long "long" Warning "RFC 7208 §3.4";
    /// A second text that was meant to be an SPF record, but is none.
    Lookalike "lookalike" Warning "RFC 7208 §4.5";
    /// A Sender ID record, long without use.
    SenderId "sender-id" Warning "RFC 6686 §6";
    /// Bits below the prefix length are set.
    HostBits "host-bits" Note "RFC 7208 §5.6";
    /// The same term a second time.
    TermTwice "term-twice" Note "RFC 7208 §4.6.4";
    /// A modifier that receivers ignore.
    UnknownModifier "unknown-modifier" Note "RFC 7208 §6";
    /// Reporting modifiers: valid, though some checkers complain.
    ReportModifier "report-modifier" Note "RFC 6652 §3";
    /// Names made of the sender: it can't be cached, and tells strangers about your mail.
    SenderMacro "sender-macro" Note "RFC 7208 §11.6";
    /// Strings are joined without a blank; this one was cut inside a term.
    CutInsideTerm "cut-inside-term" Note "RFC 7208 §3.3";
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}
