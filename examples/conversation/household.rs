//! The called party: knows who lives here and takes messages for them.
//!
//! in:  the questions of a session      out: verdicts
//! law: an unknown name is refused for good, at once and by name; what was accepted is kept

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use mailwright::address::{ForwardPath, ReversePath};
use mailwright::reply::{Reply, standard};
use mailwright::smtp::BodyFindings;
use mailwright::smtp::server::{Facts, MailParameters, RecipientParameters, Verdict};
use mailwright::tokio::{Decision, Handler};

/// A household and its letter box.
#[derive(Clone, Debug, Default)]
pub struct Household {
    letters: Arc<Mutex<Vec<Vec<u8>>>>,
}

/// Who lives at `smith.example`.
const HERE: [&str; 4] = ["eva", "precious", "john", "postmaster"];

impl Household {
    /// How many messages were taken.
    pub fn letters(&self) -> usize {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Handler for Household {
    type Transaction = Vec<u8>;

    async fn mail(&self, _: &Facts, _: &ReversePath, _: &MailParameters) -> Result<Vec<u8>, Verdict> {
        Ok(Vec::new())
    }

    async fn recipient(
        &self,
        _: &Facts,
        _: &Vec<u8>,
        path: &ForwardPath,
        _: &RecipientParameters,
    ) -> Verdict {
        let known = path.mailbox().is_none_or(|mailbox| {
            let user = mailbox.local_part().meaning().to_lowercase();
            HERE.contains(&user.as_str())
        });
        if known { Verdict::accept() } else { refuse(standard::unknown_user()) }
    }

    async fn body(&self, _: &Facts, letter: &mut Vec<u8>, octets: Bytes) {
        letter.extend_from_slice(&octets);
    }

    async fn end_of_body(&self, _: &Facts, letter: &mut Vec<u8>, _: BodyFindings) -> Decision {
        let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        letters.push(std::mem::take(letter));
        let queued = Reply::queued(&format!("letter-{}", letters.len())).ok();
        queued.and_then(|reply| Verdict::accept_with(reply).ok()).unwrap_or_else(Verdict::accept).into()
    }
}

fn refuse(reply: Reply) -> Verdict {
    Verdict::refuse(reply).unwrap_or_else(|_| Verdict::defer())
}
