//! Gives the values of this room their shared traits.
//!
//! in:  a view with `as_str`, compared by meaning      out: `Eq`, `Ord`, `Hash`, `Display`, `Debug`, `FromStr`, serde
//! law: an owned value is equal, ordered and hashed as its view is

/// Octets that a grammar has read as UTF-8, as text.
pub(crate) const fn known(octets: &[u8]) -> &str {
    match core::str::from_utf8(octets) {
        Ok(text) => text,
        Err(_) => "",
    }
}

/// Whether the octets are UTF-8. Nearly always they are ASCII, which is quicker to see.
#[inline]
pub(crate) const fn is_utf8(octets: &[u8]) -> bool {
    octets.is_ascii() || core::str::from_utf8(octets).is_ok()
}

/// Traits of a borrowed view that has `as_str` and `meaning_cmp`, `meaning_hash`.
macro_rules! view_traits {
    ($($name:ident)+) => {$(
        impl PartialEq for $name<'_> {
            fn eq(&self, other: &Self) -> bool {
                self.meaning_cmp(other).is_eq()
            }
        }

        impl Eq for $name<'_> {}

        impl PartialOrd for $name<'_> {
            fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name<'_> {
            fn cmp(&self, other: &Self) -> core::cmp::Ordering {
                self.meaning_cmp(other)
            }
        }

        impl core::hash::Hash for $name<'_> {
            fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
                self.meaning_hash(state);
            }
        }
    )+};
}

/// `Display` of what has `as_str`, and `Debug` that shows the same in quotes.
macro_rules! shown_as_text {
    ($($name:ident $(<$life:lifetime>)?)+) => {$(
        impl core::fmt::Display for $name$(<$life>)? {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl core::fmt::Debug for $name$(<$life>)? {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.as_str()).finish()
            }
        }
    )+};
}

/// Traits of an owned value that has a view by `view()`.
macro_rules! owned_traits {
    ($($name:ident)+) => {$(
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.view() == other.view()
            }
        }

        impl Eq for $name {}

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> core::cmp::Ordering {
                self.view().cmp(&other.view())
            }
        }

        impl core::hash::Hash for $name {
            fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
                core::hash::Hash::hash(&self.view(), state);
            }
        }
    )+};
}

/// `FromStr` and serde of what has `parse(&[u8], Grammar)` and `Display`.
macro_rules! read_from_text {
    ($($name:ident)+) => {$(
        /// Reads the strict grammar, UTF-8 allowed.
        impl core::str::FromStr for $name {
            type Err = $crate::AddressError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text.as_bytes(), $crate::Grammar::strict().with_utf8($crate::Utf8::Allowed))
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        /// Reads every leniency, so that what was stored is read again.
        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = alloc::string::String::deserialize(deserializer)?;
                Self::parse(text.as_bytes(), $crate::Grammar::lenient()).map_err(serde::de::Error::custom)
            }
        }
    )+};
}

pub(crate) use {owned_traits, read_from_text, shown_as_text, view_traits};
