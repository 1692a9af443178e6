//! Any octets: one reading through envelope, path and header, and never a host that could be read as more.
#![no_main]
use libfuzzer_sys::fuzz_target;
use mailwright::address::{AddrSpec, Grammar, MailboxRef, Reading, ReversePathRef, Utf8};

fuzz_target!(|octets: &[u8]| for grammar in
    [Grammar::strict(), Grammar::strict().with_utf8(Utf8::Allowed), Grammar::lenient()]
{
    let (reading, mailbox) = (Reading::of(octets, grammar), MailboxRef::parse(octets, grammar).ok());
    assert_eq!((reading.envelope(), reading.class().is_envelope()), (mailbox, mailbox.is_some()));
    let Some(mailbox) = mailbox else { continue };
    let spec = AddrSpec::parse(octets, grammar).expect("the envelope is part of the header");
    assert_eq!(
        (spec.local_part(), spec.host().as_ref()),
        (mailbox.local_part().meaning(), mailbox.host().as_str())
    );
    let path = [b"<", octets, b">"].concat();
    assert_eq!(
        ReversePathRef::parse_prefix(&path, grammar).map(|(path, _)| path.mailbox()),
        Ok(Some(mailbox))
    );
    assert!(!mailbox.host().as_str().contains(|c: char| c.is_control() || "@ <>\"\\".contains(c)));
});
