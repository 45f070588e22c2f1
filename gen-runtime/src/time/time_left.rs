//! `gen::time_left`.

use std::time::Duration;

use super::now::now;
use crate::bindings::{self, Bind};
use crate::executor::current;

/// Returns the time that is left until the first of all deadlines around; `None` if there is none.
///
/// The deadlines are those of each [`with_timeout`](crate::with_timeout) and
/// [`with_deadline`](crate::with_deadline) inside of which the caller runs, at any depth, and those
/// around the spawn of the task. A deadline that has passed leaves a time of zero. On an
/// [`IoLoop`](crate::IoLoop) with a real clock, a timeout of a `Duration` begins at the end of the
/// turn, so until then it has its full length left.
///
/// | where | the time that is left |
/// |---|---|
/// | in a child of a list, a map, a tuple or any other group, and in a [scope](crate::scope()) | that of the place where the group is yielded |
/// | in a task that was [spawned](crate::spawn), an [engine](macro@crate::engine), or a closure of [`blocking`](crate::blocking()) | that of the call: the task goes on after the deadline, and has zero left then |
/// | in the call of a [`batch`](crate::batch()) or a [`single_flight`](crate::single_flight()) | the one where the batch was made; not those of its loads, which may differ |
/// | in a callback | that of the place where it was scheduled |
/// | in a [`run_sync_timeout`](crate::IoLoop::run_sync_timeout) | that of its limit |
/// | in the clean-up after a [cancellation at the deadline](crate::WithTimeout::cancel) | what is left of the grace period, or of a deadline further out |
/// | in a [`shield`](fn@crate::shield) | as outside of it: a shield defers cancellations, but a deadline drops it |
/// | in the release of a [`bracket`](crate::bracket()) that has ended | as around the bracket: at a deadline the release goes on as a task |
/// | in the release of a bracket that was dropped, which runs as a task | that around the code that has dropped it. If this is a timeout whose time is over, its own deadline does not count any more |
/// | in a destructor | as in the code that drops the value |
///
/// [`Local`](crate::Local) has more on what a task inherits.
///
/// ```
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn inner() -> gen::Result<Option<Duration>> {
///     gen::yield_!(gen::sleep(Duration::from_secs(1)))?;
///     Ok(gen::time_left())
/// }
///
/// #[gen::coroutine]
/// fn outer() -> gen::Result {
///     let long = Duration::from_secs(60);
///     let inside = gen::with_timeout(long, inner());
///     let short = gen::with_timeout(Duration::from_secs(5), inside);
///     assert_eq!(gen::yield_!(short)?, Some(Duration::from_secs(4)));
///     assert_eq!(gen::yield_!(inner())?, None);
///     Ok(())
/// }
/// gen::IoLoop::with_clock(gen::VirtualClock::new()).run_sync(outer()).unwrap();
/// ```
#[must_use]
#[doc(alias("deadline", "remaining", "current_effective_deadline"))]
pub fn time_left() -> Option<Duration> {
    let now = now();
    let mut least = current::inherited().and_then(|inherited| inherited.ends().left(now));
    bindings::find(|binding| {
        let left = binding.ends().left(now);
        least = least.into_iter().chain(left).min();
        None::<()>
    });
    least
}
