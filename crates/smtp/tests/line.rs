//! Where lines end, which are too long, and that no cut changes it.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use mailwright_smtp::{Framed, LineEnd, LineFramer};
use proptest::prelude::*;

/// What a framer said: a line with whether it is faulty, or the length of one that is too long.
#[derive(Debug, PartialEq, Clone)]
enum Said {
    Line(String),
    Faulty(String),
    TooLong(u64),
}

/// What is said of the input when it comes in pieces of the given lengths, the rest at once; and what is left.
fn frame_in(ends: LineEnd, limit: usize, input: &[u8], cuts: &[usize]) -> (Vec<Said>, usize) {
    let (mut framer, mut said, mut buffer, mut from) = (LineFramer::new(ends), Vec::new(), Vec::new(), 0);
    for cut in cuts.iter().copied().chain([input.len()]) {
        let to = (from + cut).min(input.len());
        buffer.extend_from_slice(&input[from..to]);
        from = to;
        loop {
            let consumed = match framer.frame(&buffer, limit) {
                Framed::Incomplete { consumed } => {
                    buffer.drain(..consumed);
                    assert!(buffer.len() < limit, "never more is kept than a line");
                    break;
                }
                Framed::Line(line) => {
                    let text = line.octets().escape_ascii().to_string();
                    said.push(if line.ended_by_bare_lf() { Said::Faulty(text) } else { Said::Line(text) });
                    line.consumed()
                }
                Framed::TooLong { consumed, octets } => {
                    said.push(Said::TooLong(octets));
                    consumed
                }
                _ => panic!("an answer that is not known"),
            };
            assert!(consumed > 0);
            buffer.drain(..consumed);
        }
    }
    (said, buffer.len())
}

#[track_caller]
fn check(ends: LineEnd, limit: usize, input: &[u8], said: &[Said], left: usize) {
    let found = frame_in(ends, limit, input, &[]);
    assert_eq!(found, (said.to_vec(), left));
    for cut in 0..=input.len() {
        assert_eq!(frame_in(ends, limit, input, &[cut]), found, "cut at {cut}");
    }
    assert_eq!(frame_in(ends, limit, input, &vec![1; input.len()]), found, "octet by octet");
}

fn line(text: &str) -> Said {
    Said::Line(text.into())
}

fn faulty(text: &str) -> Said {
    Said::Faulty(text.into())
}

#[test]
fn smtp_b10_a_bare_lf_makes_a_faulty_line_that_hides_no_command() {
    check(LineEnd::CrLf, 99, b"NOOP\nQUIT\r\nRSET\r\n", &[faulty("NOOP"), line("RSET")], 0);
    check(LineEnd::CrLf, 99, b"NOOP\nQUIT\nDATA", &[faulty("NOOP")], 0);
    check(LineEnd::CrLfOrLf, 99, b"NOOP\nQUIT\r\n", &[faulty("NOOP"), line("QUIT")], 0);
}

#[test]
fn smtp_b16_an_overlong_line_is_told_once_and_the_next_is_in_step() {
    let long = [&b"x".repeat(600)[..], b"\r\nNOOP\r\n"].concat();
    check(LineEnd::CrLf, 512, &long, &[Said::TooLong(602), line("NOOP")], 0);
    let bare = [&b"x".repeat(600)[..], b"\nMAIL FROM:<a@b>\r\nNOOP\r\n"].concat();
    check(LineEnd::CrLf, 512, &bare, &[Said::TooLong(618), line("NOOP")], 0);
    check(LineEnd::CrLfOrLf, 512, &bare, &[Said::TooLong(601), line("MAIL FROM:<a@b>"), line("NOOP")], 0);
}

#[test]
fn smtp_b17_a_limit_holds_for_whole_and_for_trickling_lines() {
    for (length, said) in [(7, line("xxxxxxx")), (8, line("xxxxxxxx")), (9, Said::TooLong(11))] {
        check(LineEnd::CrLf, 10, &[&b"x".repeat(length)[..], b"\r\n"].concat(), &[said], 0);
    }
}

#[test]
fn threat_r03_limits_are_exact() {
    smtp_b17_a_limit_holds_for_whole_and_for_trickling_lines();
    check(LineEnd::CrLf, 10, b"xxxxxxxxx\rx\r\n", &[Said::TooLong(13)], 0);
    check(LineEnd::CrLfOrLf, 10, b"xxxxxxxxx\n", &[faulty("xxxxxxxxx")], 0);
    check(LineEnd::CrLfOrLf, 10, b"xxxxxxxxxx\n", &[Said::TooLong(11)], 0);
}

#[test]
fn threat_l12_no_line_end_but_crlf_parts_commands() {
    check(LineEnd::CrLf, 99, b"NOOP\n", &[faulty("NOOP")], 0);
    check(LineEnd::CrLf, 99, b"NOOP\r", &[], 5);
    check(LineEnd::CrLf, 99, b"NOOP\r\r\n", &[line("NOOP\\r")], 0);
    check(LineEnd::CrLf, 99, b"NO\0OP\r\n", &[line("NO\\x00OP")], 0);
    check(LineEnd::CrLf, 99, b"NO\rOP\r\n", &[line("NO\\rOP")], 0);
}

#[test]
fn threat_l13_two_commands_parted_by_a_bare_lf_are_one_faulty_line() {
    check(LineEnd::CrLf, 99, b"MAIL FROM:<a@b>\nRCPT TO:<c@d>\r\n", &[faulty("MAIL FROM:<a@b>")], 0);
}

#[test]
fn threat_c06_control_octets_of_a_line_are_found() {
    let mut framer = LineFramer::new(LineEnd::CrLf);
    for (input, cr, nul) in
        [(&b"ok\r\n"[..], false, false), (b"a\rb\r\n", true, false), (b"a\0b\r\n", false, true)]
    {
        let Framed::Line(line) = framer.frame(input, 99) else { panic!("a line") };
        assert_eq!((line.has_bare_cr(), line.has_nul()), (cr, nul));
    }
}

#[test]
fn swallowed_octets_are_counted_so_that_a_caller_can_end_it() {
    let mut framer = LineFramer::new(LineEnd::CrLf);
    for round in 1..=10_u64 {
        assert_eq!(framer.frame(&[b'x'; 1000], 512), Framed::Incomplete { consumed: 1000 });
        assert_eq!(framer.skipped(), round * 1000);
    }
    framer.reset();
    assert_eq!(framer.skipped(), 0);
    assert!(matches!(framer.frame(b"NOOP\r\n", 512), Framed::Line(_)));
}

#[test]
fn a_limit_may_change_from_line_to_line() {
    let mut framer = LineFramer::new(LineEnd::CrLf);
    let input = b"0123456789\r\n";
    assert_eq!(framer.frame(&input[..8], 100), Framed::Incomplete { consumed: 0 });
    assert!(matches!(framer.frame(input, 11), Framed::TooLong { consumed: 12, octets: 12 }));
    assert!(matches!(framer.frame(input, 12), Framed::Line(_)));
}

proptest! {
    #[test]
    fn any_cut_gives_the_same_lines(
        pieces in proptest::collection::vec(prop_oneof![
            Just(b"\r\n".to_vec()), Just(b"\n".to_vec()), Just(b"\r".to_vec()), Just(b"NOOP".to_vec()),
            (0_usize..30).prop_map(|length| vec![b'x'; length]), proptest::collection::vec(any::<u8>(), 0..3),
        ], 0..40),
        cuts in proptest::collection::vec(0_usize..12, 0..99),
        limit in 1_usize..40,
    ) {
        let input = pieces.concat();
        for ends in [LineEnd::CrLf, LineEnd::CrLfOrLf] {
            prop_assert_eq!(frame_in(ends, limit, &input, &cuts), frame_in(ends, limit, &input, &[]));
        }
    }
}
