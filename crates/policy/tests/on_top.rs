//! Fields of ours on top of any octets: no line of the message becomes part of them.

use mailwright_message::Fields;
use mailwright_policy::trace::on_top;
use proptest::prelude::*;

const OURS: &str = "Received: by mx.example.org with ESMTP;\r\n Wed, 25 Nov 2026 12:00:00 +0000\r\nAuthentication-Results: mx.example.org;\r\n spf=fail\r\n";

#[test]
fn a_first_line_that_continues_nothing_does_not_speak_for_us() {
    for message in
        ["\t; dkim=pass\r\n\r\nHi\r\n", " ; dkim=pass", "Hello\r\n", "no field\r\nSubject: x\r\n\r\n"]
    {
        let whole = on_top(OURS, message.as_bytes());
        assert_eq!(whole, [OURS, "\r\n", message].concat().as_bytes(), "{message:?}");
    }
    for message in ["Subject: x\r\n\r\nHi\r\n", "\r\nHi\r\n", "", "From ann Wed Nov 25\r\nSubject: x\r\n\r\n"]
    {
        assert_eq!(on_top(OURS, message.as_bytes()), [OURS, message].concat().as_bytes(), "{message:?}");
    }
}

fn piece() -> impl Strategy<Value = &'static [u8]> {
    prop::sample::select(vec![
        &b" "[..],
        b"\t",
        b"\r\n",
        b"\n",
        b"\r",
        b":",
        b"Subject: x",
        b"; dkim=pass",
        b"From ",
        b"\0",
        b"\xff",
        b"A",
    ])
}

proptest! {
    #[test]
    fn our_fields_stay_as_they_were_written(pieces in prop::collection::vec(piece(), 0..12)) {
        let message = pieces.concat();
        let whole = on_top(OURS, &message);
        prop_assert!(whole.ends_with(&message));
        let fields: Vec<&[u8]> = Fields::new(&whole, 0).take(2).map(|field| field.octets()).collect();
        prop_assert_eq!(fields.concat(), OURS.as_bytes());
    }
}
