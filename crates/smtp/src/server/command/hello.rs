//! HELO, EHLO and LHLO: who the client says it is, and what it is offered.
//!
//! in:  a name      out: a question, or the lines of the offer
//! law: what is offered here is what the dialect takes from here on (RFC 5321 §4.1.4)

use bytes::Bytes;

use crate::extension::ExtensionSet;
use crate::server::say::queue::About;
use crate::server::say::replies;
use crate::server::say::replies::Inside;
use crate::server::settings::Asked;
use crate::server::{Abort, Event, Hello, Pending, Session, Standing};

impl Session {
    pub(in crate::server) fn hello(&mut self, name: &[u8], extended: bool) -> Option<Event> {
        self.flags.flush = true;
        if !self.idles() {
            return None;
        }
        let hello = Hello::new(name, extended);
        if self.settings.asks(Asked::Hello) {
            self.pending = Pending::Hello(hello.clone());
            let ask = self.ask(About::Hello);
            return Some(Event::Hello { ask, hello });
        }
        if self.queue.is_empty() && self.settings.delays.reply.is_zero() {
            let octets = self.enter(hello);
            self.write_shared(octets);
        } else {
            let said = self.welcome(hello);
            self.say(said);
        }
        None
    }

    /// Takes the hello over and gives the reply to it.
    pub(in crate::server) fn enter(&mut self, hello: Hello) -> Bytes {
        self.abort(Abort::Hello);
        self.standing = Standing::Hello;
        let (offered, reply) = if hello.is_extended() {
            self.offer()
        } else {
            (ExtensionSet::EMPTY, self.settings.ready.helo.clone())
        };
        self.dialect = self.dialect.with_offered(offered);
        self.facts.hello = Some(hello);
        reply
    }

    /// What is offered here, and the reply that says so.
    fn offer(&self) -> (ExtensionSet, Bytes) {
        let settings = &self.settings;
        let inside = if self.facts.tls.is_some() { Inside::Tls } else { Inside::Clear };
        #[cfg(feature = "sasl")]
        let auth = self.mechanisms();
        #[cfg(not(feature = "sasl"))]
        let auth = bytes::BytesMut::new();
        let xclient = self.trusts_xclient();
        if auth.is_empty() && !xclient {
            let offer = settings.ready.offer(inside);
            return (offer.offered, offer.reply.clone());
        }
        let offered = settings.offering(inside, !auth.is_empty(), xclient);
        (offered, replies::offer(settings, offered, &auth))
    }
}
