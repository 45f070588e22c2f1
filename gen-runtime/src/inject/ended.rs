//! The future of the end of a cancelled task or child.
//!
//! The sender goes with the request: in a message to the loop of the task, then in the error
//! context of the task. The drop of the sender ends the wait. It is dropped when the task has
//! ended, when the loop is closed, or when the message cannot be delivered because the task has
//! ended before.

use crate::waiter::{oneshot, Receiver, Sender};

/// Is dropped when the task has ended. It never sends a value.
pub(crate) type EndSender = Sender<()>;

/// Is ready when the sender is dropped.
pub(crate) type Ended = Receiver<()>;

/// Makes a sender, and the future that is ready when the sender is dropped.
pub(crate) fn end_channel() -> (EndSender, Ended) {
    oneshot()
}

/// The senders of all futures that wait for one end.
#[derive(Default)]
pub(crate) struct EndSenders {
    senders: Vec<EndSender>,
    /// The number of senders at which those without a receiver are removed.
    limit: usize,
}

impl From<Option<EndSender>> for EndSenders {
    fn from(sender: Option<EndSender>) -> Self {
        EndSenders { senders: sender.into_iter().collect(), limit: 0 }
    }
}

impl EndSenders {
    /// Adds a sender. From time to time it removes those whose receiver was dropped, so that
    /// repeated requests without a wait do not fill the memory.
    ///
    /// This runs no code of a user: a receiver that is dropped has taken its waker out of the cell.
    pub(crate) fn push(&mut self, sender: EndSender) {
        const FEW: usize = 8;
        if self.senders.len() >= self.limit.max(FEW) {
            self.retain_awaited();
            self.limit = 2 * self.senders.len();
        }
        self.senders.push(sender);
    }

    /// Removes the senders whose receiver was dropped.
    pub(crate) fn retain_awaited(&mut self) {
        self.senders.retain(EndSender::is_awaited);
    }

    pub(crate) fn append(&mut self, more: EndSenders) {
        more.senders.into_iter().for_each(|sender| self.push(sender));
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.senders.len()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_wait_that_was_given_up_leaves_no_sender() {
        let mut senders = EndSenders::default();
        let (given_up, awaited) = (end_channel(), end_channel());
        senders.push(given_up.0);
        senders.push(awaited.0);
        drop(given_up.1);
        senders.retain_awaited();
        assert_eq!(senders.len(), 1);
        drop(awaited.1);
    }
}
