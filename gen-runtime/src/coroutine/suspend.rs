//! One yield: the future that a machine is suspended at, and what is done with its error.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::site::Here;
use super::throw;
use crate::{Error, Result};

pin_project! {
    /// A yield in progress.
    #[must_use = "this is what `yield_!` awaits"]
    pub struct Suspend<P> {
        #[pin]
        pending: P,
    }
}

/// What `yield_!` awaits: resolves as `pending` does, or with an error that was thrown meanwhile.
#[inline(always)]
pub fn suspend<P, T>(pending: P) -> Suspend<P>
where
    P: Future<Output = Result<T>>,
{
    Suspend { pending }
}

impl<P, T> Future for Suspend<P>
where
    P: Future<Output = Result<T>>,
{
    type Output = Result<T>;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        match self.project().pending.poll(cx) {
            Poll::Pending if throw::any_in_flight() => take_thrown(cx),
            polled => polled,
        }
    }
}

/// Out of line, and by an ABI that does not unwind: were a panic possible here, the machine would need a way to clean up at every yield, and suspending
/// in it would take a fifth more instructions (`benches`, `instructions`). Nothing in it panics.
#[cold]
#[inline(never)]
#[expect(improper_ctypes_definitions, reason = "the ABI is asked for because it does not unwind")]
extern "C" fn take_thrown<T>(cx: &Context<'_>) -> Poll<Result<T>> {
    match throw::take(cx.waker()) {
        Some(error) => Poll::Ready(Err(error)),
        None => Poll::Pending,
    }
}

/// Writes the position of the yield into the trace of its error.
///
/// It is done behind the `.await`, when what was waited for is dropped: inside, the compiler would have to keep more registers for the case of an error.
#[inline(always)]
pub fn at<T, S>(result: Result<T>, here: S) -> Result<T>
where
    S: Fn() -> (&'static str, u32, u32),
{
    match result {
        Ok(value) => Ok(value),
        Err(error) => Err(arrived(error, here)),
    }
}

#[cold]
#[inline(never)]
fn arrived<S: Here>(error: Error, here: S) -> Error {
    error.passed(here.site())
}
