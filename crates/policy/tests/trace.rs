//! Traces on top of messages: what is written, what is taken away, what is read there.

use mailwright_address::{ForwardPathRef, Grammar, ReversePathRef};
use mailwright_dns::{Name, Zone, run};
use mailwright_policy::content;
use mailwright_policy::reverse::Reverse;
use mailwright_policy::trace::{self, Received, Results, without_forged};
use proptest::prelude::*;

#[test]
fn received_holds_what_the_peer_said_and_nothing_of_it_acts() {
    let field = |helo: &[u8]| {
        Received::new("mx.example.org", 1_795_608_000).with_peer("203.0.113.7".parse().unwrap(), helo).write()
    };
    assert!(field(b"mx.example.net").starts_with(
        "Received: from mx.example.net ([203.0.113.7])\r\n by mx.example.org with SMTP;\r\n Wed, 25 Nov 2026 "
    ));
    assert!(field(b"[203.0.113.7]").starts_with("Received: from [203.0.113.7] ([203.0.113.7])\r\n"));
    assert!(field(b"").starts_with("Received: from [203.0.113.7]\r\n"));
    for hostile in
        [&b"x\r\nEvil: y"[..], b"x) by evil.example (", b"x\\", b"\xff\x00", b"a b; c", &[b'('; 4000]]
    {
        let text = field(hostile);
        assert_eq!(text.matches("\r\n").count(), 3, "{text:?}");
        assert!(text.is_ascii() && !text.replace("\r\n", "").contains(['\r', '\n', '\0']));
        assert!(text.lines().skip(1).all(|line| line.starts_with(' ')), "{text}");
        let report = mailwright_message::validate(
            format!("{text}From: a@example.net\r\n\r\n").as_bytes(),
            &mailwright_message::Profile::inbound(),
            &mailwright_message::Context::default(),
        );
        assert!(!report.findings().iter().any(|f| f.field() == Some("Received") && f.severity() == mailwright_message::Severity::Error), "{text} {:?}", report.findings());
    }
    let to = ForwardPathRef::parse(b"<ann@example.org>", Grammar::strict()).unwrap();
    let name = "out.example.net".parse().unwrap();
    let six = Received::new("mx.example.org", 0)
        .with_peer("2001:db8::7".parse().unwrap(), b"mx.example.net")
        .with_reverse_name(&name)
        .with_protocol("ESMTPS")
        .with_tls("TLS1.3 TLS_AES_128_GCM_SHA256")
        .with_id("4F2c1")
        .with_only_recipient(to)
        .write();
    assert_eq!(
        six,
        "Received: from mx.example.net (out.example.net [IPv6:2001:db8::7])\r\n by mx.example.org with ESMTPS id 4F2c1\r\n (TLS1.3 TLS_AES_128_GCM_SHA256)\r\n for <ann@example.org>;\r\n Thu, 01 Jan 1970 00:00:00 +0000\r\n"
            .replace("Thu, 01", "Thu, 1")
    );
}

#[test]
fn the_return_path_and_the_results() {
    let path =
        |text: &str| trace::return_path(&ReversePathRef::parse(text.as_bytes(), Grammar::strict()).unwrap());
    assert_eq!(path("<>"), "Return-Path: <>\r\n");
    assert_eq!(path("<\"a b\"@example.net>"), "Return-Path: <\"a b\"@example.net>\r\n");
    let zone =
        Zone::parse(b"7.113.0.203.in-addr.arpa. PTR mx.example.net.\nmx.example.net. A 203.0.113.7").unwrap();
    let report = run(&mut Reverse::new("203.0.113.7".parse().unwrap()), &mut &zone);
    let field = Results::new("mx.example.org")
        .with_reverse(&report, "203.0.113.7".parse().unwrap())
        .with("dkim", "fail", &[("header.d", b"evil;\r\nX: \"y\"")])
        .write();
    assert_eq!(
        field,
        "Authentication-Results: mx.example.org;\r\n iprev=pass policy.iprev=203.0.113.7;\r\n dkim=fail header.d=\"evil;??X: \\\"y\\\"\"\r\n"
    );
}

#[test]
fn results_that_claim_to_be_ours_are_taken_away_and_others_stay() {
    let ids = ["mx.example.org"];
    let strip = |value: &str| {
        let message = format!(
            "Authentication-Results: {value}\r\nSubject: x\r\n\r\nAuthentication-Results: mx.example.org; body\r\n"
        );
        let left = without_forged(message.as_bytes(), &ids).into_owned();
        left.len() < message.len()
    };
    for forged in [
        "mx.example.org; spf=pass",
        "MX.EXAMPLE.ORG; spf=pass",
        "mx.example.org.; spf=pass",
        "(c) mx.example.org; x",
        "mx.example.org 1; none",
        "\"mx.example.org\"; x",
        "\"mx.\\example.org\"; x",
        "mx.example.org(c);x",
        "\r\n mx.example.org;\r\n x",
        "(a (b) \\) c) mx.example.org; x",
        "mx.example.org",
        "<mx.example.org>; x",
        "mx.example.org, x",
        "x=mx.example.org; y",
        "(mx.example.org; spf=pass",
        "(\\(mx.example.org; spf=pass",
        "\"mx.example.org; spf=pass",
        "mx.example.org/1; spf=pass",
        "mx.example.org\t;\tspf=pass",
        "\x0bmx.example.org; spf=pass",
    ] {
        assert!(strip(forged), "{forged}");
    }
    for other in [
        "mx.example.net; spf=pass",
        "notmx.example.org; x",
        "mx.example.org.evil.example; x",
        "(mx.example.org) other.example; x",
        "other.example; spf=pass smtp.helo=mx.example.org",
    ] {
        assert!(!strip(other), "{other}");
    }
    let sealed = b"ARC-Authentication-Results: i=1; mx.example.org; spf=pass\r\n\r\n";
    assert_eq!(&without_forged(sealed, &ids)[..], sealed, "what is sealed stays whole");
    let two = b"authentication-results: mx.example.org; a\r\nSubject: x\r\nAuthentication-Results : mx.example.org; b\r\n\r\nbody";
    assert_eq!(&without_forged(two, &ids)[..], b"Subject: x\r\n\r\nbody");
    for message in [&b""[..], b"\r\n", b"\n", b"Authentication-Results", b"Authentication-Results:", b":\r\n"]
    {
        let _ = without_forged(message, &ids);
    }
}

#[test]
fn a_message_that_comes_round_is_found() {
    let hop = "Received: from a by b.example with ESMTP; Wed, 25 Nov 2026 12:00:00 +0000\r\n";
    let ours = "Received: from a\r\n\tBY MX.example.org with ESMTP; Wed, 25 Nov 2026 12:00:00 +0000\r\n";
    let to = ForwardPathRef::parse(b"<ann@example.org>", Grammar::strict()).unwrap();
    let said = |header: String| {
        let passes = trace::passes(
            format!("{header}\r\nReceived: in the body\r\n").as_bytes(),
            "mx.example.org",
            Some(&to),
        );
        content::looping(passes).why().map(|why| why.to_string())
    };
    assert_eq!(said(hop.repeat(100)), None);
    assert_eq!(said(hop.repeat(101)).as_deref(), Some("554 5.4.6 Routing loop detected"));
    assert_eq!(said(ours.repeat(5)), None);
    assert!(said(ours.repeat(6)).is_some());
    let named_by = "Received: from by ([203.0.113.7])\r\n by mx.example.org with SMTP; Wed, 25 Nov 2026 12:00:00 +0000\r\n";
    assert!(said(named_by.repeat(6)).is_some(), "whoever calls itself by hides no loop");
    assert!(said("Delivered-To: Ann@example.org\r\n".to_owned()).is_some());
    assert!(said("Delivered-To: <ann@example.org>\r\n".to_owned()).is_some());
    assert!(said("Delivered-To: bob@example.org\r\n".to_owned()).is_none());
}

/// One field: no line but the first begins without a blank, and nothing in it acts.
fn is_one_field(text: &str) -> bool {
    let inside = text.strip_suffix("\r\n").unwrap_or_default();
    let folded = inside.split("\r\n").skip(1).all(|line| line.starts_with(' ') && !line.trim().is_empty());
    folded && inside.replace("\r\n", "").bytes().all(|octet| matches!(octet, 0x20..=0x7e))
}

/// The text without its comments and quoted strings; `None` where one of them never ends, or ends twice.
fn outside(text: &str) -> Option<String> {
    let (mut out, mut depth, mut quoted, mut escaped) = (String::new(), 0_u32, false, false);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted || depth > 0 => escaped = true,
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => depth = depth.checked_add(1)?,
            ')' if !quoted => depth = depth.checked_sub(1)?,
            _ if depth == 0 && !quoted => out.push(c),
            _ => {}
        }
    }
    (depth == 0 && !quoted).then_some(out)
}

fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        any::<u8>().prop_map(|octet| vec![octet]),
        "[a-z.]{1,8}".prop_map(String::into_bytes),
        Just(b"\r\nX: y".to_vec()),
        Just(b"); by evil.example; (".to_vec()),
        Just(b"\"; spf=pass smtp.mailfrom=\"".to_vec()),
        Just(b"\\".to_vec()),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    /// Whatever a peer calls itself, and whatever its reverse name is: one field, with our words and the time in it once.
    #[test]
    fn nothing_that_a_peer_says_adds_to_received(helo in hostile(), name in hostile()) {
        let name = Name::from_labels(name.chunks(40).filter(|label| !label.is_empty())).ok();
        let field = Received::new("mx.example.org", 1_795_608_000).with_peer("203.0.113.7".parse().unwrap(), &helo);
        let field = match &name {
            Some(name) => field.with_reverse_name(name),
            None => field,
        };
        let text = field.with_id("1").write();
        prop_assert!(is_one_field(&text), "{:?}", text);
        let Some(outside) = outside(&text) else { return Err(TestCaseError::fail(text)) };
        prop_assert_eq!(outside.matches(" by mx.example.org with SMTP id 1;").count(), 1, "{}", text);
        prop_assert_eq!(outside.matches(';').count(), 1, "{}", text);
        prop_assert_eq!(outside.matches("evil.example;").count(), 0, "{}", text);
        prop_assert!(text.lines().all(|line| line.len() <= 998));
    }

    /// Whatever a property holds: one result, and no other.
    #[test]
    fn nothing_that_a_peer_says_adds_a_result(said in hostile(), more in hostile()) {
        let text = Results::new("mx.example.org").with("dkim", "fail", &[("header.d", &said), ("header.i", &more)]).write();
        prop_assert!(is_one_field(&text), "{:?}", text);
        let Some(outside) = outside(&text) else { return Err(TestCaseError::fail(text)) };
        prop_assert_eq!(outside.matches(';').count(), 1, "{}", text);
        prop_assert!(!outside.contains(" spf="), "{}", text);
        // Our own field is found as ours by the next who looks.
        let message = [text.as_bytes(), b"\r\n"].concat();
        prop_assert_eq!(&without_forged(&message, &["mx.example.org"])[..], b"\r\n");
    }

    /// Any octets: nothing panics, nothing is added, and twice is as good as once.
    #[test]
    fn taking_away_only_takes_away(message in hostile(), own in "[a-z.]{0,12}") {
        let message = [b"Authentication-Results: ", &message[..], b"\r\n\r\nbody"].concat();
        let once = without_forged(&message, &[&own]).into_owned();
        prop_assert!(once.len() <= message.len());
        prop_assert_eq!(&without_forged(&once, &[&own])[..], &once[..]);
        let _ = trace::passes(&message, &own, None);
    }
}
