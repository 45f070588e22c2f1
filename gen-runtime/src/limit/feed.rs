//! The running children of a [`limit`](crate::limit()), and the source of the next ones.
//!
//! | event | source | running children |
//! |---|---|---|
//! | [`fill`](Feed::fill) | gives children until the pool has `at_once`, those included whose results were not taken | the new ones are added, and not yet polled |
//! | a cancellation arrives | gives no more | are cancelled; those that were never polled are dropped |

use std::future::Future;
use std::task::{Context, Poll};

use super::source::Source;
use crate::error::ChildKey;
use crate::inject::question::Shown;
use crate::inject::Cancellation;
use crate::parallel::{ChildKeys, List, NamesChildren, Pool};
use crate::{Error, Result};

/// The names of the children in a dump. Their tags are their positions.
struct Names<'a, S>(&'a S);

impl<S: ChildKeys> NamesChildren<usize> for Names<'_, S> {
    fn group(&self) -> &'static str {
        "a `limit`"
    }

    fn key(&self, position: &usize, shown: Shown) -> Option<ChildKey> {
        Some(if shown.keys { self.0.key(*position) } else { ChildKey::Index(*position) })
    }
}

pub(super) struct Feed<I, P, T> {
    /// The most children that the pool may have.
    pub(super) at_once: usize,
    source: I,
    /// The number of children that were taken from the source, which is the position of the next
    /// one.
    taken: usize,
    /// Whether the source has ended, or is not used any more.
    is_exhausted: bool,
    /// Whether the cancellation has dropped children that were never polled.
    has_dropped: bool,
    /// If there is one, nothing more is taken from the source.
    cancelled: Option<Cancellation>,
    pub(super) pool: Pool<P, T, usize>,
}

impl<I, P, T> Feed<I, P, T> {
    pub(super) fn new(at_once: usize, source: I) -> Self {
        Feed {
            at_once,
            source,
            taken: 0,
            is_exhausted: false,
            has_dropped: false,
            cancelled: None,
            pool: Pool::of_positions(std::iter::empty(), |position| position),
        }
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.is_some()
    }

    /// Whether all results were taken, and no child will be started.
    pub(super) fn has_ended(&self) -> bool {
        self.pool.is_empty() && (self.is_exhausted || self.is_cancelled())
    }

    /// Takes nothing more from the source. Returns whether the source had ended before.
    pub(super) fn exhaust(&mut self) -> bool {
        std::mem::replace(&mut self.is_exhausted, true)
    }
}

impl<I, P, T> Feed<I, P, T>
where
    I: Source<Child = P>,
    P: Future<Output = Result<T>>,
{
    /// Takes children from the source until the pool is full, or the source has none now.
    pub(super) fn fill(&mut self, cx: &mut Context<'_>) {
        while !self.is_exhausted && !self.is_cancelled() && self.pool.len() < self.at_once {
            match self.source.poll_next(cx) {
                Poll::Ready(Some(child)) => {
                    self.pool.insert(self.taken, child);
                    self.taken += 1;
                }
                Poll::Ready(None) => self.is_exhausted = true,
                Poll::Pending => return,
            }
        }
    }

    /// Polls for the next result, with the position of its child. `None` if the pool is empty.
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<(usize, Result<T>)>> {
        let cancelled = &mut self.cancelled;
        self.pool.poll_next(cx, &Names(&List), |cancellation| {
            cancelled.get_or_insert(cancellation);
        })
    }

    /// If a cancellation is in flight, takes it for all running children. Returns whether there was
    /// one. If a question is, asks the children, which have these keys.
    pub(super) fn pass_on(&mut self, cx: &mut Context<'_>, keys: &impl ChildKeys) -> bool {
        let running = self.pool.len();
        let Some(cancellation) = self.pool.pass_on(cx, &Names(keys)) else { return false };
        self.cancelled.get_or_insert(cancellation);
        self.has_dropped |= self.pool.len() < running;
        true
    }

    /// Returns the cancellation as an error, once, if it has kept a child from running. A stream
    /// may have more children if it has not ended.
    pub(super) fn cut_short(&mut self, cx: &mut Context<'_>) -> Option<Error> {
        let cancellation = self.cancelled.take()?;
        let has_more = !self.exhaust() && !matches!(self.source.poll_next(cx), Poll::Ready(None));
        (self.has_dropped || has_more).then(|| cancellation.into_error())
    }
}
