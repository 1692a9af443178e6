//! What holds for every input: no panic, one reading, and what is written is read again.
//!
//! in:  random octets, and octets near the grammar      out: the properties
//! law: the strict grammar is part of every lenient one; the envelope is part of the header

#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use mailwright_address::{
    AddrSpec, Envid, ForwardPath, ForwardPathRef, Grammar, Host, LocalPart, Mailbox, MailboxRef, Orcpt,
    Reading, ReversePath, ReversePathRef, Utf8, xtext,
};
use proptest::prelude::*;

/// Octets that the grammars care about, and few others.
fn near_the_grammar() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        6 => "[a-c1._-]{1,4}".prop_map(String::into_bytes),
        4 => Just(b"@".to_vec()),
        2 => Just(b".".to_vec()),
        2 => Just(b"\"".to_vec()),
        1 => proptest::sample::select(&b"\\<>()[]:;, \t\r\n\0\x07\x7f/+=%!"[..]).prop_map(|octet| vec![octet]),
        1 => Just(b"\r\n ".to_vec()),
        1 => Just("\u{fc}\u{430}".as_bytes().to_vec()),
        1 => Just(b"\xFF".to_vec()),
        1 => Just(b"xn--bcher-kva".to_vec()),
        1 => Just(b"[IPv6:::1]".to_vec()),
        1 => Just(b"[192.0.2.1]".to_vec()),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Texts that a local part can mean.
fn meanings() -> impl Strategy<Value = String> {
    "[ -~\u{e0}-\u{ff}\u{430}-\u{44f}]{0,20}"
}

fn hosts() -> impl Strategy<Value = Host> {
    let label = "[a-z0-9]([a-z0-9-]{0,6}[a-z0-9])?"
        .prop_filter("no reserved label", |label| label.get(2..4) != Some("--"));
    prop_oneof![
        proptest::collection::vec(label, 1..4).prop_map(|labels| labels.join(".").parse().unwrap()),
        Just("b\u{fc}cher.example".parse().unwrap()),
        any::<[u8; 4]>().prop_map(|ip| Host::from(core::net::IpAddr::from(ip))),
        any::<[u16; 8]>().prop_map(|ip| Host::from(core::net::IpAddr::from(ip))),
    ]
}

const GRAMMARS: [Grammar; 4] = [
    Grammar::strict(),
    Grammar::strict().with_utf8(Utf8::Allowed),
    Grammar::strict().with_trailing_dot().with_loose_dots().with_underscore().with_bare_path(),
    Grammar::lenient(),
];

/// Whatever the octets are.
fn holds_for(octets: &[u8]) {
    for grammar in GRAMMARS {
        let reading = Reading::of(octets, grammar);
        let faults = reading.faults();
        assert!(faults.iter().all(|found| found.at() <= octets.len()));
        assert_eq!(
            faults.iter().map(|found| found.fault().class()).max(),
            reading.worst().map(|f| f.fault().class())
        );
        let mailbox = MailboxRef::parse(octets, grammar);
        assert_eq!(mailbox.ok(), reading.envelope());
        assert_eq!(mailbox.is_ok(), reading.class().is_envelope());
        let spec = AddrSpec::parse(octets, grammar);
        assert_eq!(spec.is_ok(), reading.class().is_header());
        if let Ok(mailbox) = mailbox {
            let spec = spec.unwrap();
            assert_eq!(spec.local_part(), mailbox.local_part().meaning());
            assert_eq!(spec.host(), mailbox.host().as_str());
            let host = mailbox.host().as_str();
            assert!(!host.contains(['@', ' ', '"', '<', '>', '\\']) && !host.chars().any(char::is_control));
            let owned = mailbox.to_mailbox();
            assert_eq!(Mailbox::parse(owned.as_bytes(), grammar).as_ref(), Ok(&owned));
            let path = ReversePath::from(owned.clone());
            assert_eq!(ReversePath::parse(path.to_string().as_bytes(), grammar).as_ref(), Ok(&path));
            assert_eq!(owned.to_canonical(), owned);
            assert_eq!(owned.to_canonical().to_canonical().as_str(), owned.to_canonical().as_str());
        }
        if grammar == Grammar::strict() && mailbox.is_ok() {
            assert!(GRAMMARS.iter().all(|lenient| MailboxRef::parse(octets, *lenient) == mailbox));
        }
        let _ = (Host::parse(octets, grammar), LocalPart::parse(octets, grammar));
        let _ = (ReversePath::parse(octets, grammar), ForwardPath::parse(octets, grammar));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Ordinary paths are read by a short way, and mean what their mailbox means.
    #[test]
    fn a_path_is_its_mailbox_in_brackets(
        octets in prop_oneof![
            near_the_grammar(),
            "[a-c1.+_-]{0,70}@([a-c1_-]{0,66}[.]){0,5}[a-c1-]{0,3}".prop_map(String::into_bytes),
        ],
        behind in "[> ]?( SIZE=1)?",
    ) {
        prop_assume!(!octets.starts_with(b"@") && !octets.eq_ignore_ascii_case(b"postmaster"));
        for grammar in GRAMMARS {
            let written = [b"<", &octets[..], b">", behind.as_bytes()].concat();
            let mailbox = MailboxRef::parse(&octets, grammar);
            let path = ReversePathRef::parse_prefix(&written, grammar);
            let to = ForwardPathRef::parse_prefix(&written, grammar);
            if let Ok(mailbox) = mailbox {
                let (path, read) = path.unwrap();
                prop_assert_eq!(path.mailbox(), Some(mailbox));
                prop_assert_eq!((path.as_bytes(), path.is_ascii()), (mailbox.as_bytes(), mailbox.is_ascii()));
                prop_assert_eq!(path.as_str().as_bytes(), mailbox.as_bytes());
                prop_assert_eq!(to.unwrap().0.as_bytes(), mailbox.as_bytes());
                prop_assert_eq!(written.get(..read).map(<[u8]>::len), Some(octets.len().saturating_add(2)));
            } else if let Ok((path, read)) = path {
                // The octets hold a bracket of their own, and the path ended there; or it is the null path.
                let inside = read < octets.len().saturating_add(2);
                prop_assert!(inside || path.mailbox().is_none(), "{:?}", written.escape_ascii().to_string());
            }
        }
    }

    #[test]
    fn random_octets_have_one_reading(octets in proptest::collection::vec(any::<u8>(), 0..80)) {
        holds_for(&octets);
    }

    #[test]
    fn octets_near_the_grammar_have_one_reading(octets in near_the_grammar()) {
        holds_for(&octets);
    }

    #[test]
    fn every_mailbox_that_can_be_made_is_read_again(meaning in meanings(), host in hosts()) {
        let Ok(local_part) = LocalPart::from_meaning(&meaning) else { return Ok(()) };
        prop_assert_eq!(&*local_part.meaning(), meaning.as_str());
        let mailbox = Mailbox::new(&local_part, &host).unwrap();
        let again: Mailbox = mailbox.to_string().parse().unwrap();
        prop_assert_eq!(&again, &mailbox);
        prop_assert_eq!(again.local_part(), local_part.view());
        prop_assert_eq!(again.host(), host.view());
        let header = AddrSpec::parse(mailbox.as_bytes(), Grammar::strict().with_utf8(Utf8::Allowed)).unwrap();
        prop_assert_eq!(header.to_mailbox().unwrap(), mailbox);
    }

    #[test]
    fn equal_values_have_equal_hashes_and_order(a in near_the_grammar(), b in near_the_grammar()) {
        use core::hash::BuildHasher;
        let state = std::hash::RandomState::new();
        let grammar = Grammar::lenient();
        let (Ok(a), Ok(b)) = (LocalPart::parse(&a, grammar), LocalPart::parse(&b, grammar)) else { return Ok(()) };
        prop_assert_eq!(a == b, a.cmp(&b).is_eq());
        prop_assert_eq!(a == b, a.meaning() == b.meaning());
        if a == b {
            prop_assert_eq!(state.hash_one(&a), state.hash_one(&b));
        }
    }

    #[test]
    fn a_path_ends_at_its_bracket_whatever_follows(meaning in meanings(), host in hosts(), rest in any::<Vec<u8>>()) {
        let Ok(local_part) = LocalPart::from_meaning(&meaning) else { return Ok(()) };
        let path = ReversePath::from(Mailbox::new(&local_part, &host).unwrap());
        let written = path.to_string();
        let octets = [written.as_bytes(), &rest].concat();
        let grammar = Grammar::strict().with_utf8(Utf8::Allowed);
        let (read, length) = ReversePathRef::parse_prefix(&octets, grammar).unwrap();
        prop_assert_eq!((read, length), (path.view(), written.len()));
    }

    #[test]
    fn xtext_gives_back_what_it_took(octets in any::<Vec<u8>>(), text in any::<String>()) {
        let encoded = xtext::encode(&octets);
        let decoded = xtext::decode(encoded.as_bytes()).unwrap();
        prop_assert_eq!(decoded.as_ref(), octets.as_slice());
        let _ = (xtext::decode(&octets), xtext::decode_text(&octets));
        for utf8 in [Utf8::Refused, Utf8::Allowed] {
            let _ = xtext::decode_unitext(&octets, utf8);
            if !text.chars().any(char::is_control) {
                let encoded = xtext::encode_unitext(&text, utf8);
                let decoded = xtext::decode_unitext(encoded.as_bytes(), utf8).unwrap();
                prop_assert_eq!(decoded.as_ref(), text.as_str());
            }
        }
    }

    #[test]
    fn parameters_are_written_as_they_were_read(octets in any::<Vec<u8>>(), text in "[ -~\u{fc}]{1,40}") {
        for parsed in [Orcpt::parse(&octets, Utf8::Allowed), Orcpt::new(&text), Orcpt::parse(&[b"utf-8;", text.as_bytes()].concat(), Utf8::Allowed)] {
            let Ok(orcpt) = parsed else { continue };
            let wire = orcpt.encoded(Utf8::Allowed);
            prop_assert_eq!(Orcpt::parse(wire.as_bytes(), Utf8::Allowed).unwrap(), orcpt.clone());
            prop_assert!(orcpt.to_string().bytes().all(|octet| octet.is_ascii_graphic() && octet != b'='));
        }
        if let Ok(envid) = Envid::new(&text) {
            prop_assert_eq!(Envid::parse(envid.to_string().as_bytes()).unwrap(), envid);
        }
    }
}
