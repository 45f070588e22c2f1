//! Batches: loads that are asked for in the same step become one call.
//!
//! | file | what it holds |
//! |---|---|
//! | `loaders.rs` | [`Batch`], [`SingleFlight`], and their siblings for one thread |
//! | `loader.rs` | [`Loader`](loader::Loader): the board, and the closure that starts the task of a call |
//! | `load.rs` | [`Load`]: the future of one value |
//! | `call.rs` | the body of the task that gathers keys, and makes the call |
//! | `ticket.rs` | the right of that task to give the results |
//! | `answers.rs` | [`Answers`](answers::Answers): the answers that the function may return, and the result of each key |
//! | `board.rs` | the keys and the calls of one batch, under a lock |
//! | `state.rs` | their states, and the events that change them |
//! | `entry.rs` | one key, and its result |
//! | `kept_error.rs` | the error of a call or of one key, until a load reads it |
//! | `errors.rs` | the errors of an answer that does not fit the keys |
//! | `models.rs` | loom models |
//!
//! # How it works
//!
//! The first load of a key that is in no call begins a call. The call is a task of its own, so no
//! load drives it, and the end of one load does not harm the others. Its body waits for the next
//! turn, for the return of the poll that asked for the first key, or for the end of the window.
//! Meanwhile other loads add their keys. Then the body takes the keys and calls the function.
//!
//! On an executor that is no loop, another thread may poll the body of the call while the poll that
//! asked for the first key has not returned, and asks for more keys: those of the other children of
//! a list. So the first load wakes its own task. When the load is polled again, that poll has
//! returned, and the load releases the call. A load that is neither polled again nor dropped must
//! not hold up the others, so the body also has a timer.
//!
//! | state of a call | entered by | a load of another key | left by |
//! |---|---|---|---|
//! | gathers | `State::ask`: a load has begun it | adds its key | `depart`, after `release` or a pause; `ask`, when it has the most keys; `leave`, when no load is left |
//! | full | `ask` | begins the next call | `depart`; `leave`, when no load is left |
//! | in flight | `depart`: the function is called | begins the next call | `finish`; `leave`, when no load is left: its task is cancelled |
//! | over | `finish`, `leave`: it is removed from the table | | |
//!
//! | state of a key | entered by | a load of the same key | left by |
//! |---|---|---|---|
//! | open | `ask` | shares its result | `forget`, while the call is in flight; `leave` of its last load, while it is not; the end of the call |
//! | shared no more | `forget` | is a load of its own | the end of the call |
//!
//! # Who owns what
//!
//! A load, the table and the task share the [`Entry`](entry::Entry) of its key. The task puts the
//! result into the entry, and then wakes the loads. Each load clones the result, and the last one
//! takes it. The table has the handle of the task, which it uses only to cancel it.
//!
//! Nothing of a user runs under the lock. Keys are compared outside of it: a load looks for the
//! entries of its hash, compares them, and comes back. If the entries are others by then, it
//! compares again.
//!
//! # What can go wrong
//!
//! | what | consequence |
//! |---|---|
//! | the function fails or panics, or its answer does not fit the keys | each load gets that error |
//! | a load is dropped or cancelled while its call gathers keys | if it was the last one of its key, the key is not asked for; if it was the last one of the call, there is no call |
//! | the last load is dropped while the call is in flight | the task of the call is cancelled, and may clean up |
//! | no executor takes the task, or has timers for the window | each load gets [`NoHost`](crate::NoHost) |
//! | the task is cancelled by others, such as by a shutdown | each load gets [`Cancelled`](crate::Cancelled) |
//! | the loop of the task is dropped | each load gets [`LoopClosed`](crate::LoopClosed) |
//! | a result is an error, and its loads were dropped, perhaps after it was there | it is logged; that of a whole call once, if no load has read it |
//! | the loop of the first load stops, and is kept | the loads on other loops wait until it runs again |

mod answers;
mod board;
mod call;
mod entry;
mod errors;
mod kept_error;
mod load;
mod loader;
mod loaders;
#[cfg(all(test, loom))]
mod models;
mod state;
mod ticket;

pub use self::errors::{AnswerCountError, MissingKeyError};
pub use self::load::{Load, LocalLoad};
pub use self::loaders::{
    batch, batch_local, single_flight, single_flight_local, Batch, LocalBatch, LocalSingleFlight,
    SingleFlight,
};
