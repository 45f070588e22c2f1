//! Shared by the tests of the attributes: a way to poll a coroutine by hand, and a log of drops.

use std::cell::RefCell;
use std::future::Future;
use std::pin::{pin, Pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Polls a future once.
pub fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls a future until it is ready.
///
/// # Panics
///
/// After a thousand polls, since the future then never becomes ready.
pub fn drive<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    for _ in 0..1000 {
        if let Poll::Ready(output) = poll(future.as_mut()) {
            return output;
        }
    }
    panic!("still pending after a thousand polls");
}

/// A future that is pending once, and then ready with its value.
#[derive(Debug)]
pub struct Later<T>(pub T, bool);

/// Makes a future that is pending once, and then ready with `value`.
pub fn later<T: Clone + Unpin>(value: T) -> Later<T> {
    Later(value, false)
}

impl<T: Clone + Unpin> Future for Later<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        if std::mem::replace(&mut self.1, true) {
            return Poll::Ready(self.0.clone());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// The names of the values that were dropped, in order.
#[derive(Debug, Clone, Default)]
pub struct DropLog(Rc<RefCell<Vec<&'static str>>>);

/// A value that writes its name to a log when it is dropped.
#[derive(Debug)]
pub struct Dropped(&'static str, DropLog);

impl DropLog {
    /// Makes a value that will write `name` to `log`.
    #[must_use]
    pub fn entry(&self, name: &'static str) -> Dropped {
        Dropped(name, self.clone())
    }

    /// The names so far, separated by spaces.
    #[must_use]
    pub fn read(&self) -> String {
        self.0.borrow().join(" ")
    }
}

impl Dropped {
    /// A method that borrows the value.
    #[must_use]
    pub fn name_len(&self) -> usize {
        self.0.len()
    }
}

impl Drop for Dropped {
    fn drop(&mut self) {
        self.1 .0.borrow_mut().push(self.0);
    }
}
