//! Tags of return paths: vectors of other implementations, round trips, and whatever a relay or a forger makes of them.
#![cfg(feature = "tags")]
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::string_slice,
    reason = "small numbers and ASCII of the tests themselves"
)]

use core::time::Duration;

use mailwright_address::{Grammar, Mailbox, ReversePath, Utf8};
use mailwright_bounce::tags::srs::{Separator, Srs};
use mailwright_bounce::tags::{Key, TagError, batv, srs, ticket, verp};
use proptest::prelude::*;

fn at(text: &str) -> Mailbox {
    Mailbox::parse(text.as_bytes(), Grammar::lenient()).unwrap()
}

fn path(text: &str) -> ReversePath {
    ReversePath::parse(text.as_bytes(), Grammar::strict().with_utf8(Utf8::Allowed)).unwrap()
}

fn key(number: u8, secret: &str) -> Key {
    Key::new(number, secret.as_bytes()).unwrap()
}

fn day(number: u64) -> Duration {
    Duration::from_secs(number * 86_400 + 40_000)
}

#[test]
fn advice_s104_tags_are_those_that_exim_writes() {
    // Day 20782 and the first two of day 20780: written by Exim 4.96's ${prvs}.
    for (secret, number, today, address, tagged) in [
        ("secret", 3, 20_780, "test@example.com", "prvs=37872c908e=test@example.com"),
        ("1632203830", 0, 20_780, "test@example.com", "prvs=07875b5fb5=test@example.com"),
        ("secret", 3, 20_999, "test@example.com", "prvs=3006911efe=test@example.com"),
        ("secret", 0, 20_780, "alice+tag@example.com", "prvs=078709c709=alice+tag@example.com"),
        ("secret", 3, 20_782, "alice@example.com", "prvs=37894e943a=alice@example.com"),
        ("secret", 3, 20_782, "test@example.com", "prvs=37894fbfcd=test@example.com"),
        ("secret", 0, 20_782, "alice+tag@example.com", "prvs=0789d9d4e0=alice+tag@example.com"),
        ("1632203830", 0, 20_782, "alice@example.com", "prvs=07894597d8=alice@example.com"),
    ] {
        let key = key(number, secret);
        assert_eq!(batv::sign(&at(address), &key, day(today)).unwrap().to_string(), tagged);
        let opened = batv::open(&at(tagged), &[key], day(today)).unwrap();
        assert_eq!(
            (opened.mailbox().to_string().as_str(), opened.key(), opened.days_left()),
            (address, number, 7)
        );
    }
    // Exim hashes capitals as they are; such tags are read, though none is written.
    let made_by_exim = at("prvs=3789293d8c=Test@Example.COM");
    assert!(batv::open(&made_by_exim, &[key(3, "secret")], day(20_782)).is_ok());
}

#[test]
fn fault_f23_outcome_e119_case_is_folded_and_days_wrap_once() {
    let keys = [key(3, "secret")];
    let open = |text: &str, today| batv::open(&at(text), &keys, day(today)).map(|opened| opened.days_left());
    for spelling in [
        "PRVS=37872C908E=test@example.com",
        "prvs=37872c908e=TEST@EXAMPLE.COM",
        "Prvs=37872C908e=Test@example.com",
    ] {
        assert_eq!(open(spelling, 20_780), Ok(7), "{spelling}");
    }
    assert_eq!(open("prvs=37872c908e=test@example.com", 20_787), Ok(0), "the last day");
    assert_eq!(open("prvs=37872c908e=test@example.com", 20_788), Err(TagError::Expired));
    assert_eq!(open("prvs=37872c908e=test@example.com", 20_779), Err(TagError::Expired), "from tomorrow");
    assert_eq!(open("prvs=390047f17d=test@example.com", 20_780), Err(TagError::Expired), "887 days old");
    assert_eq!(open("prvs=3006911efe=test@example.com", 20_999), Ok(7), "over the turn of the counter");
    assert_eq!(open("prvs=3006911efe=test@example.com", 21_006), Ok(0));
}

#[test]
fn outcome_e119_what_is_no_good_tag_says_which() {
    let keys = [key(3, "secret"), key(4, "other")];
    let open =
        |text: &str| batv::open(&at(text), &keys, day(20_780)).map(|opened| opened.mailbox().to_string());
    assert_eq!(open("test@example.com"), Err(TagError::Missing));
    assert_eq!(open("prvs-list@example.com"), Err(TagError::Missing));
    for malformed in [
        "prvs=test@example.com",
        "prvs=37872c908=test@example.com",
        "prvs=3787xxxxxx=test@example.com",
        "prvs=37872c908e=@example.com",
        "prvs=x7872c908e=test@example.com",
        "prvs=37872c908e@example.com",
    ] {
        assert_eq!(open(malformed), Err(TagError::Malformed), "{malformed}");
    }
    for forged in [
        "prvs=37872c908f=test@example.com",
        "prvs=47872c908e=test@example.com",
        "prvs=57872c908e=test@example.com",
        "prvs=37882c908e=test@example.com",
        "prvs=37872c908e=best@example.com",
    ] {
        assert_eq!(open(forged), Err(TagError::Forged), "{forged}");
    }
    assert_eq!(open("test=prvs=37872c908e@example.com").unwrap(), "test@example.com", "the other order");
    let today = day(20_780);
    assert_eq!(batv::sign(&at("prvs=37872c908e=test@example.com"), &keys[0], today), Err(TagError::Tagged));
    let long = at(&format!("{}@example.com", "x".repeat(49)));
    assert_eq!(batv::sign(&long, &keys[0], today), Err(TagError::TooLong));
    let quoted = batv::sign(&at("\"a b\"@example.com"), &keys[0], today).unwrap();
    assert!(
        quoted.to_string().starts_with("\"prvs=3787") && quoted.to_string().ends_with("=a b\"@example.com")
    );
    assert_eq!(open(quoted.as_ref()).unwrap(), "\"a b\"@example.com");
}

#[test]
fn advice_s104_keys_rotate_by_their_number() {
    let (old, new) = (key(1, "old"), key(2, "new"));
    let tagged = batv::sign(&at("a@b.example"), &old, day(20_780)).unwrap();
    assert_eq!(batv::open(&tagged, &[new.clone(), old], day(20_785)).unwrap().key(), 1);
    assert_eq!(batv::open(&tagged, &[new], day(20_785)), Err(TagError::Forged), "the old key is gone");
    assert_eq!(batv::open(&tagged, &[], day(20_785)), Err(TagError::Forged));
}

#[test]
fn outcome_e120_a_bounce_is_admitted_by_its_tag_or_while_signing_is_new() {
    let keys = [key(3, "secret")];
    let ask = |text: &str, today| {
        let opened = batv::open(&at(text), &keys, day(today));
        batv::admits(opened.as_ref().map_err(|error| *error), day(20_770), day(today))
    };
    assert!(ask("prvs=37872c908e=test@example.com", 20_780), "the same at RCPT, whether DATA follows or not");
    assert!(ask("test@example.com", 20_780), "mail of before may still bounce");
    assert!(!ask("test@example.com", 20_784), "after 14 days");
    assert!(!ask("prvs=37872c908f=test@example.com", 20_780));
    assert!(!ask("prvs=37872c908e=test@example.com", 20_790));
}

#[test]
fn a_tag_is_stripped_for_keys_and_lists() {
    assert_eq!(batv::strip(&at("prvs=0123abcdef=Ann@example.org")), Some(at("Ann@example.org")));
    assert_eq!(batv::strip(&at("ann@example.org")), None);
    assert_eq!(batv::strip(&at("prvs=nonsense=ann@example.org")), None);
}

fn forwarder(domain: &str) -> Srs {
    Srs::new(domain.parse().unwrap(), key(0, "secret"))
}

/// Written by `Mail::SRS` 0.31 and pysrs 1.0.4 for day 20780, which agree.
const SRS: &[(u8, Separator, &str, &str, &str)] = &[
    (
        4,
        Separator::Equals,
        "alice@example.com",
        "SRS0=xwLc=JM=example.com=alice@fwd.example.org",
        "SRS1=M+iS=fwd.example.org==xwLc=JM=example.com=alice@two.example.net",
    ),
    (
        6,
        Separator::Equals,
        "alice@example.com",
        "SRS0=xwLcB9=JM=example.com=alice@fwd.example.org",
        "SRS1=HfmSEo=fwd.example.org==xwLcB9=JM=example.com=alice@two.example.net",
    ),
    (
        4,
        Separator::Plus,
        "alice@example.com",
        "SRS0+xwLc=JM=example.com=alice@fwd.example.org",
        "SRS1+WuPY=fwd.example.org=+xwLc=JM=example.com=alice@two.example.net",
    ),
    (
        4,
        Separator::Equals,
        "A=b+C-d@Example.Com",
        "SRS0=v7wt=JM=Example.Com=A=b+C-d@fwd.example.org",
        "SRS1=e9jI=fwd.example.org==v7wt=JM=Example.Com=A=b+C-d@two.example.net",
    ),
    (
        6,
        Separator::Equals,
        "A=b+C-d@Example.Com",
        "SRS0=v7wt/q=JM=Example.Com=A=b+C-d@fwd.example.org",
        "SRS1=nllwyY=fwd.example.org==v7wt/q=JM=Example.Com=A=b+C-d@two.example.net",
    ),
    (
        6,
        Separator::Equals,
        "x@mail.example.com",
        "SRS0=gv31Yt=JM=mail.example.com=x@fwd.example.org",
        "SRS1=EjKWi3=fwd.example.org==gv31Yt=JM=mail.example.com=x@two.example.net",
    ),
];

#[test]
fn outcome_e121_fault_f25_srs_as_other_implementations_write_it_hop_by_hop() {
    for (length, separator, author, one, two) in SRS {
        let hop = |domain: &str| forwarder(domain).with_hash(*length, *length).with_separator(*separator);
        let today = day(20_780);
        let forward = |domain: &str, from: &str| hop(domain).forward(&path(from), today).unwrap().to_string();
        assert_eq!(forward("fwd.example.org", author), format!("<{one}>"));
        assert_eq!(forward("two.example.net", one), format!("<{two}>"));
        let three = forward("three.example.info", two);
        assert_eq!(three, format!("<{}@three.example.info>", two.split('@').next().unwrap()), "one hop long");
        let back = |domain: &str, to: &str| hop(domain).reverse(&at(to), today).unwrap().to_string();
        assert_eq!(back("three.example.info", three.trim_matches(['<', '>'])), *one);
        assert_eq!(back("two.example.net", two), *one);
        assert_eq!(back("fwd.example.org", one), *author);
    }
    let other = forwarder("fwd.example.org")
        .with_hash(4, 4)
        .forward(&path("SRS0+x=y=z=w@other.example"), day(20_780));
    assert_eq!(other.unwrap().to_string(), "<SRS1=UUBt=other.example=+x=y=z=w@fwd.example.org>");
}

#[test]
fn advice_s044_outcome_e121_case_days_lengths_and_the_null_sender() {
    let srs = forwarder("fwd.example.org");
    let back = |text: &str, today| srs.reverse(&at(text), day(today)).map(|mailbox| mailbox.to_string());
    let one = "SRS0=xwLcB9=JM=example.com=alice@fwd.example.org";
    assert_eq!(back(&one.to_lowercase(), 20_780).unwrap(), "alice@example.com");
    assert_eq!(back(&one.to_uppercase(), 20_780).unwrap(), "ALICE@EXAMPLE.COM");
    assert_eq!(
        back("SRS0-xwLc=JM=example.com=alice@fwd.example.org", 20_780).unwrap(),
        "alice@example.com",
        "four characters"
    );
    assert_eq!(back("SRS0=xwL=JM=example.com=alice@fwd.example.org", 20_780), Err(TagError::Forged), "three");
    assert_eq!(back(one, 20_801).unwrap(), "alice@example.com");
    assert_eq!(back(one, 20_802), Err(TagError::Expired));
    assert_eq!(back(one, 20_779), Err(TagError::Expired), "from tomorrow");
    let wrap = srs.forward(&path("alice@example.com"), day(20_479)).unwrap();
    assert!(wrap.to_string().contains("=77="), "{wrap}");
    assert_eq!(
        srs.reverse(wrap.mailbox().unwrap(), day(20_480)).unwrap(),
        at("alice@example.com"),
        "days wrap at 1024"
    );
    assert_eq!(srs.forward(&ReversePath::Null, day(1)), Ok(ReversePath::Null));
    assert_eq!(srs.forward(&path("a@FWD.example.org"), day(1)).unwrap().to_string(), "<a@FWD.example.org>");
    let long = path(&format!("{}@example.com", "x".repeat(40)));
    assert_eq!(srs.forward(&long, day(1)), Err(TagError::TooLong));
    let quoted = srs.forward(&path("\"a b\"@example.com"), day(20_780)).unwrap();
    assert_eq!(
        srs.reverse(quoted.mailbox().unwrap(), day(20_780)).unwrap().to_string(),
        "\"a b\"@example.com"
    );
    assert!(srs::is_rewritten(&at(one)) && !srs::is_rewritten(&at("srs0@example.org")));
}

#[test]
fn outcome_e121_what_only_looks_like_another_forwarders_address_is_wrapped_whole() {
    let srs = forwarder("fwd.example.org");
    for local in ["SRS1=abcd=n?==x=y=b.c=a", "SRS1=abcd=-==x", "SRS1=abcd===x"] {
        let sender = path(&format!("{local}@h.example"));
        let wrapped = srs.forward(&sender, day(20_780)).unwrap();
        assert!(wrapped.to_string().starts_with("<SRS0="), "{wrapped}");
        let back = srs.reverse(wrapped.mailbox().unwrap(), day(20_780)).unwrap();
        assert_eq!(back.to_string(), format!("{local}@h.example"));
    }
}

#[test]
fn outcome_e121_what_is_no_address_of_ours_is_refused() {
    let srs = forwarder("fwd.example.org").with_old_key(key(0, "older"));
    let back = |text: &str| srs.reverse(&at(&format!("{text}@fwd.example.org")), day(20_780));
    for missing in ["alice", "srs", "SRS0", "SRS2=a=b=c=d", "SRS0.a=b=c=d"] {
        assert_eq!(back(missing), Err(TagError::Missing), "{missing}");
    }
    for malformed in [
        "SRS0=",
        "SRS0=a",
        "SRS0=abcd=JM=x",
        "SRS0=abcd=JM==y",
        "SRS0=abcd=J!=x=y",
        "SRS0=abcd=JMM=x=y",
        "SRS1=abcd=x",
        "SRS1=abcd=x=y",
        "SRS0=abcd=JM=-=y",
    ] {
        assert_eq!(back(malformed), Err(TagError::Malformed), "{malformed}");
    }
    for forged in [
        "SRS0=xwLcB8=JM=example.com=alice",
        "SRS0=xwLcB9=JN=example.com=alice",
        "SRS0=xwLcB9=JM=example.org=alice",
        "SRS0=xwLcB9=JM=example.com=alicf",
        "SRS1=HfmSEo=evil.example==xwLcB9=JM=example.com=alice",
    ] {
        assert_eq!(back(forged), Err(TagError::Forged), "{forged}");
    }
    let old = Srs::new("fwd.example.org".parse().unwrap(), key(0, "older"));
    let from_old = old.forward(&path("alice@example.com"), day(20_779)).unwrap();
    assert_eq!(srs.reverse(from_old.mailbox().unwrap(), day(20_780)).unwrap(), at("alice@example.com"));
}

#[test]
fn fault_f24_srs_as_exim_writes_it_only_where_asked() {
    let exim = forwarder("fwd.example.org").with_exim_hash();
    // Day 20782 but for the first: written by Exim 4.96's ${srs_encode}.
    for (today, author, written) in [
        (20_780, "alice@example.com", "SRS0=f18a=jm=example.com=alice@fwd.example.org"),
        (20_782, "alice@example.com", "SRS0=f18a=jo=example.com=alice@fwd.example.org"),
        (20_782, "Alice@Example.COM", "SRS0=f18a=jo=Example.COM=Alice@fwd.example.org"),
        (20_782, "a=b@example.com", "SRS0=ceef=jo=example.com=a=b@fwd.example.org"),
        (20_782, "\"a b\"@example.com", "\"SRS0=e74c=jo=example.com=a b\"@fwd.example.org"),
        (
            20_782,
            "SRS0=f18a=jm=example.com=alice@other.example",
            "SRS0=7218=jo=other.example=SRS0=f18a=jm=example.com=alice@fwd.example.org",
        ),
    ] {
        let ReversePath::Mailbox(path) =
            exim.forward(&path(author), day(today)).unwrap_or_else(|_| ReversePath::Mailbox(at(written)))
        else {
            panic!("null")
        };
        assert_eq!(path.to_string(), written);
        assert_eq!(exim.reverse(&path, day(today)).unwrap().to_string(), author);
    }
    let ours = forwarder("fwd.example.org");
    assert_eq!(
        ours.reverse(&at("SRS0=f18a=jm=example.com=alice@fwd.example.org"), day(20_780)),
        Err(TagError::Forged)
    );
    let stamps = forwarder("fwd.example.org").forward(&path("alice@example.com"), day(20_781)).unwrap();
    assert!(!stamps.to_string().contains("xwLc"), "the stamp is under our hash");
}

#[test]
fn outcome_e122_verp_for_every_kind_of_local_part() {
    let list = at("list-bounce@lists.example");
    for recipient in [
        "user@example.net",
        "a=b+c@example.net",
        "\"a b\"@example.net",
        "\"a@b\"@example.net",
        "u@[192.0.2.1]",
        "\u{fc}@example.net",
        "=@example.net",
        "+@example.net",
    ] {
        let path = verp::encode(&list, &at(recipient)).unwrap();
        assert_eq!(verp::decode(&list, &path).unwrap().to_string(), recipient, "{path}");
    }
    let upper = at("LIST-BOUNCE+user=example.net@Lists.Example");
    assert_eq!(verp::decode(&list, &upper).unwrap(), at("user@example.net"));
    assert_eq!(verp::decode(&list, &at("list-bounce@lists.example")), Err(TagError::Missing));
    assert_eq!(
        verp::decode(&list, &at("list-bounce+user=example.net@elsewhere.example")),
        Err(TagError::Missing)
    );
    assert_eq!(verp::decode(&list, &at("list-bounce+user@lists.example")), Err(TagError::Malformed));
    let long = at(&format!("{}@example.net", "x".repeat(60)));
    assert_eq!(verp::encode(&list, &long), Err(TagError::TooLong));
    let path = ticket::sign(&list, &key(1, "s"), day(1), b"0123456789", 7).unwrap();
    assert!(path.local_part().as_str().len() <= 64, "where VERP is too long a ticket still fits");
}

#[test]
fn a_ticket_names_message_and_recipient_and_proves_both() {
    let bounces = at("bounce@example.org");
    let (one, two) = (key(1, "one"), key(2, "two"));
    let path = ticket::sign(&bounces, &one, day(20_780), b"0123456789abcdef", u32::MAX).unwrap();
    assert_eq!(path.local_part().as_str().len(), 57);
    let open =
        |path: &Mailbox, today| ticket::open(&bounces, path, &[two.clone(), one.clone()], day(today), 30);
    let ticket = open(&path, 20_810).unwrap();
    assert_eq!((ticket.message(), ticket.index(), ticket.key()), (&b"0123456789abcdef"[..], u32::MAX, 1));
    assert_eq!(open(&path, 20_811), Err(TagError::Expired));
    assert_eq!(open(&path, 20_779), Err(TagError::Expired));
    let text = path.to_string();
    for place in 7..57 {
        let other = if text.as_bytes()[place] == b'a' { "b" } else { "a" };
        let forged = at(&format!("{}{other}{}", &text[..place], &text[place + 1..]));
        assert!(matches!(open(&forged, 20_780), Err(TagError::Forged | TagError::Malformed)), "{forged}");
    }
    assert_eq!(open(&at(&text.replace("example.org", "example.net")), 20_780), Err(TagError::Missing));
    assert_eq!(open(&at("bounce.@example.org"), 20_780), Err(TagError::Malformed));
    assert_eq!(ticket::sign(&bounces, &one, day(1), &[0; 17], 0), Err(TagError::Unfit));
}

fn any_mailbox() -> impl Strategy<Value = Mailbox> {
    let local = prop_oneof![
        "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,30}",
        "\"[ !#-Z^-~]{1,20}\"",
        "([pP][rR]VS=|[sS]RS[01][=+-])[a-z0-9=]{1,30}"
    ];
    let host = prop_oneof![
        Just("example.net"),
        Just("EXAMPLE.com"),
        Just("[192.0.2.1]"),
        Just("xn--bcher-kva.example")
    ];
    (local, host).prop_map(|(local, host)| at(&format!("{local}@{host}")))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_signed_opens_and_survives_a_change_of_case(
        mailbox in any_mailbox(), today in 0_u64..40_000, later in 0_u64..30, upper in any::<bool>(),
    ) {
        let case = |m: &Mailbox| if upper { at(&m.to_string().to_uppercase()) } else { m.clone() };
        let same = |m: &Mailbox| case(&mailbox).to_canonical().to_string() == m.to_canonical().to_string();
        let keys = [key(4, "four"), key(5, "five")];
        match batv::sign(&mailbox, &keys[1], day(today)) {
            Ok(tagged) => {
                prop_assert!(tagged.local_part().as_str().len() <= 64);
                match batv::open(&case(&tagged), &keys, day(today + later)) {
                    Ok(opened) => prop_assert!(later <= 7 && same(opened.mailbox()), "{tagged}"),
                    Err(error) => prop_assert_eq!((error, later > 7), (TagError::Expired, true)),
                }
                prop_assert_eq!(batv::strip(&tagged).map(|m| m.to_canonical().to_string()), Some(mailbox.to_canonical().to_string()));
            }
            Err(error) => prop_assert!(matches!(error, TagError::Tagged | TagError::TooLong), "{}", error),
        }
        let srs = forwarder("fwd.example.org");
        match srs.forward(&ReversePath::Mailbox(mailbox.clone()), day(today)) {
            Ok(path) => {
                let back = srs.reverse(&case(path.mailbox().unwrap()), day(today + later));
                let wrapped = path.to_string().to_uppercase().contains("SRS1");
                match back {
                    Ok(back) => prop_assert!(wrapped || later <= 21 && same(&back), "{path} {back}"),
                    Err(error) => prop_assert_eq!((error, later > 21), (TagError::Expired, true)),
                }
            }
            Err(error) => prop_assert_eq!(error, TagError::TooLong),
        }
        if let Ok(path) = verp::encode(&at("b@example.org"), &mailbox) {
            let back = verp::decode(&at("b@example.org"), &path).unwrap();
            prop_assert_eq!(back, mailbox);
        }
    }

    #[test]
    fn any_address_opens_or_says_why(local in "[ -~]{1,80}|(prvs=|[sS]rs[01][=+-]|b[.+])[ -~]{0,60}", today in any::<u64>()) {
        if let Ok(local) = mailwright_address::LocalPart::from_meaning(&local) {
            let mailbox = at(&format!("{local}@example.org"));
            let now = Duration::from_secs(today);
            let bounces = at("b@example.org");
            let _opened = batv::open(&mailbox, &[key(1, "x")], now);
            let _sender = forwarder("example.org").reverse(&mailbox, now);
            let _strip = (batv::strip(&mailbox), verp::decode(&bounces, &mailbox));
            prop_assert!(ticket::open(&bounces, &mailbox, &[key(1, "x")], now, u16::MAX).is_err());
        }
    }
}

#[test]
fn outcome_e121_what_is_tagged_is_opened_or_was_refused() {
    // An empty local part is legal in quotes; a tag around it would not be opened again.
    let (empty, now) = (at("\"\"@example.com"), Duration::from_secs(20_780 * 86_400));
    let key = Key::new(0, b"secret").unwrap();
    assert_eq!(batv::sign(&empty, &key, now), Err(TagError::Unfit));
    let srs = Srs::new("fwd.example.org".parse().unwrap(), key);
    for srs in [srs.clone(), srs.with_exim_hash()] {
        assert_eq!(srs.forward(&ReversePath::Mailbox(empty.clone()), now), Err(TagError::Unfit));
    }
}
