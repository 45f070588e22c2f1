//! The turns of a loop, as the module page describes them, and the steps that tasks take in them.
use std::task::Context;
use std::time::Duration;

use super::core::Core;
use super::ids::{SlotId, TimerKey};
use super::inbox::{Mail, Nap, OnStop};
use super::injection::Injection;
use super::runnable::TaskRef;
use super::scheduler::Work;
use super::timers::Action;
use super::waker::waker;
use crate::inject::in_flight::Thrown;
use crate::inject::EndSenders;
use crate::report::contain;

/// The future of a blocking call, which the loop polls where it lies.
pub(crate) trait Root {
    fn poll(&mut self, cx: &mut Context<'_>, thrown: &mut Option<Thrown>);
    fn is_done(&self) -> bool;
}

/// Why `Core::run` came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunEnded {
    RootDone,
    Stopped,
}

impl Core {
    /// Runs turns until `root` is done or the loop is stopped. The caller has made this the current loop.
    pub(crate) fn run(&self, mut root: Option<(SlotId, &mut dyn Root)>, on_stop: OnStop) -> RunEnded {
        let mut due = Vec::new();
        loop {
            let stopped = on_stop == OnStop::Return && self.shared.take_stop();
            match &root {
                Some((_, root)) if root.is_done() => return RunEnded::RootDone,
                _ if stopped => return RunEnded::Stopped,
                _ => {}
            }
            if self.sched.borrow().queued() == 0 {
                self.park(on_stop);
            }
            self.turn(&mut root, &mut due);
        }
    }

    /// One turn, as the module page of the loop describes it.
    fn turn(&self, root: &mut Option<(SlotId, &mut dyn Root)>, due: &mut Vec<TimerKey>) {
        self.turn.set(self.turn.get() + 1);
        if self.shared.has_mail() {
            self.read_mail();
        }
        let batch = self.sched.borrow().queued();
        self.collect_due(due);
        for _ in 0..batch {
            // A statement of its own, so that the borrow ends before the work begins.
            let work = self.sched.borrow_mut().next();
            match work {
                Some(Work::Task(slot, task, false)) => self.step(slot, task),
                Some(Work::Task(slot, task, true)) => self.step_with_delivery(slot, task),
                Some(Work::Callback(callback)) => contain("a callback", callback),
                Some(Work::Root(has_delivery)) => self.poll_root(root, has_delivery),
                Some(Work::Nothing) => {}
                None => break,
            }
        }
        for key in due.drain(..) {
            let action = self.timers.borrow_mut().fire(key);
            match action {
                Some(Action::Call(callback)) => contain("a timer's callback", callback),
                Some(Action::Wake(waker)) => contain("a timer's waker", || waker.wake()),
                None => {}
            }
        }
    }

    fn read_mail(&self) {
        for message in self.shared.drain() {
            match message {
                Mail::Wake(slot) => self.schedule(slot),
                Mail::WakeOccupant(index) => self.sched.borrow_mut().schedule_occupant(index),
                Mail::Callback(callback) => self.sched.borrow_mut().push_callback(callback),
                Mail::Throw(node, failure) => self.throw(node, failure),
                Mail::Deliver(task, delivery) => self.deliver(task, delivery, EndSenders::default()),
                Mail::Cancel(task, request, signals) => {
                    self.deliver(task, Injection::Cancel(request), signals);
                }
                Mail::CutShort(task, grace, request) => self.cut_short(task, grace, request),
                Mail::CancelTimer(key) => {
                    let cancelled = self.cancel_timer(key);
                    contain("the drop of a timer", || drop(cancelled));
                }
            }
        }
    }

    /// The timers that are due as the turn begins; no clock is read if there are none at all.
    fn collect_due(&self, due: &mut Vec<TimerKey>) {
        let waits = {
            let mut timers = self.timers.borrow_mut();
            self.turn_began_at.set(timers.next_number());
            timers.next_deadline().is_some()
        };
        if waits {
            // The clock may be a user's: it is asked while nothing is borrowed.
            let now = self.clock.now();
            self.timers.borrow_mut().take_due(now, self.id, due);
        }
    }

    /// A slot has one job in the queue at most, and the run ends with the turn in which the root is done: so
    /// it is not polled again after that.
    fn poll_root(&self, root: &mut Option<(SlotId, &mut dyn Root)>, has_delivery: bool) {
        let Some((slot, root)) = root else { return };
        let mut poll = |cx: &mut Context<'_>, thrown: &mut Option<Thrown>| root.poll(cx, thrown);
        if has_delivery {
            let untaken = self.poll_with_delivery(*slot, poll).1;
            self.sched.borrow_mut().put_back_root(*slot);
            self.after_throw(*slot, untaken);
        } else {
            self.poll_slot(*slot, &mut None, &mut poll);
            self.sched.borrow_mut().put_back_root(*slot);
        }
    }

    /// Runs a task up to its next suspension; its slot says `Running` meanwhile.
    pub(super) fn step(&self, slot: SlotId, task: TaskRef) {
        let ended = self.poll_slot(slot, &mut None, |cx, thrown| task.as_ref().run(cx, thrown));
        if ended {
            self.release(slot, None);
        } else {
            self.suspend(slot, task);
        }
    }

    /// As `step`, with the first of what was delivered to the task. Apart, since a delivery is large, and most
    /// steps have none.
    #[cold]
    fn step_with_delivery(&self, slot: SlotId, task: TaskRef) {
        let (ended, untaken) = self.poll_with_delivery(slot, |cx, thrown| task.as_ref().run(cx, thrown));
        if ended {
            self.release(slot, untaken);
        } else {
            self.suspend(slot, task);
            self.after_throw(slot, untaken);
        }
    }

    /// The step is over, and the task is not.
    fn suspend(&self, slot: SlotId, task: TaskRef) {
        let closed_task = self.sched.borrow_mut().put_back(slot, task);
        if let Some(task) = closed_task {
            task.as_ref().close();
        }
    }

    /// Polls what is in a slot, with what is `thrown`. What polls does not panic.
    fn poll_slot<R>(
        &self,
        slot: SlotId,
        thrown: &mut Option<Thrown>,
        poll: impl FnOnce(&mut Context<'_>, &mut Option<Thrown>) -> R,
    ) -> R {
        // Saved, because a first step is polled in the middle of the step of another task.
        let before = self.running.replace(Some(slot));
        let answer = poll(&mut Context::from_waker(&waker(self.id.name(), slot)), thrown);
        self.running.set(before);
        answer
    }

    /// Polls what is in a slot, with the first of what was delivered to it; gives that back if nobody took it.
    #[cold]
    fn poll_with_delivery<R>(
        &self,
        slot: SlotId,
        poll: impl FnOnce(&mut Context<'_>, &mut Option<Thrown>) -> R,
    ) -> (R, Option<Injection>) {
        let delivery = self.sched.borrow_mut().take_delivery(slot);
        let (origin, mut thrown) = delivery.map(Injection::into_parts).unzip();
        let answer = self.poll_slot(slot, &mut thrown, poll);
        (answer, origin.zip(thrown).and_then(|(origin, thrown)| Injection::from_parts(origin, thrown)))
    }

    /// Sleeps until the next timer, or until another thread has something.
    fn park(&self, on_stop: OnStop) {
        let next = self.timers.borrow_mut().next_deadline();
        // In this order: see `is_owed`. Else the clock could move before the mail of a thread is read that has
        // just done what it owed.
        let is_owed = next.is_some() && !self.clock.runs_by_itself() && self.shared.is_owed();
        if self.shared.has_mail() {
            return;
        }
        let nap = match next {
            None => Nap::UntilMail,
            Some(_) if is_owed => Nap::WhileOwed,
            Some(deadline) => Nap::For(self.clock.idle_until(deadline)),
        };
        if nap != Nap::For(Duration::ZERO) {
            self.shared.park(nap, on_stop);
        }
    }
}
