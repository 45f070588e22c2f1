//! Functions of the toolchain's library keep their compile status as coroutines: those that compile as `async fn` do, and no others.
//!
//! Each free function of the library's source, tests of the library included, becomes a module of its own with the imports that it names. Most
//! need more than that, or what is not stable, and compile in no form. The others are taken in five forms, a crate for each:
//!
//! | crate | function |
//! |---|---|
//! | `plain` | as it is |
//! | `async`, `coroutine` | with `async`; with the attribute |
//! | `async-suspended`, `coroutine-suspended` | with an `.await` before each of its statements; with a yield |
//!
//! What compiles in the second and in the third must be the same functions, and so for the last two. `library N` takes each `N`th function only.

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

/// Of those that do not compile as they are, every so manieth is looked at further: rustc takes its time to say what is wrong.
const FAILING: usize = 10;

/// Whether all keep their status.
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
    println!("{} are taken, {} that do not among them", candidates.len(), candidates.len() - plain.len());
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

/// What compiles as an `async fn` only, as is known. They return a closure as `impl FnMut(&T)`, and do not write the type of its argument: rustc takes it
/// from the return type of a function, but has none for an `async` block, and there is no way to give it one that cannot be named.
const KNOWN: [&str; 3] = [
    "core/src/iter/adapters/cloned.rs: clone_try_fold",
    "core/src/iter/adapters/copied.rs: copy_fold",
    "core/src/iter/adapters/copied.rs: copy_try_fold",
];

/// Whether both sets are the same but for what is known, and not next to nothing.
fn compare(candidates: &[Candidate], fns: &BTreeSet<usize>, coroutines: &BTreeSet<usize>) -> bool {
    let origin = |number: &usize| candidates[*number].origin.as_str();
    let (known, lost): (Vec<&str>, Vec<&str>) =
        fns.difference(coroutines).map(origin).partition(|origin| KNOWN.contains(origin));
    let gained: Vec<&str> = coroutines.difference(fns).map(origin).collect();
    lost.iter().for_each(|origin| println!("compiles as `async fn` only: {origin}"));
    gained.iter().for_each(|origin| println!("compiles as a coroutine only: {origin}"));
    println!(
        "{} compile in both forms; {} do not, as is known",
        fns.intersection(coroutines).count(),
        known.len()
    );
    lost.is_empty() && gained.is_empty() && !fns.is_empty()
}
