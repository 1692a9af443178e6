//! What the command lines of the examples do alike: read arguments, write results, tell a story in steps.
//!
//! in:  arguments, what writing came to      out: an exit status that scripts can rely on
//! law: wrong usage is 64; output that can't be written is 74, unless its reader has read enough

use std::io;
use std::process::ExitCode;

use clap::Parser;

#[path = "command_line/login.rs"]
mod login;
pub use login::Login;
#[path = "command_line/made.rs"]
mod made;
pub use made::Made;
#[path = "command_line/story.rs"]
mod story;
pub use story::Step;

/// Reads the command line.
///
/// # Errors
///
/// The status to end with: 0 where help or the version was asked for and printed, 64 where the usage is wrong and was told.
pub fn arguments<A: Parser>() -> Result<A, ExitCode> {
    told(A::try_parse())
}

/// The same for a command line that was read and looked at more closely.
///
/// # Errors
///
/// As of [`arguments`].
pub fn told<A>(read: Result<A, clap::Error>) -> Result<A, ExitCode> {
    read.map_err(|error| {
        let usage = error.use_stderr();
        let _shown = error.print();
        ExitCode::from(if usage { 64 } else { 0 })
    })
}

/// The status of `example` after it has written its output: the one that came of it, or 74 where it could not be written.
#[must_use]
pub fn written(example: &str, output: io::Result<ExitCode>) -> ExitCode {
    match output {
        Ok(status) => status,
        // Whoever reads our output has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{example}: can't write: {error}");
            ExitCode::from(74)
        }
    }
}
