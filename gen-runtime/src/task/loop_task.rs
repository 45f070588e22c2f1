//! The task of a loop: join state and body in one block of memory.
//!
//! `join_header.rs` has the states and the invariants of the join state. Those of the rest:
//!
//! 1. `content` is the body from `NewTask::new` until the loop's side drops the body, in its place.
//!    Only the loop's side uses it, and it never leaves its thread. So the body need not be `Send`.
//! 2. When the loop's side ends a task that has a handle, `content` is the result if the link is
//!    `Done`, and nothing if it is `Closed`. Then only the handle's side uses it.
//! 3. The side to which the task belongs at its end drops `content` and `span`, and frees the
//!    block. Before the first suspension there is no handle, and the task belongs to [`NewTask`].
//! 4. The block is not moved, and the body is dropped before its memory is used for anything else.
//!    So the body is pinned.

use std::future::Future;
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::ptr::{self, NonNull};
use std::task::{Context, Poll, Waker};

use super::block;
use super::body::untaken;
use super::join_header::{JoinHeader, Link};
use super::loop_handle::LoopHandle;
use super::origin::TaskOrigin;
use super::span::TaskSpan;
use crate::error::{Error, Panicked, Throw};
use crate::executor::{TaskFunctions, TaskHeader, TaskId, TaskRef};
use crate::inject::in_flight::{resume, without_injected_of_others, Thrown};
use crate::inject::question::AboutTask;
use crate::report::{contain, Detached};
use crate::shims::UnsafeCell;
use crate::Result;

/// `M` is the marker of the error's [`Throw`].
#[repr(C)]
struct LoopTask<F, T, M> {
    header: JoinHeader,
    content: UnsafeCell<Content<F, T>>,
    span: TaskSpan,
    origin: TaskOrigin,
    marker: PhantomData<fn() -> M>,
}

union Content<F, T> {
    body: ManuallyDrop<F>,
    result: ManuallyDrop<MaybeUninit<Result<T>>>,
}

/// A task that has its body and no handle yet.
pub(super) struct NewTask<F, T, M>(NonNull<LoopTask<F, T, M>>);

/// How the first step of a task has ended.
pub(super) enum FirstStep<F, T, M> {
    /// The body has ended, and was dropped.
    Ended(Result<T>),
    Suspended(NewTask<F, T, M>),
}

impl<F, T, E, M> NewTask<F, T, M>
where
    F: Future<Output = std::result::Result<T, E>>,
    E: Throw<M>,
{
    #[inline]
    pub(super) fn new(body: F, span: TaskSpan, origin: TaskOrigin) -> Self {
        let task = block::allocate::<LoopTask<F, T, M>>();
        let new = LoopTask {
            header: JoinHeader::new(&LoopTask::<F, T, M>::FUNCTIONS),
            content: UnsafeCell::new(Content { body: ManuallyDrop::new(body) }),
            span,
            origin,
            marker: PhantomData,
        };
        // SAFETY: the memory is for a `LoopTask`.
        unsafe { task.write(new) };
        NewTask(task)
    }

    /// Runs the body up to its first suspension.
    #[inline]
    pub(super) fn first_step(self, cx: &mut Context<'_>) -> FirstStep<F, T, M> {
        // A logger that panics in the poll leaks the task, since the body may have been dropped by
        // then.
        let task = ManuallyDrop::new(self);
        // SAFETY: the task belongs to this, and has its body. If the body has ended, it was
        // dropped, and the task is not used again.
        unsafe {
            match LoopTask::poll(task.0, cx) {
                Poll::Pending => FirstStep::Suspended(ManuallyDrop::into_inner(task)),
                Poll::Ready(result) => {
                    LoopTask::free(task.0);
                    FirstStep::Ended(result)
                }
            }
        }
    }

    /// Splits the task into its two sides.
    #[inline]
    pub(super) fn split(self, id: TaskId) -> (TaskRef, LoopHandle<T>) {
        let task = ManuallyDrop::new(self).0;
        // SAFETY: the functions are those of this task, which has its body. The task is not used
        // again, so each side is made once.
        unsafe {
            let (read, abandon) = (LoopTask::<F, T, M>::read, LoopTask::<F, T, M>::abandon);
            (TaskRef::new(task.cast()), LoopHandle::new(id, task.cast(), read, abandon))
        }
    }
}

impl<F, T, M> Drop for NewTask<F, T, M> {
    #[cold]
    fn drop(&mut self) {
        // SAFETY: the task belongs to this, has its body, and is not used again.
        unsafe {
            LoopTask::drop_body(self.0);
            LoopTask::free(self.0);
        }
    }
}

// A pointer to a task, and not a reference, goes from function to function: the task may be freed
// before such a function returns.
impl<F, T, M> LoopTask<F, T, M> {
    /// # Safety
    ///
    /// The content is the body, which is not used again. The caller is the side that may use it.
    unsafe fn drop_body(this: NonNull<Self>) {
        // SAFETY: by the contract.
        let content = unsafe { &this.as_ref().content };
        content.with_mut(|content| {
            // SAFETY: by the contract. The body is dropped once, in its place (1, 4).
            contain("the drop of a task's body", || unsafe {
                ManuallyDrop::drop(&mut *ptr::addr_of_mut!((*content).body));
            });
        });
    }

    /// # Safety
    ///
    /// The task belongs to the caller, who does not use it again. The content was dropped or taken.
    unsafe fn free(this: NonNull<Self>) {
        // SAFETY: by the contract. The content has no destructor of its own.
        unsafe {
            ptr::drop_in_place(this.as_ptr());
            block::free(this);
        }
    }

    /// Called by the handle's side: takes the result of a task that has ended, and frees the task.
    /// `None` if the loop was closed before the end.
    ///
    /// # Safety
    ///
    /// The task has ended and belongs to the handle's side, which does not use it again.
    unsafe fn read(header: NonNull<JoinHeader>) -> Option<Result<T>> {
        let this = header.cast::<Self>();
        // SAFETY: by the contract. The link says whether the content is a result (2), which is
        // moved out here.
        unsafe {
            let task = this.as_ref();
            let result = match task.header.link() {
                Link::Done | Link::DoneUnawaited => {
                    Some(task.content.with_mut(|content| (*content).result.assume_init_read()))
                }
                _ => None,
            };
            Self::free(this);
            result
        }
    }

    /// As `read`, by a handle that was dropped: reports an error that no code has read.
    ///
    /// # Safety
    ///
    /// As for `read`.
    unsafe fn abandon(header: NonNull<JoinHeader>, why: Detached) {
        // SAFETY: the caller keeps the contract.
        if let Some(Err(error)) = unsafe { Self::read(header) } {
            why.report("a task", &error);
        }
    }

    unsafe fn close(this: NonNull<TaskHeader>) {
        let this = this.cast::<Self>();
        // SAFETY: the loop's side calls, for the last time. The span is there until `free`.
        unsafe {
            this.as_ref().span.within(|| Self::drop_body(this));
            match this.as_ref().header.is_held() {
                true => JoinHeader::end(this.cast(), Link::Closed),
                false => Self::free(this),
            }
        }
    }

    unsafe fn about(this: NonNull<TaskHeader>) -> AboutTask {
        // SAFETY: the loop's side calls, and the task has not ended.
        unsafe { this.cast::<Self>().as_ref() }.origin.about::<F>()
    }

    unsafe fn wake_at_end(this: NonNull<TaskHeader>, waker: Waker) -> Option<Waker> {
        // SAFETY: the loop's side calls, on its thread. The task has not ended, and the waker is
        // kept only if there is a handle.
        unsafe {
            let header = this.cast::<JoinHeader>().as_ref();
            match header.is_held() {
                true => header.wake_at_end(waker),
                false => Some(waker),
            }
        }
    }

    /// Ends a task whose body was dropped.
    ///
    /// # Safety
    ///
    /// The loop's side calls, for the last time.
    unsafe fn finish(this: NonNull<Self>, result: Result<T>) {
        // SAFETY: the loop's side owns the task if it has no handle, and else gives it to the
        // handle with the result in it.
        unsafe {
            if this.as_ref().header.is_held() {
                let content = &this.as_ref().content;
                content.with_mut(|content| (*content).result = ManuallyDrop::new(MaybeUninit::new(result)));
                return JoinHeader::end(this.cast(), Link::Done);
            }
            this.as_ref().span.within(|| match result {
                Ok(value) => contain("the drop of a task's result", || drop(value)),
                Err(error) => Self::report_detached(this, error),
            });
            Self::free(this);
        }
    }

    /// Reports the error of a task without a handle.
    ///
    /// # Safety
    ///
    /// The loop's side calls.
    #[cold]
    unsafe fn report_detached(this: NonNull<Self>, error: Error) {
        // SAFETY: the caller keeps the contract.
        let why = unsafe { this.as_ref().header.detached() };
        contain("the drop of a task's result", || {
            if let Some(why) = why {
                why.report("a task", &error);
            }
            drop(error);
        });
    }
}

impl<F, T, E, M> LoopTask<F, T, M>
where
    F: Future<Output = std::result::Result<T, E>>,
    E: Throw<M>,
{
    const FUNCTIONS: TaskFunctions = TaskFunctions {
        run: Self::run,
        resume: Self::resume,
        cut_short: Self::cut_short,
        close: Self::close,
        about: Self::about,
        wake_at_end: Self::wake_at_end,
    };

    /// Polls the body, and drops it at its end.
    ///
    /// # Safety
    ///
    /// The content is the body, and the caller is the side that may use it. If the answer is ready,
    /// the body was dropped.
    #[inline]
    unsafe fn poll(this: NonNull<Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        // SAFETY: the caller keeps the contract.
        unsafe {
            this.as_ref().span.within(|| {
                let polled = Self::poll_body(this, |body| without_injected_of_others(cx, |cx| body.poll(cx)));
                if polled.is_ready() {
                    Self::drop_body(this);
                }
                polled
            })
        }
    }

    /// As `poll`, with an injection.
    ///
    /// # Safety
    ///
    /// As for `poll`.
    #[cold]
    unsafe fn poll_with(
        this: NonNull<Self>,
        cx: &mut Context<'_>,
        thrown: &mut Option<Thrown>,
    ) -> Poll<Result<T>> {
        // SAFETY: the caller keeps the contract.
        unsafe {
            this.as_ref().span.enter(thrown, |thrown| {
                let mut polled = Self::poll_body(this, |body| resume(thrown, cx, |cx| body.poll(cx)));
                if polled.is_pending() && thrown.is_some() {
                    if let Some(cancelled) = untaken(thrown) {
                        polled = Poll::Ready(Err(cancelled));
                    }
                }
                if polled.is_ready() {
                    Self::drop_body(this);
                }
                polled
            })
        }
    }

    /// Calls `poll` with the body. A panic ends the body, which is not polled again.
    ///
    /// # Safety
    ///
    /// As for `poll`.
    #[inline]
    unsafe fn poll_body(
        this: NonNull<Self>,
        poll: impl FnOnce(Pin<&mut F>) -> Poll<std::result::Result<T, E>>,
    ) -> Poll<Result<T>> {
        // SAFETY: by the contract.
        let content = unsafe { &this.as_ref().content };
        let polled = content.with_mut(|content| {
            // SAFETY: the content is the body, and this is the only reference to it (1). It is
            // pinned (4).
            let body = unsafe { Pin::new_unchecked(&mut **ptr::addr_of_mut!((*content).body)) };
            catch_unwind(AssertUnwindSafe(|| poll(body).map(|result| result.map_err(Throw::throw))))
        });
        polled.unwrap_or_else(|payload| Poll::Ready(Err(Panicked::new(payload).into())))
    }

    unsafe fn run(this: NonNull<TaskHeader>, cx: &mut Context<'_>) -> bool {
        let this = this.cast::<Self>();
        // SAFETY: the loop's side calls, and not again if the task has ended.
        match unsafe { Self::poll(this, cx) } {
            Poll::Pending => false,
            Poll::Ready(result) => {
                // SAFETY: as above; the body was dropped.
                unsafe { Self::finish(this, result) };
                true
            }
        }
    }

    unsafe fn resume(this: NonNull<TaskHeader>, cx: &mut Context<'_>, thrown: &mut Option<Thrown>) -> bool {
        let this = this.cast::<Self>();
        // SAFETY: as in `run`.
        match unsafe { Self::poll_with(this, cx, thrown) } {
            Poll::Pending => false,
            Poll::Ready(result) => {
                // SAFETY: as in `run`.
                unsafe { Self::finish(this, result) };
                true
            }
        }
    }

    unsafe fn cut_short(this: NonNull<TaskHeader>, cancelled: Error) {
        let this = this.cast::<Self>();
        // SAFETY: the loop's side calls, for the last time.
        unsafe {
            this.as_ref().span.within(|| Self::drop_body(this));
            Self::finish(this, Err(cancelled));
        }
    }
}
