//! xtext and base64 have one form per value, and a login never shows its password.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailwright::address::xtext;
use mailwright::smtp::sasl::{self, Acceptor, Channel, Credentials, Initiator, Mechanism, Nonce, Step};

fuzz_target!(|input: (&[u8], usize, bool)| {
    let (octets, pick, plus) = input;
    assert_eq!(xtext::decode(xtext::encode(octets).as_bytes()).as_deref(), Ok(octets));
    assert_eq!(sasl::decode(sasl::encode(octets).as_bytes()).as_deref(), Ok(octets));
    assert!(sasl::decode(octets).is_ok_and(|plain| sasl::encode(&plain).as_bytes() == octets) || sasl::decode(octets).is_err());
    let mechanism = Mechanism::ALL[pick % Mechanism::ALL.len()];
    let nonce = || Nonce::new(&[7; 32], 0);
    let mut acceptor = Acceptor::new(mechanism, Channel::none(), plus, nonce(), "mx.example.org");
    let mut step = acceptor.start(None);
    for response in octets.split(|octet| *octet == b'\n').take(8) {
        step = acceptor.respond(response);
    }
    let secret = "0penSesame0fTheF0rtyThieves";
    let response = [b"\0user\0", secret.as_bytes()].concat();
    let (mut plain, credentials) = (Acceptor::new(Mechanism::Plain, Channel::none(), plus, nonce(), "x"), Credentials::password("user", secret));
    let asked = plain.start(Some(&response));
    let login = Initiator::new(Mechanism::Plain, &credentials, Channel::none(), plus, nonce());
    assert!(matches!(asked, Step::Ask(_)));
    assert!(!format!("{acceptor:?}{step:?}{plain:?}{asked:?}{credentials:?}{login:?}").contains(secret));
});
