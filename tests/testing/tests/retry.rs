//! The promises of `retry` and `repeat`, with a fault at any of their yields.

// The chains, and the replies that are lost, need them.
#![cfg(any(debug_assertions, feature = "testing"))]

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use gen::testing::{explore, Fault};
use gen::yield_;
use rstest::rstest;

const SECOND: Duration = Duration::from_secs(1);

/// A connection that each try takes and gives back.
#[derive(Clone, Default)]
struct Connection {
    held: Rc<Cell<i32>>,
    tries: Rc<Cell<u32>>,
    /// The last try that has failed at a yield, the one that was cancelled, and the one that has
    /// succeeded all the same.
    failed_in: Rc<Cell<Option<u32>>>,
    cancelled_in: Rc<Cell<Option<u32>>>,
    saved_in: Rc<Cell<Option<u32>>>,
}

struct Held(Connection);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.held.set(self.0.held.get() - 1);
    }
}

impl Connection {
    fn take(&self) -> Held {
        assert_eq!(self.held.replace(1), 0, "two tries run at once");
        self.tries.set(self.tries.get() + 1);
        Held(self.clone())
    }
}

/// Gives the number of the try. If it is cancelled in its second half, it succeeds all the same.
#[gen::coroutine]
fn exchange(connection: Connection) -> gen::Result<u32> {
    let held = connection.take();
    let tries = held.0.tries.get();
    for half in 1..=2 {
        let Err(error) = yield_!(gen::sleep(SECOND)) else { continue };
        let is_cancelled = error.is::<gen::Cancelled>();
        if is_cancelled {
            connection.cancelled_in.set(Some(tries));
        }
        if is_cancelled && half == 2 {
            connection.saved_in.set(Some(tries));
        } else {
            connection.failed_in.set(Some(tries));
            return Err(error);
        }
    }
    Ok(tries)
}

#[gen::coroutine]
fn request(connection: Connection) -> gen::Result<u32> {
    let tries = yield_!(exchange(connection))?;
    gen::ensure!(tries > 1, "busy");
    Ok(tries)
}

#[gen::coroutine]
fn retries(connection: Connection) -> gen::Result<u32> {
    yield_!(gen::retry([SECOND; 2], || request(connection.clone())))
}

fn world() -> (Connection, impl Future<Output = gen::Result<u32>>) {
    let connection = Connection::default();
    (connection.clone(), retries(connection))
}

/// Otherwise a fault within a try would leave its connection taken, or start two tries at once.
#[test]
fn a_retry_runs_one_try_at_a_time_and_drops_each() {
    explore(world)
        .pairs()
        .invariant(|connection, _| {
            gen::ensure!(connection.held.get() == 0, "a connection is taken");
            gen::ensure!(connection.tries.get() <= 3, "{} tries", connection.tries.get());
            Ok(())
        })
        .check();
}

/// Otherwise a request that was cancelled would be sent once more.
#[test]
fn a_retry_begins_no_try_after_one_that_was_cancelled() {
    explore(world)
        .faults([Fault::Cancel])
        .invariant(|connection, result| {
            let is_cancelled = result.as_ref().is_err_and(|error| error.is::<gen::Cancelled>());
            if let Some(cancelled_in) = connection.cancelled_in.get() {
                let saved = connection.saved_in.get().is_some();
                gen::ensure!(is_cancelled || saved, "the cancellation was lost");
                gen::ensure!(connection.tries.get() == cancelled_in, "tried after the cancellation");
            }
            Ok(())
        })
        .check();
}

#[gen::coroutine]
fn repeats(connection: Connection) -> gen::Result<u32> {
    yield_!(gen::repeat([SECOND; 2], || exchange(connection.clone())))
}

fn repeating() -> (Connection, impl Future<Output = gen::Result<u32>>) {
    let connection = Connection::default();
    (connection.clone(), repeats(connection))
}

/// Otherwise a fault within one time would leave its connection taken, or start two at once.
#[test]
fn a_repeat_does_one_thing_at_a_time_and_drops_each() {
    explore(repeating)
        .pairs()
        .invariant(|connection, _| {
            gen::ensure!(connection.held.get() == 0, "a connection is taken");
            gen::ensure!(connection.tries.get() <= 3, "{} times", connection.tries.get());
            Ok(())
        })
        .check();
}

/// Otherwise a failure would be forgotten with the next time, or a cancelled task would go on.
#[test]
fn a_repeat_ends_with_the_first_failure_and_a_cancelled_one_as_cancelled() {
    explore(repeating)
        .pairs()
        .invariant(|connection, result| {
            let tries = connection.tries.get();
            let is_cancelled = result.as_ref().is_err_and(|error| error.is::<gen::Cancelled>());
            let cancelled_in = connection.cancelled_in.get();
            if let Ok(number) = result {
                let last = cancelled_in.unwrap_or(3);
                gen::ensure!((*number, tries) == (last, last), "{number} of {tries} times");
            }
            if let Some(failed_in) = connection.failed_in.get() {
                gen::ensure!(result.is_err() && tries == failed_in, "the failure was forgotten");
            }
            if cancelled_in.is_some() && connection.saved_in.get().is_none() {
                gen::ensure!(is_cancelled, "the cancellation was lost");
            }
            Ok(())
        })
        .check();
}

#[gen::coroutine]
fn fragile(connection: Connection) -> gen::Result<u32> {
    Ok(yield_!(exchange(connection)).expect("the server must answer"))
}

/// Otherwise a panic would leave its connection taken, or would be followed by another try.
#[rstest]
fn a_panic_ends_a_retry_and_a_repeat(#[values(true, false)] retries: bool) {
    #[gen::coroutine]
    fn body(connection: Connection, retries: bool) -> gen::Result<u32> {
        let begin = move || fragile(connection.clone());
        let task = match retries {
            true => gen::spawn_local(gen::retry([SECOND; 2], begin).join()),
            false => gen::spawn_local(gen::repeat([SECOND; 2], begin).join()),
        };
        // The task that panics is another one, since a panic of the body is a finding.
        match yield_!(task) {
            Err(error) if error.is::<gen::Panicked>() => Ok(0),
            ended => ended,
        }
    }
    let world = || {
        let connection = Connection::default();
        (connection.clone(), body(connection, retries))
    };
    explore(world)
        .faults([Fault::Error, Fault::LostReply, Fault::Cancel])
        .linger(60 * SECOND)
        .invariant(|connection, _| {
            gen::ensure!(connection.held.get() == 0, "a connection is taken");
            if let Some(failed_in) = connection.failed_in.get() {
                gen::ensure!(connection.tries.get() == failed_in, "tried after the panic");
            }
            Ok(())
        })
        .check();
}
