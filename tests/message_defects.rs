//! Messages with one defect each: the rule that names it fires inside the changed octets, nothing new is found in another
//! field or part, and the base stays clean.
//!
//! Each folder below `conformance/message-defects` has an `expect.jsonl`: file, expected rule ids, base.

use mailwright::message::{Context, Finding, Kind, Profile, Reader, Report, Severity, validate};
use mailwright_tests::files;
use std::fs;
use std::ops::Range;
use std::path::Path;

/// From the catalogue's ids to ours, where they differ; none does.
const RENAMED: &[(&str, &str)] = &[];

/// The time that the suite names: 2025-08-04T10:00:05Z.
const NOW: u64 = 1_754_301_605;

fn judge(octets: &[u8]) -> Report {
    validate(octets, &Profile::inbound(), &Context::new().with_now(NOW))
}

fn ours(id: &str) -> &str {
    RENAMED.iter().find(|(theirs, _)| *theirs == id).map_or(id, |(_, ours)| ours)
}

/// The octets of `changed` that are not those of `base`: what is left between the common start and the common end.
fn difference(base: &[u8], changed: &[u8]) -> Range<u64> {
    let start = base.iter().zip(changed).take_while(|(a, b)| a == b).count();
    let room = base.len().min(changed.len()) - start;
    let end = base.iter().rev().zip(changed.iter().rev()).take(room).take_while(|(a, b)| a == b).count();
    start as u64..(changed.len() - end) as u64
}

/// Does the finding's own span overlap the range, or touch it? Further places don't count.
fn touches(finding: &Finding, range: &Range<u64>) -> bool {
    let span = finding.span();
    span.start <= range.end && range.start <= span.end
}

/// Where an octet lies: a field, or the body of a part.
fn places(octets: &[u8]) -> Vec<Range<u64>> {
    let wide = |range: Range<usize>| range.start as u64..range.end as u64;
    let reader = Reader::new(octets);
    let mut places = Vec::new();
    for part in reader.parts() {
        places.extend(part.fields().map(|field| wide(field.span())));
        if part.kind() == Kind::Leaf {
            places.push(wide(part.body_span()));
        }
    }
    places
}

/// Elsewhere is another field or another part; a finding on a whole header section, or on the message, is about both.
fn is_elsewhere(finding: &Finding, range: &Range<u64>, octets: &[u8]) -> bool {
    let span = finding.span();
    let reader = Reader::new(octets);
    let whole = reader.parts().any(|part| {
        let (header, body) = (part.header_span(), part.body_span());
        let section = header.start as u64..header.end as u64;
        span.start == section.start && (span.end >= section.end || span.end == body.end as u64)
    });
    let meet = |place: &Range<u64>, one: &Range<u64>| place.start <= one.end && one.start <= place.end;
    let shared = places(octets).iter().any(|place| meet(place, range) && meet(place, &span));
    !(touches(finding, range) || whole || shared)
}

/// The finding of the base that this one was before the octets in front of it moved, if there is one.
fn was_there(finding: &Finding, before: &Report, range: &Range<u64>, moved: i64) -> bool {
    let shift = |at: u64| if at >= range.end { at.checked_add_signed(-moved).unwrap_or(0) } else { at };
    let (span, count) = (finding.span(), finding.count());
    before.findings().iter().any(|known| {
        let same = known.rule() == finding.rule() && known.count() >= count;
        same && known.span() == (shift(span.start)..shift(span.end))
    })
}

struct Row {
    file: String,
    expect: Vec<String>,
    base: Option<String>,
}

fn rows(text: &str) -> Vec<Row> {
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let row: serde_json::Value = serde_json::from_str(line).expect("a row of expect.jsonl is JSON");
            let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
            Row {
                file: text(&row["file"]).expect("a row names its file"),
                expect: row["expect"].as_array().into_iter().flatten().filter_map(text).collect(),
                base: text(&row["base"]),
            }
        })
        .collect()
}

#[derive(Default)]
struct Score {
    named: usize,
    total: usize,
    wrong: Vec<String>,
}

fn base(folder: &Path, row: &Row, score: &mut Score) {
    let octets = fs::read(folder.join(&row.file)).expect("the base is there");
    for finding in judge(&octets).findings() {
        let unsigned = finding.rule().id() == "dkim-missing";
        if finding.severity() > Severity::Hint && !unsigned {
            score.wrong.push(format!("{} is not clean: {finding}", row.file));
        }
    }
}

fn defect(folder: &Path, row: &Row, base: &str, score: &mut Score) {
    let base = fs::read(folder.join(base)).expect("the base is there");
    let octets = fs::read(folder.join(&row.file)).expect("the message is there");
    let (before, after) = (judge(&base), judge(&octets));
    let range = difference(&base, &octets);
    score.total += 1;
    let mut named = true;
    for id in &row.expect {
        let found: Vec<_> = after.findings().iter().filter(|f| f.rule().id() == ours(id)).collect();
        if !found.iter().any(|finding| touches(finding, &range)) {
            named = false;
            let places: Vec<_> = found.iter().map(|finding| finding.span()).collect();
            score.wrong.push(format!("{}: {id} is not at {range:?}; it is at {places:?}", row.file));
        }
    }
    let length = |octets: &[u8]| i64::try_from(octets.len()).expect("a message is small");
    let moved = length(&octets) - length(&base);
    for finding in after.findings() {
        if !was_there(finding, &before, &range, moved) && is_elsewhere(finding, &range, &octets) {
            named = false;
            score.wrong.push(format!("{}: elsewhere than {range:?}: {finding}", row.file));
        }
    }
    score.named += usize::from(named);
}

#[test]
fn each_defect_is_named_inside_the_changed_octets() {
    let Some(lists) = files("conformance/message-defects", "jsonl") else { return };
    let mut score = Score::default();
    for list in lists.iter().filter(|path| path.file_name().is_some_and(|name| name == "expect.jsonl")) {
        let folder = list.parent().expect("a file lies in a folder");
        for row in rows(&fs::read_to_string(list).expect("expect.jsonl can be read")) {
            match &row.base {
                None => base(folder, &row, &mut score),
                Some(of) => defect(folder, &row, of, &mut score),
            }
        }
    }
    println!("message defects: {} named of {}", score.named, score.total);
    assert!(score.wrong.is_empty(), "{} of {}\n{}", score.named, score.total, score.wrong.join("\n"));
}
