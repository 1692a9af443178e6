//! The decisions: after an attempt, and when a recipient is due.
//!
//! in:  the recipient, its record and its host's, a verdict, the time, a seed      out: what to do, and the record to store
//! law: pure; never earlier than the floor, never later than the end; exactly one end; no allocation

use core::time::Duration;

use mailwright_reply::{Blame, Cause, Change, Host, Lasting, Next, Verdict};

use super::{Chosen, Policy};
use crate::schedule::next_age;
use crate::{ByMode, Decision, Due, HostState, Notice, Reason, Schedule, State, Target, Why, spread};

/// Steps taken at once within one attempt.
const QUICK: u8 = 16;
/// How often another schedule may begin in the life of a message.
const TURNS: u8 = 8;

/// When it ends, and why then.
#[derive(Clone, Copy)]
struct End {
    at: u64,
    reason: Reason,
}

impl Policy {
    /// What is done with a recipient after an attempt, and the record to store before it is done.
    ///
    /// `host` is the record of its host after that attempt ([`note_host`](Self::note_host)); `now` is in Unix seconds; `seed` is
    /// the same for all attempts of a message, as a hash of its id. The same arguments give the same decision.
    ///
    /// # Examples
    ///
    /// ```
    /// use mailwright_reply::{Cause, Lasting, Verdict};
    /// use mailwright_retry::{Decision, HostState, Policy, State, Target};
    ///
    /// let (policy, to, up) = (Policy::default(), Target::new("example.org"), HostState::up());
    /// let unknown = Verdict::new(Cause::MailboxUnknown, Lasting::Permanent);
    /// let (decision, state) = policy.decide(&to, &State::new(0), &up, &unknown, 60, 7);
    /// assert!(matches!(decision, Decision::GiveUp { .. }));
    /// assert_eq!(policy.decide(&to, &state, &up, &unknown, 60, 7).0, Decision::Done); // once
    /// ```
    ///
    /// # RFC
    ///
    /// RFC 5321 §4.5.4.1 (when), §4.2.1 (the first digit); RFC 3461 §4.1 (notices); RFC 2852 §4, RFC 4865 §4.
    pub fn decide(
        &self,
        to: &Target<'_>,
        state: &State,
        host: &HostState,
        verdict: &Verdict,
        now: u64,
        seed: u64,
    ) -> (Decision, State) {
        let state = state.at(now, self.silence.as_secs());
        if state.over {
            return (Decision::Done, state);
        }
        if verdict.next == Next::Done {
            return self.delivered(to, state, now);
        }
        let chosen = self.choose(to, verdict);
        if let Some((host, change, state)) = at_once(to, &state, verdict) {
            let why = why(&state, chosen, Reason::AtOnce, 0, self.end(to, &state, chosen).at);
            return (Decision::Now { host, change, why: Why { cause: Some(verdict.cause), ..why } }, state);
        }
        let state = self.turned(to, state, verdict, chosen, now).failed(verdict.cause);
        let end = self.end(to, &state, chosen);
        let Some(schedule) = chosen.schedule else { return Self::over(state, chosen, Reason::Never, end) };
        if !is_retried(verdict) {
            return Self::over(state, chosen, Reason::Permanent, end);
        }
        if schedule.max_tries().is_some_and(|most| state.round >= u32::from(most)) {
            return Self::over(state, chosen, Reason::TriesUsed, end);
        }
        let (gap, asked, state) = wait(to, state, schedule, verdict, now, seed);
        let own = now.saturating_add(gap);
        let host = host.at(now);
        let due = if host.is_down() { own.max(HostState::wake(host.next(), now, seed)) } else { own };
        let Some(until) = next_age(now, due.saturating_sub(now), end.at) else {
            return Self::over(state, chosen, end.reason, end);
        };
        let reason = if until == end.at {
            Reason::LastTry
        } else if until > own {
            Reason::HostDown
        } else if asked {
            Reason::Asked
        } else {
            Reason::Scheduled
        };
        self.waiting(to, state, chosen, (until, reason), end, now)
    }

    /// What is done with a recipient whose time has come, before an attempt; and the record to store.
    ///
    /// A host that is down is tried by one message at a time; the others are held, are told late and given up in their own time.
    ///
    /// # Examples
    ///
    /// ```
    /// use mailwright_retry::{Due, HostState, Policy, State, Target};
    ///
    /// let (policy, to) = (Policy::default(), Target::new("example.org"));
    /// let (due, _) = policy.due(&to, &State::new(0), &HostState::up(), 0, 7);
    /// assert!(matches!(due, Due::Try { .. }));
    /// let (due, _) = policy.due(&to, &State::held(0, 3600), &HostState::up(), 0, 7);
    /// assert!(matches!(due, Due::Held(decision) if decision.until() == Some(3600)));
    /// ```
    pub fn due(&self, to: &Target<'_>, state: &State, host: &HostState, now: u64, seed: u64) -> (Due, State) {
        let state = state.at(now, self.silence.as_secs());
        if state.over {
            return (Due::Held(Decision::Done), state);
        }
        // What went wrong last chooses the schedule; what went wrong with the host, where nothing was tried.
        let cause = state.cause.or_else(|| host.last_cause()).unwrap_or(Cause::Network);
        let chosen = self.choose(to, &Verdict::new(cause, Lasting::Temporary));
        let end = self.end(to, &state, chosen);
        if now < state.next {
            let why = why(&state, chosen, Reason::NotDue, state.next.saturating_sub(now), end.at);
            return (Due::Held(Decision::Wait { until: state.next, why }), state);
        }
        let free = match host.knock(now) {
            Ok(host) => return (Due::Try { host }, state),
            Err(free) => free,
        };
        if let Some(until) = next_age(now, HostState::wake(free, now, seed).saturating_sub(now), end.at) {
            let reason = if until == end.at { Reason::LastTry } else { Reason::HostDown };
            let (decision, state) = self.waiting(to, state, chosen, (until, reason), end, now);
            return (Due::Held(decision.because_of(host.last_cause())), state);
        }
        match host.last_knock(now) {
            Ok(host) => (Due::Try { host }, state),
            // Somebody knocks just now: that answer is waited for.
            Err(Some(free)) if now <= end.at.saturating_add(HostState::LEASE) => {
                let why = why(&state, chosen, Reason::HostDown, free.saturating_sub(now), end.at);
                let decision = Decision::Wait { until: free, why }.because_of(host.last_cause());
                (Due::Held(decision), State { next: free, ..state })
            }
            Err(_) => {
                let (decision, state) = Self::over(state, chosen, end.reason, end);
                (Due::Held(decision.because_of(host.last_cause())), state)
            }
        }
    }

    /// When a recipient is given up if nothing changes, in Unix seconds: the date to name in a notice.
    pub fn expires(&self, to: &Target<'_>, state: &State) -> u64 {
        let cause = state.cause.unwrap_or(Cause::Network);
        self.end(to, state, self.choose(to, &Verdict::new(cause, Lasting::Temporary))).at
    }

    /// The time of the schedule at hand, of the message as a whole, of a bounce, of DELIVERBY: the first of them.
    fn end(&self, to: &Target<'_>, state: &State, chosen: Chosen<'_>) -> End {
        let schedule = chosen.schedule.unwrap_or(&self.schedule);
        let whole = schedule.expiry().max(self.schedule.expiry());
        let own = after(state.since, schedule.expiry()).min(after(state.queued, whole));
        let bounce = if to.null_sender { after(state.queued, self.bounce_life) } else { u64::MAX };
        let end = End { at: own.min(bounce), reason: Reason::Expired };
        match to.deliver_by {
            Some(by) if by.mode == ByMode::Return => {
                let at = state.queued.saturating_add_signed(by.seconds);
                if at < end.at { End { at, reason: Reason::DeliverBy } } else { end }
            }
            Some(_) | None => end,
        }
    }

    /// The record where another schedule begins: a greylist behind an outage is met by its own first steps.
    fn turned(
        &self,
        to: &Target<'_>,
        state: State,
        verdict: &Verdict,
        chosen: Chosen<'_>,
        now: u64,
    ) -> State {
        let Some(before) = state.cause else { return State { since: now, ..state } };
        if before == verdict.cause || state.turns >= TURNS {
            return state;
        }
        let old = self.choose(to, &Verdict::new(before, Lasting::Temporary));
        if old.schedule == chosen.schedule {
            return state;
        }
        State { since: now, round: 0, turns: state.turns.saturating_add(1), ..state }
    }

    fn delivered(&self, to: &Target<'_>, state: State, now: u64) -> (Decision, State) {
        let over = State { over: true, next: now, ..state };
        if !self.notices.tells_cleared() || state.notices == 0 || !to.takes_notices() {
            return (Decision::Done, over);
        }
        let why = Why {
            reason: Reason::Delivered,
            cause: state.cause,
            rule: None,
            attempts: state.attempts,
            gap: Duration::ZERO,
            expires: now,
            alert: false,
        };
        (Decision::Notice { kind: Notice::Cleared, until: None, why }, over)
    }

    /// Waits, and tells the sender where that is due.
    fn waiting(
        &self,
        to: &Target<'_>,
        state: State,
        chosen: Chosen<'_>,
        (until, reason): (u64, Reason),
        end: End,
        now: u64,
    ) -> (Decision, State) {
        let why = why(&state, chosen, reason, until.saturating_sub(now), end.at);
        let state = State { next: until, ..state };
        match self.told(to, state, now) {
            Some(state) => (Decision::Notice { kind: Notice::Delayed, until: Some(until), why }, state),
            None => (Decision::Wait { until, why }, state),
        }
    }

    /// The record that says that the sender is told now; none where no notice is due.
    fn told(&self, to: &Target<'_>, state: State, now: u64) -> Option<State> {
        let age = state.age_of(now);
        let by = to.deliver_by.filter(|by| by.mode == ByMode::Notify && !state.by_told);
        let by_due = by.is_some_and(|by| u64::try_from(by.seconds).unwrap_or(0) <= age);
        if by_due && to.takes_by_notice() {
            return Some(State { by_told: true, ..state });
        }
        let due = self.notices.due(age);
        let apart = crate::NoticePlan::APART.as_secs();
        let rested = state.notices == 0 || now.saturating_sub(state.noticed) >= apart;
        if due > state.notices && rested && to.takes_notices() {
            return Some(State { notices: due, noticed: now, ..state });
        }
        None
    }

    fn over(state: State, chosen: Chosen<'_>, reason: Reason, end: End) -> (Decision, State) {
        let why = why(&state, chosen, reason, 0, end.at);
        (Decision::GiveUp { why }, State { over: true, ..state })
    }
}

fn why(state: &State, chosen: Chosen<'_>, reason: Reason, gap: u64, expires: u64) -> Why {
    Why {
        reason,
        cause: state.cause,
        rule: chosen.rule,
        attempts: state.attempts,
        gap: Duration::from_secs(gap),
        expires,
        alert: chosen.alert && state.same == 1,
    }
}

fn after(time: u64, length: Duration) -> u64 {
    time.saturating_add(length.as_secs())
}

/// Whether the same is tried again later.
fn is_retried(verdict: &Verdict) -> bool {
    let again = matches!(verdict.next, Next::Retry { .. } | Next::CheckDelivered);
    again && (verdict.is_temporary() || verdict.wire == Some(Lasting::Temporary))
}

/// The gap in seconds, whether the host asked for it, and the record that says so.
fn wait(
    to: &Target<'_>,
    state: State,
    schedule: &Schedule,
    verdict: &Verdict,
    now: u64,
    seed: u64,
) -> (u64, bool, State) {
    let hint = verdict.wait.and_then(|wait| Some((wait, state.believing(spread::mark(to.host))?)));
    let Some((wait, believed)) = hint else {
        let gap = schedule.gap(now.saturating_sub(state.since), Some(seed));
        return (gap, false, state);
    };
    let used = wait.said.clamp(Schedule::FLOOR, Schedule::LONGEST_GAP).as_secs();
    let spread = used.saturating_add(spread::extra(used, seed)).min(Schedule::LONGEST_GAP.as_secs());
    (spread, true, believed)
}

/// What may be tried at once, and the record that bounds it.
fn at_once(to: &Target<'_>, state: &State, verdict: &Verdict) -> Option<(Host, Option<Change>, State)> {
    if state.quick >= QUICK {
        return None;
    }
    let taken = State { quick: state.quick.saturating_add(1), ..*state };
    if let Next::Retry { host, change: Some(change), .. } = verdict.next {
        let bit = bit_of(change);
        let again = change == Change::NextTransaction || state.changes & bit == 0;
        if again {
            return Some((host, Some(change), State { changes: state.changes | bit, ..taken }));
        }
    }
    let of_us = verdict.blame == Blame::SendingIp && verdict.cause != Cause::Greylisted;
    match verdict.next {
        Next::Retry { host: Host::Other, .. } if to.left.host() => Some((Host::Other, None, taken)),
        Next::Retry { .. } | Next::Bounce if of_us && to.left.source() && !verdict.is_temporary() => {
            Some((Host::Same, None, taken))
        }
        Next::Retry { .. } | Next::Bounce | Next::CheckDelivered | Next::Done | _ => None,
    }
}

const fn bit_of(change: Change) -> u8 {
    match change {
        Change::WithTls => 1,
        Change::WithoutTls => 2,
        Change::WithoutParameter => 4,
        Change::NextTransaction => 8,
        Change::Reconnect => 16,
        Change::Downgrade => 32,
        Change::Resolve => 64,
        _ => 128,
    }
}
