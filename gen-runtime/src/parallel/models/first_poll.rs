//! Models of the first poll, which lends its children a waker on the stack.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use loom::thread;

use super::{two_threads, Parent, Signal};
use crate::parallel::{Group, List};
use crate::Result;

/// A child that lends its waker to another thread in its first poll. Both threads clone and wake
/// it.
struct LendsItsWaker {
    signals: [Signal; 2],
    wakers: std::sync::mpsc::Sender<Waker>,
    is_first: bool,
}

impl Future for LendsItsWaker {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        if std::mem::replace(&mut self.is_first, false) {
            // SAFETY: the thread ends before this poll.
            let lent: &'static Waker = unsafe { &*std::ptr::from_ref(cx.waker()) };
            let signal = self.signals[0].clone();
            let thread = thread::spawn(move || {
                let waker = lent.clone();
                signal.send(lent);
                waker
            });
            self.signals[1].send(cx.waker());
            let wakers = [cx.waker().clone(), thread.join().unwrap()];
            assert!(wakers[0].will_wake(&wakers[1]), "the two threads have made two blocks");
            wakers.into_iter().for_each(|waker| self.wakers.send(waker).unwrap());
            return Poll::Pending;
        }
        if self.signals.iter().all(Signal::is_sent) {
            Poll::Ready(Ok(()))
        } else {
            Poll::Pending
        }
    }
}

/// In the first poll there is no block yet, and the waker of the child is on the stack. Two threads
/// that clone and wake it at the same time must agree on one block.
#[test]
fn a_waker_that_is_cloned_on_two_threads_in_the_first_poll_is_one() {
    two_threads(|| {
        let (sender, receiver) = std::sync::mpsc::channel();
        let signals = [Signal::new(), Signal::new()];
        let child = LendsItsWaker { signals, wakers: sender, is_first: true };
        let (parent, waker) = Parent::new();
        let mut group = Group::new([child].into_iter(), List);
        let cx = &mut Context::from_waker(&waker);
        assert!(Pin::new(&mut group).poll(cx).is_pending());
        assert!(parent.was_woken());
        assert!(Pin::new(&mut group).poll(cx).is_ready());
        drop(group);
        receiver.try_iter().for_each(Waker::wake);
    });
}
