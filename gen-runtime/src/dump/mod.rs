//! Where is the program stuck? A dump shows the waits of each task of a loop, or of each tracked
//! task on tokio.
//!
//! ```
//! use gen::yield_;
//!
//! #[gen::coroutine]
//! fn read(pages: gen::SharedFuture<u32>) -> gen::Result<u32> {
//!     yield_!(pages)
//! }
//!
//! #[gen::coroutine]
//! fn stuck() -> gen::Result<String> {
//!     let (_promise, pages) = gen::promise();
//!     let _reader = gen::spawn(read(pages));
//!     Ok(yield_!(gen::dump())?.to_string())
//! }
//! let text = gen::run_sync(stuck()).unwrap();
//! assert!(text.contains(" in read\n  waits for promise 1 of u32"), "{text}");
//! ```
//!
//! The text has a paragraph for each task, from the outermost yield to the innermost one:
//!
//! ```text
//! loop 0, turn 2: 2 tasks
//!
//! task 0: app::stuck (runs the loop)
//!   at src/main.rs:11:8 in stuck
//!   waits for a dump
//!
//! task 1: app::read, spawned at src/main.rs:10:19
//!   at src/main.rs:5:5 in read
//!   waits for promise 1 of u32
//! ```
//!
//! # How to get one
//!
//! | from | use |
//! |---|---|
//! | a coroutine on the loop | `yield_!(gen::dump())` ([`dump`](fn@crate::dump)) |
//! | another thread | [`Remote::dump`](crate::Remote::dump), which can be awaited anywhere: `gen::block_on(remote.dump())` |
//! | the owner of a loop that does not run | [`IoLoop::dump`](crate::IoLoop::dump) |
//! | `kill -USR1` | `Remote::dump_on_signal`, with the feature `signal`, on Unix |
//! | a program on tokio, on any thread | `TaskTracker::dump`, with the feature `tokio` |
//!
//! A list of all tasks on tokio would cost each spawn some 40 ns. So only the tasks of a
//! `TaskTracker` are asked, and its page says which these are.
//!
//! # Its forms
//!
//! | form | use |
//! |---|---|
//! | text, for 80 columns | its `Display` |
//! | a picture | [`Dump::to_dot`], which Graphviz draws |
//! | a page to search and to fold | `Dump::to_html`, with the feature `html` |
//! | JSON | `Serialize`, with the feature `serde` |
//!
//! A dump tells much about the program. A server should have no route for it by default, and should
//! offer such a route only on a loopback address.
//!
//! # How it works
//!
//! A dump asks. It polls each suspended task once, at the start of a turn, when none of them is
//! being polled. The futures that stay pending say where they are, and for which event they wait.
//! Nothing is stored for this while the program runs, so it costs nothing before it is asked for,
//! and it works in an optimized build.
//!
//! A poll is always allowed. But a task that could go on, and that nothing had woken, goes on when
//! it is asked: it [has lost a wake-up](TaskDump::has_lost_wake_up). A dump may so set a hanging
//! program going, and reports such a task as [`WentOn`](TaskState::WentOn), or as
//! [`Ended`](TaskState::Ended). It may wake other tasks, which are asked after it. A task that was
//! woken before it was asked, by whatever, has lost nothing: it is [`Woken`](TaskState::Woken), or
//! `Ended`.
//!
//! For [`explore`](crate::testing::explore) a dump is no step of the tasks that it asks.
//!
//! On tokio the tasks are on many threads, and each answers in its own next poll. So:
//!
//! - The answers are not of one moment. A task that another one waits for may have ended, and is
//!   "a task that is not known here" then.
//! - A task that does not answer in time is [`Running`](TaskState::Running).
//! - The request itself wakes the tasks. No task is `Woken` or `WentOn`, and none is known to have
//!   lost a wake-up.
//! - A future that is polled with the waker of the task does not tell how many wakers it keeps.
//!
//! # What a dump shows
//!
//! | a task waits for | the dump shows |
//! |---|---|
//! | a chain of coroutines, also boxed ones | the yield of each, with file, line and column |
//! | a list, a map, a tuple, [`multi`](crate::multi()), [`limit`](fn@crate::limit), [`first_of`](fn@crate::first_of), [`first_ok`](fn@crate::first_ok), [`WaitIterator`](crate::WaitIterator) | each child that has not ended, with its position or key, and its own chain |
//! | a [`hedge`](fn@crate::hedge) | each try that has not ended, with its number, and its own chain |
//! | a [bracket](fn@crate::bracket), [`finally`](fn@crate::finally) | the waits of the acquisition, of the use or of the release |
//! | a [scope](fn@crate::scope) | its body, and each child with its number and its own chain |
//! | a [supervisor](fn@crate::supervise()) | each child with its name, how often it was restarted, and its own chain, or the time until its next start |
//! | a [timeout](crate::with_timeout) | the time that is left, and the waits of its child |
//! | a [retry](crate::retry), a [repeat](crate::repeat) | the waits of the try that runs, or the sleep before the next one |
//! | a [shield](fn@crate::shield), an `Option` | the waits of the inner future |
//! | `join!` or `select!` of another library | each branch that waits, with its own chain |
//! | another task | its number and its name; that task names the tasks that await it |
//! | the end of a task that is [cancelled](crate::CancelCompletion) | the number and the name of the task |
//! | a child of a scope, by its handle | the number of the child |
//! | a [promise](crate::promise()) | its number, which all that wait for it share, and the type of its value |
//! | a [sleep](crate::sleep()) | the time that is left |
//! | a [moment](crate::moment()) | "the next turn" |
//! | a callback of [`from_callback`](crate::from_callback) | the type of its argument |
//! | [`Wait`](crate::Wait), [`WaitAll`](crate::WaitAll), a yield point of your own | its type, and the keys whose values have not come |
//! | a [blocking call](crate::blocking()) | the type of its value |
//! | a value of a [batch](crate::batch()) | the batch and its line, the number of keys, and the task of the call |
//! | a [queue](crate::queue) | its type, and whether it waits for an item, for room, or for the end of all items |
//! | any other future | its type, and how many wakers it keeps. If it keeps none, nothing will wake the task for it |
//!
//! It prints names, lines, types and keys, and no values. A key is printed by its `Debug`, unless
//! the request is [`without_keys`](DumpRequest::without_keys). Children of `first_of` and of
//! `WaitIterator::keyed` are named by their position, since their keys need not be `Debug`.
//!
//! A collection of another library that polls its futures with wakers of its own, such as
//! `FuturesUnordered`, is shown as one future.
//!
//! # For programs
//!
//! [`Dump::tasks`] has the tasks. [`TaskDump::waiting`] is the wait of one of them: a chain of
//! yields, and its end, which may be children with chains of their own.
#![cfg_attr(feature = "serde", doc = include_str!("json.md"))]

#[cfg(feature = "html")]
mod alike;
mod circles;
mod deadlock;
mod dot;
mod graph;
#[cfg(feature = "html")]
mod html;
mod leaves;
mod print;
mod request;
#[cfg(feature = "serde")]
mod serialize;
mod state;
#[cfg(all(feature = "tokio", not(loom)))]
mod tracked;

pub use self::deadlock::Deadlock;
pub(crate) use self::deadlock::ProbableDeadlock;
pub use self::graph::{Dump, TaskDump, TaskState};
pub use self::request::{dump, DumpRequest};
#[cfg(all(feature = "tokio", not(loom)))]
pub use self::tracked::TrackerDump;
pub use crate::inject::question::{
    ChainEnd, Child, Children, Link, LockHolder, QueueWait, TaskRef, Waiting, WaitsFor,
};
