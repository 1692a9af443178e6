//! A caller that leaves, at each octet of its session, over real sockets.
//!
//! in:  the first octets of a session, then the end of the stream or a reset
//! law: what was complete is answered, what was not is forgotten; the next caller is served

#[path = "sockets/household.rs"]
#[expect(dead_code, reason = "the rest is for the server's other tests")]
mod household;

use std::sync::atomic::Ordering;
use std::time::Duration;

use mailwright::smtp::server::Settings;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use household::Running;

const SESSION: &[u8] = b"EHLO caller.example\r\nMAIL FROM:<jane@doe.example>\r\nRCPT TO:<eva@smith.example>\r\nDATA\r\n\
Subject: church\r\n\r\n..meeting\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<eva@smith.example>\r\nBDAT 3 LAST\r\nabcQUIT\r\n";

/// Where the dot and the last chunk are complete, and so a message.
fn ends() -> [usize; 2] {
    let dot = SESSION.windows(5).position(|five| five == b"\r\n.\r\n").expect("a dot") + 5;
    [dot, SESSION.len() - b"QUIT\r\n".len()]
}

async fn house() -> Running {
    Running::start(Settings::new("mx.smith.example".parse().unwrap()), |server| server).await
}

/// Sends the first octets, ends the stream, and hears all that is still said.
async fn leave_after(server: &Running, count: usize) -> String {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(&SESSION[..count]).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut heard = Vec::new();
    let all = timeout(Duration::from_secs(10), stream.read_to_end(&mut heard)).await;
    all.expect("the server ends too").expect("no reset, since all was read");
    String::from_utf8(heard).unwrap()
}

#[tokio::test]
async fn the_end_of_the_stream_at_each_octet() {
    let server = house().await;
    let whole = leave_after(&server, SESSION.len()).await;
    assert!(whole.starts_with("220 ") && whole.ends_with("\r\n221 2.0.0 Bye\r\n"), "{whole}");
    assert_eq!(server.messages().len(), 2);
    let mut messages = 2;
    for count in 0..SESSION.len() {
        let heard = leave_after(&server, count).await;
        assert!(whole.starts_with(&heard), "{count} octets: {heard}");
        // A line that came whole is answered.
        let any = SESSION[..count].contains(&b'\n');
        assert!(heard.lines().count() > usize::from(any), "{count} octets: {heard}");
        messages += ends().iter().filter(|end| count >= **end).count();
        assert_eq!(server.messages().len(), messages, "{count} octets");
    }
    assert_eq!(server.diary.withdrawn.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_reset_at_each_octet() {
    let server = house().await;
    for count in 0..SESSION.len() {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(&SESSION[..count]).await.unwrap();
        let socket = socket2::SockRef::from(&stream);
        socket.set_linger(Some(Duration::ZERO)).unwrap();
        drop(stream);
    }
    let whole = leave_after(&server, SESSION.len()).await;
    assert!(whole.ends_with("221 2.0.0 Bye\r\n"), "the next caller is served: {whole}");
    sleep(Duration::from_millis(100)).await;
    for (to, octets) in server.messages() {
        let complete = octets == b"Subject: church\r\n\r\n.meeting\r\n" || octets == b"abc";
        assert!(complete && to == ["eva@smith.example"], "half a message: {octets:?}");
    }
}
