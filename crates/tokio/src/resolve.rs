//! Drives inquiries with a real resolver: all questions of a round at once, one deadline.
//!
//! in:  an inquiry, how long it may take      out: its outcome
//! law: names are asked as they are, absolute; what fails is a failure and never a fact; at the end what is out is dropped

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a foreign enum grows; what is not named here is no answer"
)]

use core::future::Future;
use core::net::SocketAddr;
use core::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use mailwright_dns::{About, Answer, Failure, Inquiry, Question, Step, hickory};
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
    inner: TokioResolver,
}

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
        let mut builder = TokioResolver::builder_tokio().map_err(|error| ResolverError(error.to_string()))?;
        settle(builder.options_mut());
        let inner = builder.build().map_err(|error| ResolverError(error.to_string()))?;
        Ok(Self { inner })
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
        let config = ResolverConfig::from_parts(None, Vec::new(), servers.iter().map(server).collect());
        let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        settle(builder.options_mut());
        let inner = builder.build().map_err(|error| ResolverError(error.to_string()))?;
        Ok(Self { inner })
    }

    /// Uses a resolver that was set up elsewhere. It must keep aliases (`preserve_intermediates`) and the hosts file out.
    pub const fn new(inner: TokioResolver) -> Self {
        Self { inner }
    }

    /// Answers one question.
    pub async fn answer(&self, question: &Question) -> Answer {
        let query = hickory::query(question);
        match self.inner.lookup(query.name().clone(), query.query_type()).await {
            Ok(lookup) => hickory::answer(question, lookup.message()),
            Err(error) => refused(&error),
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

/// What an adapter owes its inquiries: no hosts file, aliases kept, EDNS, TCP where an answer is cut off.
fn settle(options: &mut ResolverOpts) {
    options.use_hosts_file = ResolveHosts::Never;
    options.preserve_intermediates = true;
    options.edns0 = true;
    options.try_tcp_on_error = true;
    options.timeout = Duration::from_secs(3);
    options.attempts = 2;
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
        NetError::Truncated => Failure::Truncated,
        NetError::Proto(_) | NetError::Busy => Failure::ServFail,
        _ => Failure::Timeout,
    };
    Answer::Failed(failure)
}
