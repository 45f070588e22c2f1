//! A value that only the thread that made it uses, in memory that other threads may hold.
//!
//! The body of a task may hold anything, such as an `Rc`. But a task is one allocation, and its
//! `JoinHandle` may be on another thread. So the body is in a [`ThreadBound`], which is `Send` and
//! `Sync` for every value, because it keeps these invariants:
//!
//! 1. `state` and `value` are used only after the current thread was found to be `owner`, or
//!    through `&mut`. The number of a thread is never used again in this process.
//! 2. `value` is initialised exactly while `state` is `Present` or `Lent`.
//! 3. There is at most one reference to `value`: it is made when `state` changes from `Present` to
//!    `Lent`, and is gone when `state` changes back.
//! 4. The value may be pinned, so it is dropped in its place, on its thread, before its memory is
//!    freed. The code that frees a cell empties it first. If a full cell is freed on another
//!    thread, the process is aborted, because neither dropping the value nor leaking it is sound.
//!
//! The unsafe code of the tasks is in this file and in `exclusive.rs`, except for two `unsafe
//! impl`s in `handle.rs`. Callers need not uphold anything.

use std::cell::{Cell, UnsafeCell};
use std::future::Future;
use std::marker::PhantomPinned;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::sync::ThreadNumber;

/// The cell of a task's body.
pub(super) trait BodyCell {
    type Body: Future;

    /// Polls the body; `None` if it was dropped, is in use, or must not be used on this thread.
    fn poll(self: Pin<&Self>, cx: &mut Context<'_>) -> Option<Poll<<Self::Body as Future>::Output>>;

    /// Drops the body, unless it was dropped, is in use, or must not be used on this thread.
    fn clear(self: Pin<&Self>);
}

pub(super) struct ThreadBound<V> {
    owner: ThreadNumber,
    state: Cell<State>,
    value: UnsafeCell<ManuallyDrop<V>>,
    /// A `&mut ThreadBound` must not move the value.
    _pinned: PhantomPinned,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The value can be used: set by `new`, and by the drop of a [`Lent`].
    Present,
    /// A reference to the value is in use, further up the stack: set by `poll`.
    Lent,
    /// The value was dropped: set by `clear`.
    Empty,
}

// SAFETY: on another thread nothing touches `state` or `value`, because all code checks the owner
// first (invariant 1), and so does the drop (4).
unsafe impl<V> Send for ThreadBound<V> {}
// SAFETY: as above; two threads never use the cell or the value at once, because only one ever
// does.
unsafe impl<V> Sync for ThreadBound<V> {}

impl<V> ThreadBound<V> {
    pub(super) fn new(value: V) -> Self {
        ThreadBound {
            owner: ThreadNumber::current(),
            state: Cell::new(State::Present),
            value: UnsafeCell::new(ManuallyDrop::new(value)),
            _pinned: PhantomPinned,
        }
    }
}

impl<F: Future> BodyCell for ThreadBound<F> {
    type Body = F;

    fn poll(self: Pin<&Self>, cx: &mut Context<'_>) -> Option<Poll<F::Output>> {
        if self.owner != ThreadNumber::current() || self.state.get() != State::Present {
            return None;
        }
        let _lent = Lent::new(&self.state);
        // SAFETY: this is the owner's thread (1). The state was `Present`, so the value is
        // initialised, and it is `Lent` until the guard is dropped, so this is the only reference
        // (2, 3). The cell is pinned, and drops the value in its place (4), so the value is pinned
        // too.
        let future = unsafe { Pin::new_unchecked(&mut **self.value.get()) };
        Some(future.poll(cx))
    }

    fn clear(self: Pin<&Self>) {
        if self.owner != ThreadNumber::current() || self.state.get() != State::Present {
            return;
        }
        // Before the drop, which may panic, or call this function again.
        self.state.set(State::Empty);
        // SAFETY: this is the owner's thread (1). The state was `Present`, so the value is
        // initialised and there is no reference to it (2, 3). The state is `Empty` now, so the
        // value is not dropped again. It is dropped in its place (4).
        unsafe { ManuallyDrop::drop(&mut *self.value.get()) };
    }
}

/// Sets the state back when the reference is gone, also by a panic.
struct Lent<'a>(&'a Cell<State>);

impl<'a> Lent<'a> {
    fn new(state: &'a Cell<State>) -> Self {
        state.set(State::Lent);
        Lent(state)
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.0.set(State::Present);
    }
}

impl<V> Drop for ThreadBound<V> {
    fn drop(&mut self) {
        if self.state.get() == State::Empty {
            return;
        }
        if self.owner != ThreadNumber::current() {
            // Invariant 4. A panic would not do, because the memory is freed all the same.
            std::process::abort();
        }
        // SAFETY: there is no reference to the value, because this is `&mut self`. The value is
        // initialised, because the state is not `Empty` (2), and this is its thread.
        unsafe { ManuallyDrop::drop(self.value.get_mut()) };
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::future::{pending, ready};
    use std::pin::pin;
    use std::rc::Rc;
    use std::task::Waker;
    use std::thread;

    use super::*;

    fn cx() -> Context<'static> {
        Context::from_waker(Waker::noop())
    }

    #[test]
    fn a_foreign_thread_can_neither_poll_nor_drop_the_value() {
        let counted = Rc::new(());
        let held = counted.clone();
        let cell = pin!(ThreadBound::new(async move {
            let _held = held;
            pending::<()>().await
        }));
        let cell = cell.as_ref();
        thread::scope(|scope| {
            scope.spawn(|| {
                assert!(cell.poll(&mut cx()).is_none());
                cell.clear();
            });
        });
        assert_eq!(Rc::strong_count(&counted), 2);
        assert_eq!(cell.poll(&mut cx()), Some(Poll::Pending));
        cell.clear();
        assert_eq!(Rc::strong_count(&counted), 1);
        assert_eq!(cell.poll(&mut cx()), None);
        cell.clear();
    }

    #[test]
    fn a_value_that_is_not_cleared_is_dropped_with_its_cell_once() {
        let counted = Rc::new(());
        drop(ThreadBound::new((counted.clone(), 1)));
        assert_eq!(Rc::strong_count(&counted), 1);
    }

    #[test]
    fn a_future_that_polls_or_drops_itself_does_nothing() {
        type Body = Pin<Box<dyn Future<Output = u8>>>;
        thread_local!(static CELL: RefCell<Option<Pin<Rc<ThreadBound<Body>>>>> = const { RefCell::new(None) });
        let body: Body = Box::pin(async {
            let cell = CELL.with_borrow(Clone::clone).unwrap();
            assert!(cell.as_ref().poll(&mut cx()).is_none());
            cell.as_ref().clear();
            ready(7).await
        });
        let cell = Rc::pin(ThreadBound::new(body));
        CELL.set(Some(cell.clone()));
        assert_eq!(cell.as_ref().poll(&mut cx()), Some(Poll::Ready(7)));
        cell.as_ref().clear();
        CELL.set(None);
    }

    #[test]
    fn after_a_panic_the_value_can_still_be_dropped() {
        let counted = Rc::new(());
        let held = counted.clone();
        let cell = pin!(ThreadBound::new(async move {
            let _held = held;
            panic!("in the body")
        }));
        let cell = cell.as_ref();
        let polled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| cell.poll(&mut cx())));
        assert!(polled.is_err());
        cell.clear();
        assert_eq!(Rc::strong_count(&counted), 1);
    }
}
