//! The join state of a task of a loop, which the loop and the handle share.
//!
//! The *loop's side* is the [`TaskRef`](crate::executor::TaskRef) of the task, which stays on the
//! thread of the loop. The *handle's side* is the [`LoopHandle`](super::loop_handle::LoopHandle),
//! which may be on any thread. There is one of each, and no count of them.
//!
//! | link | entered by | the task ends | the loop closes | the handle is polled | the handle is dropped |
//! |---|---|---|---|---|---|
//! | `Held` | | `Done`; the waiter is woken | `Closed`; the waiter is woken | its waker is kept | `Unwatched`, or `ByTimeout` |
//! | `SpawnedInDrop`: a destructor that a timeout ran has spawned the task, and its handle was not polled | | `Done` | `Closed` | `Held` | `Unwatched` |
//! | `Unwatched`, `ByTimeout` | the drop of the handle | the loop's side reports an error, and frees the task | the loop's side frees the task | | |
//! | `Done`, `DoneUnawaited`, `Closed` | the end | | | gives the result, or an error, and frees the task | frees the task; an unread error is reported |
//!
//! `DoneUnawaited` is `Done` where nothing was woken: no future was waiting.
//!
//! # Invariants
//!
//! 1. Until `ended` is set, `watcher` and `link` are used only on the thread of `owner`: by the
//!    loop's side, and by the handle's side after a look at the number of the thread. The number of
//!    a thread is never used again in this process.
//! 2. The loop's side sets `ended`, if the link is not `Unwatched` or `ByTimeout`. Nothing on the
//!    loop's side uses the task after that. The handle's side uses everything from then on, and
//!    frees the task.
//! 3. `ended` is set with release order, and read with acquire order. So a handle on another thread
//!    sees all that the loop's side has written.
//! 4. While the link is `Unwatched` or `ByTimeout` there is no handle's side, and the loop's side
//!    frees the task. The `watcher` is an `is_quiet` while the link is `ByTimeout`, and otherwise
//!    an `Option<Waker>`.
//! 5. No reference into the cells is kept while code of a user runs. A waker is cloned before, and
//!    dropped or woken after, the cells are used.
//!
//! A handle on another thread does not touch the cells before the end. It asks the loop, by
//! [mail](crate::executor::requests), to wake it at the end, or to let the task go on
//! without a handle. So neither side pays an atomic read-modify-write while both are on one thread.
//! A handle that has asked to be woken may come back and be dropped before the loop reads the mail,
//! so the loop keeps the waker only if there is still a handle.

use std::mem::{self, ManuallyDrop};
use std::ptr::NonNull;
use std::task::Waker;

use crate::executor::{TaskFunctions, TaskHeader};
use crate::report::{contain, is_timing_out, Detached, IsQuiet};
use crate::shims::{AtomicBool, Ordering, ThreadNumber, UnsafeCell};

#[repr(C)]
pub(super) struct JoinHeader {
    task: TaskHeader,
    watcher: UnsafeCell<Watcher>,
    owner: ThreadNumber,
    link: UnsafeCell<Link>,
    ended: AtomicBool,
}

union Watcher {
    waker: ManuallyDrop<Option<Waker>>,
    is_quiet: IsQuiet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    Held,
    SpawnedInDrop,
    Unwatched,
    ByTimeout,
    Done,
    DoneUnawaited,
    Closed,
}

impl JoinHeader {
    /// Of a task that this thread owns, and whose handle is held.
    pub(super) fn new(functions: &'static TaskFunctions) -> Self {
        JoinHeader {
            task: TaskHeader { functions },
            watcher: UnsafeCell::new(Watcher { waker: ManuallyDrop::new(None) }),
            owner: ThreadNumber::current(),
            link: UnsafeCell::new(if is_timing_out() { Link::SpawnedInDrop } else { Link::Held }),
            ended: AtomicBool::new(false),
        }
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    pub(super) fn is_on_its_thread(&self) -> bool {
        self.owner == ThreadNumber::current()
    }

    /// # Safety
    ///
    /// The task has ended, or this is its thread.
    pub(super) unsafe fn link(&self) -> Link {
        // SAFETY: by invariants 1 and 2 nothing else uses the cell at this time.
        self.link.with(|link| unsafe { *link })
    }

    /// # Safety
    ///
    /// As for `link`.
    unsafe fn set_link(&self, next: Link) {
        // SAFETY: as in `link`.
        self.link.with_mut(|link| unsafe { *link = next });
    }

    /// Keeps a waker, or none. Returns what was kept.
    ///
    /// # Safety
    ///
    /// As for `link`, and the link is not `ByTimeout`.
    unsafe fn replace_waker(&self, waker: Option<Waker>) -> Option<Waker> {
        // SAFETY: as in `link`, and the watcher is a waker (4).
        self.watcher.with_mut(|watcher| unsafe { mem::replace(&mut *(*watcher).waker, waker) })
    }

    /// Called by the handle's side: the waker is woken at the end.
    ///
    /// # Safety
    ///
    /// This is the thread of the task, and the handle's side calls.
    pub(super) unsafe fn wait(&self, waker: &Waker) {
        // SAFETY: there is a handle, so the watcher is a waker. `will_wake` runs no code of a user.
        let is_kept = self.watcher.with(|watcher| unsafe {
            let kept = &*(*watcher).waker;
            kept.as_ref().is_some_and(|kept| kept.will_wake(waker))
        });
        if is_kept {
            return;
        }
        let waker = waker.clone();
        // The clone may have closed the loop.
        if !self.has_ended() {
            // SAFETY: the caller keeps the contract.
            drop(unsafe { self.wake_at_end(waker) });
        }
    }

    /// Whether a waker is kept.
    ///
    /// # Safety
    ///
    /// As for `wait`.
    pub(super) unsafe fn is_awaited(&self) -> bool {
        // SAFETY: there is a handle, so the watcher is a waker.
        self.watcher.with(|watcher| unsafe { (*(*watcher).waker).is_some() })
    }

    /// Keeps a waker for the end, and returns the one that it replaces.
    ///
    /// # Safety
    ///
    /// This is the thread of the task, the task has not ended, and it has a handle.
    pub(super) unsafe fn wake_at_end(&self, waker: Waker) -> Option<Waker> {
        // SAFETY: the caller keeps the contract.
        unsafe {
            self.set_link(Link::Held);
            self.replace_waker(Some(waker))
        }
    }

    /// Called by the handle's side, whose handle was dropped. Returns the waker, to be dropped.
    ///
    /// The task may be freed as soon as code of a user runs.
    ///
    /// # Safety
    ///
    /// This is the thread of the task, the task has not ended, and the handle's side calls it for
    /// the last time.
    pub(super) unsafe fn detach(&self, why: Detached) -> Option<Waker> {
        // SAFETY: the caller keeps the contract. The watcher is a waker until it is taken here, and
        // the link says what it is afterwards (4).
        unsafe {
            let waker = self.replace_waker(None);
            match (why, self.link()) {
                (Detached::ByTimeout(is_quiet), Link::Held) => {
                    self.set_link(Link::ByTimeout);
                    self.watcher.with_mut(|watcher| *watcher = Watcher { is_quiet });
                }
                _ => self.set_link(Link::Unwatched),
            }
            waker
        }
    }

    /// Whether there is a handle.
    ///
    /// # Safety
    ///
    /// As for `link`.
    #[inline]
    pub(super) unsafe fn is_held(&self) -> bool {
        // SAFETY: the caller keeps the contract.
        !matches!(unsafe { self.link() }, Link::Unwatched | Link::ByTimeout)
    }

    /// Called by the loop's side: says why there is no handle, if there is none.
    ///
    /// # Safety
    ///
    /// This is the thread of the task, and the loop's side calls.
    pub(super) unsafe fn detached(&self) -> Option<Detached> {
        // SAFETY: the caller keeps the contract.
        match unsafe { self.link() } {
            Link::Unwatched => Some(Detached::Unwatched),
            Link::ByTimeout => {
                // SAFETY: as above, and the link says what the watcher is (4).
                let is_quiet = self.watcher.with(|watcher| unsafe { (*watcher).is_quiet });
                Some(Detached::ByTimeout(is_quiet))
            }
            Link::Held | Link::SpawnedInDrop | Link::Done | Link::DoneUnawaited | Link::Closed => None,
        }
    }

    /// Called by the loop's side of a task that has a handle: gives the task to the handle, and
    /// wakes the future that waits.
    ///
    /// # Safety
    ///
    /// This is the thread of the task, and the loop's side calls for the last time.
    pub(super) unsafe fn end(header: NonNull<Self>, how: Link) {
        // SAFETY: until `ended` is set, the task is there.
        let waker = unsafe {
            let header = header.as_ref();
            let waker = header.replace_waker(None);
            header.set_link(match how {
                Link::Done if waker.is_none() => Link::DoneUnawaited,
                how => how,
            });
            header.ended.store(true, Ordering::Release);
            waker
        };
        if let Some(waker) = waker {
            contain("a waker", || waker.wake());
        }
    }
}
