//! Each test has the name of its row or rule in `register.toml`. Tests with other names cover
//! behaviour that Tornado never had.
//!
//! Tornado's tests call `@engine` functions. Where it makes no difference, these tests run a
//! coroutine on the loop.

mod arguments;
mod callables;
mod contexts;
mod convert;
mod coroutines;
mod custom;
mod dynamic;
mod engine;
mod engine_calls;
mod engine_contexts;
mod failing;
mod giving_up;
mod keys;
mod later;
mod leaks;
mod loops;
mod many;
mod multi;
mod names;
mod promises;
mod returns;
mod start;
mod task;
mod timeout;
mod wait_iterator;

use std::future::Future;
use std::time::Duration;

use gen::{CallbackOutput, IoLoop, IoLoopHandle, Promise, SharedFuture, VirtualClock};

const SECOND: Duration = Duration::from_secs(1);
const TEN_SECONDS: Duration = Duration::from_secs(10);

/// Runs a body on a virtual clock. Panics if anything is logged.
#[track_caller]
fn run<T, E>(future: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    unlogged(|| IoLoop::with_clock(VirtualClock::new()).block_on(future))
}

/// Returns the result of `future`, and the records that were logged meanwhile.
fn run_logged<T>(future: impl Future<Output = T>) -> (T, Vec<String>) {
    logged(|| IoLoop::with_clock(VirtualClock::new()).block_on(future))
}

/// Returns the result of `act`, and the records that were logged meanwhile.
fn logged<T>(act: impl FnOnce() -> T) -> (T, Vec<String>) {
    let mut output = None;
    let lines = loop_behaviour::logged(|| output = Some(act()));
    (output.expect("it ran to its end"), lines)
}

/// Returns the result of `act`. Panics if anything is logged.
#[track_caller]
fn unlogged<T>(act: impl FnOnce() -> T) -> T {
    let (output, lines) = logged(act);
    assert_eq!(lines, Vec::<String>::new());
    output
}

/// Runs a body on a virtual clock. Returns its result, the seconds that it took, and the records.
fn run_timed<T>(future: impl Future<Output = gen::Result<T>>) -> (Result<T, String>, u64, Vec<String>) {
    let ((result, took), lines) = run_logged(async {
        let began = here().now();
        let result = future.await;
        (result, here().now() - began)
    });
    (result.map_err(|error| error.to_string()), took.as_secs(), lines)
}

/// The current loop.
fn here() -> IoLoopHandle {
    IoLoop::current().expect("a loop runs")
}

/// Makes the loop call a function in its next turn.
fn soon<R: CallbackOutput<M>, M: 'static>(call: impl FnOnce() -> R + 'static) {
    here().add_callback(call);
}

/// Makes the loop call a function that fails in its next turn.
fn fails_on_the_loop(text: &'static str) {
    soon(move || Err::<(), _>(text));
}

/// Gives `number` after that many turns, or fails with the given text.
#[gen::coroutine]
fn after_turns(turns: u32, number: Result<u32, Fault>) -> gen::Result<u32> {
    for _ in 0..turns {
        gen::yield_!(gen::moment())?;
    }
    Ok(number?)
}

/// Creates promises and their futures.
fn promises(count: usize) -> (Vec<Promise<u32>>, Vec<SharedFuture<u32>>) {
    (0..count).map(|_| gen::promise()).unzip()
}

/// The future of a promise that was set.
fn done(number: u32) -> SharedFuture<u32> {
    let (promise, future) = gen::promise();
    promise.set(number).expect("it is new");
    future
}

/// An error that names itself.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault(&'static str);

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Fault {}
