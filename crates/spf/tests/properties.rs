//! Properties: prefetch and order change nothing, the linter agrees with the parser, nothing panics.
#![expect(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "tests")]

use mailwright_dns::{About, Answer, Dnssec, Failure, Inquiry, Kind, Question, Rdata, Step, Text, Zone, run};
use mailwright_spf::{
    Ahead, Check, CostWalk, Identity, Log, Outcome, Private, Record, Settings, explain, lint,
};
use proptest::prelude::*;

/// A term, mostly valid.
fn term() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        Just("a.example"),
        Just("b.example"),
        Just("c.example"),
        Just("d.example"),
        Just("gone.example"),
        Just("%{d}"),
        Just("%{l}.b.example"),
        Just("%{p}.c.example"),
        Just("%{i}.%{h}.d.example"),
        Just("x..example"),
    ];
    let word = prop_oneof![
        3 => Just("include:"), 3 => Just("a:"), 3 => Just("mx:"), 2 => Just("exists:"), 1 => Just("ptr:"), 1 => Just("redirect="),
        1 => Just("exp="),
    ];
    let fixed = prop_oneof![
        Just("all"),
        Just("mx"),
        Just("a"),
        Just("ptr"),
        Just("ip4:192.0.2.1"),
        Just("ip4:198.51.100.0/24"),
        Just("ip6:2001:db8::/32"),
        Just("a/24//64"),
        Just("foo=bar"),
        Just("ipv4:192.0.2.1"),
        Just("ip4:192.0.2.1-all"),
    ];
    let sign = prop_oneof![4 => Just(""), 1 => Just("-"), 1 => Just("~"), 1 => Just("?")];
    let name = (word, name).prop_map(|(word, name)| format!("{word}{name}"));
    let body = prop_oneof![3 => name, 1 => fixed.prop_map(str::to_owned)];
    (sign, body).prop_map(|(sign, body)| if body.contains('=') { body } else { format!("{sign}{body}") })
}

fn record() -> impl Strategy<Value = String> {
    prop::collection::vec(term(), 0..7).prop_map(|terms| format!("v=spf1 {}", terms.join(" ")))
}

fn world() -> impl Strategy<Value = Zone> {
    let names = ["a.example", "b.example", "c.example", "d.example", "u.b.example", "example.org"];
    let each =
        (prop::option::weighted(0.8, record()), 0_u8..16, prop::collection::vec(0_usize..6, 0..4), 0_u8..12);
    prop::collection::vec(each, 6).prop_map(move |all| {
        let mut zone = Zone::new().with_dnssec(Dnssec::Insecure);
        for (at, (record, bits, mx, failure)) in all.into_iter().enumerate() {
            let name = names[at].parse().unwrap();
            if let Some(record) = record {
                zone.insert_one(&name, 60 + u32::from(bits), Rdata::Txt(Text::from_text(record).unwrap()));
            }
            if bits & 1 > 0 {
                zone.insert_one(&name, 90, Rdata::A([192, 0, 2, bits].into()));
            }
            if bits & 2 > 0 {
                zone.insert_one(&name, 90, Rdata::Aaaa("2001:db8::1".parse().unwrap()));
            }
            for (order, host) in mx.into_iter().enumerate() {
                let mx = mailwright_dns::Mx {
                    preference: u16::try_from(order % 2).unwrap(),
                    exchange: names[host].parse().unwrap(),
                };
                zone.insert_one(&name, 30, Rdata::Mx(mx));
            }
            if bits & 8 > 0 {
                let reverse = mailwright_dns::Name::reverse([192, 0, 2, 1].into());
                zone.insert_one(&reverse, 10, Rdata::Ptr(name.clone()));
            }
            if failure == 0 {
                zone.fail(name, Failure::ServFail);
            }
        }
        zone
    })
}

fn check(
    settings: Settings,
    client: &str,
    log: &mut Log,
    drive: impl FnOnce(&mut Check<&mut Log>) -> Outcome,
) -> Outcome {
    let identity = Identity::mail_from(b"u@example.org", b"h.example");
    let mut check = Check::with_trace(identity, client.parse().unwrap(), settings, log);
    drive(&mut check)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    /// Any subset of the questions asked ahead, answered in any order, also twice: the same outcome and the same trace.
    #[test]
    fn prefetch_and_order_change_nothing(
        zone in world(),
        ahead in prop_oneof![Just(Ahead::None), Just(Ahead::Record), Just(Ahead::Nested)],
        open in any::<bool>(),
        lenient in 0_u8..2,
        six in any::<bool>(),
        picks in prop::collection::vec(any::<u16>(), 64),
    ) {
        let client = if six { "2001:db8::1" } else { "192.0.2.1" };
        let base = Settings::new(b"r.example").with_lenient(lenient * 20);
        let mut log = Log::new();
        let plain = base.clone().with_ahead(Ahead::None);
        let expected = check(plain, client, &mut log, |check| run(check, &mut &zone));

        let private = if open { Private::Ahead } else { Private::WhenNeeded };
        let settings = base.with_ahead(ahead).with_private(private);
        let mut other = Log::new();
        let outcome = check(settings, client, &mut other, |check| {
            let mut waiting: Vec<Question> = Vec::new();
            let mut picks = picks.iter().cycle();
            loop {
                match check.poll() {
                    Step::Done(outcome) => return outcome,
                    Step::Ask(question) => {
                        // Some are answered at once, some later, some ahead never until they are needed.
                        match picks.next().unwrap() % 4 {
                            0 => check.handle_answer(&question, zone.answer(&question)),
                            1 if question.need == mailwright_dns::Need::Ahead => {}
                            _ => waiting.push(question),
                        }
                    }
                    Step::Wait => {
                        let at = usize::from(*picks.next().unwrap()) % waiting.len();
                        let question = waiting.swap_remove(at);
                        check.handle_answer(&question, zone.answer(&question));
                        check.handle_answer(&question, Answer::Failed(Failure::Bogus));
                    }
                }
            }
        });
        prop_assert_eq!(&other, &log, "{}\n{}", other, log);
        prop_assert_eq!(outcome, expected);
        if lenient == 0 {
            prop_assert!(log.events().count() > 0);
        }
    }

    /// The strict parser succeeds exactly where the linter has no error.
    #[test]
    fn parser_and_linter_agree(record in record(), noise in "[ -~]{0,12}", at in 0_usize..60) {
        let mut text = record;
        text.insert_str(at.min(text.len()), &noise);
        let report = lint(text.as_bytes());
        let parsed = Record::parse(text.as_bytes());
        prop_assert_eq!(parsed.is_ok(), !report.has_errors(), "{}\n{}", text, report);
        if let Ok(parsed) = parsed {
            prop_assert_eq!(parsed.to_string(), text.clone());
            prop_assert!(explain(&parsed).len() >= parsed.terms().len());
        }
        for finding in report.findings() {
            prop_assert!(finding.range.start <= finding.range.end && finding.range.end <= text.len());
        }
        // Mending never makes a good record bad.
        if let Some(mended) = report.mended().filter(|_| !report.has_errors()) {
            prop_assert!(Record::parse(mended.as_bytes()).is_ok(), "{} -> {}", text, mended);
        }
    }

    /// Our IPv6 grammar is the one of the standard library, which RFC 4291 §2.2 describes.
    #[test]
    fn ipv6_networks_are_read_as_elsewhere(text in prop_oneof![
        "[0-9a-fA-F:.]{0,20}",
        "([0-9a-f]{1,4}:){0,8}(:[0-9a-f]{1,4}){0,8}",
        "([0-9a-f]{1,4}:){0,7}:?[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}",
        any::<core::net::Ipv6Addr>().prop_map(|address| address.to_string()),
    ]) {
        let record = format!("v=spf1 ip6:{text}");
        let ours = Record::parse(record.as_bytes()).ok().and_then(|record| match record.directives().next() {
            Some((_, mailwright_spf::Mechanism::Ip6 { network, .. })) => Some(network),
            _ => None,
        });
        prop_assert_eq!(ours, text.parse().ok());
    }

    #[test]
    fn no_octets_make_parser_or_linter_panic(text in prop::collection::vec(any::<u8>(), 0..200)) {
        for text in [text.clone(), [&b"v=spf1 "[..], &text].concat()] {
            let report = lint(&text);
            prop_assert_eq!(Record::parse(&text).is_ok(), !report.has_errors());
            let _ = (report.mended(), report.to_string());
        }
    }

    /// The cost walk ends, whatever the zone; it has the terms that the strict walk has.
    #[test]
    fn the_cost_walk_ends(zone in world()) {
        let report = run(&mut CostWalk::new("example.org".parse().unwrap()), &mut &zone);
        prop_assert!(report.nodes.len() <= 1001);
        let _ = report.to_string();
    }

    /// Answers of any kind, to any question: an outcome, never a panic, and at most 123 needed questions.
    #[test]
    fn arbitrary_answers_end(picks in prop::collection::vec((0_u8..9, record()), 40), six in any::<bool>()) {
        let client = if six { "2001:db8::1" } else { "192.0.2.1" };
        let mut log = Log::new();
        let mut picks = picks.into_iter().cycle();
        let mut asked = 0;
        let settings = Settings::new(b"").with_ahead(Ahead::None);
        check(settings, client, &mut log, |check| run(check, &mut |question: &Question| {
            asked += 1;
            let (pick, record) = picks.next().unwrap();
            let about = About::new(u32::from(pick));
            match (pick, question.kind) {
                (0, _) => Answer::Failed(Failure::Timeout),
                (1, _) => Answer::NxDomain(about),
                (2, _) => Answer::NoData(about),
                (_, Kind::Txt) => Answer::from_rdata(Kind::Txt, [Rdata::Txt(Text::from_text(record).unwrap())], about),
                (_, Kind::A) => Answer::from_rdata(Kind::A, [Rdata::A([192, 0, 2, pick].into())], about),
                (_, Kind::Ptr) => {
                    Answer::from_rdata(Kind::Ptr, vec![Rdata::Ptr("a.example".parse().unwrap()); usize::from(pick) * 5], about)
                }
                _ => Answer::NoData(about),
            }
        }));
        prop_assert!(asked <= 123);
        let mut json = String::new();
        log.write_json(&mut json).unwrap();
        let whole = json.starts_with("[{") && json.ends_with("}]");
        prop_assert!(whole);
    }
}

/// RFC 7208 §7.3 word for word: split, reverse, keep the right-hand parts, join with dots.
fn expanded(value: &str, keep: usize, reverse: bool, delimiters: &str) -> String {
    let delimiters = if delimiters.is_empty() { "." } else { delimiters };
    let mut parts: Vec<&str> = value.split(|c| delimiters.contains(c)).collect();
    if reverse {
        parts.reverse();
    }
    let from = if keep == 0 { 0 } else { parts.len().saturating_sub(keep) };
    parts[from..].join(".")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// What a term asks for is what the RFC's recipe gives, cut from the left at 253 octets.
    #[test]
    fn macros_expand_as_the_recipe_says(
        local in "[a-c.+,/_=-]{1,40}",
        letter in prop::sample::select(vec!['l', 'o', 'd', 'i', 'h', 'v', 's', 'L']),
        keep in prop_oneof![Just(0_usize), 1_usize..6, Just(40)],
        reverse in any::<bool>(),
        delimiters in "[.+,/_=-]{0,3}",
        tail in prop_oneof![Just("x.example".to_owned()), "([a-z]{1,60}\\.){3}example"],
        six in any::<bool>(),
    ) {
        let client = if six { "2001:db8::cb01" } else { "192.0.2.33" };
        let address = client.parse().unwrap();
        let nibbles = match address {
            core::net::IpAddr::V4(v4) => v4.to_string(),
            core::net::IpAddr::V6(v6) => {
                v6.octets().iter().map(|o| format!("{:x}.{:x}", o >> 4, o & 15)).collect::<Vec<_>>().join(".")
            }
        };
        let domain = "sub.my-domain.example";
        let value = match letter {
            'l' | 'L' => local.clone(),
            'o' | 'd' => domain.to_owned(),
            'i' => nibbles,
            'h' => "Mail.Host.example".to_owned(),
            'v' => (if six { "ip6" } else { "in-addr" }).to_owned(),
            _ => format!("{local}@{domain}"),
        };
        let mut expected = expanded(&value, keep, reverse, &delimiters);
        if letter == 'L' {
            let escaped = |c: char| {
                if c.is_ascii_alphanumeric() || "-._~".contains(c) { c.to_string() } else { format!("%{:02X}", c as u32) }
            };
            expected = expected.chars().map(escaped).collect();
        }
        expected = format!("{expected}.{tail}");
        while expected.len() > 253 {
            expected = expected.split_once('.').map_or_else(String::new, |(_, rest)| rest.to_owned());
        }
        let digits = if keep == 0 { String::new() } else { keep.to_string() };
        let spec = format!("%{{{letter}{digits}{}{delimiters}}}.{tail}", if reverse { "r" } else { "" });
        let record = format!("v=spf1 exists:{spec} -all");
        let identity = Identity::mail_from(format!("{local}@{domain}").as_bytes(), b"Mail.Host.example");
        let mut asked = None;
        let mut source = |question: &Question| {
            if question.kind == Kind::Txt {
                return Answer::Found(
                    mailwright_dns::Data::Txt(vec![Text::from_text(&record).unwrap()].into()),
                    About::new(60),
                );
            }
            asked = Some(question.name.clone());
            Answer::NxDomain(About::new(60))
        };
        run(&mut Check::new(identity, address, Settings::new(b"r.example")), &mut source);
        prop_assert_eq!(asked, mailwright_dns::Name::from_dotted(expected.as_bytes()).ok(), "{}: {}", spec, expected);
    }
}
