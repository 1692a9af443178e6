//! What `policy` and `hygiene` store by serde: a form that is read back, and that no release changes unseen.

use std::fmt::Debug;

use mailwright::hygiene::{
    AddressKey, Block, Consent, DomainCounts, Event, Happened, Key, Provenance, Record, Rules, Scope, apply,
};
use mailwright::policy::connection::Entry as Blocked;
use mailwright::policy::greylist::{self, Client, Digest, Entry, Params, Record as Grey};
use mailwright::policy::{
    DomainKind, Flag, Flags, Lookup, Note, Origin, Reason, Source, Verdict, Why, connection,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Written so, and read back as it was.
#[track_caller]
fn stored<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, form: &str) {
    assert_eq!(serde_json::to_string(value).expect("it can be stored"), form);
    assert_eq!(&serde_json::from_str::<T>(form).expect("it can be read"), value);
}

#[test]
fn a_decision_of_the_policy() {
    stored(
        &Note::from(Reason::UserUnknown).with_flag(Flag::RdnsNone).with_flag(Flag::Role).decide(),
        r#"{"verdict":{"reject":{"reason":"user-unknown","softened":false,"wait":0}},"flags":["rdns-none","role"]}"#,
    );
    stored(
        &Verdict::Tempfail(Why::from(Reason::Greylisted).with_wait(180)),
        r#"{"tempfail":{"reason":"greylisted","softened":false,"wait":180}}"#,
    );
    stored(&Verdict::Accept, r#""accept""#);
    stored(&Flags::NONE, "[]");
    stored(&Lookup::Is(DomainKind::BackupMx), r#"{"is":"backup-mx"}"#);
    stored(&Lookup::<bool>::Unavailable, r#""unavailable""#);
    stored(&Origin::ALL.to_vec(), r#"["internet","trusted-net","authenticated","local"]"#);
    for unknown in [r#""surely""#, r#"{"reject":{"reason":"no-such-reason","softened":false,"wait":0}}"#, "7"]
    {
        assert!(serde_json::from_str::<Verdict>(unknown).is_err(), "{unknown}");
    }
}

/// As they are stored: a new one is added here, an old one never leaves.
const WORDS: [&str; 3] = [
    "exempted helo-missing helo-hostile helo-syntax helo-unqualified helo-bare-ip helo-literal \
     helo-literal-mismatch helo-our-name helo-our-domain helo-our-address helo-localhost helo-special-use \
     helo-no-forward helo-forward-mismatch helo-forward-match helo-unknown helo-rdns-mismatch helo-related \
     helo-dynamic helo-provider helo-spf-fail helo-spf-pass helo-changed rdns-pass rdns-fail rdns-none \
     rdns-unknown rdns-near name-dynamic name-generic name-static listed listed-lightly welcome list-unknown \
     early-talk not-smtp null-sender own-sender sender-unreachable sender-unknown spf-pass spf-fail \
     spf-softfail spf-error role path-characters route-inside at-inside null-sender-many bad-tag catch-all \
     waits grey-known long-line bare-newline bad-header dmarc-fail quarantine spam login-shared",
    "protocol rate relay submission blocklist dnsbl helo rdns spf sender recipient loop dmarc content store \
     greylist helo-address",
    "too-many-connections too-fast blocked listed reverse-missing reverse-unknown early-talk not-smtp \
     helo-missing helo-hostile helo-syntax helo-unqualified helo-bare-ip helo-literal helo-our-name \
     helo-our-domain helo-our-address helo-localhost helo-special-use helo-no-forward helo-unknown \
     helo-dynamic helo-provider helo-spf helo-mismatch relay-denied domains-unavailable recipient-syntax \
     recipient-not-ascii sender-syntax sender-form sender-not-ascii too-big no-room body-not-offered \
     tls-required auth-required require-tls-in-clear require-tls-onward sender-unreachable sender-unknown \
     sender-null-mx sender-private own-sender sender-blocked sender-too-fast spf-fail spf-temporary \
     spf-broken user-unknown user-disabled user-moved mailbox-full mailbox-long-full user-lookup-down \
     store-down store-full roster-missing roster-stale recipient-null-mx recipient-no-domain notice-for-many \
     never-sends bad-tag too-many-recipients too-many-unknown blocked-by-user not-member greylisted \
     no-recipients long-line bare-newline looping bad-header dmarc-reject dmarc-unauthenticated \
     dmarc-temporary dkim-none dkim-unacceptable dkim-not-author spam virus scanner-down store-failed \
     auth-too-weak auth-in-clear bad-credentials auth-not-now auth-failures auth-out-of-turn sender-not-yours \
     grants-unavailable user-too-fast user-guesses",
];

/// The words of every flag, reason and source in a row: none of them may change.
#[test]
fn the_words_of_the_policy() {
    let words = |json: String| -> Vec<String> { serde_json::from_str(&json).expect("words") };
    let flags = words(serde_json::to_string(Flag::ALL).expect("flags"));
    for (flag, word) in Flag::ALL.iter().zip(&flags) {
        assert_eq!(flag.as_str(), word, "the log and the store use one word");
    }
    let sources = words(serde_json::to_string(Source::ALL).expect("sources"));
    for (source, word) in Source::ALL.iter().zip(&sources) {
        assert_eq!(source.as_str(), word);
    }
    let reasons = words(serde_json::to_string(Reason::ALL).expect("reasons"));
    assert_eq!([flags.join(" "), sources.join(" "), reasons.join(" ")], WORDS);
}

#[test]
fn a_greylist_and_a_block_list() {
    let params = Params::default();
    let first = greylist::decide(None, None, 1_795_608_000, &params);
    let second = greylist::decide(Some(first.entry), None, 1_795_608_200, &params);
    stored::<Entry>(
        &second.entry,
        r#"{"first":1795608000,"last":1795608200,"passes":1,"tries":1,"version":1}"#,
    );
    let client = second.client.expect("it proved itself");
    stored::<Client>(&client, r#"{"last":1795608200,"passed":1,"version":1}"#);
    stored(
        &Grey::Triplet(first.entry),
        r#"{"triplet":{"first":1795608000,"last":1795608000,"passes":0,"tries":1,"version":1}}"#,
    );
    stored(&Grey::Client(client), r#"{"client":{"last":1795608200,"passed":1,"version":1}}"#);
    stored(&Digest([7; 16]), "[7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7]");
    // What a later version stored is read, and counts as a first sight.
    let later: Entry = serde_json::from_str(r#"{"first":1,"last":2,"passes":9,"tries":9,"version":2}"#)
        .expect("a later version");
    let seen = greylist::decide(Some(later), None, 1_795_608_000, &params);
    assert_eq!(seen.note.why().map(Why::wait), Some(180));
    stored::<Blocked>(
        &connection::Entry::new("spam", "postmaster").with_expiry(7),
        r#"{"reason":"spam","by":"postmaster","expires":7}"#,
    );
}

#[test]
fn a_record_of_hygiene() {
    let address: AddressKey = "ann@example.net".parse().expect("an address");
    let key = Key::mailbox(address, Scope::All);
    let event = |happened, at| Event::new(happened, at).with_id(9);
    let one = event(Happened::Complained, 1_790_000_000);
    let record =
        apply(&key, None, &one, &Rules::default(), DomainCounts::default()).record.expect("a record");
    let record = record.with_block(Block::new(mailwright::hygiene::Reason::Gone, 5, Some(6)));
    stored(
        &record,
        r#"{"version":1,"bounced":{"reason":"gone","cause":null,"since":5,"until":6},"complained":1790000000,"ids":[9]}"#,
    );
    let newer = r#"{"version":2}"#;
    assert!(serde_json::from_str::<Record>(newer).is_err(), "a later version is not misread");
    let odd = r#"{"version":1,"days":[3,2]}"#;
    assert!(serde_json::from_str::<Record>(odd).is_err(), "what no events make is no record");
    stored(&Consent::new(Provenance::DoubleOptIn, 7), r#"{"provenance":"double_opt_in","at":7}"#);
}
