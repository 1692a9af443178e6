//! Numbers the fields that rules ask for by name, so that asking costs one look into a table.
//!
//! in:  nothing      out: the number of each field's row in [`KNOWN`](crate::grammar::names)
//! law: the numbers are worked out when this is compiled; a name without a row doesn't compile

use crate::grammar::names::number;

pub(crate) const ARC_AUTHENTICATION_RESULTS: u8 = number("ARC-Authentication-Results");
pub(crate) const ARC_MESSAGE_SIGNATURE: u8 = number("ARC-Message-Signature");
pub(crate) const ARC_SEAL: u8 = number("ARC-Seal");
pub(crate) const AUTHENTICATION_RESULTS: u8 = number("Authentication-Results");
pub(crate) const AUTO_SUBMITTED: u8 = number("Auto-Submitted");
pub(crate) const BCC: u8 = number("Bcc");
pub(crate) const CC: u8 = number("Cc");
pub(crate) const CONTENT_DISPOSITION: u8 = number("Content-Disposition");
pub(crate) const CONTENT_ID: u8 = number("Content-ID");
pub(crate) const CONTENT_LANGUAGE: u8 = number("Content-Language");
pub(crate) const CONTENT_LENGTH: u8 = number("Content-Length");
pub(crate) const CONTENT_MD5: u8 = number("Content-MD5");
pub(crate) const CONTENT_TRANSFER_ENCODING: u8 = number("Content-Transfer-Encoding");
pub(crate) const CONTENT_TYPE: u8 = number("Content-Type");
pub(crate) const DATE: u8 = number("Date");
pub(crate) const DELIVERED_TO: u8 = number("Delivered-To");
pub(crate) const DISPOSITION_NOTIFICATION_TO: u8 = number("Disposition-Notification-To");
pub(crate) const DKIM_SIGNATURE: u8 = number("DKIM-Signature");
pub(crate) const FEEDBACK_ID: u8 = number("Feedback-ID");
pub(crate) const FROM: u8 = number("From");
pub(crate) const IMPORTANCE: u8 = number("Importance");
pub(crate) const IN_REPLY_TO: u8 = number("In-Reply-To");
pub(crate) const LINES: u8 = number("Lines");
pub(crate) const LIST_ARCHIVE: u8 = number("List-Archive");
pub(crate) const LIST_ID: u8 = number("List-Id");
pub(crate) const LIST_POST: u8 = number("List-Post");
pub(crate) const LIST_SUBSCRIBE: u8 = number("List-Subscribe");
pub(crate) const LIST_UNSUBSCRIBE: u8 = number("List-Unsubscribe");
pub(crate) const LIST_UNSUBSCRIBE_POST: u8 = number("List-Unsubscribe-Post");
pub(crate) const MESSAGE_ID: u8 = number("Message-ID");
pub(crate) const MIME_VERSION: u8 = number("MIME-Version");
pub(crate) const PRECEDENCE: u8 = number("Precedence");
pub(crate) const PRIORITY: u8 = number("Priority");
pub(crate) const RECEIVED: u8 = number("Received");
pub(crate) const REFERENCES: u8 = number("References");
pub(crate) const REPLY_TO: u8 = number("Reply-To");
pub(crate) const RESENT_DATE: u8 = number("Resent-Date");
pub(crate) const RESENT_FROM: u8 = number("Resent-From");
pub(crate) const RESENT_MESSAGE_ID: u8 = number("Resent-Message-ID");
pub(crate) const RESENT_SENDER: u8 = number("Resent-Sender");
pub(crate) const RETURN_PATH: u8 = number("Return-Path");
pub(crate) const SENDER: u8 = number("Sender");
pub(crate) const STATUS: u8 = number("Status");
pub(crate) const SUBJECT: u8 = number("Subject");
pub(crate) const TO: u8 = number("To");
pub(crate) const USER_AGENT: u8 = number("User-Agent");
pub(crate) const X_MAILER: u8 = number("X-Mailer");
pub(crate) const X_PRIORITY: u8 = number("X-Priority");
