//! What a check does where the answer is not a matter of the zone alone: failures, time, identities, header fields.
#![expect(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "tests")]

use core::fmt::Write as _;

use mailwright_dns::{Answer, Failure, Inquiry as _, Kind, Name, Question, Step, run};
use mailwright_spf::{Cause, Check, Identity, Rule, Session, Verdict, authentication_results, lint};

#[path = "support/checks.rs"]
mod checks;
use checks::{check, check_with, settings, zone};

#[test]
fn spf_o01_spf_o02_failures_stay_apart_to_the_end() {
    let failures = [
        Failure::Timeout,
        Failure::ServFail,
        Failure::Refused,
        Failure::Bogus,
        Failure::Truncated,
        Failure::Other(4),
    ];
    for failure in failures {
        let mut zone = zone("@ TXT \"v=spf1 a -all\"");
        zone.fail("example.com".parse().unwrap(), failure);
        let (outcome, log) = check_with(&zone, "user@example.com", "h.example", "192.0.2.1", settings());
        assert_eq!((outcome.verdict, outcome.cause), (Verdict::TempError, Cause::Dns(Kind::A, failure)));
        assert!(log.to_string().contains(&failure.to_string()), "{log}");
        assert_eq!((outcome.min_ttl, outcome.cacheable_for()), (None, None));
    }
}

#[test]
fn spf_o03_questions_are_absolute() {
    let zone = zone("@ TXT \"v=spf1 a:host.sub.example.com -all\"");
    let mut asked = Vec::new();
    let identity = Identity::mail_from(b"user@example.com", b"h");
    run(&mut Check::new(identity, "192.0.2.1".parse().unwrap(), settings()), &mut |question: &Question| {
        asked.push(question.to_string());
        zone.answer(question)
    });
    assert_eq!(asked, ["TXT example.com", "A host.sub.example.com"]);
}

#[test]
fn spf_o04_spf_o05_spf_o06_a_wildcard_answers_every_name() {
    let text = "@ TXT \"v=spf1 exists:%{i}.x.example.com -all\"\n*.x A 127.0.0.1\n*.w TXT \"v=spf1 +all\"";
    assert_eq!(check(text).verdict, Verdict::Pass);
    let any = check_with(&zone(text), "user@whatever.w.example.com", "h", "192.0.2.1", settings()).0;
    assert_eq!(any.verdict, Verdict::Pass);
}

#[test]
fn spf_o07_two_equal_records_are_two() {
    let outcome = check("@ TXT \"v=spf1 -all\"\n@ TXT \"v=spf1 -all\"");
    assert_eq!((outcome.verdict, outcome.cause), (Verdict::PermError, Cause::ManyRecords(2)));
}

#[test]
fn spf_o08_one_record_by_two_aliases_is_one() {
    let text = "@ TXT \"v=spf1 include:a.example.com include:b.example.com -all\"\n\
                a CNAME c\nb CNAME c\nc TXT \"v=spf1 ip4:203.0.113.1 -all\"";
    assert_eq!(check(text).verdict, Verdict::Fail);
}

#[test]
fn spf_o09_case_of_names_does_not_matter() {
    let text = "@ TXT \"v=spf1 ptr:EXAMPLE.com -all\"\n1.2.0.192.in-addr.ARPA. PTR Host.eXample.COM.\nhost A 192.0.2.1";
    assert_eq!(check(text).verdict, Verdict::Pass);
}

#[test]
fn spf_o10_only_ten_host_names_are_looked_at() {
    let mut text = "@ TXT \"v=spf1 ptr -all\"\n".to_owned();
    for i in 0..300 {
        writeln!(
            text,
            "1.2.0.192.in-addr.arpa. PTR h{i}\nh{i} A {}",
            if i == 12 { "192.0.2.1" } else { "203.0.113.1" }
        )
        .unwrap();
    }
    let (outcome, log) = check_with(&zone(&text), "user@example.com", "h", "192.0.2.1", settings());
    assert_eq!(outcome.verdict, Verdict::Fail);
    assert_eq!(outcome.counts.answers, 12);
    assert!(log.to_string().contains("290 further host names of the client ignored"), "{log}");
}

#[test]
fn spf_o11_the_host_name_of_the_client_is_asked_once() {
    let text = "@ TXT \"v=spf1 exists:%{p}.a.example.com exists:%{p}.b.example.com -all\"\n\
                1.2.0.192.in-addr.arpa. PTR h\nh A 192.0.2.1\nh.example.com.b A 127.0.0.1";
    let zone = zone(text);
    let mut asked = Vec::new();
    let identity = Identity::mail_from(b"user@example.com", b"h");
    let outcome =
        run(&mut Check::new(identity, "192.0.2.1".parse().unwrap(), settings()), &mut |q: &Question| {
            asked.push(q.to_string());
            zone.answer(q)
        });
    assert_eq!((outcome.verdict, outcome.counts.terms), (Verdict::Pass, 2));
    assert_eq!(asked.iter().filter(|q| q.starts_with("PTR")).count(), 1, "{asked:?}");
    assert!(lint(b"v=spf1 exists:%{p}.x.example -all").findings().iter().any(|f| f.rule == Rule::MacroP));
}

#[test]
fn spf_o12_time_running_out_is_temperror() {
    let identity = Identity::mail_from(b"user@example.com", b"h");
    let mut check = Check::new(identity, "192.0.2.1".parse().unwrap(), settings());
    assert!(matches!(check.poll(), Step::Ask(_)));
    assert!(matches!(check.poll(), Step::Wait));
    check.handle_timeout();
    let Step::Done(outcome) = check.poll() else { unreachable!() };
    assert_eq!((outcome.verdict, outcome.cause), (Verdict::TempError, Cause::OutOfTime));
    // A late answer changes nothing, and the outcome is said again.
    check.handle_answer(
        &Question::new("example.com".parse().unwrap(), Kind::Txt),
        Answer::Failed(Failure::Bogus),
    );
    assert_eq!(check.poll(), Step::Done(outcome));
}

#[test]
fn spf_o12_time_running_out_behind_the_verdict_keeps_it() {
    let zone = zone("@ TXT \"v=spf1 -all exp=e.example.com\"");
    let mut check =
        Check::new(Identity::mail_from(b"u@example.com", b"h"), "192.0.2.1".parse().unwrap(), settings());
    let outcome = loop {
        match check.poll() {
            Step::Ask(q) if q.name == "e.example.com".parse::<Name>().unwrap() => check.handle_timeout(),
            Step::Ask(q) => check.handle_answer(&q, zone.answer(&q)),
            Step::Wait => unreachable!(),
            Step::Done(outcome) => break outcome,
        }
    };
    assert_eq!((outcome.verdict, outcome.explanation), (Verdict::Fail, None));
}

#[test]
fn spf_o13_the_time_is_an_argument() {
    let outcome = check("@ TXT \"v=spf1 -all exp=e.example.com\"\ne TXT \"at %{t} by %{r}, %{c}\"");
    let said = outcome.explanation.unwrap();
    assert_eq!(said.foreign_text(), "at 1800000000 by mx.receiver.example, 192.0.2.1");
}

#[test]
fn spf_o14_threat_f12_an_explanation_is_printable_ascii_and_bounded() {
    let explained =
        |text: &str| check(&format!("@ TXT \"v=spf1 -all exp=e.example.com\"\ne TXT {text}")).explanation;
    assert_eq!(explained("\"one\\013\\010 250 two\""), None);
    assert_eq!(explained("\"caf\\195\\169\""), None);
    assert_eq!(explained("\"nul\\000\""), None);
    assert_eq!(explained("\"%{x}\""), None);
    let long = format!("\"{}\" \"{}\" \"{}\"", "a".repeat(250), "b".repeat(250), "c".repeat(250));
    let long = explained(&long).unwrap();
    assert_eq!((long.foreign_text().len(), long.truncated), (450, true));
    let identity = "m\u{fc}ller@example.com";
    let zone = zone("@ TXT \"v=spf1 -all exp=e.example.com\"\ne TXT \"you are %{l}\"");
    assert_eq!(check_with(&zone, identity, "h", "192.0.2.1", settings()).0.explanation, None);
}

#[test]
fn spf_o15_nothing_a_sender_says_ends_a_field() {
    let zone = zone("@ TXT \"v=spf1 a:%{h} -all\"");
    let evil = [
        "x; other=y",
        "x\r\nBcc: a@b",
        "x)(y",
        "\"x\\",
        "x\"; spf=pass",
        "h\u{e9}lo",
        "",
        "\0",
        "=?utf-8?q?x?=",
        "a, b",
    ];
    for helo in evil {
        for local in evil {
            let from = format!("{local}@example.com");
            let outcome = check_with(&zone, &from, helo, "192.0.2.1", settings()).0;
            let field = outcome.received_spf("mx.receiver.example");
            assert!(field.is_ascii() && field.ends_with("\r\n"), "{field:?}");
            for line in field.trim_end().split("\r\n").skip(1) {
                assert!(line.starts_with(' ') && line.len() < 998, "{field:?}");
            }
            let bare = unquoted(&field);
            assert_eq!(bare.matches(';').count(), 5, "{field:?}");
            assert!(!bare.contains("other") && !bare.contains("Bcc"), "{field:?}");
            let part = authentication_results([&outcome]);
            assert!(!unquoted(&part).contains("spf=pass"), "{part:?}");
            assert!(part.bytes().all(|octet| matches!(octet, 0x20..=0x7e)), "{part:?}");
        }
    }
}

#[test]
fn spf_o15_blanks_in_a_sender_make_no_line_that_looks_empty() {
    let zone = zone("@ TXT \"v=spf1 -all\"");
    for count in [1, 60, 70, 80, 160, 240] {
        let blanks = " ".repeat(count);
        for from in [format!("\"{blanks}x\"@example.com"), format!("\"x{blanks}\"@example.com"), blanks] {
            let outcome = check_with(&zone, &from, &from, "192.0.2.1", settings()).0;
            let fields = outcome.received_spf("mx.receiver.example") + &authentication_results([&outcome]);
            assert!(fields.split("\r\n").all(|line| !line.trim().is_empty()), "{fields:?}");
        }
    }
}

/// What stands outside quoted strings and comments.
fn unquoted(field: &str) -> String {
    let (mut bare, mut quoted, mut depth, mut escaped) = (String::new(), false, 0, false);
    for character in field.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted || depth > 0 => escaped = true,
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ if !quoted && depth == 0 => bare.push(character),
            _ => {}
        }
    }
    assert!(!quoted && depth == 0, "all that opens closes: {field:?}");
    bare
}

#[test]
fn spf_o15_the_fields_say_what_was_found() {
    let outcome = check("@ TXT \"v=spf1 ip4:192.0.2.0/24 -all\"");
    assert_eq!(
        outcome.received_spf("mx.receiver.example"),
        "Received-SPF: pass (mx.receiver.example: domain of user@example.com designates\r\n \
         192.0.2.1 as permitted sender) receiver=mx.receiver.example;\r\n \
         client-ip=192.0.2.1; envelope-from=\"user@example.com\"; helo=mail.example.net;\r\n \
         identity=mailfrom; mechanism=\"ip4:192.0.2.0/24\"\r\n"
    );
    let broken = check("@ TXT \"v=spf1 ipv4:192.0.2.0/24 -all\"");
    let part = authentication_results([&broken]);
    assert!(
        part.starts_with("spf=permerror reason=\"permerror: the record can't be read: octet 7"),
        "{part}"
    );
    assert!(part.ends_with(" smtp.mailfrom=user@example.com"), "{part}");
}

#[test]
fn spf_o16_a_second_helo_takes_the_place_of_the_first() {
    let zone = zone(
        "a TXT \"v=spf1 -all\"\nb TXT \"v=spf1 +all\"\n@ TXT \"v=spf1 exists:%{h}.x.example.com -all\"\n\
                     b.example.com.x A 127.0.0.1",
    );
    let both = |helo: &str| {
        let identity = Identity::mail_from(b"user@example.com", helo.as_bytes());
        run(&mut Session::new(identity, "192.0.2.1".parse().unwrap(), settings()), &mut &zone)
    };
    assert_eq!(both("a.example.com").helo.verdict, Verdict::Fail);
    let second = both("b.example.com");
    assert_eq!((second.helo.verdict, second.decisive().verdict), (Verdict::Pass, Verdict::Pass));
    // The HELO outcome may be kept by name and address: it depends on nothing else.
    assert!(!second.helo.depends_on_sender && second.decisive().depends_on_sender);
}

#[test]
fn spf_o17_the_return_path_comes_first() {
    let zone = zone("@ TXT \"v=spf1 -all\"\nmail TXT \"v=spf1 +all\"");
    let identity = Identity::mail_from(b"user@example.com", b"mail.example.com");
    let both = run(&mut Session::new(identity, "192.0.2.1".parse().unwrap(), settings()), &mut &zone);
    let reversed = [&both.helo, both.mail_from.as_ref().unwrap()];
    assert_eq!(
        authentication_results(reversed),
        "spf=fail smtp.mailfrom=user@example.com;\r\n spf=pass smtp.helo=mail.example.com"
    );
}

#[test]
fn spf_o18_none_is_not_fail() {
    let outcome = check("@ A 192.0.2.1");
    assert_eq!((outcome.verdict, outcome.cause), (Verdict::None, Cause::NoRecord));
    assert!(outcome.received_spf("r.example").starts_with("Received-SPF: none "));
}

#[test]
fn spf_o19_a_private_client_is_said_to_mean_nothing() {
    let at = |client| check_with(&zone("@ TXT \"v=spf1 -all\""), "u@example.com", "h", client, settings()).0;
    for client in
        ["10.1.2.3", "192.168.0.1", "172.16.9.9", "127.0.0.1", "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1"]
    {
        assert!(!at(client).is_meaningful(), "{client}");
    }
    assert!(at("192.0.2.1").is_meaningful() && at("2001:db8::1").is_meaningful());
}
