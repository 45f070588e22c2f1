//! Coroutines in the style of Python's `tornado.gen`, which yield futures, lists, maps and tuples.
//!
//! `#[gen::coroutine]` turns a plain `fn` into a coroutine. In its body, `yield_!(expr)` waits for
//! a future, or for a list, map or tuple of futures, nested to any depth. The elements of a
//! container run in parallel. The yield gives a [`Result`]: the value, or an error. The error is
//! that of the future, or one that the runtime raises at the yield, such as a cancellation.
//!
//! # Where to begin
//!
//! The [guide] has a page for each question of a new user. Its first page, the [first
//! hour](guide::first_hour), goes from `cargo new` to a program that fetches pages in parallel. The
//! tables [below](#what-to-use) list the items of the library by their purpose. For users of
//! `tornado.gen`, [`differences`] lists the behaviour that differs.
//!
//! Add the dependency to `Cargo.toml`:
//!
//! ```toml
//! [dependencies]
//! # A checkout: gen is not on crates.io yet.
//! gen-runtime = { path = "../gen/gen-runtime" }
//! ```
//!
//! The package is `gen-runtime`, and the library in it is `gen`. Write a coroutine, and run it as
//! the program's `main`:
//!
//! ```edition2024
//! use r#gen::{self as g, yield_};
//! use std::{collections::BTreeMap, time::Duration};
//!
//! #[g::coroutine]
//! fn length(word: &str) -> g::Result<usize> {
//!     yield_!(g::sleep(Duration::from_millis(1)))?;
//!     Ok(word.len())
//! }
//!
//! #[g::main]
//! fn main() -> g::Result {
//!     // A list: its elements run in parallel, and the results keep their order.
//!     let list = yield_!(["two", "three"].map(length))?;
//!
//!     // A map: the results have the same keys.
//!     let map = yield_!(BTreeMap::from([("four", length("four"))]))?;
//!
//!     // A tuple: its elements may have different types. The second one cannot fail.
//!     let (five, six) = yield_!((length("five!"), async { 6 }))?;
//!
//!     assert_eq!(list[0] + list[1] + map["four"] + five + six, 3 + 5 + 4 + 5 + 6);
//!     Ok(())
//! }
//! ```
//!
//! This is edition 2024, where `gen` is a keyword: see [Editions and names](#editions-and-names).
//! The examples outside of the guide are of edition 2021, where the library needs no other name
//! than `gen`.
//!
//! The call `length("two")` does not run anything yet: the body begins when the coroutine is
//! yielded. The `?` goes after the yield. A yield is always a `Result`, even that of a future that
//! cannot fail, because the runtime may resume it with an error.
//!
//! # Choose a runtime
//!
//! A coroutine is a [`Future`](std::future::Future), and runs on any executor.
//!
//! | runtime | how to run a coroutine |
//! |---|---|
//! | the loop of gen | [`#[gen::main]`](macro@main), [`gen::run_sync(coroutine)`](run_sync), or an [`IoLoop`] |
//! | tokio, with the feature `tokio` | [`#[gen::main(tokio)]`](macro@main), `tokio::spawn(coroutine)`, `coroutine.await` |
//! | smol, and other executors | like any future: `executor.spawn(coroutine)`, `coroutine.await` |
//!
//! The loop of gen runs on one thread. It has tasks, timers and callbacks, and no sockets: take
//! these from the `async-io` family of crates. On tokio [`sleep`](sleep()), [`with_timeout`] and
//! [`spawn`] use the timers and the tasks of tokio. On another executor timers need the feature
//! `smol`, and `spawn` needs [`with_spawner`]. Where a timer or a task cannot be had, the yield
//! fails with [`NoHost`], whose text says what to do. Lists, scopes, cancellation, callbacks and
//! promises work everywhere. The page [`executors`] says what differs.
//!
//! # What to use
//!
//! ## Coroutines
//!
//! | to | use |
//! |---|---|
//! | write a coroutine | [`coroutine`](macro@coroutine), or [`co`], which can be imported |
//! | write a program | [`main`](macro@main) |
//! | write a test | [`test`](macro@test), on a virtual clock or on tokio |
//! | wait for a future or a container | [`yield_!`](yield_); [`Yieldable`] says what can be yielded |
//! | wait for callback functions | [`from_callback`]; [`Callback`], [`Wait`] and [`WaitAll`] |
//! | put coroutines behind a trait object | [`BoxCoroutine`], [`LocalBoxCoroutine`] |
//! | end a coroutine from a function that it calls | [`Return`](fn@Return) |
//! | make a type of your own yieldable | [`Yieldable`], whose parameters are in [`kinds`] and [`modes`]; [`YieldPoint`], if it needs the coroutine |
//! | write a library that drives coroutines itself, such as a durable engine | [`drive`] |
//!
//! ## Several at once
//!
//! | to | use |
//! |---|---|
//! | wait for all of them | a `Vec`, `Box<[T]>`, array, `VecDeque`, `HashMap`, `BTreeMap`, tuple or `Option` |
//! | choose what their errors do | [`multi`](multi()) with [`quiet`](Multi::quiet), [`fail_fast`](Multi::fail_fast) or [`settle`](Multi::settle) |
//! | handle each result as soon as it is ready | [`WaitIterator`]; with a limited number of children, or with children from a stream, [`limit(..).as_completed()`](Limit::as_completed) |
//! | take the first result | [`first_of`](first_of()); of a tuple it gives a [`OneOf2`], [`OneOf3`], .. |
//! | take the first success | [`first_ok`](first_ok()) |
//! | start a second try while the first one is slow | [`hedge`](hedge()) |
//! | run a limited number at a time | [`limit`](limit()), also of the futures that a stream gives |
//! | make one call of many loads | [`batch`](batch()), [`batch_local`]; of the loads of one key, [`single_flight`], [`single_flight_local`] |
//! | call a function that blocks, such as one of `std::fs` | [`blocking`](blocking()) |
//! | take the items of a stream | `while let Some(item) = yield_!(stream.next())?`, with the `next` of a `StreamExt` |
//! | pass items from task to task | [`queue`](mod@queue) |
//! | let one task at a time, or at most so many, use something | [`sync`](mod@sync): locks, semaphores, rates and others |
//! | put different futures into one list | [`boxed`], [`boxed_send`], [`convert_yielded!`] |
//! | run children that may borrow | [`scope`](fn@scope), [`scope_local`] |
//! | keep children running, and start those again that fail | [`supervise`](fn@supervise()), [`supervise_local`]; [`supervise::Health`] tells others how they are |
//!
//! ## Results and errors
//!
//! | to | use |
//! |---|---|
//! | describe a failure | [`Error`]; [`Throw`] for your own error types |
//! | say what the program was doing when it failed | [`Context`]: `yield_!(x).context("reading the config")?` |
//! | return an error | [`bail!`](bail); [`ensure!`](ensure), unless a condition holds |
//! | end an `async` block that contains a `?` | [`Ok`](fn@Ok) |
//! | get the `Result` of a future unchanged | [`raw`] |
//! | make a future that cannot fail into one that can | [`ok`] |
//! | distinguish a cancellation from a failure | [`Error::is_cancelled`] |
//! | try again after a failure | [`retry`](retry()), with the waits of a [`backoff`] |
//! | set a result that several tasks wait for | [`promise`](promise()), [`SharedFuture`] |
//! | receive the errors of callbacks at a yield | [`context`]; [`context::wrap`] for callbacks that other code calls |
//! | expect a lost error in a test | [`testing::expect_log`] |
//! | yield a value that may or may not be a future | [`maybe_future!`] |
//! | yield a value whose type is known only at run time | [`dynamic`] |
//!
//! ## Time
//!
//! | to | use |
//! |---|---|
//! | wait for some time | [`sleep`](sleep()) |
//! | let other tasks run | [`moment`](moment()) |
//! | do something at equal distances | [`every`]; after equal pauses, [`repeat`] |
//! | set a deadline | [`with_timeout`] |
//! | set a deadline that is handed down | [`with_deadline`] |
//! | know how much time the deadlines around leave | [`time_left`] |
//! | set a deadline, and leave time to clean up | [`with_timeout(..).cancel(..)`](WithTimeout::cancel) |
//! | test without waiting | [`VirtualClock`]; with other threads, [`Remote::keep_alive`] |
//! | test each failure at each yield | [`testing::explore`](fn@testing::explore) |
//! | test a coroutine yield by yield | [`testing::Stepper`] |
//!
//! ## Tasks
//!
//! | to | use |
//! |---|---|
//! | start a task | [`spawn`], [`spawn_local`] |
//! | start a task on a loop of another thread | [`Remote::spawn`] |
//! | start tasks on an executor that is neither the loop nor tokio | [`with_spawner`] |
//! | start tasks that are not `Send` on tokio | `gen::local`, `gen::with_local_set`, with the feature `tokio` |
//! | know the request or the user without a parameter | [`local!`], [`Local`] |
//! | start a task that nothing waits for | [`engine`](macro@engine) |
//! | cancel a task | [`JoinHandle::cancel`]; the task gets the error [`Cancelled`] |
//! | cancel a task, and drop it after some time | [`cancel(..).grace(..)`](CancelCompletion::grace) |
//! | cancel a task when no future waits for it any more | [`cancel_on_drop`](cancel_on_drop()), [`JoinHandle::cancel_on_drop`] |
//! | release a resource in any case, by a coroutine | [`bracket`](bracket()), [`finally`](finally()); [`finally_local`] if the clean-up is not `Send`, [`finally_in_place`] if it borrows |
//! | protect a part of a coroutine from cancellation | [`shield`](fn@shield) |
//! | throw an error into a task | [`JoinHandle::throw`] |
//! | see where a task is suspended | [`JoinHandle::trace`] |
//! | see where a program is stuck | [`dump`](fn@dump), [`IoLoop::dump`], [`Remote::dump`]; on tokio `TaskTracker::dump` |
//! | see in the log which task has written it | `gen::spans`, with the feature `tracing` |
//! | count how long tasks wait at which line | `gen::metrics::measured`, with the feature `metrics` |
//!
//! ## The loop
//!
//! | to | use |
//! |---|---|
//! | run a coroutine to completion | [`run_sync`], [`block_on`] |
//! | keep a loop over several runs | [`IoLoop`] |
//! | use the types of tokio on a loop | `IoLoop::within_tokio`, with the feature `tokio` |
//! | schedule callbacks and timers | [`IoLoopHandle`]; [`Remote`] from other threads |
//! | end a program in good order | [`IoLoop::shutdown`]; on tokio `TaskTracker::shutdown`, with the feature `tokio` |
//!
//! # The rules
//!
//! - A call of a coroutine function is *cold*: nothing runs until the coroutine is yielded, awaited
//!   or started.
//! - `yield_!` gives a [`Result`], whatever is yielded, because the runtime may resume the
//!   coroutine with an error. `?` goes after the yield.
//! - A future that is ready never costs a turn of the loop; only [`moment`](moment()) always does.
//! - A parallel yield runs all children to completion. If some fail, it raises the first error in
//!   the order of the children, whose [`others`](Error::others) hold the other errors. A child that
//!   panics fails with [`Panicked`].
//! - The arguments move into the coroutine. They are dropped in the order in which an `async fn`
//!   drops its arguments.
//! - Dropping a coroutine drops everything that it holds and waits for.
//!
//! # Errors of your own
//!
//! A coroutine may return any `Result`. Each yield may fail with an [`Error`], and `?` converts it
//! into the error type of the function, which must implement `From<gen::Error>`. These types do:
//! [`Error`] itself, `Box<dyn Error + Send + Sync>`, `anyhow::Error` (with the feature `anyhow`),
//! and [`std::io::Error`], which keeps its kind.
//!
//! A library gives its error type a variant for `gen::Error`, and its callers match on the other
//! variants. To keep the error type of a function that it calls, it yields [`raw`] of the call. Two
//! `?` follow: the first for the error of the yield, the second for the error of the function.
//!
//! ```
//! use gen::{raw, yield_};
//!
//! #[derive(Debug, thiserror::Error)]
//! pub enum FetchError {
//!     #[error("there is no page {0}")]
//!     NoPage(u32),
//!     /// The yield failed: the task was cancelled, or a deadline has passed.
//!     #[error(transparent)]
//!     Yield(#[from] gen::Error),
//! }
//!
//! #[gen::coroutine]
//! fn fetch(page: u32) -> Result<String, FetchError> {
//!     yield_!(gen::moment())?; // a `gen::Error` becomes a `FetchError`
//!     match page {
//!         0 => Err(FetchError::NoPage(page)),
//!         _ => Ok(format!("page {page}")),
//!     }
//! }
//!
//! #[gen::coroutine]
//! fn fetch_both() -> Result<usize, FetchError> {
//!     let first = yield_!(raw(fetch(1)))??; // a `FetchError` is not converted
//!     match yield_!(raw(fetch(0)))? {
//!         Err(FetchError::NoPage(_)) => Ok(first.len()),
//!         other => Ok(first.len() + other?.len()),
//!     }
//! }
//! assert_eq!(gen::run_sync(fetch_both()).unwrap(), 6);
//! ```
//!
//! `yield_!(fetch(1))?` works too. The yield then wraps the `FetchError` in a [`gen::Error`](Error)
//! with a trace, and `?` makes a `FetchError::Yield` of it.
//!
//! # Editions and names
//!
//! On edition 2024 `gen` is a keyword. Give the library another name where you use it, and write
//! that one, as in the [first program](#where-to-begin):
//!
//! ```edition2024
//! use r#gen as g;
//!
//! #[g::coroutine]
//! fn twice(n: u32) -> g::Result<u32> {
//!     Ok(2 * g::yield_!(async { n })?)
//! }
//! assert_eq!(g::run_sync(twice(21)).unwrap(), 42);
//! ```
//!
//! `#[r#gen::coroutine]` works too, but rust-analyzer 1.96 does not find an attribute by a path
//! that contains `r#`.
//!
//! `Cargo.toml` may give the library another name: the attributes find it. If your crate knows only
//! a re-export by another crate, give the attributes its path:
//! `#[framework::gen::coroutine(crate = framework::gen)]`.
//!
//! `use gen::coroutine; #[coroutine]` is an error (E0659), because rustc has an attribute of that
//! name. Use the path, or [`co`].
//!
//! # Deeply nested coroutines
//!
//! The type of a coroutine contains the types of the coroutines that it yields, as with `async fn`.
//! rustc follows such types 128 steps deep. An `async fn` takes four steps per level, and a
//! coroutine six. So about twenty coroutines may call one another in a row, where about thirty
//! `async fn`s may. Beyond that, rustc asks for a `recursion_limit`. Or give one of the functions
//! the option `boxed`: inside the box the count begins again.
//!
//! # Features
//!
//! - `dynamic`: adds [`gen::dynamic`](dynamic), for values whose type is known only at run time.
//! - `blocking`: [`blocking`](blocking()) has a pool of threads also where no runtime of tokio is
//!   entered.
//! - `anyhow`: an `anyhow::Error` can be thrown into a coroutine, and an [`Error`] converts into
//!   one that keeps its trace.
//! - `tokio`: timers and tasks on tokio, [`#[gen::main(tokio)]`](macro@main) and
//!   [`#[gen::test(tokio)]`](macro@test). A blocking call such as [`run_sync`] in a task of tokio
//!   fails with [`RuntimeRunning`]. Without the feature such a call is not detected, and stops
//!   tokio's runtime.
//! - `governor`: `gen::sync::Rate`, which lets at most so many go on in a time, by a quota of the
//!   crate `governor`.
//! - `html`: [`Dump::to_html`] makes a page of a dump.
//! - `metrics`: [`gen::metrics`](mod@crate::metrics) counts how often and how long tasks wait, and
//!   how often this fails, by the line of the yield.
//! - `serde`: a [`Dump`] can be serialized, such as [to JSON](mod@dump#as-json).
//! - `signal`: [`Remote::dump_on_signal`] writes a dump of a loop at `SIGUSR1`, on Unix.
//! - `smol`: timers on every executor, by `async-io`, and [`with_spawner`] takes an
//!   `async_executor::Executor`, which is `smol::Executor`.
//! - `testing`: [`testing`] also sees the yields that have a value in a build without debug
//!   assertions, where a yield that is ready then takes an instruction more.
//! - `unstarted`: a coroutine that is dropped before it was started is reported, as
//!   [Debugging](guide::debugging) explains. It is for a search, because it makes all coroutines
//!   slower.
//! - `tracing`: each task has a span, in which the library and the body write their events: see
//!   [`gen::spans`](spans).

// On docs.rs each item says which feature it needs.
#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(loom))))]

#[doc(hidden)]
pub mod __private;
mod batch;
mod bindings;
mod blocking;
mod bracket;
pub mod context;
mod coroutine;
/// Differences from `tornado.gen` 4.4, with their reasons.
///
/// This page is for users of Tornado. A test checks each row.
///
#[doc = include_str!("differences.md")]
pub mod differences {}
pub mod drive;
pub mod dump;
mod engine;
mod error;
mod executor;
#[doc = include_str!("executors.md")]
pub mod executors {}
mod first_of;
pub mod guide;
mod hedge;
mod inject;
mod io_loop;
mod limit;
mod locals;
mod locks;
#[cfg(feature = "metrics")]
pub mod metrics;
mod multi;
mod opaque;
mod parallel;
mod point;
mod promise;
pub mod queue;
#[cfg(all(feature = "governor", not(loom)))]
mod rate;
mod report;
mod retry;
mod scope;
/// The `tracing` spans of tasks (feature `tracing`).
///
/// Each task that is spawned has a span `task` of the target `gen`, with these fields:
///
/// | field | value |
/// |---|---|
/// | `id` | a number that no other task of the process has |
/// | `name` | the path of the coroutine function, such as `shop::buy` |
/// | `spawned_at` | the position of the call that spawned it |
///
/// The span is entered whenever the task runs, so events of the body are in it. A coroutine that is
/// yielded runs in the span of the task that yields it; give it one of its own with
/// `#[tracing::instrument]`. These events of the library are in the span: the task is resumed with
/// an error, or is cancelled (`DEBUG`); a step has kept the thread for long (`WARN`); an error is
/// lost (`ERROR`).
///
/// With `--cfg tokio_unstable` a task on tokio also has its name in tokio's own span, for
/// [tokio-console](guide::on_tokio#see-the-tasks-in-tokio-console).
#[cfg(feature = "tracing")]
pub mod spans {
    pub use crate::task::span_settings::{set_level, set_slow_step};
}
mod shims;
/// Locks for tasks: [`Lock`], [`RwLock`], [`Semaphore`], [`Event`], [`Condition`] and [`Barrier`].
///
/// They are Tornado's `locks`. They work on any executor and across threads, and are `Send` if
/// their content is. All of them are fair: first come, first served, and what is handed over cannot
/// be taken by others in the meantime. A wait that is cancelled or dropped loses nothing, also in
/// the moment of the hand-over.
///
/// | to | use |
/// |---|---|
/// | change something in several steps, with yields between them | [`Lock`] |
/// | the same, with many readers | [`RwLock`] |
/// | limit how many tasks do something at once | [`Semaphore`], or [`limit`](crate::limit()) for a list |
/// | wait for a state | [`Event`] |
/// | wait for a change | [`Condition`] |
/// | wait for each other | [`Barrier`] |
/// | wait for one value | [`promise`](crate::promise()) |
/// | let at most so many go on in a time | `Rate`, with the feature `governor` |
///
/// [`Lock`]: crate::sync::Lock
/// [`RwLock`]: crate::sync::RwLock
/// [`Semaphore`]: crate::sync::Semaphore
/// [`Event`]: crate::sync::Event
/// [`Condition`]: crate::sync::Condition
/// [`Barrier`]: crate::sync::Barrier
pub mod sync {
    pub use crate::locks::{
        Acquire, Barrier, BarrierWait, BarrierWaitResult, Condition, ConditionWait, Event, EventWait,
        HolderPanic, Lock, LockGuard, OwnedLockGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard,
        OwnedSemaphorePermit, RwLock, RwLockReadGuard, RwLockWriteGuard, Semaphore, SemaphoreClosed,
        SemaphorePermit,
    };
    #[cfg(all(feature = "governor", not(loom)))]
    pub use crate::rate::{AtRate, Quota, Rate, RateExceeded, RateTake};
}
pub mod supervise;
mod task;
#[cfg(all(feature = "tokio", not(loom)))]
mod task_tracker;
pub mod testing;
mod time;
#[cfg(all(feature = "tokio", not(loom)))]
mod tokio_entry;
mod tornado;
mod wait_iterator;
mod waiter;
mod yield_macro;
mod yieldable;

pub use gen_macros::{co, coroutine, engine, main, test};

pub use crate::batch::{
    batch, batch_local, single_flight, single_flight_local, AnswerCountError, Batch, Load, LocalBatch,
    LocalLoad, LocalSingleFlight, MissingKeyError, SingleFlight,
};
pub use crate::blocking::{blocking, Blocking};
pub use crate::bracket::{bracket, finally, finally_in_place, finally_local, Bracket, CleanUp, Exit};
pub use crate::coroutine::{BoxCoroutine, Coroutine, Frame, FrameKind, LocalBoxCoroutine};
pub use crate::dump::{dump, Deadlock, Dump};
pub use crate::error::ok::Ok;
pub use crate::error::{
    CallbackOutput, CancelSource, Cancelled, ChildError, ChildKey, Context, Error, Panicked, Result, Site,
    Throw, TimeoutError,
};
#[cfg(all(feature = "tokio", not(loom)))]
pub use crate::executor::{local, with_local_set};
pub use crate::executor::{
    with_spawner, Clock, LoopClosed, LoopRunning, LoopStopped, NoHost, RuntimeRunning, SpawnedTask, Spawner,
    TimerKey, VirtualClock, WithExecutor,
};
pub use crate::first_of::{
    first_of, first_ok, FirstOf, FirstOfNoneError, FirstOk, FirstOkNoneError, FirstOkSettled, OneOf2, OneOf3,
    OneOf4, OneOf5, OneOf6, OneOf7, OneOf8,
};
pub use crate::hedge::{hedge, Hedge, HedgeSettled, ZeroTriesError};
pub use crate::inject::TaskTrace;
#[cfg(all(feature = "signal", unix))]
pub use crate::io_loop::DumpOnSignal;
pub use crate::io_loop::{block_on, run_sync, IoLoop, IoLoopHandle, KeepAlive, Remote};
pub use crate::limit::{limit, AsCompleted, Limit, NextCompleted, ZeroLimitError};
pub use crate::locals::{Inherited, Local, SameTask, WithLocal};
pub use crate::multi::{multi, Multi, MultiFailFast, MultiQuiet, MultiSettled};
pub use crate::point::{
    from_callback, Callable, Callback, CallbackDroppedError, CallbackFuture, Forget, Key, KeyReuseError,
    KeyTypeError, LeakedCallbackError, LeakedKey, Resolve, Runner, UnknownKeyError, Wait, WaitAll,
    YieldPoint,
};
pub use crate::promise::{promise, AlreadySetError, BrokenPromiseError, Promise, SharedFuture};
pub use crate::retry::{backoff, repeat, retry, Backoff, Repeat, Retry, Tried};
pub use crate::scope::{scope, scope_local, LocalScope, Scope, ScopeEnded, ScopeHandle};
pub use crate::supervise::{supervise, supervise_local, Supervise};
pub use crate::task::{cancel_on_drop, spawn, spawn_local, CancelCompletion, CancelOnDrop, JoinHandle};
#[cfg(all(feature = "tokio", not(loom)))]
pub use crate::task_tracker::{TaskTracker, UnfinishedTask};
pub use crate::time::{
    every, moment, sleep, time_left, with_deadline, with_timeout, CancelTimeout, Deadline, Every, Moment,
    NextTick, SetAt, Sleep, Tick, WithTimeout,
};
#[cfg(feature = "dynamic")]
pub use crate::tornado::dynamic::{self, BadYieldError, ReturnValueIgnoredError};
pub use crate::tornado::{Arguments, Return, YieldFuture};
pub use crate::wait_iterator::{ByKey, ByPosition, ExhaustedError, WaitIterator, WaitNext};
pub use crate::yieldable::{
    boxed, boxed_send, modes, ok, raw, shield, BoxYieldable, Custom, SendBoxYieldable, Shield, Yieldable,
};

/// The kinds of yieldables: the parameter `M` of [`Yieldable`], which is always inferred.
///
/// You need them only to implement [`Yieldable`] for a container of your own that delegates to one
/// of these.
pub mod kinds {
    pub use crate::blocking::Blocked;
    pub use crate::first_of::Raced;
    pub use crate::hedge::Hedged;
    pub use crate::limit::{Limited, Streamed};
    pub use crate::locals::WithinLocal;
    pub use crate::multi::Grouped;
    pub use crate::point::Point;
    #[cfg(all(feature = "governor", not(loom)))]
    pub use crate::rate::Pace;
    pub use crate::retry::Retried;
    pub use crate::time::TimedOut;
    pub use crate::yieldable::{Custom, Fallible, Listed, Mapped, Optional, Plain, RawMarked, Shielded};
}

/// The examples of the README, which are tested with those of the docs. The first one is only
/// compiled, because it takes real time.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
