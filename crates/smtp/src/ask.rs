//! The name of a question that the server machine has put to its embedder.
//!
//! in:  the machine's own counters      out: a small value that may travel anywhere and come back later
//! law: an ask is answered once; every later answer is [`Stale`]

/// Names one open question of a session.
///
/// It is a plain id: copy it, send it to another task, answer it whenever the decision is there. The generation
/// tells it apart from every earlier question, so an answer that comes too late is refused as [`Stale`] and never
/// taken for the answer to something else. It has a meaning only in the session that gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ask {
    generation: u32,
    place: u32,
}

impl Ask {
    pub(crate) const fn new(generation: u32, place: u32) -> Self {
        Self { generation, place }
    }

    pub(crate) const fn generation(self) -> u32 {
        self.generation
    }

    pub(crate) const fn place(self) -> u32 {
        self.place
    }
}

/// The asks that wait for the end of one message: one for SMTP, one per accepted recipient, in the order of their
/// RCPT, for LMTP.
///
/// # Examples
/// ```
/// # fn each(asks: mailwright_smtp::Asks) {
/// for (recipient, ask) in asks.iter().enumerate() {
///     println!("recipient {recipient}: {ask:?}");
/// }
/// # }
/// ```
///
/// # RFC
/// RFC 5321 §4.1.1.4; RFC 2033 §4.2
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Asks {
    generation: u32,
    count: u32,
}

impl Asks {
    pub(crate) const fn new(generation: u32, count: u32) -> Self {
        Self { generation, count }
    }

    /// How many there are; never 0.
    #[expect(clippy::len_without_is_empty, reason = "there is always at least one")]
    pub fn len(&self) -> usize {
        usize::try_from(self.count).unwrap_or(usize::MAX)
    }

    /// The first of them: the only one, unless the session speaks LMTP.
    pub fn first(&self) -> Ask {
        Ask::new(self.generation, 0)
    }

    /// All of them, in the order of their recipients.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Ask> + use<> {
        let generation = self.generation;
        // The cast is lossless on every target with at least 32-bit addresses, the only ones that alloc serves here.
        (0..self.len()).map(move |place| Ask::new(generation, u32::try_from(place).unwrap_or(u32::MAX)))
    }
}

/// The answer came too late, or twice.
///
/// The ask was answered before, its deadline passed, or the conversation ended. Whoever accepted something with it
/// (a stored message) has to undo that: the peer was told otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("the question is not open any more")]
#[expect(clippy::exhaustive_structs, reason = "it says one thing only")]
pub struct Stale;
