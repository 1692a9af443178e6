//! Keeps a message so that it survives a power cut: the maildir way.
//!
//! in:  the octets of one message, in pieces      out: one file in `new/`, or nothing at all
//! law: `commit` returns after the file and its directory are on the disk; a draft that is dropped leaves nothing

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{fs, io, process};

use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio::task::spawn_blocking;

/// A directory with `tmp`, `new` and `cur` in it.
#[derive(Debug)]
pub struct Maildir {
    root: PathBuf,
    host: String,
    count: AtomicU64,
}

/// A message on its way into the maildir.
#[derive(Debug)]
pub struct Draft {
    /// The unique name that it will have, which is also a fit id for trace fields.
    pub name: String,
    file: File,
    root: PathBuf,
    /// Where the draft lies until it is committed; empty afterwards.
    tmp: Option<PathBuf>,
}

/// A message that lies in `new/`, synced.
#[derive(Debug)]
pub struct Stored {
    /// The unique name, which is also a fit id for the reply.
    pub name: String,
    path: PathBuf,
}

impl Maildir {
    /// Opens the maildir at `root` and makes what is missing of it.
    pub fn open(root: &Path, host: &str) -> io::Result<Self> {
        for part in ["tmp", "new", "cur"] {
            fs::create_dir_all(root.join(part))?;
        }
        // The directories themselves must outlive a power cut too.
        fs::File::open(root)?.sync_all()?;
        // A slash or a colon has a meaning in such a name (RFC 822 hosts may not hold them anyway).
        let host = host.replace(['/', ':'], "-");
        Ok(Self { root: root.to_owned(), host, count: AtomicU64::new(0) })
    }

    /// Starts a message under a name that no other process and no earlier run can have.
    pub async fn draft(&self) -> io::Result<Draft> {
        let name = self.unique_name();
        let tmp = self.root.join("tmp").join(&name);
        let file = File::options().write(true).create_new(true).open(&tmp).await?;
        Ok(Draft { file, name, root: self.root.clone(), tmp: Some(tmp) })
    }

    fn unique_name(&self) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        format!("{}.M{}P{}Q{count}.{}", now.as_secs(), now.subsec_micros(), process::id(), self.host)
    }
}

impl Draft {
    /// Adds octets of the message.
    pub async fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        self.file.write_all(octets).await
    }

    /// Puts the message into `new/`; when this returns `Ok`, it is there to stay.
    pub async fn commit(mut self) -> io::Result<Stored> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        let Some(tmp) = self.tmp.take() else { return Err(io::ErrorKind::NotFound.into()) };
        let new = self.root.join("new");
        let path = new.join(&self.name);
        let name = std::mem::take(&mut self.name);
        spawn_blocking(move || {
            // A link fails where a rename would overwrite; file systems without links get the rename.
            if fs::hard_link(&tmp, &path).is_ok() {
                fs::remove_file(&tmp)?;
            } else if let Err(error) = fs::rename(&tmp, &path) {
                let _ = fs::remove_file(&tmp);
                return Err(error);
            }
            fs::File::open(&new)?.sync_all()?;
            Ok(Stored { name, path })
        })
        .await
        .map_err(io::Error::other)?
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some(tmp) = self.tmp.take() {
            let _ = fs::remove_file(tmp);
        }
    }
}

impl Stored {
    /// Takes the message out again: its sender was never told that we have it.
    pub fn remove(&self) -> io::Result<()> {
        fs::remove_file(&self.path)
    }
}
