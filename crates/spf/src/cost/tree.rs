//! Builds the tree out of the answers that are here.

use alloc::vec::Vec;
use core::net::IpAddr;

use mailwright_dns::{Answer, Data, Failure, Kind, Name};

use super::LATE;
use super::report::{CostReport, Fate, Node};
use super::space::Space;
use crate::expand::{Facts, Tail, expand};
use crate::grammar::In;
use crate::identity::Identity;
use crate::record::{DomainSpec, Mechanism, Prefix, Qualifier, Record, Term, TermKind};
use crate::settings::Settings;
use crate::store::Store;

/// Nodes of one tree.
const NODES: usize = 1000;
/// Records on one branch.
const DEPTH: usize = 24;

pub(super) struct Tree<'s> {
    store: &'s Store,
    domain: &'s Name,
    late: bool,
    missing: Vec<(Name, Kind)>,
    report: CostReport,
    space: Space,
    stack: Vec<Open>,
}

/// A record that is being walked.
struct Open {
    domain: Name,
    text: Vec<u8>,
    terms: Vec<Term>,
    at: usize,
    node: usize,
    /// Whether a match here lets the client send.
    passes: bool,
}

impl<'s> Tree<'s> {
    pub(super) fn new(store: &'s Store, domain: &'s Name, late: bool) -> Self {
        let report = CostReport {
            nodes: Vec::new(),
            terms: 0,
            voids: 0,
            strict_stop: None,
            v4_addresses: 0,
            v6_networks: 0,
            flatten: Vec::new(),
            incomplete: false,
            cut: false,
        };
        let (missing, space, stack) = (Vec::new(), Space::default(), Vec::new());
        Self { store, domain, late, missing, report, space, stack }
    }

    pub(super) fn build(&mut self) {
        let domain = self.domain.clone();
        self.node(0, domain.clone(), Vec::new(), 0..0, Fate::Record);
        let fate = self.open(&domain, 0, true);
        if let Some(root) = self.report.nodes.first_mut() {
            root.fate = fate;
            root.text = self.stack.last().map(|open| open.text.clone()).unwrap_or_default();
        }
        while let Some(open) = self.stack.last_mut() {
            let Some(term) = open.terms.get(open.at).copied() else {
                self.close();
                continue;
            };
            open.at = open.at.saturating_add(1);
            if self.report.nodes.len() >= NODES {
                self.report.cut = true;
                return;
            }
            self.term(term);
        }
    }

    pub(super) fn finish(mut self) -> (CostReport, Vec<(Name, Kind)>) {
        (self.report.v4_addresses, self.report.v6_networks) = self.space.measured();
        (self.report, self.missing)
    }

    fn node(
        &mut self,
        depth: usize,
        domain: Name,
        text: Vec<u8>,
        range: core::ops::Range<usize>,
        fate: Fate,
    ) -> usize {
        let depth = u8::try_from(depth).unwrap_or(u8::MAX);
        self.report.nodes.push(Node { depth, domain, text, range, spends: 0, fate });
        self.report.nodes.len().saturating_sub(1)
    }

    /// Puts a domain's record on the stack.
    fn open(&mut self, domain: &Name, node: usize, passes: bool) -> Fate {
        if self.stack.iter().any(|open| open.domain == *domain) {
            return Fate::Loop(domain.clone());
        }
        if self.stack.len() >= DEPTH {
            self.report.cut = true;
            return Fate::Record;
        }
        let texts = match self.answer(domain, Kind::Txt) {
            None => return Fate::Record,
            Some(Answer::Found(Data::Txt(texts), _)) => texts.clone(),
            Some(Answer::Failed(failure)) => return self.failed(domain, *failure),
            Some(_) => return Fate::NoRecord(domain.clone()),
        };
        let mut records = texts.iter().filter(|text| Record::is_spf(text.joined()));
        let (first, second) = (records.next(), records.next());
        let Some(text) = first else { return Fate::NoRecord(domain.clone()) };
        if second.is_some() {
            return Fate::ManyRecords(domain.clone());
        }
        let record = match Record::parse(text.joined()) {
            Ok(record) => record,
            Err(error) => return Fate::Broken(domain.clone(), error),
        };
        // Behind `all` nothing is looked at; `redirect=` comes last whatever its place.
        let mut terms: Vec<Term> = record.terms().to_vec();
        let all = terms.iter().position(|term| matches!(term.kind, TermKind::Directive(_, Mechanism::All)));
        if let Some(all) = all {
            terms.truncate(all.saturating_add(1));
        }
        let (mut terms, redirects): (Vec<Term>, Vec<Term>) =
            terms.into_iter().partition(|term| !matches!(term.kind, TermKind::Redirect(_)));
        if all.is_none() {
            terms.extend(redirects);
        }
        let text = text.joined().to_vec();
        self.stack.push(Open { domain: domain.clone(), text, terms, at: 0, node, passes });
        Fate::Record
    }

    /// Takes the top record from the stack: what it spent goes to the term that led to it.
    fn close(&mut self) {
        let Some(open) = self.stack.pop() else { return };
        if open.node == 0 {
            return;
        }
        let fixed = open.terms.iter().all(|term| match term.kind {
            TermKind::Directive(_, mechanism) => !mechanism.is_lookup(),
            TermKind::Redirect(_) => false,
            TermKind::Explanation(_) | TermKind::Unknown => true,
        });
        let saved = self.report.nodes.get(open.node).map_or(0, |node| node.spends);
        let leads = self.report.nodes.get(open.node).is_some_and(|node| node.text.contains(&b':'));
        if fixed && leads {
            self.report.flatten.push((open.node, saved));
        }
    }

    fn term(&mut self, term: Term) {
        let Some(open) = self.stack.last() else { return };
        let (domain, passes) = (open.domain.clone(), open.passes);
        let text = open.text.get(term.range()).unwrap_or_default().to_vec();
        let depth = self.stack.len();
        let node = self.node(depth, domain, text, term.range(), Fate::Static);
        if term.kind.is_lookup() {
            self.spend(node);
        }
        let (qualifier, mechanism) = match term.kind {
            TermKind::Directive(qualifier, mechanism) => (qualifier, mechanism),
            TermKind::Redirect(spec) => return self.descend(spec, node, passes),
            TermKind::Explanation(_) | TermKind::Unknown => return,
        };
        let passes = passes && qualifier == Qualifier::Pass;
        match mechanism {
            Mechanism::All if passes => self.space.add_all(),
            Mechanism::All => {}
            Mechanism::Ip4 { network, prefix } => {
                self.add(IpAddr::V4(network), Prefix { v4: prefix, v6: 128 }, passes);
            }
            Mechanism::Ip6 { network, prefix } => {
                self.add(IpAddr::V6(network), Prefix { v4: 32, v6: prefix }, passes);
            }
            Mechanism::Include(spec) => self.descend(spec, node, passes),
            Mechanism::Ptr { .. } => self.set(node, Fate::Varies),
            Mechanism::Exists(spec) => {
                let fate = match self.name(Some(spec)) {
                    Ok(name) => self.look(&name, &[Kind::A], Prefix::FULL, false),
                    Err(fate) => fate,
                };
                self.set(node, fate);
            }
            Mechanism::A { target, prefix } => {
                let fate = match self.name(target) {
                    Ok(name) => self.look(&name, &[Kind::A, Kind::Aaaa], prefix, passes),
                    Err(fate) => fate,
                };
                self.set(node, fate);
            }
            Mechanism::Mx { target, prefix } => {
                let fate = match self.name(target) {
                    Ok(name) => self.hosts(&name, prefix, passes),
                    Err(fate) => fate,
                };
                self.set(node, fate);
            }
        }
    }

    /// Counts a look-up for the term and all that lead to it.
    fn spend(&mut self, node: usize) {
        self.report.terms = self.report.terms.saturating_add(1);
        let above = self.stack.iter().map(|open| open.node);
        for number in above.chain([node]) {
            if let Some(node) = self.report.nodes.get_mut(number) {
                node.spends = node.spends.saturating_add(1);
            }
        }
        if self.report.terms > 10 && self.report.strict_stop.is_none() {
            self.report.strict_stop = Some(node);
        }
    }

    /// Says what became of a term.
    fn set(&mut self, node: usize, fate: Fate) {
        let stops = match &fate {
            Fate::Void { .. } => {
                self.report.voids = self.report.voids.saturating_add(1);
                self.report.voids > 2
            }
            Fate::NoRecord(_) | Fate::Broken(..) | Fate::ManyRecords(_) | Fate::TooManyHosts(_) => true,
            Fate::Static
            | Fate::Record
            | Fate::Addresses(_)
            | Fate::Loop(_)
            | Fate::Varies
            | Fate::BadName
            | Fate::Failed(..) => false,
        };
        if stops && self.report.strict_stop.is_none() {
            self.report.strict_stop = Some(node);
        }
        if let Some(node) = self.report.nodes.get_mut(node) {
            node.fate = fate;
        }
    }

    fn descend(&mut self, spec: DomainSpec, node: usize, passes: bool) {
        let fate = match self.name(Some(spec)) {
            Ok(name) => match self.answer(&name, Kind::Txt) {
                Some(Answer::NxDomain(_)) => {
                    self.report.voids = self.report.voids.saturating_add(1);
                    Fate::Void { name, exists: false }
                }
                _ => self.open(&name, node, passes),
            },
            Err(fate) => fate,
        };
        let gone = matches!(fate, Fate::Void { .. });
        if gone {
            // An include of nothing is more than a void look-up: it ends everything.
            self.report.strict_stop = self.report.strict_stop.or(Some(node));
            if let Some(node) = self.report.nodes.get_mut(node) {
                node.fate = fate;
            }
            return;
        }
        self.set(node, fate);
    }

    /// The name of a term, where it depends on the domain alone.
    #[expect(clippy::result_large_err, reason = "both sides are large, and it is looked at once")]
    fn name(&self, spec: Option<DomainSpec>) -> Result<Name, Fate> {
        let Some(open) = self.stack.last() else { return Err(Fate::BadName) };
        let Some(spec) = spec else { return Ok(open.domain.clone()) };
        if ['s', 'l', 'i', 'p', 'v', 'h'].into_iter().any(|letter| spec.letters.contains(letter)) {
            return Err(Fate::Varies);
        }
        let mut domain = b"postmaster@".to_vec();
        self.domain.write_dotted(&mut domain);
        let facts = Facts {
            identity: &Identity::mail_from(&domain, b""),
            settings: &Settings::new(b""),
            client: IpAddr::V4(core::net::Ipv4Addr::UNSPECIFIED),
            domain: open.domain.borrow(),
            validated: None,
        };
        let mut tail = Tail::new();
        expand(open.text.get(spec.range()).unwrap_or_default(), In::Record, &facts, &mut tail);
        let mut name = Name::root();
        tail.name(&mut name).map(|()| name).ok_or(Fate::BadName)
    }

    /// An answer, or `None` where it is missing and time remains.
    fn answer(&mut self, name: &Name, kind: Kind) -> Option<&'s Answer> {
        let found = self.store.find(name.borrow(), kind).and_then(|id| self.store.answer(id));
        if found.is_none() {
            if self.late {
                return Some(&LATE);
            }
            self.missing.push((name.clone(), kind));
        }
        found
    }

    fn failed(&mut self, name: &Name, failure: Failure) -> Fate {
        self.report.incomplete = true;
        Fate::Failed(name.clone(), failure)
    }

    /// The addresses of one name.
    fn look(&mut self, name: &Name, kinds: &[Kind], prefix: Prefix, passes: bool) -> Fate {
        let (mut count, mut exists, mut waiting) = (0_usize, false, false);
        for kind in kinds {
            let addresses: Vec<IpAddr> = match self.answer(name, *kind) {
                None => {
                    waiting = true;
                    continue;
                }
                Some(Answer::Failed(failure)) => return self.failed(name, *failure),
                Some(Answer::Found(Data::A(set), _)) => set.iter().copied().map(IpAddr::V4).collect(),
                Some(Answer::Found(Data::Aaaa(set), _)) => set.iter().copied().map(IpAddr::V6).collect(),
                Some(Answer::NxDomain(_)) => continue,
                Some(_) => {
                    exists = true;
                    continue;
                }
            };
            count = count.saturating_add(addresses.len());
            for address in addresses.into_iter().take(NODES) {
                self.add(address, prefix, passes);
            }
        }
        if count == 0 && !waiting {
            Fate::Void { name: name.clone(), exists }
        } else {
            Fate::Addresses(count)
        }
    }

    /// The addresses of the mail hosts of a name.
    fn hosts(&mut self, name: &Name, prefix: Prefix, passes: bool) -> Fate {
        let records = match self.answer(name, Kind::Mx) {
            None => return Fate::Addresses(0),
            Some(Answer::Found(Data::Mx(records), _)) => records.clone(),
            Some(Answer::Failed(failure)) => return self.failed(name, *failure),
            Some(answer) => {
                let exists = matches!(answer, Answer::NoData(_));
                return Fate::Void { name: name.clone(), exists };
            }
        };
        let mut count = 0_usize;
        for mx in records.iter().take(10).filter(|mx| !mx.exchange.is_root()) {
            let fate = self.look(&mx.exchange, &[Kind::A, Kind::Aaaa], prefix, passes);
            if let Fate::Addresses(more) = fate {
                count = count.saturating_add(more);
            } else if let Fate::Failed(..) = fate {
                return fate;
            }
        }
        if records.len() > 10 { Fate::TooManyHosts(records.len()) } else { Fate::Addresses(count) }
    }

    /// A network that may send, where the term that names it counts for the client.
    fn add(&mut self, address: IpAddr, prefix: Prefix, passes: bool) {
        if passes {
            self.space.add(address, prefix);
        }
    }
}
