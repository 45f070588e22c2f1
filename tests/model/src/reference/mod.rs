//! The reference model: an interpreter that predicts the events without futures, without wakers and
//! without `unsafe`.
//!
//! It is written from the documents: the rules of cancellation, of errors, and of a turn. It is as
//! simple as possible:
//!
//! - The future that a task waits for is a tree ([`Node`]).
//! - A waker is a name ([`Who`]).
//! - Time is a number.
//! - A turn is a walk through a queue of names.
//!
//! | file | contents |
//! |---|---|
//! | `mod.rs` | the loop: turns, timers, the end |
//! | `error.rs` | errors, and requests to cancel |
//! | `node.rs` | the tree: creating, dropping, and the leaves |
//! | `lent.rs` | the error or request with which a poll is resumed, and the rules for taking it |
//! | `wrappers.rs` | timeouts and shields |
//! | `group.rs` | children in parallel |
//! | `pool.rs` | `WaitIterator` |
//! | `limit.rs` | `limit` |
//! | `scope.rs` | scopes |
//! | `call.rs` | bodies |
//! | `task.rs` | tasks, handles, and deliveries to them |
//! | `promise.rs` | promises |
//! | `lock.rs` | locks and semaphores |
//! | `queue.rs` | queues |
//!
//! Two rules are not in the documents, but decide an order:
//!
//! - A name stays valid until its task ends or its group is dropped. So a task that has stopped
//!   waiting for the end of another may be polled once in vain when that one ends.
//! - A poll goes down the whole chain, but in a group only to the children that were woken.

mod call;
mod error;
mod group;
mod lent;
mod limit;
mod lock;
mod node;
mod pool;
mod promise;
mod queue;
mod scope;
mod task;
mod wrappers;

use std::collections::{HashSet, VecDeque};

use self::error::{Error, Request};
use self::group::Woken;
use self::lent::Lent;
use self::lock::Semaphore;
use self::node::Sleep;
use self::pool::Pool;
use self::promise::Promise;
use self::queue::Queue;
use self::task::{Stage, Task};
use crate::program::{End, Program, LOCKS, PERMITS, QUEUES};
use crate::trace::{Event, Source, What};
use crate::LONG;

/// Predicts the events of the program.
pub fn predict(program: &Program) -> Vec<Event> {
    let mut model = Model::new(program);
    model.run();
    model.trace
}

/// The name of a task, a child or the blocking call, as a waker has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    /// The blocking call.
    Root,
    Task(usize),
    /// A child of a group.
    Child(usize, usize),
}

/// The result of a poll.
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

/// The effect of a timer.
enum Fires {
    Tell(Who),
    /// Drops a task that this request has cancelled.
    CutShort(usize, Request),
}

/// The future of a blocking call.
enum Root {
    Idling(Sleep),
    ShuttingDown { limit: Sleep, ending: VecDeque<usize>, request: Request },
    Done,
}

/// The state of a wait for the end of a cancelled task.
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
    /// The counter that numbers timers in the order of their creation, and turns between them.
    numbers: u64,
    turn_began: u64,
    queue: VecDeque<Who>,
    timers: Vec<Timer>,
    root_is_queued: bool,

    tasks: Vec<Task<'p>>,
    /// The tasks that have not ended, by their slots. A free slot is used again, the last one
    /// first.
    slots: Vec<Option<usize>>,
    free_slots: Vec<usize>,
    endings: Vec<Ending>,
    /// `None` for groups that were dropped.
    groups: Vec<Option<Woken>>,
    pools: Vec<Option<Pool<'p>>>,
    promises: Vec<Promise>,
    places: Vec<Option<usize>>,
    /// The locks, which are semaphores of one permit, and the semaphore.
    semaphores: Vec<Semaphore>,
    queues: Vec<Queue>,
    /// The number of items that were made.
    items: u32,

    /// The error or request in flight on the thread.
    lent: Option<Lent>,
    /// Whether a timeout is dropping the future that it has waited for.
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
            semaphores: [1; LOCKS].into_iter().chain([PERMITS]).map(Semaphore::new).collect(),
            queues: QUEUES.map(Queue::new).into(),
            items: 0,
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

    /// Logs a failure that was not read. A cancellation is logged at the level `DEBUG`.
    fn log_failure(&mut self, what: &str, error: &Error) {
        self.log_failures(|_| what.to_owned(), &[(String::new(), error)]);
    }

    /// Logs the failures of one group in one line, and the cancellations among them in another.
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

    // ---- the program
    // ------------------------------------------------------------------------------

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

    /// The blocking call spawns the first task, and sleeps until no task goes on any more.
    fn first_turn(&mut self) -> Root {
        self.turn += 1;
        self.turn_began = self.next_number();
        let first = self.call(0);
        self.spawn(first, Some(0));
        let mut root = Root::Idling(Sleep::new(self, LONG));
        self.poll_root(&mut root);
        root
    }

    /// Shuts the loop down. Returns the number of tasks that are left.
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

    // ---- turns
    // ------------------------------------------------------------------------------------

    /// Moves the time to the next deadline, if the queue is empty.
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

    /// Waits for the ends of tasks. Returns whether no task is left.
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

    /// Wakes a task or the blocking call, or a child and its group.
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

    // ---- the end
    // ----------------------------------------------------------------------------------

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

    /// Drops the tables.
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

    // ---- errors
    // -----------------------------------------------------------------------------------

    fn request(&mut self, source: Source, reason: String) -> Request {
        self.errors += 1;
        Request { source, reason, number: self.errors }
    }
}
