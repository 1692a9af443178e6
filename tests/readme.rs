//! The example of README.md, word for word, and that it does what it says.

use std::io;

// README.md shows from here
use std::{error::Error, io::Read, io::Write, time::Instant};

use bytes::BytesMut;
use mailwright::reply::standard;
use mailwright::smtp::Output;
use mailwright::smtp::server::{Asked, Event, Peer, Session, Settings, Verdict};

fn converse(mut socket: impl Read + Write) -> Result<Vec<u8>, Box<dyn Error>> {
    let settings = Settings::new("mx.example.org".parse()?).without_asked(Asked::Mail);
    let (begun, mut message, mut buffer) = (Instant::now(), Vec::new(), [0; 4096]);
    let mut session = Session::new(begun.elapsed(), settings, Peer::unknown());
    loop {
        let (output, now) = (session.poll_output(), begun.elapsed());
        match output {
            Output::Transmit(octets) => {
                socket.write_all(&octets)?;
                session.handle_written(now);
            }
            Output::Event(Event::Recipient { ask, path, .. }) => match path.to_string().as_str() {
                "<postmaster@example.org>" => session.answer(now, ask, Verdict::accept())?,
                _ => session.answer(now, ask, Verdict::refuse(standard::unknown_user())?)?,
            },
            Output::Event(Event::Body(octets)) => message.extend_from_slice(&octets),
            Output::Event(Event::EndOfBody { asks, .. }) => {
                session.answer(now, asks.first(), Verdict::accept())?;
            }
            Output::Event(_) => {} // notices, and what is gone again
            Output::Close => return Ok(message),
            Output::Wait { .. } => match socket.read(&mut buffer)? {
                0 => session.handle_eof(now),
                read => session.handle_input(now, BytesMut::from(&buffer[..read])),
            },
        }
    }
}
// to here

/// A client that has said everything before it listens.
struct Client<'a> {
    says: &'a [u8],
    hears: &'a mut Vec<u8>,
}

impl Read for Client<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.says.read(into)
    }
}

impl Write for Client<'_> {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        self.hears.write(from)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_example_takes_a_message_and_refuses_an_unknown_user() {
    let says = b"EHLO client.example\r\nMAIL FROM:<a@client.example>\r\nRCPT TO:<nobody@example.org>\r\n\
        RCPT TO:<postmaster@example.org>\r\nDATA\r\nSubject: hello\r\n\r\n..\r\n.\r\nQUIT\r\n";
    let mut hears = Vec::new();
    let message = converse(Client { says, hears: &mut hears }).expect("a conversation without misuse");
    assert_eq!(message, b"Subject: hello\r\n\r\n.\r\n");
    let hears = String::from_utf8(hears).expect("ASCII");
    let codes: Vec<_> = hears.lines().filter(|l| l.as_bytes()[3] == b' ').map(|l| &l[..3]).collect();
    assert_eq!(codes, ["220", "250", "250", "550", "250", "354", "250", "221"], "{hears}");
}

#[test]
fn the_example_is_shown_word_for_word() {
    let here = include_str!("readme.rs");
    let code = here
        .split("// README.md shows from here\n")
        .nth(1)
        .and_then(|rest| rest.split("\n// to here").next());
    let code = code.expect("the marks stand in this file");
    assert!(include_str!("../README.md").contains(code), "README.md shows another example:\n{code}");
}
