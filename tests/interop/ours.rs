//! Runs our own examples, `receive` and `send`, as a person would.
//!
//! in:  command-line arguments      out: a listening server, or an exit code and what was printed

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Where cargo puts an example; built once, in release, since megabytes pass through it. With the features of the whole
/// workspace, as all else is built: those of the examples alone would compile everything below them anew.
fn example(name: &str) -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let folder = BUILT.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the workspace");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(root).args(["build", "--release", "--workspace"]);
        let built =
            cargo.args(["--example", "receive", "--example", "send", "--example", "mail_exchange"]).status();
        assert!(built.is_ok_and(|s| s.success()), "the examples build");
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        target.join("release/examples")
    });
    folder.join(name)
}

/// `receive` with a maildir of its own.
pub struct Receive {
    pub port: u16,
    folder: TempDir,
    child: Child,
}

impl Receive {
    pub fn start(arguments: &[&str]) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let maildir = folder.path().to_str().expect("a UTF-8 path").to_owned();
        Self::run(folder, &[&["--maildir", &maildir], arguments].concat())
    }

    /// Takes every message and keeps none.
    pub fn discarding() -> Self {
        Self::run(TempDir::new().expect("a temporary folder"), &[])
    }

    fn run(folder: TempDir, arguments: &[&str]) -> Self {
        let own = ["--listen", "127.0.0.1:0", "--size", "104857600"];
        Self::listening("receive", folder, &[&own, arguments].concat())
    }

    /// Starts an example that says where it listens.
    fn listening(name: &str, folder: TempDir, arguments: &[&str]) -> Self {
        let mut child = Command::new(example(name))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("an example that was built");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut first = String::new();
        lines.read_line(&mut first).expect("a first line");
        let port = first.trim().strip_prefix("listening on 127.0.0.1:").and_then(|p| p.parse().ok());
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        Self { port: port.unwrap_or_else(|| panic!("first line of {name}: {first:?}")), folder, child }
    }

    pub fn at(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Takes away and gives every stored message.
    pub fn taken(&self) -> Vec<Vec<u8>> {
        taken(self.folder.path())
    }

    /// Waits for at least one message, as a relay in between needs a moment.
    pub fn taken_within(&self, most: Duration) -> Vec<Vec<u8>> {
        taken_within(self.folder.path(), most)
    }
}

/// `mail_exchange` with a maildir of its own, which lets its peers speak for others.
pub struct MailExchange(Receive);

impl MailExchange {
    pub fn start(arguments: &[&str]) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let maildir = folder.path().to_str().expect("a UTF-8 path").to_owned();
        let own = ["--listen", "127.0.0.1:0", "--xclient-from", "127.0.0.1", "--maildir", &maildir];
        Self(Receive::listening("mail_exchange", folder, &[&own, arguments].concat()))
    }

    pub fn at(&self) -> String {
        self.0.at()
    }

    pub fn taken(&self) -> Vec<Vec<u8>> {
        self.0.taken()
    }
}

impl Drop for Receive {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn taken_within(maildir: &Path, most: Duration) -> Vec<Vec<u8>> {
    let begun = Instant::now();
    loop {
        let messages = taken(maildir);
        if !messages.is_empty() || begun.elapsed() > most {
            return messages;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The messages in every `new` below a folder; they are removed.
pub fn taken(maildir: &Path) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut folders = vec![maildir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for path in entries.flatten().map(|e| e.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if folder.ends_with("new") {
                found.push(fs::read(&path).expect("a stored message"));
                fs::remove_file(&path).expect("own folder");
            }
        }
    }
    found
}

/// Runs `send` with the message on its standard input.
pub fn send(server: &str, arguments: &[&str], message: &[u8]) -> Output {
    let mut command = Command::new(example("send"));
    command.args(["--server", server, "--helo", "client.test"]).args(arguments).arg("-");
    feed(&mut command, message)
}

/// Runs a command to its end with `input` on its standard input.
pub fn feed(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().expect("a child that ends");
    let _ = writer.join();
    output
}
