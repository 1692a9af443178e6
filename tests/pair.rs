//! Our client against our server: no socket, no real clock, random cuts.
#![allow(dead_code, reason = "the fault matrix uses the rest of the pair")]

use mailwright::address::Envelope;
use mailwright::smtp::sasl::{Credentials, Mechanism};
use mailwright::smtp::{BodyFacts, Extension, OutgoingNewlines, client, server};
use proptest::prelude::*;

#[path = "pair/world.rs"]
mod world;

use world::scenario::{Decision, Fault, Scenario, recipients};
use world::{Cuts, Ledger, World};

#[track_caller]
fn whole(scenario: &Scenario, ledger: &Ledger) {
    assert!(ledger.is_complete(), "{}", scenario.name);
    let count = scenario.envelope.recipients().len();
    assert_eq!(ledger.delivered(), count, "{}: {:?}", scenario.name, ledger.attempts[0]);
    assert_eq!(ledger.taken_over(), count, "{}", scenario.name);
    for taken in &ledger.taken {
        assert!(taken.message == scenario.message, "{}", scenario.name);
    }
}

#[test]
fn every_conversation_delivers_however_it_is_cut() {
    for scenario in Scenario::all() {
        for most in [0, 1, 2, 3, 7, 17, 1460] {
            for seed in 0..20 {
                let ledger = World::new(&scenario, Fault::None, Cuts::of(seed, most)).run();
                whole(&scenario, &ledger);
                assert_eq!(ledger.now.as_secs(), 1_000_000_000, "nobody had to wait");
            }
        }
    }
}

#[test]
fn threat_c19_no_deadlock_with_almost_no_room_on_the_way() {
    for mut scenario in Scenario::all() {
        scenario.envelope = recipients(300);
        scenario.server = scenario.server.with_limits(server::Limits::new().with_recipients(300));
        for room in [1, 16, 512] {
            let cuts = Cuts { seed: 5, most: 0, room };
            whole(&scenario, &World::new(&scenario, Fault::None, cuts).run());
        }
    }
}

#[test]
fn more_recipients_than_the_server_takes_follow_on_the_same_connection() {
    let mut scenario = Scenario::all().swap_remove(3);
    scenario.envelope = recipients(250);
    for limits in [false, true] {
        let mut scenario = scenario.clone();
        if limits {
            scenario.server = scenario.server.with_offered(Extension::Limits);
        }
        let ledger = World::new(&scenario, Fault::None, Cuts::WHOLE).run();
        whole(&scenario, &ledger);
        let counts: Vec<usize> = ledger.taken.iter().map(|taken| taken.recipients.len()).collect();
        assert_eq!(counts, [100, 100, 50]);
    }
}

#[test]
fn every_mechanism_logs_in_over_the_wire() {
    use Mechanism::{CramMd5, Login, OauthBearer, Plain, ScramSha256, ScramSha256Plus, Xoauth2};
    let (password, token) = (Credentials::password("tim", "tanstaaf"), Credentials::token("tim", "fresh"));
    let (wrong, stale) = (Credentials::password("tim", "wrong"), Credentials::token("tim", "stale"));
    let stranger = Credentials::password("eve", "tanstaaf");
    for mechanism in [Plain, Login, CramMd5, ScramSha256, ScramSha256Plus, OauthBearer, Xoauth2] {
        let by_token = matches!(mechanism, OauthBearer | Xoauth2);
        let mut scenario = Scenario::all().swap_remove(2);
        scenario.server = scenario.server.with_mechanisms(&[mechanism]);
        let with = |credentials: &Credentials| {
            let mut scenario = scenario.clone();
            scenario.client = scenario.client.with_credentials(credentials.clone());
            scenario
        };
        let right = with(if by_token { &token } else { &password });
        whole(&right, &World::new(&right, Fault::None, Cuts::of(1, 5)).run());
        // A refused token is told in a challenge first, which the client answers before it hears the 535.
        for bad in if by_token { vec![&stale] } else { vec![&wrong, &stranger] } {
            let ledger = World::new(&with(bad), Fault::None, Cuts::of(1, 5)).run();
            assert!(ledger.is_complete() && ledger.taken.is_empty(), "{mechanism}: {ledger:?}");
            let reply = ledger.attempts[0][0].ending().reply().map(|reply| reply.code().number());
            assert_eq!(reply, Some(535), "{mechanism}: {ledger:?}");
        }
    }
}

#[test]
fn each_decision_of_the_host_reaches_the_recipients_it_is_about() {
    for scenario in Scenario::all() {
        let decisions = World::new(&scenario, Fault::None, Cuts::WHOLE).run().decisions;
        for number in 0..decisions {
            for decision in [Decision::Defer, Decision::Refuse, Decision::Slow, Decision::Silence] {
                let ledger = World::new(&scenario, Fault::Host(number, decision), Cuts::WHOLE).run();
                assert!(ledger.is_complete(), "{} {number} {decision:?}: {ledger:?}", scenario.name);
                assert_eq!(
                    ledger.delivered(),
                    ledger.taken_over(),
                    "{} {number} {decision:?}",
                    scenario.name
                );
                let all = scenario.envelope.recipients().len();
                let some = ledger.delivered();
                match decision {
                    Decision::Slow => assert_eq!(some, all, "{} {number}", scenario.name),
                    _ => assert!(some < all, "{} {number} {decision:?}", scenario.name),
                }
            }
        }
    }
}

#[test]
fn threat_c22_any_message_arrives_as_it_was() {
    let bodies: [&'static [u8]; 10] = [
        b"",
        b".",
        b".\r\n",
        b"\r\n",
        b"x",
        b"\r\n.\r\n",
        b"x\r\n\r\n.",
        b"..\r\n.",
        b".\r\n.\r\n",
        b"a\r\n.b\r\n..c\r\n",
    ];
    for body in bodies {
        for mut scenario in Scenario::all() {
            scenario.message = body.into();
            for most in [0, 1, 2] {
                let ledger = World::new(&scenario, Fault::None, Cuts::of(1, most)).run();
                assert!(ledger.is_complete());
                let mut expected = body.to_vec();
                if !expected.is_empty() && !expected.ends_with(b"\r\n") {
                    expected.extend_from_slice(b"\r\n");
                }
                assert!(!ledger.taken.is_empty(), "{}", body.escape_ascii());
                assert!(
                    ledger.taken.iter().all(|taken| taken.message == expected),
                    "{}",
                    body.escape_ascii()
                );
            }
        }
    }
}

fn envelope(count: usize) -> Envelope {
    recipients(count)
}

/// Lines of any octets but CR, LF and NUL, dots at the start among them.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let octet = prop_oneof![4 => 32_u8..127, 1 => Just(b'.'), 1 => 128_u8..=255];
    proptest::collection::vec(proptest::collection::vec(octet, 0..80), 0..40).prop_map(|lines| {
        let mut out = b"\r\n".to_vec();
        for line in lines {
            out.extend_from_slice(&line);
            out.extend_from_slice(b"\r\n");
        }
        out
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_settings_any_cuts_any_text(
        which in 0_usize..6,
        message in text(),
        count in 1_usize..30,
        seed in any::<u64>(),
        most in 0_usize..64,
        room in 1_usize..4096,
        window in 0_usize..600,
        piece in 1_usize..300,
        chunking in 0_u8..3,
        pipelining in any::<bool>(),
        behind in any::<bool>(),
    ) {
        let mut scenario = Scenario::all().swap_remove(which);
        scenario.message = message.into();
        scenario.envelope = envelope(count);
        scenario.client = scenario.client
            .with_limits(client::Limits::new().with_window(window).with_body(piece))
            .with_chunking([client::Chunking::Never, client::Chunking::WhenNeeded, client::Chunking::WhenOffered][usize::from(chunking)])
            .with_pipelining(if pipelining { client::Pipelining::WhenOffered } else { client::Pipelining::Never })
            .with_quitting(if behind { client::Quitting::BehindMessage } else { client::Quitting::AfterReply });
        let ledger = World::new(&scenario, Fault::None, Cuts { seed, most, room }).run();
        whole(&scenario, &ledger);
    }

    #[test]
    fn what_is_repaired_on_the_way_is_one_message(body in proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'.'), Just(b'x')], 0..60), most in 0_usize..8) {
        let mut scenario = Scenario::plain();
        scenario.client = scenario.client.with_newlines(OutgoingNewlines::Repair);
        let facts = BodyFacts::of(&body);
        prop_assume!(facts.octets == body.len() as u64);
        scenario.message = body.into();
        let ledger = World::new(&scenario, Fault::None, Cuts::of(1, most)).run();
        prop_assert!(ledger.is_complete());
        prop_assert_eq!(ledger.taken.len(), 1);
        let arrived = &ledger.taken[0].message;
        let rest = String::from_utf8_lossy(arrived).replace("\r\n", "");
        prop_assert!(!rest.contains(['\r', '\n']));
    }
}

#[test]
fn threat_c19_a_host_that_says_nothing_holds_nobody_though_the_way_is_full() {
    for scenario in Scenario::all() {
        for room in [1, 8, 29, 64] {
            for at in 0..6 {
                let cuts = Cuts { seed: 0, most: 0, room };
                let ledger = World::new(&scenario, Fault::Host(at, Decision::Silence), cuts).run();
                assert!(ledger.is_complete(), "{} {room} {at}", scenario.name);
            }
        }
    }
}
