//! Turns that a test steers.
//!
//! A steered run does what [`Core::run`] does (`turn.rs`), and differs in these points:
//!
//! | | `run` | `run_steered` |
//! |---|---|---|
//! | the next job of a turn | the first one | the one that the [`Steering`] chooses |
//! | after each job | nothing | a call of the steering, which may inject into a task |
//! | nothing is left to wait for | sleeps | returns [`SteeredEnd::Stuck`] |
//! | the next timer is due after the given time | waits for it | returns [`SteeredEnd::OutOfTime`] |
//! | the request to stop | ends the run | has no effect; [`Steering::is_over`] ends the run, too |
//!
//! It is a function of its own, so that the turns of a program have no branch for it.

use std::task::Waker;
use std::time::{Duration, Instant};

use super::core::Core;
use super::drops::report_before_run;
use super::ids::{SlotId, TaskId, TimerKey};
use super::inbox::{Nap, OnStop};
use super::injection::Injection;
use super::scheduler::{Job, Work};
use super::slow_steps::{Plain, Steps, Timed};
use super::task_slot::Occupant;
use super::timers::Action;
use super::turn::RootInSlot;
use super::waker::with_context;
use crate::inject::EndSenders;
use crate::report::contain;

pub(crate) trait Steering {
    /// Which of so many jobs is the next one. 0 is the one that `run` takes.
    fn choose(&self, ready: usize) -> usize;

    /// Called after each job, and after each timer that has fired. A task is given if the job has
    /// polled one. It may have ended in that poll.
    fn after_job(&self, task: Option<TaskId>);

    /// Whether the run ends. It is asked before each turn.
    fn is_over(&self) -> bool;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SteeredEnd {
    Over,
    /// Nothing is queued, no timer has a deadline, and no thread owes a wake.
    Stuck,
    /// The next timer is due later.
    OutOfTime,
}

impl Core {
    /// Runs turns until the root is done, if there is one, or the steering has enough. The caller
    /// has made this loop the current one.
    pub(crate) fn run_steered(
        &self,
        root: &mut RootInSlot<'_>,
        steering: &dyn Steering,
        until: Option<Instant>,
    ) -> SteeredEnd {
        let _waiting = report_before_run();
        let _runtime = self.runtime.enter();
        let mut due = Vec::new();
        let is_done = |root: &RootInSlot<'_>| matches!(root, Some((_, root)) if root.is_done());
        while !is_done(root) && !steering.is_over() {
            if self.scheduler.borrow().queued() == 0 {
                if let Some(end) = self.idle_steered(until) {
                    return end;
                }
            }
            self.run_steered_turn(root, steering, &mut due);
        }
        SteeredEnd::Over
    }

    fn run_steered_turn(&self, root: &mut RootInSlot<'_>, steering: &dyn Steering, due: &mut Vec<TimerKey>) {
        self.turn_number.set(self.turn_number.get() + 1);
        self.read_mail(root);
        let batch = self.scheduler.borrow().queued();
        self.begin_timers(None, due);
        for ready in (1..=batch).rev() {
            self.scheduler.borrow_mut().bring_forward(steering.choose(ready));
            let work = self.scheduler.borrow_mut().next();
            let Some(work) = work else { break };
            let task = self.do_steered(work, root);
            steering.after_job(task);
        }
        for key in due.drain(..) {
            if self.fire_timer(key) {
                steering.after_job(None);
            }
        }
        self.scheduler.borrow_mut().shrink();
        self.end_timers();
    }

    /// Returns the task, if it was one that was polled.
    fn do_steered(&self, work: Work, root: &mut RootInSlot<'_>) -> Option<TaskId> {
        let task = match &work {
            Work::Task(slot, _) | Work::Injected(slot, _) => self.task_in(*slot),
            Work::Callback(_) | Work::Root(_) | Work::Nothing => None,
        };
        match self.times_steps() {
            false => self.do_work::<Plain>(work, root),
            true => self.do_work::<Timed>(work, root),
        }
        task
    }

    fn do_work<S: Steps>(&self, work: Work, root: &mut RootInSlot<'_>) {
        match work {
            Work::Task(slot, task) => self.step::<S>(slot, task),
            Work::Injected(slot, task) => self.step_with_injection::<S>(slot, task),
            Work::Callback(callback) => contain("a callback", callback),
            Work::Root(has_injection) => self.poll_root::<S>(root, has_injection),
            Work::Nothing => {}
        }
    }

    /// Moves the clock to the next timer, or sleeps until a thread that owes a wake has sent it.
    fn idle_steered(&self, until: Option<Instant>) -> Option<SteeredEnd> {
        // In this order: see `park`.
        let is_owed = self.shared.is_owed();
        if self.shared.has_mail() {
            return None;
        }
        let next = self.timers.borrow().next_deadline();
        let nap = match next {
            Some(deadline) if deadline <= self.now() => return None,
            _ if is_owed => Nap::WhileOwed,
            None => return Some(SteeredEnd::Stuck),
            Some(deadline) if until.is_some_and(|until| deadline > until) => {
                return Some(SteeredEnd::OutOfTime)
            }
            Some(deadline) => Nap::For(self.clock.idle_until(deadline)),
        };
        if nap != Nap::For(Duration::ZERO) {
            self.shared.park(nap, OnStop::Ignore);
        }
        None
    }

    /// Polls a suspended task now, with an injection.
    pub(crate) fn inject_now(&self, task: TaskId, injection: Injection) {
        self.deliver(task, injection, EndSenders::default());
        self.poll_now(task);
    }

    /// Polls a suspended task now. This is the poll that its job, if it was queued, waits for.
    pub(crate) fn poll_now(&self, task: TaskId) {
        let slot = task.slot();
        self.unqueue(slot);
        let work = self.scheduler.borrow_mut().begin(slot);
        self.do_steered(work, &mut None);
    }

    /// Removes the job of a slot.
    ///
    /// It is never a job of the turn that goes on, so the batch of that turn stays as it was
    /// counted. Between two jobs only a task is polled that was also polled in the first of them,
    /// and a wake that comes after this poll has begun queues the task for the next turn.
    fn unqueue(&self, slot: SlotId) {
        let mut scheduler = self.scheduler.borrow_mut();
        if scheduler.slot(slot).is_some_and(|slot| slot.state().scheduled) {
            scheduler.queue.retain(|job| !matches!(job, Job::Task(id) if *id == slot));
        }
    }

    /// The task that is being polled, if one is.
    pub(crate) fn running_task(&self) -> Option<TaskId> {
        self.task_in(self.running.get()?)
    }

    /// The task in a slot, if it is still there.
    pub(super) fn task_in(&self, slot: SlotId) -> Option<TaskId> {
        let mut scheduler = self.scheduler.borrow_mut();
        let uses = scheduler.slot(slot)?.state().uses();
        Some(TaskId { loop_id: self.id, index: slot.index, uses })
    }

    /// Whether nothing is queued or in the inbox, and no timer is due.
    pub(crate) fn is_idle(&self) -> bool {
        let now = self.now();
        let is_due = |deadline| deadline <= now;
        self.scheduler.borrow().queued() == 0
            && !self.shared.has_mail()
            && !self.timers.borrow().next_deadline().is_some_and(is_due)
    }

    /// The task that is, was, or will be the first one on this loop.
    pub(crate) fn first_task(&self) -> TaskId {
        TaskId { loop_id: self.id, index: 0, uses: 0 }
    }

    /// Runs `look` with the waker with which a task is polled.
    pub(crate) fn with_waker<R>(&self, task: TaskId, look: impl FnOnce(&Waker) -> R) -> R {
        with_context(self.id.name(), task.slot(), |cx| look(cx.waker()))
    }

    pub(crate) fn is_suspended(&self, task: TaskId) -> bool {
        let mut scheduler = self.scheduler.borrow_mut();
        scheduler.slot_of(task).is_some_and(|(_, slot)| slot.state().occupant == Occupant::Idle)
    }

    /// Whether the task is queued for the next turn.
    pub(crate) fn is_queued(&self, task: TaskId) -> bool {
        self.scheduler.borrow_mut().slot_of(task).is_some_and(|(_, slot)| slot.state().scheduled)
    }

    /// The deadline of the first timer that wakes the task itself. The timers of a task that was
    /// asked for a dump are found again after the next poll of the task: until then they keep the
    /// waker with which it was asked.
    pub(crate) fn timer_of(&self, task: TaskId) -> Option<Instant> {
        self.with_waker(task, |of_task| {
            let wakes_it =
                |action: &Action| matches!(action, Action::Wake(waker) if waker.will_wake(of_task));
            self.timers.borrow().first_deadline(wakes_it)
        })
    }
}
