//! Links that only the reader of an address can send back.
#![cfg(feature = "tokens")]
#![expect(clippy::string_slice, clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

extern crate alloc;

use alloc::collections::BTreeMap;
use core::time::Duration;

use mailwright_hygiene::opt_in::{
    Asked, Click, ConfirmError, Evidence, Link, Request, RequestError, Rules, State, confirm, request,
};
use mailwright_hygiene::unsubscribe::{self, BaseError, Wish};
use mailwright_hygiene::{
    AddressKey, Claim, Consent, Fold, Provenance, Purpose, SecretError, Secrets, TokenError,
};

const DAY: u64 = 86_400;
const NOW: u64 = 1_790_000_000;

fn secrets() -> Secrets {
    Secrets::new(1, b"thirty-two octets of a random source").unwrap()
}

fn ann() -> AddressKey {
    "ann@example.net".parse().unwrap()
}

fn who(at: u64) -> Evidence {
    Evidence { ip: [192, 0, 2, 7].into(), at, form: "2026-11".to_owned() }
}

fn ask(
    address: &AddressKey,
    list: &str,
    at: u64,
    asked: Option<Asked>,
    nonce: u64,
) -> Result<Link, RequestError> {
    request(address, list, who(at), asked, nonce, &secrets(), &Rules::default())
}

fn press(request: &Request, token: &str, at: u64) -> Result<Request, ConfirmError> {
    confirm(request, token, Click::Post, who(at), &secrets(), &Rules::default())
}

#[test]
fn advice_s091_a_request_is_confirmed_by_a_post_and_keeps_its_evidence() {
    let link = ask(&ann(), "news", NOW, None, 42).unwrap();
    assert_eq!(link.request.state, State::Requested);
    assert_eq!(link.request.consent(), None);
    let confirmed = press(&link.request, &link.token, NOW + 600).unwrap();
    assert_eq!(confirmed.state, State::Confirmed(who(NOW + 600)));
    let consent = confirmed.consent().unwrap();
    assert_eq!((consent.provenance(), consent.at()), (Provenance::DoubleOptIn, NOW + 600));
    assert_eq!(confirmed.evidence, who(NOW));
    // Again, even long after: the same record.
    assert_eq!(press(&confirmed, &link.token, NOW + 900 * DAY), Ok(confirmed));
}

#[test]
fn advice_s091_looking_at_the_link_confirms_nothing() {
    let link = ask(&ann(), "news", NOW, None, 42).unwrap();
    let looked = confirm(&link.request, &link.token, Click::Get, who(NOW + 1), &secrets(), &Rules::default());
    assert_eq!(looked, Err(ConfirmError::OnlyLooked));
}

#[test]
fn advice_s091_a_token_for_another_address_list_or_request_is_refused() {
    let link = ask(&ann(), "news", NOW, None, 42).unwrap();
    let press_with = |token: &str| press(&link.request, token, NOW + 600).unwrap_err();
    let bob = ask(&"bob@example.net".parse().unwrap(), "news", NOW, None, 42).unwrap();
    assert_eq!(press_with(&bob.token), ConfirmError::OtherAddress);
    let offers = ask(&ann(), "offers", NOW, None, 42).unwrap();
    assert_eq!(press_with(&offers.token), ConfirmError::OtherList);
    let older = ask(&ann(), "news", NOW, None, 41).unwrap();
    assert_eq!(press_with(&older.token), ConfirmError::Replaced);
    let leave = unsubscribe::token(&ann(), "news", NOW, &secrets()).unwrap();
    assert_eq!(press_with(&leave), ConfirmError::Token(TokenError::OtherPurpose));
}

#[test]
fn advice_s091_a_link_runs_out_and_can_be_taken_back() {
    let link = ask(&ann(), "news", NOW, None, 42).unwrap();
    assert!(press(&link.request, &link.token, NOW + 7 * DAY).is_ok());
    assert_eq!(press(&link.request, &link.token, NOW + 7 * DAY + 1), Err(ConfirmError::Expired));
    assert!(link.request.is_expired(NOW + 8 * DAY, &Rules::default()));
    let gone = link.request.clone().cancelled(NOW + 1);
    assert_eq!(press(&gone, &link.token, NOW + 600), Err(ConfirmError::Cancelled));
    let short = Rules::default().with_valid(Duration::from_secs(60));
    let late = confirm(&link.request, &link.token, Click::Post, who(NOW + 61), &secrets(), &short);
    assert_eq!(late, Err(ConfirmError::Expired));
}

#[test]
fn advice_s091_a_victim_is_asked_once_a_day_and_three_times_ever_over_all_lists() {
    let first = ask(&ann(), "news", NOW, None, 1).unwrap().asked;
    let soon = ask(&ann(), "offers", NOW + DAY - 1, Some(first), 2);
    assert_eq!(soon, Err(RequestError::TooMany { until: Some(NOW + DAY) }));
    let second = ask(&ann(), "offers", NOW + DAY, Some(first), 2).unwrap().asked;
    let third = ask(&ann(), "art", NOW + 2 * DAY, Some(second), 3).unwrap().asked;
    let fourth = ask(&ann(), "art", NOW + 400 * DAY, Some(third), 4);
    assert_eq!(fourth, Err(RequestError::TooMany { until: None }));
    // A clock that goes back lets nobody through.
    assert!(ask(&ann(), "art", NOW - DAY, Some(first), 2).is_err());
}

#[test]
fn advice_s091_the_token_is_128_bits_in_the_letters_of_links() {
    let link = ask(&ann(), "news", NOW, None, 42).unwrap();
    assert!(link.token.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-_".contains(&octet)));
    assert_eq!(link.url("https://a.example/c"), format!("https://a.example/c?t={}", link.token));
    assert_eq!(link.url("https://a.example/c?l=1"), format!("https://a.example/c?l=1&t={}", link.token));
    // Every octet is signed: any other letter is refused, and nothing panics.
    for at in 0..link.token.len() {
        let mut letters = link.token.clone().into_bytes();
        letters[at] = if letters[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(letters).unwrap();
        assert!(secrets().open(Purpose::Confirm, &changed).is_err(), "octet {at}");
        assert!(secrets().open(Purpose::Confirm, &link.token[..at]).is_err(), "cut at {at}");
    }
}

/// The longest claim there can be fits a token, and whatever is longer, cut or mixed up is none.
#[test]
fn a_token_is_bounded_and_no_piece_of_one_is_one() {
    let label = "d".repeat(61);
    let address = format!("{}@{label}.{label}.{label}.example", "a".repeat(60));
    let claim = Claim::new(&address.parse().unwrap(), &"l".repeat(64), u64::MAX, u64::MAX).unwrap();
    let token = secrets().sign(Purpose::Confirm, &claim);
    assert_eq!(secrets().open(Purpose::Confirm, &token), Ok(claim));
    for odd in [
        String::new(),
        "A".repeat(1 << 20),
        format!("{token}A"),
        format!("{token}{token}"),
        format!("{token}="),
    ] {
        assert!(secrets().open(Purpose::Confirm, &odd).is_err(), "{} octets", odd.len());
    }
    for odd in [" ", "\0", "\u{e4}", "\r\n"] {
        assert!(secrets().open(Purpose::Confirm, &format!("{token}{odd}")).is_err());
        assert!(secrets().open(Purpose::Confirm, &format!("{odd}{token}")).is_err());
    }
}

#[test]
fn secrets_are_changed_without_breaking_links() {
    let claim = Claim::new(&ann(), "news", NOW, 7).unwrap();
    let token = secrets().sign(Purpose::Unsubscribe, &claim);
    let newer = Secrets::new(2, &[7; 32]).unwrap();
    assert_eq!(newer.open(Purpose::Unsubscribe, &token), Err(TokenError::UnknownSecret));
    let both = newer.with_older(1, b"thirty-two octets of a random source").unwrap();
    assert_eq!(both.open(Purpose::Unsubscribe, &token), Ok(claim));
    let stolen = Secrets::new(1, &[9; 32]).unwrap();
    assert_eq!(stolen.open(Purpose::Unsubscribe, &token), Err(TokenError::Forged));
    assert_eq!(Secrets::new(1, b"short").unwrap_err(), SecretError::Short(5));
    assert_eq!(secrets().with_older(1, &[0; 16]).unwrap_err(), SecretError::SameNumber(1));
    assert!(!format!("{:?}", secrets()).contains("random"));
}

#[test]
fn a_token_is_the_same_in_every_release() {
    let claim = Claim::new(&ann(), "news", NOW, 7).unwrap();
    let token = Secrets::new(1, &[1; 32]).unwrap().sign(Purpose::Confirm, &claim);
    // Computed apart, with HMAC-SHA256 of another language.
    assert_eq!(token, "AWMBAAAAAGqxO4AAAAAAAAAABwAPYW5uQGV4YW1wbGUubmV0bmV3c2TTMFVtYI9odEU2cJ9j2eE");
}

#[test]
fn one_click_leaves_only_by_a_post_with_the_right_body() {
    let token = unsubscribe::token(&ann(), "news", NOW, &secrets()).unwrap();
    let read = |click, body: &[u8]| unsubscribe::read(&token, click, body, &secrets()).unwrap();
    let leaves =
        |wish: Wish| matches!(wish, Wish::Leave(claim) if claim.address == ann() && claim.list == "news");
    assert!(leaves(read(Click::Post, b"List-Unsubscribe=One-Click")));
    assert!(leaves(read(Click::Post, b"x=1&List-Unsubscribe=One-Click\r\n")));
    let form =
        b"--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
    assert!(leaves(read(Click::Post, form)));
    assert!(!leaves(read(Click::Get, b"List-Unsubscribe=One-Click")));
    for body in ["", "List-Unsubscribe=No", "One-Click", "XList-Unsubscribe=One-Click"] {
        assert!(!leaves(read(Click::Post, body.as_bytes())), "{body}");
    }
    assert!(unsubscribe::read("nonsense", Click::Post, b"", &secrets()).is_err());
}

#[test]
fn one_click_links_are_https_and_end_no_line() {
    let fields = |base| unsubscribe::fields(base, "abc").map(|fields| fields.list_unsubscribe);
    assert_eq!(fields("https://a.example/l"), Ok("<https://a.example/l?t=abc>".to_owned()));
    assert_eq!(fields("http://a.example/l"), Err(BaseError::NotHttps));
    assert_eq!(fields("mailto:a@a.example"), Err(BaseError::NotHttps));
    assert_eq!(fields("https://a.example/\r\nBcc: x"), Err(BaseError::Octet(18)));
    assert_eq!(fields("https://a.example/>,<"), Err(BaseError::Octet(18)));
    assert_eq!(fields("https://é.example/"), Err(BaseError::Octet(8)));
}

#[test]
fn a_list_without_a_name_asks_nobody() {
    for list in ["", "a\nb", &"x".repeat(65)] {
        let refused = ask(&ann(), list, NOW, None, 1);
        assert!(matches!(refused, Err(RequestError::ListName(_))), "{list:?}");
    }
}

/// One address, written in many ways, is one victim.
#[test]
fn advice_s091_other_spellings_of_an_address_are_asked_once() {
    let mut asked = BTreeMap::new();
    let mut mails = 0;
    for victim in [
        "ann.lee@example.net",
        "Ann.Lee@example.net",
        "ANNLEE@EXAMPLE.NET",
        "annlee+1@example.net",
        "a.n.n.lee+x@example.net",
    ] {
        let address: AddressKey = victim.parse().unwrap();
        let guard = address.folded(Fold::ALL);
        if let Ok(link) = ask(&address, "news", NOW, asked.get(&guard).copied(), 1) {
            mails += 1;
            // The mail itself goes to the address as it was written.
            assert_eq!(link.request.address, address);
            asked.insert(guard, link.asked);
        }
    }
    assert_eq!(mails, 1);
}

#[test]
fn records_of_an_opt_in_have_a_binary_form_with_a_version() {
    let link = ask(&"\"a b\"@example.net".parse().unwrap(), "news \u{e9}", NOW, None, u64::MAX).unwrap();
    let evidence = Evidence { ip: "2001:db8::1".parse().unwrap(), at: u64::MAX, form: "\0\n".to_owned() };
    let confirmed = confirm(
        &link.request,
        &link.token,
        Click::Post,
        Evidence { at: NOW, ..evidence },
        &secrets(),
        &Rules::default(),
    );
    let records = [link.request.clone(), confirmed.unwrap(), link.request.clone().cancelled(u64::MAX)];
    for record in records {
        let octets = record.to_bytes();
        assert_eq!(Request::from_bytes(&octets).as_ref(), Ok(&record));
        for cut in 0..octets.len() {
            assert!(Request::from_bytes(&octets[..cut]).is_err(), "{cut}");
        }
        assert!(Request::from_bytes(&[&octets[..], &[0]].concat()).is_err());
        assert!(Request::from_bytes(&[&[2], &octets[1..]].concat()).is_err());
        // A length that runs beyond the octets.
        let mut long = octets.clone();
        long[9..13].copy_from_slice(&[255; 4]);
        assert!(Request::from_bytes(&long).is_err());
    }
    assert_eq!(Asked::from_bytes(&link.asked.to_bytes()), Ok(link.asked));
    for provenance in Provenance::ALL {
        let consent = Consent::new(*provenance, u64::MAX);
        assert_eq!(Consent::from_bytes(&consent.to_bytes()), Ok(consent));
    }
    for wrong in [&[][..], &[1], &[2, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[1, 8, 0, 0, 0, 0, 0, 0, 0, 0], &[1; 11]] {
        assert!(Consent::from_bytes(wrong).is_err(), "{wrong:?}");
    }
    assert!(Asked::from_bytes(&[1; 9]).is_err() && Asked::from_bytes(&[0; 10]).is_err());
}
