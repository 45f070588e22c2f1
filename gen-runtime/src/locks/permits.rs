//! [`Permits`]: a fair semaphore, which knows its holders. All locks are made of it.

use std::panic::Location;
use std::task::{Poll, Waker};

use super::holder_panic::HolderPanic;
use super::holders::{Holder, HolderKey, Holders};
use crate::waiter::{poll_place, LineWaiter, Place, Removed, StageLock, WaitList, Wakers};

/// See the states and the rules of the module.
#[derive(Default)]
pub struct Permits(StageLock<State>);

#[derive(Default)]
struct State {
    /// The permits that have no holder. Only the first future in line may take them, if there is
    /// one.
    free: u64,
    is_closed: bool,
    holders: Holders,
    line: WaitList<Holder, Granted>,
    /// Of the last holder that has panicked.
    panic: Option<&'static Location<'static>>,
}

/// The stages of the lock, which are hints for a thread that has not locked it: perhaps there are
/// free permits, or there are none.
const PERHAPS_FREE: u8 = 0;
const BUSY: u8 = 1;

type Granted = Result<HolderKey, Closed>;

/// The permits are given out no more.
#[derive(Debug)]
pub struct Closed;

/// A request that may have to wait. Its owner cancels it in its drop.
#[derive(Debug)]
pub(super) struct Ticket {
    at: &'static Location<'static>,
    need: u32,
    stage: Stage,
}

#[derive(Debug, Clone, Copy)]
enum Stage {
    /// It was not polled.
    New,
    InLine(Place),
    /// It has got an answer.
    Over,
}

impl Ticket {
    pub(super) fn new(need: u32, at: &'static Location<'static>) -> Self {
        Ticket { at, need, stage: Stage::New }
    }
}

impl Permits {
    pub(super) fn new(free: u32) -> Self {
        let permits = Permits(StageLock::new(State { free: free.into(), ..State::default() }));
        permits.0.with(|stage, _| *stage = if free == 0 { BUSY } else { PERHAPS_FREE });
        permits
    }

    /// Takes permits if they are free, and no future is in line.
    #[inline]
    pub(super) fn try_take(
        &self,
        need: u32,
        at: &'static Location<'static>,
    ) -> Result<Option<HolderKey>, Closed> {
        let holder = Holder::now(need, at);
        self.0.with(|stage, state| state.try_take(stage, holder))
    }

    /// Ready with permits, or when there will be none.
    #[inline]
    pub(super) fn poll(&self, ticket: &mut Ticket, waker: &Waker) -> Poll<Granted> {
        let polled = match ticket.stage {
            Stage::New => self.poll_first(ticket, waker),
            Stage::InLine(place) => self.poll_in_line(place, waker),
            Stage::Over => panic!("a lock was polled after it was taken"),
        };
        if polled.is_ready() {
            ticket.stage = Stage::Over;
        }
        polled
    }

    #[inline]
    fn poll_first(&self, ticket: &mut Ticket, waker: &Waker) -> Poll<Granted> {
        let holder = Holder::now(ticket.need, ticket.at);
        if self.0.stage() == BUSY {
            return self.enter_line(ticket, holder, waker);
        }
        match self.0.with(|stage, state| state.try_take(stage, holder)).transpose() {
            Some(granted) => Poll::Ready(granted),
            None => self.enter_line(ticket, holder, waker),
        }
    }

    #[inline(never)]
    fn enter_line(&self, ticket: &mut Ticket, holder: Holder, waker: &Waker) -> Poll<Granted> {
        // Cloned while nothing is locked. So it is looked again whether the permits are free.
        let waiter = LineWaiter::from(waker);
        let entered = self.0.with(|stage, state| match state.try_take(stage, holder).transpose() {
            Some(granted) => Err((granted, waiter)),
            None => Ok(state.line.push(holder.in_line(), waiter)),
        });
        match entered {
            Ok(place) => {
                ticket.stage = Stage::InLine(place);
                Poll::Pending
            }
            Err((granted, _waiter)) => Poll::Ready(granted),
        }
    }

    #[inline(never)]
    fn poll_in_line(&self, place: Place, waker: &Waker) -> Poll<Granted> {
        let take = |state: &mut State, granted: &Granted| {
            if let Some(holder) = granted.as_ref().ok().and_then(|key| state.holders.get_mut(*key)) {
                holder.take();
            }
        };
        poll_place(&self.0, |state| &mut state.line, place, waker, take)
    }

    /// A future is dropped. If it is in line, it leaves. If permits were granted to it in the
    /// meantime, the next ones get them.
    #[inline]
    pub(super) fn cancel(&self, ticket: &Ticket) {
        if let Stage::InLine(place) = ticket.stage {
            self.leave_line(place);
        }
    }

    #[inline(never)]
    fn leave_line(&self, place: Place) {
        let (removed, wakers) = self.0.with(|stage, state| {
            let removed = state.line.remove(place);
            if let Some(Removed::Granted(Ok(key))) = removed {
                state.take_back(key);
            }
            // Also if it has only waited: those behind it may need fewer permits.
            (removed, state.hand_over(stage))
        });
        // Those that were served come first: a waker may do anything as it is dropped.
        wake(wakers);
        drop(removed);
    }

    /// A holder gives its permits back, and the next ones get them. If it panics, this is
    /// remembered where `notes_panics`.
    #[inline]
    pub(super) fn give_back(&self, key: HolderKey, notes_panics: bool) {
        let wakers = self.0.with(|stage, state| {
            if let Some(holder) = state.take_back(key) {
                if let Some(at) = holder.panics_at().filter(|_| notes_panics) {
                    state.panic = Some(at);
                }
            }
            state.hand_over(stage)
        });
        wake(wakers);
    }

    /// A holder keeps only so many permits, and the next ones get the others.
    pub(super) fn shrink(&self, key: HolderKey, kept: u32) {
        let wakers = self.0.with(|stage, state| {
            if let Some(holder) = state.holders.get_mut(key) {
                state.free += u64::from(holder.permits.saturating_sub(kept));
                holder.permits = holder.permits.min(kept);
            }
            state.hand_over(stage)
        });
        wake(wakers);
    }

    /// A holder has no permits any more, and they are lost.
    pub(super) fn forfeit(&self, key: HolderKey) {
        self.0.with(|_, state| {
            if let Some(holder) = state.holders.get_mut(key) {
                holder.permits = 0;
            }
        });
    }

    /// Adds permits, and gives them to the next ones. Returns whether that is possible: there may
    /// be no more than `most` free ones.
    pub(super) fn add(&self, permits: u32, most: u32) -> bool {
        let wakers = self.0.with(|stage, state| {
            state.free = Some(state.free + u64::from(permits)).filter(|&free| free <= most.into())?;
            Some(state.hand_over(stage))
        });
        wakers.map(wake).is_some()
    }

    /// Ends the wait of all that are in line. Nothing is granted from now on.
    pub(super) fn close(&self) {
        let wakers = self.0.with(|stage, state| {
            *stage = PERHAPS_FREE;
            state.is_closed = true;
            state.line.grant_all(|_| Err(Closed))
        });
        wakers.wake();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.0.with(|_, state| state.is_closed)
    }

    /// The permits that have no holder.
    pub(super) fn free(&self) -> u64 {
        self.0.with(|_, state| state.free)
    }

    /// The panic of the last holder that has panicked.
    pub(super) fn panic(&self) -> Option<HolderPanic> {
        self.0.with(|_, state| state.panic).map(HolderPanic::new)
    }

    /// As [`panic`](Self::panic), which is forgotten.
    pub(super) fn clear_panic(&self) -> Option<HolderPanic> {
        self.0.with(|_, state| state.panic.take()).map(HolderPanic::new)
    }

    /// The holders, and whether the first one in line can get its permits only if that holder gives
    /// up its own.
    #[cold]
    pub(super) fn holders(&self) -> Vec<(Holder, bool)> {
        self.0.with(|_, state| {
            let permits = |holder: &Holder| u64::from(holder.permits);
            let all = state.free + state.holders.iter().map(permits).sum::<u64>();
            let need = state.line.first().map_or(0, permits);
            // If there are too few, only permits that are added help.
            let is_needed = |holder: &Holder| all >= need && all - permits(holder) < need;
            state.holders.iter().map(|holder| (*holder, is_needed(holder))).collect()
        })
    }
}

/// Wakes those that were served, if any future was in line.
#[inline]
fn wake(wakers: Option<Wakers>) {
    if let Some(wakers) = wakers {
        wakers.wake();
    }
}

impl State {
    #[inline]
    fn try_take(&mut self, stage: &mut u8, holder: Holder) -> Result<Option<HolderKey>, Closed> {
        if self.is_closed {
            return Err(Closed);
        }
        if self.free < holder.permits.into() || !self.line.is_empty() {
            return Ok(None);
        }
        self.free -= u64::from(holder.permits);
        *stage = if self.free == 0 { BUSY } else { PERHAPS_FREE };
        Ok(Some(self.holders.add(holder)))
    }

    #[inline]
    fn take_back(&mut self, key: HolderKey) -> Option<Holder> {
        let holder = self.holders.remove(key)?;
        self.free += u64::from(holder.permits);
        Some(holder)
    }

    /// Gives the free permits to those in line, as far as they suffice.
    #[inline]
    fn hand_over(&mut self, stage: &mut u8) -> Option<Wakers> {
        let wakers = (!self.line.is_empty()).then(|| self.hand_over_in_line());
        *stage = if self.free == 0 { BUSY } else { PERHAPS_FREE };
        wakers
    }

    #[inline(never)]
    fn hand_over_in_line(&mut self) -> Wakers {
        let State { free, holders, line, .. } = self;
        let mut wakers = Wakers::default();
        while line.first().is_some_and(|first| u64::from(first.permits) <= *free) {
            let granted = line.grant_first(|holder| {
                *free -= u64::from(holder.permits);
                Ok(holders.add(holder))
            });
            granted.into_iter().for_each(|waiter| wakers.push(waiter));
        }
        wakers
    }
}
