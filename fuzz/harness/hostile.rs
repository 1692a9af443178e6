//! Lets any octets speak to the client machine, and holds it to what has to be true whatever they are.
//!
//! The input is one octet that chooses the kind of client, then segments that are parted by 0x1e. The first octet of a
//! segment is what the caller does, the rest is what the server sends:
//!
//! | octet | the caller |
//! |---|---|
//! | `s` | gives a message |
//! | `b`, `f`, `a` | gives a piece of it, ends it, gives it up |
//! | `q` | tells the session to end |
//! | `t`, `T` | reports that TLS is up, or failed |
//! | `e`, `x` | reports the end of the connection, or its break |
//! | `w` | lets the next deadline pass |
//! | others | does nothing |

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use mailwright::address::{Envelope, Recipient};
use mailwright::smtp::client::{Chunking, Event, Pipelining, Protocol, Session, Settings, TlsPolicy};
use mailwright::smtp::sasl::{ClearText, Credentials};
use mailwright::smtp::{BodyFacts, Output, TlsFacts, TlsFailed, TlsVersion};

/// Parts the segments.
pub const NEXT: u8 = 0x1e;

const MESSAGE: &[u8] = b"Subject: x\r\n\r\n.dot\r\n";

/// All that was written and told.
#[derive(Debug, Default, PartialEq, Eq)]
struct Record {
    wire: Vec<u8>,
    told: Vec<String>,
}

struct Player {
    session: Session,
    record: Record,
    now: Duration,
    until: Option<Duration>,
    endings: Vec<u32>,
    open: bool,
    given: usize,
    whole: bool,
    wanted: usize,
    after_end: Option<usize>,
    closed: bool,
}

/// Plays the input whole, octet by octet and in pieces.
pub fn play(input: &[u8]) {
    let Some((&kind, segments)) = input.split_first() else { return };
    let whole = run(kind, segments, usize::MAX);
    assert_eq!(whole, run(kind, segments, 1));
    assert_eq!(whole, run(kind, segments, 2 + usize::from(kind >> 5)));
}

fn run(kind: u8, segments: &[u8], piece: usize) -> Record {
    let mut player = Player::new(kind);
    player.act(b's');
    for segment in segments.split(|&octet| octet == NEXT) {
        let Some((&action, octets)) = segment.split_first() else { continue };
        player.act(action);
        for octets in octets.chunks(piece) {
            player.session.handle_input(player.now, BytesMut::from(octets));
        }
        player.poll();
    }
    player.act(b'e');
    assert!(player.closed && !player.open, "the end of the connection ends it all");
    player.record
}

fn settings(kind: u8) -> Settings {
    let settings = Settings::new("client.example".parse().unwrap())
        .with_tls(
            [TlsPolicy::Never, TlsPolicy::Opportunistic, TlsPolicy::Required, TlsPolicy::Implicit]
                [usize::from(kind & 3)],
        )
        .with_protocol(if kind & 4 == 0 { Protocol::Smtp } else { Protocol::Lmtp })
        .with_pipelining(if kind & 8 == 0 { Pipelining::WhenOffered } else { Pipelining::Never })
        .with_chunking(if kind & 16 == 0 { Chunking::WhenOffered } else { Chunking::Never });
    if kind & 32 == 0 {
        return settings;
    }
    let credentials = Credentials::password("tim", "tanstaaf").with_max_iterations(4096);
    settings.with_credentials(credentials).with_clear_text(ClearText::Allowed)
}

impl Player {
    fn new(kind: u8) -> Self {
        let now = Duration::ZERO;
        let session = Session::new(now, settings(kind)).with_draw([7; 32]);
        Self {
            session,
            record: Record::default(),
            now,
            until: None,
            endings: Vec::new(),
            open: false,
            given: 0,
            whole: false,
            wanted: 0,
            after_end: None,
            closed: false,
        }
    }

    fn act(&mut self, action: u8) {
        let now = self.now;
        match action {
            b's' => {
                let to = |path: &str| Recipient::new(path.parse().unwrap());
                let envelope = Envelope::new("<>".parse().unwrap())
                    .with_recipient(to("<a@mx.example>"))
                    .with_recipient(to("<b@mx.example>"))
                    .with_recipient(to("<c@other.example>"));
                if self.session.send(now, envelope, BodyFacts::of(MESSAGE)).is_ok() {
                    self.endings = vec![0; 3];
                    (self.open, self.given, self.whole) = (true, 0, false);
                }
            }
            b'b' => {
                let end = MESSAGE.len().min(self.given + self.wanted.min(9));
                let octets = Bytes::from_static(&MESSAGE[self.given..end]);
                if self.session.handle_body(now, octets).is_ok() {
                    self.given = end;
                }
            }
            b'f' => self.whole |= self.session.finish_body(now).is_ok(),
            b'a' => drop(self.session.abort_body(now).is_ok()),
            b'q' => self.session.shutdown(now),
            b't' => self.session.handle_tls(now, Ok(TlsFacts::new(TlsVersion::Tls13).with_exporter([1; 32]))),
            b'T' => self.session.handle_tls(now, Err(TlsFailed::Handshake)),
            b'e' => self.session.handle_eof(now),
            b'x' => self.session.handle_broken(now),
            b'w' => {
                self.now = self.until.unwrap_or(now).max(now);
                self.session.handle_timeout(self.now);
            }
            _ => {}
        }
        self.poll();
    }

    fn poll(&mut self) {
        for _ in 0..10_000 {
            match self.session.poll_output() {
                Output::Transmit(octets) => {
                    assert!(!self.closed, "written behind the end");
                    self.record.wire.extend_from_slice(&octets);
                    self.session.handle_written(self.now);
                }
                Output::Event(event) => self.event(event),
                Output::Wait { until, .. } => {
                    self.until = until;
                    return;
                }
                Output::Close => {
                    self.closed = true;
                    assert!(!self.open, "closed before its recipients had their endings");
                    return;
                }
            }
            if let Some(length) = self.after_end {
                assert!(self.record.wire[length..].is_empty() || self.record.wire[length..] == *b"QUIT\r\n");
            }
        }
        panic!("it has no end");
    }

    fn event(&mut self, event: Event) {
        let text = format!("{event:?}");
        assert!(!text.contains("tanstaaf"));
        assert!(text.chars().all(|letter| !letter.is_control()), "{text}");
        match event {
            Event::WantBody(most) => self.wanted = most,
            Event::Rewind => (self.given, self.whole) = (0, false),
            Event::Recipient { index, attempt } => {
                assert!(self.open);
                self.endings[index] += 1;
                if attempt.is_delivered() {
                    assert!(self.whole, "delivered before its end");
                    assert!(attempt.ending().reply().is_some_and(|reply| reply.code().is_completion()));
                }
            }
            Event::Finished => {
                assert!(self.open && self.endings.iter().all(|&count| count == 1), "{:?}", self.endings);
                self.open = false;
            }
            Event::Ended(_) => self.after_end = Some(self.record.wire.len()),
            _ => {}
        }
        self.record.told.push(text);
    }
}
