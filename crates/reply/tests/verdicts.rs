//! What holds for the verdict of any text.
use mailwright_reply::{Lasting, Next, Refusal, ReplyCode, Rules, Stage, Sure, classify, fold};
use proptest::prelude::*;

/// Words that rules are keyed on, and others.
fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("user unknown"),
        Just("mailbox full"),
        Just("blocked using zen.example"),
        Just("greylisted"),
        Just("too many connections"),
        Just("spf"),
        Just("relay access denied"),
        Just("try again in 10 minutes"),
        Just("5.1.1"),
        Just("spam"),
        Just("policy"),
        Just("the"),
        Just("message"),
        Just("Empfänger"),
        Just("\u{5bbd}"),
    ];
    proptest::collection::vec(word, 0..8).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn threat_d06_any_octets_have_a_verdict(octets in proptest::collection::vec(any::<u8>(), 0..300), number in 200_u16..600) {
        let code = ReplyCode::observed(number);
        let found = classify(&Refusal::from_parts(code, None, &octets), Rules::built_in());
        if let Some((from, to)) = found.why.range {
            prop_assert!(from < to && usize::try_from(to).is_ok_and(|to| to <= octets.len()));
        }
        if let Some(wait) = found.wait {
            prop_assert!((300..=86_400).contains(&wait.used.as_secs()));
        }
        if found.suppression().is_some() {
            prop_assert!(found.sure <= Sure::Documented);
        }
        prop_assert!(!fold(&octets).contains(char::is_control));
        let _any = classify(&Refusal::from_text(&octets), Rules::built_in());
    }

    #[test]
    fn outcome_e039_blanking_addresses_never_changes_the_cause(
        front in words(), back in words(), local in "[a-z.+-]{1,12}", number in prop_oneof![Just(450_u16), Just(550)],
    ) {
        let code = ReplyCode::new(number);
        let stage = Stage::Recipient;
        let with = format!("{front} <{local}@spam.quota.example>: {back}");
        let without = format!("{front} {back}");
        let cause = |text: &str| {
            let found = classify(&Refusal::from_parts(code, None, text.as_bytes()).with_stage(stage), Rules::built_in());
            (found.cause, found.lasting, found.why.rule)
        };
        prop_assert_eq!(cause(&with), cause(&without));
    }

    #[test]
    fn threat_r22_wrapping_and_case_never_change_the_verdict(text in words(), at in any::<prop::sample::Index>(), repeated: bool) {
        let whole = format!("550 {text}");
        let blanks: Vec<usize> = text.match_indices(' ').map(|(at, _)| at).collect();
        prop_assume!(!blanks.is_empty());
        let (front, back) = text.split_at(blanks.get(at.index(blanks.len())).copied().unwrap_or_default());
        let wrapped = if repeated { format!("550-{front}\r\n550 {}", back.trim_start()) } else { format!("550 {front}\r\n{}", back.trim_start()) };
        let verdict = |text: &str| {
            let found = classify(&Refusal::from_text(text.as_bytes()), Rules::built_in());
            (found.cause, found.lasting, found.why.rule, found.next)
        };
        prop_assert_eq!(verdict(&wrapped), verdict(&whole));
        prop_assert_eq!(verdict(&whole.to_ascii_uppercase()), verdict(&whole));
    }

    #[test]
    fn a_verdict_is_of_one_piece(text in words(), number in 400_u16..560) {
        let code = ReplyCode::new(number);
        let found = classify(&Refusal::from_parts(code, None, text.as_bytes()), Rules::built_in());
        prop_assert_eq!(found.wire.is_some(), code.is_some());
        match found.next {
            Next::Bounce => prop_assert!(found.lasting != Lasting::Temporary),
            Next::Retry { .. } | Next::CheckDelivered | Next::Done => {}
            _ => prop_assert!(false, "a new step is described here"),
        }
        prop_assert_eq!(found.lies(), found.wire.is_some_and(|wire| wire != found.lasting && found.lasting != Lasting::UntilFixed));
    }
}

#[test]
fn threat_d06_a_huge_text_costs_no_more_than_its_ends() {
    let huge = vec![b'a'; 10_000_000];
    let found = classify(&Refusal::from_parts(ReplyCode::new(550), None, &huge), Rules::built_in());
    assert_eq!(found.sure, Sure::Guess);
    let lines = b"x\n".repeat(10_000);
    let _any = classify(&Refusal::from_text(&lines), Rules::built_in());
}

#[test]
fn a_phrase_is_found_wherever_it_stands() {
    for pad in (0..1200).chain(4050..4090) {
        let text = format!(
            "{}mailbox full, said the host",
            "y ".repeat(pad / 2) + if pad % 2 == 0 { "" } else { "z " }
        );
        let found =
            classify(&Refusal::from_parts(ReplyCode::new(552), None, text.as_bytes()), Rules::built_in());
        let place = text.find("mailbox full").and_then(|at| u32::try_from(at).ok());
        let range = found.why.range.filter(|(from, to)| Some(*from) == place && to - from == 12);
        // Of a long text the middle is not read.
        assert!(range.is_some() || text.len() > 4096, "{pad}: {:?}", found.why);
    }
}

#[test]
fn the_evidence_is_shown_behind_many_other_phrases() {
    let rules = Rules::built_in();
    let many: Vec<&str> =
        rules.phrases().filter_map(|phrase| core::str::from_utf8(phrase).ok()).take(300).collect();
    let text = format!("{} grey list here", many.join(" "));
    let found = classify(&Refusal::from_parts(ReplyCode::new(450), None, text.as_bytes()), rules);
    assert!(found.why.rule.is_some());
    assert!(found.why.range.is_some_and(|(from, to)| from < to));
}
