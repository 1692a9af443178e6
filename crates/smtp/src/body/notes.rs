//! Notes what is seen in a body while it is read.
//!
//! in:  the octets that a decoder gives, and where it met a bare CR or LF      out: its findings
//! law: the first of each kind is told, by its place; a line is counted as the embedder gets it (RFC 5321 §4.5.3.1.6)

use super::scan::Seen;
use super::unstuffing::BodyDecoder;

impl BodyDecoder {
    /// `at`: of the octet behind the CR.
    pub(super) fn note_bare_cr(&mut self, at: usize) {
        let at = self.wire.saturating_add(at as u64).saturating_sub(1);
        self.findings.bare_cr = self.findings.bare_cr.or(Some(at));
    }

    pub(super) fn note_bare_lf(&mut self, at: usize) {
        let at = self.wire.saturating_add(at as u64);
        self.findings.bare_lf = self.findings.bare_lf.or(Some(at));
    }

    #[inline]
    pub(super) const fn see(&mut self, seen: Seen) {
        if let Some(facts) = &mut self.findings.facts {
            facts.eight_bit |= seen.or > 127;
            facts.nul |= seen.nul != 0;
        }
    }

    /// Counts octets that are given, and looks for a line over the limit by leaps as long as the limit.
    #[inline]
    pub(super) fn count(&mut self, octets: &[u8]) {
        let length = octets.len() as u64;
        // The most frequent among small pieces: one line, or the rest of one.
        if octets.ends_with(b"\n") && self.column.saturating_add(length) <= self.line_limit {
            self.column = 0;
        } else if self.findings.long_line.is_none() {
            self.measure(octets);
        }
        self.findings.octets = self.findings.octets.saturating_add(length);
    }

    fn measure(&mut self, octets: &[u8]) {
        let mut rest = octets;
        while self.findings.long_line.is_none() && !rest.is_empty() {
            let room = usize::try_from(self.line_limit.saturating_sub(self.column)).unwrap_or(usize::MAX);
            let (near, _) = rest.split_at_checked(room).unwrap_or((rest, &[]));
            if near.len() == rest.len() && rest.ends_with(b"\n") {
                self.column = 0;
                break;
            }
            if let Some(feed) = memchr::memrchr(b'\n', near) {
                rest = rest.get(feed.saturating_add(1)..).unwrap_or_default();
                self.column = 0;
            } else if near.len() == rest.len() {
                self.column = self.column.saturating_add(rest.len() as u64);
                break;
            } else {
                let passed = octets.len().saturating_sub(rest.len()) as u64;
                let start = self.findings.octets.saturating_add(passed).saturating_sub(self.column);
                self.findings.long_line = Some(start);
            }
        }
    }
}
