//! The end of a task on a foreign executor: from the owner of its body to the handle.
//!
//! | state | the task ends: `finish` | its shell is dropped: `close` | the handle is polled | the handle is dropped |
//! |---|---|---|---|---|
//! | running | ended; the waiter is woken | closed; the waiter is woken | waits | detached |
//! | detached | the result is dropped, and its error reported | closed | | |
//! | ended | | | gives the result | the result is dropped, and its error reported |
//! | closed: there is no result | | | an error | nothing |
//!
//! The states are flags of the [`TaskState`](crate::executor::TaskState), whose page has the races.
//! The *owner* below is the owner of the body.
//!
//! 1. `result` is written by the owner, before it sets `HAS_ENDED` without `IS_CLOSED`. If
//!    `IS_DETACHED` was set by then, the owner takes it out. Otherwise it belongs to the handle,
//!    which takes it out once.
//! 2. `waiter` belongs to the handle while `IS_WAITING` is not set. Setting the flag gives the
//!    waker to the owner, and clearing it takes the waker back, except if `HAS_ENDED` was set in
//!    between: then the owner takes it out, and it is not written any more. Until then the handle
//!    may compare it.
//! 3. There is one handle, and its functions that change anything take `&mut self`.

use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::task::{ready, Context, Poll, Waker};

use super::join::NoResult;
use crate::executor::{HostedRef, Mailbox};
use crate::report::{contain, is_timing_out, report_unread, Detached};
use crate::shims::UnsafeCell;
use crate::Result;

/// The place of the result, and of the waker of the handle.
pub(super) struct Joined<T> {
    result: UnsafeCell<MaybeUninit<Result<T>>>,
    waiter: UnsafeCell<MaybeUninit<Waker>>,
}

impl<T> Joined<T> {
    pub(super) fn new() -> Self {
        Joined {
            result: UnsafeCell::new(MaybeUninit::uninit()),
            waiter: UnsafeCell::new(MaybeUninit::uninit()),
        }
    }

    /// Gives the result to the handle. Does nothing if the task has ended before.
    ///
    /// # Safety
    ///
    /// The caller is the owner, and `mailbox` is that of the task.
    // Its callers are few, and have the result in registers.
    #[inline(always)]
    pub(super) unsafe fn finish(&self, mailbox: &Mailbox, result: Result<T>) {
        if mailbox.state().load().has_ended() {
            return drop_late(result);
        }
        // SAFETY: only the owner uses it before the end (1).
        self.result.with_mut(|place| unsafe { (*place).write(result) });
        let before = mailbox.state().end();
        if before.is_detached() {
            // SAFETY: it was written just now, and there is no handle to take it (1).
            drop_unread(mailbox, unsafe { self.take_result() });
        } else if before.is_waiting() {
            // SAFETY: the end has come while the handle waited (2).
            let waiter = unsafe { self.take_waiter() };
            contain("a waker", || waiter.wake());
        }
    }

    /// Ends the wait of the handle without a result. Does nothing if the task has ended before.
    ///
    /// # Safety
    ///
    /// As for `finish`.
    pub(super) unsafe fn close(&self, mailbox: &Mailbox) {
        if !mailbox.state().load().has_ended() && mailbox.state().close().is_waiting() {
            // SAFETY: the end has come while the handle waited (2).
            let waiter = unsafe { self.take_waiter() };
            contain("a waker", || waiter.wake());
        }
    }

    /// # Safety
    ///
    /// The result is there and belongs to the caller (1), who does not use it again.
    unsafe fn take_result(&self) -> Result<T> {
        // SAFETY: promised by the caller.
        self.result.with(|place| unsafe { (*place).assume_init_read() })
    }

    /// # Safety
    ///
    /// The waker is there and belongs to the caller (2), who does not use it again.
    unsafe fn take_waiter(&self) -> Waker {
        // SAFETY: promised by the caller. It is only read, because the handle may compare it.
        self.waiter.with(|place| unsafe { (*place).assume_init_read() })
    }
}

/// Drops a result that comes after the end of the task.
#[cold]
fn drop_late<T>(result: Result<T>) {
    contain("the drop of a task's result", || drop(result));
}

/// Drops the result of a task that has no handle, and reports its error.
#[inline(never)]
fn drop_unread<T>(mailbox: &Mailbox, result: Result<T>) {
    contain("the drop of a task's result", || {
        if let Err(error) = result {
            mailbox.detached().report("a task", &error);
        }
    });
}

/// A handle, as far as it knows the task.
pub(super) struct HostedHandle<T> {
    /// `None` after the handle has taken the result, or has learnt that there is none.
    task: Option<HostedRef>,
    /// In the block of the task.
    joined: NonNull<Joined<T>>,
    /// A destructor that a timeout ran has spawned the task, and the handle was not polled yet.
    ///
    /// Without this the failure of a clean-up would be reported as one after the timeout, or
    /// silenced by the timeout's `quiet`.
    is_spawned_in_drop: bool,
}

// SAFETY: the task may be used on any thread. A handle moves the result to its thread, and
// the waker of its own poll.
unsafe impl<T: Send> Send for HostedHandle<T> {}
// SAFETY: the functions that take `&self` use only the task.
unsafe impl<T: Send> Sync for HostedHandle<T> {}

impl<T> HostedHandle<T> {
    /// # Safety
    ///
    /// `joined` is in the block of `task`, and has no other handle. If `T` is not `Send`, this is
    /// the thread on which the task stays.
    pub(super) unsafe fn new(task: HostedRef, joined: NonNull<Joined<T>>) -> Self {
        HostedHandle { task: Some(task), joined, is_spawned_in_drop: is_timing_out() }
    }

    /// The task, if it has not ended.
    pub(super) fn running(&self) -> Option<&HostedRef> {
        self.task.as_ref().filter(|task| !task.mailbox().state().load().has_ended())
    }

    /// Ready when the task has ended.
    #[inline]
    pub(super) fn poll(&mut self, cx: &Context<'_>) -> Poll<std::result::Result<Ended<'_, T>, NoResult>> {
        self.is_spawned_in_drop = false;
        let Some(task) = &self.task else { return Poll::Ready(Err(NoResult::Taken)) };
        // SAFETY: the block is there as long as `task`. This is the handle, and the mailbox is that
        // of the task.
        let has_result = ready!(unsafe { self.joined.as_ref().poll_end(task.mailbox(), cx) });
        if has_result {
            return Poll::Ready(Ok(Ended(self)));
        }
        self.task = None;
        Poll::Ready(Err(NoResult::Closed))
    }
}

/// The handle of a task that has ended with a result, which the handle has not taken.
pub(super) struct Ended<'a, T>(&'a mut HostedHandle<T>);

impl<T> Ended<'_, T> {
    /// Takes the result, and leaves the task.
    #[inline]
    pub(super) fn take(self) -> Result<T> {
        let _task = self.0.task.take();
        // SAFETY: the block is there as long as the task. The result is there, and was not taken
        // (1).
        unsafe { self.0.joined.as_ref().take_result() }
    }
}

impl<T> Joined<T> {
    /// Ready when the task has ended, with whether there is a result.
    ///
    /// # Safety
    ///
    /// The caller is the handle (3), and `mailbox` is that of the task.
    #[inline]
    unsafe fn poll_end(&self, mailbox: &Mailbox, cx: &Context<'_>) -> Poll<bool> {
        let state = mailbox.state();
        let mut seen = state.load();
        if !seen.has_ended() && seen.is_waiting() {
            // SAFETY: the handle waits, so the waker is there, and is not written (2). If the end
            // has taken it meanwhile, the comparison is still one of two pointers.
            let is_same = |waiter: *const MaybeUninit<Waker>| unsafe {
                (*waiter).assume_init_ref().will_wake(cx.waker())
            };
            if self.waiter.with(is_same) {
                return Poll::Pending;
            }
            seen = state.stop_waiting();
            if !seen.has_ended() {
                // SAFETY: the waker was taken back (2).
                drop(unsafe { self.take_waiter() });
            }
        }
        if !seen.has_ended() {
            let waiter = cx.waker().clone();
            // SAFETY: the handle does not wait, so the place belongs to it (2).
            self.waiter.with_mut(|place| unsafe { (*place).write(waiter) });
            seen = state.wait();
            if !seen.has_ended() {
                return Poll::Pending;
            }
            // SAFETY: the end came first, and has not seen the waker (2).
            drop(unsafe { self.take_waiter() });
        }
        Poll::Ready(!seen.is_closed())
    }
}

impl<T> Drop for HostedHandle<T> {
    #[inline]
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            // SAFETY: the block is there as long as `task`, and this is the handle, which has not
            // taken the result.
            unsafe { self.joined.as_ref().detach(task.mailbox(), self.is_spawned_in_drop) };
        }
    }
}

impl<T> Joined<T> {
    /// Called by the drop of the handle.
    ///
    /// # Safety
    ///
    /// The caller is the handle (3), which has not taken the result, and `mailbox` is that of the
    /// task.
    #[inline(never)]
    unsafe fn detach(&self, mailbox: &Mailbox, is_spawned_in_drop: bool) {
        let why = if is_spawned_in_drop { Detached::Unwatched } else { Detached::now() };
        if let Detached::ByTimeout(_) = why {
            mailbox.set_detached(why);
        }
        let before = mailbox.state().detach();
        if !before.has_ended() {
            if before.is_waiting() {
                // SAFETY: the waker was taken back (2).
                drop(unsafe { self.take_waiter() });
            }
        } else if !before.is_closed() {
            // SAFETY: the task has ended with a result, which the handle has not taken (1).
            if let Err(error) = unsafe { self.take_result() } {
                report_unread("a task", &error);
            }
        }
    }
}
