//! Whether a report may be sent at all, and whom a double bounce goes to.
#![cfg(feature = "write")]
#![expect(clippy::unwrap_used, reason = "tests may")]

use mailwright_address::{Envelope, Mailbox, Notify, Recipient, ReversePath};
use mailwright_bounce::{Action, Checked, Fate, Guard, Notice, Origin, Original, Reporter, WhyNot};

const NOW: u64 = 1_795_000_060;
const ORIGINAL: &[u8] = b"From: Ann <ann@example.org>\r\nTo: bob@example.net\r\nDate: Wed, 18 Nov 2026 11:06:40 +0000\r\n\r\nAt one?\r\n";

fn to(text: &str) -> Recipient {
    Recipient::new(text.parse().unwrap())
}

fn from(text: &str) -> Envelope {
    Envelope::new(text.parse().unwrap())
}

fn reporter() -> Reporter {
    Reporter::new("mx.example.org".parse().unwrap()).unwrap()
}

#[test]
fn outcome_e124_a_double_bounce_goes_to_the_postmaster_or_nowhere() {
    let (reporter, bob) = (reporter(), to("<bob@example.net>"));
    let null = from("<>");
    let guard = Guard::new(&reporter, Origin::Local);
    let why = guard.may_send(Action::Failed, &null, &bob, ORIGINAL).unwrap_err();
    assert_eq!(why, WhyNot::NullSender);
    assert!(why.may_tell_postmaster() && !WhyNot::List.may_tell_postmaster());
    let postmaster: Mailbox = "postmaster@example.org".parse().unwrap();
    let written = Notice::new(&reporter, Original::new(&null, ORIGINAL), NOW, "a@b")
        .with_fate(Fate::failed(&bob))
        .with_postmaster(&postmaster)
        .write()
        .unwrap();
    assert_eq!(written.envelope().recipients()[0].path().to_string(), "<postmaster@example.org>");
    assert_eq!(written.envelope().reverse_path(), &ReversePath::Null);
}

#[test]
fn advice_s062_fault_each_reason_against_a_report() {
    use Action::{Delayed, Delivered, Failed};
    let reporter = reporter();
    let local = Guard::new(&reporter, Origin::Local);
    let (ann, bob) = (from("<ann@example.org>"), to("<bob@example.net>"));
    let check = |guard: &Guard, action, recipient: &Recipient, header: &str, expected| {
        assert_eq!(guard.may_send(action, &ann, recipient, header.as_bytes()), expected, "{action} {header}");
    };
    for (header, why) in [
        ("Auto-Submitted: auto-generated", WhyNot::AutoSubmitted),
        ("auto-submitted: auto-replied (vacation)", WhyNot::AutoSubmitted),
        ("X-Auto-Response-Suppress: OOF, DR", WhyNot::AutoSubmitted),
        ("Precedence: bulk", WhyNot::Bulk),
        ("Precedence: JUNK", WhyNot::Bulk),
        ("Precedence: list", WhyNot::List),
        ("List-Id: <a.example>", WhyNot::List),
        ("LIST-Unsubscribe: <mailto:a@b>", WhyNot::List),
    ] {
        check(&local, Failed, &bob, header, Ok(()));
        check(&local, Delayed, &bob, header, Err(why));
        check(&local, Delivered, &to("<b@c.example>").with_notify(Notify::SUCCESS), header, Err(why));
    }
    check(
        &local,
        Delayed,
        &bob,
        "Auto-Submitted: no\r\nSubject: List-Id: x\r\n\r\nList-Id: in the body",
        Ok(()),
    );
    let report = "Content-Type: multipart/report; report-type=\"delivery-status\"; boundary=x";
    check(&local, Failed, &bob, report, Err(WhyNot::Loop));
    check(&local, Failed, &bob, "X-Loop: MX.example.org", Err(WhyNot::Loop));
    check(&local, Failed, &bob, "X-Loop: mx.example.com", Ok(()));
    check(&local.clone().with_rate(9, 10), Failed, &bob, "", Ok(()));
    check(&local.with_rate(10, 10), Failed, &bob, "", Err(WhyNot::RateCap));
}

#[test]
fn advice_s062_a_sender_from_the_internet_must_be_real() {
    let reporter = reporter();
    let ann = from("<ann@example.org>");
    let (plain, asked) = (to("<bob@example.net>"), to("<bob@example.net>").with_notify(Notify::FAILURE));
    for (checked, unverified, recipient, expected) in [
        (Checked::Pass, false, &asked, Ok(())),
        (Checked::Pass, false, &plain, Err(WhyNot::Unverified)),
        (Checked::Unknown, false, &asked, Err(WhyNot::Unverified)),
        (Checked::Fail, false, &asked, Err(WhyNot::Unverified)),
        (Checked::Unknown, true, &plain, Ok(())),
        (Checked::Fail, true, &asked, Err(WhyNot::Unverified)),
    ] {
        let mut guard = Guard::new(&reporter, Origin::Internet(checked));
        if unverified {
            guard = guard.with_unverified_senders();
        }
        assert_eq!(
            guard.may_send(Action::Failed, &ann, recipient, b""),
            expected,
            "{checked:?} {unverified}"
        );
    }
    let own = |text: &str| {
        let guard =
            Guard::new(&reporter, Origin::Local).with_own_role("double-bounce@example.org".parse().unwrap());
        guard.may_send(Action::Failed, &from(text), &plain, b"")
    };
    assert_eq!(own("<Mailer-Daemon@MX.example.org>"), Err(WhyNot::OwnRole));
    assert_eq!(own("<double-bounce@example.org>"), Err(WhyNot::OwnRole));
    assert_eq!(own("<mailer-daemon@elsewhere.example>"), Ok(()));
}

#[test]
fn advice_s056_outcome_e091_notify_says_what_is_told() {
    use Action::{Delayed, Delivered, Expanded, Failed, Relayed};
    let reporter = reporter();
    let guard = Guard::new(&reporter, Origin::Authenticated);
    let told = |notify: Option<Notify>| -> Vec<Action> {
        let recipient =
            notify.map_or_else(|| to("<b@c.example>"), |notify| to("<b@c.example>").with_notify(notify));
        [Failed, Delayed, Delivered, Relayed, Expanded]
            .into_iter()
            .filter(|action| guard.may_send(*action, &from("<ann@example.org>"), &recipient, b"").is_ok())
            .collect()
    };
    assert_eq!(told(None), [Failed, Delayed]);
    assert_eq!(told(Some(Notify::NEVER)), []);
    assert_eq!(told(Some(Notify::FAILURE)), [Failed]);
    assert_eq!(told(Some(Notify::DELAY)), [Delayed]);
    assert_eq!(told(Some(Notify::SUCCESS)), [Delivered, Relayed, Expanded]);
}
