//! Every decision of one ordinary inbound message: HELO, relay, recipient, greylist, rate, tally.

use std::time::Duration;

use mailwright::address::{ForwardPath, ReversePath};
use mailwright::dns::{Zone, run};
use mailwright::policy::greylist::{self, Key, Params};
use mailwright::policy::helo::{self, Evidence, Forward, Mode, Peer};
use mailwright::policy::recipient::{self, Facts, Mailbox};
use mailwright::policy::{Decision, Domains, Lookup, Note, Origin, Own, Rate, Source, Tally, relay, reverse};

/// What a server holds before the message comes.
pub struct World {
    own: Own,
    domains: Domains,
    peer: Peer,
    reverse: reverse::Report,
    from: ReversePath,
    to: ForwardPath,
    entry: greylist::Entry,
    rate: Rate,
    params: Params,
}

impl World {
    pub fn new() -> Self {
        let own = Own::new().with_name("mx.example.org").expect("a name");
        let own = own.with_name("mail.example.org").expect("a name").with_address([198, 51, 100, 1].into());
        let mut domains = Domains::new();
        for number in 0..100 {
            domains = domains.with_local(&format!("domain{number}.example.org")).expect("a domain");
        }
        let zone = b"7.113.0.203.in-addr.arpa. PTR mx.example.net.\nmx.example.net. A 203.0.113.7";
        let zone = Zone::parse(zone).expect("a zone");
        let params = Params::default();
        Self {
            own,
            domains,
            peer: Peer::new([203, 0, 113, 7].into()),
            reverse: run(&mut reverse::Reverse::new([203, 0, 113, 7].into()), &mut &zone),
            from: "<bounce-12345@example.net>".parse().expect("a path"),
            to: "<ann.lee@domain42.example.org>".parse().expect("a path"),
            entry: greylist::decide(None, None, 1_795_600_000, &params).entry,
            rate: Rate::per_minute(60).expect("a rate"),
            params,
        }
    }

    /// Decides; nothing of it is allocated. The paths come read from the conversation.
    pub fn decide(&self) -> Decision {
        let evidence = Evidence::none().with_forward(Forward::Match).with_reverse(&self.reverse);
        let hello = helo::assess(b"mx.example.net", self.peer, &self.own, &self.domains, &evidence);
        let (from, path) = (self.from.view(), self.to.view());
        let relay = relay::decide(Origin::Internet, &path, &self.own, &self.domains);
        let facts = Facts::new(Origin::Internet, relay.destination).with_mailbox(Lookup::Is(Mailbox::Known));
        let digest = Key::new(self.peer.address(), from, path).digest(&[7; 16]);
        std::hint::black_box(digest);
        let grey = greylist::decide(Some(self.entry), None, 1_795_608_000, &self.params);
        let paid = self.rate.check(Some(5_000_000_000), Duration::from_secs(1_795_608_000), 1);

        let mut tally = Tally::new(Origin::Internet, relay::is_role(&path, relay.destination));
        tally.note(hello.note(Mode::Usual));
        tally.note(relay.note);
        tally.note(recipient::decide(&facts));
        tally.note(grey.note);
        tally.note(paid.map_or_else(
            |over| over.why(mailwright::policy::Reason::TooFast).into(),
            |_| Note::ok(Source::Rate),
        ));
        tally.finish()
    }
}
