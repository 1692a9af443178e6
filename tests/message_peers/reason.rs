//! Why readers differ: a fault that the validator names at the field or part in question, or a decision without a fault.

use mailwright::message::{Context, Kind, Profile, Reader, Report, validate};

/// Faults of header sections and delimiters, after which readers see other fields and other parts.
const STRUCTURE: &[&str] = &[
    "line-bare-cr",
    "field-no-colon",
    "separator-missing",
    "part-header-broken",
    "part-without-header",
    "header-section-empty",
    "fold-blank-line",
    "field-leading-continuation",
    "field-space-before-colon",
    "field-name-invalid",
    "boundary-parameter-missing",
    "boundary-parameter-invalid",
    "boundary-never-used",
    "boundary-unclosed",
    "boundary-collides",
    "multipart-empty",
    "multipart-epilogue-text",
    "multipart-preamble-text",
    "mime-field-duplicate",
    "field-duplicate",
    "content-type-invalid",
    "content-disposition-invalid",
    "parameter-invalid",
    "parameter-duplicate",
    "parameter-2231-invalid",
    "field-empty",
    "nul-octet",
];

/// Faults of encodings and character sets, after which readers see other content.
const CONTENT: &[&str] = &[
    "transfer-encoding-unknown",
    "transfer-encoding-composite",
    "transfer-encoding-eight-bit",
    "base64-length",
    "base64-character-invalid",
    "base64-after-padding",
    "qp-escape-invalid",
    "qp-trailing-blank",
    "charset-unknown",
    "charset-deprecated",
    "charset-invalid-octets",
    "charset-ascii-with-eight-bit",
    "charset-missing",
    "charset-latin1-c1",
    "charset-utf16-text",
    "mime-version-missing",
];

const TEXT: &[&str] = &[
    "field-eight-bit",
    "field-utf8-invalid",
    "encoded-word-malformed",
    "encoded-word-not-separated",
    "encoded-word-charset-unknown",
    "encoded-word-undecodable",
    "encoded-word-splits-character",
    "encoded-word-base64-invalid",
    "encoded-word-q-invalid",
    "encoded-word-control",
    "encoded-word-too-long",
];

const AUTHOR: &[&str] = &[
    "address-invalid",
    "address-domain-missing",
    "address-angle-unclosed",
    "address-angle-repeated",
    "address-separator-missing",
    "address-comment-inside",
    "address-encoded-word",
    "address-control-octet",
    "address-literal-invalid",
    "display-name-unquoted",
    "domain-syntax",
    "local-part-dots",
    "local-part-quoted",
    "group-in-from",
    "quote-unbalanced",
    "comment-unbalanced",
    "field-eight-bit",
];

const DATE: &[&str] = &[
    "date-invalid",
    "date-out-of-range",
    "date-zone-invalid",
    "date-zone-missing",
    "date-zone-obsolete",
    "date-iso8601",
    "date-year-short",
    "date-comment",
    "comment-unbalanced",
    "obsolete-syntax",
];

const ID: &[&str] = &[
    "message-id-invalid",
    "message-id-brackets-missing",
    "message-id-brackets-repeated",
    "message-id-several",
    "message-id-obsolete",
    "message-id-eight-bit",
    "fold-inside-token",
];

fn first(report: &Report, rules: &[&'static str]) -> Option<&'static str> {
    rules.iter().copied().find(|rule| report.has(rule))
}

/// The class of a difference, or nothing where it has none.
pub fn class(peer: &str, what: &str, octets: &[u8]) -> Option<&'static str> {
    let report = validate(octets, &Profile::strict(), &Context::new());
    let lists: &[&[&str]] = match what {
        "tree" => &[STRUCTURE, CONTENT],
        "body" => &[CONTENT, STRUCTURE],
        "subject" => &[TEXT, STRUCTURE],
        "from" => &[AUTHOR, STRUCTURE],
        "date" => &[DATE, STRUCTURE],
        _ => &[ID, STRUCTURE],
    };
    if peer == "mail-parser" && what == "body" && has_other_set(&Reader::new(octets)) {
        return Some("text-of-another-set");
    }
    let named = lists.iter().find_map(|rules| first(&report, rules));
    named.or_else(|| decided(peer, what, octets))
}

fn has_other_set(reader: &Reader<'_>) -> bool {
    reader.parts().any(|part| {
        let set = part.content_type().parameter("charset");
        set.is_some_and(|set| !set.eq_ignore_ascii_case("utf-8") && !set.eq_ignore_ascii_case("us-ascii"))
    })
}

/// Differences without a fault.
fn decided(peer: &str, what: &str, octets: &[u8]) -> Option<&'static str> {
    let reader = Reader::new(octets);
    let inside = reader.parts().any(|part| part.content_type().is_kind("message"));
    let exact = |line: &[u8], mark: &[u8]| {
        matches!(line.strip_prefix(mark).map(<[u8]>::trim_ascii_end), Some(b"" | b"--"))
    };
    let more = reader.parts().filter(|part| part.kind() == Kind::Multipart).any(|part| {
        let kind = part.content_type();
        let mark = [b"--", kind.raw_parameter("boundary").unwrap_or_default()].concat();
        let mut lines = part.raw_body().split(|b| *b == b'\n');
        lines.any(|line| line.windows(mark.len()).any(|window| window == mark) && !exact(line, &mark))
    });
    match (peer, what) {
        ("mail-parser", "tree") if more => Some("delimiter-with-more"),
        (_, "tree" | "body") if inside => Some("a-message-inside"),
        _ => None,
    }
}

/// The rules that fire, for whoever looks for a class.
pub fn rules(octets: &[u8]) -> Vec<&'static str> {
    let report = validate(octets, &Profile::strict(), &Context::new());
    report.findings().iter().map(|finding| finding.rule().id()).collect()
}
