//! Return paths with tags, so that only bounces of mail that was sent come back.
//!
//! in:  an address, keys, the time since 1970      out: the tagged address, or the one inside with proof
//! law: a tag counts only with a right hash and within its days; hashes are compared in constant time and without case
//!
//! Pick by what a bounce should tell:
//!
//! | module | the return path | tells |
//! |---|---|---|
//! | [`batv`] | `prvs=37872c908e=test@example.com` | this bounce is for mail that Test sent in the last week |
//! | [`verp`] | `list-bounce+bob=example.net@example.org` | which recipient; no proof |
//! | [`ticket`] | `bounce.aadkv...@example.org` | which message and which recipient, with proof |
//! | [`srs`] | `SRS0=xwLcB9=JM=example.com=alice@fwd.example.org` | where a forwarder sends a bounce on to, with proof |

pub mod batv;
mod key;
pub mod srs;
pub mod ticket;
pub mod verp;

pub use key::Key;

use alloc::string::String;

use mailwright_address::{AddressError, Fault, Host, LocalPart, Mailbox};

/// Why an address could not be tagged or opened.
///
/// `Missing`, `Malformed`, `Forged` and `Expired` are the peer's doing; the rest is the caller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum TagError {
    /// The address has no tag of this kind.
    #[error("the address has no tag")]
    Missing,
    /// It begins like a tag and does not go on like one.
    #[error("the tag can't be read")]
    Malformed,
    /// The hash is not that of any key: nobody who knows the key made it.
    #[error("the tag was not made with our key")]
    Forged,
    /// The tag was good once.
    #[error("the tag is too old")]
    Expired,
    /// The address to be tagged has a tag already.
    #[error("the address has a tag already")]
    Tagged,
    /// The tagged address would be too long: 64 octets in front of the `@`, 254 in all. Send without the tag.
    #[error("the tagged address would be too long")]
    TooLong,
    /// What is to be tagged can't stand in an address.
    #[error("this can't be part of an address")]
    Unfit,
    /// A key needs a number of 0 to 9 and a secret that is not empty.
    #[error("expected a number of 0 to 9 and a secret that is not empty")]
    Key,
}

/// Days since 1970.
const fn day(now: core::time::Duration) -> u64 {
    now.as_secs() / 86_400
}

/// The mailbox of that local part, quoted where it must be, at that host.
fn mailbox(local: &str, host: &str) -> Result<Mailbox, TagError> {
    let grammar = mailwright_address::Grammar::strict().with_utf8(mailwright_address::Utf8::Allowed);
    let local = LocalPart::from_meaning(local).map_err(unfit)?;
    let host = Host::parse(host.as_bytes(), grammar).map_err(unfit)?;
    Mailbox::new(&local, &host).map_err(unfit)
}

fn unfit(error: AddressError) -> TagError {
    if matches!(error.fault(), Fault::LocalPartTooLong | Fault::PathTooLong) {
        TagError::TooLong
    } else {
        TagError::Unfit
    }
}

/// What stands behind `prefix`, which is compared without case.
fn strip_prefix<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// What a mailbox means, with the domain as the host of the tagged one is written.
fn meaning(mailbox: &Mailbox) -> (String, String) {
    (mailbox.local_part().meaning().into_owned(), mailbox.host().to_ascii().into_owned())
}
