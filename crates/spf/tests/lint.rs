//! The linter, one row per habit: what it says, and the mended record.

use mailwright_dns::Text;
use mailwright_spf::{Record, Rule, Severity, lint, lint_all};

#[track_caller]
fn check(text: &str, rules: &[&str], mended: Option<&str>) {
    let report = lint(text.as_bytes());
    let found: Vec<&str> = report.findings().iter().map(|finding| finding.rule.id()).collect();
    assert_eq!(found, rules, "{text}\n{report}");
    assert_eq!(report.mended().as_deref(), mended, "{text}\n{report}");
    assert_eq!(report.has_errors(), Record::parse(text.as_bytes()).is_err(), "{text}");
    if let Some(mended) = mended {
        assert!(Record::parse(mended.as_bytes()).is_ok(), "{mended}");
    }
}

#[test]
fn good_records_are_left_alone() {
    for good in [
        "v=spf1 -all",
        "v=spf1 mx a:h.example.org ip4:192.0.2.0/24 ip6:2001:db8::/48 include:_spf.example.net ~all",
        "v=spf1 redirect=_spf.example.org",
        "v=spf1 mx -all exp=why.example.org",
    ] {
        check(good, &[], None);
    }
}

#[test]
fn misspelt_words_are_named_and_mended() {
    check("v=spf1 ipv4:192.0.2.1 -all", &["unknown-mechanism"], Some("v=spf1 ip4:192.0.2.1 -all"));
    check("v=spf1 ipv6:2001:db8::1 -all", &["unknown-mechanism"], Some("v=spf1 ip6:2001:db8::1 -all"));
    check("v=spf1 ip:192.0.2.0/24 -all", &["unknown-mechanism"], Some("v=spf1 ip4:192.0.2.0/24 -all"));
    check("v=spf1 ip:2001:db8::1 -all", &["unknown-mechanism"], Some("v=spf1 ip6:2001:db8::1 -all"));
    check("v=spf1 192.0.2.1 -all", &["unknown-mechanism"], Some("v=spf1 ip4:192.0.2.1 -all"));
    check(
        "v=spf1 incldue:a.example.org -all",
        &["unknown-mechanism"],
        Some("v=spf1 include:a.example.org -all"),
    );
    check(
        "v=spf1 inclue:a.example.org -all",
        &["unknown-mechanism"],
        Some("v=spf1 include:a.example.org -all"),
    );
    check("v=spf1 mx -alll", &["unknown-mechanism"], Some("v=spf1 mx -all"));
    check("v=spf1 redirect:a.example.org", &["unknown-mechanism"], None);
    check("v=spf1 --all", &["unknown-mechanism"], Some("v=spf1 -all"));
    check("v=spf1 something -all", &["unknown-mechanism"], None);
}

#[test]
fn a_mechanism_as_modifier_is_loud() {
    check(
        "v=spf1 include=a.example.org -all",
        &["mechanism-as-modifier"],
        Some("v=spf1 include:a.example.org -all"),
    );
    check("v=spf1 ip4=192.0.2.1 -all", &["mechanism-as-modifier"], Some("v=spf1 ip4:192.0.2.1 -all"));
    check(
        "v=spf1 redirct=a.example.org -all",
        &["nearly-known-modifier"],
        Some("v=spf1 redirect=a.example.org -all"),
    );
    check("v=spf1 -all exp=a.example.org dxp=b.example.org", &["nearly-known-modifier"], None);
    check("v=spf1 v=spf1 -all", &["second-version"], Some("v=spf1 -all"));
    check("v=spf1 foo=bar -all", &["unknown-modifier"], None);
}

#[test]
fn typographic_characters_are_retyped() {
    check("v=spf1 mx \u{2013}all", &["not-ascii"], Some("v=spf1 mx -all"));
    check("v=spf1 mx\u{a0}-all", &["not-ascii"], Some("v=spf1 mx -all"));
    check("v=spf1 \u{201c}mx\u{201d} -all", &["not-ascii"], Some("v=spf1 mx -all"));
    check("v=spf1 a:\u{feff}h.example.org -all", &["not-ascii"], Some("v=spf1 a:h.example.org -all"));
    check("v=spf1 mx\t-all", &["not-ascii"], Some("v=spf1 mx -all"));
    check("v=spf1 include:b\u{fc}cher.example -all", &["not-ascii"], None);
}

#[test]
fn blanks_are_put_where_they_belong() {
    check("v=spf1 ip4:192.0.2.1-all", &["lost-space"], Some("v=spf1 ip4:192.0.2.1 -all"));
    check(
        "v=spf1 ip4:192.0.2.1ip4:192.0.2.2 -all",
        &["lost-space"],
        Some("v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 -all"),
    );
    check(
        "v=spf1 mxinclude:a.example.org ~all",
        &["lost-space"],
        Some("v=spf1 mx include:a.example.org ~all"),
    );
    check("v=spf1 mx - all", &["stray-space"], Some("v=spf1 mx -all"));
    check("v=spf1 include: a.example.org -all", &["stray-space"], Some("v=spf1 include:a.example.org -all"));
}

#[test]
fn addresses_under_the_wrong_word_move() {
    check("v=spf1 ip4:2001:db8::1 -all", &["bad-address"], Some("v=spf1 ip6:2001:db8::1 -all"));
    check("v=spf1 ip6:192.0.2.1 -all", &["bad-address"], Some("v=spf1 ip4:192.0.2.1 -all"));
    check("v=spf1 a:192.0.2.1 -all", &["bad-domain"], Some("v=spf1 ip4:192.0.2.1 -all"));
    check("v=spf1 ip4:192.0.2.1, -all", &["bad-prefix"], Some("v=spf1 ip4:192.0.2.1 -all"));
    check("v=spf1 ip4:192.000.002.001 -all", &["bad-address"], Some("v=spf1 ip4:192.0.2.1 -all"));
    check("v=spf1 ip4:192.0.2 -all", &["bad-address"], None);
    check("v=spf1 ip4:192.0.2.0/33 -all", &["bad-prefix"], None);
}

#[test]
fn what_is_never_read_goes() {
    check("v=spf1 mx -all ip4:192.0.2.1", &["behind-all"], Some("v=spf1 mx -all"));
    check("v=spf1 redirect=a.example.org -all", &["redirect-beside-all"], Some("v=spf1 -all"));
    check("v=spf1 mx mx -all", &["term-twice"], Some("v=spf1 mx -all"));
    check(
        "v=spf1 redirect=a.example redirect=b.example",
        &["modifier-twice"],
        Some("v=spf1 redirect=a.example"),
    );
}

#[test]
fn valid_and_unwise() {
    check("v=spf1 mx +all", &["pass-all"], Some("v=spf1 mx ~all"));
    check("v=spf1 mx", &["no-end"], None);
    check("v=spf1 mx ?all", &["neutral-all"], None);
    check("v=spf1 ptr -all", &["ptr"], None);
    check("v=spf1 exists:%{p}.example.org -all", &["macro-p"], None);
    check("v=spf1 exists:%{l}.example.org -all", &["sender-macro"], None);
    check("v=spf1 ip4:192.0.0.0/8 -all", &["wide-range"], None);
    check("v=spf1 ip4:10.0.0.1 -all", &["private-range"], Some("v=spf1 -all"));
    check("v=spf1 ip4:192.0.2.77/24 -all", &["host-bits"], Some("v=spf1 ip4:192.0.2.0/24 -all"));
    let many: Vec<String> = (0..11).map(|i| format!("a:h{i}.example.org")).collect();
    let many = format!("v=spf1 {} -all", many.join(" "));
    check(&many, &["too-many-lookups"], None);
}

#[test]
fn other_faults_are_named() {
    check("v=spf1 -redirect=a.example.org", &["qualified-modifier"], Some("v=spf1 redirect=a.example.org"));
    check("v=spf1 exists:%{q}.example.org -all", &["bad-macro"], None);
    check("v=spf1 exists:%(i).example.org -all", &["bad-macro"], None);
    check("v=spf1 a:museum -all", &["bad-domain"], None);
    check("v=spf1 all:x", &["syntax"], None);
}

#[test]
fn a_text_that_receivers_do_not_see() {
    check("v=spf1; mx -all", &["not-spf"], Some("v=spf1 mx -all"));
    check(" v=spf1 mx -all", &["not-spf"], Some("v=spf1 mx -all"));
    check("\"v=spf1 mx -all\"", &["not-spf"], Some("v=spf1 mx -all"));
    check("v=spf10 mx -all", &["not-spf"], None);
    check("spf1 mx -all", &["not-spf"], Some("v=spf1 mx -all"));
    check("hello", &["not-spf"], None);
}

#[test]
fn all_records_of_a_name_are_looked_at_together() {
    let texts = |texts: &[&str]| {
        let texts: Vec<Text> = texts.iter().map(|text| Text::from_text(text).expect("short")).collect();
        let report = lint_all(&texts);
        (report.findings().iter().map(|finding| finding.rule).collect::<Vec<_>>(), report.mended())
    };
    let (rules, mended) = texts(&["v=spf1 mx -all", "v=spf1 ip4:192.0.2.1 mx ~all", "other"]);
    assert_eq!(rules, [Rule::TwoRecords]);
    assert_eq!(mended.as_deref(), Some("v=spf1 mx ip4:192.0.2.1 ~all"));
    assert_eq!(texts(&["other"]).0, [Rule::NoRecord]);
    assert_eq!(texts(&["v=spf1 -all", "spf2.0/pra -all"]).0, [Rule::SenderId]);
    assert_eq!(texts(&["v=spf1 -all", "v=spf1;mx"]).0, [Rule::Lookalike]);
    assert_eq!(texts(&["v=spf1; -all"]).0, [Rule::NotSpf]);
    let split = [Text::from_strings(["v=spf1 ip4:192.0.", "2.1 -all"]).expect("short")];
    assert_eq!(lint_all(&split).findings()[0].rule, Rule::CutInsideTerm);
    let lost = [Text::from_strings(["v=spf1 ip4:192.0.2.1", "ip4:192.0.2.2 -all"]).expect("short")];
    assert_eq!(lint_all(&lost).findings()[0].rule, Rule::LostSpace);
}

#[test]
fn every_rule_has_its_own_name_and_source() {
    let mut ids: Vec<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), Rule::ALL.len());
    assert!(
        Rule::ALL.iter().all(|rule| rule.source().starts_with("RFC ") && rule.severity() >= Severity::Note)
    );
}

#[test]
fn findings_are_bounded() {
    let text = format!("v=spf1{}", " foo".repeat(5000));
    let report = lint(text.as_bytes());
    assert_eq!((report.findings().len(), report.left_out()), (100, 4901));
    let late = format!("v=spf1{} foo", " a=b".repeat(5000));
    assert!(lint(late.as_bytes()).has_errors());
}

#[test]
fn names_that_nobody_can_ask_for_are_named() {
    check("v=spf1 a:b..example -all", &["unaskable-name"], Some("v=spf1 a:b.example -all"));
    check("v=spf1 include:.b.example -all", &["unaskable-name"], Some("v=spf1 include:b.example -all"));
    check("v=spf1 mx:b..example/24//64 -all", &["unaskable-name"], Some("v=spf1 mx:b.example/24//64 -all"));
    let long = format!("v=spf1 exists:{}.example -all", "a".repeat(64));
    check(&long, &["unaskable-name"], None);
    check("v=spf1 exists:%{i}..example -all", &[], None);
    check(
        "v=spf1 ipv4:192.0.2.1 a:b.example -all",
        &["unknown-mechanism"],
        Some("v=spf1 ip4:192.0.2.1 a:b.example -all"),
    );
}

#[test]
fn a_bare_host_name_is_told_how_hosts_are_written() {
    let report = lint(b"v=spf1 mx.example.org -all");
    assert!(report.to_string().contains("a host is written `a:NAME`"), "{report}");
}
