//! One-click unsubscribe: the two header fields, the link's token, and the POST that comes back.
//!
//! in:  an address and a list      out: what to write into the message, and who wants to leave
//! law: a link works for years, needs no login, and only a POST with the right body leaves (RFC 8058 §3.1, §3.2)

use alloc::format;
use alloc::string::String;

use crate::key::AddressKey;
use crate::opt_in::{Click, url};
use crate::token::{Claim, ListNameError, Purpose, Secrets, TokenError};

/// The body of the POST, and the value of `List-Unsubscribe-Post`.
pub const ONE_CLICK: &str = "List-Unsubscribe=One-Click";

/// The values of the two header fields; a DKIM signature must cover both (RFC 8058 §4).
///
/// # Examples
///
/// ```
/// use mailwright_hygiene::{Secrets, unsubscribe};
///
/// let secrets = Secrets::new(1, b"32 random octets of the embedder").unwrap();
/// let token = unsubscribe::token(&"ann@example.net".parse().unwrap(), "news", 1_790_000_000, &secrets).unwrap();
/// let fields = unsubscribe::fields("https://example.org/leave", &token)?;
/// assert!(fields.list_unsubscribe.starts_with("<https://example.org/leave?t="));
/// assert_eq!(fields.list_unsubscribe_post, "List-Unsubscribe=One-Click");
/// # Ok::<(), unsubscribe::BaseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fields {
    /// The value of `List-Unsubscribe`.
    pub list_unsubscribe: String,
    /// The value of `List-Unsubscribe-Post`.
    pub list_unsubscribe_post: &'static str,
}

/// A link can't be built on this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BaseError {
    /// RFC 8058 §3.1 asks for HTTPS.
    #[error("a one-click link begins with https://")]
    NotHttps,
    /// What would end the link or the header line early.
    #[error("a link holds only visible ASCII without < > and \", octet {0} is none")]
    Octet(usize),
}

/// The token that lets this address leave this list. `now`: Unix seconds. It does not expire.
///
/// # Errors
///
/// [`ListNameError`]: choose another name for the list.
pub fn token(address: &AddressKey, list: &str, now: u64, secrets: &Secrets) -> Result<String, ListNameError> {
    Ok(secrets.sign(Purpose::Unsubscribe, &Claim::new(address, list, now, 0)?))
}

/// The values of the two header fields for a message.
///
/// # Errors
///
/// A base that is not HTTPS, or that holds octets which end a link.
pub fn fields(base: &str, token: &str) -> Result<Fields, BaseError> {
    if !base.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) {
        return Err(BaseError::NotHttps);
    }
    let link = url(base, token);
    match link.bytes().position(|octet| !octet.is_ascii_graphic() || b"<>\"".contains(&octet)) {
        Some(at) => Err(BaseError::Octet(at)),
        None => Ok(Fields { list_unsubscribe: format!("<{link}>"), list_unsubscribe_post: ONE_CLICK }),
    }
}

/// What a request to the link asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wish {
    /// Leave, at once, without another question.
    Leave(Claim),
    /// The link was only looked at, or the body is not the one-click one: show a page with a button.
    Ask(Claim),
}

/// Reads what came to the link. `body`: of the POST, url-encoded or as multipart form data.
///
/// # Errors
///
/// [`TokenError`]: the link is not valid.
pub fn read(token: &str, click: Click, body: &[u8], secrets: &Secrets) -> Result<Wish, TokenError> {
    let claim = secrets.open(Purpose::Unsubscribe, token)?;
    Ok(if click == Click::Post && is_one_click(body) { Wish::Leave(claim) } else { Wish::Ask(claim) })
}

/// Whether a form says `List-Unsubscribe=One-Click`.
fn is_one_click(body: &[u8]) -> bool {
    let encoded = body.split(|octet| *octet == b'&').any(|pair| pair.trim_ascii() == ONE_CLICK.as_bytes());
    encoded || is_one_click_part(body)
}

/// The same as a part of multipart form data: the field's name in a line, a blank line, the value.
fn is_one_click_part(body: &[u8]) -> bool {
    let mut named = false;
    let mut blank = false;
    for line in body.split(|octet| *octet == b'\n').map(<[u8]>::trim_ascii) {
        if named && blank {
            if line == b"One-Click" {
                return true;
            }
            (named, blank) = (false, false);
        } else if line.is_empty() {
            blank = named;
        } else if !named {
            named = line.get(..20).is_some_and(|name| name.eq_ignore_ascii_case(b"content-disposition:"))
                && line.split(|octet| *octet == b';').any(|p| p.trim_ascii() == b"name=\"List-Unsubscribe\"");
        }
    }
    false
}
