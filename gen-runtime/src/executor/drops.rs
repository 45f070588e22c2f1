//! The report that the last callable of a key, or of a [`from_callback`](crate::from_callback)
//! future, was dropped.
//!
//! A future that waits for the value gets a [`CallbackDroppedError`](crate::CallbackDroppedError).
//! But a callback that fails also drops the callables that it owns, and then the future is to get
//! the error of the callback. So the drop is reported after that error, whichever comes first:
//!
//! | the last callable is dropped | the report |
//! |---|---|
//! | before the error, by the callback that runs | noted by the thread until the callback has ended; if it fails, the [`UnhandledError`](super::UnhandledError) takes the note along |
//! | after the error, by the owner of the callback | made at once, but [doubted](Doubt) until the loop must have read an error that was sent before |
//!
//! In the first case the key is [marked](Abandon::mark_failed) before any code gets the error, so
//! that it is not a leak when its call ends.
//!
//! A later step of an [engine](crate::engine::engine) is such a callback: it notes its drops, and
//! its error takes them along. The first step is a part of the call.
//!
//! A callback may wait for the value itself, on its own thread: it polls the future, or runs a loop
//! that does. Then its drops are reported at once, and no more of them are noted until the run of
//! the loop has ended.
//!
//! A loop that the callback runs may have a task that was polled before the callback began, and is
//! not polled again. So the drops are also reported when that loop has been idle for some time: see
//! `io_loop/watch.rs`.
//!
//! A task that the callback spawns is also polled on that thread, for its first step. Its drops
//! there are noted, too. But as a rule it is not the callback that waits in such a poll, so nothing
//! is reported yet: the callback goes on when the first step has ended.
//!
//! | then | the drops are reported |
//! |---|---|
//! | the callback runs a loop, perhaps that of the task | before the run |
//! | it blocks on the handle of a task that others run | when the handle is pending |
//! | the first step itself blocks its thread on the future | at the second poll of the future. The first one wakes it, so there is a second one; a task that is merely suspended ends its first step before that |

use std::cell::RefCell;
use std::mem::{self, ManuallyDrop};
use std::sync::Arc;

use super::first_steps::first_steps;
use crate::shims::thread_local;

/// A key or a future whose value will never come, unless a new callable was made meanwhile.
pub(crate) trait Abandon: Send + Sync {
    /// Wakes the futures that wait for the value.
    fn abandon(&self);

    /// Notes that the callback that has dropped the last callable has failed: its error says why
    /// the value will never come. Called before any code gets that error, and before
    /// [`abandon`](Self::abandon).
    fn mark_failed(&self) {}
}

type Drops = Vec<Arc<dyn Abandon>>;

/// The notes of a callback that is running.
struct Notes {
    drops: Drops,
    /// The number of first steps in which the callback runs: in those of its own tasks it is
    /// higher.
    first_steps: u32,
    /// Whether such a task waits for a callable, or may do so in a first step that another thread
    /// runs.
    has_waiting_task: bool,
}

impl Notes {
    /// Makes those of a callback that is called now.
    fn of_callback() -> Self {
        Notes { drops: Drops::new(), first_steps: first_steps(), has_waiting_task: false }
    }

    /// Whether the thread is in the first step of a task that the callback spawns.
    fn is_in_first_step(&self) -> bool {
        first_steps() > self.first_steps
    }

    /// See [`report_before_wait`].
    fn wait(&mut self, again: bool) -> Wait {
        let is_blocking = again && self.has_waiting_task;
        if !self.is_in_first_step() || is_blocking {
            return Wait::OfCallback;
        }
        self.has_waiting_task = true;
        Wait::OfFirstStep
    }
}

/// The code that waits in a pending poll.
enum Wait {
    /// The callback, or a first step within it, goes on only when the future is ready.
    OfCallback,
    /// The task is suspended by it, unless its first step blocks the thread.
    OfFirstStep,
}

thread_local! {
    /// The notes of the running callback, or `None` if no callback is running, or if it waits. Only
    /// borrowed for moments in which no code of a user runs.
    ///
    /// It has no destructor, so it is cheaper to read, and is there while the thread ends.
    /// [`during`] takes the notes out again.
    static NOTED: RefCell<Option<ManuallyDrop<Notes>>> = const { RefCell::new(None) };
}

/// Reports that the last callable of `of` was dropped: at once, or when the running callback has
/// ended.
pub(crate) fn abandon(of: Arc<dyn Abandon>) {
    if let Some(of) = note(of) {
        of.abandon();
    }
}

/// Notes a drop. Gives `of` back if no callback notes its drops.
fn note(of: Arc<dyn Abandon>) -> Option<Arc<dyn Abandon>> {
    NOTED.with(|noted| match &mut *noted.borrow_mut() {
        Some(notes) => {
            notes.drops.push(of);
            None
        }
        None => Some(of),
    })
}

/// Runs a callback, or a step of an engine, which must not panic. Returns the drops that it has
/// noted.
pub(crate) fn during<R>(callback: impl FnOnce() -> R) -> (R, NotedDrops) {
    let outer = replace(Some(Notes::of_callback()));
    let result = callback();
    (result, NotedDrops::of(replace(outer)))
}

/// Whether a callback that notes its drops is running on this thread.
#[inline]
pub(super) fn are_noted() -> bool {
    NOTED.with(|noted| noted.borrow().is_some())
}

/// Called when a future waits for a callable. `again` says that it was pending before, and is
/// polled by something that may block the thread. Reports the drops of the callback if the callback
/// waits. Returns whether the first step of a task waits instead.
pub(super) fn report_before_wait(again: bool) -> bool {
    match with_notes(|notes| notes.wait(again)) {
        Some(Wait::OfFirstStep) => true,
        Some(Wait::OfCallback) => {
            report();
            false
        }
        None => false,
    }
}

/// Called when a task is spawned whose first step does not run on the spot. If it is a callback
/// that spawns the task, the task may wait for a callable that the callback drops.
pub(crate) fn note_later_first_step() {
    with_notes(|notes| notes.has_waiting_task = true);
}

/// Called when the handle of a task that others run is pending on this thread. If a callback is
/// running, it may block on the handle. So its drops are reported if a task that it has spawned
/// waits for a callable.
#[inline]
pub(crate) fn report_before_join() {
    if with_notes(|notes| notes.has_waiting_task && !notes.is_in_first_step()) == Some(true) {
        report();
    }
}

/// Called before a loop runs on this thread. If a callback is running, it waits for all that is
/// polled until the guard is dropped. Then it notes its drops again.
pub(super) fn report_before_run() -> NotingPaused {
    // No number of first steps is higher.
    let first_steps = with_notes(|notes| mem::replace(&mut notes.first_steps, u32::MAX));
    if with_notes(|notes| notes.has_waiting_task) == Some(true) {
        report();
    }
    NotingPaused { first_steps }
}

/// Called when a loop that runs on this thread seems to wait for ever. If a callback is running, it
/// waits for the loop, and its drops are reported. Returns whether there were any.
#[cold]
pub(super) fn report_in_wait() -> bool {
    let drops = NotedDrops(with_notes(|notes| mem::take(&mut notes.drops)).unwrap_or_default());
    let are_any = !drops.0.is_empty();
    drop(drops);
    are_any
}

/// A callback that waits for a run of a loop.
#[must_use = "the callback notes its drops again when this is dropped"]
pub(super) struct NotingPaused {
    /// The number in the notes before the run; `None` if nothing was noted.
    first_steps: Option<u32>,
}

impl Drop for NotingPaused {
    fn drop(&mut self) {
        let Some(first_steps) = self.first_steps else { return };
        if with_notes(|notes| notes.first_steps = first_steps).is_none() {
            // They were reported. A task may still wait.
            let notes = Notes { drops: Drops::new(), first_steps, has_waiting_task: true };
            replace(Some(notes));
        }
    }
}

/// Calls `access` with the notes of the running callback, if it notes its drops.
fn with_notes<R>(access: impl FnOnce(&mut Notes) -> R) -> Option<R> {
    NOTED.with(|noted| noted.borrow_mut().as_deref_mut().map(access))
}

/// Reports the drops of the running callback, and notes no more of them.
#[cold]
fn report() {
    drop(NotedDrops::of(replace(None)));
}

fn replace(notes: Option<Notes>) -> Option<Notes> {
    let notes = notes.map(ManuallyDrop::new);
    NOTED.with(|noted| noted.replace(notes)).map(ManuallyDrop::into_inner)
}

/// The drops that a callback has noted. They are reported when this is dropped.
#[derive(Default)]
pub(crate) struct NotedDrops(Drops);

impl NotedDrops {
    fn of(notes: Option<Notes>) -> Self {
        NotedDrops(notes.map(|notes| notes.drops).unwrap_or_default())
    }

    /// Called if the callback has failed.
    pub(super) fn mark_failed(&self) {
        self.0.iter().for_each(|of| of.mark_failed());
    }

    /// Leaves the drops to the callback that runs this code, if there is one. Otherwise they are
    /// reported at once.
    pub(crate) fn pass_on(mut self) {
        mem::take(&mut self.0).into_iter().for_each(abandon);
    }
}

impl Drop for NotedDrops {
    fn drop(&mut self) {
        for of in mem::take(&mut self.0) {
            of.abandon();
        }
    }
}

/// The number of polls before the future believes that its last callable was dropped.
///
/// An error that was sent before the drop is in the inbox of the loop then, but perhaps not read.
/// The first poll wakes the future again, so the second poll is in a later turn. That turn has read
/// the mail, and resumes the future with the error if the future is still pending. If a third poll
/// comes, there was no error.
///
/// The report cannot go through the inbox of the loop as the error does, so that their order would
/// decide. Another executor may poll the future, perhaps within a callback of that very loop, which
/// reads no mail until the callback has returned. Only polls reach every future.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Doubt(u8);

impl Doubt {
    pub(crate) const NEW: Doubt = Doubt(2);

    pub(crate) fn is_over(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn was_polled(self) -> bool {
        self.0 < Self::NEW.0
    }

    /// Called at a poll that is not the last one.
    pub(crate) fn count_poll(&mut self) {
        self.0 = self.0.saturating_sub(1);
    }
}
