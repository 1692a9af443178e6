//! The bounds of reading a report.

/// Bounds for reading what comes back. Past a bound nothing fails: [`Report::is_cut`](crate::Report::is_cut) says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadLimits {
    pub(super) entries: usize,
    pub(super) fields: usize,
    pub(super) value: usize,
    pub(super) text: usize,
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self { entries: 1000, fields: 64, value: 4096, text: 64 * 1024 }
    }
}

impl ReadLimits {
    /// Recipients that are kept; 1000.
    #[must_use]
    pub const fn with_entries(mut self, most: usize) -> Self {
        self.entries = most;
        self
    }

    /// Fields without a name here that are kept of each group; 64.
    #[must_use]
    pub const fn with_fields(mut self, most: usize) -> Self {
        self.fields = most;
        self
    }

    /// Octets of a value that are kept; 4096.
    #[must_use]
    pub const fn with_value(mut self, octets: usize) -> Self {
        self.value = octets;
        self
    }

    /// Octets of text for people that are looked at; 64 KiB.
    #[must_use]
    pub const fn with_text(mut self, octets: usize) -> Self {
        self.text = octets;
        self
    }
}
