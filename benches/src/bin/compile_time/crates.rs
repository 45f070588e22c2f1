//! The crates that are compiled.

use std::io;
use std::path::{Path, PathBuf};

/// The functions of a crate, in groups that differ only in their number.
///
/// `$fn` and `$wait(..)` stand for the syntax of a coroutine or an `async fn`, and `$n` is the
/// number of the group. Each function is polled or yielded by another one, so that rustc generates
/// code for it.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    /// The source before the functions.
    head: &'static str,
    group: &'static str,
    /// The number of functions in a group.
    functions: usize,
}

pub(crate) const SAMPLES: [Sample; 2] = [
    // Its functions have the sizes of the `async fn`s in public crates, in lines, tokens and
    // `.await`s: see the README.
    Sample {
        name: "service",
        head: include_str!("service/head.rs.txt"),
        group: include_str!("service/group.rs.txt"),
        functions: 10,
    },
    // Its functions have some six lines and one `.await`.
    Sample {
        name: "short",
        head: include_str!("short/head.rs.txt"),
        group: include_str!("short/group.rs.txt"),
        functions: 5,
    },
];

impl Sample {
    /// The source of a crate of so many coroutines.
    pub(crate) fn coroutines(&self, functions: usize) -> String {
        self.source(functions, "#[gen::coroutine] pub fn", "gen::yield_!(", ")")
    }

    /// The source of a crate of so many `async fn`s.
    pub(crate) fn async_fns(&self, functions: usize) -> String {
        self.source(functions, "pub async fn", "", ".await")
    }

    fn source(&self, functions: usize, function: &str, before: &str, after: &str) -> String {
        let group = waits(self.group, before, after).replace("$fn", function);
        let groups = (0..functions / self.functions).map(|n| group.replace("$n", &n.to_string()));
        [self.head.to_owned()].into_iter().chain(groups).collect()
    }
}

/// Replaces each `$wait(future)` in the text by the future, with `before` and `after` around it.
fn waits(text: &str, before: &str, after: &str) -> String {
    let mut parts = text.split("$wait(");
    let first = parts.next().unwrap_or_default();
    let waited = parts.map(|part| {
        let (waited, rest) = part.split_at(length_inside(part));
        // The rest begins with the closing parenthesis.
        [before, waited, after, rest.strip_prefix(')').unwrap_or(rest)].concat()
    });
    [first.to_owned()].into_iter().chain(waited).collect()
}

/// The position of the parenthesis that closes the one before the text.
fn length_inside(text: &str) -> usize {
    let mut open = 1;
    let closes = |byte: u8| {
        open += i32::from(byte == b'(') - i32::from(byte == b')');
        open == 0
    };
    text.bytes().position(closes).unwrap_or(text.len())
}

/// Writes a crate, and returns its folder. `workspace` is the checkout whose versions it gets.
pub(crate) fn write(
    root: &Path,
    workspace: &Path,
    name: &str,
    dependency: &str,
    source: &str,
) -> io::Result<PathBuf> {
    let folder = root.join(name);
    std::fs::create_dir_all(folder.join("src"))?;
    let manifest = format!(
        "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[dependencies]\n{dependency}\n\n[workspace]\n"
    );
    std::fs::write(folder.join("Cargo.toml"), manifest)?;
    std::fs::write(folder.join("src/lib.rs"), source)?;
    std::fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(folder)
}

/// The line of a manifest that depends on a crate of a checkout.
pub(crate) fn path(workspace: &Path, name: &str) -> String {
    format!("{name} = {{ path = {:?} }}", workspace.join(name))
}
