//! The command line of `receive`.
//!
//! in:  arguments      out: what was asked for, checked as far as an argument can be checked alone
//! law: a combination that makes no sense is a usage error, not a surprise at run time

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, ValueEnum};

use mailwright_examples::{Login, Made};

/// Receives mail over SMTP or LMTP, into a maildir or into nothing.
///
/// The first line printed is `listening on ADDR:PORT`. A message is acknowledged only after it and its directory are on
/// the disk; without --maildir messages are read and thrown away. SIGINT or SIGTERM ends it: open sessions get a 421.
///
/// Exit status: 0 after a signal, 64 usage, 66 a certificate or key that cannot be read, 71 the system refuses (address
/// in use, maildir not writable).
#[derive(Debug, Parser)]
#[command(name = "receive", version, max_term_width = 100)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line are what they are")]
pub struct Arguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: SocketAddr,
    /// The name we greet with.
    #[arg(long, value_name = "NAME", default_value = "localhost")]
    pub host: String,
    /// A domain we take mail for; others are refused with 550 5.7.1. Without it every domain is ours.
    #[arg(long = "domain", value_name = "D")]
    pub domains: Vec<String>,
    /// A local part that exists in our domains; others are refused with 550 5.1.1. Without it every user exists.
    #[arg(long = "user", value_name = "LOCAL")]
    pub users: Vec<String>,
    /// Keep messages here, in `new/`; made if it is missing.
    #[arg(long, value_name = "DIR")]
    pub maildir: Option<PathBuf>,
    /// Speak LMTP: LHLO, and a reply for each recipient.
    #[arg(long)]
    pub lmtp: bool,
    /// Offer TLS with a certificate made up on the spot.
    #[arg(long, value_name = "self-signed", conflicts_with_all = ["cert", "key"])]
    pub tls: Option<Made>,
    /// Offer TLS with the certificate chain in this file (PEM).
    #[arg(long, value_name = "F", requires = "key")]
    pub cert: Option<PathBuf>,
    /// The private key of the certificate (PEM).
    #[arg(long, value_name = "F", requires = "cert")]
    pub key: Option<PathBuf>,
    /// Speak TLS from the first octet, as on port 465, instead of STARTTLS.
    #[arg(long)]
    pub implicit_tls: bool,
    /// A user who may log in, and then send to any domain. Only under TLS; where no TLS is offered, in clear too if the
    /// address is a loopback one, else only by mechanisms that do not tell the password.
    #[arg(long, value_name = "USER:PASS")]
    pub auth: Vec<Login>,
    /// The largest message, in octets.
    #[arg(long, value_name = "N")]
    pub size: Option<u64>,
    /// How many recipients a message may have.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub max_recipients: Option<u32>,
    /// What to do with a CR or LF that stands alone in a message.
    #[arg(long, value_name = "HOW", default_value = "reject")]
    pub bare_newline: BareNewline,
    /// Expect a PROXY protocol header (v1 or v2) at the start of every connection.
    #[arg(long)]
    pub proxy_protocol: bool,
    /// A peer that may say by XCLIENT for whom it speaks.
    #[arg(long, value_name = "IP")]
    pub xclient_from: Vec<IpAddr>,
    /// Print each thing that happens as one JSON object a line.
    #[arg(long)]
    pub json: bool,
}

/// What to do with a lone CR or LF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BareNewline {
    /// Refuse the message at its end.
    Reject,
    /// Make it a CR LF.
    Normalise,
    /// Keep it, and note it.
    Note,
}

impl Arguments {
    /// Whether any TLS was asked for.
    pub fn has_tls(&self) -> bool {
        self.tls.is_some() || self.cert.is_some()
    }

    /// Reads the command line.
    pub fn read() -> Result<Self, clap::Error> {
        let arguments = Self::try_parse()?;
        if arguments.implicit_tls && !arguments.has_tls() {
            let text = "--implicit-tls needs --tls self-signed, or --cert and --key";
            return Err(Self::command().error(ErrorKind::MissingRequiredArgument, text));
        }
        Ok(arguments)
    }
}
