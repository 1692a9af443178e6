//! Which octets may stand where: one table, a bit for each question.

/// In the name of a term.
pub(super) const NAME: u8 = 1;
/// In a macro-string as itself: visible and no `%`.
pub(super) const LITERAL: u8 = 2;
/// In a top label.
pub(super) const LABEL: u8 = 4;
/// A letter or a hyphen: what makes a top label no number.
pub(super) const NO_DIGIT: u8 = 8;
/// What may part the value of a macro.
pub(super) const DELIMITER: u8 = 16;

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut octet = 0_u8;
    loop {
        let mut class = 0;
        if octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.') {
            class |= NAME;
        }
        if octet.is_ascii_graphic() && octet != b'%' {
            class |= LITERAL;
        }
        if octet.is_ascii_alphanumeric() || octet == b'-' {
            class |= LABEL;
        }
        if octet.is_ascii_alphabetic() || octet == b'-' {
            class |= NO_DIGIT;
        }
        if matches!(octet, b'.' | b'-' | b'+' | b',' | b'/' | b'_' | b'=') {
            class |= DELIMITER;
        }
        #[expect(clippy::indexing_slicing, reason = "256 classes for 256 octets, checked by the compiler")]
        {
            classes[octet as usize] = class;
        }
        if octet == u8::MAX {
            break;
        }
        octet = octet.wrapping_add(1);
    }
    classes
};

/// The classes of an octet.
pub(super) fn of(octet: u8) -> u8 {
    CLASSES.get(usize::from(octet)).copied().unwrap_or(0)
}

/// Whether an octet is of a class.
pub(super) fn is(octet: u8, class: u8) -> bool {
    of(octet) & class != 0
}
