//! Double opt-in: nobody is subscribed before the reader of the address said so twice.
//!
//! in:  a request, then the click on its link      out: a link's token, then a record with evidence
//! law: looking at the link changes nothing, only a POST confirms; nobody is asked more than once a day, nor thrice ever

use alloc::format;
use alloc::string::String;
use core::net::IpAddr;
use core::time::Duration;

mod stored;

use crate::consent::{Consent, Provenance};
use crate::key::AddressKey;
use crate::token::{Claim, ListNameError, Purpose, Secrets, TokenError};

/// How often an address is asked, and how long a link holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    apart: Duration,
    most: u8,
    valid: Duration,
}

impl Default for Rules {
    /// Once in 24 hours, three times ever, and a link holds for seven days.
    fn default() -> Self {
        Self { apart: Duration::from_secs(86_400), most: 3, valid: Duration::from_secs(7 * 86_400) }
    }
}

impl Rules {
    /// How long a link holds.
    #[must_use]
    pub const fn with_valid(self, valid: Duration) -> Self {
        Self { valid, ..self }
    }

    /// How far requests for one address lie apart, and how many there are ever.
    #[must_use]
    pub const fn with_requests(self, apart: Duration, most: u8) -> Self {
        Self { apart, most, ..self }
    }
}

/// How often an address was asked, over all lists: the guard against those who subscribe a victim everywhere.
///
/// Store it by `address.folded(Fold::ALL)`: whoever bombs a victim writes its address in other cases, with other tags. A
/// confirmed address starts anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Asked {
    times: u8,
    last: u64,
}

/// Who did something, when, and what they had read: what a regulator or a blocklist asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[expect(clippy::exhaustive_structs, reason = "the evidence that the law asks for")]
pub struct Evidence {
    /// From which address.
    pub ip: IpAddr,
    /// When, in Unix seconds.
    pub at: u64,
    /// Which version of the form's text was shown.
    pub form: String,
}

/// Where a request stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum State {
    /// The link is on its way.
    Requested,
    /// The reader confirmed.
    Confirmed(Evidence),
    /// The reader, or we, took it back.
    Cancelled {
        /// When, in Unix seconds.
        at: u64,
    },
}

/// A request to be on a list. Store it by address and list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Request {
    /// The version of this record: 1. What a later version wrote is refused.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "stored::version"))]
    pub version: u8,
    /// Who.
    pub address: AddressKey,
    /// Which list.
    pub list: String,
    /// Which request; the token carries the same.
    pub nonce: u64,
    /// Who filled in the form.
    pub evidence: Evidence,
    /// Where it stands.
    pub state: State,
}

/// A request that was let through: store the first two, mail the third.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Link {
    /// The record of the request.
    pub request: Request,
    /// How often the address was asked by now.
    pub asked: Asked,
    /// The token to mail; only the reader of the address gets to see it.
    pub token: String,
}

impl Link {
    /// The link: `base`, then the token as its query.
    pub fn url(&self, base: &str) -> String {
        url(base, &self.token)
    }
}

/// A token behind a link.
pub(crate) fn url(base: &str, token: &str) -> String {
    let sign = if base.contains('?') { '&' } else { '?' };
    format!("{base}{sign}t={token}")
}

/// A request is not let through. Show the visitor the same page as for one that is, so that nobody learns who is on a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The address was asked too recently, or often enough.
    #[error("the address was asked often enough")]
    TooMany {
        /// When it may be asked again, in Unix seconds; none: never.
        until: Option<u64>,
    },
    /// The list can't be called so.
    #[error(transparent)]
    ListName(#[from] ListNameError),
}

/// Lets a request through, if the address was not asked too often.
///
/// `asked`: what is stored for the address, none for a new one. `nonce`: 64 random bits of the caller's.
///
/// # Errors
///
/// [`RequestError`]: send nothing.
///
/// # Examples
///
/// ```
/// use mailwright_hygiene::Secrets;
/// use mailwright_hygiene::opt_in::{Click, Evidence, Rules, confirm, request};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (secrets, rules) = (Secrets::new(1, b"32 random octets of the embedder")?, Rules::default());
/// let who = |at| Evidence { ip: [192, 0, 2, 7].into(), at, form: "2026-11".to_owned() };
///
/// let link = request(&"ann@example.net".parse()?, "news", who(1_790_000_000), None, 42, &secrets, &rules)?;
/// assert!(link.url("https://example.org/confirm").starts_with("https://example.org/confirm?t="));
///
/// let later = who(1_790_000_600);
/// assert!(confirm(&link.request, &link.token, Click::Get, later.clone(), &secrets, &rules).is_err());
/// let confirmed = confirm(&link.request, &link.token, Click::Post, later, &secrets, &rules)?;
/// assert!(confirmed.consent().is_some());
/// # Ok(())
/// # }
/// ```
pub fn request(
    address: &AddressKey,
    list: &str,
    evidence: Evidence,
    asked: Option<Asked>,
    nonce: u64,
    secrets: &Secrets,
    rules: &Rules,
) -> Result<Link, RequestError> {
    let now = evidence.at;
    let claim = Claim::new(address, list, now, nonce)?;
    let asked = asked.unwrap_or_default();
    if asked.times >= rules.most {
        return Err(RequestError::TooMany { until: None });
    }
    let next = asked.last.saturating_add(rules.apart.as_secs());
    if asked.times > 0 && now < next {
        return Err(RequestError::TooMany { until: Some(next) });
    }
    let token = secrets.sign(Purpose::Confirm, &claim);
    let Claim { address, list, .. } = claim;
    Ok(Link {
        request: Request { version: 1, address, list, nonce, evidence, state: State::Requested },
        asked: Asked { times: asked.times.saturating_add(1), last: now },
        token,
    })
}

/// How the link was followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed: looking or acting")]
pub enum Click {
    /// The page was looked at, as mail scanners do with every link: show a button.
    Get,
    /// The button was pressed.
    Post,
}

/// A click does not confirm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfirmError {
    /// The link was only looked at: show a page whose button sends a POST.
    #[error("looking at the link confirms nothing: a button must send it")]
    OnlyLooked,
    /// The token can't be believed.
    #[error("the token can't be believed: {0}")]
    Token(#[from] TokenError),
    /// It is for another address.
    #[error("the token is for another address")]
    OtherAddress,
    /// It is for another list.
    #[error("the token is for another list")]
    OtherList,
    /// A later request has replaced it.
    #[error("a later request has replaced this link")]
    Replaced,
    /// The link is too old: let the reader ask anew.
    #[error("the link is too old")]
    Expired,
    /// The request was taken back.
    #[error("the request was taken back")]
    Cancelled,
}

/// Confirms a request. Confirming twice gives the same record again.
///
/// `request`: the record stored for the address and list of the token. `evidence`: who clicked, when.
///
/// # Errors
///
/// [`ConfirmError`]: the record stays as it is.
pub fn confirm(
    request: &Request,
    token: &str,
    click: Click,
    evidence: Evidence,
    secrets: &Secrets,
    rules: &Rules,
) -> Result<Request, ConfirmError> {
    let claim = secrets.open(Purpose::Confirm, token)?;
    if claim.address != request.address {
        return Err(ConfirmError::OtherAddress);
    }
    if claim.list != request.list {
        return Err(ConfirmError::OtherList);
    }
    if claim.nonce != request.nonce {
        return Err(ConfirmError::Replaced);
    }
    match request.state {
        State::Confirmed(_) => return Ok(request.clone()),
        State::Cancelled { .. } => return Err(ConfirmError::Cancelled),
        State::Requested => {}
    }
    if request.is_expired(evidence.at, rules) {
        return Err(ConfirmError::Expired);
    }
    match click {
        Click::Get => Err(ConfirmError::OnlyLooked),
        Click::Post => Ok(Request { state: State::Confirmed(evidence), ..request.clone() }),
    }
}

impl Request {
    /// The request taken back at `at` (Unix seconds); a confirmed one is too.
    #[must_use]
    pub fn cancelled(self, at: u64) -> Self {
        Self { state: State::Cancelled { at }, ..self }
    }

    /// Whether its link has run out at `now` (Unix seconds) without being confirmed.
    pub fn is_expired(&self, now: u64, rules: &Rules) -> bool {
        self.state == State::Requested && now.saturating_sub(self.evidence.at) > rules.valid.as_secs()
    }

    /// The consent that a confirmed request gives; none for any other.
    pub const fn consent(&self) -> Option<Consent> {
        match &self.state {
            State::Confirmed(evidence) => Some(Consent::new(Provenance::DoubleOptIn, evidence.at)),
            State::Requested | State::Cancelled { .. } => None,
        }
    }
}
