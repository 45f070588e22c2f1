//! The programs: the steps of their bodies.
//!
//! A body is a list of steps. Body 0 is the first task. The other bodies are called or spawned by
//! bodies of a lower number, so every program ends. Handles and promises are in tables that all
//! bodies share, and are identified by their index.

use std::fmt;

/// A program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The steps of each body.
    pub bodies: Vec<Vec<Step>>,
    /// The number of promises.
    pub promises: usize,
    /// The number of places for handles.
    pub places: usize,
    /// The end of the program, when no task goes on any more.
    pub end: End,
}

/// The number of locks that the bodies share.
pub(crate) const LOCKS: usize = 2;

/// The permits of the semaphore that they share.
pub(crate) const PERMITS: u32 = 3;

/// The capacities of the queues that they share.
pub(crate) const QUEUES: [usize; 2] = [1, 2];

/// The way in which the loop ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It is dropped.
    Dropped,
    /// It is shut down, with a grace period in seconds.
    ShutDown(u64),
}

/// A step of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Yields.
    Yield(Wait, OnError),
    /// Iterates over a `WaitIterator`.
    Iterate(Iteration),
    /// Spawns a task, and puts the handle in a place, or drops it.
    Spawn(Wait, Option<usize>),
    /// Drops the handle of a place.
    DropHandle(usize),
    /// Cancels the task in that place, and does not wait.
    Cancel(usize),
    /// The same, and drops the task after so many seconds.
    CutShort(usize, u64),
    /// Throws an error at the task in that place.
    Throw(usize),
    /// Acts on a promise.
    Promise(usize, Deed),
    /// Closes a queue.
    Close(usize),
    /// Ends with an error.
    Fail,
    /// Panics.
    Panic,
}

/// An action on a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Sets a value.
    Set,
    /// Sets an error.
    Fail,
    /// Drops the promise.
    Break,
    /// Drops the future in the table.
    Forget,
}

/// The reaction of a body to an error of a yield.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnError {
    /// Ignores the error.
    GoOn,
    /// Ends with the error.
    End,
    /// Yields these first, and ignores their results.
    CleanUp(Vec<Wait>),
}

/// A loop over a `WaitIterator`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Iteration {
    /// Whether the children have keys, instead of positions.
    pub keyed: bool,
    /// The children.
    pub children: Vec<Wait>,
    /// The largest number of times that `next` is yielded.
    pub rounds: usize,
    /// The timeout of each `next`.
    pub limit: Option<u64>,
    /// A child that is added after the first round.
    pub push: Option<Wait>,
    /// Waits for this between the rounds.
    pub between: Option<Wait>,
    /// Whether an error ends the body.
    pub ends: bool,
}

/// A future or a group that a body can wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wait {
    /// Is never ready.
    Forever,
    /// `gen::moment()`.
    Moment,
    /// `gen::sleep`, in seconds.
    Sleep(u64),
    /// A clone of the future of a promise.
    Promise(usize),
    /// The task in that place. Its handle stays there.
    Join(usize),
    /// The same, but the handle is taken from its place.
    JoinTaken(usize),
    /// Cancels the task in that place, and waits for its end.
    Cancel(usize),
    /// A call of a coroutine.
    Call(usize),
    /// A call of a coroutine through another one, which only yields it.
    Chain(usize),
    /// An `async` block that awaits these, up to the first error.
    Plain(Vec<Wait>),
    /// All of these, in parallel.
    Group(Group, Vec<Wait>),
    /// `gen::limit` with this number of children at a time.
    Limit(usize, Vec<Wait>),
    /// A scope. Its body spawns the list, waits for the next entry, and then does the last.
    Scope(Vec<Wait>, Box<Wait>, Then),
    /// A timeout, in seconds.
    Timeout(u64, Box<Wait>),
    /// A timeout that cancels, with a grace period.
    Graced(u64, u64, Box<Wait>),
    /// A shield.
    Shield(Box<Wait>),
    /// Locks that lock, and then waits for this.
    Locked(usize, Box<Wait>),
    /// Acquires so many permits of the semaphore, and then waits for this.
    Permits(u32, Box<Wait>),
    /// Puts the next item into that queue.
    Put(usize),
    /// Gets an item from that queue.
    Get(usize),
}

/// The step that the body of a scope does after it has waited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// It ends.
    Nothing,
    /// It cancels the child with this number by its handle.
    Cancel(usize),
    /// It spawns another child.
    Spawn(Box<Wait>),
}

/// The kind of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// A `Vec`.
    List,
    /// A tuple of two or three.
    Tuple,
    /// `gen::multi(..).fail_fast()`.
    FailFast,
    /// `gen::multi(..).settle()`.
    Settle,
    /// `gen::first_of(..)`.
    First,
    /// `gen::first_of(..).cancel()`.
    FirstCancels,
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, body) in self.bodies.iter().enumerate() {
            writeln!(f, "body {number}:")?;
            for (at, step) in body.iter().enumerate() {
                writeln!(f, "  {at}: {step}")?;
            }
        }
        match self.end {
            End::Dropped => writeln!(f, "then the loop is dropped"),
            End::ShutDown(grace) => writeln!(f, "then the loop is shut down, with {grace}s of grace"),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Yield(wait, on_error) => write!(f, "yield {wait}{on_error}"),
            Step::Iterate(iteration) => iteration.fmt(f),
            Step::Spawn(wait, Some(place)) => write!(f, "h{place} = spawn({wait})"),
            Step::Spawn(wait, None) => write!(f, "drop(spawn({wait}))"),
            Step::DropHandle(place) => write!(f, "drop(h{place})"),
            Step::Cancel(place) => write!(f, "drop(h{place}.cancel())"),
            Step::CutShort(place, grace) => write!(f, "drop(h{place}.cancel().grace({grace}))"),
            Step::Throw(place) => write!(f, "h{place}.throw()"),
            Step::Promise(promise, deed) => write!(f, "p{promise}: {deed:?}"),
            Step::Close(queue) => write!(f, "q{queue}.close()"),
            Step::Fail => f.write_str("fail"),
            Step::Panic => f.write_str("panic"),
        }
    }
}

impl fmt::Display for OnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OnError::GoOn => Ok(()),
            OnError::End => f.write_str("?"),
            OnError::CleanUp(waits) => {
                write!(f, " or clean up: {}", Row(waits))
            }
        }
    }
}

impl fmt::Display for Iteration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keyed = if self.keyed { "::keyed" } else { "" };
        write!(f, "{} times of WaitIterator{keyed}[{}]", self.rounds, Row(&self.children))?;
        if let Some(limit) = self.limit {
            write!(f, ", each with timeout {limit}")?;
        }
        if let Some(push) = &self.push {
            write!(f, ", pushing {push}")?;
        }
        if let Some(between) = &self.between {
            write!(f, ", yielding {between} between")?;
        }
        f.write_str(if self.ends { "?" } else { "" })
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wait::Forever => f.write_str("forever"),
            Wait::Moment => f.write_str("moment"),
            Wait::Sleep(seconds) => write!(f, "sleep {seconds}"),
            Wait::Promise(promise) => write!(f, "p{promise}"),
            Wait::Join(place) => write!(f, "h{place}"),
            Wait::JoinTaken(place) => write!(f, "take(h{place})"),
            Wait::Cancel(place) => write!(f, "h{place}.cancel()"),
            Wait::Call(body) => write!(f, "body {body}"),
            Wait::Chain(body) => write!(f, "chain(body {body})"),
            Wait::Plain(waits) => write!(f, "async {{{}}}", Row(waits)),
            Wait::Group(Group::List, waits) => write!(f, "[{}]", Row(waits)),
            Wait::Group(Group::Tuple, waits) => write!(f, "({})", Row(waits)),
            Wait::Group(Group::FailFast, waits) => write!(f, "fail_fast[{}]", Row(waits)),
            Wait::Group(Group::Settle, waits) => write!(f, "settle[{}]", Row(waits)),
            Wait::Group(Group::FirstCancels, waits) => write!(f, "first_of[{}].cancel()", Row(waits)),
            Wait::Group(Group::First, waits) => write!(f, "first_of[{}]", Row(waits)),
            Wait::Limit(at_once, waits) => write!(f, "limit({at_once})[{}]", Row(waits)),
            Wait::Scope(children, body, Then::Nothing) => write!(f, "scope[{}]({body})", Row(children)),
            Wait::Scope(children, body, Then::Cancel(child)) => {
                write!(f, "scope[{}]({body}, then cancel {child})", Row(children))
            }
            Wait::Scope(children, body, Then::Spawn(late)) => {
                write!(f, "scope[{}]({body}, then spawn {late})", Row(children))
            }
            Wait::Timeout(after, wait) => write!(f, "timeout({after}, {wait})"),
            Wait::Graced(after, grace, wait) => write!(f, "timeout({after}, {wait}).cancel({grace})"),
            Wait::Shield(wait) => write!(f, "shield({wait})"),
            Wait::Locked(lock, wait) => write!(f, "l{lock}.lock() {{{wait}}}"),
            Wait::Permits(permits, wait) => write!(f, "acquire_many({permits}) {{{wait}}}"),
            Wait::Put(queue) => write!(f, "q{queue}.put()"),
            Wait::Get(queue) => write!(f, "q{queue}.get()"),
        }
    }
}

struct Row<'a>(&'a [Wait]);

impl fmt::Display for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, wait) in self.0.iter().enumerate() {
            write!(f, "{}{wait}", if at > 0 { ", " } else { "" })?;
        }
        Ok(())
    }
}
