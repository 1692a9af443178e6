//! Commands made of any values: refused by their constructors, or read back the same from one line.
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use mailwright::address::{Envid, ForwardPath, Grammar, Orcpt, ReversePath};
use mailwright::smtp::{
    Auth, AuthIdentity, Command, Dialect, EnvidRef, Extension, HelloName, Lookup, Mail, OrcptRef,
    OtherParameters, Rcpt, Text,
};

fuzz_target!(|input: (&str, &str, u64, bool)| {
    let (path, text, size, utf8) = input;
    let all = Dialect::new(Extension::ALL.into_iter().collect())
        .with_grammar(Grammar::lenient())
        .with_utf8(utf8)
        .with_unknown_parameters();
    let (sender, recipient) = (
        ReversePath::parse(path.as_bytes(), Grammar::lenient()).ok(),
        ForwardPath::parse(path.as_bytes(), Grammar::lenient()).ok(),
    );
    let (envid, orcpt) = (Envid::new(text).ok(), Orcpt::new(text).ok());
    let mut commands = vec![Command::bdat(size, utf8)];
    if let Some(sender) = sender.as_ref().filter(|sender| utf8 || !sender.needs_utf8()) {
        let mail = Mail::new(sender.view()).with_size(size).with_auth(AuthIdentity::new(sender));
        let mail = envid.as_ref().map_or(mail, |envid| mail.with_envid(EnvidRef::new(envid)));
        let mail = OtherParameters::new(text).map_or(mail, |other| mail.with_other(other));
        commands.push(Command::Mail(if utf8 { mail.with_smtputf8() } else { mail }));
    }
    if let Some(recipient) = recipient.as_ref().filter(|recipient| utf8 || !recipient.needs_utf8()) {
        let rcpt = Rcpt::new(recipient.view()).with_utf8(utf8);
        commands
            .push(Command::Rcpt(orcpt.as_ref().map_or(rcpt, |orcpt| rcpt.with_orcpt(OrcptRef::new(orcpt)))));
    }
    commands.extend(Text::new(text).map(Command::Noop));
    commands.extend(Text::new(text).and_then(|text| Lookup::new(text, utf8)).map(Command::Vrfy));
    commands.extend(HelloName::new(text).map(Command::Ehlo));
    commands.extend(Auth::new(path, Some(text.as_bytes())).map(Command::Auth));
    for command in commands {
        let mut out = BytesMut::new();
        command.write(&mut out);
        let line = out.strip_suffix(b"\r\n").expect("a line");
        assert!(!line.iter().any(|octet| matches!(octet, b'\r' | b'\n' | 0)));
        // A name that only a lenient reader takes for a domain is text to who writes it.
        let own = all.with_grammar(Grammar::strict().with_trailing_dot()).with_any_hello();
        let dialect = if matches!(command, Command::Ehlo(_)) { own } else { all };
        let read = Command::parse(line, dialect);
        assert_eq!(read, Ok(command), "{}", line.escape_ascii());
    }
});
