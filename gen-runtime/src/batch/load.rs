//! [`Load`]: the future of one value.

use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::entry::Entry;
use super::loader::{Loader, LocalStart, SendStart, Settings, Start, Until};
use super::state::{CallId, Ticketed};
use crate::executor::current::task_of;
use crate::executor::LoopClosed;
use crate::inject::answering::{say, stay_pending};
use crate::inject::fixed_order::{refuses_yield, RefusedKind};
use crate::inject::question::{TaskRef, WaitsFor};
use crate::Result;

/// The load of one key. `S` starts the task of a call.
pub(super) struct Loading<K, V, S: ?Sized> {
    loader: Arc<Loader<K, V, S>>,
    settings: Settings,
    stage: Stage<K, V>,
    /// The call that gathers keys until this load is polled again, or dropped.
    holds: Option<CallId>,
}

enum Stage<K, V> {
    /// It was not polled.
    New(K),
    Waiting(Ticketed, Arc<Entry<K, V>>),
    /// It has given its result.
    Over,
}

impl<K, V, S: ?Sized> Loading<K, V, S> {
    pub(super) fn new(loader: Arc<Loader<K, V, S>>, settings: Settings, key: K) -> Self {
        Loading { loader, settings, stage: Stage::New(key), holds: None }
    }

    /// The poll that asked for the key has returned.
    fn release(&mut self) {
        if let Some(call) = self.holds.take() {
            self.loader.board.release(call);
        }
    }
}

impl<K, V, S> Loading<K, V, S>
where
    K: Hash + Eq,
    V: Clone,
    S: Start<K, V> + ?Sized,
{
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<V>> {
        match self.stage {
            Stage::New(_) if refuses_yield(RefusedKind::LoadOfBatch) => {
                return stay_pending(&*self, RefusedKind::LoadOfBatch, cx);
            }
            Stage::New(_) => self.ask(cx),
            _ => self.release(),
        }
        let Stage::Waiting(load, entry) = &self.stage else { panic!("a load was polled after it was ready") };
        if !entry.is_given() && self.loader.board.waits(*load, cx.waker()) {
            say(&*self, cx.waker(), 1, |_| self.waits_for(*load));
            return Poll::Pending;
        }
        match mem::replace(&mut self.stage, Stage::Over) {
            // Without a result the task of the call is gone.
            Stage::Waiting(_, entry) => Poll::Ready(entry.into_result().unwrap_or(Err(LoopClosed.into()))),
            Stage::New(_) | Stage::Over => Poll::Pending,
        }
    }

    /// Asks for the key, and starts the call if it is the first one.
    fn ask(&mut self, cx: &mut Context<'_>) {
        let Stage::New(key) = mem::replace(&mut self.stage, Stage::Over) else { return };
        let entry = Arc::new(Entry::new(self.loader.hash(&key), key));
        let asked = self.loader.board.ask(entry, self.settings.max, cx.waker());
        let call = asked.load.seat.call;
        self.stage = Stage::Waiting(asked.load, asked.entry);
        if asked.begins {
            let until = self.settings.until();
            self.loader.start(call, until);
            if until == Until::EndOfPoll {
                self.holds = Some(call);
                cx.waker().wake_by_ref();
            }
        }
    }

    #[cold]
    fn waits_for(&self, load: Ticketed) -> WaitsFor {
        let board = &self.loader.board;
        let waits = board.waits_for(load);
        WaitsFor::Batch {
            what: board.what,
            made_at: board.at,
            keys: waits.as_ref().map_or(0, |waits| waits.keys),
            is_in_flight: waits.as_ref().is_some_and(|waits| waits.is_in_flight),
            task: waits.and_then(|waits| task_of(waits.task)).map(|task| TaskRef::to(Some(task))),
        }
    }
}

impl<K, V, S: ?Sized> Drop for Loading<K, V, S> {
    fn drop(&mut self) {
        if let Stage::Waiting(load, _) = self.stage {
            // In this order, since a call that is released may depart at once on another thread.
            self.loader.board.leave(load);
            self.release();
        }
    }
}

macro_rules! loads {
    ($($(#[$doc:meta])* $load:ident: $start:ident;)+) => {$(
        $(#[$doc])*
        #[must_use = "nothing is loaded unless it is yielded or awaited"]
        pub struct $load<K, V>(pub(super) Loading<K, V, $start<K, V>>);

        // Nothing points into it.
        impl<K, V> Unpin for $load<K, V> {}

        impl<K, V> Future for $load<K, V>
        where
            K: Hash + Eq,
            V: Clone,
        {
            type Output = Result<V>;

            fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<V>> {
                self.0.poll(cx)
            }
        }

        impl<K, V> fmt::Debug for $load<K, V> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let is_over = matches!(self.0.stage, Stage::Over);
                f.debug_struct(stringify!($load)).field("is_over", &is_over).finish_non_exhaustive()
            }
        }
    )+};
}

loads! {
    /// The future of one value: made by [`Batch::load`](crate::Batch::load) and
    /// [`SingleFlight::load`](crate::SingleFlight::load).
    ///
    /// It asks for its key in its first poll. It is `Send`, and owns all that it needs.
    ///
    /// # Cancellation
    ///
    /// Dropping it gives up its part of the call, as [`batch`](crate::batch()) says.
    ///
    /// # Panics
    ///
    /// If it is polled after it was ready. A panic of the key's `Hash` or `Eq`, or of the value's
    /// `clone`, is a panic of the poll.
    Load: SendStart;

    /// A [`Load`] that stays on its thread: made by [`LocalBatch::load`](crate::LocalBatch::load)
    /// and [`LocalSingleFlight::load`](crate::LocalSingleFlight::load).
    LocalLoad: LocalStart;
}
