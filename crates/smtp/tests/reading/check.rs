//! Checks what a line is read as.
#![expect(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    reason = "several tests share it, and fail by panicking"
)]

use bytes::BytesMut;
use mailwright_smtp::{Command, CommandError, Dialect, Extension, Mail};

pub fn everything() -> Dialect {
    Dialect::new(Extension::ALL.into_iter().collect())
}

pub fn written(command: &Command<'_>) -> String {
    let mut out = BytesMut::new();
    command.write(&mut out);
    let line = out.strip_suffix(b"\r\n").unwrap();
    assert!(!line.iter().any(|octet| matches!(octet, b'\r' | b'\n' | 0)));
    String::from_utf8(line.to_vec()).unwrap()
}

/// A line is read, and written as it should stand.
#[track_caller]
pub fn check_in(dialect: Dialect, line: &str, expected: &str) {
    let command = Command::parse(line.as_bytes(), dialect).unwrap_or_else(|error| panic!("{line}: {error}"));
    assert_eq!(written(&command), expected);
    assert_eq!(Command::parse(expected.as_bytes(), dialect).unwrap(), command, "read again");
}

#[track_caller]
pub fn check(line: &str, expected: &str) {
    check_in(everything(), line, expected);
}

#[track_caller]
pub fn same(line: &str) {
    check(line, line);
}

#[track_caller]
pub fn refused_in(dialect: Dialect, line: impl AsRef<[u8]>, code: u16, enhanced: &str) -> CommandError {
    let line = line.as_ref();
    let shown = line.escape_ascii().to_string();
    let Err(error) = Command::parse(line, dialect) else { panic!("{shown} was read") };
    let reply = error.reply();
    let found = (reply.code().number(), reply.enhanced().unwrap().to_string());
    assert_eq!(found, (code, enhanced.into()), "{shown}: {error}");
    assert!(error.at() <= line.len(), "{shown}");
    error
}

#[track_caller]
pub fn refused(line: impl AsRef<[u8]>, code: u16, enhanced: &str) {
    refused_in(everything(), line, code, enhanced);
}

#[track_caller]
pub fn mail(line: &str) -> Mail<'_> {
    match Command::parse(line.as_bytes(), everything()) {
        Ok(Command::Mail(mail)) => mail,
        other => panic!("{line}: {other:?}"),
    }
}
