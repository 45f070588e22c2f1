//! The promises of `retry`, with a fault at any of its yields.

// The chains, and the replies that are lost, need them.
#![cfg(any(debug_assertions, feature = "testing"))]

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use gen::testing::{explore, Fault};
use gen::yield_;

const SECOND: Duration = Duration::from_secs(1);

/// A connection that each try takes and gives back.
#[derive(Clone, Default)]
struct Connection {
    held: Rc<Cell<i32>>,
    tries: Rc<Cell<u32>>,
    /// The try that was cancelled.
    cancelled_in: Rc<Cell<Option<u32>>>,
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

#[gen::coroutine]
fn request(connection: Connection) -> gen::Result<u32> {
    let held = connection.take();
    let tries = held.0.tries.get();
    for _ in 0..2 {
        let slept = yield_!(gen::sleep(SECOND));
        if slept.as_ref().is_err_and(|error| error.is::<gen::Cancelled>()) {
            connection.cancelled_in.set(Some(tries));
        }
        slept?;
    }
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
                gen::ensure!(is_cancelled, "the cancellation was lost");
                gen::ensure!(connection.tries.get() == cancelled_in, "tried after the cancellation");
            }
            Ok(())
        })
        .check();
}
