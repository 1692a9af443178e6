//! The rows of profiles and overlays.
//!
//! in:  nothing      out: which rules differ from their default, and what the named receiver answers
//! law: an overlay carries the date of the pages it was taken from

use crate::rules::{Id, Level};

/// What one receiver is known to refuse or to mark.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Overlay {
    /// Its name and the date of its rules.
    pub(crate) name: &'static str,
    pub(crate) rows: &'static [Row],
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) rule: Id,
    pub(crate) level: Level,
    /// The reply the receiver gives; empty where it only marks.
    pub(crate) reply: &'static str,
    /// The number over which the receiver does so, where that is not the rule's own limit.
    pub(crate) limit: Option<u64>,
}

const fn row(rule: Id, level: Level, reply: &'static str) -> Row {
    Row { rule, level, reply, limit: None }
}

/// What is refused over another limit than that of the rule: an error there, a warning below.
const fn over(rule: Id, limit: u64, reply: &'static str) -> Row {
    Row { rule, level: Level::Error, reply, limit: Some(limit) }
}

pub(crate) static STRICT: &[(Id, Level)] = &[
    (Id::FieldSpaceBeforeColon, Level::Error),
    (Id::FoldBlankLine, Level::Error),
    (Id::ObsoleteSyntax, Level::Error),
    (Id::BoundaryUnclosed, Level::Error),
    (Id::AddressListNullElement, Level::Error),
    (Id::DisplayNameUnquotedDot, Level::Error),
    (Id::AddressRoute, Level::Error),
    (Id::AddressCommentInside, Level::Error),
    (Id::DateZoneObsolete, Level::Error),
    (Id::DateYearShort, Level::Error),
    (Id::MessageIdObsolete, Level::Error),
    (Id::MessageIdMissing, Level::Error),
    (Id::ReceivedMissing, Level::Off),
    (Id::DkimMissing, Level::Off),
];

pub(crate) static SUBMISSION: &[(Id, Level)] = &[
    (Id::FieldSpaceBeforeColon, Level::Error),
    (Id::BoundaryUnclosed, Level::Error),
    (Id::ReturnPathPresent, Level::Error),
    (Id::BccPresent, Level::Error),
    (Id::AddressRoute, Level::Error),
    (Id::DeliveryFieldLeaked, Level::Warning),
    (Id::ReceivedPrivateLeak, Level::Hint),
    (Id::ReceivedMissing, Level::Off),
    (Id::DkimMissing, Level::Off),
];

pub(crate) static ARCHIVE: &[(Id, Level)] = &[
    (Id::LineBareLf, Level::Hint),
    (Id::LineEndingsMixed, Level::Warning),
    (Id::LastLineUnterminated, Level::Hint),
    (Id::MboxFromLine, Level::Hint),
    (Id::BccPresent, Level::Off),
    (Id::DatePast, Level::Off),
    (Id::DomainSyntax, Level::Warning),
    (Id::DomainTrailingDot, Level::Warning),
    (Id::ReceivedMissing, Level::Off),
    (Id::DkimMissing, Level::Off),
    (Id::ObsoleteSyntax, Level::Hint),
    (Id::AddressListNullElement, Level::Hint),
    (Id::DisplayNameUnquotedDot, Level::Hint),
    (Id::DateZoneObsolete, Level::Hint),
    (Id::DateYearShort, Level::Hint),
];

const NOT_COMPLIANT: &str = "550 5.7.1 messages not RFC 5322 compliant are refused";

pub(crate) static GMAIL: Overlay = Overlay {
    name: "Gmail, 2025-08",
    rows: &[
        row(Id::MessageIdMissing, Level::Error, NOT_COMPLIANT),
        row(Id::MessageIdInvalid, Level::Error, NOT_COMPLIANT),
        row(Id::MessageIdSeveral, Level::Error, NOT_COMPLIANT),
        over(Id::MessageIdTooLong, 500, NOT_COMPLIANT),
        row(Id::FieldDuplicate, Level::Error, NOT_COMPLIANT),
        row(Id::FromMissing, Level::Error, NOT_COMPLIANT),
        row(Id::FromSeveral, Level::Error, NOT_COMPLIANT),
        row(Id::AddressInvalid, Level::Error, NOT_COMPLIANT),
        over(Id::HeaderSectionTooLarge, 500 * 1024, "550 5.7.1 the header section is too large"),
        over(Id::HeaderCountExcessive, 5000, "550 5.7.1 there are too many fields"),
        row(Id::HeaderValueTooLarge, Level::Error, "550 5.7.1 a field is too large"),
        over(Id::FieldNameTooLong, 1024, ""),
        row(Id::AttachmentExecutable, Level::Error, "552 5.7.0 the attachment's kind is blocked"),
        row(Id::FromDomainFreeMail, Level::Warning, ""),
        row(Id::HtmlTooLarge, Level::Warning, ""),
        row(Id::FeedbackIdMissing, Level::Hint, ""),
        row(Id::ProviderRefuses, Level::Error, ""),
    ],
};

pub(crate) static YAHOO: Overlay = Overlay {
    name: "Yahoo, 2024-02",
    rows: &[
        row(Id::FromMissing, Level::Error, "554 5.7.9 message not accepted for policy reasons"),
        row(Id::FieldDuplicate, Level::Error, "554 5.7.9 message not accepted for policy reasons"),
        row(Id::DkimMissing, Level::Warning, "554 5.7.9 message not accepted for policy reasons"),
        row(Id::DateMissing, Level::Error, ""),
        row(Id::ProviderRefuses, Level::Error, ""),
        row(Id::MessageIdMissing, Level::Error, ""),
    ],
};

pub(crate) static OUTLOOK: Overlay = Overlay {
    name: "Outlook.com, 2025-05",
    rows: &[
        row(
            Id::DkimMissing,
            Level::Warning,
            "550 5.7.515 access denied, the domain doesn't meet the required level",
        ),
        row(Id::FromMissing, Level::Error, ""),
        row(Id::FieldDuplicate, Level::Error, ""),
        row(Id::NoReplyWithoutReplyTo, Level::Warning, ""),
        row(Id::ProviderRefuses, Level::Error, ""),
        row(Id::AttachmentExecutable, Level::Error, ""),
    ],
};

pub(crate) static BULK: Overlay = Overlay {
    name: "bulk mail, 2025-05",
    rows: &[
        row(Id::ListUnsubscribeMissing, Level::Error, ""),
        row(Id::ListUnsubscribeNoHttps, Level::Error, ""),
        row(Id::ListUnsubscribePostMissing, Level::Error, ""),
        row(Id::ListUnsubscribeUnsigned, Level::Error, ""),
        row(Id::UnsubscribeLinkMissing, Level::Warning, ""),
        row(Id::DkimMissing, Level::Error, ""),
        row(Id::DkimNotAligned, Level::Error, ""),
    ],
};
