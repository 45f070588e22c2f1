//! The handle's side of a task of a loop: see `join_header.rs`.
//!
//! | the handle is | polled | dropped |
//! |---|---|---|
//! | on the thread of the task | keeps the waker in the task | leaves the task |
//! | on another thread | keeps the waker in a cell of its own, which the task fills at its end: the loop gets the cell once, by mail | sends itself to the loop, which drops it |
//! | anywhere, and the task has ended | takes the result, and frees the task | the same |
//!
//! A handle that has a cell of its own keeps its waker there, wherever it is.
//!
//! A loop that is closed refuses the mail, or drops it unread. By then its tasks have ended, and
//! the lock of its inbox, or of the registry, has made that visible.

use std::ptr::NonNull;
use std::sync::Arc;
use std::task::{Poll, Wake, Waker};

use super::join::{NoResult, PolledResult};
use super::join_header::{JoinHeader, Link};
use crate::executor::requests::{drop_on_loop_of, wake_at_end};
use crate::executor::TaskId;
use crate::report::Detached;
use crate::waiter::WaiterCell;
use crate::Result;

/// The handle of a task that a loop has begun.
pub(super) struct LoopHandle<T> {
    id: TaskId,
    /// `None` after the end was read.
    task: Option<NonNull<JoinHeader>>,
    read: unsafe fn(NonNull<JoinHeader>) -> Option<Result<T>>,
    abandon: Abandon,
    /// Full when the task has ended. There is one if the handle was polled on another thread.
    elsewhere: Option<Arc<WaiterCell<()>>>,
}

type Abandon = unsafe fn(NonNull<JoinHeader>, Detached);

// SAFETY: before the end, a handle on another thread than that of the task uses nothing of the task
// but `owner` and `ended`, which any thread may read. After the end it alone uses the task, which
// holds a `Result<T>` and no body. So it is enough that `T` is `Send`.
unsafe impl<T: Send> Send for LoopHandle<T> {}
// SAFETY: with a shared reference, all that can be done is to read `id`, `owner` and `ended`.
unsafe impl<T: Send> Sync for LoopHandle<T> {}

impl<T> LoopHandle<T> {
    /// # Safety
    ///
    /// The caller gives the handle's side of the task away. The functions are those of the task.
    pub(super) unsafe fn new(
        id: TaskId,
        task: NonNull<JoinHeader>,
        read: unsafe fn(NonNull<JoinHeader>) -> Option<Result<T>>,
        abandon: Abandon,
    ) -> Self {
        LoopHandle { id, task: Some(task), read, abandon, elsewhere: None }
    }

    pub(super) fn id(&self) -> TaskId {
        self.id
    }

    fn header(&self) -> Option<&JoinHeader> {
        // SAFETY: until the handle's side frees the task, it is there.
        self.task.as_ref().map(|task| unsafe { task.as_ref() })
    }

    pub(super) fn has_ended(&self) -> bool {
        self.header().is_none_or(JoinHeader::has_ended)
    }

    /// Whether the end of the task wakes a future, or has woken one.
    #[cold]
    pub(super) fn is_awaited(&self) -> bool {
        match self.header() {
            Some(header) if header.has_ended() => {
                // SAFETY: the task has ended.
                let link = unsafe { header.link() };
                link != Link::DoneUnawaited
            }
            // SAFETY: this is the handle's side, on the thread of the task.
            Some(header) if self.elsewhere.is_none() && header.is_on_its_thread() => unsafe {
                header.is_awaited()
            },
            Some(_) => false,
            // The result was taken by another poll.
            None => true,
        }
    }

    /// Ready when the task has ended.
    #[inline]
    pub(super) fn poll(&mut self, waker: &Waker) -> PolledResult<T> {
        let Some(header) = self.header() else { return Poll::Ready(Err(NoResult::Taken)) };
        if !header.has_ended() && !self.wait(waker) {
            return Poll::Pending;
        }
        // SAFETY: the task has ended, and is not used again, since the pointer is taken.
        let result = self.task.take().and_then(|task| unsafe { (self.read)(task) });
        Poll::Ready(result.ok_or(NoResult::Closed))
    }

    /// Has `waker` woken at the end. Returns whether the task has ended: a waker is code of a user,
    /// which may have closed the loop.
    fn wait(&mut self, waker: &Waker) -> bool {
        match self.header() {
            // SAFETY: this is the handle's side, on the thread of the task.
            Some(header) if self.elsewhere.is_none() && header.is_on_its_thread() => unsafe {
                header.wait(waker);
            },
            _ => self.wait_elsewhere(waker),
        }
        self.has_ended()
    }

    #[cold]
    fn wait_elsewhere(&mut self, waker: &Waker) {
        if let Some(cell) = &self.elsewhere {
            let _ = cell.poll(waker, |()| ());
            return;
        }
        let cell = Arc::<WaiterCell<()>>::default();
        let _ = cell.poll(waker, |()| ());
        self.elsewhere = Some(Arc::clone(&cell));
        // If the loop does not keep the waker, it is dropped, which fills the cell.
        wake_at_end(self.id, Waker::from(Arc::new(FillsAtEnd(cell))));
    }
}

/// Fills the cell of a handle when its task has ended: as a waker, or because it is dropped.
struct FillsAtEnd(Arc<WaiterCell<()>>);

impl Wake for FillsAtEnd {
    fn wake(self: Arc<Self>) {}
}

impl Drop for FillsAtEnd {
    fn drop(&mut self) {
        // Only the first fills it.
        let _ = self.0.put(());
    }
}

impl<T> Drop for LoopHandle<T> {
    #[inline]
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            self.leave(task);
        }
    }
}

impl<T> LoopHandle<T> {
    fn leave(&self, task: NonNull<JoinHeader>) {
        // SAFETY: until the handle's side frees the task, it is there. The task pointer was taken,
        // so this is its last use.
        unsafe {
            let header = task.as_ref();
            if header.has_ended() {
                (self.abandon)(task, Detached::Unwatched);
            } else if header.is_on_its_thread() {
                drop(header.detach(Detached::now()));
            } else {
                drop_on_loop_of(self.id, Leaving { task, abandon: self.abandon, why: Detached::now() });
            }
        }
    }
}

/// The handle's side without its handle. Its drop leaves the task, or frees it after its end.
struct Leaving {
    task: NonNull<JoinHeader>,
    abandon: Abandon,
    why: Detached,
}

// SAFETY: as for `LoopHandle`: it is sent only by a handle that was sent before.
unsafe impl Send for Leaving {}

impl Drop for Leaving {
    fn drop(&mut self) {
        // SAFETY: the handle's side is at its end, so the task is still there, and it is not used
        // again. It is detached only on its thread.
        unsafe {
            let header = self.task.as_ref();
            if header.has_ended() {
                (self.abandon)(self.task, self.why);
            } else if header.is_on_its_thread() {
                drop(header.detach(self.why));
            } else {
                debug_assert!(false, "a loop that refuses mail has ended its tasks");
            }
        }
    }
}
