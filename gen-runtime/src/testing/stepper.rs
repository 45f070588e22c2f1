//! [`Stepper`]: one coroutine that is driven by hand.
//!
//! | state | `step`, `resume`, `advance` | `throw`, `cancel` | `finish` |
//! |---|---|---|---|
//! | cold | starts the body | panics | starts the body, and goes on |
//! | suspended | lets the body go on: after turns of the loop, by a poll, as time passes | resumes the body with the error | goes on to the end |
//! | hanging | finds that it hangs | as above | panics |
//! | ended | does nothing | panics | returns the result, once |

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::mem;
use std::panic::Location;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::bench_loop::{assert_allowed, BenchLoop};
use super::explore::STEP_LIMIT;
use super::plan::Plan;
use super::recorder::Recorder;
use super::run::{result_of, start, Body, Steered};
use super::suspension::{Stop, Suspension, WaitsFor};
use crate::error::{CancelSource, Throw};
use crate::executor::{Core, Injection, SteeredEnd, TaskId, VirtualClock};
use crate::inject::in_flight::Observed;
use crate::inject::Cancellation;
use crate::task::JoinHandle;
use crate::yieldable::FutureOfResult;
use crate::Result;

/// If the clock has not moved in so many turns, it never will: a task goes on without waiting.
const TURN_LIMIT: usize = 100_000;

/// If the body was not polled for so long on the virtual clock, nor in so many turns, and waits for
/// no timer of its own, it hangs beside tasks that do.
const TIME_LIMIT: Duration = Duration::from_secs(2 * 86_400);

/// Drives a coroutine by hand: from yield to yield, on a loop of its own with a virtual clock.
///
/// The tasks that the coroutine spawns run on the same loop, and go on whenever the stepper lets
/// the loop run. Dropping the stepper drops the coroutine and them.
///
/// A test names a yield by a [label](Suspension::is_at), such as a part of its text. The name of an
/// outer function fits, too: `patient` below fits while `pause` waits.
///
/// ```
/// use gen::testing::{Stepper, WaitsFor};
/// use gen::yield_;
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn pause() -> gen::Result {
///     yield_!(gen::sleep(Duration::from_secs(60)))
/// }
///
/// #[gen::coroutine]
/// fn patient() -> gen::Result<&'static str> {
///     match yield_!(pause()) {
///         Ok(()) => Ok("nothing has happened"),
///         Err(_) => {
///             yield_!(gen::moment())?;
///             Ok("disturbed")
///         }
///     }
/// }
///
/// let mut stepper = Stepper::new(patient());
/// let stop = stepper.step();
/// let suspension = stop.suspension().expect("it waits");
/// assert_eq!(suspension.site().unwrap().function(), "pause");
/// assert_eq!(suspension.waits_for(), WaitsFor::Timer(Duration::from_secs(60)));
///
/// // The clock stands still until it is moved.
/// assert!(stepper.advance(Duration::from_secs(59)).is_at("pause"));
/// stepper.throw("the door bell");
/// # // The lines of a doctest are in no file, so its yields have no text.
/// # #[cfg(any())]
/// stepper.assert_at("gen::moment()");
/// # assert_eq!(stepper.position().suspension().unwrap().site().unwrap().function(), "patient");
/// assert_eq!(stepper.finish().unwrap(), "disturbed");
/// ```
pub struct Stepper<T> {
    /// Before the loop, so that it is dropped first.
    handle: Option<JoinHandle<T>>,
    cold: Option<Body<T>>,
    recorder: Rc<Recorder>,
    /// The body was woken in the poll in which it was last disturbed, perhaps by the future of the
    /// yield that has failed.
    was_disturbed: bool,
    bench: BenchLoop,
}

impl<T: 'static> Stepper<T> {
    /// Makes a stepper for a coroutine, or for any other future of a `Result`. The first
    /// [`step`](Self::step) starts it.
    ///
    /// # Panics
    ///
    /// If a loop is running on this thread, as in a coroutine.
    #[track_caller]
    pub fn new<C, E, M>(coroutine: C) -> Self
    where
        C: FutureOfResult<T, E>,
        C::IntoFuture: Future + 'static,
        E: Throw<M>,
    {
        assert_allowed();
        let coroutine = coroutine.into_future();
        let bench = BenchLoop::new();
        let recorder = Recorder::new(bench.core.clone(), Plan::default(), Location::caller());
        let cold: Body<T> = Box::pin(async { coroutine.await.map_err(Throw::throw) });
        Stepper { handle: None, cold: Some(cold), recorder, was_disturbed: false, bench }
    }

    /// Lets the coroutine go on to its next suspension. The first call starts it.
    ///
    /// The loop runs until the body was polled and waits again, or has ended. The other tasks go on
    /// meanwhile, and if all of them wait, the clock moves to the next timer. A yield that waits
    /// for a list is polled whenever a child goes on, and `step` stops each time. After a
    /// [`throw`](Self::throw) or a [`cancel`](Self::cancel), it does not stop at a poll that was
    /// meant for the yield that has failed.
    pub fn step(&mut self) -> Stop {
        if self.is_cold() {
            self.begin();
            return self.stop(false);
        }
        let before = Cell::new(self.recorder.last_suspension(self.task()));
        let was_disturbed = Cell::new(mem::take(&mut self.was_disturbed));
        let was_polled = || {
            let last = self.recorder.last_suspension(self.task());
            if last != before.get()
                && was_disturbed.take()
                && self.recorder.only_repeats(self.task(), before.get())
            {
                before.set(last);
            }
            last != before.get()
        };
        let is_past = || !self.is_running() || was_polled();
        let (turns, end) = (Cell::new(0), self.bench.later(TIME_LIMIT));
        let hangs = || {
            turns.set(turns.get() + 1);
            turns.get() > TURN_LIMIT
                && end.is_some_and(|end| self.bench.clock.now() > end)
                && self.waits_for() == WaitsFor::Event
        };
        self.run(&|| is_past() || hangs(), None);
        self.stop(!is_past())
    }

    /// Steps until the coroutine waits at a yield that [fits](Suspension::is_at) `label`. If it
    /// waits there already, it goes on first.
    ///
    /// # Panics
    ///
    /// If the coroutine ends before, or hangs, or has not reached that yield within 10,000 steps.
    #[track_caller]
    pub fn step_to(&mut self, label: &str) -> Suspension {
        for _ in 0..STEP_LIMIT {
            match self.step() {
                Stop::Suspended(suspension) if suspension.is_at(label) => return suspension,
                Stop::Suspended(_) => {}
                stop => panic!("`{label}` was not reached: {stop}"),
            }
        }
        panic!("`{label}` was not reached within {STEP_LIMIT} steps: {}", self.stop(false))
    }

    /// Polls the coroutine once, as a wake-up would, and nothing else: no other task runs, and no
    /// time passes. So it goes on only if what it waits for is ready.
    pub fn resume(&mut self) -> Stop {
        self.was_disturbed = false;
        if self.is_running() {
            self.within(|core, task| core.poll_now(task));
        } else {
            self.begin();
        }
        self.stop(false)
    }

    /// Throws an error into the coroutine, at the yield where it waits, and lets it go on to its
    /// next suspension. [`JoinHandle::throw`](crate::JoinHandle::throw) does the same to a task.
    ///
    /// # Panics
    ///
    /// If the coroutine was not started, or has ended.
    #[track_caller]
    pub fn throw<E: Throw<M>, M>(&mut self, error: E) -> Stop {
        self.inject(Injection::Error(error.throw(), Location::caller()))
    }

    /// Cancels the coroutine, and lets it go on to its next suspension. The request is that of
    /// [`JoinHandle::cancel`](crate::JoinHandle::cancel): it also reaches the children of a group.
    ///
    /// # Panics
    ///
    /// As [`throw`](Self::throw).
    #[track_caller]
    pub fn cancel(&mut self, reason: impl Into<Cow<'static, str>>) -> Stop {
        let request = Cancellation::new(CancelSource::Explicit, reason, Location::caller());
        self.inject(Injection::Cancel(request))
    }

    /// Moves the clock by `time`, and runs everything that is due meanwhile.
    ///
    /// The coroutine may go on over several yields. Starts it, if it was not started.
    ///
    /// # Panics
    ///
    /// If no `Instant` can hold the new time. And if a task never waits, so that the clock cannot
    /// move.
    #[track_caller]
    pub fn advance(&mut self, time: Duration) -> Stop {
        let until = self.bench.clock.now() + time;
        self.was_disturbed = false;
        if self.is_cold() {
            self.begin();
        }
        if self.run(&|| false, Some(until)) == SteeredEnd::Over {
            panic!(
                "the clock stands still: in {TURN_LIMIT} turns a task or a callback has not waited. {}",
                self.stop(false)
            );
        }
        self.bench.clock.advance(until.saturating_duration_since(self.bench.clock.now()));
        self.stop(false)
    }

    /// Where the coroutine is now.
    ///
    /// # Panics
    ///
    /// If the coroutine was not started.
    #[track_caller]
    pub fn position(&self) -> Stop {
        self.assert_started();
        self.stop(false)
    }

    /// Asserts that the coroutine waits at a yield that [fits](Suspension::is_at) `label`.
    ///
    /// # Panics
    ///
    /// If it does not: the message says where it is.
    #[track_caller]
    pub fn assert_at(&self, label: &str) {
        let stop = self.position();
        assert!(stop.is_at(label), "the coroutine does not wait at `{label}`: {stop}");
    }

    /// The clock of the loop.
    #[must_use]
    pub fn clock(&self) -> VirtualClock {
        self.bench.clock.clone()
    }

    /// Runs the coroutine to its end, and returns its result. The clock moves as in
    /// [`step`](Self::step).
    ///
    /// # Errors
    ///
    /// The error of the coroutine.
    ///
    /// # Panics
    ///
    /// If the coroutine hangs, or has not ended within 10,000 steps: the message says where it
    /// waits. And if the result was taken before.
    #[track_caller]
    pub fn finish(&mut self) -> Result<T> {
        let mut steps = 0;
        loop {
            match self.step() {
                Stop::Suspended(_) if steps < STEP_LIMIT => steps += 1,
                stop @ Stop::Suspended(_) => {
                    panic!("the body has not ended within {STEP_LIMIT} steps: {stop}")
                }
                stop @ Stop::Hangs(_) => panic!("{stop}"),
                Stop::Ended => break,
            }
        }
        let mut handle = self.handle.take().expect("the result of a stepper is taken once");
        result_of(&mut handle)
    }

    fn is_cold(&self) -> bool {
        self.cold.is_some()
    }

    #[track_caller]
    fn assert_started(&self) {
        assert!(!self.is_cold(), "the coroutine was not started: call `step` first");
    }

    /// Whether the coroutine has begun, and has not ended.
    fn is_running(&self) -> bool {
        self.handle.as_ref().is_some_and(|handle| !handle.is_done())
    }

    fn task(&self) -> TaskId {
        self.bench.core.first_task()
    }

    fn begin(&mut self) {
        let Some(body) = self.cold.take() else { return };
        let _observed = Observed::by(self.recorder.clone());
        self.handle = Some(start(&self.bench, &self.recorder, body));
    }

    /// Runs the loop until `is_over`, until nothing is left to do before the given time, or until
    /// the clock stands still.
    fn run(&self, is_over: &dyn Fn() -> bool, until: Option<Instant>) -> SteeredEnd {
        let clock = &self.bench.clock;
        let (turns, time) = (Cell::new(0), Cell::new(clock.now()));
        let stands_still = || {
            let now = clock.now();
            let has_moved = time.replace(now) != now;
            turns.set(if has_moved { 0 } else { turns.get() + 1 });
            turns.get() > TURN_LIMIT
        };
        let is_over = || stands_still() || is_over();
        let _observed = Observed::by(self.recorder.clone());
        self.bench.run(&Steered { recorder: &self.recorder, is_over: &is_over }, until)
    }

    #[track_caller]
    fn inject(&mut self, injection: Injection) -> Stop {
        self.assert_started();
        assert!(self.is_running(), "the coroutine has ended, so it waits at no yield");
        self.within(|core, task| core.inject_now(task, injection));
        self.was_disturbed = self.bench.core.is_queued(self.task());
        self.stop(false)
    }

    fn within(&self, work: impl FnOnce(&Core, TaskId)) {
        let _observed = Observed::by(self.recorder.clone());
        self.bench.within(|| {
            work(&self.bench.core, self.task());
            self.recorder.after_job(Some(self.task()));
        });
    }

    fn stop(&self, hangs: bool) -> Stop {
        if !self.is_running() {
            return Stop::Ended;
        }
        let step = self.recorder.last_suspension(self.task());
        let chain = step.map(|step| self.recorder.chain(step)).unwrap_or_default();
        let suspension = Suspension { chain, waits_for: self.waits_for() };
        match hangs {
            true => Stop::Hangs(suspension),
            false => Stop::Suspended(suspension),
        }
    }

    fn waits_for(&self) -> WaitsFor {
        self.bench.waits_for(self.task())
    }
}

impl<T> fmt::Debug for Stepper<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stepper").field("clock", &self.bench.clock).finish_non_exhaustive()
    }
}
