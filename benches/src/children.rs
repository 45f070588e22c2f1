//! The children of the groups that the benchmarks measure.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// The wakers of the children that are pending.
pub type Wakers = Rc<RefCell<Vec<Waker>>>;

/// The order in which the driver wakes the children.
#[derive(Debug, Clone, Copy)]
pub enum Waking {
    /// It wakes all of them, then polls once.
    Together,
    /// It wakes one after the other, and polls after each.
    OneByOne,
}

/// A child that is pending at its first poll, and ready at the second, which the driver causes.
#[derive(Debug)]
pub struct Woken {
    wakers: Wakers,
    polled: bool,
}

impl Woken {
    /// Creates a child that leaves its waker in `wakers`.
    pub fn new(wakers: &Wakers) -> Self {
        Woken { wakers: wakers.clone(), polled: false }
    }
}

impl Future for Woken {
    type Output = gen::Result<u64>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if std::mem::replace(&mut self.polled, true) {
            return Poll::Ready(Ok(1));
        }
        self.wakers.borrow_mut().push(cx.waker().clone());
        Poll::Pending
    }
}

/// Creates `count` children.
pub fn woken(wakers: &Wakers, count: usize) -> impl Iterator<Item = Woken> + '_ {
    (0..count).map(|_| Woken::new(wakers))
}
