//! Where mail for postmaster ends, over every kind of alias table.

#![expect(clippy::unwrap_used, reason = "a test")]

use mailwright_address::DomainRef;
use mailwright_policy::alias::{End, Entry, Target, follow};
use mailwright_policy::{DomainKind, Domains, Lookup};
use proptest::prelude::*;

type Table<'a> = &'a [(&'a str, &'a [&'a str])];

fn ends(table: Table<'_>) -> Target {
    let domains = Domains::new().with_local("example.org").unwrap();
    follow("postmaster", &domains, |name| {
        let found = table.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        Lookup::Is(match found {
            None => Entry::Unknown,
            Some((_, ["mailbox"])) => Entry::Mailbox,
            Some((_, ["/dev/null"])) => Entry::Discard,
            Some((_, targets)) => Entry::Alias(targets.iter().map(ToString::to_string).collect()),
        })
    })
}

#[track_caller]
fn check(table: Table<'_>, end: End, way: &str) {
    let target = ends(table);
    assert_eq!((target.end, target.to_string().as_str()), (end, way));
}

#[test]
fn advice_s068_a_chain_ends_in_a_mailbox_that_is_read() {
    check(&[("postmaster", &["mailbox"])], End::Read, "postmaster: read");
    let chain: Table<'_> =
        &[("postmaster", &["root"]), ("root", &["ann@EXAMPLE.org"]), ("ann", &["mailbox"])];
    check(chain, End::Read, "postmaster -> root -> ann: read");
    let many: Table<'_> = &[("postmaster", &["gone", "x@elsewhere.example", "ann"]), ("ann", &["mailbox"])];
    check(many, End::Read, "postmaster -> ann: read");
}

#[test]
fn advice_s068_what_reaches_nobody_is_a_failure() {
    check(&[], End::Refused, "postmaster: refused");
    check(&[("postmaster", &["nobody"])], End::Refused, "postmaster -> nobody: refused");
    check(&[("postmaster", &["/dev/null"])], End::Discarded, "postmaster: thrown away");
    check(&[("postmaster", &[])], End::Discarded, "postmaster: thrown away");
    let looped: Table<'_> = &[("postmaster", &["root"]), ("root", &["Postmaster@example.org"])];
    check(looped, End::Loop, "postmaster -> root -> Postmaster: a loop");
    for end in [End::Refused, End::Discarded, End::Loop, End::TooDeep] {
        assert!(end.is_failure() && !end.advice().is_empty());
    }
}

#[test]
fn advice_s068_a_target_off_site_is_warned_about() {
    let off: Table<'_> = &[("postmaster", &["ann@elsewhere.example"])];
    check(off, End::Elsewhere, "postmaster -> ann@elsewhere.example: read elsewhere");
    assert!(!End::Elsewhere.is_failure() && End::Elsewhere.advice().contains("DMARC"));
}

#[test]
fn advice_s068_ten_aliases_are_followed_and_no_more() {
    let names: Vec<String> = (0..12).map(|n| format!("a{n}")).collect();
    let chain = |length: usize| {
        let domains = Domains::new();
        follow("a0", &domains, |name| {
            let at = names.iter().position(|known| known == name).unwrap();
            Lookup::Is(if at + 1 == length {
                Entry::Mailbox
            } else {
                Entry::Alias(vec![names[at + 1].clone()])
            })
        })
    };
    assert_eq!(chain(10).end, End::Read);
    assert_eq!(chain(11).end, End::TooDeep);
}

#[test]
fn a_table_that_is_down_is_no_failure() {
    let domains = Domains::new().with_local("example.org").unwrap();
    let target = follow("postmaster", &domains, |_| Lookup::Unavailable);
    assert!(target.end == End::Unavailable && !target.end.is_failure());
    let down = |_: DomainRef<'_>| Lookup::<DomainKind>::Unavailable;
    let target = follow("postmaster", &down, |_| Lookup::Is(Entry::Alias(vec!["ann@example.org".into()])));
    assert_eq!(target.end, End::Unavailable);
}

proptest! {
    #[test]
    fn any_table_ends(table in prop::collection::vec(prop::collection::vec(0..12_usize, 0..40), 12)) {
        let domains = Domains::new();
        let target = follow("0", &domains, |name| {
            let targets = name.parse().ok().and_then(|at: usize| table.get(at));
            Lookup::Is(targets.map_or(Entry::Mailbox, |targets| {
                Entry::Alias(targets.iter().map(ToString::to_string).collect())
            }))
        });
        prop_assert!(target.way.len() <= 12);
        prop_assert_eq!(target.way.first().map(String::as_str), Some("0"));
    }
}
