//! A name server that says what a test tells it to, by UDP and TCP, on a loopback port of its own.
//!
//! in:  a script: what is said to each question, by each transport      out: what was asked, and how many at once
//! law: it stops when dropped; an answer too long for UDP goes cut off, as a real server's does

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use hickory_proto::op::Message;
use mailwright::dns::{Answer, Kind, Question, hickory};

/// What the server says to a question.
pub enum Says {
    Answer(Answer),
    /// Octets as they are, but for the message's number.
    Message(Box<Message>),
    Nothing,
    After(Duration, Answer),
}

/// How the server takes TCP.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tcp {
    Serves,
    Refuses,
    /// Connections come about, and nothing is ever said.
    IsSilent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    Udp,
    Tcp,
}

type Script = dyn Fn(&Question, Via) -> Says + Send + Sync;

/// A running server.
pub struct NameServer {
    pub at: SocketAddr,
    state: Arc<State>,
    /// Kept open where TCP is silent.
    _listener: Option<TcpListener>,
}

struct State {
    script: Box<Script>,
    asked: Mutex<Vec<(String, Kind, Via)>>,
    open: AtomicUsize,
    most: AtomicUsize,
    stop: AtomicBool,
}

impl NameServer {
    pub fn start(tcp: Tcp, script: impl Fn(&Question, Via) -> Says + Send + Sync + 'static) -> Self {
        let (listener, socket) = loop {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a loopback port");
            let at = listener.local_addr().expect("an address");
            if let Ok(socket) = UdpSocket::bind(at) {
                break (listener, socket);
            }
        };
        let at = socket.local_addr().expect("an address");
        let state = Arc::new(State {
            script: Box::new(script),
            asked: Mutex::default(),
            open: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
        });
        udp(&state, socket);
        let kept = match tcp {
            Tcp::Serves => {
                serve_tcp(&state, listener);
                None
            }
            Tcp::Refuses => None,
            Tcp::IsSilent => Some(listener),
        };
        Self { at, state, _listener: kept }
    }

    /// Every question so far.
    pub fn asked(&self) -> Vec<(String, Kind, Via)> {
        self.state.asked.lock().expect("no panic").clone()
    }

    /// How many questions were unanswered at the same time, at most.
    pub fn most_at_once(&self) -> usize {
        self.state.most.load(Ordering::SeqCst)
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.state.stop.store(true, Ordering::SeqCst);
    }
}

impl State {
    /// The octets of the answer to a question, at most so many; nothing where nothing is said.
    fn answer(&self, octets: &[u8], via: Via) -> Option<Vec<u8>> {
        let asked = Message::from_vec(octets).ok()?;
        let query = asked.queries.first()?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.number() == u16::from(query.query_type()))?;
        let question = Question::new(hickory::from_name(query.name())?, kind);
        self.asked.lock().expect("no panic").push((query.name().to_ascii(), kind, via));
        let open = self.open.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(open, Ordering::SeqCst);
        let mut message = match (self.script)(&question, via) {
            Says::Answer(answer) => hickory::response(0, &question, &answer),
            Says::After(time, answer) => {
                thread::sleep(time);
                hickory::response(0, &question, &answer)
            }
            Says::Message(message) => *message,
            Says::Nothing => return None,
        };
        self.open.fetch_sub(1, Ordering::SeqCst);
        message.metadata.id = asked.metadata.id;
        // Names are asked for in the case of the question (0x20), and so they come back.
        message.queries.clone_from(&asked.queries);
        let octets = message.to_vec().ok()?;
        if via == Via::Udp && octets.len() > usize::from(asked.max_payload()) {
            return message.truncate().to_vec().ok();
        }
        Some(octets)
    }
}

fn udp(state: &Arc<State>, socket: UdpSocket) {
    socket.set_read_timeout(Some(Duration::from_millis(50))).expect("a time limit");
    let (state, socket) = (Arc::clone(state), Arc::new(socket));
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while !state.stop.load(Ordering::SeqCst) {
            let Ok((length, from)) = socket.recv_from(&mut buffer) else { continue };
            let (state, socket, octets) =
                (Arc::clone(&state), Arc::clone(&socket), buffer[..length].to_vec());
            thread::spawn(move || {
                if let Some(answer) = state.answer(&octets, Via::Udp) {
                    let _ = socket.send_to(&answer, from);
                }
            });
        }
    });
}

fn serve_tcp(state: &Arc<State>, listener: TcpListener) {
    listener.set_nonblocking(true).expect("a mode");
    let state = Arc::clone(state);
    thread::spawn(move || {
        while !state.stop.load(Ordering::SeqCst) {
            match listener.accept() {
                Ok((stream, _)) => {
                    let state = Arc::clone(&state);
                    thread::spawn(move || conversation(&state, stream));
                }
                Err(_) => thread::sleep(Duration::from_millis(10)),
            }
        }
    });
}

fn conversation(state: &State, mut stream: TcpStream) -> Option<()> {
    stream.set_nonblocking(false).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    loop {
        let mut length = [0; 2];
        stream.read_exact(&mut length).ok()?;
        let mut octets = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut octets).ok()?;
        let answer = state.answer(&octets, Via::Tcp)?;
        let length = u16::try_from(answer.len()).ok()?;
        stream.write_all(&[&length.to_be_bytes()[..], &answer].concat()).ok()?;
    }
}
