//! The client on real sockets: TLS and what it binds, servers that break off, connections that are used again.
//!
//! in:  our server, and servers that follow a script      out: one attempt per recipient
//! law: "delivered" is said only where the server said it; what was asked to be secret never leaves in clear

#[path = "sockets/household.rs"]
#[expect(dead_code, reason = "the caller without manners is for the server's tests")]
mod household;

use std::io::Cursor;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mailwright::address::{Envelope, ForwardPath, Grammar, Recipient, ReversePath};
use mailwright::reply::{Attempt, Ending, Stage, TlsFault};
use mailwright::smtp::client::{Deadlines, MisuseError, Settings, TlsPolicy};
use mailwright::smtp::sasl::{Credentials, Mechanism};
use mailwright::smtp::server::{self, Limits, TlsMode};
use mailwright::smtp::{BodyFacts, Extension, PeerCertificate, TlsVersion};
use mailwright::tokio::{Client, ClientTls, Connector, Direction, ServerTls, Tap, provider};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use household::Running;

const MESSAGE: &[u8] = b"Subject: church\r\n\r\n.meeting\r\n";

fn caller(tls: TlsPolicy) -> Settings {
    Settings::new("mail.doe.example".parse().unwrap()).with_tls(tls)
}

fn house() -> server::Settings {
    server::Settings::new("mx.smith.example".parse().unwrap())
}

fn envelope(to: &[&str]) -> Envelope {
    let strict = Grammar::strict();
    let mut envelope = Envelope::new(ReversePath::parse(b"<jane@doe.example>", strict).unwrap());
    for to in to {
        envelope.add_recipient(Recipient::new(ForwardPath::parse(to.as_bytes(), strict).unwrap()));
    }
    envelope
}

async fn send(client: &mut Client, to: &[&str]) -> Vec<Attempt> {
    client.send(envelope(to), BodyFacts::of(MESSAGE), &mut Cursor::new(MESSAGE)).await.unwrap()
}

async fn connect(connector: &Connector, to: SocketAddr) -> Result<Client, Attempt> {
    connector.connect("localhost", to.port()).await
}

/// A certificate for `localhost` and whoever believes it.
fn curtain() -> (ServerTls, ClientTls) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (root, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let server = ServerTls::from_pem(provider::ring(), root.as_bytes(), key.as_bytes()).unwrap();
    (server, ClientTls::with_roots_pem(provider::ring(), root.as_bytes()).unwrap())
}

async fn behind_a_curtain(settings: server::Settings) -> (Running, ClientTls) {
    let (secret, root) = curtain();
    (Running::start(settings, |server| server.with_tls(secret)).await, root)
}

/// A server that says what the script says: a reply to each line, `None` to hang up.
async fn scripted(script: fn(&str, usize) -> Option<&'static str>) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let all = Arc::clone(&heard);
    tokio::spawn(async move {
        for call in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).split(b'\n');
            let mut said = "GREETING".to_owned();
            while let Some(reply) = script(&said, call) {
                if write.write_all(reply.as_bytes()).await.is_err() {
                    break;
                }
                let Ok(Some(line)) = lines.next_segment().await else { break };
                String::from_utf8_lossy(&line).trim_end().clone_into(&mut said);
                all.lock().unwrap().push(said.clone());
            }
        }
    });
    (address, heard)
}

#[tokio::test]
async fn refused_recipients_are_told_apart_and_the_others_are_served() {
    let server = Running::start(house(), |server| server).await;
    let mut client = connect(&Connector::new(caller(TlsPolicy::Never)), server.address).await.unwrap();
    let attempts = send(&mut client, &["eva@s.example", "unknown@s.example", "john@s.example"]).await;
    assert!(attempts[0].is_delivered() && attempts[2].is_delivered());
    assert_eq!((attempts[1].stage(), attempts[1].is_delivered()), (Stage::Recipient, false));
    assert!(client.is_ready(), "the connection can be used again");
    assert!(send(&mut client, &["eva@s.example"]).await[0].is_delivered());
    client.quit().await;
    assert_eq!(server.messages().len(), 2);
    assert!(server.messages().iter().all(|(_, octets)| octets == MESSAGE));
}

#[tokio::test]
async fn recipients_beyond_the_limit_follow_on_the_same_connection() {
    let settings = house().with_limits(Limits::new().with_recipients(100)).with_offered(Extension::Limits);
    let server = Running::start(settings, |server| server).await;
    let mut client = connect(&Connector::new(caller(TlsPolicy::Never)), server.address).await.unwrap();
    let to: Vec<String> = (0..250).map(|number| format!("u{number}@s.example")).collect();
    let to: Vec<&str> = to.iter().map(String::as_str).collect();
    let attempts = send(&mut client, &to).await;
    assert!(attempts.iter().all(Attempt::is_delivered), "{attempts:?}");
    let counts: Vec<usize> = server.messages().iter().map(|(to, _)| to.len()).collect();
    assert_eq!(counts, [100, 100, 50]);
    assert!(
        server.messages().iter().all(|(_, octets)| octets == MESSAGE),
        "the message is read again each time"
    );
}

#[tokio::test]
async fn a_login_is_bound_to_its_tls_connection() {
    let settings = house().with_tls(TlsMode::StartTls).with_mechanisms(&[
        Mechanism::ScramSha256Plus,
        Mechanism::ScramSha256,
        Mechanism::Plain,
    ]);
    let (server, root) = behind_a_curtain(settings).await;
    let settings = caller(TlsPolicy::Required).with_credentials(Credentials::password("jane", "tanstaaf"));
    let mut client = connect(&Connector::new(settings).with_tls(root.clone()), server.address).await.unwrap();
    assert_eq!(client.facts().login(), Some(Mechanism::ScramSha256Plus));
    let tls = client.facts().tls().unwrap();
    assert_eq!(tls.version(), TlsVersion::Tls13);
    assert!(tls.exporter().is_some() && tls.server_end_point().is_some());
    assert_eq!(*tls.certificate(), PeerCertificate::Verified("localhost".to_owned()));
    assert!(send(&mut client, &["eva@s.example"]).await[0].is_delivered());
    let wrong = caller(TlsPolicy::Required).with_credentials(Credentials::password("jane", "wrong"));
    let attempt = connect(&Connector::new(wrong).with_tls(root), server.address).await.unwrap_err();
    assert_eq!(attempt.stage(), Stage::Auth);
}

#[tokio::test]
async fn advice_s094_tls_may_be_there_from_the_first_octet() {
    let (server, root) = behind_a_curtain(house().with_tls(TlsMode::Implicit)).await;
    let connector = Connector::new(caller(TlsPolicy::Implicit)).with_tls(root);
    let mut client = connect(&connector, server.address).await.unwrap();
    assert!(client.facts().tls().is_some());
    assert!(send(&mut client, &["eva@s.example"]).await[0].is_delivered());
}

#[tokio::test]
async fn a_certificate_is_demanded_where_tls_is_and_reported_where_it_is_a_bonus() {
    let (server, _) = behind_a_curtain(house().with_tls(TlsMode::StartTls)).await;
    let (_, stranger) = curtain();
    let strict = Connector::new(caller(TlsPolicy::Required)).with_tls(stranger.clone());
    let attempt = connect(&strict, server.address).await.unwrap_err();
    assert_eq!(*attempt.ending(), Ending::Tls(TlsFault::Certificate));
    let bonus = Connector::new(caller(TlsPolicy::Opportunistic)).with_tls(stranger);
    let mut client = connect(&bonus, server.address).await.unwrap();
    assert_eq!(*client.facts().tls().unwrap().certificate(), PeerCertificate::Unverified);
    assert!(send(&mut client, &["eva@s.example"]).await[0].is_delivered());
}

#[tokio::test]
async fn a_certificate_that_was_pointed_at_is_believed_though_it_calls_itself_an_authority() {
    let mut parameters = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let key = rcgen::KeyPair::generate().unwrap();
    let root = parameters.self_signed(&key).unwrap().pem();
    let secret =
        ServerTls::from_pem(provider::ring(), root.as_bytes(), key.serialize_pem().as_bytes()).unwrap();
    let server = Running::start(house().with_tls(TlsMode::StartTls), |server| server.with_tls(secret)).await;
    let tls = ClientTls::with_roots_pem(provider::ring(), root.as_bytes()).unwrap();
    let connector = Connector::new(caller(TlsPolicy::Required)).with_tls(tls);
    assert!(connect(&connector, server.address).await.is_ok());
    // The name is checked all the same.
    let attempt = connector.connect("127.0.0.1", server.address.port()).await.unwrap_err();
    assert_eq!(*attempt.ending(), Ending::Tls(TlsFault::Certificate));
}

/// Offers STARTTLS and then talks nonsense; the second call is served in clear.
#[expect(clippy::unnecessary_wraps, reason = "a script may hang up; this one does not")]
fn broken_curtain(said: &str, call: usize) -> Option<&'static str> {
    Some(match said.split([' ', ':']).next().unwrap_or_default() {
        "GREETING" => "220 mx.smith.example\r\n",
        "EHLO" if call == 0 => "250-mx.smith.example\r\n250 STARTTLS\r\n",
        "EHLO" => "250 mx.smith.example\r\n",
        "STARTTLS" => "220 go\r\n",
        "MAIL" | "RCPT" | "." => "250 ok\r\n",
        "DATA" => "354 go\r\n",
        "QUIT" => "221 bye\r\n",
        _ if call == 0 => "no handshake of ours, 250 not at all\r\n",
        _ => "",
    })
}

#[tokio::test]
async fn where_tls_was_a_bonus_and_fails_a_second_call_is_made_in_clear() {
    let (server, heard) = scripted(broken_curtain).await;
    let (_, root) = curtain();
    let connector = Connector::new(caller(TlsPolicy::Opportunistic)).with_tls(root.clone());
    let mut client = connector.connect("127.0.0.1", server.port()).await.unwrap();
    assert!(client.facts().tls().is_none());
    assert!(send(&mut client, &["eva@s.example"]).await[0].is_delivered());
    let heard = heard.lock().unwrap().clone();
    assert_eq!(heard.iter().filter(|line| line.starts_with("EHLO")).count(), 2);
    let (server, heard) = scripted(broken_curtain).await;
    let strict = Connector::new(caller(TlsPolicy::Required)).with_tls(root);
    let attempt = strict.connect("127.0.0.1", server.port()).await.unwrap_err();
    assert!(matches!(attempt.ending(), Ending::Tls(_)), "{attempt:?}");
    assert!(!heard.lock().unwrap().iter().any(|line| line.starts_with("MAIL")));
}

#[tokio::test]
async fn nobody_there_is_said_as_such() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let attempt =
        Connector::new(caller(TlsPolicy::Never)).connect("127.0.0.1", free.port()).await.unwrap_err();
    assert_eq!((attempt.stage(), attempt.ending()), (Stage::Connect, &Ending::Refused));
}

/// Hangs up at the line that the call number says.
fn hangs_up(said: &str, call: usize) -> Option<&'static str> {
    let place = match said.split([' ', ':']).next().unwrap_or_default() {
        "GREETING" => 0,
        "EHLO" => 1,
        "MAIL" => 2,
        "RCPT" => 3,
        "DATA" => 4,
        "." => 5,
        _ => return Some(""),
    };
    let replies =
        ["220 mx.smith.example\r\n", "250 mx\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n", "250 ok\r\n"];
    (place != call).then(|| replies[place])
}

#[tokio::test]
async fn a_server_that_hangs_up_anywhere_is_never_said_to_have_the_message() {
    let (server, _) = scripted(hangs_up).await;
    let connector = Connector::new(caller(TlsPolicy::Never));
    let stages = [Stage::Greeting, Stage::Hello, Stage::Mail, Stage::Recipient, Stage::Data, Stage::Dot];
    for stage in stages {
        let attempt = match connector.connect("127.0.0.1", server.port()).await {
            Err(attempt) => attempt,
            Ok(mut client) => send(&mut client, &["eva@s.example"]).await.remove(0),
        };
        assert_eq!((attempt.stage(), attempt.is_delivered()), (stage, false), "{attempt:?}");
        assert_eq!(attempt.may_be_delivered(), stage == Stage::Dot);
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_is_left_in_time() {
    let (server, _) =
        scripted(|said, _| Some(if said.starts_with("MAIL") { "" } else { "220 mx\r\n250 mx\r\n" })).await;
    let deadlines = Deadlines::new().with_mail(Duration::from_millis(200));
    let connector = Connector::new(caller(TlsPolicy::Never).with_deadlines(deadlines));
    // The second line of the greeting is the reply to EHLO, sent too early; strict or not, it ends in time.
    let ended = tokio::time::timeout(Duration::from_secs(5), async {
        match connector.connect("127.0.0.1", server.port()).await {
            Err(attempt) => attempt,
            Ok(mut client) => send(&mut client, &["eva@s.example"]).await.remove(0),
        }
    });
    assert!(!ended.await.unwrap().is_delivered());
}

/// Says 421 after the first message, unasked.
#[expect(clippy::unnecessary_wraps, reason = "a script may hang up; this one does not")]
fn says_goodbye(said: &str, _: usize) -> Option<&'static str> {
    Some(match said.split([' ', ':']).next().unwrap_or_default() {
        "GREETING" => "220 mx.smith.example\r\n",
        "EHLO" | "MAIL" | "RCPT" => "250 ok\r\n",
        "DATA" => "354 go\r\n",
        "." => "250 ok\r\n421 closing\r\n",
        _ => "",
    })
}

#[tokio::test]
async fn an_unasked_421_between_messages_asks_for_a_new_connection() {
    let (server, _) = scripted(says_goodbye).await;
    let connector = Connector::new(caller(TlsPolicy::Never));
    let mut client = connector.connect("127.0.0.1", server.port()).await.unwrap();
    assert!(send(&mut client, &["eva@s.example"]).await[0].is_delivered());
    tokio::time::sleep(Duration::from_millis(50)).await;
    let again =
        client.send(envelope(&["eva@s.example"]), BodyFacts::of(MESSAGE), &mut Cursor::new(MESSAGE)).await;
    assert_eq!(again, Err(MisuseError::Over));
}

#[derive(Debug, Default)]
struct Listener(Mutex<Vec<u8>>);

impl Tap for Listener {
    fn octets(&self, direction: Direction, octets: &[u8]) {
        if direction == Direction::Out {
            self.0.lock().unwrap().extend_from_slice(octets);
        }
    }
}

#[tokio::test]
async fn a_tap_hears_what_is_said_under_tls() {
    let (server, root) = behind_a_curtain(house().with_tls(TlsMode::StartTls)).await;
    let tap = Arc::new(Listener::default());
    let connector = Connector::new(caller(TlsPolicy::Required)).with_tls(root).with_tap(tap.clone());
    let mut client = connect(&connector, server.address).await.unwrap();
    send(&mut client, &["eva@s.example"]).await;
    client.quit().await;
    let heard = String::from_utf8(tap.0.lock().unwrap().clone()).unwrap();
    assert_eq!(heard.matches("EHLO ").count(), 2, "the hello is said again under TLS");
    assert!(heard.contains("RCPT TO:<eva@s.example>") && heard.ends_with("QUIT\r\n"));
}
