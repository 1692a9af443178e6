//! Finds the foreign suites and corpora that some tests read.
//!
//! They are not part of the repository: the folder that holds them is named by the environment variable
//! `MAILWRIGHT_SUITES`. Without it such a test says so aloud and passes over.

use std::path::{Path, PathBuf};

/// Every file below `$MAILWRIGHT_SUITES/<below>` whose name ends with `.<extension>`, sorted by path.
///
/// Gives `None`, after saying so on standard error, where the variable is not set.
///
/// # Panics
///
/// Where the variable is set but the folder can't be read: a suite that is promised must be there.
#[must_use]
pub fn files(below: &str, extension: &str) -> Option<Vec<PathBuf>> {
    let Some(root) = std::env::var_os("MAILWRIGHT_SUITES") else {
        eprintln!("PASSED OVER: MAILWRIGHT_SUITES is not set, so {below}/**/*.{extension} was not read");
        return None;
    };
    let mut found = Vec::new();
    let mut folders = vec![Path::new(&root).join(below)];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        for entry in entries {
            let path = entry.expect("a readable folder entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    Some(found)
}
