//! An idle loop: nothing is queued, and it sleeps until a timer is due or mail comes.
//!
//! A loop without a timer waits for mail, which only other threads send. Perhaps none will: a run
//! that wants to know returns once such a wait has lasted for some time, and can be resumed. A
//! thread that holds a [`KeepAlive`](crate::KeepAlive) has declared that it will send, so the wait
//! for it does not count.

use std::time::{Duration, Instant};

use super::core::Core;
use super::drops;
use super::inbox::{Nap, OnStop};

/// For how long an idle loop without timers waits for mail, before its run returns; `None` is
/// without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OnIdle {
    /// In the first wait of the run.
    pub(crate) first: Option<Duration>,
    /// In the waits after it.
    pub(crate) later: Option<Duration>,
}

impl OnIdle {
    /// Wait for mail, however long it takes.
    pub(crate) const SLEEP: OnIdle = OnIdle { first: None, later: None };
}

/// The next event that can end the sleep of a loop, beside mail.
enum Next {
    /// The deadline of a timer.
    Timer(Instant),
    /// No timer has a deadline. The wait for mail is limited.
    Nothing(Option<Duration>),
}

impl Core {
    /// Whether time passes while the loop sleeps.
    pub(crate) fn time_passes(&self) -> bool {
        self.clock.runs_by_itself()
    }

    /// Whether only mail can wake a task, there is none, and no thread has declared that it will
    /// send some. A run that has to return because it was stopped is not stuck.
    pub(crate) fn is_stuck(&self, on_stop: OnStop) -> bool {
        self.scheduler.borrow().queued() == 0
            && self.timers.borrow().next_deadline().is_none()
            && !(on_stop == OnStop::Return && self.shared.is_stopped())
            // In this order: see `park`.
            && !self.shared.is_owed()
            && !self.shared.has_mail()
    }

    pub(crate) fn has_mail(&self) -> bool {
        self.shared.has_mail()
    }

    /// Reports the callables that were dropped by the callback that runs this loop, if it is one.
    /// Returns whether there were any.
    ///
    /// It is called only after a wait that has lasted. If each sleep reported them, a report could
    /// come before the error that says why a callable was dropped.
    pub(crate) fn report_noted_drops(&self) -> bool {
        drops::report_in_wait()
    }

    /// Sleeps until the next deadline, or until there is mail. Returns whether the loop has waited
    /// for mail in vain, for `grace`.
    #[inline(never)]
    pub(super) fn park(&self, on_stop: OnStop, grace: Option<Duration>) -> bool {
        let next = match self.has_real_clock {
            true => self.timers.borrow().next_look().map(|(look, _)| look),
            // Any other clock may move to that time, and is only asked for a deadline.
            false => self.timers.borrow().next_deadline(),
        };
        let next = next.map_or(Next::Nothing(grace), Next::Timer);
        // In this order, because a thread may send mail and release its wake between the two
        // checks. In the other order the clock could move before that mail is read.
        let is_owed = match next {
            // One that is due fires whatever is owed.
            Next::Timer(due) => !self.clock.runs_by_itself() && self.shared.is_owed() && due > self.now(),
            Next::Nothing(grace) => grace.is_some() && self.shared.is_owed(),
        };
        if self.shared.has_mail() {
            return false;
        }
        match next {
            Next::Timer(_) | Next::Nothing(Some(_)) if is_owed => self.sleep(Nap::WhileOwed, on_stop),
            Next::Timer(deadline) => self.sleep(Nap::For(self.clock.idle_until(deadline)), on_stop),
            Next::Nothing(None) => self.sleep(Nap::UntilMail, on_stop),
            Next::Nothing(Some(grace)) => return self.wait_in_vain(grace, on_stop),
        }
        false
    }

    /// Waits for mail. Returns whether there was none for that time.
    #[cold]
    fn wait_in_vain(&self, grace: Duration, on_stop: OnStop) -> bool {
        let began = Instant::now();
        self.sleep(Nap::For(grace), on_stop);
        // It may have been woken early.
        began.elapsed() >= grace && !self.shared.has_mail()
    }

    fn sleep(&self, nap: Nap, on_stop: OnStop) {
        if nap != Nap::For(Duration::ZERO) {
            self.shared.park(nap, on_stop);
        }
    }
}
