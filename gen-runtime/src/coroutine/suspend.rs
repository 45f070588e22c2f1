//! The future that a yield awaits.

use std::any::type_name;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::at::{moved_to, At, LineAndColumn, NoSite};
use crate::error::Site;
use crate::inject::in_flight::{self, PendingYield};
use crate::inject::observer;
use crate::inject::question::Memory;
use crate::{Error, Result};

pin_project! {
    /// The future that a yield awaits. It resolves to the result of the inner future `F`, or to an
    /// error that is injected while `F` is pending. `H` converts the output, `P` is the position.
    ///
    /// `F` is a direct field. A wrapper around it would count twice as much as a coroutine for the
    /// compiler's recursion limit. Then the compiler could check whether coroutines are `Send` only
    /// to a depth of some 25.
    #[must_use = "a yield does nothing unless it is awaited"]
    pub struct Pending<F, H, P = NoSite> {
        #[pin]
        future: F,
        mode: PhantomData<fn() -> H>,
        // Takes no space. It is reported in traces of the task.
        site: P,
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
    pub(crate) fn at(future: F, site: P) -> Self {
        Pending { future, mode: PhantomData, site }
    }
}

/// How a yield converts the output of its future.
pub trait OutputMode<F: Future> {
    /// The value of a yield that does not fail.
    type Value;

    /// Converts the output to the result of the yield.
    fn into_result(output: F::Output) -> Result<Self::Value>;

    /// Whether the yield takes an injected error. If not, yields inside the future do.
    #[inline(always)]
    fn checks_injection() -> bool {
        true
    }
}

/// The output is already a [`Result`], and stays as it is.
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
        let mut this = self.project();
        let polled = this.future.as_mut().poll(cx);
        // The cold path returns by itself: merged with the conversion of the output, its result
        // would cost each level three more instructions.
        if polled.is_pending() && P::LOOKS && in_flight::any_in_flight() {
            return this.site.look(H::checks_injection(), this.future.into_ref().get_ref(), cx);
        }
        let polled = polled.map(H::into_result);
        // In an optimized build without the feature `testing` there is nothing of this.
        if observer::ALL_YIELDS_LOOK && in_flight::any_in_flight() {
            if let Poll::Ready(result) = &polled {
                if let Some(error) = this.site.returned(result.is_ok(), cx) {
                    return Poll::Ready(Err(error));
                }
            }
        }
        polled
    }
}

/// The position of a [`Pending`].
pub trait YieldSite {
    /// Whether it is that of a yield.
    const LOOKS: bool;

    /// Called while `future` is pending and something is in flight. Returns the result of the poll.
    fn look<T, F>(&self, checks_injection: bool, future: &F, cx: &Context<'_>) -> Poll<Result<T>>;

    /// Called when the future is ready, and something is in flight. Returns the error that takes
    /// the place of its value, in a test that loses it.
    fn returned(&self, has_value: bool, cx: &Context<'_>) -> Option<Error>;
}

impl<S: Fn() -> Site, const POSITION: LineAndColumn> YieldSite for At<S, POSITION> {
    const LOOKS: bool = true;

    #[inline(always)]
    fn look<T, F>(&self, checks_injection: bool, future: &F, cx: &Context<'_>) -> Poll<Result<T>> {
        if checks_injection {
            return take_thrown(cx, self, future);
        }
        // An outer yield of a chain. It takes nothing, but answers a question, and is watched for a
        // swallowed cancellation, and by a test. It does not say where its future lies: the
        // compiler would have to keep that address in a register, at each level.
        note(cx, &self.0, POSITION, type_name::<F>());
        Poll::Pending
    }

    #[inline(always)]
    fn returned(&self, has_value: bool, cx: &Context<'_>) -> Option<Error> {
        in_flight::returned(has_value, cx.waker(), &self.site())
    }
}

/// The group of the child looks itself.
impl YieldSite for NoSite {
    const LOOKS: bool = false;

    #[inline(always)]
    fn look<T, F>(&self, _: bool, _: &F, _: &Context<'_>) -> Poll<Result<T>> {
        Poll::Pending
    }

    #[inline(always)]
    fn returned(&self, _: bool, _: &Context<'_>) -> Option<Error> {
        None
    }
}

/// Nothing in it panics, and the ABI says so. If it could unwind, the machine would need a clean-up
/// path at every yield, and a suspension would take a fifth more instructions (`benches`,
/// `instructions`).
#[cold]
#[inline(never)]
#[expect(improper_ctypes_definitions, reason = "the ABI is chosen because it does not unwind")]
extern "C" fn take_thrown<T, F, S: Fn() -> Site, const POSITION: LineAndColumn>(
    cx: &Context<'_>,
    at: &At<S, POSITION>,
    future: &F,
) -> Poll<Result<T>> {
    let pending = PendingYield { site: at.site(), future: type_name::<F>(), at: Some(Memory::of(future)) };
    match in_flight::take_or_note(cx.waker(), &pending) {
        Some(error) => Poll::Ready(Err(error)),
        None => Poll::Pending,
    }
}

/// As [`take_thrown`], for the yield of a closed coroutine, which takes nothing.
///
/// It has no type parameters, so the compiler makes one function and not one for each yield: an
/// optimized build of many small coroutines takes a tenth less.
#[cold]
#[inline(never)]
#[expect(improper_ctypes_definitions, reason = "the ABI is chosen because it does not unwind")]
extern "C" fn note(cx: &Context<'_>, site: &dyn Fn() -> Site, position: LineAndColumn, future: &'static str) {
    let pending = PendingYield { site: moved_to(site(), position), future, at: None };
    in_flight::note(cx.waker(), &pending);
}
