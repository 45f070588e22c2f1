//! The futures at the ends of the chains, and the loops that drive a chain.

use std::future::{ready, Future, Ready};
use std::hint::black_box;
use std::pin::{pin, Pin};
use std::task::{Context, Poll, Waker};

use gen::Coroutine;

/// A future that is ready.
#[inline]
pub fn at_once(n: u64) -> Ready<gen::Result<u64>> {
    ready(Ok(black_box(n)))
}

/// A future that is pending at its first poll, and wakes its task in that poll.
#[inline]
pub fn later(n: u64) -> Later {
    Later { n, polled: false }
}

/// The future that [`later`] returns.
#[derive(Debug)]
pub struct Later {
    n: u64,
    polled: bool,
}

impl Future for Later {
    type Output = gen::Result<u64>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if std::mem::replace(&mut self.polled, true) {
            return Poll::Ready(Ok(black_box(self.n)));
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Polls a future until it is ready, and does nothing else. Like an executor, it does not know the
/// type of the future.
#[inline]
pub fn bare<F: Future>(future: F) -> F::Output {
    let future = pin!(future);
    let mut future: Pin<&mut dyn Future<Output = F::Output>> = black_box(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
    }
}

/// Makes `calls` calls in one task of tokio, an executor that belongs to neither side.
pub fn task<F: Future<Output = gen::Result<u64>>>(calls: u64, call: impl Fn(u64) -> F + 'static) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("tokio starts");
    let calls = async move {
        for n in 0..calls {
            let _ = black_box(call(black_box(n)).await);
        }
    };
    let tasks = tokio::task::LocalSet::new();
    tasks.block_on(&runtime, async { tokio::task::spawn_local(calls).await }).expect("the task ends");
}

/// Makes `calls` calls with [`bare`] polls.
pub fn polls<F: Future<Output = gen::Result<u64>>>(calls: u64, call: impl Fn(u64) -> F) {
    for n in 0..calls {
        let _ = black_box(bare(call(black_box(n))));
    }
}

/// Throws an error into a coroutine once. In a program that never throws, the linker would remove
/// the check for errors.
pub fn throw_once() -> bool {
    #[gen::coroutine]
    fn waiting() -> gen::Result<u64> {
        gen::yield_!(later(1))
    }
    let mut thrown = Some(gen::Error::new("thrown"));
    let resumed = pin!(waiting()).resume(&mut Context::from_waker(Waker::noop()), &mut thrown);
    matches!(resumed, Poll::Ready(Err(_)))
}
