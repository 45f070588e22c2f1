//! The reference model: what is to happen, told by an interpreter that has no futures, no wakers and no `unsafe`.
//!
//! It is written from the documents (the rules of cancellation, of errors, of a turn), and it is as simple as it can be: what a task waits for is a tree ([`Node`]), who is to
//! be told of something is a name ([`Who`]), time is a number, a turn is a walk through a queue of names.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | the loop: turns, timers, the end |
//! | `error.rs` | errors, and requests to cancel |
//! | `node.rs` | the tree: making, dropping, and the leaves |
//! | `lent.rs` | what a poll is resumed with, and who may take it |
//! | `wrappers.rs` | timeouts and shields |
//! | `group.rs` | children in parallel |
//! | `pool.rs` | `WaitIterator` |
//! | `limit.rs` | so many at a time |
//! | `scope.rs` | scopes |
//! | `call.rs` | bodies |
//! | `task.rs` | tasks, handles, and what is delivered to them |
//! | `promise.rs` | promises |
//!
//! What is not in the documents and yet decides an order is told here:
//!
//! - A name that was given away stays good until its task ends or its group is dropped. So whoever gave up waiting for the end of a task may be polled once for nothing when it ends.
//! - What polls goes down the whole chain, but of a group only to the children that were told of something.

mod call;
mod error;
mod group;
mod lent;
mod limit;
mod node;
mod pool;
mod promise;
mod scope;
mod task;
mod wrappers;

use std::collections::{HashSet, VecDeque};

use self::error::{Error, Request};
use self::group::Woken;
use self::lent::Lent;
use self::node::Sleep;
use self::pool::Pool;
use self::promise::Promise;
use self::task::{Stage, Task};
use crate::program::{End, Program};
use crate::trace::{Event, Source, What};
use crate::LONG;

/// What is to happen when the program is run.
pub fn predict(program: &Program) -> Vec<Event> {
    let mut model = Model::new(program);
    model.run();
    model.trace
}

/// Who is to be told that something has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    /// The blocking call.
    Root,
    Task(usize),
    /// A child of a group.
    Child(usize, usize),
}

/// What a poll comes to.
enum Polled {
    Pending,
    Ready(Result<u32, Error>),
    Panicked(Error),
}

struct Timer {
    deadline: u64,
    number: u64,
    fires: Fires,
}

/// What a timer does.
enum Fires {
    Tell(Who),
    /// Drops a task that was cancelled by that.
    CutShort(usize, Request),
}

/// The future of a blocking call.
enum Root {
    Idling(Sleep),
    ShuttingDown { limit: Sleep, ending: VecDeque<usize>, request: Request },
    Done,
}

/// What the waiter of a cancelled task waits for.
#[derive(Default)]
struct Ending {
    is_over: bool,
    waiter: Option<Who>,
}

struct Model<'p> {
    program: &'p Program,
    trace: Vec<Event>,

    now: u64,
    turn: u64,
    /// Timers are numbered in the order in which they are made, and turns between them.
    numbers: u64,
    turn_began: u64,
    queue: VecDeque<Who>,
    timers: Vec<Timer>,
    root_is_queued: bool,

    tasks: Vec<Task<'p>>,
    /// The tasks that have not ended, by their slots; a slot that is free is used again, the last one first.
    slots: Vec<Option<usize>>,
    free_slots: Vec<usize>,
    endings: Vec<Ending>,
    /// None of those that were dropped.
    groups: Vec<Option<Woken>>,
    pools: Vec<Option<Pool<'p>>>,
    promises: Vec<Promise>,
    places: Vec<Option<usize>>,

    /// What is lent to the thread.
    lent: Option<Lent>,
    /// A timeout is dropping what it has waited for.
    times_out: bool,
    closed: bool,

    calls: usize,
    faults: u32,
    requests: u32,
    errors: u64,
    /// The failures that a group has logged.
    logged: HashSet<u64>,
}

impl<'p> Model<'p> {
    fn new(program: &'p Program) -> Self {
        Model {
            program,
            trace: Vec::new(),
            now: 0,
            turn: 0,
            numbers: 0,
            turn_began: 0,
            queue: VecDeque::new(),
            timers: Vec::new(),
            root_is_queued: false,
            tasks: Vec::new(),
            slots: Vec::new(),
            free_slots: Vec::new(),
            endings: Vec::new(),
            groups: Vec::new(),
            pools: Vec::new(),
            promises: (0..program.promises).map(|_| Promise::new()).collect(),
            places: vec![None; program.places],
            lent: None,
            times_out: false,
            closed: false,
            calls: 0,
            faults: 0,
            requests: 0,
            errors: 0,
            logged: HashSet::new(),
        }
    }

    fn note(&mut self, what: What) {
        self.trace.push(Event { at: self.now, what });
    }

    fn log(&mut self, line: String) {
        self.note(What::Logged(line));
    }

    /// Logs a failure that nobody looks at: that something was cancelled, for debugging only.
    fn log_failure(&mut self, what: &str, error: &Error) {
        self.log_failures(|_| what.to_owned(), &[(String::new(), error)]);
    }

    /// Logs the failures of one group in one line; the cancellations among them in another.
    fn log_failures(&mut self, what: impl Fn(usize) -> String, failures: &[(String, &Error)]) {
        for (level, cancelled) in [("", false), ("debug: ", true)] {
            let failures = failures.iter().filter(|(_, error)| error.is_cancelled() == cancelled);
            let texts: Vec<_> = failures.map(|(place, error)| format!("{place}{}", error.text())).collect();
            if !texts.is_empty() {
                self.log(format!("{level}{}: {}", what(texts.len()), texts.join("; ")));
            }
        }
    }

    fn next_number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    // ---- the program ------------------------------------------------------------------------------

    fn run(&mut self) {
        let slot = self.occupy(None);
        let mut root = self.first_turn();
        while !matches!(root, Root::Done) {
            self.rest();
            self.take_turn(&mut root);
        }
        self.free_slots.push(slot);
        self.note(What::Idle);
        match self.program.end {
            End::Dropped => self.close(),
            End::ShutDown(grace) => {
                let left = self.shut_down(grace);
                self.close();
                self.note(What::ShutDown(left));
            }
        }
        self.clear();
        self.note(What::Over(0));
    }

    /// The blocking call spawns the first task, and sleeps until nothing else goes on any more.
    fn first_turn(&mut self) -> Root {
        self.turn += 1;
        self.turn_began = self.next_number();
        let first = self.call(0);
        self.spawn(first, Some(0));
        let mut root = Root::Idling(Sleep::new(self, LONG));
        self.poll_root(&mut root);
        root
    }

    /// Gives how many tasks are left.
    fn shut_down(&mut self, grace: u64) -> usize {
        let slot = self.occupy(None);
        self.tell(Who::Root);
        let request = self.request(Source::Shutdown, "the loop is shut down".to_owned());
        let limit = Sleep::made_elsewhere(self.now + grace);
        let mut root = Root::ShuttingDown { limit, ending: VecDeque::new(), request };
        while !matches!(root, Root::Done) {
            self.rest();
            self.take_turn(&mut root);
        }
        self.free_slots.push(slot);
        self.slots.iter().flatten().count()
    }

    // ---- turns ------------------------------------------------------------------------------------

    /// With nothing queued, time moves on to the next deadline.
    fn rest(&mut self) {
        if self.queue.is_empty() {
            if let Some(deadline) = self.timers.iter().map(|timer| timer.deadline).min() {
                self.now = self.now.max(deadline);
            }
        }
    }

    fn take_turn(&mut self, root: &mut Root) {
        self.turn += 1;
        let batch = self.queue.len();
        self.turn_began = self.next_number();
        let mut due: Vec<_> = self
            .timers
            .iter()
            .filter(|timer| timer.deadline <= self.now)
            .map(|timer| (timer.deadline, timer.number))
            .collect();
        due.sort_unstable();
        for _ in 0..batch {
            match self.queue.pop_front() {
                Some(Who::Task(task)) => self.run_task(task),
                Some(Who::Root) => {
                    self.root_is_queued = false;
                    self.poll_root(root);
                }
                Some(Who::Child(..)) | None => {}
            }
        }
        for (_, number) in due {
            match self.remove_timer(number).map(|timer| timer.fires) {
                Some(Fires::Tell(who)) => self.tell(who),
                Some(Fires::CutShort(task, request)) => self.drop_task(task, request),
                None => {}
            }
        }
    }

    fn remove_timer(&mut self, number: u64) -> Option<Timer> {
        let at = self.timers.iter().position(|timer| timer.number == number)?;
        Some(self.timers.remove(at))
    }

    fn poll_root(&mut self, root: &mut Root) {
        let is_done = match root {
            Root::Done => return,
            Root::Idling(sleep) => sleep.poll(self, Who::Root),
            Root::ShuttingDown { limit, ending, request } => {
                self.wait_for_ends(ending, request) || limit.poll(self, Who::Root)
            }
        };
        if is_done {
            if let Root::ShuttingDown { limit, .. } | Root::Idling(limit) = root {
                limit.drop(self);
            }
            *root = Root::Done;
        }
    }

    /// Whether no task is left.
    fn wait_for_ends(&mut self, ending: &mut VecDeque<usize>, request: &Request) -> bool {
        loop {
            while let Some(&next) = ending.front() {
                if !self.endings[next].is_over {
                    self.endings[next].waiter = Some(Who::Root);
                    return false;
                }
                ending.pop_front();
            }
            let tasks: Vec<_> = self.slots.iter().flatten().copied().collect();
            if tasks.is_empty() {
                return true;
            }
            for task in tasks {
                ending.push_back(self.cancel(task, request.clone()));
            }
        }
    }

    /// Queues whoever it is, or its group.
    fn tell(&mut self, who: Who) {
        match who {
            Who::Root => {
                if !std::mem::replace(&mut self.root_is_queued, true) {
                    self.queue.push_back(who);
                }
            }
            Who::Task(task) => {
                let task = &mut self.tasks[task];
                if !task.has_ended && !self.closed && !std::mem::replace(&mut task.is_queued, true) {
                    self.queue.push_back(who);
                }
            }
            Who::Child(group, child) => {
                if let Some(parent) = self.groups[group].as_mut().and_then(|woken| woken.add(child)) {
                    self.tell(parent);
                }
            }
        }
    }

    // ---- the end ----------------------------------------------------------------------------------

    fn close(&mut self) {
        self.closed = true;
        self.queue.clear();
        for task in self.slots.clone().into_iter().flatten() {
            if let Some(tree) = self.tasks[task].tree.take() {
                self.drop_node(tree);
            }
            self.tasks[task].stage = Stage::Closed;
            self.end_task(task, None);
        }
    }

    /// The tables are dropped.
    fn clear(&mut self) {
        for handle in std::mem::take(&mut self.places).into_iter().flatten() {
            self.drop_handle(handle);
        }
        for promise in 0..self.promises.len() {
            self.break_promise(promise);
        }
        for promise in 0..self.promises.len() {
            self.forget(promise);
        }
    }

    // ---- errors -----------------------------------------------------------------------------------

    fn request(&mut self, source: Source, reason: String) -> Request {
        self.errors += 1;
        Request { source, reason, number: self.errors }
    }
}
