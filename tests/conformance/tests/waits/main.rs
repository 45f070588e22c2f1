//! Futures that are set, and iteration over many: WaitIteratorTest, the tests of GenEngineTest that need a shared future, and the rules 2, 3, 8, 17, 36, 42 to 44, 50, 51, 58 and 59.

mod iterator;
mod promises;

use std::fmt;
use std::future::Future;
use std::time::Duration;

use gen::{IoLoop, Promise, SharedFuture, VirtualClock};

const SECOND: Duration = Duration::from_secs(1);

/// What `future` gives, and what was logged meanwhile.
fn run_logged<T>(future: impl Future<Output = T>) -> (T, Vec<String>) {
    let mut output = None;
    let lines =
        loop_behaviour::logged(|| output = Some(IoLoop::with_clock(VirtualClock::new()).block_on(future)));
    (output.expect("the loop ran it to its end"), lines)
}

/// What `future` gives; nothing is logged.
fn run<T>(future: impl Future<Output = gen::Result<T>>) -> gen::Result<T> {
    let (result, lines) = run_logged(future);
    assert_eq!(lines, Vec::<String>::new());
    result
}

/// That many promises, and their futures.
fn promises(count: usize) -> (Vec<Promise<u32>>, Vec<SharedFuture<u32>>) {
    (0..count).map(|_| gen::promise()).unzip()
}

/// The future of a promise that was set.
fn done(number: u32) -> SharedFuture<u32> {
    let (promise, future) = gen::promise();
    promise.set(number).expect("it is new");
    future
}

/// An error that says which one it is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault(&'static str);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Fault {}
