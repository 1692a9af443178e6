//! Checks that the comments and quoted strings of a value are closed.
//!
//! in:  the raw value of one structured field      out: the marks without a partner, and how deep comments nest
//! law: one walk over the marks alone (RFC 5322 §3.2.2, §3.2.4)

use crate::grammar::marks;

/// Parentheses and quotes of one value that do not pair up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pairing {
    /// Where the first parenthesis without its partner stands.
    pub(crate) comment: Option<usize>,
    /// Where the quote that is never closed stands.
    pub(crate) quote: Option<usize>,
    /// How deep comments nest, and where the deepest starts.
    pub(crate) depth: usize,
    pub(crate) deepest: usize,
}

/// Do the quotes of a value without parentheses pair up, with no escape among them? Most do, which is seen without a branch.
pub(crate) fn quotes_pair(value: &[u8]) -> bool {
    let (odd, escapes) = value
        .iter()
        .fold((0_u8, 0_u8), |(odd, escapes), &b| (odd ^ u8::from(b == b'"'), escapes | u8::from(b == b'\\')));
    odd | escapes == 0
}

/// Are the comments of a value closed, none inside another, with no quote and no escape anywhere? Most are, which is seen
/// without a branch for each mark.
pub(crate) fn comments_pair(value: &[u8]) -> bool {
    let (mut inside, mut good) = (0_u64, true);
    for block in marks::blocks(value, |lanes| [lanes.is(b'('), lanes.is(b')'), lanes.any(*b"\"\\")]) {
        let [open, close, others] = block;
        // Of marks that open and close by turns, an odd number stands up to each that opens.
        let odd = [1, 2, 4, 8, 16, 32].into_iter().fold(open | close, |odd, by| odd ^ odd.wrapping_shl(by))
            ^ inside;
        good &= odd & (open | close) == open && others == 0;
        inside = 0_u64.wrapping_sub(odd.wrapping_shr(63));
    }
    good && inside == 0
}

/// Checks that comments and quoted strings of a structured value are closed.
pub(crate) fn pairing(value: &[u8]) -> Pairing {
    let mut found = Pairing::default();
    let (mut depth, mut opened, mut from) = (0_usize, 0_usize, 0_usize);
    let mut quote = None;
    for at in marks::places(value, 0, |lanes| lanes.any(*b"()\"\\")) {
        match value.get(at) {
            // What follows a backslash is no mark.
            _ if at < from => {}
            Some(b'\\') if quote.is_some() || depth > 0 => from = at.saturating_add(2),
            Some(b'"') if depth == 0 => quote = if quote.is_none() { Some(at) } else { None },
            Some(b'(') if quote.is_none() => {
                if depth == 0 {
                    opened = at;
                }
                depth = depth.saturating_add(1);
                if depth > found.depth {
                    (found.depth, found.deepest) = (depth, at);
                }
            }
            Some(b')') if quote.is_none() => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => found.comment = found.comment.or(Some(at)),
            },
            _ => {}
        }
    }
    if depth > 0 {
        found.comment = found.comment.or(Some(opened));
    }
    found.quote = quote;
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    #[test]
    fn an_open_comment_is_told_where_it_begins() {
        let value = vec![b'('; 100_000];
        assert_eq!(
            pairing(&value),
            Pairing { comment: Some(0), quote: None, depth: 100_000, deepest: 99_999 }
        );
    }

    /// The same, octet by octet.
    fn walked(value: &[u8]) -> Pairing {
        let mut found = Pairing::default();
        let (mut open, mut at) = (Vec::new(), 0);
        while let Some(&b) = value.get(at) {
            match b {
                b'\\' if found.quote.is_some() || !open.is_empty() => at = at.saturating_add(1),
                b'"' if open.is_empty() => found.quote = found.quote.xor(Some(at)),
                b'(' if found.quote.is_none() => {
                    open.push(at);
                    if open.len() > found.depth {
                        (found.depth, found.deepest) = (open.len(), at);
                    }
                }
                b')' if found.quote.is_none() && open.pop().is_none() => {
                    found.comment = found.comment.or(Some(at));
                }
                _ => {}
            }
            at = at.saturating_add(1);
        }
        found.comment = found.comment.or_else(|| open.first().copied());
        found
    }

    #[test]
    fn marks_pair_up_as_in_a_walk_over_all_octets() {
        for number in 0..5_usize.pow(7) {
            let value: Vec<u8> = (0..7).map(|at| b"(a)\"\\"[number / 5_usize.pow(at) % 5]).collect();
            assert_eq!(pairing(&value), walked(&value), "{value:?}");
            let even = !value.contains(&b'\\') && value.iter().filter(|b| **b == b'"').count() % 2 == 0;
            assert_eq!(quotes_pair(&value), even, "{value:?}");
            let plain = !value.iter().any(|b| matches!(b, b'"' | b'\\'));
            let found = pairing(&value);
            let pair = plain && found.comment.is_none() && found.depth <= 1;
            assert_eq!(comments_pair(&value), pair, "{value:?}");
            let far = [&[b'a'; 60], value.as_slice(), &[b'a'; 70]].concat();
            assert_eq!(comments_pair(&far), pair, "{value:?} over two blocks");
        }
    }

    #[test]
    fn a_parenthesis_inside_quotes_is_text() {
        assert_eq!(pairing(br#""(" <a@b>"#), Pairing::default());
        assert_eq!(pairing(br#""Alice <a@b>"#).quote, Some(0));
        assert_eq!(pairing(b"a) b").comment, Some(1));
        assert_eq!(pairing(br"(a\)b) c").comment, None);
    }
}
