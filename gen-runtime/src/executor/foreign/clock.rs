//! [`Clock`]: the timers that are used where no loop runs.

use std::task::{Context, Poll};
use std::time::Instant;
#[cfg(all(feature = "smol", not(loom)))]
use std::{future::Future, pin::Pin};

#[cfg(all(feature = "tokio", not(loom)))]
use super::{tokio_tasks, tokio_timers};
use crate::executor::no_host::NoHost;
use crate::Result;

/// The time of a foreign executor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clock {
    /// The time of the runtime of tokio that is entered on this thread.
    #[cfg(all(feature = "tokio", not(loom)))]
    Tokio,
    /// The timers of async-io, which has a thread of its own.
    #[cfg(all(feature = "smol", not(loom)))]
    AsyncIo,
}

/// A timer that was made and has not fired. Dropping it removes it.
#[derive(Debug)]
pub(crate) enum ForeignTimer {
    #[cfg(all(feature = "tokio", not(loom)))]
    Tokio(tokio_timers::Timer),
    #[cfg(all(feature = "smol", not(loom)))]
    /// `None` when it has fired, because such a timer is not polled again.
    AsyncIo(Option<Box<async_io::Timer>>),
}

/// Returns the clock that is found where no loop runs.
pub(crate) fn current() -> Option<Clock> {
    #[cfg(all(feature = "tokio", not(loom)))]
    if tokio_tasks::is_entered() {
        return Some(Clock::Tokio);
    }
    #[cfg(all(feature = "smol", not(loom)))]
    return Some(Clock::AsyncIo);
    #[cfg(not(all(feature = "smol", not(loom))))]
    None
}

// Without a feature there is no clock and no timer, and these take nothing.
#[cfg_attr(not(any(feature = "tokio", feature = "smol")), allow(unused_variables))]
impl Clock {
    pub(crate) fn now(self) -> Instant {
        match self {
            #[cfg(all(feature = "tokio", not(loom)))]
            Clock::Tokio => tokio_timers::now(),
            #[cfg(all(feature = "smol", not(loom)))]
            Clock::AsyncIo => Instant::now(),
        }
    }

    /// Whether its time is that of `Instant::now()`.
    pub(crate) fn is_real(self) -> bool {
        match self {
            #[cfg(all(feature = "tokio", not(loom)))]
            Clock::Tokio => tokio_timers::has_real_time(),
            #[cfg(all(feature = "smol", not(loom)))]
            Clock::AsyncIo => true,
        }
    }

    /// Whether it is found on every thread, so that the executor that polls a timer later may have
    /// another clock.
    pub(crate) fn is_everywhere(self) -> bool {
        match self {
            #[cfg(all(feature = "tokio", not(loom)))]
            Clock::Tokio => false,
            #[cfg(all(feature = "smol", not(loom)))]
            Clock::AsyncIo => true,
        }
    }

    /// Makes a timer that fires at the deadline. If it has fired already, it wakes `cx`.
    pub(crate) fn timer(
        self,
        deadline: Instant,
        cx: &mut Context<'_>,
    ) -> std::result::Result<ForeignTimer, NoHost> {
        match self {
            #[cfg(all(feature = "tokio", not(loom)))]
            Clock::Tokio => tokio_timers::timer(deadline, cx.waker()).map(ForeignTimer::Tokio),
            #[cfg(all(feature = "smol", not(loom)))]
            Clock::AsyncIo => {
                let mut timer = ForeignTimer::AsyncIo(Some(Box::new(async_io::Timer::at(deadline))));
                if timer.poll(cx).is_ready() {
                    cx.waker().wake_by_ref();
                }
                Ok(timer)
            }
        }
    }
}

#[cfg_attr(not(any(feature = "tokio", feature = "smol")), allow(unused_variables))]
impl ForeignTimer {
    /// Ready when the timer has fired. Until then, it wakes the waker of the last poll.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        match *self {
            #[cfg(all(feature = "tokio", not(loom)))]
            ForeignTimer::Tokio(ref mut timer) => timer.poll(cx.waker()),
            #[cfg(all(feature = "smol", not(loom)))]
            ForeignTimer::AsyncIo(ref mut timer) => {
                if let Some(waiting) = timer {
                    std::task::ready!(Pin::new(&mut **waiting).poll(cx));
                    *timer = None;
                }
                Poll::Ready(Ok(()))
            }
        }
    }

    /// Whether the timer has to be looked for to know whether it has fired.
    #[inline]
    pub(crate) fn may_have_fired(&self) -> bool {
        match *self {
            #[cfg(all(feature = "tokio", not(loom)))]
            ForeignTimer::Tokio(ref timer) => timer.may_have_fired(),
            // Only a poll tells.
            #[cfg(all(feature = "smol", not(loom)))]
            ForeignTimer::AsyncIo(_) => false,
        }
    }

    /// Whether the timer has fired.
    #[cold]
    pub(crate) fn has_fired(&self) -> bool {
        match *self {
            #[cfg(all(feature = "tokio", not(loom)))]
            ForeignTimer::Tokio(ref timer) => timer.has_fired(),
            #[cfg(all(feature = "smol", not(loom)))]
            ForeignTimer::AsyncIo(_) => false,
        }
    }
}
