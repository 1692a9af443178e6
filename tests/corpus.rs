//! Real messages: nothing panics, any cut gives the same report, errors on ordinary mail are explained, text is read as Python reads it.

use mailwright::message::{
    Context, Edits, Finding, Kind, Limits, Part, Profile, Reader, Report, Safety, Severity, Validator,
    validate,
};
use mailwright_tests::files;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Within the lifetime of the corpus' ordinary mail; dates are judged elsewhere.
const NOW: u64 = 1_754_301_605;

fn messages() -> Option<Vec<PathBuf>> {
    files("corpus/messages", "eml")
}

fn validator() -> Validator {
    Validator::new(
        Profile::inbound().with_bulk(),
        Context::new().with_now(NOW).with_bulk(true),
        Limits::default(),
    )
}

fn whole(octets: &[u8]) -> Report {
    let mut validator = validator();
    validator.push(octets);
    validator.finish()
}

fn cut_at(octets: &[u8], cuts: &[usize]) -> Report {
    let mut validator = validator();
    let mut from = 0;
    for &cut in cuts {
        validator.push(&octets[from..cut]);
        validator.push(b"");
        from = cut;
    }
    validator.push(&octets[from..]);
    validator.finish()
}

/// One machine that judges message after message gives the reports of machines made for each.
#[test]
fn one_machine_judges_all_messages_as_new_ones_do() {
    let Some(paths) = messages() else { return };
    let mut kept = validator();
    for path in &paths {
        let octets = fs::read(path).expect("a message can be read");
        for piece in octets.chunks(700) {
            kept.push(piece);
        }
        assert_eq!(kept.end_message(), whole(&octets), "{}", path.display());
    }
    println!("{} messages by one machine", paths.len());
}

/// A small generator, so that every run makes the same cuts.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % most.max(1)
    }
}

fn random_cuts(random: &mut Random, length: usize) -> Vec<usize> {
    let around = [1, 2, 17, 4096, 8192, 16384];
    let mut cuts = Vec::new();
    let mut at = 0;
    loop {
        let size = match random.below(8) {
            7 => (around[random.below(around.len())] + random.below(3)).saturating_sub(1).max(1),
            _ => 1 + random.below(17),
        };
        at += size;
        if at >= length {
            return cuts;
        }
        cuts.push(at);
    }
}

#[test]
fn threat_m20_any_cut_gives_the_same_report() {
    let Some(paths) = messages() else { return };
    // All of them in release; a seeded share of them where every step is checked for overflow.
    let (stride, rounds) = if cfg!(debug_assertions) { (61, 20) } else { (1, 1000) };
    let mut random = Random(2025);
    let mut replays = 0_u64;
    for path in &paths {
        let octets = fs::read(path).expect("a message can be read");
        let expected = whole(&octets);
        let check = |cuts: &[usize]| {
            assert!(cut_at(&octets, cuts) == expected, "{}: cut at {cuts:?}", path.display());
        };
        if octets.len() <= 4096 {
            for cut in (random.below(stride)..octets.len()).step_by(stride) {
                check(&[cut]);
                replays += 1;
            }
        }
        check(&(1..octets.len()).collect::<Vec<_>>());
        for _ in 0..if octets.len() > 20_000 { rounds / 10 } else { rounds } {
            check(&random_cuts(&mut random, octets.len()));
            replays += 1;
        }
    }
    println!("corpus: {} messages, {replays} cuts, all reports equal", paths.len());
}

#[test]
fn spans_are_in_range_and_in_order() {
    let Some(paths) = messages() else { return };
    for path in &paths {
        let octets = fs::read(path).expect("a message can be read");
        let report = whole(&octets);
        let mut last = 0;
        for finding in report.findings() {
            let span = finding.span();
            assert!(
                span.start <= span.end && span.end <= octets.len() as u64,
                "{}: {finding}",
                path.display()
            );
            assert!(span.start >= last, "{}: {finding}", path.display());
            last = span.start;
            let before = &octets[..usize::try_from(span.start).expect("it fits")];
            let line = before.split(|b| *b == b'\n').count() as u64;
            assert_eq!(finding.line(), line, "{}: {finding}", path.display());
        }
    }
}

/// How many findings of that rule no edit is about: those in other fields, or in other parts.
fn unmended(report: &Report, edits: &Edits, rule: &str, octets: &[u8]) -> u32 {
    let reader = Reader::new(octets);
    let of_rule = report.findings().iter().filter(|finding| finding.rule().id() == rule);
    let untouched = of_rule.filter(|finding| {
        let place = |at: u64| usize::try_from(at).expect("it fits");
        let (start, end) = (place(finding.span().start), place(finding.span().end));
        let field = reader.fields().map(|f| f.span()).find(|span| span.contains(&start));
        let span = field.filter(|_| finding.field().is_some()).unwrap_or(start..end);
        let mut mine = edits.edits().iter().filter(|edit| edit.rule() == rule);
        !mine.any(|edit| edit.span().start <= span.end && span.start <= edit.span().end)
    });
    untouched.map(Finding::count).sum()
}

/// The rules of which some finding is mended by an edit that keeps the meaning, or by none.
fn by_edit(report: &Report, safe: bool) -> BTreeSet<&'static str> {
    let kind =
        |finding: &&Finding| finding.fix().and_then(|fix| fix.safety()) == safe.then_some(Safety::Safe);
    report.findings().iter().filter(kind).map(|finding| finding.rule().id()).collect()
}

#[test]
fn what_was_mended_is_not_found_again() {
    let Some(mut paths) = messages() else { return };
    paths.extend(files("conformance/message-defects", "eml").unwrap_or_default());
    let mut mended = 0;
    for path in &paths {
        let octets = fs::read(path).expect("a message can be read");
        let judge = |octets: &[u8]| validate(octets, &Profile::submission(), &Context::new().with_now(NOW));
        let report = judge(&octets);
        let edits = report.edits(&octets, Safety::Safe);
        let again = judge(&edits.apply(&octets));
        let rules: BTreeSet<_> = edits.edits().iter().map(mailwright::message::Edit::rule).collect();
        for rule in rules.iter().filter(|rule| !edits.left().contains(rule)) {
            let of_rule = again.findings().iter().filter(|finding| finding.rule().id() == *rule);
            let found: u32 = of_rule.map(Finding::count).sum();
            let kept = unmended(&report, &edits, rule, &octets);
            assert!(found <= kept, "{}: {rule} is still there", path.display());
            mended += 1;
        }
        let (promised, by_hand, left) =
            (by_edit(&report, true), by_edit(&report, false), by_edit(&again, true));
        let broken: Vec<_> = promised.difference(&by_hand).filter(|rule| left.contains(*rule)).collect();
        assert!(broken.is_empty(), "{}: {broken:?} can be mended, and was not", path.display());
    }
    println!("corpus and defects: {mended} kinds of finding mended");
}

/// `file rule reason` of each error on ordinary mail that somebody looked at.
fn explained() -> BTreeMap<(String, String), String> {
    include_str!("corpus_errors.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let mut words = line.splitn(3, ' ');
            let mut next = || words.next().unwrap_or_default().to_owned();
            ((next(), next()), next())
        })
        .collect()
}

#[test]
fn every_error_on_ordinary_mail_is_explained() {
    let Some(paths) = messages() else { return };
    let explained = explained();
    let mut seen = BTreeSet::new();
    let mut unknown = Vec::new();
    let name = |path: &Path| path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    for path in paths.iter().filter(|path| name(path).starts_with("sa-nice--")) {
        let octets = fs::read(path).expect("a message can be read");
        let report = validate(&octets, &Profile::archive(), &Context::new());
        for finding in report.findings().iter().filter(|f| f.severity() == Severity::Error) {
            let key = (name(path), finding.rule().id().to_owned());
            if explained.contains_key(&key) {
                seen.insert(key);
            } else if explained.keys().any(|(file, _)| *file == key.0) || known_folder(&paths) {
                unknown.push(format!("{} {}: {finding}", key.0, key.1));
            }
        }
    }
    let stale: Vec<_> = explained.keys().filter(|key| known_folder(&paths) && !seen.contains(*key)).collect();
    assert!(unknown.is_empty(), "not explained:\n{}", unknown.join("\n"));
    assert!(stale.is_empty(), "explained, but no longer found: {stale:?}");
}

/// Is this the corpus that the list was made for?
fn known_folder(paths: &[PathBuf]) -> bool {
    paths.iter().any(|path| path.ends_with("sa-nice--unicode2.eml")) && paths.len() == 271
}

/// Text parts only: Python takes the groups of a delivery report for parts, and every message/ type for a message.
const PYTHON: &str = r"
import sys, json, email, email.policy
def leaves(part):
    kind = part.get_content_type()
    if part.get_content_maintype() == 'multipart' or kind == 'message/rfc822':
        for child in part.get_payload() if part.is_multipart() else []:
            yield from leaves(child)
    elif part.get_content_maintype() == 'text' and not part.is_multipart():
        yield part
for path in sys.stdin.read().split('\n'):
    if not path: continue
    out = {'path': path, 'parts': []}
    try:
        message = email.message_from_bytes(open(path, 'rb').read(), policy=email.policy.compat32)
        for part in leaves(message):
            body = part.get_payload(decode=True)
            label = part.get_content_charset()
            try: text = (body or b'').decode(label or 'us-ascii')
            except (LookupError, UnicodeError): text = None
            out['parts'].append({'body': (body or b'').hex(), 'text': text, 'label': label, 'broken': bool(part.defects)})
    except Exception as error:
        out['error'] = repr(error)
    print(json.dumps(out))
";

/// What Python's `email` makes of the messages, or `None` where there is no Python.
fn python(paths: &[PathBuf]) -> Option<Vec<serde_json::Value>> {
    let mut child = Command::new("python3")
        .args(["-c", PYTHON])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()
        .or_else(|| {
            eprintln!("PASSED OVER: there is no python3 to compare with");
            None
        })?;
    let list: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
    let mut input = child.stdin.take()?;
    let writer = std::thread::spawn(move || input.write_all(list.join("\n").as_bytes()));
    let output = child.wait_with_output().ok()?;
    writer.join().ok()?.ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Some(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

fn unhex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks(2)
        .filter_map(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok())
        .collect()
}

/// Blanks apart: we take those before a line end off (RFC 2045 §6.7), Python leaves them; the last line end differs too.
fn same(one: &[u8], two: &[u8]) -> bool {
    let plain =
        |octets: &[u8]| -> Vec<u8> { octets.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect() };
    plain(one) == plain(two)
}

#[test]
fn bodies_decode_as_python_decodes_them() {
    let Some(paths) = messages() else { return };
    let Some(theirs) = python(&paths) else { return };
    let (mut equal, mut different, mut trees) = (0, Vec::new(), Vec::new());
    let mut texts = 0;
    for row in &theirs {
        let path = row["path"].as_str().unwrap_or_default();
        let octets = fs::read(path).expect("a message can be read");
        let reader = Reader::new(&octets);
        let text = |part: &Part<'_, '_>| {
            part.content_type().is_kind("text") || part.content_type().kind().is_empty()
        };
        let ours: Vec<_> = reader.parts().filter(|part| part.kind() == Kind::Leaf && text(part)).collect();
        let parts = row["parts"].as_array().cloned().unwrap_or_default();
        if ours.len() != parts.len() {
            trees.push(format!("{path}: {} text parts here, {} there", ours.len(), parts.len()));
            continue;
        }
        for (our, their) in ours.iter().zip(&parts) {
            let broken = their["broken"].as_bool() == Some(true);
            let body = unhex(their["body"].as_str().unwrap_or_default());
            if same(&our.body_octets(), &body) {
                equal += 1;
            } else if !broken {
                different.push(format!("{path} part {}", our.path()));
                continue;
            }
            // Text where both decode it, blanks apart as above.
            if let (Some(our_text), Some(their_text)) = (our.body_text(), their["text"].as_str()) {
                if same(our_text.as_bytes(), their_text.as_bytes()) {
                    texts += 1;
                } else if !broken {
                    different.push(format!("{path} text of part {}, {}", our.path(), their["label"]));
                }
            }
        }
    }
    println!(
        "corpus: {equal} bodies and {texts} texts equal to Python's, {} different, {} trees different",
        different.len(),
        trees.len()
    );
    println!("{}\n{}", different.join("\n"), trees.join("\n"));
    // Both lists are looked at by hand; see `corpus_differences.txt` for why each is as it is.
    let listed = include_str!("corpus_differences.txt");
    for line in different.iter().chain(&trees) {
        let file =
            line.split(['/', ' ', ':']).find(|word| word.strip_suffix(".eml").is_some()).unwrap_or(line);
        assert!(listed.contains(file) || paths.len() != 271, "not explained: {line}");
    }
}
