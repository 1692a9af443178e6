//! What ends a body behind DATA, what is unstuffed, and what is found on the way.

use bytes::BytesMut;
use mailwright_smtp::{BareNewline, BodyDecoder, BodyFindings, OctetFacts};
use proptest::prelude::*;

use crate::any_body;
use crate::reference::reference;

/// Body, octets consumed and findings when the wire comes in pieces of the given lengths, the rest at once.
fn read_in(newlines: BareNewline, wire: &[u8], cuts: &[usize]) -> (Vec<u8>, usize, bool, BodyFindings) {
    let mut decoder = BodyDecoder::new(newlines).with_line_limit(40).with_octet_facts();
    let (mut body, mut consumed, mut from) = (Vec::new(), 0, 0);
    let mut cuts = cuts.iter().copied();
    while from < wire.len() && !decoder.is_finished() {
        let to = cuts.next().map_or(wire.len(), |length| (from + length).min(wire.len()));
        let mut pieces = decoder.decode(&wire[from..to]);
        pieces.by_ref().for_each(|piece| body.extend_from_slice(piece));
        consumed += to - from - pieces.rest().len();
        from = to;
    }
    assert_eq!(decoder.wire(), consumed as u64);
    assert_eq!(decoder.findings().octets, body.len() as u64);
    (body, consumed, decoder.is_finished(), *decoder.findings())
}

fn read(newlines: BareNewline, wire: &[u8]) -> (Vec<u8>, usize, bool, BodyFindings) {
    let whole = read_in(newlines, wire, &[]);
    let octets = vec![1; wire.len()];
    assert_eq!(
        read_in(newlines, wire, &octets),
        whole,
        "octet by octet: {:?}",
        wire.escape_ascii().to_string()
    );
    for cut in 0..=wire.len() {
        assert_eq!(
            read_in(newlines, wire, &[cut]),
            whole,
            "cut at {cut}: {:?}",
            wire.escape_ascii().to_string()
        );
    }
    if wire.len() <= 64 {
        for first in 0..wire.len() {
            for second in 0..=wire.len() - first {
                assert_eq!(read_in(newlines, wire, &[first, second]), whole, "cut at {first}, then {second}");
            }
        }
    }
    whole
}

#[track_caller]
fn check(wire: &[u8], body: &[u8], rest: &[u8]) {
    let (found, consumed, finished, _) = read(BareNewline::Reject, wire);
    assert!(finished);
    assert_eq!(found.escape_ascii().to_string(), body.escape_ascii().to_string());
    assert_eq!(wire[consumed..].escape_ascii().to_string(), rest.escape_ascii().to_string());
}

/// `candidate` stands behind `body` and before commands, and must not end the message.
#[track_caller]
fn check_no_end(candidate: &[u8]) -> BodyFindings {
    let wire = [b"body", candidate, b"MAIL FROM:<x@y>\r\n\r\n.\r\nQUIT\r\n"].concat();
    let mut found = BodyFindings::default();
    for newlines in [BareNewline::Reject, BareNewline::Note, BareNewline::Normalise] {
        let (_, consumed, finished, findings) = read(newlines, &wire);
        assert!(finished, "{}", candidate.escape_ascii());
        assert_eq!(&wire[consumed..], b"QUIT\r\n", "{}", candidate.escape_ascii());
        found = findings;
    }
    found
}

#[test]
fn smtp_b01_only_crlf_dot_crlf_ends_data() {
    check(b"hi\r\n.\r\n", b"hi\r\n", b"");
    for candidate in [&b"\n.\n"[..], b"\n.\r\n"] {
        assert_eq!(check_no_end(candidate).bare_lf, Some(4));
    }
}

#[test]
fn smtp_b02_ends_that_scanners_try_are_data() {
    for candidate in [&b"\r\n.\r\r\n"[..], b"\r.\r", b"\r.\r\n", b"\r\n.\n", b"\r\n\0.\r\n"] {
        check_no_end(candidate);
    }
}

#[test]
fn smtp_b03_a_cr_before_the_true_end_is_found_and_does_not_stall() {
    let (body, _, finished, findings) = read(BareNewline::Reject, b"body\r\r\n.\r\n");
    assert!(finished);
    assert_eq!((&body[..], findings.bare_cr), (&b"body\r\r\n"[..], Some(4)));
}

#[test]
fn smtp_b04_a_dot_alone_at_once_is_an_empty_message() {
    check(b".\r\nNOOP\r\n", b"", b"NOOP\r\n");
}

#[test]
fn smtp_b05_the_first_line_is_unstuffed_too() {
    check(b".a\r\n.\r\n", b"a\r\n", b"");
    check(b"..\r\n.\r\n", b".\r\n", b"");
    check(b"..x\r\n..\r\n.\r\n", b".x\r\n.\r\n", b"");
}

#[test]
fn smtp_b06_every_cut_gives_the_same() {
    let long =
        [b"x".repeat(1300), b"\r\n..dotted\r\n".to_vec(), b"y".repeat(40), b"\r\n.\r\nQUIT\r\n".to_vec()]
            .concat();
    check(
        &long,
        &[b"x".repeat(1300), b"\r\n.dotted\r\n".to_vec(), b"y".repeat(40), b"\r\n".to_vec()].concat(),
        b"QUIT\r\n",
    );
}

#[test]
fn smtp_b07_octets_behind_the_end_stay_for_the_next_command() {
    check(b"hi\r\n.\r\nQUIT\r\n", b"hi\r\n", b"QUIT\r\n");
    check(b"hi\r\n.\r\n.\r\n", b"hi\r\n", b".\r\n");
    check(b"hi\r\n.\r\n\n\xff\0", b"hi\r\n", b"\n\xff\0");
}

#[test]
fn smtp_b07_what_stands_behind_the_end_is_no_finding() {
    let (_, _, _, findings) =
        read(BareNewline::Reject, b"hi\r\n.\r\n\n\r\xff\0 and much more of it, so that blocks are full....");
    assert_eq!((findings.octets, findings.bare_cr, findings.bare_lf), (4, None, None));
    assert_eq!((findings.facts, findings.long_line), (Some(OctetFacts::default()), None));
}

#[test]
fn smtp_b09_bare_newlines_are_found_mended_or_noted() {
    let wire = b"a\nb\rc\r\n.\r\n";
    for newlines in [BareNewline::Reject, BareNewline::Note] {
        let (body, _, _, findings) = read(newlines, wire);
        assert_eq!((&body[..], findings.bare_lf, findings.bare_cr), (&b"a\nb\rc\r\n"[..], Some(1), Some(3)));
    }
    let (body, _, _, findings) = read(BareNewline::Normalise, wire);
    assert_eq!((&body[..], findings.bare_lf, findings.bare_cr), (&b"a\r\nb\r\nc\r\n"[..], Some(1), Some(3)));
}

#[test]
fn smtp_b12_mending_makes_no_end_for_the_next_hop() {
    let (body, ..) = read(BareNewline::Normalise, b"body\n.\nMAIL FROM:<x@y>\r\n.\r\n");
    assert_eq!(body, b"body\r\n.\r\nMAIL FROM:<x@y>\r\n");
    let mut wire = BytesMut::new();
    let mut encoder = mailwright_smtp::BodyEncoder::new(mailwright_smtp::OutgoingNewlines::Refuse);
    encoder.encode(&body, &mut wire).unwrap();
    encoder.finish(&mut wire).unwrap();
    assert_eq!(&wire[..], b"body\r\n..\r\nMAIL FROM:<x@y>\r\n.\r\n");
    check(&wire, &body, b"");
}

#[test]
fn smtp_b16_long_lines_are_counted_without_the_stuffed_dot() {
    let at = |length: usize, dot: &str| {
        let wire = format!("{dot}{}\r\n.\r\n", "x".repeat(length - 2));
        read(BareNewline::Reject, wire.as_bytes()).3.long_line
    };
    assert_eq!((at(39, ""), at(40, ""), at(41, "")), (None, None, Some(0)));
    assert_eq!((at(40, "."), at(41, ".")), (None, Some(0)));
    let (.., findings) =
        read(BareNewline::Reject, format!("a\r\nb\r\n{}\r\nc\r\n.\r\n", "x".repeat(39)).as_bytes());
    assert_eq!(findings.long_line, Some(6));
}

#[test]
fn facts_of_the_octets_are_exact_wherever_they_stand() {
    for length in [0, 1, 15, 16, 17, 70, 511, 512, 513, 1100] {
        for behind in [0, 1, 20, 600] {
            let text = |octet: u8| {
                [&b"z".repeat(length)[..], &[octet], &b"z".repeat(behind)[..], b"\r\n.\r\n"].concat()
            };
            let findings = |octet| read_in(BareNewline::Reject, &text(octet), &[]).3;
            let facts = |octet| findings(octet).facts.unwrap();
            assert_eq!((facts(0).nul, facts(0).eight_bit), (true, false));
            assert_eq!((facts(0x80).nul, facts(0x80).eight_bit), (false, true));
            assert_eq!(findings(b'\r').bare_cr, Some(length as u64));
            assert_eq!(findings(b'\n').bare_lf, Some(length as u64));
        }
    }
}

#[test]
fn threat_l01_line_ends_that_are_none_never_end_the_message() {
    for candidate in [
        &b"\n.\n"[..],
        b"\n.\r\n",
        b"\r\n.\n",
        b"\r.\r",
        b"\r.\r\n",
        b"\r.\n",
        b"\n.\r",
        b"\r\n.\r",
        b"\n\r.\n\r",
    ] {
        let findings = check_no_end(candidate);
        assert!(findings.bare_cr.is_some() || findings.bare_lf.is_some(), "{}", candidate.escape_ascii());
    }
}

#[test]
fn threat_l02_a_second_cr_makes_no_end() {
    for candidate in [&b"\r\n.\r\r\n"[..], b"\r\r\n.\r\r\n", b"\r\n.\r\r\r\n"] {
        assert!(check_no_end(candidate).bare_cr.is_some());
    }
}

#[test]
fn threat_l03_the_true_end_behind_a_cr_is_an_end() {
    smtp_b03_a_cr_before_the_true_end_is_found_and_does_not_stall();
}

#[test]
fn threat_l05_blanks_nul_and_dots_around_the_dot_are_data() {
    for candidate in [&b"\r\n\0.\r\n"[..], b"\r\n. \r\n", b"\r\n .\r\n", b"\r\n..\r\n"] {
        let findings = check_no_end(candidate);
        assert_eq!((findings.bare_cr, findings.bare_lf), (None, None));
    }
}

#[test]
fn threat_l06_no_other_character_is_a_newline() {
    for newline in ["\u{b}", "\u{c}", "\u{85}", "\u{2028}", "\u{2029}", "\u{1e}"] {
        check_no_end(format!("{newline}.{newline}").as_bytes());
        check_no_end(format!("\r\n.{newline}").as_bytes());
        check_no_end(format!("{newline}.\r\n").as_bytes());
    }
}

#[test]
fn threat_l07_the_empty_message_ends() {
    smtp_b04_a_dot_alone_at_once_is_an_empty_message();
}

#[test]
fn threat_l08_first_line_dots() {
    check(b"..x\r\n.\r\n", b".x\r\n", b"");
    check(b".x\r\n.\r\n", b"x\r\n", b"");
}

#[test]
fn threat_l09_octets_and_pairs_of_octets_at_every_place() {
    // `read` cuts everywhere, twice where the wire is short.
    for wire in [&b"\r\n.\r\n"[..], b"a\r\n.\r\n.\r\n", b"\r.\r\n\r\r\n.\r\n", b".\r.\r\n.\r\n"] {
        let (body, consumed) = reference(wire).unwrap();
        check(wire, &body, &wire[consumed..]);
    }
}

/// Rows of the table measured on real servers: what stands behind `body`, and whether our reader may see an end there.
/// `true` only where every server sees one.
const MEASURED: &[(&[u8], bool)] = &[
    (b"\r\n.\r\n", true),
    (b"\n.\n", false),
    (b"\n.\r\n", false),
    (b"\r\n.\n", false),
    (b"\r.\r", false),
    (b"\r.\r\n", false),
    (b"\r.\n", false),
    (b"\n.\r", false),
    (b"\r\n.\r", false),
    (b"\n\r.\n\r", false),
    (b"\r\n.\r\r\n", false),
    (b"\r\r\n.\r\r\n", false),
    (b"\r\r\n.\r\n", true),
    (b"\r\n\0.\r\n", false),
    (b"\r\n. \r\n", false),
    (b"\r\n .\r\n", false),
    (b"\x0b.\x0b", false),
    (b"\x0c.\x0c", false),
    (b"\xc2\x85.\xc2\x85", false),
    (b"\xe2\x80\xa8.\xe2\x80\xa8", false),
    (b"\r\n..\r\n", false),
    (b"\n..\n", false),
];

#[test]
fn end_of_data_candidates_are_judged_as_the_strictest_servers_do() {
    for &(candidate, ends) in MEASURED {
        let wire = [b"body", candidate, b"NOOP\r\n\r\n.\r\n"].concat();
        for newlines in [BareNewline::Reject, BareNewline::Normalise, BareNewline::Note] {
            let (_, consumed, finished, _) = read(newlines, &wire);
            assert!(finished);
            let at = if ends { 4 + candidate.len() } else { wire.len() };
            assert_eq!(consumed, at, "{}", candidate.escape_ascii());
        }
    }
}

proptest! {
    #[test]
    fn agrees_with_the_reader_of_the_rfc(octets in any_body(), cuts in proptest::collection::vec(1_usize..700, 0..20)) {
        let wire = [&octets[..], b"\r\n.\r\nNOOP\r\n"].concat();
        let (body, consumed) = reference(&wire).unwrap();
        for newlines in [BareNewline::Reject, BareNewline::Note] {
            let found = read_in(newlines, &wire, &cuts);
            prop_assert_eq!(&found.0, &body);
            prop_assert_eq!((found.1, found.2), (consumed, true));
        }
        let bare = |first: u8, second: u8| {
            wire[..consumed].iter().enumerate().any(|(at, &octet)| {
                (octet == first && first == b'\r' && wire.get(at + 1) != Some(&second))
                    || (octet == first && first == b'\n' && (at == 0 || wire[at - 1] != second))
            })
        };
        let findings = read_in(BareNewline::Reject, &wire, &cuts).3;
        prop_assert_eq!(findings.bare_cr.is_some(), bare(b'\r', b'\n'));
        prop_assert_eq!(findings.bare_lf.is_some(), bare(b'\n', b'\r'));
        let facts = findings.facts.unwrap();
        prop_assert_eq!((facts.eight_bit, facts.nul), (!body.is_ascii(), body.contains(&0)));
        let longest = body.split_inclusive(|&octet| octet == b'\n').map(<[u8]>::len).max().unwrap_or(0);
        prop_assert_eq!(findings.long_line.is_some(), longest > 40);
    }

    #[test]
    fn any_cut_gives_the_same(octets in any_body(), cuts in proptest::collection::vec(0_usize..40, 0..200)) {
        for newlines in [BareNewline::Reject, BareNewline::Normalise, BareNewline::Note] {
            prop_assert_eq!(read_in(newlines, &octets, &cuts), read_in(newlines, &octets, &[]));
        }
    }

    #[test]
    fn a_mended_body_has_no_bare_newline(octets in any_body()) {
        let (body, ..) = read_in(BareNewline::Normalise, &[&octets[..], b"\r\n.\r\n"].concat(), &[]);
        let mut quiet = BytesMut::new();
        let mut encoder = mailwright_smtp::BodyEncoder::new(mailwright_smtp::OutgoingNewlines::Refuse);
        prop_assert!(encoder.encode(&body, &mut quiet).is_ok());
    }

    #[test]
    fn pieces_of_shared_memory_are_the_same_octets(octets in any_body(), cuts in proptest::collection::vec(1_usize..3000, 0..9)) {
        for newlines in [BareNewline::Reject, BareNewline::Normalise] {
            let (body, consumed, finished, findings) = read_in(newlines, &octets, &[]);
            let mut decoder = BodyDecoder::new(newlines).with_line_limit(40).with_octet_facts();
            let (mut input, mut found, mut from) = (BytesMut::new(), Vec::new(), 0);
            for cut in cuts.iter().copied().chain([octets.len()]) {
                let to = (from + cut).min(octets.len());
                input.extend_from_slice(&octets[from..to]);
                from = to;
                while let Some(piece) = decoder.decode_bytes(&mut input) {
                    prop_assert!(!piece.is_empty());
                    found.extend_from_slice(&piece);
                }
            }
            prop_assert_eq!(found, body);
            prop_assert_eq!(decoder.is_finished(), finished);
            prop_assert_eq!(*decoder.findings(), findings);
            prop_assert_eq!(&input[..], if finished { &octets[consumed..] } else { &[] });
        }
    }
}
