//! Finds Rust sources on this machine.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The message if [`library`] finds nothing.
pub const NO_LIBRARY: &str = "the source of the standard library is missing: \
    run `rustup component add rust-src`, or install Debian's package rust-web-src";

/// The source of the standard library: that of the toolchain, or else of a distribution's package.
#[must_use]
pub fn library() -> Option<PathBuf> {
    let asked = Command::new("rustc").args(["--print", "sysroot"]).output().ok();
    let sysroot = asked.and_then(|asked| String::from_utf8(asked.stdout).ok()).unwrap_or_default();
    [sysroot.trim(), "/usr"]
        .map(|root| Path::new(root).join("lib/rustlib/src/rust/library"))
        .into_iter()
        .find(|library| library.join("core/src").is_dir())
}

/// The folder of this workspace.
#[must_use]
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The Rust files below a folder, sorted by name, so that each run finds the same.
#[must_use]
pub fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        let skipped = path.file_name().is_some_and(|name| name == "target" || name == "vendor");
        if path.is_dir() && !skipped {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}
