//! The children of the groups that are measured.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Where children that are pending leave their wakers.
pub type Wakers = Rc<RefCell<Vec<Waker>>>;

/// How the driver wakes the children.
#[derive(Debug, Clone, Copy)]
pub enum Waking {
    /// All of them, and then it polls.
    Together,
    /// Each of them, with a poll after each.
    OneByOne,
}

/// A child that is pending until its waker has been called once by the driver.
#[derive(Debug)]
pub struct Woken {
    wakers: Wakers,
    polled: bool,
}

impl Woken {
    /// One that was not polled yet.
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

/// That many children.
pub fn woken(wakers: &Wakers, count: usize) -> impl Iterator<Item = Woken> + '_ {
    (0..count).map(|_| Woken::new(wakers))
}
