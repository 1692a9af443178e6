//! The house keeps its own laws: arrows, papers, sizes, promises.
//!
//! Every test here reads manifests and sources, so that a law that somebody breaks is named by a test and not by a
//! reader.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::semver::Version;
use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, Package};

/// Which rooms a room may name. A room that is not in this table may not exist.
const ARROWS: &[(&str, &[&str])] = &[
    ("address", &[]),
    ("reply", &[]),
    ("dns", &[]),
    ("smtp", &["address", "reply"]),
    ("spf", &["address", "dns"]),
    ("message", &["address"]),
    ("retry", &["reply"]),
    ("bounce", &["address", "reply", "message"]),
    ("hygiene", &["address", "reply"]),
    ("policy", &["address", "reply", "dns", "spf", "message", "bounce"]),
    ("audit", &["address", "reply", "dns", "spf", "policy", "message", "smtp"]),
    ("tokio", EVERY_ROOM),
    ("mailwright", EVERY_ROOM),
];

const EVERY_ROOM: &[&str] = &[
    "address", "reply", "dns", "smtp", "spf", "message", "retry", "bounce", "hygiene", "policy", "audit",
    "tokio",
];

/// What may stand at the top, besides dot files and what `.gitignore` names.
const TOP: &[&str] = &[
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "SECURITY.md",
    "benches",
    "crates",
    "examples",
    "fuzz",
    "target",
    "tests",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the workspace").to_path_buf()
}

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .expect("the workspace can be read offline")
}

/// `mailwright-smtp` is the room `smtp`; the door is `mailwright`.
fn room(package: &str) -> Option<&str> {
    if package == "mailwright" { Some(package) } else { package.strip_prefix("mailwright-") }
}

fn published(metadata: &Metadata) -> Vec<&Package> {
    metadata.workspace_packages().into_iter().filter(|p| p.publish.is_none()).collect()
}

/// Every `.rs` file below a folder of the repository.
fn sources(below: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(below)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

#[test]
fn every_arrow_between_rooms_is_in_the_table() {
    let metadata = metadata();
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut broken = Vec::new();
    for package in published(&metadata) {
        let name = package.name.as_str();
        let from = room(name).expect("every published crate is a room or the door");
        let Some(may_name) = allowed.get(from) else {
            broken.push(format!("{name}: no such room in the plan"));
            continue;
        };
        for dependency in &package.dependencies {
            let Some(to) = room(&dependency.name) else { continue };
            if !may_name.contains(&to) {
                broken.push(format!("{from} -> {to} ({:?})", dependency.kind));
            }
        }
    }
    assert!(broken.is_empty(), "arrows that the plan does not allow:\n{}", broken.join("\n"));
}

#[test]
fn a_published_crate_tests_itself_with_proptest_and_nothing_heavier() {
    let metadata = metadata();
    for package in published(&metadata) {
        for dependency in package.dependencies.iter().filter(|d| d.kind == DependencyKind::Development) {
            // `bytes` stands in the faces of the rooms, so the examples of the docs name it; a room below may be
            // wanted with a feature more, for the same reason.
            let light =
                ["proptest", "bytes"].contains(&dependency.name.as_str()) || room(&dependency.name).is_some();
            assert!(light, "{} has a development dependency too many", package.name);
        }
    }
}

#[test]
fn the_front_of_the_house_is_clean() {
    for entry in fs::read_dir(root()).expect("the root can be read") {
        let name = entry.expect("a readable entry").file_name().into_string().expect("a UTF-8 name");
        assert!(name.starts_with('.') || TOP.contains(&name.as_str()), "{name} does not belong at the top");
    }
}

#[test]
fn every_room_has_its_papers_and_its_door() {
    let metadata = metadata();
    let door = read(root().join("crates/mailwright/Cargo.toml"));
    let table = read(root().join("README.md"));
    for package in published(&metadata) {
        let folder = package.manifest_path.parent().expect("a manifest lies in a folder").as_std_path();
        let name = package.name.as_str();
        let from = room(name).expect("a room");
        assert_eq!(
            folder.file_name().and_then(|n| n.to_str()),
            Some(from),
            "a folder is named by its room's noun"
        );
        assert!(
            read(folder.join("README.md")).starts_with(&format!("# {name}\n")),
            "{name}: README opens with its name"
        );
        let changes = read(folder.join("CHANGELOG.md"));
        assert!(
            changes.starts_with(&format!("# Changelog of `{name}`\n")) && changes.contains("## "),
            "{name}"
        );
        assert!(read(folder.join("src/lib.rs")).starts_with("#![doc = include_str!(\"../README.md\")]"));
        assert!(table.contains(&format!("crates/{from}")), "{name} is missing in the table of README.md");
        if from != "mailwright" {
            assert!(door.contains(&format!("\n{from} = [")), "the door has no feature {from}");
        }
        assert!(
            package.description.is_some() && package.license.as_deref() == Some("MIT OR Apache-2.0"),
            "{name}"
        );
        assert!(
            package.features.len() <= 5 || from == "mailwright",
            "{name}: at most four features and `default`"
        );
    }
}

#[test]
fn every_manifest_takes_the_lints_of_the_workspace() {
    for package in published(&metadata()) {
        let manifest = read(&package.manifest_path);
        assert!(manifest.contains("[lints]\nworkspace = true"), "{}", package.name);
    }
    assert!(read(root().join("Cargo.toml")).contains("unsafe_code = \"forbid\""));
}

#[test]
fn one_minimum_rust_version_is_promised_everywhere() {
    let metadata = metadata();
    let version = metadata.workspace_packages()[0].rust_version.clone().expect("the workspace names one");
    for package in metadata.workspace_packages() {
        assert_eq!(package.rust_version.as_ref(), Some(&version), "{}", package.name);
    }
    let short = format!("{}.{}", version.major, version.minor);
    assert!(
        read(root().join("README.md")).contains(&format!("Rust {short}")),
        "README.md quotes Rust {short}"
    );
}

/// No newer than what the crates below ask for, and no older.
#[test]
fn the_minimum_rust_version_is_what_the_dependencies_allow() {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .features(CargoOpt::AllFeatures)
        .other_options([
            "--offline".to_owned(),
            "--locked".to_owned(),
            "--filter-platform=x86_64-unknown-linux-gnu".to_owned(),
        ])
        .exec()
        .expect("the locked dependencies are at hand, since this test was built with them");
    let graph = metadata.resolve.as_ref().expect("a resolved graph");
    let mut below: Vec<_> = published(&metadata).iter().map(|p| p.id.clone()).collect();
    let mut seen = BTreeSet::new();
    let mut lowest = Version::new(1, 85, 0); // the edition
    while let Some(id) = below.pop() {
        if !seen.insert(id.clone()) {
            continue;
        }
        let package = &metadata[&id];
        if let Some(asked) = package.rust_version.as_ref().filter(|_| package.source.is_some()) {
            lowest = lowest.max(asked.clone());
        }
        let node = graph.nodes.iter().find(|n| n.id == id).expect("each package has a node");
        let needed =
            node.deps.iter().filter(|d| d.dep_kinds.iter().any(|k| k.kind != DependencyKind::Development));
        below.extend(needed.map(|d| d.pkg.clone()));
    }
    let promised = metadata.workspace_packages()[0].rust_version.clone().expect("the workspace names one");
    assert_eq!((promised.major, promised.minor), (lowest.major, lowest.minor));
}

#[test]
fn a_file_that_grows_past_comfort_is_split() {
    let mut long = Vec::new();
    for path in ["crates", "examples", "benches", "tests", "fuzz"].iter().flat_map(|below| sources(below)) {
        let lines = read(&path).lines().count();
        if lines > 600 {
            long.push(format!("{lines} {}", path.strip_prefix(root()).expect("below the root").display()));
        }
    }
    assert!(long.is_empty(), "files above 600 lines hold two ideas:\n{}", long.join("\n"));
}

#[test]
fn every_file_of_a_room_opens_with_what_it_is_for() {
    for path in sources("crates").into_iter().filter(|p| p.components().any(|c| c.as_os_str() == "src")) {
        let text = read(&path);
        assert!(text.starts_with("//! ") || text.starts_with("#![doc"), "{} has no header", path.display());
    }
}

#[test]
fn every_example_bench_test_and_fuzz_file_is_registered() {
    for (folder, kind) in [("examples", "example"), ("benches", "bench"), ("tests", "test"), ("fuzz", "bin")]
    {
        let manifest = read(root().join(folder).join("Cargo.toml"));
        let begin = format!("[[{kind}]]\nname = \"");
        let names: Vec<&str> =
            manifest.split(&begin).skip(1).filter_map(|entry| entry.split('"').next()).collect();
        assert!(
            !names.is_empty() && names.is_sorted(),
            "{folder}: each [[{kind}]] stands in the order of names"
        );
        for entry in fs::read_dir(root().join(folder)).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            let Some(name) = path.file_name().and_then(|n| n.to_str()) else { continue };
            if path.extension().is_none_or(|e| e != "rs") {
                continue;
            }
            if manifest.contains(&format!("[lib]\npath = \"{name}\"")) || name == "build.rs" {
                continue;
            }
            assert!(manifest.contains(&format!("path = \"{name}\"")), "{folder}/{name} is no [[{kind}]]");
        }
    }
}

/// A row of `crates/README.md` names a file and a test in it.
#[test]
fn every_invariant_of_the_plan_has_the_check_that_it_names() {
    let plan = read(root().join("crates/README.md"));
    let mut checks = 0;
    for row in plan.lines().filter(|row| row.starts_with("| ") && row.contains(".rs` `")) {
        let names: Vec<&str> = row.split('`').collect();
        let [.., file, _, test, _] = names[..] else { panic!("a row without its check: {row}") };
        assert!(read(root().join(file)).contains(&format!("fn {test}(")), "{file} has no {test}");
        checks += 1;
    }
    assert!(checks > 20, "the table of invariants was not read: {checks} rows");
}

/// `RFC 5321 §4.5.3.1` and nothing looser: a reader can search for it.
#[test]
fn rfc_sections_are_cited_in_one_form() {
    let mut loose = Vec::new();
    for path in sources("crates") {
        for (number, line) in read(&path).lines().enumerate() {
            let wrong =
                ["rfc5321", "RFC5321", "RFC-5321", " section 4.", " Section 4.", " sec. ", "RFC 5321,"]
                    .iter()
                    .any(|form| line.contains(form));
            if wrong && line.trim_start().starts_with("//") {
                loose.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    assert!(loose.is_empty(), "cite as `RFC 5321 §4.1.1`:\n{}", loose.join("\n"));
}
