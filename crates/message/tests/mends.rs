//! A finding that says an edit mends it is gone when the edits are done.

use mailwright_message::{Context, Finding, Profile, Reader, Report, Rule, Safety, Severity, validate};
use proptest::prelude::*;

fn judge(octets: &[u8]) -> Report {
    validate(octets, &Profile::submission(), &Context::new())
}

/// The rules of the findings that an edit of octets is said to mend without a change of meaning.
fn promised(report: &Report) -> Vec<&'static str> {
    let safe = |finding: &&Finding| finding.fix().and_then(|fix| fix.safety()) == Some(Safety::Safe);
    let mut rules: Vec<_> = report.findings().iter().filter(safe).map(|found| found.rule().id()).collect();
    rules.dedup();
    rules
}

#[track_caller]
fn mended(octets: &[u8]) -> Vec<u8> {
    let report = judge(octets);
    let done = report.apply(octets, Safety::Safe);
    let left = promised(&judge(&done));
    let before = promised(&report);
    // Where a fault can be mended in one field and not in another, the other one may come into reach.
    let by_hand = |rule: &str| {
        let here = |found: &&Finding| found.rule().id() == rule;
        report.findings().iter().filter(here).any(|found| found.fix().and_then(|fix| fix.safety()).is_none())
    };
    let broken: Vec<_> = left.iter().filter(|rule| before.contains(rule) && !by_hand(rule)).collect();
    assert!(broken.is_empty(), "{broken:?}: {} -> {}", octets.escape_ascii(), done.escape_ascii());
    done
}

#[track_caller]
fn check(octets: &str, expect: &str) {
    assert_eq!(String::from_utf8_lossy(&mended(octets.as_bytes())), expect);
}

/// A field, and what it becomes in a message that has nothing else to mend.
#[track_caller]
fn field(before: &str, after: &str) {
    check(&format!("{before}\r\n\r\nHi\r\n"), &format!("{after}\r\n\r\nHi\r\n"));
}

#[test]
fn a_field_is_inserted_among_bare_line_ends() {
    let after = "Subject: x\r\nContent-Type: text/plain\r\nMIME-Version: 1.0\r\n\r\nHi\r\n";
    check("Subject: x\nContent-Type: text/plain\n\nHi\n", after);
}

#[test]
fn what_a_deletion_takes_away_needs_no_mend_of_its_own() {
    check("Subject: x\r\nBCc : a@b.example\r\n\r\nHi\r\n", "Subject: x\r\n\r\nHi\r\n");
    check("Subject: x \n \nTo: a@b.example\n\nHi\n", "Subject: x\r\nTo: a@b.example\r\n\r\nHi\r\n");
}

#[test]
fn the_fields_of_parts_are_mended_too() {
    let before = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-type: text/plain;\r\nContent-description: =?utf-8?q?abc?=\r\n\r\nHi\r\n--b--\r\n";
    let after = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\nContent-Description: abc\r\n\r\nHi\r\n--b--\r\n";
    check(before, after);
}

#[test]
fn a_mailbox_line_of_an_embedded_message_is_taken_out_whole() {
    let before = "MIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\nFrom a Mon Aug  4 10:00:00 2025\r\nSubject: x\r\n\r\nHi\r\n";
    let after = "MIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nHi\r\n";
    check(before, after);
}

#[test]
fn needless_words_become_text_with_folds() {
    field("Subject: =?utf-8?q?a:_b=2C_c?= =?utf-8?b?IGQ=?=", "Subject: a: b, c d");
    let words = ["word_"; 9].concat();
    let text = ["word"; 18].join(" ");
    let done =
        mended(format!("Subject: =?utf-8?q?{words}?= =?utf-8?q?{words}=21?=\r\n\r\nHi\r\n").as_bytes());
    assert_eq!(Reader::new(&done).text("Subject"), Some(format!("{text} !")));
    assert!(done.split(|b| *b == b'\n').all(|line| line.len() <= 78));
    // What can't be folded is coded with reason, and a word at an edge would change the text.
    let long = "x".repeat(50);
    let coded = format!("Subject: =?us-ascii?q?{long}?=\r\n =?us-ascii?q?{long}?=");
    field(&coded, &coded);
    field("Subject: =?utf-8?q?_a?=", "Subject: =?utf-8?q?_a?=");
    field(
        "Subject: =?utf-8?q?=3D?= =?utf-8?q?=3Futf-8=3Fq=3Fx=3F=3D?=",
        "Subject: =?utf-8?q?=3D?= =?utf-8?q?=3Futf-8=3Fq=3Fx=3F=3D?=",
    );
}

#[test]
fn raw_utf8_in_names_becomes_encoded_words_mailbox_by_mailbox() {
    field(
        "To: a@b.example,, J\u{f6}rg M. <j@x.example>, <<k@x.example>>",
        "To: a@b.example, =?utf-8?q?J=C3=B6rg_M=2E?= <j@x.example>, <k@x.example>",
    );
    field("To: j@m\u{fc}ller.example", "To: j@xn--mller-kva.example");
    // No ASCII form, no mend.
    field("To: j\u{f6}rg@x.example", "To: j\u{f6}rg@x.example");
    field("To: \u{fc} <>, (\u{fc}) a@b.example", "To: \u{fc} <>, (\u{fc}) a@b.example");
    let name = "\u{fc}".repeat(30);
    let done = mended(format!("To: a@b.example, {name} <j@x.example>\r\n\r\nHi\r\n").as_bytes());
    assert_eq!(Reader::new(&done).text("To"), Some(format!("a@b.example, {name} <j@x.example>")));
    let done =
        mended(format!("Subject: Hello, all of you out there in town, {name}\r\n\r\nHi\r\n").as_bytes());
    assert!(done.split(|b| *b == b'\n').all(|line| line.len() <= 78), "{}", done.escape_ascii());
}

#[test]
fn a_name_with_dots_is_quoted_whole() {
    field("To: J. R. E <a@b.example>", "To: \"J. R. E\" <a@b.example>");
    field("To: A. \"B, C\" <a@b.example>", "To: \"A. B, C\" <a@b.example>");
}

#[test]
fn every_comma_of_an_empty_end_goes() {
    field("To: a@b.example,,", "To: a@b.example");
    field("To: a@b.example, (x, y)", "To: a@b.example (x, y)");
    field("To: ,a@b.example,,c@b.example,", "To: a@b.example,c@b.example");
    field("To: ,,", "To: ,,");
}

#[test]
fn brackets_that_stand_twice_lose_their_route_too() {
    field("To: <<@r.example:u@h.example>>", "To: <u@h.example>");
}

#[test]
fn a_semicolon_leaves_no_blank_at_the_end() {
    field(
        "MIME-Version: 1.0\r\nContent-Type: text/plain ; ",
        "MIME-Version: 1.0\r\nContent-Type: text/plain",
    );
}

#[test]
fn encoded_words_in_parameters_take_the_form_of_parameters() {
    let part =
        |disposition: &str| format!("MIME-Version: 1.0\r\nContent-Disposition: {disposition}\r\n\r\nHi\r\n");
    let cases = [
        ("attachment; filename=\"=?utf-8?q?=C3=BC_a.txt?=\"", "attachment; filename*=utf-8''%C3%BC%20a.txt"),
        ("attachment; a=b; filename==?utf-8?b?w7w=?=; c=d", "attachment; a=b; filename*=utf-8''%C3%BC; c=d"),
        ("attachment; filename=\"=?x?q?=FC?=\"", "attachment; filename=\"=?x?q?=FC?=\""),
        ("attachment; filename*0=\"=?utf-8?q?a?=\"", "attachment; filename*0=\"=?utf-8?q?a?=\""),
    ];
    for (before, after) in cases {
        check(&part(before), &part(after));
    }
    let name = "\u{fc}".repeat(30);
    let long = part(&format!("attachment; filename=\"=?utf-8?q?{}?=\"", "=C3=BC".repeat(30)));
    let done = mended(long.as_bytes());
    for octets in [long.as_bytes(), &done] {
        assert_eq!(Reader::new(octets).root().file_name().as_deref(), Some(&*name));
    }
    assert!(
        done.is_ascii() && done.split(|b| *b == b'\n').all(|line| line.len() <= 90),
        "{}",
        done.escape_ascii()
    );
}

#[test]
fn what_says_no_moment_or_no_identifier_is_left() {
    for same in [
        "Date: Tue, 30 Feb 25 10:00:00 EST",
        "Date: Tue, 4 Aug 25 10:00:00 +0160",
        "Message-ID: (c) 1@b.example",
        "To: g: \"a <a@b.example>",
        "To: A. =?utf-8?q?=C3=BC?= <a@b.example>",
    ] {
        field(same, same);
    }
    let report = judge(b"Date: Tue, 4 Aug 25 10:00:00 +0160\r\n\r\nHi\r\n");
    let found = report.findings().iter().find(|found| found.rule().id() == "date-year-short");
    assert_eq!(found.and_then(Finding::fix).map(|fix| fix.safety()), Some(None));
}

/// Values that need mends, alone and beside others.
const MAILBOXES: &[&str] = &[
    "a@b.example",
    "<<x@y.example>>",
    "J. R. E <j@e.example>",
    "<@r.example,@s.example:u@h.example>",
    "<<@r.example:u@h.example>>",
    "g: a@b.example;",
    "g: c@d.example",
    "Bob <b@c.example",
    "=?utf-8?q?Bob?= <b@c.example>",
    "J\u{f6}rg M. <j@x.example>",
    "j@x\u{f6}.example",
    "(c \u{f6}) b@c.example",
    "A. =?utf-8?q?B=2E?= <c@d.example>",
    "",
    "x",
    "\"open <a@b.example>",
    "B\r\n <b@c.example>",
    " \r\n \r\n b@c.example",
    ";",
    "@",
];
const TEXTS: &[&str] = &[
    "Hello",
    "H\u{e4}llo",
    "=?utf-8?q?abc?=",
    "=?utf-8?q?_abc?=",
    "=?utf-8?b?ZGVm?=",
    "x=?utf-8?q?abc?=",
    "\u{dc}\r\n \r\n b",
    "a\r\n\tb ",
    "=?utf-8?q?=C3?=",
    "=?x?q?a?=",
    "Tue, 4 Aug 25 10:00:00 EST",
    "2025-08-04T10:00:00Z",
    "Tue, 4 Aug 2025 24:00:00 PST",
    "1@b.example",
    "<<1@b.example>>",
    "1@b.example (c)",
    "text/plain; charset=utf-8 ; ",
    "a/b; name=\"=?utf-8?q?abc?=\"",
    "a/b; name==?x?q?abc?=; filename=\"=?utf-8?q?=C3=BC?= b\"",
    "multipart/mixed; boundary=b;",
    "1.0",
    "quoted-printable",
];
const NAMES: &[&str] = &[
    "From",
    "to",
    "Bcc",
    "Reply-to",
    "Subject",
    "X-Note",
    "Date",
    "resent-date",
    "Message-Id",
    "Content-Type",
    "Content-type",
    "MIME-Version",
    "Content-Transfer-Encoding",
    "Delivered-To",
    "Content-Disposition",
    "Comments",
];

fn line() -> impl Strategy<Value = String> {
    let name = || prop::sample::select(NAMES);
    let colon = || prop::sample::select(vec![": ", ":", ":\t", " : "]);
    let list = prop::collection::vec(prop::sample::select(MAILBOXES), 1..4).prop_map(|list| list.join(","));
    let text = prop::collection::vec(prop::sample::select(TEXTS), 1..3).prop_map(|list| list.join(" "));
    (name(), colon(), prop_oneof![list, text]).prop_map(|(name, colon, value)| [name, colon, &value].concat())
}

fn message() -> impl Strategy<Value = String> {
    let lines = || prop::collection::vec(line(), 0..5);
    let body = prop::sample::select(vec!["Hi\r\n", "Hi", "=c3=bc \r\n", ""]);
    let part =
        (lines(), body.clone()).prop_map(|(lines, body)| [&lines.join("\r\n"), "\r\n\r\n", body].concat());
    (lines(), part, any::<bool>(), any::<bool>()).prop_map(|(lines, part, inside, bare)| {
        let head = lines.join("\r\n");
        let whole = if inside {
            format!("Content-Type: multipart/mixed; boundary=b\r\n{head}\r\n\r\n--b\r\n{part}\r\n--b--\r\n")
        } else {
            format!("{head}\r\n{part}")
        };
        if bare { whole.replace("\r\n", "\n") } else { whole }
    })
}

/// Fields of the examples of some rules, in their order or with neighbours swapped, and the body of one.
fn mixed() -> impl Strategy<Value = String> {
    let examples: Vec<_> =
        Rule::all().map(|rule| rule.bad().octets()).filter(|octets| octets.len() < 2000).collect();
    let example = prop::sample::select(examples);
    let picks = prop::collection::vec((example, any::<u64>()), 1..4);
    (picks, any::<u64>(), any::<bool>()).prop_map(|(picks, swaps, bare)| {
        let mut fields: Vec<String> = Vec::new();
        let mut body = String::new();
        for (octets, kept) in &picks {
            let reader = Reader::new(octets);
            let texts =
                reader.root().fields().map(|field| String::from_utf8_lossy(field.octets()).into_owned());
            fields
                .extend(texts.enumerate().filter(|(at, _)| kept >> (at % 64) & 3 != 0).map(|(_, text)| text));
            body = String::from_utf8_lossy(reader.root().raw_body()).into_owned();
        }
        for (at, pair) in fields.chunks_mut(2).enumerate() {
            if swaps >> (at % 64) & 1 == 0 {
                pair.reverse();
            }
        }
        let whole = fields.concat() + "\r\n" + &body;
        if bare { whole.replace("\r\n", "\n") } else { whole }
    })
}

/// The rules of the errors in a message.
fn errors(octets: &[u8]) -> Vec<&'static str> {
    let report = judge(octets);
    let errors = report.findings().iter().filter(|found| found.severity() == Severity::Error);
    errors.map(|found| found.rule().id()).collect()
}

#[track_caller]
fn no_new_error(octets: &[u8], safety: Safety) {
    let report = judge(octets);
    // A byte order mark hides the first field; a bare CR beside bare LF stays when they are CR LF, and so does what
    // a wide character set makes of them; prose among the fields may come to stand below them.
    let hiding = [
        "byte-order-mark",
        "line-bare-cr",
        "charset-utf16-text",
        "field-name-invalid",
        "field-name-non-ascii",
    ];
    if hiding.iter().any(|rule| report.has(rule)) {
        return;
    }
    let done = report.apply(octets, safety);
    let before = errors(octets);
    let new: Vec<_> = errors(&done).into_iter().filter(|rule| !before.contains(rule)).collect();
    assert!(new.is_empty(), "{new:?}: {} -> {}", octets.escape_ascii(), done.escape_ascii());
}

#[test]
fn a_header_section_keeps_a_field() {
    let safety = |octets: &str, rule: &str| {
        let report = judge(octets.as_bytes());
        let found = report.findings().iter().find(|found| found.rule().id() == rule);
        found.and_then(Finding::fix).and_then(|fix| fix.safety())
    };
    assert_eq!(safety("Subject: x\r\nBcc: a@b.example\r\n\r\nHi\r\n", "bcc-present"), Some(Safety::Safe));
    assert_eq!(safety("Bcc: a@b.example\r\nX-Spam-Score: 1\r\n\r\nHi\r\n", "bcc-present"), None);
    assert_eq!(safety("Subject: x\r\nprose\r\n\r\nHi\r\n", "field-no-colon"), Some(Safety::Guess));
    assert_eq!(safety("prose\r\n\r\nHi\r\n", "field-no-colon"), None);
    check("Bcc: a@b.example\r\nX-UID: 1\r\n\r\nHi\r\n", "Bcc: a@b.example\r\nX-UID: 1\r\n\r\nHi\r\n");
}

#[test]
fn of_fields_that_stand_twice_none_is_mended_alone() {
    for same in [
        "Content-Type: text/plain;\r\nContent-Type: text/plain;\r\nMIME-Version: 1.0",
        "From: a@b.example\r\nSender: a@b.example\r\nSender: a@b.example",
    ] {
        field(same, same);
    }
}

#[test]
fn a_mend_leaves_no_empty_field_and_no_other_fault() {
    for same in [
        "Content-Disposition: ;\r\nMIME-Version: 1.0",
        "Content-Disposition: (c) ;\r\nMIME-Version: 1.0",
        "Message-ID: <<@r.example:u@h.example>>",
        "Message-ID: <<u..v@h.example>>",
        "To: =?utf-8?q?abc?= =?utf-8?q?abc?=",
        "To: =?utf-8?q?abc?= 1@b.example",
        "Subject: x\r\nIt is 10:00 now",
    ] {
        field(same, same);
    }
    field("To: =?utf-8?q?abc?= <1@b.example>", "To: abc <1@b.example>");
}

proptest! {
    #[test]
    fn what_is_promised_is_done(message in message()) {
        mended(message.as_bytes());
    }

    #[test]
    fn what_is_promised_of_all_rules_is_done(message in mixed()) {
        mended(message.as_bytes());
    }

    #[test]
    fn a_safe_mend_brings_no_new_error(message in prop_oneof![message(), mixed()]) {
        no_new_error(message.as_bytes(), Safety::Safe);
    }

    #[test]
    fn a_guess_brings_no_new_error(message in prop_oneof![message(), mixed()]) {
        no_new_error(message.as_bytes(), Safety::Guess);
    }
}

#[test]
fn a_byte_order_mark_is_told_before_any_first_field() {
    let mark = "\u{feff}";
    let behind_a_line =
        format!("From a@b.example Mon Aug  4 10:00:00 2025\r\n{mark}Subject: x\r\n\r\nHi\r\n");
    let head = "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n";
    let in_a_part = format!("{head}{mark}Content-Type: text/plain\r\n\r\nHi\r\n--b--\r\n");
    for octets in [format!("{mark}Subject: x\r\n\r\nHi\r\n"), behind_a_line, in_a_part] {
        let at = octets.find(mark).expect("a mark") as u64;
        let report = judge(octets.as_bytes());
        let found = report.findings().iter().find(|found| found.rule().id() == "byte-order-mark");
        assert_eq!(found.map(Finding::span), Some(at..at + 3), "{octets:?}: {report:?}");
        assert!(!report.has("field-name-non-ascii"));
        let mended = report.apply(octets.as_bytes(), Safety::Safe);
        assert!(!judge(&mended).has("byte-order-mark"));
        let text = String::from_utf8_lossy(&mended);
        assert!(!text.contains(mark) && text.starts_with("Subject: x\r\n"), "{text}");
    }
    let later = judge(format!("Subject: x\r\n{mark}To: y@z.example\r\n\r\nHi\r\n").as_bytes());
    assert!(later.has("field-name-non-ascii") && !later.has("byte-order-mark"));
}

#[test]
fn a_bare_cr_before_a_line_end_leaves_no_blank() {
    let octets = b"Subject: a\rb \r\r\nX-Note: c \r\n\r\nHi\r\n";
    let report = judge(octets);
    assert!(report.has("line-bare-cr") && report.has("field-trailing-blank"));
    let mended = report.apply(octets, Safety::Guess);
    let text = String::from_utf8_lossy(&mended);
    assert!(text.contains("Subject: a b\r\n") && text.contains("X-Note: c\r\n"), "{text}");
    assert!(!judge(&mended).has("field-trailing-blank"));
}
