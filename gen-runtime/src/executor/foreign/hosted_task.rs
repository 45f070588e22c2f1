//! A task on a foreign executor: [`HostedRef`], a reference to it, and [`BodyOwner`], the one
//! reference that reaches its body.
//!
//! A task is one allocation, a [`Block`], which counts its references. The shell, the handle and
//! the error context of the task hold one each, and so does every request that is under way. They
//! may be on any thread, also if the body and the result of the task may not.
//!
//! 1. `references` is the number of `HostedRef`s. The block is freed with the last of them, and is
//!    never moved, so a body in it is pinned.
//! 2. `shell`, and the functions of [`HostedBody`], are used only through the `&mut` of the
//!    `BodyOwner`. A block has one `BodyOwner`, so one thread at a time uses the body. An owner
//!    that may change its thread is made only for a body that is `Send`.
//! 3. Freeing a block on any thread is sound: see the trait.

use std::alloc::Layout;
use std::marker::PhantomData;
use std::mem;
use std::pin::Pin;
use std::process::abort;
use std::ptr::NonNull;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::block_cache;
use super::executor::Executor;
use super::mailbox::Mailbox;
use super::shell_data::ShellData;
use crate::bindings::Inherited;
use crate::error::Error;
use crate::executor::error_context::{ErrorContext, Home};
use crate::executor::injection::Injection;
use crate::executor::unhandled_error::UnhandledError;
use crate::inject::in_flight::Thrown;
use crate::inject::question::TaskTag;
use crate::inject::EndSenders;
use crate::report::contain;
use crate::shims::{AtomicUsize, Ordering, UnsafeCell};

/// The body and the result of a task. Only the handle knows their types.
///
/// # Safety
///
/// The value may be dropped on any thread, so its drop must not touch anything that is not `Send`.
/// The functions must not use such things either, except for those that may be called only on the
/// thread of the owner.
pub(crate) unsafe trait HostedBody {
    /// Runs the body to its next suspension, and returns whether the task has ended. Never panics.
    /// See [`Runnable::run`](crate::executor::Runnable::run).
    ///
    /// # Safety
    ///
    /// The caller has the only access to the body: no other call of these three functions is under
    /// way. If the body is not `Send`, this is the thread on which the body was made.
    unsafe fn run(&self, mailbox: &Mailbox, cx: &mut Context<'_>, thrown: &mut Option<Thrown>) -> bool;

    /// Drops the body, because it was cancelled and has not ended in time. Never panics.
    ///
    /// # Safety
    ///
    /// As for `run`.
    unsafe fn cut_short(&self, mailbox: &Mailbox, cancelled: Error);

    /// Drops the body, because its executor has dropped the shell. Never panics.
    ///
    /// # Safety
    ///
    /// As for `run`.
    unsafe fn close(&self, mailbox: &Mailbox);

    /// The type of the body. It looks at no field, so any thread may call it at any time.
    #[cfg(all(feature = "tokio", not(loom)))]
    fn body_type(&self) -> &'static str;
}

struct Block<B: ?Sized> {
    references: AtomicUsize,
    mailbox: Mailbox,
    /// `None` if the task has ended, or has no shell.
    shell: UnsafeCell<Option<ShellData>>,
    body: B,
}

/// A counted reference to a task, on any thread. It does not reach the body.
pub(crate) struct HostedRef(NonNull<Block<dyn HostedBody>>);

// SAFETY: a reference gives access to the mailbox, which is `Send` and `Sync`. Only the functions
// of `HostedBody` reach the rest of the block (2), and its drop may be called on any thread (3).
unsafe impl Send for HostedRef {}
// SAFETY: as above.
unsafe impl Sync for HostedRef {}

/// The mailbox is reached by every reference.
const _: () = {
    const fn is_send_and_sync<T: Send + Sync>() {}
    is_send_and_sync::<Mailbox>();
};

impl HostedRef {
    /// Makes the only reference to a new block. The pointer to the body is valid as long as there
    /// is a reference to the block. `body` makes the body in its place: if it panics, the
    /// memory leaks.
    #[inline]
    fn new<B: HostedBody + 'static>(
        body: impl FnOnce() -> B,
        executor: Option<Executor>,
        outer: Option<Arc<ErrorContext>>,
    ) -> (Self, NonNull<B>) {
        let block = block_cache::allocate(Layout::new::<Block<B>>()).cast::<Block<B>>();
        // SAFETY: the memory is new, and has the size and the alignment of a block. The field of a
        // block that is there is not null.
        let body = unsafe {
            // One by one, so that no block is made elsewhere and copied.
            let block = block.as_ptr();
            (&raw mut (*block).references).write(AtomicUsize::new(1));
            (&raw mut (*block).mailbox).write(Mailbox::new(outer));
            (&raw mut (*block).shell).write(UnsafeCell::new(executor.map(ShellData::new)));
            (&raw mut (*block).body).write(body());
            NonNull::new_unchecked(&raw mut (*block).body)
        };
        (HostedRef(block), body)
    }

    /// Makes the reference to a task whose body is polled in place by its caller.
    #[cfg(all(any(test, feature = "tokio"), not(loom)))]
    pub(crate) fn without_body(outer: Option<Arc<ErrorContext>>) -> Self {
        Self::new(|| NoBody, None, outer).0
    }

    fn block(&self) -> &Block<dyn HostedBody> {
        // SAFETY: the block is there as long as this reference (1). There is no `&mut` to it.
        unsafe { self.0.as_ref() }
    }

    #[inline]
    pub(crate) fn mailbox(&self) -> &Mailbox {
        &self.block().mailbox
    }

    /// Whether this is the only reference. Then nothing more can happen to the task from outside.
    #[inline]
    pub(super) fn is_unique(&self) -> bool {
        // Another reference can only come from a reference, and this one is borrowed.
        self.block().references.load(Ordering::Acquire) == 1
    }

    /// Returns the error context of the task.
    pub(crate) fn context(&self) -> Arc<ErrorContext> {
        self.mailbox().context(|| self.home())
    }

    /// Keeps what the task has inherited, before its first step.
    #[cold]
    pub(super) fn inherit(&self, inherited: Arc<Inherited>) {
        self.context().inherit(inherited);
    }

    /// Returns what the task has inherited.
    pub(crate) fn inherited(&self) -> Option<Arc<Inherited>> {
        self.mailbox().inherited()
    }

    /// Queues an injection for the task. Gives everything back if the task has ended.
    pub(crate) fn deliver(
        &self,
        injection: Injection,
        end_senders: EndSenders,
    ) -> Result<(), (Injection, EndSenders)> {
        self.mailbox().deliver(|| self.home(), injection, end_senders)
    }

    /// The type of the body.
    #[cfg(all(feature = "tokio", not(loom)))]
    pub(super) fn body_type(&self) -> &'static str {
        self.block().body.body_type()
    }

    /// The task as others wait for it.
    pub(crate) fn tag(&self) -> TaskTag {
        TaskTag::Hosted(self.0.addr().get())
    }

    /// The task as the home of its error context.
    fn home(&self) -> Pin<Arc<dyn Home>> {
        Arc::pin(self.clone())
    }
}

impl Home for HostedRef {
    fn throw(&self, _: Option<Arc<ErrorContext>>, error: UnhandledError) -> Result<(), UnhandledError> {
        self.mailbox().throw(error)
    }
}

impl Clone for HostedRef {
    fn clone(&self) -> Self {
        // As for an `Arc`: so many references can only come from leaks, and must not overflow.
        if self.block().references.fetch_add(1, Ordering::Relaxed) > isize::MAX as usize {
            abort();
        }
        HostedRef(self.0)
    }
}

impl Drop for HostedRef {
    #[inline]
    fn drop(&mut self) {
        // The last reference needs no read-modify-write.
        if self.is_unique() || self.block().references.fetch_sub(1, Ordering::AcqRel) == 1 {
            // SAFETY: it was the last reference (1). The drops of the other references have
            // released all that was done with them.
            unsafe { free(self.0) };
        }
    }
}

/// Apart from the drop of a reference, which mostly only counts.
///
/// # Safety
///
/// `block` comes from `HostedRef::new`, and is not used any more.
#[inline(never)]
unsafe fn free(block: NonNull<Block<dyn HostedBody>>) {
    // SAFETY: the block is there.
    let layout = Layout::for_value(unsafe { block.as_ref() });
    // Loom sees a drop only as an access to one of its cells.
    #[cfg(loom)]
    // SAFETY: as above.
    unsafe { block.as_ref() }.shell.with_mut(|_| ());
    // SAFETY: the block is not used any more. Its memory was allocated for a block of this type. If
    // a drop panics, the memory leaks.
    unsafe {
        block.drop_in_place();
        block_cache::free(block.cast(), layout);
    }
}

/// A task that may be moved to another thread between its polls.
pub(crate) enum AnyThread {}

/// A task that stays on its thread.
pub(crate) struct ThisThread(PhantomData<*const ()>);

/// The only access to the body of a task. It is `Send` if `P`, the place of the task, is.
pub(crate) struct BodyOwner<P> {
    task: HostedRef,
    place: PhantomData<P>,
}

impl BodyOwner<AnyThread> {
    /// Makes the block of a task that spawns its tasks on `executor`. The pointer is valid as long
    /// as there is a reference to the block. `body` makes the body in its place: if it panics, the
    /// memory leaks.
    pub(crate) fn of_any_thread<B: HostedBody + Send + 'static>(
        body: impl FnOnce() -> B,
        executor: Executor,
        outer: Option<Arc<ErrorContext>>,
    ) -> (Self, NonNull<B>) {
        let (task, body) = HostedRef::new(body, Some(executor), outer);
        (BodyOwner { task, place: PhantomData }, body)
    }
}

impl BodyOwner<ThisThread> {
    /// As [`of_any_thread`](BodyOwner::of_any_thread).
    pub(crate) fn of_this_thread<B: HostedBody + 'static>(
        body: impl FnOnce() -> B,
        executor: Executor,
        outer: Option<Arc<ErrorContext>>,
    ) -> (Self, NonNull<B>) {
        let (task, body) = HostedRef::new(body, Some(executor), outer);
        (BodyOwner { task, place: PhantomData }, body)
    }
}

impl<P> BodyOwner<P> {
    /// Returns another reference to the task.
    pub(super) fn second_reference(&mut self) -> HostedRef {
        let references = &self.task.block().references;
        if self.task.is_unique() {
            // `&mut self` has the only reference, so no other thread can count at the same time.
            references.store(2, Ordering::Relaxed);
            return HostedRef(self.task.0);
        }
        self.task.clone()
    }

    /// The reference to the task, the data of its shell, and the access to its body; `None` if the
    /// task has ended.
    #[inline]
    pub(super) fn parts(&mut self) -> Option<(&HostedRef, &mut ShellData, Body<'_>)> {
        // SAFETY: the owner is borrowed as long as the reference, and there is no other one (2).
        let shell = self.task.block().shell.with_mut(|shell| unsafe { &mut *shell });
        Some((&self.task, shell.as_mut()?, Body { task: &self.task }))
    }

    /// Called when the task has ended: drops the data of the shell.
    #[inline]
    pub(super) fn end(&mut self) {
        // SAFETY: as in `parts`.
        let shell = self.task.block().shell.with_mut(|shell| unsafe { &mut *shell });
        if shell.as_ref().is_some_and(ShellData::is_empty) {
            // There is nothing to drop.
            mem::forget(shell.take());
        } else {
            drop_shell(shell.take());
        }
    }
}

/// It may have the last reference to the spawner of a user.
#[inline(never)]
fn drop_shell(data: Option<ShellData>) {
    contain("the drop of a spawner", || drop(data));
}

/// The `&mut` of a [`BodyOwner`], beside which its reference can be used.
pub(super) struct Body<'a> {
    task: &'a HostedRef,
}

impl Body<'_> {
    /// Ready when the task has ended.
    #[inline]
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, thrown: &mut Option<Thrown>) -> Poll<()> {
        let block = self.task.block();
        // SAFETY: the owner is borrowed for `self`, and there is no other one (2). The owner is
        // `Send` only if the body is, so otherwise it is on the thread on which it was made.
        match unsafe { block.body.run(&block.mailbox, cx, thrown) } {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }

    pub(super) fn cut_short(&mut self, cancelled: Error) {
        let block = self.task.block();
        // SAFETY: as in `poll`.
        unsafe { block.body.cut_short(&block.mailbox, cancelled) }
    }

    pub(super) fn close(&mut self) {
        let block = self.task.block();
        // SAFETY: as in `poll`.
        unsafe { block.body.close(&block.mailbox) }
    }
}

/// See [`HostedRef::without_body`].
#[cfg(all(any(test, feature = "tokio"), not(loom)))]
struct NoBody;

// SAFETY: there is nothing in it.
#[cfg(all(any(test, feature = "tokio"), not(loom)))]
unsafe impl HostedBody for NoBody {
    unsafe fn run(&self, _: &Mailbox, _: &mut Context<'_>, _: &mut Option<Thrown>) -> bool {
        true
    }

    unsafe fn cut_short(&self, _: &Mailbox, _: Error) {}

    unsafe fn close(&self, _: &Mailbox) {}

    #[cfg(feature = "tokio")]
    fn body_type(&self) -> &'static str {
        "a future without a task"
    }
}
