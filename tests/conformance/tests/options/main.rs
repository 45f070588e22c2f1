//! Parallel yields, timeouts, engines and values of a type that is known at run time only.

mod convert;
mod dynamic;
mod engine;
mod multi;
mod returns;
mod timeout;

use std::future::Future;
use std::time::Duration;

use gen::{IoLoop, VirtualClock};

const SECOND: Duration = Duration::from_secs(1);

/// What `future` gives, and what was logged meanwhile.
fn run_logged<T>(future: impl Future<Output = T>) -> (T, Vec<String>) {
    let mut output = None;
    let lines =
        loop_behaviour::logged(|| output = Some(IoLoop::with_clock(VirtualClock::new()).block_on(future)));
    (output.expect("the loop ran it to its end"), lines)
}

/// Gives `number` after that many turns, or fails with its text.
#[gen::coroutine]
fn after_turns(turns: u32, number: Result<u32, Fault>) -> gen::Result<u32> {
    for _ in 0..turns {
        gen::yield_!(gen::moment())?;
    }
    Ok(number?)
}

/// An error that says which one it is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault(&'static str);

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Fault {}
