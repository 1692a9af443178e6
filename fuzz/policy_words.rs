//! Whatever a peer says in HELO and RCPT is judged without a panic, and nothing from the Internet goes elsewhere.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailwright::address::Utf8;
use mailwright::policy::{Domains, Origin, Own, helo, relay};

fuzz_target!(|octets: &[u8]| {
    let (own, domains) = (Own::new(), Domains::new().with_local("example.org").expect("a domain"));
    let peer = helo::Peer::new([203, 0, 113, 7].into());
    helo::assess(octets, peer, &own, &domains, &helo::Evidence::none()).note(helo::Mode::Strict);
    let Ok(path) = relay::read(octets, Utf8::Allowed) else { return };
    let relay = relay::decide(Origin::Internet, &path, &own, &domains);
    assert!(relay.note.why().is_some() || relay.destination == relay::Destination::Local);
});
