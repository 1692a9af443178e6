//! Writes a command as its line.
//!
//! in:  a command      out: its line, CR LF included
//! law: one line, always; `parse(write(x)) == x`

use bytes::{BufMut, BytesMut};

use super::{Command, Lookup, number};

impl Command<'_> {
    /// Appends the line of the command, its CR LF included.
    pub fn write(&self, out: &mut BytesMut) {
        out.put_slice(self.verb().as_bytes());
        match self {
            Self::Helo(name) | Self::Ehlo(name) | Self::Lhlo(name) => word(name.as_str(), out),
            Self::Mail(mail) => mail.write(out),
            Self::Rcpt(rcpt) => rcpt.write(out),
            Self::Bdat { octets, last } => {
                out.put_u8(b' ');
                number::write(*octets, out);
                if *last {
                    out.put_slice(b" LAST");
                }
            }
            Self::Noop(text) | Self::Help(text) | Self::Etrn(text) | Self::Xclient(text) => {
                if !text.is_empty() {
                    word(text.as_str(), out);
                }
            }
            Self::Vrfy(lookup) | Self::Expn(lookup) => lookup.write(out),
            Self::Auth(auth) => {
                word(auth.mechanism(), out);
                match auth.initial() {
                    None => {}
                    Some(b"") => out.put_slice(b" ="),
                    Some(initial) => {
                        out.put_u8(b' ');
                        out.put_slice(initial);
                    }
                }
            }
            Self::Data | Self::Rset | Self::Quit | Self::StartTls => {}
        }
        out.put_slice(b"\r\n");
    }
}

impl Lookup<'_> {
    fn write(&self, out: &mut BytesMut) {
        word(self.as_str(), out);
        if self.utf8() {
            out.put_slice(b" SMTPUTF8");
        }
    }
}

fn word(text: &str, out: &mut BytesMut) {
    out.put_u8(b' ');
    out.put_slice(text.as_bytes());
}
