//! [`Event`].

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::inject::answering::say;
use crate::inject::question::WaitsFor;
use crate::waiter::{poll_place, LineWaiter, Place, StageLock, WaitList};

/// A flag that tasks wait for. Once it is set, waiting takes no time, until it is cleared.
///
/// It works on any executor, and across threads.
///
/// ```
/// use gen::sync::Event;
/// use gen::yield_;
/// use std::rc::Rc;
///
/// #[gen::coroutine]
/// fn worker(start: Rc<Event>) -> gen::Result<&'static str> {
///     yield_!(start.wait())?;
///     Ok("works")
/// }
///
/// #[gen::coroutine]
/// fn body() -> gen::Result {
///     let start = Rc::new(Event::new());
///     let worker = gen::spawn_local(worker(start.clone()));
///     start.set();
///     assert_eq!(yield_!(worker)?, "works");
///     yield_!(start.wait()) // it is still set
/// }
/// gen::run_sync(body()).unwrap();
/// ```
#[derive(Default)]
pub struct Event(StageLock<WaitList<(), ()>>);

/// The stages of the lock.
const CLEAR: u8 = 0;
const SET: u8 = 1;

impl Event {
    /// An event that is not set.
    #[must_use]
    pub fn new() -> Self {
        Event::default()
    }

    /// Sets it, and wakes all tasks that wait for it, in the order in which they came. They go on
    /// even if the event is cleared before they run.
    pub fn set(&self) {
        let wakers = self.0.with(|stage, line| {
            *stage = SET;
            line.grant_all(|()| ())
        });
        wakers.wake();
    }

    /// Clears it: from now on, tasks wait until it is set again.
    pub fn clear(&self) {
        self.0.with(|stage, _| *stage = CLEAR);
    }

    /// Whether it is set.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.stage() == SET
    }

    /// Waits until it is set. The wait cannot fail.
    ///
    /// # Cancellation
    ///
    /// Dropping the future has no effect on the event.
    pub fn wait(&self) -> EventWait<'_> {
        EventWait { event: self, place: None }
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event").field("is_set", &self.is_set()).finish_non_exhaustive()
    }
}

/// The future of [`Event::wait`].
#[derive(Debug)]
#[must_use = "futures do nothing unless yielded or awaited"]
pub struct EventWait<'a> {
    event: &'a Event,
    place: Option<Place>,
}

impl Future for EventWait<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let polled = match self.place {
            Some(place) => poll_place(&self.event.0, |line| line, place, cx.waker(), |_, _| {}),
            None if self.event.is_set() => return Poll::Ready(()),
            None => self.enter_line(LineWaiter::from(cx.waker())),
        };
        match polled {
            Poll::Ready(()) => self.place = None,
            Poll::Pending => say(&*self, cx.waker(), 1, |_| WaitsFor::Event),
        }
        polled
    }
}

impl EventWait<'_> {
    fn enter_line(&mut self, waiter: LineWaiter) -> Poll<()> {
        let entered = self.event.0.with(|stage, line| match *stage {
            SET => Err(waiter),
            _ => Ok(line.push((), waiter)),
        });
        // A waker that is not kept is dropped here, outside of the lock.
        self.place = entered.ok();
        if self.place.is_some() {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }
}

impl Drop for EventWait<'_> {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            let removed = self.event.0.with(|_, line| line.remove(place));
            drop(removed);
        }
    }
}
