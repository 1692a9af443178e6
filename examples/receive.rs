//! Receives mail over SMTP or LMTP, into a maildir or into nothing.
//!
//! Run it with `cargo run --example receive -- --listen 127.0.0.1:2525 --maildir /tmp/mail`, and send it something; see `--help`.

#[path = "receive/arguments.rs"]
mod arguments;
#[path = "receive/journal.rs"]
mod journal;
#[path = "receive/maildir.rs"]
mod maildir;
#[path = "receive/receiver.rs"]
mod receiver;
#[path = "receive/serving.rs"]
mod serving;

use std::fs;
use std::process::ExitCode;
use std::sync::Arc;

use mailwright::address::Domain;
use mailwright::smtp::sasl::Mechanism;
use mailwright::smtp::server::{ClearLogins, Limits, Protocol, Settings, TlsMode, Trusted};
use mailwright::smtp::{self, Extension};
use mailwright::tokio::{Server, ServerTls, provider};
use tokio::net::TcpListener;

use arguments::{Arguments, BareNewline};
use journal::Journal;
use maildir::Maildir;
use receiver::Receiver;
use serving::{Failure, OS_ERROR};

const USAGE: u8 = 64;
const NO_INPUT: u8 = 66;

fn main() -> ExitCode {
    let arguments = match mailwright_examples::told(Arguments::read()) {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    serving::log();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err((status, text)) => {
            anstream::eprintln!("receive: {text}");
            ExitCode::from(status)
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    // One thread: a session is mostly waiting, and handing it from thread to thread costs more than what it does. Files are synced
    // on threads of their own.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| (OS_ERROR, format!("no runtime: {error}")))?;
    let settings = settings(arguments)?;
    let tls = tls(arguments)?;
    let maildir = match &arguments.maildir {
        None => None,
        Some(root) => Some(
            Maildir::open(root, &arguments.host)
                .map_err(|error| (OS_ERROR, format!("maildir {}: {error}", root.display())))?,
        ),
    };
    let journal = Arc::new(Journal::new(arguments.json, maildir.is_some()));
    let receiver = Receiver::new(arguments, maildir, Arc::clone(&journal)).map_err(|text| (USAGE, text))?;
    let mut server = Server::new(settings, receiver).with_connections(10_000, 10_000);
    if let Some(tls) = tls {
        server = server.with_tls(tls);
    }
    runtime.block_on(async {
        let refused = |error| (OS_ERROR, format!("{}: {error}", arguments.listen));
        let listener = TcpListener::bind(arguments.listen).await.map_err(refused)?;
        let stopped = serving::stopped().map_err(refused)?;
        journal.listening(listener.local_addr().map_err(refused)?);
        server.serve(listener, stopped).await;
        journal.farewell();
        Ok(())
    })
}

fn settings(arguments: &Arguments) -> Result<Settings, Failure> {
    let usage = |text: String| (USAGE, text);
    let host: Domain =
        arguments.host.parse().map_err(|error| usage(format!("--host {}: {error}", arguments.host)))?;
    let protocol = if arguments.lmtp { Protocol::Lmtp } else { Protocol::Smtp };
    let tls = match (arguments.has_tls(), arguments.implicit_tls) {
        (false, _) => TlsMode::None,
        (true, false) => TlsMode::StartTls,
        (true, true) => TlsMode::Implicit,
    };
    let newline = match arguments.bare_newline {
        BareNewline::Reject => smtp::BareNewline::Reject,
        BareNewline::Normalise => smtp::BareNewline::Normalise,
        BareNewline::Note => smtp::BareNewline::Note,
    };
    let trusted =
        arguments.xclient_from.iter().fold(Trusted::nobody(), |trusted, ip| trusted.with_address(*ip));
    let mut settings = Settings::new(host)
        .with_protocol(protocol)
        .with_tls(tls)
        .with_offered(Extension::SmtpUtf8)
        .with_offered(Extension::BinaryMime)
        .with_offered(Extension::Dsn)
        .with_bare_newline(newline)
        .with_xclient(trusted);
    if let Some(size) = arguments.size {
        settings = settings.with_size(Some(size));
    }
    if let Some(count) = arguments.max_recipients {
        settings = settings.with_limits(Limits::new().with_recipients(count));
        // A smaller limit than RFC 5321 §4.5.3.1.8 allows is kept by the receiver, and not announced.
        if count >= 100 {
            settings = settings.with_offered(Extension::Limits);
        }
    }
    if arguments.proxy_protocol {
        let anybody = Trusted::nobody()
            .with_network(std::net::Ipv4Addr::UNSPECIFIED.into(), 0)
            .with_network(std::net::Ipv6Addr::UNSPECIFIED.into(), 0);
        settings = settings.with_proxy(anybody);
    }
    if !arguments.auth.is_empty() {
        let in_clear = match (arguments.has_tls(), arguments.listen.ip().is_loopback()) {
            (true, _) => ClearLogins::Never,
            (false, true) => ClearLogins::Allowed,
            (false, false) => ClearLogins::ProofOnly,
        };
        settings = settings.with_clear_logins(in_clear).with_mechanisms(&[
            Mechanism::ScramSha256Plus,
            Mechanism::ScramSha256,
            Mechanism::Plain,
            Mechanism::Login,
            Mechanism::CramMd5,
        ]);
    }
    Ok(settings)
}

fn tls(arguments: &Arguments) -> Result<Option<ServerTls>, Failure> {
    if let (Some(cert), Some(key)) = (&arguments.cert, &arguments.key) {
        let read = |path: &std::path::Path| {
            fs::read(path).map_err(|error| (NO_INPUT, format!("{}: {error}", path.display())))
        };
        let tls = ServerTls::from_pem(provider::ring(), &read(cert)?, &read(key)?);
        return tls
            .map(Some)
            .map_err(|error| (NO_INPUT, format!("{} and {}: {error}", cert.display(), key.display())));
    }
    arguments.tls.map(|_| serving::self_signed(&arguments.host, arguments.listen.ip())).transpose()
}
