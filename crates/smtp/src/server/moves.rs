//! The legal moves of a session: which command may come in which place.
//!
//! in:  a place and a verb      out: go on, or the refusal that fits
//! law: the machine, the tests and this table say the same; there is no second copy of the order of commands
//!
//! | verb      | Refused | Fresh | Hello | Mail | NoRecipient | Recipients | Chunks | Broken |
//! |-----------|---------|-------|-------|------|-------------|------------|--------|--------|
//! | Hello     | 503     | go    | go    | go   | go          | go         | go     | go     |
//! | Mail      | 503     | 503   | go    | 503  | 503         | 503        | 503    | 503    |
//! | Recipient | 503     | 503   | 503   | go   | go          | go         | 503    | 503    |
//! | Data      | 503     | 503   | 503   | 503  | 554         | go         | 503    | 503    |
//! | Bdat      | 503     | 503   | 503   | 503  | 503         | go         | go     | 503    |
//! | Reset     | 503     | go    | go    | go   | go          | go         | go     | go     |
//! | Noop      | 503     | go    | go    | go   | go          | go         | go     | go     |
//! | Help      | 503     | go    | go    | go   | go          | go         | go     | go     |
//! | Verify    | 503     | go    | go    | go   | go          | go         | go     | 503    |
//! | Expand    | 503     | go    | go    | go   | go          | go         | go     | 503    |
//! | Etrn      | 503     | 503   | go    | 503  | 503         | 503        | 503    | 503    |
//! | StartTls  | 503     | 503   | go    | 503  | 503         | 503        | 503    | 503    |
//! | Auth      | 503     | 503   | go    | 503  | 503         | 503        | 503    | 503    |
//! | Xclient   | 503     | go    | go    | 503  | 503         | 503        | 503    | 503    |
//! | Quit      | go      | go    | go    | go   | go          | go         | go     | go     |

/// Where a session stands, as far as the order of commands goes.
///
/// # RFC
/// RFC 5321 §4.1.4, §3.1 (a refused greeting); RFC 3030 §2 (chunks); RFC 2033 §4.1
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by the table of moves")]
pub enum Place {
    /// The greeting said that there is no service here.
    Refused,
    /// Greeted, but the client has not said hello: at the start, after STARTTLS, after XCLIENT.
    Fresh,
    /// Hello was said; no transaction.
    Hello,
    /// A sender was accepted; no recipient was named.
    Mail,
    /// Recipients were named; none was accepted.
    NoRecipient,
    /// At least one recipient was accepted.
    Recipients,
    /// At least one chunk was accepted, and not yet the last.
    Chunks,
    /// A chunk failed: the transaction is dead until it is reset.
    Broken,
}

/// A command, as far as its order goes. HELO, EHLO and LHLO are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by the table of moves")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Verb {
    Hello,
    Mail,
    Recipient,
    Data,
    Bdat,
    Reset,
    Noop,
    Help,
    Verify,
    Expand,
    Etrn,
    StartTls,
    Auth,
    Xclient,
    Quit,
}

/// What the table says to a command in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by the table of moves")]
pub enum Move {
    /// The order is right.
    Go,
    /// Bad sequence of commands: 503 5.5.1.
    Sequence,
    /// No valid recipients: 554 5.5.1 (RFC 5321 §3.3); LMTP says 503 5.5.1 (RFC 2033 §4.2).
    NoRecipients,
}

impl Place {
    /// Every place, in the order of the columns.
    pub const ALL: [Self; 8] = [
        Self::Refused,
        Self::Fresh,
        Self::Hello,
        Self::Mail,
        Self::NoRecipient,
        Self::Recipients,
        Self::Chunks,
        Self::Broken,
    ];

    /// Whether a transaction is open here.
    pub const fn in_transaction(self) -> bool {
        match self {
            Self::Refused | Self::Fresh | Self::Hello => false,
            Self::Mail | Self::NoRecipient | Self::Recipients | Self::Chunks | Self::Broken => true,
        }
    }
}

impl Verb {
    /// Every verb, in the order of the rows.
    pub const ALL: [Self; 15] = [
        Self::Hello,
        Self::Mail,
        Self::Recipient,
        Self::Data,
        Self::Bdat,
        Self::Reset,
        Self::Noop,
        Self::Help,
        Self::Verify,
        Self::Expand,
        Self::Etrn,
        Self::StartTls,
        Self::Auth,
        Self::Xclient,
        Self::Quit,
    ];
}

/// Whether `verb` may come in `place`.
///
/// # Examples
/// ```
/// use mailwright_smtp::server::moves::{Move, Place, Verb, legal};
///
/// assert_eq!(legal(Place::Hello, Verb::Mail), Move::Go);
/// assert_eq!(legal(Place::Mail, Verb::Mail), Move::Sequence);
/// assert_eq!(legal(Place::NoRecipient, Verb::Data), Move::NoRecipients);
/// ```
pub const fn legal(place: Place, verb: Verb) -> Move {
    let row = row(verb);
    // A row has one entry per place, in the order of `Place::ALL`.
    let [refused, fresh, hello, mail, none, some, chunks, broken] = row;
    match place {
        Place::Refused => refused,
        Place::Fresh => fresh,
        Place::Hello => hello,
        Place::Mail => mail,
        Place::NoRecipient => none,
        Place::Recipients => some,
        Place::Chunks => chunks,
        Place::Broken => broken,
    }
}

/// The row of the table for `verb`.
const fn row(verb: Verb) -> [Move; 8] {
    const G: Move = Move::Go;
    const S: Move = Move::Sequence;
    const N: Move = Move::NoRecipients;
    match verb {
        Verb::Hello | Verb::Reset | Verb::Noop | Verb::Help => [S, G, G, G, G, G, G, G],
        Verb::Mail | Verb::Etrn | Verb::StartTls | Verb::Auth => [S, S, G, S, S, S, S, S],
        Verb::Recipient => [S, S, S, G, G, G, S, S],
        Verb::Data => [S, S, S, S, N, G, S, S],
        Verb::Bdat => [S, S, S, S, S, G, G, S],
        Verb::Verify | Verb::Expand => [S, G, G, G, G, G, G, S],
        Verb::Xclient => [S, G, G, S, S, S, S, S],
        Verb::Quit => [G, G, G, G, G, G, G, G],
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

    use super::*;

    /// The table in the header of this file is the table of the code.
    #[test]
    fn the_documented_table_is_the_one_that_is_read() {
        let source = include_str!("moves.rs");
        let rows: Vec<Vec<String>> = source
            .lines()
            .take_while(|line| line.starts_with("//!"))
            .filter_map(|line| line.strip_prefix("//! |"))
            .map(|line| line.trim_end_matches('|').split('|').map(|cell| cell.trim().to_string()).collect())
            .collect();
        let heads: Vec<String> = Place::ALL.iter().map(|place| alloc::format!("{place:?}")).collect();
        assert_eq!(rows[0][1..], heads);
        assert_eq!(rows.len(), 2 + Verb::ALL.len());
        for (row, verb) in rows[2..].iter().zip(Verb::ALL) {
            assert_eq!(row[0], alloc::format!("{verb:?}"));
            for (cell, place) in row[1..].iter().zip(Place::ALL) {
                let said = match legal(place, verb) {
                    Move::Go => "go",
                    Move::Sequence => "503",
                    Move::NoRecipients => "554",
                };
                assert_eq!(cell, said, "{verb:?} in {place:?}");
            }
        }
    }

    #[test]
    fn every_place_has_a_way_out() {
        assert!(Place::ALL.iter().all(|&place| legal(place, Verb::Quit) == Move::Go));
    }
}
