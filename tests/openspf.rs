//! Reads every SPF suite in the shape of the openspf project, and holds the evaluator to the first result of each case.
//!
//! in:  `$MAILWRIGHT_SUITES/conformance/spf/*.yml`      out: passed of total per file; a miss fails the test
//! law: no case is skipped, and how much is asked ahead changes nothing

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::Path;

use mailwright::dns::{
    About, Answer, Data, Failure, Inquiry, Kind, Mx, Name, Question, Rdata, Step, Text, Zone, run,
};
use mailwright::spf::{Ahead, Check, Identity, Log, Outcome, Private, Record, Settings, lint};
use saphyr::{LoadableYamlNode, Scalar, Yaml};

/// One case of a suite.
struct Case {
    name: String,
    helo: String,
    host: IpAddr,
    mail_from: String,
    results: Vec<String>,
    explanation: Option<String>,
}

#[test]
fn every_case_of_every_suite_gives_its_first_result() {
    let Some(files) = mailwright_tests::files("conformance/spf", "yml") else { return };
    assert!(!files.is_empty(), "a suite");
    let mut misses = String::new();
    for file in files {
        let (passed, total, explained) = read(&file, &mut misses);
        println!("{}: {passed}/{total} results, {explained} explanations", file.display());
        if file.file_name().is_some_and(|name| name == "rfc7208-tests.yml") {
            assert_eq!((total, explained), (203, 22), "the suite of RFC 7208 whole");
        }
    }
    assert!(misses.is_empty(), "{misses}");
}

/// The parser alone: of the records at the names that are checked, each as often as a case has it, the valid ones are
/// accepted and the others refused, by the strict parser and the linter alike. That a refused record is really invalid,
/// its case says: a receiver ends in permerror, whatever else the record holds.
#[test]
fn the_records_of_the_suites_are_read_or_refused() {
    let Some(files) = mailwright_tests::files("conformance/spf", "yml") else { return };
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a readable suite");
        let (mut accepted, mut refused) = (0, 0);
        for document in &Yaml::load_from_str(&text).expect("YAML") {
            let zone = Suite::read(&document["zonedata"]);
            for case in cases(&document["tests"]) {
                let Some(record) = case.record(&zone) else { continue };
                let parsed = Record::parse(record.joined());
                assert_eq!(parsed.is_ok(), !lint(record.joined()).has_errors(), "{}: {record}", case.name);
                let permerror = case.results.iter().any(|result| result == "permerror");
                assert!(parsed.is_ok() || permerror, "{}: {record}: {parsed:?}", case.name);
                accepted += u32::from(parsed.is_ok());
                refused += u32::from(parsed.is_err());
            }
        }
        println!("{}: {accepted} records accepted, {refused} refused", file.display());
        if file.file_name().is_some_and(|name| name == "rfc7208-tests.yml") {
            assert_eq!((accepted, refused), (126, 63));
        }
    }
}

fn read(file: &Path, misses: &mut String) -> (usize, usize, usize) {
    let text = std::fs::read_to_string(file).expect("a readable suite");
    let documents = Yaml::load_from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let (mut passed, mut total, mut explained) = (0, 0, 0);
    for document in &documents {
        let zone = Suite::read(&document["zonedata"]);
        for case in cases(&document["tests"]) {
            total += 1;
            explained += usize::from(case.explanation.is_some());
            match case.check(&zone) {
                Ok(()) => passed += 1,
                Err(miss) => writeln!(misses, "{} {}: {miss}", file.display(), case.name).expect("a string"),
            }
        }
    }
    (passed, total, explained)
}

impl Case {
    fn settings() -> Settings {
        Settings::new(b"receiver.example").with_unix_time(1_800_000_000)
    }

    fn identity(&self) -> Identity {
        Identity::mail_from(self.mail_from.as_bytes(), self.helo.as_bytes())
    }

    /// The record at the name that is checked, if there is exactly one.
    fn record(&self, zone: &Suite) -> Option<Text> {
        let name = Name::from_dotted(self.identity().domain()).ok()?;
        let Answer::Found(Data::Txt(texts), _) = zone.answer(&Question::new(name, Kind::Txt)) else {
            return None;
        };
        let mut records = texts.iter().filter(|text| Record::is_spf(text.joined()));
        let record = records.next()?;
        if records.next().is_none() { Some(record.clone()) } else { None }
    }

    fn check(&self, zone: &Suite) -> Result<(), String> {
        let mut log = Log::new();
        let mut check = Check::with_trace(self.identity(), self.host, Self::settings(), &mut log);
        let outcome = run(&mut check, &mut |question: &Question| zone.answer(question));
        drop(check);
        let verdict = outcome.verdict.as_str();
        let said = outcome.explanation.as_ref().map_or("DEFAULT", |explanation| explanation.foreign_text());
        if self.results.first().is_none_or(|first| first != verdict) {
            return Err(format!("{verdict}, wanted {:?}\n{log}", self.results));
        }
        if let Some(wanted) = &self.explanation
            && !wanted.eq_ignore_ascii_case(said)
        {
            return Err(format!("explained by {said:?}, wanted {wanted:?}\n{log}"));
        }
        self.check_ahead(zone, &outcome, &log)
    }

    /// Whatever is asked ahead, and in whatever order answers come, outcome and trace are the same.
    fn check_ahead(&self, zone: &Suite, outcome: &Outcome, log: &Log) -> Result<(), String> {
        for ahead in [Ahead::None, Ahead::Record, Ahead::Nested] {
            for private in [Private::WhenNeeded, Private::Ahead] {
                for newest_first in [false, true] {
                    let mut other = Log::new();
                    let settings = Self::settings().with_ahead(ahead).with_private(private);
                    let mut check = Check::with_trace(self.identity(), self.host, settings, &mut other);
                    let again = in_rounds(&mut check, zone, newest_first);
                    drop(check);
                    if again != *outcome || other != *log {
                        return Err(format!(
                            "{ahead:?} {private:?}: {again:?}\n{other}\nbut {outcome:?}\n{log}"
                        ));
                    }
                }
            }
        }
        Ok(())
    }
}

/// Answers all questions of a round before the next one.
fn in_rounds<I: Inquiry>(inquiry: &mut I, zone: &Suite, newest_first: bool) -> I::Outcome {
    let mut round = Vec::new();
    loop {
        match inquiry.poll() {
            Step::Ask(question) => round.push(question),
            Step::Done(outcome) => return outcome,
            Step::Wait => {
                assert!(!round.is_empty(), "waits for something");
                if newest_first {
                    round.reverse();
                }
                for question in round.drain(..) {
                    inquiry.handle_answer(&question, zone.answer(&question));
                }
            }
        }
    }
}

fn cases(tests: &Yaml<'_>) -> Vec<Case> {
    let tests = tests.as_mapping().expect("tests by name");
    let case = |(name, test): (&Yaml<'_>, &Yaml<'_>)| Case {
        name: text(name),
        helo: text(&test["helo"]),
        host: text(&test["host"]).parse().expect("an address"),
        mail_from: text(&test["mailfrom"]),
        results: match test["result"].as_vec() {
            Some(results) => results.iter().map(text).collect(),
            None => vec![text(&test["result"])],
        },
        explanation: test.as_mapping_get("explanation").map(text),
    };
    tests.iter().map(case).collect()
}

/// A scalar as it was written.
fn text(node: &Yaml<'_>) -> String {
    match node {
        Yaml::Value(Scalar::String(text)) => text.to_string(),
        Yaml::Value(Scalar::Integer(number)) => number.to_string(),
        Yaml::Value(Scalar::FloatingPoint(number)) => number.to_string(),
        Yaml::Value(Scalar::Boolean(truth)) => truth.to_string(),
        Yaml::Value(Scalar::Null) => String::new(),
        other => panic!("a scalar, not {other:?}"),
    }
}

/// The zone data of one scenario. Names that start with `error.` and are absent time out.
struct Suite(Zone);

impl Suite {
    fn read(data: &Yaml<'_>) -> Self {
        let mut zone = Zone::new();
        for (name, entries) in data.as_mapping().expect("zone data by name") {
            let name = self::name(&text(name));
            let entries = entries.as_vec().expect("a list of records");
            let has_txt = entries.iter().any(|entry| entry.as_mapping_get("TXT").is_some());
            for entry in entries {
                let Some(record) = entry.as_mapping() else {
                    let failure = failure(entry);
                    zone.fail(name.clone(), failure);
                    // What is listed behind the word fails, too.
                    break;
                };
                for (kind, value) in record {
                    add(&mut zone, &name, &text(kind), value, has_txt);
                }
                if entry.as_mapping_get("RCODE").is_some() {
                    break;
                }
            }
        }
        Self(zone)
    }

    fn answer(&self, question: &Question) -> Answer {
        let answer = self.0.answer(question);
        let is_error = question.name.labels().next() == Some(b"error");
        if is_error && matches!(answer, Answer::NxDomain(_)) {
            Answer::Failed(Failure::Timeout)
        } else {
            answer
        }
    }
}

fn failure(entry: &Yaml<'_>) -> Failure {
    match text(entry).as_str() {
        "TIMEOUT" => Failure::Timeout,
        "SERVFAIL" => Failure::ServFail,
        "REFUSED" => Failure::Refused,
        other => panic!("unknown word {other}"),
    }
}

fn add(zone: &mut Zone, name: &Name, kind: &str, value: &Yaml<'_>, has_txt: bool) {
    let rdata = match kind {
        "A" => Rdata::A(text(value).parse().expect("an IPv4 address")),
        "AAAA" => Rdata::Aaaa(text(value).parse().expect("an IPv6 address")),
        "PTR" => Rdata::Ptr(self::name(&text(value))),
        "CNAME" => Rdata::Cname(self::name(&text(value))),
        "MX" => {
            let preference = text(&value[0]).parse().expect("a preference");
            Rdata::Mx(Mx { preference, exchange: self::name(&text(&value[1])) })
        }
        "TXT" | "SPF" => {
            let texts = match value.as_vec() {
                Some(strings) => Text::from_strings(strings.iter().map(text)),
                None if text(value) == "NONE" => return,
                None => Text::from_text(text(value)),
            };
            let texts = texts.expect("texts that fit a record");
            if kind == "SPF" && !has_txt {
                zone.insert_one(name, 300, Rdata::Txt(texts.clone()));
            }
            if kind == "TXT" { Rdata::Txt(texts) } else { Rdata::Spf(texts) }
        }
        "RCODE" => {
            let code = text(value).parse().expect("a response code");
            return zone.fail(name.clone(), Failure::Other(code));
        }
        other => panic!("unknown type {other}"),
    };
    zone.insert_one(name, 300, rdata);
}

fn name(text: &str) -> Name {
    if text.is_empty() { Name::root() } else { Name::from_dotted(text.as_bytes()).expect("a name") }
}

/// The reader itself: several results, words for failures, records that stand for others.
#[test]
fn the_reader_knows_the_conventions_of_the_suites() {
    let yaml = "a.example: [{SPF: v=spf1 -all}, TIMEOUT, {A: 192.0.2.1}]\nb.example: [{SPF: x}, {TXT: NONE}, {RCODE: 9}]";
    let documents = Yaml::load_from_str(yaml).expect("YAML");
    let zone = Suite::read(&documents[0]);
    let ask = |text: &str, kind: Kind| zone.answer(&Question::new(name(text), kind));
    assert!(matches!(ask("a.example", Kind::Txt), Answer::Found(..)));
    assert_eq!(ask("a.example", Kind::A), Answer::Failed(Failure::Timeout));
    assert_eq!(ask("b.example", Kind::Txt), Answer::Failed(Failure::Other(9)));
    assert_eq!(ask("error.example", Kind::Txt), Answer::Failed(Failure::Timeout));
    assert_eq!(ask("c.example", Kind::Txt), Answer::NxDomain(About::new(0)));
}
