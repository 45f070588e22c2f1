//! [`LiveRuns`]: the runs that this process has taken, and what comes for them.
//!
//! A cancellation is written into the row of its run, and a signal is a row of its own, by any
//! process. The thread of the store looks for those of its own runs: after this process has written
//! one, and four times in a second if another process has written to the file. The run hears of a
//! cancellation once, until it has recorded it, and of each signal once.
//!
//! It also looks for the runs that another process has taken over, which happens only if someone
//! removes the file of a lease. Such a run would otherwise wait for ever, since nothing comes for
//! it.
//!
//! | event | a run |
//! |---|---|
//! | the thread of the store has taken it | is live |
//! | the last owner of its [`LiveRun`] is gone | stays live, and its release is queued |
//! | the thread releases it, or fails to do so | is no longer live, unless it was taken again |
//! | its release has failed, since the store is busy or the disk is full | is released at a later look |

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Context;

use rusqlite::Connection;

use super::calls::{Ended, Watches};
use super::claim::LeaseContext;
use super::error::StoreError;
use super::job::Safety;
use super::rows::{self, Name};
use super::signals::{self, Sent};
use crate::driver_waker::DriverWaker;
use crate::journal::Ticket;
use crate::recorded::SentSignal;

#[derive(Debug, Default)]
pub(super) struct LiveRuns {
    mailboxes: Mutex<BTreeMap<i64, Arc<Mailbox>>>,
    /// The runs for whose ends those of this process wait.
    pub(super) watches: Watches,
    /// This process has written a cancellation, a signal or an end, or wants to know of those of
    /// others.
    has_news: AtomicBool,
    /// A run may have the lease of this process that is not live.
    owes_release: AtomicBool,
    /// The id of the last signal that was given to the runs of this process. Only the thread of the
    /// store uses it.
    last_signal: AtomicI64,
}

/// A run that this process has taken. Its drop gives the run back.
pub(super) struct LiveRun {
    pub(super) run: i64,
    pub(super) mailbox: Arc<Mailbox>,
    context: LeaseContext,
}

/// Gives the run back, also if the future that has asked for it is gone. A kill does the same,
/// because then the lease of the process is free.
impl Drop for LiveRun {
    fn drop(&mut self) {
        let leaving = Leaving {
            run: self.run,
            mailbox: Arc::clone(&self.mailbox),
            live: Arc::clone(&self.context.live),
            is_released: false,
        };
        let token = self.context.token.clone();
        // If the store is closed, then the lease of the process is free as well.
        self.context.jobs.submit(Safety::Later, move |connection| leaving.release(connection, &token));
    }
}

/// A run that is given back. The drop removes it from the live ones, also if the release fails.
///
/// This happens in the thread of the store, in the order of its jobs. Until then the run is live,
/// so no other job takes it before its release, and the release frees no run that was taken again.
struct Leaving {
    run: i64,
    mailbox: Arc<Mailbox>,
    live: Arc<LiveRuns>,
    is_released: bool,
}

impl Leaving {
    fn release(mut self, connection: &Connection, token: &str) -> gen::Result {
        // A transaction that was undone may have taken the run first.
        if self.live.is_current(self.run, &self.mailbox) {
            rows::release(connection, self.run, token)?;
        }
        self.is_released = true;
        Ok(())
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        if self.live.is_current(self.run, &self.mailbox) {
            self.live.lock().remove(&self.run);
        }
        if !self.is_released {
            self.live.note_owed();
        }
    }
}

/// The cancellation, the signals and the ends that have come for one run.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    state: Mutex<State>,
    driver: DriverWaker,
}

#[derive(Debug, Default)]
struct State {
    /// The reason of a cancellation that the run has not taken.
    reason: Option<String>,
    /// A cancellation has come that the run has not recorded.
    was_told: bool,
    /// The ends of other runs that the run has not taken.
    ends: Vec<(Ticket, Ended)>,
    /// The signals that the run has not taken.
    signals: Vec<gen::Result<SentSignal>>,
    /// The number of the signals that have come.
    came: i64,
    /// Another process has taken the run over.
    is_lost: bool,
}

impl LiveRuns {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<i64, Arc<Mailbox>>> {
        self.mailboxes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this is the mailbox of the run, and the run was not taken again.
    fn is_current(&self, run: i64, mailbox: &Arc<Mailbox>) -> bool {
        self.lock().get(&run).is_some_and(|current| Arc::ptr_eq(current, mailbox))
    }

    pub(super) fn contains(&self, run: i64) -> bool {
        self.lock().contains_key(&run)
    }

    /// Whether the thread of the store has nothing to look for.
    pub(super) fn is_idle(&self) -> bool {
        self.lock().is_empty() && self.watches.is_empty() && !self.owes_release.load(Ordering::Acquire)
    }

    /// This process has ended the run, or removed it.
    pub(super) fn note_end(&self, name: &Name) {
        self.watches.note(name);
        self.note_news();
    }

    /// Other processes may have written anything.
    pub(super) fn note_others(&self) {
        self.watches.note_all();
        self.note_news();
    }

    pub(super) fn note_owed(&self) {
        self.owes_release.store(true, Ordering::Release);
    }

    pub(super) fn take_owed(&self) -> bool {
        self.owes_release.swap(false, Ordering::AcqRel)
    }

    pub(super) fn note_news(&self) {
        self.has_news.store(true, Ordering::Release);
    }

    pub(super) fn take_news(&self) -> bool {
        self.has_news.swap(false, Ordering::AcqRel)
    }

    /// A run of this process gets the signals that were sent before when it is taken.
    pub(super) fn skip_signals(&self, connection: &Connection) -> gen::Result {
        self.last_signal.store(signals::last(connection)?, Ordering::Relaxed);
        Ok(())
    }

    /// Tells the runs of the process of this token what has come for them. If that fails, the next
    /// look does it. The thread of the store calls it, where no transaction is open that
    /// may be undone.
    pub(super) fn tell_news(&self, connection: &Connection, token: &str) -> gen::Result {
        let told = self.try_tell_news(connection, token);
        if told.is_err() {
            self.note_news();
        }
        told
    }

    fn try_tell_news(&self, connection: &Connection, token: &str) -> gen::Result {
        for (run, reason) in rows::cancellations(connection, token)? {
            self.tell_cancel(run, reason);
        }
        // Later ones may come meanwhile, and are then read twice.
        let last = signals::last(connection)?;
        for sent in signals::after(connection, self.last_signal.load(Ordering::Relaxed), token)? {
            self.tell_signal(sent);
        }
        self.last_signal.store(last, Ordering::Relaxed);
        self.watches.tell(connection)
    }

    fn tell_cancel(&self, run: i64, reason: String) {
        let mailbox = self.lock().get(&run).cloned();
        if let Some(mailbox) = mailbox {
            mailbox.tell_cancel(reason);
        }
    }

    /// Tells all runs but these that they have lost their leases. `leased` are the runs that have
    /// the lease of this process and have not ended. A run that has ended does not ask any more.
    pub(super) fn tell_lost(&self, leased: &BTreeSet<i64>) {
        let mailboxes = self.lock();
        let lost = mailboxes.iter().filter(|(run, _)| !leased.contains(run));
        let lost: Vec<Arc<Mailbox>> = lost.map(|(_, mailbox)| Arc::clone(mailbox)).collect();
        drop(mailboxes);
        lost.iter().for_each(|mailbox| mailbox.tell_lost());
    }

    fn tell_signal(&self, sent: Sent) {
        let mailbox = self.lock().get(&sent.run).cloned();
        if let Some(mailbox) = mailbox {
            mailbox.tell_signal(sent.number, sent.signal);
        }
    }
}

impl LiveRun {
    /// A run that this process has just taken. The thread of the store calls it.
    pub(super) fn new(run: i64, context: &LeaseContext) -> Self {
        let mailbox = Arc::<Mailbox>::default();
        context.live.lock().insert(run, Arc::clone(&mailbox));
        LiveRun { run, mailbox, context: context.clone() }
    }
}

impl Mailbox {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A cancellation is asked for. A second one adds nothing before the first is recorded.
    pub(super) fn tell_cancel(&self, reason: String) {
        let mut state = self.lock();
        if state.was_told {
            return;
        }
        (state.reason, state.was_told) = (Some(reason), true);
        drop(state);
        self.wake();
    }

    /// Another process has taken the run over.
    fn tell_lost(&self) {
        self.lock().is_lost = true;
        self.wake();
    }

    /// A signal has come. One that has come before is ignored.
    pub(super) fn tell_signal(&self, number: i64, signal: gen::Result<SentSignal>) {
        let mut state = self.lock();
        if number < state.came {
            return;
        }
        state.came = number.saturating_add(1);
        state.signals.push(signal);
        drop(state);
        self.wake();
    }

    /// The run for which this call waits has ended.
    pub(super) fn tell_end(&self, ticket: Ticket, end: Ended) {
        self.lock().ends.push((ticket, end));
        self.wake();
    }

    /// Takes the ends that have come. Wakes `cx` when a later one comes.
    pub(super) fn take_ends(&self, cx: &Context<'_>) -> Vec<(Ticket, Ended)> {
        self.driver.set(cx.waker());
        std::mem::take(&mut self.lock().ends)
    }

    /// The waker is of an executor, whose panic must not end the thread of all runs.
    fn wake(&self) {
        let _ = catch_unwind(AssertUnwindSafe(|| self.driver.notify()));
    }

    /// Takes the signals that have come. Wakes `cx` when a later one comes.
    pub(super) fn take_signals(&self, cx: &Context<'_>) -> gen::Result<Vec<SentSignal>> {
        self.driver.set(cx.waker());
        let came = std::mem::take(&mut self.lock().signals);
        came.into_iter().collect()
    }

    /// Takes the reason of a cancellation. Wakes `cx` when a later one comes.
    ///
    /// # Errors
    ///
    /// [`StoreError::LeaseLost`].
    pub(super) fn take_cancel(&self, cx: &Context<'_>) -> gen::Result<Option<String>> {
        self.driver.set(cx.waker());
        let mut state = self.lock();
        if state.is_lost {
            return Err(StoreError::LeaseLost.into());
        }
        Ok(state.reason.take())
    }

    /// The cancellation is recorded, and the next one may come.
    pub(super) fn rearm(&self) {
        self.lock().was_told = false;
    }
}

#[cfg(test)]
mod tests {
    use super::super::claim::{Claim, Taker};
    use super::super::shared::Shared;
    use super::super::SqliteOptions;
    use super::*;

    #[test]
    fn a_late_release_does_not_free_a_run_that_was_taken_again() {
        let path = std::env::temp_dir().join(format!("gen-durable-late-{}.db", std::process::id()));
        let shared = Shared::open(&path, &SqliteOptions::new()).unwrap();
        let name = Name::new("order", "7").unwrap();
        shared.insert(&name, "null").wait().unwrap();
        let take = || shared.take(&name, Taker::Journal, Safety::Later).wait().unwrap();
        let Claim::Taken(first) = take() else { panic!("it is free") };
        // As if the transaction that has taken it was undone.
        let (run, token) = (first.run(), shared.token().to_owned());
        shared
            .submit(Safety::Later, move |connection| rows::release(connection, run, &token))
            .wait()
            .unwrap();
        let Claim::Taken(second) = take() else { panic!("it is free again") };
        drop(first);
        assert!(matches!(take(), Claim::Leased));
        drop(second);
        assert!(matches!(take(), Claim::Taken(_)));
        drop(shared);
        std::fs::remove_file(path).unwrap();
    }
}
