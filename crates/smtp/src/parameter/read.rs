//! Parts the parameters of a command.
//!
//! in:  what stands behind the path      out: keyword and value, one after the other
//! law: one space before each (RFC 5321 §4.1.2: esmtp-param)

use super::OtherParameters;
use crate::{
    command::{
        CommandError, CommandFault, Dialect,
        dialect::{LOOSE_BLANKS, UNKNOWN_PARAMETERS},
    },
    extension::Extension,
};

/// Walks over the parameters of a line.
pub(super) struct Reader<'a> {
    line: &'a [u8],
    at: usize,
    from: usize,
    dialect: Dialect,
    unknown: usize,
}

/// One parameter. An empty value is none.
pub(super) struct Found<'a> {
    keyword: &'a [u8],
    value: Option<&'a [u8]>,
    at: usize,
}

/// That an extension was offered.
pub(super) struct Offered;

impl<'a> Reader<'a> {
    /// `at`: behind the path.
    #[inline]
    pub(super) fn new(line: &'a [u8], at: usize, dialect: Dialect) -> Result<Self, CommandError> {
        match line.get(at) {
            None | Some(b' ') => Ok(Self { line, at, from: at, dialect, unknown: 0 }),
            Some(_) => Err(CommandError::new(CommandFault::BadArgument, at, "a space behind the path")),
        }
    }

    /// esmtp-param = esmtp-keyword ["=" esmtp-value]
    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<Found<'a>>, CommandError> {
        let Some(rest) = self.line.get(self.at..).filter(|rest| !rest.is_empty()) else { return Ok(None) };
        let mut at = self.at.saturating_add(1);
        if self.dialect.allows(LOOSE_BLANKS) {
            let blanks = rest.iter().take_while(|octet| **octet == b' ').count();
            at = self.at.saturating_add(blanks);
        }
        let rest = self.line.get(at..).unwrap_or_default();
        let end = rest.iter().position(|octet| matches!(octet, b'=' | b' ')).unwrap_or(rest.len());
        let (keyword, behind) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        let value = behind.strip_prefix(b"=").map(|value| {
            let end = memchr::memchr(b' ', value).unwrap_or(value.len());
            value.get(..end).unwrap_or_default()
        });
        self.at =
            at.saturating_add(end).saturating_add(value.map_or(0, |value| value.len().saturating_add(1)));
        if keyword.is_empty() {
            return Err(CommandError::new(CommandFault::BadArgument, at, "one space and a parameter"));
        }
        Ok(Some(Found { keyword, value, at }))
    }

    #[inline]
    pub(super) fn needs(&self, found: &Found<'a>, extension: Extension) -> Result<Offered, CommandError> {
        if self.dialect.has(extension) { Ok(Offered) } else { Err(found.unknown()) }
    }

    /// Keeps a parameter that nobody knows, where such are let through.
    pub(super) fn unknown(&mut self, found: &Found<'a>) -> Result<(), CommandError> {
        if !super::other::is_keyword(found.keyword) {
            return Err(CommandError::new(
                CommandFault::BadArgument,
                found.at,
                "a keyword of letters, digits and `-`",
            ));
        }
        if !self.dialect.allows(UNKNOWN_PARAMETERS) || self.unknown >= OtherParameters::MOST {
            return Err(found.unknown());
        }
        self.unknown = self.unknown.saturating_add(1);
        if !super::other::is_well_formed(found.keyword, found.value) {
            return Err(CommandError::new(
                CommandFault::BadParameter,
                found.at,
                "a keyword and a visible value",
            ));
        }
        let before = self.line.get(self.from..found.at).unwrap_or_default();
        let twice = OtherParameters::of(before)
            .iter()
            .any(|(keyword, _)| keyword.as_bytes().eq_ignore_ascii_case(found.keyword));
        if twice { Err(found.duplicate()) } else { Ok(()) }
    }

    /// The unknown ones among all that was read.
    pub(super) fn other(&self) -> OtherParameters<'a> {
        if self.unknown == 0 {
            return OtherParameters::none();
        }
        OtherParameters::of(self.line.get(self.from..).unwrap_or_default())
    }
}

impl<'a> Found<'a> {
    #[inline]
    pub(super) const fn keyword(&self) -> &'a [u8] {
        self.keyword
    }

    /// The value, where there is one.
    #[inline]
    pub(super) fn value(&self) -> Option<&'a [u8]> {
        self.value.filter(|value| !value.is_empty())
    }

    /// Sets a parameter that has a value.
    #[inline]
    pub(super) fn once<T>(
        &self,
        slot: &mut Option<T>,
        value: Option<T>,
        _offered: Offered,
        expected: &'static str,
    ) -> Result<(), CommandError> {
        if slot.is_some() {
            return Err(self.duplicate());
        }
        if value.is_none() {
            let at =
                self.at.saturating_add(self.keyword.len()).saturating_add(usize::from(self.value.is_some()));
            return Err(CommandError::new(CommandFault::BadParameter, at, expected));
        }
        *slot = value;
        Ok(())
    }

    /// Sets a parameter that has none.
    pub(super) fn flag(&self, slot: &mut bool, _offered: Offered) -> Result<(), CommandError> {
        if *slot {
            return Err(self.duplicate());
        }
        if self.value.is_some() {
            let at = self.at.saturating_add(self.keyword.len());
            return Err(CommandError::new(CommandFault::BadParameter, at, "no value"));
        }
        *slot = true;
        Ok(())
    }

    fn duplicate(&self) -> CommandError {
        CommandError::new(CommandFault::DuplicateParameter, self.at, "each parameter once")
    }

    fn unknown(&self) -> CommandError {
        CommandError::new(CommandFault::UnknownParameter, self.at, "parameters that were offered")
    }
}
