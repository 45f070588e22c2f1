//! The turns of a loop, and the polls of tasks in them. `mod.rs` lists the steps of a turn.

use std::task::Context;
use std::time::Instant;

use super::core::Core;
use super::drops::report_before_run;
use super::fired;
use super::idle::OnIdle;
use super::ids::{SlotId, TimerKey};
use super::inbox::{Mail, OnStop};
use super::injection::Injection;
use super::scheduler::Work;
use super::slow_steps::{Plain, Step, Steps, Timed};
use super::task_ref::TaskRef;
use super::timers::{Action, Timers};
use super::waker::with_context;
use crate::inject::in_flight::{nothing, Thrown};
use crate::inject::EndSenders;
use crate::report::contain;

/// The future of a blocking call. The loop polls it in place, on the stack of the caller.
pub(crate) trait Root {
    fn poll(&mut self, cx: &mut Context<'_>, thrown: &mut Option<Thrown>);
    /// Whether it was polled.
    fn has_begun(&self) -> bool;
    fn is_done(&self) -> bool;
    fn type_name(&self) -> &'static str;
}

/// The future of the blocking call that runs the loop, and its slot, if there is such a call.
pub(crate) type RootInSlot<'a> = Option<(SlotId, &'a mut dyn Root)>;

/// Why `Core::run` has returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunEnded {
    RootDone,
    Stopped,
    /// The loop has been idle for as long as `OnIdle` says. It can be run again.
    Idle,
}

impl Core {
    /// Runs turns until `root` is done, the loop is stopped, or it is idle. The caller has made
    /// this loop the current one.
    pub(crate) fn run(&self, mut root: RootInSlot<'_>, on_stop: OnStop, mut on_idle: OnIdle) -> RunEnded {
        let _waiting = report_before_run();
        let _runtime = self.runtime.enter();
        let mut due = Vec::new();
        loop {
            let ended = match self.times_steps() {
                false => self.run_turns::<Plain>(&mut root, on_stop, &mut on_idle, &mut due),
                true => self.run_turns::<Timed>(&mut root, on_stop, &mut on_idle, &mut due),
            };
            if let Some(ended) = ended {
                return ended;
            }
        }
    }

    /// Returns `None` if the run is to go on with steps of the other kind.
    fn run_turns<S: Steps>(
        &self,
        root: &mut RootInSlot<'_>,
        on_stop: OnStop,
        on_idle: &mut OnIdle,
        due: &mut Vec<TimerKey>,
    ) -> Option<RunEnded> {
        // The time at which the last turn ended, if it had to be known.
        let mut now = None;
        loop {
            let stopped = on_stop == OnStop::Return && self.shared.take_stop();
            match root {
                Some((_, root)) if root.is_done() => return Some(RunEnded::RootDone),
                _ if stopped => return Some(RunEnded::Stopped),
                _ => {}
            }
            if self.scheduler.borrow().queued() == 0 {
                if self.park(on_stop, on_idle.first) {
                    return Some(RunEnded::Idle);
                }
                on_idle.first = on_idle.later;
                now = None;
            }
            self.turn_number.set(self.turn_number.get() + 1);
            if self.shared.has_mail() {
                self.read_mail(root);
                if self.times_steps() != S::ARE_TIMED {
                    return None;
                }
            }
            now = self.run_turn::<S>(root, due, now);
        }
    }

    /// Runs a turn whose mail was read. `now` is the time, if it was read just now. Returns the
    /// time at the end of the turn, if it had to be known.
    fn run_turn<S: Steps>(
        &self,
        root: &mut RootInSlot<'_>,
        due: &mut Vec<TimerKey>,
        now: Option<Instant>,
    ) -> Option<Instant> {
        let batch = self.scheduler.borrow().queued();
        self.begin_timers(now, due);
        for _ in 0..batch {
            // A statement of its own, so that the borrow ends before the work begins.
            let work = self.scheduler.borrow_mut().next();
            match work {
                Some(Work::Task(slot, task)) => self.step::<S>(slot, task),
                Some(Work::Root(has_injection)) => self.poll_root::<S>(root, has_injection),
                Some(Work::Injected(slot, task)) => self.step_with_injection::<S>(slot, task),
                Some(Work::Callback(callback)) => contain("a callback", callback),
                Some(Work::Nothing) => {}
                None => break,
            }
        }
        if !due.is_empty() {
            self.fire(due);
        }
        self.scheduler.borrow_mut().shrink();
        self.end_timers()
    }

    /// Fires the timers that are due, and gives back the memory of an unusually large number.
    #[inline(never)]
    fn fire(&self, due: &mut Vec<TimerKey>) {
        for key in due.drain(..) {
            self.fire_timer(key);
        }
        due.shrink_to(Timers::<Action>::KEPT);
    }

    /// Fires a timer that is due. Returns whether it has fired: a timer that was removed does not.
    pub(super) fn fire_timer(&self, key: TimerKey) -> bool {
        let action = self.timers.borrow_mut().fire(key);
        match action {
            Some(Action::Call(callback)) => contain("a timer's callback", callback),
            Some(Action::Wake(waker)) => {
                fired::note(key.number);
                contain("a timer's waker", || waker.wake());
            }
            None => return false,
        }
        true
    }

    #[inline(never)]
    pub(super) fn read_mail(&self, root: &mut RootInSlot<'_>) {
        let mut questions = Vec::new();
        for mail in self.shared.drain() {
            match mail {
                Mail::Wake(slot) => self.schedule(slot),
                Mail::WakeOccupant(index) => self.scheduler.borrow_mut().schedule_occupant(index),
                Mail::Callback(callback) => self.scheduler.borrow_mut().push_callback(callback),
                Mail::Throw(context, error) => self.throw(context, error),
                Mail::Deliver(task, injection) => self.deliver(task, injection, EndSenders::default()),
                Mail::Cancel(task, request, end_senders) => {
                    self.deliver(task, Injection::Cancel(request), end_senders);
                }
                // The run chooses when it has read its mail.
                Mail::ChooseSteps => {}
                Mail::Ask(question) => questions.push(question),
                Mail::Join(request) => contain("the drop of a task's result", request),
                Mail::CutShort(task, grace, request) => self.cut_short(task, grace, request),
                Mail::CancelTimer(key) => {
                    let cancelled = self.cancel_timer(key);
                    contain("the drop of a timer", || drop(cancelled));
                }
            }
        }
        // After all wakes, so that no task that was woken seems to go on by itself.
        if !questions.is_empty() {
            self.answer_all(questions, root);
        }
    }

    /// Collects the timers that are due as the turn begins. The clock is read only if there are
    /// timers, and `now` is not known.
    pub(super) fn begin_timers(&self, now: Option<Instant>, due: &mut Vec<TimerKey>) {
        let has_timers = {
            let mut timers = self.timers.borrow_mut();
            timers.begin_turn();
            self.turn_began_at.set(timers.next_number());
            timers.have_deadline()
        };
        if has_timers {
            self.take_due(now, due);
        }
    }

    #[inline(never)]
    fn take_due(&self, now: Option<Instant>, due: &mut Vec<TimerKey>) {
        // The clock may be code of a user, so it is read while nothing is borrowed.
        let now = now.unwrap_or_else(|| self.now());
        self.timers.borrow_mut().take_due(now, self.id, due);
    }

    /// Gives the timers of this turn's list their deadlines. The clock is read only if there are
    /// any.
    ///
    /// It is inlined into the turn, though there is another caller.
    #[inline(always)]
    pub(super) fn end_timers(&self) -> Option<Instant> {
        {
            let mut timers = self.timers.borrow_mut();
            if !timers.have_new() {
                timers.end_turn(None);
                return None;
            }
        }
        // The clock may be code of a user, so it is read while nothing is borrowed.
        let now = self.now();
        self.timers.borrow_mut().end_turn(Some(now));
        Some(now)
    }

    /// Does nothing if the root is done: it may have ended when it was asked, with its job in the
    /// queue.
    pub(super) fn poll_root<S: Steps>(&self, root: &mut RootInSlot<'_>, has_injection: bool) {
        let Some((slot, root)) = root.as_mut().filter(|(_, root)| !root.is_done()) else { return };
        let body = if S::ARE_TIMED { root.type_name() } else { "" };
        let step = Step { slot: *slot, body, is_suspended: |is_done: &bool| !is_done };
        let poll = |cx: &mut Context<'_>, thrown: &mut Option<Thrown>| {
            S::poll(self, step, cx, |cx| {
                root.poll(cx, thrown);
                S::ARE_TIMED && root.is_done()
            })
        };
        if has_injection {
            let untaken = self.poll_with_injection(*slot, poll).1;
            self.scheduler.borrow_mut().put_back_root(*slot);
            self.after_injection(*slot, untaken);
        } else {
            self.poll_slot(*slot, |cx| poll(cx, &mut nothing()));
            self.scheduler.borrow_mut().put_back_root(*slot);
        }
    }

    /// Runs a task to its next suspension or its end. Its slot is `Running` meanwhile.
    #[inline]
    pub(super) fn step<S: Steps>(&self, slot: SlotId, task: TaskRef) {
        let step = step_of::<S>(slot, &task);
        match self.poll_slot(slot, |cx| S::poll(self, step, cx, |cx| task.run(cx))) {
            Some(task) => self.suspend(slot, task),
            None => self.release(slot),
        }
    }

    /// As `step`, with the first injection of the task. This is a function of its own because an
    /// injection is large, and most steps have none.
    #[cold]
    pub(super) fn step_with_injection<S: Steps>(&self, slot: SlotId, task: TaskRef) {
        let step = step_of::<S>(slot, &task);
        let poll = |cx: &mut Context<'_>, thrown: &mut Option<Thrown>| {
            S::poll(self, step, cx, |cx| task.resume(cx, thrown))
        };
        match self.poll_with_injection(slot, poll) {
            (Some(task), untaken) => {
                self.suspend(slot, task);
                self.after_injection(slot, untaken);
            }
            (None, untaken) => self.release_with(slot, untaken),
        }
    }

    /// Puts a task that has not ended back into its slot.
    #[inline]
    pub(crate) fn suspend(&self, slot: SlotId, task: TaskRef) {
        let closed_task = self.scheduler.borrow_mut().put_back(slot, task);
        drop(closed_task);
    }

    /// Polls the occupant of a slot. Only a logger or a subscriber may panic in `poll`; then the
    /// slot is leaked.
    #[inline]
    pub(crate) fn poll_slot<R>(&self, slot: SlotId, poll: impl FnOnce(&mut Context<'_>) -> R) -> R {
        let _entered = self.running.enter(slot);
        with_context(self.id.name(), slot, poll)
    }

    /// Polls the occupant of a slot with its first injection. Returns the injection if it was not
    /// taken.
    #[cold]
    fn poll_with_injection<R>(
        &self,
        slot: SlotId,
        poll: impl FnOnce(&mut Context<'_>, &mut Option<Thrown>) -> R,
    ) -> (R, Option<Injection>) {
        let injection = self.scheduler.borrow_mut().take_injection(slot);
        let (source, mut thrown) = injection.map(Injection::into_parts).unzip();
        let answer = self.poll_slot(slot, |cx| poll(cx, &mut thrown));
        (answer, source.zip(thrown).and_then(|(source, thrown)| Injection::from_parts(source, thrown)))
    }
}

/// The next step of a task.
#[inline]
fn step_of<S: Steps>(slot: SlotId, task: &TaskRef) -> Step<Option<TaskRef>> {
    let body = if S::ARE_TIMED { task.about().body } else { "" };
    Step { slot, body, is_suspended: Option::is_some }
}
