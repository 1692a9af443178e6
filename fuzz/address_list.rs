//! Any names and addresses, in groups or not: a list that is written is read as the same list, folded behind commas too.
#![no_main]
use libfuzzer_sys::fuzz_target;
use mailwright::message::{Address, Addresses};

fuzz_target!(|input: (Vec<Vec<(&str, &str)>>, bool)| {
    let (mut items, mut names) = (Vec::new(), Vec::new());
    for (number, members) in input.0.iter().enumerate() {
        let list: Vec<_> =
            members.iter().filter_map(|(name, local)| mailwright_fuzz::mailbox(name, local)).collect();
        let written: Vec<_> = list.iter().map(|(written, ..)| written.as_str()).collect::<Vec<_>>();
        let joined = written.join(if input.1 { ",\r\n " } else { "," });
        items.extend(
            (!list.is_empty()).then(|| if number % 2 > 0 { format!("Team: {joined};") } else { joined }),
        );
        names.extend(list.into_iter().map(|(_, name, address)| (name, address)));
    }
    let written = items.join(", ");
    let read: Vec<_> = Addresses::new(written.as_bytes())
        .filter_map(|item| if let Address::Mailbox(m) = item { Some((m.name(), m.address())) } else { None })
        .collect();
    assert_eq!(read, names, "{written}");
});
