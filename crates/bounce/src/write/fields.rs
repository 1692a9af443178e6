//! Writes the part of a report that machines read.
//!
//! in:  the original's envelope and the fates      out: groups of fields, parted by empty lines
//! law: every line is at most 998 octets and mostly 78; nothing in a value can begin a field (RFC 3464 §2, RFC 6533 §3)

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use mailwright_address::{ForwardPath, Utf8, xtext};
use mailwright_message::Date;
use mailwright_reply::{Ending, Reply};

use super::escape::value;
use super::{Fate, Notice};

/// The fields of the report. `utf8`: it is `message/global-delivery-status`, so UTF-8 may stand as it is.
pub(super) fn status_part(notice: &Notice<'_>, utf8: Utf8) -> Vec<u8> {
    let mut out = Fields { text: String::new(), utf8 };
    let original = notice.original;
    if let Some(envid) = original.envelope.envid() {
        out.put("Original-Envelope-Id", envid.as_str());
    }
    out.put("Reporting-MTA", &format!("dns; {}", notice.reporter.host().to_ascii()));
    if let Some(arrival) = original.arrival {
        out.put("Arrival-Date", &Date::from_unix(arrival).to_string());
    }
    for fate in &notice.fates {
        out.text.push_str("\r\n");
        recipient(&mut out, fate);
    }
    out.text.into_bytes()
}

fn recipient(out: &mut Fields, fate: &Fate<'_>) {
    if let Some(orcpt) = fate.recipient.orcpt() {
        let utf8_kind = orcpt.kind().eq_ignore_ascii_case("utf-8");
        let value = if utf8_kind {
            orcpt.encoded(out.utf8).replacen(';', "; ", 1)
        } else {
            format!("{}; {}", orcpt.kind(), orcpt.address())
        };
        out.put_address("Original-Recipient", &value);
    }
    out.put_address("Final-Recipient", &final_recipient(fate.recipient.path(), out.utf8));
    out.put("Action", fate.action.as_str());
    out.put("Status", &fate.status().to_string());
    if let Some(remote) = fate.remote {
        out.put("Remote-MTA", &format!("dns; {remote}"));
    }
    match fate.attempt.map(mailwright_reply::Attempt::ending) {
        Some(Ending::Replied(reply)) => out.put_reply(reply),
        Some(ending) => out.put("Diagnostic-Code", &format!("x-mailwright; {ending}")),
        None => {}
    }
    if let Some(tried) = fate.tried {
        out.put("Last-Attempt-Date", &Date::from_unix(tried).to_string());
    }
    if let Some(log) = fate.log {
        out.put("Final-Log-ID", log);
    }
    if let Some(until) = fate.until.filter(|_| fate.action == crate::Action::Delayed) {
        out.put("Will-Retry-Until", &Date::from_unix(until).to_string());
    }
}

/// `rfc822; a@b`, or `utf-8;` with the form that the part allows.
fn final_recipient(path: &ForwardPath, utf8: Utf8) -> String {
    if path.needs_utf8() {
        format!("utf-8; {}", xtext::encode_unitext(path.as_str(), utf8))
    } else {
        format!("rfc822; {}", path.to_ascii())
    }
}

struct Fields {
    text: String,
    utf8: Utf8,
}

impl Fields {
    fn put(&mut self, name: &str, text: &str) {
        self.open(name);
        let column = name.len().saturating_add(2);
        let text = value(text.as_bytes(), VALUE, self.utf8 == Utf8::Allowed);
        self.fold(&text, column);
        self.text.push_str("\r\n");
    }

    /// Blanks in a quoted local part count, so they are neither merged nor folded.
    fn put_address(&mut self, name: &str, text: &str) {
        if text.len() > ADDRESS {
            return self.put(name, text);
        }
        self.open(name);
        let harmless = |c: char| c == ' ' || value(c.encode_utf8(&mut [0; 4]).as_bytes(), 4, true) != "?";
        self.text.extend(text.chars().map(|c| if c == '?' || harmless(c) { c } else { '?' }));
        self.text.push_str("\r\n");
    }

    /// Each line of the reply on a line of its own, with the code as it was said (RFC 3461 §9.2).
    fn put_reply(&mut self, reply: &Reply) {
        self.open("Diagnostic-Code");
        self.text.push_str("smtp;");
        let code = reply.code();
        let enhanced = reply.enhanced().map(|enhanced| format!("{enhanced} ")).unwrap_or_default();
        let total = reply.lines().count();
        let most = total.min(LINES);
        for (number, line) in reply.lines().take(most).enumerate() {
            let mark = if number.saturating_add(1) == most { ' ' } else { '-' };
            let said = value(line, LINE, self.utf8 == Utf8::Allowed);
            let said = format!("{code}{mark}{enhanced}{said}");
            if number > 0 {
                self.text.push_str("\r\n");
            }
            self.text.push(' ');
            self.fold(said.trim_end(), if number > 0 { 1 } else { 23 });
        }
        self.text.push_str("\r\n");
    }

    fn open(&mut self, name: &str) {
        self.text.push_str(name);
        self.text.push_str(": ");
    }

    /// Breaks in front of words where a line would pass 78 columns; a word beyond 500 octets is broken, too.
    fn fold(&mut self, text: &str, mut column: usize) {
        for (number, word) in text.split(' ').flat_map(pieces).enumerate() {
            let width = word.len();
            if number > 0 && column.saturating_add(width).saturating_add(1) > COLUMNS {
                self.text.push_str("\r\n ");
                column = 1;
            } else if number > 0 {
                self.text.push(' ');
                column = column.saturating_add(1);
            }
            self.text.push_str(word);
            column = column.saturating_add(width);
        }
    }
}

/// A word in pieces of at most 500 octets.
fn pieces(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(word);
    core::iter::from_fn(move || {
        let text = rest.take()?;
        if text.len() <= WORD {
            return Some(text);
        }
        let at = (0..=WORD).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let (head, tail) = text.split_at_checked(at).unwrap_or((text, ""));
        rest = (!tail.is_empty()).then_some(tail);
        Some(head)
    })
}

/// Where a line is broken.
const COLUMNS: usize = 78;
/// The longest word of a value, in octets.
const WORD: usize = 500;
/// The longest address that is written in one line, in octets.
const ADDRESS: usize = 900;
/// The longest value, in octets before it is escaped.
const VALUE: usize = 2000;
/// The longest line of a reply that is quoted, in octets.
const LINE: usize = 1000;
/// The most lines of a reply that are quoted.
const LINES: usize = 20;
