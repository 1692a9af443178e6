//! Any local part at any host that can be made: written, it is read as the same mailbox in both readings.
#![no_main]
use libfuzzer_sys::fuzz_target;
use mailwright::address::{AddrSpec, Grammar, Host, LocalPart, Mailbox, ReversePath, Utf8};

fuzz_target!(|input: (&str, &str, Option<std::net::IpAddr>)| {
    let (Ok(local), Ok(host)) =
        (LocalPart::from_meaning(input.0), input.2.map_or_else(|| input.1.parse(), |ip| Ok(Host::from(ip))))
    else {
        return;
    };
    let Ok(mailbox) = Mailbox::new(&local, &host) else { return };
    assert_eq!((mailbox.local_part().meaning().as_ref(), mailbox.host()), (input.0, host.view()));
    assert_eq!(mailbox.to_string().parse::<Mailbox>().as_ref(), Ok(&mailbox));
    assert_eq!(mailbox.to_canonical(), mailbox);
    assert_eq!(
        ReversePath::from(mailbox.clone()).to_string().parse(),
        Ok(ReversePath::from(mailbox.clone()))
    );
    let spec = AddrSpec::parse(mailbox.as_bytes(), Grammar::strict().with_utf8(Utf8::Allowed));
    assert_eq!(spec.unwrap().to_mailbox(), Ok(mailbox));
});
