//! Any octets: spans in range, nested, in order and over all of the input; each part read alone gives the same tree.
#![no_main]
use libfuzzer_sys::fuzz_target;
use mailwright::message::{Kind, Reader};

fuzz_target!(|octets: &[u8]| {
    let reader = Reader::new(octets);
    let (mut last, count) = (0, reader.parts().count());
    let (root, end) = (reader.root(), octets.len());
    assert!(root.header_span().start == 0 && root.body_span().end == end && count <= 1000);
    let gap = &octets[root.header_span().end..root.body_span().start];
    assert!(matches!(gap, b"" | b"\n" | b"\r\n"), "nothing but the empty line is left out");
    for part in reader.parts() {
        let (header, body) = (part.header_span(), part.body_span());
        assert!(
            header.start >= last && header.end <= body.start && body.start <= body.end && body.end <= end
        );
        last = header.start;
        let inside = part
            .parent()
            .is_none_or(|p| p.body_span().start <= header.start && body.end <= p.body_span().end);
        assert!(inside && part.path().numbers().len() <= 24);
        assert!(part.kind() != Kind::Leaf || part.body_octets().len() <= part.raw_body().len());
        let mut at = header.start;
        part.fields().for_each(|field| {
            assert!(field.span().start == at && octets.get(field.value_span()) == Some(field.raw_value()));
            at = field.span().end;
        });
        assert_eq!(at, header.end);
        mailwright_fuzz::same_subtree(&reader, &part, octets);
    }
});
