//! A one-shot channel: a cell behind an `Rc`.

use std::cell::UnsafeCell;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

enum State<T> {
    Empty,
    Waiting(Waker),
    Full(T),
    Taken,
}

pub struct Sender<T>(Rc<UnsafeCell<State<T>>>);
pub struct Receiver<T>(Rc<UnsafeCell<State<T>>>);

pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let state = Rc::new(UnsafeCell::new(State::Empty));
    (Sender(Rc::clone(&state)), Receiver(state))
}

impl<T> Sender<T> {
    pub fn send(self, value: T) {
        // SAFETY: one thread uses the state, and no other reference to it is alive.
        let before = unsafe { mem::replace(&mut *self.0.get(), State::Full(value)) };
        if let State::Waiting(waker) = before {
            waker.wake();
        }
    }
}

impl<T> Receiver<T> {
    fn replace(&self, state: State<T>) -> State<T> {
        // SAFETY: as in `send`.
        unsafe { mem::replace(&mut *self.0.get(), state) }
    }
}

impl<T> Future for Receiver<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let waker = match self.replace(State::Taken) {
            State::Full(value) => return Poll::Ready(value),
            State::Taken => panic!("the value was taken before"),
            State::Waiting(waker) if waker.will_wake(cx.waker()) => waker,
            State::Empty | State::Waiting(_) => cx.waker().clone(),
        };
        self.replace(State::Waiting(waker));
        Poll::Pending
    }
}
