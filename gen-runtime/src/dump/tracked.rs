//! [`TrackerDump`]: the future of a dump of a tracker.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::Dump;
use crate::executor::{AskedTask, Tracker};
use crate::inject::answering::say;
use crate::inject::question::{Shown, WaitsFor};
use crate::opaque::opaque_debug;
use crate::time::{sleep, Sleep};

/// The future of a [`Dump`] of tracked tasks: made by
/// [`TaskTracker::dump`](crate::TaskTracker::dump).
///
/// The tasks are asked by its first poll. It is ready when all of them have answered, or when the
/// time is over.
///
/// # Cancellation
///
/// Dropping it does not withdraw the request: each task is polled once more.
#[must_use = "nothing is asked until it is yielded or awaited"]
pub struct TrackerDump {
    tracker: Arc<Tracker>,
    within: Duration,
    shown: Shown,
    asked: Option<Asked>,
}

/// The tasks that were asked.
struct Asked {
    tasks: Vec<AskedTask>,
    /// The first of them, in their order, that may not have answered.
    next: usize,
    limit: Sleep,
}

impl TrackerDump {
    pub(crate) fn new(tracker: Arc<Tracker>, within: Duration) -> Self {
        TrackerDump { tracker, within, shown: Shown::ALL, asked: None }
    }

    /// Shows the positions of children instead of their keys, and no keys of callbacks.
    ///
    /// Keys are printed by their `Debug`, and may be data of a user.
    pub fn without_keys(mut self) -> Self {
        self.shown.keys = false;
        self
    }
}

impl Future for TrackerDump {
    type Output = Dump;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Dump> {
        let this = &mut *self;
        let asked = this.asked.get_or_insert_with(|| Asked {
            tasks: this.tracker.ask_all(this.shown),
            next: 0,
            limit: sleep(this.within),
        });
        if asked.poll(cx).is_pending() {
            // One is kept for the next answer, and one for the limit.
            say(this, cx.waker(), 2, |_| WaitsFor::Dump);
            return Poll::Pending;
        }
        let answers = mem::take(&mut asked.tasks).into_iter().filter_map(AskedTask::into_answer);
        Poll::Ready(Dump::of_tracker(answers.collect()))
    }
}

impl Asked {
    /// Ready when all have answered, or when the time is over. It waits for one answer at a time,
    /// so that many answers take few polls.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while let Some(task) = self.tasks.get_mut(self.next) {
            if task.poll(cx).is_pending() {
                // Where there is no timer, the time is over at once.
                return self.limit.poll_part(cx).map(drop);
            }
            self.next += 1;
        }
        Poll::Ready(())
    }
}

opaque_debug!([] TrackerDump);
