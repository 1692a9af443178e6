//! Replays a conversation against a pipeline: what each check noted, what each stage would have answered.

use alloc::vec::Vec;
use core::fmt;

use mailwright_reply::{Escaped, Stage};

use super::{Pipeline, Step, Transcript, World};
use crate::{Decision, Note};

/// What a pipeline says to a conversation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Explanation {
    /// The pipeline.
    pub pipeline: &'static str,
    /// Every check, in order; for recipients once each.
    pub lines: Vec<Line>,
    /// What each stage answers, in order: the stage, the number of the recipient, the decision.
    pub stages: Vec<(Stage, Option<usize>, Decision)>,
    /// The paths of the recipients, to print.
    recipients: Vec<Vec<u8>>,
}

/// One check and what it said.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Line {
    /// The check.
    pub step: Step,
    /// Which recipient it was about, 0-based.
    pub recipient: Option<usize>,
    /// What it said; `None` where its facts were not looked up.
    pub note: Option<Note>,
}

pub(super) fn explain(pipeline: &Pipeline, seen: &Transcript, world: World<'_>) -> Explanation {
    let mut lines = Vec::new();
    for step in pipeline.steps() {
        if step.stage() == Stage::Recipient {
            for at in 0..seen.recipients.len() {
                lines.push(Line { step: *step, recipient: Some(at), note: step.note(seen, Some(at), world) });
            }
        } else {
            lines.push(Line { step: *step, recipient: None, note: step.note(seen, None, world) });
        }
    }
    let mut stages = Vec::new();
    let mut decide = |stage, at| stages.push((stage, at, pipeline.decide(stage, seen, at, world)));
    decide(Stage::Greeting, None);
    decide(Stage::Hello, None);
    decide(Stage::Mail, None);
    for at in 0..seen.recipients.len() {
        decide(Stage::Recipient, Some(at));
    }
    if seen.message.is_some() {
        decide(Stage::Dot, None);
    }
    let recipients = seen.recipients.iter().map(|recipient| recipient.path.clone()).collect();
    Explanation { pipeline: pipeline.name(), lines, stages, recipients }
}

impl Explanation {
    /// The first stage that is not an accept; recipients apart from each other.
    pub fn first_refusal(&self) -> Option<(Stage, Option<usize>, Decision)> {
        self.stages.iter().copied().find(|(_, _, decision)| !decision.verdict.is_accept())
    }
}

/// A line a stage, with its flags.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.pipeline)?;
        for (stage, recipient, decision) in &self.stages {
            write!(f, "\n  {:<9} ", stage.name())?;
            if let Some(path) = recipient.and_then(|at| self.recipients.get(at)) {
                write!(f, "{} ", Escaped::new(path))?;
            }
            match decision.verdict.reply(*stage) {
                None => f.write_str("ok")?,
                Some(reply) => write!(f, "{reply}")?,
            }
            if !decision.flags.is_empty() {
                write!(f, "  [{}]", decision.flags)?;
            }
        }
        Ok(())
    }
}
