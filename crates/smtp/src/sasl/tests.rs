//! Known exchanges of the RFCs, both sides against each other, and hostile messages.

use alloc::{format, string::String, vec, vec::Vec};

use super::*;

fn nonce(text: &str) -> Nonce {
    Nonce::from_text(text).unwrap()
}

fn initiator(mechanism: Mechanism, credentials: &Credentials, text: &str) -> Initiator {
    Initiator::new(mechanism, credentials, Channel::none(), false, nonce(text)).unwrap()
}

fn acceptor(mechanism: Mechanism) -> Acceptor {
    Acceptor::new(mechanism, Channel::none(), false, Nonce::new(&[1; 32], 0), "mx.example")
}

/// What a store of the two users in these tests says.
fn store(question: &Question) -> Answer {
    match question {
        Question::Password { user, password, .. }
            if user.as_bytes() == b"tim" && password.matches(b"tanstaaf") =>
        {
            Answer::Accept
        }
        Question::Token { token, .. } if token.matches(b"vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==") => {
            Answer::Accept
        }
        Question::Secret { user } if user.as_bytes() == b"tim" => Answer::Secret(Secret::new("tanstaaf")),
        Question::Scram { user, .. } if user.as_bytes() == b"tim" => {
            Answer::Scram(ScramKeys::derive(b"tanstaaf", b"salt of tim", 4096))
        }
        Question::Scram { user, .. } => Answer::Scram(ScramKeys::decoy(&[3; 32], user.as_bytes(), 4096)),
        Question::External { .. } => Answer::AcceptAs(UserName::new("client.example")),
        Question::Password { .. } | Question::Token { .. } | Question::Secret { .. } => Answer::Refuse,
    }
}

/// Plays both sides to the end: what the server says, and whether the client believes it.
fn play(
    mut client: Initiator,
    mut server: Acceptor,
    send_initial: bool,
) -> (Result<Identity, Failure>, bool) {
    let initial = if send_initial { client.initial() } else { None };
    let mut step = server.start(initial.as_ref().map(Secret::expose));
    for _ in 0..10 {
        step = match step {
            Step::Challenge(challenge) => match client.respond(&challenge) {
                Ok(response) => server.respond(response.expose()),
                Err(_) => server.cancel(),
            },
            Step::Ask(question) => server.answer(store(&question)),
            Step::Done(identity) => return (Ok(identity), client.finish().is_ok()),
            Step::Failed(failure) => return (Err(failure), false),
        };
    }
    panic!("the exchange has no end");
}

#[test]
fn rfc7677_section_3_client_side() {
    let credentials = Credentials::password("user", "pencil");
    let mut client = initiator(Mechanism::ScramSha256, &credentials, "rOprNGfwEbeRWgbNEkqO");
    assert_eq!(client.initial().unwrap().expose(), b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
    let challenge = b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    let expected: &[u8] = b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
        p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    assert_eq!(client.respond(challenge).unwrap().expose(), expected);
    assert_eq!(client.finish(), Err(InitiatorError::NotVerified));
    let signature = b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";
    assert_eq!(client.respond(signature).unwrap().expose(), b"");
    assert_eq!(client.finish(), Ok(()));
}

#[test]
fn rfc7677_section_3_server_side() {
    let nonce = nonce("%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
    let mut server = Acceptor::new(Mechanism::ScramSha256, Channel::none(), false, nonce, "mx.example");
    let Step::Ask(Question::Scram { user, authzid }) =
        server.start(Some(b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"))
    else {
        panic!()
    };
    assert_eq!((user.as_bytes(), authzid.as_bytes()), (&b"user"[..], &b""[..]));
    let salt = decode(b"W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
    let Step::Challenge(first) = server.answer(Answer::Scram(ScramKeys::derive(b"pencil", &salt, 4096)))
    else {
        panic!()
    };
    let expected = b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    assert_eq!(first, expected);
    let response = b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
        p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    let Step::Challenge(last) = server.respond(response) else { panic!() };
    assert_eq!(last, b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    assert!(matches!(server.respond(b""), Step::Done(_)));
}

#[test]
fn rfc5802_section_5_messages_are_read_alike() {
    // The RFC's own exchange is over SHA-1; its messages have the same grammar.
    let (header, bare) = grammar::header(b"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL").unwrap();
    assert_eq!((header.octets, header.flag), (&b"n,,"[..], grammar::BindFlag::No));
    assert_eq!(grammar::client_first(bare), Some((b"user".to_vec(), &b"fyko+d2lbbFgONRv9qkxdawL"[..])));
    let first = b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096";
    assert_eq!(grammar::server_first(first).unwrap().2, 4096);
    assert!(grammar::server_final(b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=").is_some());
    assert!(grammar::server_final(b"e=invalid-proof").is_none());
}

#[test]
fn rfc2195_section_2_example() {
    let mut client = initiator(Mechanism::CramMd5, &Credentials::password("tim", "tanstaaftanstaaf"), "n");
    let response = client.respond(b"<1896.697170952@postoffice.reston.mci.net>").unwrap();
    assert_eq!(response.expose(), b"tim b913a602c7eda7a495b4e6e7334d3890");
    assert_eq!(encode(response.expose()), "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw");
}

#[test]
fn rfc4616_section_4_examples() {
    let mut client = initiator(Mechanism::Plain, &Credentials::password("tim", "tanstaaf"), "n");
    assert_eq!(client.initial().unwrap().expose(), b"\0tim\0tanstaaf");
    let credentials = Credentials::password("Kurt", "xipj3plmq").with_authzid("Ursel");
    let mut client = initiator(Mechanism::Plain, &credentials, "n");
    assert_eq!(client.initial().unwrap().expose(), b"Ursel\0Kurt\0xipj3plmq");
}

#[test]
fn rfc7628_section_4_examples() {
    let token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";
    let credentials = Credentials::token("user@example.com", token).with_host("server.example.com", 587);
    let mut client = initiator(Mechanism::OauthBearer, &credentials, "n");
    let expected = "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9NTg3AWF1dGg9QmVhcmVyIHZGOWRmd\
        DRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB";
    assert_eq!(encode(client.initial().unwrap().expose()), expected);
    // A refusal is acknowledged with one octet, and a yes after it is not believed.
    assert_eq!(encode(client.respond(br#"{"status":"invalid_token"}"#).unwrap().expose()), "AQ==");
    assert_eq!(client.finish(), Err(InitiatorError::NotVerified));
    assert!(client.respond(b"again").is_err());

    let mut server = acceptor(Mechanism::OauthBearer);
    // `auth=` asks for the scope only: no token, no login.
    let empty =
        decode(b"bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9AQE=")
            .unwrap();
    assert!(matches!(server.start(Some(&empty)), Step::Failed(Failure::Syntax)));
}

#[test]
fn every_mechanism_logs_in_and_refuses() {
    let right = Credentials::password("tim", "tanstaaf");
    let wrong = Credentials::password("tim", "tanstaaF");
    let stranger = Credentials::password("eve", "tanstaaf");
    for mechanism in [Mechanism::ScramSha256, Mechanism::Plain, Mechanism::Login, Mechanism::CramMd5] {
        for initial in [true, false] {
            let (result, believed) = play(initiator(mechanism, &right, "c0"), acceptor(mechanism), initial);
            assert_eq!(result.unwrap().user().as_bytes(), b"tim", "{mechanism}");
            assert!(believed, "{mechanism}");
            for bad in [&wrong, &stranger] {
                let (result, _) = play(initiator(mechanism, bad, "c0"), acceptor(mechanism), initial);
                assert_eq!(result, Err(Failure::Credentials), "{mechanism}");
            }
        }
    }
    let good = Credentials::token("tim", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==");
    for mechanism in [Mechanism::OauthBearer, Mechanism::Xoauth2] {
        for initial in [true, false] {
            let (result, believed) = play(initiator(mechanism, &good, "c0"), acceptor(mechanism), initial);
            assert_eq!((result.unwrap().user().as_bytes(), believed), (&b"tim"[..], true), "{mechanism}");
            let bad = initiator(mechanism, &Credentials::token("tim", "stale"), "c0");
            assert_eq!(play(bad, acceptor(mechanism), initial).0, Err(Failure::Credentials));
        }
    }
    for initial in [true, false] {
        let client = initiator(Mechanism::External, &Credentials::external(), "c0");
        let (result, _) = play(client, acceptor(Mechanism::External), initial);
        let identity = result.unwrap();
        assert_eq!((identity.user().as_bytes(), identity.authzid()), (&b"client.example"[..], None));
    }
}

#[test]
fn smtp_b71_scram_plus_binds_to_the_channel() {
    let credentials = Credentials::password("tim", "tanstaaf");
    let run = |ours: Channel<'_>, theirs: Channel<'_>| {
        let mechanism = Mechanism::ScramSha256Plus;
        let client = Initiator::new(mechanism, &credentials, ours, true, nonce("c0")).unwrap();
        play(client, Acceptor::new(mechanism, theirs, true, nonce("s0"), "mx.example"), true).0.is_ok()
    };
    let exporter = Channel::none().with_exporter(Some(&[5; 32]));
    let end_point = Channel::none().with_server_end_point(Some(&[6; 32]));
    let relayed = Channel::none().with_exporter(Some(&[9; 32]));
    assert!(run(exporter, exporter));
    assert!(run(end_point, exporter.with_server_end_point(Some(&[6; 32]))));
    assert!(!run(exporter, relayed));
    assert!(!run(exporter, end_point));
}

#[test]
fn a_stripped_offer_of_plus_is_found_out() {
    let channel = Channel::none().with_exporter(Some(&[5; 32]));
    let credentials = Credentials::password("tim", "tanstaaf");
    let run = |seen: bool, offered: bool| {
        let mechanism = Mechanism::ScramSha256;
        let client = Initiator::new(mechanism, &credentials, channel, seen, nonce("c0")).unwrap();
        play(client, Acceptor::new(mechanism, channel, offered, nonce("s0"), "mx.example"), true).0
    };
    assert!(run(false, false).is_ok());
    assert!(run(true, true).is_ok());
    assert_eq!(run(false, true), Err(Failure::Credentials));
}

#[test]
fn smtp_b71_a_server_that_does_not_know_the_password_is_not_believed() {
    let credentials = Credentials::password("tim", "tanstaaf");
    let mut client = initiator(Mechanism::ScramSha256, &credentials, "c0");
    client.initial().unwrap();
    client.respond(b"r=c0s0,s=AAAA,i=4096").unwrap();
    let forged = format!("v={}", encode(&[0; 32]));
    assert_eq!(client.respond(forged.as_bytes()), Err(InitiatorError::NotVerified));
    assert_eq!(client.finish(), Err(InitiatorError::NotVerified));
}

#[test]
fn a_scram_challenge_is_checked_before_any_work() {
    let check = |challenge: &[u8]| {
        let mut client = initiator(Mechanism::ScramSha256, &Credentials::password("tim", "p"), "c0");
        client.initial().unwrap();
        client.respond(challenge).map(|_| ())
    };
    assert_eq!(check(b"r=c0,s=AAAA,i=4096"), Err(InitiatorError::Challenge));
    assert_eq!(check(b"r=x0s0,s=AAAA,i=4096"), Err(InitiatorError::Challenge));
    assert_eq!(check(b"r=c0s0,s=AAAA,i=4095"), Err(InitiatorError::Iterations));
    assert_eq!(check(b"r=c0s0,s=AAAA,i=4294967295"), Err(InitiatorError::Iterations));
    assert_eq!(check(b"r=c0s0,s=AAAA,i=4294967296"), Err(InitiatorError::Challenge));
    assert_eq!(check(b"r=c0s0,s=,i=4096"), Err(InitiatorError::Challenge));
    assert_eq!(check(b"m=x,r=c0s0,s=AAAA,i=4096"), Err(InitiatorError::Challenge));
    assert_eq!(check(b"r=c0s0,s=AAAA,i=4096,m=x"), Err(InitiatorError::Challenge));
    assert_eq!(check(b""), Err(InitiatorError::Challenge));
    assert_eq!(check(b"r=c0s0,s=AAAA,i=4096,x=later"), Ok(()));
}

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
fn smtp_b71_the_strongest_fitting_mechanism_is_chosen() {
    let credentials = Credentials::password("tim", "tanstaaf");
    let bound = Channel::none().with_server_end_point(Some(&[1; 32]));
    let choose =
        |offered: &[Mechanism], channel| credentials.choose(offered, true, channel, ClearText::Never);
    assert_eq!(choose(&Mechanism::ALL, bound), Some(Mechanism::ScramSha256Plus));
    assert_eq!(choose(&Mechanism::ALL, Channel::none()), Some(Mechanism::ScramSha256));
    assert_eq!(choose(&[Mechanism::Login, Mechanism::Plain], bound), Some(Mechanism::Plain));
    assert_eq!(choose(&[Mechanism::OauthBearer, Mechanism::External], bound), None);
    let acting = credentials.clone().with_authzid("root");
    assert_eq!(acting.choose(&[Mechanism::Login], true, bound, ClearText::Never), None);
}

#[test]
fn a_yes_behind_a_fault_is_no_yes() {
    let mut client = initiator(Mechanism::Plain, &Credentials::password("tim", "tanstaaf"), "n");
    assert_eq!(client.respond(b"who are you?"), Err(InitiatorError::Challenge));
    assert_eq!(client.finish(), Err(InitiatorError::NotVerified));
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

#[test]
fn an_answer_that_does_not_fit_the_question_is_a_refusal() {
    let ask = |mechanism, initial: &[u8]| {
        let mut server = acceptor(mechanism);
        assert!(matches!(server.start(Some(initial)), Step::Ask(_)));
        server
    };
    let mut scram = ask(Mechanism::ScramSha256, b"n,,n=tim,r=c0");
    assert!(matches!(scram.answer(Answer::Accept), Step::Failed(Failure::Credentials)));
    let mut plain = ask(Mechanism::Plain, b"\0a\0b");
    assert!(matches!(plain.answer(Answer::Secret(Secret::new("b"))), Step::Failed(Failure::Credentials)));
    assert!(matches!(plain.answer(Answer::Accept), Step::Failed(_)));
    let mut later = ask(Mechanism::Plain, b"\0a\0b");
    assert!(matches!(later.answer(Answer::Later), Step::Failed(Failure::Temporary)));
    // A second response while the question is open changes nothing.
    let mut twice = ask(Mechanism::Plain, b"\0a\0b");
    assert!(matches!(twice.respond(b"\0c\0d"), Step::Failed(Failure::Syntax)));
    assert!(
        matches!(twice.answer(Answer::Accept), Step::Done(identity) if identity.user().as_bytes() == b"a")
    );
}

#[test]
fn nonces_differ_by_count_and_by_draw() {
    let one = Nonce::new(&[0; 32], 0);
    assert_ne!(one, Nonce::new(&[0; 32], 1));
    assert_ne!(one, Nonce::new(&[1; 32], 0));
    assert_eq!(one.as_str().len(), 24);
    assert!(Nonce::from_text(one.as_str()).is_some());
    for bad in ["", "a,b", "a b", "a\n", "<a", "é"] {
        assert!(Nonce::from_text(bad).is_none(), "{bad:?}");
    }
}
