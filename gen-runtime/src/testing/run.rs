//! One run of a body, with the faults of a plan.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::bench_loop::BenchLoop;
use super::plan::Plan;
use super::recorder::Recorder;
use super::step::Step;
use crate::error::Error;
use crate::executor::{SteeredEnd, Steering, TaskId};
use crate::inject::in_flight::Observed;
use crate::task::{self, JoinHandle};
use crate::Result;

/// A body whose type is forgotten.
pub(super) type Body<T> = Pin<Box<dyn Future<Output = Result<T>>>>;

/// The limits of each run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// On the virtual clock.
    pub(super) time: Duration,
    pub(super) steps: usize,
    /// How long the other tasks go on after the end of the body.
    pub(super) linger: Duration,
    pub(super) by: &'static Location<'static>,
}

/// How a run has ended.
#[derive(Debug)]
pub(super) enum Ended<T> {
    With(Result<T>),
    /// With the last steps of the tasks that still wait.
    Hangs(Hang, Vec<usize>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hang {
    /// Nothing is left that could wake it.
    Stuck,
    OutOfTime,
    TooManySteps,
}

pub(super) struct Run<T> {
    pub(super) steps: Vec<Step>,
    pub(super) ended: Ended<T>,
}

/// Runs a body to its end.
pub(super) fn run<T: 'static>(body: Body<T>, plan: &Plan, limits: Limits) -> Run<T> {
    let bench = BenchLoop::new();
    let recorder = Recorder::new(bench.core.clone(), plan.clone(), limits.by);
    let _observed = Observed::by(recorder.clone());
    let mut handle = start(&bench, &recorder, body);
    let ended = match steer(&bench, &recorder, &handle, limits) {
        None => Ended::With(result_of(&mut handle)),
        Some(hang) => Ended::Hangs(hang, recorder.waiting()),
    };
    // A body that hangs is dropped first, and then the handle, whose task has ended.
    drop(bench);
    Run { steps: recorder.take_steps(), ended }
}

/// Runs the first step of a body, on a new loop. The body is the first task of that loop.
pub(super) fn start<T: 'static>(bench: &BenchLoop, recorder: &Recorder, body: Body<T>) -> JoinHandle<T> {
    bench.within(|| {
        let handle = task::start(&bench.core, body);
        recorder.after_job(Some(bench.core.first_task()));
        handle
    })
}

/// The result of a task that has ended.
pub(super) fn result_of<T>(handle: &mut JoinHandle<T>) -> Result<T> {
    match Pin::new(handle).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(Error::new("the body has ended without a result, which is a bug of gen")),
    }
}

fn steer<T>(
    bench: &BenchLoop,
    recorder: &Rc<Recorder>,
    handle: &JoinHandle<T>,
    limits: Limits,
) -> Option<Hang> {
    let is_over = || handle.is_done() || recorder.len() > limits.steps;
    let steered = Steered { recorder, is_over: &is_over };
    let end = bench.run(&steered, bench.later(limits.time));
    if !handle.is_done() {
        return Some(match end {
            SteeredEnd::Over => Hang::TooManySteps,
            SteeredEnd::Stuck => Hang::Stuck,
            SteeredEnd::OutOfTime => Hang::OutOfTime,
        });
    }
    if limits.linger != Duration::ZERO {
        let is_over = || recorder.len() > limits.steps;
        bench.run(&Steered { recorder, is_over: &is_over }, bench.later(limits.linger));
    }
    None
}

/// Turns that a recorder notes, until `is_over`.
pub(super) struct Steered<'a> {
    pub(super) recorder: &'a Recorder,
    pub(super) is_over: &'a dyn Fn() -> bool,
}

impl Steering for Steered<'_> {
    fn choose(&self, ready: usize) -> usize {
        self.recorder.choose(ready)
    }

    fn after_job(&self, task: Option<TaskId>) {
        self.recorder.after_job(task);
    }

    fn is_over(&self) -> bool {
        (self.is_over)()
    }
}
