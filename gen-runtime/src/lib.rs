//! tornado.gen for Rust: coroutines that yield futures, lists, maps and tuples, and are resumed with a `Result`.
//!
//! ```
//! use gen::yield_;
//! use std::{collections::BTreeMap, time::Duration};
//!
//! #[gen::coroutine]
//! fn length(word: &str) -> gen::Result<usize> {
//!     yield_!(gen::sleep(Duration::from_millis(word.len() as u64)))?;
//!     Ok(word.len())
//! }
//!
//! #[gen::coroutine]
//! fn lengths() -> gen::Result<usize> {
//!     let one = yield_!(length("one"))?;                            // a future
//!     let list = yield_!(["two", "three"].map(length))?;            // a list, in parallel, in order
//!     let map = yield_!(BTreeMap::from([("four", length("four"))]))?; // a map: the same keys
//!     let (five, six) = yield_!((length("five!"), async { 6 }))?;   // a tuple, of what can fail and what cannot
//!     match yield_!(gen::with_timeout(Duration::from_millis(1), length("a long word"))) {
//!         Err(error) if error.is::<gen::TimeoutError>() => {}
//!         other => panic!("{other:?}"),
//!     }
//!     Ok(one + list[0] + list[1] + map["four"] + five + six)
//! }
//!
//! let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
//! assert_eq!(io_loop.run_sync(lengths()).unwrap(), 3 + 3 + 5 + 4 + 5 + 6);
//! ```
//!
//! # Where to find what
//!
//! | to | use |
//! |---|---|
//! | write a coroutine | [`coroutine`](macro@coroutine), or [`co`] to import it; [`main`](macro@main) for a program |
//! | wait for something | [`yield_!`](yield_); what can be yielded is on the page of [`Yieldable`] |
//! | wait for many | a `Vec`, `Box<[T]>`, array, `VecDeque`, `HashMap`, `BTreeMap`, tuple or `Option` |
//! | say what their errors do | [`multi`] with [`quiet`](Multi::quiet), [`fail_fast`](Multi::fail_fast) or [`settle`](Multi::settle) |
//! | handle each of many as soon as it is there | [`WaitIterator`] |
//! | run only so many at a time | [`limit`] |
//! | take the first of many | [`first_of`] |
//! | mix different futures in a list | [`boxed`], [`boxed_send`], [`convert_yielded!`] |
//! | wait for what may be a future or a value | [`maybe_future!`] |
//! | yield what has a type only at run time | [`dynamic`] |
//! | keep a `Result` as it is | [`raw`] |
//! | give up after a while | [`with_timeout`] |
//! | wait for time to pass, or for the others to have a turn | [`sleep`], [`moment`] |
//! | start something that goes on by itself | [`spawn`], [`spawn_local`]; [`engine`](macro@engine), if nobody is to wait for its end |
//! | end it in good order, or throw an error into it | [`JoinHandle::cancel`], [`JoinHandle::throw`]; [`Cancelled`] is what arrives |
//! | see where it is suspended | [`JoinHandle::trace`] |
//! | run children that may borrow, and that nothing outlives | [`scope`](fn@scope), [`scope_local`] |
//! | tell a cancellation from a failure | [`Error::is_cancelled`] |
//! | end it in any case, after some time | [`cancel(..).grace(..)`](CancelCompletion::grace) |
//! | keep a part of a coroutine from being cancelled | [`shield`](fn@shield) |
//! | give up after a while, but leave time to clean up | [`with_timeout(..).cancel(..)`](WithTimeout::cancel) |
//! | end a program in good order | [`IoLoop::shutdown`] |
//! | set a result for any number that wait for it | [`promise`], [`SharedFuture`] |
//! | be told, at a yield, that a callback failed | [`context`]: it is done for you by the loop's callbacks and timers; [`context::wrap`] for those that others call |
//! | run it all | [`run_sync`], [`block_on`], [`IoLoop`], or any other executor: a coroutine is a [`Future`](std::future::Future) |
//! | say what went wrong | [`Error`], [`Throw`] |
//! | end a coroutine from a function that it calls | [`Return`](fn@Return) |
//! | wait for what a callback is called with | [`from_callback`]; [`Callback`], [`Wait`], [`WaitAll`] |
//! | yield something of your own that sees its coroutine | [`YieldPoint`] |
//! | put coroutines behind a trait object | [`BoxCoroutine`], [`LocalBoxCoroutine`] |
//! | test without waiting | [`VirtualClock`]; beside other threads, with [`Remote::keep_alive`] |
//!
//! Those who know `async fn` find what is written differently in [`from_async_fn`].
//!
//! # The rules
//!
//! - A call of a coroutine function is *cold*: nothing runs until the coroutine is yielded, awaited, or started.
//! - `yield_!` gives a [`Result`], whatever is yielded, because the runtime may resume it with an error. `?` goes on the yield.
//! - A future that is ready never costs a turn of the loop; only [`moment`] always does.
//! - A parallel yield runs all children to their end; then the first error in child order is raised, and the others are in its [`others`](Error::others).
//!   A child that panics has failed, with [`Panicked`].
//! - Arguments move into the coroutine and are dropped in the order of an `async fn`. Dropping a coroutine drops all that it holds and waits for.
//!
//! # Errors of your own
//!
//! A coroutine may return any `Result`. Every yield may fail with an [`Error`], and `?` turns that into the function's own
//! error where there is a `From<gen::Error>`: [`Error`] itself, `Box<dyn Error + Send + Sync>`, `anyhow::Error` (with the feature)
//! and [`std::io::Error`], which keeps the kind, have it. A library gives its error type a variant for it, and callers
//! match on the others. The short form is [`raw`], which does not open the `Result` of what is yielded, and two `?`:
//! the first is for the yield, the second for the error of the function that was called, which keeps its type.
//!
//! ```
//! use gen::{raw, yield_};
//!
//! #[derive(Debug, thiserror::Error)]
//! pub enum FetchError {
//!     #[error("there is no page {0}")]
//!     NoPage(u32),
//!     /// The reader was cancelled, a deadline has passed: whatever a yield may fail with.
//!     #[error(transparent)]
//!     Yield(#[from] gen::Error),
//! }
//!
//! #[gen::coroutine]
//! fn fetch(page: u32) -> Result<String, FetchError> {
//!     yield_!(gen::moment())?; // a `gen::Error` becomes a `FetchError`
//!     if page == 0 { Err(FetchError::NoPage(page)) } else { Ok(format!("page {page}")) }
//! }
//!
//! #[gen::coroutine]
//! fn fetch_both() -> Result<usize, FetchError> {
//!     let first = yield_!(raw(fetch(1)))??; // its `FetchError` stays one
//!     match yield_!(raw(fetch(0)))? {
//!         Err(FetchError::NoPage(_)) => Ok(first.len()),
//!         other => Ok(first.len() + other?.len()),
//!     }
//! }
//! assert_eq!(gen::run_sync(fetch_both()).unwrap(), 6);
//! ```
//!
//! Without `raw`, `yield_!(fetch(1))?` works too: then the `FetchError` arrives as a [`gen::Error`](Error) with a trace, which can be asked for it, and becomes
//! a `FetchError::Yield`.
//!
//! # Editions and names
//!
//! The package is `gen-runtime`, the library `gen`. On edition 2024 `gen` is a keyword: write `r#gen::coroutine` and `use r#gen::yield_;`. (rust-analyzer, as of
//! version 1.96, finds no attribute by a path with `r#` in it: for its sake write `use r#gen::{co, yield_};` and `#[co]`.) Renamed in `Cargo.toml`, it is found by
//! `#[other::coroutine(crate = other)]`. `use gen::coroutine; #[coroutine]` cannot work, since rustc has an attribute of that name (error E0659): use the path, or [`co`].
//!
//! # Deep nesting of types
//!
//! A coroutine that yields a coroutine contains it, as with `async fn`, and rustc follows such types 128 steps deep. An `async fn` takes four steps a level, a coroutine six: so
//! about twenty functions may call one another in a row where an `async fn` stops at about thirty. Beyond that rustc asks for a `recursion_limit`; or put `boxed` on
//! one of the functions, behind which the count begins anew.
//!
//! # Features
//!
//! - `dynamic`: `gen::dynamic`, values whose type is known only at run time, as Tornado's all are.
//! - `anyhow`: an `anyhow::Error` can be thrown into a coroutine, and an [`Error`] becomes one, its trace kept.
//! - `tokio`: a blocking call, such as [`run_sync`], in a task of tokio is refused with [`RuntimeRunning`]; without the
//!   feature nothing can tell, and the call stops that runtime.
//! - `tracing`: each task has a span, `task`, with the place that spawned it, which is entered while the task runs; what is else logged is an event in it.
//!
//! # Differences from Tornado
//!
//! For those who come from `tornado.gen` 4.4. Each line is held by a test.
//!
#![doc = include_str!("differences.md")]

#[doc(hidden)]
pub mod __private;
pub mod context;
mod coroutine;
mod engine;
mod error;
mod executor;
mod first_of;
#[doc = include_str!("from_async_fn.md")]
pub mod from_async_fn {}
mod inject;
mod io_loop;
mod limit;
mod multi;
mod parallel;
mod point;
mod promise;
mod report;
mod scope;
mod sync;
mod task;
mod time;
mod tornado;
mod wait_iterator;
mod yield_macro;
mod yieldable;

pub use gen_macros::{co, coroutine, engine, main};

pub use crate::coroutine::{BoxCoroutine, Coroutine, Frame, FrameKind, LocalBoxCoroutine};
pub use crate::error::{
    CallbackOutput, CancelSource, Cancelled, ChildError, ChildKey, Error, Panicked, Result, Site, Throw,
    TimeoutError,
};
pub use crate::executor::{
    Clock, LoopClosed, LoopRunning, LoopStopped, NoLoop, RuntimeRunning, TimerKey, VirtualClock,
};
pub use crate::first_of::{first_of, FirstOf, FirstOfNoneError};
pub use crate::inject::TaskTrace;
pub use crate::io_loop::{block_on, run_sync, IoLoop, IoLoopHandle, KeepAlive, Remote};
pub use crate::limit::{limit, Limit, ZeroLimitError};
pub use crate::multi::{multi, Multi, MultiFailFast, MultiQuiet, MultiSettled};
pub use crate::point::{
    from_callback, Callable, Callback, CallbackDroppedError, CallbackFuture, Forget, Key, KeyReuseError,
    KeyTypeError, LeakedCallbackError, LeakedKey, Resolve, Runner, UnknownKeyError, Wait, WaitAll,
    YieldPoint,
};
pub use crate::promise::{promise, AlreadySetError, BrokenPromiseError, Promise, SharedFuture};
pub use crate::scope::{scope, scope_local, LocalScope, Scope, ScopeEnded, ScopeHandle};
pub use crate::task::{spawn, spawn_local, CancelCompletion, JoinHandle};
pub use crate::time::{moment, sleep, with_timeout, CancelTimeout, Deadline, Moment, Sleep, WithTimeout};
#[cfg(feature = "dynamic")]
pub use crate::tornado::dynamic::{self, BadYieldError, ReturnValueIgnoredError};
pub use crate::tornado::{Arguments, Return, YieldFuture};
pub use crate::wait_iterator::{ByKey, ByPosition, ExhaustedError, WaitIterator, WaitNext};
pub use crate::yieldable::{
    boxed, boxed_send, modes, ok, raw, shield, BoxYieldable, Custom, SendBoxYieldable, Shield, Yieldable,
};

/// The kinds of yieldables: the parameter `M` of [`Yieldable`], which is always inferred.
///
/// You need them only to implement [`Yieldable`] for a container of your own by means of one that is here.
pub mod kinds {
    pub use crate::first_of::Raced;
    pub use crate::limit::Limited;
    pub use crate::multi::Grouped;
    pub use crate::point::Point;
    pub use crate::time::TimedOut;
    pub use crate::yieldable::{Custom, Fallible, Listed, Mapped, Optional, Plain, RawMarked, Shielded};
}

/// The examples of the README, which are tested with those of the docs. The first one takes real time, and is run in the docs above instead, on a virtual clock.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
