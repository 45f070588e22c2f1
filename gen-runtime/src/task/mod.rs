//! Tasks: coroutines that were started. Each has a slot of its own on a loop, or a shell on a
//! foreign executor.
//!
//! # How it works
//!
//! | file | what it holds |
//! |---|---|
//! | `spawn.rs` | [`spawn()`], [`spawn_local`] |
//! | `loop_task.rs` | a task of a loop: body and join state in one block of memory |
//! | `join_header.rs` | its join state, which the loop and the handle share without a lock |
//! | `loop_handle.rs` | the handle's side of it, which may be on any thread |
//! | `block.rs` | the memory of the tasks of loops |
//! | `body.rs` | a task that is sent to a loop: body and join state in one allocation; how the bodies of all tasks but those of `loop_task.rs` are polled |
//! | `cell.rs` | [`BodyCell`](cell::BodyCell): a cell from which a body can be dropped before the memory of its task is freed |
//! | `exclusive.rs` | the cell of a body that may be moved between threads |
//! | `hosted.rs` | a task on a foreign executor |
//! | `hosted_join.rs` | the end of such a task: its result, and the waker of the future that waits for it |
//! | `body_slot.rs` | the place of the body of such a task |
//! | `origin.rs` | [`TaskOrigin`](origin::TaskOrigin): the call that has spawned a task |
//! | `sent.rs` | a task that another thread sends to a loop |
//! | `join.rs` | their join state: the result, or the waker of the future that waits for it |
//! | `handle.rs` | [`JoinHandle`] |
//! | `cancel_on_drop.rs` | [`CancelOnDrop`]: a handle whose drop cancels the task |
//! | `cancel_completion.rs` | [`CancelCompletion`]: waits for the end of a task that is cancelled |
//! | `models.rs`, `models_of_exclusive.rs`, `models_of_loop_task.rs`, `models_of_hosted.rs` | loom models: the end of a task always wakes the future that waits for it; the body of a task is used by one thread at a time; the handle of a task of a loop may be on another thread |
//! | `span.rs` | the `tracing` span, with the feature of that name |
//!
//! ## States and events
//!
//! | state | woken: `Scheduler::schedule` | polled by the loop: `TaskRef::run` | its grace has passed: `TaskRef::cut_short` | the loop is closed: the drop of the `TaskRef` | the handle is dropped |
//! |---|---|---|---|---|---|
//! | running: the body is being polled, as its first step or by the loop | queued for the next turn | | impossible: the loop fires timers between polls | the body itself has dropped the loop, and is dropped after its poll | detached |
//! | suspended: its slot holds the task | queued, once | runs to its next suspension or its end | the body is dropped, the handle gets `Cancelled` | the body is dropped, the handle gets `LoopClosed` | detached |
//! | ended: the slot is free | nothing | nothing | nothing | nothing | an unread error is logged |
//!
//! First steps nest, because a body may spawn tasks before its own first suspension. If too many
//! would nest (`executor/first_steps.rs`), a task begins suspended and woken, and the loop runs its
//! first step.
//!
//! A body that ends in its first step leaves no task: its handle holds the result. The block in
//! which it ran becomes the task only if the body is suspended, since a body is pinned by its first
//! poll.
//!
//! A task is also an [error context](crate::context). An error of a callback that the task has
//! scheduled is queued while the task is suspended, and wakes it. The next poll resumes the task
//! with the error, at its innermost yield. Errors that are left when the task ends go to the
//! context in which it was spawned.
//!
//! ## Who owns what
//!
//! - The *loop* owns the task: the slot holds its [`TaskRef`](crate::executor::TaskRef) while the
//!   task is suspended, and the loop's stack holds it while the task runs. The *handle* is the
//!   other side. It may be on another thread, and may outlive the loop. The task is not counted:
//!   when it ends, the loop gives it to the handle, or frees it if there is none.
//! - The *body* is always dropped by the loop, on its thread: when the body has ended, before the
//!   handle sees the end, or when the loop is closed.
//! - The *result* goes from the body to the join state, and from there to the future that polls the
//!   handle. If there is no handle, the result is dropped at once, and an error is logged.
//! - The *errors* that are thrown at the task are in the `ErrorContext` of its slot
//!   (`executor/error_context.rs`). While the task is polled with one of them, that one is on the
//!   loop's stack. The task itself has no room for them, so it does not pay for errors that are
//!   never thrown.
//! - The *waker* of the task is the name of its slot, and owns nothing. So there are no cycles to
//!   leak: a task that is never woken again is freed with its loop. The join state keeps the waker
//!   of the future that waits for the handle.
//! - *Panics* do not leave the task: not those of its body and its destructors, and not those of
//!   the result's destructor and of the waker in the join state.
//!
//! ## On a foreign executor
//!
//! The states and the ends of a task are the same there. Its parts have other owners:
//!
//! | of a task | on a loop | on a foreign executor |
//! |---|---|---|
//! | the owner, besides the handle | the slot | the [`Shell`](crate::executor::Shell), which the executor owns |
//! | the thread of the body, and of its drop | that of the loop | any thread, but one at a time; for `spawn_local` that of the spawn |
//! | the waker | the name of the slot | the executor's own, which may own the shell |
//! | errors that are thrown at it | in the `ErrorContext` of its slot | in the same, which its `Mailbox` holds; any thread puts them there |
//! | a turn | of the loop | a poll by the executor |
//! | a grace | a timer of the loop | a timer that the shell polls |
//! | its drop before its end | that of the `TaskRef`, when the loop is closed | that of the shell (`Shell::drop`) |

mod block;
mod body;
mod body_slot;
mod cancel_completion;
mod cancel_on_drop;
mod cell;
mod exclusive;
mod handle;
mod hosted;
mod hosted_join;
mod join;
mod join_header;
mod loop_handle;
mod loop_task;
#[cfg(all(test, loom))]
mod models;
#[cfg(all(test, loom))]
mod models_of_exclusive;
#[cfg(all(test, loom))]
mod models_of_hosted;
#[cfg(all(test, loom))]
mod models_of_loop_task;
mod origin;
mod sent;
mod span;
mod spawn;

pub use self::cancel_completion::CancelCompletion;
pub use self::cancel_on_drop::{cancel_on_drop, CancelOnDrop};
pub use self::handle::JoinHandle;
pub use self::spawn::{spawn, spawn_local};

pub(crate) use self::block::give_back as give_back_memory;
pub(crate) use self::cancel_completion::{CancelTarget, CutShort};
#[cfg(all(feature = "tokio", not(loom)))]
pub(crate) use self::hosted::start as spawn_on;
pub(crate) use self::sent::send;
#[cfg(feature = "tracing")]
pub(crate) use self::span::settings as span_settings;
pub(crate) use self::spawn::{check_local, check_tasks, start};
