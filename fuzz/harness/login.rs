//! Reads any octets as base64, as xtext, and as what either side of a login may hear.

use mailwright::address::xtext;
use mailwright::smtp::sasl::{
    self, Acceptor, Answer, Channel, Credentials, Initiator, Mechanism, Nonce, Question, ScramKeys, Secret,
    Step,
};

const SECRET: &str = "s3cretW0rd";

pub fn check(input: &[u8]) {
    codes(input);
    let Some((&choice, messages)) = input.split_first() else { return };
    let mechanism = Mechanism::ALL[usize::from(choice) % Mechanism::ALL.len()];
    serve(mechanism, choice, messages);
    ask(mechanism, choice, messages);
}

/// What is coded comes back, and every value has one text.
fn codes(input: &[u8]) {
    assert_eq!(sasl::decode(sasl::encode(input).as_bytes()).as_deref(), Ok(input));
    match sasl::decode(input) {
        Ok(octets) => assert_eq!(sasl::encode(&octets).as_bytes(), input),
        Err(error) => {
            let text = error.to_string();
            assert!(text.len() <= 256 && text.is_ascii() && error.at <= input.len());
        }
    }
    assert_eq!(xtext::decode(xtext::encode(input).as_bytes()).as_deref(), Ok(input));
    if let Ok(octets) = xtext::decode(input) {
        let again = xtext::encode(&octets);
        assert_eq!(xtext::decode(again.as_bytes()).as_deref(), Ok(&octets[..]));
    }
}

/// The messages are parted by 0xff; the first octet says what is answered to questions.
fn serve(mechanism: Mechanism, choice: u8, messages: &[u8]) {
    let channel = Channel::none().with_exporter(Some(&[1; 32]));
    let mut login =
        Acceptor::new(mechanism, channel, choice & 64 != 0, Nonce::new(&[2; 32], 0), "mx.example");
    let mut messages = messages.split(|&octet| octet == 0xff);
    let mut step = login.start(messages.next().filter(|_| choice & 128 != 0));
    for _ in 0..64 {
        hidden(&format!("{step:?} {login:?}"));
        step = match step {
            Step::Ask(question) => {
                let answer = match question {
                    _ if choice & 32 != 0 => Answer::Refuse,
                    Question::Secret { .. } => Answer::Secret(Secret::new(SECRET)),
                    Question::Scram { .. } => Answer::Scram(ScramKeys::new(vec![1], 4096, [3; 32], [4; 32])),
                    _ => Answer::Accept,
                };
                login.answer(answer)
            }
            Step::Challenge(_) => match messages.next() {
                Some(message) => login.respond(message),
                None => login.cancel(),
            },
            Step::Failed(_) => {
                assert!(matches!(login.respond(b"more"), Step::Failed(_)), "it stays failed");
                return;
            }
            // Keys that nobody made have no proof, and a digest of this secret is in no input.
            _ => {
                let proven = matches!(mechanism, Mechanism::ScramSha256 | Mechanism::ScramSha256Plus);
                assert!(!proven);
                return;
            }
        };
    }
    panic!("a login without end");
}

fn ask(mechanism: Mechanism, choice: u8, messages: &[u8]) {
    let channel = Channel::none().with_exporter(Some(&[1; 32]));
    let credentials = match mechanism {
        Mechanism::OauthBearer | Mechanism::Xoauth2 => Credentials::token("tim", SECRET),
        Mechanism::External => Credentials::external(),
        _ => Credentials::password("tim", SECRET),
    };
    let credentials = credentials.with_max_iterations(4096);
    let Ok(mut login) = Initiator::new(mechanism, &credentials, channel, true, Nonce::new(&[2; 32], 0))
    else {
        return;
    };
    if choice & 128 != 0 {
        let _ = login.initial();
    }
    for message in messages.split(|&octet| octet == 0xff).take(8) {
        let answered = login.respond(message);
        hidden(&format!("{answered:?} {login:?}"));
        if answered.is_err() {
            assert!(login.finish().is_err(), "a yes behind a fault is no yes");
            return;
        }
    }
    let proven = matches!(mechanism, Mechanism::ScramSha256 | Mechanism::ScramSha256Plus);
    assert!(!(proven && login.finish().is_ok()), "no input holds the server's proof");
}

fn hidden(text: &str) {
    assert!(!text.contains(SECRET), "{text}");
    let numbers = format!("{:?}", SECRET.as_bytes());
    assert!(!text.contains(numbers.trim_matches(['[', ']'])), "{text}");
}
