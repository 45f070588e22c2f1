//! [`Dump`]: the graph of the tasks of a loop or of a tracker, and of their waits.

use std::collections::HashMap;
use std::panic::Location;

use crate::executor::{LoopAnswer, TaskAnswer, TaskAsked};
use crate::inject::question::{LockHolder, TaskRef, TaskTag, Waiting, WaitsFor, WentOn};
use crate::report::type_name::of_body;
use crate::Site;

/// All tasks of a loop or of a tracker, and their waits.
///
/// It owns its data: it can be kept, and sent to other threads. Its [`Display`](std::fmt::Display)
/// is for people, and the methods are for programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dump {
    pub(super) of: Of,
    pub(super) tasks: Vec<TaskDump>,
}

/// The subject of a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Loop {
        serial: u64,
        turn: u64,
    },
    /// The tasks of a `TaskTracker`.
    #[cfg(all(feature = "tokio", not(loom)))]
    Tracker,
}

/// A task in a [`Dump`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskDump {
    pub(super) number: usize,
    pub(super) body: &'static str,
    pub(super) spawned_at: Option<&'static Location<'static>>,
    pub(super) is_root: bool,
    pub(super) state: TaskState,
    pub(super) went_on_at: Option<Site>,
    pub(super) has_lost_wake_up: bool,
    pub(super) waiting: Option<Waiting>,
    pub(super) awaited_by: Vec<usize>,
}

/// The state of a task when a dump was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskState {
    /// It waits. On tokio this may also be a task that was woken before it was asked, or that has
    /// gone on when it was asked: the request itself wakes it there.
    Suspended,
    /// It was woken before it was asked.
    Woken,
    /// Nothing had woken it, but it went on when it was asked, and waits again: a wake-up was lost.
    /// This is known only in builds with debug assertions, or with the feature `testing`; otherwise
    /// such a task may be `Suspended`.
    WentOn,
    /// It ended when it was asked. [`TaskDump::has_lost_wake_up`] says whether nothing had woken it
    /// before.
    Ended,
    /// It was executing, and was not asked. On tokio: it has not answered in time, because it is
    /// executing, or because no thread was free to poll it.
    Running,
}

impl Dump {
    /// The tasks. First comes the coroutine of a blocking call such as
    /// [`run_sync`](crate::run_sync), if one runs the loop; each task is followed by those that it
    /// waits for, unless they came before.
    #[must_use]
    pub fn tasks(&self) -> &[TaskDump] {
        &self.tasks
    }

    pub(crate) fn of_loop(answer: LoopAnswer) -> Self {
        let LoopAnswer { serial, turn, tasks } = answer;
        Dump { of: Of::Loop { serial, turn }, tasks: graph(tasks) }
    }

    #[cfg(all(feature = "tokio", not(loom)))]
    pub(crate) fn of_tracker(tasks: Vec<TaskAnswer>) -> Self {
        Dump { of: Of::Tracker, tasks: graph(tasks) }
    }
}

impl TaskDump {
    /// The number of the task in the dump: its position in [`Dump::tasks`].
    #[must_use]
    pub fn number(&self) -> usize {
        self.number
    }

    /// The path of the coroutine function, or of the function that contains the `async` block, or
    /// the type of another future. A task of a loop that was running is `a running task`.
    #[must_use]
    pub fn name(&self) -> String {
        of_body(self.body)
    }

    /// The position of the call that has spawned the task. That of a task on a loop is known only
    /// in builds with debug assertions.
    #[must_use]
    pub fn spawned_at(&self) -> Option<&'static Location<'static>> {
        self.spawned_at
    }

    /// Whether it is the coroutine of a blocking call that runs the loop, such as
    /// [`run_sync`](crate::run_sync).
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.is_root
    }

    /// The state of the task when the dump was made.
    #[must_use]
    pub fn state(&self) -> TaskState {
        self.state
    }

    /// The yield at which the task went on when it was asked, if it did. It is known only in builds
    /// with debug assertions, or with the feature `testing`.
    #[must_use]
    pub fn went_on_at(&self) -> Option<Site> {
        self.went_on_at
    }

    /// Whether the task went on when it was asked, though nothing had woken it: a future that it
    /// waited for was ready, and had not woken it.
    ///
    /// It is always known of a task that [ended](TaskState::Ended), and of one that waits again
    /// only where [`WentOn`](TaskState::WentOn) is. On tokio it is never known, and `false`.
    ///
    /// ```
    /// use std::{future::poll_fn, task::Poll};
    ///
    /// #[gen::coroutine]
    /// fn forgetful() -> gen::Result {
    ///     let mut is_ready = false;
    ///     // It is ready in its second poll, and keeps no waker.
    ///     let future = poll_fn(move |_| match std::mem::replace(&mut is_ready, true) {
    ///         true => Poll::Ready(()),
    ///         false => Poll::Pending,
    ///     });
    ///     gen::yield_!(future)
    /// }
    /// let io_loop = gen::IoLoop::new();
    /// let _task = io_loop.spawn_local(forgetful());
    /// assert!(io_loop.dump().tasks()[0].has_lost_wake_up());
    /// ```
    #[must_use]
    pub fn has_lost_wake_up(&self) -> bool {
        self.has_lost_wake_up
    }

    /// The wait of the task; `None` if it was running, or has ended.
    #[must_use]
    pub fn waiting(&self) -> Option<&Waiting> {
        self.waiting.as_ref()
    }

    /// The sites of the yields at which the task is suspended, innermost first, up to a yield that
    /// waits for several futures.
    #[must_use]
    pub fn chain(&self) -> Vec<Site> {
        self.waiting.as_ref().map(Waiting::sites).unwrap_or_default()
    }

    /// The numbers of the tasks that wait for the end of this one, for a [lock](mod@crate::sync)
    /// that it has, or for a [batch](crate::batch()) whose call it makes.
    #[must_use]
    pub fn awaited_by(&self) -> &[usize] {
        &self.awaited_by
    }
}

/// The task that is waited for, if it is one.
pub(super) fn awaited(waits_for: &WaitsFor) -> Option<&TaskRef> {
    match waits_for {
        WaitsFor::Task { task }
        | WaitsFor::Cancelled { task: Some(task) }
        | WaitsFor::Batch { task: Some(task), .. } => Some(task),
        _ => None,
    }
}

/// All tasks that are waited for: that one, or those without which a lock is not free.
pub(super) fn all_awaited(waits_for: &WaitsFor) -> impl Iterator<Item = &TaskRef> {
    let holders = match waits_for {
        WaitsFor::Lock { holders, .. } => holders.as_slice(),
        _ => &[],
    };
    let needed = holders.iter().filter(|holder| holder.is_needed);
    awaited(waits_for).into_iter().chain(needed.filter_map(|holder| holder.task.as_ref()))
}

/// Orders the tasks, numbers them, and connects them.
fn graph(answers: Vec<TaskAnswer>) -> Vec<TaskDump> {
    let tags: HashMap<TaskTag, usize> = answers.iter().zip(0..).map(|(task, at)| (task.tag, at)).collect();
    let mut answers: Vec<Option<TaskAnswer>> = answers.into_iter().map(Some).collect();
    let mut tasks = Vec::with_capacity(answers.len());
    let mut numbers = HashMap::with_capacity(answers.len());
    for at in 0..answers.len() {
        // A stack, because a chain of tasks may be long.
        let mut next = vec![at];
        while let Some(at) = next.pop() {
            let Some(answer) = answers[at].take() else { continue };
            let (tag, task) = (answer.tag, TaskDump::new(tasks.len(), answer));
            let before = next.len();
            task.for_each_event(&mut |waits_for| {
                let awaited = all_awaited(waits_for).filter_map(|task| task.tag);
                next.extend(awaited.filter_map(|tag| tags.get(&tag)));
            });
            // The first one is taken first.
            next[before..].reverse();
            numbers.insert(tag, task.number);
            tasks.push(task);
        }
    }
    connect(&mut tasks, &numbers);
    tasks
}

/// Gives each reference to a task the number of the task, and each promise a small number.
fn connect(tasks: &mut [TaskDump], numbers: &HashMap<TaskTag, usize>) {
    let (mut promises, mut edges) = (HashMap::new(), Vec::new());
    for TaskDump { number: from, waiting, .. } in &mut *tasks {
        let Some(waiting) = waiting else { continue };
        waiting.for_each_event_mut(&mut |waits_for| match waits_for {
            WaitsFor::Task { task }
            | WaitsFor::Cancelled { task: Some(task) }
            | WaitsFor::Batch { task: Some(task), .. } => {
                task.number = task.tag.and_then(|tag| numbers.get(&tag)).copied();
                edges.extend(task.number.map(|to| (*from, to)));
            }
            WaitsFor::Lock { holders, .. } => {
                for LockHolder { task, is_needed, .. } in holders {
                    let Some(task) = task else { continue };
                    task.number = task.tag.and_then(|tag| numbers.get(&tag)).copied();
                    edges.extend(task.number.filter(|_| *is_needed).map(|to| (*from, to)));
                }
            }
            WaitsFor::Promise { promise, .. } => {
                let next = promises.len() + 1;
                *promise = *promises.entry(*promise).or_insert(next);
            }
            _ => {}
        });
    }
    for (from, to) in edges {
        let awaited_by = &mut tasks[to].awaited_by;
        if awaited_by.last() != Some(&from) {
            awaited_by.push(from);
        }
    }
}

impl TaskDump {
    fn new(number: usize, TaskAnswer { about, is_root, asked, .. }: TaskAnswer) -> Self {
        let (state, went_on, has_lost_wake_up, waiting) = match asked {
            TaskAsked::Running => (TaskState::Running, WentOn::No, false, None),
            TaskAsked::Ended { went_on, was_woken } => (TaskState::Ended, went_on, !was_woken, None),
            TaskAsked::Suspended { answer, was_woken } => {
                let state = match (answer.went_on, was_woken) {
                    (_, true) => TaskState::Woken,
                    (WentOn::At(_), false) => TaskState::WentOn,
                    (WentOn::No, false) => TaskState::Suspended,
                };
                (state, answer.went_on, state == TaskState::WentOn, Some(answer.waiting))
            }
        };
        TaskDump {
            number,
            body: about.body,
            spawned_at: about.spawned_at,
            is_root,
            state,
            went_on_at: match went_on {
                WentOn::At(at) => at,
                WentOn::No => None,
            },
            has_lost_wake_up,
            waiting,
            awaited_by: Vec::new(),
        }
    }

    fn for_each_event<'a>(&'a self, look: &mut dyn FnMut(&'a WaitsFor)) {
        if let Some(waiting) = &self.waiting {
            waiting.for_each_event(look);
        }
    }
}
