//! Any octets: spans in range and in order, parts inside their parents, each part read alone gives the same tree.
#![no_main]
use libfuzzer_sys::fuzz_target;
use mailwright::message::{Kind, Reader};

fuzz_target!(|octets: &[u8]| {
    let reader = Reader::new(octets);
    let (mut last, count) = (0, reader.parts().count());
    for part in reader.parts() {
        let (header, body) = (part.header_span(), part.body_span());
        assert!(
            header.start >= last
                && header.end <= body.start
                && body.start <= body.end
                && body.end <= octets.len()
        );
        last = header.start;
        let inside = part
            .parent()
            .is_none_or(|p| p.body_span().start <= header.start && body.end <= p.body_span().end);
        assert!(inside && part.path().numbers().len() <= 24 && count <= 1000);
        assert!(part.kind() != Kind::Leaf || part.body_octets().len() <= part.raw_body().len());
        part.fields().for_each(|field| assert!(octets.get(field.value_span()) == Some(field.raw_value())));
    }
});
