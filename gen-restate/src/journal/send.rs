//! Sends a command to the server, or takes it from the recorded ones.

use std::time::Duration;

use gen_durable::{Ticket, What};
use restate_sdk_shared_core::{
    AttachInvocationTarget, NotificationHandle, PayloadOptions, RunHandle, Target, VM,
};

use crate::journal::entries::{Entries, Issued};
use crate::journal::RUN;
use crate::names;
use crate::recorded::Recorded;
use crate::wire::{Stop, Wire};

/// The JSON of a state that removes it.
const NOTHING: &str = "null";

impl Entries {
    /// Sends a command, or takes it from the journal, and notes under which handle its outcome
    /// comes.
    pub(super) fn send(
        &mut self,
        wire: &mut Wire,
        ticket: Ticket,
        what: &What,
        issued: &mut Issued,
    ) -> gen::Result {
        let recorded = wire.next_recorded();
        let recorded_deadline = recorded.and_then(Recorded::deadline);
        // A replay removes a state if the journal does.
        let recorded_removes = recorded.map(Recorded::removes_state);
        let vm = &mut wire.vm;
        let options = PayloadOptions::unstable_serialization();
        let handle = match what {
            What::Step(_) | What::Random | What::Uuid | What::Now => {
                vm.sys_run(names::closure(what)).map(|RunHandle { replayed, handle, .. }| {
                    issued.is_new = !replayed;
                    Some(handle)
                })
            }
            What::Sleep(millis) | What::Timeout(millis) => {
                let until = self.clock.after(*millis);
                let deadline = u64::try_from(until.as_millis()).unwrap_or(u64::MAX);
                issued.deadline = recorded_deadline.unwrap_or(deadline);
                let name = if let What::Sleep(_) = what { names::SLEEP } else { names::TIMEOUT };
                vm.sys_sleep(name.into(), until, Some(Duration::from_millis(self.clock.now()))).map(Some)
            }
            What::Signal(name) => vm.sys_get_promise(self.promises.next(name)).map(Some),
            What::Call { body, key, input } => {
                vm.sys_call(target(body, key), input.clone().into(), None, options).map(|call| {
                    self.calls.issued(ticket, call.invocation_id_notification_handle);
                    Some(call.call_notification_handle)
                })
            }
            What::Start { body, key, input, after } => {
                let at = (*after > 0).then(|| self.clock.after(*after));
                let send = vm.sys_send(target(body, key), input.clone().into(), at, None, options);
                send.map(|send| Some(send.invocation_id_notification_handle))
            }
            What::GetState(name) => vm.sys_state_get(name.clone(), None, options).map(Some),
            What::SetState { name, value } => {
                let set = match recorded_removes.unwrap_or(value == NOTHING) {
                    true => vm.sys_state_clear(name.clone(), None),
                    false => vm.sys_state_set(name.clone(), value.clone().into(), None, options),
                };
                set.map(|()| None)
            }
            other => gen::bail!("gen-restate knows no way to do {other}"),
        };
        issued.handle = handle.map_err(Stop::from)?;
        Ok(())
    }
}

/// Waits for a run that is under way, or has ended.
pub(super) fn attach(wire: &mut Wire, body: &str, key: &str) -> Result<NotificationHandle, Stop> {
    if wire.next_recorded().is_some_and(|next| *next != Recorded::Attach) {
        let now = format!("waits for the run of `{body}` with key `{key}`");
        return Err(Stop::Departed(wire.mismatch(now)));
    }
    let target = AttachInvocationTarget::WorkflowId { name: body.into(), key: key.into(), scope: None };
    Ok(wire.vm.sys_attach_invocation(target)?)
}

fn target(body: &str, key: &str) -> Target {
    Target {
        service: body.into(),
        handler: RUN.into(),
        key: Some(key.into()),
        idempotency_key: None,
        scope: None,
        limit_key: None,
        headers: Vec::new(),
    }
}
