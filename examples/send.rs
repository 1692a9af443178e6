//! Sends one message to one server and says what became of each recipient.
//!
//! Run it with `cargo run --example send -- --server 127.0.0.1:2525 --from a@example.org --to b@example.net FILE`; see `--help`.

#[path = "send/arguments.rs"]
mod arguments;
#[path = "send/meaning.rs"]
mod meaning;
#[path = "send/message.rs"]
mod message;
#[path = "send/report.rs"]
mod report;
#[path = "send/trust.rs"]
mod trust;

use std::io::Cursor;
use std::process::ExitCode;

use mailwright::address::{Envelope, ForwardPath, Grammar, Recipient, ReversePath, Utf8};
use mailwright::reply::{Attempt, Leniency, Lenient};
use mailwright::smtp::BodyFacts;
use mailwright::smtp::client::{Chunking, Pipelining, Protocol, Settings, TlsPolicy};
use mailwright::smtp::sasl::{ClearText, Credentials};
use mailwright::tokio::Connector;
use tracing_subscriber::EnvFilter;

use arguments::{Arguments, Extension, Policy};
use message::LineEnds;

/// Why it did not come to sending, with the exit status.
type Failure = (u8, String);

const USAGE: u8 = 64;
const NO_INPUT: u8 = 66;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Arguments = match mailwright_examples::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn")))
        .with_writer(std::io::stderr)
        .init();
    match run(&arguments).await {
        Ok(status) => ExitCode::from(status),
        Err((status, text)) => {
            anstream::eprintln!("send: {text}");
            ExitCode::from(status)
        }
    }
}

async fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let envelope = envelope(arguments)?;
    let connector = connector(arguments)?;
    let mut octets = message::read(&arguments.file)
        .map_err(|error| (NO_INPUT, format!("{}: {error}", arguments.file.display())))?;
    if message::with_crlf(&mut octets) == LineEnds::Mixed {
        tracing::warn!("some lines ended in LF and some in CR LF; all end in CR LF on the wire");
    }
    let facts = BodyFacts::of(&octets);
    let (host, port) = (&arguments.server.host, arguments.server.port);
    let attempts = match connector.connect(host, port).await {
        Err(attempt) => vec![attempt; envelope.recipients().len()],
        Ok(mut client) => {
            let sent = client.send(envelope.clone(), facts, &mut Cursor::new(octets)).await;
            client.quit().await;
            sent.map_err(|error| (USAGE, error.to_string()))?
        }
    };
    let told: Vec<(&str, &Attempt)> =
        envelope.recipients().iter().map(|one| one.path().as_str()).zip(&attempts).collect();
    // A reader that closed the pipe does not change what became of the message.
    let _ = if arguments.json { report::print_json(&told) } else { report::print(&told) };
    Ok(report::exit_status(&told))
}

fn envelope(arguments: &Arguments) -> Result<Envelope, Failure> {
    let grammar = Grammar::strict().with_utf8(Utf8::Allowed);
    let sender = ReversePath::parse(bracketed(&arguments.from).as_bytes(), grammar)
        .map_err(|error| (USAGE, format!("--from {}: {error}", arguments.from)))?;
    let mut envelope = Envelope::new(sender);
    for to in &arguments.to {
        let path = ForwardPath::parse(bracketed(to).as_bytes(), grammar)
            .map_err(|error| (USAGE, format!("--to {to}: {error}")))?;
        envelope.add_recipient(Recipient::new(path));
    }
    if envelope.needs_utf8() {
        envelope = envelope.with_smtputf8();
    }
    Ok(envelope)
}

fn bracketed(address: &str) -> String {
    if address.starts_with('<') { address.to_owned() } else { format!("<{address}>") }
}

fn connector(arguments: &Arguments) -> Result<Connector, Failure> {
    let hello =
        arguments.helo.parse().map_err(|error| (USAGE, format!("--helo {}: {error}", arguments.helo)))?;
    let policy = match arguments.tls {
        Policy::Never => TlsPolicy::Never,
        Policy::Opportunistic => TlsPolicy::Opportunistic,
        Policy::Required => TlsPolicy::Required,
        Policy::Implicit => TlsPolicy::Implicit,
    };
    let protocol = if arguments.lmtp { Protocol::Lmtp } else { Protocol::Smtp };
    // Servers in the field end reply lines with a lone LF; what they said is plain all the same.
    let leniency = Leniency::STRICT.with(Lenient::BareLf);
    let mut settings = Settings::new(hello).with_tls(policy).with_protocol(protocol).with_leniency(leniency);
    for extension in &arguments.without {
        settings = match extension {
            Extension::Pipelining => settings.with_pipelining(Pipelining::Never),
            Extension::Chunking => settings.with_chunking(Chunking::Never),
        };
    }
    if let Some(login) = &arguments.auth {
        let host = &arguments.server.host;
        let loopback =
            host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let in_clear = if loopback { ClearText::Allowed } else { ClearText::ProofOnly };
        settings = settings
            .with_credentials(Credentials::password(&login.user, &login.password))
            .with_clear_text(in_clear);
    }
    let mut connector = Connector::new(settings);
    if policy != TlsPolicy::Never {
        connector = connector.with_tls(trust::tls(arguments).map_err(|text| (NO_INPUT, text))?);
    }
    Ok(connector)
}
