//! Which lines are which commands, and which replies the others deserve.

use mailwright_address::{Envid, ForwardPathRef, Grammar, MailboxRef, Orcpt, Ret, ReversePathRef};
use mailwright_smtp::{
    Auth, ByMode, Command, CommandError, CommandFault, DeliverBy, Dialect, HelloName, Lookup, Mail,
    OtherParameters, Priority, Rcpt, Text,
};

#[allow(dead_code, clippy::allow_attributes, reason = "several tests share it, each a part")]
#[path = "reading/check.rs"]
mod check;

use check::{check, check_in, everything, mail, refused, refused_in, same, written};

#[test]
fn every_verb_is_read_and_written() {
    for line in [
        "HELO mx.example.org",
        "EHLO [192.0.2.1]",
        "LHLO [IPv6:2001:db8::1]",
        "MAIL FROM:<>",
        "RCPT TO:<a@b.example>",
        "DATA",
        "BDAT 5",
        "BDAT 0 LAST",
        "RSET",
        "NOOP",
        "NOOP whatever you say",
        "VRFY Smith",
        "EXPN staff SMTPUTF8",
        "HELP",
        "HELP MAIL",
        "QUIT",
        "STARTTLS",
        "AUTH PLAIN",
        "AUTH PLAIN =",
        "AUTH SCRAM-SHA-256 biws",
        "ETRN example.org",
        "ETRN @example.org",
        "XCLIENT NAME=x ADDR=192.0.2.1",
    ] {
        same(line);
    }
}

#[test]
fn smtp_b11_a_cr_inside_is_an_error() {
    refused("MA\rIL FROM:<a@b>", 500, "5.5.2");
    refused("MAIL\rFROM:<a@b>", 500, "5.5.2");
    refused("MAIL FROM:<a\r@b>", 501, "5.1.7");
    refused("NOOP \r", 501, "5.5.4");
    refused("QUIT\r", 500, "5.5.2");
}

#[test]
fn smtp_b19_verbs_and_keywords_have_no_case_and_local_parts_keep_theirs() {
    check(
        "mAiL fRoM:<UsEr@Example.ORG> sIzE=1 bOdY=8bitmime",
        "MAIL FROM:<UsEr@Example.ORG> SIZE=1 BODY=8BITMIME",
    );
    check("rcpt to:<A@b> notify=never", "RCPT TO:<A@b> NOTIFY=NEVER");
    check("starttls", "STARTTLS");
    check("bdat 1 last", "BDAT 1 LAST");
}

#[test]
fn smtp_b20_a_blank_behind_the_colon_passes_only_where_it_is_let() {
    for line in ["MAIL FROM: <a@b>", "MAIL  FROM:<a@b>", "MAIL FROM:<a@b>  SIZE=1"] {
        refused(line, 501, "5.5.4");
    }
    let loose = everything().with_loose_blanks();
    check_in(loose, "MAIL FROM: <a@b>", "MAIL FROM:<a@b>");
    check_in(loose, "MAIL  FROM:  <a@b>  SIZE=1   BODY=7BIT ", "MAIL FROM:<a@b> SIZE=1 BODY=7BIT");
    check_in(loose, "RCPT TO: <a@b>", "RCPT TO:<a@b>");
    check_in(loose, "BDAT  5  LAST", "BDAT 5 LAST");
}

#[test]
fn smtp_b21_a_parameter_needs_a_space_before_it() {
    refused("MAIL FROM:<a@b>SIZE=10", 501, "5.5.4");
    refused("RCPT TO:<a@b>NOTIFY=NEVER", 501, "5.5.4");
    refused("MAIL FROM:<a@b>\tSIZE=10", 501, "5.5.4");
    refused("MAIL FROM:<>x", 501, "5.5.4");
    refused("MAIL FROM:<a@b>>", 501, "5.5.4");
}

#[test]
fn smtp_b22_the_null_path_is_a_sender_and_no_recipient() {
    assert_eq!(mail("MAIL FROM:<>").path(), ReversePathRef::Null);
    assert_eq!(mail("MAIL FROM:<> RET=HDRS").ret(), Some(Ret::Headers));
    refused("RCPT TO:<>", 501, "5.1.3");
}

#[test]
fn smtp_b23_postmaster_needs_no_domain() {
    check("RCPT TO:<PostMASTER>", "RCPT TO:<Postmaster>");
    refused("RCPT TO:<nobody>", 501, "5.1.3");
    refused("MAIL FROM:<postmaster>", 501, "5.1.7");
}

#[test]
fn smtp_b24_source_routes_are_dropped() {
    check("RCPT TO:<@hop.example,@two.example:a@b>", "RCPT TO:<a@b>");
    check("MAIL FROM:<@hop.example:a@b> SIZE=3", "MAIL FROM:<a@b> SIZE=3");
}

#[test]
fn smtp_b25_quoted_local_parts_keep_their_quotes() {
    for line in [
        r#"RCPT TO:<"a b"@c>"#,
        r#"RCPT TO:<"a@b"@c>"#,
        r#"RCPT TO:<"\""@c>"#,
        r#"MAIL FROM:<"> SIZE=9"@c> SIZE=1"#,
    ] {
        same(line);
    }
}

#[test]
fn smtp_b26_malformed_addresses_are_refused() {
    for path in
        ["<a..b@c>", "<.a@c>", "<a.@c>", "<a@b@c>", "<a>", "<@c>", "<a@>", "<a@c", "a@c", "<a@c.>", ""]
    {
        refused(format!("MAIL FROM:{path}"), 501, "5.1.7");
        refused(format!("RCPT TO:{path}"), 501, "5.1.3");
    }
    let loose = everything().with_grammar(Grammar::strict().with_loose_dots().with_bare_path());
    check_in(loose, "RCPT TO:<a..b@c>", "RCPT TO:<a..b@c>");
    check_in(loose, "MAIL FROM:a@c SIZE=1", "MAIL FROM:<a@c> SIZE=1");
}

#[test]
fn smtp_b27_literals_are_addresses() {
    same("RCPT TO:<a@[192.0.2.1]>");
    same("RCPT TO:<a@[IPv6:2001:db8::1]>");
    refused("RCPT TO:<a@[999.0.0.1]>", 501, "5.1.3");
    refused("EHLO [999.0.0.1]", 501, "5.5.4");
}

#[test]
fn smtp_b28_lengths_are_enforced() {
    let local = |length: usize| format!("RCPT TO:<{}@b>", "x".repeat(length));
    same(&local(64));
    refused(local(65), 501, "5.1.3");
    let label = |length: usize| format!("EHLO {}.example", "x".repeat(length));
    same(&label(63));
    refused(label(64), 501, "5.5.4");
}

#[test]
fn smtp_b29_odd_labels_are_refused() {
    for host in ["-a.example", "a-.example", "a..example", "a.example."] {
        refused(format!("EHLO {host}"), 501, "5.5.4");
        refused(format!("RCPT TO:<u@{host}>"), 501, "5.1.3");
    }
}

#[test]
fn smtp_b30_a_path_outside_ascii_needs_smtputf8() {
    let line = "MAIL FROM:<j\u{f6}rg@b.example>";
    refused(line, 550, "5.6.7");
    refused(format!("{line} SIZE=1"), 550, "5.6.7");
    same(&format!("{line} SMTPUTF8"));
    check(&format!("{line} SMTPUTF8 SIZE=1"), &format!("{line} SIZE=1 SMTPUTF8"));
    refused_in(Dialect::default(), line, 550, "5.6.7");
    let line = "RCPT TO:<j\u{f6}rg@b.example>";
    refused(line, 553, "5.6.7");
    check_in(everything().with_utf8(true), line, line);
    for invalid in [&b"\xc0\xaf"[..], b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc3", b"\xff\xfe"] {
        let line = [b"MAIL FROM:<", invalid, b"@b> SMTPUTF8"].concat();
        refused(line, 501, "5.1.7");
        let line = [b"RCPT TO:<", invalid, b"@b>"].concat();
        refused_in(everything().with_utf8(true), line, 501, "5.1.3");
    }
}

#[test]
fn smtp_b32_numbers_never_wrap() {
    let size = |digits: &str| mail(&format!("MAIL FROM:<a@b> SIZE={digits}")).size();
    assert_eq!((size("0"), size("00000000000000000005")), (Some(0), Some(5)));
    assert_eq!(
        (size("18446744073709551615"), size("99999999999999999999")),
        (Some(u64::MAX), Some(u64::MAX))
    );
    let largest = Command::parse(b"BDAT 18446744073709551615", everything());
    assert_eq!(largest, Ok(Command::bdat(u64::MAX, false)));
    for line in [
        "BDAT 18446744073709551616",
        "BDAT 184467440737095516165 LAST",
        "BDAT",
        "BDAT -1",
        "BDAT +1",
        "BDAT 1x",
        "BDAT 1 FIRST",
        "BDAT 1 LAST x",
        "BDAT LAST",
        "BDAT \u{663}",
        "BDAT 0x10",
        "BDAT 1  LAST",
    ] {
        let error = refused_in(everything(), line, 501, "5.5.4");
        assert!(matches!(error.fault(), CommandFault::BadChunk | CommandFault::MissingArgument), "{line}");
    }
}

#[test]
fn smtp_b36_commands_without_arguments_refuse_them() {
    for verb in ["DATA", "RSET", "QUIT", "STARTTLS"] {
        refused(format!("{verb} now"), 501, "5.5.4");
        check(&format!("{verb}  \t "), verb);
    }
}

#[test]
fn smtp_b37_noop_ignores_its_argument_and_lookups_take_smtputf8() {
    same("NOOP \"quoted\" and <more>");
    let line = "VRFY j\u{f6}rg";
    refused(line, 553, "5.6.7");
    same(&format!("{line} SMTPUTF8"));
    refused_in(Dialect::default(), "VRFY joe SMTPUTF8", 555, "5.5.4");
    refused("VRFY", 501, "5.5.4");
    refused("EXPN  ", 501, "5.5.4");
}

#[test]
fn smtp_b38_the_name_of_a_host_is_strict_unless_it_need_not_be() {
    for name in ["my_host", "the office printer", "localhost.", "a/b"] {
        refused(format!("EHLO {name}"), 501, "5.5.4");
        let line = format!("EHLO {name}");
        check_in(everything().with_any_hello(), &line, &line);
    }
    refused("EHLO", 501, "5.5.4");
    refused("HELO ", 501, "5.5.4");
    refused("EHLO m\u{fc}ller.example", 501, "5.5.4");
    refused_in(everything().with_any_hello(), "EHLO m\u{fc}ller.example", 501, "5.5.4");
    refused_in(everything().with_any_hello(), format!("EHLO {}", "x".repeat(256)), 501, "5.5.4");
    let line = "EHLO my_host";
    check_in(everything().with_grammar(Grammar::strict().with_underscore()), line, line);
}

#[test]
fn smtp_b68_auth_takes_a_mechanism_and_at_most_one_response() {
    let auth = |line: &str| match Command::parse(line.as_bytes(), everything()) {
        Ok(Command::Auth(auth)) => (auth.mechanism().to_owned(), auth.initial().map(<[u8]>::to_vec)),
        other => panic!("{line}: {other:?}"),
    };
    assert_eq!(auth("AUTH PLAIN ="), ("PLAIN".into(), Some(vec![])));
    assert_eq!(auth("AUTH plain AGEAYg=="), ("plain".into(), Some(b"AGEAYg==".to_vec())));
    assert_eq!(auth("AUTH LOGIN *"), ("LOGIN".into(), Some(b"*".to_vec())));
    for line in
        ["AUTH", "AUTH PLAIN a b", "AUTH PL\u{c4}IN", "AUTH PLAIN \u{e4}", "AUTH ABCDEFGHIJKLMNOPQRSTU"]
    {
        refused(line, 501, "5.5.4");
    }
}

#[test]
fn threat_u01_auth_with_blanks_only() {
    assert_eq!(Command::parse(b"AUTH PLAIN   ", everything()), Command::parse(b"AUTH PLAIN", everything()));
    refused("AUTH   ", 501, "5.5.4");
    refused("AUTH PLAIN  x", 501, "5.5.4");
}

#[test]
fn threat_u06_an_initial_response_is_never_shown() {
    let command = Command::parse(b"AUTH PLAIN c2VjcmV0", everything()).unwrap();
    assert!(!format!("{command:?}").contains("c2Vj"));
    let error = Command::parse(b"AUTH PLAIN c2VjcmV0 x", everything()).unwrap_err();
    assert!(!format!("{error:?} {error} {:?}", error.reply()).contains("c2Vj"));
}

#[test]
fn threat_l14_a_quoted_local_part_ends_with_its_line() {
    refused("RCPT TO:<\"u\\", 501, "5.1.3");
    refused("\"@b>", 500, "5.5.2");
}

#[test]
fn threat_l15_octets_above_127_in_a_path_are_refused() {
    let plain = Dialect::default();
    refused_in(plain, b"MAIL FROM:<\x80@b>", 550, "5.6.7");
    refused_in(plain, b"RCPT TO:<\x80@b>", 553, "5.6.7");
    refused(b"RCPT TO:<\xc3\xa4@b>", 553, "5.6.7");
    refused(b"MAIL FROM:<\x80@b>", 501, "5.1.7");
}

#[test]
fn threat_l16_invalid_utf8_is_refused() {
    smtp_b30_a_path_outside_ascii_needs_smtputf8();
}

#[test]
fn threat_l17_a_zero_octet_is_refused_wherever_it_stands() {
    let lines = [
        "EHLO a.example",
        "MAIL FROM:<a@b> SIZE=1 ENVID=x",
        "RCPT TO:<a@b> NOTIFY=NEVER",
        "VRFY joe",
        "EXPN joe",
        "HELP x",
        "NOOP x",
        "AUTH PLAIN abcd",
        "BDAT 5 LAST",
        "ETRN x",
        "XCLIENT NAME=x",
        "DATA",
        "QUIT",
        "STARTTLS",
    ];
    for line in lines {
        for at in 0..=line.len() {
            for octet in [0, b'\r', b'\n', 0x1b, 0x7f] {
                let broken = [&line.as_bytes()[..at], &[octet], &line.as_bytes()[at..]].concat();
                let error = Command::parse(&broken, everything().with_any_hello().with_loose_blanks());
                let code = error.expect_err(line).reply().code().number();
                assert!(matches!(code, 500 | 501), "{line} with {octet} at {at}: {code}");
            }
        }
    }
}

#[test]
fn threat_l18_marks_and_direction_controls_are_refused() {
    for odd in ["\u{feff}", "\u{200b}", "\u{2028}", "\u{202e}"] {
        refused(format!("EHLO {odd}a.example"), 501, "5.5.4");
        refused(format!("{odd}NOOP"), 500, "5.5.2");
        refused(format!("MAIL FROM:<a{odd}@b>"), 550, "5.6.7");
    }
}

#[test]
fn smtp_b89_nothing_that_ends_a_line_or_a_path_can_be_written() {
    for bad in ["a\rb", "a\nb", "a\0b", "a\u{85}b", "\x1b", "\r\n"] {
        assert!(Text::new(bad).is_err(), "{bad:?}");
        assert!(HelloName::new(bad).is_err(), "{bad:?}");
        assert!(Auth::new(bad, None).is_err(), "{bad:?}");
        assert!(Auth::new("PLAIN", Some(bad.as_bytes())).is_err(), "{bad:?}");
        assert!(OtherParameters::new(bad).is_err(), "{bad:?}");
        let address = format!("{bad}@b");
        assert!(
            !bad.is_ascii() || MailboxRef::parse(address.as_bytes(), Grammar::lenient()).is_err(),
            "{bad:?}"
        );
        assert!(Envid::new(bad).is_err() && Orcpt::new(bad).is_err(), "{bad:?}");
    }
    for bad in ["a b", "a> SIZE=1", "<a", "\u{e9}"] {
        assert!(MailboxRef::parse(format!("{bad}@b").as_bytes(), Grammar::strict()).is_err(), "{bad:?}");
    }
    for bad in ["", "a b", "m\u{fc}", &"x".repeat(256)] {
        assert!(HelloName::new(bad).is_err(), "{bad:?}");
    }
    assert!(HelloName::new("my_host").is_ok());
    for (text, utf8) in [("", false), ("j\u{f6}rg", false), ("x SMTPUTF8", false), ("x smtputf8", true)] {
        assert!(Lookup::new(Text::new(text).unwrap(), utf8).is_err(), "{text:?}");
    }
    assert!(Priority::new(10).is_none() && Priority::new(-10).is_none());
    assert!(DeliverBy::new(0, ByMode::Return, false).is_none());
    assert!(DeliverBy::new(1_000_000_000, ByMode::Notify, false).is_none());
}

#[test]
fn threat_c20_injections_are_refused_by_constructors() {
    smtp_b89_nothing_that_ends_a_line_or_a_path_can_be_written();
}

#[test]
fn threat_c21_a_local_part_with_a_hyphen_in_front_is_data() {
    same("RCPT TO:<-OQueueDirectory=/x@b.example>");
}

#[test]
fn threat_r07_errors_are_small_and_hold_nothing_of_the_peer() {
    assert!(size_of::<CommandError>() <= 24);
    let line = format!("MAIL FROM:<secret{}", "x".repeat(9000));
    let error = Command::parse(line.as_bytes(), everything()).unwrap_err();
    let text = format!("{error} {error:?} {}", error.reply());
    assert!(text.len() < 512 && !text.contains("secret"));
}

#[test]
fn a_u_label_is_written_as_a_label_where_smtputf8_is_absent() {
    let grammar = Grammar::strict().with_utf8(mailwright_address::Utf8::Allowed);
    let sender = ReversePathRef::parse("a@m\u{fc}ller.example".as_bytes(), grammar).unwrap();
    assert_eq!(written(&Command::Mail(Mail::new(sender))), "MAIL FROM:<a@xn--mller-kva.example>");
    let utf8 = written(&Command::Mail(Mail::new(sender).with_smtputf8()));
    assert_eq!(utf8, "MAIL FROM:<a@m\u{fc}ller.example> SMTPUTF8");
    let recipient = ForwardPathRef::parse("a@m\u{fc}ller.example".as_bytes(), grammar).unwrap();
    assert_eq!(written(&Command::Rcpt(Rcpt::new(recipient))), "RCPT TO:<a@xn--mller-kva.example>");
    assert_eq!(
        written(&Command::Rcpt(Rcpt::new(recipient).with_utf8(true))),
        "RCPT TO:<a@m\u{fc}ller.example>"
    );
}
