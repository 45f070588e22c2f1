//! Durable coroutines: what happens if my process dies here?
//!
//! A durable coroutine writes each step into a *journal*. If its process dies, the next process
//! replays the steps that are recorded, without running them, and goes on from there. A
//! [`SqliteStore`] keeps the journals of many runs in one file, and [`resume_all`] goes on with all
//! that have not ended. Durable coroutines run on the loop of gen, on tokio, and on any other
//! executor.
//!
//! The [guide] goes from that question to an order that takes days. This page is the reference. Its
//! examples are of edition 2021; on edition 2024, which `cargo new` gives, `gen` is a keyword, so
//! write `use r#gen as g;` and `g::`, as the guide does.
//!
//! ```
//! use gen::yield_;
//! use gen_durable::{resume_all, sleep, step, with_timeout, Bodies, SqliteStore};
//! use std::time::Duration;
//!
//! #[gen::coroutine]
//! fn pick(item: u32) -> gen::Result<u32> {
//!     yield_!(step(format!("pick {item}"), move || async move { Ok(item * 10) }))
//! }
//!
//! #[gen::coroutine]
//! fn order(items: Vec<u32>) -> gen::Result<String> {
//!     let paid = yield_!(step("charge", || async { Ok("paid".to_owned()) }))?;
//!     // Parallel, and each child has steps of its own.
//!     let picked = yield_!(items.into_iter().map(pick).collect::<Vec<_>>())?;
//!     // The time passes also while no process runs.
//!     yield_!(sleep(Duration::from_millis(5)))?;
//!     let days = Duration::from_secs(3 * 86_400);
//!     let send = step("send", || async { Ok("sent".to_owned()) });
//!     let sent = yield_!(with_timeout(days, send))?;
//!     Ok(format!("{paid}, {picked:?}, {sent}"))
//! }
//!
//! # fn main() -> gen::Result {
//! # let name = format!("gen-durable-order-{}.db", std::process::id());
//! # let path = std::env::temp_dir().join(name);
//! let store = SqliteStore::open(&path)?;
//! let end: String = gen::run_sync(async {
//!     // The orders that an earlier process has left go on.
//!     let runs = resume_all(&store, Bodies::new().body("order", order))?;
//!     // From here on, the order 7 comes to its end, whatever happens to this process.
//!     let run = runs.start("order", "7", &[1, 2]).await?;
//!     run.result().await
//! })?;
//! assert_eq!(end, "paid, [10, 20], sent");
//!
//! // Without a journal the same coroutine is an ordinary one.
//! assert_eq!(gen::run_sync(order(vec![1, 2]))?, "paid, [10, 20], sent");
//! # drop(store);
//! # std::fs::remove_file(path)?;
//! # Ok(())
//! # }
//! ```
//!
//! | to | use |
//! |---|---|
//! | touch the outside, and remember what came of it | [`step`](fn@step) |
//! | try a step again that has failed | [`Step::retry`]; [`permanent`], for an error that no further attempt can mend |
//! | wait for some time | [`sleep`](fn@sleep) |
//! | set a deadline | [`with_timeout`] |
//! | wait for a message from outside | [`signal`](fn@signal); [`SqliteStore::send_signal`] sends it |
//! | call another durable coroutine, or start it | [`call`](fn@call), [`start`](fn@start) |
//! | show others how far it is | [`set_state`](fn@set_state), [`get_state`](fn@get_state) |
//! | read the clock, draw a random number or an identifier | [`now`](fn@now), [`random`](fn@random), [`uuid`](fn@uuid) |
//! | change the program while runs are under way | [`version`](fn@version) |
//! | run several at once | yield a `Vec`, an array, a `BTreeMap`, a tuple; [`gen::limit`](gen::limit()), [`gen::first_of`](gen::first_of()), [`gen::scope`](fn@gen::scope) |
//! | keep runs in one file, start them by key, list, cancel and resume them | [`SqliteStore`], [`resume_all`] |
//! | run a coroutine over a journal of your own choice | [`run`]; [`Driver`], which says whether it has ended |
//! | keep the journal of one run in a file | [`FileJournal`] |
//! | let the process die at each moment, in a test | [`testing::explore`](fn@testing::explore) |
//! | test without a file | [`MemoryJournal`] |
//! | run the same coroutines on a cluster | the crate [`gen-restate`](https://docs.rs/gen-restate) |
//! | keep the journal elsewhere | [`Journal`] |
//!
//! # Steps run at least once
//!
//! A step that is recorded does not run again. But if the process dies after a step has done its
//! work, and before the outcome is in the journal, then it runs again. No journal can prevent that,
//! because the work is done elsewhere. So a step must be *idempotent*: give a request a key that is
//! the same in each run, and the other side ignores the second request.
//!
//! ```
//! # use gen::yield_;
//! # use gen_durable::{step, MemoryJournal, Records};
//! # use std::collections::BTreeMap;
//! # use std::sync::Mutex;
//! static PAYMENTS: Mutex<BTreeMap<String, u32>> = Mutex::new(BTreeMap::new());
//!
//! async fn pay(key: String, amount: u32) -> gen::Result<u32> {
//!     // The bank keeps the first request of a key.
//!     Ok(*PAYMENTS.lock().unwrap().entry(key).or_insert(amount))
//! }
//!
//! #[gen::coroutine]
//! fn order(id: u32) -> gen::Result<u32> {
//!     yield_!(step("pay", move || pay(format!("order {id}: pay"), 30)))
//! }
//! // Two runs, and the first one died before its step was recorded.
//! for _ in 0..2 {
//!     let run = gen_durable::run(order(7), MemoryJournal::new(&Records::new()));
//!     assert_eq!(gen::run_sync(run).unwrap(), 30);
//! }
//! assert_eq!(PAYMENTS.lock().unwrap().len(), 1);
//! ```
//!
//! # What must be the same in each run
//!
//! A replay runs the coroutine from its beginning, and gives it the recorded outcomes in the
//! recorded order. It arrives at the same point only if everything between two yields depends on
//! nothing but the arguments and these outcomes.
//!
//! | differs from run to run | put it into a step, or |
//! |---|---|
//! | the time, random numbers, identifiers | yield [`now`](fn@now), [`random`](fn@random), [`uuid`](fn@uuid) |
//! | requests, files, environment variables, settings | pass settings as arguments, and keep them with the journal |
//! | the order of a `HashMap` or a `HashSet` | use a `BTreeMap`, a `BTreeSet` or a `Vec` |
//! | the order in which threads or tasks run | yield a list, or use a scope |
//! | global variables that other code changes | |
//!
//! The order of parallel children needs no care. The groups of gen poll their children in a fixed
//! order, and only the driver wakes the coroutine, with one event of the journal at a time.
//!
//! Much of this is noticed:
//!
//! - A coroutine that waits for something that is in no journal, that spawns a task, makes a
//!   callback or yields a `HashMap`, ends with [`NotDurable`], which names the yield and says what
//!   to write. A future of another library beside a step is noticed when it wakes the coroutine.
//!   The waits of [`gen::retry`] are in no journal either: write
//!   [`step(..).retry(..)`](Step::retry).
//! - A coroutine that departs from its journal ends with [`JournalMismatch`], with the entry and
//!   both commands. Nothing is written then, and the coroutine can go on with the right program.
//!
//! ```
//! # use gen::yield_;
//! # use gen_durable::{step, MemoryJournal, Records};
//! #[gen::coroutine]
//! fn body(label: &'static str) -> gen::Result {
//!     yield_!(step(label, || async { Ok(()) }))
//! }
//! let records = Records::new();
//! let run = |label| {
//!     gen::run_sync(gen_durable::run(body(label), MemoryJournal::new(&records)))
//! };
//! run("charge").unwrap();
//! let message = run("pay").unwrap_err().to_string();
//! assert!(message.contains("entry 1 is the step `charge` at "), "{message}");
//! assert!(message.contains(", but now it issues the step `pay` at "), "{message}");
//! ```
//!
//! # A changed program
//!
//! A journal fits a program that issues the same commands in the same order. Commands are compared
//! by their kind and their label. So these changes are safe while runs are under way: to change
//! what a step does, how often it is tried, and its times, the input of a call and the value of a
//! state, to move code to other lines, and to add steps behind those that are recorded. To rename,
//! remove or reorder steps is not. For such a change [`version`](fn@version) says which code a run
//! has to take, or keep the old function for the old runs.
//!
//! # Errors
//!
//! A journal keeps the text of an error and its causes, a code, and a payload: [`StepFailed`]. The
//! first run gets this error, too, and so does a coroutine without a journal.
//!
//! | error | then |
//! |---|---|
//! | of a step | it is recorded, and the yield raises it, in each run. To run the step again, let it [`retry`](Step::retry) |
//! | of an attempt that is retried | it is recorded, and the next attempt follows after the wait |
//! | [`permanent`], or a cancellation | it is never retried |
//! | of the coroutine | the run has ended with it, and a replay ends with it, too |
//! | of the journal, [`JournalMismatch`], [`NotDurable`] | the run stops, and goes on from the same journal when the cause is gone |
//!
//! # In tests
//!
//! [`testing::explore`](fn@testing::explore) lets the process die at each moment of a run, and
//! finds the step that is not idempotent. A [`MemoryJournal`] can be cut at each entry: see
//! [`Records`]. A journal that was recorded once replays without the outside, as long as the
//! coroutine does not ask for more.
//!
//! # Features
//!
//! - `sqlite`, which is on by default: [`SqliteStore`]. It compiles SQLite, in C, into the program.
//! - `tokio`: timers on tokio, as the feature of `gen-runtime`.

// From the yield to the disk:
//
// | file | what it holds |
// |---|---|
// | `step.rs`, `retry.rs`, `sleep.rs`, `timeout.rs`, `signal.rs`, `call.rs`, `state.rs`, `now.rs`, `random.rs`, `version.rs` | what a coroutine yields |
// | `leaf.rs`, `command_future.rs` | a command on its way through the journal, within such a future |
// | `core.rs` | the state that these futures share with their driver |
// | `driver.rs`, `steps.rs`, `driver_waker.rs` | the driver, and the steps that it runs |
// | `outside.rs` | finds waits that are in no journal |
// | `journal.rs`, `place.rs`, `error.rs` | the journal as the driver sees it |
// | `recorded/`, `record.rs`, `clock.rs` | the journal that all stores share |
// | `memory.rs` | its records in memory |
// | `file.rs`, `frames.rs`, `signal_file.rs`, `watch.rs`, `files.rs` | its records in a file, and the signals beside it |
// | `sqlite/` | its records in a store of many runs, and the runs themselves |
// | `testing/` | the exploration of a process that dies |

#![forbid(unsafe_code)]

mod call;
mod clock;
mod command_future;
mod core;
mod driver;
mod driver_waker;
mod error;
mod file;
mod files;
mod frames;
#[doc = include_str!("guide.md")]
pub mod guide {}
mod journal;
mod leaf;
mod memory;
mod now;
mod outside;
mod place;
mod random;
mod record;
mod recorded;
mod retry;
mod signal;
mod signal_file;
mod sleep;
#[cfg(feature = "sqlite")]
mod sqlite;
mod state;
mod step;
mod steps;
pub mod testing;
mod timeout;
mod version;
mod watch;

pub use crate::call::{call, start, Call, Start};
pub use crate::driver::{run, Driver};
pub use crate::error::{permanent, FileError, JournalMismatch, NoJournal, NotDurable, StepFailed, Suspended};
pub use crate::file::FileJournal;
pub use crate::journal::{Awaited, Command, Event, Journal, Outcome, Ticket, What};
pub use crate::memory::{MemoryJournal, Records};
pub use crate::now::{now, Now};
pub use crate::place::Place;
pub use crate::random::{random, uuid, Random};
pub use crate::retry::Retry;
pub use crate::signal::{signal, Signal};
pub use crate::sleep::{sleep, Sleep};
#[cfg(feature = "sqlite")]
pub use crate::sqlite::{
    resume_all, Bodies, Run, RunInfo, RunState, RunWait, Runs, SqliteJournal, SqliteOptions, SqliteStore,
    StoreError,
};
pub use crate::state::{get_state, set_state, GetState, SetState};
pub use crate::step::{step, Step};
pub use crate::timeout::{with_timeout, Limited, TimedOut, WithTimeout};
pub use crate::version::{version, Version};

/// The example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
