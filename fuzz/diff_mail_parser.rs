//! Any octets: the same fields, values and parts as mail-parser and mailparse, or a difference of a listed class.
#![no_main]
use libfuzzer_sys::fuzz_target;
use mailwright::message::{Kind, Reader};
use mailwright_fuzz::peers;

fuzz_target!(|octets: &[u8]| {
    let reader = Reader::new(octets);
    if peers::odd_header(octets).is_none() {
        let ours: Vec<_> =
            reader.fields().map(|f| (f.name().to_vec(), peers::squeezed(f.raw_value()))).collect();
        let theirs = mailparse::parse_headers(octets).expect("it reads what is not odd").0;
        let theirs: Vec<_> =
            theirs.iter().map(|h| (h.get_key_raw().to_vec(), peers::squeezed(h.get_value_raw()))).collect();
        assert_eq!(ours, theirs);
        let parser = mail_parser::MessageParser::new().header_raw("Subject").default_header_raw();
        let names =
            parser.parse(octets).map(|m| m.headers_raw().map(|(name, _)| name.len()).collect::<Vec<_>>());
        assert_eq!(names, Some(ours.iter().map(|(name, _)| name.len()).collect()));
    }
    if peers::odd_tree(&reader).is_none() {
        let leaves = reader.parts().filter(|part| part.kind() == Kind::Leaf).count();
        assert_eq!(Some(leaves), peers::leaves(octets));
    }
});
