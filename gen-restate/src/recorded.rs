//! [`Recorded`]: a command that the server has in its journal of a run.
//!
//! The shared core compares each command with the recorded one, too, but it tells nothing of it in
//! advance. The journal looks at the next one to say in its own words what differs, and to find the
//! versions, which a replay may skip.

use gen_durable::{Command, What};

use crate::frames::Frame;
use crate::names::{self, Run};

/// A command as the server has kept it, without its line, its arguments and its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Recorded {
    /// A command of the coroutine, and its deadline if it is a sleep or a timeout.
    Command(What, u64),
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
        let command = match frame.kind {
            0x0401 => return Some(Recorded::End),
            0x0402 | 0x0407 => What::GetState(frame.text(1)),
            0x0403 => What::SetState { name: frame.text(1), value: String::new() },
            0x0404 => What::SetState { name: frame.text(1), value: "null".into() },
            0x0409 => What::Signal(names::signal_of_promise(&frame.text(1))),
            0x040C => match frame.text(12).as_str() {
                names::TIMEOUT => return Some(Recorded::Command(What::Timeout(0), frame.number(1))),
                _ => return Some(Recorded::Command(What::Sleep(0), frame.number(1))),
            },
            0x040D => What::Call { body: frame.text(1), key: frame.text(5), input: String::new() },
            0x040E => {
                let (body, key) = (frame.text(1), frame.text(6));
                What::Start { body, key, input: String::new(), after: 0 }
            }
            0x0410 => return Some(Recorded::Cancel),
            0x0411 => match Run::of_name(frame.text(12)) {
                Run::Command(what) => what,
                Run::Version(label, version) => return Some(Recorded::Version(label, version)),
            },
            0x0412 => return Some(Recorded::Attach),
            0x0400..=0x04FF => return Some(Recorded::Other),
            _ => return None,
        };
        Some(Recorded::Command(command, 0))
    }

    /// Whether a replay may issue this command here.
    pub(crate) fn fits(&self, command: &Command) -> bool {
        match self {
            Recorded::Command(what, _) => {
                command.fits(&Command { what: what.clone(), at: command.at.clone() })
            }
            _ => false,
        }
    }

    /// Its text in the error of a coroutine that does something else.
    pub(crate) fn describe(&self) -> String {
        match self {
            Recorded::Command(what, _) => what.to_string(),
            Recorded::Version(label, version) => format!("version {version} of `{label}`"),
            Recorded::Attach => "the wait for another run".into(),
            Recorded::Cancel => "the cancellation of a called run".into(),
            Recorded::End => "the end of the coroutine".into(),
            Recorded::Other => "a command that this library does not issue".into(),
        }
    }
}
