//! The names of IANA's registry "SMTP Enhanced Status Codes".
//!
//! in:  subject and detail      out: the registered name
//! law: what is not registered has no name

/// The registered name of a subject.
pub(super) const fn subject(subject: u16) -> Option<&'static str> {
    Some(match subject {
        0 => "Other or Undefined Status",
        1 => "Addressing Status",
        2 => "Mailbox Status",
        3 => "Mail System Status",
        4 => "Network and Routing Status",
        5 => "Mail Delivery Protocol Status",
        6 => "Message Content or Media Status",
        7 => "Security or Policy Status",
        _ => return None,
    })
}

/// The registered name of a subject and detail.
pub(super) const fn name(subject: u16, detail: u16) -> Option<&'static str> {
    match subject {
        0 if detail == 0 => Some("Other undefined Status"),
        1 => address(detail),
        2 => mailbox(detail),
        3 => system(detail),
        4 => network(detail),
        5 => protocol(detail),
        6 => media(detail),
        7 => policy(detail),
        _ => None,
    }
}

const fn address(detail: u16) -> Option<&'static str> {
    Some(match detail {
        0 => "Other address status",
        1 => "Bad destination mailbox address",
        2 => "Bad destination system address",
        3 => "Bad destination mailbox address syntax",
        4 => "Destination mailbox address ambiguous",
        5 => "Destination address valid",
        6 => "Destination mailbox has moved, No forwarding address",
        7 => "Bad sender's mailbox address syntax",
        8 => "Bad sender's system address",
        9 => "Message relayed to non-compliant mailer",
        10 => "Recipient address has null MX",
        _ => return None,
    })
}

const fn mailbox(detail: u16) -> Option<&'static str> {
    Some(match detail {
        0 => "Other or undefined mailbox status",
        1 => "Mailbox disabled, not accepting messages",
        2 => "Mailbox full",
        3 => "Message length exceeds administrative limit",
        4 => "Mailing list expansion problem",
        _ => return None,
    })
}

const fn system(detail: u16) -> Option<&'static str> {
    Some(match detail {
        0 => "Other or undefined mail system status",
        1 => "Mail system full",
        2 => "System not accepting network messages",
        3 => "System not capable of selected features",
        4 => "Message too big for system",
        5 => "System incorrectly configured",
        6 => "Requested priority was changed",
        _ => return None,
    })
}

const fn network(detail: u16) -> Option<&'static str> {
    Some(match detail {
        0 => "Other or undefined network or routing status",
        1 => "No answer from host",
        2 => "Bad connection",
        3 => "Directory server failure",
        4 => "Unable to route",
        5 => "Mail system congestion",
        6 => "Routing loop detected",
        7 => "Delivery time expired",
        _ => return None,
    })
}

const fn protocol(detail: u16) -> Option<&'static str> {
    Some(match detail {
        0 => "Other or undefined protocol status",
        1 => "Invalid command",
        2 => "Syntax error",
        3 => "Too many recipients",
        4 => "Invalid command arguments",
        5 => "Wrong protocol version",
        6 => "Authentication Exchange line is too long",
        _ => return None,
    })
}

const fn media(detail: u16) -> Option<&'static str> {
    Some(match detail {
        0 => "Other or undefined media error",
        1 => "Media not supported",
        2 => "Conversion required and prohibited",
        3 => "Conversion required but not supported",
        4 => "Conversion with loss performed",
        5 => "Conversion Failed",
        6 => "Message content not available",
        7 => "Non-ASCII addresses not permitted for that sender/recipient",
        8 => "UTF-8 string reply is required, but not permitted by the SMTP client",
        9 => "UTF-8 header message cannot be transferred to one or more recipients",
        10 => "Deprecated duplicate of X.6.8",
        _ => return None,
    })
}

const fn policy(detail: u16) -> Option<&'static str> {
    Some(match detail {
        0 => "Other or undefined security status",
        1 => "Delivery not authorized, message refused",
        2 => "Mailing list expansion prohibited",
        3 => "Security conversion required but not possible",
        4 => "Security features not supported",
        5 => "Cryptographic failure",
        6 => "Cryptographic algorithm not supported",
        7 => "Message integrity failure",
        8 => "Authentication credentials invalid",
        9 => "Authentication mechanism is too weak",
        10 => "Encryption Needed",
        11 => "Encryption required for requested authentication mechanism",
        12 => "A password transition is needed",
        13 => "User Account Disabled",
        14 => "Trust relationship required",
        15 => "Priority Level is too low",
        16 => "Message is too big for the specified priority",
        17 => "Mailbox owner has changed",
        18 => "Domain owner has changed",
        19 => "RRVS test cannot be completed",
        20 => "No passing DKIM signature found",
        21 => "No acceptable DKIM signature found",
        22 => "No valid author-matched DKIM signature found",
        23 => "SPF validation failed",
        24 => "SPF validation error",
        25 => "Reverse DNS validation failed",
        26 => "Multiple authentication checks failed",
        27 => "Sender address has null MX",
        28 => "Mail flood detected",
        29 => "ARC validation failure",
        30 => "REQUIRETLS support required",
        _ => return None,
    })
}
