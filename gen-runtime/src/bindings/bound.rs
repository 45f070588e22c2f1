//! [`Bound`]: a future within a binding.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::binding::Bind;
use super::chain::within;

pin_project! {
    /// A future that is polled, and dropped, where `binding` is the innermost binding.
    ///
    /// The future is dropped there because its clean-up may need the values: a destructor that
    /// writes a log, or a release that is spawned as a task.
    pub struct Bound<P, B: Bind> {
        // `None` when it was dropped.
        #[pin]
        child: Option<P>,
        binding: B,
    }

    impl<P, B: Bind> PinnedDrop for Bound<P, B> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            within(&*this.binding, || this.child.set(None));
        }
    }
}

impl<P, B: Bind> Bound<P, B> {
    pub(crate) fn new(child: P, binding: B) -> Self {
        Bound { child: Some(child), binding }
    }
}

impl<P: Future, B: Bind> Future for Bound<P, B> {
    type Output = P::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<P::Output> {
        let this = self.project();
        match this.child.as_pin_mut() {
            Some(child) => within(&*this.binding, || child.poll(cx)),
            None => Poll::Pending,
        }
    }
}
