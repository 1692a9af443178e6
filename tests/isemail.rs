//! Compares both readings of addresses, and their diagnosis, with the isemail suite.
//!
//! in:  `*.xml` below `$MAILWRIGHT_SUITES/conformance/address`      out: agree/total for each column
//! law: a difference stands in `isemail_known.txt` with its reason; one that begins to agree must leave it

use std::collections::BTreeMap;

use mailwright::address::{AddrSpec, Class, Fault, Grammar, MailboxRef, Reading};

/// What the suite expects of one address.
struct Case {
    id: String,
    address: Vec<u8>,
    category: Category,
}

/// The suite's categories, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Category {
    Valid,
    Rfc5321,
    Cfws,
    Deprec,
    Rfc5322,
    Err,
}

#[test]
fn addresses_agree_with_the_isemail_suite() {
    let Some(files) = mailwright_tests::files("conformance/address", "xml") else { return };
    let cases: Vec<Case> = files.iter().flat_map(|path| cases(path)).collect();
    assert!(!cases.is_empty(), "no cases in {files:?}");

    let mut known = known_differences();
    let (mut envelope, mut header, mut both, mut category) = (0, 0, 0, 0);
    let (mut unlisted, mut mended) = (Vec::new(), Vec::new());
    for case in &cases {
        let wants_envelope = case.category <= Category::Rfc5321;
        let wants_header = case.category != Category::Err;
        let said = category_of(&case.address);
        let envelope_agrees = MailboxRef::parse(&case.address, Grammar::strict()).is_ok() == wants_envelope;
        let header_agrees = AddrSpec::parse(&case.address, Grammar::strict()).is_ok() == wants_header;
        envelope += usize::from(envelope_agrees);
        header += usize::from(header_agrees);
        both += usize::from(envelope_agrees && header_agrees);
        category += usize::from(said == case.category);
        let agrees = envelope_agrees && header_agrees && said == case.category;
        match (agrees, known.remove(&shown(&case.address))) {
            (true, Some(_)) => mended.push(shown(&case.address)),
            (false, None) => unlisted.push(format!(
                "{} {} ({:?}): we say {said:?}, {:?}",
                case.id,
                shown(&case.address),
                case.category,
                Reading::of(&case.address, Grammar::strict()).faults(),
            )),
            (true, None) | (false, Some(_)) => {}
        }
    }

    let total = cases.len();
    println!("isemail envelope: {envelope}/{total}");
    println!("isemail header:   {header}/{total}");
    println!("isemail both:     {both}/{total}");
    println!("isemail category: {category}/{total}");
    for line in &unlisted {
        println!("isemail differs, not listed: {line}");
    }
    assert!(mended.is_empty(), "these agree, so they must leave isemail_known.txt: {mended:?}");
    assert!(both * 309 >= 305 * total, "both readings agree in {both} of {total}");
    assert!(category * 309 >= 305 * total, "the category agrees in {category} of {total}");
    if total == 309 {
        assert!(unlisted.is_empty(), "new differences: {unlisted:#?}");
        assert!(known.is_empty(), "no such cases: {known:?}");
    }
}

/// The suite's category of an address: that of its worst fault.
fn category_of(address: &[u8]) -> Category {
    let reading = Reading::of(address, Grammar::strict());
    let faults = reading.faults();
    // The two ways of asking must tell the same class.
    let worst = faults.iter().map(|found| found.fault().class()).max().unwrap_or(Class::Envelope);
    assert_eq!(worst, reading.class(), "{}", shown(address));
    assert_eq!(reading.class().is_envelope(), reading.envelope().is_some(), "{}", shown(address));
    assert_eq!(reading.class().is_header(), reading.header().is_some(), "{}", shown(address));
    faults.iter().map(|found| category_of_fault(found.fault())).max().unwrap_or(Category::Valid)
}

/// Where the suite files a fault.
fn category_of_fault(fault: Fault) -> Category {
    match fault {
        Fault::Comment | Fault::Folding => Category::Cfws,
        _ => match fault.class() {
            Class::Envelope => Category::Valid,
            Class::EnvelopeUnusual => Category::Rfc5321,
            Class::HeaderOnly | Class::OverLimit => Category::Rfc5322,
            Class::Deprecated => Category::Deprec,
            Class::Invalid => Category::Err,
        },
    }
}

fn cases(path: &std::path::Path) -> Vec<Case> {
    let text = std::fs::read_to_string(path).expect("a readable suite");
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    let document = roxmltree::Document::parse_with_options(&text, options).expect("a well-formed suite");
    let child = |node: roxmltree::Node<'_, '_>, name: &str| {
        let found = node.children().find(|child| child.has_tag_name(name));
        found.and_then(|child| child.text()).unwrap_or_default().to_owned()
    };
    let tests = document.descendants().filter(|node| node.has_tag_name("test"));
    tests
        .map(|test| Case {
            id: format!(
                "{}#{}",
                path.file_stem().unwrap_or_default().display(),
                test.attribute("id").unwrap_or("?")
            ),
            address: octets(&child(test, "address")),
            category: match child(test, "category").as_str() {
                "ISEMAIL_VALID_CATEGORY" | "ISEMAIL_VALID" | "ISEMAIL_DNSWARN" => Category::Valid,
                "ISEMAIL_RFC5321" => Category::Rfc5321,
                "ISEMAIL_CFWS" => Category::Cfws,
                "ISEMAIL_DEPREC" => Category::Deprec,
                "ISEMAIL_RFC5322" => Category::Rfc5322,
                "ISEMAIL_ERR" => Category::Err,
                other => panic!("unknown category {other}"),
            },
        })
        .collect()
}

/// The suite writes control octets as the Unicode pictures of them.
fn octets(text: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    for character in text.chars() {
        match u32::from(character) {
            point @ 0x2400..=0x241F => octets.push(u8::try_from(point - 0x2400).expect("below 32")),
            _ => octets.extend(character.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    octets
}

/// Address, as `shown`, and the reason why we differ.
fn known_differences() -> BTreeMap<String, &'static str> {
    include_str!("isemail_known.txt")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let (address, reason) = line.split_once("  ").expect("address, two blanks, reason");
            assert!(reason.contains("RFC "), "no RFC in the reason of {address}");
            (address.to_owned(), reason.trim())
        })
        .collect()
}

fn shown(address: &[u8]) -> String {
    address.escape_ascii().to_string()
}
