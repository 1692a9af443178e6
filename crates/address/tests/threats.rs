//! Every class of hostile address: what is accepted, with which meaning, and what is refused.
//!
//! in:  addresses that other software read in two ways      out: our one reading
//! law: the domain that one path of ours sees is the domain that all see

#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

extern crate alloc;

use alloc::collections::BTreeSet;

use mailwright_address::{
    AddrSpec, Class, Domain, Fault, ForwardPath, ForwardPathRef, Grammar, LocalPart, Mailbox, MailboxRef,
    Reading, ReversePathRef, Utf8,
};

const STRICT: Grammar = Grammar::strict();
const UTF8: Grammar = Grammar::strict().with_utf8(Utf8::Allowed);

/// Local part (as meant) and host of an address through all paths, which must agree; `None` where refused.
#[track_caller]
fn envelope(address: &str, grammar: Grammar) -> Option<(String, String)> {
    let mailbox = MailboxRef::parse(address.as_bytes(), grammar).ok();
    let parts = |m: MailboxRef<'_>| (m.local_part().meaning().into_owned(), m.host().as_str().to_owned());
    let expected = mailbox.map(parts);
    let bracketed = format!("<{address}>");
    if let Some(expected) = &expected {
        let (path, read) = ReversePathRef::parse_prefix(bracketed.as_bytes(), grammar).unwrap();
        assert_eq!(read, bracketed.len());
        assert_eq!(path.mailbox().map(parts).as_ref(), Some(expected));
        let (path, _) = ForwardPathRef::parse_prefix(bracketed.as_bytes(), grammar).unwrap();
        assert_eq!(path.mailbox().map(parts).as_ref(), Some(expected));
        assert_eq!(
            header(address, grammar).as_ref(),
            Some(expected),
            "header and envelope differ: {address}"
        );
    }
    expected
}

/// The same in the header's reading.
#[track_caller]
fn header(address: &str, grammar: Grammar) -> Option<(String, String)> {
    let spec = AddrSpec::parse(address.as_bytes(), grammar).ok()?;
    Some((spec.local_part().into_owned(), spec.host().into_owned()))
}

#[track_caller]
fn refused(address: &str, grammar: Grammar, fault: Fault, at: usize) {
    let error = MailboxRef::parse(address.as_bytes(), grammar).unwrap_err();
    assert_eq!((error.fault(), error.at()), (fault, at), "{address}");
}

#[track_caller]
fn is(address: &str, local_part: &str, host: &str) {
    assert_eq!(envelope(address, UTF8), Some((local_part.to_owned(), host.to_owned())), "{address}");
}

#[test]
fn threat_a01_an_at_inside_quotes_never_moves_the_domain() {
    is("\"a@evil.example x\"@internal.example", "a@evil.example x", "internal.example");
    is("\"a@evil.example\\\"\"@internal.example", "a@evil.example\"", "internal.example");
    is("\"<a@evil.example>\"@internal.example", "<a@evil.example>", "internal.example");
    is("\"a@evil.example> \"@internal.example", "a@evil.example> ", "internal.example");
}

#[test]
fn threat_a02_one_answer_or_none() {
    refused("a@b@c", STRICT, Fault::Unexpected, 3);
    refused("a@[b]@c", STRICT, Fault::LiteralNoAddress, 3);
    refused("a@[192.0.2.1]@c", STRICT, Fault::Unexpected, 13);
    refused("a@b,c@d", STRICT, Fault::Unexpected, 3);
    refused("<a@b>c", STRICT, Fault::Unexpected, 0);
    refused("a@b (c@d)", STRICT, Fault::Folding, 3);
    refused("a(@x)@b", STRICT, Fault::Comment, 1);
    for address in ["a@b@c", "a@[b]@c", "a@b,c@d", "<a@b>c"] {
        assert_eq!(header(address, STRICT), None, "{address}");
    }
    assert_eq!(header("a@b (c@d)", STRICT), Some(("a".into(), "b".into())));
    assert_eq!(header("a(@x)@b", STRICT), Some(("a".into(), "b".into())));
}

#[test]
fn threat_a03_a_group_is_no_mailbox_and_nothing_recurses() {
    for group in ["g:;", "a:b:c@d;;", "g:a@b;", ":a@b", "a@b;"] {
        assert_eq!(envelope(group, STRICT), None, "{group}");
        assert_eq!(header(group, STRICT), None, "{group}");
    }
    let deep = "a:".repeat(100_000);
    assert_eq!(Reading::of(deep.as_bytes(), STRICT).class(), Class::Invalid);
}

#[test]
fn threat_a04_comments_are_a_number_not_a_stack() {
    let deep = format!("{}{}a@b.example", "(".repeat(100_000), ")".repeat(100_000));
    assert_eq!(header(&deep, STRICT), Some(("a".into(), "b.example".into())));
    assert_eq!(Reading::of("(".repeat(100_000).as_bytes(), STRICT).class(), Class::Invalid);
    assert_eq!(Reading::of(b"((a)b@c", STRICT).worst().unwrap().fault(), Fault::UnclosedComment);
    assert_eq!(header("(a\\)b)c@d", STRICT), Some(("c".into(), "d".into())));
    let everywhere = "(1)a(2).(3)b(4)@(5)c(6).(7)d(8)";
    assert_eq!(header(everywhere, STRICT), Some(("a.b".into(), "c.d".into())));
    assert_eq!(envelope(everywhere, STRICT), None);
    assert_eq!(header("a(\\))@b", STRICT), Some(("a".into(), "b".into())));
    // A quote inside a comment opens nothing.
    assert_eq!(header("a(\")@b.example", STRICT), Some(("a".into(), "b.example".into())));
}

#[test]
fn threat_a05_long_inputs_are_read_once() {
    let literal = format!("a@[{}]", "1:".repeat(50_000));
    assert_eq!(Reading::of(literal.as_bytes(), STRICT).class(), Class::OverLimit);
    let literal = format!("a@[tag:{}]", "x".repeat(100_000));
    assert_eq!(Reading::of(literal.as_bytes(), STRICT).class(), Class::OverLimit);
    let pieces = format!("{}a@b", "\"x\".".repeat(100_000));
    assert_eq!(Reading::of(pieces.as_bytes(), STRICT).class(), Class::OverLimit);
    let words = format!("{}@b", "word ".repeat(100_000));
    assert_eq!(Reading::of(words.as_bytes(), STRICT).class(), Class::Invalid);
    let labels = format!("a@{}\u{fc}", "\u{fc}.".repeat(100_000));
    assert_eq!(Reading::of(labels.as_bytes(), UTF8).class(), Class::OverLimit);
    let escapes = format!("\"{}\"@b", "\\a".repeat(100_000));
    assert_eq!(Reading::of(escapes.as_bytes(), STRICT).class(), Class::OverLimit);
    let many = format!("{}a@b", "\"\x07\".".repeat(1_000));
    assert_eq!(Reading::of(many.as_bytes(), STRICT).faults().len(), Reading::MAX_FAULTS);
}

#[test]
fn threat_a06_an_encoded_word_is_never_decoded_in_an_address() {
    is("=?utf-8?q?=41=40evil=3e?=@b.example", "=?utf-8?q?=41=40evil=3e?=", "b.example");
    is("\"=?utf-8?q?a=40evil?= x\"@b.example", "=?utf-8?q?a=40evil?= x", "b.example");
    refused("a@=?utf-8?q?evil?=", STRICT, Fault::DomainCharacter, 2);
}

#[test]
fn threat_a07_nothing_outside_ascii_becomes_syntax() {
    // Full-width @, ideographic full stop, small full stop, full-width <, and letters that are syntax modulo 256.
    for odd in
        ['\u{ff20}', '\u{3002}', '\u{fe52}', '\u{ff0e}', '\u{ff61}', '\u{ff1c}', '\u{ff1e}', '\u{3000}']
    {
        refused(&format!("a@b{odd}example.org"), UTF8, Fault::NotULabel, 2);
        let alone = format!("a{odd}b.example");
        assert_eq!(MailboxRef::parse(alone.as_bytes(), UTF8).unwrap_err().fault(), Fault::NoDomain);
        is(&format!("a{odd}b@c.example"), &format!("a{odd}b"), "c.example");
    }
    for wraps in ['\u{140}', '\u{12e}', '\u{10a}', '\u{10d}', '\u{13e}'] {
        let alone = format!("a{wraps}b.example");
        assert_eq!(MailboxRef::parse(alone.as_bytes(), UTF8).unwrap_err().fault(), Fault::NoDomain);
        is(&format!("a{wraps}b@c.example"), &format!("a{wraps}b"), "c.example");
    }
    // A soft hyphen or a capital would be mapped away: no U-label.
    refused("a@ex\u{ad}ample.org", UTF8, Fault::NotULabel, 2);
    refused("a@B\u{dc}CHER.example", UTF8, Fault::NotULabel, 2);
    refused("a\u{85}b@c.example", UTF8, Fault::NonAsciiControl, 1);
}

#[test]
fn threat_a08_a_local_part_is_never_normalised() {
    let composed: Mailbox = "\u{e9}@b.example".parse().unwrap();
    let decomposed: Mailbox = "e\u{301}@b.example".parse().unwrap();
    assert_ne!(composed, decomposed);
    assert_eq!(decomposed.as_str(), "e\u{301}@b.example");
    assert_eq!(decomposed.to_canonical().as_str(), "e\u{301}@b.example");
    // Kelvin sign and K, long s and s: no folding either.
    assert_ne!("\u{212a}@b".parse::<Mailbox>(), "K@b".parse());
    // A decomposed domain is no U-label.
    refused("a@e\u{301}.example", UTF8, Fault::NotULabel, 2);
}

#[test]
fn threat_a09_fake_a_labels_are_refused() {
    for fake in ["xn--example", "xn--a", "xn--a-b", "xn--0", "xn--ls8h=", "xn--\u{fc}"] {
        assert_eq!(envelope(&format!("a@{fake}.org"), UTF8), None, "{fake}");
        assert!(Domain::parse(fake.as_bytes(), UTF8).is_err(), "{fake}");
    }
    // Punycode of pure ASCII: `example` could be spelt twice.
    refused("a@xn--example-.org", STRICT, Fault::TrailingHyphen, 13);
    assert!(Domain::parse(b"example.org.xn--", STRICT).is_err());
    assert!(Domain::parse(b"xn--.example", STRICT).is_err());
    is("a@xn--bcher-kva.example", "a", "xn--bcher-kva.example");
    is("xn--a@b.example", "xn--a", "b.example");
}

#[test]
fn threat_a10_lengths_are_exact_and_in_octets() {
    let domain = |octets: usize| format!("{}{}", "a23456789.".repeat(octets / 10), "b".repeat(octets % 10));
    is(&format!("{}@b", "a".repeat(64)), &"a".repeat(64), "b");
    refused(&format!("{}@b", "a".repeat(65)), STRICT, Fault::LocalPartTooLong, 64);
    is(&format!("{}@b", "\u{fc}".repeat(32)), &"\u{fc}".repeat(32), "b");
    refused(&format!("{}a@b", "\u{fc}".repeat(32)), UTF8, Fault::LocalPartTooLong, 64);
    is(&format!("\"{}\"@b", " ".repeat(62)), &" ".repeat(62), "b");
    refused(&format!("\"{}\"@b", " ".repeat(63)), STRICT, Fault::LocalPartTooLong, 64);
    is(&format!("a@{}.b", "c".repeat(63)), "a", &format!("{}.b", "c".repeat(63)));
    refused(&format!("a@{}.b", "c".repeat(64)), STRICT, Fault::LabelTooLong, 65);
    assert_eq!(domain(255).len(), 255);
    assert!(Domain::parse(domain(255).as_bytes(), STRICT).is_ok());
    assert_eq!(Domain::parse(domain(256).as_bytes(), STRICT).unwrap_err().fault(), Fault::DomainTooLong);
    // The path counts its brackets: 254 octets of mailbox.
    is(&format!("a@{}", domain(252)), "a", &domain(252));
    refused(&format!("a@{}", domain(253)), STRICT, Fault::PathTooLong, 254);
    let path = format!("<a@{}>", domain(252));
    assert_eq!((path.len(), ReversePathRef::parse_prefix(path.as_bytes(), STRICT).unwrap().1), (256, 256));
    let path = format!("<a@{}>", domain(253));
    let error = ReversePathRef::parse_prefix(path.as_bytes(), STRICT).unwrap_err();
    assert_eq!(error.fault(), Fault::PathTooLong);
    // A U-label is as long as its A-label.
    assert!(Domain::parse(format!("{}.example", "\u{fc}".repeat(50)).as_bytes(), UTF8).is_ok());
    let error = Domain::parse(format!("{}.example", "\u{fc}".repeat(60)).as_bytes(), UTF8).unwrap_err();
    assert_eq!(error.fault(), Fault::LabelTooLong);
}

#[test]
fn each_departure_has_its_class_and_octet() {
    for (address, class, fault, at) in [
        ("a@b.example", Class::Envelope, None, 0),
        ("\"a\"@b.example", Class::EnvelopeUnusual, Some(Fault::QuotedLocalPart), 0),
        ("a@example", Class::EnvelopeUnusual, Some(Fault::SingleLabel), 2),
        ("a@192.0.2.1", Class::EnvelopeUnusual, Some(Fault::NumericTopLabel), 10),
        ("a@[192.0.2.1]", Class::EnvelopeUnusual, Some(Fault::AddressLiteral), 2),
        ("a@[tag:x]", Class::EnvelopeUnusual, Some(Fault::GeneralLiteral), 2),
        ("a@b.example (c)", Class::HeaderOnly, Some(Fault::Folding), 11),
        ("(c)a@b.example", Class::HeaderOnly, Some(Fault::Comment), 0),
        ("a@b_c.example", Class::HeaderOnly, Some(Fault::DomainCharacter), 3),
        ("a@xn--a.example", Class::HeaderOnly, Some(Fault::FakeALabel), 2),
        ("a@(c)b.example", Class::Deprecated, Some(Fault::BesideAt), 2),
        ("a @b.example", Class::Deprecated, Some(Fault::BesideAt), 2),
        ("a. b@c.example", Class::Deprecated, Some(Fault::BetweenWords), 2),
        ("a@b .example", Class::Deprecated, Some(Fault::BetweenWords), 4),
        ("\r\n \r\n a@b.example", Class::Deprecated, Some(Fault::ObsoleteFolding), 3),
        ("\"a\".b@c.example", Class::Deprecated, Some(Fault::ObsoleteLocalPart), 3),
        ("\"a\x07\"@b.example", Class::Deprecated, Some(Fault::ControlInQuotes), 2),
        ("\"\\\x07\"@b.example", Class::Deprecated, Some(Fault::ControlEscaped), 1),
        ("(\x07)a@b.example", Class::Deprecated, Some(Fault::ControlInComment), 1),
        ("a@[\x07]", Class::Deprecated, Some(Fault::ControlInLiteral), 3),
        ("a@[\\b]", Class::Deprecated, Some(Fault::EscapeInLiteral), 3),
        ("a..b@c.example", Class::Invalid, Some(Fault::DoubleDot), 2),
        ("a@-b.example", Class::Invalid, Some(Fault::LeadingHyphen), 2),
        ("a@b-.example", Class::Invalid, Some(Fault::TrailingHyphen), 3),
        ("\"a@b.example", Class::Invalid, Some(Fault::UnclosedQuotes), 0),
        ("a@[192.0.2.1", Class::Invalid, Some(Fault::UnclosedLiteral), 2),
        ("a(@b.example", Class::Invalid, Some(Fault::UnclosedComment), 1),
        ("\"a\"b@c.example", Class::Invalid, Some(Fault::TextAfterQuotes), 3),
        ("a b@c.example", Class::Invalid, Some(Fault::TextAfterBlank), 2),
        ("a\r@b.example", Class::Invalid, Some(Fault::BareCr), 1),
        ("a\r\n@b.example", Class::Invalid, Some(Fault::FoldWithoutBlank), 1),
        ("a\r\n\r\n @b.example", Class::Invalid, Some(Fault::DoubleFold), 1),
        ("(a\\", Class::Invalid, Some(Fault::BackslashAtEnd), 2),
        ("\u{fc}@b.example", Class::Invalid, Some(Fault::NonAscii), 0),
        ("", Class::Invalid, Some(Fault::NoDomain), 0),
        ("@", Class::Invalid, Some(Fault::NoLocalPart), 0),
        ("a@", Class::Invalid, Some(Fault::NoDomain), 2),
    ] {
        let reading = Reading::of(address.as_bytes(), STRICT);
        let worst = reading.worst().map(|found| (found.fault(), found.at()));
        assert_eq!((reading.class(), worst), (class, fault.map(|fault| (fault, at))), "{address:?}");
    }
    // All faults, from left to right.
    let faults = Reading::of(b"(c)\"a\"@b-..c", STRICT).faults();
    let faults: Vec<_> = faults.iter().map(|found| (found.fault(), found.at())).collect();
    let expected = [
        (Fault::Comment, 0),
        (Fault::QuotedLocalPart, 3),
        (Fault::TrailingHyphen, 8),
        (Fault::DoubleDot, 10),
    ];
    assert_eq!(faults, expected);
    // Every fault has its own name and sentence.
    let names: BTreeSet<_> = Fault::ALL.iter().map(|fault| fault.id()).collect();
    let sentences: BTreeSet<_> = Fault::ALL.iter().map(|fault| fault.as_str()).collect();
    assert_eq!((names.len(), sentences.len()), (Fault::ALL.len(), Fault::ALL.len()));
}

#[test]
fn a_folded_literal_is_still_the_address() {
    let spec = AddrSpec::parse(b"a@[192.0.2.1\r\n ]", STRICT).unwrap();
    assert_eq!(spec.to_mailbox().unwrap().as_str(), "a@[192.0.2.1]");
    let reading = Reading::of(b"a@[ IPv6:::1]", STRICT);
    assert_eq!((reading.class(), reading.worst().unwrap().fault()), (Class::HeaderOnly, Fault::Folding));
    assert_eq!(reading.faults().last().map(|found| found.fault()), Some(Fault::Folding));
    assert!(reading.faults().iter().any(|found| found.fault() == Fault::AddressLiteral));
    // In a literal a parenthesis is text, not a comment.
    assert_eq!(header("a@[(x) 192.0.2.1]", STRICT), Some(("a".into(), "[(x)192.0.2.1]".into())));
    assert!(AddrSpec::parse(b"a@[(x) 192.0.2.1]", STRICT).unwrap().to_mailbox().is_err());
}

#[test]
fn threat_a12_source_routes_are_read_dropped_and_bounded() {
    let (path, read) = ReversePathRef::parse_prefix(b"<@hop,@h2:u@d>", STRICT).unwrap();
    assert_eq!((path.as_str(), read), ("u@d", 14));
    assert_eq!(path.to_string(), "<u@d>");
    let (path, _) =
        ForwardPathRef::parse_prefix(b"<@victim.test,@example.org:u@example.org>", STRICT).unwrap();
    assert_eq!(path.as_str(), "u@example.org");
    let hops = vec!["@hop.example"; 10_000].join(",");
    let error = ReversePathRef::parse_prefix(format!("<{hops}:u@d>").as_bytes(), STRICT).unwrap_err();
    assert_eq!((error.fault(), error.at()), (Fault::PathTooLong, 256));
    let long = Grammar::strict().with_long_path();
    let (path, _) = ReversePathRef::parse_prefix(format!("<{hops}:u@d>").as_bytes(), long)
        .map(|(p, n)| (p.to_string(), n))
        .unwrap();
    assert_eq!(path, "<u@d>");
    // The limit counts the route: 256 octets pass, 257 do not.
    for length in [256, 257] {
        let hops = ["a", "b", "c"].map(|hop| format!("@{}.x", hop.repeat(60))).join(",");
        let path = format!("<{hops}:u@{}.d>", "e".repeat(length - 198));
        assert_eq!(path.len(), length);
        assert_eq!(ReversePathRef::parse_prefix(path.as_bytes(), STRICT).is_ok(), length == 256);
    }
    for bad in [
        "<@hop:>",
        "<@:u@d>",
        "<@hop,:u@d>",
        "<@hop,h2:u@d>",
        "<@hop u@d>",
        "<@hop>",
        "<@[192.0.2.1]:u@d>",
        "<@hop,@h2>",
    ] {
        assert!(ReversePathRef::parse_prefix(bad.as_bytes(), STRICT).is_err(), "{bad}");
    }
}

#[test]
fn threat_a13_the_local_part_is_opaque_and_the_domain_has_no_trailing_dot() {
    is("u%d2@d", "u%d2", "d");
    is("d!u@e", "d!u", "e");
    is("\"u@victim.test\"@example.org", "u@victim.test", "example.org");
    refused("d!u", STRICT, Fault::NoDomain, 3);
    refused("u@d.", STRICT, Fault::TrailingDot, 3);
    refused("u@d.example.", STRICT, Fault::TrailingDot, 11);
    let dot = STRICT.with_trailing_dot();
    assert_eq!(MailboxRef::parse(b"u@d.", dot).unwrap().as_str(), "u@d");
    assert!(MailboxRef::parse(b"u@d..", dot).is_err());
    assert!(MailboxRef::parse(b"u@.", dot).is_err());
}

#[test]
fn threat_a14_what_is_written_is_read_again_and_breaks_no_line() {
    // Every octet in front of, inside and behind each kind of part.
    let frames: [(&str, &str); 6] = [
        ("", "@b.example"),
        ("a", "b@c.example"),
        ("\"a", "b\"@c.example"),
        ("\"\\", "\"@c.example"),
        ("a@b", "c.example"),
        ("a@[", "]"),
    ];
    for (front, behind) in frames {
        for octet in 0..=255_u8 {
            let address = [front.as_bytes(), &[octet], behind.as_bytes()].concat();
            for grammar in [STRICT, UTF8, Grammar::lenient()] {
                let Ok(mailbox) = Mailbox::parse(&address, grammar) else { continue };
                let text = mailbox.to_string();
                assert!(!text.contains(['\r', '\n', '\0']), "{text:?}");
                assert_eq!(Mailbox::parse(text.as_bytes(), grammar).as_ref(), Ok(&mailbox));
                let canonical = mailbox.to_canonical();
                assert_eq!(canonical, mailbox);
                assert_eq!(Mailbox::parse(canonical.as_bytes(), grammar).as_ref(), Ok(&mailbox));
                let meaning = LocalPart::from_meaning(&mailbox.local_part().meaning()).unwrap();
                assert_eq!(meaning.view(), mailbox.local_part());
                let unquoted = !mailbox.local_part().is_quoted();
                assert!(!(unquoted && text.contains(['"', '<', '>', ' ', ',', ';', '(', ')'])), "{text:?}");
            }
        }
    }
}

/// What five mail servers say to one address, and what we say.
const ORACLE: &[(&str, [u16; 6], Option<&str>)] = &[
    // Postfix, Exim, OpenSMTPD, Sendmail, aiosmtpd, chasquid; our local part's meaning, where we accept.
    // The grammar has an empty quoted string (RFC 5321 §4.1.2 `*QcontentSMTP`).
    ("\"\"@d", [250, 250, 501, 250, 250, 501], Some("")),
    // Two dots in a row are no Dot-string (RFC 5321 §4.1.2); the switch for loose dots accepts them.
    ("a..b@d", [250, 250, 501, 250, 250, 501], None),
    // No line end may be quoted (RFC 5321 §4.1.2 `quoted-pairSMTP`): whoever takes it reads two commands.
    ("\"u\\\r\n\"@d", [501, 501, 500, 553, 250, 501], None),
    // Octets from 128 up need SMTPUTF8 (RFC 6531 §3.4).
    ("\u{fc}@d", [250, 250, 553, 250, 500, 250], None),
    // NUL stands nowhere.
    ("a\0@d", [501, 501, 553, 553, 250, 501], None),
];

#[test]
fn threat_a15_where_mail_servers_differ_the_grammar_decides() {
    let mut against_all = BTreeSet::new();
    for (address, replies, ours) in ORACLE {
        let said = MailboxRef::parse(address.as_bytes(), STRICT).ok();
        assert_eq!(said.map(|m| m.local_part().meaning().into_owned()).as_deref(), *ours, "{address:?}");
        if replies.iter().all(|code| (*code == 250) != ours.is_some()) {
            against_all.insert(address);
        }
    }
    assert_eq!(against_all, BTreeSet::new(), "ours alone");
    // FF FE with SMTPUTF8: one server of five takes it; it is no UTF-8.
    assert_eq!(MailboxRef::parse(b"\xFF\xFE@d", UTF8).unwrap_err().fault(), Fault::NotUtf8);
    // No angle brackets: four of five take it; so does the switch, by name.
    assert_eq!(ReversePathRef::parse_prefix(b"a@d", STRICT).unwrap_err().fault(), Fault::NoOpeningBracket);
    let (path, read) = ReversePathRef::parse_prefix(b"a@d SIZE=1", STRICT.with_bare_path()).unwrap();
    assert_eq!((path.as_str(), read), ("a@d", 3));
    assert_eq!(
        Mailbox::parse(b"a..b@d", STRICT.with_loose_dots()).unwrap().to_canonical().as_str(),
        "\"a..b\"@d"
    );
}

#[test]
fn recipient_forms_that_relays_were_tricked_with() {
    let own: ForwardPath = "<user@example.org>".parse().unwrap();
    for same in [
        "<user@EXAMPLE.org>",
        "<\"user\"@example.org>",
        "<@example.org:user@example.org>",
        "<\"us\\er\"@example.org>",
    ] {
        assert_eq!(same.parse::<ForwardPath>().as_ref(), Ok(&own), "{same}");
    }
    for other in [
        "<User@example.org>",
        "<u%victim.test@example.org>",
        "<\"u@victim.test\"@example.org>",
        "<victim.test!u@example.org>",
        "<user@sub.example.org>",
        "<user@ex\u{430}mple.org>",
        "<user@[198.51.100.1]>",
        "<|cmd@example.org>",
    ] {
        let path = other.parse::<ForwardPath>().unwrap();
        assert_ne!(path, own, "{other}");
    }
    for bad in [
        "<u@victim.test@example.org>",
        "<user@example.org%00>",
        "<..u@example.org>",
        "<user@example.org\0>",
        "<user>",
        "<user@example.org> SIZE=1",
        "<user@example.org>SIZE=1",
        "<@example.org>",
        "<user@>",
        "<>",
        "<user@example.org",
        "<<user@example.org>>",
    ] {
        assert!(bad.parse::<ForwardPath>().is_err(), "{bad}");
    }
}
