//! Our client where STARTTLS is offered and no TLS is spoken.

use std::time::Duration;

use super::ours::send;
use super::{ended, with};

/// A server that offers STARTTLS and then speaks no TLS. Gives, call by call, what it was told.
fn broken_curtain() -> (String, std::sync::mpsc::Receiver<Vec<String>>) {
    use std::io::{BufRead, BufReader, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let at = listener.local_addr().expect("an address").to_string();
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut write = stream.try_clone().expect("a second handle");
            let (mut lines, mut reader) = (Vec::new(), BufReader::new(stream));
            let _ = write.write_all(b"220 mx.broken.test\r\n");
            loop {
                let mut line = Vec::new();
                if !matches!(reader.read_until(b'\n', &mut line), Ok(1..)) {
                    break;
                }
                let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                let reply: &[u8] = match line.split(' ').next() {
                    Some("EHLO") => b"250-mx.broken.test\r\n250 STARTTLS\r\n",
                    Some("STARTTLS") => b"220 go ahead\r\n",
                    Some("DATA") => b"354 go on\r\n",
                    Some("QUIT") => b"221 bye\r\n",
                    Some("MAIL" | "RCPT" | ".") => b"250 ok\r\n",
                    _ => b"",
                };
                let _ = write.write_all(reply);
                let curtain = line == "STARTTLS";
                lines.push(line);
                if curtain {
                    // Behind the hello of TLS: octets that come with the 220 would be another story.
                    let _ = reader.fill_buf();
                    let _ = write.write_all(b"500 what curtain?\r\n");
                    break;
                }
            }
            let _ = tell.send(lines);
        }
    });
    (at, told)
}

#[test]
fn send_goes_on_in_clear_where_tls_is_broken_and_only_where_it_may() {
    let most = Duration::from_secs(20);
    let (at, told) = broken_curtain();
    let output = send(&at, &with(&["--tls", "opportunistic"]), b"Subject: x\r\n\r\nhello\r\n");
    ended(&output, 0).expect("it is sent in clear");
    let first = told.recv_timeout(most).expect("a call");
    assert!(first.iter().any(|line| line == "STARTTLS"), "{first:?}");
    assert!(!first.iter().any(|line| line.starts_with("MAIL")), "{first:?}");
    let second = told.recv_timeout(most).expect("a second call");
    assert!(!second.iter().any(|line| line == "STARTTLS"), "{second:?}");
    assert!(second.iter().any(|line| line == "hello"), "{second:?}");
    let output = send(&at, &with(&["--tls", "required"]), b"Subject: x\r\n\r\nhello\r\n");
    ended(&output, 75).expect("it waits for TLS");
    let only = told.recv_timeout(most).expect("a call");
    assert!(!only.iter().any(|line| line.starts_with("MAIL")), "{only:?}");
    assert!(told.recv_timeout(Duration::from_millis(300)).is_err(), "no second call");
}
