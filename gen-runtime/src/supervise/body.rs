//! A child behind a pointer: the function that starts it, and its future while it runs.
//!
//! There is one future at a time, so a child never runs twice at once. A panic of the function, or
//! of the future, is the error of the run.

use std::any::type_name;
use std::future::Future;
use std::marker::PhantomData;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::health::Supervised;
use crate::coroutine::Frame;
use crate::error::Panicked;
use crate::report::contain;
use crate::{Error, Result, Yieldable};

/// It is a future of the end of one run after another. It does not panic.
pub trait Body: Future<Output = Result> {
    /// Begins a run. The one before has ended.
    fn start(self: Pin<&mut Self>, run: Supervised);

    /// Drops the future of the run.
    fn cut_short(self: Pin<&mut Self>);

    /// The type of its future.
    fn type_name(&self) -> &'static str;
}

/// A child of [`supervise()`](fn@crate::supervise), in the name of the type of the supervisor:
/// `gen::Supervise<SendBody<'static>>`.
pub type SendBody<'env> = Pin<Box<dyn Body + Send + 'env>>;

/// A child of [`supervise_local`](crate::supervise_local), as [`SendBody`] is one of `supervise`.
pub type LocalBody<'env> = Pin<Box<dyn Body + 'env>>;

/// Either of the two.
pub trait AnyBody: Unpin {
    fn as_body(&mut self) -> Pin<&mut (dyn Body + '_)>;
}

impl AnyBody for SendBody<'_> {
    fn as_body(&mut self) -> Pin<&mut (dyn Body + '_)> {
        self.as_mut()
    }
}

impl AnyBody for LocalBody<'_> {
    fn as_body(&mut self) -> Pin<&mut (dyn Body + '_)> {
        self.as_mut()
    }
}

pin_project! {
    /// The kind is that of the yieldables.
    pub(super) struct BodyOf<F, P, M> {
        // `None` when no run is under way.
        #[pin]
        run: Option<P>,
        // The panic of `make`, until the next poll.
        panicked: Option<Error>,
        make: F,
        kind: PhantomData<fn() -> M>,
    }
}

impl<F, P, M> BodyOf<F, P, M> {
    pub(super) fn new(make: F) -> Self {
        BodyOf { run: None, panicked: None, make, kind: PhantomData }
    }
}

/// The name of the code in the log whose panic has no other place.
pub(super) const DROP: &str = "the drop of a supervisor's child";

impl<F, Y, M> Future for BodyOf<F, Y::Pending, M>
where
    F: FnMut(Supervised) -> Y,
    Y: Yieldable<M>,
{
    type Output = Result;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result> {
        let mut this = self.project();
        if let Some(panicked) = this.panicked.take() {
            return Poll::Ready(Err(panicked));
        }
        let Some(run) = this.run.as_mut().as_pin_mut() else { return Poll::Pending };
        let result = match catch_unwind(AssertUnwindSafe(|| run.poll(cx))) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(Ok(value))) => {
                contain(DROP, || drop(value));
                Ok(())
            }
            Ok(Poll::Ready(Err(error))) => Err(error),
            Err(payload) => Err(Panicked::new(payload).into()),
        };
        contain(DROP, || this.run.set(None));
        Poll::Ready(result)
    }
}

impl<F, Y, M> Body for BodyOf<F, Y::Pending, M>
where
    F: FnMut(Supervised) -> Y,
    Y: Yieldable<M>,
{
    fn start(self: Pin<&mut Self>, run: Supervised) {
        let mut this = self.project();
        match catch_unwind(AssertUnwindSafe(|| (this.make)(run).into_pending(&Frame::new(0)))) {
            Ok(run) => this.run.set(Some(run)),
            Err(payload) => *this.panicked = Some(Panicked::new(payload).into()),
        }
    }

    fn cut_short(self: Pin<&mut Self>) {
        let mut this = self.project();
        contain(DROP, || this.run.set(None));
    }

    fn type_name(&self) -> &'static str {
        type_name::<Y::Pending>()
    }
}
