//! Ready-made receivers: what each says to the same conversations; traces on top of messages.

#![expect(clippy::unwrap_used, reason = "a test")]

use mailwright_address::{ForwardPathRef, Grammar, ReversePathRef};
use mailwright_dns::{Failure, MxSelection, Zone, run};
use mailwright_policy::content::{Dmarc, Scan, Stored};
use mailwright_policy::helo::Forward;
use mailwright_policy::pipeline::{Message, Pipeline, Rcpt, Step, Transcript, World};
use mailwright_policy::recipient::{Mailbox, Store};
use mailwright_policy::reverse::Reverse;
use mailwright_policy::trace::{self, Received, Results, without_forged};
use mailwright_policy::{DomainTable, Domains, Flag, Lookup, Origin, Own, connection, content};
use mailwright_reply::Stage;
use mailwright_spf::Verdict as Spf;

fn own() -> Own {
    Own::new().with_name("mx.example.org").unwrap().with_address("198.51.100.1".parse().unwrap())
}

fn domains() -> Domains {
    Domains::new().with_local("example.org").unwrap().with_backup("backup.example").unwrap()
}

fn every() -> [Pipeline; 6] {
    [
        Pipeline::small_server(),
        Pipeline::strict(),
        Pipeline::submission(),
        Pipeline::backup_mx(),
        Pipeline::webhook_inbound(),
        Pipeline::test_sink(),
    ]
}

/// An ordinary conversation of a well-kept server.
fn ordinary() -> Transcript {
    let zone = Zone::parse(
        b"7.113.0.203.in-addr.arpa. PTR mx.example.net.
mx.example.net. A 203.0.113.7
example.net. MX 10 mx.example.net.",
    )
    .unwrap();
    let mut seen = Transcript::new("203.0.113.7".parse().unwrap(), Origin::Internet);
    seen.connections = Some(connection::Counts { address: 1, network: 1, total: 1 });
    seen.reverse = Some(run(&mut Reverse::new(seen.peer), &mut &zone));
    seen.helo = b"mx.example.net".to_vec();
    seen.helo_forward = Some(Forward::Match);
    seen.helo_spf = Some(Spf::None);
    seen.sender = b"<bob@example.net>".to_vec();
    seen.sender_domain = Some(run(&mut MxSelection::new("example.net".parse().unwrap()), &mut &zone));
    seen.spf = Some(Spf::Pass);
    seen.recipients.push(Rcpt::new(b"<ann@example.org>", Lookup::Is(Mailbox::Known)));
    let mut message = Message::default();
    message.octets = 2000;
    message.longest_line = 78;
    message.stored = Some(Stored::Done);
    seen.message = Some(message);
    seen
}

fn at(pipeline: &Pipeline, stage: Stage, seen: &Transcript) -> String {
    let (own, domains) = (own(), domains());
    let recipient = (stage == Stage::Recipient).then_some(0);
    let decision = pipeline.decide(stage, seen, recipient, World { own: &own, domains: &domains });
    decision.verdict.reply(stage).map_or_else(|| "ok".to_owned(), |reply| reply.to_string())
}

fn first(pipeline: &Pipeline, seen: &Transcript) -> String {
    let (own, domains) = (own(), domains());
    let explanation = pipeline.explain(seen, World { own: &own, domains: &domains });
    explanation.first_refusal().map_or_else(
        || "ok".to_owned(),
        |(stage, _, decision)| format!("{}: {}", stage.name(), decision.verdict.reply(stage).unwrap()),
    )
}

#[test]
fn an_ordinary_conversation_passes_everywhere_but_at_the_submission_port() {
    for pipeline in every() {
        let expected = if pipeline.name() == "submission" {
            "mail: 530 5.7.0 Must issue a STARTTLS command first"
        } else {
            "ok"
        };
        assert_eq!(first(&pipeline, &ordinary()), expected, "{}", pipeline.name());
    }
    let mut login = ordinary();
    (login.origin, login.tls, login.submission) = (Origin::Authenticated, true, true);
    (login.helo, login.sender_is_login_s) = (b"[192.168.1.5]".to_vec(), Some(Lookup::Is(true)));
    assert_eq!(first(&Pipeline::submission(), &login), "ok");
    login.sender_is_login_s = Some(Lookup::Is(false));
    assert!(
        first(&Pipeline::submission(), &login).starts_with("mail: 550 5.7.1 Sender address does not belong")
    );
}

#[test]
fn what_is_not_urgent_is_told_at_rcpt_unless_the_receiver_is_eager() {
    let mut listed = ordinary();
    listed.blocked = true;
    let (lazy, eager) = (Pipeline::small_server(), Pipeline::small_server().eager());
    assert_eq!(at(&lazy, Stage::Greeting, &listed), "ok");
    assert_eq!(at(&lazy, Stage::Mail, &listed), "ok");
    assert_eq!(at(&lazy, Stage::Recipient, &listed), "550 5.7.1 Refused by local policy");
    assert_eq!(at(&eager, Stage::Greeting, &listed), "554 Refused by local policy");
    let mut many = ordinary();
    many.connections = Some(connection::Counts { address: 1000, network: 1000, total: 1000 });
    assert_eq!(at(&lazy, Stage::Greeting, &many), "421 Too many connections, try again later");
    let mut http = ordinary();
    http.before_greeting = b"GET / HTTP/1.1\r\n".to_vec();
    assert_eq!(at(&lazy, Stage::Greeting, &http), "554 This is an SMTP server");
    let mut liar = ordinary();
    liar.helo = b"mx.example.org".to_vec();
    assert_eq!(at(&lazy, Stage::Hello, &liar), "ok");
    assert_eq!(at(&eager, Stage::Hello, &liar), "550 HELO name is our name, and you are not us");
}

#[test]
fn advice_s067_postmaster_is_reached_whatever_the_lists_say() {
    let mut listed = ordinary();
    listed.blocked = true;
    listed.helo = b"mx.example.org".to_vec();
    for path in [&b"<Postmaster>"[..], b"<ABUSE@example.org>"] {
        listed.recipients[0].path = path.to_vec();
        assert_eq!(at(&Pipeline::small_server(), Stage::Recipient, &listed), "ok");
        assert_eq!(at(&Pipeline::strict(), Stage::Recipient, &listed), "ok");
    }
    listed.recipients[0] = Rcpt::new(b"<POSTMASTER>", Lookup::Is(Mailbox::Unknown));
    assert_eq!(
        at(&Pipeline::small_server(), Stage::Recipient, &listed),
        "ok",
        "there always is a postmaster"
    );
}

#[test]
fn explain_says_what_another_receiver_would_have_answered() {
    let mut odd = ordinary();
    odd.helo = b"dsl-203-0-113-7.isp.example".to_vec();
    odd.helo_forward = Some(Forward::Nowhere);
    odd.spf = Some(Spf::Fail);
    odd.recipients.push(Rcpt::new(b"<nobody@example.org>", Lookup::Is(Mailbox::Unknown)));
    odd.recipients.push(Rcpt::new(b"<x@victim.example\x1b[2J>", Lookup::Is(Mailbox::Unknown)));
    let (own, domains) = (own(), domains());
    let world = World { own: &own, domains: &domains };
    let small = Pipeline::small_server().explain(&odd, world).to_string();
    assert!(
        small.contains("recipient <ann@example.org> ok  [helo-no-forward helo-rdns-mismatch helo-dynamic"),
        "{small}"
    );
    assert!(small.contains("recipient <nobody@example.org> 550 5.1.1 User unknown"), "{small}");
    assert!(!small.contains('\u{1b}'), "what a peer said is shown escaped");
    let strict = Pipeline::strict().explain(&odd, world);
    let (stage, recipient, decision) = strict.first_refusal().unwrap();
    assert_eq!((stage, recipient), (Stage::Recipient, Some(0)));
    assert_eq!(
        decision.verdict.why().unwrap().to_string(),
        "550 5.7.1 HELO name looks like that of a subscriber's line"
    );
    assert!(strict.lines.iter().any(|line| matches!(line.step, Step::Spf(_)) && line.note.is_some()));
}

#[test]
fn a_message_that_grew_beyond_its_announcement_is_refused_at_the_dot() {
    let mut big = ordinary();
    big.size = Some(1000);
    big.message.as_mut().unwrap().octets = 60 << 20;
    assert_eq!(at(&Pipeline::small_server(), Stage::Mail, &big), "ok");
    assert_eq!(at(&Pipeline::small_server(), Stage::Dot, &big), "552 5.3.4 Message too big for system");
    big.size = Some(60 << 20);
    assert_eq!(at(&Pipeline::small_server(), Stage::Mail, &big), "552 5.3.4 Message too big for system");
}

#[test]
fn greylisting_in_a_pipeline() {
    let mut new = ordinary();
    new.spf = Some(Spf::None);
    new.now = 1_795_608_000;
    new.recipients[0].grey = Some(None);
    assert_eq!(
        at(&Pipeline::small_server(), Stage::Recipient, &new),
        "451 4.7.1 Greylisted, retry in 180 seconds"
    );
    assert_eq!(at(&Pipeline::webhook_inbound(), Stage::Recipient, &new), "ok");
    new.origin = Origin::Authenticated;
    assert_eq!(at(&Pipeline::small_server(), Stage::Recipient, &new), "ok");
}

/// Every look-up of a conversation fails, one by one and all at once: nobody is refused for good because of it.
#[test]
fn fault_f31_no_pipeline_refuses_for_good_because_something_is_down() {
    let mut down = |_: &mailwright_dns::Question| mailwright_dns::Answer::Failed(Failure::ServFail);
    let mxs = run(&mut MxSelection::new("example.net".parse().unwrap()), &mut down);
    let reverse = run(&mut Reverse::new("203.0.113.7".parse().unwrap()), &mut down);
    let table = |_: mailwright_address::DomainRef<'_>| Lookup::Unavailable;
    let (own, real) = (own(), domains());
    for broken in 0..512_u32 {
        let has = |bit: u32| broken & (1 << bit) != 0;
        let mut seen = ordinary();
        seen.reverse = if has(0) { Some(reverse.clone()) } else { seen.reverse };
        seen.helo_forward = if has(1) { Some(Forward::Unknown(Failure::Timeout)) } else { seen.helo_forward };
        seen.helo_spf = if has(2) { Some(Spf::TempError) } else { seen.helo_spf };
        seen.sender_domain = if has(3) { Some(mxs.clone()) } else { seen.sender_domain };
        seen.spf = if has(4) { Some(Spf::TempError) } else { seen.spf };
        seen.recipients[0].mailbox = if has(5) { Lookup::Unavailable } else { seen.recipients[0].mailbox };
        seen.recipients[0].store = if has(6) { Store::Down } else { Store::Writable };
        if let Some(message) = &mut seen.message {
            message.scan = has(7).then_some(Lookup::<Scan>::Unavailable);
            message.dmarc = has(7).then_some(Dmarc::Unknown);
            message.stored = if has(7) { Some(Stored::Failed) } else { message.stored };
        }
        let domains: &dyn DomainTable = if has(8) { &table } else { &real };
        for pipeline in every() {
            if pipeline.name() == "submission" {
                continue; // it refuses strangers in any case
            }
            for pipeline in [pipeline.clone(), pipeline.eager()] {
                let explanation = pipeline.explain(&seen, World { own: &own, domains });
                for (stage, _, decision) in explanation.stages {
                    assert!(
                        !decision.verdict.is_reject(),
                        "{} {broken:09b} {}: {decision}",
                        pipeline.name(),
                        stage.name()
                    );
                }
            }
        }
    }
}

#[test]
fn a_pipeline_is_a_list_to_read() {
    for pipeline in every() {
        let text = pipeline.to_string();
        assert_eq!(text.lines().count(), pipeline.steps().len() + 2, "{text}");
        let stages: Vec<Stage> = pipeline.steps().iter().map(Step::stage).collect();
        let in_order = stages.iter().zip(stages.iter().skip(1)).all(|(one, next)| one <= next);
        assert!(in_order, "{text}");
    }
    let text = Pipeline::small_server().to_string();
    assert!(text.contains(
        "  1. greeting  connections: at most 20 of an address, 50 of a network, 1000 in all (421 4.7.0)\n"
    ));
    assert!(
        text.contains(
            " 12. recipient recipient: must exist and take mail (550 5.1.1, 451 4.3.0 if not known)\n"
        ),
        "{text}"
    );
}

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
    assert!(said("Delivered-To: Ann@example.org\r\n".to_owned()).is_some());
    assert!(said("Delivered-To: <ann@example.org>\r\n".to_owned()).is_some());
    assert!(said("Delivered-To: bob@example.org\r\n".to_owned()).is_none());
}

#[test]
fn roles_are_flagged_and_each_flag_has_its_place() {
    let mut seen = ordinary();
    seen.recipients[0].path = b"<abuse@example.org>".to_vec();
    let (own, domains) = (own(), domains());
    let decision = Pipeline::small_server().decide(
        Stage::Recipient,
        &seen,
        Some(0),
        World { own: &own, domains: &domains },
    );
    assert!(
        decision.flags.has(Flag::Role)
            && decision.flags.has(Flag::RdnsPass)
            && decision.flags.has(Flag::SpfPass)
    );
}
