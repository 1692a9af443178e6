//! Reads the subject as a filter would.
//!
//! in:  the header section of a message      out: hints and warnings on style
//! law: heuristic, so never an error (but the length)

use crate::finding::Detail;
use crate::grammar::names::Family;
use crate::grammar::row;
use crate::rules::Id;
use crate::validate::section::Section;
use crate::validate::sink::Sink;

pub(crate) fn check(section: &Section<'_>, sink: &mut Sink) {
    if !sink.profile.any_text {
        return;
    }
    let Some((entry, subject)) = section.subject() else { return };
    let subject = subject.trim();
    let mut put = |id: Id, detail: Detail| sink.put(section.field(id, entry).detail(detail));
    if shouts(subject) {
        put(Id::SubjectAllCaps, Detail::None);
    }
    let mut marks = memchr::memchr3_iter(b'!', b'?', b'$', subject.as_bytes());
    let doubled = |at: usize| {
        let pair = subject.as_bytes().get(at..).unwrap_or_default();
        matches!(pair, [b'!' | b'?', b'!' | b'?', ..] | [b'$', b'$', ..])
    };
    if marks.any(doubled) {
        put(Id::SubjectPunctuation, Detail::None);
    }
    if subject.len() > 78
        && let chars = subject.chars().count() as u64
        && chars > 78
    {
        put(Id::SubjectTooLong, Detail::Length { is: chars, limit: 78 });
    }
    if gappy(subject) {
        put(Id::SubjectGappy, Detail::None);
    }
    let tag = subject.strip_prefix('[').and_then(|rest| rest.split(']').next()).unwrap_or_default();
    let urgent = ["urgent", "important", "action required", "final notice", "last warning"];
    let counter = subject.strip_prefix('(').and_then(|rest| rest.split(')').next()).unwrap_or_default();
    let counts = !counter.is_empty() && counter.len() <= 3 && counter.bytes().all(|b| b.is_ascii_digit());
    if urgent.contains(&tag.to_ascii_lowercase().as_str()) || counts {
        put(Id::SubjectTagMisleading, Detail::None);
    }
    let fake = is_reply(subject)
        && section.find(row::IN_REPLY_TO).is_none()
        && section.find(row::REFERENCES).is_none();
    if fake && !section.has(Family::Resent) {
        put(Id::SubjectFakeReply, Detail::None);
    }
}

fn is_reply(subject: &str) -> bool {
    ["re:", "fwd:", "fw:", "aw:", "wg:", "sv:"].iter().any(|mark| starts(subject, mark))
}

/// Does `text` begin with `mark`, in whatever case?
fn starts(text: &str, mark: &str) -> bool {
    text.get(..mark.len()).is_some_and(|head| head.eq_ignore_ascii_case(mark))
}

/// All in capitals: at least ten letters and a blank, reply marks and list tags left out, only scripts with cases.
fn shouts(subject: &str) -> bool {
    let mut rest = subject;
    loop {
        let before = rest;
        rest = rest.trim_start();
        if let Some(mark) = ["re:", "fw:", "fwd:", "aw:", "wg:"].into_iter().find(|mark| starts(rest, mark)) {
            rest = rest.get(mark.len()..).unwrap_or_default();
        }
        if let Some((_, after)) = rest.strip_prefix('[').and_then(|inside| inside.split_once(']')) {
            rest = after;
        }
        if rest.len() == before.len() {
            break;
        }
    }
    let rest = rest.trim();
    if !rest.contains(' ') || rest.bytes().any(|b| b.is_ascii_lowercase()) {
        return false;
    }
    let mut letters = 0_usize;
    for c in rest.chars() {
        if c.is_uppercase() {
            letters = letters.saturating_add(1);
        } else if c.is_alphabetic() {
            return false;
        }
    }
    letters >= 10
}

/// Four or more single letters in a row, each with a blank behind it.
fn gappy(subject: &str) -> bool {
    // Most have no single letter between blanks, and are not walked by words.
    let lone = subject.as_bytes().windows(3).fold(0_u8, |lone, three| {
        let [before, letter, behind] = three else { return lone };
        lone | u8::from((letter | 32).wrapping_sub(b'a') < 26)
            & u8::from(!before.is_ascii_graphic())
            & u8::from(!behind.is_ascii_graphic())
    });
    if lone == 0 {
        return false;
    }
    let mut run = 0_u32;
    for word in subject.split_whitespace() {
        let single = word.len() == 1 && word.bytes().all(|b| b.is_ascii_alphabetic());
        run = if single { run.saturating_add(1) } else { 0 };
        if run >= 4 {
            return true;
        }
    }
    false
}
