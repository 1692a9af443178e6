//! From a cause to what is done about it.
//!
//! in:  the rule that held, or how the attempt ended      out: the verdict
//! law: the first digit says how long it holds, unless the rule overrides it; what the digit said stays visible

use super::rule::Known;
use super::rules::Found;
use crate::{
    Blame, Cause, Change, Ending, Evidence, Heard, Host, Lasting, Next, NoHost, NotSent, ReplyClass, Stage,
    Sure, Verdict, Whom,
};

/// The verdict of a reply or text.
pub(super) fn from_rule(found: Found<'_>, known: &Known<'_>) -> Verdict {
    let Found { hit, mood, .. } = found;
    let wire = known.code.and_then(|code| digit(code.class()));
    let cause = hit.and_then(|hit| hit.rule.cause).unwrap_or(Cause::Unknown);
    let ruled = match (hit.and_then(|hit| hit.rule.lasting), mood) {
        // What is closed for a while opens by itself.
        (Some(Lasting::Permanent), Some(Lasting::Temporary)) if reopens(cause) => mood,
        // 4yz says so itself.
        (None, Some(Lasting::Temporary)) if wire == Some(Lasting::Temporary) => None,
        (ruled, mood) => ruled.or(mood),
    };
    let lasting = ruled.unwrap_or_else(|| usual_lasting(cause, wire, known));
    let sure = match hit {
        Some(hit) if hit.rule.when.names_host() => Sure::Documented,
        Some(hit) if cause.is_gone() && (found.unsure || hit.rule.unsure) => Sure::Usual,
        Some(_) if cause.is_of_recipient() && before_recipients(known) => Sure::Usual,
        Some(hit) if !hit.rule.terms.is_empty() => Sure::Stated,
        Some(hit) if hit.rule.when.names_detail() && cause.is_of_recipient() => Sure::Documented,
        Some(hit) if hit.rule.when.names_enhanced() => Sure::Usual,
        Some(_) | None => Sure::Guess,
    };
    let change = hit.and_then(|hit| hit.rule.change);
    let why = Evidence { rule: hit.map(|hit| hit.number), range: hit.and_then(|hit| hit.range) };
    let blame = hit.and_then(|hit| hit.rule.blame).unwrap_or_else(|| cause.usual_blame());
    let verdict = Verdict {
        cause,
        blame,
        lasting,
        next: Next::Bounce,
        alert: alert(cause),
        wait: None,
        sure,
        twice: hit.is_some_and(|hit| hit.rule.twice),
        why,
        wire,
    };
    at_the_door(Verdict { next: next(&verdict, change), ..verdict }, known)
}

/// Whether a cause that is for good as a rule passes where the words say so.
pub(super) const fn reopens(cause: Cause) -> bool {
    matches!(cause, Cause::MailboxDisabled | Cause::DomainNoMail)
}

/// Whether no recipient was named yet: what is said then is about somebody else.
fn before_recipients(known: &Known<'_>) -> bool {
    let early = matches!(known.stage, Some(Stage::Hello | Stage::Tls | Stage::Auth | Stage::Mail));
    early && known.heard == Heard::OnWire
}

/// A refusal before the first command of a transaction is about us and this host, and another host may be kinder.
fn at_the_door(verdict: Verdict, known: &Known<'_>) -> Verdict {
    let early = matches!(known.stage, Some(Stage::Connect | Stage::Greeting));
    if !early || verdict.wire != Some(Lasting::Permanent) || verdict.lasting == Lasting::Temporary {
        return verdict;
    }
    let blame = if verdict.cause.is_of_recipient() { verdict.blame } else { Blame::SendingIp };
    let next = Next::Retry { host: Host::Other, slower: false, change: None };
    let lasting = if verdict.cause == Cause::DomainNoMail { verdict.lasting } else { Lasting::UntilFixed };
    Verdict { blame, lasting, next, alert: Some(Whom::Operator), ..verdict }
}

/// How long it holds where the rule doesn't say.
fn usual_lasting(cause: Cause, wire: Option<Lasting>, known: &Known<'_>) -> Lasting {
    let until_fixed = matches!(
        cause,
        Cause::AuthFailure
            | Cause::NoPtr
            | Cause::Tls
            | Cause::AuthRequired
            | Cause::Reputation
            | Cause::Protocol
    );
    // Without a reply code the class of the enhanced code speaks.
    let enhanced = known.enhanced.and_then(|code| digit(code.class().reply_class()));
    match (wire, enhanced) {
        (Some(_), _) if until_fixed => Lasting::UntilFixed,
        (Some(said), _) | (None, Some(said)) => said,
        (None, None) if passes(cause) => Lasting::Temporary,
        (None, None) if until_fixed => Lasting::UntilFixed,
        (None, None) => Lasting::Permanent,
    }
}

/// Whether a cause passes by itself as a rule.
const fn passes(cause: Cause) -> bool {
    matches!(cause, Cause::Network | Cause::System | Cause::RateLimited | Cause::Greylisted | Cause::Tls)
}

const fn alert(cause: Cause) -> Option<Whom> {
    if matches!(cause, Cause::AuthFailure | Cause::SenderRejected) {
        return Some(Whom::SenderDomain);
    }
    if matches!(cause, Cause::Reputation | Cause::NoPtr | Cause::AuthRequired | Cause::Tls | Cause::Protocol)
    {
        return Some(Whom::Operator);
    }
    None
}

fn next(verdict: &Verdict, change: Option<Change>) -> Next {
    let retry = |host, slower| Next::Retry { host, slower, change };
    let temporary_wire = verdict.wire == Some(Lasting::Temporary);
    match (verdict.lasting, verdict.cause) {
        (_, Cause::Accepted) => Next::Done,
        (Lasting::Temporary, Cause::Greylisted) => retry(Host::Same, false),
        (Lasting::Temporary, Cause::RateLimited | Cause::MailboxFull | Cause::Reputation) => {
            retry(Host::Any, true)
        }
        (Lasting::Temporary, Cause::Network | Cause::System | Cause::Tls) => retry(Host::Other, false),
        (Lasting::Temporary, _) => retry(Host::Any, false),
        // The code says later: the address is asked once more before it is given up.
        (
            Lasting::Permanent,
            Cause::MailboxUnknown
            | Cause::MailboxDisabled
            | Cause::RelayDenied
            | Cause::DomainUnknown
            | Cause::DomainNoMail,
        ) if temporary_wire => retry(Host::Any, true),
        (Lasting::UntilFixed | Lasting::Permanent, _) if change.is_some() => retry(Host::Same, false),
        (Lasting::UntilFixed, Cause::Reputation) if temporary_wire => retry(Host::Other, true),
        (Lasting::UntilFixed, _) if temporary_wire => retry(Host::Any, true),
        (Lasting::UntilFixed | Lasting::Permanent, _) => Next::Bounce,
    }
}

/// The verdict of an attempt that ended without a reply.
pub(super) fn from_ending(ending: &Ending, stage: Option<Stage>) -> Verdict {
    let at_dot = stage.is_some_and(Stage::may_be_delivered);
    let other = Next::Retry { host: Host::Other, slower: false, change: None };
    let again = |change| Next::Retry { host: Host::Same, slower: false, change: Some(change) };
    let (cause, lasting, next) = match ending {
        Ending::TimedOut | Ending::Closed | Ending::Reset if at_dot => {
            (Cause::Network, Lasting::Temporary, Next::CheckDelivered)
        }
        Ending::Protocol(_) if at_dot => (Cause::Protocol, Lasting::Temporary, Next::CheckDelivered),
        Ending::TimedOut | Ending::Closed | Ending::Reset | Ending::Refused | Ending::Unreachable => {
            (Cause::Network, Lasting::Temporary, other)
        }
        Ending::Protocol(_) => (Cause::Protocol, Lasting::Temporary, other),
        Ending::NoHost(why) => no_host(*why),
        Ending::Tls(_) => {
            (Cause::Tls, Lasting::Temporary, Next::Retry { host: Host::Other, slower: true, change: None })
        }
        Ending::RetryWithoutTls(_) => (Cause::Tls, Lasting::Temporary, again(Change::WithoutTls)),
        Ending::NeedsDowngrade(_) => (Cause::Content, Lasting::UntilFixed, again(Change::Downgrade)),
        Ending::NotSent(why) => not_sent(*why),
        Ending::Replied(_) => (Cause::Unknown, Lasting::Temporary, other),
    };
    let blame = if matches!(ending, Ending::Protocol(_)) {
        Blame::Host
    } else if matches!(
        ending,
        Ending::NotSent(NotSent::Aborted | NotSent::Contradicted) | Ending::NoHost(NoHost::Loop)
    ) {
        Blame::OurSide
    } else if matches!(ending, Ending::NoHost(NoHost::NotNow)) {
        Blame::Route
    } else {
        cause.usual_blame()
    };
    let why = Evidence { rule: None, range: None };
    // No address may be a mistake of a day: not sure enough to leave a domain alone.
    let sure = if matches!(ending, Ending::NoHost(NoHost::NoAddress)) { Sure::Usual } else { Sure::Stated };
    Verdict {
        cause,
        blame,
        lasting,
        next,
        alert: alert(cause),
        wait: None,
        sure,
        twice: false,
        why,
        wire: None,
    }
}

const fn no_host(why: NoHost) -> (Cause, Lasting, Next) {
    match why {
        NoHost::NoSuchDomain | NoHost::NoAddress => (Cause::DomainUnknown, Lasting::Permanent, Next::Bounce),
        NoHost::NullMx => (Cause::DomainNoMail, Lasting::Permanent, Next::Bounce),
        NoHost::Loop => (Cause::Network, Lasting::UntilFixed, Next::Bounce),
        NoHost::NotNow => {
            (Cause::Network, Lasting::Temporary, Next::Retry { host: Host::Any, slower: false, change: None })
        }
    }
}

fn not_sent(why: NotSent) -> (Cause, Lasting, Next) {
    let later = |change| Next::Retry { host: Host::Any, slower: false, change };
    match why {
        NotSent::Aborted => (Cause::System, Lasting::Temporary, later(None)),
        NotSent::Contradicted => (Cause::Content, Lasting::Permanent, Next::Bounce),
        NotSent::TooBig => (Cause::TooLarge, Lasting::Permanent, Next::Bounce),
        NotSent::ExtensionMissing => (Cause::Policy, Lasting::Permanent, Next::Bounce),
        NotSent::NoLogin => (Cause::AuthRequired, Lasting::UntilFixed, Next::Bounce),
        NotSent::SessionOver => (Cause::Network, Lasting::Temporary, later(Some(Change::Reconnect))),
        NotSent::NextTransaction => {
            (Cause::RateLimited, Lasting::Temporary, later(Some(Change::NextTransaction)))
        }
    }
}

impl Cause {
    /// Whether it is the recipient's or its domain's.
    const fn is_of_recipient(self) -> bool {
        matches!(self.usual_blame(), Blame::Recipient | Blame::RecipientDomain)
    }
}

/// The verdict of 2yz: taken, with the final dot; a step on the way before.
pub(super) fn accepted(known: &Known<'_>) -> Verdict {
    let why = Evidence { rule: None, range: None };
    let sure = if known.stage == Some(Stage::Dot) { Sure::Stated } else { Sure::Usual };
    Verdict {
        cause: Cause::Accepted,
        blame: Blame::Unclear,
        lasting: Lasting::Permanent,
        next: Next::Done,
        alert: None,
        wait: None,
        sure,
        twice: false,
        why,
        wire: None,
    }
}

/// What the first digit alone says.
const fn digit(class: ReplyClass) -> Option<Lasting> {
    match class {
        ReplyClass::TransientNegative => Some(Lasting::Temporary),
        ReplyClass::PermanentNegative => Some(Lasting::Permanent),
        ReplyClass::PositiveCompletion | ReplyClass::PositiveIntermediate => None,
    }
}
