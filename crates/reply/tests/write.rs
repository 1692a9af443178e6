//! Replies as we write them, and what can't be made.

use bytes::BytesMut;
use mailwright_reply::{EnhancedStatusCode, Reply, ReplyCode, standard};

fn written(reply: &Reply) -> Vec<u8> {
    let mut out = BytesMut::new();
    reply.write(&mut out);
    out.to_vec()
}

fn code(text: &str) -> Option<EnhancedStatusCode> {
    text.parse().ok()
}

#[test]
fn threat_s20_text_with_a_line_break_or_a_control_makes_no_reply() {
    for (text, at) in
        [("a\r\nb", 1), ("a\nb", 1), ("\r", 0), ("ab\0", 2), ("a\x1b[0m", 1), ("\x7f", 0), ("x\u{b}", 1)]
    {
        let error = Reply::new(ReplyCode::OK, None, text.to_owned()).unwrap_err();
        assert_eq!(error.at(), at, "{}", text.escape_debug());
        assert!(Reply::from_lines(ReplyCode::OK, None, [text]).is_err());
        assert!(Reply::queued(text).is_err());
        assert!(standard::greeting(text).is_err());
        assert!(standard::challenge(text).is_err());
    }
}

#[test]
fn threat_s20_a_text_of_3_kib_is_split_and_every_line_carries_both_codes() {
    let text = "seven o ".repeat(400);
    let reply = Reply::new(ReplyCode::MAILBOX_UNAVAILABLE, code("5.7.1"), text.clone()).unwrap();
    let wire = written(&reply);
    let lines: Vec<&[u8]> = wire.split_inclusive(|octet| *octet == b'\n').collect();
    assert_eq!(lines.len(), 7);
    for (number, line) in lines.iter().enumerate() {
        assert!(line.len() <= 512 && line.ends_with(b"\r\n"));
        let opens: &[u8] = if number + 1 == lines.len() { b"550 5.7.1 " } else { b"550-5.7.1 " };
        assert!(line.starts_with(opens));
    }
    let words: Vec<u8> = reply.lines().collect::<Vec<_>>().join(&b' ');
    assert_eq!(words, text.as_bytes());
}

#[test]
fn smtp_b92_a_word_longer_than_a_line_is_cut_between_characters() {
    let text = "\u{e9}".repeat(400);
    let reply = Reply::new(ReplyCode::OK, None, text).unwrap();
    for line in reply.lines() {
        assert!(core::str::from_utf8(line).is_ok());
        assert!(line.len() <= 506);
    }
    let raw = Reply::new(ReplyCode::OK, None, vec![0xbf_u8; 2000]).unwrap();
    assert_eq!(raw.lines().map(<[u8]>::len).collect::<Vec<_>>(), [506, 506, 506, 482]);
}

#[test]
fn smtp_b92_a_broken_line_never_opens_with_what_reads_as_an_enhanced_code() {
    let text = format!("{} 5.1.1 more words", "x".repeat(506));
    let reply = Reply::new(ReplyCode::MAILBOX_UNAVAILABLE, None, text).unwrap();
    assert_eq!(reply.enhanced(), None);
    assert_eq!(reply.lines().last(), Some(&b" 5.1.1 more words"[..]));
    let hard = format!("{}5.1.1 more", "x".repeat(506));
    let reply = Reply::new(ReplyCode::MAILBOX_UNAVAILABLE, None, hard).unwrap();
    assert_eq!(reply.lines().last(), Some(&b"x5.1.1 more"[..]));
}

#[test]
fn advice_s026_the_class_of_an_enhanced_code_is_that_of_the_code() {
    for (number, enhanced, fits) in [
        (250, "2.0.0", true),
        (250, "5.0.0", false),
        (250, "4.0.0", false),
        (450, "4.2.1", true),
        (450, "5.2.1", false),
        (550, "5.1.1", true),
        (550, "4.1.1", false),
        (354, "2.0.0", false),
        (334, "5.0.0", false),
    ] {
        let made = Reply::new(ReplyCode::new(number).unwrap(), code(enhanced), "text");
        assert_eq!(made.is_ok(), fits, "{number} {enhanced}");
    }
}

#[test]
fn text_that_opens_with_an_enhanced_code_gives_it() {
    let reply = Reply::new(ReplyCode::FAILED, None, "5.7.1 Refused").unwrap();
    assert_eq!((reply.enhanced(), reply.text()), (code("5.7.1"), &b"Refused"[..]));
    let odd = Reply::new(ReplyCode::FAILED, None, "4.7.1 Refused").unwrap();
    assert_eq!((odd.enhanced(), odd.text()), (None, &b"4.7.1 Refused"[..]));
}

#[test]
fn lines_stand_as_they_are_given() {
    let reply = Reply::from_lines(ReplyCode::OK, None, ["mx.example", "SIZE 1000", "", "HELP"]).unwrap();
    assert_eq!(written(&reply), b"250-mx.example\r\n250-SIZE 1000\r\n250-\r\n250 HELP\r\n");
    let none = Reply::from_lines(ReplyCode::OK, None, core::iter::empty::<&str>()).unwrap();
    assert_eq!(written(&none), b"250 \r\n");
}

#[test]
fn a_reply_is_bounded_when_it_is_made() {
    assert!(Reply::new(ReplyCode::OK, None, vec![b'x'; 64 * 1024 + 1]).is_err());
    assert!(Reply::from_lines(ReplyCode::OK, None, vec![""; 4096]).is_ok());
    assert!(Reply::from_lines(ReplyCode::OK, None, vec![""; 4097]).is_err());
    assert!(Reply::queued(&"x".repeat(129)).is_err());
    assert!(standard::challenge(&"x".repeat(507)).is_err());
    assert!(standard::challenge(&"x".repeat(506)).is_ok());
}

#[test]
fn advice_s033_a_queued_reply_says_its_id() {
    assert_eq!(written(&Reply::queued("a1b2").unwrap()), b"250 2.0.0 Ok: queued as a1b2\r\n");
    assert!(Reply::queued("a b").is_err());
    assert!(Reply::queued("").is_err());
}

#[test]
fn an_empty_text_is_written_with_its_separator() {
    assert_eq!(written(&standard::empty_challenge()), b"334 \r\n");
    let bare = Reply::new(ReplyCode::OK, code("2.0.0"), "").unwrap();
    assert_eq!(written(&bare), b"250 2.0.0 \r\n");
}
