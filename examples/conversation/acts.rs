//! The six acts.
//!
//! in:  nothing      out: what was said in each, and what came of it
//! law: an act that does not end as its prose says is an error, not a transcript

use std::error::Error;
use std::io::Cursor;
use std::net::SocketAddr;
use std::sync::Arc;

use mailwright::address::{Envelope, ForwardPath, Grammar, Recipient, ReversePath};
use mailwright::reply::Attempt;
use mailwright::smtp::client::{self, Chunking, Pipelining, TlsPolicy};
use mailwright::smtp::server::{self, TlsMode};
use mailwright::smtp::{BodyFacts, PeerCertificate};
use mailwright::tokio::{Client, ClientTls, Connector, Server, ServerTls, provider};
use tokio::net::TcpListener;

use crate::hostile;
use crate::household::Household;
use crate::printed;
use crate::recorder::Recorder;
use crate::transcript::{Act, Voice};

type Played<T = Act> = Result<T, Box<dyn Error>>;

const MESSAGE: &[u8] =
    b"Date: Fri, 02 Oct 2026 10:00:00 +0000\r\nFrom: James Earl Jones <jones@doe.example>\r\n\
To: Eva Smith <eva@smith.example>\r\nMessage-ID: <church.1@doe.example>\r\nSubject: Sunday\r\n\r\n\
There is a church meeting after the services.\r\nWould you come?\r\n";

/// Plays them all.
pub async fn play() -> Played<Vec<Act>> {
    let house = Household::default();
    let server = serve(server::Settings::new("mx.smith.example".parse()?), house.clone(), None).await?;
    let (secret, root) = curtain()?;
    let settings = server::Settings::new("mx.smith.example".parse()?).with_tls(TlsMode::StartTls);
    let behind_curtain = serve(settings, house.clone(), Some(secret)).await?;
    Ok(vec![
        greeting_slip().await?,
        unknown_slip().await?,
        put_right(server).await?,
        all_at_once(server).await?,
        behind_a_curtain(behind_curtain, &root).await?,
        smuggler(server, &house).await?,
    ])
}

async fn greeting_slip() -> Played {
    let recorder = Arc::new(Recorder::with_slips());
    let server = by_the_book().await?;
    let connector = Connector::new(caller(TlsPolicy::Never)?).with_tap(recorder.clone());
    let Err(attempt) = connector.connect("127.0.0.1", server.port()).await else {
        return Err("a greeting of 250 was taken".into());
    };
    Ok(Act {
        title: "1. A greeting that is none",
        prose: "The called party answers as an old article prints it. Our client is strict: it hangs up.",
        turns: recorder.turns(),
        outcome: vec![
            format!("the call ended at {attempt}"),
            "RFC 5321 §4.2: a server that is ready says 220".into(),
        ],
    })
}

async fn unknown_slip() -> Played {
    let recorder = Arc::new(Recorder::with_slips());
    let server = by_the_book().await?;
    let connector = Connector::new(caller(TlsPolicy::Never)?.with_any_greeting()).with_tap(recorder.clone());
    let mut client = connect(&connector, server).await?;
    let attempts = send(&mut client, &["brenda", "eva", "precious"]).await?;
    client.quit().await;
    expect(&attempts, &["451", "250", "250"])?;
    Ok(Act {
        title: "2. An unknown user who is only busy",
        prose: "The same party, and a client that was told to overlook the greeting. The message gets through to two of \
                three; what is said about the third sends a queue on a fool's errand.",
        turns: recorder.turns(),
        outcome: vec![
            "brenda: 451 is \"not now\": the sender tries for days, then bounces; 550 5.1.1 would have said it at once".into(),
            "eva, precious: delivered".into(),
        ],
    })
}

async fn put_right(server: SocketAddr) -> Played {
    let recorder = Arc::new(Recorder::with_asides());
    let settings = caller(TlsPolicy::Never)?.with_pipelining(Pipelining::Never);
    let mut client = connect(&Connector::new(settings).with_tap(recorder.clone()), server).await?;
    let attempts = send(&mut client, &["brenda", "eva", "precious"]).await?;
    client.quit().await;
    expect(&attempts, &["550 5.1.1", "250 2.0.0", "250 2.0.0"])?;
    Ok(Act {
        title: "3. The call, put right",
        prose: "Our server answers. It greets with 220, refuses the unknown name for good and takes the message for the others, \
                each in turn, as on the telephone.",
        turns: recorder.turns(),
        outcome: tell(&["brenda", "eva", "precious"], &attempts),
    })
}

async fn all_at_once(server: SocketAddr) -> Played {
    let recorder = Arc::new(Recorder::plain());
    let names = ["eva", "precious", "brenda", "john", "postmaster"];
    let mut client =
        connect(&Connector::new(caller(TlsPolicy::Never)?).with_tap(recorder.clone()), server).await?;
    let attempts = send(&mut client, &names).await?;
    client.quit().await;
    expect(&attempts, &["250", "250", "550 5.1.1", "250", "250"])?;
    Ok(Act {
        title: "4. Everybody at once",
        prose: "The server offered PIPELINING, so the client does not wait between commands: sender, five recipients and DATA leave \
                together. The look-ups run side by side, the replies come back in order, one of them a refusal.",
        turns: recorder.turns(),
        outcome: tell(&names, &attempts),
    })
}

async fn behind_a_curtain(server: SocketAddr, root: &str) -> Played {
    let recorder = Arc::new(Recorder::plain());
    let tls = ClientTls::with_roots_pem(provider::ring(), root.as_bytes())?;
    let connector = Connector::new(caller(TlsPolicy::Required)?).with_tls(tls).with_tap(recorder.clone());
    let mut client = connect(&connector, server).await?;
    let attempts = send(&mut client, &["eva"]).await?;
    let facts = client.facts().tls().ok_or("no TLS")?.clone();
    client.quit().await;
    expect(&attempts, &["250"])?;
    let mut outcome = tell(&["eva"], &attempts);
    let PeerCertificate::Verified(name) = facts.certificate() else {
        return Err("an unknown certificate passed".into());
    };
    let cipher = facts.cipher().unwrap_or("an unknown cipher");
    outcome.push(format!("encrypted by {cipher}, the certificate is good for {name}"));
    Ok(Act {
        title: "5. Behind a curtain",
        prose: "A certificate made a moment ago, a client that insists on TLS. All that was said before the handshake counts for \
                nothing after it: the hello is said again.",
        turns: recorder.turns(),
        outcome,
    })
}

async fn smuggler(server: SocketAddr, house: &Household) -> Played {
    let before = house.letters();
    let turns = hostile::smuggle(server).await?;
    let refused = turns.iter().any(|turn| turn.voice == Voice::Called && turn.line.starts_with("550 5.6.0"));
    if !refused || house.letters() != before {
        return Err("a smuggled message was not refused".into());
    }
    Ok(Act {
        title: "6. A smuggler at the door",
        prose: "A hostile caller hides a second message, from somebody else, behind a dot between lone line feeds. Only CR LF . CR LF \
                ends a message here; a message with lone line feeds is refused whole.",
        turns,
        outcome: vec!["one message, refused; no second one was ever seen".into()],
    })
}

/// Our server on a port of its own, for as long as the program runs.
async fn serve(settings: server::Settings, house: Household, tls: Option<ServerTls>) -> Played<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let mut server = Server::new(settings, house);
    if let Some(tls) = tls {
        server = server.with_tls(tls);
    }
    tokio::spawn(server.serve(listener, std::future::pending()));
    Ok(address)
}

async fn by_the_book() -> Played<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    // A caller that hangs up is no concern of the book.
    tokio::spawn(async { drop(printed::answer(listener).await) });
    Ok(address)
}

/// A certificate for the loopback address, and the root that vouches for it: itself.
fn curtain() -> Played<(ServerTls, String)> {
    let made =
        rcgen::generate_simple_self_signed(vec!["mx.smith.example".to_owned(), "127.0.0.1".to_owned()])?;
    let (root, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    Ok((ServerTls::from_pem(provider::ring(), root.as_bytes(), key.as_bytes())?, root))
}

fn caller(tls: TlsPolicy) -> Played<client::Settings> {
    Ok(client::Settings::new("mail.doe.example".parse()?).with_tls(tls).with_chunking(Chunking::Never))
}

async fn connect(connector: &Connector, server: SocketAddr) -> Played<Client> {
    connector.connect("127.0.0.1", server.port()).await.map_err(|attempt| attempt.to_string().into())
}

async fn send(client: &mut Client, names: &[&str]) -> Played<Vec<Attempt>> {
    let sender = ReversePath::parse(b"<jones@doe.example>", Grammar::strict())?;
    let mut envelope = Envelope::new(sender);
    for name in names {
        let path = ForwardPath::parse(format!("<{name}@smith.example>").as_bytes(), Grammar::strict())?;
        envelope.add_recipient(Recipient::new(path));
    }
    Ok(client.send(envelope, BodyFacts::of(MESSAGE), &mut Cursor::new(MESSAGE)).await?)
}

fn tell(names: &[&str], attempts: &[Attempt]) -> Vec<String> {
    names.iter().zip(attempts).map(|(name, attempt)| format!("{name}: {attempt}")).collect()
}

fn expect(attempts: &[Attempt], replies: &[&str]) -> Played<()> {
    for (attempt, reply) in attempts.iter().zip(replies) {
        if !attempt.ending().to_string().starts_with(reply) {
            return Err(format!("expected {reply}, got {attempt}").into());
        }
    }
    Ok(())
}
