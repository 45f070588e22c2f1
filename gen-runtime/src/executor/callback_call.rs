//! A call of [`from_callback`](crate::from_callback), apart from its result.
//!
//! Most calls schedule nothing in their closure: their callback is called, or dropped, and no error
//! can come. So the error context of a call is made only when something captures it, or when the
//! last callback is dropped without a call. Until then one word decides which event is the first.
//! From then on the context decides, with the stages of `callback_state.rs`.
//!
//! | stage | the callback is called: `complete` | the context is made: `make`, `abandon` | polled: `poll` | the future is dropped, or has given its result: `close` |
//! |---|---|---|---|---|
//! | `OPEN`: no result, and no context | `DONE`; the future is woken | `CAPTURED`; the waker goes to the context, and one that wakes nothing stays | the waker is kept | `DONE` |
//! | `CAPTURED`: no result, and the context decides | `DONE`, and the future is woken, if the context was open; else nothing | | the context is asked; the waker is kept, here as well | `DONE`; the context is closed |
//! | `DONE`: there is a result, or will be none | nothing | the context ends at once, so its errors go outward | done | the context is closed |
//!
//! The stage only goes down in this table. No code of a user runs under the lock: the waker is
//! woken or dropped after it.

use std::mem;
use std::sync::Arc;
use std::task::Waker;

use super::callback_context::CallbackContext;
use super::callback_state::Polled;
use super::current;
use super::current_context::{enter, is_entered, within_on_demand, CurrentContext, OnDemand};
use super::error_context::ErrorContext;
use crate::shims::OnceLock;
use crate::waiter::{StageLock, Waiter};

pub(crate) struct CallbackCall {
    lock: StageLock<Waiter>,
    /// Set before the stage is `CAPTURED`.
    context: OnceLock<CallbackContext>,
}

const OPEN: u8 = 0;
const CAPTURED: u8 = 1;
const DONE: u8 = 2;

impl CallbackCall {
    pub(crate) fn new() -> Self {
        CallbackCall { lock: StageLock::default(), context: OnceLock::new() }
    }

    /// Runs the closure of the call, whose context is the current one meanwhile.
    pub(crate) fn within<R>(&self, run: impl FnOnce() -> R) -> R {
        if !is_entered() {
            return within_on_demand(self, run);
        }
        let context = self.make(current::capture());
        let _entered = enter(CurrentContext::Captured(Some(context)));
        run()
    }

    /// Completes the call, if nothing else has come before. `put`, which runs under the lock,
    /// brings the result to its place.
    pub(crate) fn complete(&self, mut put: impl FnMut()) {
        if !self.complete_from(OPEN, &mut put) {
            self.complete_captured(put);
        }
    }

    #[cold]
    fn complete_captured(&self, put: impl FnMut()) {
        if self.lock.stage() == CAPTURED && self.context().end() {
            // Fails if the future was dropped meanwhile.
            self.complete_from(CAPTURED, put);
        }
    }

    fn complete_from(&self, from: u8, mut put: impl FnMut()) -> bool {
        if self.lock.stage() != from {
            return false;
        }
        let waiter = self.lock.with(|stage, waiter| {
            (*stage == from).then(|| {
                put();
                *stage = DONE;
                mem::take(waiter)
            })
        });
        waiter.map(Waiter::wake).is_some()
    }

    /// The last callback was dropped.
    pub(crate) fn abandon(&self) {
        if self.lock.stage() != DONE {
            self.report_abandoned();
        }
    }

    /// The drop is reported, counted and doubted by the context.
    #[cold]
    fn report_abandoned(&self) {
        let context = self.context();
        self.let_decide(context);
        context.abandon();
    }

    /// The context, which is made now if there is none yet.
    fn context(&self) -> &CallbackContext {
        self.context.get_or_init(CallbackContext::new)
    }

    /// From now on the context decides, unless the call is done.
    fn let_decide(&self, context: &CallbackContext) {
        let is_done = self.lock.with(|stage, waiter| {
            if *stage == OPEN {
                *stage = CAPTURED;
                let was_waiting = waiter.is_some();
                // It has no waker yet, so nothing is dropped here.
                context.swap_waiter(waiter);
                if was_waiting {
                    // The next poll is to see that it is not the first one.
                    *waiter = Waiter::from(Waker::noop());
                }
            }
            *stage == DONE
        });
        if is_done {
            context.end();
        }
    }

    /// Returns an error or an abandonment, once, or says that the call is done. Until then it keeps
    /// `waker`.
    pub(crate) fn poll(&self, waker: &Waker) -> Polled {
        match self.lock.stage() {
            DONE => Polled::Done,
            CAPTURED => self.poll_captured(waker),
            _ => match self.wait(OPEN, waker) {
                (CAPTURED, _) => self.poll_captured(waker),
                (stage, before) => polled(stage, before),
            },
        }
    }

    #[cold]
    fn poll_captured(&self, waker: &Waker) -> Polled {
        match self.context().poll(waker) {
            Polled::Nothing { .. } => {
                let (stage, before) = self.wait(CAPTURED, waker);
                polled(stage, before)
            }
            error => {
                self.close();
                error
            }
        }
    }

    /// The number of clones of its waker that a pending call keeps.
    pub(crate) fn wakers(&self) -> usize {
        if self.lock.stage() == CAPTURED {
            2
        } else {
            1
        }
    }

    /// Keeps `waker` if that is the stage. Returns the stage, and whether another waker was kept
    /// before.
    fn wait(&self, at: u8, waker: &Waker) -> (u8, bool) {
        let new = Waiter::from(waker);
        let (stage, replaced) = self.lock.with(|stage, waiter| match *stage == at {
            true => (*stage, mem::replace(waiter, new)),
            false => (*stage, new),
        });
        (stage, stage == at && replaced.is_some())
    }

    /// The future is dropped, or has given its result. An error that it has not taken goes outward.
    pub(crate) fn close(&self) {
        if self.lock.stage() != DONE {
            let waiter = self.lock.with(|stage, waiter| {
                *stage = DONE;
                mem::take(waiter)
            });
            drop(waiter);
        }
        if let Some(context) = self.context.get() {
            context.close();
        }
    }
}

/// The context for code of the closure.
impl OnDemand for CallbackCall {
    fn make(&self, outer: Option<Arc<ErrorContext>>) -> Arc<ErrorContext> {
        let context = self.context();
        // Another thread may have made it, because it has dropped the last callback.
        context.set_outer(outer);
        self.let_decide(context);
        context.get()
    }
}

/// The answer at a stage at which there is no error.
fn polled(stage: u8, before: bool) -> Polled {
    if stage == DONE {
        Polled::Done
    } else {
        Polled::Nothing { before }
    }
}
