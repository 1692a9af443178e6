//! The stored form of codes and replies.
//!
//! law: a code is a number, an enhanced code its text; a reply that is read back passes the checks of the parser

use alloc::string::String;
use alloc::vec::Vec;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{EnhancedStatusCode, Reply, ReplyCode};

impl Serialize for ReplyCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.number())
    }
}

impl<'de> Deserialize<'de> for ReplyCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u16::deserialize(deserializer)?;
        Self::observed(number).ok_or_else(|| D::Error::custom("a reply code is 200 to 599"))
    }
}

impl Serialize for EnhancedStatusCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EnhancedStatusCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// `text`: the lines; a backslash is doubled, and an octet that is not UTF-8 is `\x..`.
#[derive(Serialize, Deserialize)]
struct Stored {
    code: ReplyCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    enhanced: Option<EnhancedStatusCode>,
    lines: Vec<String>,
}

impl Serialize for Reply {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let lines = self.lines().map(to_text).collect();
        Stored { code: self.code(), enhanced: self.enhanced(), lines }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Reply {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::deserialize(deserializer)?;
        if stored.enhanced.is_some_and(|enhanced| !enhanced.agrees_with(stored.code)) {
            return Err(D::Error::custom("the class of the enhanced code is not that of the code"));
        }
        let mut text = Vec::new();
        for (number, line) in stored.lines.iter().enumerate() {
            if number > 0 {
                text.push(b'\n');
            }
            let octets =
                from_text(line).ok_or_else(|| D::Error::custom("a line holds LF or a broken escape"))?;
            text.extend_from_slice(&octets);
        }
        Ok(Self::from_octets(stored.code, stored.enhanced, &text))
    }
}

fn to_text(line: &[u8]) -> String {
    let mut text = String::with_capacity(line.len());
    for chunk in line.utf8_chunks() {
        text.push_str(&chunk.valid().replace('\\', "\\\\"));
        for octet in chunk.invalid() {
            text.push_str("\\x");
            text.extend(
                [octet >> 4, octet & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0')),
            );
        }
    }
    text
}

fn from_text(text: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        rest = match (first, behind) {
            (b'\\', [b'\\', behind @ ..]) => {
                octets.push(b'\\');
                behind
            }
            (b'\\', [b'x', high, low, behind @ ..]) => {
                let digit =
                    |octet: u8| char::from(octet).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                octets.push(digit(*high)? << 4 | digit(*low)?);
                behind
            }
            (b'\\' | b'\n', _) => return None,
            (other, behind) => {
                octets.push(*other);
                behind
            }
        };
    }
    Some(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_octets_are_stored_and_read_back() {
        for line in [&b"caf\xc3\xa9 \\x41 \xff\xfe"[..], b"", b"\\", b"plain"] {
            assert_eq!(from_text(&to_text(line)).unwrap(), line);
        }
        assert_eq!(from_text("a\\q"), None);
        assert_eq!(from_text("a\nb"), None);
    }
}
