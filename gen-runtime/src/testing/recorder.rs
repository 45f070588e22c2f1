//! [`Recorder`]: notes the steps of a run, and puts the faults of its plan there.
//!
//! # How it works
//!
//! | file | what it holds |
//! |---|---|
//! | `explore.rs` | `explore`, `explore_parallel`, `Explore`: what the user asks for |
//! | `threads.rs` | `OneThread`, `ManyThreads`: what the runs need to be done on threads |
//! | `exploration.rs` | the list of runs, as jobs, and the report about them |
//! | `workers.rs` | does jobs on several threads |
//! | `report.rs` | `Report`: the findings, and how they are printed |
//! | `left_out.rs` | the steps and faults that were left out, as sentences |
//! | `finding.rs` | `Finding`: a run that has broken something |
//! | `progress.rs` | the lines that say how far a long exploration is |
//! | `stepper.rs` | `Stepper`: one coroutine that is driven by hand |
//! | `suspension.rs` | `Suspension`: the yield at which a stepped coroutine waits |
//! | `checked_run.rs` | one run, and the check of its invariants |
//! | `run.rs` | one run of a body, with a plan |
//! | `bench_loop.rs` | the loop of one run, with its clock |
//! | `recorder.rs` | [`Recorder`]: notes the steps of a run, and puts the faults of its plan there |
//! | `plan.rs` | which faults at which steps, also as text |
//! | `step.rs`, `fault.rs` | `Step`, `Fault` |
//! | `random.rs` | the random numbers that choose an order |
//! | `command.rs` | the command that repeats a run |
//! | `source.rs` | a chain of yields, with their source text |
//!
//! While a run goes on, a [`Recorder`] is the observer of the thread
//! (`../inject/observer.rs`): the yields call it when they are pending, and when they have a value.
//! It also steers the turns of the loop (`../executor/steered.rs`), and so can cancel and drop
//! tasks between two jobs.
//!
//! Of one poll of a task, or of a child of a group, only the first pending yield is a step. It is
//! the innermost one. The other yields that stay pending in that poll are the rest of its *chain*:
//! the yields that wait for the one before. The waker of the poll distinguishes them: the
//! children of a group have wakers of their own.
//!
//! | event | the yield is in a poll whose waker | effect |
//! |---|---|---|
//! | a yield stays pending | has no step in this job | a new step |
//! | | has one | the site is added to the chain of that step |
//! | a yield takes an injection | has one | the chain of that waker is closed: a further pending yield is a new step |
//! | a yield has a value | any | a new step; the chain of that waker is closed |
//! | a job of the loop has ended | all | all chains are closed; `Cancel` and `Drop` are done |

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::panic::Location;
use std::rc::Rc;
use std::task::Waker;

use super::fault::{Fault, INJECTED};
use super::plan::Plan;
use super::random::Random;
use super::step::{Step, StepKind};
use crate::error::{CancelSource, Error, Site};
use crate::executor::{Core, Injection, TaskId};
use crate::inject::observer::{Observer, ALL_YIELDS_LOOK};
use crate::inject::Cancellation;

/// The identity of a waker and of its clones.
///
/// In the first poll of a group the wakers of all children are one object on the stack; only their
/// clones differ. So it is the identity of a clone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct WakerId(usize);

impl WakerId {
    fn of(waker: &Waker) -> Self {
        WakerId(waker.clone().data().addr())
    }
}

pub(super) struct Recorder {
    core: Rc<Core>,
    /// The caller of the test, for the cancellations.
    by: &'static Location<'static>,
    /// Chooses the order of the tasks of a turn. `None` for the order of the loop.
    random: Option<Random>,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    plan: Plan,
    steps: Vec<Step>,
    /// The body, and the other tasks in the order of their first steps, with the last suspension of
    /// each.
    tasks: Vec<(TaskId, Option<usize>)>,
    numbers: HashMap<TaskId, usize>,
    /// The wakers of all suspensions. While a clone of a waker is kept, no other waker has its
    /// identity: a new group may have the memory of one that has ended.
    wakers: HashMap<WakerId, Waker>,
    /// The chains that may grow, by the waker of their poll: those of the current job.
    open: HashMap<WakerId, usize>,
    /// The yields of each waker that still wait, for the chain of a yield that returns.
    waiting: HashMap<WakerId, Waiting>,
    /// The faults of whole tasks, which come at the end of the job.
    due: VecDeque<(TaskId, Fault)>,
}

/// The yields that have waited in a suspension, and have not returned since.
#[derive(Clone, Copy)]
struct Waiting {
    step: usize,
    /// So many of the chain have returned, from the inside out.
    returned: usize,
}

impl Recorder {
    pub(super) fn new(core: Rc<Core>, plan: Plan, by: &'static Location<'static>) -> Rc<Self> {
        let random = plan.order.map(Random::new);
        let mut state = State { plan, ..State::default() };
        state.number(core.first_task());
        Rc::new(Recorder { core, by, random, state: RefCell::new(state) })
    }

    pub(super) fn take_steps(&self) -> Vec<Step> {
        std::mem::take(&mut self.state.borrow_mut().steps)
    }

    pub(super) fn len(&self) -> usize {
        self.state.borrow().steps.len()
    }

    /// The number of the last suspension of a task.
    pub(super) fn last_suspension(&self, task: TaskId) -> Option<usize> {
        let state = self.state.borrow();
        state.tasks[*state.numbers.get(&task)?].1
    }

    /// Whether a task has only waited once more since the suspension `before`, at the same yields.
    /// If not all yields look, it may have gone on from there meanwhile, so the answer is no.
    pub(super) fn only_repeats(&self, task: TaskId, before: Option<usize>) -> bool {
        let state = self.state.borrow();
        let (Some(before), Some(number)) = (before, state.numbers.get(&task)) else { return false };
        let mut later = state.steps[before + 1..].iter().filter(|step| step.task == *number);
        let again = later.next();
        ALL_YIELDS_LOOK
            && later.next().is_none()
            && again.is_some_and(|again| !again.chain.is_empty() && *again == state.steps[before])
    }

    /// The last suspensions of the tasks that wait.
    pub(super) fn waiting(&self) -> Vec<usize> {
        let state = self.state.borrow();
        let waiting = state.tasks.iter().filter(|(task, _)| self.core.is_suspended(*task));
        waiting.filter_map(|(_, last)| *last).collect()
    }

    pub(super) fn chain(&self, step: usize) -> Vec<Site> {
        self.state.borrow().steps[step].chain.clone()
    }

    /// Which of so many jobs is the next one.
    pub(super) fn choose(&self, ready: usize) -> usize {
        self.random.as_ref().map_or(0, |random| random.below(ready))
    }

    /// Called when a job has run, which was that of `task` if one is given.
    pub(super) fn after_job(&self, task: Option<TaskId>) {
        if let Some(task) = task {
            self.note_awaiting(task);
        }
        self.close_chains();
        loop {
            let due = self.state.borrow_mut().due.pop_front();
            let Some((task, fault)) = due else { return };
            match fault {
                Fault::Cancel => {
                    self.core.inject_now(task, Injection::Cancel(self.cancellation()));
                    self.note_awaiting(task);
                }
                _ => self.core.drop_task(task, self.cancellation()),
            }
            self.close_chains();
        }
    }

    /// A task was polled. If it is suspended, and none of its yields has said so, it waits at an
    /// `.await`.
    fn note_awaiting(&self, task: TaskId) {
        if !self.core.is_suspended(task) {
            return;
        }
        let waker = self.core.with_waker(task, Waker::clone);
        let mut state = self.state.borrow_mut();
        if state.open.contains_key(&WakerId::of(&waker)) {
            return;
        }
        if let Some(fault) = state.add_suspension(StepKind::Awaiting, task, &waker, Vec::new()) {
            state.due.push_back((task, fault));
        }
    }

    fn close_chains(&self) {
        self.state.borrow_mut().open.clear();
    }

    fn cancellation(&self) -> Cancellation {
        Cancellation::new(CancelSource::Explicit, INJECTED, self.by)
    }
}

impl State {
    /// The number of a task.
    fn number(&mut self, task: TaskId) -> usize {
        *self.numbers.entry(task).or_insert_with(|| {
            self.tasks.push((task, None));
            self.tasks.len() - 1
        })
    }

    /// Adds a step. Returns the fault that is planned for it, if it fits.
    fn add(&mut self, kind: StepKind, task: usize, chain: Vec<Site>) -> Option<Fault> {
        let fault = self.plan.fault_at(self.steps.len());
        self.steps.push(Step { kind, task, chain });
        fault.filter(|fault| kind.fits(*fault))
    }

    fn add_suspension(
        &mut self,
        kind: StepKind,
        task: TaskId,
        waker: &Waker,
        chain: Vec<Site>,
    ) -> Option<Fault> {
        let (task, step) = (self.number(task), self.steps.len());
        let waker = self.keep(waker);
        if kind != StepKind::ChildSuspended {
            self.tasks[task].1 = Some(step);
        }
        self.open.insert(waker, step);
        self.waiting.insert(waker, Waiting { step, returned: 0 });
        self.add(kind, task, chain)
    }

    /// The identity of a waker, which remains that of this waker.
    fn keep(&mut self, waker: &Waker) -> WakerId {
        let kept = waker.clone();
        let id = WakerId::of(&kept);
        self.wakers.entry(id).or_insert(kept);
        id
    }

    /// The step to whose chain a pending yield belongs, if it is not the first one of its poll.
    fn open_step(&mut self, waker: WakerId) -> Option<&mut Step> {
        let step = *self.open.get(&waker)?;
        self.steps.get_mut(step)
    }

    fn close(&mut self, waker: WakerId) {
        self.open.remove(&waker);
    }

    /// The yield at `site` returns. If it has waited: the chain from it on. It and the yields
    /// inside of it wait no longer.
    fn take_waited(&mut self, waker: WakerId, site: &Site) -> Option<Vec<Site>> {
        let waiting = self.waiting.get_mut(&waker)?;
        let chain = &self.steps[waiting.step].chain;
        let at = (waiting.returned..chain.len()).find(|at| chain[*at] == *site)?;
        let waited = chain[at..].to_vec();
        waiting.returned = at + 1;
        if waiting.returned == chain.len() {
            self.waiting.remove(&waker);
        }
        Some(waited)
    }
}

/// The functions are called in a poll, so they must not panic.
impl Observer for Recorder {
    fn suspended(&self, waker: &Waker, site: &Site) -> Option<Error> {
        let task = self.core.running_task()?;
        let id = WakerId::of(waker);
        let mut state = self.state.try_borrow_mut().ok()?;
        if let Some(step) = state.open_step(id) {
            step.chain.push(*site);
            return None;
        }
        let kind = match self.core.with_waker(task, WakerId::of) == id {
            true => StepKind::Suspended,
            false => StepKind::ChildSuspended,
        };
        let fault = state.add_suspension(kind, task, waker, vec![*site])?;
        let Some(error) = fault.error() else {
            state.due.push_back((task, fault));
            return None;
        };
        state.close(id);
        state.waiting.remove(&id);
        Some(error)
    }

    fn passed(&self, waker: &Waker, site: &Site) {
        let Ok(mut state) = self.state.try_borrow_mut() else { return };
        if let Some(step) = state.open_step(WakerId::of(waker)) {
            step.chain.push(*site);
        }
    }

    fn resumed(&self, waker: &Waker) {
        if let Ok(mut state) = self.state.try_borrow_mut() {
            state.close(WakerId::of(waker));
        }
    }

    fn returned(&self, waker: &Waker, site: &Site) -> Option<Error> {
        let task = self.core.running_task()?;
        let waker = WakerId::of(waker);
        let mut state = self.state.try_borrow_mut().ok()?;
        state.close(waker);
        let task = state.number(task);
        let (kind, chain) = match state.take_waited(waker, site) {
            Some(chain) => (StepKind::Returned, chain),
            None => (StepKind::Ready, vec![*site]),
        };
        state.add(kind, task, chain)?.error()
    }
}
