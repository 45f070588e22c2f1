//! The body of a task on a foreign executor: a value that only its owner uses, in memory that
//! others hold.
//!
//! 1. `state` and `value` are used only through an [`Access`], whose maker has promised that it is
//!    the only one. So one thread at a time uses them.
//! 2. `value` is initialised exactly while `state` is `Present` or `Lent`.
//! 3. There is at most one reference to `value`: it is made when `state` changes from `Present` to
//!    `Lent`, and is gone when `state` changes back.
//! 4. The value may be pinned, so it is dropped in its place. A slot that is dropped with a value
//!    in it leaks the value, because this may be another thread.

use std::cell::Cell;
use std::future::Future;
use std::marker::PhantomPinned;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::cell::BodyCell;
use crate::shims::UnsafeCell;

pub(super) struct BodySlot<F> {
    state: Cell<State>,
    value: UnsafeCell<ManuallyDrop<F>>,
    /// A `&mut BodySlot` must not move the value.
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

/// The right to use the body.
pub(super) struct Access<'a, F>(&'a BodySlot<F>);

impl<F> BodySlot<F> {
    pub(super) fn new(value: F) -> Self {
        BodySlot {
            state: Cell::new(State::Present),
            value: UnsafeCell::new(ManuallyDrop::new(value)),
            _pinned: PhantomPinned,
        }
    }

    /// # Safety
    ///
    /// As long as the `Access` lives, no other one to the same slot is used on another thread. All
    /// earlier uses are visible on this thread. If the value is not `Send`, this is its thread. The
    /// slot is not moved from now on.
    pub(super) unsafe fn access(&self) -> Access<'_, F> {
        Access(self)
    }
}

impl<F: Future> BodyCell for Access<'_, F> {
    type Body = F;

    fn poll(self: Pin<&Self>, cx: &mut Context<'_>) -> Option<Poll<F::Output>> {
        let BodySlot { state, value, .. } = self.get_ref().0;
        if state.get() != State::Present {
            return None;
        }
        let _lent = Lent::new(state);
        value.with_mut(|value| {
            // SAFETY: only this thread uses the slot (1). The state was `Present`, so the value is
            // initialised, and it is `Lent` until the guard is dropped, so this is the only
            // reference (2, 3). The slot is not moved, and the value is dropped in its place (4).
            let body = unsafe { Pin::new_unchecked(&mut **value) };
            Some(body.poll(cx))
        })
    }

    fn clear(self: Pin<&Self>) {
        let BodySlot { state, value, .. } = self.get_ref().0;
        if state.get() != State::Present {
            return;
        }
        // Before the drop, which may panic, or call this function again.
        state.set(State::Empty);
        // SAFETY: only this thread uses the slot (1). The state was `Present`, so the value is
        // initialised and there is no reference to it (2, 3). The state is `Empty` now, so the
        // value is not dropped again. It is dropped in its place (4).
        value.with_mut(|value| unsafe { ManuallyDrop::drop(&mut *value) });
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

#[cfg(all(test, not(loom)))]
mod tests {
    use std::cell::RefCell;
    use std::future::{pending, ready};
    use std::panic::{catch_unwind, AssertUnwindSafe};
    use std::rc::Rc;
    use std::task::Waker;

    use super::*;

    fn cx() -> Context<'static> {
        Context::from_waker(Waker::noop())
    }

    /// Polls the body of a slot that is on this thread only, and is not moved.
    fn poll<F: Future>(slot: &BodySlot<F>) -> Option<Poll<F::Output>> {
        // SAFETY: it stays on this thread, in its place.
        Pin::new(&unsafe { slot.access() }).poll(&mut cx())
    }

    fn clear<F: Future>(slot: &BodySlot<F>) {
        // SAFETY: as above.
        Pin::new(&unsafe { slot.access() }).clear();
    }

    async fn holds(_held: Rc<()>) {
        pending().await
    }

    #[test]
    fn a_body_is_dropped_once_and_not_polled_after_that() {
        let counted = Rc::new(());
        let slot = Box::new(BodySlot::new(holds(counted.clone())));
        assert_eq!(poll(&slot), Some(Poll::Pending));
        clear(&slot);
        assert_eq!(Rc::strong_count(&counted), 1);
        clear(&slot);
        assert_eq!(poll(&slot), None);
        drop(slot);
        assert_eq!(Rc::strong_count(&counted), 1);
    }

    #[test]
    fn a_future_that_polls_or_drops_itself_does_nothing() {
        type Body = Pin<Box<dyn Future<Output = u8>>>;
        thread_local!(static SLOT: RefCell<Option<Rc<BodySlot<Body>>>> = const { RefCell::new(None) });
        let body: Body = Box::pin(async {
            let slot = SLOT.with_borrow(Clone::clone).unwrap();
            assert!(poll(&slot).is_none());
            clear(&slot);
            ready(7).await
        });
        let slot = Rc::new(BodySlot::new(body));
        SLOT.set(Some(slot.clone()));
        assert_eq!(poll(&slot), Some(Poll::Ready(7)));
        clear(&slot);
        SLOT.set(None);
    }

    #[test]
    fn after_a_panic_the_body_can_still_be_dropped() {
        let counted = Rc::new(());
        let held = counted.clone();
        let slot = Box::new(BodySlot::new(async move {
            let _held = held;
            panic!("in the body")
        }));
        assert!(catch_unwind(AssertUnwindSafe(|| poll(&slot))).is_err());
        clear(&slot);
        assert_eq!(Rc::strong_count(&counted), 1);
    }
}
