//! Compares what the client says with what the server has.

use super::scenario::{Fault, Scenario, Way};
use super::{Cuts, Ledger};

/// How strictly the ledger is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oracle {
    /// Both ways, and the message arrived octet for octet.
    Exact,
    /// Octets on the way to the server were others: what was delivered was taken over, but nobody can say as what.
    Altered,
    /// The server was made to lie about what it did.
    Lied,
}

/// Nobody waits longer than this, whatever happens: greeting to QUIT with every deadline met.
const LONGEST: u64 = 3 * 3600;

impl Fault {
    /// How strictly the ledger is held where this has happened.
    pub fn oracle(self) -> Oracle {
        match self {
            Self::Flip(Way::ToServer, ..)
            | Self::Drop(Way::ToServer, _)
            | Self::Double(Way::ToServer, _)
            | Self::Swap(Way::ToServer, _) => Oracle::Altered,
            // 250 becomes 520, or any digit another: no client could know.
            Self::Swap(..) | Self::Reply(..) => Oracle::Lied,
            Self::Flip(_, _, octet) if octet.is_ascii_digit() => Oracle::Lied,
            _ => Oracle::Exact,
        }
    }
}

/// Holds the ledger to the oracle.
///
/// # Panics
/// Where it does not agree.
pub fn judge(scenario: &Scenario, fault: Fault, cuts: Cuts, oracle: Oracle, ledger: &Ledger) {
    let told = || {
        let taken: Vec<_> = ledger.taken.iter().map(|one| (&one.recipients, one.message.len())).collect();
        let (attempts, finished) = (&ledger.attempts, ledger.finished);
        format!("{} {fault:?} {cuts:?}: taken {taken:?}, finished {finished}, {attempts:?}", scenario.name)
    };
    assert!(ledger.is_complete(), "{}", told());
    assert!(ledger.now.as_secs() - 1_000_000_000 <= LONGEST, "{}", told());
    let (delivered, taken) = (ledger.delivered(), ledger.taken_over());
    assert!(delivered <= taken, "{}", told());
    // Where a changed octet joined two replies, the 421 of the server's own deadline is taken for the one that is missing.
    let changed = matches!(fault, Fault::Flip(..) | Fault::Drop(..) | Fault::Double(..));
    let deferred = if changed { ledger.closing_at_the_end() } else { 0 };
    if oracle == Oracle::Exact {
        assert!(taken <= delivered + ledger.unknown() + deferred, "{}", told());
    }
    if oracle != Oracle::Altered {
        for one in &ledger.taken {
            assert!(one.message == scenario.message, "{}", told());
        }
    }
}
