//! Waits, and the times after which a test has failed.
//!
//! A test that fails takes them, and no other one does. So they are long enough for a machine with
//! much else to do. Together the tests are to take less than ten minutes.

use std::sync::LazyLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The time for all that the tests of a process wait for, from the first wait on.
pub const LIMIT: Duration = Duration::from_secs(600);

/// The time for the answer to a request. After it the request is sent again.
pub const ANSWER: Duration = Duration::from_secs(60);

/// The begin of the first wait of this process.
static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The time between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// Looks again and again until there is something, and returns it.
///
/// # Panics
///
/// If there is nothing before the [`LIMIT`] is over.
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = *BEGUN;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < LIMIT, "in vain: {what}, {LIMIT:?} after the first wait");
        sleep(PAUSE);
    }
}

/// Asks again and again until it is so.
///
/// # Panics
///
/// If it is not so before the [`LIMIT`] is over.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    wait_for(what, || is_so().then_some(()));
}
