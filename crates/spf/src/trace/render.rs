//! Writes a log: as a tree for people, as JSON for programs.

use core::fmt::{self, Write};

use super::{Event, Log, Reply, Why};

/// A tree: one line per event, two blanks per depth.
impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, event) in self.events() {
            let inside = match event {
                Event::Start { .. } | Event::Record { .. } | Event::End(_) | Event::SecondOpinion => 0,
                Event::Term { .. } | Event::Left(_) | Event::Explanation { .. } => 2,
                Event::Answer { .. }
                | Event::Skipped(_)
                | Event::NamesIgnored(_)
                | Event::Matched(_)
                | Event::NotMatched => 4,
            };
            let indent = usize::from(depth).saturating_mul(4).saturating_add(inside);
            write!(f, "{:indent$}", "")?;
            line(f, event)?;
            f.write_char('\n')?;
        }
        Ok(())
    }
}

fn line(f: &mut fmt::Formatter<'_>, event: Event<'_>) -> fmt::Result {
    match event {
        Event::Start { domain, client } => write!(f, "may {client} send for {domain}?"),
        Event::Record { domain, text } => write!(f, "{domain}: {}", text.escape_ascii()),
        Event::Term { text, at, terms, voids } => {
            write!(f, "{} (octet {at}; {terms} of 10 look-up terms, {voids} void)", text.escape_ascii())
        }
        Event::Answer { name, kind, reply } => write!(f, "{kind} {name}: {reply}"),
        Event::Skipped(why) => write!(f, "skipped: {why}"),
        Event::NamesIgnored(count) => write!(f, "{count} further host names of the client ignored"),
        Event::Matched(qualifier) => write!(f, "matched: {}", crate::Verdict::from(qualifier)),
        Event::NotMatched => f.write_str("no match"),
        Event::Left(verdict) => write!(f, "the included record says {verdict}"),
        Event::Explanation { name, found: true } => write!(f, "explanation found at {name}"),
        Event::Explanation { name, found: false } => write!(f, "no usable explanation at {name}"),
        Event::End(verdict) => write!(f, "result: {verdict}"),
        Event::SecondOpinion => f.write_str("second opinion, with the fault ignored:"),
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found(1) => f.write_str("1 record"),
            Self::Found(count) => write!(f, "{count} records"),
            Self::NoData => f.write_str("no such record"),
            Self::NxDomain => f.write_str("no such name"),
            Self::Failed(failure) => write!(f, "failed, {failure}"),
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BadName => "the name can't be asked for",
            Self::International => "the local part is not ASCII",
            Self::Private => "the name would tell about the sender",
            Self::NoHost => "no host name",
        })
    }
}

impl Log {
    /// Writes the events as a JSON array, one object per event.
    ///
    /// # Errors
    ///
    /// What `out` gives.
    pub fn write_json(&self, out: &mut impl Write) -> fmt::Result {
        out.write_char('[')?;
        for (i, (depth, event)) in self.events().enumerate() {
            write!(out, "{}{{\"depth\":{depth},", if i == 0 { "" } else { "," })?;
            object(out, event)?;
            out.write_char('}')?;
        }
        out.write_char(']')
    }
}

fn object(out: &mut impl Write, event: Event<'_>) -> fmt::Result {
    match event {
        Event::Start { domain, client } => {
            write!(out, "\"event\":\"start\",\"domain\":{},\"client\":\"{client}\"", Json(domain))
        }
        Event::Record { domain, text } => {
            write!(
                out,
                "\"event\":\"record\",\"domain\":{},\"text\":{}",
                Json(domain),
                Json(text.escape_ascii())
            )
        }
        Event::Term { text, at, terms, voids } => {
            let text = Json(text.escape_ascii());
            write!(out, "\"event\":\"term\",\"text\":{text},\"at\":{at},\"terms\":{terms},\"voids\":{voids}")
        }
        Event::Answer { name, kind, reply } => {
            let name = Json(name);
            write!(out, "\"event\":\"answer\",\"name\":{name},\"kind\":\"{kind}\",\"reply\":{}", Json(reply))
        }
        Event::Skipped(why) => write!(out, "\"event\":\"skipped\",\"why\":{}", Json(why)),
        Event::NamesIgnored(count) => write!(out, "\"event\":\"names-ignored\",\"count\":{count}"),
        Event::Matched(qualifier) => {
            write!(out, "\"event\":\"matched\",\"verdict\":\"{}\"", crate::Verdict::from(qualifier))
        }
        Event::NotMatched => out.write_str("\"event\":\"not-matched\""),
        Event::Left(verdict) => write!(out, "\"event\":\"left\",\"verdict\":\"{verdict}\""),
        Event::Explanation { name, found } => {
            write!(out, "\"event\":\"explanation\",\"name\":{},\"found\":{found}", Json(name))
        }
        Event::End(verdict) => write!(out, "\"event\":\"end\",\"verdict\":\"{verdict}\""),
        Event::SecondOpinion => out.write_str("\"event\":\"second-opinion\""),
    }
}

/// Text as a JSON string.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: fmt::Display> fmt::Display for Json<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct Escape<'a, 'f>(&'a mut fmt::Formatter<'f>);
        impl Write for Escape<'_, '_> {
            fn write_str(&mut self, text: &str) -> fmt::Result {
                for character in text.chars() {
                    match character {
                        '"' | '\\' => write!(self.0, "\\{character}")?,
                        '\0'..='\x1f' | '\x7f' => write!(self.0, "\\u{:04x}", u32::from(character))?,
                        _ => self.0.write_char(character)?,
                    }
                }
                Ok(())
            }
        }
        f.write_char('"')?;
        write!(Escape(f), "{}", self.0)?;
        f.write_char('"')
    }
}
