//! Knows wording that spam is full of, disguises of words, and marks that a template left.
//!
//! in:  one word of a text and what follows it      out: what it begins, or what it hides
//! law: a word is looked up by its first two octets; each list is short, dated and can be switched off

use crate::checks::text::Place;
use crate::rules::Id;
use crate::validate::sink::Sink;

/// Wording that spam is full of, 2025-08; our own selection.
const PHRASES: &[&str] = &[
    "100% risk free",
    "act now!",
    "all natural weight loss",
    "as seen on tv",
    "become a millionaire",
    "buy now and save",
    "cash bonus inside",
    "cheap viagra",
    "claim your prize",
    "click here to claim",
    "congratulations you have won",
    "dear beneficiary",
    "dear null,",
    "dear undefined,",
    "double your income",
    "earn extra cash",
    "eliminate bad credit",
    "financial freedom today",
    "free access now",
    "get paid to work from home",
    "guaranteed winner",
    "hello null,",
    "hello undefined,",
    "hi null,",
    "hi undefined,",
    "increase your sales overnight",
    "limited time offer act",
    "lose weight fast",
    "lowest price on meds",
    "million united states dollars",
    "miracle cure",
    "next of kin of the deceased",
    "no credit check",
    "no prescription needed",
    "once in a lifetime offer",
    "online pharmacy",
    "risk free trial now",
    "this is not spam",
    "urgent business proposal",
    "verify your account immediately",
    "wire transfer of the sum",
    "work from home and earn",
    "you are a winner",
    "you have been selected to receive",
    "your account will be suspended within",
];

/// Words that are disguised so often that a disguise is told by its letters alone.
const DISGUISED: &[&str] =
    &["viagra", "cialis", "casino", "lottery", "mortgage", "replica", "bitcoin", "free"];

/// For the low five bits of the first two octets of a phrase: the number of the first phrase that begins so, from 1.
static STARTS: [u8; 1024] = starts();

const fn starts() -> [u8; 1024] {
    let mut table = [0_u8; 1024];
    let mut at = PHRASES.len();
    while at > 0 {
        #[expect(
            clippy::indexing_slicing,
            clippy::arithmetic_side_effects,
            clippy::cast_possible_truncation,
            reason = "worked out when it is compiled: there are fewer than 255 phrases, each of two octets or more"
        )]
        {
            let phrase = PHRASES[at - 1].as_bytes();
            table[slot(phrase[0], phrase[1])] = at as u8;
            at -= 1;
        }
    }
    table
}

/// For the same bits: which third octets may follow in a phrase, one bit for each.
static THIRDS: [u32; 1024] = nexts(2);

/// The same for the three behind it, asked about the few words that go on so.
static LATER: [[u32; 1024]; 3] = [nexts(3), nexts(4), nexts(5)];

/// How a file begins in the oldest coding of all; it is looked at again as a phrase is.
const BEGIN: &str = "begin ";

/// Which octets may stand at the place `at` of a phrase.
#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "worked out when it is compiled: each phrase has two words or more, and six octets or more"
)]
const fn nexts(at: usize) -> [u32; 1024] {
    let blanks = third(b' ') | third(b'\t') | third(b'\n') | third(0x0C) | third(b'\r');
    let mut table = [0_u32; 1024];
    let mut number = 0;
    while number <= PHRASES.len() {
        let phrase = if number < PHRASES.len() { PHRASES[number].as_bytes() } else { BEGIN.as_bytes() };
        let mut blank = 0;
        while phrase[blank] != b' ' {
            blank += 1;
        }
        table[slot(phrase[0], phrase[1])] |= if at < blank {
            third(phrase[at])
        } else if at == blank {
            blanks
        } else if at == blank + 1 {
            // Whichever blanks the text has, and however many.
            third(phrase[at]) | blanks
        } else {
            u32::MAX
        };
        number += 1;
    }
    table
}

const fn third(octet: u8) -> u32 {
    1_u32.wrapping_shl((octet & 31) as u32)
}

const fn slot(first: u8, second: u8) -> usize {
    ((first & 31) as usize) << 5 | (second & 31) as usize
}

/// May a phrase begin with these three octets?
#[inline]
pub(crate) fn begins_so(first: u8, second: u8, behind: u8) -> bool {
    THIRDS.get(slot(first, second)).is_none_or(|thirds| thirds & third(behind) != 0)
}

/// Does `text`, whose first three octets do, begin with a phrase or as a file in the oldest coding of all?
#[inline]
pub(crate) fn begins(text: &[u8]) -> bool {
    let [first, second, _, later @ ..] = text else { return false };
    let slot = slot(*first, *second);
    let goes_on = later.iter().zip(&LATER).fold(true, |all, (octet, nexts)| {
        all & nexts.get(slot).is_none_or(|nexts| nexts & third(*octet) != 0)
    });
    goes_on && (text.starts_with(BEGIN.as_bytes()) || phrase(text).is_some())
}

/// The phrase that `text` begins with, in whatever case.
#[inline]
pub(crate) fn phrase(text: &[u8]) -> Option<&'static str> {
    let [first, second, third, ..] = text else { return None };
    if !begins_so(*first, *second, *third) {
        return None;
    }
    let wanted = slot(*first, *second);
    let from = usize::from(STARTS.get(wanted).copied().unwrap_or(0)).checked_sub(1)?;
    let near = PHRASES.iter().skip(from).take_while(|phrase| {
        phrase.as_bytes().first_chunk().is_some_and(|[one, two]| slot(*one, *two) == wanted)
    });
    near.copied().find(|phrase| says(text, phrase.as_bytes()))
}

/// Does `text` begin with `phrase`, whatever blanks stand for each of its blanks?
fn says(text: &[u8], phrase: &[u8]) -> bool {
    let mut have = text.iter().peekable();
    for &want in phrase {
        match have.next() {
            Some(b) if b.to_ascii_lowercase() == want => {}
            Some(b) if want == b' ' && b.is_ascii_whitespace() => {}
            _ => return false,
        }
        if want == b' ' {
            while have.next_if(|b| b.is_ascii_whitespace()).is_some() {}
        }
    }
    true
}

fn first(word: &[u8]) -> Option<u8> {
    word.first().map(u8::to_ascii_lowercase)
}

/// Does a word that is often disguised begin with this letter? No digit or mark stands for one of those.
#[inline]
pub(crate) fn may_be_disguised(first: u8) -> bool {
    const LETTERS: u32 = initials();
    first >= b'A' && LETTERS.wrapping_shr(u32::from(first & 31)) & 1 != 0
}

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "worked out when it is compiled: no word is empty"
)]
const fn initials() -> u32 {
    let mut letters = 0;
    let mut at = 0;
    while at < DISGUISED.len() {
        letters |= third(DISGUISED[at].as_bytes()[0]);
        at += 1;
    }
    letters
}

/// `V1agra`, `c@sino`: one of the listed words with digits or marks in place of letters.
#[cold]
pub(crate) fn is_disguised(word: &str) -> bool {
    let word = word.as_bytes();
    let start = word.iter().position(u8::is_ascii_alphanumeric).unwrap_or(word.len());
    let end = word.iter().rposition(u8::is_ascii_alphanumeric).map_or(start, |last| last.saturating_add(1));
    let word = word.get(start..end).unwrap_or_default();
    // No digit or mark stands for a letter that one of the words begins with.
    let begins =
        |listed: &&str| listed.len() == word.len() && listed.as_bytes().first() == first(word).as_ref();
    if !DISGUISED.iter().any(begins) {
        return false;
    }
    let mut plain = [0_u8; 12];
    let mut changed = false;
    for (slot, &b) in plain.iter_mut().zip(word) {
        *slot = match b {
            b'1' | b'!' | b'|' => b'i',
            b'0' => b'o',
            b'3' => b'e',
            b'@' | b'4' => b'a',
            b'$' | b'5' => b's',
            _ => b.to_ascii_lowercase(),
        };
        changed |= *slot != b.to_ascii_lowercase();
    }
    let plain = plain.get(..word.len()).unwrap_or_default();
    changed && DISGUISED.iter().any(|listed| listed.as_bytes() == plain)
}

/// Where the string stands that all filters must hold for spam.
pub(crate) fn test_string(text: &[u8]) -> Option<usize> {
    // Searched for by the letter that is rare.
    let mut starts = memchr::memchr_iter(b'Q', text).filter_map(|at| at.checked_sub(9));
    let is = |at: &usize| {
        text.get(*at..).is_some_and(|rest| rest.starts_with(b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE"))
    };
    starts.find(is)
}

/// The marks that templates put around names.
static MARKS: [(&[u8; 2], &[u8]); 6] =
    [(b"{{", b"}}"), (b"${", b"}"), (b"%%", b"%%"), (b"[[", b"]]"), (b"*|", b"|*"), (b"<%", b"%>")];

/// Says that one of the names below may stand somewhere.
const NAMES_BIT: u8 = 64;

/// Names in single marks, which alone are too common to tell.
static NAMES: [&[u8]; 14] = [
    b"[first name]",
    b"[firstname]",
    b"[last name]",
    b"[name]",
    b"[your name]",
    b"[customer name]",
    b"[company]",
    b"[company name]",
    b"%firstname%",
    b"%first_name%",
    b"%lastname%",
    b"%name%",
    b"%fname%",
    b"%email%",
];

fn names(text: &[u8], place: &Place<'_>, sink: &mut Sink) {
    for at in memchr::memchr2_iter(b'[', b'%', text) {
        let rest = text.get(at..).unwrap_or_default();
        // All begin with one of six letters.
        let Some(letter) = rest.get(1).map(u8::to_ascii_lowercase).filter(|b| b"ceflny".contains(b)) else {
            continue;
        };
        let fits = |name: &&&[u8]| name.get(1) == Some(&letter) && says(rest, name);
        if let Some(name) = NAMES.iter().find(fits) {
            place.tell(Id::TemplateUnresolved, at, name.len(), name, sink);
        }
    }
}

/// Is the phrase a greeting whose name was not known?
pub(crate) fn is_left_over(phrase: &str) -> bool {
    phrase.ends_with("null,") || phrase.ends_with("undefined,")
}

/// Which of the marks of templates `text` begins with, as one bit.
#[inline]
pub(crate) const fn mark(text: &[u8]) -> u8 {
    match text {
        [b'{', b'{', ..] => 1,
        [b'$', b'{', ..] => 2,
        [b'%', b'%', ..] => 4,
        [b'[', b'[', ..] => 8,
        [b'*', b'|', ..] => 16,
        [b'<', b'%', ..] => 32,
        [b'[' | b'%', next, ..] if next.is_ascii_alphabetic() => NAMES_BIT,
        _ => 0,
    }
}

/// Names between the marks of templates; `found` says which marks begin anywhere in the text.
pub(crate) fn templates(text: &str, found: u8, place: &Place<'_>, sink: &mut Sink) {
    let octets = text.as_bytes();
    if found & NAMES_BIT != 0 {
        names(octets, place, sink);
    }
    for ((open, close), bit) in MARKS.into_iter().zip([1_u8, 2, 4, 8, 16, 32]) {
        if found & bit == 0 {
            continue;
        }
        let [first, second] = *open;
        let mut from = 0_usize;
        while let Some(step) = octets.get(from..).and_then(|rest| memchr::memchr(first, rest)) {
            let at = from.saturating_add(step);
            from = at.saturating_add(1);
            if octets.get(from) != Some(&second) {
                continue;
            }
            from = from.saturating_add(1);
            let rest = text.get(from..).unwrap_or_default();
            if let Some(name) = between(rest, close) {
                let length = name.len().saturating_add(4);
                let name = name.trim();
                if name.bytes().any(|b| b.is_ascii_alphabetic()) {
                    place.tell(Id::TemplateUnresolved, at, length, name.as_bytes(), sink);
                }
            }
        }
    }
}

/// What stands before `close`, if it does within forty characters and looks like a name with blanks around it.
fn between<'t>(text: &'t str, close: &[u8]) -> Option<&'t str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | ' ' | ':' | '=');
    let (end, _) = text.char_indices().take(40).find(|(_, c)| !is_name(*c) && !c.is_whitespace())?;
    let name = text.get(..end)?;
    let inside = text.as_bytes().get(end..)?.starts_with(close);
    let room = text.get(end..)?.chars().take(close.len()).count();
    let before = name.chars().count().saturating_add(room);
    (inside && before <= 40 && name.trim().chars().all(is_name)).then_some(name)
}
