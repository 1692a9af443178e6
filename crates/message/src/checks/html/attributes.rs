//! Finds attributes in a tag.
//!
//! in:  what stands behind the name of a tag      out: the value of the first attribute of a name
//! law: one walk over a bounded tag, nothing is copied

/// The attributes of one tag.
pub(super) struct Attributes<'t> {
    pub(super) rest: &'t [u8],
}

impl<'t> Attributes<'t> {
    pub(super) fn has(&self, wanted: &str) -> bool {
        self.find(wanted).is_some()
    }

    pub(super) fn get(&self, wanted: &str) -> Option<&'t [u8]> {
        self.find(wanted)
    }

    fn find(&self, wanted: &str) -> Option<&'t [u8]> {
        let mut rest = self.rest;
        loop {
            rest = rest.trim_ascii_start();
            while let [b'/', tail @ ..] = rest {
                rest = tail.trim_ascii_start();
            }
            if rest.is_empty() {
                return None;
            }
            let length =
                rest.iter().position(|b| b.is_ascii_whitespace() || *b == b'=').unwrap_or(rest.len());
            let (name, after) = rest.split_at(length.max(1).min(rest.len()));
            let mut after = after.trim_ascii_start();
            let mut value: &[u8] = &[];
            if let [b'=', tail @ ..] = after {
                let tail = tail.trim_ascii_start();
                (value, after) = attribute_value(tail);
            }
            if name.eq_ignore_ascii_case(wanted.as_bytes()) {
                return Some(value);
            }
            rest = after;
        }
    }
}

fn attribute_value(tail: &[u8]) -> (&[u8], &[u8]) {
    if let [quote @ (b'"' | b'\''), inside @ ..] = tail {
        let length = memchr::memchr(*quote, inside).unwrap_or(inside.len());
        let (value, after) = inside.split_at(length);
        (value, after.get(1..).unwrap_or_default())
    } else {
        let length = tail.iter().position(u8::is_ascii_whitespace).unwrap_or(tail.len());
        tail.split_at(length)
    }
}
