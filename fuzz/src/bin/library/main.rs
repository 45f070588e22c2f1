//! Checks that functions of the standard library compile as coroutines exactly if they compile as
//! `async fn`s.
//!
//! Each free function in the source of the library, including its tests, becomes a module with the
//! imports that it needs. Most functions need more, or unstable features, and compile in no form.
//! The others are compiled in five forms, one crate for each:
//!
//! | crate | function |
//! |---|---|
//! | `plain` | unchanged |
//! | `async` | with `async` |
//! | `coroutine` | with the attribute |
//! | `async-suspended` | with `async`, and an `.await` before each statement |
//! | `coroutine-suspended` | with the attribute, and a yield before each statement |
//!
//! The same functions must compile in the forms `async` and `coroutine`, and in the two suspended
//! forms. `library N` takes only every `N`th function.

mod candidates;
mod krate;

use std::collections::BTreeSet;
use std::io;
use std::process::ExitCode;

use crate::candidates::{Candidate, Form};
use gen_fuzz::sources;

fn main() -> ExitCode {
    let every = match std::env::args().nth(1).map(|every| every.parse()) {
        None => 1,
        Some(Ok(every)) if every > 0 => every,
        Some(_) => {
            eprintln!("usage: library [EVERY]");
            return ExitCode::from(2);
        }
    };
    match run(every) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Of the functions that do not compile unchanged, only every tenth is tried in the other forms,
/// because rustc needs much time to report errors.
const FAILING: usize = 10;

/// Compares the forms, and returns whether the same functions compile.
fn run(every: usize) -> io::Result<bool> {
    let library = sources::library().ok_or_else(|| io::Error::other(sources::NO_LIBRARY))?;
    let folder = std::env::temp_dir().join(format!("gen-library-{}", std::process::id()));
    let all: Vec<Candidate> = candidates::find(&library).into_iter().step_by(every).collect();
    let plain = krate::compiling(&all, Form::Plain, &folder)?;
    println!("{} of {} free functions compile alone", plain.len(), all.len());
    let (compiling, failing): (Vec<_>, Vec<_>) =
        all.into_iter().enumerate().partition(|(number, _)| plain.contains(number));
    let failing = failing.into_iter().step_by(FAILING);
    let candidates: Vec<Candidate> = compiling.into_iter().chain(failing).map(|(_, each)| each).collect();
    println!(
        "{} are tried, {} of which do not compile alone",
        candidates.len(),
        candidates.len() - plain.len()
    );
    let mut same = true;
    for (fns, coroutines) in Form::PAIRS {
        let (of_fns, of_coroutines) = (
            krate::compiling(&candidates, fns, &folder)?,
            krate::compiling(&candidates, coroutines, &folder)?,
        );
        println!("{}: {}; {}: {}", fns.name(), of_fns.len(), coroutines.name(), of_coroutines.len());
        same &= compare(&candidates, &of_fns, &of_coroutines);
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(same)
}

/// The functions that are known to compile only as an `async fn`. They return a closure as
/// `impl FnMut(&T)` without writing the type of its argument. rustc infers that type from the
/// return type of a function. It cannot infer it for an `async` block, whose return type could only
/// be given if it had a name.
const KNOWN: [&str; 3] = [
    "core/src/iter/adapters/cloned.rs: clone_try_fold",
    "core/src/iter/adapters/copied.rs: copy_fold",
    "core/src/iter/adapters/copied.rs: copy_try_fold",
];

/// Whether both sets are equal except for the known functions, and not empty.
fn compare(candidates: &[Candidate], fns: &BTreeSet<usize>, coroutines: &BTreeSet<usize>) -> bool {
    let origin = |number: &usize| candidates[*number].origin.as_str();
    let (known, lost): (Vec<&str>, Vec<&str>) =
        fns.difference(coroutines).map(origin).partition(|origin| KNOWN.contains(origin));
    let gained: Vec<&str> = coroutines.difference(fns).map(origin).collect();
    lost.iter().for_each(|origin| println!("compiles as `async fn` only: {origin}"));
    gained.iter().for_each(|origin| println!("compiles as a coroutine only: {origin}"));
    println!(
        "{} compile in both forms; {} are known to compile in one only",
        fns.intersection(coroutines).count(),
        known.len()
    );
    lost.is_empty() && gained.is_empty() && !fns.is_empty()
}
