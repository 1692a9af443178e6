//! Any start of a connection as a PROXY header, and any text as XCLIENT: bounded, and written so that it is read the same.
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use mailwright::smtp::{ProxyHeader, Text, Xclient};

fuzz_target!(|octets: &[u8]| {
    match ProxyHeader::parse(octets) {
        Ok(None) => assert!(octets.len() < ProxyHeader::MAX),
        Ok(Some((header, read))) => {
            let (mut text, mut binary) = (BytesMut::new(), BytesMut::new());
            header.write_text(&mut text);
            header.write_binary(&mut binary);
            assert!(read <= octets.len() && read <= ProxyHeader::MAX && text.len() <= 107);
            assert_eq!(ProxyHeader::parse(&text), Ok(Some((header, text.len()))));
            assert_eq!(ProxyHeader::parse(&binary), Ok(Some((header, binary.len()))));
            assert!((0..read).all(|cut| ProxyHeader::parse(&octets[..cut]) == Ok(None)));
        }
        Err(error) => assert!(error.at() <= 107),
    }
    let Some(Ok(facts)) =
        std::str::from_utf8(octets).ok().and_then(|text| Text::new(text).ok()).map(Xclient::parse)
    else {
        return;
    };
    assert_eq!(Xclient::parse(Text::new(&facts.attributes()).expect("one line")), Ok(facts));
});
