//! What a record costs: every branch is visited, without a client.
//!
//! in:  answers      out: a tree of terms with who spends what, voids, loops, what could be written out as addresses
//! law: the walk goes on behind the point where a strict evaluator stops, and marks it

mod report;
mod space;
mod tree;

use alloc::vec::Vec;

use mailwright_dns::{Answer, Failure, Inquiry, Name, Need, Question, Step};

use crate::store::Store;
use tree::Tree;

pub use report::{CostReport, Fate, Node};

/// Walks all that a domain's record leads to.
///
/// # Examples
///
/// ```
/// use mailwright_dns::{Zone, run};
/// use mailwright_spf::CostWalk;
///
/// let zone = Zone::parse(
///     br#"example.org. TXT "v=spf1 include:a.example include:gone.example -all"
/// a.example. TXT "v=spf1 ip4:192.0.2.0/24 -all""#,
/// )?;
/// let report = run(&mut CostWalk::new("example.org".parse()?), &mut &zone);
/// assert_eq!((report.terms, report.v4_addresses), (2, 256));
/// assert!(report.to_string().contains("gone.example: no such name"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct CostWalk {
    domain: Name,
    store: Store,
    done: Option<CostReport>,
    changed: bool,
    out_of_time: bool,
}

/// Questions of one walk; a record that leads to more is cut, and the report says so.
const QUESTIONS: u16 = 600;

impl CostWalk {
    /// A walk over the record of this domain.
    pub fn new(domain: Name) -> Self {
        Self { domain, store: Store::default(), done: None, changed: true, out_of_time: false }
    }

    /// Builds the tree out of the answers that are here; asks for those that are missing.
    fn build(&mut self) {
        self.changed = false;
        let mut tree = Tree::new(&self.store, &self.domain, self.out_of_time);
        tree.build();
        let (report, missing) = tree.finish();
        if missing.is_empty() || self.out_of_time {
            self.done = Some(report);
            return;
        }
        let mut asked: Vec<u16> = Vec::new();
        for (name, kind) in missing {
            if let Some(id) = self.store.want_ahead(name.borrow(), kind, QUESTIONS) {
                self.store.need(id, Need::Needed);
                asked.push(id);
            }
        }
        // Where nothing more may be asked, what is missing stays unknown.
        if asked.is_empty() {
            self.out_of_time = true;
            self.build_once_more();
        }
    }

    fn build_once_more(&mut self) {
        let mut tree = Tree::new(&self.store, &self.domain, true);
        tree.build();
        let (mut report, _) = tree.finish();
        report.cut = true;
        self.done = Some(report);
    }
}

impl Inquiry for CostWalk {
    type Outcome = CostReport;

    fn poll(&mut self) -> Step<CostReport> {
        if self.done.is_none() && self.changed {
            self.build();
        }
        if let Some(done) = &self.done {
            return Step::Done(done.clone());
        }
        match self.store.next_question() {
            Some((name, kind, need)) => Step::Ask(Question::new(name.to_name(), kind).with_need(need)),
            None => Step::Wait,
        }
    }

    fn handle_answer(&mut self, question: &Question, answer: Answer) {
        if self.done.is_none() && self.store.put(question, answer).is_some() {
            // The tree is built when all that is out has come, once per round.
            self.changed = self.store.open() == 0;
        }
    }

    fn handle_timeout(&mut self) {
        if self.done.is_none() {
            self.out_of_time = true;
            self.build();
        }
    }
}

/// What stands for an answer that did not come.
const LATE: Answer = Answer::Failed(Failure::Timeout);
