//! The slow readers and writers that the fast ones are judged against.

/// The reader as RFC 5321 §4.5.2 describes it, over a whole message: lines end with CR LF and nothing else.
pub fn reference(wire: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut body, mut from) = (Vec::new(), 0);
    loop {
        let end = from + wire[from..].windows(2).position(|two| two == b"\r\n")?;
        let line = &wire[from..end];
        from = end + 2;
        match line {
            b"." => return Some((body, from)),
            [b'.', rest @ ..] => body.extend_from_slice(rest),
            _ => body.extend_from_slice(line),
        }
        body.extend_from_slice(b"\r\n");
    }
}

/// What a mended message is: each CR LF, CR and LF one line end, and the last line ended.
pub fn mended(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for (at, &octet) in body.iter().enumerate() {
        match octet {
            b'\n' if at > 0 && body[at - 1] == b'\r' => {}
            b'\r' | b'\n' => out.extend_from_slice(b"\r\n"),
            _ => out.push(octet),
        }
    }
    if !(out.is_empty() || out.ends_with(b"\r\n")) {
        out.extend_from_slice(b"\r\n");
    }
    out
}
