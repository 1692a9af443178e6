//! TLS: the policies, what an attacker in between can do, and what is forgotten.

use mailwright_smtp::client::TlsPolicy;

use crate::script::Case;

const START: &str = "
    S: 220 mx
    C: EHLO client.example
    S: 250-mx
    S: 250 STARTTLS
    C: STARTTLS
";

fn with(policy: TlsPolicy) -> Case {
    Case::new().settings(|settings| settings.with_tls(policy))
}

#[test]
fn never_means_in_clear_text_whatever_is_offered() {
    with(TlsPolicy::Never).play(
        "S: 220 mx
        C: EHLO client.example
        S: 250-mx
        S: 250 STARTTLS
        ! ready
        C: MAIL FROM:<a@client.example>",
    );
}

#[test]
fn smtp_b64_threat_t05_all_that_was_said_before_tls_is_forgotten() {
    // threat T05: PIPELINING and SIZE were offered in clear text alone.
    with(TlsPolicy::Opportunistic).play(
        "S: 220 mx
        C: EHLO client.example
        S: 250-mx
        S: 250-PIPELINING
        S: 250-SIZE 10
        S: 250 STARTTLS
        C: STARTTLS
        S: 220 go
        ! starttls
        > tls
        C: EHLO client.example
        S: 250-mx
        S: 250 STARTTLS
        ! ready
        C: MAIL FROM:<a@client.example>
        S: 250 ok
        C: RCPT TO:<b@mx.example>",
    );
}

#[test]
fn smtp_b63_threat_t04_octets_behind_the_220_are_an_attack() {
    // threat T04; in one segment with it or in a later one
    for policy in [TlsPolicy::Opportunistic, TlsPolicy::Required] {
        for injected in ["250 injected\\r\\n", "2", "\\x16\\x03\\x01"] {
            let script = format!(
                "{START}S= 220 go\\r\\n{injected}
                ! 0 start_tls Tls(Injected)
                ! finished
                ! ended start_tls Tls(Injected)
                ! close"
            );
            // Octet by octet the caller has already been told to begin; what follows is found out all the same.
            let now = std::time::Duration::ZERO;
            let settings =
                mailwright_smtp::client::Settings::new("client.example".parse().unwrap()).with_tls(policy);
            let mut session = mailwright_smtp::client::Session::new(now, settings);
            session.handle_input(now, b"220 mx\r\n"[..].into());
            session.handle_input(now, b"250-mx\r\n250 STARTTLS\r\n"[..].into());
            session.handle_input(now, b"220 go\r\n"[..].into());
            session.handle_input(now, b"2"[..].into());
            assert!(session.failure().is_some());
            with(policy).play_whole(&script.replace("! 0 start_tls", "! starttls\n! 0 start_tls"));
        }
    }
}

#[test]
fn threat_t11_the_220_may_have_several_lines_and_any_text() {
    with(TlsPolicy::Required).play(&format!(
        "{START}S= 220-2.0.0 on\\r\\n220 2.0.0 caf\\xe9\\r\\n\n! starttls\n> tls\nC: EHLO client.example"
    ));
}

#[test]
fn smtp_b66_threat_t07_without_starttls_there_is_no_mail_under_a_mandatory_policy() {
    with(TlsPolicy::Required).play(
        "S: 220 mx
        C: EHLO client.example
        S: 250-mx
        S: 250 PIPELINING
        ! 0 hello Tls(NotOffered)
        ! finished
        ! ended hello Tls(NotOffered)
        C: QUIT
        S: 221 bye
        ! close",
    );
    for code in ["454 4.7.0 not now", "502 what", "554 no"] {
        with(TlsPolicy::Required).play(&format!(
            "{START}S: {code}\n! 0 start_tls Tls(Refused)\n! finished\n! ended start_tls Tls(Refused)\nC: QUIT"
        ));
        with(TlsPolicy::Opportunistic).play(&format!(
            "{START}S: {code}\n! notice(tlsrefused)\n! ready\nC: MAIL FROM:<a@client.example>"
        ));
    }
    for garbage in ["250 ok", "334 what", "354 what"] {
        with(TlsPolicy::Opportunistic).play(&format!(
            "{START}S: {garbage}\n! 0 start_tls Protocol(UnexpectedClass)\n! finished\n! ended start_tls Protocol(UnexpectedClass)\n! close"
        ));
    }
}

#[test]
fn threat_t08_a_failed_handshake_ends_the_connection() {
    with(TlsPolicy::Opportunistic).play(&format!(
        "{START}S: 220 go\n! starttls\n> tls failed\n! 0 tls RetryWithoutTls(Handshake)\n! finished\n! ended tls RetryWithoutTls(Handshake)\n! close\n> tls\n> tls failed"
    ));
    with(TlsPolicy::Required).play(&format!(
        "{START}S: 220 go\n! starttls\n> tls failed\n! 0 tls Tls(Handshake)\n! finished\n! ended tls Tls(Handshake)\n! close\n> tls"
    ));
    with(TlsPolicy::Required).play(&format!(
        "{START}S: 220 go\n! starttls\n> tls untrusted\n! 0 tls Tls(Certificate)\n! finished\n! ended tls Tls(Certificate)\n! close"
    ));
}

#[test]
fn a_handshake_that_hangs_or_is_cut_has_failed() {
    for end in ["@ 2m", "> eof", "> broken"] {
        with(TlsPolicy::Opportunistic).play(&format!(
            "{START}S: 220 go\n! starttls\n{end}\n! 0 tls RetryWithoutTls(Handshake)\n! finished\n! ended tls RetryWithoutTls(Handshake)\n! close"
        ));
    }
}

#[test]
fn implicit_tls_comes_before_the_greeting() {
    with(TlsPolicy::Implicit).play(
        "! starttls
        > tls
        S: 220 mx
        C: EHLO client.example
        S: 250-mx
        S: 250 STARTTLS
        ! ready
        C: MAIL FROM:<a@client.example>",
    );
}

#[test]
fn threat_t10_a_plain_text_server_on_the_implicit_port() {
    with(TlsPolicy::Implicit).play(
        "! starttls\n> tls failed\n! 0 tls Tls(Handshake)\n! finished\n! ended tls Tls(Handshake)\n! close",
    );
    with(TlsPolicy::Implicit).play_whole(
        "! starttls\nS: 220 mx\n! 0 start_tls Tls(Injected)\n! finished\n! ended start_tls Tls(Injected)\n! close",
    );
}

#[test]
fn a_cut_between_220_and_its_line_end_is_no_injection() {
    with(TlsPolicy::Required)
        .play(&format!("{START}S= 220 go\\r\nS= \\n\n! starttls\n> tls\nC: EHLO client.example"));
}
