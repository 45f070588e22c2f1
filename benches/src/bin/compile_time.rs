//! How long a crate of a thousand coroutines takes to compile, beside the same crate of `async fn`s; and how long `gen-macros` does, beside `async-trait`.
//!
//! `compile_time [ROUNDS]` writes the crates, builds what they depend on, and then times, in turns and `ROUNDS` times each, `cargo check` and
//! `cargo build --release` of the crates alone, and a clean `cargo build` of the two macro crates with all that they need. It prints the least and the
//! middle of each, and their ratios; what else the machine does at the time shows in how far these are apart.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const FUNCTIONS: usize = 1_000;
const ROUNDS: usize = 5;

/// The functions of a crate: `$attribute`, `$fn` and `$wait(..)` stand for what differs, `$n` is the number of the function.
const SHAPES: [&str; 5] = [
    "$attribute pub $fn f$n(a: u64, b: &str) -> Result<u64> {
    let first = $wait(leaf(a + $n))?;
    Ok(first + b.len() as u64)
}",
    "$attribute pub $fn f$n(mut list: Vec<u64>) -> Result<Vec<u64>> {
    for element in &mut list {
        if *element % 2 == 0 {
            *element += $wait(leaf(*element))?;
        }
    }
    Ok(list)
}",
    "$attribute pub $fn f$n(name: String, (low, high): (u64, u64)) -> Result<String> {
    let text = match $wait(leaf(low))? {
        0 => name,
        n if n > high => return Err(\"too much\".into()),
        n => format!(\"{name} {n}\"),
    };
    println!(\"{text}\");
    Ok(text)
}",
    "pub struct S$n<T> { value: T }
impl<T: Clone> S$n<T> {
    $attribute pub $fn get(&self, times: usize) -> Result<Vec<T>> {
        let mut found = Vec::with_capacity(times);
        while found.len() < times {
            $wait(leaf(1))?;
            found.push(self.value.clone());
        }
        Ok(found)
    }
}
pub $fn_plain f$n() -> usize { std::mem::size_of_val(&S$n { value: String::new() }.get(3)) }",
    "$attribute pub $fn f$n(limit: u64) -> u64 {
    let mut sum = 0;
    let mut n = 0;
    while n < limit {
        sum += n * n;
        n += 1;
    }
    sum
}",
];
