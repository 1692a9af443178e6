//! Messages of a peer that means no good, or of a broken one.

use super::*;

#[test]
fn threat_u01_plain_of_nothing_and_of_blanks() {
    for response in [&b""[..], b" ", b"\t\t", b"\0", b"\0\0", b"*", b"="] {
        let step = acceptor(Mechanism::Plain).start(Some(response));
        assert!(matches!(step, Step::Failed(Failure::Syntax)), "{response:?}");
    }
    assert!(matches!(acceptor(Mechanism::Plain).start(None), Step::Challenge(text) if text.is_empty()));
}

#[test]
fn threat_u02_base64_has_one_form() {
    let bad: [&[u8]; 16] = [
        b"QQ=A",
        b"QR==",
        b"QQ",
        b"QQ=",
        b"QQ===",
        b"Q",
        b"Q===",
        b"QQ==\n",
        b"Q\nQ==",
        b"Q Q=",
        b"QQ==QQ==",
        b"_-8=",
        b"+/9=",
        b"====",
        b"=",
        b"QUJD=",
    ];
    for text in bad {
        assert!(decode(text).is_err(), "{}", text.escape_ascii());
    }
    assert_eq!(decode(b""), Ok(vec![]));
    assert_eq!(decode(b"+/8="), Ok(vec![0xfb, 0xff]));
}

#[test]
fn threat_u03_a_response_has_a_limit() {
    let mut server = acceptor(Mechanism::Login);
    server.start(None);
    assert!(matches!(server.clone().respond(&[b'a'; 12288]), Step::Challenge(_)));
    assert!(matches!(server.respond(&[b'a'; 12289]), Step::Failed(Failure::TooLong)));
    assert!(matches!(server.respond(b"tim"), Step::Failed(Failure::TooLong)));
}

#[test]
fn threat_u04_plain_has_exactly_two_nuls() {
    for bad in [&b"timtanstaaf"[..], b"tim\0tanstaaf", b"\0tim\0tan\0staaf", b"\0\0tanstaaf", b"\0tim\0"] {
        assert!(
            matches!(acceptor(Mechanism::Plain).start(Some(bad)), Step::Failed(Failure::Syntax)),
            "{bad:?}"
        );
    }
    let Step::Ask(Question::Password { authzid, user, password }) =
        acceptor(Mechanism::Plain).start(Some(b"root\0tim\0p"))
    else {
        panic!()
    };
    assert_eq!(
        (authzid.as_bytes(), user.as_bytes(), password.expose()),
        (&b"root"[..], &b"tim"[..], &b"p"[..])
    );
    let mut server = acceptor(Mechanism::Plain);
    server.start(Some(b"root\0tim\0p"));
    let Step::Done(identity) = server.answer(Answer::Accept) else { panic!() };
    assert_eq!(identity.authzid().unwrap().as_bytes(), b"root");
}

#[test]
fn threat_s10_a_command_in_place_of_a_response_is_a_bad_response() {
    let reset = decode(b"RSET").unwrap();
    for mechanism in [Mechanism::Plain, Mechanism::CramMd5, Mechanism::ScramSha256] {
        let mut server = acceptor(mechanism);
        server.start(None);
        assert!(matches!(server.respond(&reset), Step::Failed(Failure::Syntax)), "{mechanism}");
    }
    let mut server = acceptor(Mechanism::Login);
    server.start(None);
    assert!(matches!(server.respond(&reset), Step::Challenge(_)));
}

#[test]
fn threat_u06_secrets_stand_in_no_debug() {
    let secret = "s3cretW0rd";
    let password = Credentials::password("tim", secret);
    let token = Credentials::token("tim", secret);
    let mut seen: Vec<String> = vec![format!("{password:?}"), format!("{token:?}")];
    for mechanism in Mechanism::ALL {
        for credentials in [&password, &token] {
            let channel = Channel::none().with_exporter(Some(&[1; 32]));
            let Ok(mut client) = Initiator::new(mechanism, credentials, channel, true, nonce("c0")) else {
                continue;
            };
            let mut server = Acceptor::new(mechanism, channel, true, nonce("s0"), "mx.example");
            seen.push(format!("{client:?}"));
            let mut step = server.start(client.initial().as_ref().map(Secret::expose));
            for _ in 0..6 {
                seen.push(format!("{step:?} {client:?} {server:?}"));
                step = match step {
                    Step::Challenge(challenge) => match client.respond(&challenge) {
                        Ok(response) => server.respond(response.expose()),
                        Err(_) => break,
                    },
                    Step::Ask(Question::Secret { .. }) => server.answer(Answer::Secret(Secret::new(secret))),
                    Step::Ask(Question::Scram { .. }) => {
                        server.answer(Answer::Scram(ScramKeys::derive(secret.as_bytes(), b"salt", 4096)))
                    }
                    Step::Ask(_) => server.answer(Answer::Accept),
                    Step::Done(_) | Step::Failed(_) => break,
                };
            }
        }
    }
    for text in seen {
        assert!(!text.contains(secret), "{text}");
        let octets = format!("{:?}", secret.as_bytes());
        assert!(!text.contains(octets.trim_matches(['[', ']'])), "{text}");
    }
}

#[test]
fn threat_u07_clear_text_reveals_nothing_unless_told() {
    let credentials = Credentials::password("tim", "tanstaaf");
    let choose = |offered: &[Mechanism], clear| credentials.choose(offered, false, Channel::none(), clear);
    let revealing = [Mechanism::Plain, Mechanism::Login];
    assert_eq!(choose(&revealing, ClearText::ProofOnly), None);
    assert_eq!(choose(&revealing, ClearText::Allowed), Some(Mechanism::Plain));
    assert_eq!(choose(&Mechanism::ALL, ClearText::ProofOnly), Some(Mechanism::ScramSha256));
    assert_eq!(choose(&Mechanism::ALL, ClearText::Never), None);
    let token = Credentials::token("tim", "t");
    assert_eq!(token.choose(&Mechanism::ALL, false, Channel::none(), ClearText::ProofOnly), None);
    assert_eq!(
        token.choose(&Mechanism::ALL, true, Channel::none(), ClearText::Never),
        Some(Mechanism::OauthBearer)
    );
}

#[test]
fn threat_u08_surplus_challenges_end_the_exchange() {
    for mechanism in Mechanism::ALL {
        for credentials in
            [Credentials::password("a", "b"), Credentials::token("a", "b"), Credentials::external()]
        {
            let channel = Channel::none().with_exporter(Some(&[1; 32]));
            let Ok(mut client) = Initiator::new(mechanism, &credentials, channel, true, nonce("c0")) else {
                continue;
            };
            client.initial();
            let answered = (0..10_000).take_while(|_| client.respond(b"more").is_ok()).count();
            assert!(answered <= 2, "{mechanism}: {answered}");
        }
    }
}

#[test]
fn threat_u11_user_names_are_opaque() {
    let name = b"o'r\"eilly%*)(uid=*))\\ \xff";
    let response = [&b"\0"[..], name, b"\0p"].concat();
    let Step::Ask(Question::Password { user, .. }) = acceptor(Mechanism::Plain).start(Some(&response)) else {
        panic!()
    };
    assert_eq!(user.as_bytes(), name);
    assert_eq!(format!("{:?}", UserName::new("a\r\n\x1b")), r#"UserName("a\r\n\x1b")"#);
}

#[test]
fn threat_c20_credentials_that_would_change_the_message_are_refused() {
    let check = |mechanism, credentials: &Credentials| {
        Initiator::new(mechanism, credentials, Channel::none(), false, nonce("n")).map(|_| ())
    };
    let refused = Err(InitiatorError::Credentials);
    assert_eq!(check(Mechanism::Plain, &Credentials::password("a\0b", "p")), refused);
    assert_eq!(check(Mechanism::Plain, &Credentials::password("a", "p\0q")), refused);
    assert_eq!(check(Mechanism::Xoauth2, &Credentials::token("a\x01auth=x", "t")), refused);
    assert_eq!(check(Mechanism::OauthBearer, &Credentials::token("a", "t\x01x")), refused);
    let host = Credentials::token("a", "t").with_host("h\x01port=1", 1);
    assert_eq!(check(Mechanism::OauthBearer, &host), refused);
    assert_eq!(check(Mechanism::CramMd5, &Credentials::password("a b", "p")), refused);
    // A comma or equals sign in a SCRAM name is coded, and comes out the same.
    let mut client = initiator(Mechanism::ScramSha256, &Credentials::password("a,b=c", "p"), "c0");
    let mut server = acceptor(Mechanism::ScramSha256);
    let Step::Ask(Question::Scram { user, .. }) = server.start(client.initial().as_ref().map(Secret::expose))
    else {
        panic!()
    };
    assert_eq!(user.as_bytes(), b"a,b=c");
}
