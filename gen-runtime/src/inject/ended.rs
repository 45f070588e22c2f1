//! The end of a task or a child that is being cancelled, for whoever waits for it.
//!
//! The sender is wherever the task is: in a message to its loop, then in its error context. It is
//! dropped, and so the wait ends, when the task has ended, when its loop is closed, and when the
//! message cannot be delivered because the task had ended before. Senders that nobody waits for any
//! more do not pile up there: see [`EndSenders`].

use crate::waiter::{oneshot, Receiver, Sender};

/// Is dropped when the task has ended; nothing is ever sent.
pub(crate) type EndSender = Sender<()>;

/// Is ready when its sender is dropped.
pub(crate) type Ended = Receiver<()>;

/// Makes a sender, and the future that is ready when the sender is dropped.
pub(crate) fn end_channel() -> (EndSender, Ended) {
    oneshot()
}

/// The signals of all who wait for one end.
#[derive(Default)]
pub(crate) struct EndSenders {
    pub(crate) signals: Vec<EndSender>,
    /// With so many, those that nobody waits for any more are looked for.
    limit: usize,
}

impl From<Option<EndSender>> for EndSenders {
    fn from(signal: Option<EndSender>) -> Self {
        EndSenders { signals: signal.into_iter().collect(), limit: 0 }
    }
}

impl EndSenders {
    /// Adds one. Whoever cancels again and again and does not wait is not to fill the memory: so those that nobody waits for go, from time to time.
    ///
    /// Nothing of a user is run or dropped by it, since who does not wait any more has taken his waker with him.
    pub(crate) fn push(&mut self, signal: EndSender) {
        const FEW: usize = 8;
        if self.signals.len() >= self.limit.max(FEW) {
            self.signals.retain(EndSender::is_awaited);
            self.limit = 2 * self.signals.len();
        }
        self.signals.push(signal);
    }

    pub(crate) fn append(&mut self, more: EndSenders) {
        more.signals.into_iter().for_each(|signal| self.push(signal));
    }
}
