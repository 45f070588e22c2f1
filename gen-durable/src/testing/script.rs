//! [`Script`]: counts the moments of a run, and says what happens at them.
//!
//! | state of the cancellation | entered by |
//! |---|---|
//! | `Unasked` | the begin of a run |
//! | `Asked` | the fault `Cancel` when it is `Unasked` or `Recorded`; the death of a process that has not written it down |
//! | `Given` | the journal of a process has taken it |
//! | `Recorded` | its entry was written |
//!
//! All processes of a run share one script.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::fault::Fault;
use super::moment::{Moment, MomentKind};
use super::plan::Plan;

#[derive(Debug, Clone)]
pub(super) struct Script(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    plan: Plan,
    /// A run with more moments hangs.
    limit: usize,
    moments: Vec<Moment>,
    cancel: Cancel,
    /// The commands for which the coroutine waits, as text.
    waits: Vec<String>,
    /// The process has died. Nothing of it is written any more.
    is_dead: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cancel {
    Unasked,
    Asked,
    Given,
    Recorded,
}

/// The error of a journal whose process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Died;

/// The error of a journal whose run has too many moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooManyMoments;

impl Script {
    pub(super) fn new(plan: Plan, limit: usize) -> Self {
        let (moments, waits) = (Vec::new(), Vec::new());
        let state = State { plan, limit, moments, cancel: Cancel::Unasked, waits, is_dead: false };
        Script(Arc::new(Mutex::new(state)))
    }

    /// The next moment has come. [`Died`] if the process dies at it.
    pub(super) fn reach(&self, moment: Moment) -> gen::Result {
        let mut state = self.lock();
        if state.is_dead {
            return Err(Died.into());
        }
        let fault = state.plan.fault_at(state.moments.len()).filter(|fault| moment.kind.fits(*fault));
        state.moments.push(moment);
        if state.moments.len() > state.limit {
            return Err(TooManyMoments.into());
        }
        match fault {
            Some(Fault::Die) => {
                state.is_dead = true;
                return Err(Died.into());
            }
            // A second request adds nothing while the first has not arrived.
            Some(Fault::Cancel) if matches!(state.cancel, Cancel::Unasked | Cancel::Recorded) => {
                state.cancel = Cancel::Asked;
            }
            Some(Fault::Cancel) | None => {}
        }
        Ok(())
    }

    /// The next process begins, with so many entries.
    pub(super) fn begin(&self, entries: u64) -> gen::Result {
        let mut state = self.lock();
        state.is_dead = false;
        if state.cancel == Cancel::Given {
            state.cancel = Cancel::Asked;
        }
        drop(state);
        self.reach(Moment { kind: MomentKind::Begins, entry: entries, what: String::new() })
    }

    /// Whether the process is to be cancelled, and does not know it yet.
    pub(super) fn is_cancel_asked(&self) -> bool {
        self.lock().cancel == Cancel::Asked
    }

    pub(super) fn give_cancel(&self) {
        self.lock().cancel = Cancel::Given;
    }

    pub(super) fn cancel_recorded(&self) {
        self.lock().cancel = Cancel::Recorded;
    }

    pub(super) fn suspended(&self, waits: Vec<String>) {
        self.lock().waits = waits;
    }

    pub(super) fn waits(&self) -> Vec<String> {
        self.lock().waits.clone()
    }

    pub(super) fn moments(&self) -> Vec<Moment> {
        self.lock().moments.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Died {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the process dies")
    }
}

impl fmt::Display for TooManyMoments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the run has too many moments")
    }
}

impl std::error::Error for Died {}

impl std::error::Error for TooManyMoments {}
