//! A certificate that needs no file, as an argument asks for it.

use clap::ValueEnum;

/// A certificate that needs no file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Made {
    /// Signed by its own key.
    SelfSigned,
}
