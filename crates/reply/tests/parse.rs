//! Replies as they come: from good servers, careless ones and hostile ones.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what went wrong by panicking")]

use bytes::BytesMut;
use mailwright_reply::{
    Attempt, Ending, EnhancedStatusCode, Leniency, Lenient, Limits, Reply, ReplyCode, ReplyLine,
    ReplyParseError, ReplyParser, Stage, remote_id, standard,
};

fn strict() -> ReplyParser {
    ReplyParser::new()
}

fn lenient(switch: Lenient) -> ReplyParser {
    ReplyParser::new().with_leniency(Leniency::STRICT.with(switch))
}

fn read(mut parser: ReplyParser, octets: &[u8]) -> Result<Option<Reply>, ReplyParseError> {
    parser.parse_slice(octets).map(|(_, reply)| reply)
}

/// One whole reply: its code, enhanced code and lines.
#[track_caller]
fn reads(parser: ReplyParser, octets: &[u8], code: u16, enhanced: &str, lines: &[&[u8]]) {
    let reply =
        read(parser, octets).unwrap().unwrap_or_else(|| panic!("incomplete: {}", octets.escape_ascii()));
    assert_eq!(reply.code().number(), code);
    assert_eq!(reply.enhanced().map(|e| e.to_string()).unwrap_or_default(), enhanced);
    assert_eq!(reply.lines().collect::<Vec<_>>(), lines);
}

#[track_caller]
fn fails(parser: ReplyParser, octets: &[u8], at: usize, expected: &str) {
    let error = read(parser, octets).unwrap_err();
    assert_eq!((error.at(), error.expected()), (at, expected), "{}", octets.escape_ascii());
}

const DIGIT_1: &str = "a first digit from 2 to 5";
const DIGIT_2: &str = "a second digit from 0 to 5";
const DIGIT_3: &str = "a third digit";
const SEPARATOR: &str = "a space, a hyphen or the end of the line";
const TEXT: &str = "text without control characters";
const CR_LF: &str = "CR before LF";
const SAME: &str = "the code of the first line";

#[test]
fn smtp_b73_all_lines_carry_one_code() {
    fails(strict(), b"250-one\r\n550 two\r\n", 9, SAME);
    fails(strict(), b"550-one\r\n250 two\r\n", 9, SAME);
    fails(strict(), b"250-one\r\n251 two\r\n", 9, SAME);
    reads(strict(), b"250-one\r\n250 two\r\n", 250, "", &[b"one", b"two"]);
}

#[test]
fn smtp_b73_after_an_error_the_parser_says_the_same_again() {
    let mut parser = strict();
    let first = parser.parse_slice(b"250-one\r\n550 two\r\n").unwrap_err();
    assert_eq!(parser.parse_slice(b"250 ok\r\n"), Err(first));
    assert_eq!(parser.parse(&mut BytesMut::from("250 ok\r\n")), Err(first));
    assert_eq!(parser.finish(), Err(first));
}

#[test]
fn smtp_b74_a_code_alone_is_a_whole_reply() {
    reads(strict(), b"250\r\n", 250, "", &[b""]);
    reads(strict(), b"334\r\n", 334, "", &[b""]);
    reads(strict(), b"334 \r\n", 334, "", &[b""]);
    reads(strict(), b"250-\r\n250 ok\r\n", 250, "", &[b"", b"ok"]);
    reads(strict(), b"250-\r\n250-\r\n250\r\n", 250, "", &[b"", b"", b""]);
    assert_eq!(read(strict(), b"250-\r\n"), Ok(None));
}

#[test]
fn smtp_b75_a_bare_lf_ends_a_line_only_where_that_was_said() {
    fails(strict(), b"250 ok\n", 6, CR_LF);
    fails(strict(), b"250-ok\n250 ok\r\n", 6, CR_LF);
    reads(lenient(Lenient::BareLf), b"250-a\n250 b\n", 250, "", &[b"a", b"b"]);
    reads(lenient(Lenient::BareLf), b"250-a\r\n250 b\n", 250, "", &[b"a", b"b"]);
}

#[test]
fn smtp_b75_the_second_digit_is_0_to_5() {
    fails(strict(), b"571 no\r\n", 1, DIGIT_2);
    reads(lenient(Lenient::SecondDigitAny), b"571 5.7.1 no\r\n", 571, "5.7.1", &[b"no"]);
    fails(lenient(Lenient::SecondDigitAny), b"5a1 no\r\n", 1, DIGIT_2);
}

#[test]
fn threat_c05_codes_that_are_none() {
    for (line, at, expected) in [
        (&b"25\r\n"[..], 2, DIGIT_3),
        (b"25 ok\r\n", 2, DIGIT_3),
        (b"25x ok\r\n", 2, DIGIT_3),
        (b"2500 ok\r\n", 3, SEPARATOR),
        (b"2x0 ok\r\n", 1, DIGIT_2),
        (b"000 ok\r\n", 0, DIGIT_1),
        (b"100 ok\r\n", 0, DIGIT_1),
        (b"999 ok\r\n", 0, DIGIT_1),
        (b"600 ok\r\n", 0, DIGIT_1),
        (b" 250 ok\r\n", 0, DIGIT_1),
        (b"250ok\r\n", 3, SEPARATOR),
        (b"250\tok\r\n", 3, SEPARATOR),
        (b"250_ok\r\n", 3, SEPARATOR),
        (b"\r\n", 0, DIGIT_1),
        (b"\n", 0, DIGIT_1),
        (b"\xe2\x91\xa1\r\n", 0, DIGIT_1),
        (b"HTTP/1.1 400 Bad Request\r\n", 0, DIGIT_1),
    ] {
        fails(strict(), line, at, expected);
    }
}

#[test]
fn threat_c05_what_a_named_leniency_admits() {
    reads(lenient(Lenient::MissingSpace), b"250ok\r\n", 250, "", &[b"ok"]);
    reads(lenient(Lenient::MissingSpace), b"250\tok\r\n", 250, "", &[b"ok"]);
    reads(lenient(Lenient::MissingSpace), b"550Requested\r\n", 550, "", &[b"Requested"]);
    fails(lenient(Lenient::MissingSpace), b"2500\r\n", 3, SEPARATOR);
    reads(lenient(Lenient::BlankLineBefore), b"\r\n\r\n250 ok\r\n", 250, "", &[b"ok"]);
    fails(lenient(Lenient::BlankLineBefore), b"250-a\r\n\r\n250 ok\r\n", 7, DIGIT_1);
}

#[test]
fn threat_c06_controls_are_refused_and_other_octets_kept() {
    fails(strict(), b"250 a\rb\r\n", 5, TEXT);
    fails(strict(), b"250 a\r\r\n", 5, TEXT);
    fails(strict(), b"250 a\0b\r\n", 5, TEXT);
    fails(strict(), b"250 \x1b[2J\r\n", 4, TEXT);
    fails(strict(), b"250 \x7f\r\n", 4, TEXT);
    fails(strict(), b"550 5.1.1 x\0\r\n", 11, TEXT);
    reads(strict(), b"250 a\tb\r\n", 250, "", &[b"a\tb"]);
    reads(strict(), b"250 \xff\xfe caf\xc3\xa9 \xc3\r\n", 250, "", &[b"\xff\xfe caf\xc3\xa9 \xc3"]);
    reads(lenient(Lenient::Controls), b"250 a\0\rb\r\n", 250, "", &[b"a\0\rb"]);
}

#[test]
fn threat_c06_utf8_cut_inside_of_a_character_is_whole_again() {
    let mut parser = strict();
    assert_eq!(parser.parse_slice(b"250 caf\xc3"), Ok((8, None)));
    let (used, reply) = parser.parse_slice(b"\xa9\r\n").unwrap();
    assert_eq!((used, reply.unwrap().text_lossy().into_owned()), (3, "caf\u{e9}".to_owned()));
}

#[test]
fn smtp_b76_nothing_a_peer_says_reaches_a_log_unescaped() {
    let reply = read(lenient(Lenient::Controls), b"550-a\x1b[31m\0\r\n550 b\r\x7f\xff\r\n").unwrap().unwrap();
    assert_eq!(reply.to_string(), r"550 a\u{1b}[31m\u{0}\nb\r\u{7f}\xff");
    assert_eq!(format!("{reply:?}"), r"Reply(550 a\u{1b}[31m\u{0}\nb\r\u{7f}\xff)");
    let mut out = BytesMut::new();
    reply.write(&mut out);
    assert_eq!(&out[..], b"550-a?[31m?\r\n550 b??\xff\r\n");
}

#[test]
fn threat_c01_a_line_without_end_is_cut_at_the_limit() {
    let mut parser = strict();
    let chunk = [b'2'; 1000];
    assert_eq!(parser.parse_slice(&chunk), Ok((1000, None)));
    assert_eq!(parser.parse_slice(&chunk), Ok((1000, None)));
    let error = parser.parse_slice(&chunk).unwrap_err();
    assert_eq!((error.at(), error.is_limit()), (2048, true));
}

#[test]
fn threat_c01_a_line_of_exactly_the_limit_passes() {
    let limits = Limits::default().with_line(10);
    reads(strict().with_limits(limits), b"250 abcd\r\n", 250, "", &[b"abcd"]);
    let error = read(strict().with_limits(limits), b"250 abcde\r\n").unwrap_err();
    assert_eq!((error.at(), error.is_limit()), (10, true));
}

#[test]
fn threat_c02_lines_without_end_are_cut_at_the_limits() {
    let flood = b"250-x\r\n".repeat(200_000);
    let error = read(strict(), &flood).unwrap_err();
    assert!(error.is_limit());
    assert_eq!(error.at(), 4095 * 7 + 3);
    let wide = strict().with_limits(Limits::default().with_lines(1_000_000));
    let error = read(wide, &flood).unwrap_err();
    assert_eq!((error.at(), error.is_limit()), (128 * 1024, true));
}

#[test]
fn threat_c10_a_second_reply_inherits_nothing() {
    let mut parser = strict();
    let mut input = BytesMut::from("550-5.1.1 a\r\n550 5.1.1 b\r\n550 plain\r\n550-c\r\n550 d\r\n");
    let first = parser.parse(&mut input).unwrap().unwrap();
    assert_eq!(first.enhanced(), EnhancedStatusCode::new(5, 1, 1));
    for _ in 0..2 {
        let later = parser.parse(&mut input).unwrap().unwrap();
        assert_eq!(later.enhanced(), None);
    }
    assert!(input.is_empty());
}

#[test]
fn threat_c11_an_enhanced_code_of_another_class_is_reported_as_seen() {
    let reply = read(strict(), b"550 4.1.1 odd\r\n").unwrap().unwrap();
    assert!(reply.is_permanent());
    assert_eq!(reply.enhanced(), None);
    assert_eq!(reply.other_enhanced(), EnhancedStatusCode::new(4, 1, 1));
    assert_eq!(reply.text(), b"4.1.1 odd");
}

#[test]
fn threat_c11_an_enhanced_code_in_a_middle_line_only() {
    reads(strict(), b"550-a\r\n550-5.1.1 b\r\n550 c\r\n", 550, "5.1.1", &[b"a", b"b", b"c"]);
}

#[test]
fn threat_c11_enhanced_codes_that_differ_from_line_to_line() {
    let octets = b"550-5.1.1 a\r\n550-5.7.1 b\r\n550 5.7.1\r\n";
    reads(strict(), octets, 550, "5.1.1", &[b"a", b"5.7.1 b", b"5.7.1"]);
    let reply = read(strict(), octets).unwrap().unwrap();
    assert_eq!(reply.other_enhanced(), EnhancedStatusCode::new(5, 7, 1));
}

#[test]
fn smtp_b77_an_enhanced_code_is_stripped_from_each_line() {
    reads(strict(), b"250-2.0.0 a\r\n250-2.0.0\r\n250 2.0.0 b\r\n", 250, "2.0.0", &[b"a", b"", b"b"]);
    reads(strict(), b"354 3.0.0 go\r\n", 354, "", &[b"3.0.0 go"]);
    reads(strict(), b"334 2.0.0\r\n", 334, "", &[b"2.0.0"]);
    reads(strict(), b"550 5.0.509 x\r\n", 550, "5.0.509", &[b"x"]);
    reads(strict(), b"550 5.1.1000 x\r\n", 550, "", &[b"5.1.1000 x"]);
}

#[test]
fn threat_c12_a_reply_without_its_last_line_is_an_error_at_the_end() {
    let mut parser = strict();
    assert_eq!(parser.parse_slice(b"550-sorry\r\n550-"), Ok((15, None)));
    assert!(parser.is_within());
    let error = parser.finish().unwrap_err();
    assert_eq!((error.at(), error.expected()), (15, "the last line of the reply"));
    let mut idle = strict();
    idle.parse_slice(b"250 ok\r\n").unwrap();
    assert_eq!(idle.finish(), Ok(()));
}

#[test]
fn threat_c08_closed_after_the_dot_is_unknown_and_not_refused() {
    for ending in [Ending::Closed, Ending::Reset, Ending::TimedOut] {
        assert!(Attempt::new(Stage::Dot, ending.clone()).may_be_delivered());
        for stage in [Stage::Connect, Stage::Mail, Stage::Recipient, Stage::Data, Stage::Body, Stage::Quit] {
            assert!(!Attempt::new(stage, ending.clone()).may_be_delivered());
        }
    }
    let refused = Attempt::new(Stage::Dot, standard::refused().into());
    assert!(!refused.may_be_delivered() && !refused.is_delivered());
    assert!(!Attempt::new(Stage::Recipient, standard::recipient_ok().into()).is_delivered());
}

#[test]
fn advice_s025_a_reply_is_read_by_its_first_digit() {
    reads(strict(), b"559 ?\r\n", 559, "", &[b"?"]);
    assert!(read(strict(), b"459 ?\r\n").unwrap().unwrap().is_transient());
    assert!(read(lenient(Lenient::SecondDigitAny), b"499 ?\r\n").unwrap().unwrap().is_transient());
    let long = [b"250 ", &[b'x'; 2042][..], b"\r\n"].concat();
    assert!(read(strict(), &long).unwrap().is_some());
}

#[test]
fn advice_s033_the_id_is_read_where_the_words_are_known() {
    for (text, id) in [
        ("250 2.0.0 Ok: queued as 4ZxQ2k1Y5Fz", Some("4ZxQ2k1Y5Fz")),
        ("250 OK id=1tBcDe-00000000abc-12Xy", Some("1tBcDe-00000000abc-12Xy")),
        ("250 Ok: 0100019a-7d3f", Some("0100019a-7d3f")),
        ("250 Ok 0100019a-7d3f-000000", Some("0100019a-7d3f-000000")),
        ("250 2.0.0 OK  1764080000 a1b2c3d4e5f6-7a8b.99 - gsmtp", Some("a1b2c3d4e5f6-7a8b.99")),
        (
            "250 2.6.0 <x@example> [InternalId=12345, Hostname=h.example] Queued mail for delivery",
            Some("12345"),
        ),
        ("250 2.0.0 5APFxyz1 Message accepted for delivery", Some("5APFxyz1")),
        ("250 2.0.0 Message accepted for delivery", None),
        ("250 Ok", None),
        ("250 OK, thanks", None),
        ("250 Ok Thanks", None),
        ("250 2.0.0 Bye", None),
        ("550 5.1.1 queued as 12345678", None),
    ] {
        let reply = read(strict(), format!("{text}\r\n").as_bytes()).unwrap().unwrap();
        assert_eq!(remote_id(&reply), id, "{text}");
    }
}

#[test]
fn smtp_b79_421_is_told_apart_from_other_refusals_by_its_code() {
    let reply = read(strict(), b"421 4.3.2 closing\r\n").unwrap().unwrap();
    assert_eq!((reply.code(), reply.is_transient()), (ReplyCode::UNAVAILABLE, true));
}

#[test]
fn two_replies_in_one_read_are_given_one_by_one() {
    let mut input = BytesMut::from("250 one\r\n550 5.1.1 two\r\n354 thr");
    let mut parser = strict();
    let said: Vec<String> =
        core::iter::from_fn(|| parser.parse(&mut input).unwrap()).map(|r| r.to_string()).collect();
    assert_eq!(said, ["250 one", "550 5.1.1 two"]);
    assert!(input.is_empty() && parser.is_within());
}

#[test]
fn a_line_is_read_alone_with_and_without_its_end() {
    for end in [&b""[..], b"\r\n"] {
        let octets = [b"550-5.1.1 no", end].concat();
        let line = ReplyLine::parse(&octets, Leniency::STRICT).unwrap();
        assert_eq!((line.text(), line.stated(), line.is_last()), (&b"no"[..], &b"5.1.1 no"[..], false));
    }
    assert!(ReplyLine::parse(b"250 a\n", Leniency::STRICT).is_err());
    assert!(ReplyLine::parse(b"250 a\n", Leniency::ALL).is_ok());
    assert!(ReplyLine::parse(b"250 a\r\n250 b\r\n", Leniency::STRICT).is_err());
}

#[test]
fn stages_are_known_by_name_and_by_command() {
    for stage in [Stage::Connect, Stage::StartTls, Stage::Recipient, Stage::Dot, Stage::Reset, Stage::Quit] {
        assert_eq!(stage.name().parse(), Ok(stage));
    }
    assert_eq!("DATA_END".parse(), Ok(Stage::Dot));
    assert!("".parse::<Stage>().is_err());
}
