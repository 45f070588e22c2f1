//! How a new command is written down, and where it then waits.

use super::{Recorded, Store};
use crate::error::StepFailed;
use crate::journal::{Command, Outcome, Ticket, What};
use crate::record::Record;

impl<S: Store> Recorded<S> {
    /// The failure of a command that would begin another run, if this run cannot begin it.
    pub(super) fn refusal(&self, command: &Command) -> gen::Result<Option<StepFailed>> {
        match command.what {
            What::Call { .. } | What::Start { .. } => self.store.refusal(command),
            _ => Ok(None),
        }
    }

    /// Writes a new command down, with all that belongs to it. Returns its deadline, if it has one.
    pub(super) fn append_issued(&mut self, command: &Command, is_refused: bool) -> gen::Result<Option<u64>> {
        let deadline = command.millis().map(|millis| self.clock.now().saturating_add(millis));
        match &command.what {
            What::Call { .. } | What::Start { .. } if is_refused => {}
            what @ What::Start { after, .. } if *after > 0 => {
                let begins = self.clock.now().saturating_add(*after);
                self.store.begin(what, Some(begins))?;
            }
            what @ (What::Call { .. } | What::Start { .. }) => self.store.begin(what, None)?,
            What::SetState { name, value } => {
                self.store.show_state(name, value);
                self.states.insert(name.clone(), value.clone());
            }
            _ => {}
        }
        self.append(&Record::Issued(command.clone(), deadline))?;
        Ok(deadline)
    }

    /// Puts a command where its outcome will come from. `refused` is the outcome of a call or a
    /// start that begins no run.
    pub(super) fn await_outcome(
        &mut self,
        ticket: Ticket,
        what: &What,
        deadline: Option<u64>,
        refused: Option<StepFailed>,
    ) {
        if let Some(deadline) = deadline {
            return self.timers.insert(deadline, ticket);
        }
        match what {
            What::Signal(name) => self.inbox.wait(name, ticket),
            What::Call { .. } => {
                self.calls.wait(ticket);
                if let Some(failed) = refused {
                    self.calls.end(ticket, 0, Outcome::Failed(failed));
                }
            }
            What::Start { .. } | What::GetState(_) | What::SetState { .. } => {
                self.prompt.push_back((ticket, refused));
            }
            _ => self.unstarted.push_back(ticket),
        }
    }
}
