//! [`Threads`]: on how many threads an exploration does its runs.
//!
//! | | [`OneThread`] | [`ManyThreads`] |
//! |---|---|---|
//! | function that makes worlds and bodies, invariants | any | `Sync`: the threads share them |
//! | a run with its loop, world and body | on the calling thread | on one of the threads, from its start to the check of the invariants |
//! | the runs that learn the steps | first, on the calling thread | the same |
//! | the other runs | in the order of the report | as [jobs](super::exploration), which the threads take in that order |
//! | the report | of the calling thread | the same: it joins what the jobs have found |

use std::fmt;
use std::num::NonZero;
use std::thread;

use super::checked_run::run_and_check;
use super::exploration::{self, Explored, Extent};
use super::plan::Plan;
use super::progress::Progress;
use super::report::Report;
use super::run::{Body, Limits};
use crate::Result;

/// Whether an exploration needs functions that threads can share. No other crate can implement it.
pub trait Threads: Sized + fmt::Debug {
    /// Makes a world and a body.
    #[doc(hidden)]
    type Body<'a, W, T>: ?Sized;

    /// Checks a world.
    #[doc(hidden)]
    type Invariant<'a, W, T>: ?Sized;

    /// Does one run, on this thread.
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "it seals the trait")]
    fn run<W, T: 'static>(program: &Program<'_, W, T, Self>, plan: &Plan) -> Explored;

    /// Does all runs.
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "it seals the trait")]
    fn explore<W, T: 'static>(&self, program: &Program<'_, W, T, Self>, extent: &Extent) -> Report;
}

/// The functions of the user, and the limits of each run.
pub(super) struct Program<'a, W, T, N: Threads> {
    pub(super) body: Box<N::Body<'a, W, T>>,
    pub(super) invariants: Vec<Box<N::Invariant<'a, W, T>>>,
    pub(super) limits: Limits,
}

/// The exploration runs on the thread of its caller: that of [`explore`](fn@super::explore).
#[derive(Debug)]
pub struct OneThread;

/// The exploration runs on several threads: that of
/// [`explore_parallel`](super::explore_parallel).
#[derive(Debug)]
pub struct ManyThreads(pub(super) usize);

impl ManyThreads {
    pub(super) fn on_all_cores() -> Self {
        ManyThreads(thread::available_parallelism().map_or(1, NonZero::get))
    }
}

#[expect(private_interfaces, reason = "it seals the trait")]
impl Threads for OneThread {
    type Body<'a, W, T> = dyn Fn() -> (W, Body<T>) + 'a;
    type Invariant<'a, W, T> = dyn Fn(&W, &Result<T>) -> Result + 'a;

    fn run<W, T: 'static>(program: &Program<'_, W, T, Self>, plan: &Plan) -> Explored {
        let invariants = program.invariants.iter().map(|holds| &**holds as _);
        run_and_check(&*program.body, invariants, plan, program.limits)
    }

    fn explore<W, T: 'static>(&self, program: &Program<'_, W, T, Self>, extent: &Extent) -> Report {
        let run = |plan: &Plan| Self::run(program, plan);
        exploration::in_turn(extent, &run, Progress::on_stderr())
    }
}

#[expect(private_interfaces, reason = "it seals the trait")]
impl Threads for ManyThreads {
    type Body<'a, W, T> = dyn Fn() -> (W, Body<T>) + Sync + 'a;
    type Invariant<'a, W, T> = dyn Fn(&W, &Result<T>) -> Result + Sync + 'a;

    fn run<W, T: 'static>(program: &Program<'_, W, T, Self>, plan: &Plan) -> Explored {
        let invariants = program.invariants.iter().map(|holds| &**holds as _);
        run_and_check(&*program.body, invariants, plan, program.limits)
    }

    fn explore<W, T: 'static>(&self, program: &Program<'_, W, T, Self>, extent: &Extent) -> Report {
        let run = |plan: &Plan| Self::run(program, plan);
        exploration::on_threads(extent, &run, Progress::on_stderr(), self.0)
    }
}
