//! A task on a foreign executor.
//!
//! | task | [`start`] | [`start_local`] |
//! |---|---|---|
//! | body and result | are `Send` | need not be |
//! | the shell | may be moved between threads | stays on its thread |
//!
//! Everything else is the same for both: see [`HostedRef`](crate::executor::HostedRef) for the
//! references to a task, and `hosted_join.rs` for its end.

#[cfg(all(feature = "tokio", not(loom)))]
use std::any::type_name;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll};

use super::body::{drop_body, poll_body};
use super::body_slot::BodySlot;
use super::hosted_join::{HostedHandle, Joined};
use super::span::TaskSpan;
use super::JoinHandle;
use crate::error::{Error, Throw};
use crate::executor::{
    count_first_step, current, host, note_later_first_step, BodyOwner, Executor, HostedBody, Mailbox, NoHost,
    Shell,
};
use crate::inject::in_flight::{nothing, Thrown};
use crate::report::TaskName;
use crate::Result;

/// The part of a task that knows its types. `M` is the marker of the error's [`Throw`].
struct Hosted<F, T, M> {
    joined: Joined<T>,
    span: TaskSpan,
    body: BodySlot<F>,
    marker: PhantomData<fn() -> M>,
}

/// Starts a task on an executor that may move it between threads.
#[track_caller]
pub(crate) fn start<F, T, E, M>(executor: Executor, body: F) -> JoinHandle<T>
where
    F: Future<Output = std::result::Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Throw<M>,
    M: 'static,
{
    let span = TaskSpan::of::<F>();
    let body = || Hosted::<F, T, M>::new(span, body);
    let outer = current::capture();
    let inherited = host::to_inherit(outer.as_ref());
    let (owner, task) = BodyOwner::of_any_thread(body, executor.of_any_thread(), outer);
    let mut shell = Shell::new(owner);
    if let Some(inherited) = inherited {
        shell.inherit(inherited);
    }
    if let Poll::Ready(result) = first_step(&mut shell, task) {
        return JoinHandle::ended(result);
    }
    let handle = handle(&mut shell, task);
    executor.spawn(shell, TaskName::of::<F>());
    JoinHandle::hosted(handle)
}

/// Starts a task that stays on this thread.
#[track_caller]
pub(super) fn start_local<F, T, E, M>(executor: Executor, body: F) -> JoinHandle<T>
where
    F: Future<Output = std::result::Result<T, E>> + 'static,
    T: 'static,
    E: Throw<M>,
    M: 'static,
{
    if !executor.is_local() {
        return JoinHandle::failed(NoHost::for_local_tasks().into());
    }
    let span = TaskSpan::of::<F>();
    let body = || Hosted::<F, T, M>::new(span, body);
    let outer = current::capture();
    let inherited = host::to_inherit(outer.as_ref());
    let (owner, task) = BodyOwner::of_this_thread(body, executor.clone(), outer);
    let mut shell = Shell::new(owner);
    if let Some(inherited) = inherited {
        shell.inherit(inherited);
    }
    if let Poll::Ready(result) = first_step(&mut shell, task) {
        return JoinHandle::ended(result);
    }
    let handle = handle(&mut shell, task);
    executor.spawn_local(shell, TaskName::of::<F>());
    JoinHandle::hosted(handle)
}

/// Runs the body up to its first suspension, on the spot. Nothing has to be woken for it: the
/// executor polls the task once more in any case.
///
/// Does nothing if too many first steps are nested on this thread. Then the executor runs the first
/// step.
fn first_step<F, T, E, M, P>(shell: &mut Shell<P>, task: NonNull<Hosted<F, T, M>>) -> Poll<Result<T>>
where
    F: Future<Output = std::result::Result<T, E>>,
    E: Throw<M>,
{
    let Some(_counted) = count_first_step() else {
        note_later_first_step();
        return Poll::Pending;
    };
    // SAFETY: the block is there, because the shell has a reference to it. The shell, which owns
    // the body, does not use it meanwhile, and was made on this thread.
    shell.first_step(|cx| unsafe { task.as_ref().first_step(cx) })
}

/// Makes the handle of a task.
fn handle<F, T, M, P>(shell: &mut Shell<P>, task: NonNull<Hosted<F, T, M>>) -> HostedHandle<T> {
    // SAFETY: the block is there, because the shell has a reference to it. This is called once for
    // each task, on the thread on which it was made.
    unsafe { HostedHandle::new(shell.second_reference(), NonNull::from(&task.as_ref().joined)) }
}

impl<F, T, M> Hosted<F, T, M> {
    fn new(span: TaskSpan, body: F) -> Self {
        Hosted { joined: Joined::new(), span, body: BodySlot::new(body), marker: PhantomData }
    }
}

impl<F, T, E, M> Hosted<F, T, M>
where
    F: Future<Output = std::result::Result<T, E>>,
    E: Throw<M>,
{
    /// Runs the first step, before there is a handle. Ready with the result if the body has ended.
    ///
    /// # Safety
    ///
    /// As for [`HostedBody::run`].
    unsafe fn first_step(&self, cx: &mut Context<'_>) -> Poll<Result<T>> {
        // SAFETY: promised by the caller. A block is never moved.
        let body = unsafe { self.body.access() };
        match self.span.enter(&mut nothing(), |thrown| poll_body(Pin::new(&body), cx, thrown)) {
            Poll::Ready(Some(result)) => Poll::Ready(result),
            // Nothing has dropped the body before its first step.
            Poll::Pending | Poll::Ready(None) => Poll::Pending,
        }
    }
}

// SAFETY: the drop of a `BodySlot` and of a `Joined` drops nothing, and a span is `Send`. The
// functions pass their promises on.
unsafe impl<F, T, E, M> HostedBody for Hosted<F, T, M>
where
    F: Future<Output = std::result::Result<T, E>>,
    E: Throw<M>,
{
    unsafe fn run(&self, mailbox: &Mailbox, cx: &mut Context<'_>, thrown: &mut Option<Thrown>) -> bool {
        // SAFETY: promised by the caller. A block is never moved.
        let body = unsafe { self.body.access() };
        self.span.enter(thrown, |thrown| match poll_body(Pin::new(&body), cx, thrown) {
            Poll::Pending => false,
            Poll::Ready(None) => true,
            Poll::Ready(Some(result)) => {
                // SAFETY: the caller is the owner, and brings the mailbox of the task.
                unsafe { self.joined.finish(mailbox, result) };
                true
            }
        })
    }

    unsafe fn cut_short(&self, mailbox: &Mailbox, cancelled: Error) {
        // SAFETY: as in `run`.
        let body = unsafe { self.body.access() };
        self.span.enter(&mut None, |_| {
            drop_body(Pin::new(&body));
            // SAFETY: as in `run`.
            unsafe { self.joined.finish(mailbox, Err(cancelled)) };
        });
    }

    unsafe fn close(&self, mailbox: &Mailbox) {
        // SAFETY: as in `run`.
        let body = unsafe { self.body.access() };
        self.span.enter(&mut None, |_| drop_body(Pin::new(&body)));
        // SAFETY: as in `run`.
        unsafe { self.joined.close(mailbox) };
    }

    #[cfg(all(feature = "tokio", not(loom)))]
    fn body_type(&self) -> &'static str {
        type_name::<F>()
    }
}
