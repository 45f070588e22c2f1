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
/// The deadline is taken now, on the clock of the running loop, not at the yield: two sleeps that are made
/// together end together, and one that is over by the time it is yielded costs nothing. A sleep of zero waits
/// for the loop's next turn. A sleep whose end no [`Instant`] can tell, such as that of [`Duration::MAX`],
/// never ends: it is not what an idle virtual clock moves to.
///
/// Where no loop runs the time counts from now, too, if the loop that it is yielded on later has the real clock.
/// Another clock has nothing to do with the time that passed before it was asked: there it counts from then.
///
/// # Errors
///
/// [`NoLoop`] if it is polled where no loop runs.
///
/// # Cancellation
///
/// Dropping it takes the timer back. Nothing is lost.
///
/// ```
/// use std::time::Duration;
///
/// let clock = gen::VirtualClock::new();
/// let before = clock.now();
/// gen::IoLoop::with_clock(clock.clone()).run_sync(async { gen::sleep(Duration::from_secs(60)).await })?;
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
    /// Never, if there is none.
    deadline: Option<Instant>,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Not polled yet. Made on that loop, as the timer of that number; the number is its place among those of
    /// one deadline.
    Fresh(LoopId, u64),
    /// Not polled yet, and made where no loop ran: for so long, from a call that only the real clock knows.
    Away(Duration),
    /// Its deadline was given as it is, or its loop has no timer for it any more.
    Unarmed,
    /// The loop has a timer for it, of that key, and it waits as long as the timer does. (A `TimerKey` in one
    /// piece would leave no room for the tag.)
    Armed {
        loop_id: LoopId,
        number: u64,
        index: u32,
    },
    Over,
}

impl State {
    /// That of a sleep which is made now, on the loop that runs here.
    fn made() -> Option<Self> {
        host::current().map(|host| State::Fresh(host.id(), host.next_timer_number()))
    }
}

impl Sleep {
    pub(super) fn from_now(duration: Duration) -> Self {
        Sleep { deadline: from_now(duration), state: State::made().unwrap_or(State::Away(duration)) }
    }

    /// Without a deadline it never ends.
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

    /// Before it is armed: over are those that a turn has begun after, made before it and due by now. One
    /// that was made in this very turn waits for the next, even if it is due: so sleeping for no time lets
    /// others run.
    fn is_over(&self, host: &impl Host) -> bool {
        let made_in_this_turn = match self.state {
            State::Fresh(id, number) => id == host.id() && !host.is_older_than_turn(number),
            _ => false,
        };
        !made_in_this_turn && self.deadline.is_some_and(|deadline| deadline <= host.now())
    }

    /// Takes the timer back: here if its loop runs on this thread, else through the loop's inbox.
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
