//! The shape of every check that needs the DNS: it asks, is answered, and ends in an outcome.
//!
//! in:  answers keyed by (name, kind), in any order, also unasked      out: questions, then one outcome
//! law: how many questions were answered ahead of need never changes the outcome

use crate::{Answer, Question};

/// What an inquiry wants next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the three moves of an inquiry")]
#[expect(
    clippy::large_enum_variant,
    reason = "a step lives on the stack for a moment; a box would be an allocation"
)]
pub enum Step<Outcome> {
    /// Ask this, and poll again at once: there may be more to ask side by side.
    Ask(Question),
    /// Every needed question is out: answer one, or say that time is up.
    Wait,
    /// The check is over. Polling again says the same.
    Done(Outcome),
}

/// A check that needs the DNS, as a machine without IO.
///
/// Poll until [`Step::Wait`] or [`Step::Done`]; hand in answers as they come. A question asked ahead may be left
/// unanswered: it comes again as [`Need::Needed`](crate::Need) if the walk blocks on it.
///
/// # Examples
///
/// ```
/// use mailwright_dns::{Inquiry, MxSelection, Selected, Step, Zone};
///
/// let zone = Zone::parse(b"example.org. MX 10 mx.example.org.\nmx.example.org. A 192.0.2.25")?;
/// let mut inquiry = MxSelection::new("example.org".parse()?);
/// let selection = loop {
///     match inquiry.poll() {
///         Step::Ask(question) => inquiry.handle_answer(&question, zone.answer(&question)),
///         Step::Wait => inquiry.handle_timeout(),
///         Step::Done(selection) => break selection,
///     }
/// };
/// assert!(matches!(selection.selected, Selected::Hosts(groups) if groups.len() == 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Inquiry {
    /// What the check ends in.
    type Outcome;

    /// Gives the next question, `Wait`, or the outcome.
    fn poll(&mut self) -> Step<Self::Outcome>;

    /// Takes an answer. Only name and kind of the question count; one that was never asked is kept for later use.
    fn handle_answer(&mut self, question: &Question, answer: Answer);

    /// The caller's clock says that time is up: the inquiry ends with what a failed look-up means for it.
    fn handle_timeout(&mut self);
}

/// Whatever answers questions at once: a zone, a blocking resolver, a closure.
pub trait Source {
    /// Answers one question.
    fn answer(&mut self, question: &Question) -> Answer;
}

impl<F: FnMut(&Question) -> Answer> Source for F {
    fn answer(&mut self, question: &Question) -> Answer {
        self(question)
    }
}

/// The blocking driver: answers every question as it comes until the check is over.
///
/// # Examples
///
/// ```
/// use mailwright_dns::{MxSelection, Selected, Zone, run};
///
/// let zone = Zone::parse(b"example.org. MX 0 .")?;
/// let selection = run(&mut MxSelection::new("example.org".parse()?), &mut &zone);
/// assert_eq!(selection.selected, Selected::NullMx);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn run<I: Inquiry>(inquiry: &mut I, source: &mut impl Source) -> I::Outcome {
    run_until(inquiry, source, || false)
}

/// The blocking driver with a deadline: `expired` is asked before each question.
pub fn run_until<I: Inquiry>(
    inquiry: &mut I,
    source: &mut impl Source,
    mut expired: impl FnMut() -> bool,
) -> I::Outcome {
    loop {
        match inquiry.poll() {
            Step::Ask(_) if expired() => inquiry.handle_timeout(),
            Step::Ask(question) => {
                let answer = source.answer(&question);
                inquiry.handle_answer(&question, answer);
            }
            // Everything asked was answered, so only a machine that is out of order waits here.
            Step::Wait => inquiry.handle_timeout(),
            Step::Done(outcome) => return outcome,
        }
    }
}
