//! The id under which a server says that it queued a message.
//!
//! in:  a reply to the final dot      out: the id, or none rather than a guess
//! law: only forms that are known are read; the id is visible ASCII and borrowed from the reply

use crate::Reply;

/// The id under which the server queued the message, where its words are of a known form.
///
/// Known are `queued as X`, `id=X` and `InternalId=X`, `Ok: X`, `X Message accepted for delivery`, and Google's last
/// word before `- gsmtp`.
///
/// # Examples
///
/// ```
/// use mailwright_reply::{Reply, remote_id};
///
/// assert_eq!(remote_id(&Reply::queued("4ZxQ2k1Y5Fz")?), Some("4ZxQ2k1Y5Fz"));
/// # Ok::<(), mailwright_reply::ReplyError>(())
/// ```
pub fn remote_id(reply: &Reply) -> Option<&str> {
    if !reply.is_completion() {
        return None;
    }
    reply.lines().filter_map(|line| core::str::from_utf8(line).ok()).find_map(from_line)
}

fn from_line(line: &str) -> Option<&str> {
    behind(line, "queued as ")
        .or_else(|| behind(line, "InternalId="))
        .or_else(|| behind(line, " id="))
        .or_else(|| {
            line.strip_suffix("- gsmtp")
                .and_then(|rest| rest.split_ascii_whitespace().next_back())
                .and_then(id)
        })
        .or_else(|| accepted(line))
        .or_else(|| behind_ok(line))
}

/// The word behind `mark`, found in any case.
fn behind<'l>(line: &'l str, mark: &str) -> Option<&'l str> {
    let at = line
        .as_bytes()
        .windows(mark.len())
        .position(|window| window.eq_ignore_ascii_case(mark.as_bytes()))?;
    let rest = line.get(at.saturating_add(mark.len())..)?;
    id(rest.split_ascii_whitespace().next()?)
}

/// `X Message accepted for delivery`.
fn accepted(line: &str) -> Option<&str> {
    let (word, rest) = line.split_once(' ')?;
    rest.to_ascii_lowercase().starts_with("message accepted for delivery").then(|| id(word))?
}

/// `Ok: X` or `Ok X`, where X is the only word and has a digit.
fn behind_ok(line: &str) -> Option<&str> {
    let (ok, rest) = line.split_once([' ', ':'])?;
    let word = rest.trim_start_matches([':', ' ']);
    let alone = ok.eq_ignore_ascii_case("ok")
        && !word.contains(' ')
        && word.bytes().any(|octet| octet.is_ascii_digit());
    alone.then(|| id(word))?
}

/// An id without the marks around it.
fn id(word: &str) -> Option<&str> {
    let word = word.trim_matches(['<', '>', '(', ')', '[', ']', ',', ';', '.', '"']);
    let fits = (4..=128).contains(&word.len()) && word.bytes().all(|octet| octet.is_ascii_graphic());
    fits.then_some(word)
}
