//! [`forward_journal`]: makes a public journal of a [`Recorded`](super::Recorded).

/// Implements [`Journal`](crate::Journal) for a type whose only field is a
/// [`Recorded`](super::Recorded).
///
/// All journals of this crate are made by it, so they differ in their stores only.
macro_rules! forward_journal {
    ($journal:ty) => {
        impl crate::journal::Journal for $journal {
            fn issue(&mut self, command: &crate::journal::Command) -> gen::Result<crate::journal::Ticket> {
                self.0.issue(command)
            }

            fn version(&mut self, label: &str, newest: u32, at: &crate::place::Place) -> gen::Result<u32> {
                self.0.version(label, newest, at)
            }

            fn propose(
                &mut self,
                step: crate::journal::Ticket,
                outcome: crate::journal::Outcome,
            ) -> gen::Result {
                self.0.propose(step, outcome)
            }

            fn cancel(&mut self, reason: &str) -> gen::Result {
                self.0.cancel(reason)
            }

            fn poll_event(
                &mut self,
                cx: &mut std::task::Context<'_>,
                awaited: &crate::journal::Awaited,
            ) -> std::task::Poll<gen::Result<crate::journal::Event>> {
                self.0.poll_event(cx, awaited)
            }

            fn finish(&mut self, outcome: &crate::journal::Outcome) -> gen::Result {
                self.0.finish(outcome)
            }

            fn poll_finished(&mut self, cx: &mut std::task::Context<'_>) -> std::task::Poll<gen::Result> {
                self.0.poll_finished(cx)
            }
        }
    };
}

pub(crate) use forward_journal;
