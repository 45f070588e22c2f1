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

use crate::cancel::{tell, Cancellation};
use crate::Result;

pin_project! {
    /// A child, then its result, then nothing.
    #[project = SlotProjection]
    #[project_replace = SlotContent]
    pub enum Slot<P, T> {
        /// The child is running.
        Running { #[pin] child: P },
        /// The child has ended, and its future is dropped.
        Ended { result: Result<T> },
        /// The result was taken, or there was no child yet.
        Taken,
    }
}

/// How a child is polled.
pub(super) enum How<'a> {
    /// As any future.
    Plain,
    /// With a cancellation, as [`tell`] does.
    Cancel(&'a mut Cancellation),
}

/// How a child has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Well,
    Failed,
}

impl<P, T> Slot<P, T> {
    pub(super) fn new(child: P) -> Self {
        Slot::Running { child }
    }

    /// Puts a child where there is none.
    pub(super) fn fill(self: Pin<&mut Self>, child: P) {
        self.project_replace(Slot::new(child));
    }

    /// Takes the result of a child that has ended; nothing if it was taken before. A child that is running is dropped.
    pub(super) fn take(self: Pin<&mut Self>) -> Option<Result<T>> {
        match self.project_replace(Slot::Taken) {
            SlotContent::Ended { result } => Some(result),
            SlotContent::Running { .. } | SlotContent::Taken => None,
        }
    }
}

impl<P, T> Slot<P, T>
where
    P: Future<Output = Result<T>>,
{
    /// Polls a child that is running; ready when it ends. Where none is running nothing happens.
    #[inline]
    pub(super) fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>, how: How<'_>) -> Poll<Ended> {
        let SlotProjection::Running { child } = self.as_mut().project() else { return Poll::Pending };
        let polled = match how {
            How::Plain => child.poll(cx),
            How::Cancel(cancellation) => tell(child, cx, cancellation),
        };
        polled.map(|result| {
            let ended = if result.is_ok() { Ended::Well } else { Ended::Failed };
            self.set(Slot::Ended { result });
            ended
        })
    }
}

/// The children of a group, or their results.
pub(super) struct Slots<P, T> {
    slots: Pin<Box<[Slot<P, T>]>>,
}

impl<P, T> Slots<P, T> {
    pub(super) fn new(children: impl Iterator<Item = P>) -> Self {
        Slots { slots: Box::into_pin(children.map(Slot::new).collect()) }
    }

    /// Slots without children.
    pub(super) fn vacant(count: usize) -> Self {
        Slots { slots: Box::into_pin((0..count).map(|_| Slot::Taken).collect()) }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// The slot of a child.
    ///
    /// # Panics
    ///
    /// If there is none of that index.
    pub(super) fn at(&mut self, child: usize) -> Pin<&mut Slot<P, T>> {
        // SAFETY: the element is as pinned as the slice it lies in (see the top of the module).
        unsafe { self.slots.as_mut().map_unchecked_mut(|slots| &mut slots[child]) }
    }

    /// Takes what there is of all children, in order: a result of each that has ended; the others are dropped.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = Option<Result<T>>> + use<'_, P, T> {
        (0..self.len()).map(|child| self.at(child).take())
    }

    /// Takes the results of all children, in order; they must all have ended.
    pub(super) fn results(&mut self) -> impl ExactSizeIterator<Item = Result<T>> + use<'_, P, T> {
        (0..self.len()).map(|child| self.at(child).take().expect("the child has ended"))
    }
}
