//! The command line of `mail_exchange`.
//!
//! in:  arguments      out: what was asked for, and the pipeline that follows from it

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use mailwright::policy::pipeline::{Pipeline, Step};
use mailwright_examples::Made;

/// A small mail exchanger: takes mail for its domains by a policy that can be printed, and says why.
///
/// Without arguments it listens on a free loopback port as mx.example.org, takes mail for ann and ben at example.org,
/// throws it away, and asks a zone of its own instead of the DNS. The first line printed is `listening on ADDR:PORT`;
/// then each decision is a line. SIGINT or SIGTERM ends it.
///
/// Exit status: 0 after a signal, 64 usage, 65 a zone that is none, 66 a zone that cannot be read, 71 the system refuses.
#[derive(Debug, Parser)]
#[command(name = "mail_exchange", version, max_term_width = 100)]
pub struct Arguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// The name we greet with; HELO names that claim to be it are refused.
    #[arg(long, value_name = "NAME", default_value = "mx.example.org")]
    pub host: String,
    /// A domain of ours.
    #[arg(long = "domain", value_name = "D", default_value = "example.org")]
    pub domains: Vec<String>,
    /// A domain that we keep mail for while its own host is away; without a roster every recipient is deferred.
    #[arg(long, value_name = "D", default_value = "backup.example")]
    pub backup: Vec<String>,
    /// A local part that exists in our domains, beside postmaster.
    #[arg(long = "user", value_name = "LOCAL", default_values = ["ann", "ben"])]
    pub users: Vec<String>,
    /// A local part whose mailbox is full.
    #[arg(long, value_name = "LOCAL")]
    pub full: Vec<String>,
    /// Keep messages here, in `new/`; made if it is missing.
    #[arg(long, value_name = "DIR")]
    pub maildir: Option<PathBuf>,
    /// The largest message, in octets.
    #[arg(long, value_name = "N", default_value_t = 25 << 20)]
    pub size: u64,
    /// Which receiver to be.
    #[arg(long, value_name = "NAME", default_value = "small-server")]
    pub pipeline: Named,
    /// Print the checks of the receiver, and end.
    #[arg(long)]
    pub show: bool,
    /// How long a first sight waits; 0 switches the greylist off.
    #[arg(long, value_name = "SECONDS", default_value_t = 180)]
    pub greylist: u32,
    /// Hosts that may relay through us.
    #[arg(long, value_name = "IP")]
    pub trust: Vec<IpAddr>,
    /// Hosts that we want nothing from.
    #[arg(long, value_name = "IP")]
    pub block: Vec<IpAddr>,
    /// Hosts that no list of the DNS and no greylist holds up.
    #[arg(long, value_name = "IP")]
    pub friend: Vec<IpAddr>,
    /// A block list of the DNS to ask.
    #[arg(long, value_name = "ZONE")]
    pub list: Vec<String>,
    /// Answer questions from this zone file instead of the built-in one.
    #[arg(long, value_name = "FILE", conflicts_with = "live")]
    pub zone: Option<PathBuf>,
    /// Ask the DNS.
    #[arg(long)]
    pub live: bool,
    /// The name server to ask, instead of the system's.
    #[arg(long, value_name = "IP:PORT", requires = "live")]
    pub server: Option<SocketAddr>,
    /// Offer TLS with a certificate made up on the spot.
    #[arg(long, value_name = "self-signed")]
    pub tls: Option<Made>,
    /// A peer that may say by XCLIENT for whom it speaks.
    #[arg(long, value_name = "IP")]
    pub xclient_from: Vec<IpAddr>,
    /// Print each decision as one JSON object a line.
    #[arg(long)]
    pub json: bool,
}

/// A receiver by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Named {
    /// Refuses what is surely wrong, greylists the rest.
    SmallServer,
    /// Would rather lose real mail than take doubtful mail.
    Strict,
    /// Keeps mail for another host.
    BackupMx,
    /// Takes what is for it, delays nobody.
    WebhookInbound,
    /// Takes everything. Never for the Internet.
    TestSink,
}

impl Arguments {
    /// The receiver with the size and the greylist that were asked for.
    pub fn pipeline(&self) -> Pipeline {
        let named = match self.pipeline {
            Named::SmallServer => Pipeline::small_server(),
            Named::Strict => Pipeline::strict(),
            Named::BackupMx => Pipeline::backup_mx(),
            Named::WebhookInbound => Pipeline::webhook_inbound(),
            Named::TestSink => Pipeline::test_sink(),
        };
        let steps = named.steps().iter().filter_map(|step| match step {
            Step::Greylist(_) if self.greylist == 0 => None,
            Step::Greylist(params) => Some(Step::Greylist(params.with_min_delay(self.greylist))),
            Step::Size(_) => Some(Step::Size(Some(self.size))),
            other => Some(*other),
        });
        Pipeline::new(named.name(), steps)
    }
}
