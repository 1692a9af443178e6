//! Speaks the client's part of a login.
//!
//! in:  credentials, then each decoded challenge      out: each response, then whether a yes may be believed
//! law: a yes counts only after the mechanism has run to its end, the server's own proof included

use alloc::vec::Vec;

use super::{
    Channel, Credentials, InitiatorError, Mechanism, Nonce, Secret,
    credentials::Proof,
    grammar::{self, MIN_ITERATIONS, SEPARATOR},
    scram,
};

/// The client's part of one exchange.
///
/// # Examples
/// ```
/// use mailwright_smtp::sasl::{Channel, Credentials, Initiator, Mechanism, Nonce};
/// let credentials = Credentials::password("tim", "tanstaaftanstaaf");
/// let nonce = Nonce::new(&[7; 32], 0);
/// let mut login = Initiator::new(Mechanism::CramMd5, &credentials, Channel::none(), false, nonce)?;
/// assert!(login.initial().is_none());
/// let response = login.respond(b"<1896.697170952@postoffice.reston.mci.net>")?;
/// assert_eq!(response.expose(), b"tim b913a602c7eda7a495b4e6e7334d3890");
/// login.finish()?;
/// # Ok::<(), mailwright_smtp::sasl::InitiatorError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Initiator {
    mechanism: Mechanism,
    credentials: Credentials,
    initial: Option<Secret>,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    /// The first message is still to be sent.
    First(Scram),
    /// The first message is sent.
    Sent(Scram),
    /// LOGIN: the password is still to be sent.
    Password,
    /// SCRAM: the server's signature is awaited.
    Signature([u8; 32]),
    /// OAuth: the server has said why not.
    Refused,
    /// All that the mechanism has was sent, and seen.
    Complete,
}

/// What SCRAM has to repeat later; empty for the others.
#[derive(Clone, Debug, Default)]
struct Scram {
    header: Vec<u8>,
    binding: Vec<u8>,
    bare: Vec<u8>,
    nonce: Vec<u8>,
}

impl Initiator {
    /// Prepares an exchange. `plus_offered`: whether the server offered the `-PLUS` form of the mechanism.
    ///
    /// # Errors
    /// [`InitiatorError::Credentials`] if the mechanism cannot carry them.
    pub fn new(
        mechanism: Mechanism,
        credentials: &Credentials,
        channel: Channel<'_>,
        plus_offered: bool,
        nonce: Nonce,
    ) -> Result<Self, InitiatorError> {
        check(mechanism, credentials)?;
        let mut scram = Scram::default();
        let initial = match mechanism {
            Mechanism::ScramSha256 | Mechanism::ScramSha256Plus => {
                scram = Scram::new(mechanism, credentials, channel, plus_offered, nonce)?;
                let mut message = scram.header.clone();
                message.extend_from_slice(&scram.bare);
                Some(Secret::new(message))
            }
            Mechanism::External => Some(Secret::new(credentials.authzid.as_bytes())),
            Mechanism::Plain => Some(plain(credentials)),
            Mechanism::OauthBearer => Some(oauth_bearer(credentials)),
            Mechanism::Xoauth2 => Some(xoauth2(credentials)),
            Mechanism::Login | Mechanism::CramMd5 => None,
        };
        Ok(Self { mechanism, credentials: credentials.clone(), initial, state: State::First(scram) })
    }

    /// The message that may stand on the AUTH line, taken out; none where the server speaks first.
    ///
    /// Whoever does not send it (the line would grow beyond 512 octets) does not call this: the first challenge then asks for it.
    pub fn initial(&mut self) -> Option<Secret> {
        let initial = self.initial.take()?;
        self.state = self.after_initial();
        Some(initial)
    }

    /// The length of the initial message, in octets before base64.
    pub fn initial_len(&self) -> Option<usize> {
        self.initial.as_ref().map(|message| message.expose().len())
    }

    /// Answers a challenge.
    ///
    /// # Errors
    /// Any [`InitiatorError`]: answer `*` (RFC 4954 §4) and do not believe this server.
    pub fn respond(&mut self, challenge: &[u8]) -> Result<Secret, InitiatorError> {
        if let Some(initial) = self.initial() {
            if challenge.is_empty() {
                return Ok(initial);
            }
            self.state = State::Refused;
            return Err(InitiatorError::Challenge);
        }
        let state = core::mem::replace(&mut self.state, State::Refused);
        let (state, response) = match state {
            State::First(_) if self.mechanism == Mechanism::Login => {
                (State::Password, Secret::new(self.credentials.user.as_bytes()))
            }
            State::First(_) => (State::Complete, self.cram_md5(challenge)?),
            State::Password => (State::Complete, self.secret()),
            State::Sent(scram) if self.mechanism_is_scram() => self.prove(&scram, challenge)?,
            State::Sent(_) => (State::Refused, self.oauth_refused()?),
            State::Signature(expected) => {
                let signature = grammar::server_final(challenge).ok_or(InitiatorError::NotVerified)?;
                if !Secret::new(signature).matches(&expected) {
                    return Err(InitiatorError::NotVerified);
                }
                (State::Complete, Secret::new(""))
            }
            State::Refused | State::Complete => return Err(InitiatorError::TooMany),
        };
        self.state = state;
        Ok(response)
    }

    /// Judges a 235: may it be believed?
    ///
    /// # Errors
    /// [`InitiatorError::NotVerified`] where the mechanism was not at its end: the server may not know the password.
    pub fn finish(&self) -> Result<(), InitiatorError> {
        let complete = match &self.state {
            State::Complete => true,
            State::Sent(_) => !self.mechanism_is_scram(),
            State::First(_) | State::Password | State::Signature(_) | State::Refused => false,
        };
        if complete { Ok(()) } else { Err(InitiatorError::NotVerified) }
    }

    /// The mechanism.
    pub const fn mechanism(&self) -> Mechanism {
        self.mechanism
    }

    fn after_initial(&mut self) -> State {
        match core::mem::replace(&mut self.state, State::Refused) {
            State::First(scram) => State::Sent(scram),
            other @ (State::Sent(_)
            | State::Password
            | State::Signature(_)
            | State::Refused
            | State::Complete) => other,
        }
    }

    fn prove(&self, scram: &Scram, challenge: &[u8]) -> Result<(State, Secret), InitiatorError> {
        let (nonce, salt, rounds) = grammar::server_first(challenge).ok_or(InitiatorError::Challenge)?;
        if !nonce.starts_with(&scram.nonce) || nonce.len() == scram.nonce.len() {
            return Err(InitiatorError::Challenge);
        }
        if !(MIN_ITERATIONS..=self.credentials.max_iterations).contains(&rounds) {
            return Err(InitiatorError::Iterations);
        }
        let mut binding = scram.header.clone();
        binding.extend_from_slice(&scram.binding);
        let mut message = b"c=".to_vec();
        message.extend_from_slice(super::encode(&binding).as_bytes());
        message.extend_from_slice(b",r=");
        message.extend_from_slice(nonce);
        let auth_message = [&scram.bare[..], challenge, &message].join(&b',');
        let (proof, expected) = scram::prove(self.secret().expose(), &salt, rounds, &auth_message);
        message.extend_from_slice(b",p=");
        message.extend_from_slice(super::encode(&proof).as_bytes());
        Ok((State::Signature(expected), Secret::new(message)))
    }

    fn cram_md5(&self, challenge: &[u8]) -> Result<Secret, InitiatorError> {
        if challenge.is_empty() {
            return Err(InitiatorError::Challenge);
        }
        let digest = scram::hmac_md5(self.secret().expose(), challenge);
        let mut response = self.credentials.user.as_bytes().to_vec();
        response.push(b' ');
        for octet in digest {
            for nibble in [octet >> 4, octet & 15] {
                response.push(b"0123456789abcdef".get(usize::from(nibble)).copied().unwrap_or(b'0'));
            }
        }
        Ok(Secret::new(response))
    }

    /// The answer to the challenge that says why a token was refused.
    fn oauth_refused(&self) -> Result<Secret, InitiatorError> {
        match self.mechanism {
            Mechanism::OauthBearer => Ok(Secret::new([SEPARATOR])),
            Mechanism::Xoauth2 => Ok(Secret::new("")),
            Mechanism::ScramSha256Plus
            | Mechanism::ScramSha256
            | Mechanism::External
            | Mechanism::Plain
            | Mechanism::Login
            | Mechanism::CramMd5 => Err(InitiatorError::TooMany),
        }
    }

    fn secret(&self) -> Secret {
        match &self.credentials.proof {
            Proof::Password(secret) | Proof::Token(secret) => secret.clone(),
            Proof::External => Secret::new(""),
        }
    }

    const fn mechanism_is_scram(&self) -> bool {
        matches!(self.mechanism, Mechanism::ScramSha256 | Mechanism::ScramSha256Plus)
    }
}

impl Scram {
    fn new(
        mechanism: Mechanism,
        credentials: &Credentials,
        channel: Channel<'_>,
        plus_offered: bool,
        nonce: Nonce,
    ) -> Result<Self, InitiatorError> {
        let mut header = Vec::new();
        let mut binding = Vec::new();
        if mechanism == Mechanism::ScramSha256Plus {
            let (name, value) = channel.preferred().ok_or(InitiatorError::Credentials)?;
            header.extend_from_slice(b"p=");
            header.extend_from_slice(name.as_bytes());
            binding.extend_from_slice(value);
        } else {
            header.push(if channel.binds() && !plus_offered { b'y' } else { b'n' });
        }
        header.push(b',');
        if !credentials.authzid.is_empty() {
            header.extend_from_slice(b"a=");
            grammar::write_name(credentials.authzid.as_bytes(), &mut header);
        }
        header.push(b',');
        let nonce = nonce.into_bytes();
        let mut bare = b"n=".to_vec();
        grammar::write_name(credentials.user.as_bytes(), &mut bare);
        bare.extend_from_slice(b",r=");
        bare.extend_from_slice(&nonce);
        Ok(Self { header, binding, bare, nonce })
    }
}

/// Whether the mechanism can carry the credentials without changing their meaning.
fn check(mechanism: Mechanism, credentials: &Credentials) -> Result<(), InitiatorError> {
    let user = credentials.user.as_bytes();
    let authzid = credentials.authzid.as_bytes();
    let has = |text: &[u8], octet: u8| text.contains(&octet);
    let clean = !has(user, 0) && !has(authzid, 0);
    let fits = match (mechanism, &credentials.proof) {
        (Mechanism::ScramSha256 | Mechanism::ScramSha256Plus, Proof::Password(_)) => !user.is_empty(),
        (Mechanism::Plain, Proof::Password(secret)) => {
            !user.is_empty() && !secret.expose().is_empty() && !has(secret.expose(), 0)
        }
        (Mechanism::Login | Mechanism::CramMd5, Proof::Password(_)) => {
            !user.is_empty()
                && authzid.is_empty()
                && !(mechanism == Mechanism::CramMd5 && user.contains(&b' '))
        }
        (Mechanism::OauthBearer | Mechanism::Xoauth2, Proof::Token(token)) => {
            let token = token.expose();
            let host =
                credentials.host.as_ref().is_none_or(|(host, _)| host.bytes().all(|o| o.is_ascii_graphic()));
            host && !has(user, SEPARATOR)
                && !has(authzid, SEPARATOR)
                && !token.is_empty()
                && token.iter().all(u8::is_ascii_graphic)
        }
        (Mechanism::External, Proof::External) => true,
        (_, Proof::Password(_) | Proof::Token(_) | Proof::External) => false,
    };
    if clean && fits { Ok(()) } else { Err(InitiatorError::Credentials) }
}

/// `message = [authzid] NUL authcid NUL passwd` (RFC 4616 §2)
fn plain(credentials: &Credentials) -> Secret {
    let Proof::Password(password) = &credentials.proof else { return Secret::new("") };
    let parts = [credentials.authzid.as_bytes(), credentials.user.as_bytes(), password.expose()];
    Secret::new(parts.join(&0))
}

/// `client-resp = (gs2-header kvsep *kvpair kvsep)` (RFC 7628 §3.1)
fn oauth_bearer(credentials: &Credentials) -> Secret {
    let Proof::Token(token) = &credentials.proof else { return Secret::new("") };
    let identity = if credentials.authzid.is_empty() { &credentials.user } else { &credentials.authzid };
    let mut message = b"n,".to_vec();
    if !identity.is_empty() {
        message.extend_from_slice(b"a=");
        grammar::write_name(identity.as_bytes(), &mut message);
    }
    message.extend_from_slice(b",\x01");
    if let Some((host, port)) = &credentials.host {
        message.extend_from_slice(alloc::format!("host={host}\x01port={port}\x01").as_bytes());
    }
    message.extend_from_slice(b"auth=Bearer ");
    message.extend_from_slice(token.expose());
    message.extend_from_slice(b"\x01\x01");
    Secret::new(message)
}

fn xoauth2(credentials: &Credentials) -> Secret {
    let Proof::Token(token) = &credentials.proof else { return Secret::new("") };
    let parts = [b"user=", credentials.user.as_bytes(), b"\x01auth=Bearer ", token.expose(), b"\x01\x01"];
    Secret::new(parts.concat())
}
