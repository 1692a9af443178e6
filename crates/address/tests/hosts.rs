//! What stands behind the `@`: literals and labels, to the octet.

use mailwright_address::{Domain, Grammar, HostRef, Utf8};

const STRICT: Grammar = Grammar::strict();
const UTF8: Grammar = Grammar::strict().with_utf8(Utf8::Allowed);

#[test]
fn threat_a11_literals_follow_the_grammar_and_nothing_else() {
    let good = [
        ("[127.0.0.1]", "127.0.0.1"),
        ("[255.255.255.255]", "255.255.255.255"),
        ("[IPv6:::1]", "::1"),
        ("[ipv6:::]", "::"),
        ("[IPv6:2001:db8::7]", "2001:db8::7"),
        ("[IPv6:::ffff:1.2.3.4]", "::ffff:1.2.3.4"),
        ("[IPv6:1:2:3:4:5:6:7:8]", "1:2:3:4:5:6:7:8"),
        ("[IPv6:1:2:3:4:5:6:1.2.3.4]", "1:2:3:4:5:6:102:304"),
        ("[IPv6:1:2:3:4:5:6:7::]", "1:2:3:4:5:6:7:0"),
    ];
    for (literal, ip) in good {
        let host = HostRef::parse(literal.as_bytes(), STRICT).unwrap();
        assert_eq!(host.ip(), Some(ip.parse().unwrap()), "{literal}");
    }
    let general = HostRef::parse(b"[tag:x]", STRICT).unwrap();
    assert_eq!((general.ip(), general.as_str()), (None, "[tag:x]"));
    for bad in [
        "[127.1]",
        "[0177.0.0.1]",
        "[999.0.0.1]",
        "[256.0.0.1]",
        "[1.2.3]",
        "[1.2.3.4.5]",
        "[1.2.3.]",
        "[.1.2.3]",
        "[0x7f.0.0.1]",
        "[127.0.0.1 ]",
        "[ 127.0.0.1]",
        "[127.0.0.1",
        "127.0.0.1]",
        "[]",
        "[IPv6:]",
        "[IPv6]",
        "[IPv6:1::2::3]",
        "[IPv6::1]",
        "[IPv6:1:]",
        "[IPv6:::1%eth0]",
        "[IPv6:fe80::1%25eth0]",
        "[IPv6:12345::]",
        "[IPv6:1:2:3:4:5:6:7:8:9]",
        "[IPv6:1:2:3:4:5:6:7]",
        "[IPv6:1.2.3.4]",
        "[IPv6::1.2.3.4]",
        "[IPv6:g::]",
        "[IPv6:1:2:3:4:5:6:7::8]x",
        "[2001:db8::7]",
        "[fe80::1%eth0]",
        "[1:2.3.4]",
        "[::1]",
        "[:x]",
        "[tag:]",
        "[-tag:x]:",
        "[tag-:x]",
        "[tag:x y]",
        "[tag:a@b]",
        "[tag:>]",
        "[tag:<a@b>]",
        "[tag:a,b]",
        "[tag:\"]",
        "[tag:\\x]",
        "[tag:[]",
        "[IPv6:1:2:3:4:5:6:7:8::]",
        "[\u{ff11}27.0.0.1]",
    ] {
        assert!(HostRef::parse(bad.as_bytes(), UTF8).is_err(), "{bad}");
    }
}

#[test]
fn a_label_has_63_octets_as_a_label_and_no_more() {
    let longest = (1..64)
        .filter_map(|letters| {
            Domain::parse(format!("{}ü.example", "a".repeat(letters)).as_bytes(), UTF8).ok()
        })
        .map(|domain| domain.to_ascii().find('.').unwrap())
        .max();
    assert_eq!(longest, Some(63));
}
