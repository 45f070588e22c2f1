//! Futures that are polled by hand, as Tornado's tests ask `future.done()`.

use std::future::Future;
use std::pin::Pin;
use std::task::Poll;

use behaviour::Poller;

/// A future that was polled once, with its value if it is ready.
pub(super) struct Polled<F: Future> {
    future: F,
    pub(super) value: Option<F::Output>,
}

pub(super) fn polled<F: Future + Unpin>(future: F) -> Polled<F> {
    let mut polled = Polled { future, value: None };
    polled.is_done();
    polled
}

impl<F: Future + Unpin> Polled<F> {
    pub(super) fn is_done(&mut self) -> bool {
        if self.value.is_none() {
            if let Poll::Ready(value) = Poller::new().poll(Pin::new(&mut self.future)) {
                self.value = Some(value);
            }
        }
        self.value.is_some()
    }
}
