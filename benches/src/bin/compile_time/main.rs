//! Measures how long a crate of a thousand coroutines takes to compile, compared with the same
//! crate of `async fn`s; and how long `gen-macros` takes, compared with `async-trait`.
//!
//! `compile_time [ROUNDS]` writes the crates and builds their dependencies. Then it times, in turns
//! and `ROUNDS` times each:
//!
//! - `cargo check` and `cargo build --release` of the crates alone;
//! - a clean `cargo build` of the two macro crates with all their dependencies.
//!
//! It prints the minimum and the median of each, and their ratios. The unit is the processor time
//! of cargo and of all processes that it starts, because other programs may use the machine too. On
//! a system without `/proc` it is the elapsed time.
//!
//! `compile_time instructions [CHECKOUT]` counts the instructions of rustc with valgrind's
//! cachegrind, for crates of a hundred coroutines and for the library itself: with this checkout,
//! and with another one, such as that of an older commit. So it says what a change costs users who
//! compile, also on a busy machine.

mod counts;
mod crates;
mod times;

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const ROUNDS: usize = 5;

fn main() -> ExitCode {
    if let Some(file) = env::var_os(counts::COUNT_INTO) {
        return counts::compile_and_count(Path::new(&file));
    }
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let measured = match arguments[..] {
        [] => in_folder(|root| times::compare(root, ROUNDS)),
        ["instructions"] => in_folder(|root| counts::compare(root, None)),
        ["instructions", checkout] => in_folder(|root| counts::compare(root, Some(Path::new(checkout)))),
        [rounds] => match rounds.parse() {
            Ok(rounds) if rounds > 0 => in_folder(|root| times::compare(root, rounds)),
            _ => return usage(),
        },
        _ => return usage(),
    };
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: compile_time [ROUNDS]\n       compile_time instructions [CHECKOUT]");
    ExitCode::from(2)
}

/// Measures in a folder that is removed afterwards.
fn in_folder(measure: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let root = env::temp_dir().join(format!("gen-compile-time-{}", std::process::id()));
    let measured = measure(&root);
    let removed = counts::remove(&root);
    measured.and(removed)
}

/// The checkout that this program belongs to.
fn workspace() -> io::Result<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()
}
