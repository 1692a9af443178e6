//! Which hosts take mail for a domain, in which order, or why there is none.
//!
//! in:  a domain, our own names, one draw of randomness      out: groups of hosts with addresses, or the reason
//! law: a DNS failure is never a fact: it gives "not now", and no other record is asked in its place

mod limits;
mod order;
mod outcome;

pub use limits::MxLimits;
pub use outcome::{Host, Selected, Selection, Skipped};

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::net::IpAddr;

use self::order::{draw, group, interleave, is_address_text};
use crate::{Answer, Data, Failure, Inquiry, Kind, Mx, Name, Question, Step};

/// Finds the hosts that take mail for a domain (RFC 5321 §5.1).
///
/// Address literals never enter: the caller connects to them directly, if its policy allows that.
///
/// # Examples
///
/// ```
/// use mailwright_dns::{MxSelection, Selected, Zone, run};
///
/// let zone = Zone::parse(
///     b"$ORIGIN example.org.
/// @ MX 20 backup
/// @ MX 10 mx
/// mx AAAA 2001:db8::25
/// mx A 192.0.2.25
/// backup A 192.0.2.26",
/// )?;
/// let selection = run(&mut MxSelection::new("example.org".parse()?).with_seed(7), &mut &zone);
/// let Selected::Hosts(groups) = selection.selected else { unreachable!() };
/// assert_eq!(groups[0][0].name.to_string(), "mx.example.org");
/// assert_eq!(groups[0][0].addresses.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # RFC
///
/// RFC 5321 §5.1, RFC 7505 (null MX)
#[derive(Clone, Debug)]
pub struct MxSelection {
    domain: Name,
    own_names: Vec<Name>,
    own_addresses: Vec<IpAddr>,
    seed: u64,
    limits: MxLimits,
    queue: VecDeque<Question>,
    mx: Option<Answer>,
    hosts: Vec<Pending>,
    /// Hosts beyond the limit: asked for where none of those before has an address.
    rest: VecDeque<Mx>,
    skipped: Vec<Skipped>,
    /// The lowest preference at which our own host stands.
    own_preference: Option<u16>,
    timed_out: bool,
    done: Option<Selection>,
}

/// A host whose addresses are being asked for.
#[derive(Clone, Debug)]
struct Pending {
    mx: Mx,
    v4: Option<Answer>,
    v6: Option<Answer>,
}

impl MxSelection {
    /// An inquiry for this domain.
    pub fn new(domain: Name) -> Self {
        let queue = VecDeque::from([Question::new(domain.clone(), Kind::Mx)]);
        Self {
            domain,
            own_names: Vec::new(),
            own_addresses: Vec::new(),
            seed: 0,
            limits: MxLimits::default(),
            queue,
            mx: None,
            hosts: Vec::new(),
            rest: VecDeque::new(),
            skipped: Vec::new(),
            own_preference: None,
            timed_out: false,
            done: None,
        }
    }

    /// The names of our own host: records no better than one of them would bring the mail back.
    #[must_use]
    pub fn with_own_names(self, names: impl IntoIterator<Item = Name>) -> Self {
        Self { own_names: names.into_iter().collect(), ..self }
    }

    /// The addresses on which we take mail ourselves.
    #[must_use]
    pub fn with_own_addresses(self, addresses: impl IntoIterator<Item = IpAddr>) -> Self {
        Self { own_addresses: addresses.into_iter().collect(), ..self }
    }

    /// The randomness by which equals are shuffled; the same seed gives the same order.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Other limits.
    #[must_use]
    pub fn with_limits(self, limits: MxLimits) -> Self {
        Self { limits, ..self }
    }

    fn finish(&mut self, selected: Selected, implicit: bool) {
        let skipped = core::mem::take(&mut self.skipped);
        self.queue.clear();
        self.done = Some(Selection { selected, skipped, implicit });
    }

    fn take_mx(&mut self, answer: &Answer) {
        match answer {
            Answer::Failed(failure) => self.finish(Selected::NotNow(*failure), false),
            Answer::NxDomain(_) => self.finish(Selected::NoSuchDomain, false),
            Answer::NoData(_) => {
                let mx = Mx { preference: 0, exchange: self.domain.clone() };
                self.ask_host(mx);
            }
            Answer::Found(Data::Mx(records), _) => self.take_records(records),
            Answer::Found(..) => self.finish(Selected::NotNow(Failure::Mismatch), false),
        }
    }

    fn take_records(&mut self, records: &[Mx]) {
        if records.iter().all(|mx| mx.exchange.is_root()) {
            return self.finish(Selected::NullMx, false);
        }
        let ours = records.iter().filter(|mx| self.is_own_name(&mx.exchange)).map(|mx| mx.preference);
        self.own_preference = ours.min();
        let mut order: Vec<(u16, u64, &Mx)> = Vec::with_capacity(records.len());
        let mut state = self.seed;
        for mx in records {
            order.push((mx.preference, draw(&mut state), mx));
        }
        order.sort_by_key(|(preference, draw, _)| (*preference, *draw));
        for (_, _, mx) in order {
            if mx.exchange.is_root() {
                self.skipped.push(Skipped::NullMxBesideOthers);
            } else if self.own_preference.is_some_and(|own| mx.preference >= own) {
                self.skipped.push(Skipped::OwnOrWorse(mx.exchange.clone()));
            } else if is_address_text(&mx.exchange) {
                self.skipped.push(Skipped::AddressAsName(mx.exchange.clone()));
            } else if self.hosts.len() >= self.limits.hosts {
                self.rest.push_back(mx.clone());
            } else if !self.hosts.iter().any(|host| host.mx.exchange == mx.exchange) {
                self.ask_host(mx.clone());
            }
            // A hostile answer may hold a thousand records: what is said about them stays short.
            self.skipped.truncate(self.limits.hosts.saturating_mul(2).saturating_add(2));
        }
        self.note_rest();
        self.rest.truncate(self.limits.hosts.saturating_mul(ROUNDS));
    }

    fn note_rest(&mut self) {
        self.skipped.retain(|skipped| !matches!(skipped, Skipped::TooMany(_)));
        if !self.rest.is_empty() {
            self.skipped.push(Skipped::TooMany(self.rest.len()));
        }
    }

    /// Asks for the next hosts, since a domain has no address only where none of its hosts has one.
    fn ask_rest(&mut self) -> bool {
        while self.hosts.len() < self.limits.hosts {
            let Some(mx) = self.rest.pop_front() else { break };
            if !self.hosts.iter().any(|host| host.mx.exchange == mx.exchange) {
                self.ask_host(mx);
            }
        }
        self.note_rest();
        !self.hosts.is_empty()
    }

    fn is_own_name(&self, name: &Name) -> bool {
        self.own_names.contains(name) || name.as_wire() == b"\x09localhost"
    }

    fn ask_host(&mut self, mx: Mx) {
        for kind in [Kind::Aaaa, Kind::A] {
            self.queue.push_back(Question::new(mx.exchange.clone(), kind));
        }
        self.hosts.push(Pending { mx, v4: None, v6: None });
    }

    /// Ends where every address answer is there.
    fn conclude(&mut self) {
        let waiting = self.hosts.iter().any(|host| host.v4.is_none() || host.v6.is_none());
        if waiting && !self.timed_out {
            return;
        }
        let mut hosts = Vec::new();
        let mut failures = Vec::new();
        let mut own = self.own_preference;
        for pending in core::mem::take(&mut self.hosts) {
            let (host, failed) = self.resolve(&pending);
            let Some(host) = host else {
                let preference = pending.mx.preference;
                let ours = self.is_self(&pending);
                failures.extend(failed.map(|failure| (preference, ours, failure)));
                if ours {
                    own = Some(own.map_or(preference, |own| own.min(preference)));
                }
                continue;
            };
            hosts.push(host);
        }
        // What a loopback or own address betrayed only now cuts off the equals and the worse, too. Also those that are not
        // known now: no answer about them would change where the mail goes.
        let counts = |(preference, ours, _): &(u16, bool, Failure)| {
            own.is_none_or(|own| *preference < own || *ours && *preference == own)
        };
        let failure = failures.into_iter().find(counts).map(|(_, _, failure)| failure);
        hosts.retain(|host: &Host| own.is_none_or(|own| host.preference < own));
        if hosts.is_empty() && failure.is_none() && own.is_none() && !self.timed_out && self.ask_rest() {
            return;
        }
        let implicit = matches!(self.mx, Some(Answer::NoData(_)));
        let selected = match (hosts.is_empty(), failure, own) {
            (false, ..) => Selected::Hosts(group(hosts)),
            (true, Some(failure), _) => Selected::NotNow(failure),
            (true, None, Some(_)) => Selected::Loop,
            (true, None, None) => Selected::NoAddress,
        };
        self.finish(selected, implicit);
    }

    fn resolve(&mut self, pending: &Pending) -> (Option<Host>, Option<Failure>) {
        let late = Answer::Failed(Failure::Timeout);
        let answers = [pending.v6.as_ref().unwrap_or(&late), pending.v4.as_ref().unwrap_or(&late)];
        let failed = answers.iter().find_map(|a| if let Answer::Failed(f) = a { Some(*f) } else { None });
        let limit = self.limits.addresses;
        let addresses: Vec<IpAddr> = interleave(answers).take(limit).filter(|a| !self.is_own(*a)).collect();
        let name = pending.mx.exchange.clone();
        if addresses.is_empty() {
            self.skipped.push(match failed {
                Some(failure) => Skipped::NotNow(name, failure),
                None if self.is_self(pending) => Skipped::Loopback(name),
                None => Skipped::NoAddress(name),
            });
            return (None, failed);
        }
        (Some(Host { name, preference: pending.mx.preference, addresses, failed }), None)
    }

    /// Whether the host has addresses, and all of them are ours.
    fn is_self(&self, pending: &Pending) -> bool {
        let none = Answer::Failed(Failure::Timeout);
        let answers = [pending.v6.as_ref().unwrap_or(&none), pending.v4.as_ref().unwrap_or(&none)];
        let mut addresses = interleave(answers).peekable();
        addresses.peek().is_some() && addresses.all(|address| self.is_own(address))
    }

    fn is_own(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_loopback() || address.is_unspecified() || self.own_addresses.contains(&address)
    }
}

impl Inquiry for MxSelection {
    type Outcome = Selection;

    fn poll(&mut self) -> Step<Selection> {
        if let Some(done) = &self.done {
            return Step::Done(done.clone());
        }
        self.queue.pop_front().map_or(Step::Wait, Step::Ask)
    }

    fn handle_answer(&mut self, question: &Question, answer: Answer) {
        if self.done.is_some() {
            return;
        }
        let answer = answer.fit(question.kind);
        if question.kind == Kind::Mx && question.name == self.domain {
            if self.mx.is_none() {
                self.take_mx(&answer);
                self.mx = Some(answer);
            }
        } else if let Some(host) = self.hosts.iter_mut().find(|host| host.mx.exchange == question.name) {
            if question.kind == Kind::A {
                host.v4 = host.v4.take().or(Some(answer));
            } else if question.kind == Kind::Aaaa {
                host.v6 = host.v6.take().or(Some(answer));
            }
        }
        if self.done.is_none() && self.mx.is_some() {
            self.conclude();
        }
    }

    fn handle_timeout(&mut self) {
        if self.done.is_some() {
            return;
        }
        self.timed_out = true;
        if self.mx.is_some() {
            self.conclude();
        } else {
            self.finish(Selected::NotNow(Failure::Timeout), false);
        }
    }
}

/// How often the next hosts are asked for, where none had an address.
const ROUNDS: usize = 9;
