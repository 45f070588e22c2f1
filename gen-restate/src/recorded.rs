//! [`Recorded`]: a command that the server has in its journal of a run.
//!
//! The shared core compares each command with the recorded one, too, but it tells nothing of it in
//! advance. The journal looks at the next one to say in its own words what differs, and to find the
//! versions, which a replay may skip.

use gen_durable::What;

use crate::frames::Frame;
use crate::names::{self, Run};

/// The kinds of commands.
mod kind {
    use std::ops::RangeInclusive;

    /// Of all of them.
    pub(super) const COMMANDS: RangeInclusive<u16> = 0x0400..=0x04FF;

    pub(super) const OUTPUT: u16 = 0x0401;
    pub(super) const GET_LAZY_STATE: u16 = 0x0402;
    pub(super) const SET_STATE: u16 = 0x0403;
    pub(super) const CLEAR_STATE: u16 = 0x0404;
    pub(super) const GET_EAGER_STATE: u16 = 0x0407;
    pub(super) const GET_PROMISE: u16 = 0x0409;
    pub(super) const SLEEP: u16 = 0x040C;
    pub(super) const CALL: u16 = 0x040D;
    pub(super) const ONE_WAY_CALL: u16 = 0x040E;
    pub(super) const SEND_SIGNAL: u16 = 0x0410;
    pub(super) const RUN: u16 = 0x0411;
    pub(super) const ATTACH_INVOCATION: u16 = 0x0412;
}

/// The numbers of the fields in the messages of the commands.
mod field {
    /// The key of a state or of a promise.
    pub(super) const KEY: u64 = 1;
    pub(super) const WAKE_UP_TIME: u64 = 1;
    pub(super) const SERVICE_NAME: u64 = 1;
    pub(super) const CALL_KEY: u64 = 5;
    pub(super) const ONE_WAY_CALL_KEY: u64 = 6;
    /// The name of the entry on the pages of the server.
    pub(super) const NAME: u64 = 12;
}

/// A command as the server has kept it: the [bare] one, without its line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Recorded {
    /// A command of the coroutine that is none of the next two.
    Command(What),
    /// A sleep or a timeout.
    Timer { what: What, deadline: u64 },
    /// The removal of a state, which is a change of the state.
    RemoveState(What),
    /// The version that the run has of the change with this label.
    Version(String, u32),
    /// The wait for a run that a call has found under way.
    Attach,
    /// The cancellation of a run that was called.
    Cancel,
    /// The result of the coroutine.
    End,
    /// A command that the shared core issues by itself, or of another kind of program.
    Other,
}

impl Recorded {
    /// The command in a frame of the journal, if the frame is a command.
    pub(crate) fn of(frame: &Frame) -> Option<Self> {
        let set_state = || What::SetState { name: frame.text(field::KEY), value: String::new() };
        Some(match frame.kind {
            kind::OUTPUT => Recorded::End,
            kind::GET_LAZY_STATE | kind::GET_EAGER_STATE => {
                Recorded::Command(What::GetState(frame.text(field::KEY)))
            }
            kind::SET_STATE => Recorded::Command(set_state()),
            kind::CLEAR_STATE => Recorded::RemoveState(set_state()),
            kind::GET_PROMISE => {
                Recorded::Command(What::Signal(names::signal_of_promise(&frame.text(field::KEY))))
            }
            kind::SLEEP => {
                let what = match frame.text(field::NAME).as_str() {
                    names::TIMEOUT => What::Timeout(0),
                    _ => What::Sleep(0),
                };
                Recorded::Timer { what, deadline: frame.number(field::WAKE_UP_TIME) }
            }
            kind::CALL => {
                let (body, key) = (frame.text(field::SERVICE_NAME), frame.text(field::CALL_KEY));
                Recorded::Command(What::Call { body, key, input: String::new() })
            }
            kind::ONE_WAY_CALL => {
                let (body, key) = (frame.text(field::SERVICE_NAME), frame.text(field::ONE_WAY_CALL_KEY));
                Recorded::Command(What::Start { body, key, input: String::new(), after: 0 })
            }
            kind::SEND_SIGNAL => Recorded::Cancel,
            kind::RUN => match Run::of_name(frame.text(field::NAME)) {
                Run::Command(what) => Recorded::Command(what),
                Run::Version(label, version) => Recorded::Version(label, version),
            },
            kind::ATTACH_INVOCATION => Recorded::Attach,
            other if kind::COMMANDS.contains(&other) => Recorded::Other,
            _ => return None,
        })
    }

    /// Whether a replay may issue a command here that is this [bare] one.
    pub(crate) fn fits(&self, bare: &What) -> bool {
        self.what() == Some(bare)
    }

    fn what(&self) -> Option<&What> {
        match self {
            Recorded::Command(what) | Recorded::Timer { what, .. } | Recorded::RemoveState(what) => {
                Some(what)
            }
            _ => None,
        }
    }

    /// Of a sleep or a timeout.
    pub(crate) fn deadline(&self) -> Option<u64> {
        match self {
            Recorded::Timer { deadline, .. } => Some(*deadline),
            _ => None,
        }
    }

    pub(crate) fn removes_state(&self) -> bool {
        matches!(self, Recorded::RemoveState(_))
    }

    /// Its text in the error of a coroutine that does something else.
    pub(crate) fn describe(&self) -> String {
        match self {
            Recorded::Command(what) | Recorded::Timer { what, .. } | Recorded::RemoveState(what) => {
                what.to_string()
            }
            Recorded::Version(label, version) => format!("version {version} of `{label}`"),
            Recorded::Attach => "the wait for another run".into(),
            Recorded::Cancel => "the cancellation of a called run".into(),
            Recorded::End => "the end of the coroutine".into(),
            Recorded::Other => "a command that this library does not issue".into(),
        }
    }
}

/// A command without its times and values, which the program may change while a run is under way.
pub(crate) fn bare(what: &What) -> What {
    match what {
        What::Sleep(_) => What::Sleep(0),
        What::Timeout(_) => What::Timeout(0),
        What::Call { body, key, .. } => {
            What::Call { body: body.clone(), key: key.clone(), input: String::new() }
        }
        What::Start { body, key, .. } => {
            What::Start { body: body.clone(), key: key.clone(), input: String::new(), after: 0 }
        }
        What::SetState { name, .. } => What::SetState { name: name.clone(), value: String::new() },
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::panic::Location;

    use gen_durable::Command;

    use super::*;

    #[test]
    fn a_replay_fits_here_where_it_fits_a_journal_of_gen_durable() {
        let call = |body: &str, key: &str, input: &str| {
            let (body, key, input) = (body.into(), key.into(), input.into());
            What::Call { body, key, input }
        };
        let start = |body: &str, key: &str, after: u64| {
            let (body, key, input) = (body.into(), key.into(), after.to_string());
            What::Start { body, key, input, after }
        };
        let set = |name: &str, value: &str| What::SetState { name: name.into(), value: value.into() };
        let all = [
            What::Step("a".into()),
            What::Step("b".into()),
            What::Sleep(1),
            What::Sleep(2),
            What::Timeout(1),
            What::Timeout(2),
            What::Signal("a".into()),
            What::Signal("b".into()),
            What::Now,
            What::Random,
            What::Uuid,
            call("a", "1", "1"),
            call("a", "1", "2"),
            call("a", "2", "1"),
            call("b", "1", "1"),
            start("a", "1", 1),
            start("a", "1", 2),
            start("a", "2", 1),
            start("b", "1", 1),
            What::GetState("a".into()),
            What::GetState("b".into()),
            set("a", "1"),
            set("a", "null"),
            set("b", "1"),
        ];
        let at = Location::caller();
        let command = |what: &What| Command { what: what.clone(), at: at.into() };
        for what in &all {
            for recorded in &all {
                let fits = Recorded::Command(bare(recorded)).fits(&bare(what));
                assert_eq!(fits, command(what).fits(&command(recorded)), "{what:?}, {recorded:?}");
            }
        }
    }
}
