//! Plays every sequence of abstract inputs against the real server machine, and the same against a small model.
//!
//! Breadth first, states that are equal are visited once: depth 5 in a plain `cargo test`, `MAILWRIGHT_DEPTH=6` (or more)
//! for the long run. In every state the invariants hold:
//!
//! | | |
//! |---|---|
//! | I1 | recipients are accepted only with a sender |
//! | I2 | a message is offered for acceptance only with I1 and at its true end |
//! | I3 | after acceptance, refusal, RSET, hello, TLS sender and recipients are gone |
//! | I4 | one reply per command, but the end of an LMTP message, AUTH steps, DATA; none spontaneous but 421 |
//! | I5 | no octet in clear is interpreted after TLS has begun |
//! | I6 | a login lasts through RSET and hello, and ends with TLS |
//! | I7 | every state has an input that leads to the close |
//! | I8 | equal states have equal futures |

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fmt::Write as _;

use mailwright::smtp::server::moves::Place;
use mailwright::smtp::server::{Protocol, Session};

#[path = "model_check/model.rs"]
mod model;
#[path = "model_check/player.rs"]
mod player;
use model::Model;
use player::{INPUTS, Input, Outcome, greeted, step};

#[derive(Clone)]
struct Node {
    session: Session,
    model: Model,
    path: Vec<Input>,
}

/// All that the future depends on: what can be seen of the machine, and, for its counters, the model.
fn fingerprint(session: &Session, model: &Model) -> String {
    let facts = session.facts();
    let mut text = String::new();
    write!(
        text,
        "{:?} {:?} {} {} {} {} {} {model:?}",
        session.place(),
        session,
        session.recipients(),
        facts.tls().is_some(),
        facts.login().is_some(),
        facts.hello().is_some(),
        facts.errors(),
    )
    .expect("a String");
    text
}

/// What must hold in every state, whatever the model says.
fn invariants(session: &Session, outcome: &Outcome, input: Input, before: &Node) {
    let at = || format!("{:?} then {input:?}: {outcome:?}", before.path);
    let place = session.place();
    assert!(session.recipients() == 0 || place.in_transaction(), "I1 {}", at());
    let was = before.session.place();
    if outcome.messages > 0 {
        assert!(before.session.recipients() > 0 && was.in_transaction(), "I2 {}", at());
        assert!(
            matches!(input, Input::TextYes | Input::TextNo | Input::LastYes | Input::LastNo),
            "I2 {}",
            at()
        );
        assert!(place == Place::Hello && session.recipients() == 0, "I3 {}", at());
    }
    if was.in_transaction() && !place.in_transaction() && was != Place::Broken {
        assert_eq!(outcome.messages + outcome.aborts, 1, "I3: a transaction ends once {}", at());
    }
    if session.facts().tls().is_some() && before.session.facts().tls().is_none() {
        assert!(place == Place::Fresh, "I5 {}", at());
        assert!(session.facts().login().is_none() && session.facts().hello().is_none(), "I6 {}", at());
    }
    let login = |session: &Session| session.facts().login().is_some();
    if login(&before.session) && !login(session) {
        assert!(input == Input::StartTls, "I6 {}", at());
    }
    if login(session) && !login(&before.session) {
        assert!(input == Input::AuthYes, "I6 {}", at());
    }
}

fn explore(protocol: Protocol, depth: usize) -> usize {
    let lmtp = protocol == Protocol::Lmtp;
    let session = greeted(protocol);
    let start = Node { session, model: Model::new(lmtp), path: Vec::new() };
    let mut seen = BTreeSet::from([fingerprint(&start.session, &start.model)]);
    let mut layer = vec![start];
    for _ in 0..depth {
        let mut next = Vec::new();
        for node in &layer {
            for input in INPUTS {
                let (mut session, mut model) = (node.session.clone(), node.model.clone());
                let outcome = step(&mut session, input, lmtp, node.model.mode);
                let expected = model.step(input);
                assert_eq!(outcome, expected, "I4 {:?} then {input:?} from {:?}", node.path, node.model);
                invariants(&session, &outcome, input, node);
                if outcome.closed {
                    assert!(session.is_over());
                    continue;
                }
                assert_eq!(
                    (session.place(), session.recipients()),
                    (model.place(), model.recipients()),
                    "{:?} {input:?}",
                    node.path
                );
                if !seen.insert(fingerprint(&session, &model)) {
                    continue;
                }
                let quit = step(&mut session.clone(), Input::Eof, lmtp, model.mode);
                assert!(quit.closed, "I7 {:?} then {input:?}", node.path);
                let mut path = node.path.clone();
                path.push(input);
                next.push(Node { session, model, path });
            }
        }
        layer = next;
    }
    seen.len()
}

fn depth() -> usize {
    env::var("MAILWRIGHT_DEPTH").ok().and_then(|depth| depth.parse().ok()).unwrap_or(5)
}

#[test]
fn threat_s23_every_sequence_over_smtp_agrees_with_the_model() {
    let states = explore(Protocol::Smtp, depth());
    println!("SMTP: {states} states to depth {}", depth());
    assert!(states > 50, "{states}");
}

#[test]
fn threat_s23_every_sequence_over_lmtp_agrees_with_the_model() {
    let states = explore(Protocol::Lmtp, depth());
    println!("LMTP: {states} states to depth {}", depth());
    assert!(states > 50, "{states}");
}

/// I8: two histories that end in the same state go on the same way, whatever comes.
#[test]
fn equal_states_have_equal_futures() {
    let lmtp = false;
    let mut draw = 1_u64;
    let mut next = |bound: usize| {
        draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(draw >> 33).expect("31 bits") % bound
    };
    let mut known: BTreeMap<String, (Session, Model)> = BTreeMap::new();
    for _ in 0..2000 {
        let mut session = greeted(Protocol::Smtp);
        let mut model = Model::new(lmtp);
        for _ in 0..next(8) {
            let input = INPUTS[next(INPUTS.len())];
            let outcome = step(&mut session, input, lmtp, model.mode);
            model.step(input);
            if outcome.closed {
                break;
            }
        }
        if session.is_over() {
            continue;
        }
        let key = fingerprint(&session, &model);
        let Some((other, other_model)) = known.get(&key) else {
            known.insert(key, (session, model));
            continue;
        };
        let (mut other, mut mode) = (other.clone(), other_model.clone());
        for _ in 0..6 {
            let input = INPUTS[next(INPUTS.len())];
            let here = step(&mut session, input, lmtp, mode.mode);
            let there = step(&mut other, input, lmtp, mode.mode);
            assert_eq!(here, there, "{key} then {input:?}");
            mode.step(input);
            if here.closed {
                break;
            }
        }
    }
}
