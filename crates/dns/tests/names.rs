//! Names, texts and data of single records, on well-formed and hostile octets.
#![expect(clippy::unwrap_used, reason = "tests")]

use mailwright_dns::{About, Answer, Dnssec, Failure, Kind, Mx, Name, NameRef, Question, Rdata, Text};
use proptest::prelude::*;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

#[track_caller]
fn check(text: &[u8], expected: Result<&str, (usize, &str)>) {
    let got = Name::parse(text).map(|n| n.to_string()).map_err(|e| (e.at, e.expected));
    assert_eq!(got.as_ref().map(String::as_str).map_err(|e| *e), expected);
}

#[test]
fn presentation_form_is_read_with_its_escapes() {
    check(b"example.org", Ok("example.org"));
    check(b"Example.ORG.", Ok("example.org"));
    check(b".", Ok("."));
    check(br"a\.b.example", Ok(r"a\.b.example"));
    check(br"a\000\032\255.example", Ok(r"a\000\032\255.example"));
    check(b"_spf._x.example", Ok("_spf._x.example"));
    check(b"", Err((0, "a label")));
    check(b"a..b", Err((2, "a label")));
    check(b".a", Err((0, "a label")));
    check(br"a\25", Err((1, "three decimal digits up to 255, or one character")));
    check(br"a\256", Err((1, "three decimal digits up to 255, or one character")));
}

#[test]
fn threat_n05_names_are_compared_by_label_not_by_text() {
    assert_ne!(name(r"a\.b.example"), name("a.b.example"));
    assert_eq!(name("A.B.example"), name(r"\097.b.EXAMPLE."));
    assert!(!name(r"x\.example.org").is_within(&name("example.org")));
    assert!(name("evilexample.org").is_within(&Name::root()));
    assert!(!name("evilexample.org").is_within(&name("example.org")));
    assert!(name("example.org").is_within(&name("example.org")));
    assert!(!name("org").is_within(&name("example.org")));
    assert!(Name::root().is_root() && Name::root().labels().next().is_none());
}

#[test]
fn threat_n05_a_name_has_at_most_255_octets_on_the_wire() {
    let label = "a".repeat(63);
    let longest = format!("{label}.{label}.{label}.{}", "a".repeat(61));
    assert_eq!(longest.len(), 253);
    assert_eq!(Name::from_dotted(longest.as_bytes()).unwrap(), name(&longest));
    assert!(Name::parse(format!("{longest}a").as_bytes()).is_err());
    assert!(Name::from_dotted(format!("{longest}a").as_bytes()).is_err());
    assert!(Name::parse(format!("{label}a.example").as_bytes()).is_err());
    assert!(Name::from_dotted(format!("{label}a.example").as_bytes()).is_err());
}

#[test]
fn dotted_text_has_no_escapes() {
    let odd = Name::from_dotted(b"macro%percent  space\\x.example").unwrap();
    assert_eq!(odd.to_string(), r"macro%percent\032\032space\\x.example");
    let mut out = Vec::new();
    odd.write_dotted(&mut out);
    assert_eq!(out, b"macro%percent  space\\x.example");
}

#[test]
fn addresses_have_reverse_names() {
    let reverse = |a: &str| Name::reverse(a.parse().unwrap()).to_string();
    assert_eq!(reverse("198.51.100.7"), "7.100.51.198.in-addr.arpa");
    assert_eq!(
        reverse("2001:db8::cb01"),
        "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"
    );
}

#[test]
fn a_text_keeps_its_cuts() {
    let text = Text::from_strings(["v=spf1 ", "", "-all"]).unwrap();
    assert_eq!(text.joined(), b"v=spf1 -all");
    assert_eq!(text.strings().collect::<Vec<_>>(), [&b"v=spf1 "[..], b"", b"-all"]);
    assert_eq!(text.wire_len(), 14);
    assert!(Text::from_strings(["a".repeat(256)]).is_err());
    assert!(Text::from_strings(vec!["a".repeat(255); 257]).is_err());
    assert_eq!(Text::from_text("b".repeat(300)).unwrap().strings().count(), 2);
    assert_eq!(Text::from_strings([] as [&[u8]; 0]).unwrap().joined(), b"");
}

#[test]
fn threat_n04_a_ttl_with_its_top_bit_set_counts_as_zero() {
    assert_eq!(About::new(0x7fff_ffff).ttl, 0x7fff_ffff);
    assert_eq!(About::new(0x8000_0000).ttl, 0);
    assert_eq!(About::new(u32::MAX).with_dnssec(Dnssec::Secure).ttl, 0);
}

#[test]
fn threat_n04_records_of_another_kind_are_left_out() {
    let records = [Rdata::Cname(name("x.example")), Rdata::A([192, 0, 2, 1].into())];
    let answer = Answer::from_rdata(Kind::A, records, About::new(5));
    assert_eq!(answer.data().map(mailwright_dns::Data::len), Some(1));
    let answer = Answer::from_rdata(Kind::A, [Rdata::Cname(name("x.example"))], About::new(5));
    assert_eq!(answer, Answer::NoData(About::new(5)));
    let wrong = Answer::from_rdata(Kind::Ptr, [Rdata::Ptr(name("x.example"))], About::new(5));
    assert_eq!(wrong.fit(Kind::A), Answer::Failed(Failure::Mismatch));
}

#[test]
fn threat_n06_broken_data_is_a_typed_error() {
    let fails = |kind, octets: &[u8]| Rdata::from_wire(kind, octets).unwrap_err().expected;
    for length in [0, 1, 2] {
        assert_eq!(fails(Kind::Tlsa, &vec![3; length]), "usage, selector and matching type");
    }
    assert_eq!(fails(Kind::Tlsa, &[3, 1, 1]), "association data");
    assert!(Rdata::from_wire(Kind::Tlsa, &[3; 19]).is_ok());
    assert_eq!(fails(Kind::Mx, &[0]), "two octets");
    assert_eq!(fails(Kind::Mx, &[0, 10]), "an octet");
    assert_eq!(fails(Kind::Txt, b"\x05abc"), "a whole character-string");
    assert_eq!(fails(Kind::A, &[192, 0, 2]), "four octets");
    assert_eq!(fails(Kind::A, &[192, 0, 2, 1, 0]), "the end of the data");
    assert_eq!(
        Rdata::from_wire(Kind::Mx, b"\0\x0a\x02MX\x07example\0"),
        Ok(Rdata::Mx(Mx { preference: 10, exchange: name("mx.example") }))
    );
}

#[test]
fn threat_n07_a_pointer_in_data_is_refused() {
    for pointer in [&b"\xc0\x00"[..], b"\x01a\xc0\x02", b"\x80", b"\x40a"] {
        assert!(Rdata::from_wire(Kind::Ptr, pointer).is_err());
    }
}

#[test]
fn questions_say_what_they_ask() {
    assert_eq!(Question::new(name("_dmarc.example.org"), Kind::Txt).to_string(), "TXT _dmarc.example.org");
    for kind in Kind::ALL {
        assert_eq!(Kind::from_mnemonic(kind.as_str().to_ascii_lowercase().as_bytes()), Some(kind));
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(labels in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..20), 0..9)) {
        let name = Name::from_labels(&labels).unwrap();
        let lower: Vec<Vec<u8>> = labels.iter().map(|l| l.to_ascii_lowercase()).collect();
        prop_assert_eq!(name.labels().map(<[u8]>::to_vec).collect::<Vec<_>>(), lower);
        prop_assert_eq!(&Name::parse(name.to_string().as_bytes()).unwrap(), &name);
        prop_assert_eq!(&NameRef::from_wire(name.as_wire()).unwrap().to_name(), &name);
        if let Some(parent) = name.parent() {
            prop_assert!(name.is_within(&parent) && !parent.is_within(&name));
        }
    }

    #[test]
    fn no_text_makes_reading_panic(text in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = (Name::parse(&text), Name::from_dotted(&text), NameRef::from_wire(&text).map(|n| n.to_string()));
        for kind in Kind::ALL {
            if let Ok(rdata) = Rdata::from_wire(kind, &text) {
                prop_assert_eq!(rdata.kind(), kind);
                prop_assert!(!rdata.to_string().is_empty() || kind == Kind::Txt || kind == Kind::Spf);
            }
        }
    }

    /// A name read into the place of another one is the same name, for maps, too.
    #[test]
    fn a_name_read_in_place_is_the_same(
        texts in prop::collection::vec(prop_oneof![
            "[A-Za-z0-9._-]{0,90}",
            "([a-z]{1,63}\\.){3}[a-z]{1,63}",
            "[a-z]{60,66}(\\.[a-z]{1,63}){0,4}",
        ], 1..6),
    ) {
        use core::hash::{Hash, Hasher};
        use std::hash::DefaultHasher;
        let hash = |name: &Name| {
            let mut hasher = DefaultHasher::new();
            name.hash(&mut hasher);
            hasher.finish()
        };
        let mut place = Name::root();
        for text in texts {
            let read = place.set_dotted(text.as_bytes());
            let fresh = Name::from_dotted(text.as_bytes());
            prop_assert_eq!(read.err(), fresh.as_ref().err().copied());
            let fresh = fresh.unwrap_or_else(|_| Name::root());
            prop_assert_eq!(&place, &fresh);
            prop_assert_eq!(hash(&place), hash(&fresh));
            let labels: Vec<Vec<u8>> = fresh.labels().map(<[u8]>::to_vec).collect();
            prop_assert_eq!(hash(&Name::from_labels(labels).unwrap()), hash(&fresh));
            prop_assert_eq!(hash(&NameRef::from_trusted(fresh.as_wire()).to_name()), hash(&fresh));
        }
    }

    #[test]
    fn dotted_and_parsed_agree_without_backslashes(text in "[A-Za-z0-9._-]{1,90}") {
        let (dotted, parsed) = (Name::from_dotted(text.as_bytes()), Name::parse(text.as_bytes()));
        if text != "." {
            prop_assert_eq!(dotted.is_ok(), parsed.is_ok(), "{}", text);
            if let (Ok(a), Ok(b)) = (dotted, parsed) {
                prop_assert_eq!(a, b);
            }
        }
    }
}
