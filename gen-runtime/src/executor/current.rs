//! The things that run on this thread: the loop, the task, the executor for new tasks.
//!
//! | entered by | loop | task on a foreign executor | executor for new tasks |
//! |---|---|---|---|
//! | a run of a loop ([`enter`]), the first step of a task ([`enter_first_step`]) | that loop | none | that loop |
//! | a poll of a [`Shell`](super::foreign::Shell) ([`within_task`]) | none | that of the shell | the one on which the task was spawned |
//! | a poll of a `with_spawner` future ([`within_executor`]) | as before | as before | the one that was handed over |
//!
//! Each of them restores at its end what was there before. So the innermost one counts.
//!
//! # How deep first steps nest
//!
//! A task runs its first step inside of the call that spawns it, and that step may spawn the next
//! task. Each level takes stack, and stack is limited. So the thread counts the levels, and below
//! [`DEEPEST_FIRST_STEP`] levels the first step of a task goes through the queue. The count belongs
//! to the thread, not to a loop, because two loops may spawn on each other in turn. It is kept
//! beside the current loop, which is set for every first step anyway.

use std::cell::RefCell;
use std::mem;
use std::rc::Rc;
use std::sync::Arc;

use super::core::Core;
use super::current_context;
use super::error_context::ErrorContext;
use super::foreign::{Executor, HostedRef};
use super::ids::{LoopName, SlotId};
use super::inbox::Shared;

/// This many first steps run inside of each other. A level takes 0.4 kB of stack in an optimized
/// build and 3.5 kB in any other, besides the stack of the body. On a thread of 2 MB this leaves
/// 50 kB for each body.
pub(super) const DEEPEST_FIRST_STEP: u32 = 32;

#[derive(Default)]
struct Current {
    core: Option<Rc<Core>>,
    task: Option<HostedRef>,
    executor: Option<Executor>,
    /// The number of first steps that run inside of each other now.
    first_steps: u32,
}

thread_local! {
    // Only borrowed for moments in which no code of a user runs.
    static CURRENT: RefCell<Current> =
        const { RefCell::new(Current { core: None, task: None, executor: None, first_steps: 0 }) };
}

/// Returns the loop that runs a turn on this thread, or the first step of a task that is spawned on
/// it.
///
/// Returns `None` also while the thread is being torn down.
pub(crate) fn get() -> Option<Rc<Core>> {
    CURRENT.try_with(|current| current.borrow().core.clone()).ok().flatten()
}

/// Returns the foreign executor that takes the tasks that are spawned here.
pub(super) fn executor() -> Option<Executor> {
    CURRENT.try_with(|current| current.borrow().executor.clone()).ok().flatten()
}

/// Schedules a slot if its loop runs on this thread. Returns whether it does.
pub(super) fn schedule(name: LoopName, slot: SlotId) -> bool {
    CURRENT
        .try_with(|current| match &current.borrow().core {
            Some(core) if core.id().name() == name => {
                core.schedule(slot);
                true
            }
            _ => false,
        })
        .unwrap_or(false)
}

/// Returns the current error context. Makes that of the running task if the task has none yet.
///
/// Returns `None` outside of all tasks, and while the thread is being torn down.
pub(crate) fn capture() -> Option<Arc<ErrorContext>> {
    current_context::captured().unwrap_or_else(|| match task() {
        Some(task) => Some(task.mailbox().context(HostedRef::clone(&task).home())),
        None => get()?.running_context(),
    })
}

/// Returns the task that a foreign executor runs on this thread.
fn task() -> Option<HostedRef> {
    CURRENT.try_with(|current| current.borrow().task.clone()).ok().flatten()
}

/// Returns whether that loop runs on this thread.
pub(crate) fn is(home: &Arc<Shared>) -> bool {
    get().is_some_and(|core| Arc::ptr_eq(core.shared(), home))
}

/// Makes `core` the current loop, and the task that it polls the current error context, until the
/// guard is dropped.
pub(crate) fn enter(core: &Rc<Core>) -> Entered {
    Entered::since(swap(Current { core: Some(Rc::clone(core)), ..Current::default() }))
}

/// As [`enter`], for the first step of a task. Returns `None` if too many of them are nested on
/// this thread.
pub(super) fn enter_first_step(core: &Rc<Core>) -> Option<Entered> {
    let before = CURRENT.try_with(|current| {
        let current = &mut *current.borrow_mut();
        let first_steps = current.first_steps + 1;
        (first_steps <= DEEPEST_FIRST_STEP).then(|| {
            let core = Some(Rc::clone(core));
            mem::replace(current, Current { core, first_steps, ..Current::default() })
        })
    });
    // While the thread is being torn down no loop is current, so no body can spawn on it.
    before.unwrap_or_else(|_| Some(Current::default())).map(Entered::since)
}

pub(crate) struct Entered {
    before: Current,
    _context: current_context::EnteredContext,
}

impl Entered {
    fn since(before: Current) -> Self {
        Entered { before, _context: current_context::enter(current_context::CurrentContext::Running) }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        // Dropped here, outside of the borrow: it may be the last reference to the loop.
        drop(swap(mem::take(&mut self.before)));
    }
}

/// Counts a first step on a foreign executor until the guard is dropped. Returns `None` if too many
/// of them are nested on this thread.
pub(crate) fn count_first_step() -> Option<CountedFirstStep> {
    let counted = CURRENT.try_with(|current| {
        let first_steps = &mut current.borrow_mut().first_steps;
        *first_steps += 1;
        *first_steps
    });
    let step = CountedFirstStep;
    (counted.unwrap_or(0) <= DEEPEST_FIRST_STEP).then_some(step)
}

pub(crate) struct CountedFirstStep;

impl Drop for CountedFirstStep {
    fn drop(&mut self) {
        let _ = CURRENT.try_with(|current| current.borrow_mut().first_steps -= 1);
    }
}

/// Calls `run` while `task` is the current task and error context, and `executor` takes the tasks
/// that it spawns. Both are moved into the thread and back, so no reference is counted.
pub(super) fn within_task<R>(
    task: &mut Option<HostedRef>,
    executor: &mut Option<Executor>,
    run: impl FnOnce() -> R,
) -> R {
    struct Moved<'a> {
        task: &'a mut Option<HostedRef>,
        executor: &'a mut Option<Executor>,
        before: Current,
    }
    impl Drop for Moved<'_> {
        fn drop(&mut self) {
            let mine = swap(mem::take(&mut self.before));
            (*self.task, *self.executor) = (mine.task, mine.executor);
        }
    }
    let before = CURRENT.try_with(|current| {
        let current = &mut *current.borrow_mut();
        let first_steps = current.first_steps;
        let (task, executor) = (task.take(), executor.take());
        mem::replace(current, Current { core: None, task, executor, first_steps })
    });
    let before = before.unwrap_or_default();
    let _moved = Moved { task, executor, before };
    let _context = current_context::enter(current_context::CurrentContext::Running);
    run()
}

/// Calls `run` while `executor` takes the tasks that it spawns. It is moved into the thread and
/// back.
pub(super) fn within_executor<R>(executor: &mut Option<Executor>, run: impl FnOnce() -> R) -> R {
    struct Moved<'a> {
        executor: &'a mut Option<Executor>,
        before: Option<Executor>,
    }
    impl Drop for Moved<'_> {
        fn drop(&mut self) {
            *self.executor = swap_executor(self.before.take());
        }
    }
    let before = swap_executor(executor.take());
    let _moved = Moved { executor, before };
    run()
}

/// As [`within_executor`], until the guard is dropped.
#[cfg(all(feature = "tokio", not(loom)))]
pub(super) fn enter_executor(executor: Option<Executor>) -> EnteredExecutor {
    EnteredExecutor { before: swap_executor(executor) }
}

#[cfg(all(feature = "tokio", not(loom)))]
pub(crate) struct EnteredExecutor {
    before: Option<Executor>,
}

#[cfg(all(feature = "tokio", not(loom)))]
impl Drop for EnteredExecutor {
    fn drop(&mut self) {
        drop(swap_executor(self.before.take()));
    }
}

fn swap(next: Current) -> Current {
    CURRENT.try_with(|current| current.replace(next)).unwrap_or_default()
}

fn swap_executor(next: Option<Executor>) -> Option<Executor> {
    CURRENT.try_with(|current| mem::replace(&mut current.borrow_mut().executor, next)).ok().flatten()
}
