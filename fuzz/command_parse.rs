//! Any line: what is read is written and read the same; whatever is read strictly is read loosely; errors are short.
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use mailwright::address::Grammar;
use mailwright::smtp::{Command, Dialect, Extension};

fuzz_target!(|line: &[u8]| {
    let all = Dialect::new(Extension::ALL.into_iter().collect());
    let loose = all
        .with_any_hello()
        .with_loose_blanks()
        .with_unknown_parameters()
        .with_utf8(true)
        .with_grammar(Grammar::lenient());
    for dialect in [Dialect::default(), all, all.with_utf8(true), loose] {
        let command = match Command::parse(line, dialect) {
            Ok(command) => command,
            Err(error) => {
                let text = error.reply().to_string();
                assert!(
                    text.len() <= 256 && !text.contains(char::is_control) && error.at() <= line.len(),
                    "{text}"
                );
                continue;
            }
        };
        let mut out = BytesMut::new();
        command.write(&mut out);
        let again = out.strip_suffix(b"\r\n").expect("a line");
        assert!(!again.iter().any(|octet| matches!(octet, b'\r' | b'\n' | 0)));
        assert_eq!(Command::parse(again, dialect), Ok(command), "{}", again.escape_ascii());
        assert!(Command::parse(line, loose).is_ok());
    }
});
