//! The slot of a thread that holds the injection in flight.
//!
//! # Cost
//!
//! [`with_injected`] puts an injection into the slot for one poll. A yield whose future is pending
//! first loads a process-wide count of the injections in flight, with relaxed order. Normally the
//! count is zero. Only otherwise does the yield look at the slot.
//!
//! In a chain the innermost yield takes an error or a cancellation. An outer yield that yields a
//! [closed](crate::coroutine::Coroutine::is_closed) coroutine, which is suspended only at its own
//! yields, need not try to take it. But it looks, too, so that it can answer a question. So each
//! level of a chain that stays suspended costs a comparison with memory, and a branch.
//!
//! # The address
//!
//! An injection is addressed to the waker of its poll, by the identity of that waker: the data
//! pointer and the vtable pointer of the very [`Waker`] that lives as long as the poll.
//!
//! - A wrapper that passes on the `Context`, or its waker, passes on the identity, on every
//!   executor. So foreign combinators such as `join!` and `select!` are transparent. A future that
//!   makes wakers of its own is a leaf.
//! - `will_wake` with a clone would not do. A clone may have other data, and even another vtable
//!   pointer: the compiler may emit a vtable several times, and does so in a crate that is compiled
//!   in several units.
//! - Two polls at a time share an identity only if both use a waker without data, such as
//!   [`Waker::noop`]. Then the inner one of the two counts as part of the chain of the outer one.
//!
//! # The slot
//!
//! - [`with_injected`] and [`without_injected`] save the content of the slot, and restore it after
//!   the poll, also if that panics.
//! - No function here clones, drops or calls anything that may run foreign code. So none panics.
//! - The slot has no destructor, so it exists until the very end of its thread. If a platform
//!   destroys it all the same, nothing is injected, and the slot counts as empty.
//! - The count is only a hint for the slot of *this* thread, so relaxed order is enough: the thread
//!   that injects is the thread that checks.

use std::cell::{Cell, RefCell};
use std::mem::{self, ManuallyDrop};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};

use super::addressee::Addressee;
use super::fixed_order;
use super::observer::{self, Observer};
use super::question::{Ask, Memory, Question, Said, Statement};
use super::record::{self, Record};
#[cfg(feature = "metrics")]
use super::Measurement;
use super::{Cancellation, Watch};
use crate::error::CancelSource;
use crate::{Error, Site};

/// The number of injections in flight, in the whole process.
static IN_FLIGHT: AtomicUsize = AtomicUsize::new(0);

/// The injection in flight on a thread. Guards take it out again, so it is never dropped with the
/// thread.
type ThreadSlot = Option<ManuallyDrop<InFlight>>;

thread_local! {
    // Borrowed only for moments in which no code of a user runs.
    static SLOT: RefCell<ThreadSlot> = const { RefCell::new(None) };
    /// The number of injections in flight on this thread, with the hidden ones.
    static IN_FLIGHT_HERE: Cell<usize> = const { Cell::new(0) };
}

/// Calls `access` with the slot. `None`, without a call, if the thread has no slot any more.
fn with_slot<R>(access: impl FnOnce(&mut ThreadSlot) -> R) -> Option<R> {
    SLOT.try_with(|slot| slot.try_borrow_mut().ok().map(|mut slot| access(&mut slot))).ok().flatten()
}

/// An injection. See the table at the top of `inject/mod.rs`.
#[derive(Debug)]
pub(crate) enum Thrown {
    Error(Error),
    Cancel(Cancellation),
    Question(Question),
    Watch(Watch),
}

impl Thrown {
    /// The error with which a body goes on; `None` for an injection that no yield takes.
    pub(crate) fn into_error(self) -> Option<Error> {
        match self {
            Thrown::Error(error) => Some(error),
            Thrown::Cancel(cancellation) => Some(cancellation.into_error()),
            Thrown::Question(_) | Thrown::Watch(_) => None,
        }
    }

    /// Whether a yield may take it: no question, no watch, and no deferred cancellation.
    fn is_free(&self) -> bool {
        match self {
            Thrown::Error(_) => true,
            Thrown::Cancel(cancellation) => !cancellation.is_deferred(),
            Thrown::Question(_) | Thrown::Watch(_) => false,
        }
    }
}

struct InFlight {
    thrown: Thrown,
    /// Only yields that are polled with this waker may take it.
    addressee: Addressee,
}

impl InFlight {
    fn is_for(&self, waker: &Waker) -> bool {
        self.addressee == Addressee::of(waker)
    }

    fn into_thrown(in_flight: ManuallyDrop<InFlight>) -> Thrown {
        ManuallyDrop::into_inner(in_flight).thrown
    }
}

/// Whether any thread has an injection in flight.
#[inline]
pub(crate) fn any_in_flight() -> bool {
    IN_FLIGHT.load(Ordering::Relaxed) != 0
}

/// Keeps an [`Observer`] of this thread. It counts as an injection in flight, so that every pending
/// yield looks. Its drop restores the observer before.
#[must_use = "its drop ends the observation"]
pub(crate) struct Observed {
    outer: Option<Rc<dyn Observer>>,
}

impl Observed {
    pub(crate) fn by(observer: Rc<dyn Observer>) -> Self {
        IN_FLIGHT.fetch_add(1, Ordering::Relaxed);
        Observed { outer: observer::replace(Some(observer)) }
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        drop(observer::replace(self.outer.take()));
        IN_FLIGHT.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Calls `poll`, which polls a body with `waker`. Returns the sites of the yields at which the body
/// is suspended afterwards, innermost first.
#[cold]
pub(crate) fn recorded<R>(waker: &Waker, poll: impl FnOnce() -> R) -> (R, Vec<Site>) {
    let recording = Recording::of(Record::new(waker));
    let polled = poll();
    (polled, recording.end().map(Record::into_sites).unwrap_or_default())
}

/// Calls `poll`, which polls a measured future with `waker`. Returns what is to be counted, or
/// `None` if the future belongs to a measured future that is being polled with the same waker, and
/// which counts for both.
#[cfg(feature = "metrics")]
pub(crate) fn measured<R>(waker: &Waker, poll: impl FnOnce() -> R) -> (R, Option<Measurement>) {
    if any_in_flight() && record::is_measuring(waker) {
        return (poll(), None);
    }
    let recording = Recording::of(Record::measuring(waker));
    let polled = poll();
    (polled, recording.end().and_then(Record::into_measurement))
}

/// Called when an error passes the yield at `site`.
#[cfg(feature = "metrics")]
pub(crate) fn failed(site: &Site) {
    if any_in_flight() {
        record::failed(site);
    }
}

/// Keeps a [`Record`] of this thread. Its drop restores the record before.
struct Recording {
    outer: Option<Record>,
}

impl Recording {
    fn of(record: Record) -> Self {
        IN_FLIGHT.fetch_add(1, Ordering::Relaxed);
        Recording { outer: record::replace(Some(record)) }
    }

    fn end(mut self) -> Option<Record> {
        let record = record::replace(None);
        if let (Some(outer), Some(record)) = (&mut self.outer, &record) {
            outer.add(record);
        }
        record
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        drop(record::replace(self.outer.take()));
        IN_FLIGHT.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Whether a poll of a group must reach every woken child: this thread has an injection in flight,
/// also a hidden one, or is in a poll in a [fixed order](fixed_order).
#[inline]
pub(crate) fn reaches_all_woken() -> bool {
    fixed_order::is_fixed()
        || any_in_flight() && IN_FLIGHT_HERE.try_with(|count| count.get() != 0).unwrap_or(false)
}

/// Takes the error or the cancellation that is in flight for `waker`, as an error.
pub(crate) fn take(waker: &Waker) -> Option<Error> {
    take_if(|in_flight| in_flight.is_for(waker) && in_flight.thrown.is_free()).and_then(Thrown::into_error)
}

/// Takes the cancellation that is in flight for `waker`, for a group.
pub(crate) fn take_cancel(waker: &Waker) -> Option<Cancellation> {
    let is_free_cancel =
        |in_flight: &InFlight| matches!(in_flight.thrown, Thrown::Cancel(_)) && in_flight.thrown.is_free();
    match take_if(|in_flight| in_flight.is_for(waker) && is_free_cancel(in_flight))? {
        Thrown::Cancel(cancellation) => Some(cancellation),
        Thrown::Error(_) | Thrown::Question(_) | Thrown::Watch(_) => None,
    }
}

/// Takes the injection in flight if `is` holds for it. The watch of a watched cancellation takes
/// its place.
fn take_if(is: impl FnOnce(&InFlight) -> bool) -> Option<Thrown> {
    let taken = with_slot(|slot| {
        let taken = slot.take_if(|in_flight| is(in_flight))?;
        if let Thrown::Cancel(cancellation) = &taken.thrown {
            let addressee = taken.addressee;
            let watch = cancellation.watch().map(Thrown::Watch);
            *slot = watch.map(|thrown| ManuallyDrop::new(InFlight { thrown, addressee }));
        }
        Some(taken)
    });
    taken.flatten().map(InFlight::into_thrown)
}

/// A yield whose future is pending.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PendingYield {
    pub(crate) site: Site,
    /// The type of the future.
    pub(crate) future: &'static str,
    /// Where the future lies; `None` for a [closed](crate::coroutine::Coroutine::is_closed)
    /// coroutine.
    pub(crate) at: Option<Memory>,
}

/// Called by a pending yield. [Takes](take) the injection for `waker`, or [notes](note) the yield.
/// The observer of the thread may fail the yield, except in the poll of a dump.
#[cold]
pub(crate) fn take_or_note(waker: &Waker, pending: &PendingYield) -> Option<Error> {
    let taken = take(waker);
    if taken.is_some() {
        observer::resumed(waker);
    }
    let error = taken.or_else(|| {
        note_in_flight(waker, pending);
        match is_for_dump(waker) {
            true => None,
            false => observer::suspended(waker, &pending.site),
        }
    });
    if error.is_some() {
        record::goes_on(waker);
    }
    error
}

/// Called by an outer yield of a chain, when it stays pending. Shows the yield to a question, or to
/// a watch, that is in flight for `waker`, and to the observer of the thread.
#[cold]
pub(crate) fn note(waker: &Waker, pending: &PendingYield) {
    note_in_flight(waker, pending);
    if !is_for_dump(waker) {
        observer::passed(waker, &pending.site);
    }
}

/// Whether the poll with `waker` is that of a dump, which is no step of the program.
fn is_for_dump(waker: &Waker) -> bool {
    with_question(waker, |question| matches!(question.ask(), Ask::Tree(_))).unwrap_or(false)
}

fn note_in_flight(waker: &Waker, &PendingYield { site, future, at }: &PendingYield) {
    record::suspended(waker, &site);
    with_in_flight_for(waker, |in_flight| match &mut in_flight.thrown {
        Thrown::Question(question) => question.add(Statement::new(at, Said::Yield { site, future }), 0),
        Thrown::Watch(watch) => watch.look_at(&site),
        Thrown::Error(_) | Thrown::Cancel(_) => {}
    });
}

/// Called by a yield that is ready, where all yields look. Tells it to a question that is in flight
/// for `waker`. If the yield has a value, the observer of the thread may replace it by an error.
#[cold]
pub(crate) fn returned(has_value: bool, waker: &Waker, site: &Site) -> Option<Error> {
    with_question(waker, |question| question.goes_on(Some(*site)));
    #[cfg(feature = "metrics")]
    record::returned(waker);
    has_value.then(|| observer::returned(waker, site)).flatten()
}

/// Called by a group that was asked, if a child has gone on when it was asked, at that yield of the
/// child.
pub(crate) fn child_goes_on(at: Option<Site>) {
    with_slot(|slot| {
        if let Some(Thrown::Question(question)) = slot.as_deref_mut().map(|in_flight| &mut in_flight.thrown) {
            question.goes_on(at);
        }
    });
}

/// Calls `access` with the question that is in flight for `waker`, if there is one.
pub(super) fn with_question<R>(waker: &Waker, access: impl FnOnce(&mut Question) -> R) -> Option<R> {
    let with_question = |in_flight: &mut InFlight| match &mut in_flight.thrown {
        Thrown::Question(question) => Some(access(question)),
        Thrown::Error(_) | Thrown::Cancel(_) | Thrown::Watch(_) => None,
    };
    with_in_flight_for(waker, with_question).flatten()
}

/// Calls `access` with the injection that is in flight for `waker`, if there is one.
fn with_in_flight_for<R>(waker: &Waker, access: impl FnOnce(&mut InFlight) -> R) -> Option<R> {
    with_slot(|slot| slot.as_deref_mut().filter(|in_flight| in_flight.is_for(waker)).map(access)).flatten()
}

/// Whether a question may take the place of the injection in flight for `waker`: there is none, or
/// it is an error, which is hidden from the child that is asked.
pub(crate) fn may_ask(waker: &Waker) -> bool {
    let is_error = |in_flight: &mut InFlight| matches!(in_flight.thrown, Thrown::Error(_));
    with_in_flight_for(waker, is_error).unwrap_or(true)
}

/// A clone of the cancellation that is in flight for `waker`, if there is one.
pub(crate) fn cancellation(waker: &Waker) -> Option<Cancellation> {
    let cancellation = |in_flight: &mut InFlight| match &in_flight.thrown {
        Thrown::Cancel(cancellation) => Some(cancellation.clone()),
        Thrown::Error(_) | Thrown::Question(_) | Thrown::Watch(_) => None,
    };
    with_in_flight_for(waker, cancellation).flatten()
}

/// The source of the cancellation that is in flight for `waker`, if there is one.
pub(crate) fn cancel_source(waker: &Waker) -> Option<CancelSource> {
    let source = |in_flight: &mut InFlight| match &in_flight.thrown {
        Thrown::Cancel(cancellation) => Some(cancellation.source()),
        Thrown::Error(_) | Thrown::Question(_) | Thrown::Watch(_) => None,
    };
    with_in_flight_for(waker, source).flatten()
}

/// Runs `poll` with the injection in `thrown` in flight for `waker`. If it is not taken, it is in
/// `thrown` again afterwards; the watch of a taken cancellation is there too.
#[cold]
pub(crate) fn with_injected<R>(thrown: &mut Option<Thrown>, waker: &Waker, poll: impl FnOnce() -> R) -> R {
    #[cfg(feature = "metrics")]
    let _aside = record::Aside::unless_of(waker);
    let _restore = Injecting::new(thrown, waker);
    poll()
}

/// Like [`with_injected`], for an error.
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

/// No injection, for a poll, which takes an injection but never leaves a new one. So the caller has
/// nothing to drop.
#[inline]
pub(crate) fn nothing() -> ManuallyDrop<Option<Thrown>> {
    ManuallyDrop::new(None)
}

/// Polls the body of a task with the injection in `thrown`, if there is one. As for
/// [`without_injected_of_others`] otherwise.
#[inline]
pub(crate) fn resume<R>(
    thrown: &mut Option<Thrown>,
    cx: &mut Context<'_>,
    poll: impl FnOnce(&mut Context<'_>) -> R,
) -> R {
    if thrown.is_none() {
        return without_injected_of_others(cx, poll);
    }
    with_injected(thrown, cx.waker(), || poll(cx))
}

/// Polls the body of a task. An injection that is in flight for an outer poll on the stack is
/// hidden: it is not for this task. So is the record of an outer poll.
#[inline]
pub(crate) fn without_injected_of_others<R>(
    cx: &mut Context<'_>,
    poll: impl FnOnce(&mut Context<'_>) -> R,
) -> R {
    if any_in_flight() {
        hide_of_others(cx, poll)
    } else {
        poll(cx)
    }
}

/// Runs `poll`, which polls the children of a group, with an empty slot. They have wakers of their
/// own, so they are no part of the record.
#[inline]
pub(crate) fn without_injected_apart<R>(poll: impl FnOnce() -> R) -> R {
    if any_in_flight() {
        hide_apart(poll)
    } else {
        poll()
    }
}

/// Runs `poll` with an empty slot.
#[inline]
pub(crate) fn without_injected<R>(poll: impl FnOnce() -> R) -> R {
    if any_in_flight() {
        hide_slot(poll)
    } else {
        poll()
    }
}

/// Runs `poll` with the slot empty if it holds an error. A child that is polled with the waker of
/// its group then sees everything except errors.
#[inline]
pub(crate) fn without_injected_errors<R>(poll: impl FnOnce() -> R) -> R {
    if any_in_flight() && is_error_in_flight() {
        hide_slot(poll)
    } else {
        poll()
    }
}

#[cold]
fn is_error_in_flight() -> bool {
    with_slot(|slot| slot.as_ref().is_some_and(|in_flight| matches!(in_flight.thrown, Thrown::Error(_))))
        .unwrap_or(false)
}

/// Defers the cancellation that is in flight for `waker`: nothing takes it in the rest of this
/// poll, unless it is [undeferred](undefer). Returns the address of the poll, if there is a
/// cancellation.
#[cold]
pub(crate) fn defer(waker: &Waker) -> Option<Addressee> {
    with_in_flight_for(waker, |in_flight| in_flight.set_deferred(true).then_some(in_flight.addressee))
        .flatten()
}

/// Undoes [`defer`], if the cancellation is still in flight.
#[cold]
pub(crate) fn undefer(addressee: Addressee) {
    with_slot(|slot| {
        if let Some(in_flight) = slot.as_deref_mut().filter(|in_flight| in_flight.addressee == addressee) {
            in_flight.set_deferred(false);
        }
    });
}

impl InFlight {
    /// Returns whether it is a cancellation.
    fn set_deferred(&mut self, deferred: bool) -> bool {
        let Thrown::Cancel(cancellation) = &mut self.thrown else { return false };
        cancellation.set_deferred(deferred);
        true
    }
}

#[cfg(feature = "metrics")]
#[cold]
#[inline(never)]
fn hide_of_others<R>(cx: &mut Context<'_>, poll: impl FnOnce(&mut Context<'_>) -> R) -> R {
    let _aside = record::Aside::unless_of(cx.waker());
    hide_slot(|| poll(cx))
}

#[cfg(not(feature = "metrics"))]
#[inline(always)]
fn hide_of_others<R>(cx: &mut Context<'_>, poll: impl FnOnce(&mut Context<'_>) -> R) -> R {
    hide_slot(|| poll(cx))
}

#[cfg(feature = "metrics")]
#[cold]
#[inline(never)]
fn hide_apart<R>(poll: impl FnOnce() -> R) -> R {
    let _aside = record::Aside::new();
    hide_slot(poll)
}

#[cfg(not(feature = "metrics"))]
use hide_slot as hide_apart;

#[cold]
fn hide_slot<R>(poll: impl FnOnce() -> R) -> R {
    let _restore = Hidden { outer: with_slot(Option::take).flatten() };
    poll()
}

/// Restores the content of the slot.
struct Hidden {
    outer: ThreadSlot,
}

impl Drop for Hidden {
    fn drop(&mut self) {
        with_slot(|slot| *slot = self.outer.take());
    }
}

/// Restores the content of the slot, and returns an injection that was not taken.
struct Injecting<'a> {
    thrown: &'a mut Option<Thrown>,
    outer: ThreadSlot,
}

impl<'a> Injecting<'a> {
    fn new(thrown: &'a mut Option<Thrown>, waker: &Waker) -> Self {
        IN_FLIGHT.fetch_add(1, Ordering::Relaxed);
        let _ = IN_FLIGHT_HERE.try_with(|count| count.set(count.get() + 1));
        let mut injecting = Injecting { thrown, outer: None };
        let addressee = Addressee::of(waker);
        with_slot(|slot| {
            let in_flight = injecting.thrown.take().map(|thrown| {
                let mut in_flight = InFlight { thrown, addressee };
                in_flight.set_deferred(false);
                ManuallyDrop::new(in_flight)
            });
            injecting.outer = mem::replace(slot, in_flight);
        });
        injecting
    }
}

impl Drop for Injecting<'_> {
    fn drop(&mut self) {
        IN_FLIGHT.fetch_sub(1, Ordering::Relaxed);
        let _ = IN_FLIGHT_HERE.try_with(|count| count.set(count.get() - 1));
        let outer = self.outer.take();
        // Without a slot it was not moved, and `thrown` still holds it.
        if let Some(left) = with_slot(|slot| mem::replace(slot, outer)) {
            *self.thrown = left.map(InFlight::into_thrown);
        }
    }
}
