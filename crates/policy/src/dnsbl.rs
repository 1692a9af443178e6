//! Block lists of the DNS: which question is asked, what the answer means, what all lists together weigh.
//!
//! in:  zones, an address or a domain, answers      out: what each list says, a score, a note
//! law: an error of a list is no listing and weighs nothing; a list that is dead is never asked (RFC 5782 §2, §5)

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;
use core::net::{IpAddr, Ipv4Addr};

use mailwright_dns::{Answer, Data, Inquiry, Kind, Name, NameError, Question, Step};

mod zone;
pub use zone::{Code, Codes, Dead, Descriptor, Kinds, Meaning, Severity, ZONES, descriptor};

use crate::{Check, Flag, Flags, Note, Reason, Source, Why};

/// A list that is asked: its name in the DNS, how its answers are read, what a listing weighs.
///
/// # Examples
///
/// ```
/// use mailwright_dns::{Zone as Dns, run};
/// use mailwright_policy::dnsbl::{Listing, Lists, Zone};
///
/// let lists = [Zone::known("zen.spamhaus.org").unwrap(), Zone::new("bl.example.org")?];
/// let dns = Dns::parse(b"7.113.0.203.zen.spamhaus.org. A 127.0.0.4")?;
/// let report = run(&mut Lists::of_address("203.0.113.7".parse()?, lists), &mut &dns);
/// assert_eq!(report.score(), 10);
/// assert!(matches!(report.results[1].1, Listing::NotListed));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    suffix: Name,
    descriptor: &'static Descriptor,
    weight: i16,
}

/// What a list says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Listing {
    /// Listed, for these reasons; never empty.
    Listed(Vec<ListCode>),
    /// Not listed.
    NotListed,
    /// The list would not or could not say. No verdict about anybody.
    Error(ListError),
    /// Nothing is known now: the look-up failed, or the answer has a meaning that nobody told us.
    Unknown,
}

/// One reason of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListCode {
    /// The address that the list answered.
    pub code: Ipv4Addr,
    /// What it means there.
    pub meaning: Meaning,
}

/// Why a list gave no verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    /// The name of the list is misspelt (127.255.255.252).
    #[error("the list's name is misspelt")]
    Misspelt,
    /// The question came through a public or open resolver (127.255.255.254).
    #[error("asked through a public resolver")]
    PublicResolver,
    /// Too many questions (127.255.255.255).
    #[error("too many questions")]
    TooMany,
    /// Another of the codes that lists keep for errors (127.255.255.0/24), or one that this list keeps for them.
    #[error("refused")]
    Refused,
    /// An address outside 127.0.0.0/8: the domain was sold, or a resolver makes names up.
    #[error("an answer outside 127.0.0.0/8")]
    Broken,
    /// The list is gone.
    #[error("the list is gone")]
    Gone,
}

impl Zone {
    /// A list of addresses of your own choice: any answer in 127.0.0.0/8 but 127.0.0.1 lists, with weight 10.
    ///
    /// # Errors
    ///
    /// [`NameError`] where it is no name.
    pub fn new(suffix: &str) -> Result<Self, NameError> {
        Ok(Self { suffix: suffix.parse()?, descriptor: &zone::PLAIN, weight: zone::PLAIN.weight })
    }

    /// A list from the table [`ZONES`], by its name; `None` for one that is not in it.
    pub fn known(suffix: &str) -> Option<Self> {
        let descriptor = descriptor(suffix)?;
        Some(Self { suffix: descriptor.suffix.parse().ok()?, descriptor, weight: descriptor.weight })
    }

    /// The same list under another name, as with a key of one's own in front of it.
    ///
    /// # Errors
    ///
    /// [`NameError`] where it is no name.
    pub fn with_suffix(self, suffix: &str) -> Result<Self, NameError> {
        Ok(Self { suffix: suffix.parse()?, ..self })
    }

    /// Another weight; negative for lists that speak for a peer.
    #[must_use]
    pub const fn with_weight(self, weight: i16) -> Self {
        Self { weight, ..self }
    }

    /// The name of the list.
    pub const fn suffix(&self) -> &Name {
        &self.suffix
    }

    /// What is known of the list.
    pub const fn descriptor(&self) -> &'static Descriptor {
        self.descriptor
    }

    /// The question about an address; `None` where the list does not know such addresses, or is dead.
    ///
    /// # RFC
    ///
    /// RFC 5782 §2.1, §2.4
    pub fn question(&self, address: IpAddr) -> Option<Question> {
        let address = address.to_canonical();
        let asked = if address.is_ipv4() { self.descriptor.kinds.v4 } else { self.descriptor.kinds.v6 };
        if !asked || self.descriptor.dead.is_some() {
            return None;
        }
        let reverse = Name::reverse(address);
        let count = reverse.labels().count().saturating_sub(2);
        let labels = reverse.labels().take(count).chain(self.suffix.labels());
        Some(Question::new(Name::from_labels(labels).ok()?, Kind::A))
    }

    /// The question about a domain; `None` where the list does not know domains, is dead, or the name would be too long.
    ///
    /// # RFC
    ///
    /// RFC 5782 §3
    pub fn question_of_domain(&self, domain: &Name) -> Option<Question> {
        if !self.descriptor.kinds.domains || self.descriptor.dead.is_some() {
            return None;
        }
        let name = Name::from_labels(domain.labels().chain(self.suffix.labels())).ok()?;
        Some(Question::new(name, Kind::A))
    }

    /// What an answer of this list means.
    ///
    /// # RFC
    ///
    /// RFC 5782 §2.1, §2.3
    pub fn read(&self, answer: &Answer) -> Listing {
        if self.descriptor.dead.is_some() {
            return Listing::Error(ListError::Gone);
        }
        let addresses = match answer {
            Answer::NxDomain(_) | Answer::NoData(_) => return Listing::NotListed,
            Answer::Found(Data::A(addresses), _) => addresses,
            Answer::Found(..) | Answer::Failed(_) => return Listing::Unknown,
        };
        let mut codes = Vec::new();
        for code in addresses.iter().take(MOST_CODES) {
            match code.octets() {
                [127, 255, 255, last] => return Listing::Error(refusal(last)),
                [127, ..] if self.descriptor.errors.contains(code) => {
                    return Listing::Error(ListError::Refused);
                }
                [127, ..] => self.descriptor.codes.read(*code, |meaning| {
                    codes.push(ListCode { code: *code, meaning });
                }),
                _ => return Listing::Error(ListError::Broken),
            }
        }
        if codes.is_empty() { Listing::Unknown } else { Listing::Listed(codes) }
    }

    /// Whether the list works, by the two addresses that every list of addresses keeps for that: 127.0.0.2 must be
    /// listed, 127.0.0.1 must not.
    ///
    /// # RFC
    ///
    /// RFC 5782 §5
    pub fn health(&self, of_127_0_0_2: &Answer, of_127_0_0_1: &Answer) -> Health {
        match (self.read(of_127_0_0_2), self.read(of_127_0_0_1)) {
            (_, Listing::Listed(_)) => Health::ListsAll,
            (Listing::Listed(_), Listing::NotListed) => Health::Works,
            (Listing::NotListed, Listing::NotListed) => Health::ListsNothing,
            (Listing::Error(error), _) | (_, Listing::Error(error)) => Health::Error(error),
            (Listing::Unknown, _) | (_, Listing::Unknown) => Health::Unknown,
        }
    }

    /// What a listing adds to a score: nothing for an error, and for codes that only inform.
    fn weigh(&self, listing: &Listing) -> i16 {
        let Listing::Listed(codes) = listing else { return 0 };
        let weigh = |code: &ListCode| match code.meaning.severity {
            Severity::Block => self.weight,
            Severity::Weak => self.weight / 2,
            Severity::Inform => 0,
            Severity::Welcome => self.weight.min(0),
        };
        codes.iter().map(weigh).max_by_key(|weight| weight.unsigned_abs()).unwrap_or(0)
    }
}

/// Whether a list does its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Health {
    /// It lists what it must and nothing else.
    Works,
    /// It lists the whole world: it is gone, and whoever asks it refuses all mail.
    ListsAll,
    /// It lists nothing: it is gone.
    ListsNothing,
    /// It refuses to answer.
    Error(ListError),
    /// Not known now.
    Unknown,
}

const fn refusal(last: u8) -> ListError {
    match last {
        252 => ListError::Misspelt,
        254 => ListError::PublicResolver,
        255 => ListError::TooMany,
        _ => ListError::Refused,
    }
}

/// Answers of one list that are read.
const MOST_CODES: usize = 16;
/// Lists that are asked at once.
const MOST_LISTS: usize = 32;

/// Asks several lists side by side.
#[derive(Clone, Debug)]
pub struct Lists {
    /// Zone, question, what came of it.
    asked: Vec<(Zone, Option<Question>, Option<Listing>)>,
    next: usize,
    timed_out: bool,
}

/// What all lists say.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Each list with what it says, in the order in which they were given.
    pub results: Vec<(Zone, Listing)>,
}

impl Lists {
    /// An inquiry about an address. Lists that don't know such addresses are left out, dead ones give an error; of more
    /// than 32 lists the rest is left out.
    pub fn of_address(address: IpAddr, zones: impl IntoIterator<Item = Zone>) -> Self {
        Self::new(zones, |zone| zone.question(address))
    }

    /// An inquiry about a domain.
    pub fn of_domain(domain: &Name, zones: impl IntoIterator<Item = Zone>) -> Self {
        Self::new(zones, |zone| zone.question_of_domain(domain))
    }

    fn new(zones: impl IntoIterator<Item = Zone>, ask: impl Fn(&Zone) -> Option<Question>) -> Self {
        let mut asked = Vec::new();
        for zone in zones.into_iter().take(MOST_LISTS) {
            let question = ask(&zone);
            let gone = zone.descriptor.dead.is_some();
            if question.is_some() || gone {
                asked.push((zone, question, gone.then_some(Listing::Error(ListError::Gone))));
            }
        }
        Self { asked, next: 0, timed_out: false }
    }
}

impl Inquiry for Lists {
    type Outcome = Report;

    fn poll(&mut self) -> Step<Report> {
        while let Some((_, question, listing)) = self.asked.get(self.next).filter(|_| !self.timed_out) {
            self.next = self.next.saturating_add(1);
            if let (Some(question), None) = (question, listing) {
                return Step::Ask(question.clone());
            }
        }
        if !self.timed_out && self.asked.iter().any(|(_, _, listing)| listing.is_none()) {
            return Step::Wait;
        }
        let told = |(zone, _, listing): &(Zone, _, Option<Listing>)| {
            (zone.clone(), listing.clone().unwrap_or(Listing::Unknown))
        };
        Step::Done(Report { results: self.asked.iter().map(told).collect() })
    }

    fn handle_answer(&mut self, question: &Question, answer: Answer) {
        if self.timed_out || question.kind != Kind::A {
            return;
        }
        for (zone, asked, listing) in &mut self.asked {
            if listing.is_none() && asked.as_ref().is_some_and(|asked| asked.name == question.name) {
                *listing = Some(zone.read(&answer));
            }
        }
    }

    fn handle_timeout(&mut self) {
        self.timed_out = true;
    }
}

impl Report {
    /// The sum of the weights of the lists that name the peer.
    pub fn score(&self) -> i32 {
        let weights = self.results.iter().map(|(zone, listing)| i32::from(zone.weigh(listing)));
        weights.fold(0, i32::saturating_add)
    }

    /// What lists that can't be asked now could take off the score: those that speak for a peer.
    fn could_lift(&self) -> i32 {
        let unknown = self.results.iter().filter(|(_, said)| matches!(said, Listing::Unknown));
        unknown.map(|(zone, _)| i32::from(zone.weight.min(0))).fold(0, i32::saturating_add)
    }

    /// Refuses from this score on: `550 5.7.1` (in place of the greeting `554`); below it, flags.
    ///
    /// Where a list that speaks for peers can't be asked now, and could have lifted the refusal, it is a deferral. One that
    /// answers by an error has no say: as long as it does so, all whom the others name would be put off.
    pub fn note(&self, threshold: i32) -> Note {
        let score = self.score();
        let unknown =
            self.results.iter().any(|(_, said)| matches!(said, Listing::Unknown | Listing::Error(_)));
        let flags = Flags::NONE.with_if(unknown, Flag::ListUnknown).with_if(score < 0, Flag::Welcome);
        if score > 0 && score >= threshold {
            let why = Why::from(Reason::Listed);
            let liftable = score.saturating_add(self.could_lift()) < threshold;
            Note::from(if liftable { why.softened() } else { why }).with_flags(flags).with_flag(Flag::Listed)
        } else {
            let flags = flags.with_if(score > 0, Flag::ListedLightly);
            Note::new(Source::Dnsbl, Check::Ok).with_flags(flags)
        }
    }

    /// Which list it was and where to read on, for [`Why::reply_with`]: the heaviest listing.
    pub fn detail(&self, address: IpAddr) -> String {
        let heaviest = self.results.iter().max_by_key(|(zone, listing)| zone.weigh(listing));
        let mut text = String::new();
        if let Some((zone, Listing::Listed(codes))) = heaviest {
            let meaning = codes.first().map_or("listed", |code| code.meaning.text);
            let _ = write!(text, "{} ({meaning})", zone.suffix);
            if !zone.descriptor.page.is_empty() {
                let _ = write!(
                    text,
                    ", see {}",
                    zone.descriptor.page.replace("{ip}", &alloc::format!("{address}"))
                );
            }
        }
        text
    }
}
