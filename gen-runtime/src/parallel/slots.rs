//! The children of a group: one pinned allocation, with a child or its result in each slot.
//!
//! # Safety
//!
//! The slots are in a `Pin<Box<..>>` and are dropped there, so they never move. [`Slots::at`]
//! projects from the pinned slice to one pinned element. That is sound because no method moves an
//! element, or returns a `&mut` to one. Only children are pinned: when all have ended,
//! [`Slots::take_results`] moves the results out. [`ChildSlot::take_running`] is safe code, which
//! moves only children that are `Unpin`.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::panics::IN_DROP;
use crate::inject::question::Asking;
use crate::inject::{poll_cancelled, Cancellation};
use crate::report::contain;
use crate::{report, Error, Result};

pin_project! {
    /// A child, then its result, then nothing. A link is kept in each state: as a field of the
    /// variants it may lie in memory that they do not use.
    #[project = SlotProjection]
    #[project_replace = SlotContent]
    pub enum ChildSlot<P, T, L = ()> {
        /// The child is running.
        Running { #[pin] child: P, link: L },
        /// The child has ended, and its future is dropped.
        Ended { result: Result<T>, link: L },
        /// The result was taken, or the child was dropped, or there was no child yet.
        Taken { link: L },
    }
}

/// How [`ChildSlot::poll`] treats a child.
pub(super) enum PollMode<'a> {
    /// Polls it.
    Plain,
    /// Polls it with a cancellation, by [`poll_cancelled`].
    Cancel(&'a mut Cancellation),
    /// Polls it with a question.
    Ask(&'a mut Asking),
    /// Does not poll it: it has panicked, and ends with this error.
    Panicked(Error),
}

/// Whether a child that has ended has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChildEnded {
    Well,
    Failed,
}

impl ChildEnded {
    fn of<T>(result: &Result<T>) -> Self {
        if result.is_ok() {
            ChildEnded::Well
        } else {
            ChildEnded::Failed
        }
    }
}

impl<P, T> ChildSlot<P, T> {
    pub(super) fn new(child: P) -> Self {
        ChildSlot::Running { child, link: () }
    }

    fn is_running(&self) -> bool {
        matches!(self, ChildSlot::Running { .. })
    }

    /// The result of the child, which must have ended.
    #[inline]
    fn into_result(self) -> Result<T> {
        match self {
            ChildSlot::Ended { result, .. } => result,
            ChildSlot::Running { .. } | ChildSlot::Taken { .. } => unreachable!("all children have ended"),
        }
    }
}

impl<P, T, L: Copy> ChildSlot<P, T, L> {
    /// The link of the slot.
    #[inline]
    pub(super) fn link(self: Pin<&mut Self>) -> &mut L {
        match self.project() {
            SlotProjection::Running { link, .. }
            | SlotProjection::Ended { link, .. }
            | SlotProjection::Taken { link } => link,
        }
    }

    /// Puts a child into an empty slot.
    #[inline]
    pub(super) fn fill(mut self: Pin<&mut Self>, child: P, link: L) {
        self.set(ChildSlot::Running { child, link });
    }

    /// The running child, if there is one.
    #[inline]
    pub(super) fn running(self: Pin<&mut Self>) -> Option<Pin<&mut P>> {
        match self.project() {
            SlotProjection::Running { child, .. } => Some(child),
            SlotProjection::Ended { .. } | SlotProjection::Taken { .. } => None,
        }
    }

    /// Takes a running child out of the slot, and sets the link. The child may be moved.
    #[inline]
    pub(super) fn take_running(self: Pin<&mut Self>, link: L) -> Option<P>
    where
        P: Unpin,
    {
        match mem::replace(self.get_mut(), ChildSlot::Taken { link }) {
            ChildSlot::Running { child, .. } => Some(child),
            ChildSlot::Ended { .. } | ChildSlot::Taken { .. } => None,
        }
    }

    /// Takes the result of the child; `None` if there is none. A running child is dropped.
    #[inline]
    pub(super) fn take(mut self: Pin<&mut Self>) -> Option<Result<T>> {
        let link = *self.as_mut().link();
        self.vacate(link).1
    }

    /// As [`take`](Self::take), with another link for the slot. Also returns the link that it had.
    #[inline]
    pub(super) fn vacate(self: Pin<&mut Self>, link: L) -> (L, Option<Result<T>>) {
        match self.project_replace(ChildSlot::Taken { link }) {
            SlotContent::Ended { result, link } => (link, Some(result)),
            SlotContent::Running { link, .. } | SlotContent::Taken { link } => (link, None),
        }
    }

    /// Takes the error of a child that has failed. Any other result stays.
    pub(super) fn take_failure(mut self: Pin<&mut Self>) -> Option<Error> {
        match self.as_mut().project() {
            SlotProjection::Ended { result: Err(_), .. } => self.take()?.err(),
            _ => None,
        }
    }

    /// Drops a running child. A panic of its destructor is reported, and does not spread.
    pub(super) fn drop_contained(self: Pin<&mut Self>) {
        contain(IN_DROP, || self.drop_running());
    }

    /// Drops a running child.
    fn drop_running(mut self: Pin<&mut Self>) {
        if let SlotProjection::Running { link, .. } = self.as_mut().project() {
            let link = *link;
            self.set(ChildSlot::Taken { link });
        }
    }

    /// Ends a child that has panicked. If the panic came from the drop of a child that was ready,
    /// the child keeps its result, and the panic is reported.
    #[cold]
    #[inline(never)]
    fn end(mut self: Pin<&mut Self>, error: Error) -> ChildEnded {
        if let SlotProjection::Ended { result, .. } = self.as_mut().project() {
            report::error(format_args!("{IN_DROP} {error}"));
            return ChildEnded::of(result);
        }
        let link = *self.as_mut().link();
        contain(IN_DROP, || self.set(ChildSlot::Ended { result: Err(error), link }));
        ChildEnded::Failed
    }
}

impl<P, T, L: Copy> ChildSlot<P, T, L>
where
    P: Future<Output = Result<T>>,
{
    /// Polls a running child, and is ready when it ends. Pending if no child is running.
    #[inline]
    pub(super) fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>, mode: PollMode<'_>) -> Poll<ChildEnded> {
        match mode {
            PollMode::Plain => self.poll_by(|child| child.poll(cx)),
            PollMode::Cancel(cancellation) => self.cancel(cx, cancellation),
            PollMode::Ask(asking) => self.ask(cx, asking),
            PollMode::Panicked(error) => Poll::Ready(self.end(error)),
        }
    }

    #[cold]
    #[inline(never)]
    fn cancel(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        cancellation: &mut Cancellation,
    ) -> Poll<ChildEnded> {
        self.poll_by(|child| poll_cancelled(child, cx, cancellation))
    }

    #[cold]
    #[inline(never)]
    fn ask(self: Pin<&mut Self>, cx: &mut Context<'_>, asking: &mut Asking) -> Poll<ChildEnded> {
        self.poll_by(|child| asking.poll(child, cx))
    }

    #[inline(always)]
    fn poll_by(
        mut self: Pin<&mut Self>,
        poll: impl FnOnce(Pin<&mut P>) -> Poll<Result<T>>,
    ) -> Poll<ChildEnded> {
        let SlotProjection::Running { child, link } = self.as_mut().project() else { return Poll::Pending };
        let link = *link;
        match poll(child) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(result) => {
                let ended = ChildEnded::of(&result);
                self.set(ChildSlot::Ended { result, link });
                Poll::Ready(ended)
            }
        }
    }
}

/// The children of a group, or their results.
pub(super) struct Slots<P, T, L = ()> {
    slots: Pin<Box<[ChildSlot<P, T, L>]>>,
}

impl<P, T> Slots<P, T> {
    pub(super) fn new(children: impl Iterator<Item = P>) -> Self {
        Slots::of(children.map(ChildSlot::new))
    }

    /// Takes the results of all children, in order. All must have ended.
    ///
    /// A `Vec` that is collected of them lies in the allocation of the slots, if it fits.
    pub(super) fn take_results(&mut self) -> impl ExactSizeIterator<Item = Result<T>> + use<P, T> {
        if self.slots.iter().any(ChildSlot::is_running) {
            self.drop_running();
        }
        let slots = mem::replace(&mut self.slots, Box::into_pin(Box::default()));
        // SAFETY: no slot contains a child any more, and nothing else is pinned.
        let slots = unsafe { Pin::into_inner_unchecked(slots) };
        slots.into_vec().into_iter().map(ChildSlot::into_result)
    }
}

impl<P, T, L: Copy> Slots<P, T, L> {
    pub(super) fn of(slots: impl Iterator<Item = ChildSlot<P, T, L>>) -> Self {
        Slots { slots: Box::into_pin(slots.collect()) }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// The slot of a child.
    ///
    /// # Panics
    ///
    /// If the index is out of bounds.
    #[inline]
    pub(super) fn at(&mut self, child: usize) -> Pin<&mut ChildSlot<P, T, L>> {
        // SAFETY: the element is pinned with its slice (see the top of the module).
        unsafe { self.slots.as_mut().map_unchecked_mut(|slots| &mut slots[child]) }
    }

    /// Drops the running children, then takes the results of all others, in order.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = Option<Result<T>>> + use<'_, P, T, L> {
        self.drop_running();
        (0..self.len()).map(|child| self.at(child).take())
    }

    /// The children that have failed, in order.
    pub(super) fn failed(&self) -> impl Iterator<Item = usize> + use<'_, P, T, L> {
        let failed = |slot: &ChildSlot<P, T, L>| matches!(slot, ChildSlot::Ended { result: Err(_), .. });
        self.slots.iter().enumerate().filter(move |(_, slot)| failed(slot)).map(|(child, _)| child)
    }

    /// Takes the errors of the children that have failed, in order, each with the index of its
    /// child.
    pub(super) fn take_failures(&mut self) -> impl Iterator<Item = (usize, Error)> + use<'_, P, T, L> {
        (0..self.len()).filter_map(|child| Some((child, self.at(child).take_failure()?)))
    }

    /// Drops the running children, in order. A panic of a destructor is reported, and affects
    /// neither the results nor the other children.
    pub(super) fn drop_running(&mut self) {
        let mut children = 0..self.len();
        while !children.is_empty() {
            contain(IN_DROP, || children.by_ref().for_each(|child| self.at(child).drop_running()));
        }
    }
}
