//! The words of the machine itself.
//!
//! in:  what happened      out: octets of replies
//! law: each fixed reply is one of `reply::standard`, octet for octet; the rest is built from checked parts

use bytes::{BufMut, Bytes, BytesMut};

use crate::extension::{Extension, ExtensionSet};
use crate::server::settings::Settings;

// The replies of an ordinary session, ready to copy.
pub(crate) const SENDER_OK: &[u8] = b"250 2.1.0 Sender ok\r\n";
pub(crate) const RECIPIENT_OK: &[u8] = b"250 2.1.5 Recipient ok\r\n";
pub(crate) const START_INPUT: &[u8] = b"354 End data with <CR><LF>.<CR><LF>\r\n";
pub(crate) const ACCEPTED: &[u8] = b"250 2.0.0 Message accepted\r\n";
pub(crate) const OK: &[u8] = b"250 2.0.0 Ok\r\n";
pub(crate) const CLOSING: &[u8] = b"221 2.0.0 Bye\r\n";

/// `214`: what can be said here.
pub(crate) const HELP: &[u8] = b"214 2.0.0 See RFC 5321\r\n";
/// `250`: ETRN was taken (RFC 1985 §5.3).
pub(crate) const ETRN_OK: &[u8] = b"250 2.0.0 Ok, queuing for node started\r\n";
/// `458`: ETRN was not (RFC 1985 §5.3).
pub(crate) const ETRN_NOT_NOW: &[u8] = b"458 4.3.0 Unable to queue messages for node\r\n";
/// `500`: the other protocol's hello (RFC 2033 §4.1, RFC 5321 §4.1.1.1).
pub(crate) const SAY_LHLO: &[u8] = b"500 5.5.1 This is LMTP, say LHLO\r\n";
pub(crate) const SAY_EHLO: &[u8] = b"500 5.5.1 This is SMTP, say EHLO\r\n";
/// `550`: XCLIENT from a peer that is not trusted.
pub(crate) const NOT_TRUSTED: &[u8] = b"550 5.7.0 Insufficient authorization\r\n";
/// `250`: a chunk was taken.
pub(crate) const CHUNK_OK: &[u8] = b"250 2.0.0 Chunk taken\r\n";

/// What is said to nearly every client, written once for all sessions of a listener.
#[derive(Clone, Debug)]
pub(crate) struct Ready {
    /// The whole greeting.
    pub(crate) greeting: Bytes,
    /// The reply to HELO.
    pub(crate) helo: Bytes,
    clear: Offer,
    secured: Offer,
}

/// What is offered to a client that can't log in and isn't trusted, and the reply that says so.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    pub(crate) offered: ExtensionSet,
    pub(crate) reply: Bytes,
}

impl Ready {
    pub(crate) fn of(settings: &Settings) -> Self {
        let mut greeting = BytesMut::new();
        greeting.put_slice(b"220 ");
        greeting.put_slice(settings.host.as_bytes());
        if !settings.greeting.is_empty() {
            greeting.put_u8(b' ');
            greeting.put_slice(settings.greeting.as_bytes());
        }
        greeting.put_slice(b"\r\n");
        Self {
            greeting: greeting.freeze(),
            helo: [b"250 ", settings.host.as_bytes(), b"\r\n"].concat().into(),
            clear: Offer::of(settings, Inside::Clear),
            secured: Offer::of(settings, Inside::Tls),
        }
    }

    /// Nothing yet: settings that are being made.
    pub(crate) const fn nothing() -> Self {
        const NONE: Offer = Offer { offered: ExtensionSet::EMPTY, reply: Bytes::new() };
        Self { greeting: Bytes::new(), helo: Bytes::new(), clear: NONE, secured: NONE }
    }

    #[inline]
    pub(crate) const fn offer(&self, inside: Inside) -> &Offer {
        match inside {
            Inside::Clear => &self.clear,
            Inside::Tls => &self.secured,
        }
    }
}

impl Offer {
    fn of(settings: &Settings, inside: Inside) -> Self {
        let offered = settings.offering(inside, false, false);
        Self { offered, reply: offer(settings, offered, &[]) }
    }
}

/// Whether the conversation is inside of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inside {
    Clear,
    Tls,
}

/// The reply to EHLO or LHLO: our name, and a line for each extension.
///
/// The client's own name is not said back to it: nobody reads it there, so one reply serves every client.
/// `auth`: the word AUTH and its mechanisms.
///
/// # RFC
/// RFC 5321 §4.1.1.1
pub(crate) fn offer(settings: &Settings, offered: ExtensionSet, auth: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(256);
    let mut writer = Lines { out: &mut out, last: 0 };
    writer.line(settings.host.as_bytes());
    for extension in offered.iter() {
        self::extension(&mut writer, settings, extension, auth);
    }
    writer.finish();
    out.freeze()
}

fn extension(writer: &mut Lines<'_>, settings: &Settings, extension: Extension, auth: &[u8]) {
    if extension == Extension::Auth {
        writer.line(auth);
    } else if extension == Extension::Size {
        writer.numbered(b"SIZE ", settings.size.unwrap_or(0));
    } else if extension == Extension::DeliverBy && settings.deliver_by.is_some_and(|seconds| seconds > 0) {
        writer.numbered(b"DELIVERBY ", settings.deliver_by.unwrap_or(0).into());
    } else if extension == Extension::FutureRelease {
        future_release(writer, settings);
    } else if extension == Extension::Limits {
        limits(writer, settings);
    } else if extension == Extension::Xclient {
        writer.line(b"XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT");
    } else {
        writer.line(extension.keyword().as_bytes());
    }
}

fn future_release(writer: &mut Lines<'_>, settings: &Settings) {
    let Some((seconds, _, date)) = &settings.future_release else { return };
    writer.begin();
    writer.put(b"FUTURERELEASE ");
    writer.number((*seconds).into());
    writer.put(b" ");
    writer.put(date.as_bytes());
    writer.end();
}

fn limits(writer: &mut Lines<'_>, settings: &Settings) {
    writer.begin();
    writer.put(b"LIMITS RCPTMAX=");
    writer.number(settings.limits.recipients.into());
    for (name, value) in
        [(&b" MAILMAX="[..], settings.mails), (b" RCPTDOMAINMAX=", settings.recipient_domains)]
    {
        if let Some(value) = value {
            writer.put(name);
            writer.number(value.into());
        }
    }
    writer.end();
}

/// Writes the lines of one reply of 250, the last of which is marked when all are there.
struct Lines<'a> {
    out: &'a mut BytesMut,
    last: usize,
}

impl Lines<'_> {
    fn begin(&mut self) {
        self.last = self.out.len();
        self.out.put_slice(b"250-");
    }

    fn end(&mut self) {
        self.out.put_slice(b"\r\n");
    }

    fn put(&mut self, octets: &[u8]) {
        self.out.put_slice(octets);
    }

    fn line(&mut self, octets: &[u8]) {
        self.begin();
        self.put(octets);
        self.end();
    }

    fn numbered(&mut self, keyword: &'static [u8], number: u64) {
        self.begin();
        self.put(keyword);
        self.number(number);
        self.end();
    }

    fn number(&mut self, number: u64) {
        let mut digits = [b'0'; 20];
        let mut left = number;
        let mut from = digits.len();
        for digit in digits.iter_mut().rev() {
            *digit = b'0'.wrapping_add(u8::try_from(left % 10).unwrap_or(0));
            left /= 10;
            from = from.saturating_sub(1);
            if left == 0 {
                break;
            }
        }
        self.out.put_slice(digits.get(from..).unwrap_or_default());
    }

    fn finish(self) {
        if let Some(mark) = self.out.get_mut(self.last.saturating_add(3)) {
            *mark = b' ';
        }
    }
}

#[cfg(test)]
mod tests {
    use mailwright_reply::{Reply, standard};

    use super::*;

    #[track_caller]
    fn check(fixed: &[u8], reply: &Reply) {
        let mut out = BytesMut::new();
        reply.write(&mut out);
        assert_eq!(fixed, &out[..]);
    }

    #[test]
    fn the_fixed_replies_are_the_standard_ones() {
        check(SENDER_OK, &standard::sender_ok());
        check(RECIPIENT_OK, &standard::recipient_ok());
        check(START_INPUT, &standard::start_input());
        check(ACCEPTED, &standard::accepted());
        check(OK, &standard::ok());
        check(CLOSING, &standard::closing());
    }

    #[test]
    fn smtp_b92_each_reply_of_our_own_is_one_well_formed_line() {
        for reply in [HELP, ETRN_OK, ETRN_NOT_NOW, SAY_LHLO, SAY_EHLO, NOT_TRUSTED, CHUNK_OK] {
            assert!(reply.len() <= 512 && reply.ends_with(b"\r\n"));
            assert!(reply[..reply.len() - 2].iter().all(|octet| (b' '..=b'~').contains(octet)));
            assert_eq!(reply[0], reply[4], "the class of the enhanced code is that of the code");
        }
    }

    #[test]
    fn numbers_are_written_in_full() {
        for (number, expect) in
            [(0, "0"), (7, "7"), (52_428_800, "52428800"), (u64::MAX, "18446744073709551615")]
        {
            let mut out = BytesMut::new();
            Lines { out: &mut out, last: 0 }.number(number);
            assert_eq!(&out[..], expect.as_bytes());
        }
    }
}
