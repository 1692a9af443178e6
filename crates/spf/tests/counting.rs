//! What is counted, ignored, asked ahead and reported: hosts, terms, void answers, long records.
#![expect(clippy::unwrap_used, reason = "tests")]

use core::fmt::Write as _;

use mailwright_dns::{Inquiry as _, Need, Step, Zone, run};
use mailwright_spf::{
    Ahead, Cause, Check, CostWalk, Identity, Outcome, Private, Record, Rule, Verdict, VoidCount, lint,
    lint_all,
};

#[path = "support/checks.rs"]
mod checks;
use checks::{check, check_with, settings, zone};

#[test]
fn spf_o21_an_address_as_mail_host_is_skipped() {
    let (outcome, log) = check_with(
        &zone("@ TXT \"v=spf1 mx -all\"\n@ MX 1 192.0.2.1.\n@ MX 2 m\nm A 192.0.2.1"),
        "user@example.com",
        "h",
        "192.0.2.1",
        settings(),
    );
    assert_eq!(outcome.verdict, Verdict::Pass);
    assert!(log.to_string().contains("skipped: no host name"), "{log}");
}

#[test]
fn spf_o22_a_mail_host_with_an_underscore_is_asked_for() {
    assert_eq!(check("@ TXT \"v=spf1 mx -all\"\n@ MX 1 m_x\nm_x A 192.0.2.1").verdict, Verdict::Pass);
}

#[test]
fn spf_o23_a_newline_in_the_text_is_a_fault() {
    let outcome = check("@ TXT \"v=spf1 ip4:192.0.2.1\\010 -all\"");
    assert!(matches!(outcome.cause, Cause::Syntax(error) if error.at == 20), "{outcome:?}");
    assert_eq!((outcome.term.unwrap().range(), outcome.inner), (7..21, None));
}

#[test]
fn spf_o24_spf_o25_a_mechanism_as_modifier_is_ignored_and_reported() {
    let zone = zone("@ TXT \"v=spf1 v=spf1 include=i.example.com ip4=192.0.2.1 ~all\"");
    let outcome = check_with(&zone, "user@example.com", "h", "192.0.2.1", settings()).0;
    assert_eq!((outcome.verdict, outcome.counts.terms), (Verdict::SoftFail, 0));
    let rules: Vec<Rule> =
        lint(b"v=spf1 v=spf1 include=i.example.com ~all").findings().iter().map(|f| f.rule).collect();
    assert_eq!(rules, [Rule::SecondVersion, Rule::MechanismAsModifier]);
}

#[test]
fn spf_o26_a_fault_in_an_included_record_is_named_there() {
    let outcome = check(
        "@ TXT \"v=spf1 include:i.example.com -all\"\ni TXT \"v=spf1 ip4:203.0.113.1 ip:192.0.2.1 -all\"",
    );
    assert_eq!(outcome.verdict, Verdict::PermError);
    assert_eq!(outcome.term.unwrap().text(), b"include:i.example.com");
    let inner = outcome.inner.unwrap();
    assert_eq!((inner.domain.to_string(), inner.text()), ("i.example.com".to_owned(), &b"ip:192.0.2.1"[..]));
    assert!(matches!(outcome.cause, Cause::Syntax(error) if error.at == 23));
}

#[test]
fn spf_o27_the_same_include_twice_costs_twice_and_is_no_loop() {
    let outcome =
        check("@ TXT \"v=spf1 include:i.example.com include:i.example.com -all\"\ni TXT \"v=spf1 -all\"");
    assert_eq!((outcome.verdict, outcome.counts.terms, outcome.counts.answers), (Verdict::Fail, 2, 2));
}

#[test]
fn spf_o28_one_counter_for_all_records() {
    let mut text = "@ TXT \"v=spf1 include:i0.example.com include:i1.example.com -all\"\n".to_owned();
    for i in 0..2 {
        writeln!(text, "i{i} TXT \"v=spf1 a:h a:h a:h a:h a:h -all\"").unwrap();
    }
    let text = text.replace("a:h ", "a:h.example.com ") + "h A 203.0.113.1";
    let outcome = check(&text);
    assert_eq!((outcome.cause, outcome.counts.terms), (Cause::TooManyTerms, 11));
}

#[test]
fn spf_o29_spf_o30_spf_o31_hosts_the_first_record_and_the_explanation_are_not_counted() {
    let mut text = "@ TXT \"v=spf1".to_owned();
    (0..9).for_each(|_| text.push_str(" a:h.example.com"));
    text.push_str(" mx -all exp=e.example.com\"\nh A 203.0.113.1\ne TXT because\n");
    (0..9).for_each(|i| writeln!(text, "@ MX {i} m{i}\nm{i} A 203.0.113.2").unwrap());
    let outcome = check(&text);
    assert_eq!((outcome.verdict, outcome.counts.terms), (Verdict::Fail, 10));
    assert_eq!(outcome.explanation.unwrap().foreign_text(), "because");
}

#[test]
fn spf_o32_both_counts_of_void_mail_hosts() {
    let zone = zone(
        "@ TXT \"v=spf1 mx ip6:2001:db8::1 -all\"\n@ MX 1 a\n@ MX 2 b\n@ MX 3 c\na A 192.0.2.1\nb A 192.0.2.2\n\
                     c A 192.0.2.3",
    );
    let with =
        |count| check_with(&zone, "u@example.com", "h", "2001:db8::1", settings().with_void_count(count)).0;
    assert_eq!(with(VoidCount::Terms).verdict, Verdict::Pass);
    assert_eq!(with(VoidCount::Questions).cause, Cause::TooManyVoids);
}

#[test]
fn spf_o33_no_helo_is_unknown() {
    let zone = zone(
        "@ TXT \"v=spf1 exists:%{i}._ip.%{h}._ehlo.%{d}.x.example.com -all\"\n\
                     192.0.2.1._ip.unknown._ehlo.example.com.x A 127.0.0.1",
    );
    assert_eq!(check_with(&zone, "user@example.com", "", "192.0.2.1", settings()).0.verdict, Verdict::Pass);
}

fn asked_ahead(zone: &Zone, private: Private, ahead: Ahead) -> (Outcome, Vec<String>) {
    let identity = Identity::mail_from(b"user@example.com", b"h.example");
    let settings = settings().with_private(private).with_ahead(ahead);
    let mut check = Check::new(identity, "192.0.2.1".parse().unwrap(), settings);
    let (mut ahead, mut open) = (Vec::new(), Vec::new());
    loop {
        match check.poll() {
            Step::Ask(question) => {
                if question.need == Need::Ahead {
                    ahead.push(question.to_string());
                }
                open.push(question);
            }
            Step::Wait => open.drain(..).for_each(|q| check.handle_answer(&q, zone.answer(&q))),
            Step::Done(outcome) => return (outcome, ahead),
        }
    }
}

#[test]
fn spf_o34_threat_f07_names_made_of_the_sender_are_held_back() {
    let zone = zone(
        "@ TXT \"v=spf1 a:x.example.com exists:%{l}.x.example.com include:%{o}.i.example.com exists:e.example.com\
                     \" \" mx -all\"\nx A 203.0.113.1\nexample.com.i TXT \"v=spf1 -all\"\ne A 127.0.0.1",
    );
    let (outcome, ahead) = asked_ahead(&zone, Private::WhenNeeded, Ahead::Record);
    assert_eq!((outcome.verdict, ahead), (Verdict::Pass, vec!["MX example.com".to_owned()]));
    let (_, ahead) = asked_ahead(&zone, Private::Ahead, Ahead::Record);
    assert_eq!(ahead.len(), 4, "{ahead:?}");
    let (_, ahead) = asked_ahead(&zone, Private::Ahead, Ahead::None);
    assert_eq!(ahead.len(), 0);
    let (never, _) = asked_ahead(&zone, Private::Never, Ahead::Record);
    assert_eq!((never.verdict, never.kept_private), (Verdict::Pass, 2));
}

#[test]
fn spf_o35_delimiters_of_srs_and_verp() {
    let zone = zone(
        "@ TXT \"v=spf1 exists:%{l1r=}.a.example.com exists:%{l2+-=}.b.example.com -all\"\n\
                     SRS0.a A 127.0.0.1\nuser.example.b A 127.0.0.1",
    );
    let from = |from| check_with(&zone, from, "h", "192.0.2.1", settings()).0.verdict;
    assert_eq!(from("SRS0=hh=tt=d=user@example.com"), Verdict::Pass);
    assert_eq!(from("b+user=example@example.com"), Verdict::Pass);
    assert_eq!(from("other@example.com"), Verdict::Fail);
}

#[test]
fn spf_o36_reporting_modifiers_are_a_note() {
    let report = lint(b"v=spf1 -all ra=postmaster");
    assert!(!report.has_errors());
    assert_eq!(report.findings()[0].rule, Rule::ReportModifier);
    assert!(Record::parse(b"v=spf1 -all ra=postmaster").is_ok());
}

#[test]
fn spf_o37_the_share_of_the_address_space_is_counted() {
    let cost = |record: &str| {
        let zone = zone(&format!("@ TXT \"{record}\""));
        run(&mut CostWalk::new("example.com".parse().unwrap()), &mut &zone)
    };
    assert_eq!(cost("v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all").v4_addresses, 1 << 32);
    assert_eq!(cost("v=spf1 +all").v4_addresses, 1 << 32);
    assert_eq!(
        cost("v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.128/25 -ip4:198.51.100.0/24 ip6:2001:db8::/48 -all")
            .v4_addresses,
        256
    );
    assert_eq!(cost("v=spf1 ip6:2001:db8::/48 ip6:2001:db8::1 -all").v6_networks, 1 << 16);
}

#[test]
fn spf_o38_long_records_and_answers_are_reported() {
    let long = format!("v=spf1{} -all", " ip4:192.0.2.1".repeat(40));
    assert!(lint(long.as_bytes()).findings().iter().any(|f| f.rule == Rule::Long));
    let texts = [
        mailwright_dns::Text::from_text("v=spf1 -all").unwrap(),
        mailwright_dns::Text::from_text("x".repeat(500)).unwrap(),
    ];
    let report = lint_all(&texts);
    let finding = report.findings().iter().find(|f| f.rule == Rule::Long).unwrap();
    assert!(
        finding.message.contains("2 TXT records") && finding.message.contains("538 octets"),
        "{}",
        finding.message
    );
}

#[test]
fn spf_o39_writing_out_addresses_is_offered_with_its_warning() {
    let zone = zone("@ TXT \"v=spf1 include:i.example.com -all\"\ni TXT \"v=spf1 ip4:192.0.2.0/24 -all\"");
    let report = run(&mut CostWalk::new("example.com".parse().unwrap()), &mut &zone);
    assert_eq!(report.flatten, [(1, 1)]);
    assert!(report.to_string().contains("as long as they stay the same"), "{report}");
}

#[test]
fn spf_o40_every_prefix_length_is_harmless() {
    for prefix in 0..=140 {
        for record in [
            format!(
                "v=spf1 ip4:192.0.2.1/{prefix} ip6:2001:db8::1/{prefix} a/{prefix} a//{prefix} mx/{prefix}//{prefix} -all"
            ),
            format!("v=spf1 ip4:0.0.0.0/{prefix} -all"),
            format!("v=spf1 ip6:::/{prefix} -all"),
        ] {
            let text = format!("@ TXT \"{record}\"\n@ A 192.0.2.9\n@ AAAA 2001:db8::9\n@ MX 1 @");
            for client in ["192.0.2.1", "2001:db8::1"] {
                check_with(&zone(&text), "user@example.com", "h", client, settings());
            }
            lint(record.as_bytes());
            run(&mut CostWalk::new("example.com".parse().unwrap()), &mut zone(&text));
        }
    }
}

#[test]
fn a_second_opinion_ignores_the_fault_and_changes_nothing_else() {
    let lenient = |text: &str| {
        let zone = zone(text);
        let strict = check_with(&zone, "user@example.com", "h", "192.0.2.1", settings()).0;
        let (mut outcome, log) =
            check_with(&zone, "user@example.com", "h", "192.0.2.1", settings().with_lenient(20));
        let opinion = outcome.lenient.take();
        assert_eq!(outcome, strict, "{log}");
        opinion
    };
    assert_eq!(lenient("@ TXT \"v=spf1 ipv4:203.0.113.1 ip4:192.0.2.1 -all\""), Some(Verdict::Pass));
    assert_eq!(lenient("@ TXT \"v=spf1 include:gone.example.com ~all\""), Some(Verdict::SoftFail));
    assert_eq!(lenient("@ TXT \"v=spf1 a:a.x a:b.x a:c.x ip4:192.0.2.1 -all\""), Some(Verdict::Pass));
    assert_eq!(lenient("@ TXT \"v=spf1 redirect=example.com\""), Some(Verdict::PermError));
    assert_eq!(lenient("@ TXT \"v=spf1 -all\"\n@ TXT \"v=spf1 +all\""), Some(Verdict::Fail));
    assert_eq!(lenient("@ TXT \"v=spf1 +all\""), None);
    let twelve =
        format!("@ TXT \"v=spf1{} ip4:192.0.2.1 -all\"\nh A 203.0.113.1", " a:h.example.com".repeat(12));
    assert_eq!(lenient(&twelve), Some(Verdict::Pass));
}

#[test]
fn the_outcome_says_how_long_it_holds() {
    let text = "@ 300 TXT \"v=spf1 include:i.example.com a:h.example.com -all\"\ni 60 TXT \"v=spf1 -all\"\nh 900 A 192.0.2.1";
    let outcome = check(text);
    assert_eq!(
        (outcome.verdict, outcome.min_ttl, outcome.cacheable_for()),
        (Verdict::Pass, Some(60), Some(60))
    );
    let of_sender = check("@ 300 TXT \"v=spf1 exists:%{l}.example.com -all\"\nuser A 127.0.0.1");
    assert_eq!((of_sender.min_ttl, of_sender.cacheable_for()), (Some(300), None));
}
