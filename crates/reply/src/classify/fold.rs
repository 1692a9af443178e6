//! Makes equal refusals equal: ids, addresses and numbers are masked.
//!
//! in:  the text of a reply      out: the same with what differs from mail to mail replaced
//! law: two texts that differ only in ids fold to one; the result is printable ASCII or UTF-8

use alloc::string::String;

/// The text with addresses as `<>`, numbers and ids as `#`, blanks as one blank, and without controls.
///
/// Use it as the key under which equal refusals are counted.
///
/// # Examples
///
/// ```
/// use mailwright_reply::fold;
///
/// let one = fold(b"<a@x.example>: queued as 4ZxQ2k1Y5F on 192.0.2.1");
/// assert_eq!(one, fold(b"<bob@y.example>:  queued as 9AbC3d7E8G on 198.51.100.7"));
/// assert_eq!(one, "<>: queued as # on #");
/// ```
pub fn fold(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text.get(..4096).unwrap_or(text));
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        fold_word(word, &mut out);
    }
    out
}

fn fold_word(word: &str, out: &mut String) {
    let marks = ['<', '>', '(', ')', '[', ']', ',', ';', ':', '"', '\'', '.'];
    let inner = word.trim_matches(marks);
    if inner.is_empty() {
        out.push_str(word);
        return;
    }
    let (front, back) = word.split_once(inner).unwrap_or_default();
    if inner.contains('@') {
        out.push_str(front.trim_end_matches('<'));
        out.push_str("<>");
        out.push_str(back.trim_start_matches('>'));
        return;
    }
    out.push_str(front);
    out.push_str(if is_id(inner) { "#" } else { inner });
    out.push_str(back);
}

/// Whether a word has digits among its letters, or is a number: not an enhanced code, not a reply code.
fn is_id(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let code = word.len() == 3 && digits == 3 || word.parse::<crate::EnhancedStatusCode>().is_ok();
    let numbers = word.bytes().all(|octet| octet.is_ascii_digit() || octet.is_ascii_punctuation());
    !code && digits > 0 && (numbers || word.len() >= 8 || digits >= 3)
}
