//! [`explore`]: runs a body once for each fault at each of its steps.

use std::env;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::time::Duration;

use super::bench_loop::assert_allowed;
use super::exploration::{self, Extent};
use super::fault::Fault;
use super::report::Report;
use super::run::{Body, Limits};
use super::threads::{ManyThreads, OneThread, Program, Threads};
use crate::error::Throw;
use crate::yieldable::FutureOfResult;
use crate::Result;

/// The variable of the environment with which only one run is done.
const PLAN_VARIABLE: &str = "GEN_EXPLORE";

/// A day on the virtual clock.
const TIME_LIMIT: Duration = Duration::from_secs(86_400);

/// A run with more steps hangs.
pub(super) const STEP_LIMIT: usize = 10_000;

/// So often a yield of a loop is explored.
const VISITS: usize = 10;

/// Explores a coroutine: runs it once for each fault at each of its steps, and looks each time
/// whether the invariant holds.
///
/// `body` makes a new world and a new coroutine in it, for each run. The world is what the
/// [invariant](Explore::invariant) looks at; it may be `()`. The first run has no fault: it learns
/// the steps. Then there is one run for each step and each fault that fits it, with the fault at
/// that step. The [module](super) says which steps and faults there are.
///
/// Nothing happens before [`check`](Explore::check) or [`report`](Explore::report).
///
/// ```
/// use gen::testing::{explore, Fault};
/// use gen::yield_;
/// use std::{cell::Cell, rc::Rc, time::Duration};
///
/// #[gen::coroutine]
/// fn book(seats: Rc<Cell<u32>>) -> gen::Result {
///     seats.set(seats.get() - 1);
///     let paid = yield_!(gen::sleep(Duration::from_secs(60)));
///     if paid.is_err() {
///         seats.set(seats.get() + 1);
///     }
///     paid
/// }
///
/// fn booking() -> (Rc<Cell<u32>>, impl gen::Coroutine<Output = gen::Result>) {
///     let seats = Rc::new(Cell::new(5));
///     (seats.clone(), book(seats))
/// }
///
/// let booking = explore(booking).invariant(|seats, end| {
///     gen::ensure!(end.is_ok() || seats.get() == 5, "{} seats are left", seats.get());
///     Ok(())
/// });
/// let report = booking.report();
///
/// // A body that is dropped gives nothing back: only a guard with a `Drop` could.
/// assert_eq!(report.findings().len(), 1);
/// assert_eq!(report.findings()[0].plan(), "0:Drop");
/// assert!(report.to_string().contains("the task was dropped while it waited"));
/// ```
///
/// # To repeat one run
///
/// A finding names the run in which it was found, such as `4:Cancel`: a cancellation at the step 4.
/// With this name in the variable `GEN_EXPLORE` of the environment only that run is done, and all
/// of its steps are printed. Run one test then: the variable holds for every exploration of the
/// process.
///
/// # The end of a run
///
/// A run ends with its body. Tasks that the body has spawned, and has not waited for, are dropped
/// with the loop, before the invariant looks; [`linger`](Explore::linger) lets them go on.
///
/// # Threads
///
/// The runs are done one after the other, on the thread of the caller.
/// [`explore_parallel`] does them on all cores.
#[track_caller]
pub fn explore<'a, B, W, C, T, E, M>(body: B) -> Explore<'a, W, T>
where
    B: Fn() -> (W, C) + 'a,
    C: FutureOfResult<T, E>,
    C::IntoFuture: Future + 'static,
    T: 'static,
    E: Throw<M>,
{
    Explore::<W, T, OneThread>::new(Box::new(without_type(body)), OneThread)
}

/// As [`explore`], with the runs on all cores.
///
/// The function that makes the worlds and the coroutines has to be [`Sync`], and so have the
/// invariants, because several threads call them. Each run is made, runs and is checked on one
/// thread, so neither the coroutine nor its world has to be [`Send`]: both may hold an
/// [`Rc`](std::rc::Rc).
///
/// ```
/// use gen::testing::explore_parallel;
/// use gen::yield_;
/// use std::{cell::Cell, rc::Rc, time::Duration};
///
/// #[gen::coroutine]
/// fn book(seats: Rc<Cell<u32>>) -> gen::Result {
///     yield_!(gen::sleep(Duration::from_secs(60)))?;
///     seats.set(seats.get() - 1);
///     Ok(())
/// }
///
/// let booking = explore_parallel(|| {
///     let seats = Rc::new(Cell::new(5));
///     (seats.clone(), book(seats))
/// });
/// booking
///     .invariant(|seats, end| {
///         let seats = seats.get();
///         gen::ensure!(end.is_ok() || seats == 5, "{seats} seats are left");
///         Ok(())
///     })
///     .check();
/// ```
///
/// The report is that of [`explore`], in the same order, if the runs share nothing that they decide
/// by. So the world has to be made in the function, and not before. A thread-local value of the
/// caller is not there on the other threads, and theirs may come from a run before.
///
/// The threads end before the report is there. They have the name of the calling thread, and the
/// test harness captures what they print, in an order that is not fixed. The runs that learn the
/// steps, and the run that `GEN_EXPLORE` names, are done on the calling thread.
///
/// To start a thread takes as long as a few short runs. So this is worth it if the runs compute, or
/// with [`pairs`](Explore::pairs).
///
/// # Panics
///
/// [`check`](Explore::check) and [`report`](Explore::report) panic as those of [`explore`]. If
/// `body` panics in several runs, the panic is that of the run that [`explore`] would do first.
#[track_caller]
pub fn explore_parallel<'a, B, W, C, T, E, M>(body: B) -> Explore<'a, W, T, ManyThreads>
where
    B: Fn() -> (W, C) + Sync + 'a,
    C: FutureOfResult<T, E>,
    C::IntoFuture: Future + 'static,
    T: 'static,
    E: Throw<M>,
{
    Explore::<W, T, ManyThreads>::new(Box::new(without_type(body)), ManyThreads::on_all_cores())
}

/// A function that makes the same bodies, and forgets their type. It is `Sync` if `body` is.
fn without_type<'a, B, W, C, T, E, M>(body: B) -> impl Fn() -> (W, Body<T>) + 'a
where
    B: Fn() -> (W, C) + 'a,
    C: FutureOfResult<T, E>,
    C::IntoFuture: Future + 'static,
    T: 'static,
    E: Throw<M>,
{
    move || {
        let (world, coroutine) = body();
        let coroutine = coroutine.into_future();
        let body: Body<T> = Box::pin(async { coroutine.await.map_err(Throw::throw) });
        (world, body)
    }
}

/// An exploration, which [`explore`] or [`explore_parallel`] makes: `W` is the world, `T` the value
/// of the body, `N` says on how many threads it runs.
#[must_use = "an exploration does nothing before `check` or `report`"]
pub struct Explore<'a, W, T, N: Threads = OneThread> {
    pub(super) program: Program<'a, W, T, N>,
    pub(super) extent: Extent,
    threads: N,
}

impl<'a, W, T: 'static> Explore<'a, W, T> {
    /// Checks the world, and how the body has ended, after each run that ends. With several calls
    /// each of them has to hold.
    ///
    /// An error of the invariant, or a panic of an `assert!` in it, is a finding. After `Drop` the
    /// body has ended with [`Cancelled`](crate::Cancelled).
    ///
    /// Whatever the invariants are, these are findings, too: a body that hangs, one that panics by
    /// itself, and a program that is not deterministic.
    pub fn invariant(mut self, holds: impl Fn(&W, &Result<T>) -> Result + 'a) -> Self {
        self.program.invariants.push(Box::new(holds));
        self
    }
}

impl<'a, W, T: 'static> Explore<'a, W, T, ManyThreads> {
    /// Checks the world after each run that ends, as that of [`explore`]: on the thread of the run.
    pub fn invariant(mut self, holds: impl Fn(&W, &Result<T>) -> Result + Sync + 'a) -> Self {
        self.program.invariants.push(Box::new(holds));
        self
    }

    /// Runs on so many threads, with that of the caller. Without this call it is one for each core.
    ///
    /// 0 counts as 1. If the system refuses a thread, the others do its runs.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = ManyThreads(threads);
        self
    }
}

impl<'a, W, T: 'static, N: Threads> Explore<'a, W, T, N> {
    #[track_caller]
    fn new(body: Box<N::Body<'a, W, T>>, threads: N) -> Self {
        let by = Location::caller();
        let limits = Limits { time: TIME_LIMIT, steps: STEP_LIMIT, linger: Duration::ZERO, by };
        Explore {
            program: Program { body, invariants: Vec::new(), limits },
            extent: Extent { faults: Fault::ALL.to_vec(), visits: VISITS, orders: 0, pairs: false },
            threads,
        }
    }

    /// Explores only these faults. Without this call it is [all of them](Fault::ALL).
    pub fn faults(mut self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.extent.faults = faults.into_iter().collect();
        self
    }

    /// Explores the first `visits` visits of each step: a yield in a loop is a step in each round.
    /// Without this call it is 10.
    ///
    /// The [report](Report::not_explored) says what this has left out.
    pub fn visits(mut self, visits: usize) -> Self {
        self.extent.visits = visits;
        self
    }

    /// After each fault, explores a second one at each of the later steps.
    ///
    /// This needs about the square of the number of runs.
    pub fn pairs(mut self) -> Self {
        self.extent.pairs = true;
        self
    }

    /// Also runs the body in up to `orders` other orders, without a fault.
    ///
    /// The loop runs the tasks that are ready in a turn first come, first served, and a program may
    /// rely on it. Other executors promise no order. Each number is another seed, from which always
    /// the same order comes; two seeds may give the same one. The callbacks of
    /// [`add_callback`](crate::IoLoopHandle::add_callback) keep theirs.
    pub fn orders(mut self, orders: u64) -> Self {
        self.extent.orders = orders;
        self
    }

    /// After the end of the body, lets the other tasks of the loop go on for so long on the virtual
    /// clock, before the invariant looks.
    pub fn linger(mut self, time: Duration) -> Self {
        self.program.limits.linger = time;
        self
    }

    /// A body that has not ended within this time, on the virtual clock, hangs. Without this call
    /// it is a day.
    pub fn time_limit(mut self, time: Duration) -> Self {
        self.program.limits.time = time;
        self
    }

    /// A body that has not ended within so many steps hangs. Without this call it is 10,000.
    pub fn step_limit(mut self, steps: usize) -> Self {
        self.program.limits.steps = steps;
        self
    }

    /// Explores, and panics if there is a finding.
    ///
    /// # Panics
    ///
    /// With the [`Report`], if there is a finding. Also as [`report`](Self::report).
    #[track_caller]
    pub fn check(self) {
        let report = self.report();
        if !report.findings.is_empty() {
            panic!("{report}");
        }
        if report.repeated.is_some() || !report.not_explored.is_empty() {
            say(&report);
        }
    }

    /// Explores, and returns what was found.
    ///
    /// An exploration that takes longer than two seconds writes a line about its progress every
    /// second: to the standard error output, also where a harness captures the output of the tests.
    /// The calling thread writes it between two runs of its own, so there is no line while only
    /// other threads still have runs.
    ///
    /// # Panics
    ///
    /// If a loop is running on this thread, as in a coroutine; if the variable `GEN_EXPLORE` is set
    /// and cannot be read; and if `body` itself panics.
    #[track_caller]
    pub fn report(self) -> Report {
        assert_allowed();
        match env::var(PLAN_VARIABLE) {
            Ok(plan) => match plan.parse() {
                Ok(plan) => exploration::repeat(&|plan| N::run(&self.program, plan), plan),
                Err(why) => panic!("{PLAN_VARIABLE} cannot be read: {why}"),
            },
            Err(_) => self.threads.explore(&self.program, &self.extent),
        }
    }
}

impl<W, T, N: Threads> fmt::Debug for Explore<'_, W, T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explore")
            .field("faults", &self.extent.faults)
            .field("visits", &self.extent.visits)
            .field("orders", &self.extent.orders)
            .field("pairs", &self.extent.pairs)
            .finish_non_exhaustive()
    }
}

/// Writes to the standard error output, which the test harness captures.
#[expect(clippy::print_stderr, reason = "it is for the person who runs the test")]
fn say(text: &dyn fmt::Display) {
    eprintln!("{text}");
}
