//! `gen::sleep`.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::now::now;
use crate::bindings::Ends;
use crate::executor::host::{self, TimeHost};
use crate::executor::{may_have_fired, Core, ForeignClock, ForeignTimer, LoopId, NoHost, TimerKey};
use crate::inject::answering::say;
use crate::inject::fixed_order::{self, RefusedKind};
use crate::inject::question::WaitsFor;
use crate::Result;

/// Waits until `duration` has passed since this call.
///
/// The deadline counts from this call, not from the yield, on the clock of the loop that runs here,
/// or of tokio. So two sleeps that are made together end together, and a sleep whose deadline has
/// passed before its yield costs nothing. A sleep of zero waits for the next turn of the loop; on
/// another executor it is pending once. A sleep whose end is too late for an [`Instant`], such as
/// that of [`Duration::MAX`], never ends, and an idle virtual clock does not move to its end.
///
/// If neither runs at this call, the time counts from the call too, provided that the sleep is
/// later yielded where the clock is real. Another clock does not know when the call was. There, the
/// time counts from the first poll.
///
/// On tokio, with the feature `tokio`, it is a timer of ours that stands on one of tokio's.
/// `tokio::time::pause` and `advance` govern it, and it has tokio's resolution of a millisecond.
///
/// # Errors
///
/// [`NoHost`] if it is polled where there is no timer; [`LoopClosed`](crate::LoopClosed) if the
/// runtime of tokio was dropped meanwhile.
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
    end: End,
    state: State,
}

#[derive(Debug, Clone, Copy)]
enum End {
    At(Instant),
    /// This many nanoseconds after now. If the sleep has a timer, only the timer knows the
    /// deadline. (A `Duration` would leave no room for the tag of the enum.)
    After(u64),
    /// It is too late for an `Instant`.
    Never,
}

impl End {
    fn at(deadline: Option<Instant>) -> Self {
        deadline.map_or(End::Never, End::At)
    }

    /// The end of a time that begins at the next call of [`deadline`](Self::deadline). A time of
    /// more than five hundred years begins now.
    fn after(duration: Duration, now: impl FnOnce() -> Instant) -> Self {
        match u64::try_from(duration.as_nanos()) {
            Ok(nanoseconds) => End::After(nanoseconds),
            Err(_) => End::at(now().checked_add(duration)),
        }
    }

    /// The deadline, on a clock that shows this time. `None` means never.
    fn deadline(self, now: impl FnOnce() -> Instant) -> Option<Instant> {
        match self {
            End::At(deadline) => Some(deadline),
            End::After(nanoseconds) => now().checked_add(Duration::from_nanos(nanoseconds)),
            End::Never => None,
        }
    }
}

#[derive(Debug)]
enum State {
    /// Not polled yet. It was made on this loop, and its timer will have this number. The number
    /// orders the timers of one deadline.
    Fresh(LoopId, u64),
    /// Not polled yet, of no length, and not made on a loop: the first poll lets other tasks run.
    Instantaneous,
    /// Not polled yet, and made where no loop and no runtime of tokio was running. Only the real
    /// clock knows when the duration began.
    Away(Duration),
    /// It has a deadline, and no timer.
    Unarmed,
    /// The loop has a timer for it, and it waits as long as the timer exists.
    Armed(TimerKey),
    /// It has a timer that belongs to no loop.
    ArmedElsewhere(ForeignTimer),
    Over,
}

impl Sleep {
    pub(super) fn from_now(duration: Duration) -> Self {
        let (now, state) = match host::time() {
            Some(TimeHost::Loop(core)) => (core.now(), State::fresh(&core)),
            Some(TimeHost::Foreign(clock)) if duration.is_zero() => (clock.now(), State::Instantaneous),
            Some(TimeHost::Foreign(clock)) if clock.is_everywhere() => (clock.now(), State::Away(duration)),
            Some(TimeHost::Foreign(clock)) => (clock.now(), State::Unarmed),
            None => (Instant::now(), State::Away(duration)),
        };
        Sleep { end: End::at(now.checked_add(duration)), state }
    }

    /// Makes a sleep that counts from now, and polls it.
    #[inline]
    pub(super) fn start(duration: Duration, cx: &mut Context<'_>) -> (Self, Poll<Result<()>>) {
        match host::time() {
            Some(TimeHost::Loop(core)) => {
                let (timer, deadline) = core.wake_after(duration, cx.waker());
                let end = deadline.map_or_else(|| End::after(duration, || core.now()), End::At);
                (Sleep { end, state: State::Armed(timer) }, Poll::Pending)
            }
            Some(TimeHost::Foreign(clock)) if !duration.is_zero() => {
                let end = End::at(clock.now().checked_add(duration));
                let mut sleep = Sleep { end, state: State::Unarmed };
                let polled = sleep.arm(clock, cx);
                (sleep, polled)
            }
            _ => {
                let mut sleep = Sleep::from_now(duration);
                let polled = sleep.poll_part(cx);
                (sleep, polled)
            }
        }
    }

    /// A sleep until `deadline`. Without a deadline, it never ends.
    pub(super) fn until(deadline: impl Into<Option<Instant>>) -> Self {
        let state = match host::time() {
            Some(TimeHost::Loop(core)) => State::fresh(&core),
            Some(TimeHost::Foreign(_)) | None => State::Unarmed,
        };
        Sleep { end: End::at(deadline.into()), state }
    }

    fn poll_on_loop(&mut self, core: &Core, cx: &mut Context<'_>) -> Poll<Result<()>> {
        match &mut self.state {
            State::Over => return Poll::Ready(Ok(())),
            State::Armed(timer) if timer.is_of(core.id()) => {
                if core.rearm(*timer, cx.waker()) {
                    return Poll::Pending;
                }
                return self.finish();
            }
            State::ArmedElsewhere(timer) => return timer.poll(cx),
            State::Armed(_) => self.disarm(),
            State::Away(duration) => {
                if !core.has_real_clock() {
                    self.end = End::after(*duration, || core.now());
                }
                self.state = State::Unarmed;
            }
            State::Fresh(..) | State::Instantaneous | State::Unarmed => {}
        }
        if self.is_over(core) {
            return self.finish();
        }
        let number = match self.state {
            State::Fresh(id, number) if id == core.id() => number,
            _ => core.next_timer_number(),
        };
        let deadline = self.end.deadline(|| core.now());
        self.state = State::Armed(core.wake_at(deadline, number, cx.waker()));
        Poll::Pending
    }

    /// Whether a sleep without a timer is over: it is due, and was made before this turn. A sleep
    /// that was made in this turn waits for the next turn, even if it is due, so that a sleep of
    /// zero lets other tasks run.
    fn is_over(&self, core: &Core) -> bool {
        let made_in_this_turn = match self.state {
            State::Fresh(id, number) => id == core.id() && !core.is_older_than_turn(number),
            _ => false,
        };
        !made_in_this_turn && matches!(self.end, End::At(deadline) if deadline <= core.now())
    }

    fn poll_elsewhere(&mut self, clock: ForeignClock, cx: &mut Context<'_>) -> Poll<Result<()>> {
        match &mut self.state {
            State::Over => return Poll::Ready(Ok(())),
            State::ArmedElsewhere(timer) => return timer.poll(cx),
            State::Instantaneous => {
                self.state = State::Over;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            State::Armed(_) => self.disarm(),
            State::Away(duration) => {
                if !clock.is_real() {
                    self.end = End::after(*duration, || clock.now());
                }
                self.state = State::Unarmed;
            }
            State::Fresh(..) | State::Unarmed => {}
        }
        if matches!(self.end, End::At(deadline) if deadline <= clock.now()) {
            return self.finish();
        }
        self.arm(clock, cx)
    }

    fn arm(&mut self, clock: ForeignClock, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let Some(deadline) = self.end.deadline(|| clock.now()) else { return Poll::Pending };
        match clock.timer(deadline, cx) {
            Ok(timer) => {
                self.state = State::ArmedElsewhere(timer);
                Poll::Pending
            }
            Err(error) => Poll::Ready(Err(error.into())),
        }
    }

    /// A timer that an executor has made is of use on every thread.
    fn poll_without_host(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        match &mut self.state {
            State::ArmedElsewhere(timer) => timer.poll(cx),
            _ => {
                // A body that is replayed may have no such timer at all.
                match fixed_order::refuses_yield(RefusedKind::MissingTimer) {
                    true => Poll::Pending,
                    false => Poll::Ready(Err(NoHost::for_time().into())),
                }
            }
        }
    }

    fn finish(&mut self) -> Poll<Result<()>> {
        self.state = State::Over;
        Poll::Ready(Ok(()))
    }

    /// Removes the timer.
    pub(super) fn disarm(&mut self) {
        if !matches!(self.state, State::Armed(_) | State::ArmedElsewhere(_)) {
            return;
        }
        // The drop of a timer that belongs to no loop removes it.
        if let State::Armed(timer) = mem::replace(&mut self.state, State::Unarmed) {
            host::cancel_timer(timer);
        }
    }
}

impl State {
    /// The state of a sleep that is made now, on a loop.
    fn fresh(core: &Core) -> Self {
        State::Fresh(core.id(), core.next_timer_number())
    }
}

impl Sleep {
    /// Polls it as a part of another future, which says what it waits for. While it is pending, it
    /// keeps one clone of the waker.
    #[inline]
    pub(crate) fn poll_part(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        match host::time() {
            Some(TimeHost::Loop(core)) => self.poll_on_loop(&core, cx),
            Some(TimeHost::Foreign(clock)) => self.poll_elsewhere(clock, cx),
            None => self.poll_without_host(cx),
        }
    }

    /// Whether its timer has to be looked for to know whether it has fired. This is a load and a
    /// comparison.
    #[inline]
    pub(super) fn may_have_fired(&self) -> bool {
        match &self.state {
            State::Armed(timer) => may_have_fired(timer.number),
            State::ArmedElsewhere(timer) => timer.may_have_fired(),
            State::Fresh(..) | State::Instantaneous | State::Away(_) | State::Unarmed | State::Over => false,
        }
    }

    /// Whether its timer has fired, so that the next poll is ready. It reads no clock.
    #[cold]
    pub(super) fn has_fired(&self) -> bool {
        match (&self.state, host::time()) {
            (State::Armed(timer), Some(TimeHost::Loop(core))) => {
                timer.is_of(core.id()) && core.has_fired(*timer)
            }
            (State::ArmedElsewhere(timer), _) => timer.has_fired(),
            _ => false,
        }
    }

    /// The time that is left, on the clock of its host; `None` if it never ends.
    #[cold]
    pub(crate) fn left(&self) -> Option<Duration> {
        self.ends().left(now())
    }

    /// Its end, on the clock of its host.
    #[cold]
    pub(super) fn ends(&self) -> Ends {
        let deadline = match (&self.state, host::time()) {
            (State::Armed(timer), Some(TimeHost::Loop(core))) => core.deadline_of(*timer),
            _ => None,
        };
        match (deadline, self.end) {
            (Some(at), _) | (None, End::At(at)) => Ends::At(at),
            // The timer, which alone has known the deadline, is gone.
            (None, End::After(_)) if self.has_fired() => Ends::After(Duration::ZERO),
            (None, End::After(nanoseconds)) => Ends::After(Duration::from_nanos(nanoseconds)),
            (None, End::Never) => Ends::Never,
        }
    }
}

impl Future for Sleep {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let polled = self.poll_part(cx);
        if polled.is_pending() {
            say(&*self, cx.waker(), 1, |_| WaitsFor::Sleep { left: self.left() });
        }
        polled
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.disarm();
    }
}

#[cfg(all(test, target_pointer_width = "64"))]
mod tests {
    use super::*;

    /// Each task that sleeps, and each timeout, has the bytes of a sleep.
    #[test]
    fn a_sleep_has_no_bytes_besides_its_end_and_its_timer() {
        assert_eq!(size_of::<End>(), size_of::<Instant>());
        assert_eq!(size_of::<Sleep>(), 40);
    }
}
