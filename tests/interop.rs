//! Real clients talk to our server, and our client talks to real servers, over loopback.
//!
//! `.ci/peers` fetches the peers; one that is missing is said aloud and passed over. Each cell of the matrix is a line of
//! output, and a message that crosses it must arrive octet for octet.

#[path = "interop/clients.rs"]
mod clients;
#[path = "interop/curtain.rs"]
mod curtain;
#[path = "interop/exchange.rs"]
mod exchange;
#[path = "interop/load.rs"]
mod load;
#[path = "interop/messages.rs"]
mod messages;
#[path = "interop/ours.rs"]
mod ours;
#[path = "interop/peers.rs"]
mod peers;
#[path = "interop/servers.rs"]
mod servers;

use std::fs;
use std::process::Output;

/// Prints each cell as it is decided and remembers those that failed.
#[derive(Default)]
struct Matrix {
    held: usize,
    failed: Vec<String>,
}

impl Matrix {
    fn cell(&mut self, peer: &str, case: &str, result: Result<(), String>) {
        match result {
            Ok(()) => {
                self.held += 1;
                println!("held    {peer:<22} {case}");
            }
            Err(why) => {
                println!("FAILED  {peer:<22} {case}: {why}");
                self.failed.push(format!("{peer}, {case}: {why}"));
            }
        }
    }

    fn finish(self) {
        println!("{} cells held, {} failed", self.held, self.failed.len());
        assert!(self.failed.is_empty(), "{}", self.failed.join("\n"));
    }
}

fn ended(output: &Output, code: i32) -> Result<(), String> {
    if output.status.code() == Some(code) {
        return Ok(());
    }
    let printed =
        [String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)].join(" ");
    let tail: String = printed.chars().rev().take(600).collect::<Vec<_>>().into_iter().rev().collect();
    Err(format!("exit {:?} instead of {code}: {tail}", output.status.code()))
}

const OCTETS: &[usize] = &[1, 2_000, 1_000_000, 50_000_000];
const FROM_TO: &[&str] = &["--from", "a@client.test", "--to", "b@ok.test"];

fn hundred() -> Vec<String> {
    (0..100).map(|n| format!("user{n}@ok.test")).collect()
}

/// A message file for clients that want one.
fn file(folder: &tempfile::TempDir, message: &[u8]) -> String {
    let path = folder.path().join("message");
    fs::write(&path, message).expect("own folder");
    path.to_str().expect("a UTF-8 path").to_owned()
}

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    FROM_TO.iter().copied().chain(more.iter().copied()).collect()
}
