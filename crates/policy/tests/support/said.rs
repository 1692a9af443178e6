//! What a note says to the peer, as a table has it.

use mailwright_policy::Note;

/// Code and enhanced code, or "" for an accept.
pub(crate) fn said(note: Note) -> String {
    note.decide().verdict.why().map_or_else(String::new, |why| {
        let (class, subject, detail) = why.enhanced();
        format!("{} {class}.{subject}.{detail}", why.number())
    })
}

#[track_caller]
pub(crate) fn check(note: Note, expected: &str) {
    assert_eq!(said(note), expected, "{note:?}");
}
