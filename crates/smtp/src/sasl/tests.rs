//! Both sides against each other.

use alloc::{format, string::String, vec, vec::Vec};

use super::*;

mod exchanges;
mod hostile;

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
