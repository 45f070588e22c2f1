//! How an error reaches the innermost suspended yield, at no cost to yields that nothing is thrown into.
//!
//! Whoever [resumes with an error](crate::Coroutine::resume) *lends* it to its thread for the time of one poll, addressed by the waker of that
//! poll. A yield whose future is pending looks for it: first at a process-wide count of errors in flight, one relaxed load that is zero
//! in the normal case, and only then at the thread's slot.
//!
//! In a chain the innermost yield is to take it, so it looks first, and the others need not look at all: a yield of a coroutine that is
//! closed, suspended at yields of its own only, leaves it to them. A chain that suspends so costs the same few instructions at any depth.
//!
//! What is lent is an error or a cancellation, which differ in what a group does with them; or what looks at the yields that stay pending, and which nobody takes: a question, where the poll
//! ends, or the [watch](super::Watch) that was left by a cancellation which was taken. See [`Thrown`].
//!
//! | what polls its children | an error | a [cancellation](super) |
//! |---|---|---|
//! | a group whose children have wakers of their own | [hides](without_injected) it, so that the yield that waits for the group takes it | [takes](take_cancel) it, and lends one to each child |
//! | a timeout, whose child has the group's waker | [hides](without_injected_errors) it | lets it through; that of a deadline it [defers](defer) while its child cleans up |
//! | a [shield](fn@crate::shield) | lets it through | [defers](defer) it: nobody takes it in this poll |
//!
//! # Who is meant
//!
//! What is lent is addressed to the waker of the poll that injects it, by the identity of that waker: its data pointer and its vtable, as the very `Waker` holds them that lives as
//! long as the poll. A wrapper that hands the `Context` or its waker on unchanged hands on the same identity, on every executor: so the foreign `join!` and `select!` are
//! transparent. What makes wakers of its own is a leaf. `will_wake` on a clone would not do, since the clone may be another object, and need not even have the same vtable:
//! the compiler may put a vtable into several places, and a crate that is compiled in several units then has several of them.
//!
//! The one identity that two polls at a time can share is that of a waker without data, such as [`Waker::noop`]. Whoever polls a coroutine with it, in the middle of a poll that was
//! injected with it, polls a link of that chain.
//!
//! # The slot
//!
//! - The slot is a stack of one: lending saves what was there and puts it back, also when the poll panics.
//! - Nothing is cloned, dropped or called on the way that could run anybody's code, so nothing in it panics.
//! - The slot has no destructor, so it is there until the very end of its thread. Where a platform destroys it all the same, nothing is lent, and it is as if there was nothing in it.
//! - The count is only a hint for *this* thread's slot, so relaxed order is enough: the thread that lends is the thread that looks.

use std::cell::{Cell, RefCell};
use std::mem::{self, ManuallyDrop};
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};

use super::{Cancellation, TraceRequest, Watch};
use crate::error::CancelSource;
use crate::{Error, Site};

/// How many errors are lent to threads at the moment, in the whole process.
static IN_FLIGHT: AtomicUsize = AtomicUsize::new(0);

/// What is in flight on a thread. It is put back by guards, and never left to the end of the thread to be dropped.
type ThreadSlot = Option<ManuallyDrop<InFlight>>;

thread_local! {
    // Only borrowed for moments in which no code of a user runs.
    static SLOT: RefCell<ThreadSlot> = const { RefCell::new(None) };
    /// The part of `IN_FLIGHT` that is this thread's, hidden or not.
    static IN_FLIGHT_HERE: Cell<usize> = const { Cell::new(0) };
}

/// Gives what `access` makes of the slot; `None`, and `access` is not called, where the thread has no slot any more.
fn with_slot<R>(access: impl FnOnce(&mut ThreadSlot) -> R) -> Option<R> {
    SLOT.try_with(|slot| slot.try_borrow_mut().ok().map(|mut slot| access(&mut slot))).ok().flatten()
}

/// What a poll is resumed with.
#[derive(Debug)]
pub(crate) enum Thrown {
    /// For the innermost yield of a chain.
    Error(Error),
    /// For every leaf.
    Cancel(Cancellation),
    /// Where the yields are that stay pending: each that looks adds its site.
    TraceRequest(TraceRequest),
    /// Looks for the yield at which a cancellation was swallowed that was taken before.
    Watch(Watch),
}

impl Thrown {
    /// The error as which it arrives at a yield.
    pub(crate) fn into_error(self) -> Option<Error> {
        match self {
            Thrown::Error(error) => Some(error),
            Thrown::Cancel(cancellation) => Some(cancellation.into_error()),
            Thrown::TraceRequest(_) | Thrown::Watch(_) => None,
        }
    }

    /// Whether a yield may take it.
    fn is_free(&self) -> bool {
        match self {
            Thrown::Error(_) => true,
            Thrown::Cancel(cancellation) => !cancellation.is_held(),
            Thrown::TraceRequest(_) | Thrown::Watch(_) => false,
        }
    }
}

struct InFlight {
    thrown: Thrown,
    /// Whom it is for: yields that are polled with this waker.
    addressee: Addressee,
}

/// Names the waker of a poll: its data and its vtable. They are compared, and nothing is done with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Addressee {
    data: usize,
    vtable: usize,
}

impl Addressee {
    fn of(waker: &Waker) -> Self {
        Addressee { data: waker.data().addr(), vtable: ptr::from_ref(waker.vtable()).addr() }
    }
}

impl InFlight {
    fn is_for(&self, waker: &Waker) -> bool {
        self.addressee == Addressee::of(waker)
    }

    fn into_thrown(lent: ManuallyDrop<InFlight>) -> Thrown {
        ManuallyDrop::into_inner(lent).thrown
    }
}

/// Whether any thread has something in flight.
#[inline]
pub(crate) fn any_in_flight() -> bool {
    IN_FLIGHT.load(Ordering::Relaxed) != 0
}

/// Whether this thread has something in flight, be it hidden: then a poll must reach every child that
/// may go on.
#[inline]
pub(crate) fn any_on_this_thread() -> bool {
    any_in_flight() && IN_FLIGHT_HERE.get() != 0
}

/// Takes what is in flight for whoever is polled with `waker`.
pub(crate) fn take(waker: &Waker) -> Option<Error> {
    take_if(|lent| lent.is_for(waker) && lent.thrown.is_free()).and_then(Thrown::into_error)
}

/// Takes the cancellation that is in flight for the group that is polled with `waker`.
pub(crate) fn take_cancel(waker: &Waker) -> Option<Cancellation> {
    let is_free_cancel = |lent: &InFlight| matches!(lent.thrown, Thrown::Cancel(_)) && lent.thrown.is_free();
    match take_if(|lent| lent.is_for(waker) && is_free_cancel(lent))? {
        Thrown::Cancel(cancellation) => Some(cancellation),
        Thrown::Error(_) | Thrown::TraceRequest(_) | Thrown::Watch(_) => None,
    }
}

/// Takes what is lent. A cancellation that is watched leaves its watch.
fn take_if(is: impl FnOnce(&InFlight) -> bool) -> Option<Thrown> {
    let taken = with_slot(|slot| {
        let taken = slot.take_if(|lent| is(lent))?;
        if let Thrown::Cancel(cancellation) = &taken.thrown {
            let addressee = taken.addressee;
            let watch = cancellation.watch().map(Thrown::Watch);
            *slot = watch.map(|thrown| ManuallyDrop::new(InFlight { thrown, addressee }));
        }
        Some(taken)
    });
    taken.flatten().map(InFlight::into_thrown)
}

/// Takes what is in flight for the yield at `site`, which is polled with `waker`; or notes that it stays pending there.
#[cold]
pub(crate) fn take_or_note(waker: &Waker, site: &Site) -> Option<Error> {
    let error = take(waker);
    if error.is_none() {
        note(waker, site);
    }
    error
}

/// A yield that is polled with `waker` stays pending: if that is asked for, it adds its site.
#[cold]
pub(crate) fn note(waker: &Waker, site: &Site) {
    with_lent_to(waker, |lent| match &mut lent.thrown {
        Thrown::TraceRequest(question) => question.answer(*site),
        Thrown::Watch(watch) => watch.look_at(site),
        Thrown::Error(_) | Thrown::Cancel(_) => {}
    });
}

/// Gives what `access` makes of what is in flight for whoever is polled with `waker`, if there is something.
fn with_lent_to<R>(waker: &Waker, access: impl FnOnce(&mut InFlight) -> R) -> Option<R> {
    with_slot(|slot| slot.as_deref_mut().filter(|lent| lent.is_for(waker)).map(access)).flatten()
}

/// What the cancellation comes from that is in flight for whoever is polled with `waker`, if there is one.
pub(crate) fn cancel_source(waker: &Waker) -> Option<CancelSource> {
    let source = |lent: &mut InFlight| match &lent.thrown {
        Thrown::Cancel(cancellation) => Some(cancellation.source()),
        Thrown::Error(_) | Thrown::TraceRequest(_) | Thrown::Watch(_) => None,
    };
    with_lent_to(waker, source).flatten()
}

/// Lends what is in `thrown` to the thread while `poll` runs; what nobody took is in `thrown` again afterwards.
pub(crate) fn with_injected<R>(thrown: &mut Option<Thrown>, waker: &Waker, poll: impl FnOnce() -> R) -> R {
    let _restore = Lending::new(thrown, waker);
    poll()
}

/// The same for an error.
pub(crate) fn with_injected_error<R>(
    error: &mut Option<Error>,
    waker: &Waker,
    poll: impl FnOnce() -> R,
) -> R {
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
    with_injected(&mut back.thrown, waker, poll)
}

/// Polls what has a waker of its own, a task's body: with what is in `thrown`, and never with what is in flight further up the stack.
#[inline]
pub(crate) fn resume<R>(
    thrown: &mut Option<Thrown>,
    cx: &mut Context<'_>,
    poll: impl FnOnce(&mut Context<'_>) -> R,
) -> R {
    if thrown.is_none() {
        return without_injected(|| poll(cx));
    }
    with_injected(thrown, cx.waker(), || poll(cx))
}

/// Runs `poll` with nothing in flight.
#[inline]
pub(crate) fn without_injected<R>(poll: impl FnOnce() -> R) -> R {
    if any_in_flight() {
        hide_slot(poll)
    } else {
        poll()
    }
}

/// Runs `poll` with no error in flight: what is polled with its group's own waker sees cancellations only.
#[inline]
pub(crate) fn without_injected_errors<R>(poll: impl FnOnce() -> R) -> R {
    if any_in_flight() && is_error() {
        hide_slot(poll)
    } else {
        poll()
    }
}

#[cold]
fn is_error() -> bool {
    with_slot(|slot| slot.as_ref().is_some_and(|lent| matches!(lent.thrown, Thrown::Error(_))))
        .unwrap_or(false)
}

/// Keeps the cancellation that is in flight for `waker` from being taken until this poll is over, or until it is [let go](undefer); gives
/// the name of that waker, if there is one.
#[cold]
pub(crate) fn defer(waker: &Waker) -> Option<Addressee> {
    with_lent_to(waker, |lent| lent.set_held(true).then_some(lent.addressee)).flatten()
}

/// Undoes a [`defer`], if something is in flight for that waker still.
#[cold]
pub(crate) fn undefer(addressee: Addressee) {
    with_slot(|slot| {
        if let Some(lent) = slot.as_deref_mut().filter(|lent| lent.addressee == addressee) {
            lent.set_held(false);
        }
    });
}

impl InFlight {
    /// Answers whether it is a cancellation.
    fn set_held(&mut self, held: bool) -> bool {
        let Thrown::Cancel(cancellation) = &mut self.thrown else { return false };
        cancellation.set_held(held);
        true
    }
}

#[cold]
fn hide_slot<R>(poll: impl FnOnce() -> R) -> R {
    let _restore = Hidden { outer: with_slot(Option::take).flatten() };
    poll()
}

struct Hidden {
    outer: ThreadSlot,
}

impl Drop for Hidden {
    fn drop(&mut self) {
        with_slot(|slot| *slot = self.outer.take());
    }
}

struct Lending<'a> {
    thrown: &'a mut Option<Thrown>,
    outer: ThreadSlot,
}

impl<'a> Lending<'a> {
    fn new(thrown: &'a mut Option<Thrown>, waker: &Waker) -> Self {
        IN_FLIGHT.fetch_add(1, Ordering::Relaxed);
        IN_FLIGHT_HERE.set(IN_FLIGHT_HERE.get() + 1);
        let mut lending = Lending { thrown, outer: None };
        let addressee = Addressee::of(waker);
        with_slot(|slot| {
            let lent = lending.thrown.take().map(|thrown| {
                let mut lent = InFlight { thrown, addressee };
                lent.set_held(false);
                ManuallyDrop::new(lent)
            });
            lending.outer = mem::replace(slot, lent);
        });
        lending
    }
}

impl Drop for Lending<'_> {
    fn drop(&mut self) {
        IN_FLIGHT.fetch_sub(1, Ordering::Relaxed);
        IN_FLIGHT_HERE.set(IN_FLIGHT_HERE.get() - 1);
        let outer = self.outer.take();
        // Without a slot it was not lent, and is still there.
        if let Some(left) = with_slot(|slot| mem::replace(slot, outer)) {
            *self.thrown = left.map(InFlight::into_thrown);
        }
    }
}
