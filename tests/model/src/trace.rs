//! What can be seen of a run: the events, in order.

use std::fmt;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When, in seconds from the beginning.
    pub at: u64,
    /// What.
    pub what: What,
}

/// What happened. Calls are numbered in the order in which they start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A call of that body starts; none for an `async` block.
    Started(usize, Option<usize>),
    /// A call is resumed at a step.
    Resumed(usize, usize, Outcome),
    /// A call gets a result from a `WaitIterator`, which says whose it is.
    Got(usize, Option<usize>, Outcome),
    /// A promise is set; whether it accepts that.
    Set(usize, bool),
    /// A call ends.
    Ended(usize, Outcome),
    /// What a call holds is dropped.
    Dropped(usize),
    /// A line is logged.
    Logged(String),
    /// Nothing goes on any more.
    Idle,
    /// The loop was shut down; so many tasks had not ended.
    ShutDown(usize),
    /// All is over, and so many values were not dropped.
    Over(i64),
}

/// A result.
pub type Outcome = Result<u32, Failure>;

/// An error, as far as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Which one.
    pub kind: Kind,
    /// Through how many yields it has passed.
    pub passed: usize,
    /// The errors of other children, by their places.
    pub others: Vec<(Vec<usize>, Failure)>,
}

/// Which error. Those that a program makes are numbered in the order in which it makes them; so are its requests to cancel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// One of the program's own.
    Fault(u32),
    /// A cancellation; and whether it knows the yield where it arrived.
    Cancelled(Source, bool),
    /// A timeout, after so many seconds.
    Timeout(u64),
    /// A promise was dropped.
    Broken,
    /// The result of a task was taken before.
    Taken,
    /// There were no children, so none of them is the first.
    NoFirst,
    /// A task panicked.
    Panicked(u32),
    /// Something that no program should see.
    Other(String),
}

/// Where a cancellation comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// That request of the program's.
    Request(u32),
    /// A deadline.
    Deadline,
    /// A failure in the same scope.
    Sibling,
    /// The end of the loop.
    Shutdown,
    /// Something else.
    Other,
}

/// The result of a group, of the results of its children.
pub(crate) fn sum(results: impl IntoIterator<Item = u32>) -> u32 {
    results.into_iter().fold(17, add)
}

/// One after another.
pub(crate) fn add(sum: u32, result: u32) -> u32 {
    sum.wrapping_mul(31).wrapping_add(result)
}

/// The result of a group that gives one child's.
pub(crate) fn first_value(position: usize, value: u32) -> u32 {
    add(u32::try_from(position).unwrap_or(u32::MAX), value)
}

/// What counts for the result of a child that failed, in a group that settles.
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
