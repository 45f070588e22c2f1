//! One yield: the future that a machine is suspended at, and what is done with its error.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::at::{At, LineAndColumn, NoSite};
use crate::error::Site;
use crate::inject::in_flight;
use crate::Result;

pin_project! {
    /// What a yield waits for: a future, in `H` what becomes of its output, and in `P` where it is. It resolves to the result of the yield: as the future does, or
    /// with an error that was thrown meanwhile.
    ///
    /// The future lies in it bare: a layer around it would count twice as much for the compiler's limit of recursion as a coroutine itself, and some 25 levels of
    /// coroutines would be all that could be asked whether they are `Send`.
    #[must_use = "a yield does nothing unless it is awaited"]
    pub struct Pending<F, H, P = NoSite> {
        #[pin]
        future: F,
        how: PhantomData<fn() -> H>,
        // Takes no space; what is told to whoever asks where a task is suspended.
        here: P,
    }
}

impl<F, H> Pending<F, H> {
    #[inline(always)]
    pub(crate) fn new(future: F) -> Self {
        Pending::at(future, NoSite)
    }
}

impl<F, H, P> Pending<F, H, P> {
    #[inline(always)]
    pub(crate) fn at(future: F, here: P) -> Self {
        Pending { future, how: PhantomData, here }
    }
}

/// How a yield treats the future that it waits for.
pub trait OutputMode<F: Future> {
    /// What the yield gives if all goes well.
    type Value;

    /// Makes the result of the yield.
    fn into_result(output: F::Output) -> Result<Self::Value>;

    /// Whether the yield looks for what is thrown, or leaves that to yields inside of the future.
    #[inline(always)]
    fn checks_injection() -> bool {
        true
    }
}

/// Pending futures resolve to a result of ours.
#[derive(Debug)]
pub enum Identity {}

impl<F, T> OutputMode<F> for Identity
where
    F: Future<Output = Result<T>>,
{
    type Value = T;

    #[inline(always)]
    fn into_result(output: Result<T>) -> Result<T> {
        output
    }
}

impl<F, H, P> Future for Pending<F, H, P>
where
    F: Future,
    H: OutputMode<F>,
    P: YieldSite,
{
    type Output = Result<H::Value>;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let polled = this.future.poll(cx);
        // Apart from what is made of the output: merged with it, the answer of the cold path costs each level three instructions more.
        if polled.is_pending() {
            if let Some(thrown) = this.here.look(H::checks_injection(), cx) {
                return thrown;
            }
        }
        polled.map(H::into_result)
    }
}

/// Where a pending future is.
pub trait YieldSite {
    /// While the future is pending: what its poll gives instead, if something is in flight and the yield `looks` for it.
    fn look<T>(&self, looks: bool, cx: &Context<'_>) -> Option<Poll<Result<T>>>;
}

/// At a yield.
impl<F: Fn() -> Site, const PLACE: LineAndColumn> YieldSite for At<F, PLACE> {
    #[inline(always)]
    fn look<T>(&self, looks: bool, cx: &Context<'_>) -> Option<Poll<Result<T>>> {
        if looks && in_flight::any_in_flight() {
            return Some(take_thrown(cx, self));
        }
        // It takes nothing, but can be asked where it is: as long as it is looked for mistakes.
        if cfg!(debug_assertions) && in_flight::any_in_flight() {
            in_flight::note(cx.waker(), &self.site());
        }
        None
    }
}

/// In a group, which looks itself.
impl YieldSite for NoSite {
    #[inline(always)]
    fn look<T>(&self, _: bool, _: &Context<'_>) -> Option<Poll<Result<T>>> {
        None
    }
}

/// Out of line, and by an ABI that does not unwind: were a panic possible here, the machine would need a way to clean up at every yield, and suspending
/// in it would take a fifth more instructions (`benches`, `instructions`). Nothing in it panics.
#[cold]
#[inline(never)]
#[expect(improper_ctypes_definitions, reason = "the ABI is asked for because it does not unwind")]
extern "C" fn take_thrown<T, F: Fn() -> Site, const PLACE: LineAndColumn>(
    cx: &Context<'_>,
    here: &At<F, PLACE>,
) -> Poll<Result<T>> {
    match in_flight::take_or_note(cx.waker(), &here.site()) {
        Some(error) => Poll::Ready(Err(error)),
        None => Poll::Pending,
    }
}
