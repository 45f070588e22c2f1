//! Injection: an error or a request that reaches a suspended yield through a poll.
//!
//! # The contract
//!
//! The code that polls a future may inject one thing into the poll:
//!
//! | injection | is taken by | effect |
//! |---|---|---|
//! | an error | the innermost yield that stays pending | its body goes on with the error |
//! | a [`Cancellation`], which is a request to cancel | the innermost pending yield, and that of each child of a group | their bodies go on with the error [`Cancelled`](crate::Cancelled), clean up, and end |
//! | a [`Question`](question) | no yield | whatever stays pending says where it is, and what it waits for |
//! | a [`Watch`] | no yield | notices a body that has swallowed a cancellation |
//!
//! 1. During the poll the injection is in a slot of the thread: it is *in flight*. It is addressed
//!    to the waker of the poll. Only futures that are polled with this very waker can take it.
//! 2. A yield polls its future first. If the future is ready, its result wins, and the injection is
//!    left for the next pending yield.
//! 3. An injection is taken out of the slot, so it is taken once. If it was not taken, it is
//!    returned to the code that has injected it, which may inject it again in a later poll.
//! 4. If nothing is in flight, the check costs a yield one load of an atomic.
//!
//! Futures that poll other futures treat errors and cancellations differently:
//!
//! | pending future | an error | a cancellation |
//! |---|---|---|
//! | a yield | takes it | takes it |
//! | a group (list, map, tuple, [`multi`](crate::multi()), scope), whose children have wakers of their own | [hides](in_flight::without_injected) it from the children, so that the yield of the group takes it | [takes](in_flight::take_cancel) it, and cancels each running child with a clone |
//! | a [timeout](crate::with_timeout) | [hides](in_flight::without_injected_errors) it from the child, so that the yield of the timeout takes it | passes it on to the child; but while the child cleans up within the grace of [`cancel`](crate::WithTimeout::cancel), [defers](Deferral::defer) the request of another deadline |
//! | a [shield](fn@crate::shield) | passes it on to the child | [defers](Deferral::defer) it: no yield takes it in this poll |
//! | any other future | does not know of it | does not know of it |
//!
//! # Cancellation
//!
//! To cancel a future, [`poll_cancelled`] polls it once with the request. After the poll:
//!
//! | request | future | consequence |
//! |---|---|---|
//! | taken | pending or ready | the future cleans up, or ignores the error |
//! | deferred | pending | the request is injected again in the next poll |
//! | not taken | ready | the result came first, and wins |
//! | not taken | pending | the future cannot be cancelled: it is dropped, and its result is `Err(Cancelled)` |
//!
//! Each body gets a request once: for a body a cancellation is an *event*, so that its clean-up may
//! yield. For a scope it is a *state*: a child that is spawned later is cancelled at its first
//! suspension.
//!
//! # Files
//!
//! | file | what it holds |
//! |---|---|
//! | `in_flight.rs` | the slot of a thread, and the functions that inject, take, hide and defer |
//! | `answering.rs` | the functions with which a pending future answers a question |
//! | `addressee.rs` | [`Addressee`]: the identity of the waker of a poll; the waker of a first step |
//! | `cancellation.rs` | [`Cancellation`]: a request to cancel, on its way to one yield |
//! | `cancel_child.rs` | [`poll_cancelled`], [`poll_watched`]: a poll with a cancellation |
//! | `deferral.rs` | [`Deferral`]: defers a cancellation for one poll |
//! | `watch.rs`, `swallowed.rs` | [`Watch`]: notices a swallowed cancellation; its report |
//! | `question/` | questions for the waits of a suspended body |
//! | `trace.rs` | [`TraceRequest`] and [`TaskTrace`]: where a task is suspended, and its wait |
//! | `observer.rs` | [`Observer`](observer::Observer): a test that sees each yield of its thread, and may fail it |
//! | `record.rs` | [`Record`](record::Record): the yields at which a body is suspended after a poll |
//! | `measurement.rs`, `wait_mark.rs` | the counts of a poll of a [measured](crate::metrics) future; [`WaitMark`]: whether a group has been pending before |
//! | `fixed_order.rs` | a poll in which maps without an order and spawned tasks are refused |
//! | `ended.rs` | [`Ended`]: waits for the end of a cancelled task or child |
//! | `../error/cancelled.rs` | [`Cancelled`](crate::Cancelled): the error of a cancelled yield |
//! | `../yieldable/shield.rs` | [`shield`](fn@crate::shield) |
//! | `../task/` | requests to tasks: [`JoinHandle::cancel`](crate::JoinHandle::cancel) |
//! | `../parallel/` | groups, and how they pass a request on to their children |

mod addressee;
pub(crate) mod answering;
mod cancel_child;
mod cancellation;
mod deferral;
mod ended;
pub(crate) mod fixed_order;
pub(crate) mod in_flight;
#[cfg(feature = "metrics")]
mod measurement;
pub(crate) mod observer;
pub(crate) mod question;
mod record;
mod swallowed;
mod trace;
mod wait_mark;
mod watch;

#[cfg(feature = "metrics")]
pub(crate) use self::addressee::is_of_first_step;
pub(crate) use self::addressee::{first_step_waker, Addressee};
pub(crate) use self::cancel_child::{poll_cancelled, poll_watched, NextInjection};
pub(crate) use self::cancellation::Cancellation;
pub(crate) use self::deferral::Deferral;
pub(crate) use self::ended::{end_channel, EndSender, EndSenders, Ended};
#[cfg(feature = "metrics")]
pub(crate) use self::measurement::Measurement;
pub(crate) use self::swallowed::report_swallowed;
pub use self::trace::TaskTrace;
#[cfg(all(feature = "tokio", not(loom)))]
pub(crate) use self::trace::TaskWait;
pub(crate) use self::trace::TraceRequest;
pub(crate) use self::wait_mark::WaitMark;
pub(crate) use self::watch::Watch;
