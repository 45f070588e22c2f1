//! How an error reaches the innermost suspended yield, at no cost to yields that nothing is thrown into.
//!
//! Whoever [resumes with an error](super::Coroutine::resume) *lends* it to its thread for the time of one poll, addressed by the waker of that
//! poll. A yield whose future is pending looks for it: first at a process-wide count of errors in flight, one relaxed load that is zero
//! in the normal case, and only then at the thread's slot.
//!
//! In a chain the innermost yield is to take it, so it looks first, and the others need not look at all: a yield of a coroutine that is
//! [closed](super::machine::Closed), suspended at yields of its own only, leaves it to them. A chain that suspends so costs the same few instructions at any depth.
//!
//! What is lent is an error or a cancellation, which differ in what a group does with them; or a question, where the poll ends, which nobody takes: see [`Thrown`].
//!
//! | what polls its children | an error | a [cancellation](crate::cancel) |
//! |---|---|---|
//! | a group whose children have wakers of their own | [hides](hide) it, so that the yield that waits for the group takes it | [takes](take_cancel) it, and lends one to each child |
//! | a timeout, whose child has the group's waker | [hides](hide_errors) it | lets it through |
//! | a [shield](fn@crate::shield) | lets it through | [holds](hold) it: nobody takes it in this poll |
//!
//! - The slot is a stack of one: lending saves what was there and puts it back, also when the poll panics.
//! - The count is only a hint for *this* thread's slot, so relaxed order is enough: the thread that lends is the thread that looks.

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};

use crate::cancel::Cancellation;
use crate::task::Question;
use crate::{Error, Site};

/// How many errors are lent to threads at the moment, in the whole process.
static IN_FLIGHT: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static SLOT: RefCell<Option<Lent>> = const { RefCell::new(None) };
}

/// What a poll is resumed with.
#[derive(Debug)]
pub(crate) enum Thrown {
    /// For the innermost yield of a chain.
    Error(Error),
    /// For every leaf.
    Cancel(Cancellation),
    /// Where the yields are that stay pending: each that looks adds its site.
    Question(Question),
}

impl Thrown {
    /// The error as which it arrives at a yield.
    pub(crate) fn into_error(self) -> Option<Error> {
        match self {
            Thrown::Error(error) => Some(error),
            Thrown::Cancel(cancellation) => Some(cancellation.into_error()),
            Thrown::Question(_) => None,
        }
    }

    /// Whether a yield may take it.
    fn is_free(&self) -> bool {
        match self {
            Thrown::Error(_) => true,
            Thrown::Cancel(cancellation) => !cancellation.is_held(),
            Thrown::Question(_) => false,
        }
    }
}

struct Lent {
    thrown: Thrown,
    /// Whom it is for: yields that are polled with this waker.
    waker: Waker,
}

impl Lent {
    fn is_for(&self, waker: &Waker) -> bool {
        self.waker.will_wake(waker)
    }
}

/// Whether any thread has something in flight.
#[inline]
pub(crate) fn any_in_flight() -> bool {
    IN_FLIGHT.load(Ordering::Relaxed) != 0
}

/// Takes what is in flight for whoever is polled with `waker`.
pub(crate) fn take(waker: &Waker) -> Option<Error> {
    SLOT.with_borrow_mut(|slot| slot.take_if(|lent| lent.is_for(waker) && lent.thrown.is_free()))
        .and_then(|lent| lent.thrown.into_error())
}

/// Takes the cancellation that is in flight for the group that is polled with `waker`.
pub(crate) fn take_cancel(waker: &Waker) -> Option<Cancellation> {
    let lent = SLOT.with_borrow_mut(|slot| {
        slot.take_if(|lent| {
            lent.is_for(waker)
                && matches!(&lent.thrown, Thrown::Cancel(cancellation) if !cancellation.is_held())
        })
    });
    match lent?.thrown {
        Thrown::Cancel(cancellation) => Some(cancellation),
        Thrown::Error(_) | Thrown::Question(_) => None,
    }
}

/// Takes what is in flight for the yield at `site`, which is polled with `waker`; or notes that it stays pending there.
#[cold]
pub(super) fn take_or_note(waker: &Waker, site: &Site) -> Option<Error> {
    let error = take(waker);
    if error.is_none() {
        note(waker, site);
    }
    error
}

/// A yield that is polled with `waker` stays pending: if that is asked for, it adds its site.
#[cold]
pub(super) fn note(waker: &Waker, site: &Site) {
    SLOT.with_borrow_mut(|slot| match slot {
        Some(Lent { thrown: Thrown::Question(question), waker: addressee }) if addressee.will_wake(waker) => {
            question.answer(*site);
        }
        _ => {}
    });
}

/// Whether a cancellation is in flight for whoever is polled with `waker`.
pub(crate) fn is_cancelled(waker: &Waker) -> bool {
    SLOT.with_borrow(|slot| {
        slot.as_ref().is_some_and(|lent| lent.is_for(waker) && matches!(lent.thrown, Thrown::Cancel(_)))
    })
}

/// Lends what is in `thrown` to the thread while `poll` runs; what nobody took is in `thrown` again afterwards.
pub(crate) fn lend<R>(thrown: &mut Option<Thrown>, waker: Waker, poll: impl FnOnce() -> R) -> R {
    let _restore = Lending::new(thrown, waker);
    poll()
}

/// The same for an error.
pub(crate) fn lend_error<R>(error: &mut Option<Error>, waker: Waker, poll: impl FnOnce() -> R) -> R {
    struct Back<'a> {
        error: &'a mut Option<Error>,
        thrown: Option<Thrown>,
    }
    impl Drop for Back<'_> {
        fn drop(&mut self) {
            *self.error = self.thrown.take().and_then(Thrown::into_error);
        }
    }
    let thrown = error.take().map(Thrown::Error);
    let mut back = Back { error, thrown };
    lend(&mut back.thrown, waker, poll)
}

/// Polls what has a waker of its own, a task's body: with what is in `thrown`, and never with what is in flight further up the stack.
#[inline]
pub(crate) fn resume<R>(
    thrown: &mut Option<Thrown>,
    cx: &mut Context<'_>,
    poll: impl FnOnce(&mut Context<'_>) -> R,
) -> R {
    if thrown.is_none() {
        return hide(|| poll(cx));
    }
    lend(thrown, cx.waker().clone(), || poll(cx))
}

/// Runs `poll` with nothing in flight.
#[inline]
pub(crate) fn hide<R>(poll: impl FnOnce() -> R) -> R {
    if any_in_flight() {
        hide_slot(poll)
    } else {
        poll()
    }
}

/// Runs `poll` with no error in flight: what is polled with its group's own waker sees cancellations only.
#[inline]
pub(crate) fn hide_errors<R>(poll: impl FnOnce() -> R) -> R {
    if any_in_flight() && is_error() {
        hide_slot(poll)
    } else {
        poll()
    }
}

#[cold]
fn is_error() -> bool {
    SLOT.with_borrow(|slot| matches!(slot, Some(Lent { thrown: Thrown::Error(_), .. })))
}

/// Keeps the cancellation that is in flight for `waker` from being taken until this poll is over, or until it is [let go](let_go); answers
/// whether there is one.
#[cold]
pub(crate) fn hold(waker: &Waker) -> bool {
    set_held(waker, true)
}

/// Undoes a [`hold`].
#[cold]
pub(crate) fn let_go(waker: &Waker) {
    set_held(waker, false);
}

fn set_held(waker: &Waker, held: bool) -> bool {
    SLOT.with_borrow_mut(|slot| match slot {
        Some(Lent { thrown: Thrown::Cancel(cancellation), waker: addressee })
            if addressee.will_wake(waker) =>
        {
            cancellation.set_held(held);
            true
        }
        _ => false,
    })
}

#[cold]
fn hide_slot<R>(poll: impl FnOnce() -> R) -> R {
    let _restore = Hidden { outer: SLOT.take() };
    poll()
}

struct Hidden {
    outer: Option<Lent>,
}

impl Drop for Hidden {
    fn drop(&mut self) {
        SLOT.set(self.outer.take());
    }
}

struct Lending<'a> {
    thrown: &'a mut Option<Thrown>,
    outer: Option<Lent>,
}

impl<'a> Lending<'a> {
    fn new(thrown: &'a mut Option<Thrown>, waker: Waker) -> Self {
        let lent = thrown.take().map(|mut thrown| {
            if let Thrown::Cancel(cancellation) = &mut thrown {
                cancellation.set_held(false);
            }
            Lent { thrown, waker }
        });
        IN_FLIGHT.fetch_add(1, Ordering::Relaxed);
        Lending { thrown, outer: SLOT.replace(lent) }
    }
}

impl Drop for Lending<'_> {
    fn drop(&mut self) {
        IN_FLIGHT.fetch_sub(1, Ordering::Relaxed);
        *self.thrown = SLOT.replace(self.outer.take()).map(|lent| lent.thrown);
    }
}
