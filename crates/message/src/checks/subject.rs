//! Reads the subject as a filter would.
//!
//! in:  the header section of a message      out: hints and warnings on style
//! law: heuristic, so never an error (but the length)

use crate::finding::Detail;
use crate::grammar::names::Family;
use crate::grammar::{marks, row};
use crate::rules::Id;
use crate::validate::section::Section;
use crate::validate::sink::Sink;

pub(crate) fn check(section: &Section<'_>, sink: &mut Sink) {
    if !sink.profile.any_text {
        return;
    }
    let Some((entry, subject)) = section.subject() else { return };
    let subject = subject.trim();
    let look = Look::at(subject.as_bytes());
    let mut put = |id: Id, detail: Detail| sink.put(section.field(id, entry).detail(detail));
    if look.capitals >= CAPITALS && shouts(subject) {
        put(Id::SubjectAllCaps, Detail::None);
    }
    if look.doubled_mark {
        put(Id::SubjectPunctuation, Detail::None);
    }
    if subject.len() > 78
        && let chars = subject.chars().count() as u64
        && chars > 78
    {
        put(Id::SubjectTooLong, Detail::Length { is: chars, limit: 78 });
    }
    if look.lone_letter && gappy(subject) {
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

/// Capitals that shout.
const CAPITALS: usize = 10;

/// All in capitals: enough letters and a blank, reply marks and list tags left out, only scripts with cases.
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
    letters >= CAPITALS
}

/// Four or more single letters in a row, each with a blank behind it.
fn gappy(subject: &str) -> bool {
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

/// What the octets of a subject show before its words are walked: most have nothing that words would tell more of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Look {
    /// Capitals, and octets above 127, which may be some.
    capitals: usize,
    /// `!` or `?` behind one of them, or `$` behind another.
    doubled_mark: bool,
    /// A letter between two octets that are not to be seen.
    lone_letter: bool,
}

impl Look {
    #[expect(clippy::cast_possible_truncation, reason = "a shift of up to 64")]
    fn at(subject: &[u8]) -> Self {
        let asked = marks::whole(subject, |lanes| {
            let (small, capital) = (lanes.within(b'a', b'z'), lanes.within(b'A', b'Z') | lanes.high());
            [small, capital, lanes.high(), lanes.within(b'!', b'~'), lanes.any([b'!', b'?']), lanes.is(b'$')]
        });
        let Some([small, capital, high, seen, mark, dollar]) = asked else {
            return Self::one_by_one(subject);
        };
        let unseen = !seen & u64::MAX.wrapping_shr(marks::WIDTH.wrapping_sub(subject.len()) as u32);
        let letter = small | capital & !high;
        Self {
            capitals: capital.count_ones() as usize,
            doubled_mark: (mark & mark.wrapping_shl(1)) | (dollar & dollar.wrapping_shl(1)) != 0,
            lone_letter: letter & unseen.wrapping_shl(1) & unseen.wrapping_shr(1) != 0,
        }
    }

    /// The same for a short or long subject.
    fn one_by_one(subject: &[u8]) -> Self {
        let marked = |pair: &[u8]| matches!(pair, [b'!' | b'?', b'!' | b'?'] | [b'$', b'$']);
        let lone = |three: &[u8]| match three {
            [before, letter, behind] => {
                letter.is_ascii_alphabetic() && !before.is_ascii_graphic() && !behind.is_ascii_graphic()
            }
            _ => false,
        };
        Self {
            capitals: subject.iter().filter(|b| b.is_ascii_uppercase() || !b.is_ascii()).count(),
            doubled_mark: subject.windows(2).any(marked),
            lone_letter: subject.windows(3).any(lone),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn octets_asked_all_at_once_tell_the_same_as_one_by_one() {
        let mut state = 1_u32;
        for length in 0..90 {
            for _ in 0..300 {
                let subject: Vec<u8> = (0..length)
                    .map(|_| {
                        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        b"aZ  !?$\xC3.z"[(state >> 24) as usize % 10]
                    })
                    .collect();
                assert_eq!(Look::at(&subject), Look::one_by_one(&subject), "{subject:?}");
            }
        }
    }
}
