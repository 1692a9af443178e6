//! What is known of a session: the peer, its hello, TLS and login.
//!
//! in:  what the machine learned so far      out: the same, for decisions and for the `Received` field
//! law: a hello and a login last as RFC 3207 §4.2 and RFC 5321 §4.1.4 say, and no longer

use alloc::boxed::Box;
use core::net::SocketAddr;

use mailwright_address::Octets;

#[cfg(feature = "sasl")]
use crate::sasl::Identity;
use crate::tls::TlsFacts;
use crate::xclient::Xclient;

/// Where the peer is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Peer {
    remote: Option<SocketAddr>,
    local: Option<SocketAddr>,
}

/// What is known of a session.
///
/// # RFC
/// RFC 3848 and RFC 6531 §4.3 for [`with_keyword`](Self::with_keyword)
#[derive(Clone, Debug)]
pub struct Facts {
    pub(crate) peer: Peer,
    pub(crate) hello: Option<Hello>,
    pub(crate) tls: Option<Box<TlsFacts>>,
    #[cfg(feature = "sasl")]
    pub(crate) login: Option<Box<Identity>>,
    pub(crate) claims: Option<Box<Xclient>>,
    pub(crate) lmtp: bool,
    pub(crate) utf8: bool,
    pub(crate) messages: u32,
    pub(crate) errors: u32,
}

/// What the peer called itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Hello {
    name: Octets,
    extended: bool,
}

impl Peer {
    /// A peer at this address.
    pub const fn new(remote: SocketAddr) -> Self {
        Self { remote: Some(remote), local: None }
    }

    /// A peer without an address: a pipe, a socket of the file system, a test.
    pub const fn unknown() -> Self {
        Self { remote: None, local: None }
    }

    /// Adds our own address of the connection.
    #[must_use]
    pub const fn with_local(mut self, local: SocketAddr) -> Self {
        self.local = Some(local);
        self
    }

    /// The peer's address.
    pub const fn remote(&self) -> Option<SocketAddr> {
        self.remote
    }

    /// Our own address.
    pub const fn local(&self) -> Option<SocketAddr> {
        self.local
    }
}

impl Hello {
    pub(crate) fn new(name: &[u8], extended: bool) -> Self {
        Self { name: Octets::new(name), extended }
    }

    /// The name, as it was written.
    pub fn name(&self) -> &[u8] {
        self.name.as_bytes()
    }

    /// Whether it was EHLO or LHLO.
    pub const fn is_extended(&self) -> bool {
        self.extended
    }
}

impl Facts {
    pub(crate) const fn new(peer: Peer, lmtp: bool) -> Self {
        Self {
            peer,
            hello: None,
            tls: None,
            #[cfg(feature = "sasl")]
            login: None,
            claims: None,
            lmtp,
            utf8: false,
            messages: 0,
            errors: 0,
        }
    }

    /// Where the peer is, or the client that a trusted peer speaks for.
    pub const fn peer(&self) -> Peer {
        self.peer
    }

    /// The last accepted hello.
    pub const fn hello(&self) -> Option<&Hello> {
        self.hello.as_ref()
    }

    /// The TLS layer.
    pub fn tls(&self) -> Option<&TlsFacts> {
        self.tls.as_deref()
    }

    /// Who logged in.
    #[cfg(feature = "sasl")]
    pub fn login(&self) -> Option<&Identity> {
        self.login.as_deref()
    }

    /// What a trusted peer said by XCLIENT.
    pub fn claims(&self) -> Option<&Xclient> {
        self.claims.as_deref()
    }

    /// How many messages were accepted.
    pub const fn messages(&self) -> u32 {
        self.messages
    }

    /// How many commands were unknown, malformed or out of order since the last accepted message.
    pub const fn errors(&self) -> u32 {
        self.errors
    }

    /// The keyword behind `with` of a `Received` field: `SMTP`, `ESMTPSA`, `LMTP`, `UTF8SMTPS`...
    ///
    /// For the transaction in hand, or the one that just ended.
    ///
    /// # RFC
    /// RFC 3848; RFC 6531 §4.3
    pub fn with_keyword(&self) -> &'static str {
        let suffix =
            usize::from(self.tls.is_some()).wrapping_mul(2).wrapping_add(usize::from(self.logged_in()));
        let family = match (self.lmtp, self.utf8, self.hello.as_ref().is_some_and(Hello::is_extended)) {
            (true, true, _) => ["UTF8LMTP", "UTF8LMTPA", "UTF8LMTPS", "UTF8LMTPSA"],
            (true, false, _) => ["LMTP", "LMTPA", "LMTPS", "LMTPSA"],
            (false, true, _) => ["UTF8SMTP", "UTF8SMTPA", "UTF8SMTPS", "UTF8SMTPSA"],
            (false, false, true) => ["ESMTP", "ESMTPA", "ESMTPS", "ESMTPSA"],
            (false, false, false) => ["SMTP"; 4],
        };
        family.get(suffix).copied().unwrap_or("SMTP")
    }

    #[cfg(feature = "sasl")]
    pub(crate) const fn logged_in(&self) -> bool {
        self.login.is_some()
    }

    #[cfg(not(feature = "sasl"))]
    #[expect(clippy::unused_self, reason = "without mechanisms nobody logs in")]
    pub(crate) const fn logged_in(&self) -> bool {
        false
    }
}
