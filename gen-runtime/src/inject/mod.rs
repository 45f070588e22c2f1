//! Injection: how an error, a cancellation or a question reaches a suspended yield.
//!
//! A cancellation is an error with a reason that reaches every leaf, so that a coroutine can clean up by yielding more before it ends.
//!
//! # How it works
//!
//! | file | what it holds |
//! |---|---|
//! | `in_flight.rs` | how an error or a request is lent to the thread for one poll |
//! | `cancellation.rs` | [`Cancellation`]: a request on its way to one yield |
//! | `cancel_child.rs` | [`poll_cancelled`]: cancelling a future by hand, for those that poll others |
//! | `deferral.rs` | [`Deferral`]: keeps a cancellation from being taken for one poll |
//! | `watch.rs`, `swallowed.rs` | [`Watch`]: what notices that a body waits again where it was told, and the report of it |
//! | `trace.rs` | [`TaskTrace`]: where a task is suspended, asked in the same way |
//! | `ended.rs` | [`Ended`]: waits for the end of what is cancelled |
//! | `../error/cancelled.rs` | [`Cancelled`](crate::Cancelled), the error that arrives |
//! | `../yieldable/shield.rs` | [`shield`](fn@crate::shield): what a cancellation waits for |
//! | `../task/` | requests to tasks: [`JoinHandle::cancel`](crate::JoinHandle::cancel) |
//! | `../parallel/` | how a group hands a request to its children |
//!
//! Whoever cancels polls what is to be cancelled once, with the request lent to the thread for that poll. It is addressed by the waker of the poll, as a thrown error is. On
//! its way down:
//!
//! | what is polled with that waker | does |
//! |---|---|
//! | a yield whose future is still pending | takes it: the body is resumed with `Err(Cancelled)` |
//! | a group: list, map, tuple, [`multi`](crate::multi()), scope | if it is not ready in this poll, takes it, and cancels each of its running children in the same way |
//! | a [timeout](crate::with_timeout) | lets it through to its child; but what another deadline asks is held back while its child cleans up within the grace of [`cancel`](crate::WithTimeout::cancel) |
//! | a [shield](fn@crate::shield) | holds it back; whoever lent it keeps it for the next poll |
//! | any other future | does not know of it |
//!
//! After the poll the lender sees what has become of it:
//!
//! | the request is | so |
//! |---|---|
//! | taken | what is cancelled has been told, and goes on: to clean up, or to ignore it |
//! | held | it is lent again at the next poll |
//! | left, and what was polled is ready | the result came first, and wins |
//! | left, and what was polled is pending | it cannot be told: it is dropped, and its result is `Err(Cancelled)` |
//!
//! Each leaf is told of a request once: for a body a cancellation is an *event*, so that its clean-up may yield. For a scope it is a *state*: what is spawned into it afterwards is told at its
//! first suspension. Nothing of this is looked at while nothing is cancelled.

mod cancel_child;
mod cancellation;
mod deferral;
mod ended;
pub(crate) mod in_flight;
mod swallowed;
mod trace;
mod watch;

pub(crate) use self::cancel_child::{poll_cancelled, poll_watched, Told};
pub(crate) use self::cancellation::Cancellation;
pub(crate) use self::deferral::Deferral;
pub(crate) use self::ended::{end_channel, EndSender, EndSenders, Ended};
pub(crate) use self::swallowed::report_swallowed;
pub use self::trace::TaskTrace;
pub(crate) use self::trace::TraceRequest;
pub(crate) use self::watch::Watch;
