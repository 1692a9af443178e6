//! The words by which a bounce that is only text is known.
//!
//! law: words decide only together: who sent it, what its subject says, what its text says

use alloc::string::String;

use mailwright_message::Reader;

use super::header_text;
use crate::Action;

/// How much the message looks like a bounce.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Look {
    /// Its author is a mail system.
    pub(super) daemon: bool,
    /// Its subject says so.
    pub(super) subject: bool,
    /// Its text says so.
    pub(super) text: bool,
}

impl Look {
    pub(super) fn of(reader: &Reader<'_>, text: &str) -> Self {
        let author = header_text(reader, "From").to_lowercase();
        let subject = header_text(reader, "Subject").to_lowercase();
        Self {
            daemon: has(&author, DAEMONS),
            subject: has(&subject, SUBJECTS) || has(&subject, DELAYS),
            text: has(&head(text).to_lowercase(), TEXTS),
        }
    }

    /// Is that enough? `code`: a reply code was found.
    pub(super) const fn is_bounce(self, code: bool) -> bool {
        self.daemon && (self.subject || self.text || code) || self.subject && (self.text || code)
    }
}

/// Failed, unless subject or text speak of a delay.
pub(super) fn action(reader: &Reader<'_>, text: &str) -> Action {
    let subject = header_text(reader, "Subject").to_lowercase();
    let text = head(text).to_lowercase();
    let failed = has(&subject, ENDS) || has(&text, ENDS);
    if !failed && (has(&subject, DELAYS) || has(&text, DELAYS)) { Action::Delayed } else { Action::Failed }
}

fn has(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// The first 4 KiB.
fn head(text: &str) -> String {
    text.chars().take(4096).collect()
}

const DAEMONS: &[&str] = &[
    "mailer-daemon",
    "mailer_daemon",
    "mail-daemon",
    "postmaster@",
    "post_master@",
    "mail delivery",
    "mail deliver system",
    "delivery subsystem",
    "mail.delivery.system",
    "system administrator",
    "mdaemon@",
];

const SUBJECTS: &[&str] = &[
    "undeliver",
    "returned mail",
    "returned to sender",
    "returning message to sender",
    "returning to sender",
    "delivery status",
    "delivery report",
    "delivery notification",
    "delivery failure",
    "delivery failed",
    "delivery error",
    "failed delivery",
    "failure notice",
    "failure delivery",
    "mail failure",
    "mail failed",
    "non-delivery",
    "nondelivery",
    "mail error",
    "mail system error",
    "could not be delivered",
    "could not send",
    "unable to deliver",
    "not delivered",
    "there was an error sending your mail",
    "unzustellbar",
    "nicht zugestellt",
    "nicht zustellbar",
    "non remis",
    "non distribu",
    "échec de la remise",
    "no se pudo entregar",
    "no entregado",
    "não foi entregue",
    "mancato recapito",
    "не доставлено",
    "недоставлен",
    "メールエラー",
    "配信不能",
    "配信できません",
    "送信できません",
    "退信",
];

const TEXTS: &[&str] = &[
    "could not be delivered",
    "couldn't be delivered",
    "can't be delivered",
    "cannot be delivered",
    "can not be delivered",
    "was not delivered",
    "not delivered to",
    "has been returned",
    "failed address",
    "unknown host",
    "has been postponed",
    "wasn't delivered",
    "has been delayed",
    "unable to deliver",
    "able to deliver your message",
    "trouble delivering",
    "delivery has failed",
    "delivery failed",
    "delivery to the following",
    "delivery errors",
    "undeliverable",
    "following recipient",
    "following address",
    "did not reach",
    "permanent error",
    "fatal error",
    "transcript of session",
    "invalid user address",
    "invalid final delivery",
    "no such user",
    "user unknown",
    "unknown user",
    "mailbox is full",
    "rcpt to",
    "nicht zugestellt",
    "送信できません",
    "не может быть доставлено",
];

const DELAYS: &[&str] = &[
    "delayed",
    "(delay)",
    "still being retried",
    "still trying",
    "will be retried",
    "will keep trying",
    "will continue to try",
    "will continue trying",
    "not yet been delivered",
    "warning--could not send",
    "warning: could not send",
    "warning message only",
    "do not need to resend",
    "has not been delivered yet",
    "attempts will continue",
    "has been postponed",
    "delivery warning",
    "verzögert",
    "en attente de remise",
];

const ENDS: &[&str] = &[
    "failed permanently",
    "permanent error",
    "permanent fatal",
    "i've given up",
    "given up",
    "giving up",
    "was aborted",
    "returned mail",
    "undeliverable",
    "returned to sender",
    "(failure)",
];
