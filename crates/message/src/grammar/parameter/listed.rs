//! Keeps the parameters of one field, so that they are read once and asked for often.
//!
//! in:  a list of parameters      out: the value of each name, raw or decoded
//! law: the same values as by reading the list again; what is kept is bounded

use super::pieces::{find, plain_text};
use super::{Fault, Parameter, Parameters};
use crate::grammar::lexer::{before, same};
use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::Range;

/// Parameters of one field that are remembered one by one, besides the first.
const LISTED: usize = 63;

/// Parameters of one field that are judged.
const JUDGED: usize = 1000;

/// The parameters of one field, read once.
#[derive(Clone, Debug)]
pub(crate) struct Listed<'a> {
    all: Parameters<'a>,
    /// The first of them, of which most fields have no more.
    first: Option<Parameter<'a>>,
    /// Those behind it, as far as they are remembered.
    more: Vec<Parameter<'a>>,
    /// Some name holds the asterisk of RFC 2231, or there are more than are remembered.
    special: bool,
    /// What [`bit`] makes of the base of each name.
    bases: u64,
    /// Octets that were not judged, since there are too many parameters.
    passed_over: usize,
}

impl<'a> Listed<'a> {
    /// Reads `list` and tells each parameter, with those before it, and each fault.
    pub(crate) fn new(
        list: Parameters<'a>,
        mut tell: impl FnMut(Fault, Range<usize>),
        mut each: impl FnMut(&Self, &Parameter<'a>),
    ) -> Self {
        let mut listed = Self {
            all: list.clone(),
            first: None,
            more: Vec::new(),
            special: false,
            bases: 0,
            passed_over: 0,
        };
        let mut count = 0_usize;
        let mut list = list;
        let mut judged = |fault: Fault, span: Range<usize>, count: usize| {
            if count < JUDGED {
                tell(fault, span);
            }
        };
        while let Some(parameter) = list.next_telling(&mut |fault, span| judged(fault, span, count)) {
            count = count.saturating_add(1);
            if count <= JUDGED {
                each(&listed, &parameter);
            }
            if count == JUDGED {
                listed.passed_over = list.rest();
            }
            listed.special |= parameter.starred;
            listed.bases |= bit(parameter.name);
            if parameter.starred {
                // A name with too many asterisks is a base as a whole.
                let base = before(parameter.name, |b| b == b'*');
                listed.bases |= bit(parameter.name.get(..base).unwrap_or_default());
            }
            if listed.first.is_none() {
                listed.first = Some(parameter);
            } else if listed.more.len() < LISTED {
                listed.more.push(parameter);
            } else {
                listed.special = true;
            }
        }
        listed
    }

    /// Octets of parameters that were not judged.
    pub(crate) const fn passed_over(&self) -> usize {
        self.passed_over
    }

    /// The first of them, as far as they are remembered.
    pub(crate) fn first(&self) -> impl Iterator<Item = &Parameter<'a>> {
        self.first.iter().chain(&self.more)
    }

    /// Is any of the names one that RFC 2231 made?
    pub(crate) const fn is_special(&self) -> bool {
        self.special
    }

    /// The raw value of the first parameter `name`, without quotes.
    #[inline]
    pub(crate) fn raw(&self, name: &str) -> Option<&'a [u8]> {
        if self.bases & bit(name.as_bytes()) == 0 { None } else { self.find_raw(name) }
    }

    fn find_raw(&self, name: &str) -> Option<&'a [u8]> {
        let named = |p: &&Parameter<'a>| same(p.name, name.as_bytes());
        let found = self.first().find(named).map(|p| p.raw);
        if found.is_none() && self.special {
            return self.all.clone().find(|p| named(&p)).map(|p| p.raw);
        }
        found
    }

    /// The decoded value of the parameter `name`.
    #[inline]
    pub(crate) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        if self.bases & bit(name.as_bytes()) == 0 { None } else { self.find_text(name) }
    }

    fn find_text(&self, name: &str) -> Option<Cow<'a, str>> {
        if self.special {
            find(self.all.clone(), name.as_bytes())
        } else {
            self.find_raw(name).map(plain_text)
        }
    }
}

/// One bit for a name, the same for all that have its length, first and last letter.
fn bit(name: &[u8]) -> u64 {
    let letter = |octet: Option<&u8>| u32::from(octet.copied().unwrap_or(0) & 31);
    let length = u32::try_from(name.len()).unwrap_or(u32::MAX);
    let mixed = length.wrapping_mul(7) ^ letter(name.first()) ^ letter(name.last()).wrapping_shl(2);
    1_u64.wrapping_shl(mixed & 63)
}
