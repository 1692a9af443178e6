//! Variable envelope return paths: `list-bounce+user=host@domain`.
//!
//! in:  the address that bounces go to, and a recipient      out: the return path for that recipient alone
//! law: what is decoded is what was encoded, for every local part; nothing is proven, so see [`ticket`](super::ticket)

use alloc::format;

use mailwright_address::Mailbox;

use super::{TagError, mailbox, meaning, strip_prefix};

/// The return path that says which recipient a bounce is about.
///
/// # Errors
///
/// [`TagError::TooLong`] beyond 64 octets (a [`ticket`](super::ticket) is never too long), [`TagError::Unfit`] for an
/// address literal that holds `=`.
///
/// # Examples
///
/// ```
/// use mailwright_bounce::tags::{TagError, verp};
///
/// let list = "list-bounce@lists.example".parse().unwrap();
/// let path = verp::encode(&list, &"a+b=c@example.net".parse().unwrap())?;
/// assert_eq!(path.to_string(), "list-bounce+a+b=c=example.net@lists.example");
/// assert_eq!(verp::decode(&list, &path)?.to_string(), "a+b=c@example.net");
/// # Ok::<(), TagError>(())
/// ```
pub fn encode(bounces: &Mailbox, recipient: &Mailbox) -> Result<Mailbox, TagError> {
    let (base, host) = meaning(bounces);
    let (user, at) = meaning(recipient);
    if at.contains('=') {
        return Err(TagError::Unfit);
    }
    mailbox(&format!("{base}+{user}={at}"), &host)
}

/// The recipient that a bounce to `path` is about.
///
/// # Errors
///
/// [`TagError::Missing`] where it is not below `bounces`, [`TagError::Malformed`] where no address stands in it.
pub fn decode(bounces: &Mailbox, path: &Mailbox) -> Result<Mailbox, TagError> {
    let (base, host) = meaning(bounces);
    let (local, at) = meaning(path);
    let rest = strip_prefix(&local, &base).and_then(|rest| rest.strip_prefix('+'));
    let rest = rest.filter(|_| host.eq_ignore_ascii_case(&at)).ok_or(TagError::Missing)?;
    let (user, domain) = rest.rsplit_once('=').ok_or(TagError::Malformed)?;
    mailbox(user, domain).map_err(|_| TagError::Malformed)
}
