//! Any octets in chunks of any length, cut anywhere: exactly the declared octets are delivered, and none is a command.
#![no_main]

#[path = "harness/conversation.rs"]
mod conversation;
use conversation::{cut, play};

libfuzzer_sys::fuzz_target!(|input: (Vec<u8>, Vec<&[u8]>)| {
    let (lengths, chunks) = input;
    let mut octets = b"EHLO a.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<b@c.example>\r\n".to_vec();
    for chunk in &chunks {
        octets.extend(format!("BDAT {}\r\n", chunk.len()).into_bytes());
        octets.extend_from_slice(chunk);
    }
    octets.extend_from_slice(b"BDAT 0 LAST\r\nQUIT\r\n");
    let record = play(false, &[], cut(&octets, &lengths));
    assert_eq!(record.body, chunks.concat());
    assert_eq!(record.told.iter().filter(|told| *told == "EndOfBody").count(), 1);
    assert!(record.said.ends_with(b"250 2.0.0 Message accepted\r\n221 2.0.0 Bye\r\n"));
});
