//! DATA and the final dot: each row of their table; and what is unavailable anywhere on the way.

#![expect(clippy::unwrap_used, reason = "a test")]

use mailwright_address::{Domain, ForwardPathRef, Grammar};
use mailwright_dns::{Answer, Question, run};
use mailwright_policy::content::{self, Dkim, Dmarc, Passes, Scan};
use mailwright_policy::recipient::{self, Facts, Mailbox};
use mailwright_policy::relay::Destination;
use mailwright_policy::{Flag, Lookup, Origin, sender};
use mailwright_spf::Verdict as Spf;

#[path = "support/said.rs"]
mod said;
use said::check;

fn to(text: &str) -> ForwardPathRef<'_> {
    ForwardPathRef::parse(text.as_bytes(), Grammar::strict()).unwrap()
}

fn local(mailbox: Lookup<Mailbox>) -> Facts {
    Facts::new(Origin::Internet, Destination::Local).with_mailbox(mailbox)
}

/// A conversation to learn from opens with 250, calls an unknown user temporary, shows a message without a header, and
/// puts its policy into a record of type SPF.
#[test]
fn fault_f34_the_four_slips_of_a_conversation_to_learn_from() {
    use mailwright_dns::Kind;
    use mailwright_spf::{Check as SpfCheck, Identity, Settings};
    assert_eq!(mailwright_reply::standard::greeting("mx.example.org").unwrap().code().number(), 220);
    let unknown = recipient::decide(&local(Lookup::Is(Mailbox::Unknown)));
    assert!(unknown.decide().verdict.is_reject() && unknown.why().unwrap().number() == 550);
    let bare = mailwright_message::validate(
        b"Hello, how are you?\r\n",
        &mailwright_message::Profile::inbound(),
        &mailwright_message::Context::default(),
    );
    check(content::header(&bare, true), "554 5.6.0");
    let mut kinds = Vec::new();
    let mut source = |question: &Question| {
        kinds.push(question.kind);
        Answer::NoData(mailwright_dns::About::new(0))
    };
    let identity = Identity::mail_from(b"ann@example.net", b"mx.example.net");
    let mut inquiry = SpfCheck::new(identity, "192.0.2.7".parse().unwrap(), Settings::new(b"mx.example.org"));
    assert_eq!(run(&mut inquiry, &mut source).verdict, Spf::None);
    assert_eq!(kinds, [Kind::Txt], "the record is a TXT record (RFC 7208 §3.1)");
}

#[test]
fn data_lines_sizes_and_loops() {
    check(content::data(0), "554 5.5.1");
    check(content::data(1), "");
    check(content::lines(Origin::Internet, true, 10, false), "550 5.6.0");
    check(content::lines(Origin::TrustedNet, true, 10, true), "");
    assert!(content::lines(Origin::TrustedNet, true, 10, false).flags.has(Flag::BareNewline));
    check(content::lines(Origin::Internet, false, 998, true), "");
    check(content::lines(Origin::Internet, false, 999, false), "");
    assert!(content::lines(Origin::Internet, false, 999, false).flags.has(Flag::LongLine));
    check(content::lines(Origin::Internet, false, 999, true), "554 5.6.0");
    check(content::size(11, Some(10)), "552 5.3.4");
    check(content::size(10, Some(10)), "");
    let passes = |received, by_us, delivered_to| content::looping(Passes { received, by_us, delivered_to });
    check(passes(100, 5, false), "");
    check(passes(101, 0, false), "554 5.4.6");
    check(passes(6, 6, false), "554 5.4.6");
    check(passes(1, 0, true), "554 5.4.6");
}

#[test]
fn the_header_section() {
    let whole = |message: &str| {
        use mailwright_message::{Context, Profile, validate};
        validate(message.as_bytes(), &Profile::inbound(), &Context::default())
    };
    let good = whole(
        "From: ann@example.net\r\nDate: Wed, 25 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@example.net>\r\n\r\nHi\r\n",
    );
    check(content::header(&good, true), "");
    for bad in [
        "Date: Wed, 25 Nov 2026 12:00:00 +0000\r\nSubject: no author\r\n\r\nHi\r\n",
        "From: a@example.net\r\nFrom: b@example.net\r\nDate: Wed, 25 Nov 2026 12:00:00 +0000\r\n\r\nHi\r\n",
        "From: a@example.net\r\nSubject: no date\r\n\r\nHi\r\n",
    ] {
        let report = whole(bad);
        check(content::header(&report, false), "");
        assert!(content::header(&report, false).flags.has(Flag::BadHeader), "{bad}");
        check(content::header(&report, true), "554 5.6.0");
    }
}

#[test]
fn dmarc_dkim_and_scanners() {
    check(content::dmarc(Dmarc::Fine, true), "");
    check(content::dmarc(Dmarc::FailNone, true), "");
    check(content::dmarc(Dmarc::FailQuarantine, true), "");
    assert!(content::dmarc(Dmarc::FailQuarantine, false).flags.has(Flag::Quarantine));
    check(content::dmarc(Dmarc::FailReject { unauthenticated: false }, false), "550 5.7.1");
    check(content::dmarc(Dmarc::FailReject { unauthenticated: true }, false), "550 5.7.26");
    check(content::dmarc(Dmarc::Overridden, true), "");
    check(content::dmarc(Dmarc::Unknown, false), "");
    check(content::dmarc(Dmarc::Unknown, true), "451 4.7.26");
    check(content::dkim(Dkim::NonePasses), "550 5.7.20");
    check(content::dkim(Dkim::NoneAcceptable), "550 5.7.21");
    check(content::dkim(Dkim::NotAuthor), "550 5.7.22");
    check(content::dkim(Dkim::Unknown), "451 4.7.26");
    check(content::dkim(Dkim::Fine), "");
    check(content::scan(Lookup::Is(Scan::Clean)), "");
    check(content::scan(Lookup::Is(Scan::Suspicious)), "");
    check(content::scan(Lookup::Is(Scan::Spam)), "550 5.7.1");
    check(content::scan(Lookup::Is(Scan::Virus)), "554 5.7.1");
}

/// A temporary error upstream is handed on as a refusal for good.
#[test]
fn fault_f21_what_is_unavailable_is_never_refused_for_good() {
    let down: Domain = "example.org".parse().unwrap();
    let table = |_: mailwright_address::DomainRef<'_>| Lookup::Unavailable;
    let notes = [
        recipient::decide(&local(Lookup::Unavailable)),
        recipient::decide(&local(Lookup::Is(Mailbox::Members(Lookup::Unavailable)))),
        recipient::decide(&Facts::new(Origin::Internet, Destination::Unknown)),
        recipient::decide(&Facts::new(Origin::Internet, Destination::BackupMx)),
        content::scan(Lookup::Unavailable),
        content::dkim(Dkim::Unknown),
        content::dmarc(Dmarc::Unknown, true),
        sender::size(Some(1), None, Lookup::Unavailable),
        sender::spf(Spf::TempError, true),
        sender::require_tls(true, true, Lookup::Unavailable),
        mailwright_policy::submission::sender(Lookup::Unavailable),
        mailwright_policy::relay::decide(
            Origin::Internet,
            &to("<a@example.org>"),
            &mailwright_policy::Own::new(),
            &table,
        )
        .note,
    ];
    for note in notes {
        assert!(!note.decide().verdict.is_reject(), "{note:?} {down}");
    }
}
