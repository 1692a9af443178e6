//! The conversations that the pair holds, and what may be done to them.

use bytes::Bytes;
use mailwright::address::{Domain, Envelope, Grammar, Recipient};
use mailwright::smtp::sasl::{Credentials, Mechanism};
use mailwright::smtp::{Extension, client, server};

/// One conversation: both sides' settings and the message.
#[derive(Clone)]
pub struct Scenario {
    pub name: &'static str,
    pub client: client::Settings,
    pub server: server::Settings,
    pub envelope: Envelope,
    pub message: Bytes,
    /// How often it is sent on the same connection.
    pub messages: usize,
}

/// Which way octets travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    ToServer,
    ToClient,
}

/// What happens to the connection, the octets or the host of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// Behind so many octets of this way the connection is closed; what is on its way still arrives.
    Close(Way, usize),
    /// Behind so many octets the connection is reset; what is on its way is lost.
    Reset(Way, usize),
    /// Behind so many octets nothing of this way arrives any more.
    Stall(Way, usize),
    /// The octet at this place is another one.
    Flip(Way, usize, u8),
    Drop(Way, usize),
    Double(Way, usize),
    /// The octet at this place changes places with the one behind it.
    Swap(Way, usize),
    /// The server's reply of this number is another one.
    Reply(usize, Lie),
    /// The host of the server does this at its decision of this number.
    Host(usize, Decision),
    /// At this step the clocks of both sides jump by so many seconds.
    Clock(usize, i64),
}

/// What stands in the place of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    Temporary,
    Permanent,
    Closing,
    Garbage,
    ManyLines,
    Nothing,
    Twice,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Accept,
    Defer,
    Refuse,
    /// After a minute.
    Slow,
    /// Never.
    Silence,
}

impl Fault {
    /// Any fault from numbers.
    pub fn of(kind: [u8; 3], at: u32) -> Self {
        let way = if kind[1].is_multiple_of(2) { Way::ToServer } else { Way::ToClient };
        let place = at as usize % 4096;
        let lies = [
            Lie::Temporary,
            Lie::Permanent,
            Lie::Closing,
            Lie::Garbage,
            Lie::ManyLines,
            Lie::Nothing,
            Lie::Twice,
        ];
        let decisions = [Decision::Defer, Decision::Refuse, Decision::Slow, Decision::Silence];
        match kind[0] % 11 {
            0 => Self::None,
            1 => Self::Close(way, place),
            2 => Self::Reset(way, place),
            3 => Self::Stall(way, place),
            4 => Self::Flip(way, place, kind[2]),
            5 => Self::Drop(way, place),
            6 => Self::Double(way, place),
            7 => Self::Swap(way, place),
            8 => Self::Reply(place % 64, lies[usize::from(kind[2]) % lies.len()]),
            9 => Self::Host(place % 64, decisions[usize::from(kind[2]) % decisions.len()]),
            _ => Self::Clock(place % 256, i64::from(at) - i64::from(u32::MAX / 2)),
        }
    }
}

impl Scenario {
    /// The six canonical conversations.
    pub fn all() -> Vec<Self> {
        let base = Self::plain();
        let mut starttls = base.clone();
        starttls.name = "starttls";
        starttls.client = starttls.client.with_tls(client::TlsPolicy::Required);
        starttls.server = starttls.server.with_tls(server::TlsMode::StartTls);

        let mut login = base.clone();
        login.name = "login";
        login.client = login
            .client
            .with_tls(client::TlsPolicy::Implicit)
            .with_credentials(Credentials::password("tim", "tanstaaf"));
        login.server = login
            .server
            .with_tls(server::TlsMode::Implicit)
            .with_mechanisms(&[Mechanism::Plain, Mechanism::Login]);

        let mut pipelined = base.clone();
        pipelined.name = "pipelined";
        pipelined.client = pipelined.client.with_pipelining(client::Pipelining::WhenOffered);
        pipelined.envelope = recipients(10);

        let mut chunks = base.clone();
        chunks.name = "chunks";
        chunks.client = chunks
            .client
            .with_pipelining(client::Pipelining::WhenOffered)
            .with_chunking(client::Chunking::WhenOffered)
            .with_limits(client::Limits::new().with_body(200));
        chunks.envelope = recipients(2);

        let mut lmtp = base.clone();
        lmtp.name = "lmtp";
        lmtp.client = lmtp
            .client
            .with_protocol(client::Protocol::Lmtp)
            .with_pipelining(client::Pipelining::WhenOffered);
        lmtp.server = lmtp.server.with_protocol(server::Protocol::Lmtp);
        lmtp.envelope = recipients(3);
        vec![base, starttls, login, pipelined, chunks, lmtp]
    }

    /// Two recipients, one command at a time, DATA.
    pub fn plain() -> Self {
        let host = Domain::parse(b"mx.example", Grammar::strict()).unwrap();
        Self {
            name: "plain",
            client: client::Settings::new("client.example".parse().unwrap())
                .with_tls(client::TlsPolicy::Never)
                .with_pipelining(client::Pipelining::Never)
                .with_chunking(client::Chunking::Never),
            server: server::Settings::new(host)
                .with_offered(Extension::Chunking)
                .with_offered(Extension::BinaryMime),
            envelope: recipients(2),
            message: Bytes::from_static(MESSAGE),
            messages: 1,
        }
    }
}

/// An envelope for so many recipients.
pub fn recipients(count: usize) -> Envelope {
    let all = (0..count).map(|number| Recipient::new(format!("<user{number}@mx.example>").parse().unwrap()));
    Envelope::new("<sender@client.example>".parse().unwrap()).with_recipients(all.collect())
}

/// Dots at the start of lines, an empty line, a line of one dot.
const MESSAGE: &[u8] =
    b"From: <sender@client.example>\r\nSubject: a message for the pair\r\n\r\n.hidden\r\n.\r\n..\r\n\r\n\
    Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor\r\n\
    incididunt ut labore et dolore magna aliqua. Ut enim ad minim veniam, quis nostrud\r\n\
    exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat.\r\n\
    Duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore eu\r\n\
    fugiat nulla pariatur. Excepteur sint occaecat cupidatat non proident, sunt in\r\n\
    culpa qui officia deserunt mollit anim id est laborum.\r\n.last\r\n";
