//! Checks the body of one part that holds no parts: its encoding, its character set, its text.
//!
//! in:  the lines of the body      out: notes; the visible text, up to its limit
//! law: memory is one line, one tag and the limit of text, however long the body is

use crate::charset::{Charset, Checker};
use crate::checks::html::{Html, Origin};
use crate::checks::script;
use crate::checks::text::{self, Mark, Place};
use crate::finding::Detail;
use crate::rules::{Id, Severity};
use crate::transfer::{Decoder, TransferEncoding};
use crate::validate::lines::{Content, Piece};
use crate::validate::sink::{Note, Sink};
use crate::validate::spotted::Spotted;
use crate::walk::line_end_length;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;
use md5::{Digest, Md5};

/// What the header section said about a leaf.
#[derive(Clone, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one fact of the header section, in any combination"
)]
pub(crate) struct Declared {
    pub(crate) text: bool,
    pub(crate) html: bool,
    pub(crate) plain: bool,
    pub(crate) attachment: bool,
    pub(crate) flowed: bool,
    pub(crate) encoding: TransferEncoding,
    /// The label, where there is one.
    pub(crate) label: Option<String>,
    pub(crate) md5: Option<Vec<u8>>,
    /// Where the field with the label lies, for notes that are about it.
    pub(crate) label_at: Option<(Range<u64>, u64)>,
    pub(crate) encoding_at: Option<(Range<u64>, u64)>,
    pub(crate) report: Option<Report>,
    pub(crate) language: Option<String>,
}

/// A machine-readable body whose fields are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    Delivery,
    Disposition,
}

/// What a leaf turned out to hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) visible: u32,
    pub(crate) images: u32,
    pub(crate) placeholder: bool,
    pub(crate) words: Vec<u32>,
    pub(crate) unsubscribe: bool,
    pub(crate) cids: Vec<(Vec<u8>, Range<u64>, u64)>,
    pub(crate) span: Range<u64>,
    pub(crate) line: u64,
    pub(crate) charset: Option<Charset>,
    pub(crate) high: bool,
}

/// The walk over one leaf.
#[derive(Debug)]
pub(crate) struct Leaf {
    pub(crate) declared: Declared,
    charset: Option<Charset>,
    decoder: Decoder,
    checker: Option<Checker>,
    html: Option<Html>,
    md5: Option<Md5>,
    text: Vec<u8>,
    marks: Vec<Mark>,
    out: Vec<u8>,
    body: u64,
    body_line: u64,
    octets: u64,
    length: u64,
    line_at: u64,
    // Decoded content.
    high: bool,
    c1: bool,
    longest: u64,
    current: u64,
    charset_at: Option<(Range<u64>, u64)>,
    /// The last line that holds more than its end.
    last_line: u64,
    first_high: Option<(u64, u64)>,
    nul: Option<(u64, u64)>,
    long: Spotted,
    over: Spotted,
    flowed: Spotted,
    spots: [Option<u64>; 8],
    fields: Vec<u8>,
    most: usize,
}

impl Leaf {
    pub(crate) fn new(declared: Declared, body: u64, line: u64, most: usize, text: Vec<u8>) -> Self {
        let charset = match &declared.label {
            Some(label) => Charset::find(label.as_bytes()),
            None => declared.text.then_some(Charset::ASCII),
        };
        let checked = declared.text && declared.label.is_some();
        Self {
            charset,
            decoder: if declared.text || declared.md5.is_some() || declared.report.is_some() {
                Decoder::new(declared.encoding)
            } else {
                Decoder::new(declared.encoding).quiet()
            },
            checker: charset.filter(|c| checked && !c.is_ascii()).map(Checker::new),
            html: declared.html.then(|| Html::new(body)),
            md5: declared.md5.is_some().then(Md5::new),
            text,
            marks: Vec::new(),
            out: Vec::new(),
            body,
            body_line: line,
            octets: 0,
            length: 0,
            line_at: body,
            high: false,
            c1: false,
            longest: 0,
            current: 0,
            charset_at: None,
            last_line: line,
            first_high: None,
            nul: None,
            long: Spotted::default(),
            over: Spotted::default(),
            flowed: Spotted::default(),
            spots: [None; 8],
            fields: Vec::new(),
            most,
            declared,
        }
    }

    /// The first line of the body lies here.
    pub(crate) fn begin(&mut self, at: u64, line: u64) {
        (self.body, self.body_line, self.last_line) = (at, line, line);
        if let Some(html) = &mut self.html {
            *html = Html::new(at);
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, piece: &Piece<'_>, content: Content, sink: &mut Sink) {
        self.octets = self.octets.saturating_add(piece.octets.len() as u64);
        if piece.starts {
            self.length = 0;
            self.line_at = piece.at;
        }
        let text_length = piece.octets.len().saturating_sub(line_end_length(piece.octets)) as u64;
        self.length = self.length.saturating_add(text_length);
        if text_length > 0 {
            self.last_line = piece.line;
        }
        if content.high && self.first_high.is_none() {
            let at = piece.octets.iter().position(|b| *b >= 128).unwrap_or(0) as u64;
            self.first_high = Some((piece.at.saturating_add(at), piece.line));
        }
        if content.control && self.nul.is_none() {
            let at = memchr::memchr(0, piece.octets);
            self.nul = at.map(|at| (piece.at.saturating_add(at as u64), piece.line));
        }
        if piece.ends && self.length > 76 {
            self.long_line(self.line_at, piece.line, self.length);
        }
        if self.declared.encoding.is_identity() {
            if self.declared.text || self.md5.is_some() || self.declared.report.is_some() {
                self.decoded(piece.octets, piece, content.high, true, sink);
            }
            return;
        }
        let mut out = core::mem::take(&mut self.out);
        out.clear();
        let told = self.decoder.told();
        self.decoder.push(piece.octets, &mut out);
        if self.decoder.told() != told {
            self.mark_faults(piece.line);
        }
        let high = !out.is_ascii();
        self.decoded(&out, piece, high, false, sink);
        self.out = out;
    }

    /// Can plain lines be taken many at a time?
    pub(crate) fn takes_whole(&self) -> bool {
        self.declared.encoding.is_identity()
            && self.html.is_none()
            && self.checker.as_ref().is_none_or(Checker::passes_ascii)
    }

    /// Takes plain lines; the last that holds more than its end is number `filled`, from 1.
    pub(crate) fn take(&mut self, lines: &Piece<'_>, filled: u64, sink: &mut Sink) {
        if !self.takes_whole() {
            for line in lines.lines() {
                self.push(&line, Content::default(), sink);
            }
            return;
        }
        self.octets = self.octets.saturating_add(lines.octets.len() as u64);
        if filled > 0 {
            self.last_line = lines.line.saturating_add(filled).saturating_sub(1);
        }
        if self.declared.text || self.md5.is_some() || self.declared.report.is_some() {
            self.decoded(lines.octets, lines, false, true, sink);
        }
    }

    /// A line of more than 76 octets ended.
    #[cold]
    pub(crate) fn long_line(&mut self, at: u64, line: u64, length: u64) {
        let span = at..at.saturating_add(length);
        if !self.declared.encoding.is_identity() {
            self.long.hit(span.clone(), line, length);
        }
        if length > 998 {
            self.over.hit(span.clone(), line, length);
        }
        if self.declared.flowed && length > 79 {
            self.flowed.hit(span, line, length);
        }
    }

    /// Remembers the line of each fault of the encoding when it comes first.
    fn mark_faults(&mut self, line: u64) {
        let faults = self.decoder.faults();
        let counts = [
            faults.bad_octet.count,
            faults.bad_length.count,
            faults.after_padding.count,
            faults.bad_escape.count,
            faults.lower_hex.count,
            faults.trailing_blank.count,
            faults.coded_break.count,
            faults.eight_bit.count,
        ];
        for (slot, count) in self.spots.iter_mut().zip(counts) {
            if count > 0 && slot.is_none() {
                *slot = Some(line);
            }
        }
    }

    fn decoded(&mut self, octets: &[u8], piece: &Piece<'_>, high: bool, exact: bool, sink: &mut Sink) {
        if let Some(md5) = &mut self.md5 {
            md5.update(octets);
        }
        if self.declared.report.is_some() {
            let room = self.most.saturating_sub(self.fields.len());
            self.fields.extend_from_slice(octets.get(..octets.len().min(room)).unwrap_or_default());
        }
        if !self.declared.text {
            return;
        }
        if exact {
            self.longest = self.longest.max(self.length);
        } else {
            self.measure(octets);
        }
        if high {
            self.high = true;
            if self.charset.is_some_and(Charset::is_latin1) && !self.c1 {
                self.c1 = octets.iter().any(|b| (0x80..0xA0).contains(b));
                if self.c1 {
                    self.charset_at =
                        Some(Self::origin(piece, exact).spot(octets, |b| (0x80..0xA0).contains(&b)));
                }
            }
        }
        if let Some(checker) = &mut self.checker {
            let before = checker.bad();
            checker.push(octets);
            if before.is_none()
                && let Some(bad) = checker.bad()
            {
                let span = if exact {
                    // A character that began on an earlier line is told where it fell apart.
                    let at = self.body.saturating_add(bad).max(piece.at);
                    at..at.saturating_add(1)
                } else {
                    piece.at..piece.at.saturating_add(piece.octets.len() as u64)
                };
                self.charset_at = Some((span, piece.line));
            }
        }
        self.collect(octets, piece, exact, sink);
    }

    fn origin(piece: &Piece<'_>, exact: bool) -> Origin {
        let end = piece.at.saturating_add(piece.octets.len() as u64);
        Origin { at: piece.at, end, line: piece.line, exact }
    }

    fn collect(&mut self, octets: &[u8], piece: &Piece<'_>, exact: bool, sink: &mut Sink) {
        let origin = Self::origin(piece, exact);
        if let Some(html) = &mut self.html {
            if self.marks.len() < 1024 && self.text.len() < self.most {
                self.marks.push(Mark { text: self.text.len(), at: piece.at, line: piece.line, exact: false });
            }
            html.push(octets, origin, &mut self.text, self.most, sink);
            return;
        }
        let room = self.most.saturating_sub(self.text.len());
        if room > 0 {
            let text = self.text.len();
            let mark = Mark { text, at: piece.at, line: piece.line, exact };
            let goes_on = self.marks.last().is_some_and(|last| last.goes_on(&mark));
            if !goes_on && self.marks.len() < 1024 {
                self.marks.push(mark);
            }
            self.text.extend_from_slice(octets.get(..octets.len().min(room)).unwrap_or_default());
        }
    }

    /// The longest line of decoded text.
    fn measure(&mut self, octets: &[u8]) {
        for line in octets.split_inclusive(|b| *b == b'\n') {
            self.current = self.current.saturating_add(line.len() as u64);
            self.longest = self.longest.max(self.current);
            if line.ends_with(b"\n") {
                self.current = 0;
            }
        }
    }

    /// The part ended at `end`; `compared` where its text will be compared with that of its neighbours. Gives what it
    /// held, and its text buffer to use again.
    pub(crate) fn finish(&mut self, end: u64, compared: bool, sink: &mut Sink) -> (Outcome, Vec<u8>) {
        let end = end.max(self.body);
        if !self.declared.encoding.is_identity() {
            let mut out = core::mem::take(&mut self.out);
            out.clear();
            self.decoder.finish(&mut out);
            self.mark_faults(self.last_line);
            let piece = Piece { octets: &[], at: end, line: self.body_line, starts: false, ends: true };
            let high = !out.is_ascii();
            self.decoded(&out, &piece, high, false, sink);
        }
        if let Some(checker) = &mut self.checker {
            checker.finish();
            if checker.bad().is_some() && self.charset_at.is_none() {
                self.charset_at = Some((end.saturating_sub(1).max(self.body)..end, self.last_line));
            }
        }
        self.encoding_notes(sink);
        self.charset_notes(end, sink);
        if let (Some(md5), Some(expected)) = (self.md5.take(), &self.declared.md5)
            && md5.finalize().as_slice() != expected.as_slice()
        {
            sink.put(Note::new(Id::ContentMd5Mismatch, self.body..end, self.body_line));
        }
        if let Some(note) = self.flowed.note(Id::FlowedLineInvalid) {
            sink.put(note.length(self.flowed.longest, 79));
        }
        if let Some(report) = self.declared.report {
            crate::checks::report::check(&self.fields, report, self.body, self.body_line, end, sink);
        }
        self.outcome(end, compared, sink)
    }

    fn encoding_notes(&self, sink: &mut Sink) {
        let encoding = self.declared.encoding;
        let faults = self.decoder.faults();
        let spots = [
            (faults.bad_octet, Id::Base64CharacterInvalid),
            (faults.bad_length, Id::Base64Length),
            (faults.after_padding, Id::Base64AfterPadding),
            (faults.bad_escape, Id::QpEscapeInvalid),
            (faults.lower_hex, Id::QpLowerCaseHex),
            (faults.trailing_blank, Id::QpTrailingBlank),
            (faults.coded_break, Id::QpEncodedLineBreak),
        ];
        for ((spot, id), line) in spots.into_iter().zip(self.spots) {
            let text_only = id == Id::QpEncodedLineBreak;
            if spot.count > 0 && (!text_only || self.declared.text) {
                let at = self.body.saturating_add(spot.first);
                let note =
                    Note::new(id, at..at.saturating_add(1), line.unwrap_or(self.body_line)).count(spot.count);
                sink.put(note);
            }
        }
        let long =
            if encoding == TransferEncoding::Base64 { Id::Base64LineTooLong } else { Id::QpLineTooLong };
        if let Some(note) = self.long.note(long) {
            sink.put(note.length(self.long.longest, 76));
        }
        if let Some((at, line)) = self.first_high {
            let allowed = matches!(
                encoding,
                TransferEncoding::EightBit | TransferEncoding::Binary | TransferEncoding::Unknown
            );
            if !allowed {
                let note = Note::new(Id::TransferEncodingEightBit, at..at.saturating_add(1), line);
                sink.put(note.expected("octets below 128"));
            }
        }
        let short = matches!(encoding, TransferEncoding::SevenBit | TransferEncoding::EightBit);
        if short {
            if let Some(note) = self.over.note(Id::TransferEncodingUnderstated) {
                sink.put(note.length(self.over.longest, 998));
            } else if let Some((at, line)) = self.nul {
                let note = Note::new(Id::TransferEncodingUnderstated, at..at.saturating_add(1), line);
                sink.put(note.expected("no NUL"));
            }
        }
        let coded = !encoding.is_identity() && self.declared.text && self.octets > 0;
        if coded
            && !self.high
            && self.longest <= 78
            && !self.declared.attachment
            && self.charset.is_none_or(Charset::is_ascii_compatible)
        {
            let (span, line) =
                self.declared.encoding_at.clone().unwrap_or((self.body..self.body, self.body_line));
            sink.put(Note::new(Id::TransferEncodingNeedless, span, line));
        }
    }

    fn charset_notes(&self, end: u64, sink: &mut Sink) {
        if !self.declared.text {
            return;
        }
        let (label_span, label_line) =
            self.declared.label_at.clone().unwrap_or((self.body..end, self.body_line));
        let about_label = |id| Note::new(id, label_span.clone(), label_line);
        let first_high = self
            .first_high
            .map_or((self.body..end, self.body_line), |(at, line)| (at..at.saturating_add(1), line));
        match (&self.declared.label, self.charset) {
            (None, _) if self.high => sink.put(Note::new(Id::CharsetMissing, first_high.0, first_high.1)),
            (Some(label), None) => {
                let severity = if self.high { Severity::Error } else { Severity::Warning };
                let note = about_label(Id::CharsetUnknown).found(label.as_bytes());
                sink.put(note.severity(severity));
            }
            (Some(_), Some(charset)) => {
                self.known_charset(charset, &about_label, first_high, sink);
            }
            (None, _) => {}
        }
        if let Some((meta, span, line)) = self.html.as_ref().and_then(|html| html.meta_charset.as_ref()) {
            let says = Charset::find(meta);
            let same = says == self.charset || says.is_some_and(Charset::is_utf8) && !self.high;
            let ascii = !self.high && self.charset.is_some_and(Charset::is_ascii);
            if self.declared.label.is_some() && !same && !ascii {
                sink.put(Note::new(Id::CharsetHtmlMetaConflict, span.clone(), *line).found(meta));
            }
        }
    }

    fn known_charset(
        &self,
        charset: Charset,
        about_label: &dyn Fn(Id) -> Note<'static>,
        first_high: (Range<u64>, u64),
        sink: &mut Sink,
    ) {
        if charset.is_wide() {
            sink.put(about_label(Id::CharsetUtf16Text).found(charset.name().as_bytes()));
        } else if charset.is_closed() {
            sink.put(about_label(Id::CharsetDeprecated).found(charset.name().as_bytes()));
        }
        if charset.is_ascii() && self.high {
            sink.put(Note::new(Id::CharsetAsciiWithEightBit, first_high.0, first_high.1));
        }
        if let Some((span, line)) = &self.charset_at {
            if self.c1 {
                sink.put(
                    Note::new(Id::CharsetLatin1C1, span.clone(), *line).expected("windows-1252 or utf-8"),
                );
            } else {
                let detail = Detail::Expected(charset.name());
                sink.put(Note::new(Id::CharsetInvalidOctets, span.clone(), *line).detail(detail));
            }
        }
        let usual = charset.is_ascii()
            || charset.is_utf8()
            || charset.is_latin1()
            || charset.name() == "windows-1252";
        if !usual && !self.high && charset.is_ascii_compatible() && self.octets > 0 {
            sink.put(about_label(Id::CharsetNeedless).found(charset.name().as_bytes()));
        }
    }

    fn outcome(&mut self, end: u64, compared: bool, sink: &mut Sink) -> (Outcome, Vec<u8>) {
        let text = core::mem::take(&mut self.text);
        let mut outcome = Outcome {
            span: self.body..end,
            line: self.body_line,
            charset: self.charset,
            high: self.high,
            ..Outcome::default()
        };
        if let Some(html) = &mut self.html {
            html.finish(sink);
            outcome.images = html.images;
            outcome.unsubscribe = html.unsubscribe;
            outcome.cids = core::mem::take(&mut html.cids);
        }
        if self.declared.text && !self.declared.attachment {
            let shown: Cow<'_, str> = match (self.charset, core::str::from_utf8(&text)) {
                (Some(charset), _)
                    if !charset.is_ascii() && !charset.is_utf8() && !charset.is_closed() && self.high =>
                {
                    Cow::Owned(charset.decode(&text).0)
                }
                (_, Ok(text)) => Cow::Borrowed(text),
                _ => String::from_utf8_lossy(&text),
            };
            let place = Place {
                span: self.body..end,
                line: self.body_line,
                text: &text,
                marks: &self.marks,
                html: self.declared.html,
            };
            let visible = if sink.profile.any_text {
                text::check(&shown, &place, sink)
            } else {
                shown.bytes().filter(|b| !b.is_ascii_whitespace()).count()
            };
            outcome.visible = u32::try_from(visible).unwrap_or(u32::MAX);
            if sink.profile.any_text && compared {
                outcome.placeholder = text::is_placeholder(&shown);
                outcome.words = text::fingerprint(&shown);
            }
            if sink.profile.any_text && sink.bulk && !outcome.unsubscribe {
                outcome.unsubscribe = text::has_unsubscribe(&shown);
            }
            self.script(&shown, sink);
        }
        if self.declared.html && self.octets > 102 * 1024 {
            let note = Note::new(Id::HtmlTooLarge, self.body..end, self.body_line);
            sink.put(note.length(self.octets, 102 * 1024));
        }
        let mut text = text;
        text.clear();
        (outcome, text)
    }

    fn script(&self, shown: &str, sink: &mut Sink) {
        let Some(language) = &self.declared.language else { return };
        if !sink.is_on(Id::ScriptUnexpected) {
            return;
        }
        let tag = language.get(..2).unwrap_or_default().to_ascii_lowercase();
        let expected = match tag.as_str() {
            "en" | "de" | "fr" | "es" | "it" | "pt" | "nl" | "pl" | "sv" | "tr" | "fi" | "da" | "cs" => {
                "Latin"
            }
            "ru" | "uk" | "bg" | "be" | "mk" => "Cyrillic",
            "el" => "Greek",
            "zh" | "ja" => "Han",
            "ko" => "Hangul",
            "ar" | "fa" | "ur" => "Arabic",
            "he" => "Hebrew",
            "th" => "Thai",
            _ => return,
        };
        if let Some(script) = script::main_script(shown).filter(|script| *script != expected) {
            let note = Note::new(
                Id::ScriptUnexpected,
                self.body..self.body.saturating_add(self.octets),
                self.body_line,
            );
            sink.put(
                note.detail(Detail::Instead { found: script.into(), expected: Cow::Borrowed(expected) }),
            );
        }
    }
}

impl Origin {
    fn spot(self, octets: &[u8], wanted: impl Fn(u8) -> bool) -> (Range<u64>, u64) {
        let at = octets.iter().position(|b| wanted(*b)).unwrap_or(0);
        (self.span(at, at.saturating_add(1)), self.line)
    }
}
