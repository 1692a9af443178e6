//! Checks the display name of a mailbox.
//!
//! in:  a mailbox of a list      out: notes on names that could mislead
//! law: a name is read as people see it, encoded-words decoded (RFC 2047 §5)

use crate::checks::addresses::List;
use crate::checks::script;
use crate::grammar::lexer::has_word_start;
use crate::grammar::mailbox::Mailbox;
use crate::grammar::marks;
use crate::grammar::row;
use crate::rules::Id;
use crate::validate::look;

impl List<'_, '_> {
    /// What is odd in the name of one mailbox.
    pub(super) fn name(&mut self, mailbox: &Mailbox<'_>) {
        let Self { section, entry, .. } = *self;
        let raw = mailbox.raw_name();
        let span = mailbox.span.start..mailbox.span.start.saturating_add(raw.len());
        let coded = entry.holds(look::QUESTION) && has_word_start(raw);
        // Sixteen octets of the value at a time, but none behind the name.
        let value = entry.value().get(..span.end).unwrap_or_default();
        let odd = marks::until(value, span.start, |lanes| lanes.any(*b"@([") | lanes.high());
        if !coded && odd >= span.end {
            return;
        }
        let shown = mailbox.name();
        // An address spelt with encoded-words in quotes is still read by people.
        if memchr::memchr(b'@', shown.as_bytes()).is_some() {
            let own = mailbox.address();
            let written = shown.trim().trim_matches(['\'', '"', '<', '>']);
            if written.eq_ignore_ascii_case(&own) {
                self.sink.put(section.value(Id::DisplayNameEqualsAddress, entry, span.clone()));
            } else if written
                .split_whitespace()
                .any(|word| word.contains('@') && looks_like_address(word, &own))
            {
                self.sink.put(
                    section.value(Id::DisplayNameHasAddress, entry, span.clone()).found(written.as_bytes()),
                );
            }
        }
        if !shown.is_ascii() && shown.split_whitespace().any(script::mixes_scripts) {
            let note = section.value(Id::DisplayNameMixedScript, entry, span.clone());
            self.sink.put(note.found(shown.as_bytes()));
        }
        if entry.is(row::FROM) && (is_numbered(&shown) || has_symbol(&shown)) {
            self.sink.put(section.value(Id::DisplayNameTitleOrNumber, entry, span).found(shown.as_bytes()));
        }
    }
}

/// `Alice (3)`, as if messages waited.
fn is_numbered(name: &str) -> bool {
    let inside = name.trim_end().strip_suffix(')').and_then(|name| name.rsplit('(').next());
    inside.is_some_and(|inside| {
        !inside.is_empty() && inside.len() <= 3 && inside.bytes().all(|b| b.is_ascii_digit())
    })
}

/// Signs that catch the eye.
fn has_symbol(name: &str) -> bool {
    !name.is_ascii() && name.chars().any(|c| matches!(c, '\u{2600}'..='\u{27bf}' | '\u{1f300}'..='\u{1faff}'))
}

fn looks_like_address(word: &str, own: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    match word.split_once('@') {
        Some((local, domain)) => !local.is_empty() && domain.contains('.') && !word.eq_ignore_ascii_case(own),
        None => false,
    }
}
