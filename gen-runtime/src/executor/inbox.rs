//! What other threads see of a loop: one inbox, one flag, one place to sleep.
//!
//! | who | does |
//! |---|---|
//! | any thread | `send`, `wake`: adds a message and wakes the loop if it sleeps; `request_stop`; `owe` a wake, and `release` |
//! | the loop | `drain` at the start of each turn; `park` when idle; `close` at its end: from then on `send` refuses all but requests that somebody waits for; `end` when its tasks are dropped: then those, too |
//!
//! The loop sleeps on a condition variable of its own, not with `thread::park`, whose token belongs to
//! everybody on the thread. `waiting` mirrors "the inbox is not empty", so that a turn without mail costs one
//! load and no lock.
//!
//! # A wake that is owed
//!
//! A thread that works for the loop says so by a [`KeepAlive`](crate::KeepAlive): the loop is owed a
//! wake until it is dropped. While it lives an idle loop does not move a clock that stands still by itself.
//! The thread sends first and releases afterwards, both under the lock. So a loop that finds nothing owed and
//! *then* no mail has not missed what came before the release.
//!
//! # One wake for each slot
//!
//! Other threads may wake tasks faster than the loop reads. So a slot has one wake in the inbox at most, in
//! the place of the first: `wake_at` says where, as an index into `messages`. The index is not cleared when
//! the messages are taken. It is believed only if the message that it points to is a wake of that slot; a
//! stale index points to nothing, or to another message, or to a wake that happens to be the right one.
//!
//! In the same way a task has one request to be cancelled in the inbox at most, and one time to end: whoever
//! cancels it again adds at most that he waits for its end.
//!
//! A slot may be woken by two names at once: that of its occupant, and an old one of an occupant before,
//! which must not hide the other. Which of the two is old cannot be told here, so the one entry becomes a
//! wake of whatever occupies the slot when it is read.
use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::error_context::{ErrorContext, Home};
use super::ids::{SlotId, TaskId, TimerKey};
use super::injection::Injection;
use super::unhandled_error::UnhandledError;
use crate::inject::{Cancellation, EndSenders};
use crate::sync::{lock, AtomicBool, Condvar, Mutex, MutexGuard, Ordering};

/// What another thread has for the loop.
pub(crate) enum Mail {
    /// Sent by `wake`, once for each slot.
    Wake(SlotId),
    /// Wakes the slot of that index, whoever is in it.
    WakeOccupant(u32),
    Callback(Box<dyn FnOnce() + Send>),
    /// From the drop of a timer that had moved to another thread.
    CancelTimer(TimerKey),
    /// For that context, or the next one outside of it; with none, for the loop's handler.
    Throw(Option<Arc<ErrorContext>>, UnhandledError),
    /// For that task only.
    Deliver(TaskId, Injection),
    /// Cancels that task; who waits for its end.
    Cancel(TaskId, Cancellation, EndSenders),
    /// To drop the task after that time.
    CutShort(TaskId, Duration, Cancellation),
}

/// Whether a request to stop ends the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnStop {
    Return,
    /// The request stays for a run that can obey it.
    Ignore,
}

/// How long an idle loop sleeps, if there is no mail before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nap {
    /// Until there is mail.
    UntilMail,
    /// Until no other thread owes the loop a wake any more.
    WhileOwed,
    For(Duration),
}

#[derive(Default)]
pub(crate) struct Shared {
    inbox: Mutex<Inbox>,
    mail: Condvar,
    waiting: AtomicBool,
    stop: AtomicBool,
}

#[derive(Default)]
struct Inbox {
    messages: Vec<Mail>,
    /// For each slot, where in `messages` its wake is, if there is one.
    wake_at: Vec<u32>,
    /// For each task, where in `messages` it is cancelled, and where its time to end is.
    cancel_at: HashMap<TaskId, usize>,
    cut_short_at: HashMap<TaskId, usize>,
    /// The loop sleeps on `mail`, and what it does on a stop; while it is awake, notifying it would be a
    /// system call for nothing.
    parked: Option<OnStop>,
    /// How many other threads owe the loop a wake.
    owed: usize,
    stage: Stage,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Stage {
    #[default]
    Open,
    /// The loop is dropping its tasks: whoever asks for the end of one of them waits until that is done.
    Closing,
    Closed,
}

impl Shared {
    /// Hands the message back if the loop is closed.
    pub(crate) fn send(&self, message: Mail) -> Result<(), Mail> {
        let mut inbox = self.lock();
        match inbox.stage {
            Stage::Open => {}
            Stage::Closing if matches!(message, Mail::Cancel(..)) => {}
            Stage::Closing | Stage::Closed => return Err(message),
        }
        match message {
            Mail::Cancel(task, request, signals) => inbox.push_cancel(task, request, signals),
            Mail::CutShort(task, grace, request) => inbox.push_cut_short(task, grace, request),
            message => inbox.messages.push(message),
        }
        self.has_come(inbox);
        Ok(())
    }

    /// Wakes a slot. Nothing happens if the loop is closed: then nobody is left to be woken.
    pub(super) fn wake(&self, slot: SlotId) {
        let mut inbox = self.lock();
        if inbox.stage == Stage::Open {
            inbox.push_wake(slot);
            self.has_come(inbox);
        }
    }

    pub(crate) fn request_stop(&self) {
        self.stop.store(true, Ordering::Release);
        let inbox = self.lock();
        if inbox.parked == Some(OnStop::Return) {
            self.unpark(inbox);
        }
    }

    /// Another thread owes the loop a wake, until it calls `release`.
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

    /// Whether another thread owes the loop a wake. If not, then all that those have sent which did before is
    /// mail by now: ask for that afterwards.
    pub(super) fn is_owed(&self) -> bool {
        self.lock().owed > 0
    }

    /// Whether a stop was asked for since the last call.
    pub(super) fn take_stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed) && self.stop.swap(false, Ordering::Acquire)
    }

    pub(super) fn has_mail(&self) -> bool {
        self.waiting.load(Ordering::Acquire)
    }

    pub(super) fn drain(&self) -> Vec<Mail> {
        if !self.has_mail() {
            return Vec::new();
        }
        let mut inbox = self.lock();
        self.waiting.store(false, Ordering::Relaxed);
        inbox.cancel_at.clear();
        inbox.cut_short_at.clear();
        mem::take(&mut inbox.messages)
    }

    /// Sleeps until there is mail, a stop is asked for that is to be obeyed, or the nap is over; may return
    /// early.
    pub(super) fn park(&self, nap: Nap, on_stop: OnStop) {
        let mut inbox = self.lock();
        let is_stopped = on_stop == OnStop::Return && self.stop.load(Ordering::Acquire);
        let is_over = nap == Nap::WhileOwed && inbox.owed == 0;
        if is_stopped || is_over || !inbox.messages.is_empty() {
            return;
        }
        inbox.parked = Some(on_stop);
        let mut inbox = match nap {
            Nap::For(limit) => self.mail.wait_timeout(inbox, limit).unwrap_or_else(PoisonError::into_inner).0,
            Nap::UntilMail | Nap::WhileOwed => self.mail.wait(inbox).unwrap_or_else(PoisonError::into_inner),
        };
        inbox.parked = None;
    }

    /// The loop is about to drop its tasks: refuses further messages, but for requests whose end somebody waits
    /// for, and gives those that were not read.
    pub(super) fn close(&self) -> Vec<Mail> {
        let mut inbox = self.lock();
        inbox.stage = Stage::Closing;
        inbox.wake_at = Vec::new();
        inbox.cancel_at.clear();
        inbox.cut_short_at.clear();
        mem::take(&mut inbox.messages)
    }

    /// Something was added to the inbox.
    fn has_come(&self, inbox: MutexGuard<'_, Inbox>) {
        self.waiting.store(true, Ordering::Release);
        if inbox.parked.is_some() {
            self.unpark(inbox);
        }
    }

    /// All tasks are dropped: refuses all further messages, and gives the requests that came meanwhile.
    pub(super) fn end(&self) -> Vec<Mail> {
        let mut inbox = self.lock();
        inbox.stage = Stage::Closed;
        mem::take(&mut inbox.messages)
    }

    fn unpark(&self, inbox: MutexGuard<'_, Inbox>) {
        drop(inbox);
        self.mail.notify_one();
    }

    /// No code of a user runs under this lock, and nothing that panics: a poisoned inbox is whole.
    fn lock(&self) -> MutexGuard<'_, Inbox> {
        lock(&self.inbox)
    }
}

impl Home for Shared {
    fn bring(&self, context: Option<Arc<ErrorContext>>, error: UnhandledError) -> Result<(), UnhandledError> {
        match self.send(Mail::Throw(context, error)) {
            Err(Mail::Throw(_, error)) => Err(error),
            // What is refused is what was sent.
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

impl Inbox {
    /// Cancels a task. Of requests that it has not been told yet the first counts, but all who wait for its end are
    /// told of that.
    fn push_cancel(&mut self, task: TaskId, request: Cancellation, more: EndSenders) {
        let at = *self.cancel_at.entry(task).or_insert(self.messages.len());
        match self.messages.get_mut(at) {
            Some(Mail::Cancel(_, _, signals)) => signals.append(more),
            _ => self.messages.push(Mail::Cancel(task, request, more)),
        }
    }

    /// Of the times that a task has to end, the shortest counts.
    fn push_cut_short(&mut self, task: TaskId, grace: Duration, request: Cancellation) {
        let at = *self.cut_short_at.entry(task).or_insert(self.messages.len());
        match self.messages.get_mut(at) {
            Some(Mail::CutShort(_, known, _)) => *known = grace.min(*known),
            _ => self.messages.push(Mail::CutShort(task, grace, request)),
        }
    }

    /// Adds a wake, unless the slot has one already; see the module page.
    fn push_wake(&mut self, slot: SlotId) {
        let index = slot.index as usize;
        if self.wake_at.len() <= index {
            self.wake_at.resize(index + 1, 0);
        }
        let at = &mut self.wake_at[index];
        match self.messages.get_mut(*at as usize) {
            Some(Mail::WakeOccupant(index)) if *index == slot.index => {}
            Some(Mail::Wake(queued)) if *queued == slot => {}
            Some(entry @ &mut Mail::Wake(SlotId { index, .. })) if index == slot.index => {
                *entry = Mail::WakeOccupant(index);
            }
            _ => {
                // A position that has no room here is not found again, and the wake is added twice.
                *at = u32::try_from(self.messages.len()).unwrap_or(u32::MAX);
                self.messages.push(Mail::Wake(slot));
            }
        }
    }
}
