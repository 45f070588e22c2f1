//! Waits, and the times after which a test has failed.
//!
//! A test that fails takes them, and no other one does. So they are long enough for a machine with
//! much else to do.

use std::thread::sleep;
use std::time::{Duration, Instant};

/// The time for all that a test waits for.
pub const LIMIT: Duration = Duration::from_secs(600);

/// The time for the answer to a request. After it the request is sent again.
pub const ANSWER: Duration = Duration::from_secs(60);

/// The time between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// Looks again and again until there is something, and returns it.
///
/// # Panics
///
/// If there is nothing within the [`LIMIT`].
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < LIMIT, "in vain: {what}");
        sleep(PAUSE);
    }
}

/// Asks again and again until it is so.
///
/// # Panics
///
/// If it is not so within the [`LIMIT`].
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    wait_for(what, || is_so().then_some(()));
}
