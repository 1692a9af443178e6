//! Finds the messages to look at.
//!
//! in:  files, folders, mailboxes, `-`, or nothing      out: each message with its name

use std::fmt;
use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};

/// A message with a dozen faults, each of a kind that lands mail in spam.
pub const BAD: &[u8] = b"From: \"ceo@bank.example\" <alice@localhost\r\n\
To: Bob, Smith <bob@example.net>,,carol@example.net\r\n\
Subject: Re: FREE MONEY FOR ALL OF YOU!!!\r\n\
Date: Tue, 4 Aug 25 10:00:00 EST\r\n\
Message-Id: 12345@localhost\r\n\
Message-Id: <67890@example.com>\r\n\
Reply-To : alice@gmail.com\r\n\
Content-Type: text/html; charset=us-ascii;\r\n\
Content-Transfer-Encoding: 7bit\r\n\
List-Unsubscribe: https://example.com/u\r\n\
\r\n\
<p>Dear {{first_name}}, act now! This is 100% risk free: gr\xFC\xDFe from <a href=\"http://192.0.2.1/\">www.bank.example</a></p>\n";

/// Where a message was found: a file, or one of the messages of a mailbox, counted from 1.
pub struct Source<'p> {
    pub path: &'p Path,
    pub number: Option<usize>,
}

impl fmt::Display for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        self.number.map_or(Ok(()), |number| write!(f, "#{number}"))
    }
}

type Look<'l> = dyn FnMut(&Source<'_>, &[u8]) + 'l;

/// Looks at every message; gives what could not be read.
pub fn each(files: &[PathBuf], mailboxes: &[PathBuf], look: &mut Look<'_>) -> Vec<String> {
    let mut unreadable = Vec::new();
    if files.is_empty() && mailboxes.is_empty() {
        look(&Source { path: Path::new("(built-in bad message)"), number: None }, BAD);
        return unreadable;
    }
    let paths = walk(files, &mut unreadable);
    let bar = progress(paths.len() + mailboxes.len());
    for path in paths {
        bar.inc(1);
        let octets = if path.as_path() == Path::new("-") { standard_input() } else { fs::read(&path) };
        match octets {
            Ok(octets) => bar.suspend(|| look(&Source { path: &path, number: None }, &octets)),
            Err(error) => unreadable.push(format!("{}: {error}", path.display())),
        }
    }
    for path in mailboxes {
        bar.inc(1);
        match fs::read(path) {
            Ok(octets) => {
                for (number, message) in (1..).zip(mboxrd(&octets)) {
                    bar.suspend(|| look(&Source { path, number: Some(number) }, &message));
                }
            }
            Err(error) => unreadable.push(format!("{}: {error}", path.display())),
        }
    }
    bar.finish_and_clear();
    unreadable
}

fn standard_input() -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    io::stdin().lock().read_to_end(&mut octets)?;
    Ok(octets)
}

/// Shown where there is much to do and somebody looks.
fn progress(count: usize) -> ProgressBar {
    if count < 20 || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} messages, {eta} left");
    ProgressBar::new(count as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Folders become the files below them, sorted by name.
fn walk(files: &[PathBuf], unreadable: &mut Vec<String>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in files {
        if path.as_path() != Path::new("-") && path.is_dir() {
            let mut below = Vec::new();
            let mut folders = vec![path.clone()];
            while let Some(folder) = folders.pop() {
                match fs::read_dir(&folder) {
                    Ok(entries) => {
                        for entry in entries.flatten() {
                            match entry.file_type() {
                                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                                Ok(kind) if kind.is_file() => below.push(entry.path()),
                                _ => {}
                            }
                        }
                    }
                    Err(error) => unreadable.push(format!("{}: {error}", folder.display())),
                }
            }
            below.sort();
            found.append(&mut below);
        } else {
            found.push(path.clone());
        }
    }
    found
}

/// Cuts a mailbox into its messages: a `From ` line begins one, `>From ` loses a mark.
pub fn mboxrd(octets: &[u8]) -> Vec<Vec<u8>> {
    let mut messages: Vec<Vec<u8>> = Vec::new();
    let mut blank = true;
    for line in octets.split_inclusive(|b| *b == b'\n') {
        if blank && line.starts_with(b"From ") {
            if let Some(last) = messages.last_mut() {
                // The empty line before the next `From ` is not part of the message.
                let keep = last
                    .strip_suffix(b"\r\n")
                    .or_else(|| last.strip_suffix(b"\n"))
                    .map_or(last.len(), <[u8]>::len);
                last.truncate(keep);
            }
            messages.push(Vec::new());
            blank = false;
            continue;
        }
        blank = matches!(line, b"\n" | b"\r\n");
        let marks = line.iter().take_while(|b| **b == b'>').count();
        let quoted = marks > 0 && line[marks..].starts_with(b"From ");
        if messages.is_empty() {
            if blank {
                // Nothing has begun.
                continue;
            }
            messages.push(Vec::new());
        }
        if let Some(message) = messages.last_mut() {
            message.extend_from_slice(if quoted { &line[1..] } else { line });
        }
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_before_a_mailbox_are_no_message() {
        let mailbox = b"\n\r\nFrom a@b Mon Aug  4 10:00:00 2025\nSubject: one\n\n>From here\n\nFrom c@d x\nSubject: two\n";
        let messages = mboxrd(mailbox);
        assert_eq!(messages.len(), 2);
        assert!(messages[0].starts_with(b"Subject: one") && messages[0].ends_with(b"\nFrom here\n"));
        assert!(mboxrd(b"\n\n").is_empty());
    }
}
