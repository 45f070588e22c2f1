//! How an error reaches the innermost suspended yield, at no cost to yields that nothing is thrown into.
//!
//! Whoever [resumes with an error](super::Coroutine::resume) *lends* it to its thread for the time of one poll, addressed by the waker of that
//! poll. A yield whose future is pending looks for it: first at a process-wide count of errors in flight, one relaxed load that is zero
//! in the normal case, and only then at the thread's slot.
//!
//! In a chain the innermost yield is to take it, so it looks first, and the others need not look at all: a yield of a coroutine that is
//! [closed](super::machine::Closed), suspended at yields of its own only, leaves it to them. A chain that suspends so costs the same few instructions at any depth.
//!
//! - The slot is a stack of one: lending saves what was there and puts it back, also when the poll panics.
//! - A group [hides](hide) the slot while it polls its children: the yield that waits for the group is the one to take the error.
//! - The count is only a hint for *this* thread's slot, so relaxed order is enough: the thread that lends is the thread that looks.

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};

use crate::Error;

/// How many errors are lent to threads at the moment, in the whole process.
static IN_FLIGHT: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static SLOT: RefCell<Option<Thrown>> = const { RefCell::new(None) };
}

struct Thrown {
    error: Error,
    /// Whom the error is for: yields that are polled with this waker.
    waker: Waker,
}

/// Whether any thread has an error in flight.
#[inline]
pub(crate) fn any_in_flight() -> bool {
    IN_FLIGHT.load(Ordering::Relaxed) != 0
}

/// Takes the error that is in flight for whoever is polled with `waker`.
pub(crate) fn take(waker: &Waker) -> Option<Error> {
    SLOT.with_borrow_mut(|slot| slot.take_if(|thrown| thrown.waker.will_wake(waker)))
        .map(|thrown| thrown.error)
}

/// Lends the error in `thrown` to the thread while `poll` runs; what nobody took is in `thrown` again afterwards.
pub(crate) fn lend<R>(thrown: &mut Option<Error>, waker: Waker, poll: impl FnOnce() -> R) -> R {
    let _restore = Lent::new(thrown, waker);
    poll()
}

/// Polls what has a waker of its own, a task's body: with the error in `thrown` if there is one, and never with one that is in flight further up the stack.
#[inline]
pub(crate) fn resume<R>(
    thrown: &mut Option<Error>,
    cx: &mut Context<'_>,
    poll: impl FnOnce(&mut Context<'_>) -> R,
) -> R {
    if thrown.is_none() {
        return hide(|| poll(cx));
    }
    lend(thrown, cx.waker().clone(), || poll(cx))
}

/// Runs `poll` with nothing in flight: the children of a group do not take what is thrown at the group.
#[inline]
pub(crate) fn hide<R>(poll: impl FnOnce() -> R) -> R {
    if any_in_flight() {
        hide_slot(poll)
    } else {
        poll()
    }
}

#[cold]
fn hide_slot<R>(poll: impl FnOnce() -> R) -> R {
    let _restore = Hidden { outer: SLOT.take() };
    poll()
}

struct Hidden {
    outer: Option<Thrown>,
}

impl Drop for Hidden {
    fn drop(&mut self) {
        SLOT.set(self.outer.take());
    }
}

struct Lent<'a> {
    thrown: &'a mut Option<Error>,
    outer: Option<Thrown>,
}

impl<'a> Lent<'a> {
    fn new(thrown: &'a mut Option<Error>, waker: Waker) -> Self {
        let lent = thrown.take().map(|error| Thrown { error, waker });
        IN_FLIGHT.fetch_add(1, Ordering::Relaxed);
        Lent { thrown, outer: SLOT.replace(lent) }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        IN_FLIGHT.fetch_sub(1, Ordering::Relaxed);
        *self.thrown = SLOT.replace(self.outer.take()).map(|thrown| thrown.error);
    }
}
