//! What a refusal means: why, whom it is about, how long it holds, what to do.
//!
//! in:  a reply or an ending, the stage, the host that said it      out: a verdict with its evidence
//! law: never fails, never allocates; first a typed ending, then rules in their order, then the bare codes

mod codes;
mod decide;

mod fold;
pub use fold::fold;

mod order;

mod phrases;

mod provider;

mod refusal;
pub use refusal::{Heard, Refusal};

mod rule;
pub use rule::RuleError;

mod rules;
pub use rules::{RuleView, Rules};

mod scan;

mod seen;

mod wait;

use crate::Verdict;

/// What a refusal means.
///
/// Reads at most 4 KiB of the head of the text and 1 KiB of its tail, in one pass and without allocation.
///
/// # Examples
///
/// ```
/// use mailwright_reply::{Cause, Lasting, Refusal, Rules, classify};
///
/// let verdict = classify(&Refusal::from_text(b"451 User unknown"), Rules::built_in());
/// assert_eq!((verdict.cause, verdict.lasting), (Cause::MailboxUnknown, Lasting::Permanent));
/// assert!(verdict.lies());
/// ```
///
/// # RFC
///
/// RFC 5321 §4.2.1 (the first digit), §4.5.3.1.10 (552 for too many recipients); RFC 3463 and its registry.
pub fn classify(refusal: &Refusal<'_>, rules: &Rules) -> Verdict {
    if let Some(ending) = refusal.ending {
        return decide::from_ending(ending, refusal.stage);
    }
    let completed = refusal.code.is_some_and(crate::ReplyCode::is_completion);
    // Another reply glued behind a good one: the conversation lost its step, the refusal is what counts.
    let glued = refusal.code.filter(|_| completed).and_then(|code| codes::negative(code, refusal.text));
    let known = rule::Known {
        code: glued.or(refusal.code),
        enhanced: refusal.enhanced.or_else(|| codes::enhanced(refusal.text)),
        stage: refusal.stage,
        host: refusal.host,
        provider: refusal.host.and_then(provider::Provider::of),
        heard: refusal.heard,
    };
    let verdict = if completed && glued.is_none() && refusal.heard == Heard::OnWire {
        decide::accepted(&known)
    } else {
        decide::from_rule(rules.first(refusal.text, &known), &known)
    };
    let temporary = verdict.is_temporary();
    Verdict { wait: if temporary { wait::read(refusal.text, known.code) } else { None }, ..verdict }
}
