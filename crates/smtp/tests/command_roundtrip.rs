//! What is written is read back, and what is read is written.

use mailwright_address::{
    Envid, ForwardPathRef, Grammar, Notify, Orcpt, Ret, ReversePath, ReversePathRef, Utf8,
};
use mailwright_smtp::{
    Auth, AuthIdentity, BodyType, ByMode, Command, DeliverBy, Dialect, EnvidRef, HelloName, Hold, Lookup,
    Mail, Moment, OrcptRef, OtherParameters, Priority, Rcpt, Text,
};
use proptest::prelude::*;

#[allow(dead_code, clippy::allow_attributes, reason = "several tests share it, each a part")]
#[path = "reading/check.rs"]
mod check;

use check::{everything, written};

/// Values that the caller owns, from which commands are made.
#[derive(Debug)]
struct Parts {
    local: String,
    text: String,
    size: Option<u64>,
    pick: u32,
}

fn parts() -> impl Strategy<Value = Parts> {
    let local =
        "[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}|\"([ !#-~&&[^\\\\]]|\\\\[ -~]){0,20}\"|[a-z\u{e4}\u{4e2d}]{1,8}";
    (local, "[ -~]{0,30}", any::<Option<u64>>(), any::<u32>()).prop_map(|(local, text, size, pick)| Parts {
        local,
        text,
        size,
        pick,
    })
}

proptest! {
    #[test]
    fn what_is_made_is_read_back(parts in parts()) {
        let pick = |bit: u32| parts.pick >> bit & 1 == 1;
        let address = format!("{}@b.example", parts.local);
        let grammar = Grammar::strict().with_utf8(Utf8::Allowed);
        let path = ReversePathRef::parse(address.as_bytes(), grammar).unwrap();
        let text = Text::new(&parts.text).unwrap();
        let envid = Envid::new(&parts.text).ok();
        let orcpt = Orcpt::new(&parts.text).ok();
        let identity = ReversePath::parse(address.as_bytes(), grammar).unwrap();
        let mut mail = Mail::new(if pick(0) { ReversePathRef::Null } else { path });
        if let Some(size) = parts.size { mail = mail.with_size(size); }
        if pick(1) { mail = mail.with_body(BodyType::BinaryMime); }
        if pick(2) || !address.is_ascii() { mail = mail.with_smtputf8(); }
        if pick(3) { mail = mail.with_ret(Ret::Full); }
        if let Some(envid) = envid.as_ref().filter(|_| pick(4)) { mail = mail.with_envid(EnvidRef::new(envid)); }
        if pick(5) { mail = mail.with_auth(AuthIdentity::new(&identity)); }
        if pick(6) { mail = mail.with_requiretls(); }
        if let Some(priority) = i8::try_from(parts.pick % 14).ok().and_then(Priority::new) { mail = mail.with_priority(priority); }
        let seconds = (parts.pick % 2_000_000_007).cast_signed();
        if let Some(by) = DeliverBy::new(seconds, ByMode::Return, pick(7)) { mail = mail.with_deliver_by(by); }
        if pick(8) { mail = mail.with_hold(Hold::For((parts.pick % 999_999_999).max(1))); }
        if pick(9) { mail = mail.with_hold(Hold::Until(Moment::new(u64::from(parts.pick) * 59).unwrap())); }
        if pick(10) { mail = mail.with_other(OtherParameters::new("X-ONE=1 TWO").unwrap()); }
        let recipient = ForwardPathRef::parse(address.as_bytes(), grammar).unwrap();
        let mut rcpt = Rcpt::new(recipient).with_utf8(mail.smtputf8());
        if pick(11) { rcpt = rcpt.with_notify(Notify::SUCCESS.and(Notify::DELAY)); }
        if let Some(orcpt) = orcpt.as_ref().filter(|_| pick(12)) { rcpt = rcpt.with_orcpt(OrcptRef::new(orcpt)); }
        let dialect = everything().with_unknown_parameters().with_utf8(mail.smtputf8());
        let mut commands = vec![
            Command::Mail(mail), Command::Rcpt(rcpt), Command::Noop(text), Command::Help(text),
            Command::bdat(parts.size.unwrap_or(0), pick(13)),
        ];
        commands.extend(Lookup::new(text, pick(14)).map(Command::Vrfy));
        commands.extend(HelloName::new(&parts.text).map(Command::Ehlo).ok().filter(|_| true));
        commands.extend(Auth::new("X-MECH", Some(parts.text.as_bytes())).map(Command::Auth));
        for command in commands {
            let line = written(&command);
            let dialect = dialect.with_any_hello();
            prop_assert_eq!(Command::parse(line.as_bytes(), dialect), Ok(command), "{}", line);
        }
    }

    #[test]
    fn no_line_panics_and_what_is_read_is_written(line in proptest::collection::vec(any::<u8>(), 0..80), verb in 0_usize..12) {
        let start = ["", "MAIL FROM:<", "RCPT TO:<", "EHLO ", "AUTH ", "BDAT ", "VRFY ", "MAIL FROM:<a@b> ", "RCPT TO:<a@b> ",
            "NOOP ", "XCLIENT ", "MAIL FROM:<> BY="][verb];
        let line = [start.as_bytes(), &line].concat();
        let loose = everything().with_any_hello().with_loose_blanks().with_unknown_parameters().with_utf8(true)
            .with_grammar(Grammar::lenient());
        for dialect in [Dialect::default(), everything(), loose] {
            if let Ok(command) = Command::parse(&line, dialect) {
                let again = written(&command);
                prop_assert_eq!(Command::parse(again.as_bytes(), dialect), Ok(command), "{}", again);
                // Whatever is read strictly is read loosely too.
                prop_assert!(Command::parse(&line, loose).is_ok());
            }
        }
    }

    #[test]
    fn mended_lines_of_the_grammar_are_read_and_written(
        line in "(MAIL FROM|RCPT TO):<(\"[ -~]{0,9}\"|[a-z.+]{1,9})@[a-z.]{1,9}>( (SIZE|BODY|RET|ENVID|AUTH|BY|NOTIFY|ORCPT|X|SMTPUTF8)(=[!-~]{0,9})?){0,4}",
    ) {
        for dialect in [everything(), everything().with_unknown_parameters().with_utf8(true)] {
            if let Ok(command) = Command::parse(line.as_bytes(), dialect) {
                let again = written(&command);
                prop_assert_eq!(Command::parse(again.as_bytes(), dialect), Ok(command), "{}", again);
            }
        }
    }
}
