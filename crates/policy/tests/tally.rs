//! The verdict algebra: every set of note kinds beside the table, and the laws as properties.

#![expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "a test")]

use mailwright_policy::{
    Check, Decision, Flag, Flags, Note, Origin, Reason, Source, Sources, Tally, Verdict, Why,
};
use proptest::prelude::*;

fn finish(notes: &[Note]) -> Decision {
    let mut tally = Tally::new(Origin::Internet, false);
    for note in notes {
        tally.note(*note);
    }
    tally.finish()
}

/// The six kinds of note, with reasons from sources that nothing exempts.
fn kinds(lifts: Sources) -> [Note; 6] {
    [
        Check::Ok.into(),
        Check::Flag(Flag::SpfSoftFail).into(),
        Note::from(Reason::SpfFail),
        Check::TempIfAccept(Reason::SenderUnknown.into()).into(),
        Check::TempIfReject { why: Reason::UserLookupDown.into(), lifts }.into(),
        Note::from(Reason::MailboxFull),
    ]
}

#[test]
fn every_set_of_note_kinds_gives_the_verdict_of_the_table() {
    for (lifts, lifted) in [(Sources::of(&[Source::Spf]), true), (Sources::of(&[Source::Helo]), false)] {
        let kinds = kinds(lifts);
        for set in 0_u32..64 {
            let has = |bit: usize| set & (1 << bit) != 0;
            let notes: Vec<Note> = (0..6).filter(|bit| has(*bit)).map(|bit| kinds[bit]).collect();
            let (reject, if_accept, if_reject, temp) = (has(2), has(3), has(4), has(5));
            let verdict = finish(&notes).verdict;
            let expected = match (reject, if_reject && lifted, if_accept || temp) {
                (true, false, _) => Verdict::Reject(Reason::SpfFail.into()),
                // The lifted refusal is told as a deferral; SPF comes before sender and recipient.
                (true, true, _) => Verdict::Tempfail(Why::from(Reason::SpfFail).softened()),
                (false, _, true) if if_accept => Verdict::Tempfail(Reason::SenderUnknown.into()),
                (false, _, true) => Verdict::Tempfail(Reason::MailboxFull.into()),
                (false, _, false) => Verdict::Accept,
            };
            assert_eq!(verdict, expected, "set {set:06b}, lifted: {lifted}");
            assert_eq!(finish(&notes).flags.has(Flag::SpfSoftFail), has(1));
        }
    }
}

#[test]
fn a_lifted_refusal_is_told_as_the_same_reason_for_now() {
    let notes = [
        Note::from(Reason::UserUnknown),
        Check::TempIfReject { why: Reason::UserLookupDown.into(), lifts: Sources::of(&[Source::Recipient]) }
            .into(),
    ];
    let told = finish(&notes).verdict.to_string();
    assert_eq!(told, "450 4.1.1 User unknown; not all could be looked up, try again later");
}

#[test]
fn advice_s042_a_name_that_does_not_lead_to_the_peer_refuses_nobody() {
    let decision = finish(&[Note::from(Reason::HeloMismatch)]);
    assert_eq!(decision.verdict, Verdict::Accept);
    assert!(decision.flags.has(Flag::HeloForwardMismatch));
    let beside = finish(&[Note::from(Reason::HeloMismatch), Note::from(Reason::SpfFail)]);
    assert_eq!(beside.verdict, Verdict::Reject(Reason::SpfFail.into()), "another reason still refuses");
    let worded = Note::new(Source::HeloAddress, Check::TempIfAccept(Reason::HeloMismatch.into()));
    assert_eq!(finish(&[worded]).verdict, Verdict::Accept);
}

#[test]
fn advice_s069_a_role_is_spared_lists_names_greylist_and_content_but_not_rate_relay_and_syntax() {
    for reason in Reason::ALL.iter().copied() {
        let mut tally = Tally::new(Origin::Internet, true);
        tally.note(reason);
        let decision = tally.finish();
        let spared = matches!(
            reason.source(),
            Source::Blocklist
                | Source::Dnsbl
                | Source::Helo
                | Source::HeloAddress
                | Source::Rdns
                | Source::Greylist
                | Source::Content
        );
        assert_eq!(decision.verdict.is_accept(), spared, "{reason}: {decision}");
        if spared && !reason.is_temporary() && reason != Reason::HeloMismatch {
            assert!(decision.flags.has(Flag::Exempted), "{reason}");
        }
    }
}

#[test]
fn advice_s067_postmaster_is_reached_from_a_listed_address() {
    let mut tally = Tally::new(Origin::Internet, true);
    for reason in [Reason::Blocked, Reason::Listed, Reason::ReverseMissing, Reason::HeloOurName] {
        tally.note(reason);
    }
    let decision = tally.finish();
    assert!(decision.verdict.is_accept() && decision.flags.has(Flag::Exempted), "{decision}");
}

#[test]
fn peers_of_ours_are_not_judged_by_name_or_list() {
    for origin in [Origin::Local, Origin::TrustedNet, Origin::Authenticated] {
        let mut tally = Tally::new(origin, false);
        for reason in [Reason::Blocked, Reason::Listed, Reason::ReverseMissing, Reason::HeloOurName] {
            tally.note(reason);
        }
        assert!(tally.finish().verdict.is_accept(), "{origin}");
        tally.note(Reason::UserUnknown);
        assert!(tally.finish().verdict.is_reject(), "{origin}: an unknown user is refused at once");
    }
}

#[test]
fn an_allow_list_exempts_what_it_names() {
    let mut tally = Tally::new(Origin::Internet, false).with_exempt(Sources::of(&[Source::Dnsbl]));
    tally.note(Reason::Listed);
    assert!(tally.finish().verdict.is_accept());
    tally.note(Reason::Blocked);
    assert!(tally.finish().verdict.is_reject());
}

#[test]
fn of_several_refusals_the_foremost_source_is_told() {
    let all: Vec<Note> = Reason::ALL.iter().map(|reason| Note::from(*reason)).collect();
    let backwards: Vec<Note> = all.iter().rev().copied().collect();
    let first = finish(&all).verdict;
    assert_eq!(first, finish(&backwards).verdict);
    assert_eq!(first.why().unwrap().reason().source(), Source::Protocol);
    let two = finish(&[Note::from(Reason::UserUnknown), Note::from(Reason::Listed)]);
    assert_eq!(two.verdict, Verdict::Reject(Reason::Listed.into()), "a listed peer learns no names");
}

fn note() -> impl Strategy<Value = Note> {
    let reason = (0..Reason::ALL.len()).prop_map(|at| Reason::ALL[at]);
    let flag = (0..Flag::ALL.len()).prop_map(|at| Flag::ALL[at]);
    let lifts = proptest::collection::vec((0..Source::ALL.len()).prop_map(|at| Source::ALL[at]), 0..4);
    (0..7_u8, reason, flag, lifts, 0..3_u32).prop_map(|(kind, reason, flag, lifts, wait)| {
        let why = Why::from(reason).with_wait(if reason.is_temporary() { wait } else { 0 });
        let check = match kind {
            0 => Check::Ok,
            1 => Check::Flag(flag),
            2 => Check::Reject(why),
            3 => Check::Temp(why),
            4 => Check::TempIfAccept(why),
            5 => Check::TempIfReject { why, lifts: lifts.into_iter().collect() },
            _ => Check::from(reason),
        };
        Note::from(check).with_flags(Flags::NONE.with(flag))
    })
}

fn with(origin: Origin, role: bool, notes: &[Note]) -> Tally {
    let mut tally = Tally::new(origin, role);
    for note in notes {
        tally.note(*note);
    }
    tally
}

fn origin() -> impl Strategy<Value = Origin> {
    (0..4_usize).prop_map(|at| Origin::ALL[at])
}

proptest! {
    #[test]
    fn order_changes_nothing(
        origin in origin(), role: bool,
        notes in proptest::collection::vec(note(), 0..8).prop_shuffle(), turn in 0..8_usize,
    ) {
        let once = with(origin, role, &notes).finish();
        let mut other = notes.clone();
        other.rotate_left(turn % notes.len().max(1));
        other.reverse();
        prop_assert_eq!(once, with(origin, role, &other).finish());
    }

    #[test]
    fn saying_it_twice_changes_nothing(origin in origin(), role: bool, notes in proptest::collection::vec(note(), 0..8)) {
        let twice: Vec<Note> = notes.iter().chain(&notes).copied().collect();
        prop_assert_eq!(with(origin, role, &notes).finish(), with(origin, role, &twice).finish());
    }

    #[test]
    fn checks_that_run_side_by_side_are_merged(
        origin in origin(), role: bool, notes in proptest::collection::vec(note(), 0..8), cut in 0..8_usize,
    ) {
        let (left, right) = notes.split_at(cut.min(notes.len()));
        let mut merged = with(origin, role, left);
        merged.merge(&with(origin, role, right));
        prop_assert_eq!(merged.finish(), with(origin, role, &notes).finish());
    }

    /// A look-up that fails says `TempIfAccept` or nothing where it could have refused, `TempIfReject` where it could
    /// have allowed: whatever it would have said, no refusal comes of it.
    #[test]
    fn fault_f31_a_look_up_that_fails_never_makes_a_refusal(
        origin in origin(), role: bool, notes in proptest::collection::vec(note(), 1..8),
        which in 0..8_usize, why in (0..Reason::ALL.len()), could_allow: bool,
    ) {
        let at = which % notes.len();
        let before = with(origin, role, &notes).finish();
        let mut after = notes.clone();
        let source = notes[at].source;
        let check = if could_allow {
            Check::TempIfReject { why: Reason::ALL[why].into(), lifts: Sources::of(&[source]) }
        } else {
            Check::TempIfAccept(Reason::ALL[why].into())
        };
        // What could have allowed goes on allowing; what it lifted stays lifted.
        let keeps = matches!(notes[at].check, Check::TempIfReject { .. });
        if keeps { after.push(Note::new(source, check)) } else { after[at] = Note::new(source, check) }
        if !before.verdict.is_reject() {
            prop_assert!(!with(origin, role, &after).finish().verdict.is_reject());
        }
    }

    /// An allow-list that can't be asked: what it would have exempted is deferred, not refused.
    #[test]
    fn an_allow_list_that_is_down_refuses_nobody_whom_it_would_have_allowed(
        notes in proptest::collection::vec(note(), 0..8),
        sources in proptest::collection::vec((0..Source::ALL.len()).prop_map(|at| Source::ALL[at]), 0..6),
    ) {
        let lifts: Sources = sources.into_iter().collect();
        let mut up = Tally::new(Origin::Internet, false).with_exempt(lifts);
        for note in &notes { up.note(*note); }
        let mut down = with(Origin::Internet, false, &notes);
        down.note(Check::TempIfReject { why: Reason::UserLookupDown.into(), lifts });
        if !up.finish().verdict.is_reject() {
            // A TempIfReject of an exempt source is not heard, so it lifts less there than without the exemption.
            prop_assert!(!down.finish().verdict.is_reject());
        }
    }
}
