//! The command that repeats a run of a test.

use std::fmt;
use std::thread;

/// The variable of the environment, and the call of cargo with the name of the running test.
pub(super) fn command(variable: &str, value: &dyn fmt::Display) -> String {
    match test_name() {
        Some(test) => format!("{variable}={value} cargo test {test}"),
        None => format!("{variable}={value}"),
    }
}

/// The name of the running test, after which the test harness has named the thread.
pub(super) fn test_name() -> Option<String> {
    thread::current().name().filter(|name| *name != "main").map(str::to_owned)
}
