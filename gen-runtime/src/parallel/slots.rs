//! Where the children of a group live: one pinned allocation, in each slot a child or its result.
//!
//! # Safety
//!
//! The slots are behind `Pin<Box<..>>` and are dropped there: they never move. [`Slots::at`] goes from the pinned slice to one pinned element. That is sound
//! because the slice is pinned structurally: no method hands out an element as `&mut`, or moves one.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::panics::IN_DROP;
use crate::inject::{poll_cancelled, Cancellation};
use crate::report::contain;
use crate::{report, Error, Result};

pin_project! {
    /// A child, then its result, then nothing.
    #[project = SlotProjection]
    #[project_replace = SlotContent]
    pub enum ChildSlot<P, T> {
        /// The child is running.
        Running { #[pin] child: P },
        /// The child has ended, and its future is dropped.
        Ended { result: Result<T> },
        /// The result was taken, or there was no child yet.
        Taken,
    }
}

/// How a child is polled.
pub(super) enum PollMode<'a> {
    /// As any future.
    Plain,
    /// With a cancellation, as [`poll_cancelled`] does.
    Cancel(&'a mut Cancellation),
    /// Not at all: it has just panicked, and ends with this.
    Panicked(Error),
}

/// How a child has ended.
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
        ChildSlot::Running { child }
    }

    /// Puts a child where there is none.
    pub(super) fn fill(self: Pin<&mut Self>, child: P) {
        self.project_replace(ChildSlot::new(child));
    }

    /// Takes the result of a child that has ended; nothing if it was taken before. A child that is running is dropped.
    pub(super) fn take(self: Pin<&mut Self>) -> Option<Result<T>> {
        match self.project_replace(ChildSlot::Taken) {
            SlotContent::Ended { result } => Some(result),
            SlotContent::Running { .. } | SlotContent::Taken => None,
        }
    }

    /// Takes the error of a child that has failed; the result of another one stays.
    pub(super) fn take_failure(mut self: Pin<&mut Self>) -> Option<Error> {
        match self.as_mut().project() {
            SlotProjection::Ended { result: Err(_) } => self.take()?.err(),
            _ => None,
        }
    }

    /// Drops a child that is running. A destructor that panics takes nothing else with it.
    pub(super) fn drop_contained(self: Pin<&mut Self>) {
        contain(IN_DROP, || self.drop_running());
    }

    /// Drops a child that is running.
    fn drop_running(mut self: Pin<&mut Self>) {
        if let SlotProjection::Running { .. } = self.as_mut().project() {
            self.set(ChildSlot::Taken);
        }
    }

    /// Ends a child that has panicked, in its poll, or in its drop when its result was there: then that counts.
    #[cold]
    fn end(mut self: Pin<&mut Self>, error: Error) -> ChildEnded {
        if let SlotProjection::Ended { result } = self.as_mut().project() {
            report::error(format_args!("{IN_DROP} {error}"));
            return ChildEnded::of(result);
        }
        contain(IN_DROP, || self.set(ChildSlot::Ended { result: Err(error) }));
        ChildEnded::Failed
    }
}

impl<P, T> ChildSlot<P, T>
where
    P: Future<Output = Result<T>>,
{
    /// Polls a child that is running; ready when it ends. Where none is running nothing happens.
    #[inline]
    pub(super) fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        how: PollMode<'_>,
    ) -> Poll<ChildEnded> {
        let how = match how {
            PollMode::Panicked(error) => return Poll::Ready(self.end(error)),
            how => how,
        };
        let SlotProjection::Running { child } = self.as_mut().project() else { return Poll::Pending };
        let polled = match how {
            PollMode::Cancel(cancellation) => poll_cancelled(child, cx, cancellation),
            _ => child.poll(cx),
        };
        polled.map(|result| {
            let ended = ChildEnded::of(&result);
            self.set(ChildSlot::Ended { result });
            ended
        })
    }
}

/// The children of a group, or their results.
pub(super) struct Slots<P, T> {
    slots: Pin<Box<[ChildSlot<P, T>]>>,
}

impl<P, T> Slots<P, T> {
    pub(super) fn new(children: impl Iterator<Item = P>) -> Self {
        Slots { slots: Box::into_pin(children.map(ChildSlot::new).collect()) }
    }

    /// Slots without children.
    pub(super) fn vacant(count: usize) -> Self {
        Slots { slots: Box::into_pin((0..count).map(|_| ChildSlot::Taken).collect()) }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// The slot of a child.
    ///
    /// # Panics
    ///
    /// If there is none of that index.
    pub(super) fn at(&mut self, child: usize) -> Pin<&mut ChildSlot<P, T>> {
        // SAFETY: the element is as pinned as the slice it lies in (see the top of the module).
        unsafe { self.slots.as_mut().map_unchecked_mut(|slots| &mut slots[child]) }
    }

    /// Takes what there is of all children, in order: a result of each that has ended; the others are dropped before.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = Option<Result<T>>> + use<'_, P, T> {
        self.drop_running();
        (0..self.len()).map(|child| self.at(child).take())
    }

    /// Takes the errors of the children that have failed, in order, each with the number of its child.
    pub(super) fn take_failures(&mut self) -> impl Iterator<Item = (usize, Error)> + use<'_, P, T> {
        (0..self.len()).filter_map(|child| Some((child, self.at(child).take_failure()?)))
    }

    /// Drops the children that are running, in order. A destructor that panics takes neither a result nor another child with it.
    pub(super) fn drop_running(&mut self) {
        let mut children = 0..self.len();
        while !children.is_empty() {
            contain(IN_DROP, || children.by_ref().for_each(|child| self.at(child).drop_running()));
        }
    }

    /// Takes the results of all children, in order; they must all have ended.
    pub(super) fn results(&mut self) -> impl ExactSizeIterator<Item = Result<T>> + use<'_, P, T> {
        (0..self.len()).map(|child| self.at(child).take().expect("the child has ended"))
    }
}
