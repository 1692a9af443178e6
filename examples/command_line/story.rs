//! A story in steps: what is done, what comes of it, and whether that is good.

use std::fmt::Display;
use std::io::Write;
use std::process::ExitCode;

use serde_json::{Value, json};

/// One step of a story.
pub struct Step {
    what: String,
    result: String,
    good: bool,
}

impl Step {
    /// What was done, and what came of it.
    pub fn new(what: impl Into<String>, result: Result<impl Display, impl Display>) -> Self {
        let (result, good) = match result {
            Ok(result) => (result.to_string(), true),
            Err(error) => (error.to_string(), false),
        };
        Self { what: what.into(), result, good }
    }

    /// Something that can't fail.
    pub fn good(what: impl Into<String>, result: impl Display) -> Self {
        Self::new(what, Ok::<_, String>(result))
    }

    /// Prints a story of `example`, as lines or as one JSON array. The status: 0, or 1 where it is `judged` and a step was
    /// not good; 64 where it could not be told.
    pub fn tell(example: &str, story: Result<Vec<Self>, impl Display>, json: bool, judged: bool) -> ExitCode {
        let steps = match story {
            Ok(steps) => steps,
            Err(error) => {
                eprintln!("{example}: {error}");
                return ExitCode::from(64);
            }
        };
        let mut out = std::io::stdout().lock();
        let output = if json {
            writeln!(out, "{}", steps.iter().map(Self::as_json).collect::<Value>())
        } else {
            steps.iter().try_for_each(|Self { what, result, good }| {
                writeln!(out, "{} {what}\n      {result}", if *good { "  " } else { "! " })
            })
        };
        let bad = judged && steps.iter().any(|step| !step.good);
        crate::written(example, output.map(|()| ExitCode::from(u8::from(bad))))
    }

    fn as_json(&self) -> Value {
        json!({ "step": self.what, "result": self.result, "good": self.good })
    }
}
