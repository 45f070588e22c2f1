//! `gen::sleep`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::now::from_now;
use crate::executor::{host, Host, LoopId, NoLoop, TimerKey};
use crate::Result;

/// Waits until `duration` has passed since this call.
///
/// The deadline counts from this call, not from the yield, on the clock of the loop that runs here.
/// So two sleeps that are made together end together, and a sleep whose deadline has passed before
/// its yield costs nothing. A sleep of zero waits for the next turn of the loop. A sleep whose end
/// is too late for an [`Instant`], such as that of [`Duration::MAX`], never ends, and an idle
/// virtual clock does not move to its end.
///
/// If no loop runs at this call, the time counts from the call too, provided that the sleep is
/// later yielded on a loop with the real clock. Another clock does not know when the call was. On a
/// loop with such a clock, the time counts from the first poll.
///
/// # Errors
///
/// [`NoLoop`] if it is polled where no loop runs.
///
/// # Cancellation
///
/// Dropping it removes the timer. Nothing is lost.
///
/// ```
/// use std::time::Duration;
///
/// let clock = gen::VirtualClock::new();
/// let before = clock.now();
/// let io_loop = gen::IoLoop::with_clock(clock.clone());
/// io_loop.run_sync(gen::sleep(Duration::from_secs(60)))?;
/// assert_eq!(clock.now() - before, Duration::from_secs(60));
/// # Ok::<(), gen::Error>(())
/// ```
pub fn sleep(duration: Duration) -> Sleep {
    Sleep::from_now(duration)
}

/// The future of [`sleep`].
#[derive(Debug)]
#[must_use = "a sleep does nothing unless it is yielded or awaited"]
pub struct Sleep {
    /// Without a deadline, it never ends.
    deadline: Option<Instant>,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Not polled yet. It was made on this loop, and its timer will have this number. The number
    /// orders the timers of one deadline.
    Fresh(LoopId, u64),
    /// Not polled yet, and made where no loop ran. Only the real clock knows when the duration
    /// began.
    Away(Duration),
    /// It has a deadline, and no timer: it was made where no loop ran, or its timer was removed.
    Unarmed,
    /// The loop has a timer for it, and it waits as long as the timer exists. (The fields are those
    /// of a `TimerKey`. As one field, a `TimerKey` would leave no room for the tag of the enum.)
    Armed {
        loop_id: LoopId,
        number: u64,
        index: u32,
    },
    Over,
}

impl State {
    /// The state of a sleep that is made now, on the loop that runs here.
    fn made() -> Option<Self> {
        host::current().map(|host| State::Fresh(host.id(), host.next_timer_number()))
    }
}

impl Sleep {
    pub(super) fn from_now(duration: Duration) -> Self {
        Sleep { deadline: from_now(duration), state: State::made().unwrap_or(State::Away(duration)) }
    }

    /// A sleep until `deadline`. Without a deadline, it never ends.
    pub(super) fn until(deadline: impl Into<Option<Instant>>) -> Self {
        Sleep { deadline: deadline.into(), state: State::made().unwrap_or(State::Unarmed) }
    }

    fn poll_on(&mut self, host: &impl Host, cx: &Context<'_>) -> Poll<()> {
        match self.state {
            State::Over => return Poll::Ready(()),
            State::Armed { loop_id, number, index } if loop_id == host.id() => {
                if host.rearm(TimerKey { loop_id, number, index }, cx.waker()) {
                    return Poll::Pending;
                }
                self.state = State::Over;
                return Poll::Ready(());
            }
            State::Armed { .. } => self.disarm(),
            State::Away(duration) => {
                if !host.has_real_clock() {
                    self.deadline = host.deadline(duration);
                }
                self.state = State::Unarmed;
            }
            State::Fresh(..) | State::Unarmed => {}
        }
        if self.is_over(host) {
            self.state = State::Over;
            return Poll::Ready(());
        }
        let number = match self.state {
            State::Fresh(id, number) if id == host.id() => number,
            _ => host.next_timer_number(),
        };
        let TimerKey { loop_id, number, index } = host.wake_at(self.deadline, number, cx.waker());
        self.state = State::Armed { loop_id, number, index };
        Poll::Pending
    }

    /// Whether a sleep without a timer is over: it is due, and was made before this turn. A sleep
    /// that was made in this turn waits for the next turn, even if it is due, so that a sleep of
    /// zero lets other tasks run.
    fn is_over(&self, host: &impl Host) -> bool {
        let made_in_this_turn = match self.state {
            State::Fresh(id, number) => id == host.id() && !host.is_older_than_turn(number),
            _ => false,
        };
        !made_in_this_turn && self.deadline.is_some_and(|deadline| deadline <= host.now())
    }

    /// Removes the timer.
    pub(super) fn disarm(&mut self) {
        if let State::Armed { loop_id, number, index } = std::mem::replace(&mut self.state, State::Unarmed) {
            host::cancel_timer(TimerKey { loop_id, number, index });
        }
    }
}

impl Future for Sleep {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        match host::current() {
            Some(host) => self.poll_on(&host, cx).map(Ok),
            None => Poll::Ready(Err(NoLoop.into())),
        }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.disarm();
    }
}
