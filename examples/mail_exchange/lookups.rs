//! Asks the DNS, or a zone that stands in for it, everything that the policy wants to know of a peer and a sender.
//!
//! in:  a peer, its HELO name, the sender      out: what was found; what could not be found out says so

use std::fs;
use std::net::IpAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mailwright::address::ReversePath;
use mailwright::dns::{Inquiry, MxSelection, Name, Selection, Zone, run};
use mailwright::policy::helo::{Forward, Look};
use mailwright::policy::{dnsbl, reverse};
use mailwright::spf::{Both, Identity, Session, Settings};
use mailwright::tokio::Resolver;

use crate::Failure;
use crate::arguments::Arguments;

/// What answers where nothing else is named.
const BUILT_IN: &str = r#"
example.org.             MX   10 mx.example.org.
example.org.             TXT  "v=spf1 ip4:198.51.100.0/24 -all"
mx.example.org.          A    198.51.100.1
; a good neighbour
friend.example.          MX   10 out.friend.example.
friend.example.          TXT  "v=spf1 a:out.friend.example -all"
out.friend.example.      A    203.0.113.7
7.113.0.203.in-addr.arpa. PTR out.friend.example.
; a domain that sends no mail from there, one that takes none, and one that nobody can find out about now
forger.example.          MX   10 mx.forger.example.
forger.example.          TXT  "v=spf1 -all"
mx.forger.example.       A    192.0.2.10
mute.example.            MX   0 .
mute.example.            A    192.0.2.11
; a dialled line, and its entry in a list
dsl-203-0-113-99.isp.example.  A 203.0.113.99
99.113.0.203.in-addr.arpa. PTR dsl-203-0-113-99.isp.example.
99.113.0.203.list.example. A   127.0.0.2
"#;

/// A name whose questions time out in the built-in zone.
const SILENT: &str = "silent.example";

/// How long all questions about one peer or sender may take together.
const PATIENCE: Duration = Duration::from_secs(20);
const NO_INPUT: u8 = 66;
const BAD_DATA: u8 = 65;
const OS_ERROR: u8 = 71;

/// The DNS, or what stands in for it.
#[derive(Debug)]
enum Source {
    Zone(Zone),
    Live(Box<Resolver>),
}

/// What can be looked up.
#[derive(Debug)]
pub struct Lookups {
    source: Source,
    host: String,
    lists: Vec<dnsbl::Zone>,
}

/// What is known of a peer and a sender.
#[derive(Debug)]
pub struct Known {
    pub reverse: reverse::Report,
    pub forward: Option<Forward>,
    pub spf: Both,
    pub sender_domain: Option<Selection>,
    pub lists: Option<dnsbl::Report>,
}

impl Lookups {
    pub fn open(arguments: &Arguments) -> Result<Self, Failure> {
        let source = if arguments.live {
            let made = arguments.server.map_or_else(Resolver::system, |server| Resolver::at(&[server]));
            Source::Live(Box::new(made.map_err(|error| (OS_ERROR, format!("no resolver: {error}")))?))
        } else {
            Source::Zone(zone(arguments)?)
        };
        let list = |suffix: &String| {
            let known = dnsbl::Zone::known(suffix).map_or_else(|| dnsbl::Zone::new(suffix), Ok);
            known.map(|zone| zone.with_weight(10)).map_err(|error| (64, format!("--list {suffix}: {error}")))
        };
        let lists = arguments.list.iter().map(list).collect::<Result<_, _>>()?;
        Ok(Self { source, host: arguments.host.clone(), lists })
    }

    /// Looks up everything, side by side where the DNS is asked.
    pub async fn about(&self, peer: IpAddr, helo: &[u8], sender: &ReversePath) -> Known {
        let mut reverse = reverse::Reverse::new(peer);
        let name = helo_name(helo);
        let forward = async {
            match name {
                Some(name) => Some(self.run(&mut Look::new(name, peer)).await),
                None => None,
            }
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let settings = Settings::new(self.host.as_bytes()).with_unix_time(now);
        let mut spf = Session::new(Identity::from_path(sender, helo), peer, settings);
        let domain = sender.mailbox().and_then(|mailbox| mailbox.host().to_ascii().parse().ok());
        let sender_domain = async {
            match domain {
                Some(domain) => Some(self.run(&mut MxSelection::new(domain)).await),
                None => None,
            }
        };
        let lists = async {
            if self.lists.is_empty() {
                return None;
            }
            let mut lists = dnsbl::Lists::of_address(peer, self.lists.clone());
            Some(self.run(&mut lists).await)
        };
        let (reverse, forward, spf, sender_domain, lists) =
            tokio::join!(self.run(&mut reverse), forward, self.run(&mut spf), sender_domain, lists);
        Known { reverse, forward, spf, sender_domain, lists }
    }

    async fn run<I: Inquiry>(&self, inquiry: &mut I) -> I::Outcome {
        match &self.source {
            Source::Zone(zone) => run(inquiry, &mut &*zone),
            Source::Live(resolver) => resolver.run(inquiry, PATIENCE).await,
        }
    }
}

fn zone(arguments: &Arguments) -> Result<Zone, Failure> {
    let text = match &arguments.zone {
        Some(path) => {
            fs::read(path).map_err(|error| (NO_INPUT, format!("--zone {}: {error}", path.display())))?
        }
        None => BUILT_IN.as_bytes().to_vec(),
    };
    let mut zone = Zone::parse(&text).map_err(|error| (BAD_DATA, format!("the zone is none: {error}")))?;
    if arguments.zone.is_none()
        && let Ok(silent) = SILENT.parse()
    {
        zone.fail(silent, mailwright::dns::Failure::Timeout);
    }
    Ok(zone)
}

/// The HELO name where it is one that can be asked about: with a dot, and no address.
fn helo_name(helo: &[u8]) -> Option<Name> {
    let text = std::str::from_utf8(helo).ok()?.trim_end_matches('.');
    let is_name = text.contains('.') && text.parse::<IpAddr>().is_err() && !text.starts_with('[');
    is_name.then(|| text.parse().ok())?
}
