//! What the room of addresses promises to whoever embeds it: no allocation on the way in, a stored form that stays.
//!
//! in:  ordinary addresses and an envelope with everything      out: counted allocations, JSON
//! law: reading borrows; what was stored by one version is read by the next

use mailwright::address::{
    Class, Envelope, Envid, ForwardPath, ForwardPathRef, Grammar, Host, HostRef, MailboxRef, Notify, Orcpt,
    Reading, Recipient, Ret, ReversePath, ReversePathRef, Utf8,
};

#[track_caller]
fn allocates_nothing(job: impl FnOnce()) {
    let counted = allocation_counter::measure(job);
    assert_eq!((counted.count_total, counted.bytes_total), (0, 0));
}

#[test]
fn reading_an_address_allocates_nothing() {
    let utf8 = Grammar::strict().with_utf8(Utf8::Allowed);
    for address in [
        "alice@example.org",
        "bounces+12345-ab12-user=example.org@em.sender.example",
        "\"a \\\" b\"@example.org",
        "\u{fc}@example.org",
        "a@[192.0.2.1]",
        "a@[IPv6:2001:db8::1]",
        "a..b@c",
        "pete(his account)@silly.test",
        "",
    ] {
        allocates_nothing(|| {
            let reading = Reading::of(address.as_bytes(), utf8);
            std::hint::black_box((reading.class(), reading.worst(), reading.envelope(), reading.header()));
            let mailbox = MailboxRef::parse(address.as_bytes(), utf8);
            std::hint::black_box(
                mailbox.map(|m| (m.local_part(), m.host(), m.host().ip(), m.class(), m == m)).ok(),
            );
        });
    }
    allocates_nothing(|| {
        let grammar = Grammar::strict();
        assert!(ReversePathRef::parse_prefix(b"<@hop.example:a@b.example> SIZE=1", grammar).is_ok());
        assert!(ForwardPathRef::parse_prefix(b"<Postmaster>", grammar).is_ok());
        assert!(HostRef::parse(b"[IPv6:2001:db8::1]", grammar).is_ok_and(|host| host.ip().is_some()));
        assert!(ReversePathRef::parse_prefix(b"<a@b", grammar).is_err());
    });
}

#[test]
fn keeping_a_mailbox_is_one_allocation_at_most_and_none_up_to_38_octets() {
    for (local_part, most) in [(5, 0), (26, 0), (27, 1), (60, 1)] {
        let address = format!("{}@example.org", "a".repeat(local_part));
        let counted = allocation_counter::measure(|| {
            let mailbox = MailboxRef::parse(address.as_bytes(), Grammar::strict()).unwrap().to_mailbox();
            assert_eq!(mailbox.view().class(), Class::Envelope);
            assert_eq!(mailbox.as_bytes(), address.as_bytes());
        });
        assert_eq!(counted.count_total, most, "{address}");
    }
}

fn full_envelope() -> Envelope {
    Envelope::new("<\"a b\"@b\u{fc}cher.example>".parse().unwrap())
        .with_ret(Ret::Headers)
        .with_envid(Envid::new("QQ 314159+1").unwrap())
        .with_smtputf8()
        .with_requiretls()
        .with_recipient(Recipient::new(ForwardPath::Postmaster))
        .with_recipient(
            Recipient::new("c@[IPv6:2001:db8::1]".parse().unwrap())
                .with_notify(Notify::SUCCESS.and(Notify::DELAY))
                .with_orcpt(Orcpt::new("\u{fc}@d.example").unwrap()),
        )
        .with_recipient(Recipient::new("e@f.example".parse().unwrap()).with_notify(Notify::NEVER))
}

const STORED: &str = r#"{"reverse_path":"<\"a b\"@bücher.example>","ret":"Headers","envid":"QQ+20314159+2B1","smtputf8":true,"requiretls":true,"recipients":[{"path":"<Postmaster>","notify":null,"orcpt":null},{"path":"<c@[IPv6:2001:db8::1]>","notify":"SUCCESS,DELAY","orcpt":"utf-8;ü@d.example"},{"path":"<e@f.example>","notify":"NEVER","orcpt":null}]}"#;

#[test]
fn an_envelope_is_stored_and_read_back() {
    let envelope = full_envelope();
    assert_eq!(serde_json::to_string(&envelope).unwrap(), STORED);
    assert_eq!(serde_json::from_str::<Envelope>(STORED).unwrap(), envelope);
    // What a smaller version stored is read too.
    let small = r#"{"reverse_path":"<>","recipients":[{"path":"<a@b.example>"}]}"#;
    let expected =
        Envelope::new(ReversePath::Null).with_recipient(Recipient::new("a@b.example".parse().unwrap()));
    assert_eq!(serde_json::from_str::<Envelope>(small).unwrap(), expected);
}

#[test]
fn what_a_leniency_let_in_is_read_back_and_what_none_lets_in_is_not() {
    let grammar = Grammar::strict().with_loose_dots().with_underscore().with_trailing_dot();
    let path = ReversePath::parse(b"<.a..b.@c_d.example.>", grammar).unwrap();
    let stored = serde_json::to_string(&path).unwrap();
    assert_eq!(stored, "\"<.a..b.@c_d.example>\"");
    assert_eq!(serde_json::from_str::<ReversePath>(&stored).unwrap(), path);
    for evil in [r#""<a@b\r\nDATA>""#, r#""<a\u0000@b>""#, r#""<a@b> SIZE=1""#, r#""<a>b@c>""#, "7"] {
        assert!(serde_json::from_str::<ReversePath>(evil).is_err(), "{evil}");
    }
    assert!(serde_json::from_str::<Host>("\"a b\"").is_err());
    assert!(serde_json::from_str::<Envid>("\"+0D+0A\"").is_err());
    assert!(serde_json::from_str::<Notify>("\"NEVER,DELAY\"").is_err());
}
