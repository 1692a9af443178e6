//! Sorts octets into the classes that the grammars ask for.
//!
//! in:  an octet      out: its classes, one look-up per octet
//! law: no octet from 128 up has a class; UTF-8 is judged a character at a time

/// Octets of an unquoted word (RFC 5322 §3.2.3 `atext`).
pub(crate) const ATEXT: u8 = 1;
/// Letters and digits (RFC 5321 §4.1.2 `Let-dig`).
pub(crate) const LETDIG: u8 = 2;
/// Letters, digits and the hyphen (RFC 5321 §4.1.2 `Ldh-str`).
pub(crate) const LDH: u8 = 4;
/// Octets that stand in a quoted string as themselves, the space included (RFC 5321 §4.1.2 `qtextSMTP`).
pub(crate) const QTEXT: u8 = 8;
/// Octets that stand in a comment as themselves, the space included (RFC 5322 §3.2.2 `ctext`).
pub(crate) const CTEXT: u8 = 16;
/// Octets that stand in a literal as themselves (RFC 5321 §4.1.3 `dcontent`, RFC 5322 §3.4.1 `dtext`).
pub(crate) const DTEXT: u8 = 32;
/// Control octets that the obsolete grammar allows (RFC 5322 §4.1 `obs-NO-WS-CTL`).
pub(crate) const CONTROL: u8 = 64;

/// Whether the octet belongs to one of the classes.
#[inline]
pub(crate) fn is(octet: u8, classes: u8) -> bool {
    CLASSES.get(usize::from(octet)).is_some_and(|found| found & classes != 0)
}

/// A place in the octets that only moves forward.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    octets: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) const fn new(octets: &'a [u8], at: usize) -> Self {
        Self { octets, at }
    }

    /// Steps over one octet.
    #[inline]
    pub(crate) fn bump(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    /// Steps over `count` octets.
    #[inline]
    pub(crate) fn advance(&mut self, count: usize) {
        self.at = self.at.saturating_add(count);
    }

    /// Steps over all octets of the classes that follow, and says whether there were any.
    #[inline]
    pub(crate) fn skip(&mut self, classes: u8) -> bool {
        let run = self.rest().iter().take_while(|octet| is(**octet, classes)).count();
        self.advance(run);
        run != 0
    }

    /// Octets from the start of the input, 0-based.
    #[inline]
    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    #[inline]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.octets.get(self.at).copied()
    }

    /// The octet `ahead` places behind the next one.
    pub(crate) fn peek_ahead(&self, ahead: usize) -> Option<u8> {
        self.octets.get(self.at.saturating_add(ahead)).copied()
    }

    /// What was passed since `start`.
    #[inline]
    pub(crate) fn since(&self, start: usize) -> &'a [u8] {
        self.octets.get(start..self.at).unwrap_or_default()
    }

    /// How many octets were passed since `start`.
    #[inline]
    pub(crate) const fn distance(&self, start: usize) -> usize {
        self.at.saturating_sub(start)
    }

    /// The character from 128 up that follows, where it is valid UTF-8.
    pub(crate) fn character(&self) -> Option<char> {
        let rest = self.rest();
        let length = match rest.first()? {
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            _ => return None,
        };
        core::str::from_utf8(rest.get(..length)?).ok()?.chars().next()
    }

    /// All that was not passed.
    #[inline]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.octets.get(self.at..).unwrap_or_default()
    }
}

const CLASSES: [u8; 256] = {
    let mut table = [0_u8; 256];
    let mut octet = 0_u8;
    while octet < 128 {
        let mut classes = 0;
        let letdig = octet.is_ascii_alphanumeric();
        if letdig {
            classes |= LETDIG;
        }
        if letdig || octet == b'-' {
            classes |= LDH;
        }
        if letdig
            || matches!(
                octet,
                b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'/' | b'=' | b'?' | b'^'..=b'`' | b'{'..=b'~'
            )
        {
            classes |= ATEXT;
        }
        if matches!(octet, b' ' | b'!' | b'#'..=b'[' | b']'..=b'~') {
            classes |= QTEXT;
        }
        if matches!(octet, b' '..=b'\'' | b'*'..=b'[' | b']'..=b'~') {
            classes |= CTEXT;
        }
        if matches!(octet, b'!'..=b'Z' | b'^'..=b'~') {
            classes |= DTEXT;
        }
        if matches!(octet, 1..=8 | 11 | 12 | 14..=31 | 127) {
            classes |= CONTROL;
        }
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler; below 128")]
        {
            table[octet as usize] = classes;
        }
        octet = octet.saturating_add(1);
    }
    table
};
