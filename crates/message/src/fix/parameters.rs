//! Writes the encoded-words of parameters in the form that parameters have.
//!
//! in:  Content-Type or Content-Disposition      out: each parameter that holds such words, anew
//! law: all of them are written, or none; what is not understood is left (RFC 2231 §3, §4)

use crate::downgrade::Change;
use crate::grammar::lexer::has_word_start;
use crate::grammar::mailbox::unquote;
use crate::grammar::parameter::Parameters;
use crate::grammar::word::decode_text;
use crate::{ContentType, Field};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;
use core::ops::Range;

/// Octets of one piece of a value: the first stands behind the name of the field, each other on a line of its own.
const PIECES: (usize, usize) = (30, 60);

/// The parameters of a field that hold encoded-words, as RFC 2231 has them: octets of the field's value.
pub(crate) fn in_form(field: &Field<'_>) -> Option<Vec<Change>> {
    let changes = texts(field)?.into_iter();
    Some(changes.map(|(span, name, text)| (span, written(name, &text).into_bytes())).collect())
}

/// Have the parameters of a field that hold encoded-words the form that [`in_form`] gives?
pub(crate) fn has_form(field: &Field<'_>) -> bool {
    texts(field).is_some()
}

/// A parameter that holds encoded-words: where it lies, its name, and what the words say.
type Text<'a> = (Range<usize>, &'a str, String);

fn texts<'a>(field: &Field<'a>) -> Option<Vec<Text<'a>>> {
    let value = field.raw_value();
    if value.len() > super::content::LONGEST {
        return None;
    }
    let list = if field.is_named("Content-Type") {
        ContentType::parse(value).parameters()
    } else {
        Parameters::after_word(value).1
    };
    let mut texts: Vec<Text<'a>> = Vec::new();
    let mut rest = 0_usize;
    for parameter in list {
        if !has_word_start(parameter.raw) {
            continue;
        }
        // What stands between is looked at too: all words are gone, or the field is left as it is.
        let between = value.get(rest..parameter.span.start)?;
        let text = decode_text(unquote(parameter.raw).as_bytes());
        let name = core::str::from_utf8(parameter.name).ok()?;
        let known = !text.is_empty() && !text.contains('\u{fffd}') && !has_word_start(text.as_bytes());
        if has_word_start(between) || name.contains('*') || !known {
            return None;
        }
        rest = parameter.span.end;
        texts.push((parameter.span.start..rest, name, text));
    }
    (!texts.is_empty() && !has_word_start(value.get(rest..)?)).then_some(texts)
}

fn written(name: &str, text: &str) -> String {
    let mut pieces: Vec<String> = Vec::new();
    let mut piece = String::from("utf-8''");
    for c in text.chars() {
        let mut coded = String::new();
        let mut buffer = [0; 4];
        for &b in c.encode_utf8(&mut buffer).as_bytes() {
            if b.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&b) {
                coded.push(char::from(b));
            } else {
                let _ = write!(coded, "%{b:02X}");
            }
        }
        let room = if pieces.is_empty() { PIECES.0 } else { PIECES.1 };
        if piece.len().saturating_add(coded.len()) > room {
            pieces.push(core::mem::take(&mut piece));
        }
        piece.push_str(&coded);
    }
    pieces.push(piece);
    if let [one] = &pieces[..] {
        return format!("{name}*={one}");
    }
    let numbered = pieces.iter().enumerate().map(|(number, piece)| format!("{name}*{number}*={piece}"));
    numbered.collect::<Vec<_>>().join(";\r\n ")
}
