//! Speaks the server's part of a login.
//!
//! in:  the AUTH line's response, each decoded response, the embedder's answer      out: a challenge, a question, an identity, a failure
//! law: no identity without the embedder's answer, and for a proof not without a right proof

use alloc::{boxed::Box, format, string::String, vec::Vec};

use super::{
    Answer, Channel, Failure, Identity, Mechanism, Nonce, Question, ScramKeys, Secret, UserName,
    grammar::{self, BindFlag, ClientFinal},
    scram,
};

/// The server's part of one exchange.
///
/// # Examples
/// ```
/// use mailwright_smtp::sasl::{Acceptor, Answer, Channel, Mechanism, Nonce, Question, Step};
/// let nonce = Nonce::new(&[7; 32], 0);
/// let mut login = Acceptor::new(Mechanism::Plain, Channel::none(), false, nonce, "mx.example");
/// let Step::Ask(Question::Password { user, password, .. }) = login.start(Some(b"\0tim\0tanstaaf")) else { return };
/// let right = user.as_bytes() == b"tim" && password.matches(b"tanstaaf");
/// let step = login.answer(if right { Answer::Accept } else { Answer::Refuse });
/// assert!(matches!(step, Step::Done(_)));
/// ```
#[derive(Clone, Debug)]
pub struct Acceptor {
    mechanism: Mechanism,
    exporter: Option<Vec<u8>>,
    server_end_point: Option<Vec<u8>>,
    plus_offered: bool,
    nonce: Nonce,
    host: String,
    state: State,
}

/// What the server does next.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Step {
    /// Send 334 with this, coded in base64.
    Challenge(Vec<u8>),
    /// Ask the embedder, then call [`Acceptor::answer`].
    Ask(Question),
    /// Send 235.
    Done(Identity),
    /// Send [`Failure::codes`].
    Failed(Failure),
}

#[derive(Clone, Debug)]
enum State {
    Start,
    /// The client's first message is awaited.
    First,
    LoginPassword(UserName),
    Asked(Pending),
    ScramProof(Box<ScramProof>),
    /// The empty response to the server's signature.
    LastEmpty(Identity),
    /// The client's answer to the challenge that says why not.
    Refusal,
    Over(Option<Failure>),
}

#[derive(Clone, Debug)]
enum Pending {
    Value(UserName, UserName),
    Cram(UserName, Secret),
    Scram(Scram),
}

#[derive(Clone, Debug)]
struct Scram {
    user: UserName,
    authzid: UserName,
    /// What `c=` has to decode to.
    binding: Vec<u8>,
    bare: Vec<u8>,
    nonce: Vec<u8>,
}

#[derive(Clone, Debug)]
struct ScramProof {
    scram: Scram,
    keys: ScramKeys,
    server_first: Vec<u8>,
}

impl Acceptor {
    /// Prepares an exchange. `plus_offered`: whether a `-PLUS` mechanism was offered; `host`: our name, for CRAM-MD5.
    pub fn new(
        mechanism: Mechanism,
        channel: Channel<'_>,
        plus_offered: bool,
        nonce: Nonce,
        host: &str,
    ) -> Self {
        Self {
            mechanism,
            exporter: channel.exporter.map(<[u8]>::to_vec),
            server_end_point: channel.server_end_point.map(<[u8]>::to_vec),
            plus_offered,
            nonce,
            host: String::from(host),
            state: State::Start,
        }
    }

    /// Begins, with the decoded initial response if the AUTH line had one.
    pub fn start(&mut self, initial: Option<&[u8]>) -> Step {
        match initial {
            Some(_) if self.mechanism.server_first() => self.fail(Failure::InitialResponse),
            Some(initial) => {
                self.state = State::First;
                self.respond(initial)
            }
            None => {
                self.state = State::First;
                Step::Challenge(match self.mechanism {
                    Mechanism::Login => b"Username:".to_vec(),
                    Mechanism::CramMd5 => self.cram_challenge().into_bytes(),
                    Mechanism::ScramSha256Plus
                    | Mechanism::ScramSha256
                    | Mechanism::External
                    | Mechanism::OauthBearer
                    | Mechanism::Xoauth2
                    | Mechanism::Plain => Vec::new(),
                })
            }
        }
    }

    /// Takes a decoded response.
    ///
    /// While a question is open, and after the end, it changes nothing and says the failure again.
    pub fn respond(&mut self, response: &[u8]) -> Step {
        if response.len() > MAX_RESPONSE {
            return self.fail(Failure::TooLong);
        }
        match core::mem::replace(&mut self.state, State::Over(Some(Failure::Syntax))) {
            State::First => self.first(response).unwrap_or_else(|failure| self.fail(failure)),
            State::LoginPassword(user) => self.ask_password(UserName::new(""), user, Secret::new(response)),
            State::ScramProof(proof) => self.check_proof(&proof, response),
            State::LastEmpty(identity) if response.is_empty() => {
                self.state = State::Over(None);
                Step::Done(identity)
            }
            State::Refusal => self.fail(Failure::Credentials),
            State::Start | State::LastEmpty(_) => self.fail(Failure::Syntax),
            State::Asked(pending) => {
                self.state = State::Asked(pending);
                Step::Failed(Failure::Syntax)
            }
            State::Over(failure) => self.fail(failure.unwrap_or(Failure::Syntax)),
        }
    }

    /// Takes the embedder's answer to the question that is open.
    ///
    /// An answer that does not fit the question is a refusal.
    pub fn answer(&mut self, answer: Answer) -> Step {
        let pending = match core::mem::replace(&mut self.state, State::Over(Some(Failure::Temporary))) {
            State::Asked(pending) => pending,
            other @ (State::Start
            | State::First
            | State::LoginPassword(_)
            | State::ScramProof(_)
            | State::LastEmpty(_)
            | State::Refusal
            | State::Over(_)) => {
                self.state = other;
                return Step::Failed(Failure::Temporary);
            }
        };
        match (pending, answer) {
            (_, Answer::Later) => self.fail(Failure::Temporary),
            (Pending::Value(user, authzid), Answer::Accept) => self.done(user, authzid),
            (Pending::Value(_, authzid), Answer::AcceptAs(user)) if self.names_itself() => {
                self.done(user, authzid)
            }
            (Pending::Cram(user, digest), Answer::Secret(secret)) => {
                let challenge = self.cram_challenge();
                let expected = scram::hmac_md5(secret.expose(), challenge.as_bytes());
                if digest.matches(&expected) {
                    self.done(user, UserName::new(""))
                } else {
                    self.fail(Failure::Credentials)
                }
            }
            (Pending::Scram(scram), Answer::Scram(keys)) => self.scram_challenge(scram, keys),
            (Pending::Value(..), _) if self.is_oauth() => {
                self.state = State::Refusal;
                Step::Challenge(if self.mechanism == Mechanism::OauthBearer {
                    br#"{"status":"invalid_token"}"#.to_vec()
                } else {
                    br#"{"status":"401","schemes":"bearer"}"#.to_vec()
                })
            }
            (Pending::Value(..) | Pending::Cram(..) | Pending::Scram(_), _) => {
                self.fail(Failure::Credentials)
            }
        }
    }

    /// The client sent `*`.
    pub fn cancel(&mut self) -> Step {
        self.fail(Failure::Cancelled)
    }

    /// The mechanism.
    pub const fn mechanism(&self) -> Mechanism {
        self.mechanism
    }

    fn first(&mut self, response: &[u8]) -> Result<Step, Failure> {
        match self.mechanism {
            Mechanism::Plain => {
                let (authzid, user, password) = plain(response).ok_or(Failure::Syntax)?;
                Ok(self.ask_password(UserName::new(authzid), UserName::new(user), Secret::new(password)))
            }
            Mechanism::Login => {
                self.state = State::LoginPassword(UserName::new(response));
                Ok(Step::Challenge(b"Password:".to_vec()))
            }
            Mechanism::External => {
                if response.contains(&0) {
                    return Err(Failure::Syntax);
                }
                let authzid = UserName::new(response);
                self.state = State::Asked(Pending::Value(UserName::new(""), authzid.clone()));
                Ok(Step::Ask(Question::External { authzid }))
            }
            Mechanism::OauthBearer | Mechanism::Xoauth2 => {
                let (user, token) = self.token(response).ok_or(Failure::Syntax)?;
                let question = Question::Token { user: user.clone(), token };
                self.state = State::Asked(Pending::Value(user, UserName::new("")));
                Ok(Step::Ask(question))
            }
            Mechanism::CramMd5 => {
                let (user, digest) = cram(response).ok_or(Failure::Syntax)?;
                self.state = State::Asked(Pending::Cram(user.clone(), digest));
                Ok(Step::Ask(Question::Secret { user }))
            }
            Mechanism::ScramSha256 | Mechanism::ScramSha256Plus => self.scram_first(response),
        }
    }

    fn scram_first(&mut self, response: &[u8]) -> Result<Step, Failure> {
        let (header, bare) = grammar::header(response).ok_or(Failure::Syntax)?;
        let (user, client_nonce) = grammar::client_first(bare).ok_or(Failure::Syntax)?;
        let plus = self.mechanism == Mechanism::ScramSha256Plus;
        let mut binding = header.octets.to_vec();
        match header.flag {
            BindFlag::By(name) if plus => {
                let value = self.channel().named(name).map(<[u8]>::to_vec).ok_or(Failure::Credentials)?;
                binding.extend_from_slice(&value);
            }
            // Somebody took the offer out of what we sent (RFC 5802 §6).
            BindFlag::Unoffered if !plus && self.plus_offered => return Err(Failure::Credentials),
            BindFlag::No | BindFlag::Unoffered if !plus => {}
            BindFlag::No | BindFlag::Unoffered | BindFlag::By(_) => return Err(Failure::Syntax),
        }
        let user = UserName::new(user);
        let authzid = UserName::new(header.authzid);
        let nonce = [client_nonce, self.nonce.as_str().as_bytes()].concat();
        let question = Question::Scram { authzid: authzid.clone(), user: user.clone() };
        let scram = Scram { user, authzid, binding, bare: bare.to_vec(), nonce };
        self.state = State::Asked(Pending::Scram(scram));
        Ok(Step::Ask(question))
    }

    fn scram_challenge(&mut self, scram: Scram, keys: ScramKeys) -> Step {
        let mut server_first = b"r=".to_vec();
        server_first.extend_from_slice(&scram.nonce);
        let rest = format!(",s={},i={}", super::encode(keys.salt()), keys.iterations());
        server_first.extend_from_slice(rest.as_bytes());
        let challenge = server_first.clone();
        self.state = State::ScramProof(Box::new(ScramProof { scram, keys, server_first }));
        Step::Challenge(challenge)
    }

    fn check_proof(&mut self, expected: &ScramProof, response: &[u8]) -> Step {
        let Some(ClientFinal { binding, nonce, proof, without_proof }) = grammar::client_final(response)
        else {
            return self.fail(Failure::Syntax);
        };
        let auth_message = [&expected.scram.bare[..], &expected.server_first, without_proof].join(&b',');
        let right = expected.keys.verify(&auth_message, &proof);
        let bound = Secret::new(binding).matches(&expected.scram.binding);
        if !right || !bound || nonce != expected.scram.nonce {
            return self.fail(Failure::Credentials);
        }
        let identity = self.identity(expected.scram.user.clone(), expected.scram.authzid.clone());
        self.state = State::LastEmpty(identity);
        let signature = expected.keys.signature(&auth_message);
        Step::Challenge(format!("v={}", super::encode(&signature)).into_bytes())
    }

    fn ask_password(&mut self, authzid: UserName, user: UserName, password: Secret) -> Step {
        self.state = State::Asked(Pending::Value(user.clone(), authzid.clone()));
        Step::Ask(Question::Password { authzid, user, password })
    }

    fn done(&mut self, user: UserName, authzid: UserName) -> Step {
        self.state = State::Over(None);
        Step::Done(self.identity(user, authzid))
    }

    fn fail(&mut self, failure: Failure) -> Step {
        self.state = State::Over(Some(failure));
        Step::Failed(failure)
    }

    fn identity(&self, user: UserName, authzid: UserName) -> Identity {
        let authzid = (!authzid.is_empty()).then_some(authzid);
        Identity { user, authzid, mechanism: self.mechanism }
    }

    fn token(&self, response: &[u8]) -> Option<(UserName, Secret)> {
        if self.mechanism == Mechanism::Xoauth2 {
            let pairs = grammar::pairs(response)?;
            let token = grammar::bearer(pairs.auth?)?;
            return Some((UserName::new(pairs.user?), Secret::new(token)));
        }
        let (header, rest) = grammar::header(response)?;
        // A bearer token cannot be bound; a client that says it binds does not speak this mechanism.
        if matches!(header.flag, BindFlag::By(_)) {
            return None;
        }
        let (&grammar::SEPARATOR, rest) = rest.split_first()? else { return None };
        let token = grammar::bearer(grammar::pairs(rest)?.auth?)?;
        Some((UserName::new(header.authzid), Secret::new(token)))
    }

    fn cram_challenge(&self) -> String {
        format!("<{}@{}>", self.nonce.as_str(), self.host)
    }

    fn channel(&self) -> Channel<'_> {
        Channel::none()
            .with_exporter(self.exporter.as_deref())
            .with_server_end_point(self.server_end_point.as_deref())
    }

    const fn is_oauth(&self) -> bool {
        matches!(self.mechanism, Mechanism::OauthBearer | Mechanism::Xoauth2)
    }

    const fn names_itself(&self) -> bool {
        self.is_oauth() || matches!(self.mechanism, Mechanism::External)
    }
}

const MAX_RESPONSE: usize = 12288;

/// `message = [authzid] NUL authcid NUL passwd` (RFC 4616 §2)
fn plain(message: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let mut parts = message.split(|&octet| octet == 0);
    let (authzid, user, password) = (parts.next()?, parts.next()?, parts.next()?);
    (parts.next().is_none() && !user.is_empty() && !password.is_empty()).then_some((authzid, user, password))
}

/// A user name, a blank, and 32 lower-case hexadecimal digits (RFC 2195 §2).
fn cram(response: &[u8]) -> Option<(UserName, Secret)> {
    let blank = response.iter().rposition(|&octet| octet == b' ')?;
    let (user, digest) = response.split_at_checked(blank)?;
    let digest = digest.split_first()?.1;
    if user.is_empty() || digest.len() != 32 {
        return None;
    }
    let mut octets = Vec::with_capacity(16);
    for pair in digest.chunks_exact(2) {
        let mut octet = 0;
        for &digit in pair {
            let value = match digit {
                b'0'..=b'9' => digit ^ b'0',
                b'a'..=b'f' => digit.wrapping_sub(b'a').wrapping_add(10),
                _ => return None,
            };
            octet = (octet << 4) | value;
        }
        octets.push(octet);
    }
    Some((UserName::new(user), Secret::new(octets)))
}
