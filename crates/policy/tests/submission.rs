//! Submission: TLS, logins, senders, limits by the day, mends, instructions.

#![expect(clippy::unwrap_used, reason = "a test")]

use core::time::Duration;

use mailwright_address::{Grammar, Mailbox, ReversePathRef, Utf8};
use mailwright_policy::sender::{self, Demand};
use mailwright_policy::submission::{
    self, Clear, Grant, Grants, Listener, Mechanism, Mend, Policy, Sender, Setup, State, Tls, Today,
    instructions, mends,
};
use mailwright_policy::{Domains, Flag, Lookup, Origin, Own, Rate, Reason, relay};

#[path = "support/said.rs"]
mod said;
use said::check;

const CLEAR: State = State { tls: false, loopback: false, logged_in: false, in_transaction: false };
const TLS: State = State { tls: true, ..CLEAR };

fn offered(policy: &Policy, state: State) -> Vec<&'static str> {
    policy.offered(state).map(Mechanism::as_str).collect()
}

#[test]
fn advice_s094_the_two_ports_for_mail_programs() {
    assert_eq!(Listener::implicit_465(), Listener::implicit_465());
    assert_eq!((Listener::implicit_465().port, Listener::implicit_465().tls), (465, Tls::Implicit));
    assert_eq!((Listener::starttls_587().port, Listener::starttls_587().tls), (587, Tls::StartTls));
    assert_eq!(Listener::starttls_587().demand(), Demand::Login);
}

#[test]
fn advice_s095_nobody_hands_in_mail_without_a_login_not_even_for_local_users() {
    let demand = Listener::implicit_465().demand();
    assert_eq!(
        sender::demand(demand, true, false).why().unwrap().to_string(),
        "530 5.7.0 Authentication required"
    );
    let (own, domains) = (Own::new(), Domains::new().with_local("example.org").unwrap());
    let path = relay::read(b"<bob@elsewhere.example>", Utf8::Refused).unwrap();
    check(relay::decide(Origin::Authenticated, &path, &own, &domains).note, "");
}

#[test]
fn advice_s097_advice_s098_advice_s099_nothing_is_asked_for_in_clear() {
    let policy = Policy::new(Mechanism::ALL);
    assert!(offered(&policy, CLEAR).is_empty());
    assert!(
        offered(&policy, State { loopback: true, ..CLEAR }).is_empty(),
        "loopback is no exception by itself"
    );
    assert_eq!(offered(&policy, TLS).len(), Mechanism::ALL.len());
    for mechanism in Mechanism::ALL {
        check(policy.begin(mechanism, CLEAR), "538 5.7.11");
        check(policy.begin(mechanism, TLS), "");
    }
    check(sender::demand(Demand::Login, false, false), "530 5.7.0");
    let challenges = Policy::new(Mechanism::ALL).with_clear(Clear::Challenges);
    assert_eq!(offered(&challenges, CLEAR), ["SCRAM-SHA-256", "CRAM-MD5"]);
    for mechanism in [Mechanism::Plain, Mechanism::Login, Mechanism::XOAuth2, Mechanism::OAuthBearer] {
        check(challenges.begin(mechanism, CLEAR), "538 5.7.11");
    }
    let here = Policy::new([Mechanism::Plain]).with_clear(Clear::Loopback);
    assert_eq!(offered(&here, State { loopback: true, ..CLEAR }), ["PLAIN"]);
    assert!(offered(&here, CLEAR).is_empty());
}

#[test]
fn advice_s096_logins_that_fail_and_logins_out_of_turn() {
    let policy = Policy::new([Mechanism::Plain]);
    check(policy.begin(Mechanism::Plain, State { in_transaction: true, ..TLS }), "503 5.5.1");
    check(policy.begin(Mechanism::Plain, State { logged_in: true, ..TLS }), "503 5.5.1");
    check(policy.begin(Mechanism::CramMd5, TLS), "534 5.7.9");
    check(policy.login(Lookup::Is(true), 0), "");
    check(policy.login(Lookup::Is(false), 3), "535 5.7.8");
    check(policy.login(Lookup::Is(false), 4), "421 4.7.0");
    check(policy.login(Lookup::Unavailable, 9), "454 4.7.0");
    assert_eq!(submission::failure_delay(0), Duration::ZERO);
    assert_eq!(submission::failure_delay(1), Duration::from_secs(1));
    assert_eq!(submission::failure_delay(99), Duration::from_secs(16));
    assert!(offered(&policy, State { logged_in: true, ..TLS }).is_empty());
}

fn sent<'g>(grants: &'g Grants, path: &str, authors: &[&str], notice: bool) -> Sender<'g> {
    let path = ReversePathRef::parse(path.as_bytes(), Grammar::strict()).unwrap();
    let authors: Vec<Mailbox> = authors.iter().map(|author| author.parse().unwrap()).collect();
    grants.sender(&path, authors.iter().map(Mailbox::view), notice)
}

#[test]
fn advice_s043_a_sender_belongs_to_the_login() {
    let ann = Grants::new([
        Grant::Address("ann@example.org".parse().unwrap()),
        Grant::Domain("shop.example".parse().unwrap()),
        Grant::DomainAndBelow("list.example".parse().unwrap()),
    ]);
    for good in [
        "<ann@example.org>",
        "<Ann@EXAMPLE.org>",
        "<any@shop.example>",
        "<x@list.example>",
        "<x@a.list.example>",
    ] {
        assert_eq!(sent(&ann, good, &["ann@example.org"], false), Sender::Allowed, "{good}");
    }
    for bad in [
        "<bob@example.org>",
        "<any@sub.shop.example>",
        "<x@notlist.example>",
        "<\"ann@example.org\"@evil.example>",
        "<>",
    ] {
        assert_eq!(sent(&ann, bad, &["ann@example.org"], false), Sender::Denied, "{bad}");
    }
    assert_eq!(
        sent(&ann, "<ann@example.org>", &["bob@example.org"], false),
        Sender::Denied,
        "the header is checked too"
    );
    assert_eq!(
        sent(&ann, "<>", &["ann@example.org"], true),
        Sender::Allowed,
        "a notice may have the null sender"
    );
    assert_eq!(sent(&Grants::default(), "<ann@example.org>", &[], false), Sender::Denied);
    assert_eq!(sent(&Grants::new([Grant::Any]), "<x@y.example>", &["z@w.example"], false), Sender::Allowed);
    check(submission::sender(Lookup::Is(Sender::Denied)), "550 5.7.1");
    check(submission::sender(Lookup::Is(Sender::Allowed)), "");
    check(submission::sender(Lookup::Unavailable), "451 4.3.0");
}

#[test]
fn advice_s044_a_sender_that_is_not_the_login_s_may_be_rewritten_but_never_the_null_one() {
    let to: Mailbox = "root@example.org".parse().unwrap();
    let grants = Grants::new([Grant::Address(to.clone())]).with_rewrite(to.clone());
    assert_eq!(sent(&grants, "<root@host.lan>", &["root@host.lan"], false), Sender::Rewrite(&to));
    assert_eq!(
        sent(&grants, "<root@example.org>", &["root@example.org"], false),
        Sender::Allowed,
        "twice changes nothing"
    );
    assert_eq!(sent(&grants, "<>", &[], false), Sender::Denied);
}

#[test]
fn advice_s100_each_login_has_its_own_senders_and_its_own_limits() {
    let ann = Grants::new([Grant::Address("ann@example.org".parse().unwrap())]);
    let bob = Grants::new([Grant::Address("bob@example.org".parse().unwrap())]);
    assert_eq!(sent(&ann, "<bob@example.org>", &[], false), Sender::Denied);
    assert_eq!(sent(&bob, "<bob@example.org>", &[], false), Sender::Allowed);
    check(submission::today(Today { recipients: 501, unknown: 0 }, 500), "450 4.7.1");
    check(submission::today(Today { recipients: 500, unknown: 150 }, 500), "");
    check(submission::today(Today { recipients: 500, unknown: 151 }, 500), "450 4.7.1");
    check(submission::today(Today { recipients: 19, unknown: 19 }, 500), "");
    check(submission::today(Today { recipients: 20, unknown: 7 }, 500), "450 4.7.1");
    check(submission::today(Today { recipients: u32::MAX, unknown: u32::MAX }, u32::MAX), "450 4.7.1");
    assert!(submission::shared(5, 5).flags.is_empty());
    let shared = submission::shared(6, 5);
    assert!(
        shared.flags.has(Flag::LoginShared) && shared.decide().verdict.is_accept(),
        "its owner is told, no mail is lost"
    );
    let rate = Rate::per_hour(1).unwrap();
    let paid = rate.check(None, Duration::ZERO, 1).unwrap();
    let why = rate.check(Some(paid), Duration::ZERO, 1).unwrap_err().why(Reason::UserTooFast);
    assert_eq!(why.to_string(), "450 4.7.1 Too much mail from this login, retry in 3600 seconds");
}

/// A host that hands in mail for many is trusted as a whole, and one stolen page sends as anybody.
#[test]
fn advice_s102_a_webmail_host_sends_as_its_users_only() {
    let ann = Grants::new([Grant::Address("ann@example.org".parse().unwrap())]);
    check(sender::demand(Listener::starttls_587().demand(), true, false), "530 5.7.0");
    check(
        submission::sender(Lookup::Is(sent(&ann, "<boss@example.org>", &["boss@example.org"], false))),
        "550 5.7.1",
    );
    check(submission::sender(Lookup::Is(sent(&ann, "<ann@example.org>", &["ann@example.org"], false))), "");
}

#[test]
fn a_header_is_mended_and_what_is_signed_is_left_alone() {
    let need =
        |message: &str, author, rewrite| mends(message.as_bytes(), author, rewrite).collect::<Vec<_>>();
    let whole = "From: ann@example.org\r\nDate: Wed, 25 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\nBcc: no field\r\n";
    assert_eq!(need(whole, true, false), []);
    assert_eq!(need("\r\n", true, false), [Mend::AddDate, Mend::AddMessageId]);
    assert_eq!(
        need("From: x@y.example\r\nbcc: z@w.example\r\n\r\n", true, false),
        [Mend::AddDate, Mend::AddMessageId, Mend::RemoveBcc]
    );
    assert_eq!(need(whole, false, false), [Mend::AddSender]);
    assert_eq!(need(whole, false, true), [Mend::RewriteFrom]);
    let signed = |names: &str| {
        format!(
            "DKIM-Signature: v=1; a=rsa-sha256; h={names}; bh=x; b=y\r\nFrom: x@y.example\r\nBcc: z@w.example\r\n\r\n"
        )
    };
    assert_eq!(need(&signed("from : to:\r\n bcc:date"), false, true), [Mend::AddMessageId]);
    assert_eq!(need(&signed("From:Date:Message-ID:Bcc:Sender"), false, false), []);
}

#[test]
fn advice_s101_instructions_in_every_form() {
    let setup = Setup::new("example.org", "mail.example.org", Listener::implicit_465())
        .with_imap("imap.example.org", 993);
    let all = instructions(&setup);
    assert!(all.text.contains("server          mail.example.org\n  port            465\n"));
    assert_eq!(
        all.records,
        "_submissions._tcp.example.org. SRV 0 1 465 mail.example.org.\n_imaps._tcp.example.org. SRV 0 1 993 imap.example.org.\n"
    );
    let zone = mailwright_dns::Zone::parse(all.records.as_bytes()).unwrap();
    let question = mailwright_dns::Question::new(
        "_submissions._tcp.example.org".parse().unwrap(),
        mailwright_dns::Kind::Srv,
    );
    assert!(zone.answer(&question).data().is_some(), "the records are read back");
    for (form, tags) in [
        (
            &all.autoconfig,
            ["<hostname>mail.example.org</hostname>", "<port>465</port>", "<socketType>SSL</socketType>"],
        ),
        (
            &all.autodiscover,
            ["<Server>mail.example.org</Server>", "<Port>993</Port>", "<Encryption>SSL</Encryption>"],
        ),
        (
            &all.mobileconfig,
            [
                "<key>OutgoingMailServerHostName</key><string>mail.example.org</string>",
                "<key>IncomingMailServerPortNumber</key><integer>993</integer>",
                "<key>OutgoingMailServerUseSSL</key><true/>",
            ],
        ),
    ] {
        for tag in tags {
            assert!(form.contains(tag), "{tag} in\n{form}");
        }
        assert_balanced(form);
    }
    let plain = instructions(&Setup::new("example.org", "mail.example.org", Listener::starttls_587()));
    assert_eq!(
        plain.records,
        "_submission._tcp.example.org. SRV 0 1 587 mail.example.org.\n_imaps._tcp.example.org. SRV 0 0 0 .\n"
    );
    assert!(
        plain.autoconfig.contains("<socketType>STARTTLS</socketType>") && plain.text.contains("STARTTLS")
    );
    let hostile = instructions(&Setup::new("a&b<c>\"'\n.example", "h<x>", Listener::starttls_587()));
    let zone = instructions(
        &Setup::new("a.example.\nevil.example. MX 1 x", "h.example. ; \"\r\n", Listener::starttls_587())
            .with_imap("i\n$INCLUDE x", 993),
    );
    assert_eq!(zone.records.lines().count(), 2, "{}", zone.records);
    assert!(!zone.records.contains([';', '"', '$', '\r']), "{}", zone.records);
    assert_eq!(zone.text.lines().count(), all.text.lines().count(), "{}", zone.text);
    for form in [hostile.autoconfig, hostile.autodiscover, hostile.mobileconfig] {
        assert!(!form.contains("<x>") && !form.contains("<c>"));
        assert_balanced(&form);
    }
}

/// Every element that opens closes.
#[track_caller]
fn assert_balanced(xml: &str) {
    let mut open: Vec<&str> = Vec::new();
    for tag in xml.split('<').skip(1).filter_map(|part| part.split_once('>')).map(|(tag, _)| tag) {
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{xml}");
        } else if !tag.ends_with('/') && !tag.starts_with(['?', '!']) {
            open.push(tag.split(' ').next().unwrap_or(tag));
        }
    }
    assert!(open.is_empty(), "{open:?}");
}
