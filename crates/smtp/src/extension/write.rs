//! Writes the keyword lines of an EHLO reply.
//!
//! in:  an extension with what belongs to it      out: its line
//! law: what is written is read back the same

use alloc::{
    format,
    string::{String, ToString},
};

use super::{Extension, Extensions};

impl Extensions {
    /// ehlo-line = ehlo-keyword *( SP ehlo-param )
    pub(super) fn line(&self, extension: Extension) -> String {
        let keyword = extension.keyword();
        match extension {
            Extension::Size if self.size > 0 => format!("{keyword} {}", self.size),
            Extension::Auth => joined(keyword, self.auth()),
            Extension::Xclient => joined(keyword, self.xclient()),
            Extension::DeliverBy if self.min_by_time > 0 => format!("{keyword} {}", self.min_by_time),
            Extension::MtPriority => joined(keyword, self.priority_profile().into_iter()),
            Extension::FutureRelease => {
                let seconds = self.max_hold().map(|seconds| seconds.to_string());
                joined(keyword, seconds.as_deref().into_iter().chain(self.max_hold_until()))
            }
            Extension::Limits => self
                .limits
                .named()
                .fold(keyword.to_string(), |line, (name, limit)| format!("{line} {name}={limit}")),
            Extension::Size
            | Extension::DeliverBy
            | Extension::EightBitMime
            | Extension::BinaryMime
            | Extension::Chunking
            | Extension::Dsn
            | Extension::EnhancedStatusCodes
            | Extension::Etrn
            | Extension::Expn
            | Extension::Help
            | Extension::Pipelining
            | Extension::RequireTls
            | Extension::SmtpUtf8
            | Extension::StartTls
            | Extension::Vrfy => keyword.to_string(),
        }
    }
}

fn joined<'a>(keyword: &str, words: impl Iterator<Item = &'a str>) -> String {
    words.fold(keyword.to_string(), |mut line, word| {
        line.push(' ');
        line.push_str(word);
        line
    })
}
