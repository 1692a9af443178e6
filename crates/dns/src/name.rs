//! Names: labels in the form that the DNS gives them.
//!
//! in:  text, labels, an address      out: the same labels, ASCII letters in lower case
//! law: two names are equal exactly when their labels are (RFC 4343); no name is longer than 255 octets on the wire

mod borrowed;
mod written;

pub use borrowed::{Labels, NameRef};
pub(crate) use written::unescape;

use alloc::vec::Vec;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::net::IpAddr;

/// An absolute domain name, in lower case.
///
/// Every name is absolute: whether the text ends with a dot makes no difference, and nothing is ever appended to it.
/// Any octet may stand in a label (underscores, blanks, even dots), as in the DNS itself.
///
/// # Examples
///
/// ```
/// use mailwright_dns::Name;
///
/// let name: Name = "_spf.Example.ORG.".parse()?;
/// assert_eq!(name.to_string(), "_spf.example.org");
/// assert!(name.is_within(&"example.org".parse()?));
/// # Ok::<(), mailwright_dns::NameError>(())
/// ```
///
/// # RFC
///
/// RFC 1035 §2.3.4 (limits), §5.1 (escapes); RFC 4343 (case)
#[derive(Clone)]
pub struct Name {
    /// Octets of `octets` in use.
    length: u8,
    /// Labels, each behind its length, and a zero where there is room for it.
    octets: [u8; 254],
}

/// Why a text is no domain name.
///
/// `at`: octets from the start of the text, 0-based.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("octet {at}: expected {expected}")]
#[non_exhaustive]
pub struct NameError {
    /// Where the text stops being a name.
    pub at: usize,
    /// What would have been right there.
    pub expected: &'static str,
}

impl Name {
    /// The root, the name without labels.
    pub const fn root() -> Self {
        Self { length: 0, octets: [0; 254] }
    }

    /// Reads text without escapes: dots part labels, every other octet stands for itself. One trailing dot is ignored.
    ///
    /// This is how macro expansion (RFC 7208 §4.8), envelope domains and the HELO name become names.
    ///
    /// # Errors
    ///
    /// [`NameError`] where a label is empty or over 63 octets, or the name too long. Empty text has an empty label.
    pub fn from_dotted(text: &[u8]) -> Result<Self, NameError> {
        let mut name = Self::root();
        name.set_dotted(text)?;
        Ok(name)
    }

    /// The same, in the place of another name, for whoever reads many. After an error the name is the root.
    ///
    /// # Errors
    ///
    /// [`NameError`] where [`from_dotted`](Self::from_dotted) gives one.
    pub fn set_dotted(&mut self, text: &[u8]) -> Result<(), NameError> {
        let read = self.read_dotted(text);
        if read.is_err() {
            *self = Self::root();
        }
        read
    }

    fn read_dotted(&mut self, text: &[u8]) -> Result<(), NameError> {
        let text = text.strip_suffix(b".").unwrap_or(text);
        let Some(room) = self.octets.get_mut(1..=text.len()) else {
            return Err(NameError { at: 253, expected: "a name of at most 253 octets" });
        };
        room.copy_from_slice(text);
        // Sixteen at once; what lies behind the name doesn't matter.
        let (whole, rest) = self.octets.as_chunks_mut::<16>();
        let few = text.len().wrapping_div(16).wrapping_add(1);
        whole.iter_mut().take(few).for_each(|octets| octets.make_ascii_lowercase());
        if few > 15 {
            rest.make_ascii_lowercase();
        }
        // Where the length of the label goes that is being read.
        let mut open = 0_usize;
        for (at, octet) in text.iter().enumerate() {
            if *octet == b'.' {
                self.close_label(open, at)?;
                open = at.wrapping_add(1);
            }
        }
        self.close_label(open, text.len())?;
        if let Some(end) = self.octets.get_mut(text.len().wrapping_add(1)) {
            *end = 0;
        }
        // At most 254, since the room was there.
        self.length = u8::try_from(text.len()).unwrap_or(253).wrapping_add(1);
        Ok(())
    }

    /// Writes the length of a label before it.
    fn close_label(&mut self, open: usize, end: usize) -> Result<(), NameError> {
        let length = match u8::try_from(end.wrapping_sub(open)) {
            Ok(length @ 1..=63) => length,
            Ok(0) => return Err(NameError { at: end, expected: "a label" }),
            _ => {
                return Err(NameError {
                    at: open.saturating_add(63),
                    expected: "a label of at most 63 octets",
                });
            }
        };
        if let Some(before) = self.octets.get_mut(open) {
            *before = length;
        }
        Ok(())
    }

    /// Builds a name from labels as octets, from the left.
    ///
    /// # Errors
    ///
    /// [`NameError`] with `at` the number of the label that is empty, over 63 octets, or one too many.
    pub fn from_labels<L: AsRef<[u8]>>(labels: impl IntoIterator<Item = L>) -> Result<Self, NameError> {
        let mut name = Self::root();
        for (at, label) in labels.into_iter().enumerate() {
            name.push_label(label.as_ref(), at)?;
        }
        Ok(name)
    }

    /// The name below which the host names of an address are found (RFC 1035 §3.5, RFC 3596 §2.5).
    ///
    /// ```
    /// use mailwright_dns::Name;
    ///
    /// let name = Name::reverse([192, 0, 2, 1].into());
    /// assert_eq!(name.to_string(), "1.2.0.192.in-addr.arpa");
    /// ```
    pub fn reverse(address: IpAddr) -> Self {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let mut text = [b'.'; 74];
        let mut length = 0_usize;
        let mut put = |octets: &[u8]| {
            for octet in octets {
                if let Some(to) = text.get_mut(length) {
                    *to = *octet;
                    length = length.wrapping_add(1);
                }
            }
        };
        match address {
            IpAddr::V4(v4) => {
                for octet in v4.octets().into_iter().rev() {
                    let mut digits = [0_u8; 3];
                    put(decimal(octet, &mut digits));
                    put(b".");
                }
                put(b"in-addr.arpa");
            }
            IpAddr::V6(v6) => {
                for octet in v6.octets().into_iter().rev() {
                    for nibble in [octet & 0xf, octet >> 4] {
                        let digit = HEX.get(usize::from(nibble)).copied().unwrap_or(b'0');
                        put(&[digit, b'.']);
                    }
                }
                put(b"ip6.arpa");
            }
        }
        text.get(..length).and_then(|t| Self::from_dotted(t).ok()).unwrap_or_else(Self::root)
    }

    /// The labels, from the left.
    pub fn labels(&self) -> Labels<'_> {
        self.borrow().labels()
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.length == 0
    }

    /// Whether this name is `other` or lies below it. Labels are compared, never text.
    pub fn is_within(&self, other: &Self) -> bool {
        self.borrow().is_within(other.borrow())
    }

    /// The name without its leftmost label; `None` for the root.
    pub fn parent(&self) -> Option<Self> {
        let mut labels = self.labels();
        labels.next()?;
        let mut name = Self::root();
        name.octets.get_mut(..labels.rest.len())?.copy_from_slice(labels.rest);
        name.length = u8::try_from(labels.rest.len()).ok()?;
        Some(name)
    }

    /// The name as it stands in a DNS message, the last zero left out: each label behind its length.
    pub fn as_wire(&self) -> &[u8] {
        self.octets.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// The same name, borrowed.
    pub fn borrow(&self) -> NameRef<'_> {
        NameRef::from_trusted(self.as_wire())
    }

    /// Adds the labels, parted by dots and without escapes, to `out`.
    pub fn write_dotted(&self, out: &mut Vec<u8>) {
        if let Some((_, rest)) = self.as_wire().split_first() {
            let start = out.len();
            out.extend_from_slice(rest);
            let mut at = start;
            let mut labels = self.labels();
            if let Some(first) = labels.next() {
                at = at.saturating_add(first.len());
            }
            for label in labels {
                if let Some(dot) = out.get_mut(at) {
                    *dot = b'.';
                }
                at = at.saturating_add(label.len()).saturating_add(1);
            }
        }
    }

    /// Adds a label on the right.
    fn push_label(&mut self, label: &[u8], at: usize) -> Result<(), NameError> {
        let length = match u8::try_from(label.len()) {
            Ok(0) => return Err(NameError { at, expected: "a label" }),
            Ok(length @ 1..=63) => length,
            _ => return Err(NameError { at, expected: "a label of at most 63 octets" }),
        };
        let room = self.octets.get_mut(usize::from(self.length)..);
        let Some((head, room)) = room.and_then(<[u8]>::split_first_mut) else {
            return Err(NameError { at, expected: "a name of at most 255 octets" });
        };
        let Some(room) = room.get_mut(..label.len()) else {
            return Err(NameError { at, expected: "a name of at most 255 octets" });
        };
        *head = length;
        for (to, from) in room.iter_mut().zip(label) {
            *to = from.to_ascii_lowercase();
        }
        self.length = self.length.saturating_add(length).saturating_add(1);
        Ok(())
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.as_wire() == other.as_wire()
    }
}

impl Eq for Name {}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.as_wire().cmp(other.as_wire())
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // With the root's label at the end no name is the start of another one, and one piece is enough.
        match self.octets.get(..=usize::from(self.length)) {
            Some(whole) => state.write(whole),
            None => state.write(self.as_wire()),
        }
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.borrow(), f)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.borrow(), f)
    }
}

/// The decimal digits of an octet.
fn decimal(octet: u8, digits: &mut [u8; 3]) -> &[u8] {
    *digits = [octet / 100, octet / 10 % 10, octet % 10].map(|digit| digit | b'0');
    match octet {
        100.. => digits,
        10.. => digits.get(1..).unwrap_or_default(),
        _ => digits.get(2..).unwrap_or_default(),
    }
}
