//! The called party as an old article prints it: well-meaning, and wrong in two places.
//!
//! in:  one connection      out: the replies that stand on paper, whatever they are worth
//! law: it knows no rule of SMTP; that is the point

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// Answers one call by the book.
pub async fn answer(listener: TcpListener) -> io::Result<()> {
    let (stream, _) = listener.accept().await?;
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut in_message = false;
    write.write_all(b"250 SMTP Server Ready.\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let reply = match line.split([' ', ':']).next().unwrap_or_default() {
            "." => {
                in_message = false;
                "250 OK id=104Maz-0080qr-HH"
            }
            _ if in_message => continue,
            "EHLO" | "HELO" => "250 Hello mail.doe.example",
            "MAIL" => "250 OK",
            "RCPT" if line.contains("<brenda@") => "451 User unknown",
            "RCPT" => "250 Accepted",
            "DATA" => {
                in_message = true;
                "354 Enter message, ending with \".\" on a line by itself"
            }
            _ => "221 closing connection",
        };
        write.write_all(format!("{reply}\r\n").as_bytes()).await?;
        if reply.starts_with("221") {
            break;
        }
    }
    Ok(())
}
