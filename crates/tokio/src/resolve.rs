//! Drives inquiries with a real resolver: all questions of a round at once, one deadline.
//!
//! in:  an inquiry, how long it may take      out: its outcome
//! law: names are asked as they are, absolute; what fails is a failure and never a fact, and a part is no answer; at the
//!      end what is out is dropped

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a foreign enum grows; what is not named here is no answer"
)]

use alloc::collections::BTreeSet;
use alloc::sync::Arc;
use core::future::Future;
use core::net::SocketAddr;
use core::time::Duration;
use std::sync::{Mutex, PoisonError};

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ProtocolConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::system_conf::read_system_conf;
use mailwright_dns::{About, Answer, Failure, Inquiry, Kind, Name, Question, Step, hickory};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

/// A stub resolver with a cache that all its clones share.
///
/// # Examples
///
/// ```no_run
/// use std::time::Duration;
///
/// use mailwright_dns::MxSelection;
/// use mailwright_tokio::Resolver;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let resolver = Resolver::system()?;
/// let mut inquiry = MxSelection::new("example.org".parse()?);
/// let selection = resolver.run(&mut inquiry, Duration::from_secs(20)).await;
/// println!("{:?}", selection.selected);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Resolver {
    /// Asks by UDP alone, or as whoever set it up has it.
    first: TokioResolver,
    /// Asks by TCP what was cut off.
    whole: Option<TokioResolver>,
    /// What was cut off before: it is asked by TCP, or from the cache behind it, at once.
    long: Arc<Mutex<BTreeSet<(Name, Kind)>>>,
}

/// Long answers that are remembered; beyond that all are forgotten.
const LONG: usize = 4096;

/// Why there is no resolver.
#[derive(Debug, thiserror::Error)]
#[error("the resolver can't be set up: {0}")]
pub struct ResolverError(String);

impl Resolver {
    /// Asks the name servers of the system.
    ///
    /// # Errors
    ///
    /// [`ResolverError`] where its configuration can't be read.
    pub fn system() -> Result<Self, ResolverError> {
        let (config, options) = read_system_conf().map_err(|error| ResolverError(error.to_string()))?;
        Self::build(config.name_servers(), options)
    }

    /// Asks these name servers, by UDP and, where an answer is cut off, by TCP.
    ///
    /// # Errors
    ///
    /// [`ResolverError`] where the resolver can't be built.
    pub fn at(servers: &[SocketAddr]) -> Result<Self, ResolverError> {
        let server = |server: &SocketAddr| {
            let mut connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
            for connection in &mut connections {
                connection.port = server.port();
            }
            NameServerConfig::new(server.ip(), true, connections)
        };
        let servers: Vec<NameServerConfig> = servers.iter().map(server).collect();
        Self::build(&servers, ResolverOpts::default())
    }

    /// Uses a resolver that was set up elsewhere. It must keep aliases (`preserve_intermediates`) and the hosts file out.
    pub fn new(inner: TokioResolver) -> Self {
        Self { first: inner, whole: None, long: Arc::default() }
    }

    /// Two resolvers, since one alone tells a blocked TCP from a server that doesn't answer at all by luck only.
    fn build(servers: &[NameServerConfig], mut options: ResolverOpts) -> Result<Self, ResolverError> {
        settle(&mut options, servers.len());
        let of = |udp: bool| {
            let keep = |connection: &ConnectionConfig| (connection.protocol == ProtocolConfig::Udp) == udp;
            let mut servers = servers.to_vec();
            for server in &mut servers {
                server.connections.retain(keep);
            }
            servers.retain(|server| !server.connections.is_empty());
            servers
        };
        let build = |servers: Vec<NameServerConfig>| {
            // No domain and no search list: every name is absolute.
            let config = ResolverConfig::from_parts(None, Vec::new(), servers);
            let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
            *builder.options_mut() = options.clone();
            builder.build().map_err(|error| ResolverError(error.to_string()))
        };
        let (udp, others) = (of(true), of(false));
        match (udp.is_empty(), others.is_empty()) {
            (false, false) => {
                Ok(Self { first: build(udp)?, whole: Some(build(others)?), long: Arc::default() })
            }
            _ => Ok(Self::new(build(servers.to_vec())?)),
        }
    }

    /// Answers one question.
    pub async fn answer(&self, question: &Question) -> Answer {
        let Some(whole) = &self.whole else { return ask(&self.first, question).await };
        let key = (question.name.clone(), question.kind);
        // Nothing panics while the lock is held; if it did, what is remembered would still be right.
        let long = || self.long.lock().unwrap_or_else(PoisonError::into_inner);
        if !long().contains(&key) {
            match ask(&self.first, question).await {
                Answer::Failed(Failure::Truncated) => {}
                answer => return answer,
            }
            let mut long = long();
            if long.len() >= LONG {
                long.clear();
            }
            long.insert(key.clone());
        }
        match ask(whole, question).await {
            // It is there, and can't be had whole.
            Answer::Failed(Failure::Timeout) => {
                long().remove(&key);
                Answer::Failed(Failure::Truncated)
            }
            answer => answer,
        }
    }

    /// Runs an inquiry to its end, or until `patience` ends.
    pub async fn run<I: Inquiry>(&self, inquiry: &mut I, patience: Duration) -> I::Outcome {
        let ask = |question: Question| {
            let resolver = self.clone();
            async move { resolver.answer(&question).await }
        };
        drive(inquiry, ask, patience).await
    }
}

impl core::fmt::Debug for Resolver {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Resolver").finish_non_exhaustive()
    }
}

/// Runs an inquiry over any source of answers: its questions are asked side by side.
///
/// What is still out at the end is dropped; when `patience` ends, the inquiry ends with what it knows.
pub async fn drive<I, F>(inquiry: &mut I, ask: impl Fn(Question) -> F, patience: Duration) -> I::Outcome
where
    I: Inquiry,
    F: Future<Output = Answer> + Send + 'static,
{
    // A patience beyond all time never ends.
    let deadline = Instant::now().checked_add(patience);
    let mut out: JoinSet<(Question, Answer)> = JoinSet::new();
    loop {
        match inquiry.poll() {
            Step::Ask(question) => {
                let answer = ask(question.clone());
                out.spawn(async move { (question, answer.await) });
            }
            Step::Done(outcome) => return outcome,
            Step::Wait => {
                let joined = match deadline {
                    Some(deadline) => timeout_at(deadline, out.join_next()).await.ok().flatten(),
                    None => out.join_next().await,
                };
                match joined {
                    Some(Ok((question, answer))) => inquiry.handle_answer(&question, answer),
                    // A question that panicked is never answered; its inquiry ends with the deadline or the rest.
                    Some(Err(_)) => {}
                    None => inquiry.handle_timeout(),
                }
            }
        }
    }
}

/// What an adapter owes its inquiries: no hosts file, aliases kept, EDNS; and a question is given up soon enough for
/// what follows from it.
fn settle(options: &mut ResolverOpts, servers: usize) {
    options.use_hosts_file = ResolveHosts::Never;
    options.preserve_intermediates = true;
    options.edns0 = true;
    options.timeout = Duration::from_secs(4);
    // Within that time a lost packet is sent again; a further round serves those who have many servers.
    options.attempts = usize::from(servers > 2);
}

/// One question to one resolver.
async fn ask(resolver: &TokioResolver, question: &Question) -> Answer {
    let query = hickory::query(question);
    match resolver.lookup(query.name().clone(), query.query_type()).await {
        Ok(lookup) => hickory::answer(question, lookup.message()),
        Err(error) => refused(&error),
    }
}

/// What an error of the resolver says.
fn refused(error: &NetError) -> Answer {
    let failure = match error {
        NetError::Dns(DnsError::NoRecordsFound(none)) => {
            let about = About::new(none.negative_ttl.unwrap_or(0));
            match hickory::failure(none.response_code) {
                Some(failure) => failure,
                None if none.response_code == ResponseCode::NXDomain => return Answer::NxDomain(about),
                None => return Answer::NoData(about),
            }
        }
        NetError::Dns(DnsError::ResponseCode(code)) => hickory::failure(*code).unwrap_or(Failure::ServFail),
        NetError::Dns(DnsError::DnssecBogus) => Failure::Bogus,
        NetError::Truncated => Failure::Truncated,
        NetError::Proto(_) | NetError::Busy => Failure::ServFail,
        _ => Failure::Timeout,
    };
    Answer::Failed(failure)
}
