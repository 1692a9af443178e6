//! Ready-made receivers: what each says to the same conversations.

#![expect(clippy::unwrap_used, reason = "a test")]

use mailwright_dns::{Failure, MxSelection, Zone, run};
use mailwright_policy::content::{Dmarc, Scan, Stored};
use mailwright_policy::helo::Forward;
use mailwright_policy::pipeline::{Message, Pipeline, Rcpt, Step, Transcript, World};
use mailwright_policy::recipient::{Mailbox, Store, Tag};
use mailwright_policy::reverse::Reverse;
use mailwright_policy::{DomainTable, Domains, Flag, Lookup, Origin, Own, Rate, connection, dnsbl};
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

/// Whoever reports spam encloses some: a scanner must not keep the report from its reader.
#[test]
fn advice_s069_a_report_to_abuse_is_taken_with_the_spam_in_it() {
    let mut report = ordinary();
    report.message.as_mut().unwrap().scan = Some(Lookup::Is(Scan::Spam));
    let small = Pipeline::small_server();
    assert!(at(&small, Stage::Dot, &report).starts_with("550 5.7.1 "), "{}", at(&small, Stage::Dot, &report));
    report.recipients[0].path = b"<abuse@example.org>".to_vec();
    assert_eq!(at(&small, Stage::Dot, &report), "ok");
    // An unknown user beside it was refused and gets no copy; a known one does, and is spared.
    report.recipients.push(Rcpt::new(b"<nobody@example.org>", Lookup::Is(Mailbox::Unknown)));
    assert_eq!(at(&small, Stage::Dot, &report), "ok");
    report.recipients.push(Rcpt::new(b"<ann@example.org>", Lookup::Is(Mailbox::Known)));
    assert!(at(&small, Stage::Dot, &report).starts_with("550 5.7.1 "));
    // Size, loops and line ends that smuggle are no matter of content.
    report.recipients.truncate(1);
    report.message.as_mut().unwrap().bare_newline = true;
    assert_eq!(at(&small, Stage::Dot, &report), "550 5.6.0 Message contains bare CR or bare LF");
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

/// A triplet that was never seen, from a peer that nothing speaks for.
fn unseen() -> Transcript {
    let mut new = ordinary();
    new.now = 1_795_608_000;
    new.recipients.iter_mut().for_each(|recipient| recipient.grey = Some(None));
    new
}

/// Each of the facts that speak for a delivery passes the greylist over; each alone that does not suffice does not.
#[test]
fn a_pipeline_passes_the_greylist_over_for_those_who_are_known() {
    const DEFERRED: &str = "451 4.7.1 Greylisted, retry in 180 seconds";
    let said = |seen: &Transcript| at(&Pipeline::small_server(), Stage::Recipient, seen);
    assert_eq!(said(&unseen()), DEFERRED, "SPF and the reverse name alone make nobody known");

    let mut known = unseen();
    known.sender_known = true;
    assert_eq!(said(&known), "ok");
    known.spf = Some(Spf::None);
    assert_eq!(said(&known), DEFERRED, "anybody can write with a known domain");
    known.spf = Some(Spf::Pass);
    known.reverse = None;
    assert_eq!(said(&known), DEFERRED);

    let mut friend = unseen();
    friend.friend = Some(Lookup::Is(true));
    assert_eq!(said(&friend), "ok");
    friend.friend = Some(Lookup::Is(false));
    assert_eq!(said(&friend), DEFERRED);
    friend.friend = Some(Lookup::Unavailable);
    assert_eq!(said(&friend), DEFERRED);

    let mut liked = unseen();
    let dns = Zone::parse(b"7.113.0.203.list.dnswl.org. A 127.0.5.1").unwrap();
    let lists = [dnsbl::Zone::known("list.dnswl.org").unwrap()];
    liked.lists = Some(run(&mut dnsbl::Lists::of_address(liked.peer, lists), &mut &dns));
    assert_eq!(said(&liked), "ok");

    let mut notice = unseen();
    notice.sender = b"<>".to_vec();
    notice.recipients[0].tag = Some(Tag::Valid);
    assert_eq!(said(&notice), "ok");
    notice.recipients[0].tag = Some(Tag::Early);
    assert_eq!(said(&notice), DEFERRED, "no tag proves nothing");
    notice.recipients[0].tag = Some(Tag::Bad);
    assert_eq!(said(&notice), "550 5.7.1 Not an answer to mail of ours");
    notice.recipients[0].tag = Some(Tag::Valid);
    notice.sender = b"<bob@example.net>".to_vec();
    assert_eq!(said(&notice), DEFERRED, "a tag is for notices");
}

#[test]
fn notices_and_users_who_refuse_a_sender_in_a_pipeline() {
    let said = |seen: &Transcript| at(&Pipeline::small_server(), Stage::Recipient, seen);
    let mut notice = ordinary();
    notice.sender = b"<>".to_vec();
    notice.sender_domain = None;
    assert_eq!(said(&notice), "ok");
    notice.recipients[0].never_sends = true;
    assert!(said(&notice).starts_with("550 5.7.1 "), "{}", said(&notice));
    notice.recipients[0].path = b"<postmaster@example.org>".to_vec();
    notice.recipients[0].tag = Some(Tag::Bad);
    assert_eq!(said(&notice), "ok", "a role is reached by notices too");
    let mut unwelcome = ordinary();
    unwelcome.recipients[0].blocked_by_user = true;
    assert!(said(&unwelcome).starts_with("550 5.7.1 "));
}

#[test]
fn a_rate_that_is_used_up_closes_the_connection_at_once() {
    let rate = Rate::per_minute(1).unwrap();
    let paid = rate.check(None, core::time::Duration::ZERO, 1).unwrap();
    let mut fast = ordinary();
    fast.rate = Some(rate.check(Some(paid), core::time::Duration::ZERO, 1).map(|_| ()));
    assert_eq!(
        at(&Pipeline::small_server(), Stage::Greeting, &fast),
        "421 Too many connections in a short time, retry in 60 seconds"
    );
    fast.rate = Some(Ok(()));
    assert_eq!(at(&Pipeline::small_server(), Stage::Greeting, &fast), "ok");
}

#[test]
fn a_friend_is_held_up_by_no_list_and_no_reverse_name_and_by_everything_else() {
    let dns = Zone::parse(b"7.113.0.203.zen.spamhaus.org. A 127.0.0.2").unwrap();
    let lists = || [dnsbl::Zone::known("zen.spamhaus.org").unwrap()];
    let mut seen = ordinary();
    seen.reverse = Some(run(&mut Reverse::new(seen.peer), &mut &dns));
    seen.lists = Some(run(&mut dnsbl::Lists::of_address(seen.peer, lists()), &mut &dns));
    let strict = Pipeline::strict();
    assert!(at(&strict, Stage::Recipient, &seen).starts_with("550 5.7.1 Client host is on a block list"));
    seen.friend = Some(Lookup::Is(true));
    assert_eq!(at(&strict, Stage::Recipient, &seen), "ok");
    // The list of friends is down: it could have lifted the refusal.
    seen.friend = Some(Lookup::Unavailable);
    assert!(
        at(&strict, Stage::Recipient, &seen).starts_with("450 4.7.1 "),
        "{}",
        at(&strict, Stage::Recipient, &seen)
    );
    assert!(at(&strict.clone().eager(), Stage::Greeting, &seen).starts_with("421 "));
    seen.friend = Some(Lookup::Is(true));
    seen.recipients[0].mailbox = Lookup::Is(Mailbox::Unknown);
    assert_eq!(at(&strict, Stage::Recipient, &seen), "550 5.1.1 User unknown");
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
    for broken in 0..1024_u32 {
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
        seen.friend = has(9).then_some(Lookup::Unavailable);
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
                        "{} {broken:010b} {}: {decision}",
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
            " 14. recipient recipient: must exist and take mail (550 5.1.1, 451 4.3.0 if not known)\n"
        ),
        "{text}"
    );
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
