//! The command line of `send`.
//!
//! in:  arguments      out: what was asked for, checked as far as an argument can be checked alone
//! law: what the rooms check (addresses, names) is left to the rooms

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use mailwright_examples::Login;

/// Sends one message to one server and says what became of each recipient.
///
/// One line per recipient: at which stage it ended, what the server replied, what that means. The message is read
/// from FILE or standard input; lines that end in a lone LF get the CR LF that SMTP wants.
///
/// Exit status: 0 every recipient accepted; 75 one may be tried again, or nobody answered, or TLS was not to be had; 69
/// one was refused for good; 76 the server broke the protocol; 64 usage; 66 the message cannot be read.
#[derive(Debug, Parser)]
#[command(name = "send", version, max_term_width = 100)]
pub struct Arguments {
    /// The server.
    #[arg(long, value_name = "HOST:PORT")]
    pub server: Server,
    /// Speak LMTP: LHLO, and a reply for each recipient.
    #[arg(long)]
    pub lmtp: bool,
    /// Whether to speak TLS.
    #[arg(long, value_name = "POLICY", default_value = "opportunistic")]
    pub tls: Policy,
    /// Believe the certificates in this file (PEM) instead of the system's.
    #[arg(long, value_name = "F", conflicts_with = "insecure")]
    pub ca: Option<PathBuf>,
    /// Believe any certificate.
    #[arg(long)]
    pub insecure: bool,
    /// Log in, under TLS or by a mechanism that does not tell the password (on a loopback address: by any).
    #[arg(long, value_name = "USER:PASS")]
    pub auth: Option<Login>,
    /// The name we introduce ourselves with; it should be ours, qualified, and known to DNS.
    #[arg(long, value_name = "NAME", default_value = "[127.0.0.1]")]
    pub helo: String,
    /// The envelope's sender; empty for a message that must never be answered.
    #[arg(long, value_name = "A")]
    pub from: String,
    /// A recipient; may be given many times.
    #[arg(long, value_name = "B", required = true)]
    pub to: Vec<String>,
    /// Do as if the server had not offered this extension; may be given twice.
    #[arg(long, value_name = "EXTENSION")]
    pub without: Vec<Extension>,
    /// Print what became of it as one JSON object.
    #[arg(long)]
    pub json: bool,
    /// The message; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    pub file: PathBuf,
}

/// Whether to speak TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Policy {
    /// In clear, whatever the server offers.
    Never,
    /// If the server offers it and it works.
    Opportunistic,
    /// By STARTTLS, with a certificate that passes, or not at all.
    Required,
    /// From the first octet, as on port 465.
    Implicit,
}

/// An extension that can be left unused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Extension {
    /// Wait for each reply.
    Pipelining,
    /// DATA instead of BDAT.
    Chunking,
}

/// A host and a port.
#[derive(Clone, Debug)]
pub struct Server {
    /// A name, or an address without brackets.
    pub host: String,
    pub port: u16,
}

impl std::str::FromStr for Server {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (host, port) = text.rsplit_once(':').ok_or("expected HOST:PORT")?;
        let port = port.parse().map_err(|_| "the port is a number up to 65535")?;
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        if host.is_empty() {
            return Err("the host is missing");
        }
        Ok(Self { host: host.to_owned(), port })
    }
}
