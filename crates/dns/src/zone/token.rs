//! Cuts zone-file text into entries, and entries into tokens.
//!
//! in:  the whole text      out: per entry its tokens, with line and column; comments and parentheses are gone
//! law: an entry ends with its line unless parentheses are open (RFC 1035 §5.1)

use alloc::vec::Vec;

use super::ZoneError;

/// One word or one quoted string; escapes are still inside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'t> {
    pub(super) text: &'t [u8],
    pub(super) quoted: bool,
    /// Whether it is the first thing in its line.
    pub(super) first: bool,
    pub(super) line: u32,
    pub(super) column: u32,
}

/// Walks the text entry by entry.
#[derive(Debug)]
pub(super) struct Tokens<'t> {
    rest: &'t [u8],
    line: u32,
    column: u32,
}

impl<'t> Tokens<'t> {
    pub(super) const fn new(text: &'t [u8]) -> Self {
        Self { rest: text, line: 1, column: 1 }
    }

    /// Reads the next entry that has tokens into `tokens`; false at the end of the text.
    pub(super) fn next_entry(&mut self, tokens: &mut Vec<Token<'t>>) -> Result<bool, ZoneError> {
        tokens.clear();
        let mut depth = 0_u32;
        loop {
            let Some(&octet) = self.rest.first() else {
                return if depth == 0 {
                    Ok(!tokens.is_empty())
                } else {
                    Err(self.error("a closing parenthesis"))
                };
            };
            match octet {
                b'\n' => {
                    self.skip(1);
                    self.line = self.line.saturating_add(1);
                    self.column = 1;
                    if depth == 0 && !tokens.is_empty() {
                        return Ok(true);
                    }
                }
                b' ' | b'\t' | b'\r' => self.skip(1),
                b';' => {
                    let comment = self.rest.iter().position(|o| *o == b'\n').unwrap_or(self.rest.len());
                    self.skip(comment);
                }
                b'(' => {
                    depth = depth.saturating_add(1);
                    self.skip(1);
                }
                b')' => {
                    depth =
                        depth.checked_sub(1).ok_or_else(|| self.error("an opening parenthesis before"))?;
                    self.skip(1);
                }
                b'"' => tokens.push(self.quoted()?),
                _ => tokens.push(self.word()),
            }
        }
    }

    const fn error(&self, expected: &'static str) -> ZoneError {
        ZoneError { line: self.line, column: self.column, expected }
    }

    fn skip(&mut self, octets: usize) {
        self.rest = self.rest.get(octets..).unwrap_or_default();
        self.column = self.column.saturating_add(u32::try_from(octets).unwrap_or(u32::MAX));
    }

    fn word(&mut self) -> Token<'t> {
        let mut length = 0_usize;
        let mut escaped = false;
        for &octet in self.rest {
            if octet == b'\n'
                || (!escaped && matches!(octet, b' ' | b'\t' | b'\r' | b';' | b'(' | b')' | b'"'))
            {
                break;
            }
            escaped = octet == b'\\' && !escaped;
            length = length.saturating_add(1);
        }
        self.token(length, false)
    }

    fn quoted(&mut self) -> Result<Token<'t>, ZoneError> {
        let start = Self { rest: self.rest, ..*self };
        self.skip(1);
        let mut escaped = false;
        for (length, &octet) in self.rest.iter().enumerate() {
            match octet {
                b'"' if !escaped => {
                    let mut token = self.token(length, true);
                    token.column = start.column;
                    token.first = start.column == 1;
                    self.skip(1);
                    return Ok(token);
                }
                b'\n' => break,
                _ => escaped = octet == b'\\' && !escaped,
            }
        }
        Err(start.error("a closing quotation mark in the same line"))
    }

    fn token(&mut self, length: usize, quoted: bool) -> Token<'t> {
        let (line, column) = (self.line, self.column);
        let text = self.rest.get(..length).unwrap_or_default();
        self.skip(length);
        Token { text, quoted, first: column == 1, line, column }
    }
}
