//! Says in one sentence what a status means to the person who wrote the message.
//!
//! law: what to do comes before why; nothing is promised that the status does not say (RFC 3463 §3)

use mailwright_reply::{EnhancedClass, EnhancedStatusCode};

/// What a status means to the sender, in English: one or two sentences.
///
/// # Examples
///
/// ```
/// let text = mailwright_bounce::meaning("5.1.1".parse()?);
/// assert!(text.starts_with("There is no such mailbox"));
/// # Ok::<(), mailwright_reply::ReplyError>(())
/// ```
///
/// # RFC
///
/// RFC 3463 §3, and IANA's registry of enhanced status codes
pub const fn meaning(status: EnhancedStatusCode) -> &'static str {
    match (status.subject(), status.detail()) {
        (1, 1 | 3) => "There is no such mailbox. Please check the spelling of the address.",
        (1, 2) => "There is no such domain. Please check what stands behind the @.",
        (1, 6) => "The recipient has moved and left no address to follow.",
        (1, 10) => "This domain takes no mail at all.",
        (1, 7 | 8) => "The receiving system does not accept the address that you sent from.",
        (1, _) => "The receiving system can't use this address.",
        (2, 1) => "The mailbox is switched off or takes no messages.",
        (2, 2) => "The mailbox is full. The recipient has to make room first.",
        (2, 3) | (3, 4) => "The message is too big. Please send less, or send a link.",
        (2, _) => "Something is wrong with the mailbox; only its owner or provider can mend it.",
        (3, _) => "The receiving system can't take mail at the moment or at all.",
        (4, 1 | 2) => "The receiving system could not be reached.",
        (4, 3 | 4) => "The mail host of the domain could not be found.",
        (4, 6) => "The message went in circles. The set-up of the receiving domain is wrong.",
        (4, 7) => "The receiving system could not be reached for the whole time that the message waited.",
        (4, _) => "The way to the receiving system is broken.",
        (5, 3) => "There were too many recipients at once.",
        (5, _) => "The two mail systems did not understand each other.",
        (6, 7) => "The receiving system does not take addresses or header fields outside of ASCII.",
        (6, _) => "The receiving system can't take the form of this message.",
        (7, 1) => "The receiving system does not let this message through. Ask the recipient by another way.",
        (7, 4 | 5 | 10) => "The connection could not be made as secure as it has to be.",
        (7, _) => "The receiving system refused the message for reasons of its policy.",
        _ => match status.class() {
            EnhancedClass::Success => "The message was taken.",
            EnhancedClass::PersistentTransientFailure => {
                "The receiving system did not take the message for now."
            }
            EnhancedClass::PermanentFailure => "The receiving system refused the message.",
        },
    }
}
