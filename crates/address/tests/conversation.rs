//! What MAIL, RCPT and EHLO hold: paths, hosts and the values of their parameters.
//!
//! in:  octets behind `FROM:` and `TO:`      out: path, length, fault
//! law: null sender and postmaster are cases of their own; the local part keeps its case

use mailwright_address::{
    AddressError, Envelope, Envid, Fault, ForwardPath, ForwardPathRef, Grammar, Host, LocalPart, Mailbox,
    MailboxRef, Notify, Orcpt, Recipient, Ret, ReversePath, ReversePathRef, Utf8, xtext,
};

const STRICT: Grammar = Grammar::strict();
const UTF8: Grammar = Grammar::strict().with_utf8(Utf8::Allowed);

#[track_caller]
fn mail(octets: &str, expected: Result<(&str, usize), Fault>) {
    let read = ReversePathRef::parse_prefix(octets.as_bytes(), STRICT);
    assert_eq!(
        read.map(|(path, read)| (path.as_str(), read)).map_err(AddressError::fault),
        expected,
        "{octets:?}"
    );
}

#[track_caller]
fn rcpt(octets: &str, expected: Result<(&str, usize), Fault>) {
    let read = ForwardPathRef::parse_prefix(octets.as_bytes(), STRICT);
    assert_eq!(
        read.map(|(path, read)| (path.as_str(), read)).map_err(AddressError::fault),
        expected,
        "{octets:?}"
    );
}

#[test]
fn smtp_b19_the_local_part_keeps_its_case() {
    mail("<User.Name@Example.ORG>", Ok(("User.Name@Example.ORG", 23)));
    assert_ne!("User@a.example".parse::<Mailbox>(), "user@a.example".parse());
    assert_eq!("user@A.example".parse::<Mailbox>(), "user@a.EXAMPLE".parse());
}

#[test]
fn equal_mailboxes_have_one_hash() {
    use core::hash::BuildHasher as _;
    let state = std::hash::RandomState::new();
    let hash = |text: &str| state.hash_one(text.parse::<Mailbox>().unwrap());
    assert_eq!(hash("a@b.Example"), hash("\"a\"@B.example"));
    assert_eq!(hash("a@bücher.example"), hash("a@XN--bcher-kva.example"));
    assert_eq!(hash("a@[IPv6:::1]"), hash("a@[IPv6:0:0:0:0:0:0:0:1]"));
    assert_ne!(hash("a@b.example"), hash("A@b.example"));
}

#[test]
fn smtp_b20_no_blank_stands_in_front_of_or_inside_a_path() {
    mail(" <a@b>", Err(Fault::NoOpeningBracket));
    mail("< a@b>", Err(Fault::Folding));
    mail("<a@b >", Err(Fault::Folding));
    mail("<a @b>", Err(Fault::Folding));
}

#[test]
fn smtp_b21_the_path_says_where_it_ended() {
    mail("<a@b>SIZE=10", Ok(("a@b", 5)));
    mail("<a@b> SIZE=10", Ok(("a@b", 5)));
    mail("<\"a> \"@b> SIZE=10", Ok(("\"a> \"@b", 9)));
}

#[test]
fn smtp_b22_the_null_path_is_a_sender_and_no_recipient() {
    mail("<>", Ok(("", 2)));
    mail("<> RET=HDRS", Ok(("", 2)));
    rcpt("<>", Err(Fault::NullRecipient));
    assert!("<>".parse::<ReversePath>().unwrap().is_null());
    assert!("<>".parse::<ForwardPath>().is_err());
    mail("", Err(Fault::NoOpeningBracket));
    assert!("".parse::<ReversePath>().is_err());
}

#[test]
fn smtp_b23_postmaster_needs_no_domain() {
    for octets in ["<Postmaster>", "<POSTMASTER>", "<postmaster>"] {
        rcpt(octets, Ok(("Postmaster", 12)));
        assert_eq!(octets.parse::<ForwardPath>().unwrap(), ForwardPath::Postmaster);
    }
    rcpt("<postmaster@example.org>", Ok(("postmaster@example.org", 24)));
    rcpt("<postmasters>", Err(Fault::Unexpected));
    mail("<postmaster>", Err(Fault::Unexpected));
    assert_ne!(ForwardPath::Postmaster, "postmaster@example.org".parse().unwrap());
    assert_eq!(ForwardPath::Postmaster.to_string(), "<Postmaster>");
}

#[test]
fn smtp_b24_a_source_route_is_dropped() {
    mail("<@a.example,@b.example:u@c.example> X", Ok(("u@c.example", 35)));
    rcpt("<@a.example:u@c.example>", Ok(("u@c.example", 24)));
    mail("<@a.example>", Err(Fault::NoLocalPart));
}

#[test]
fn smtp_b25_quotes_are_kept_and_compared_by_meaning() {
    for text in ["\"a b\"@c", "\"a@b\"@c", "\"\\\"\"@c", "\"\\\\\"@c", "\"\"@c", "\"a\\b\"@c"] {
        let mailbox: Mailbox = text.parse().unwrap();
        assert_eq!(mailbox.to_string(), text);
        assert_eq!(mailbox.to_string().parse(), Ok(mailbox));
    }
    assert_eq!("\"a\\b\"@c".parse::<Mailbox>(), "ab@c".parse());
    assert_eq!("\"a.b\"@c".parse::<Mailbox>().unwrap().to_canonical().as_str(), "a.b@c");
    assert_eq!("\"a\\ b\"@c".parse::<Mailbox>().unwrap().to_canonical().as_str(), "\"a b\"@c");
    assert_ne!("\"\\\"a\\\"\"@c".parse::<Mailbox>(), "a@c".parse());
    let meaning = LocalPart::from_meaning("a\"b\\c").unwrap();
    assert_eq!((meaning.as_str(), &*meaning.meaning()), ("\"a\\\"b\\\\c\"", "a\"b\\c"));
}

#[test]
fn smtp_b26_dots_and_ats_are_counted() {
    mail("<a..b@c>", Err(Fault::DoubleDot));
    mail("<.a@c>", Err(Fault::LeadingDot));
    mail("<a.@c>", Err(Fault::TrailingDot));
    mail("<a@b@c>", Err(Fault::Unexpected));
    mail("<abc>", Err(Fault::Unexpected));
    mail("<a@>", Err(Fault::NoDomain));
    mail("<@>", Err(Fault::NoDomain));
    let loose = STRICT.with_loose_dots();
    for octets in ["<a..b@c>", "<.a@c>", "<a.@c>"] {
        assert!(ReversePathRef::parse_prefix(octets.as_bytes(), loose).is_ok(), "{octets}");
    }
    // The dots of a domain are not loosened with them.
    assert!(ReversePathRef::parse_prefix(b"<a@b..c>", loose).is_err());
}

#[test]
fn smtp_b27_literals_are_read_into_addresses() {
    let ip = |octets: &[u8]| Host::parse(octets, STRICT).map(|host| host.ip());
    assert_eq!(ip(b"[127.0.0.1]"), Ok(Some([127, 0, 0, 1].into())));
    assert_eq!(ip(b"[IPv6:2001:db8::1]"), Ok(Some("2001:db8::1".parse().unwrap())));
    assert_eq!(ip(b"[tag:content]"), Ok(None));
    assert_eq!(ip(b"[999.0.0.1]").unwrap_err().fault(), Fault::LiteralNoAddress);
    assert_eq!(ip(b"[2001:db8::1]").unwrap_err().fault(), Fault::LiteralTagMissing);
    rcpt("<u@[198.51.100.1]>", Ok(("u@[198.51.100.1]", 18)));
}

#[test]
fn advice_s041_a_literal_needs_its_brackets_and_its_tag() {
    let host = |octets: &[u8]| Host::parse(octets, STRICT);
    assert_eq!(host(b"[IPv6:2001:db8::7]"), host(b"[ipv6:2001:DB8:0:0::7]"));
    assert_eq!(host(b"[IPv6:::ffff:1.2.3.4]").unwrap().ip(), Some("::ffff:1.2.3.4".parse().unwrap()));
    assert!(host(b"[2001:db8::7]").is_err());
    assert!(host(b"[1.2.3").is_err());
    // A bare address is a name whose last label is a number: the caller's to judge.
    assert_eq!(host(b"203.0.113.7").unwrap().ip(), None);
    assert_ne!(host(b"203.0.113.7"), host(b"[203.0.113.7]"));
}

#[test]
fn advice_s067_the_bare_postmaster_is_a_recipient_in_any_case() {
    for octets in ["<Postmaster>", "<POSTMASTER>", "<pOsTmAsTeR>"] {
        assert_eq!(octets.parse(), Ok(ForwardPath::Postmaster));
    }
}

#[test]
fn advice_s037_only_a_local_part_needs_smtputf8() {
    assert!("ü@b.example".parse::<Mailbox>().unwrap().needs_utf8());
    assert!(!"u@bücher.example".parse::<Mailbox>().unwrap().needs_utf8());
}

#[test]
fn smtp_b28_limits_are_enforced_and_two_can_be_raised() {
    let local = format!("<{}@b>", "a".repeat(65));
    mail(&local, Err(Fault::LocalPartTooLong));
    assert!(ReversePathRef::parse_prefix(local.as_bytes(), STRICT.with_long_local_part()).is_ok());
    mail(&format!("<a@{}>", "b".repeat(64)), Err(Fault::LabelTooLong));
    let path = format!("<a@{}c>", "b23456789.".repeat(30));
    mail(&path, Err(Fault::DomainTooLong));
}

#[test]
fn smtp_b29_labels_are_host_names() {
    mail("<a@-b.c>", Err(Fault::LeadingHyphen));
    mail("<a@b-.c>", Err(Fault::TrailingHyphen));
    mail("<a@b..c>", Err(Fault::DoubleDot));
    mail("<a@.c>", Err(Fault::LeadingDot));
    mail("<a@b.>", Err(Fault::TrailingDot));
    mail("<a@b_c.d>", Err(Fault::DomainCharacter));
    assert!(Host::parse(b"win_host.lan", STRICT.with_underscore()).is_ok());
}

#[test]
fn smtp_b30_eight_bits_need_smtputf8_and_must_be_utf8() {
    mail("<\u{fc}@b>", Err(Fault::NonAscii));
    mail("<a@b\u{fc}cher.example>", Err(Fault::NonAscii));
    let (path, _) = ReversePathRef::parse_prefix("<\u{fc}@b>".as_bytes(), UTF8).unwrap();
    assert!(path.needs_utf8());
    let (path, _) = ReversePathRef::parse_prefix("<a@b\u{fc}cher.example>".as_bytes(), UTF8).unwrap();
    assert!(!path.needs_utf8() && !path.is_ascii());
    assert_eq!(path.to_ascii(), "a@xn--bcher-kva.example");
    for broken in [
        &b"<\xFF\xFE@b>"[..],
        b"<\xC3@b>",
        b"<\xC0\x80@b>",
        b"<\xED\xA0\x80@b>",
        b"<\"\xFF\"@b>",
        b"<a@\xFF>",
    ] {
        assert_eq!(
            ReversePathRef::parse_prefix(broken, UTF8).unwrap_err().fault(),
            Fault::NotUtf8,
            "{broken:?}"
        );
        assert_eq!(ReversePathRef::parse_prefix(broken, STRICT).unwrap_err().fault(), Fault::NonAscii);
    }
}

#[test]
fn smtp_b33_xtext_is_decoded_to_the_last_octet() {
    assert_eq!(xtext::decode(b"a+2Bb+3Dc").unwrap().as_ref(), b"a+b=c");
    for broken in [&b"a+3"[..], b"a+", b"a+2b", b"a+G0", b"a=b", b"a b", b"a\x7F", b"\xC3\xA9"] {
        assert!(xtext::decode(broken).is_err(), "{broken:?}");
    }
    assert_eq!(xtext::decode(b"+C3+A9").unwrap().as_ref(), "\u{e9}".as_bytes());
    assert!(xtext::decode_text(b"+C3+A9").is_err());
    assert!(xtext::decode_text(b"a+0D+0Ab").is_err());
    assert!(xtext::decode_text(b"a+00").is_err());
    assert_eq!(xtext::decode_text(b"a+20b").unwrap(), "a b");
    let all: Vec<u8> = (0..=255).collect();
    assert_eq!(xtext::decode(xtext::encode(&all).as_bytes()).unwrap().as_ref(), all);
}

#[test]
fn smtp_b33_unitext_carries_every_character() {
    let text = "\u{fc}\\x+y=z @b\u{20ac}.\u{1f4e7}";
    for utf8 in [Utf8::Refused, Utf8::Allowed] {
        let encoded = xtext::encode_unitext(text, utf8);
        assert!(utf8 == Utf8::Allowed || encoded.is_ascii());
        assert_eq!(xtext::decode_unitext(encoded.as_bytes(), utf8).unwrap(), text);
    }
    for broken in [
        "\\x{}",
        "\\x{F}",
        "\\x{41}",
        "\\x{D800}",
        "\\x{00000FC}",
        "\\x{110000}",
        "\\x{0D}",
        "\\x{0000FC}0}",
        "\\x{FC",
        "\\y",
        "a+b",
        "a=b",
        "a b",
        "\\x{+C}",
    ] {
        let read = xtext::decode_unitext(broken.as_bytes(), Utf8::Refused);
        assert!(read.is_err() || broken == "\\x{0000FC}0}", "{broken}: {read:?}");
    }
    assert!(xtext::decode_unitext("\u{fc}".as_bytes(), Utf8::Refused).is_err());
    assert!(xtext::decode_unitext(b"\xFF", Utf8::Allowed).is_err());
    assert!(xtext::decode_unitext("\u{85}".as_bytes(), Utf8::Allowed).is_err());
}

#[test]
fn smtp_b33_orcpt_outside_ascii_under_the_type_of_ascii_is_taken_for_what_it_means() {
    let orcpt = Orcpt::parse(b"rfc822;+E7+94+A8+E6+88+B7@ok.test", Utf8::Allowed).unwrap();
    assert_eq!((orcpt.kind(), orcpt.address()), ("utf-8", "\u{7528}\u{6237}@ok.test"));
    assert_eq!(Orcpt::parse(orcpt.to_string().as_bytes(), Utf8::Refused).unwrap(), orcpt);
    assert!(Orcpt::parse(b"rfc822;+E7+94+A8@ok.test", Utf8::Refused).is_err());
    assert!(Orcpt::parse(b"rfc822;+E7+94@ok.test", Utf8::Allowed).is_err(), "no UTF-8");
    assert!(Orcpt::parse(b"rfc822;+0D+0A@ok.test", Utf8::Allowed).is_err(), "a line end");
    assert!(Orcpt::parse(b"x400;+E7+94+A8@ok.test", Utf8::Allowed).is_err(), "another type");
}

#[test]
fn smtp_b33_orcpt_keeps_what_it_cannot_read() {
    let orcpt = Orcpt::parse(b"RFC822;a+2Bb@c", Utf8::Refused).unwrap();
    assert_eq!((orcpt.kind(), orcpt.address()), ("RFC822", "a+b@c"));
    let orcpt = Orcpt::parse(b"utf-8;\\x{FC}+2B@c", Utf8::Refused).unwrap();
    assert_eq!((orcpt.address(), orcpt.to_string().as_str()), ("\\x{FC}+2B@c", "utf-8;\\x{FC}+2B@c"));
    let orcpt = Orcpt::parse("utf-8;\u{fc}@c".as_bytes(), Utf8::Allowed).unwrap();
    assert_eq!(orcpt.to_string(), "utf-8;\\x{FC}@c");
    assert!(Orcpt::parse("utf-8;\u{fc}@c".as_bytes(), Utf8::Refused).is_err());
    assert_eq!(Orcpt::new("a+b@c").unwrap().to_string(), "rfc822;a+2Bb@c");
    assert_eq!(Orcpt::new("\u{fc}+b@c").unwrap().to_string(), "utf-8;\\x{FC}\\x{2B}b@c");
    for broken in [
        "rfc822",
        "rfc822;",
        ";a@b",
        "rfc 822;a@b",
        "rfc822;a+3",
        "rfc822;a+0A",
        "rfc822;\u{fc}",
        "utf-8;a b",
        "utf-8;a\r\nb",
    ] {
        assert!(Orcpt::parse(broken.as_bytes(), Utf8::Allowed).is_err(), "{broken:?}");
    }
    assert!(Orcpt::new("a\r\nX: y").is_err());
    assert!(Orcpt::new("\u{fc}\r\nX: y").is_err());
}

#[test]
fn smtp_b34_wishes_about_reports_have_their_limits() {
    assert!(Notify::parse(b"NEVER").unwrap().is_never());
    assert_eq!(Notify::parse(b"Failure,DELAY,success").unwrap().to_string(), "SUCCESS,FAILURE,DELAY");
    for broken in
        [&b""[..], b"NEVER,SUCCESS", b"SUCCESS,NEVER", b"SUCCESS,", b",SUCCESS", b"SUCCESS DELAY", b"ALWAYS"]
    {
        assert!(Notify::parse(broken).is_err(), "{broken:?}");
    }
    assert_eq!(Ret::parse(b"hdrs").map(Ret::as_str), Ok("HDRS"));
    assert!(Ret::parse(b"BODY").is_err() && Ret::parse(b"").is_err());
    assert!(Envid::parse("a".repeat(100).as_bytes()).is_ok());
    assert!(Envid::parse("a".repeat(101).as_bytes()).is_err());
    assert!(Envid::new(&"+".repeat(34)).is_err(), "102 octets once encoded");
    assert!(Envid::parse(b"").is_err() && Envid::parse(b"a+0D+0Ab").is_err());
    let orcpt = |octets: usize| format!("rfc822;{}", "a".repeat(octets.saturating_sub(7)));
    assert!(Orcpt::parse(orcpt(500).as_bytes(), Utf8::Refused).is_ok());
    assert!(Orcpt::parse(orcpt(501).as_bytes(), Utf8::Refused).is_err());
}

#[test]
fn smtp_b89_no_constructor_lets_a_line_end_or_bracket_through() {
    for evil in [
        "a\r\nDATA",
        "a\nb",
        "a\rb",
        "a\0b",
        "a>b",
        "a> SIZE=1",
        "<a",
        "a b",
        "\"a\r\n\"",
        "\"a\0\"",
        "\"a\\\n\"",
    ] {
        let address = format!("{evil}@example.org");
        let grammar = Grammar::lenient();
        assert!(Mailbox::parse(address.as_bytes(), grammar).is_err(), "{evil:?}");
        assert!(MailboxRef::parse(format!("a@{evil}").as_bytes(), grammar).is_err(), "{evil:?}");
        assert!(LocalPart::parse(evil.as_bytes(), grammar).is_err(), "{evil:?}");
        assert!(Host::parse(evil.as_bytes(), grammar).is_err(), "{evil:?}");
        assert!(ReversePath::parse(format!("<{address}>").as_bytes(), grammar).is_err(), "{evil:?}");
    }
    for control in ["a\r\nb", "a\nb", "a\0b", "a\tb", "a\x7Fb", "a\u{85}b"] {
        assert!(LocalPart::from_meaning(control).is_err(), "{control:?}");
        assert!(Envid::new(control).is_err(), "{control:?}");
        assert!(Orcpt::new(control).is_err(), "{control:?}");
    }
    assert_eq!(LocalPart::from_meaning("a>b").unwrap().as_str(), "\"a>b\"");
}

#[test]
fn an_envelope_holds_what_mail_and_rcpt_said() {
    let envelope = Envelope::new(ReversePath::Null)
        .with_ret(Ret::Headers)
        .with_envid(Envid::new("QQ314159").unwrap())
        .with_requiretls()
        .with_recipient(Recipient::new(ForwardPath::Postmaster))
        .with_recipient(
            Recipient::new("b@b\u{fc}cher.example".parse().unwrap())
                .with_notify(Notify::FAILURE)
                .with_orcpt(Orcpt::new("c@d.example").unwrap()),
        );
    assert!(envelope.requiretls() && !envelope.smtputf8() && !envelope.needs_utf8());
    assert_eq!(envelope.recipients().len(), 2);
    let other = envelope.clone().with_recipient(Recipient::new("\u{fc}@b".parse().unwrap())).with_smtputf8();
    assert!(other.needs_utf8() && other.smtputf8());
    assert_ne!(envelope, other);
}

#[test]
fn errors_are_small_and_say_where() {
    assert!(size_of::<AddressError>() <= 24);
    assert!(size_of::<xtext::ParameterError>() <= 24);
    let error = MailboxRef::parse(b"secret\0@b", STRICT).unwrap_err();
    assert_eq!(error.to_string(), "an octet that may not stand here at octet 6");
}
