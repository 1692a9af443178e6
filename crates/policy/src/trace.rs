//! What a receiver writes on top of a message, and what it reads there: trace fields, results, loops.
//!
//! in:  who sent it, what was checked; the octets of a message      out: whole fields with CR LF
//! law: nothing that a peer said can end a field, a comment or a quoted string, nor stand for a word of ours

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt::Write as _;
use core::net::IpAddr;

use mailwright_address::{ForwardPathRef, Grammar, HostRef, ReversePathRef};
use mailwright_dns::Name;
use mailwright_message::{Date, Field, Fields};
use mailwright_spf::comment_text;

mod results;
pub use results::{Results, without_forged};

use crate::content::Passes;

/// The `Received` field of this hop.
///
/// # Examples
///
/// ```
/// use mailwright_policy::trace::Received;
///
/// let field = Received::new("mx.example.org", 1_795_608_000)
///     .with_peer("203.0.113.7".parse()?, b"mail (evil\r\nX: y)")
///     .with_protocol("ESMTPS")
///     .with_id("4F2c1")
///     .write();
/// assert_eq!(
///     field,
///     "Received: from [203.0.113.7] (HELO mail \\(evil??X: y\\))\r\n by mx.example.org with ESMTPS id 4F2c1;\r\n Wed, 25 Nov 2026 12:00:00 +0000\r\n"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # RFC
///
/// RFC 5321 §4.4, RFC 3848 (protocols), RFC 8314 §4.3 (TLS)
#[derive(Clone, Debug)]
pub struct Received<'a> {
    by: &'a str,
    unix_time: u64,
    peer: Option<(IpAddr, &'a [u8])>,
    reverse: Option<&'a Name>,
    tls: Option<&'a str>,
    protocol: &'a str,
    id: Option<&'a str>,
    recipient: Option<ForwardPathRef<'a>>,
}

impl<'a> Received<'a> {
    /// `by`: our name; `unix_time`: now.
    pub const fn new(by: &'a str, unix_time: u64) -> Self {
        Self {
            by,
            unix_time,
            peer: None,
            reverse: None,
            tls: None,
            protocol: "SMTP",
            id: None,
            recipient: None,
        }
    }

    /// The address of the peer and what it called itself, as it said it.
    #[must_use]
    pub const fn with_peer(self, address: IpAddr, helo: &'a [u8]) -> Self {
        Self { peer: Some((address, helo)), ..self }
    }

    /// A reverse name that leads back to the peer.
    #[must_use]
    pub const fn with_reverse_name(self, name: &'a Name) -> Self {
        Self { reverse: Some(name), ..self }
    }

    /// The version and cipher of TLS, as `TLS1.3 TLS_AES_128_GCM_SHA256`.
    #[must_use]
    pub const fn with_tls(self, tls: &'a str) -> Self {
        Self { tls: Some(tls), ..self }
    }

    /// The protocol, from the registry of RFC 3848.
    #[must_use]
    pub const fn with_protocol(self, protocol: &'a str) -> Self {
        Self { protocol, ..self }
    }

    /// Under which id the message is kept here.
    #[must_use]
    pub const fn with_id(self, id: &'a str) -> Self {
        Self { id: Some(id), ..self }
    }

    /// The recipient, only where there is one: more would tell each of the others (RFC 5321 §7.2).
    #[must_use]
    pub const fn with_only_recipient(self, recipient: ForwardPathRef<'a>) -> Self {
        Self { recipient: Some(recipient), ..self }
    }

    /// The whole field, folded, with its CR LF.
    pub fn write(&self) -> String {
        let mut text = String::from("Received:");
        if let Some((address, helo)) = self.peer {
            text.push_str(" from ");
            self.write_from(address.to_canonical(), helo, &mut text);
            text.push_str("\r\n");
        }
        let _ = write!(text, " by {} with {}", word(self.by), word(self.protocol));
        if let Some(id) = self.id {
            let _ = write!(text, " id {}", word(id));
        }
        if let Some(tls) = self.tls {
            let _ = write!(text, "\r\n ({})", comment_text(tls.as_bytes()));
        }
        if let Some(recipient) = self.recipient {
            let _ = write!(text, "\r\n for <{}>", recipient.to_ascii());
        }
        let _ = write!(text, ";\r\n {}\r\n", Date::from_unix(self.unix_time));
        text
    }

    fn write_from(&self, address: IpAddr, helo: &[u8], text: &mut String) {
        let literal = match address {
            IpAddr::V4(v4) => v4.to_string(),
            IpAddr::V6(v6) => alloc::format!("IPv6:{v6}"),
        };
        let said = HostRef::parse(helo, Grammar::strict().with_underscore()).ok();
        match said {
            Some(host) if helo.len() <= 255 => {
                let _ = write!(text, "{host} (");
                if let Some(name) = self.reverse {
                    let _ = write!(text, "{} ", comment_text(name.to_string().as_bytes()));
                }
                let _ = write!(text, "[{literal}])");
            }
            Some(_) | None if helo.is_empty() => {
                let _ = write!(text, "[{literal}]");
            }
            Some(_) | None => {
                let _ = write!(text, "[{literal}] (HELO {})", comment_text(helo));
            }
        }
    }
}

/// The `Return-Path` field that the last hop writes on top (RFC 5321 §4.4).
pub fn return_path(path: &ReversePathRef<'_>) -> String {
    let mut text = String::from("Return-Path: <");
    text.extend(path.as_str().chars().filter(|c| !c.is_control()));
    text.push_str(">\r\n");
    text
}

/// Puts fields on top of a message.
///
/// `fields`: whole fields with CR LF, as the writers here give them; `message`: the message, or its header section.
/// Where the message begins with no field, an empty line goes between: a line that begins with a blank would continue the
/// last field of ours, and say what it likes in it.
///
/// # Examples
///
/// ```
/// use mailwright_policy::trace::on_top;
///
/// let ours = "Authentication-Results: mx.example.org; none\r\n";
/// assert_eq!(on_top(ours, b"Subject: x\r\n\r\nHi\r\n"), [ours.as_bytes(), b"Subject: x\r\n\r\nHi\r\n"].concat());
/// assert_eq!(on_top(ours, b" ; spf=pass\r\n"), [ours.as_bytes(), b"\r\n ; spf=pass\r\n"].concat());
/// ```
///
/// # RFC
///
/// RFC 5322 §2.2.3 (folding), RFC 8601 §5
pub fn on_top(fields: &str, message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(fields.len().saturating_add(message.len()).saturating_add(2));
    out.extend_from_slice(fields.as_bytes());
    let first = header(message).next();
    // The line of a mailbox file is no field, but the fields below it are.
    let begins_well = first.is_none_or(|first| {
        let octets = first.octets();
        !octets.starts_with(b" ")
            && !octets.starts_with(b"\t")
            && (first.has_colon() || octets.starts_with(b"From "))
    });
    if !begins_well {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(message);
    out
}

/// How often a message has been somewhere, by its trace: what [`content::looping`](crate::content::looping) asks for.
///
/// `own`: our name. At most 1000 fields are looked at.
///
/// # Examples
///
/// ```
/// use mailwright_policy::{content, trace};
///
/// let hop = b"Received: from a by mx.example.org with ESMTP; Wed, 25 Nov 2026 12:00:00 +0000\r\n";
/// let passes = trace::passes(&[&hop[..], b"\r\n"].concat(), "MX.example.org", None);
/// assert_eq!((passes.received, passes.by_us), (1, 1));
/// assert!(content::looping(passes).why().is_none());
/// ```
pub fn passes(message: &[u8], own: &str, recipient: Option<&ForwardPathRef<'_>>) -> Passes {
    let mut passes = Passes::default();
    for field in header(message).take(1000) {
        if field.is_named("Received") {
            passes.received = passes.received.saturating_add(1);
            let value = field.value();
            let words =
                value.split(|octet| matches!(octet, b' ' | b'\t' | b';')).filter(|word| !word.is_empty());
            // A peer may call itself "by".
            let mut behind_by = false;
            let by_us = words.fold(false, |found, word| {
                let named = behind_by && word.eq_ignore_ascii_case(own.as_bytes());
                behind_by = word.eq_ignore_ascii_case(b"by");
                found || named
            });
            passes.by_us = passes.by_us.saturating_add(by_us.into());
        } else if field.is_named("Delivered-To") {
            let value = field.value();
            let same = |path: &&ForwardPathRef<'_>| {
                let value = value.strip_prefix(b"<").and_then(|v| v.strip_suffix(b">")).unwrap_or(&value);
                value.trim_ascii().eq_ignore_ascii_case(path.as_bytes())
            };
            passes.delivered_to |= recipient.as_ref().is_some_and(same);
        }
    }
    passes
}

/// The fields of the first header section.
fn header(message: &[u8]) -> impl Iterator<Item = Field<'_>> {
    Fields::new(message, 0)
        .take_while(|field| !field.octets().starts_with(b"\r\n") && !field.octets().starts_with(b"\n"))
}

/// Visible ASCII only: a word of ours that can't break a field whatever the caller put there.
fn word(text: &str) -> String {
    let kept = text.chars().take(255);
    kept.map(|c| {
        if c.is_ascii_graphic() && !matches!(c, '(' | ')' | '<' | '>' | ';' | '"' | '\\') { c } else { '?' }
    })
    .collect()
}

/// The value of a field without comments, and quoted strings without their quotes; and whether one of them is left open.
fn bare(value: &[u8]) -> (Vec<u8>, bool) {
    let (mut out, mut depth, mut quoted, mut escaped) = (Vec::new(), 0_u32, false, false);
    for octet in value {
        match octet {
            _ if escaped => {
                escaped = false;
                if depth == 0 {
                    out.push(*octet);
                }
            }
            b'\\' if quoted || depth > 0 => escaped = true,
            b'"' if depth == 0 => quoted = !quoted,
            b'(' if !quoted => depth = depth.saturating_add(1),
            b')' if !quoted && depth > 0 => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(*octet),
            _ => {}
        }
    }
    (out, quoted || depth > 0)
}
