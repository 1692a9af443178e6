//! Greeting, EHLO, HELO, LHLO and what the server offers.

use mailwright_smtp::Extension;
use mailwright_smtp::client::{Protocol, Session, Settings, TlsPolicy};

use crate::script::Case;

#[test]
fn advice_s027_the_greeting_is_220_unless_told() {
    Case::new().play("S: 250 mx\n! 0 greeting Protocol(UnexpectedClass)\n! finished\n! ended greeting Protocol(UnexpectedClass)\n! close");
    Case::new().settings(Settings::with_any_greeting).play("S: 250 mx\nC: EHLO client.example");
}

#[test]
fn a_refused_greeting_ends_with_quit() {
    for code in ["554", "521", "450"] {
        Case::new().play(&format!(
            "S: {code} not here\n! 0 greeting {code}\n! finished\n! ended greeting {code}\nC: QUIT\nS: 221 bye\n! close"
        ));
    }
}

#[test]
fn smtp_b78_advice_s035_helo_only_where_the_server_knows_no_ehlo() {
    for code in ["500", "502", "504"] {
        Case::new().play(&format!(
            "S: 220 mx
            C: EHLO client.example
            S: {code} what
            ! notice(heloonly)
            C: HELO client.example
            S: 250-mx
            S: 250 PIPELINING
            ! ready
            C: MAIL FROM:<a@client.example>"
        ));
    }
    for code in ["550", "554", "451"] {
        Case::new().play(&format!(
            "S: 220 mx\nC: EHLO client.example\nS: {code} no\n! 0 hello {code}\n! finished\n! ended hello {code}\nC: QUIT"
        ));
    }
    Case::new().play(
        "S: 220 mx
        C: EHLO client.example
        S: 502 what
        ! notice(heloonly)
        C: HELO client.example
        S: 502 what
        ! 0 hello 502
        ! finished
        ! ended hello 502
        C: QUIT",
    );
}

#[test]
fn smtp_b78_threat_t07_no_helo_under_mandatory_tls() {
    Case::new().settings(|settings| settings.with_tls(TlsPolicy::Required)).play(
        "S: 220 mx
        C: EHLO client.example
        S: 502 what
        ! 0 hello Tls(NotOffered)
        ! finished
        ! ended hello Tls(NotOffered)
        C: QUIT",
    );
}

#[test]
fn smtp_b87_lmtp_says_lhlo_and_never_helo() {
    Case::new().settings(|settings| settings.with_protocol(Protocol::Lmtp)).play(
        "S: 220 mx
        C: LHLO client.example
        S: 500 what
        ! 0 hello 500
        ! finished
        ! ended hello 500
        C: QUIT",
    );
}

#[test]
fn smtp_b78_advice_s036_extensions_are_read_without_trust() {
    let now = std::time::Duration::ZERO;
    let mut session = Session::new(now, Settings::new("client.example".parse().unwrap()));
    session.handle_input(now, b"220 mx\r\n"[..].into());
    // threat C13: the first line is no keyword, of doubles the first counts, what cannot be read is passed over.
    session.handle_input(
        now,
        b"250-PIPELINING mx\r\n250-size 99999999999999999999\r\n250-SIZE 10\r\n250-AUTH=login\r\n250-X-OWN a\r\n\
          250-SMTPUTF8 what ever\r\n250-\r\n250 DSN\r\n"[..]
            .into(),
    );
    let extensions = session.facts().extensions();
    assert!(!extensions.has(Extension::Pipelining));
    assert_eq!(extensions.max_size(), Some(u64::MAX));
    assert_eq!(extensions.auth().collect::<Vec<_>>(), ["LOGIN"]);
    assert!(extensions.has(Extension::SmtpUtf8) && extensions.has(Extension::Dsn));
    assert!(session.is_ready());
}

#[test]
fn threat_c13_ten_thousand_keywords_are_bounded() {
    let now = std::time::Duration::ZERO;
    let mut session = Session::new(now, Settings::new("client.example".parse().unwrap()));
    session.handle_input(now, b"220 mx\r\n"[..].into());
    let mut reply = String::new();
    for number in 0..9_999 {
        reply.push_str(&format!("250-K{number}\r\n"));
    }
    reply.push_str("250 PIPELINING\r\n");
    session.handle_input(now, reply.as_bytes().into());
    assert!(session.is_ready());
    assert!(session.facts().extensions().has(Extension::Pipelining));
    let kept: usize = session.facts().extensions().unknown().map(str::len).sum();
    assert!(kept <= 16 * 1024, "{kept}");
}

#[test]
fn our_name_is_written_in_ascii() {
    let settings = |name: &str| {
        let octets = name.as_bytes();
        let grammar = mailwright_address::Grammar::strict().with_utf8(mailwright_address::Utf8::Allowed);
        Settings::new(mailwright_address::Host::parse(octets, grammar).unwrap())
    };
    Case::new().settings(|_| settings("[192.0.2.1]")).play("S: 220 mx\nC: EHLO [192.0.2.1]");
    Case::new().settings(|_| settings("bücher.example")).play("S: 220 mx\nC: EHLO xn--bcher-kva.example");
}

#[test]
fn threat_c20_a_name_with_a_line_end_cannot_be_made() {
    for name in ["a.example\r\nRSET", "a.example\n", "a.example\0", "a.example x"] {
        assert!(name.parse::<mailwright_address::Host>().is_err(), "{name:?}");
    }
}
