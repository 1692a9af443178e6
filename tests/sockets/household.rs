//! A server to call and a caller without manners: what the tests of the sockets share.
//!
//! in:  what the test wants the handler to do      out: an address, and a record of what the handler lived through
//! law: every server listens on a port of its own, and ends when its test ends

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use mailwright::address::{ForwardPath, ReversePath};
use mailwright::reply::standard;
use mailwright::smtp::BodyFindings;
use mailwright::smtp::sasl::{Answer, Mechanism, Question, ScramKeys};
use mailwright::smtp::server::{Facts, MailParameters, RecipientParameters, Settings, Verdict};
use mailwright::tokio::{Decision, Handler, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Barrier, Notify, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// What the handler lived through.
#[derive(Debug, Default)]
pub struct Diary {
    /// Messages that were accepted, with their recipients.
    pub messages: Mutex<Vec<(Vec<String>, Vec<u8>)>>,
    /// Look-ups that were dropped before they were done.
    pub dropped: AtomicUsize,
    /// Messages whose acceptance nobody heard.
    pub withdrawn: AtomicUsize,
    /// Messages whose end was decided, heard or not.
    pub decided: AtomicUsize,
}

/// A handler whose recipients say by their names what shall happen.
#[derive(Debug)]
pub struct Household {
    pub diary: Arc<Diary>,
    /// `together@` waits here for two others.
    pub barrier: Barrier,
    /// A message to `slow@` is decided when this is notified.
    pub gate: Arc<Notify>,
}

/// A transaction of the household.
#[derive(Debug, Default)]
pub struct Letter {
    to: Mutex<Vec<String>>,
    octets: Vec<u8>,
}

/// Counts a future that was dropped where it stood.
struct Watch<'a>(&'a AtomicUsize);

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Household {
    pub fn new() -> Self {
        Self { diary: Arc::default(), barrier: Barrier::new(3), gate: Arc::default() }
    }
}

impl Handler for Household {
    type Transaction = Letter;

    async fn login(&self, _: &Facts, _: Mechanism, question: &Question) -> Verdict {
        let Question::Scram { user, .. } = question else { return Verdict::login(Answer::Refuse) };
        assert_eq!(user.as_bytes(), b"jane");
        Verdict::login(Answer::Scram(ScramKeys::derive(b"tanstaaf", b"salt of the earth", 4096)))
    }

    async fn mail(&self, _: &Facts, path: &ReversePath, _: &MailParameters) -> Result<Letter, Verdict> {
        assert!(!path.as_str().to_owned().contains("panic"), "the test asked for it");
        Ok(Letter::default())
    }

    async fn recipient(
        &self,
        _: &Facts,
        letter: &Letter,
        path: &ForwardPath,
        _: &RecipientParameters,
    ) -> Verdict {
        let to = path.as_str().to_owned();
        if to.contains("unknown") {
            return Verdict::refuse(standard::unknown_user()).unwrap();
        }
        if to.contains("together") {
            self.barrier.wait().await;
        }
        if to.contains("never") {
            let _watch = Watch(&self.diary.dropped);
            std::future::pending::<()>().await;
        }
        assert!(!to.contains("panic"), "the test asked for it");
        if to.contains("farewell") {
            return Verdict::close(standard::relay_denied()).unwrap();
        }
        letter.to.lock().unwrap().push(to);
        Verdict::accept()
    }

    async fn body(&self, _: &Facts, letter: &mut Letter, octets: Bytes) {
        if octets.windows(9).any(|word| word == b"slow disk") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(!octets.windows(9).any(|word| word == b"panic now"), "the test asked for it");
        letter.octets.extend_from_slice(&octets);
    }

    async fn end_of_body(&self, _: &Facts, letter: &mut Letter, findings: BodyFindings) -> Decision {
        let to = letter.to.lock().unwrap().clone();
        if to.iter().any(|to| to.contains("slow")) {
            self.gate.notified().await;
        }
        self.diary.decided.fetch_add(1, Ordering::SeqCst);
        assert!(!letter.octets.windows(9).any(|word| word == b"panic end"), "the test asked for it");
        assert_eq!(findings.octets, letter.octets.len() as u64);
        let each = to.iter().map(|to| {
            let full = to.contains("full");
            if full { Verdict::refuse(standard::mailbox_full()).unwrap() } else { Verdict::accept() }
        });
        let each = each.collect();
        self.diary.messages.lock().unwrap().push((to, std::mem::take(&mut letter.octets)));
        Decision::Each(each)
    }

    async fn withdrawn(&self, _: &Facts, _: Letter) {
        self.diary.withdrawn.fetch_add(1, Ordering::SeqCst);
    }
}

/// A server that runs.
#[derive(Debug)]
pub struct Running {
    pub address: SocketAddr,
    pub diary: Arc<Diary>,
    pub gate: Arc<Notify>,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<()>,
}

impl Running {
    pub async fn start(
        settings: Settings,
        with: impl FnOnce(Server<Household>) -> Server<Household>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let household = Household::new();
        let (diary, gate) = (Arc::clone(&household.diary), Arc::clone(&household.gate));
        let (stop, asked_to) = oneshot::channel::<()>();
        let server = with(Server::new(settings, household).with_patience(Duration::from_millis(500)));
        let task = tokio::spawn(server.serve(listener, async { drop(asked_to.await) }));
        Self { address, diary, gate, stop: Some(stop), served: task }
    }

    /// Tells it to stop.
    pub fn stop(&mut self) {
        self.stop.take();
    }

    /// Waits until it has stopped.
    pub async fn stopped(self) {
        timeout(Duration::from_secs(20), self.served).await.expect("the server ends").unwrap();
    }

    pub fn messages(&self) -> Vec<(Vec<String>, Vec<u8>)> {
        self.diary.messages.lock().unwrap().clone()
    }
}

/// A caller that writes what it wants, when it wants.
#[derive(Debug)]
pub struct Caller {
    pub stream: TcpStream,
    heard: Vec<u8>,
}

impl Caller {
    pub async fn call(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).await.unwrap(), heard: Vec::new() }
    }

    pub async fn say(&mut self, octets: &[u8]) {
        self.stream.write_all(octets).await.unwrap();
    }

    /// The next reply, all its lines; empty at the end of the connection.
    pub async fn hear(&mut self) -> String {
        loop {
            if let Some(reply) = self.cut() {
                return reply;
            }
            let mut piece = [0; 4096];
            let read = timeout(Duration::from_secs(10), self.stream.read(&mut piece)).await;
            match read.expect("an answer in time") {
                Ok(count @ 1..) => self.heard.extend_from_slice(&piece[..count]),
                Ok(0) | Err(_) => return String::new(),
            }
        }
    }

    /// The next replies must begin so.
    pub async fn expect(&mut self, codes: &[&str]) {
        for code in codes {
            let reply = self.hear().await;
            assert!(reply.starts_with(code), "expected {code}, heard {reply:?}");
        }
    }

    fn cut(&mut self) -> Option<String> {
        let text = String::from_utf8_lossy(&self.heard).into_owned();
        let mut end = 0;
        for line in text.split_inclusive("\r\n") {
            end += line.len();
            if line.ends_with("\r\n") && line.as_bytes().get(3) == Some(&b' ') {
                self.heard.drain(..end);
                return Some(text[..end].to_owned());
            }
        }
        None
    }
}
