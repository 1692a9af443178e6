//! Edge cases beyond the public suite: each names the result that we hold to, where the RFC leaves a choice the first one.
#![expect(clippy::unwrap_used, reason = "tests")]

use core::fmt::Write as _;

use mailwright_dns::{Failure, Text, Zone, run};
use mailwright_spf::Verdict::{Fail, Neutral, None as NoRecord, Pass, PermError, SoftFail, TempError};
use mailwright_spf::{Check, Identity, Log, Settings, Verdict};

/// One check: a zone, and who comes.
struct Edge {
    zone: Zone,
    from: Vec<u8>,
    helo: &'static str,
    client: &'static str,
}

/// A zone with this record at example.com, and more lines below that origin.
fn edge(record: &[u8], more: &str) -> Edge {
    edge_of(&[Text::from_text(record).unwrap()], more)
}

fn edge_of(records: &[Text], more: &str) -> Edge {
    let mut text = format!("$ORIGIN example.com.\n{more}\n");
    for record in records {
        writeln!(text, "@ TXT {record}").unwrap();
    }
    let zone = Zone::parse(text.as_bytes()).unwrap();
    Edge { zone, from: b"user@example.com".to_vec(), helo: "mail.example.net", client: "192.0.2.1" }
}

impl Edge {
    fn from(self, from: &str) -> Self {
        Self { from: from.as_bytes().to_vec(), ..self }
    }

    fn helo(self, helo: &'static str) -> Self {
        Self { helo, ..self }
    }

    fn client(self, client: &'static str) -> Self {
        Self { client, ..self }
    }

    fn fails(mut self, name: &str, failure: Failure) -> Self {
        self.zone.fail(name.parse().unwrap(), failure);
        self
    }

    #[track_caller]
    fn gives(self, expected: Verdict) {
        let identity = Identity::mail_from(&self.from, self.helo.as_bytes());
        let client = self.client.parse().unwrap();
        let mut log = Log::new();
        let mut check = Check::with_trace(identity, client, Settings::new(b"mx.receiver.example"), &mut log);
        let outcome = run(&mut check, &mut &self.zone);
        drop(check);
        assert_eq!(outcome.verdict, expected, "{outcome}\n{log}");
    }
}

/// Each line: the test's name, the result, the record, further lines of the zone.
macro_rules! edges {
    ($($name:ident $expected:ident $record:literal $more:literal $(.$call:ident($($arg:expr),*))*;)*) => {
        $(#[test]
        fn $name() {
            edge($record.as_ref(), $more)$(.$call($($arg),*))*.gives($expected);
        })*
    };
}

const LONG: &str = "0123456789012345678901234567890123456789012345678901234567890123@example.com";

edges! {
    spf_p02_split_lost_space PermError "v=spf1 ip4:192.0.2.1-all" "";
    spf_p03_leading_space NoRecord " v=spf1 -all" "";
    spf_p04_tab_behind_the_version NoRecord "v=spf1\tip4:192.0.2.1 -all" "";
    spf_p05_literal_quotes NoRecord "\"v=spf1 -all\"" "";
    spf_p06_semicolon NoRecord "v=spf1; ip4:192.0.2.1; -all" "";
    spf_p07_smart_dash_behind_a_match PermError "v=spf1 ip4:192.0.2.1 –all" "";
    spf_p08_upper_case Pass "V=SPF1 IP4:192.0.2.1 -ALL" "";
    spf_p09_version_and_a_space Neutral "v=spf1 " "";
    spf_p10_two_qualifiers PermError "v=spf1 --all" "";
    spf_p11_mixed_qualifiers PermError "v=spf1 +-all" "";
    spf_p12_space_behind_a_qualifier PermError "v=spf1 - all" "";
    spf_p13_ipv4_typo PermError "v=spf1 ipv4:192.0.2.1 -all" "";
    spf_p14_unknown_modifiers Pass "v=spf1 ra=postmaster rp=100 rr=all foo=bar ip4:192.0.2.1 -all" "";
    spf_p15_empty_unknown_modifier Pass "v=spf1 foo= ip4:192.0.2.1 -all" "";
    spf_p16_obsolete_op Pass "v=spf1 op=helo ip4:192.0.2.1 -all" "";
    spf_p17_qualified_redirect PermError "v=spf1 -redirect=x.example.com" "";
    spf_p18_redirect_beside_all Neutral "v=spf1 redirect=y.example.com ?all" "y TXT \"v=spf1 +all\"";
    spf_p19_redirect_to_nothing_beside_all SoftFail "v=spf1 redirect=missing.example.com ~all" "";
    spf_p20_redirect_loop PermError "v=spf1 redirect=b.example.com" "b TXT \"v=spf1 redirect=example.com\"";
    spf_p21_self_include PermError "v=spf1 include:example.com -all" "";
    spf_p22_include_redirects_to_nothing PermError "v=spf1 include:i.example.com -all"
        "i TXT \"v=spf1 redirect=gone.example.com\"";
    spf_p23_broken_include_behind_the_match Pass "v=spf1 ip4:192.0.2.1 include:gone.example.com -all" "";
    spf_p24_fail_inside_an_include SoftFail "v=spf1 include:i.example.com ~all" "i TXT \"v=spf1 -all\"";
    spf_p25_include_fails_before_a_match TempError "v=spf1 include:i.example.com ip4:192.0.2.1 -all" ""
        .fails("i.example.com", Failure::ServFail);
    spf_p26_a_fails_before_a_match TempError "v=spf1 a:h.example.com ip4:192.0.2.1 -all" ""
        .fails("h.example.com", Failure::ServFail);
    spf_p27_first_mail_host_fails TempError "v=spf1 mx -all" "@ MX 10 m1\n@ MX 20 m2\nm2 A 192.0.2.1"
        .fails("m1.example.com", Failure::ServFail);
    spf_p28_three_names_without_data PermError "v=spf1 a:a.example.com a:b.example.com a:c.example.com ip4:192.0.2.1 -all"
        "a TXT x\nb TXT x\nc TXT x";
    spf_p29_two_voids_and_a_match Pass "v=spf1 a:a.example.com a:b.example.com a:c.example.com -all" "c A 192.0.2.1";
    spf_p30_mail_hosts_without_ipv6 Pass "v=spf1 mx ip6:2001:db8::1 -all"
        "@ MX 1 m1\n@ MX 2 m2\n@ MX 3 m3\nm1 A 192.0.2.7\nm2 A 192.0.2.8\nm3 A 192.0.2.9".client("2001:db8::1");
    spf_p31_include_of_no_name PermError "v=spf1 include:gone.example.com -all" "";
    spf_p32_null_mx Fail "v=spf1 mx -all" "@ MX 0 .\n@ A 192.0.2.1";
    spf_p34_no_implicit_mail_host Fail "v=spf1 mx -all" "@ A 192.0.2.1";
    spf_p36_a_behind_an_alias Pass "v=spf1 a:c.example.com -all" "c CNAME h\nh A 192.0.2.1";
    spf_p37_mapped_client Pass "v=spf1 ip4:192.0.2.1 -all" "".client("::ffff:192.0.2.1");
    spf_p38_mapped_network Fail "v=spf1 ip6:::ffff:192.0.2.1 -all" "";
    spf_p39_all_of_ipv6 Fail "v=spf1 ip6:::/0 -all" "";
    spf_p40_all_of_ipv4 Pass "v=spf1 ip4:198.51.100.0/0 -all" "";
    spf_p41_leading_zeros PermError "v=spf1 ip4:192.000.002.001 -all" "";
    spf_p42_octet_over_255 PermError "v=spf1 ip4:192.0.2.300 -all" "";
    spf_p43_host_bits Pass "v=spf1 ip4:192.0.2.77/24 -all" "";
    spf_p44_prefix_over_32 PermError "v=spf1 ip4:192.0.2.1/33 -all" "";
    spf_p45_two_double_colons PermError "v=spf1 ip6:2001::db8::1 -all" "".client("2001:db8::1");
    spf_p46_upper_case_ipv6 Pass "v=spf1 ip6:2001:DB8:0:0::0001 -all" "".client("2001:db8::1");
    spf_p47_ipv6_in_ip4 PermError "v=spf1 ip4:2001:db8::1 -all" "".client("2001:db8::1");
    spf_p48_prefix_for_ipv6_only Pass "v=spf1 a//64 -all" "@ AAAA 2001:db8::ffff".client("2001:db8::1");
    spf_p49_both_prefixes Pass "v=spf1 a/24//64 mx/24 -all" "@ A 192.0.2.200";
    spf_p50_exists_asks_for_ipv4 Fail "v=spf1 exists:e.example.com -all" "e AAAA 2001:db8::1".client("2001:db8::1");
    spf_p51_digit_zero PermError "v=spf1 exists:%{d0}.x.example.com ip4:192.0.2.1 -all" "";
    spf_p52_digit_128 Pass "v=spf1 exists:%{d128}.x.example.com -all" "example.com.x A 127.0.0.2";
    spf_p53_upper_case_r Pass "v=spf1 exists:%{iR}.x.example.com -all" "1.2.0.192.x A 127.0.0.2";
    spf_p54_nibbles Pass "v=spf1 exists:%{ir}.%{v}.x.example.com -all"
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.x A 127.0.0.2".client("2001:db8::1");
    spf_p55_d_in_an_include Pass "v=spf1 include:i.example.net -all"
        "i.example.net. TXT \"v=spf1 exists:%{d}.d.example.org -all\"\ni.example.net.d.example.org. A 127.0.0.2";
    spf_p56_macros_in_a Pass "v=spf1 a:%{d2} -all" "sub TXT \"v=spf1 a:%{d2} -all\"\n@ A 192.0.2.1"
        .from("user@sub.example.com");
    spf_p57_macros_in_mx Pass "v=spf1 -all" "sub TXT \"v=spf1 mx:%{d2} -all\"\n@ MX 1 m\nm A 192.0.2.1"
        .from("user@sub.example.com");
    spf_p58_c_in_a_mechanism PermError "v=spf1 exists:%{c}.x.example.com -all" "";
    spf_p59_empty_parts_stay Fail "v=spf1 exists:%{l-}.x.example.com -all" "a.b.x A 127.0.0.2".from("a--b@example.com");
    spf_p60_at_inside_quotes Pass "v=spf1 ip4:192.0.2.1 -all" "".from("\"a@b\"@example.com");
    spf_p61_no_local_part Pass "v=spf1 exists:%{l}.x.example.com -all" "postmaster.x A 127.0.0.2".from("@example.com");
    spf_p62_local_part_too_long_for_a_label SoftFail "v=spf1 exists:%{l}.x.example.com ~all" "".from(LONG);
    spf_p63_local_part_in_utf8 SoftFail "v=spf1 exists:%{l}.x.example.com ~all" "*.x A 127.0.0.2"
        .from("müller@example.com");
    spf_p64_domain_with_u_labels Pass "v=spf1 -all" "xn--bcher-kva.example. TXT \"v=spf1 ip4:192.0.2.1 -all\""
        .from("user@bücher.example");
    spf_p65_u_label_in_the_record PermError "v=spf1 include:bücher.example ip4:192.0.2.1 -all" "";
    spf_p66_underscore_in_the_domain Pass "v=spf1 -all" "a_b TXT \"v=spf1 ip4:192.0.2.1 -all\"".from("user@a_b.example.com");
    spf_p67_trailing_dot Pass "v=spf1 ip4:192.0.2.1 -all" "".from("user@example.com.");
    spf_p68_single_label NoRecord "v=spf1 +all" "com. TXT \"v=spf1 +all\"".from("user@com");
    spf_p69_address_as_domain NoRecord "v=spf1 +all" "192.0.2.1. TXT \"v=spf1 +all\"".from("user@192.0.2.1");
    spf_p70_literal_as_helo NoRecord "v=spf1 +all" "".from("").helo("[192.0.2.1]");
    spf_p71_ipv6_literal_as_helo NoRecord "v=spf1 +all" "".from("").helo("[IPv6:2001:db8::1]");
    spf_p72_underscore_in_helo Pass "v=spf1 -all" "a_b TXT \"v=spf1 ip4:192.0.2.1 -all\"".from("").helo("a_b.example.com");
    spf_p73_ptr_of_a_stranger Fail "v=spf1 ptr -all"
        "1.2.0.192.in-addr.arpa. PTR h.example.com.\nh A 203.0.113.5";
    spf_p74_ptr_exact Pass "v=spf1 ptr:h.example.com -all" "1.2.0.192.in-addr.arpa. PTR h.example.com.\nh A 192.0.2.1";
    spf_p75_ptr_without_a_label_border Fail "v=spf1 ptr:example.com -all"
        "1.2.0.192.in-addr.arpa. PTR evilexample.com.\nevilexample.com. A 192.0.2.1";
    spf_p76_ptr_fails Pass "v=spf1 ptr ip4:192.0.2.1 -all" "".fails("1.2.0.192.in-addr.arpa", Failure::ServFail);
    spf_p77_p_unknown Pass "v=spf1 exists:%{p}.x.example.com -all" "unknown.x A 127.0.0.2";
    spf_p80_foreign_text_in_utf8 Pass "v=spf1 ip4:192.0.2.1 -all" "@ TXT \"caf\\195\\169 \\255\"";
    spf_p81_sender_id_beside_spf Pass "v=spf1 ip4:192.0.2.1 -all" "@ TXT \"spf2.0/pra -all\"";
    // A record of another version counts as one of this, since only its first letters are compared.
    spf_p82_fault_f26_version_10 NoRecord "v=spf10 +all" "";
    spf_p84_fault_behind_all PermError "v=spf1 ip4:192.0.2.1 -all foo" "";
    spf_p85_empty_exp PermError "v=spf1 -all exp=" "";
    spf_p88_name_cut_from_the_left SoftFail
        "v=spf1 exists:%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.x.example.com ~all"
        "";
}

#[test]
fn spf_p01_split_inside_a_token() {
    edge_of(&[Text::from_strings(["v=spf1 ip4:192.0.", "2.1 -all"]).unwrap()], "").gives(Pass);
}

#[test]
fn spf_p33_eleven_mail_hosts_the_first_matches() {
    let mut more = String::new();
    for i in 1..=11 {
        writeln!(more, "@ MX {i} m{i}\nm{i} A 192.0.2.{i}").unwrap();
    }
    edge(b"v=spf1 mx -all", &more).gives(Pass);
    edge(b"v=spf1 mx -all", &more).client("192.0.2.10").gives(Pass);
    edge(b"v=spf1 mx -all", &more).client("192.0.2.11").gives(PermError);
}

#[test]
fn spf_p35_record_behind_two_aliases() {
    let zone = "example.com. CNAME c1.example.com.\nc1.example.com. CNAME c2.example.com.\n\
                c2.example.com. TXT \"v=spf1 ip4:192.0.2.1 -all\"";
    let zone = Zone::parse(zone.as_bytes()).unwrap();
    Edge { zone, ..edge(b"x", "") }.gives(Pass);
}

#[test]
fn spf_p78_a_second_broken_record_is_still_a_second_one() {
    edge(b"v=spf1 ip4:192.0.2.1 -all", "@ TXT \"v=spf1 broken\"").gives(PermError);
}

#[test]
fn spf_p79_a_second_record_in_other_case() {
    edge(b"v=spf1 ip4:192.0.2.1 -all", "@ TXT \"v=SPF1 -all\"").gives(PermError);
}

#[test]
fn spf_p83_a_record_of_many_strings() {
    let mut strings = vec!["v=spf1 ".to_owned()];
    for i in 1..=119 {
        strings.push(format!("ip4:198.51.100.{i} "));
    }
    strings.push("ip4:192.0.2.1 -all".to_owned());
    edge_of(&[Text::from_strings(&strings).unwrap()], "").gives(Pass);
}

fn ten(last: &str) -> (Vec<u8>, String) {
    let (mut record, mut more) = ("v=spf1".to_owned(), String::new());
    for i in 0..10 {
        write!(record, " a:h{i}.example.com").unwrap();
        writeln!(more, "h{i} A 203.0.113.9").unwrap();
    }
    (format!("{record} {last}").into_bytes(), more)
}

#[test]
fn spf_p86_an_explanation_is_outside_the_limit() {
    let (record, more) = ten("-all exp=e.example.com");
    edge(&record, &format!("{more}e TXT because")).gives(Fail);
}

#[test]
fn spf_p87_a_redirect_is_the_eleventh() {
    let (record, more) = ten("redirect=r.example.com");
    edge(&record, &format!("{more}r TXT \"v=spf1 ip4:192.0.2.1 -all\"")).gives(PermError);
}

#[test]
fn spf_p88_the_name_that_is_cut_is_asked_for() {
    let record = format!("v=spf1 exists:a.{}x.example.org -all", "%{d}.".repeat(25));
    let asked = format!("{}x.example.org", "example.com.".repeat(20));
    assert_eq!(asked.len(), 253, "what fits, cut at a label");
    edge(record.as_bytes(), &format!("{asked}. A 127.0.0.2")).gives(Pass);
}
