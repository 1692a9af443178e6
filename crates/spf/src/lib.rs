#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod builder;
pub use builder::{BuildError, Builder};

mod check;
pub use check::Check;

mod cost;
pub use cost::{CostReport, CostWalk, Fate, Node};

mod expand;

mod explain;
pub use explain::{Sentence, explain};

mod grammar;

mod header;
pub use header::{authentication_results, comment_text, property_value};

mod identity;
pub use identity::{Identity, Which};

mod lint;
pub use lint::{Finding, Report, Rule, Severity, lint, lint_all};

mod outcome;
pub use outcome::{Cause, Counts, Explanation, Outcome, Place, Verdict};

mod record;
pub use record::{DomainSpec, Letters, Mechanism, ParseError, Prefix, Qualifier, Record, Term, TermKind};

mod session;
pub use session::{Both, Session};

mod settings;
pub use settings::{Ahead, BadName, Explain, Private, Settings, VoidCount};

mod store;

mod trace;
pub use trace::{Event, Log, Reply, Trace, Why};
