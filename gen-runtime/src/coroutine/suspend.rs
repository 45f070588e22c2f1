//! One yield: the future that a machine is suspended at, and what is done with its error.

use std::future::Future;
use std::hint::black_box;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::site::Here;
use super::throw;
use crate::{Error, Result};

pin_project! {
    /// What a yield waits for: a future, and in `H` what becomes of its output. It resolves to the result of the yield.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Pending<F, H> {
        #[pin]
        future: F,
        how: PhantomData<fn() -> H>,
    }
}

pin_project! {
    /// A yield in progress: resolves as what it waits for does, or with an error that was thrown meanwhile.
    ///
    /// The future lies in it bare, not in its [`Pending`]: a layer around each would count twice as much for the compiler's limit of recursion as the coroutine
    /// itself, and some 25 levels of coroutines would be all that could be asked whether they are `Send`.
    #[must_use = "this is what `yield_!` awaits"]
    pub struct Suspend<F, H, P> {
        #[pin]
        future: F,
        how: PhantomData<fn() -> H>,
        // Takes no space; for whoever asks where a task is suspended.
        here: P,
    }
}

impl<F, H> Pending<F, H> {
    #[inline(always)]
    pub(crate) fn new(future: F) -> Self {
        Pending { future, how: PhantomData }
    }
}

/// Suspends the machine until it is resolved.
#[inline(always)]
pub fn suspend<F, H, P>(pending: Pending<F, H>, here: P) -> Suspend<F, H, P> {
    Suspend { future: pending.future, how: PhantomData, here }
}

/// How a yield treats the future that it waits for.
pub trait How<F: Future> {
    /// What the yield gives if all goes well.
    type Value;

    /// Makes the result of the yield.
    fn into_result(output: F::Output) -> Result<Self::Value>;

    /// Whether the yield looks for what is thrown, or leaves that to yields inside of the future.
    #[inline(always)]
    fn looks() -> bool {
        true
    }
}

/// Pending futures resolve to a result of ours.
#[derive(Debug)]
pub enum AsItIs {}

impl<F, T> How<F> for AsItIs
where
    F: Future<Output = Result<T>>,
{
    type Value = T;

    #[inline(always)]
    fn into_result(output: Result<T>) -> Result<T> {
        output
    }
}

impl<F, H> Future for Pending<F, H>
where
    F: Future,
    H: How<F>,
{
    type Output = Result<H::Value>;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().future.poll(cx).map(H::into_result)
    }
}

impl<F, H, P> Future for Suspend<F, H, P>
where
    F: Future,
    H: How<F>,
    P: Here,
{
    type Output = Result<H::Value>;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        match this.future.poll(cx) {
            Poll::Ready(output) => Poll::Ready(H::into_result(output)),
            Poll::Pending if H::looks() && throw::any_in_flight() => take_thrown(cx, this.here),
            // It takes nothing, but can be asked where it is: as long as it is looked for mistakes.
            Poll::Pending if cfg!(debug_assertions) && throw::any_in_flight() => {
                throw::note(cx.waker(), &this.here.site());
                Poll::Pending
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

/// Out of line, and by an ABI that does not unwind: were a panic possible here, the machine would need a way to clean up at every yield, and suspending
/// in it would take a fifth more instructions (`benches`, `instructions`). Nothing in it panics.
#[cold]
#[inline(never)]
#[expect(improper_ctypes_definitions, reason = "the ABI is asked for because it does not unwind")]
extern "C" fn take_thrown<T, P: Here>(cx: &Context<'_>, here: &P) -> Poll<Result<T>> {
    match throw::take_or_note(cx.waker(), &here.site()) {
        Some(error) => Poll::Ready(Err(error)),
        None => Poll::Pending,
    }
}

/// Writes the position of the yield into the trace of its error.
///
/// It is done behind the `.await`, when what was waited for is dropped: inside, the compiler would have to keep more registers for the case of an error.
#[inline(always)]
pub fn at<T, P: Here>(result: Result<T>, here: P) -> Result<T> {
    match result {
        Ok(value) => Ok(value),
        Err(error) => Err(arrived(error, here)),
    }
}

/// A function for each position, which takes no space: the constants of the position as arguments would cost the machine registers. Behind a `black_box`: it returns
/// the very pointer that it is given, and if the compiler knows that, it keeps it in a register of which all other ways through the machine must save what was there.
#[cold]
#[inline(never)]
fn arrived<P: Here>(error: Error, here: P) -> Error {
    black_box(error.passed(here.site()))
}
