//! A small mail exchanger: `receive` with a policy, SPF, the validator, a greylist and trace fields.
//!
//! Run it with `cargo run --example mail_exchange`, and talk to the port that it prints; see `--help`.

#[path = "mail_exchange/arguments.rs"]
mod arguments;
#[path = "mail_exchange/exchange.rs"]
mod exchange;
#[path = "mail_exchange/greylist.rs"]
mod greylist;
#[path = "mail_exchange/head.rs"]
mod head;
#[path = "mail_exchange/journal.rs"]
mod journal;
#[path = "mail_exchange/lookups.rs"]
mod lookups;
#[path = "receive/maildir.rs"]
mod maildir;
#[path = "receive/serving.rs"]
mod serving;
#[path = "mail_exchange/top.rs"]
mod top;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use mailwright::reply::Escaped;
use mailwright::smtp::Extension;
use mailwright::smtp::server::{Asked, Settings, TlsMode, Trusted};
use mailwright::tokio::Server;
use serde_json::json;
use tokio::net::TcpListener;

use arguments::Arguments;
use exchange::Exchange;
use journal::Journal;
use lookups::Lookups;
use serving::{Failure, OS_ERROR};

const USAGE: u8 = 64;

fn main() -> ExitCode {
    let arguments: Arguments = match mailwright_examples::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    if arguments.show {
        let output = writeln!(anstream::stdout(), "{}", shown(&arguments));
        return mailwright_examples::written("mail_exchange", output.map(|()| ExitCode::SUCCESS));
    }
    serving::log();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err((status, text)) => {
            anstream::eprintln!("mail_exchange: {}", Escaped::new(text.as_bytes()));
            ExitCode::from(status)
        }
    }
}

/// The checks of the receiver, for people or as one JSON object.
fn shown(arguments: &Arguments) -> String {
    let pipeline = arguments.pipeline();
    if !arguments.json {
        return pipeline.to_string();
    }
    let steps = pipeline.steps().iter();
    let steps: Vec<_> =
        steps.map(|step| json!({ "stage": step.stage().name(), "check": step.to_string() })).collect();
    json!({ "pipeline": pipeline.name(), "steps": steps }).to_string()
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let refused = |error: std::io::Error| (OS_ERROR, format!("{}: {error}", arguments.listen));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(refused)?;
    let settings = settings(arguments)?;
    let tls =
        arguments.tls.map(|_| serving::self_signed(&arguments.host, arguments.listen.ip())).transpose()?;
    runtime.block_on(async {
        let journal = Arc::new(Journal::new(arguments.json));
        let lookups = Lookups::open(arguments)?;
        let exchange = Exchange::new(arguments, lookups, Arc::clone(&journal))?;
        let mut server = Server::new(settings, exchange).with_connections(1000, 20);
        if let Some(tls) = tls {
            server = server.with_tls(tls);
        }
        let listener = TcpListener::bind(arguments.listen).await.map_err(refused)?;
        let stopped = serving::stopped().map_err(refused)?;
        journal.listening(listener.local_addr().map_err(refused)?, arguments);
        server.serve(listener, stopped).await;
        Ok(())
    })
}

fn settings(arguments: &Arguments) -> Result<Settings, Failure> {
    let host =
        arguments.host.parse().map_err(|error| (USAGE, format!("--host {}: {error}", arguments.host)))?;
    let trusted =
        arguments.xclient_from.iter().fold(Trusted::nobody(), |trusted, ip| trusted.with_address(*ip));
    Ok(Settings::new(host)
        .with_asked(Asked::Hello)
        .with_tls(if arguments.tls.is_some() { TlsMode::StartTls } else { TlsMode::None })
        .with_offered(Extension::SmtpUtf8)
        .with_size(Some(arguments.size))
        .with_xclient(trusted))
}
