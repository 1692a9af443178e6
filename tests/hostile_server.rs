//! Any octets of a server against the client machine, and any messages of a login against both sides.

use proptest::prelude::*;

#[path = "../fuzz/harness/hostile.rs"]
mod hostile;
#[path = "../fuzz/harness/login.rs"]
mod login;

/// What servers say, so that random choices get further than the greeting.
const LINES: [&str; 24] = [
    "220 mx\r\n",
    "250 ok\r\n",
    "250-mx\r\n250-PIPELINING\r\n250-CHUNKING\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN SCRAM-SHA-256\r\n",
    "250-mx\r\n250-SIZE 10\r\n250 8BITMIME\r\n",
    "250-mx\r\n250-LIMITS RCPTMAX=1 MAILMAX=2\r\n250 PIPELINING\r\n",
    "354 go\r\n",
    "334 \r\n",
    "334 VXNlcm5hbWU6\r\n",
    "235 in\r\n",
    "421 closing\r\n",
    "450 later\r\n",
    "452 4.5.3 too many\r\n",
    "502 what\r\n",
    "504 no\r\n",
    "550 5.1.1 no\r\n",
    "552 full\r\n",
    "554 no\r\n",
    "250-ok\r\n550 no\r\n",
    "250",
    "-",
    "\r\n",
    "25",
    "\0\r\n",
    "999 x\r\n",
];

fn segment() -> impl Strategy<Value = Vec<u8>> {
    let action = prop_oneof![8 => Just(b'-'), 3 => Just(b'b'), 3 => Just(b'f'), 2 => Just(b't'), 1 => proptest::sample::select(b"saqTexw".to_vec())];
    let text = prop_oneof![
        20 => proptest::collection::vec((0..LINES.len()).prop_map(|line| LINES[line].as_bytes().to_vec()), 0..4)
            .prop_map(|lines| lines.concat()),
        1 => proptest::collection::vec(any::<u8>(), 0..40),
    ];
    (action, text).prop_map(|(action, text)| [vec![action], text].concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn no_server_breaks_the_client(kind in any::<u8>(), segments in proptest::collection::vec(segment(), 0..16)) {
        let input = [vec![kind], segments.join(&hostile::NEXT)].concat();
        hostile::play(&input);
    }

    #[test]
    fn no_message_breaks_a_login(input in proptest::collection::vec(any::<u8>(), 0..200)) {
        login::check(&input);
    }

    /// Messages that look like those of the mechanisms.
    #[test]
    fn no_likely_message_breaks_a_login(
        choice in any::<u8>(),
        pieces in proptest::collection::vec(proptest::sample::select(vec![
            "n,,", "y,,", "p=tls-exporter,,", "n=tim", "r=", "x", ",", "s=AAAA", "i=4096", "c=biws", "p=", "=", "=2C", "a=",
            "\0", "\u{1}", "auth=Bearer t", "user=tim", "host=h", "v=AAAA", "tim ", "0123456789abcdef0123456789abcdef",
        ]), 0..12),
        breaks in proptest::collection::vec(any::<bool>(), 12),
    ) {
        let mut input = vec![choice];
        for (piece, parted) in pieces.iter().zip(breaks) {
            input.extend_from_slice(piece.as_bytes());
            if parted {
                input.push(0xff);
            }
        }
        login::check(&input);
    }
}
