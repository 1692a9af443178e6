//! Names every reason to refuse or to defer, each with its code, its enhanced code and its words: one table.
//!
//! law: code and enhanced code are of one class (RFC 3463 §2); in a greeting and behind HELO no enhanced code stands
//! (RFC 2034 §4)

use alloc::string::{String, ToString as _};
use core::cmp::Ordering;
use core::fmt;

use mailwright_reply::{EnhancedStatusCode, Escaped, Reply, ReplyCode, Stage};

macro_rules! sources {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// Which kind of check spoke. The order is the priority: of two refusals the earlier source is named.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum Source { $($(#[$doc])* $name,)* }

        impl Source {
            /// Every source, by priority.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The source as one word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

sources! {
    /// The protocol itself: syntax, sequence, talking early.
    Protocol = "protocol";
    /// How much at once, how fast.
    Rate = "rate";
    /// Whether mail is taken for that domain from that peer.
    Relay = "relay";
    /// What a mail program must do before it sends.
    Submission = "submission";
    /// Our own list of those that we don't hear.
    Blocklist = "blocklist";
    /// Block lists of the DNS.
    Dnsbl = "dnsbl";
    /// How the peer calls itself.
    Helo = "helo";
    /// The reverse name of the peer.
    Rdns = "rdns";
    /// SPF of the return path.
    Spf = "spf";
    /// The return path.
    Sender = "sender";
    /// The mailbox.
    Recipient = "recipient";
    /// Mail that comes round again.
    Loop = "loop";
    /// DMARC and DKIM.
    Dmarc = "dmarc";
    /// What the message says and how it is built.
    Content = "content";
    /// Room and disks.
    Store = "store";
    /// A triplet that is seen for the first time.
    Greylist = "greylist";
    /// Only that the HELO name does not lead to the peer: never a refusal (RFC 5321 §4.1.4).
    HeloAddress = "helo-address";
}

/// A set of [`Source`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sources(u32);

/// The sources of a set, by priority.
#[derive(Clone, Debug)]
pub struct SourceNames(u32);

impl Sources {
    /// No source.
    pub const NONE: Self = Self(0);

    /// These sources.
    pub const fn of(sources: &[Source]) -> Self {
        let mut set = Self::NONE;
        let mut rest = sources;
        while let Some((first, behind)) = rest.split_first() {
            set = set.with(*first);
            rest = behind;
        }
        set
    }

    /// The set with one more.
    #[must_use]
    pub const fn with(self, source: Source) -> Self {
        Self(self.0 | 1_u32.wrapping_shl(source as u32))
    }

    /// Both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the source is there.
    pub const fn has(self, source: Source) -> bool {
        self.0 & 1_u32.wrapping_shl(source as u32) != 0
    }

    /// The sources, one by one.
    pub const fn iter(self) -> SourceNames {
        SourceNames(self.0)
    }
}

impl Iterator for SourceNames {
    type Item = Source;

    fn next(&mut self) -> Option<Source> {
        let source = Source::ALL.get(usize::try_from(self.0.trailing_zeros()).ok()?).copied()?;
        self.0 &= self.0.wrapping_sub(1);
        Some(source)
    }
}

impl FromIterator<Source> for Sources {
    fn from_iter<I: IntoIterator<Item = Source>>(sources: I) -> Self {
        sources.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

mod table;
pub use table::Reason;

/// A reason as it will be told: perhaps softened to "not now", perhaps with a time to wait.
///
/// # Examples
///
/// ```
/// use mailwright_policy::{Reason, Why};
/// use mailwright_reply::Stage;
///
/// let why = Why::from(Reason::Greylisted).with_wait(180);
/// assert_eq!(why.reply(Stage::Recipient).to_string(), "451 4.7.1 Greylisted, retry in 180 seconds");
/// assert_eq!(Why::from(Reason::Listed).reply(Stage::Greeting).code().number(), 554);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Why {
    reason: Reason,
    softened: bool,
    wait: u32,
}

impl From<Reason> for Why {
    fn from(reason: Reason) -> Self {
        Self { reason, softened: false, wait: 0 }
    }
}

impl Why {
    /// The same, telling the peer after how many seconds it may come back.
    #[must_use]
    pub const fn with_wait(self, seconds: u32) -> Self {
        Self { wait: seconds, ..self }
    }

    /// The same as a deferral: something that could have allowed it can't be asked now.
    #[must_use]
    pub const fn softened(self) -> Self {
        Self { softened: true, ..self }
    }

    /// The reason.
    pub const fn reason(self) -> Reason {
        self.reason
    }

    /// Whether a refusal was turned into a deferral.
    pub const fn is_softened(self) -> bool {
        self.softened
    }

    /// Seconds that the reply tells the peer to wait; 0 where it tells none.
    pub const fn wait(self) -> u32 {
        self.wait
    }

    /// Whether the reply says that the peer may come again.
    pub fn is_temporary(self) -> bool {
        self.softened || self.reason.is_temporary()
    }

    /// Whether the connection ends behind the reply.
    pub fn closes(self) -> bool {
        self.number() == 421 || matches!(self.reason, Reason::NotSmtp)
    }

    /// The code away from the greeting.
    pub fn number(self) -> u16 {
        match (self.softened, self.reason.number()) {
            (true, 552) => 452,
            (true, 550 | 551 | 553 | 556) => 450,
            (true, 500..) => 451,
            (_, number) => number,
        }
    }

    /// The enhanced code away from greeting and HELO: class, subject, detail.
    pub fn enhanced(self) -> (u8, u16, u16) {
        let (class, subject, detail) = self.reason.enhanced();
        (if self.softened { 4 } else { class }, subject, detail)
    }

    /// The reply, fit for the stage at which it is said.
    ///
    /// In place of the greeting a refusal is `554` and a deferral `421`; there and behind HELO no enhanced code stands.
    /// Allocates only where the text holds a time or was softened.
    ///
    /// # RFC
    ///
    /// RFC 5321 §3.1, §4.2; RFC 2034 §4
    pub fn reply(self, stage: Stage) -> Reply {
        if self.softened {
            let mut text = self.reason.text().to_string();
            text.push_str("; not all could be looked up, try again later");
            self.say(stage, text)
        } else if self.wait > 0 {
            let text = self.reason.text();
            let stem = text.strip_suffix(", try again later").unwrap_or(text);
            let mut said = stem.to_string();
            said.push_str(", retry in ");
            said.push_str(&self.wait.to_string());
            said.push_str(" seconds");
            self.say(stage, said)
        } else {
            self.say(stage, self.reason.text())
        }
    }

    /// The reply with a detail behind its words, as the address of a list or a link: cleaned of what could act, cut at
    /// 200 octets.
    pub fn reply_with(self, stage: Stage, detail: &[u8]) -> Reply {
        let mut text: String = self.reply(stage).text_lossy().into_owned();
        let detail = Escaped::new(detail.get(..200).unwrap_or(detail)).to_string();
        text.push_str(": ");
        text.extend(detail.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }));
        self.say(stage, text)
    }

    fn say(self, stage: Stage, text: impl Into<Text>) -> Reply {
        let opening = matches!(stage, Stage::Connect | Stage::Greeting);
        let number = match (opening, self.is_temporary()) {
            (true, true) => 421,
            (true, false) => 554,
            (false, _) => self.number(),
        };
        let code = ReplyCode::new(number).unwrap_or(ReplyCode::LOCAL_ERROR);
        let (class, subject, detail) = self.enhanced();
        let bare = opening || stage == Stage::Hello;
        let enhanced = if bare { None } else { EnhancedStatusCode::new(class, subject, detail) };
        let said = match text.into() {
            Text::Fixed(text) => Reply::new(code, enhanced, text),
            Text::Made(text) => Reply::new(code, enhanced, text),
        };
        said.unwrap_or_else(|_| mailwright_reply::standard::local_error())
    }

    /// The order in which one of several is told: by source, then code, then text.
    pub(crate) fn rank(self, other: Self) -> Ordering {
        let key = |why: Self| {
            (why.reason.source(), why.number(), why.reason.text(), why.reason, why.softened, why.wait)
        };
        // The table is sorted by nothing; the numbers are compared first since they nearly always decide.
        key(self).cmp(&key(other))
    }
}

/// The code, the enhanced code and the words.
impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.reply(Stage::Recipient), f)
    }
}

/// Words of a reply: those of the table are never copied.
enum Text {
    Fixed(&'static str),
    Made(String),
}

impl From<&'static str> for Text {
    fn from(text: &'static str) -> Self {
        Self::Fixed(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::Made(text)
    }
}
