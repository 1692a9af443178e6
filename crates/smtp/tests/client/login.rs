//! AUTH: what is chosen, what is believed, and how a bad server is left.

use mailwright_smtp::client::TlsPolicy;
use mailwright_smtp::sasl::{
    Acceptor, Answer, Channel, ClearText, Credentials, Mechanism, Nonce, ScramKeys, Step,
};

use crate::script::Case;

/// Inside TLS, up to the offers behind AUTH.
fn tls(offers: &str) -> String {
    format!("! starttls\n> tls\nS: 220 mx\nC: EHLO client.example\nS: 250-mx\nS: 250 {offers}\n")
}

fn clear(offers: &str) -> String {
    format!("S: 220 mx\nC: EHLO client.example\nS: 250-mx\nS: 250 {offers}\n")
}

fn secure(credentials: Credentials) -> Case {
    Case::new().settings(|settings| settings.with_tls(TlsPolicy::Implicit).with_credentials(credentials))
}

fn tim() -> Credentials {
    Credentials::password("tim", "tanstaaf")
}

const NO_LOGIN: &str = "! 0 auth NotSent(NoLogin)\n! finished\n! ended auth NotSent(NoLogin)\nC: QUIT";
const BROKEN: &str = "! 0 auth Protocol(Auth)\n! finished\n! ended auth Protocol(Auth)";

#[test]
fn plain_under_tls_logs_in_with_one_line() {
    secure(tim()).play(&format!(
        "{}C: AUTH PLAIN AHRpbQB0YW5zdGFhZg==
        S: 235 2.7.0 ok
        ! ready
        C: MAIL FROM:<a@client.example>",
        tls("AUTH PLAIN LOGIN")
    ));
}

#[test]
fn smtp_b71_the_old_form_of_the_offer_is_read() {
    secure(tim()).play(&format!("{}C: AUTH PLAIN AHRpbQB0YW5zdGFhZg==", tls("AUTH=PLAIN LOGIN")));
}

#[test]
fn login_takes_two_challenges() {
    secure(tim()).play(&format!(
        "{}C: AUTH LOGIN
        S: 334 VXNlcm5hbWU6
        C: dGlt
        S: 334 UGFzc3dvcmQ6
        C: dGFuc3RhYWY=
        S: 235 ok
        ! ready
        C: MAIL FROM:<a@client.example>",
        tls("AUTH LOGIN")
    ));
}

#[test]
fn threat_u07_advice_s099_no_password_leaves_in_clear_text() {
    let case = Case::new().settings(|settings| settings.with_credentials(tim()));
    case.play(&format!("{}{NO_LOGIN}", clear("AUTH PLAIN LOGIN")));
    // Where AUTH is not offered at all there is no login either.
    case.play(&format!("{}{NO_LOGIN}", clear("SIZE")));
    let allowed = case.settings(|settings| settings.with_clear_text(ClearText::Allowed));
    allowed.play(&format!("{}C: AUTH PLAIN AHRpbQB0YW5zdGFhZg==", clear("AUTH PLAIN LOGIN")));
}

#[test]
fn a_proof_may_leave_in_clear_text() {
    let case = Case::new().settings(|settings| settings.with_credentials(tim()));
    // `<1@mx>`
    case.play(
        &format!(
            "{}C: AUTH CRAM-MD5\nS: 334 PDFAbXg+\nC: dGltIGY1MDA4ZDYzYjFlYmQ3ZjUzOGNhNTA0ZmU4ZDhhZmNm",
            clear("AUTH PLAIN CRAM-MD5")
        )
        .replace("dGltIGY1MDA4ZDYzYjFlYmQ3ZjUzOGNhNTA0ZmU4ZDhhZmNm", &cram()),
    );
    let never = case.settings(|settings| settings.with_clear_text(ClearText::Never));
    never.play(&format!("{}{NO_LOGIN}", clear("AUTH PLAIN CRAM-MD5")));
}

fn cram() -> String {
    use mailwright_smtp::sasl::{Initiator, encode};
    let nonce = Nonce::from_text("x").unwrap();
    let mut login = Initiator::new(Mechanism::CramMd5, &tim(), Channel::none(), false, nonce).unwrap();
    encode(login.respond(b"<1@mx>").unwrap().expose())
}

#[test]
fn smtp_b71_scram_bound_to_the_channel_is_preferred_and_the_server_proves_itself() {
    // The draw and the exporter of the transcript are known, so the server's part can be computed ahead.
    let channel = [9; 32];
    let channel = Channel::none().with_exporter(Some(&channel));
    let mechanism = Mechanism::ScramSha256Plus;
    let mut server = Acceptor::new(mechanism, channel, true, Nonce::from_text("srv").unwrap(), "mx");
    let mut client =
        mailwright_smtp::sasl::Initiator::new(mechanism, &tim(), channel, true, Nonce::new(&[7; 32], 0))
            .unwrap();
    let encode = mailwright_smtp::sasl::encode;
    let first = client.initial().unwrap();
    assert!(matches!(server.start(Some(first.expose())), Step::Ask(_)));
    let Step::Challenge(challenge) =
        server.answer(Answer::Scram(ScramKeys::derive(b"tanstaaf", b"salt", 4096)))
    else {
        panic!()
    };
    let last = client.respond(&challenge).unwrap();
    let Step::Challenge(signature) = server.respond(last.expose()) else { panic!() };
    let until_proof = format!(
        "{}C: AUTH SCRAM-SHA-256-PLUS {}\nS: 334 {}\nC: {}\n",
        tls("AUTH PLAIN SCRAM-SHA-256 SCRAM-SHA-256-PLUS"),
        encode(first.expose()),
        encode(&challenge),
        encode(last.expose()),
    );
    let case = secure(tim());
    case.play(&format!(
        "{until_proof}S: 334 {}\nC:\nS: 235 ok\n! ready\nC: MAIL FROM:<a@client.example>",
        encode(&signature)
    ));
    // A yes without the server's proof is not believed; a wrong proof is answered with `*`.
    case.play(&format!("{until_proof}S: 235 ok\n{BROKEN}\n! close"));
    case.play(&format!(
        "{until_proof}S: 334 {}\nC: *\nS: 501 cancelled\n{BROKEN}\nC: QUIT",
        encode(b"v=AAAA")
    ));
    case.play(&format!("{until_proof}S: 334 {}\nC: *\nS: 235 ok\n{BROKEN}\nC: QUIT", encode(b"v=AAAA")));
}

#[test]
fn threat_u08_a_server_that_does_not_follow_the_exchange_is_left() {
    let begun = format!("{}C: AUTH PLAIN AHRpbQB0YW5zdGFhZg==\n", tls("AUTH PLAIN"));
    let case = secure(tim());
    // more challenges than the mechanism has
    case.play(&format!("{begun}S: 334 \nC: *\nS: 501 cancelled\n{BROKEN}\nC: QUIT"));
    case.play(&format!("{begun}S: 334 \nC: *\nS: 334 \n{BROKEN}\n! close"));
    // not base64
    for bad in ["QR==", "Q", "what is your name", "QQ==\u{a0}"] {
        case.play(&format!("{begun}S: 334 {bad}\nC: *\nS: 501 cancelled\n{BROKEN}\nC: QUIT"));
    }
    // a yes that nobody asked for, and a challenge behind the end
    case.play(&format!("{begun}S: 235 ok\n! ready\nC: MAIL FROM:<a@client.example>\nS: 235 ok again\nC: RCPT TO:<b@mx.example>"));
    secure(tim())
        .idle()
        .play(&format!("{begun}S: 235 ok\n! ready\nS: 334 \n! ended idle Protocol(Surplus)\n! close"));
}

#[test]
fn a_challenge_has_a_limit() {
    let long = "QUFB".repeat(12_288 / 4);
    let login = format!("{}C: AUTH LOGIN\n", tls("AUTH LOGIN"));
    let case = secure(tim());
    case.play(&format!("{login}S: 334 {long}\nC: dGlt"));
    let over = "! 0 auth Protocol(Unreadable)\n! finished\n! ended auth Protocol(Unreadable)\n! close";
    case.play(&format!("{login}S: 334 {long}QUFB\n{over}"));
}

#[test]
fn a_refused_login_ends_the_session() {
    for code in ["535", "454", "530"] {
        secure(tim()).play(&format!(
            "{}C: AUTH PLAIN AHRpbQB0YW5zdGFhZg==
            S: {code} no
            ! 0 auth {code}
            ! finished
            ! ended auth {code}
            C: QUIT",
            tls("AUTH PLAIN LOGIN")
        ));
    }
}

#[test]
fn a_mechanism_that_the_server_offers_but_does_not_take_is_passed_over() {
    secure(tim()).play(&format!(
        "{}C: AUTH PLAIN AHRpbQB0YW5zdGFhZg==
        S: 504 5.5.4 not this one
        ! notice(mechanismrefused)
        C: AUTH LOGIN
        S: 534 5.7.9 nor this one
        ! notice(mechanismrefused)
        ! 0 auth 534
        ! finished
        ! ended auth 534
        C: QUIT",
        tls("AUTH PLAIN LOGIN")
    ));
}

#[test]
fn a_refused_token_is_acknowledged_and_then_refused() {
    let token = || Credentials::token("u", "t");
    secure(token()).play(&format!(
        "{}C: AUTH XOAUTH2 dXNlcj11AWF1dGg9QmVhcmVyIHQBAQ==
        S: 334 eyJzdGF0dXMiOiI0MDEifQ==
        C:
        S: 535 5.7.8 no
        ! 0 auth 535
        ! finished
        ! ended auth 535
        C: QUIT",
        tls("AUTH XOAUTH2")
    ));
    secure(token()).play(&format!(
        "{}C: AUTH OAUTHBEARER bixhPXUsAWF1dGg9QmVhcmVyIHQBAQ==
        S: 334 eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=
        C: AQ==
        S: 535 5.7.8 no
        ! 0 auth 535
        ! finished
        ! ended auth 535
        C: QUIT",
        tls("AUTH XOAUTH2 OAUTHBEARER")
    ));
}

#[test]
fn an_initial_response_that_would_make_the_line_too_long_waits_for_its_challenge() {
    let long = "t".repeat(400);
    secure(Credentials::token("u", &long)).play(&format!(
        "{}C: AUTH XOAUTH2
        S: 334
        C: {}",
        tls("AUTH XOAUTH2"),
        mailwright_smtp::sasl::encode(format!("user=u\x01auth=Bearer {long}\x01\x01").as_bytes())
    ));
}

#[test]
fn an_empty_initial_response_is_an_equals_sign() {
    secure(Credentials::external()).play(&format!(
        "{}C: AUTH EXTERNAL =\nS: 235 ok\n! ready\nC: MAIL FROM:<a@client.example>",
        tls("AUTH EXTERNAL")
    ));
}

#[test]
fn threat_u06_no_debug_of_a_session_holds_the_secret() {
    use mailwright_smtp::client::{Session, Settings};
    let now = std::time::Duration::ZERO;
    let settings = Settings::new("client.example".parse().unwrap())
        .with_credentials(Credentials::password("tim", "s3cretW0rd"))
        .with_clear_text(ClearText::Allowed);
    for offer in ["PLAIN", "LOGIN", "SCRAM-SHA-256", "CRAM-MD5"] {
        let mut session = Session::new(now, settings.clone()).with_draw([0; 32]);
        for octets in
            ["220 mx\r\n".to_owned(), format!("250-mx\r\n250 AUTH {offer}\r\n"), "334 \r\n".to_owned()]
        {
            session.handle_input(now, octets.as_bytes().into());
            while let mailwright_smtp::Output::Transmit(_) = session.poll_output() {}
            assert!(!format!("{session:?}").contains("s3cretW0rd"));
        }
    }
}
