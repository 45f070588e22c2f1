//! The things that run on this thread: the loop, the task, the executor for new tasks.
//!
//! | entered by | loop | task on a foreign executor | executor for new tasks |
//! |---|---|---|---|
//! | a run of a loop ([`enter`]), the first step of a task ([`enter_first_step`]) | that loop | none | that loop |
//! | a poll of a [`Shell`](super::foreign::Shell) ([`within_task`]) | none | that of the shell | the one on which the task was spawned |
//! | a poll of a [`ForeignRoot`](super::foreign::ForeignRoot) ([`within_task`]) | none | that of the root | that of the root |
//! | a poll of a [`WithExecutor`](super::foreign::WithExecutor), which `with_spawner`, `local` and `TaskTracker::track` make ([`within_executor`]) | as before | as before | the one that was handed over |
//! | the first step of a task on a foreign executor ([`count_first_step`](super::count_first_step)) | as before: the poll in it counts as one of the shell | | |
//!
//! Each of them restores at its end what was there before. So the innermost one counts. A loop
//! knows the poll in which it was entered, and the next three rows are polls (`current_poll.rs`).
//! So the loop is the innermost one as long as the thread is in that same poll.

use std::cell::{Cell, RefCell};
use std::mem::{self, ManuallyDrop};
use std::ptr;
use std::rc::Rc;
use std::sync::Arc;

use super::core::Core;
use super::current_context;
use super::current_poll::{self, CurrentPoll, PollId};
use super::error_context::ErrorContext;
use super::first_steps::{first_steps, replace_first_steps};
use super::foreign::{Executor, HostedRef};
use super::ids::{LoopName, SlotId};
use super::inbox::Shared;
use super::task_mark::TaskMark;
use crate::bindings::{self, Apart, Inherited};
use crate::inject::question::TaskTag;

/// The loop that was entered, and the poll in which it was.
#[derive(Default)]
struct Current {
    core: Option<Rc<Core>>,
    entered_in: PollId,
}

// They have no destructors, so they are cheaper to read. A guard takes the loop out again.
thread_local! {
    /// The loop that was entered. Only borrowed for moments in which no code of a user runs.
    static CURRENT: RefCell<ManuallyDrop<Option<Rc<Core>>>> =
        const { RefCell::new(ManuallyDrop::new(None)) };
    /// The poll in which the loop was entered.
    static ENTERED_IN: Cell<PollId> = const { Cell::new(PollId::NEVER) };
}

/// Returns the loop that runs a turn on this thread, or the first step of a task that is spawned on
/// it.
#[inline]
pub(crate) fn get() -> Option<Rc<Core>> {
    (is_innermost() || (is_entered() && task(|task| task.is_none()))).then(entered_loop).flatten()
}

/// Whether a loop was entered, and the thread is in no poll that has begun since.
#[inline]
fn is_innermost() -> bool {
    ENTERED_IN.get() == current_poll::id()
}

/// Whether a loop was entered.
#[inline]
fn is_entered() -> bool {
    ENTERED_IN.get() != PollId::NEVER
}

fn entered_loop() -> Option<Rc<Core>> {
    CURRENT.with(|current| (**current.borrow()).clone())
}

/// Calls `look` with the poll in which the thread is, unless a loop was entered in it.
#[inline]
fn with_poll<R>(look: impl FnOnce(Option<&CurrentPoll<'_>>) -> R) -> R {
    if is_innermost() {
        look(None)
    } else {
        current_poll::with(look)
    }
}

/// Returns the foreign executor that takes the tasks that are spawned here.
#[inline]
pub(super) fn executor() -> Option<Executor> {
    with_poll(|poll| poll.map(|poll| poll.executor.clone()))
}

/// Schedules a slot if its loop runs on this thread. Returns whether it does.
pub(super) fn schedule(name: LoopName, slot: SlotId) -> bool {
    CURRENT.with(|current| match &**current.borrow() {
        Some(core) if core.id().name() == name => {
            core.schedule(slot);
            true
        }
        _ => false,
    })
}

/// Returns the current error context. Makes that of the running task if the task has none yet.
///
/// Returns `None` outside of all tasks.
#[inline]
pub(crate) fn capture() -> Option<Arc<ErrorContext>> {
    // A task of tokio itself is in no poll of ours, and in no loop.
    current_context::captured_or(|| if is_outside() { None } else { running_context() })
}

/// Returns what the running task has inherited, or the callback that runs. Makes no context.
pub(crate) fn inherited() -> Option<Arc<Inherited>> {
    current_context::look(|context| context?.inherited(), inherited_by_task)
}

#[inline(never)]
fn inherited_by_task() -> Option<Arc<Inherited>> {
    let of_task = task(|task| task.map(HostedRef::inherited));
    of_task.unwrap_or_else(|| get()?.inherited())
}

/// Returns the task that is polled.
#[inline]
pub(crate) fn running_task() -> TaskMark {
    if is_innermost() {
        return CURRENT
            .with(|current| current.borrow().as_ref().map_or(TaskMark::OUTSIDE, |core| core.mark()));
    }
    running_hosted_task()
}

#[inline(never)]
fn running_hosted_task() -> TaskMark {
    match task(|task| task.map(HostedRef::tag)) {
        Some(tag) => TaskMark::of_hosted(tag),
        None if is_entered() => {
            CURRENT.with(|current| current.borrow().as_ref().map_or(TaskMark::OUTSIDE, |core| core.mark()))
        }
        None => TaskMark::OUTSIDE,
    }
}

/// Returns the task as others wait for it; `None` outside of all tasks. A task of a loop is known
/// only on that loop; elsewhere the tag is that of no task.
#[cold]
pub(crate) fn task_of(mark: TaskMark) -> Option<TaskTag> {
    mark.tag(|slot, loop_id| {
        let core = entered_loop().filter(|core| core.id() == loop_id)?;
        core.task_in(slot)
    })
}

/// Whether this thread is in no loop, and in no poll.
#[inline]
fn is_outside() -> bool {
    !is_entered() && current_poll::id() == PollId::OUTSIDE
}

#[inline(never)]
fn running_context() -> Option<Arc<ErrorContext>> {
    let of_task = task(|task| task.map(|task| task.context()));
    of_task.or_else(|| get()?.running_context())
}

/// Calls `look` with the task that a foreign executor runs on this thread.
fn task<R>(look: impl FnOnce(Option<&HostedRef>) -> R) -> R {
    with_poll(|poll| look(poll.and_then(|poll| poll.task)))
}

/// Whether the current error context is that of the task that `core` polls, if it polls one.
pub(super) fn is_task_of(core: &Core) -> bool {
    !current_context::is_entered()
        && is_innermost()
        && CURRENT.with(|current| current.borrow().as_ref().is_some_and(|current| ptr::eq(&**current, core)))
}

/// Returns the loop that was entered on this thread, unless a poll has begun since.
#[inline]
pub(super) fn innermost_loop() -> Option<Rc<Core>> {
    is_innermost().then(entered_loop).flatten()
}

/// Returns whether that loop runs on this thread.
pub(crate) fn is(home: &Arc<Shared>) -> bool {
    get().is_some_and(|core| Arc::ptr_eq(core.shared(), home))
}

/// Makes `core` the current loop, and the task that it polls the current error context, until the
/// guard is dropped.
pub(crate) fn enter(core: &Rc<Core>) -> Entered {
    Entered::new(core, 0)
}

/// As [`enter`], for the first step of a task, which was [counted](super::count_first_step). Not
/// needed where [`is_task_of`] holds.
pub(super) fn enter_first_step(core: &Rc<Core>) -> Entered {
    Entered::new(core, first_steps())
}

pub(crate) struct Entered {
    before: Current,
    first_steps: u32,
    _context: current_context::EnteredContext,
    _apart: Apart,
}

impl Entered {
    fn new(core: &Rc<Core>, first_steps: u32) -> Self {
        let entered = Current { core: Some(Rc::clone(core)), entered_in: current_poll::id() };
        Entered {
            before: swap(entered),
            first_steps: replace_first_steps(first_steps),
            _context: current_context::enter(current_context::CurrentContext::Running),
            _apart: Apart::new(),
        }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        replace_first_steps(self.first_steps);
        // Dropped here, outside of the borrow: it may be the last reference to the loop.
        drop(swap(mem::take(&mut self.before)));
    }
}

fn swap(next: Current) -> Current {
    let core = CURRENT.replace(ManuallyDrop::new(next.core));
    Current { core: ManuallyDrop::into_inner(core), entered_in: ENTERED_IN.replace(next.entered_in) }
}

/// Calls `run` while `task` is the current task and error context, and `executor` takes the tasks
/// that it spawns.
pub(super) fn within_task<R>(task: &HostedRef, executor: &Executor, run: impl FnOnce() -> R) -> R {
    bindings::apart(|| {
        current_context::within_running(|| {
            current_poll::within(&CurrentPoll { task: Some(task), executor }, run)
        })
    })
}

/// Calls `run` while `executor` takes the tasks that it spawns.
pub(super) fn within_executor<R>(executor: &Executor, run: impl FnOnce() -> R) -> R {
    with_poll(|poll| {
        let task = poll.and_then(|poll| poll.task);
        current_poll::within(&CurrentPoll { task, executor }, run)
    })
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::executor::foreign::SpawnedTask;
    use crate::executor::{RealClock, VirtualClock};

    /// Whether a loop is current, and whether an executor takes new tasks.
    fn found() -> (bool, bool) {
        (get().is_some(), executor().is_some())
    }

    #[test]
    fn the_innermost_of_loops_tasks_and_executors_counts() {
        let executor = Executor::of_spawner(|task: SpawnedTask| drop(task));
        let poll: HostedRef = HostedRef::without_body(None);
        let core = Core::new(Box::new(VirtualClock::new()), false);
        let other = Core::new(Box::new(RealClock), true);
        assert_eq!(found(), (false, false));
        within_task(&poll, &executor, || {
            assert_eq!(found(), (false, true));
            {
                let _entered = enter(&core);
                assert_eq!(found(), (true, false), "a loop that a task runs hides the task");
                within_executor(&executor, || {
                    assert_eq!(found(), (true, true), "an executor that is handed over hides no loop");
                    let _entered = enter_first_step(&other);
                    assert!(Rc::ptr_eq(&get().unwrap(), &other));
                    assert_eq!(found(), (true, false));
                });
                within_task(&poll, &executor, || {
                    assert_eq!(found(), (false, true), "a task that a loop polls hides the loop");
                });
                assert!(Rc::ptr_eq(&get().unwrap(), &core));
            }
            assert_eq!(found(), (false, true));
        });
        assert_eq!(found(), (false, false));
    }

    #[test]
    fn a_panic_in_a_poll_leaves_the_thread_as_it_was() {
        let executor = Executor::of_spawner(|task: SpawnedTask| drop(task));
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            within_executor(&executor, || panic!("in the poll"));
        }));
        assert!(panicked.is_err());
        assert_eq!(found(), (false, false));
    }
}
