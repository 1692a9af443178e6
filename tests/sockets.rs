//! The server on real sockets: what peers do to connections, and what the handler is promised.
//!
//! in:  callers that pipeline, dawdle, hang up, break off      out: the replies of a server that is never confused
//! law: nothing is lost that was acknowledged; nobody who behaves waits for somebody who does not

#[path = "sockets/household.rs"]
mod household;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use mailwright::smtp::server::{Protocol, Settings};
use tokio::io::AsyncWriteExt;
use tokio::time::sleep;

use household::{Caller, Running};

const HELLO: &[u8] = b"EHLO caller.example\r\n";
const LETTER: &[u8] = b"MAIL FROM:<jane@doe.example>\r\nRCPT TO:<eva@smith.example>\r\nDATA\r\n";
const BODY: &[u8] = b"Subject: church\r\n\r\n..meeting\r\n.\r\n";

fn settings() -> Settings {
    Settings::new("mx.smith.example".parse().unwrap())
}

async fn plain() -> Running {
    Running::start(settings(), |server| server).await
}

#[tokio::test]
async fn a_message_arrives_octet_for_octet() {
    let server = plain().await;
    let mut caller = Caller::call(server.address).await;
    caller.expect(&["220 mx.smith.example"]).await;
    caller.say(HELLO).await;
    caller.expect(&["250"]).await;
    caller.say(LETTER).await;
    caller.expect(&["250 2.1.0", "250 2.1.5", "354"]).await;
    caller.say(BODY).await;
    caller.expect(&["250 2"]).await;
    caller.say(b"QUIT\r\n").await;
    caller.expect(&["221 2.0.0", ""]).await;
    let (to, octets) = server.messages().remove(0);
    assert_eq!(to, ["eva@smith.example"]);
    assert_eq!(octets, b"Subject: church\r\n\r\n.meeting\r\n");
}

#[tokio::test]
async fn one_octet_at_a_time_changes_nothing() {
    let server = plain().await;
    let mut caller = Caller::call(server.address).await;
    caller.stream.set_nodelay(true).unwrap();
    caller.expect(&["220"]).await;
    for octet in [HELLO, LETTER].concat() {
        caller.say(&[octet]).await;
        tokio::task::yield_now().await;
    }
    caller.expect(&["250", "250", "250", "354"]).await;
    for octet in BODY {
        caller.say(&[*octet]).await;
        tokio::task::yield_now().await;
    }
    caller.expect(&["250"]).await;
    assert_eq!(server.messages()[0].1, b"Subject: church\r\n\r\n.meeting\r\n");
}

#[tokio::test]
async fn pipelined_recipients_are_looked_up_side_by_side_and_answered_in_order() {
    let server = plain().await;
    let mut caller = Caller::call(server.address).await;
    caller.expect(&["220"]).await;
    // Each of the three waits until all three are being looked up: one after the other they would wait for ever.
    caller.say(HELLO).await;
    caller.expect(&["250"]).await;
    caller
        .say(
            b"MAIL FROM:<>\r\nRCPT TO:<together1@s.example>\r\nRCPT TO:<unknown@s.example>\r\n\
              RCPT TO:<together2@s.example>\r\nRCPT TO:<together3@s.example>\r\nDATA\r\n",
        )
        .await;
    caller.expect(&["250", "250", "550 5.1.1", "250", "250", "354"]).await;
}

#[tokio::test]
async fn a_decision_that_panics_is_deferred_and_the_session_goes_on() {
    let server = plain().await;
    let mut caller = Caller::call(server.address).await;
    caller.expect(&["220"]).await;
    caller.say(HELLO).await;
    caller.expect(&["250"]).await;
    caller.say(b"MAIL FROM:<panic@doe.example>\r\n").await;
    caller.expect(&["451 4.3.0"]).await;
    caller
        .say(b"MAIL FROM:<jane@doe.example>\r\nRCPT TO:<panic@s.example>\r\nRCPT TO:<eva@s.example>\r\n")
        .await;
    caller.expect(&["250", "451 4.3.0", "250"]).await;
    caller.say(b"DATA\r\n").await;
    caller.expect(&["354"]).await;
    caller.say(b"panic now\r\n.\r\n").await;
    caller.expect(&["451"]).await;
    caller.say(LETTER).await;
    caller.expect(&["250", "250", "354"]).await;
    caller.say(b"panic end\r\n.\r\n").await;
    caller.expect(&["451"]).await;
    assert_eq!(
        server.diary.withdrawn.load(Ordering::SeqCst),
        1,
        "the handler hears that it was not believed"
    );
    caller.say(LETTER).await;
    caller.expect(&["250", "250", "354"]).await;
    caller.say(BODY).await;
    caller.expect(&["250"]).await;
    assert_eq!(server.messages().len(), 1);
}

#[tokio::test]
async fn a_look_up_is_dropped_with_its_caller() {
    let server = plain().await;
    let mut caller = Caller::call(server.address).await;
    caller.expect(&["220"]).await;
    caller.say(HELLO).await;
    caller.expect(&["250"]).await;
    caller.say(b"MAIL FROM:<>\r\nRCPT TO:<never@s.example>\r\n").await;
    caller.expect(&["250"]).await;
    sleep(Duration::from_millis(50)).await;
    assert_eq!(server.diary.dropped.load(Ordering::SeqCst), 0);
    reset(caller);
    until(|| server.diary.dropped.load(Ordering::SeqCst) == 1).await;
}

#[tokio::test]
async fn a_message_whose_sender_left_is_decided_and_then_withdrawn() {
    let server = plain().await;
    let mut caller = Caller::call(server.address).await;
    caller.expect(&["220"]).await;
    caller.say(HELLO).await;
    caller.expect(&["250"]).await;
    caller.say(b"MAIL FROM:<>\r\nRCPT TO:<slow@s.example>\r\nDATA\r\n").await;
    caller.expect(&["250", "250", "354"]).await;
    caller.say(BODY).await;
    sleep(Duration::from_millis(50)).await;
    reset(caller);
    sleep(Duration::from_millis(50)).await;
    assert_eq!(server.diary.decided.load(Ordering::SeqCst), 0, "it is still being decided");
    server.gate.notify_one();
    until(|| server.diary.withdrawn.load(Ordering::SeqCst) == 1).await;
    assert_eq!(server.diary.decided.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn lmtp_answers_each_recipient() {
    let server = Running::start(settings().with_protocol(Protocol::Lmtp), |server| server).await;
    let mut caller = Caller::call(server.address).await;
    caller.expect(&["220"]).await;
    caller.say(b"LHLO caller.example\r\n").await;
    caller.expect(&["250"]).await;
    caller
        .say(b"MAIL FROM:<>\r\nRCPT TO:<eva@s.example>\r\nRCPT TO:<unknown@s.example>\r\nRCPT TO:<full@s.example>\r\nDATA\r\n")
        .await;
    caller.expect(&["250", "250", "550", "250", "354"]).await;
    caller.say(BODY).await;
    caller.expect(&["250", "452 4.2.2"]).await;
}

#[tokio::test]
async fn a_slow_disk_holds_the_peer_back_and_costs_it_nothing() {
    let server = plain().await;
    let mut caller = Caller::call(server.address).await;
    caller.expect(&["220"]).await;
    caller.say(HELLO).await;
    caller.expect(&["250"]).await;
    caller.say(LETTER).await;
    caller.expect(&["250", "250", "354"]).await;
    let line = b"slow disk, and a line of the usual length in a message of some size\r\n";
    let body = line.repeat(40_000);
    caller.say(&body).await;
    caller.say(b".\r\n").await;
    caller.expect(&["250"]).await;
    assert_eq!(server.messages()[0].1, body);
}

#[tokio::test]
async fn last_words_are_heard_though_the_caller_never_stops_talking() {
    let server = plain().await;
    for _ in 0..20 {
        let mut caller = Caller::call(server.address).await;
        caller.expect(&["220"]).await;
        caller.say(HELLO).await;
        caller.expect(&["250"]).await;
        let mut talk = b"MAIL FROM:<>\r\nRCPT TO:<farewell@s.example>\r\n".to_vec();
        talk.extend_from_slice(&b"NOOP and more of it\r\n".repeat(500));
        caller.say(&talk).await;
        caller.expect(&["250", "550 5.7.1"]).await;
    }
}

#[tokio::test]
async fn advice_s034_shutting_down_says_421_and_lets_a_message_in_hand_end() {
    let mut server = plain().await;
    let mut idle = Caller::call(server.address).await;
    idle.expect(&["220"]).await;
    let mut busy = Caller::call(server.address).await;
    busy.expect(&["220"]).await;
    busy.say(HELLO).await;
    busy.expect(&["250"]).await;
    busy.say(b"MAIL FROM:<>\r\nRCPT TO:<slow@s.example>\r\nDATA\r\n").await;
    busy.expect(&["250", "250", "354"]).await;
    busy.say(BODY).await;
    sleep(Duration::from_millis(50)).await;
    server.stop();
    idle.expect(&["421 ", ""]).await;
    server.gate.notify_one();
    busy.expect(&["250"]).await;
    let diary = std::sync::Arc::clone(&server.diary);
    drop((idle, busy));
    server.stopped().await;
    assert_eq!(diary.messages.lock().unwrap().len(), 1);
    assert_eq!(diary.withdrawn.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_full_house_says_so() {
    let server = Running::start(settings(), |server| server.with_connections(3, 2)).await;
    let mut first = Caller::call(server.address).await;
    let mut second = Caller::call(server.address).await;
    first.expect(&["220"]).await;
    second.expect(&["220"]).await;
    Caller::call(server.address).await.expect(&["421 4.7.0", ""]).await;
    drop(first);
    sleep(Duration::from_millis(100)).await;
    Caller::call(server.address).await.expect(&["220"]).await;
}

#[tokio::test]
async fn a_connection_that_breaks_anywhere_leaves_no_half_message() {
    let server = plain().await;
    let talk = [HELLO, LETTER, BODY].concat();
    for at in (0..talk.len()).step_by(16) {
        for broken in [true, false] {
            let mut caller = Caller::call(server.address).await;
            caller.expect(&["220"]).await;
            caller.say(&talk[..at]).await;
            if broken {
                reset(caller);
            }
        }
    }
    assert!(server.messages().is_empty(), "nothing was complete");
    let mut caller = Caller::call(server.address).await;
    caller.expect(&["220"]).await;
    caller.say(HELLO).await;
    caller.expect(&["250"]).await;
    caller.say(&[LETTER, BODY].concat()).await;
    caller.expect(&["250", "250", "354", "250"]).await;
    assert_eq!(server.messages().len(), 1);
}

#[tokio::test]
async fn threat_r01_three_hundred_slow_callers_keep_nobody_waiting() {
    let server = Running::start(settings(), |server| server.with_connections(1000, 1000)).await;
    let before = resident();
    let mut slow = Vec::new();
    for _ in 0..300 {
        slow.push(Caller::call(server.address).await);
    }
    for octet in &HELLO[..3] {
        for caller in &mut slow {
            caller.say(&[*octet]).await;
        }
        let began = Instant::now();
        let mut quick = Caller::call(server.address).await;
        quick.expect(&["220"]).await;
        quick.say(b"NOOP\r\n").await;
        quick.expect(&["250"]).await;
        assert!(began.elapsed() < Duration::from_millis(100), "served in {:?}", began.elapsed());
        sleep(Duration::from_millis(300)).await;
    }
    let grown = resident().saturating_sub(before);
    assert!(grown <= 300 * 32 * 1024, "{grown} octets for 300 callers");
}

#[tokio::test]
async fn threat_r01_a_caller_that_stalls_is_told_and_left() {
    let deadlines = mailwright::smtp::server::Deadlines::new()
        .with_command(Duration::from_millis(300))
        .with_block(Duration::from_millis(300), 1000);
    let server = Running::start(settings().with_deadlines(deadlines), |server| server).await;
    let talk = [HELLO, LETTER, &BODY[..20]].concat();
    let mut callers = Vec::new();
    for at in (0..talk.len()).step_by(16) {
        let mut caller = Caller::call(server.address).await;
        caller.say(&talk[..at]).await;
        callers.push(caller);
    }
    for mut caller in callers {
        let mut last = String::new();
        loop {
            let reply = caller.hear().await;
            if reply.is_empty() {
                break;
            }
            last = reply;
        }
        assert!(last.starts_with("421 4.4.2"), "{last:?}");
    }
    assert!(server.messages().is_empty());
}

#[tokio::test]
async fn a_caller_that_said_all_and_only_listens_is_answered() {
    let server = plain().await;
    let mut caller = Caller::call(server.address).await;
    caller.say(&[HELLO, LETTER, BODY, b"QUIT\r\n"].concat()).await;
    caller.stream.shutdown().await.unwrap();
    caller.expect(&["220", "250", "250", "250", "354", "250", "221", ""]).await;
    assert_eq!(server.messages().len(), 1);
}

/// Breaks the connection off with a reset.
fn reset(caller: Caller) {
    let stream = caller.stream.into_std().unwrap();
    socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
}

async fn until(happened: impl Fn() -> bool) {
    let began = Instant::now();
    while !happened() {
        assert!(began.elapsed() < Duration::from_secs(10), "it does not happen");
        sleep(Duration::from_millis(5)).await;
    }
}

/// Octets of memory that this process holds.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
}
