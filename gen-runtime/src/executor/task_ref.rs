//! [`TaskRef`]: the reference of a loop to a task.
//!
//! The loop does not know the type of a task. Each task begins with a [`TaskHeader`], which leads
//! to the functions that do.
//!
//! Safety: a `TaskRef` is made with the promise that its functions may be called with its pointer,
//! on this thread, until one of them has ended the task. This file keeps the rest of the contract:
//! a `TaskRef` is neither `Send` nor `Clone`, and the functions that end the task consume it.

use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::ptr::NonNull;
use std::sync::Arc;
use std::task::{Context, Waker};

use super::runnable::Runnable;
use crate::error::Error;
use crate::inject::in_flight::{nothing, Thrown};
use crate::inject::question::AboutTask;

/// The beginning of a task.
pub(crate) struct TaskHeader {
    pub(crate) functions: &'static TaskFunctions,
}

/// The functions by which a loop uses a task. None of them panics.
///
/// A function that has ended the task has given the task away: it may be freed already.
pub(crate) struct TaskFunctions {
    /// Runs the body to its next suspension. Returns whether this has ended the task.
    pub(crate) run: unsafe fn(NonNull<TaskHeader>, &mut Context<'_>) -> bool,
    /// As `run`, with an injection, which is still there afterwards if no yield has taken it.
    pub(crate) resume: unsafe fn(NonNull<TaskHeader>, &mut Context<'_>, &mut Option<Thrown>) -> bool,
    /// Ends the task, because it was cancelled and has not ended in time.
    pub(crate) cut_short: unsafe fn(NonNull<TaskHeader>, Error),
    /// Ends the task, because its loop is closed.
    pub(crate) close: unsafe fn(NonNull<TaskHeader>),
    /// The facts about the task.
    pub(crate) about: unsafe fn(NonNull<TaskHeader>) -> AboutTask,
    /// Has a waker woken at the end of the task. Returns the waker that this replaces, if any, or
    /// the waker itself if the task has no handle that waits for the loop.
    pub(crate) wake_at_end: unsafe fn(NonNull<TaskHeader>, Waker) -> Option<Waker>,
}

/// The reference of a loop to a task that has not ended. Dropped, it closes the task.
pub(crate) struct TaskRef(NonNull<TaskHeader>);

impl TaskRef {
    /// # Safety
    ///
    /// The functions of the task may be called with this pointer, on this thread, until one of them
    /// has ended the task, and nothing else calls them.
    pub(crate) unsafe fn new(task: NonNull<TaskHeader>) -> Self {
        TaskRef(task)
    }

    /// The reference to a task that others refer to as well, and that has no handle of its own.
    pub(super) fn shared(task: Pin<Arc<dyn Runnable>>) -> Self {
        let header = TaskHeader { functions: &SharedTask::FUNCTIONS };
        let task = Box::new(SharedTask { header, task });
        // SAFETY: the functions take a pointer to a `SharedTask` that `Box::leak` has given,
        // and free it when they end the task.
        unsafe { TaskRef::new(NonNull::from(Box::leak(task)).cast()) }
    }

    fn functions(&self) -> &'static TaskFunctions {
        // SAFETY: the task has not ended, so it is there.
        unsafe { self.0.as_ref() }.functions
    }

    /// Runs the body to its next suspension, and returns the task unless it has ended.
    #[inline]
    pub(super) fn run(self, cx: &mut Context<'_>) -> Option<Self> {
        let task = ManuallyDrop::new(self);
        // SAFETY: by the promise of `new`. A task that has ended is forgotten.
        let ended = unsafe { (task.functions().run)(task.0, cx) };
        (!ended).then(|| ManuallyDrop::into_inner(task))
    }

    /// As `run`, with an injection.
    pub(super) fn resume(self, cx: &mut Context<'_>, thrown: &mut Option<Thrown>) -> Option<Self> {
        let task = ManuallyDrop::new(self);
        // SAFETY: as in `run`.
        let ended = unsafe { (task.functions().resume)(task.0, cx, thrown) };
        (!ended).then(|| ManuallyDrop::into_inner(task))
    }

    pub(super) fn about(&self) -> AboutTask {
        // SAFETY: by the promise of `new`.
        unsafe { (self.functions().about)(self.0) }
    }

    /// Drops the body of a task that was cancelled and has not ended in time.
    pub(super) fn cut_short(self, cancelled: Error) {
        let task = ManuallyDrop::new(self);
        // SAFETY: by the promise of `new`. The task is forgotten.
        unsafe { (task.functions().cut_short)(task.0, cancelled) }
    }

    /// Has `waker` woken at the end of the task. Returns the waker that is not needed, if any.
    pub(super) fn wake_at_end(&self, waker: Waker) -> Option<Waker> {
        // SAFETY: by the promise of `new`.
        unsafe { (self.functions().wake_at_end)(self.0, waker) }
    }
}

impl Drop for TaskRef {
    fn drop(&mut self) {
        // SAFETY: by the promise of `new`. The task is dropped, and not used again.
        unsafe { (self.functions().close)(self.0) }
    }
}

/// A task in an `Arc`.
#[repr(C)]
struct SharedTask {
    header: TaskHeader,
    task: Pin<Arc<dyn Runnable>>,
}

impl SharedTask {
    const FUNCTIONS: TaskFunctions = TaskFunctions {
        run: Self::run,
        resume: Self::resume,
        cut_short: Self::cut_short,
        close: Self::close,
        about: Self::about,
        // Its handle waits without the loop.
        wake_at_end: |_, waker| Some(waker),
    };

    unsafe fn run(this: NonNull<TaskHeader>, cx: &mut Context<'_>) -> bool {
        // SAFETY: as for `resume`.
        unsafe { Self::resume(this, cx, &mut nothing()) }
    }

    unsafe fn resume(this: NonNull<TaskHeader>, cx: &mut Context<'_>, thrown: &mut Option<Thrown>) -> bool {
        // SAFETY: the pointer is to a `SharedTask` that has not ended.
        let ended = unsafe { this.cast::<Self>().as_ref() }.task.as_ref().run(cx, thrown);
        if ended {
            // SAFETY: it has ended now, and is not used again.
            drop(unsafe { Self::take(this) });
        }
        ended
    }

    unsafe fn about(this: NonNull<TaskHeader>) -> AboutTask {
        // SAFETY: the pointer is to a `SharedTask` that has not ended.
        unsafe { this.cast::<Self>().as_ref() }.task.about()
    }

    unsafe fn cut_short(this: NonNull<TaskHeader>, cancelled: Error) {
        // SAFETY: it ends here.
        unsafe { Self::take(this) }.as_ref().cut_short(cancelled);
    }

    unsafe fn close(this: NonNull<TaskHeader>) {
        // SAFETY: it ends here.
        unsafe { Self::take(this) }.as_ref().close();
    }

    /// # Safety
    ///
    /// The pointer is to a `SharedTask`, and is not used again.
    unsafe fn take(this: NonNull<TaskHeader>) -> Pin<Arc<dyn Runnable>> {
        // SAFETY: it came from a `Box`.
        unsafe { Box::from_raw(this.cast::<Self>().as_ptr()) }.task
    }
}
