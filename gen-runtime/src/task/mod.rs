//! Tasks: coroutines that were started, each with a place of its own on a loop.
//!
//! # How it works
//!
//! | file | what it holds |
//! |---|---|
//! | `spawn.rs` | [`spawn`] and [`spawn_local`] |
//! | `body.rs` | the task: body and join state in one allocation |
//! | `cell.rs` | where the body lies: only its own thread touches it |
//! | `join.rs` | the result, and who waits for it |
//! | `handle.rs` | [`JoinHandle`] |
//! | `cancelling.rs` | [`CancelCompletion`]: waits for the end of a task that is cancelled |
//! | `models.rs` | what loom checks of the end: that whoever waits for it hears of it |
//! | `span.rs` | the `tracing` span, with the feature of that name |
//!
//! ## States and events
//!
//! | state | woken | polled by the loop | the grace of a cancellation ends | the loop is closed | the handle is dropped |
//! |---|---|---|---|---|---|
//! | running (its first step, or one of the loop) | queued for the next turn | | (cannot be) | it does the closing itself: dropped when the step is over | detached |
//! | suspended | queued, once | runs to its next suspension or its end | the body is dropped, the handle gets `Cancelled` | the body is dropped, the handle gets `LoopClosed` | detached |
//! | ended | nothing | nothing | nothing | nothing | an unread error is logged |
//!
//! First steps nest, since a body may spawn others before its own first suspension. Where too many would nest
//! (`executor/current.rs`), a task begins as a suspended one that has been woken: its first step is one of the
//! loop.
//!
//! A task is also an [error context](crate::context). An error of a callback that it scheduled is queued while it
//! is suspended, and wakes it: the next poll resumes it with the error, at its innermost yield. What is left
//! when it ends goes to the context it was spawned in.
//!
//! ## Who owns what
//!
//! - The *loop* owns the task: its slot holds one reference while the task is suspended, its stack while it
//!   runs. The *handle* holds the other reference, for the result; it may be on another thread and outlive
//!   the loop.
//! - The *body* is always dropped by the loop, on its thread: when it has ended, before anyone hears of it,
//!   or when the loop is closed.
//! - The *result* goes from the body to the join state at the end, and from there to whoever polls the
//!   handle. If there is no handle, it is dropped on the spot, and an error is logged.
//! - The *errors* that are thrown at the task are in the node of its slot (`executor/error_context.rs`), one of them on
//!   the loop's stack while the task is polled with it. The task itself has no room for them: a task to which
//!   nothing is thrown does not pay for it.
//! - The *waker* of the task is the name of its slot and owns nothing, so a task that nobody wakes any more
//!   costs its memory until the loop goes, and not longer: there are no cycles to leak. The waker of whoever
//!   waits for the handle is kept in the join state.
//! - *Panics* end at the task's edge, those of its destructors, of its result's and of the waiter's waker
//!   too.
mod body;
mod cancelling;
mod cell;
mod handle;
mod join;
#[cfg(all(test, loom))]
mod models;
mod span;
mod spawn;

pub use self::cancelling::CancelCompletion;
pub use self::handle::JoinHandle;
pub use self::spawn::{spawn, spawn_local};

pub(crate) use self::cancelling::{CutShort, Whom};
pub(crate) use self::spawn::start;
