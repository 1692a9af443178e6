//! The messages that cross the matrix, and the test that the same octets arrived.

/// A message whose body has every awkward line that is still legal: dots, long lines, empty lines, blanks.
pub fn ordinary() -> Vec<u8> {
    let mut message = head("an ordinary message");
    message.extend_from_slice(b".\r\n..\r\n.dotted\r\n\r\n trailing blanks  \r\n--\r\nthe end\r\n");
    message.extend_from_slice(&[b'x'; 998]);
    message.extend_from_slice(b"\r\n.\r\n");
    message
}

pub fn eight_bit() -> Vec<u8> {
    let mut message = head("eight bits");
    let mime = b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";
    message.truncate(message.len() - 2);
    message.extend_from_slice(mime);
    message.extend_from_slice(b"Gr\xfc\xdfe aus K\xf6ln\r\n");
    message
}

pub fn utf8_headers() -> Vec<u8> {
    let text = "From: J\u{fc}rgen <j\u{fc}rgen@ok.test>\r\nTo: \u{7528}\u{6237}@ok.test\r\nSubject: Gr\u{fc}\u{df}e\r\n\
                Date: Wed, 25 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@client.test>\r\nMIME-Version: 1.0\r\n\
                Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nhello\r\n";
    text.as_bytes().to_vec()
}

/// `octets` of body behind an ordinary header section.
pub fn of_size(octets: usize) -> Vec<u8> {
    let mut message = head("size");
    let line = b"0123456789abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ--\r\n";
    let body = message.len();
    while message.len() - body < octets {
        let left = octets - (message.len() - body);
        if left >= line.len() {
            message.extend_from_slice(line);
        } else if left >= 2 {
            message.resize(message.len() + left - 2, b'.');
            message.extend_from_slice(b"\r\n");
        } else {
            message.push(b'.');
        }
    }
    message
}

/// As the message travels behind DATA, its end included.
pub fn stuffed(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + 16);
    for line in message.split_inclusive(|&b| b == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    out.extend_from_slice(b".\r\n");
    out
}

fn head(subject: &str) -> Vec<u8> {
    format!(
        "From: a@client.test\r\nTo: b@ok.test\r\nSubject: {subject}\r\nDate: Wed, 25 Nov 2026 12:00:00 +0000\r\n\
         Message-ID: <{}@client.test>\r\n\r\n",
        subject.len()
    )
    .into_bytes()
}

/// One message arrived (or several equal copies), octet for octet: trace fields may stand before it, nothing else.
pub fn same(sent: &[u8], arrived: &[Vec<u8>]) -> Result<(), String> {
    if arrived.is_empty() {
        return Err("nothing arrived".to_owned());
    }
    for message in arrived {
        let message = with_crlf(message);
        let mut wanted = sent.to_vec();
        if !wanted.ends_with(b"\r\n") {
            wanted.extend_from_slice(b"\r\n");
        }
        let (header, body) = wanted.split_at(end_of_header(&wanted));
        let (got_header, got_body) = message.split_at(end_of_header(&message));
        if got_body != body {
            let at = got_body.iter().zip(body).take_while(|(a, b)| a == b).count();
            return Err(format!(
                "{} body octets became {}; they differ from octet {at}: {}",
                body.len(),
                got_body.len(),
                message.get(..2_000).unwrap_or(&message).escape_ascii()
            ));
        }
        for field in header.split(|&b| b == b'\n').filter(|l| l.len() > 1) {
            if !got_header.split(|&b| b == b'\n').any(|l| l == field) {
                return Err(format!("a header line is missing: {}", field.escape_ascii()));
            }
        }
    }
    Ok(())
}

fn end_of_header(message: &[u8]) -> usize {
    message.windows(4).position(|w| w == b"\r\n\r\n").map_or(message.len(), |at| at + 4)
}

/// Maildirs and mboxes of Unix servers keep lines with LF alone.
fn with_crlf(message: &[u8]) -> Vec<u8> {
    if message.windows(2).any(|w| w == b"\r\n") {
        return message.to_vec();
    }
    let mut out = Vec::with_capacity(message.len() + message.len() / 40);
    for &octet in message {
        if octet == b'\n' {
            out.push(b'\r');
        }
        out.push(octet);
    }
    out
}
