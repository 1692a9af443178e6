//! Replies by name, so that the code, the enhanced code and the words fit each other.
//!
//! in:  a name, sometimes a host name or a number      out: a reply, most of them without allocation
//! law: codes as RFC 5321 §4.2.2, §4.2.3, RFC 4954 §6, RFC 3207 §4 and IANA's registry pair them
//!
//! ```
//! use mailwright_reply::standard;
//!
//! assert_eq!(standard::unknown_user().to_string(), "550 5.1.1 User unknown");
//! ```

use alloc::string::String;

use crate::enhanced::EnhancedClass::{PermanentFailure, PersistentTransientFailure, Success};
use crate::{EnhancedStatusCode, Reply, ReplyCode, ReplyError};

macro_rules! replies {
    ($($(#[$doc:meta])* $name:ident = $code:ident $(, $class:ident $subject:literal . $detail:literal)? => $text:literal;)*) => {
        $($(#[$doc])* pub const fn $name() -> Reply {
            Reply::fixed(ReplyCode::$code, replies!(@ $($class $subject $detail)?), $text)
        })*
        #[cfg(test)]
        fn all() -> alloc::vec::Vec<(&'static str, Reply)> {
            alloc::vec![$((stringify!($name), $name())),*]
        }
    };
    (@) => { None };
    (@ $class:ident $subject:literal $detail:literal) => { Some(EnhancedStatusCode::known($class, $subject, $detail)) };
}

replies! {
    /// `221`: the answer to QUIT.
    closing = CLOSING, Success 0 . 0 => "Bye";
    /// `235`: logged in (RFC 4954 §4).
    authenticated = AUTHENTICATED, Success 7 . 0 => "Authentication succeeded";
    /// `250` without more, for NOOP and RSET.
    ok = OK, Success 0 . 0 => "Ok";
    /// `250`: the sender is accepted.
    sender_ok = OK, Success 1 . 0 => "Sender ok";
    /// `250`: the recipient is accepted.
    recipient_ok = OK, Success 1 . 5 => "Recipient ok";
    /// `250`: the message is accepted; [`Reply::queued`] says under which id.
    accepted = OK, Success 0 . 0 => "Message accepted";
    /// `252`: VRFY that tells nothing.
    cannot_verify = CANNOT_VERIFY, Success 5 . 0 => "Cannot verify, but will try to deliver";
    /// `220`: the answer to STARTTLS.
    ready_for_tls = READY, Success 0 . 0 => "Ready to start TLS";
    /// `334` with an empty challenge.
    empty_challenge = CHALLENGE => "";
    /// `354`: send the message.
    start_input = START_INPUT => "End data with <CR><LF>.<CR><LF>";

    /// `421`: the server stops.
    shutting_down = UNAVAILABLE, PersistentTransientFailure 3 . 2 => "Service shutting down, closing connection";
    /// `421`: the peer was silent for too long.
    timed_out = UNAVAILABLE, PersistentTransientFailure 4 . 2 => "Timeout, closing connection";
    /// `421`: the peer sends too slowly.
    too_slow = UNAVAILABLE, PersistentTransientFailure 4 . 2 => "Data arrives too slowly, closing connection";
    /// `421`: too many connections.
    too_many_connections = UNAVAILABLE, PersistentTransientFailure 7 . 0 => "Too many connections, try again later";
    /// `421`: too many errors.
    too_many_errors = UNAVAILABLE, PersistentTransientFailure 7 . 0 => "Too many errors, closing connection";
    /// `421`: nobody decided in time on the greeting.
    not_now = UNAVAILABLE, PersistentTransientFailure 3 . 0 => "Service not available, try again later";
    /// `450`: the mailbox is locked or busy.
    mailbox_busy = MAILBOX_BUSY, PersistentTransientFailure 2 . 0 => "Mailbox busy, try again later";
    /// `450`: greylisted.
    greylisted = MAILBOX_BUSY, PersistentTransientFailure 7 . 1 => "Greylisted, try again later";
    /// `451`: something failed here.
    local_error = LOCAL_ERROR, PersistentTransientFailure 3 . 0 => "Local error, try again later";
    /// `452`: enough recipients for this transaction, never 552 (RFC 5321 §4.5.3.1.10).
    too_many_recipients = NO_ROOM, PersistentTransientFailure 5 . 3 => "Too many recipients";
    /// `452`: no room on the disk.
    no_room = NO_ROOM, PersistentTransientFailure 3 . 1 => "Insufficient system storage";
    /// `452`: the mailbox is full for now.
    mailbox_full = NO_ROOM, PersistentTransientFailure 2 . 2 => "Mailbox full";
    /// `454`: TLS can't be started at the moment (RFC 3207 §4).
    tls_not_now = TEMPORARY_AUTH_FAILURE, PersistentTransientFailure 7 . 0 => "TLS not available due to temporary reason";
    /// `454`: AUTH can't be decided at the moment (RFC 4954 §6).
    auth_not_now = TEMPORARY_AUTH_FAILURE, PersistentTransientFailure 7 . 0 => "Temporary authentication failure";

    /// `500`: not a command.
    unrecognized = UNRECOGNIZED, PermanentFailure 5 . 2 => "Command not recognized";
    /// `500`: the line is too long.
    line_too_long = UNRECOGNIZED, PermanentFailure 5 . 2 => "Line too long";
    /// `500`: the response to a challenge is too long (RFC 4954 §6).
    auth_line_too_long = UNRECOGNIZED, PermanentFailure 5 . 6 => "Authentication exchange line is too long";
    /// `501`: wrong arguments.
    bad_arguments = BAD_ARGUMENTS, PermanentFailure 5 . 4 => "Syntax error in parameters or arguments";
    /// `501`: a response to a challenge that can't be read.
    bad_response = BAD_ARGUMENTS, PermanentFailure 5 . 2 => "Cannot decode response";
    /// `501`: the client cancelled AUTH with `*`.
    auth_cancelled = BAD_ARGUMENTS, PermanentFailure 7 . 0 => "Authentication cancelled";
    /// `501`: an initial response for a mechanism where the server speaks first (RFC 4954 §4).
    initial_response_refused = BAD_ARGUMENTS, PermanentFailure 7 . 0 => "No initial response allowed for this mechanism";
    /// `502`: a command that is not offered.
    not_implemented = NOT_IMPLEMENTED, PermanentFailure 5 . 1 => "Command not implemented";
    /// `503`: a command out of turn.
    bad_sequence = BAD_SEQUENCE, PermanentFailure 5 . 1 => "Bad sequence of commands";
    /// `504`: a mechanism that is not offered.
    unknown_mechanism = PARAMETER_NOT_IMPLEMENTED, PermanentFailure 5 . 4 => "Unrecognized authentication mechanism";
    /// `504`: a parameter that is not offered.
    parameter_not_implemented = PARAMETER_NOT_IMPLEMENTED, PermanentFailure 5 . 4 => "Command parameter not implemented";
    /// `521`: this host never takes mail (RFC 7504).
    no_mail_here = NO_MAIL_HERE, PermanentFailure 3 . 2 => "Host does not accept mail";
    /// `530`: log in first (RFC 4954 §6).
    auth_required = AUTH_REQUIRED, PermanentFailure 7 . 0 => "Authentication required";
    /// `530`: STARTTLS first (RFC 3207 §4).
    tls_required = AUTH_REQUIRED, PermanentFailure 7 . 0 => "Must issue a STARTTLS command first";
    /// `534`: the mechanism is too weak.
    mechanism_too_weak = MECHANISM_TOO_WEAK, PermanentFailure 7 . 9 => "Authentication mechanism is too weak";
    /// `535`: wrong credentials.
    bad_credentials = BAD_CREDENTIALS, PermanentFailure 7 . 8 => "Authentication credentials invalid";
    /// `538`: the mechanism needs TLS.
    encryption_required = ENCRYPTION_REQUIRED, PermanentFailure 7 . 11 => "Encryption required for requested authentication mechanism";
    /// `550`: no such mailbox; never `451`, since waiting doesn't make one.
    unknown_user = MAILBOX_UNAVAILABLE, PermanentFailure 1 . 1 => "User unknown";
    /// `550`: the mailbox is switched off.
    mailbox_disabled = MAILBOX_UNAVAILABLE, PermanentFailure 2 . 1 => "Mailbox disabled";
    /// `550`: mail for other domains is not taken.
    relay_denied = MAILBOX_UNAVAILABLE, PermanentFailure 7 . 1 => "Relaying denied";
    /// `550`: policy refuses.
    refused = MAILBOX_UNAVAILABLE, PermanentFailure 7 . 1 => "Delivery not authorized, message refused";
    /// `550`: a sender that is not ASCII, without SMTPUTF8 (RFC 6531 §3.5).
    sender_not_ascii = MAILBOX_UNAVAILABLE, PermanentFailure 6 . 7 => "Non-ASCII sender address needs SMTPUTF8";
    /// `550`: the body holds a CR or LF that stands alone.
    bare_newline = MAILBOX_UNAVAILABLE, PermanentFailure 6 . 0 => "Message contains bare CR or bare LF";
    /// `550`: a line of the message is longer than the limit.
    text_line_too_long = MAILBOX_UNAVAILABLE, PermanentFailure 6 . 0 => "Message contains a line that is too long";
    /// `552`: the message is bigger than this server takes.
    too_big = EXCEEDED, PermanentFailure 3 . 4 => "Message too big for system";
    /// `553`: a recipient that is not ASCII, without SMTPUTF8 (RFC 6531 §3.5).
    recipient_not_ascii = BAD_MAILBOX_NAME, PermanentFailure 6 . 7 => "Non-ASCII recipient address needs SMTPUTF8";
    /// `553`: the mailbox has a form that is not taken here.
    bad_mailbox = BAD_MAILBOX_NAME, PermanentFailure 1 . 3 => "Bad destination mailbox address syntax";
    /// `554`: the greeting of a server that takes no mail from this peer (RFC 5321 §3.1).
    no_service = FAILED, PermanentFailure 3 . 2 => "No SMTP service here";
    /// `554`: DATA though every recipient was refused.
    no_valid_recipients = FAILED, PermanentFailure 5 . 1 => "No valid recipients";
    /// `554`: the peer speaks before its turn.
    early_talker = FAILED, PermanentFailure 5 . 1 => "Protocol error: talked before its turn";
    /// `554`: another protocol was spoken.
    not_smtp = FAILED, PermanentFailure 5 . 1 => "This is an SMTP server";
    /// `554`: the message went round too often (RFC 5321 §6.3).
    loop_detected = FAILED, PermanentFailure 4 . 6 => "Routing loop detected";
    /// `555`: a parameter of MAIL or RCPT that is not known.
    unknown_parameter = BAD_PARAMETERS, PermanentFailure 5 . 4 => "MAIL or RCPT parameters not recognized or not implemented";
    /// `556`: the domain says that it takes no mail (RFC 7505 §4.2).
    null_mx = DOMAIN_TAKES_NO_MAIL, PermanentFailure 1 . 10 => "Recipient address has null MX";
}

/// `220`: the greeting of `host`, our own name. No enhanced code stands in a greeting (RFC 2034 §4).
///
/// # Errors
///
/// [`ReplyError`] where the name holds a blank or a control.
pub fn greeting(host: &str) -> Result<Reply, ReplyError> {
    Reply::new(ReplyCode::READY, None, named(host, " ESMTP")?)
}

/// `250`: the answer to HELO. `host` is our own name; what the peer called itself is shown to it cleaned.
///
/// # Errors
///
/// [`ReplyError`] where our name holds a blank or a control.
pub fn hello(host: &str, peer: &[u8]) -> Result<Reply, ReplyError> {
    let mut text = named(host, " Hello ")?;
    let kept = peer.get(..255).unwrap_or(peer);
    text.extend(kept.iter().map(|octet| if octet.is_ascii_graphic() { char::from(*octet) } else { '?' }));
    Reply::new(ReplyCode::OK, None, text)
}

/// `334` with a challenge that is already base64.
///
/// # Errors
///
/// [`ReplyError`] where the challenge holds a control or doesn't fit a line of 512 octets: it can't be broken.
pub fn challenge(base64: &str) -> Result<Reply, ReplyError> {
    if base64.len() > 506 {
        return Err(ReplyError::new(506, "a challenge that fits a line"));
    }
    Reply::new(ReplyCode::CHALLENGE, None, String::from(base64))
}

fn named(host: &str, behind: &str) -> Result<String, ReplyError> {
    if let Some(at) = host.bytes().position(|octet| octet == b' ' || octet == b'\t') {
        return Err(ReplyError::new(at, "a host name without blanks"));
    }
    let mut text = String::with_capacity(host.len().saturating_add(behind.len()).saturating_add(255));
    text.push_str(host);
    text.push_str(behind);
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smtp_b92_every_standard_reply_is_one_that_new_would_make() {
        for (name, reply) in &all() {
            let text = core::str::from_utf8(reply.text()).unwrap().to_owned();
            assert_eq!(Reply::new(reply.code(), reply.enhanced(), text).as_ref(), Ok(reply), "{name}");
            let registered = reply.enhanced().is_none_or(|code| code.name().is_some());
            assert!(registered, "{name}: {reply}");
        }
    }

    #[test]
    fn advice_s030_an_unknown_user_is_550_5_1_1() {
        assert_eq!(unknown_user().to_string(), "550 5.1.1 User unknown");
    }

    #[test]
    fn advice_s029_sender_and_recipient_are_accepted_with_their_own_codes() {
        assert_eq!(sender_ok().to_string(), "250 2.1.0 Sender ok");
        assert_eq!(recipient_ok().to_string(), "250 2.1.5 Recipient ok");
    }

    #[test]
    fn advice_s034_quit_is_answered_221_2_0_0_and_a_shutdown_421() {
        assert_eq!(closing().to_string(), "221 2.0.0 Bye");
        assert_eq!(shutting_down().code(), ReplyCode::UNAVAILABLE);
    }

    #[test]
    fn advice_s027_the_greeting_is_220_and_names_us_first() {
        assert_eq!(greeting("mx.example").unwrap().to_string(), "220 mx.example ESMTP");
        assert!(greeting("mx.example\r\n250 ok").is_err());
        assert!(greeting("mx example").is_err());
    }

    #[test]
    fn advice_s028_the_peer_is_shown_cleaned_and_cut() {
        let reply = hello("mx.example", b"a\r\n250 b\x1b\xc3\xa9").unwrap();
        assert_eq!(reply.to_string(), "250 mx.example Hello a??250?b???");
        let long = hello("mx.example", &[b'x'; 4000]).unwrap();
        assert_eq!(long.text().len(), "mx.example Hello ".len() + 255);
    }
}
