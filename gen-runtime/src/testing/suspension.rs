//! [`Suspension`]: the yield at which a coroutine waits, and the event that it waits for.

use std::fmt;
use std::time::Duration;

use super::source;
use crate::Site;

/// Where a [`Stepper`](super::Stepper) has stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The body waits.
    Suspended(Suspension),
    /// The body waits, and nothing is left that could wake it: no task is ready, no timer runs, and
    /// no thread holds a [`KeepAlive`](crate::KeepAlive).
    ///
    /// Or others went on for 100,000 turns, and none of them has woken it, while the clock stood
    /// still, or while it moved by more than two days and the body waited for no timer.
    Hangs(Suspension),
    /// The body has ended. [`Stepper::finish`](super::Stepper::finish) returns the result.
    Ended,
}

impl Stop {
    /// The suspension, unless the body has ended.
    #[must_use]
    pub fn suspension(&self) -> Option<&Suspension> {
        match self {
            Stop::Suspended(suspension) | Stop::Hangs(suspension) => Some(suspension),
            Stop::Ended => None,
        }
    }

    /// Whether the body waits at a yield that [fits](Suspension::is_at) `label`.
    #[must_use]
    pub fn is_at(&self, label: &str) -> bool {
        self.suspension().is_some_and(|suspension| suspension.is_at(label))
    }

    /// Whether the body has ended.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        *self == Stop::Ended
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Suspended(suspension) => write!(f, "the body waits {suspension}"),
            Stop::Hangs(suspension) => {
                write!(f, "the body hangs: nothing wakes it. It waits {suspension}")
            }
            Stop::Ended => f.write_str("the body has ended"),
        }
    }
}

/// The yield at which a coroutine waits, and the event that it waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspension {
    pub(super) chain: Vec<Site>,
    pub(super) waits_for: WaitsFor,
}

impl Suspension {
    /// The yield at which the body waits: the innermost one. `None` if it waits at an `.await`.
    #[must_use]
    pub fn site(&self) -> Option<Site> {
        self.chain.first().copied()
    }

    /// That yield, and then the yields that wait for it, from the inside out.
    #[must_use]
    pub fn chain(&self) -> &[Site] {
        &self.chain
    }

    /// The source text of that yield, such as `yield_!(gen::sleep(pause))`. `None` if its file is
    /// not found.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        source::text_of(self.chain.first()?)
    }

    /// The event that it waits for, as far as the loop knows.
    #[must_use]
    pub fn waits_for(&self) -> WaitsFor {
        self.waits_for
    }

    /// Whether a yield of the chain fits `label`: it is in the function of that name, or its source
    /// text contains the label, or the label is its position, such as `src/fetch.rs:31` or
    /// `fetch.rs:31`.
    #[must_use]
    pub fn is_at(&self, label: &str) -> bool {
        let is_at = |site: &Site| {
            site.function() == label
                || is_position(site, label)
                || source::text_of(site).is_some_and(|text| text.contains(label))
        };
        !label.is_empty() && self.chain.iter().any(is_at)
    }
}

/// Whether the label is the end of the file's path, with the line, and perhaps with the column.
fn is_position(site: &Site, label: &str) -> bool {
    let line = format!("{}:{}", site.file(), site.line());
    let column = format!("{line}:{}", site.column());
    [line, column].iter().any(|position| {
        let folder = position.strip_suffix(label);
        folder.is_some_and(|folder| folder.is_empty() || folder.ends_with(['/', '\\']))
    })
}

impl fmt::Display for Suspension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "for {}", self.waits_for)?;
        source::write_chain(f, &self.chain)
    }
}

/// The event that a suspended task waits for, as far as its loop knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitsFor {
    /// The next turn of the loop: the task was woken already.
    Turn,
    /// A timer, which is due after this time, if nothing else wakes the task before. The loop does
    /// not find the timer of a task that was asked for a [dump](crate::dump()) since its last poll.
    Timer(Duration),
    /// Something that the loop does not know: another task, a child, a promise, a callback, another
    /// thread.
    Event,
}

impl fmt::Display for WaitsFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WaitsFor::Turn => f.write_str("the next turn of the loop"),
            WaitsFor::Timer(left) => write!(f, "a timer, which is due in {left:?}"),
            WaitsFor::Event => f.write_str("a task, a child, a promise or another event"),
        }
    }
}
