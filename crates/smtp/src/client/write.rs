//! Writes the commands of a transaction.
//!
//! in:  paths and parameters that were checked when they were made      out: one line each
//! law: no value here can hold CR, LF, NUL or a closing bracket outside quotes, so no line holds a second one

use alloc::format;

use bytes::{BufMut, BytesMut};
use mailwright_address::{Envelope, Mailbox, Recipient, ReversePath, Utf8};

use super::plan::{BodyKind, Plan};

/// `MAIL FROM:<...>` with what the plan says.
pub(super) fn mail(envelope: &Envelope, plan: &Plan, out: &mut BytesMut) {
    out.put_slice(b"MAIL FROM:<");
    if let ReversePath::Mailbox(mailbox) = envelope.reverse_path() {
        path(mailbox, plan, out);
    }
    out.put_slice(b">");
    if let Some(size) = plan.size {
        out.put_slice(b" SIZE=");
        crate::command::number::write(size, out);
    }
    match plan.body {
        BodyKind::Plain => {}
        BodyKind::EightBit => out.put_slice(b" BODY=8BITMIME"),
        BodyKind::Binary => out.put_slice(b" BODY=BINARYMIME"),
    }
    if plan.utf8 {
        out.put_slice(b" SMTPUTF8");
    }
    if plan.requiretls {
        out.put_slice(b" REQUIRETLS");
    }
    if plan.dsn {
        if let Some(ret) = envelope.ret() {
            out.put_slice(b" RET=");
            out.put_slice(ret.as_str().as_bytes());
        }
        if let Some(envid) = envelope.envid() {
            out.put_slice(b" ENVID=");
            out.put_slice(format!("{envid}").as_bytes());
        }
    }
    out.put_slice(b"\r\n");
}

/// `RCPT TO:<...>` with what the plan says.
pub(super) fn recipient(recipient: &Recipient, plan: &Plan, out: &mut BytesMut) {
    out.put_slice(b"RCPT TO:<");
    match recipient.path().mailbox() {
        Some(mailbox) => path(mailbox, plan, out),
        None => out.put_slice(b"Postmaster"),
    }
    out.put_slice(b">");
    if plan.dsn {
        if let Some(notify) = recipient.notify() {
            out.put_slice(b" NOTIFY=");
            out.put_slice(format!("{notify}").as_bytes());
        }
        if let Some(orcpt) = recipient.orcpt() {
            out.put_slice(b" ORCPT=");
            let utf8 = if plan.utf8 { Utf8::Allowed } else { Utf8::Refused };
            out.put_slice(orcpt.encoded(utf8).as_bytes());
        }
    }
    out.put_slice(b"\r\n");
}

/// Without SMTPUTF8 a domain travels as A-labels; a local part that cannot was sorted out before.
fn path(mailbox: &Mailbox, plan: &Plan, out: &mut BytesMut) {
    if plan.utf8 {
        out.put_slice(mailbox.as_bytes());
    } else {
        out.put_slice(mailbox.view().to_ascii().as_bytes());
    }
}
