//! The relay table over origins, destinations and every form of a recipient.

#![expect(clippy::unwrap_used, reason = "a test")]

use mailwright_address::{DomainRef, Utf8};
use mailwright_policy::relay::{self, Destination, Doubt, Listener, NetworkFinding, TrustedNetworks};
use mailwright_policy::{DomainKind, Domains, Flag, Lookup, Network, Origin, Own};
use proptest::prelude::*;

fn own() -> Own {
    Own::new().with_name("mx.example.org").unwrap().with_address("198.51.100.1".parse().unwrap())
}

fn domains() -> Domains {
    Domains::new().with_local("example.org").unwrap().with_backup("backup.example").unwrap()
}

/// What is said to a recipient: the code of a refusal, or where its mail goes.
fn said(origin: Origin, path: &[u8], utf8: Utf8, own: &Own) -> String {
    let path = match relay::read(path, utf8) {
        Ok(path) => path,
        Err(reason) => {
            let (class, subject, detail) = reason.enhanced();
            return format!("{} {class}.{subject}.{detail}", reason.number());
        }
    };
    let relay = relay::decide(origin, &path, own, &domains());
    match relay.note.why() {
        Some(why) => {
            let (class, subject, detail) = why.enhanced();
            format!("{} {class}.{subject}.{detail}", why.number())
        }
        None => format!("{:?}", relay.destination),
    }
}

#[track_caller]
fn check(path: &[u8], internet: &str, ours: &str) {
    let shown = String::from_utf8_lossy(path);
    assert_eq!(said(Origin::Internet, path, Utf8::Refused, &own()), internet, "{shown} from the Internet");
    for origin in [Origin::TrustedNet, Origin::Authenticated, Origin::Local] {
        assert_eq!(said(origin, path, Utf8::Refused, &own()), ours, "{shown} from {origin}");
    }
}

#[test]
fn advice_s047_advice_s049_advice_s050_the_table() {
    check(b"<ann@example.org>", "Local", "Local");
    check(b"<ann@backup.example>", "BackupMx", "BackupMx");
    check(b"<ann@victim.example>", "550 5.7.1", "Elsewhere");
    for origin in Origin::ALL {
        let down = |_: DomainRef<'_>| Lookup::<DomainKind>::Unavailable;
        let path = relay::read(b"<ann@example.org>", Utf8::Refused).unwrap();
        let relay = relay::decide(origin, &path, &own(), &down);
        assert_eq!(
            relay.note.why().unwrap().to_string(),
            "451 4.3.0 Domain table not available, try again later"
        );
        assert_eq!(relay.destination, Destination::Unknown);
    }
}

/// A relay refusal is told as an unknown user, or as a command out of turn.
#[test]
fn fault_f07_fault_f09_relaying_is_refused_with_550_5_7_1() {
    let path = relay::read(b"<ann@victim.example>", Utf8::Refused).unwrap();
    let relay = relay::decide(Origin::Internet, &path, &own(), &domains());
    assert_eq!(relay.note.why().unwrap().to_string(), "550 5.7.1 Relaying denied");
}

#[test]
fn advice_s047_every_form_of_a_recipient_has_one_result() {
    for path in [
        "<user@EXAMPLE.org>",
        "<user@example.org.>",
        "<\"user\"@example.org>",
        "<postmaster>",
        "<PostMaster>",
    ] {
        check(path.as_bytes(), "Local", "Local");
    }
    // A local part is opaque: mail for a user of that name here, whom the recipient check does not know.
    for path in [
        "<u%victim.test@example.org>",
        "<\"u@victim.test\"@example.org>",
        "<\"u%victim.test\"@example.org>",
        "<victim.test!u@example.org>",
        "<@victim.test,@example.org:u@example.org>",
        "<@victim.test:u@example.org>",
        "</etc/passwd@example.org>",
        "<|cmd@example.org>",
        "<\"..\"@example.org>",
        "<\"a b\"@example.org>",
        "<u+victim.test@example.org>",
        "<user=victim.test@example.org>",
    ] {
        check(path.as_bytes(), "Local", "Local");
    }
}

#[test]
fn advice_s047_every_form_that_ends_elsewhere_is_refused_to_the_internet() {
    for path in [
        "<@example.org:u@victim.test>",
        "<@example.org,@example.org:u@victim.test>",
        "<u@sub.example.org>",
        "<u@xn--exmple-cua.org>",
        "<u@example.org.victim.test>",
        "<u@notexample.org>",
        "<u@[192.0.2.77]>",
        "<u@[IPv6:2001:db8::1]>",
        "<u@[198.51.100.1]>",
        "<u@[x-tag:example.org]>",
        "<u@localhost>",
        "<\"u@example.org\"@victim.test>",
        "<u%example.org@victim.test>",
        "<example.org!u@victim.test>",
        "<postmaster@victim.test>",
        "<abuse@victim.test>",
    ] {
        check(path.as_bytes(), "550 5.7.1", "Elsewhere");
    }
}

#[test]
fn advice_s047_what_can_be_read_in_two_ways_is_read_in_none() {
    let long_domain = format!("<u@{}>", "a.".repeat(127) + "b");
    let long_local = format!("<{}@example.org>", "u".repeat(65));
    for path in [
        "<user>",
        "user@example.org",
        "<u@xn--exmple-4ve.org>",
        "<>",
        "<u@>",
        "<@example.org>",
        "<u@victim.test@example.org>",
        "<u@example.org%00>",
        "<u@example.org>%00",
        "<u@example.org SIZE=1>",
        "<u@example.org> SIZE=1",
        "<..u@example.org>",
        "<u..u@example.org>",
        "<u.@example.org>",
        "<u@example.org\0>",
        "<u\0@example.org>",
        "<u@-example.org>",
        "<u@example..org>",
        "<u@[198.51.100]>",
        "<u@[IPv6:198.51.100.1]>",
        "<u@example.org",
        "u@example.org>",
        "<<u@example.org>>",
        "<u @example.org>",
        "<u@ example.org>",
        "<u@example.org>,<u@victim.test>",
        "<u@example.org,v@victim.test>",
        "<@example.org>u@victim.test",
        "<@example.org u@victim.test>",
        "<u@example.org\r\nRCPT TO:<v@victim.test>>",
        &long_domain,
        &long_local,
    ] {
        check(path.as_bytes(), "501 5.1.3", "501 5.1.3");
    }
    check("<u@ex\u{430}mple.org>".as_bytes(), "553 5.6.7", "553 5.6.7");
    check("<\u{fc}@example.org>".as_bytes(), "553 5.6.7", "553 5.6.7");
}

#[test]
fn a_look_alike_in_another_script_is_another_domain() {
    let own = own();
    let said = |path: &str| said(Origin::Internet, path.as_bytes(), Utf8::Allowed, &own);
    assert_eq!(said("<u@ex\u{430}mple.org>"), "550 5.7.1");
    assert_eq!(said("<\u{fc}@example.org>"), "Local");
    assert_eq!(said("<u@\u{fc}xample.org>"), "550 5.7.1");
}

#[test]
fn an_address_in_brackets_is_ours_where_we_say_so() {
    let own = own().with_literals();
    let said = |path: &str| said(Origin::Internet, path.as_bytes(), Utf8::Refused, &own);
    assert_eq!(said("<u@[198.51.100.1]>"), "Local");
    assert_eq!(said("<u@[IPv6:::ffff:198.51.100.1]>"), "Local");
    assert_eq!(said("<u@[198.51.100.2]>"), "550 5.7.1");
}

#[test]
fn what_is_odd_about_a_local_part_is_flagged_for_those_who_map_it_to_files() {
    let flags = |path: &str| {
        let path = relay::read(path.as_bytes(), Utf8::Refused).unwrap();
        relay::decide(Origin::Internet, &path, &own(), &domains()).note.flags
    };
    for path in [
        "</etc/passwd@example.org>",
        "<|cmd@example.org>",
        "<\"..\"@example.org>",
        "<\"a\\\\b\"@example.org>",
        "<~root@example.org>",
        "<`id`@example.org>",
    ] {
        assert!(flags(path).has(Flag::PathCharacters), "{path}");
    }
    assert!(flags("<u%victim.test@example.org>").has(Flag::RouteInside));
    assert!(flags("<victim.test!u@example.org>").has(Flag::RouteInside));
    assert!(flags("<\"u@victim.test\"@example.org>").has(Flag::AtInside));
    assert!(flags("<ann.lee+list-7@example.org>").is_empty());
}

#[test]
fn advice_s067_roles_in_any_case() {
    let role = |path: &str| {
        let path = relay::read(path.as_bytes(), Utf8::Refused).unwrap();
        let relay = relay::decide(Origin::Internet, &path, &own(), &domains());
        relay::is_role(&path, relay.destination)
    };
    assert!(role("<Postmaster>") && role("<POSTMASTER@example.org>") && role("<aBuse@backup.example>"));
    assert!(role("<\"postmaster\"@example.org>"));
    assert!(
        !role("<postmaster@victim.test>") && !role("<postmaster1@example.org>") && !role("<ann@example.org>")
    );
}

#[test]
fn advice_s048_who_logged_in_may_send_anywhere() {
    let path = relay::read(b"<u@victim.example>", Utf8::Refused).unwrap();
    assert!(relay::decide(Origin::Authenticated, &path, &own(), &domains()).note.why().is_none());
}

fn doubts(networks: &[&str], listener: &Listener) -> Vec<Doubt> {
    let networks: Vec<Network> = networks.iter().map(|text| text.parse().unwrap()).collect();
    TrustedNetworks::new(networks).validate(listener).into_iter().map(|finding| finding.doubt).collect()
}

/// The range of a container bridge is trusted, and the bridge makes every stranger appear in it.
#[test]
fn fault_f32_advice_s050_a_trusted_private_range_behind_translation_is_found() {
    let bridge = Listener::public().behind_translation();
    for range in ["172.17.0.0/16", "172.16.0.0/12", "10.0.0.0/8", "192.168.0.0/24", "fd00::/8", "127.0.0.0/8"]
    {
        assert!(doubts(&[range], &bridge).contains(&Doubt::Private), "{range}");
    }
    assert_eq!(doubts(&["172.17.0.0/16"], &Listener::public()), [], "nothing translates here");
    assert_eq!(doubts(&["10.0.0.0/8"], &Listener::inner()), []);
}

/// Loopback is trusted without being listed, and a proxy on this host makes every stranger appear there.
#[test]
fn fault_f32_advice_s050_loopback_behind_a_proxy_is_found_and_can_be_left_out() {
    let bridge = Listener::public().behind_translation();
    let trusted = TrustedNetworks::new([]);
    let found: Vec<_> = trusted.validate(&bridge).iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 2);
    assert!(found[0].starts_with("127.0.0.0/8 is private or loopback"), "{found:?}");
    assert!(found[1].starts_with("::1"), "{found:?}");
    assert!(!trusted.validate(&bridge).iter().any(NetworkFinding::is_error));
    assert_eq!(trusted.validate(&Listener::public()), [], "nothing translates here");
    for address in ["127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1"] {
        let address = address.parse().unwrap();
        assert_eq!(trusted.origin(address), Origin::Local);
        assert_eq!(trusted.clone().without_loopback().origin(address), Origin::Internet);
    }
    assert_eq!(trusted.without_loopback().validate(&bridge), []);
    let listed = TrustedNetworks::new(["127.0.0.1".parse().unwrap()]).without_loopback();
    assert_eq!(listed.origin("127.0.0.1".parse().unwrap()), Origin::TrustedNet, "listed by hand");
}

#[test]
fn advice_s050_networks_that_are_everybody_neighbours_or_wide_are_found() {
    let at_home = Listener::public()
        .with_address("198.51.100.1".parse().unwrap())
        .with_block("198.51.100.0/28".parse().unwrap());
    for range in ["0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/1", "192.0.0.0/7", "2000::/3", "::ffff:0:0/96"]
    {
        let networks = TrustedNetworks::new([range.parse().unwrap()]);
        let findings = networks.validate(&at_home);
        assert!(
            findings.iter().any(|finding| finding.doubt == Doubt::Everybody && finding.is_error()),
            "{range}"
        );
    }
    assert_eq!(doubts(&["198.51.100.0/24"], &at_home), [Doubt::Neighbours]);
    assert_eq!(doubts(&["198.51.100.0/28"], &at_home), []);
    let block_alone = Listener::public().with_block("198.51.100.0/28".parse().unwrap());
    assert_eq!(doubts(&["198.51.100.0/24"], &block_alone), [Doubt::Neighbours], "our block and more");
    assert_eq!(doubts(&["198.51.100.0/29"], &block_alone), []);
    assert_eq!(doubts(&["fc00::/7"], &at_home), []);
    assert_eq!(doubts(&["fe80::/10"], &at_home), [Doubt::Wide, Doubt::LinkLocal]);
    assert_eq!(doubts(&["198.51.100.1"], &at_home), []);
    assert_eq!(doubts(&["192.0.0.0/15"], &at_home), [Doubt::Wide]);
    assert_eq!(doubts(&["192.0.0.0/16"], &at_home), []);
    assert_eq!(doubts(&["2001:db8::/47"], &at_home), [Doubt::Wide]);
    assert_eq!(doubts(&["2001:db8::/48"], &at_home), []);
    assert_eq!(doubts(&["100.64.0.0/10"], &at_home), [Doubt::Wide, Doubt::Shared]);
    assert_eq!(doubts(&["169.254.1.0/24"], &at_home), [Doubt::LinkLocal]);
}

#[test]
fn a_proxy_header_counts_from_declared_peers_only() {
    let trusted =
        TrustedNetworks::new(["192.0.2.0/24".parse().unwrap()]).with_proxies(["10.0.0.5".parse().unwrap()]);
    assert!(trusted.is_proxy("10.0.0.5".parse().unwrap()));
    assert!(!trusted.is_proxy("192.0.2.1".parse().unwrap()));
    assert_eq!(trusted.origin("::ffff:192.0.2.1".parse().unwrap()), Origin::TrustedNet);
    assert_eq!(trusted.origin("127.0.0.1".parse().unwrap()), Origin::Local);
    assert_eq!(trusted.origin("203.0.113.7".parse().unwrap()), Origin::Internet);
}

proptest! {
    /// Whatever is written in RCPT, mail from the Internet goes to our domains or nowhere.
    #[test]
    fn advice_s047_nothing_from_the_internet_goes_elsewhere(
        inside in "[a-z%!@\"\\\\:,.\\[\\] <>;0-9\\x00-\\x1f\u{430}]{0,40}", host in 0..6_usize, utf8: bool,
    ) {
        let host = ["@example.org", "@victim.test", "@backup.example", "", "@[198.51.100.1]", ".example.org"][host];
        let path = format!("<{inside}{host}>");
        let utf8 = if utf8 { Utf8::Allowed } else { Utf8::Refused };
        if let Ok(path) = relay::read(path.as_bytes(), utf8) {
            let relay = relay::decide(Origin::Internet, &path, &own(), &domains());
            if relay.note.why().is_none() {
                let ours = path.mailbox().is_none_or(|mailbox| {
                    ["example.org", "backup.example"].iter().any(|own| mailbox.host().as_str().eq_ignore_ascii_case(own))
                });
                prop_assert!(ours, "{}", path);
                prop_assert!(relay.destination != Destination::Elsewhere);
            }
        }
    }
}
