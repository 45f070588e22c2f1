//! The inbox of a loop: the part of the loop that other threads use.
//!
//! | thread | calls |
//! |---|---|
//! | any | `send`, `wake`: add mail, and wake the loop if it sleeps; `request_stop`; `owe` a wake, and `release` it |
//! | the loop's | `drain` at the start of each turn; `park` when idle; `close`, then `end`, when it is closed |
//!
//! | stage | entered by | `send` | `wake` |
//! |---|---|---|---|
//! | `Open` | | accepted | accepted |
//! | `Closing`: the loop is dropping its tasks | `close` | only requests to cancel, whose senders wait until that is done, and those of handles, which may not touch their tasks until then | ignored |
//! | `Closed` | `end` | refused | ignored |
//!
//! The loop sleeps on a condition variable of its own, not with `thread::park`, because the token
//! of that may be used by any code on the thread. `has_mail` mirrors "there is mail", so that a
//! turn without mail costs one load and no lock.
//!
//! # A wake that is owed
//!
//! A thread that works for the loop holds a [`KeepAlive`](crate::KeepAlive): it owes the loop a
//! wake until that is dropped. Meanwhile an idle loop does not move a clock that does not run by
//! itself. The thread sends first and releases afterwards, both under the lock. So a loop that
//! finds nothing owed and *then* no mail has not missed mail that was sent before the release.
//!
//! # One wake for each slot
//!
//! Other threads may wake tasks faster than the loop reads. So a slot has at most one wake in the
//! inbox, at the position of the first. `wake_at` holds that position, an index into `mail`. The
//! index is not cleared when the mail is taken. It is valid only if the entry that it points to is
//! a wake of that slot; a stale index points to nothing, or to other mail, or to a wake that
//! happens to be the right one.
//!
//! In the same way a task has at most one request to cancel in the inbox, and one to end within a
//! time. A further request to cancel only adds its end senders.
//!
//! A slot may be woken by two names at once: that of its occupant, and that of an earlier occupant,
//! which must not hide the first. The inbox cannot tell which of the two is old, so the one entry
//! becomes a wake of any occupant that the slot has when the entry is read.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::answers::LoopQuestion;
use super::error_context::{ErrorContext, Home};
use super::ids::{SlotId, TaskId, TimerKey};
use super::injection::Injection;
use super::unhandled_error::UnhandledError;
use crate::inject::{Cancellation, EndSenders};
use crate::shims::{lock, AtomicBool, Condvar, Mutex, MutexGuard, Ordering};

/// An entry of the inbox.
pub(crate) enum Mail {
    /// Wakes a slot; there is at most one for each slot.
    Wake(SlotId),
    /// Wakes the slot of that index, whatever its generation is.
    WakeOccupant(u32),
    Callback(Box<dyn FnOnce() + Send>),
    /// Sent by the drop of a future that had moved to another thread.
    CancelTimer(TimerKey),
    /// Offers an error to that context, and then outward; without a context, to the error handler.
    Throw(Option<Arc<ErrorContext>>, UnhandledError),
    Deliver(TaskId, Injection),
    /// Cancels a task. The end senders are dropped when it has ended.
    Cancel(TaskId, Cancellation, EndSenders),
    /// The run is to choose again whether the steps are timed.
    ChooseSteps,
    /// Asks all tasks for their waits. Dropped unread, it has no answer.
    Ask(LoopQuestion),
    /// From the handle of a task, which is on another thread. Dropped unread, it is refused.
    Join(JoinRequest),
    /// Drops a task that has not ended after that time.
    CutShort(TaskId, Duration, Cancellation),
}

/// A request of a handle, for the thread of the loop.
pub(crate) type JoinRequest = Box<dyn FnOnce() + Send>;

/// Whether a request to stop ends the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnStop {
    Return,
    /// The request is kept for a later run that obeys it.
    Ignore,
}

/// How long an idle loop sleeps if no mail comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nap {
    UntilMail,
    /// Until no thread owes the loop a wake any more.
    WhileOwed,
    For(Duration),
}

#[derive(Default)]
pub(crate) struct Shared {
    inbox: Mutex<Inbox>,
    unparked: Condvar,
    has_mail: AtomicBool,
    stop: AtomicBool,
}

#[derive(Default)]
struct Inbox {
    mail: Vec<Mail>,
    /// For each slot, the index of its wake in `mail`. It may be stale.
    wake_at: Vec<u32>,
    /// For each task, the index of its `Cancel` in `mail`.
    cancel_at: HashMap<TaskId, usize>,
    /// For each task, the index of its `CutShort` in `mail`.
    cut_short_at: HashMap<TaskId, usize>,
    /// Set while the loop sleeps on `unparked`: says whether a stop wakes it. To notify a loop that
    /// is awake would be a useless system call.
    parked: Option<OnStop>,
    owed: usize,
    stage: Stage,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Stage {
    #[default]
    Open,
    Closing,
    Closed,
}

impl Shared {
    /// Adds mail, or gives it back if the loop is closed.
    pub(crate) fn send(&self, mail: Mail) -> Result<(), Mail> {
        let mut inbox = self.lock();
        match inbox.stage {
            Stage::Open => {}
            Stage::Closing if matches!(mail, Mail::Cancel(..) | Mail::Join(_)) => {}
            Stage::Closing | Stage::Closed => return Err(mail),
        }
        match mail {
            Mail::Cancel(task, request, end_senders) => inbox.push_cancel(task, request, end_senders),
            Mail::CutShort(task, grace, request) => inbox.push_cut_short(task, grace, request),
            mail => inbox.mail.push(mail),
        }
        self.announce(inbox);
        Ok(())
    }

    /// Wakes a slot. Nothing happens if the loop is closed, because it has no tasks left.
    pub(super) fn wake(&self, slot: SlotId) {
        let mut inbox = self.lock();
        if inbox.stage == Stage::Open {
            inbox.push_wake(slot);
            self.announce(inbox);
        }
    }

    pub(crate) fn request_stop(&self) {
        self.stop.store(true, Ordering::Release);
        let inbox = self.lock();
        if inbox.parked == Some(OnStop::Return) {
            self.unpark(inbox);
        }
    }

    /// Another thread owes the loop a wake until it calls `release`.
    pub(crate) fn owe(&self) {
        self.lock().owed += 1;
    }

    pub(crate) fn release(&self) {
        let mut inbox = self.lock();
        inbox.owed -= 1;
        if inbox.owed == 0 && inbox.parked.is_some() {
            self.unpark(inbox);
        }
    }

    /// Whether another thread owes the loop a wake. If not, everything that such a thread has sent
    /// is in the inbox already, so call `has_mail` after this and not before.
    pub(super) fn is_owed(&self) -> bool {
        self.lock().owed > 0
    }

    /// Whether a stop was requested since the last call.
    pub(super) fn take_stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed) && self.stop.swap(false, Ordering::Acquire)
    }

    /// Whether a stop was requested that no run has obeyed.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    pub(super) fn has_mail(&self) -> bool {
        self.has_mail.load(Ordering::Acquire)
    }

    pub(super) fn drain(&self) -> Vec<Mail> {
        if !self.has_mail() {
            return Vec::new();
        }
        let mut inbox = self.lock();
        self.has_mail.store(false, Ordering::Relaxed);
        inbox.cancel_at.clear();
        inbox.cut_short_at.clear();
        mem::take(&mut inbox.mail)
    }

    /// Sleeps until there is mail, the nap is over, or a stop is requested that `on_stop` obeys.
    /// May return early.
    pub(super) fn park(&self, nap: Nap, on_stop: OnStop) {
        let mut inbox = self.lock();
        let is_stopped = on_stop == OnStop::Return && self.is_stopped();
        let is_over = nap == Nap::WhileOwed && inbox.owed == 0;
        if is_stopped || is_over || !inbox.mail.is_empty() {
            return;
        }
        inbox.parked = Some(on_stop);
        let mut inbox = match nap {
            Nap::For(limit) => {
                self.unparked.wait_timeout(inbox, limit).unwrap_or_else(PoisonError::into_inner).0
            }
            Nap::UntilMail | Nap::WhileOwed => {
                self.unparked.wait(inbox).unwrap_or_else(PoisonError::into_inner)
            }
        };
        inbox.parked = None;
    }

    /// Enters `Closing`, before the loop drops its tasks. Returns the mail that was not read.
    pub(super) fn close(&self) -> Vec<Mail> {
        let mut inbox = self.lock();
        inbox.stage = Stage::Closing;
        inbox.wake_at = Vec::new();
        inbox.cancel_at.clear();
        inbox.cut_short_at.clear();
        mem::take(&mut inbox.mail)
    }

    /// Called after mail was added: wakes the loop if it sleeps.
    fn announce(&self, inbox: MutexGuard<'_, Inbox>) {
        self.has_mail.store(true, Ordering::Release);
        if inbox.parked.is_some() {
            self.unpark(inbox);
        }
    }

    /// Enters `Closed`, after all tasks are dropped. Returns the requests that came meanwhile.
    pub(super) fn end(&self) -> Vec<Mail> {
        let mut inbox = self.lock();
        inbox.stage = Stage::Closed;
        mem::take(&mut inbox.mail)
    }

    fn unpark(&self, inbox: MutexGuard<'_, Inbox>) {
        drop(inbox);
        self.unparked.notify_one();
    }

    /// No code of a user runs under this lock, and nothing in it panics.
    fn lock(&self) -> MutexGuard<'_, Inbox> {
        lock(&self.inbox)
    }
}

impl Home for Shared {
    fn throw(&self, context: Option<Arc<ErrorContext>>, error: UnhandledError) -> Result<(), UnhandledError> {
        match self.send(Mail::Throw(context, error)) {
            Err(Mail::Throw(_, error)) => Err(error),
            // The mail that is refused is the mail that was sent.
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

impl Inbox {
    /// Cancels a task. Of several requests in the inbox the first counts, and all end senders are
    /// kept.
    fn push_cancel(&mut self, task: TaskId, request: Cancellation, more: EndSenders) {
        let at = *self.cancel_at.entry(task).or_insert(self.mail.len());
        match self.mail.get_mut(at) {
            Some(Mail::Cancel(_, _, end_senders)) => end_senders.append(more),
            _ => self.mail.push(Mail::Cancel(task, request, more)),
        }
    }

    /// Limits the time that a task has to end. Of several times in the inbox the shortest counts.
    fn push_cut_short(&mut self, task: TaskId, grace: Duration, request: Cancellation) {
        let at = *self.cut_short_at.entry(task).or_insert(self.mail.len());
        match self.mail.get_mut(at) {
            Some(Mail::CutShort(_, known, _)) => *known = grace.min(*known),
            _ => self.mail.push(Mail::CutShort(task, grace, request)),
        }
    }

    /// Adds a wake, unless the slot has one already: see the module page.
    fn push_wake(&mut self, slot: SlotId) {
        let index = slot.index as usize;
        if self.wake_at.len() <= index {
            self.wake_at.resize(index + 1, 0);
        }
        let at = &mut self.wake_at[index];
        match self.mail.get_mut(*at as usize) {
            Some(Mail::WakeOccupant(index)) if *index == slot.index => {}
            Some(Mail::Wake(queued)) if *queued == slot => {}
            Some(entry @ &mut Mail::Wake(SlotId { index, .. })) if index == slot.index => {
                *entry = Mail::WakeOccupant(index);
            }
            _ => {
                // An index that does not fit is not found again, and the next wake is added, too.
                *at = u32::try_from(self.mail.len()).unwrap_or(u32::MAX);
                self.mail.push(Mail::Wake(slot));
            }
        }
    }
}
