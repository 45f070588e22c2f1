//! One try after another, and the waits between them.
//!
//! | stage | entered by | left when |
//! |---|---|---|
//! | `Fresh`: no try was made | `new` | `poll` makes the first one |
//! | `Trying` | `poll`, at once in the first call and at the end of a wait | the try has ended: `poll` returns its result |
//! | `Waiting` | `wait`, which the owner calls after an end | the time is over |
//! | `Ended` | the end of a try | `wait` |

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{ready, Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;

use crate::coroutine::Frame;
use crate::inject::in_flight::{self, any_in_flight, without_injected_errors};
use crate::time::{sleep, Sleep};
use crate::{Error, Result, Yieldable};

/// The kind of a [`retry`](crate::retry) and of a [`repeat`](crate::repeat) whose yieldables have
/// the kind `M`.
#[derive(Debug)]
pub struct Retried<M>(PhantomData<M>);

pin_project! {
    /// The tries of yieldables that `F` makes, with the pending future `P`. The kinds are those of
    /// the yieldables.
    pub(super) struct Tries<F, P, Kinds> {
        make: F,
        #[pin]
        stage: Stage<P>,
        // Whether a try has taken a cancellation.
        is_cancelled: bool,
        kinds: PhantomData<fn() -> Kinds>,
    }
}

pin_project! {
    #[project = StageProjection]
    enum Stage<P> {
        Fresh,
        Trying { #[pin] child: P },
        Waiting { sleep: Sleep },
        Ended,
    }
}

impl<F, P, Kinds> Tries<F, P, Kinds> {
    pub(super) fn new(make: F) -> Self {
        Tries { make, stage: Stage::Fresh, is_cancelled: false, kinds: PhantomData }
    }

    /// The next try begins after that time.
    pub(super) fn wait(self: Pin<&mut Self>, time: Duration) {
        self.project().stage.set(Stage::Waiting { sleep: sleep(time) });
    }

    /// Whether the end of the try may be answered by another one: nothing has cancelled it.
    pub(super) fn may_go_on(&self) -> bool {
        !self.is_cancelled
    }
}

impl<F, Y, M, Mode> Tries<F, Y::Pending, (M, Mode)>
where
    F: FnMut() -> Y,
    Y: Yieldable<M, Mode>,
{
    /// Polls the wait, or the try. Ready with the result of a try.
    ///
    /// # Errors
    ///
    /// The outer error is that of the wait: there is no timer.
    pub(super) fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Result<Y::Output>, Error>> {
        let mut this = self.project();
        if let StageProjection::Waiting { sleep } = this.stage.as_mut().project() {
            ready!(Pin::new(sleep).poll(cx))?;
            this.stage.set(Stage::Fresh);
        }
        if let StageProjection::Fresh = this.stage.as_mut().project() {
            let child = (this.make)().into_pending(&Frame::new(0));
            this.stage.set(Stage::Trying { child });
        }
        let StageProjection::Trying { child } = this.stage.as_mut().project() else {
            panic!("it was polled after it was ready");
        };
        let polled = match any_in_flight() {
            true => poll_in_flight(child, cx, this.is_cancelled),
            false => child.poll(cx),
        };
        let result = ready!(polled);
        this.stage.set(Stage::Ended);
        Poll::Ready(Ok(result))
    }
}

/// Polls the try while something is in flight. A thrown error is for the yield that waits for this
/// future. A cancellation is for the try.
#[cold]
fn poll_in_flight<P, T>(child: Pin<&mut P>, cx: &mut Context<'_>, is_cancelled: &mut bool) -> Poll<Result<T>>
where
    P: Future<Output = Result<T>>,
{
    let was_in_flight = in_flight::cancel_source(cx.waker()).is_some();
    let polled = without_injected_errors(|| child.poll(cx));
    *is_cancelled |= was_in_flight && in_flight::cancel_source(cx.waker()).is_none();
    polled
}
