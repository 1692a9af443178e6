//! Watches what the client writes and hears, and knows the protocol only: which command waits for which reply.

/// A command on the wire, or the end of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    Hello,
    StartTls,
    Auth,
    Mail,
    Recipient,
    Data,
    Chunk,
    LastChunk,
    /// The final dot.
    End,
    Reset,
    Quit,
}

/// The conversation as somebody on the wire sees it.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "independent marks")]
pub struct Monitor {
    line: Vec<u8>,
    /// Commands without a reply, oldest first.
    due: Vec<Written>,
    /// The client may send a message: 354 was said.
    body: bool,
    chunk: usize,
    /// The next line is a response to a challenge.
    challenged: bool,
    pipelining: bool,
    lmtp: bool,
    /// Recipients that were accepted in this transaction.
    accepted: usize,
    greeted: bool,
    /// What was heard last was 2yz to the whole message.
    pub delivered: bool,
}

impl Monitor {
    pub fn new(lmtp: bool) -> Self {
        Self { lmtp, ..Self::default() }
    }

    /// Takes what the client wrote.
    ///
    /// # Panics
    /// Where it may not write that now.
    pub fn written(&mut self, octets: &[u8]) {
        for &octet in octets {
            if self.chunk > 0 {
                self.chunk -= 1;
                continue;
            }
            self.line.push(octet);
            if octet == b'\n' {
                let line = std::mem::take(&mut self.line);
                self.line_written(&line);
            }
        }
    }

    fn line_written(&mut self, line: &[u8]) {
        assert!(line.ends_with(b"\r\n"), "a line without its end: {}", line.escape_ascii());
        if self.body {
            if line == b".\r\n" {
                self.body = false;
                self.command(Written::End);
            }
            return;
        }
        if std::mem::take(&mut self.challenged) {
            return self.command(Written::Auth);
        }
        let words: Vec<&[u8]> = line[..line.len() - 2].split(|&octet| octet == b' ').collect();
        let command = match words[0] {
            b"EHLO" | b"LHLO" | b"HELO" => Written::Hello,
            b"STARTTLS" => Written::StartTls,
            b"AUTH" => Written::Auth,
            b"MAIL" => Written::Mail,
            b"RCPT" => Written::Recipient,
            b"DATA" => Written::Data,
            b"RSET" => Written::Reset,
            b"QUIT" => Written::Quit,
            b"BDAT" => {
                self.chunk = std::str::from_utf8(words[1]).unwrap().parse().unwrap();
                if words.get(2) == Some(&&b"LAST"[..]) { Written::LastChunk } else { Written::Chunk }
            }
            other => panic!("no command: {}", other.escape_ascii()),
        };
        self.command(command);
    }

    /// I11: nothing is written while the reply to a command that ends a group is due.
    fn command(&mut self, command: Written) {
        assert!(self.greeted, "{command:?} before the greeting");
        let groups = |written: &Written| {
            matches!(written, Written::Mail | Written::Recipient | Written::Reset | Written::Chunk)
        };
        let free = if self.pipelining { self.due.iter().all(groups) } else { self.due.is_empty() };
        assert!(free, "{command:?} while {:?} are due", self.due);
        if command == Written::Mail {
            self.accepted = 0;
        }
        let replies = match command {
            Written::End | Written::LastChunk if self.lmtp => self.accepted.max(1),
            _ => 1,
        };
        for _ in 0..replies {
            self.due.push(command);
        }
    }

    /// The server said this code; `pipelining`: it offered that along.
    pub fn heard(&mut self, code: u16, pipelining: bool) {
        self.delivered = false;
        if !self.greeted {
            self.greeted = true;
            return;
        }
        let Some(command) = (!self.due.is_empty()).then(|| self.due.remove(0)) else { return };
        let yes = (200..300).contains(&code);
        match command {
            Written::Hello => self.pipelining = pipelining && yes,
            Written::Recipient if yes => self.accepted += 1,
            Written::Data if (300..400).contains(&code) => self.body = true,
            Written::Auth if (300..400).contains(&code) => self.challenged = true,
            Written::End | Written::LastChunk => self.delivered = yes,
            _ => {}
        }
    }

    pub fn encrypted(&mut self) {
        self.pipelining = false;
    }
}
