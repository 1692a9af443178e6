//! A server that is killed, again and again, while messages come in.
//!
//! in:  `receive` with a maildir, ended by SIGKILL at random times and started again; our client in front of it
//! law: what was answered 250 lies in the maildir, whole; nothing lies there by half; a kill is never taken for a refusal
//!
//! `MAILWRIGHT_KILLS` says how often, 12 times unless told; the long stage says 50, so a thousand messages. Twenty messages come for each.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Cursor};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{env, fs};

use mailwright::address::{Envelope, ForwardPath, Grammar, Recipient, ReversePath};
use mailwright::reply::{Attempt, Ending, NotSent, Stage};
use mailwright::smtp::BodyFacts;
use mailwright::smtp::client::{MisuseError, Settings};
use mailwright::tokio::{Client, Connector};
use tempfile::TempDir;
use tokio::time::sleep;

/// For each kill.
const MESSAGES: usize = 20;
const CALLERS: usize = 4;

/// The example, as `cargo test` has built it, or as it is built now.
fn receive() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the workspace");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root).args(["build", "-q", "--workspace", "--example", "receive"]);
    assert!(cargo.status().is_ok_and(|status| status.success()), "the example builds");
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    target.join("debug/examples/receive")
}

/// A server and the port that it has this time.
struct House {
    program: PathBuf,
    maildir: TempDir,
    port: Arc<AtomicU16>,
    child: Child,
}

impl House {
    fn new() -> Self {
        let (program, maildir) = (receive(), TempDir::new().expect("a temporary folder"));
        let port = Arc::new(AtomicU16::new(0));
        let child = start(&program, maildir.path(), &port);
        Self { program, maildir, port, child }
    }

    /// SIGKILL: nothing is written, closed or said any more. Then another process takes over.
    fn kill(&mut self) {
        self.child.kill().expect("a child of our own");
        self.child.wait().expect("a child of our own");
        self.child = start(&self.program, self.maildir.path(), &self.port);
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(program: &Path, maildir: &Path, port: &AtomicU16) -> Child {
    let mut child = Command::new(program)
        .args(["--listen", "127.0.0.1:0", "--maildir"])
        .arg(maildir)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("an example that was built");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut first = String::new();
    lines.read_line(&mut first).expect("a first line");
    let at = first.trim().strip_prefix("listening on 127.0.0.1:").and_then(|port| port.parse().ok());
    port.store(at.unwrap_or_else(|| panic!("first line of receive: {first:?}")), Ordering::SeqCst);
    std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
    child
}

/// A message that tells its number and its length, so that a half of it can be told from the whole.
fn message(number: usize) -> Vec<u8> {
    let lines = number * 7 % 331;
    let mut octets = format!("Subject: {number}\r\n\r\n{lines} lines\r\n").into_bytes();
    for line in 0..lines {
        octets.extend_from_slice(format!(".line {line} of message {number}, not the last\r\n").as_bytes());
    }
    octets.extend_from_slice(b"the end\r\n");
    octets
}

/// How often each message lies in the maildir; each must be whole.
fn stored(maildir: &Path) -> HashMap<usize, usize> {
    let mut counts = HashMap::new();
    for file in fs::read_dir(maildir.join("new")).expect("a maildir").flatten() {
        let octets = fs::read(file.path()).expect("a stored message");
        let text = String::from_utf8_lossy(&octets);
        let number = text.lines().find_map(|line| line.strip_prefix("Subject: ")?.parse().ok());
        let number = number.unwrap_or_else(|| panic!("{}: no number", file.path().display()));
        assert!(octets.ends_with(&message(number)), "message {number} lies there by half");
        *counts.entry(number).or_default() += 1;
    }
    counts
}

/// What is still to be sent, and what a server has taken.
struct Post {
    connector: Connector,
    messages: usize,
    port: Arc<AtomicU16>,
    next: AtomicUsize,
    again: Mutex<Vec<usize>>,
    taken: AtomicUsize,
    /// Attempts that the killing spoilt.
    spoilt: AtomicUsize,
}

impl Post {
    fn number(&self) -> Option<usize> {
        let again = self.again.lock().expect("no caller panics").pop();
        again.or_else(|| {
            Some(self.next.fetch_add(1, Ordering::SeqCst)).filter(|number| *number < self.messages)
        })
    }

    /// One of those who send: keeps its connection as long as it lasts.
    async fn carry(&self) {
        let mut client = None;
        while self.taken.load(Ordering::SeqCst) < self.messages {
            let Some(number) = self.number() else {
                sleep(Duration::from_millis(5)).await;
                continue;
            };
            let attempt = self.attempt(&mut client, number).await;
            if attempt.is_delivered() {
                self.taken.fetch_add(1, Ordering::SeqCst);
                continue;
            }
            let refused = matches!(attempt.ending(), Ending::Replied(reply) if reply.is_permanent());
            assert!(!refused, "a kill was taken for a refusal: {attempt:?}");
            self.spoilt.fetch_add(1, Ordering::SeqCst);
            client = None;
            self.again.lock().expect("no caller panics").push(number);
            sleep(Duration::from_millis(2)).await;
        }
    }

    async fn attempt(&self, client: &mut Option<Client>, number: usize) -> Attempt {
        if client.is_none() {
            match self.connector.connect("127.0.0.1", self.port.load(Ordering::SeqCst)).await {
                Ok(connected) => *client = Some(connected),
                Err(attempt) => return attempt,
            }
        }
        let Some(client) = client else { unreachable!("it was just made") };
        let strict = Grammar::strict();
        let mut envelope = Envelope::new(ReversePath::parse(b"<jane@doe.example>", strict).expect("a path"));
        envelope.add_recipient(Recipient::new(
            ForwardPath::parse(b"<eva@smith.example>", strict).expect("a path"),
        ));
        let octets = message(number);
        let facts = BodyFacts::of(&octets);
        match client.send(envelope, facts, &mut Cursor::new(octets)).await {
            Ok(mut attempts) => attempts.remove(0),
            // The kill came between two messages: nothing was sent, and another connection is made.
            Err(MisuseError::Over) => Attempt::new(Stage::Mail, Ending::NotSent(NotSent::SessionOver)),
            Err(misuse) => panic!("a good transaction: {misuse}"),
        }
    }
}

/// `xorshift`, so that a run can be looked at again.
fn random(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}

#[tokio::test]
async fn threat_killed_at_any_time_nothing_is_lost_that_was_acknowledged() {
    let kills: usize = env::var("MAILWRIGHT_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(12);
    let messages = MESSAGES * kills;
    let mut house = House::new();
    let settings = Settings::new("mail.doe.example".parse().expect("a name"));
    let post = Arc::new(Post {
        connector: Connector::new(settings),
        messages,
        port: Arc::clone(&house.port),
        next: AtomicUsize::new(0),
        again: Mutex::default(),
        taken: AtomicUsize::new(0),
        spoilt: AtomicUsize::new(0),
    });
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let post = Arc::clone(&post);
            tokio::spawn(async move { post.carry().await })
        })
        .collect();
    let mut seed = 0x9E37_79B9_7F4A_7C15;
    for kill in 0..kills {
        // Spread over the messages, and within each at any moment.
        while post.taken.load(Ordering::SeqCst) < messages * kill / (kills + 1) {
            sleep(Duration::from_micros(300)).await;
        }
        sleep(Duration::from_micros(random(&mut seed) % 4000)).await;
        house.kill();
    }
    for caller in callers {
        caller.await.expect("nothing was refused");
    }
    let counts = stored(house.maildir.path());
    let missing: Vec<usize> = (0..messages).filter(|number| !counts.contains_key(number)).collect();
    assert!(missing.is_empty(), "acknowledged and lost: {missing:?}");
    let spoilt = post.spoilt.load(Ordering::SeqCst);
    println!("{kills} kills spoilt {spoilt} attempts; {} messages came twice", twice(&counts));
    assert!(spoilt >= kills / 2, "the kills hit nobody");
    // A message comes twice only where a kill took its 250 away.
    assert!(twice(&counts) <= spoilt);
}

fn twice(counts: &HashMap<usize, usize>) -> usize {
    counts.values().map(|count| count - 1).sum()
}
