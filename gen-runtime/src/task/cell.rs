//! A value that only the thread it was made on touches, in memory that other threads may hold.
//!
//! A task's body may be anything, `Rc`s and all, but a task is one allocation, and its `JoinHandle` may be on
//! another thread. So the body sits in a [`ThreadBound`], which is `Send` and `Sync` whatever it holds,
//! because it keeps these invariants:
//!
//! 1. `state` and `value` are touched only after the present thread was found to be `owner`, or through
//!    `&mut`. A thread's number is never used again in this process.
//! 2. `value` is initialised exactly while `state` is `Present` or `Lent`.
//! 3. There is at most one reference to `value`: it is made when `state` goes from `Present` to `Lent`, and
//!    is gone when it goes back.
//! 4. The value is dropped where it lies, on its thread, before its memory goes: it may be pinned. All that
//!    frees a cell empties it first; if one were freed full on a foreign thread, the process would be
//!    aborted, because neither dropping the value nor leaving it is sound.
//!
//! The unsafe code of the tasks is in this file, and its callers have nothing to keep.
use std::cell::{Cell, UnsafeCell};
use std::future::Future;
use std::marker::PhantomPinned;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::sync::ThreadNumber;

pub(super) struct ThreadBound<V> {
    owner: ThreadNumber,
    state: Cell<State>,
    value: UnsafeCell<ManuallyDrop<V>>,
    /// A `&mut ThreadBound` must not move the value out of its place.
    _pinned: PhantomPinned,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Present,
    /// A reference to the value is in use, further up the stack.
    Lent,
    Empty,
}

// SAFETY: of a value on a foreign thread, the owner is checked by everything that touches `state` or `value`
// (invariant 1), the drop included (4).
unsafe impl<V> Send for ThreadBound<V> {}
// SAFETY: as above; two threads never touch the cell or the value at once, because only one ever does.
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

    /// Drops the value, if it is there and not in use. Does nothing on a foreign thread.
    pub(super) fn clear(self: Pin<&Self>) {
        if self.owner != ThreadNumber::current() || self.state.get() != State::Present {
            return;
        }
        // Before the drop, which may panic, or come back here.
        self.state.set(State::Empty);
        // SAFETY: this is the owner's thread (1); the state was `Present`, so the value is there and no
        // reference to it is (2, 3), and it is `Empty` now, so nobody drops it again. It is dropped in its
        // place (4).
        unsafe { ManuallyDrop::drop(&mut *self.value.get()) };
    }
}

impl<F: Future> ThreadBound<F> {
    /// Polls the future; `None` if it is not there, is being polled already, or belongs to another thread.
    pub(super) fn poll(self: Pin<&Self>, cx: &mut Context<'_>) -> Option<Poll<F::Output>> {
        if self.owner != ThreadNumber::current() || self.state.get() != State::Present {
            return None;
        }
        let _lent = Lent::new(&self.state);
        // SAFETY: this is the owner's thread (1); the state was `Present`, so the value is there, and it is
        // `Lent` until the guard is dropped, so this is the only reference (2, 3). The cell is pinned and
        // drops the value in its place (4), so the value is pinned too.
        let future = unsafe { Pin::new_unchecked(&mut **self.value.get()) };
        Some(future.poll(cx))
    }
}

/// Sets the state back when the reference is gone, panics included.
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
            // Invariant 4. A panic would not do: the memory is freed all the same.
            std::process::abort();
        }
        // SAFETY: `&mut self`, so there is no reference to the value; it is there, because the state is not
        // `Empty` (2), and this is its thread.
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
