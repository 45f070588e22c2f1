//! The trace of a run: its events, in order.

use std::fmt;

/// An event, with its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The time, in seconds from the beginning.
    pub at: u64,
    /// The event.
    pub what: What,
}

/// The kind of an event. Calls are numbered in the order in which they start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A call of a body starts. An `async` block has no body.
    Started(usize, Option<usize>),
    /// A call is resumed at a step.
    Resumed(usize, usize, Outcome),
    /// A call gets a result from a `WaitIterator`, with the position of its child.
    Got(usize, Option<usize>, Outcome),
    /// A promise is set, and accepts the result or not.
    Set(usize, bool),
    /// A call ends.
    Ended(usize, Outcome),
    /// The variables of a call are dropped.
    Dropped(usize),
    /// A line is logged.
    Logged(String),
    /// No task goes on any more.
    Idle,
    /// The loop was shut down. So many tasks had not ended.
    ShutDown(usize),
    /// The program has ended. So many values were not dropped.
    Over(i64),
}

/// A result.
pub type Outcome = Result<u32, Failure>;

/// The parts of an error that are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The kind of the error.
    pub kind: Kind,
    /// The number of yields that it has passed.
    pub passed: usize,
    /// The errors of other children, by their places.
    pub others: Vec<(Vec<usize>, Failure)>,
}

/// The kind of an error. Errors that a program creates are numbered in the order of their creation,
/// and so are its requests to cancel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// One of the program's own.
    Fault(u32),
    /// A cancellation, and whether it knows the yield where it arrived.
    Cancelled(Source, bool),
    /// A timeout, after so many seconds.
    Timeout(u64),
    /// A promise was dropped.
    Broken,
    /// The result of a task was taken before.
    Taken,
    /// The queue is closed.
    Closed,
    /// There were no children, so none of them is the first.
    NoFirst,
    /// A task panicked.
    Panicked(u32),
    /// An error that no program should receive.
    Other(String),
}

/// The source of a cancellation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A request of the program.
    Request(u32),
    /// A deadline.
    Deadline,
    /// A failure in the same scope.
    Sibling,
    /// The end of the loop.
    Shutdown,
    /// Any other source.
    Other,
}

/// The result of a group, from the results of its children.
pub(crate) fn sum(results: impl IntoIterator<Item = u32>) -> u32 {
    results.into_iter().fold(17, add)
}

/// Adds one result.
pub(crate) fn add(sum: u32, result: u32) -> u32 {
    sum.wrapping_mul(31).wrapping_add(result)
}

/// The result of a group that gives the result of one child.
pub(crate) fn first_value(position: usize, value: u32) -> u32 {
    add(u32::try_from(position).unwrap_or(u32::MAX), value)
}

/// The result of a put.
pub(crate) const PUT: u32 = 4;

/// The number that stands for a child that failed, in a group that settles.
pub(crate) const FAILED: u32 = 7;

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>3}s ", self.at)?;
        match &self.what {
            What::Started(call, Some(body)) => write!(f, "call {call} starts body {body}"),
            What::Started(call, None) => write!(f, "call {call} starts a block"),
            What::Resumed(call, step, outcome) => {
                write!(f, "call {call} is resumed at {step} with {}", Shown(outcome))
            }
            What::Got(call, index, outcome) => write!(f, "call {call} gets {} of {index:?}", Shown(outcome)),
            What::Set(promise, accepted) => write!(f, "p{promise} is set: {accepted}"),
            What::Ended(call, outcome) => write!(f, "call {call} ends with {}", Shown(outcome)),
            What::Dropped(call) => write!(f, "call {call} is dropped"),
            What::Logged(line) => write!(f, "log: {line}"),
            What::Idle => f.write_str("idle"),
            What::ShutDown(left) => write!(f, "shut down, {left} tasks are left"),
            What::Over(live) => write!(f, "over, {live} values are left"),
        }
    }
}

struct Shown<'a>(&'a Outcome);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Ok(value) => write!(f, "{value}"),
            Err(failure) => failure.fmt(f),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} (passed {})", self.kind, self.passed)?;
        for (path, other) in &self.others {
            write!(f, " and {path:?}: {other}")?;
        }
        Ok(())
    }
}

/// The key of a child, where children have keys.
pub(crate) fn key(position: usize) -> usize {
    1000 + position
}

/// The number of a scope's body among the places of failures.
pub(crate) const BODY: usize = usize::MAX - 1;
