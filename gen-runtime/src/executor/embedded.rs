//! The embedded loop as a host: the start of a task, and the timers of futures.

use std::mem::ManuallyDrop;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use super::core::Core;
use super::current;
use super::entered_runtime::RuntimeGuard;
use super::first_steps::count_first_step;
use super::host;
use super::ids::{SlotId, TaskId, TimerKey};
use super::slow_steps::{Plain, Timed};
use super::task_node::{Outer, TaskNode};
use super::task_ref::TaskRef;
use super::timers::Action;
use crate::bindings::{self, Inherited};

/// A task that has a slot, and whose first step is next.
#[derive(Clone, Copy)]
pub(crate) struct Begun {
    /// The index of its slot in the low 32 bits, and the number of earlier uses of that slot in the
    /// high ones. They are one word, so that a `Begun` is returned in registers.
    place: u64,
    /// Whether the loop is the innermost one of the thread already.
    is_entered: bool,
}

/// A loop, and a runtime, that were entered for a first step; empty if they were entered before.
///
/// It drops its content by hand, so that an empty one costs one comparison.
#[derive(Default)]
pub(crate) struct Around<'a>(ManuallyDrop<Option<EnteredAnew<'a>>>);

/// The fields are dropped in this order.
struct EnteredAnew<'a> {
    _runtime: RuntimeGuard<'a>,
    _entered: Option<current::Entered>,
}

impl Begun {
    #[inline]
    fn new((index, uses): (u32, u32), is_entered: bool) -> Self {
        Begun { place: u64::from(uses) << 32 | u64::from(index), is_entered }
    }
}

impl Around<'_> {
    #[cold]
    fn leave(&mut self) {
        drop(self.0.take());
    }
}

impl Drop for Around<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.0.is_some() {
            self.leave();
        }
    }
}

impl Core {
    /// Makes a slot for a task, whose first step is next, and is not timed. `None` if
    /// [`begin_any`](Self::begin_any) has to begin it: the loop is closed, or steps are timed.
    pub(crate) fn begin(&self) -> Option<Begun> {
        if !self.begins_plainly.get() {
            return None;
        }
        if bindings::is_any() || !current::is_task_of(self) {
            return Some(self.begin_anew());
        }
        let mut scheduler = self.scheduler.borrow_mut();
        let Some(outer) = self.running.get().and_then(|slot| scheduler.as_outer(slot)) else {
            drop(scheduler);
            return Some(self.begin_anew());
        };
        let place = scheduler.insert(Some(outer));
        Some(Begun::new(place, true))
    }

    /// Makes a slot for a task that [`start`](Self::start) is to start. `None` if the loop is
    /// closed.
    #[cold]
    pub(crate) fn begin_any(&self) -> Option<Begun> {
        if self.closed.get() {
            return None;
        }
        // A call of `begin`, because a copy of it would be compiled in another way than now.
        let begins_plainly = self.begins_plainly.replace(true);
        let begun = self.begin()?;
        self.begins_plainly.set(begins_plainly);
        self.remember_start(self.id_of(begun).slot());
        Some(begun)
    }

    /// Begins a task for a caller that is no task of this loop, or whose bindings it inherits.
    #[cold]
    fn begin_anew(&self) -> Begun {
        // The context of the caller, so it is captured before this loop becomes the current one.
        let (outer, inherited) = self.captured();
        let begun = Begun::new(self.scheduler.borrow_mut().insert(outer), false);
        self.inherit(self.id_of(begun).slot(), inherited);
        begun
    }

    /// The context of the caller, and what a task inherits that is begun now.
    fn captured(&self) -> (Outer, Option<Arc<Inherited>>) {
        let outer = current::capture();
        let inherited = host::to_inherit(outer.as_ref());
        (outer.map(TaskNode::of_context), inherited)
    }

    /// Keeps what a task has inherited, in its context.
    fn inherit(&self, slot: SlotId, inherited: Option<Arc<Inherited>>) {
        let Some(inherited) = inherited else { return };
        let context = self.scheduler.borrow_mut().context_of(slot, &self.shared);
        if let Some(context) = context {
            context.shorten();
            context.inherit(inherited);
        }
    }

    #[inline]
    pub(crate) fn id_of(&self, task: Begun) -> TaskId {
        TaskId { loop_id: self.id, index: task.place as u32, uses: (task.place >> 32) as u32 }
    }

    /// Makes this loop the current one for the first step of a task that has begun, until `around`
    /// is dropped. The caller has counted the first step. Most tasks are spawned where the loop is
    /// the current one already, and leave `around` empty.
    #[inline]
    pub(crate) fn enter_around<'a>(self: &'a Rc<Self>, task: Begun, around: &mut Around<'a>) {
        if !task.is_entered || self.runtime.is_set() {
            self.enter_anew(task, around);
        }
    }

    #[cold]
    fn enter_anew<'a>(self: &'a Rc<Self>, task: Begun, around: &mut Around<'a>) {
        let entered = (!task.is_entered).then(|| current::enter_first_step(self));
        *around.0 = Some(EnteredAnew { _runtime: self.runtime.enter(), _entered: entered });
    }

    /// Queues a task for its first step.
    #[cold]
    pub(crate) fn queue_first_step(&self, id: TaskId, task: TaskRef) {
        self.suspend(id.slot(), task);
        self.schedule(id.slot());
    }

    /// Runs or queues the first step of a task that has begun.
    pub(crate) fn start(self: &Rc<Self>, begun: Begun, task: TaskRef) {
        let id = self.id_of(begun);
        let Some(_counted) = count_first_step() else { return self.queue_first_step(id, task) };
        let mut around = Around::default();
        self.enter_around(begun, &mut around);
        match self.times_steps() {
            false => self.step::<Plain>(id.slot(), task),
            true => self.step::<Timed>(id.slot(), task),
        }
    }

    /// Makes a slot for the future of a blocking call, and queues it for its first poll.
    pub(crate) fn insert_root(&self) -> SlotId {
        let outer = match current::is_task_of(self) && !bindings::is_any() {
            true => self.running.get().and_then(|slot| self.scheduler.borrow_mut().as_outer(slot)),
            false => None,
        };
        let (outer, inherited) = match outer {
            Some(outer) => (Some(outer), None),
            None => self.captured(),
        };
        let slot = self.scheduler.borrow_mut().insert_root(outer);
        self.inherit(slot, inherited);
        self.remember_start(slot);
        slot
    }

    /// Returns the number of the current turn.
    pub(crate) fn turn_number(&self) -> u64 {
        self.turn_number.get()
    }

    /// Whether the time of the loop is that of `Instant::now()`.
    pub(crate) fn has_real_clock(&self) -> bool {
        self.has_real_clock
    }

    /// Whether a timer of that number was made before the current turn.
    pub(crate) fn is_older_than_turn(&self, number: u64) -> bool {
        number < self.turn_began_at.get()
    }

    /// Makes a timer that wakes `waker` at the deadline, or never if there is none.
    pub(crate) fn wake_at(&self, deadline: Option<Instant>, number: u64, waker: &Waker) -> TimerKey {
        self.add_timer(deadline, number, Action::Wake(waker.clone()))
    }

    /// Whether a timer of this loop has fired, or was removed. The timers of a closed loop wait for
    /// ever.
    #[cold]
    pub(crate) fn has_fired(&self, timer: TimerKey) -> bool {
        !self.closed.get() && self.timers.borrow().action(timer).is_none()
    }

    /// Returns whether the timer still waits. If so, it wakes `waker` from now on. The timers of a
    /// closed loop wait for ever.
    pub(crate) fn rearm(&self, timer: TimerKey, waker: &Waker) -> bool {
        if self.closed.get() {
            return true;
        }
        match self.timers.borrow().action(timer) {
            None => return false,
            Some(Action::Wake(known)) if known.will_wake(waker) => return true,
            Some(_) => {}
        }
        // Cloned before the borrow, and the old one dropped after it: both may run code of a user.
        let waker = waker.clone();
        let old = self.timers.borrow_mut().replace(timer, Action::Wake(waker));
        drop(old);
        true
    }
}
