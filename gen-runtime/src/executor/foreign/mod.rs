//! Tasks and timers on the executors of other libraries.
//!
//! # How a task runs on a foreign executor
//!
//! The foreign executor gets one future for each task of ours: the [`Shell`]. A shell polls the
//! task, and brings the injections of the task into that poll.
//!
//! ```text
//! foreign executor ─> Shell ─ BodyOwner ─┐
//! JoinHandle ────────────────────────────┼─ HostedRef ─> Block: TaskState,
//! tracker, requests under way ───────────┤            Mailbox, body, result
//! callbacks ─ Arc ─> ErrorContext ───────┘ <────── Arc ──┘
//! current poll (TLS) ─ borrows the reference of the shell
//! ```
//!
//! A task is one allocation, the block. One atomic word of it, the [`TaskState`](state::TaskState),
//! decides who owns what: a task that is suspended once, and is awaited, takes five
//! read-modify-writes of ours, besides those of the executor.
//!
//! | event | function | what happens |
//! |---|---|---|
//! | a task is spawned | `first_step`, in `task/hosted.rs` | the body runs up to its first suspension, on the spot. Its waker wakes nothing, because the executor polls the shell once more in any case |
//! | it is suspended | `Executor::spawn` | the shell becomes a task of the foreign executor |
//! | the executor polls it | `Shell::poll` | the task gets its next injection, if there is one |
//! | an injection comes, from any thread | `Mailbox::deliver` | it is queued, and the waker of the shell is called |
//! | the body ends | `Joined::finish`, in `task/hosted_join.rs` | the result is for the handle, which is woken. Deliveries are refused from now on |
//! | after that | `Visit::end` | leftover errors go outward, and the futures that wait for the end are woken |
//! | the executor drops the shell | `Shell::drop` | the same for a task that has not ended; its handle gets [`LoopClosed`](crate::LoopClosed) |
//!
//! # Files
//!
//! | file | what it holds |
//! |---|---|
//! | `with_spawner.rs` | [`with_spawner`]: the executor on which a future spawns its tasks |
//! | `local.rs` | [`local`], [`with_local_set`]: the places on tokio where a task may stay on its thread |
//! | `within_tracker.rs` | the places where the tasks that are spawned are tracked |
//! | `with_executor.rs` | [`WithExecutor`]: a future with an executor for the tasks that it spawns |
//! | `shell.rs` | [`Shell`]: the future that a foreign executor polls |
//! | `shell_data.rs` | the data of a shell, which are in the block of the task |
//! | `root.rs` | [`ForeignRoot`]: the future of `main`, as an error context |
//! | `visit.rs` | brings the injections of a mailbox into the polls of a body |
//! | `executor.rs` | [`Executor`]: the place where a new task goes |
//! | `spawner.rs` | [`Spawner`]: an executor that a user hands over |
//! | `tokio_tasks.rs` | the tasks of tokio, with their names |
//! | `clock.rs` | [`Clock`]: the timers that are used where no loop runs |
//! | `tracker.rs` | [`Tracker`]: the tasks that a shutdown ends, and that a dump asks |
//! | `tokio_timers.rs` | our timers within a runtime of tokio |
//! | `hosted_task.rs` | [`HostedRef`]: a reference to a task; [`BodyOwner`]: the one that reaches its body |
//! | `state.rs` | the state of a task, in one word |
//! | `block_cache.rs` | the memory of tasks |
//! | `mailbox.rs` | [`Mailbox`]: the injections of a task, from any thread |
//! | `models.rs` | loom models: an injection always reaches a task that has not ended |

mod block_cache;
mod clock;
mod executor;
mod hosted_task;
#[cfg(all(feature = "tokio", not(loom)))]
mod local;
mod mailbox;
#[cfg(all(test, loom))]
mod models;
#[cfg(all(feature = "tokio", not(loom)))]
mod root;
mod shell;
mod shell_data;
mod spawner;
mod state;
#[cfg(all(feature = "tokio", not(loom)))]
mod tokio_tasks;
#[cfg(all(feature = "tokio", not(loom)))]
mod tokio_timers;
#[cfg(all(feature = "tokio", not(loom)))]
mod tracker;
mod visit;
mod with_executor;
mod with_spawner;
#[cfg(all(feature = "tokio", not(loom)))]
mod within_tracker;

pub(crate) use self::clock::{current as current_clock, Clock, ForeignTimer};
pub(crate) use self::executor::Executor;
pub(crate) use self::hosted_task::{BodyOwner, HostedBody, HostedRef};
#[cfg(all(feature = "tokio", not(loom)))]
pub use self::local::{local, with_local_set};
pub(crate) use self::mailbox::Mailbox;
#[cfg(all(feature = "tokio", not(loom)))]
pub(crate) use self::root::ForeignRoot;
pub(crate) use self::shell::Shell;
pub use self::spawner::{SpawnedTask, Spawner};
#[cfg(all(feature = "tokio", not(loom)))]
pub(crate) use self::tokio_tasks::takes_tasks as tokio_takes_tasks;
#[cfg(all(feature = "tokio", not(loom)))]
pub(crate) use self::tracker::{AskedTask, TrackedTask, Tracker};
pub use self::with_executor::WithExecutor;
pub use self::with_spawner::with_spawner;
#[cfg(all(feature = "tokio", not(loom)))]
pub(crate) use self::within_tracker::{tracks_here, within_tracker};
