//! Tests that put a failure at every yield, and tests that drive a coroutine by hand.
//!
//! | to | use |
//! |---|---|
//! | find the yield at which a failure, a cancellation or a drop breaks something | [`explore`](fn@explore) |
//! | do so on all cores | [`explore_parallel`] |
//! | stop at each yield of one coroutine, and choose what happens there | [`Stepper`] |
//! | only test on a virtual clock | [`#[gen::test]`](macro@crate::test), with [`expect_log`] |
//!
//! `explore` and `Stepper` run the coroutine on a loop of their own, with a virtual clock, so no
//! test waits for time to pass. The [guide](crate::guide::testing) shows them in use.
//!
//! # Steps
//!
//! A run of a program is a list of *steps*. They are numbered from 0, in the order in which they
//! happen, and are the same in every run of a program that is deterministic. There are five kinds:
//!
//! | step | when it happens | faults that fit it |
//! |---|---|---|
//! | [`Suspended`](StepKind::Suspended) | a task was polled, and one of its yields waits | `Error`, `Timeout`, `Panic`, `Cancel`, `Drop` |
//! | [`ChildSuspended`](StepKind::ChildSuspended) | a child of a list, map, tuple or scope was polled, and one of its yields waits | `Error`, `Timeout`, `Panic` |
//! | [`Awaiting`](StepKind::Awaiting) | a task was polled, and waits at an `.await` outside of all yields | `Cancel`, `Drop` |
//! | [`Returned`](StepKind::Returned) | a yield that has waited has a value | `LostReply` |
//! | [`Ready`](StepKind::Ready) | a yield has a value at once | `LostReply` |
//!
//! The first three are the suspensions. A yield that waits for a list is polled whenever one of the
//! children goes on, and each of these polls is a step. The body has steps, and so has each task
//! that it starts with [`spawn`](crate::spawn) or [`spawn_local`](crate::spawn_local).
//!
//! # Faults
//!
//! | [`Fault`] | effect |
//! |---|---|
//! | `Error` | the innermost yield fails. The future that it waited for is dropped, unfinished |
//! | `Timeout` | the same, with a [`TimeoutError`](crate::TimeoutError) |
//! | `Panic` | the same, with the [`Panicked`](crate::Panicked) of a child or a task that has panicked |
//! | `Cancel` | the task is cancelled with its children, as by [`JoinHandle::cancel`](crate::JoinHandle::cancel) |
//! | `Drop` | the task is dropped, as at the end of the [grace](crate::CancelCompletion::grace) of a cancellation |
//! | `LostReply` | the yield has a value, which is dropped, and the yield fails |
//!
//! `Error`, `Timeout` and `Panic` happen in the poll in which the yield begins to wait: the body
//! goes on at once. `Cancel` and `Drop` come when that poll is over, before anything else runs.
//!
//! # Limits
//!
//! - In a build without debug assertions the yields that have a value do not look for an observer.
//!   Then there are no steps `Returned` and `Ready`, and `LostReply` fits nowhere. The feature
//!   `testing` makes them look in such a build, too.
//! - An idle loop moves the clock, and does not know of the work of other threads. Hold a
//!   [`KeepAlive`](crate::Remote::keep_alive) for them, as on every virtual clock. Otherwise the
//!   run counts as one that hangs.
//! - Where pointers have 32 bits, a task is not distinguished from its children: its yields count
//!   as those of a child, so `Cancel` and `Drop` come at a step of their own, which names no yield.
//!   A [`Stepper`] then sees only that the coroutine waits, but not at which yield nor for which
//!   timer.
//! - `Error`, `Timeout` and `Panic` come to the innermost yield of a chain. An outer yield fails if
//!   the function that it waits for returns the error, and by `LostReply`.
//! - An error comes in the poll in which a yield begins to wait, also at a
//!   [`moment`](crate::moment()), which cannot fail so early otherwise. So a task that begins with
//!   one may end in its first step, and hangs if it takes a lock then that the caller of
//!   [`spawn`](crate::spawn) holds.
//! - A body that loops without a suspension is not interrupted. Neither does an exploration
//!   interrupt a callback that adds itself again and again with
//!   [`add_callback`](crate::IoLoopHandle::add_callback): it has no steps, and the clock stands
//!   still.
//! - The first wait of a spawned task that is no coroutine has no step: no yield could show it.
//! - A yield that is ready at once counts as one that has waited, if an earlier wait at it has
//!   ended by an error of its own.

// `recorder.rs` says how it works.
mod bench_loop;
mod checked_run;
mod exploration;
mod explore;
mod fault;
mod finding;
pub(crate) mod harness;
mod left_out;
mod plan;
pub mod printing;
mod progress;
mod random;
mod recorder;
mod report;
mod run;
mod source;
mod step;
mod stepper;
mod suspension;
mod threads;
mod workers;

pub use self::explore::{explore, explore_parallel, Explore};
pub use self::fault::Fault;
pub use self::finding::Finding;
pub use self::harness::expect_log;
pub use self::report::Report;
pub use self::step::{Step, StepKind};
pub use self::stepper::Stepper;
pub use self::suspension::{Stop, Suspension, WaitsFor};
pub use self::threads::{ManyThreads, OneThread, Threads};
