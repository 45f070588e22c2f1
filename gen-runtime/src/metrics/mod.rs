//! Metrics by yield: how often a task waits at which line, how long, and how often that fails.
//!
//! [`measured`] makes the future of one task, or of a part of it, tell the crate [`metrics`] about
//! its yields. A program installs an exporter of its choice, such as one for Prometheus. A future
//! that is not measured costs nothing more, also with the feature `metrics`, with one exception:
//! while a measured future is polled, the pending yields of other threads look, too.
//!
//! ```
//! use gen::metrics::{measured, YIELDS};
//! use gen::yield_;
//! use metrics_util::debugging::{DebugValue, DebuggingRecorder};
//! use metrics_util::CompositeKey;
//! use std::time::Duration;
//!
//! #[gen::coroutine]
//! fn query() -> gen::Result<u32> {
//!     yield_!(gen::sleep(Duration::from_millis(5)))?;
//!     Ok(42)
//! }
//!
//! let recorder = DebuggingRecorder::new();
//! let snapshotter = recorder.snapshotter();
//! recorder.install().expect("it is the only one");
//!
//! gen::run_sync(measured(query()))?;
//! let snapshot = snapshotter.snapshot().into_vec();
//! let is_count = |key: &CompositeKey| key.key().name() == YIELDS;
//! let (key, _, _, value) = snapshot.iter().find(|entry| is_count(&entry.0)).unwrap();
//! assert!(key.key().labels().any(|label| label.value() == "query"));
//! assert_eq!(*value, DebugValue::Counter(1));
//! # Ok::<(), gen::Error>(())
//! ```
//!
//! # What is counted
//!
//! | name | type | counts |
//! |---|---|---|
//! | `gen_yields_total` ([`YIELDS`]) | counter | the waits that have begun at this yield |
//! | `gen_yield_wait_seconds` ([`YIELD_WAIT`]) | histogram | the duration of each wait that has ended |
//! | `gen_yield_errors_total` ([`YIELD_ERRORS`]) | counter | the errors that this yield has given |
//!
//! Each has the labels `file`, `line` and `function`, which are those of the yield: see [`Site`].
//! Yields of the same line share their numbers. The time is that of [`drive::now`], which a virtual
//! clock moves.
//!
//! | event in a measured future | `yields` | `wait` | `errors` |
//! |---|---|---|---|
//! | a yield has its result at once | | | |
//! | a yield has an error at once | | | +1 |
//! | a yield has to wait | +1 | | |
//! | the wait is over, with a value | | observed | |
//! | the wait is over, with an error, a timeout or a cancellation | | observed | +1 |
//! | the future is dropped in the middle of a wait | | observed, up to the drop | |
//!
//! So the difference of `gen_yields_total` and of the `_count` of the histogram is the number of
//! those that wait now. A yield that is ready at once is not counted, in any build: it would have
//! to look whether anyone counts, and most yields are of that kind.
//!
//! # Which yield gets the wait
//!
//! A future waits at one place at a time, so its waits add up to the time that it has waited:
//!
//! | the future waits | the wait is that of |
//! |---|---|
//! | in a coroutine that yields a coroutine, and so on | the innermost yield of the chain |
//! | for a list, a map, a tuple, [`first_of`], [`limit`], [`hedge`], a [`scope`], or a [`supervisor`] | the yield of this group, until the group has ended |
//! | for a task, by its handle | the yield of the handle |
//! | at an `.await` outside of a yield | the innermost yield around it; none if there is no yield |
//! | at several yields at once, as in `futures::join!` | the first of them in the order of their polls |
//!
//! The children of a group, and the tasks that are spawned, are futures of their own: measure them,
//! too, to see their yields. Their waits then overlap with that of the group. A measured future in
//! the chain of a measured future counts once.
//!
//! An error counts at each yield that has given it: an error that goes up a chain counts at each
//! level, as it does in its [trace](crate::Error::trace). So a yield may have errors and no waits.
//! A cancellation is an error, too.
//!
//! A [dump](mod@crate::dump) does not end a wait.
//!
//! # What an optimized build does not see
//!
//! A future of another library may be woken before it is ready, as one that connects, and then
//! reads. Its yield is suspended once more after such a wake. So is the yield of a loop that has
//! returned, and waits for the next item at the same line. An optimized build cannot distinguish
//! the two, because a yield that returns does not look whether anyone counts. There the wake ends a
//! wait, and another one begins: the sum of the durations is right, but a number of waits may be
//! too high. This concerns
//!
//! - futures of other libraries that are woken before they are ready;
//! - the `next` of a [`WaitIterator`] and of [`as_completed`], when a child is woken;
//! - yields in `futures::join!` and the like, when a sibling is woken.
//!
//! With debug assertions, and with the feature `testing`, all yields look, and each wait counts
//! once. With that feature a yield that is ready takes an instruction more, in all tasks.
//!
//! # The recorder
//!
//! Install the recorder of the program before the first measured future runs. Each thread looks up
//! the counters of a yield once, and keeps them as long as it sees the same recorder. A
//! recorder is known by its address and its type. So a local recorder must not take the place in
//! memory of an earlier one of the same type. A panic of the recorder is logged, and the future
//! goes on.
//!
//! [`metrics`]: ::metrics
//! [`drive::now`]: crate::drive::now
//! [`first_of`]: crate::first_of()
//! [`limit`]: crate::limit()
//! [`hedge`]: crate::hedge()
//! [`scope`]: crate::scope()
//! [`supervisor`]: crate::supervise()
//! [`WaitIterator`]: crate::WaitIterator
//! [`as_completed`]: crate::Limit::as_completed
//! [`Site`]: crate::Site

// How it works. A poll of a measured future has a record of its yields, of `inject/record.rs`, so
// all pending yields look. After the poll the record has the innermost yield, and the yields that
// an error has passed.
//
// | event | the wait (`wait.rs`) |
// |---|---|
// | a poll ends at a yield | begins |
// | the next poll begins | is over, unless that poll turns out to be in the same wait |
// | the poll has left the body at the same yield: it was for a question, or a group stays pending there, or no yield has returned, in a build that sees this | goes on |
// | the future is dropped | is over |
//
// `handles.rs` keeps the counters. All calls of the recorder are there, outside of any borrow.

mod handles;
mod measured;
mod wait;

pub use self::handles::{YIELDS, YIELD_ERRORS, YIELD_WAIT};
pub use self::measured::{measured, Measured};
