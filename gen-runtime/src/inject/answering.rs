//! The answers of a pending future to a [question](super::question) that is in flight.
//!
//! A future calls these functions after it has polled its children, if it stays pending. The answer
//! belongs to the question that is in flight for the waker of the poll, if there is one. Without a
//! question a function does nothing. If nothing is in flight at all, that costs one load of an
//! atomic. A leaf, a timeout, a box and a group answer only to a question for the whole tree. The
//! yields of a chain answer in [`in_flight`](super::in_flight), as they take an injection there.

use std::any::type_name;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::fixed_order::RefusedKind;
use super::in_flight::{any_in_flight, with_question};
use super::question::{Ask, Children, Memory, Question, Said, Shown, Statement, Waiting, WaitsFor};
use super::record;

/// Called by a leaf that stays pending, and keeps that many clones of `waker`: answers a question.
#[inline]
pub(crate) fn say<L>(leaf: &L, waker: &Waker, kept: usize, waits_for: impl FnOnce(Shown) -> WaitsFor) {
    if any_in_flight() {
        answer(Memory::of(leaf), waker, kept, |shown| Said::WaitsFor(waits_for(shown)));
    }
}

/// As [`say`], by a part of the leaf, which lies there.
#[cold]
pub(crate) fn say_at(leaf: Memory, waker: &Waker, kept: usize, waits_for: impl FnOnce(Shown) -> WaitsFor) {
    answer(leaf, waker, kept, |shown| Said::WaitsFor(waits_for(shown)));
}

/// The poll of a yield that is [refused](super::fixed_order): it stays pending for ever, and waits
/// for a thing of that kind.
#[cold]
pub(crate) fn stay_pending<L, R>(leaf: &L, kind: RefusedKind, cx: &Context<'_>) -> Poll<R> {
    say(leaf, cx.waker(), 0, |_| WaitsFor::Described { what: kind.to_string() });
    Poll::Pending
}

/// Called by a timeout after its child, if both stay pending. The timeout keeps a clone of `waker`.
#[inline]
pub(crate) fn say_within<F>(child: &Option<F>, waker: &Waker, left: impl FnOnce() -> Option<Duration>) {
    if any_in_flight() {
        let future = type_name::<F>();
        answer(Memory::of(child), waker, 1, |_| Said::Timeout { left: left(), future });
    }
}

/// Called by a box that polls its content with `waker`, if the content stays pending.
#[inline]
pub(crate) fn say_boxed<B, C: ?Sized>(pointer: &B, content: &C, waker: &Waker) {
    if any_in_flight() {
        let content = Memory::of(content);
        answer(Memory::of(pointer), waker, 0, |_| Said::Boxed(content));
    }
}

/// Called by a group that was asked.
pub(crate) fn say_children<G: ?Sized>(group: &G, waker: &Waker, kept: usize, children: Children) {
    answer(Memory::of(group), waker, kept, |_| Said::Children(children));
}

/// The statements, and the sites in the record, that the poll with a waker has so far: for
/// [`unsay`]. It is one word, so that a timeout can make an empty one for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SaidSoFar {
    statements: u32,
    sites: u32,
}

impl SaidSoFar {
    /// Nothing, before a poll in which nothing is in flight.
    pub(crate) const NOTHING: SaidSoFar = SaidSoFar { statements: 0, sites: 0 };
}

/// The number of statements so far that answer the question in flight for `waker`, if there is
/// one, and of the sites in the record.
#[cold]
pub(crate) fn said(waker: &Waker) -> SaidSoFar {
    let short = |count: Option<usize>| u32::try_from(count.unwrap_or(0)).unwrap_or(u32::MAX);
    SaidSoFar {
        statements: short(with_question(waker, |question| question.said())),
        sites: short(record::count(waker)),
    }
}

/// Takes back all that was said since, by a child of the type `child` that is dropped or resumed.
/// Returns its wait, if there is a question that it has answered.
#[inline]
pub(crate) fn unsay(waker: &Waker, said: SaidSoFar, child: &'static str) -> Option<Box<Waiting>> {
    if any_in_flight() {
        unsay_in_flight(waker, said, child)
    } else {
        None
    }
}

#[cold]
fn unsay_in_flight(waker: &Waker, said: SaidSoFar, child: &'static str) -> Option<Box<Waiting>> {
    let answered = with_question(waker, |question| question.split_off(said.statements as usize));
    record::take_back(waker, said.sites as usize);
    answered.map(|answered| Box::new(answered.into_tree(None, child)))
}

/// Called by a future that keeps clones of `waker`, beyond those of which it has said so just now.
#[inline]
pub(crate) fn keeps(waker: &Waker, kept: usize) {
    if any_in_flight() {
        keeps_in_flight(waker, kept);
    }
}

#[cold]
fn keeps_in_flight(waker: &Waker, kept: usize) {
    with_question(waker, |question| question.keeps(kept));
}

/// Adds a statement to a question for the whole tree. `said` may run code of a user, which prints a
/// key, so the slot is not borrowed meanwhile.
#[cold]
fn answer(at: Memory, waker: &Waker, kept: usize, said: impl FnOnce(Shown) -> Said) {
    if let Some(shown) = question(waker) {
        let statement = Statement::new(Some(at), said(shown));
        with_question(waker, |question| question.add(statement, kept));
    }
}

/// Whether a question for the whole tree is in flight for `waker`, and what the tree is to show. If
/// so, a group asks its children.
#[cold]
pub(crate) fn question(waker: &Waker) -> Option<Shown> {
    with_question(waker, |question| question.ask().shown()).flatten()
}

/// Whether the poll with `waker` is only for the answer, and nothing may go on: a timeout asks the
/// children of a group that it is about to drop. Then a handle whose task has ended without a wake
/// does not give the result, and a group only asks its own children. Otherwise a body would go on
/// only because it was asked.
#[inline]
pub(crate) fn only_answers(waker: &Waker) -> bool {
    any_in_flight() && only_answers_in_flight(waker)
}

#[cold]
#[inline(never)]
fn only_answers_in_flight(waker: &Waker) -> bool {
    let asks = |question: &mut Question| matches!(question.ask(), Ask::Tree(shown) if shown.only_answers);
    with_question(waker, asks).unwrap_or(false)
}

/// Whether a question is in flight for `waker`.
#[inline]
pub(crate) fn is_question(waker: &Waker) -> bool {
    any_in_flight() && is_question_in_flight(waker)
}

#[cold]
fn is_question_in_flight(waker: &Waker) -> bool {
    with_question(waker, |_| ()).is_some()
}

/// Whether the poll with `waker` happens only because of a question.
#[inline]
pub(crate) fn is_asked(waker: &Waker) -> bool {
    any_in_flight() && is_asked_in_flight(waker)
}

#[cold]
fn is_asked_in_flight(waker: &Waker) -> bool {
    with_question(waker, |question| !matches!(question.ask(), Ask::AtDeadline(_))).unwrap_or(false)
}
