//! Where the child of a timeout was waiting at the deadline.
//!
//! A timeout asks its child in the poll that its own timer has caused: the last one before the
//! child is dropped. This poll happens without the question, too, so the question changes no
//! behaviour. It costs something only then. A usual poll looks whether the timer may have fired,
//! which is a load and a comparison.
//!
//! The wait is not known if
//!
//! - the timeout is noticed in its first poll, before it has a timer;
//! - the timer belongs to async-io, which tells only by a poll whether it has fired;
//! - the timer fires during that poll, on another thread;
//! - another injection is in flight in that poll, such as a cancellation from outside, or a
//!   cancellation by the timeout that a shield in the child has deferred until then.

use std::collections::HashMap;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::limit::TimeLimit;
use crate::error::{Error, TimeoutError};
use crate::executor::{current, host};
use crate::inject::in_flight::{may_ask, without_injected_errors};
use crate::inject::question::{ask_at_deadline, KnownTask, TaskRef, Waiting, WaitsFor};

impl TimeoutError {
    /// Where the child was waiting when it was dropped: the yields at which it was suspended, and
    /// the event that the innermost one waited for. That of a list or another group has those of
    /// each child that had not ended and was not woken just then.
    ///
    /// It prints in the words of a [dump](mod@crate::dump). The `{:?}` of the
    /// [`Error`](crate::Error) contains it. [`Waiting::sites`] are the yields alone, innermost
    /// first.
    ///
    /// `None` if the wait is not known. This is so if the deadline had passed before the first
    /// poll, on the timers of async-io, if another thread has fired the timer during the last poll
    /// of the child, if the child was cancelled from outside in the very poll at the deadline, if a
    /// [`shield`](fn@crate::shield) still defers a cancellation at the end of its grace period, if
    /// the coroutine of [`run_sync_timeout`](crate::IoLoop::run_sync_timeout) has just been woken,
    /// and in a [`timeout_error`](crate::drive::timeout_error).
    ///
    /// A program that logs the error has not asked for keys, which may be secret. So the children
    /// of a map are shown by their positions.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::time::Duration;
    ///
    /// #[gen::coroutine]
    /// fn query() -> gen::Result {
    ///     yield_!(gen::sleep(Duration::from_secs(3600)))
    /// }
    ///
    /// #[gen::coroutine]
    /// fn fetch() -> gen::Result {
    ///     yield_!(query())
    /// }
    ///
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// let limited = gen::with_timeout(Duration::from_secs(1), fetch()).join();
    /// let error = io_loop.run_sync(limited).unwrap_err();
    /// let timeout = error.downcast_ref::<gen::TimeoutError>().unwrap();
    /// let sites = timeout.waiting().unwrap().sites();
    /// let functions: Vec<_> = sites.iter().map(|site| site.function()).collect();
    /// assert_eq!(functions, ["query", "fetch"]);
    /// assert!(format!("{error:?}").contains("waits for a sleep, 3599s left"));
    /// ```
    #[must_use]
    pub fn waiting(&self) -> Option<&Waiting> {
        self.waited()?.downcast_ref()
    }
}

/// Polls the child of a timeout while something may be in flight, or the limit may be over. If the
/// limit is over, the child is asked. A thrown error is for the yield that waits for the timeout,
/// so the child does not see it; a cancellation is for the child.
#[cold]
pub(super) fn poll_or_ask<F>(
    child: Pin<&mut F>,
    limit: &TimeLimit,
    cx: &mut Context<'_>,
) -> (Poll<F::Output>, Option<Box<Waiting>>)
where
    F: Future,
{
    if limit.is_over() && may_ask(cx.waker()) {
        ask_at_deadline(child, cx)
    } else {
        (without_injected_errors(|| child.poll(cx)), None)
    }
}

/// The error of a timeout whose child was waiting there.
pub(crate) fn timeout_error(
    after: Duration,
    set_at: Option<&'static Location<'static>>,
    waiting: Option<Box<Waiting>>,
) -> Error {
    let error = TimeoutError::set(after, set_at);
    Error::from(match waiting {
        Some(mut waiting) => {
            name(&mut waiting);
            error.with_waited(*waiting)
        }
        None => error,
    })
}

/// Names the tasks that are waited for, and gives each promise a small number.
fn name(waiting: &mut Waiting) {
    let mut promises = HashMap::new();
    waiting.for_each_event_mut(&mut |waits_for| match waits_for {
        WaitsFor::Task { task }
        | WaitsFor::Cancelled { task: Some(task) }
        | WaitsFor::Batch { task: Some(task), .. } => know(task),
        WaitsFor::Lock { holders, .. } => {
            holders.iter_mut().filter_map(|holder| holder.task.as_mut()).for_each(know);
        }
        WaitsFor::Promise { promise, .. } => {
            let next = promises.len() + 1;
            *promise = *promises.entry(*promise).or_insert(next);
        }
        _ => {}
    });
}

/// Adds the facts about a task, if it is the one that runs, or another one of the loop that runs
/// here.
fn know(task: &mut TaskRef) {
    task.known = task.tag.and_then(|tag| {
        if current::task_of(current::running_task()) == Some(tag) {
            Some(KnownTask::This)
        } else {
            host::about(tag).map(KnownTask::Other)
        }
    });
}
