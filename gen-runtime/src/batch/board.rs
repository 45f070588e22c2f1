//! [`Board`]: the keys and the calls of one batch, under a lock.
//!
//! It does what must not be done under the lock: it compares keys, clones and drops wakers, gives
//! results, and wakes loads.

use std::panic::Location;
use std::sync::Arc;
use std::task::Waker;

use super::entry::Entry;
use super::kept_error::KeptError;
use super::state::{Answer, CallId, Gathering, Left, LoadWaits, State, Ticketed};
use crate::executor::current::running_task;
use crate::executor::LoopClosed;
use crate::report::{contain, report_unread_children};
use crate::shims::{lock, Mutex};
use crate::task::JoinHandle;
use crate::waiter::Waiter;
use crate::{Error, Result};

pub(super) struct Board<K, V> {
    /// "a batch", or "a single flight".
    pub(super) what: &'static str,
    /// The call by which the batch was made.
    pub(super) at: &'static Location<'static>,
    state: Mutex<State<K, V>>,
}

/// A load that has asked for its key.
pub(super) struct Asked<K, V> {
    pub(super) load: Ticketed,
    pub(super) entry: Arc<Entry<K, V>>,
    /// Whether the load is to start the call.
    pub(super) begins: bool,
}

/// The results of a call, in the order of its keys.
pub(super) type Outcome<V> = Result<Vec<Result<V>>>;

impl<K, V> Board<K, V> {
    pub(super) fn new(what: &'static str, at: &'static Location<'static>) -> Self {
        Board { what, at, state: Mutex::new(State::default()) }
    }

    fn with<R>(&self, run: impl FnOnce(&mut State<K, V>) -> R) -> R {
        run(&mut lock(&self.state))
    }

    // ---- the loads
    // ------------------------------------------------------------------------------

    /// A load asks for the key of `entry`. A call has at most `most` keys.
    pub(super) fn ask(&self, entry: Arc<Entry<K, V>>, most: usize, waker: &Waker) -> Asked<K, V>
    where
        K: Eq,
    {
        let mut waker = Some(waker.clone());
        let mut compared: Vec<Arc<Entry<K, V>>> = Vec::new();
        loop {
            let same = compared.iter().position(|other| other.key == entry.key);
            match self.with(|state| state.ask(&entry, &compared, same, most, &mut waker)) {
                Answer::Shared(load, entry) => return Asked { load, entry, begins: false },
                Answer::Added { load, begins, full } => {
                    full.wake();
                    return Asked { load, entry, begins };
                }
                Answer::Compare(others) => compared = others,
            }
        }
    }

    /// Whether a load has to wait: then it is woken by `waker`.
    pub(super) fn waits(&self, load: Ticketed, waker: &Waker) -> bool {
        match self.with(|state| state.waits_with(load, waker)) {
            Some(false) => {}
            Some(true) => return true,
            None => return false,
        }
        let waker = waker.clone();
        let replaced = self.with(|state| state.replace_waker(load, waker));
        replaced.is_ok()
    }

    /// The poll that asked for the first key of a call has returned: its task waits no longer.
    pub(super) fn release(&self, id: CallId) {
        let task = self.with(|state| state.release(id));
        task.wake();
    }

    /// A load is dropped before its result was there.
    pub(super) fn leave(&self, load: Ticketed) {
        let Some(mut left) = self.with(|state| state.leave(load)) else { return };
        let Left { empty, unwanted, .. } = &mut left;
        std::mem::take(empty).wake();
        if let Some(task) = unwanted.take() {
            drop(task.cancel_by(format!("no load waits for the call of {} any more", self.what), self.at));
        }
    }

    /// The later loads of a key do not share the result of the call under way.
    pub(super) fn forget(&self, hash: u64, key: &K)
    where
        K: Eq,
    {
        let entries = self.with(|state| state.open_entries(hash));
        if let Some(entry) = entries.iter().find(|entry| entry.key == *key) {
            let forgotten = self.with(|state| state.forget(entry));
            drop(forgotten);
        }
    }

    pub(super) fn waits_for(&self, load: Ticketed) -> Option<LoadWaits> {
        self.with(|state| state.waits_for(load))
    }

    // ---- the task of a call
    // ------------------------------------------------------------------------------

    /// The load that starts the task has got its handle.
    pub(super) fn started(&self, id: CallId, task: JoinHandle<()>) {
        let Err((task, is_lost)) = self.with(|state| state.started(id, task)) else { return };
        if is_lost {
            let error = task.into_first_result().and_then(Result::err);
            self.fail(id, error.unwrap_or_else(|| LoopClosed.into()));
        }
    }

    /// The task is dropped before it has given the results.
    pub(super) fn lose(&self, id: CallId) {
        if self.with(|state| state.lose(id)) {
            self.fail(id, LoopClosed.into());
        }
    }

    /// Each load of the call gets that error.
    pub(super) fn fail(&self, id: CallId, error: Error) {
        if let Some(keys) = self.depart(id) {
            // The loads have it, or there is none.
            let _ = self.finish(id, keys, Err(error));
        }
    }

    /// The task gathers keys. `waker` wakes it when it has the most keys, or none any more.
    pub(super) fn gather(&self, id: CallId, waker: &Waker) -> Gathering {
        let mark = running_task();
        let now = self.with(|state| state.gather(id, waker, mark));
        if !matches!(now, Gathering::NeedsWaker) {
            return now;
        }
        let waiter = Waiter::from(waker);
        let spare = self.with(|state| state.keep_waker(id, waiter));
        drop(spare);
        // Perhaps it was to be woken just before.
        self.with(|state| state.gather(id, waker, mark))
    }

    /// The task takes the keys. `None` if no load is left.
    pub(super) fn depart(&self, id: CallId) -> Option<Vec<Arc<Entry<K, V>>>> {
        let (keys, waker) = self.with(|state| state.depart(id))?;
        drop(waker);
        Some(keys)
    }

    /// The call is over, and these are the results of its keys.
    ///
    /// # Errors
    ///
    /// That of the call, if no load is left that could get it.
    pub(super) fn finish(&self, id: CallId, keys: Vec<Arc<Entry<K, V>>>, outcome: Outcome<V>) -> Result {
        // A load that does not find the call finds the result. So the result comes first.
        let failure = match outcome {
            Ok(results) => {
                keys.iter().zip(results).for_each(|(key, result)| key.give(result.map_err(KeptError::new)));
                None
            }
            Err(error) => {
                let kept = KeptError::new(error);
                keys.iter().for_each(|key| key.give(Err(Arc::clone(&kept))));
                Some(kept)
            }
        };
        let ended = self.with(|state| state.end(id));
        if failure.is_none() {
            let unread: Vec<Error> = match &ended {
                Some(ended) => ended.unread().filter_map(|key| key.unread_error()).collect(),
                None => keys.iter().filter_map(|key| key.unread_error()).collect(),
            };
            report_unread_children("a load of a batch", "loads of a batch", &unread);
        }
        contain("the drop of a key of a batch", || drop(keys));
        match ended {
            Some(ended) => {
                ended.wake();
                Ok(())
            }
            None => failure.map_or(Ok(()), |kept| Err(kept.read())),
        }
    }
}
