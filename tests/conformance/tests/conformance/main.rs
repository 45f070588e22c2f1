//! Each test has the name of its row or rule in `register.toml`. Tests with other names cover
//! behaviour that Tornado never had.
//!
//! Tornado's tests call `@engine` functions. Where it makes no difference, these tests run a
//! coroutine.
//!
//! They run on each of the executors of the crate `behaviour`. Where a rule is about the loop, or
//! needs its order, the test says so: `needs!`.

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
mod locals;
mod locks;
mod loops;
mod many;
mod multi;
mod names;
mod polled;
mod promises;
mod queues;
mod returns;
mod start;
mod task;
mod timeout;
mod wait_iterator;

use std::future::Future;
use std::time::Duration;

use behaviour::{logged, Took};
use gen::{CallbackOutput, IoLoop, IoLoopHandle, Promise, SharedFuture};

/// Runs a body on the driver of this run. Panics if anything is logged.
#[track_caller]
fn run<T, E>(future: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    unlogged(|| behaviour::run(async { Ok(future.await) }))
}

/// As [`run`], with a body that takes the errors of its callbacks.
#[track_caller]
fn run_in_context<T: Send + 'static>(
    body: impl Future<Output = gen::Result<T>> + Send + 'static,
) -> gen::Result<T> {
    unlogged(|| behaviour::run_in_context(body))
}

/// Returns the result of `future`, and the records that were logged meanwhile.
fn run_logged<T>(future: impl Future<Output = T>) -> (T, Vec<String>) {
    logged(|| behaviour::run(async { Ok(future.await) }))
}

/// Returns the result of `act`. Panics if anything is logged.
#[track_caller]
fn unlogged<T>(act: impl FnOnce() -> T) -> T {
    let (output, lines) = logged(act);
    assert_eq!(lines, Vec::<String>::new());
    output
}

/// Runs a body that takes the errors of its callbacks. Returns its result, the time that it took,
/// and the records.
fn run_timed<T: Send + 'static>(
    body: impl Future<Output = gen::Result<T>> + Send + 'static,
) -> (Result<T, String>, Took, Vec<String>) {
    let timed = async {
        let began = behaviour::now();
        let result = body.await;
        Ok::<_, gen::Error>((result, behaviour::since(began)))
    };
    let (timed, lines) = logged(|| behaviour::run_in_context(timed));
    let (result, took) = timed.expect("measuring does not fail");
    (result.map_err(|error| error.to_string()), took, lines)
}

/// The current loop.
fn here() -> IoLoopHandle {
    IoLoop::current().expect("a loop runs")
}

/// Makes the executor call a function: a loop in its next turn, and any other one in a task.
fn soon<R: CallbackOutput<M> + 'static, M: 'static>(call: impl FnOnce() -> R + Send + 'static) {
    match IoLoop::current() {
        Some(io_loop) => io_loop.add_callback(call),
        None => after(gen::moment(), call),
    }
}

/// Makes the executor call a function after that time.
fn later<R: CallbackOutput<M> + 'static, M: 'static>(
    delay: Duration,
    call: impl FnOnce() -> R + Send + 'static,
) {
    match IoLoop::current() {
        Some(io_loop) => drop(io_loop.call_later(delay, call)),
        None => after(gen::sleep(delay), call),
    }
}

/// Calls a function in the present error context, in a task that waits before.
fn after<R: CallbackOutput<M> + 'static, M: 'static>(
    wait: impl Future<Output = gen::Result> + Send + 'static,
    call: impl FnOnce() -> R + Send + 'static,
) {
    let mut call = Some(call);
    let mut callback = gen::context::wrap(move |()| call.take().expect("it is called once")());
    drop(gen::spawn(async move {
        wait.await?;
        callback(());
        Ok::<_, gen::Error>(())
    }));
}

/// Makes the executor call a function that fails.
fn fails_in_a_callback(text: &'static str) {
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
