//! [`WaitsFor`]: the end of a chain of yields.

use std::fmt;
use std::panic::Location;
use std::time::Duration;

use crate::report::type_name::{of_body, short};

/// The event that the innermost yield of a chain waits for.
///
/// Its [`Display`](std::fmt::Display) reads as the object of "waits for".
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitsFor {
    /// The end of a task, through its [`JoinHandle`](crate::JoinHandle).
    #[non_exhaustive]
    Task {
        /// The task.
        task: TaskRef,
    },
    /// The end of a task or a child that is [cancelled](crate::CancelCompletion).
    #[non_exhaustive]
    Cancelled {
        /// The task; `None` for the child of a scope.
        task: Option<TaskRef>,
    },
    /// The result of a child of the [scope](fn@crate::scope), through its
    /// [`ScopeHandle`](crate::ScopeHandle).
    #[non_exhaustive]
    ScopeChild {
        /// The number of the child, from 0.
        child: usize,
    },
    /// A [promise](crate::promise()) that is not set.
    #[non_exhaustive]
    Promise {
        /// A number that all futures of one promise share.
        promise: usize,
        /// The type of its value.
        value: &'static str,
    },
    /// A [sleep](crate::sleep()).
    #[non_exhaustive]
    Sleep {
        /// The time that is left; `None` if it never ends.
        left: Option<Duration>,
    },
    /// The next turn of the loop: a [moment](crate::moment()).
    Turn,
    /// The call of a callback of [`from_callback`](crate::from_callback).
    #[non_exhaustive]
    Callback {
        /// The type of its argument.
        value: &'static str,
    },
    /// The values of the keys of [callbacks](crate::Callback).
    #[non_exhaustive]
    Keys {
        /// The yield point, such as a [`Wait`](crate::Wait).
        point: &'static str,
        /// The first keys whose values have not come, in their debug form. Empty if the dump shows
        /// no keys, or if the point waits for any value.
        keys: Vec<String>,
        /// How many more there are.
        more: usize,
    },
    /// A closure on another thread: [`blocking`](crate::blocking()).
    #[non_exhaustive]
    Blocking {
        /// The type of its value.
        value: &'static str,
    },
    /// The end of all tasks of a `TaskTracker`.
    #[non_exhaustive]
    Shutdown {
        /// How many are left.
        tasks: usize,
    },
    /// A lock, or permits of a semaphore: see [`sync`](crate::sync).
    #[non_exhaustive]
    Lock {
        /// The lock, such as "a lock to read".
        what: &'static str,
        /// The type of the content; `None` for a semaphore.
        content: Option<&'static str>,
        /// Its holders. First come those that are [needed](LockHolder::is_needed).
        holders: Vec<LockHolder>,
        /// How many more holders there are.
        more: usize,
    },
    /// An [event](crate::sync::Event) that is not set.
    Event,
    /// A notification of a [condition](crate::sync::Condition).
    Condition,
    /// The other tasks of a [barrier](crate::sync::Barrier).
    #[non_exhaustive]
    Barrier {
        /// How many tasks have come.
        arrived: usize,
        /// How many are to come.
        count: usize,
    },
    /// A [queue](crate::queue).
    #[non_exhaustive]
    Queue {
        /// The event.
        wait: QueueWait,
        /// The type of the queue.
        queue: &'static str,
        /// The number of items in the queue.
        len: usize,
        /// The number of items that were put and are not done.
        unfinished: usize,
    },
    /// The next start of a child of a [supervisor](fn@crate::supervise()).
    #[non_exhaustive]
    NextStart {
        /// The time that is left; `None` if the child waits for the end of its siblings, with which
        /// it is started again.
        left: Option<Duration>,
    },
    /// The value of a key: [`batch`](crate::batch()), [`single_flight`](crate::single_flight()).
    #[non_exhaustive]
    Batch {
        /// "a batch", or "a single flight".
        what: &'static str,
        /// The call by which it was made.
        made_at: &'static Location<'static>,
        /// The number of keys of the call.
        keys: usize,
        /// Whether the function was called with them. Before, it waits for more keys.
        is_in_flight: bool,
        /// The task of the call; `None` if it was not polled so far.
        task: Option<TaskRef>,
    },
    /// The answer of a task, or of all tasks: [`JoinHandle::trace`](crate::JoinHandle::trace), or a
    /// dump.
    Dump,
    /// The text that a future of another library gives: [`drive::say`](crate::drive::say).
    #[non_exhaustive]
    Described {
        /// The object of "waits for".
        what: String,
    },
    /// A future of another library, or of the program.
    #[non_exhaustive]
    Foreign {
        /// The type of the future; `None` if it is not yielded, but awaited somewhere in the body.
        future: Option<&'static str>,
        /// How many clones of the waker it keeps, if that is known. If there are none, nothing will
        /// wake the task for it.
        wakers: Option<usize>,
    },
}

impl fmt::Display for WaitsFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WaitsFor::Task { task } => write!(f, "{task}"),
            WaitsFor::Cancelled { task: Some(task) } => write!(f, "the end of {task}, which is cancelled"),
            WaitsFor::Cancelled { task: None } => f.write_str("the end of a child that is cancelled"),
            WaitsFor::ScopeChild { child } => write!(f, "child {child} of its scope"),
            WaitsFor::Promise { promise, value } => write!(f, "promise {promise} of {}", short(value)),
            WaitsFor::Sleep { left: Some(left) } => write!(f, "a sleep, {:?} left", rounded(*left)),
            WaitsFor::Sleep { left: None } => f.write_str("a sleep that never ends"),
            WaitsFor::Turn => f.write_str("the next turn"),
            WaitsFor::Callback { value } => write!(f, "a call of a callback with {}", short(value)),
            WaitsFor::Keys { point, keys, more } => write_keys(f, point, keys, *more),
            WaitsFor::Blocking { value } => write!(f, "a blocking call that gives {}", short(value)),
            WaitsFor::Shutdown { tasks } => write!(f, "the end of {tasks} tasks of a tracker"),
            WaitsFor::Lock { what, content, holders, more } => {
                write_of(f, what, *content)?;
                write_holders(f, holders, *more)
            }
            WaitsFor::Event => f.write_str("an event that is not set"),
            WaitsFor::Condition => f.write_str("a notification of a condition"),
            WaitsFor::Barrier { arrived, count } => {
                write!(f, "a barrier, to which {arrived} of {count} tasks have come")
            }
            WaitsFor::Queue { wait, queue, len, unfinished } => match wait {
                QueueWait::Item => write!(f, "an item of {}", short(queue)),
                QueueWait::Room => write!(f, "room in {}, which has {}", short(queue), items(*len)),
                QueueWait::Done => write!(f, "{} of {} to be done", items(*unfinished), short(queue)),
            },
            WaitsFor::NextStart { left: Some(left) } => {
                write!(f, "its next start, {:?} left", rounded(*left))
            }
            WaitsFor::NextStart { left: None } => f.write_str("its next start, when its siblings have ended"),
            WaitsFor::Batch { task, .. } => {
                f.write_str(&self.batch().unwrap_or_default())?;
                task.as_ref().map_or(Ok(()), |task| write!(f, " in {task}"))
            }
            WaitsFor::Described { what } => f.write_str(what),
            WaitsFor::Dump => f.write_str("a dump"),
            WaitsFor::Foreign { future, wakers } => write_foreign(f, *future, *wakers),
        }
    }
}

impl WaitsFor {
    /// The text of a batch, without its task.
    pub(crate) fn batch(&self) -> Option<String> {
        let WaitsFor::Batch { what: name, made_at, keys, is_in_flight, .. } = self else { return None };
        let s = if *keys == 1 { "" } else { "s" };
        Some(match is_in_flight {
            true => format!("{name} made at {made_at}, called with {keys} key{s}"),
            false => format!("{name} made at {made_at}, which has gathered {keys} key{s}"),
        })
    }
}

/// The event at a [queue](crate::queue) for which a future waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueueWait {
    /// An item: [`get`](crate::queue::Queue::get).
    Item,
    /// Room for an item: [`put`](crate::queue::Queue::put),
    /// [`reserve`](crate::queue::Queue::reserve).
    Room,
    /// That all items are done: [`join`](crate::queue::Queue::join).
    Done,
}

fn items(count: usize) -> String {
    format!("{count} {}", if count == 1 { "item" } else { "items" })
}

/// Rounds a time that is left down to milliseconds, if it has any: more digits say nothing.
pub(crate) fn rounded(left: Duration) -> Duration {
    match u64::try_from(left.as_millis()) {
        Ok(millis @ 1..) => Duration::from_millis(millis),
        _ => left,
    }
}

fn write_keys(f: &mut fmt::Formatter<'_>, point: &str, keys: &[String], more: usize) -> fmt::Result {
    write!(f, "{}", short(point))?;
    for (position, key) in keys.iter().enumerate() {
        write!(f, "{}{key}", if position == 0 { " of the key " } else { ", " })?;
    }
    match more {
        0 => Ok(()),
        more => write!(f, " and {more} more"),
    }
}

/// Writes "a lock of u32".
pub(crate) fn write_of(f: &mut dyn fmt::Write, what: &str, content: Option<&str>) -> fmt::Result {
    f.write_str(what)?;
    content.map_or(Ok(()), |content| write!(f, " of {}", short(content)))
}

fn write_holders(f: &mut fmt::Formatter<'_>, holders: &[LockHolder], more: usize) -> fmt::Result {
    for (position, holder) in holders.iter().enumerate() {
        write!(f, "{}{holder}", before_holder(position))?;
    }
    f.write_str(&more_holders(more))
}

/// The words before the holder at that position.
pub(crate) fn before_holder(position: usize) -> &'static str {
    match position {
        0 => " that is ",
        _ => ", and ",
    }
}

/// The words about the holders that are not listed.
pub(crate) fn more_holders(more: usize) -> String {
    match more {
        0 => String::new(),
        more => format!(", and held by {more} more"),
    }
}

fn write_foreign(f: &mut fmt::Formatter<'_>, future: Option<&str>, wakers: Option<usize>) -> fmt::Result {
    match future {
        Some(future) => f.write_str(&short(future))?,
        None => f.write_str("a future that no yield waits for")?,
    }
    match wakers {
        None => Ok(()),
        Some(0) => f.write_str(" (keeps no waker)"),
        Some(1) => f.write_str(" (keeps 1 waker)"),
        Some(wakers) => write!(f, " (keeps {wakers} wakers)"),
    }
}

/// A holder of a lock, or of permits of a semaphore.
///
/// It prints as `held since src/shop.rs:7:25 by task 3`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LockHolder {
    /// The task that has taken the lock; `None` if it was taken outside of all tasks of gen.
    pub task: Option<TaskRef>,
    /// The call by which it was taken, such as `lock.lock()`.
    pub taken_at: &'static Location<'static>,
    /// Whether the future that was handed the lock has been polled since. If it never is, no other
    /// task can have the lock.
    pub has_taken: bool,
    /// Whether the first task in line can go on only if this holder gives up its permits. That is
    /// so for each holder of a lock, but not for each of a semaphore.
    pub is_needed: bool,
}

impl LockHolder {
    /// Without the task.
    pub(crate) fn since(&self) -> String {
        match self.has_taken {
            true => format!("held since {}", self.taken_at),
            false => format!("handed to the call at {}, not polled since,", self.taken_at),
        }
    }
}

impl fmt::Display for LockHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.since())?;
        self.task.as_ref().map_or(Ok(()), |task| write!(f, " by {task}"))
    }
}

/// A task that another one waits for.
///
/// It prints as `task 3`, by its number in the dump. In the error of a timeout it prints as
/// `task fetch`, by its name, or as `this task` if it is the one in which the timeout was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRef {
    pub(crate) tag: Option<TaskTag>,
    pub(crate) number: Option<usize>,
    /// The facts about a task without a number, if they are known.
    pub(crate) known: Option<KnownTask>,
}

/// A task without a number of which something is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KnownTask {
    /// The task whose timeout tells of it.
    This,
    Other(AboutTask),
}

/// The facts about a task, besides its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AboutTask {
    /// The type of its body.
    pub(crate) body: &'static str,
    /// The call that has spawned it; known only in builds with debug assertions, or if the task is
    /// tracked.
    pub(crate) spawned_at: Option<&'static Location<'static>>,
}

impl TaskRef {
    /// `None` is a task that its loop has not begun.
    pub(crate) fn to(tag: Option<TaskTag>) -> Self {
        TaskRef { tag, number: None, known: None }
    }

    /// The number of the task in the dump. `None` if the task is not in the dump: it may be on
    /// another loop. `None` also in the error of a timeout, which comes with no dump.
    #[must_use]
    pub fn number(&self) -> Option<usize> {
        self.number
    }
}

impl fmt::Display for TaskRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.number, self.known) {
            (Some(number), _) => write!(f, "task {number}"),
            (None, Some(KnownTask::This)) => f.write_str("this task"),
            (None, Some(KnownTask::Other(AboutTask { body, spawned_at }))) => {
                write!(f, "task {}", of_body(body))?;
                spawned_at.map_or(Ok(()), |at| write!(f, ", spawned at {at}"))
            }
            (None, None) => f.write_str("a task that is not known here"),
        }
    }
}

/// The identity of a task of this process, among those that are alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum TaskTag {
    /// The number of the loop, and a name that no other task of the loop has or had.
    OnLoop(u64, u64),
    /// The address of the task on a foreign executor.
    Hosted(usize),
}
