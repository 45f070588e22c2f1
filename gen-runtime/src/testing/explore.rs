//! [`explore`]: runs a body once for each fault at each of its steps.

use std::env;
use std::fmt;
use std::future::Future;
use std::panic::{catch_unwind, AssertUnwindSafe, Location};
use std::time::Duration;

use super::bench_loop::assert_allowed;
use super::fault::{Fault, INJECTED};
use super::finding::{End, Finding, What};
use super::left_out::left_out;
use super::plan::Plan;
use super::progress::Progress;
use super::report::Report;
use super::run::{run, Body, Ended, Limits, Run};
use super::step::{visits, Step};
use crate::error::{Panicked, Throw};
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
#[track_caller]
pub fn explore<'a, B, W, C, T, E, M>(body: B) -> Explore<'a, W, T>
where
    B: Fn() -> (W, C) + 'a,
    C: FutureOfResult<T, E>,
    C::IntoFuture: Future + 'static,
    T: 'static,
    E: Throw<M>,
{
    let body = move || {
        let (world, coroutine) = body();
        let coroutine = coroutine.into_future();
        let body: Body<T> = Box::pin(async { coroutine.await.map_err(Throw::throw) });
        (world, body)
    };
    let by = Location::caller();
    Explore {
        body: Box::new(body),
        faults: Fault::ALL.to_vec(),
        visits: VISITS,
        orders: 0,
        pairs: false,
        limits: Limits { time: TIME_LIMIT, steps: STEP_LIMIT, linger: Duration::ZERO, by },
        invariants: Vec::new(),
    }
}

type Invariant<'a, W, T> = Box<dyn Fn(&W, &Result<T>) -> Result + 'a>;

/// An exploration, which [`explore`] makes: `W` is the world, `T` the value of the body.
#[must_use = "an exploration does nothing before `check` or `report`"]
pub struct Explore<'a, W, T> {
    body: Box<dyn Fn() -> (W, Body<T>) + 'a>,
    faults: Vec<Fault>,
    visits: usize,
    orders: u64,
    pairs: bool,
    limits: Limits,
    invariants: Vec<Invariant<'a, W, T>>,
}

impl<'a, W, T: 'static> Explore<'a, W, T> {
    /// Explores only these faults. Without this call it is [all of them](Fault::ALL).
    pub fn faults(mut self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.faults = faults.into_iter().collect();
        self
    }

    /// Explores the first `visits` visits of each step: a yield in a loop is a step in each round.
    /// Without this call it is 10.
    ///
    /// The [report](Report::not_explored) says what this has left out.
    pub fn visits(mut self, visits: usize) -> Self {
        self.visits = visits;
        self
    }

    /// After each fault, explores a second one at each of the later steps.
    ///
    /// This needs about the square of the number of runs.
    pub fn pairs(mut self) -> Self {
        self.pairs = true;
        self
    }

    /// Also runs the body in up to `orders` other orders, without a fault.
    ///
    /// The loop runs the tasks that are ready in a turn first come, first served, and a program may
    /// rely on it. Other executors promise no order. Each number is another seed, from which always
    /// the same order comes; two seeds may give the same one. The callbacks of
    /// [`add_callback`](crate::IoLoopHandle::add_callback) keep theirs.
    pub fn orders(mut self, orders: u64) -> Self {
        self.orders = orders;
        self
    }

    /// Checks the world, and how the body has ended, after each run that ends. With several calls
    /// each of them has to hold.
    ///
    /// An error of the invariant, or a panic of an `assert!` in it, is a finding. After `Drop` the
    /// body has ended with [`Cancelled`](crate::Cancelled).
    ///
    /// Whatever the invariants are, these are findings, too: a body that hangs, one that panics by
    /// itself, and a program that is not deterministic.
    pub fn invariant(mut self, holds: impl Fn(&W, &Result<T>) -> Result + 'a) -> Self {
        self.invariants.push(Box::new(holds));
        self
    }

    /// After the end of the body, lets the other tasks of the loop go on for so long on the virtual
    /// clock, before the invariant looks.
    pub fn linger(mut self, time: Duration) -> Self {
        self.limits.linger = time;
        self
    }

    /// A body that has not ended within this time, on the virtual clock, hangs. Without this call
    /// it is a day.
    pub fn time_limit(mut self, time: Duration) -> Self {
        self.limits.time = time;
        self
    }

    /// A body that has not ended within so many steps hangs. Without this call it is 10,000.
    pub fn step_limit(mut self, steps: usize) -> Self {
        self.limits.steps = steps;
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
    ///
    /// # Panics
    ///
    /// If a loop is running on this thread, as in a coroutine; if the variable `GEN_EXPLORE` is set
    /// and cannot be read; and if `body` itself panics.
    #[track_caller]
    pub fn report(self) -> Report {
        assert_allowed();
        let exploration = Exploration::new(self, Progress::on_stderr());
        match env::var(PLAN_VARIABLE) {
            Ok(plan) => match plan.parse() {
                Ok(plan) => exploration.repeat(plan),
                Err(why) => panic!("{PLAN_VARIABLE} cannot be read: {why}"),
            },
            Err(_) => exploration.explore(),
        }
    }

    /// Runs the body with the faults of a plan. Also returns what was wrong, if anything was.
    fn run(&self, plan: &Plan) -> (Vec<Step>, Option<What>, End) {
        let (world, body) = (self.body)();
        let Run { steps, ended } = run(body, plan, self.limits);
        match ended {
            Ended::Hangs(hang, waiting) => (steps, Some(What::Hangs(hang)), End::Waiting(waiting)),
            Ended::With(result) => {
                let what = panic_of(&result).or_else(|| self.broken(&world, &result));
                (steps, what, End::Sentence(end_of(&result)))
            }
        }
    }

    fn broken(&self, world: &W, result: &Result<T>) -> Option<What> {
        let broken = self.invariants.iter().find_map(|holds| {
            match catch_unwind(AssertUnwindSafe(|| holds(world, result))) {
                Ok(Ok(())) => None,
                Ok(Err(error)) => Some(format!("{error:#}")),
                Err(payload) => Some(Panicked::new(payload).message().to_owned()),
            }
        });
        broken.map(What::Broken)
    }
}

/// The panic of a body, unless it was injected.
fn panic_of<T>(result: &Result<T>) -> Option<What> {
    let panicked = result.as_ref().err()?.downcast_ref::<Panicked>()?;
    (panicked.message() != INJECTED).then(|| What::Panicked(panicked.message().to_owned()))
}

fn end_of<T>(result: &Result<T>) -> String {
    match result {
        Ok(_) => "then the body ended with `Ok`".to_owned(),
        Err(error) => format!("then the body ended with the error `{error:#}`"),
    }
}

impl<W, T> fmt::Debug for Explore<'_, W, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explore")
            .field("faults", &self.faults)
            .field("visits", &self.visits)
            .field("orders", &self.orders)
            .field("pairs", &self.pairs)
            .finish_non_exhaustive()
    }
}

/// An exploration that is going on.
struct Exploration<'a, W, T> {
    explore: Explore<'a, W, T>,
    report: Report,
    /// The number of runs, as far as it can be known. A fault may change the steps after it, and so
    /// the number of second faults.
    planned: usize,
    progress: Progress,
}

impl<'a, W, T: 'static> Exploration<'a, W, T> {
    fn new(explore: Explore<'a, W, T>, progress: Progress) -> Self {
        let report = Report {
            steps: Vec::new(),
            runs: 0,
            findings: Vec::new(),
            not_explored: Vec::new(),
            repeated: None,
        };
        // Each order is learned by two runs, and so are the steps without any fault.
        let learning = explore.orders.saturating_add(1).saturating_mul(2);
        let planned = usize::try_from(learning).unwrap_or(usize::MAX);
        Exploration { explore, report, planned, progress }
    }

    fn explore(mut self) -> Report {
        let Some(steps) = self.learn(&Plan::default()) else {
            self.report.steps =
                self.report.findings.last().map_or_else(Vec::new, |found| found.steps.clone());
            return self.report;
        };
        for number in 1..=self.explore.orders {
            self.learn(&Plan::order(number));
        }
        self.explore_faults(&steps);
        self.report.not_explored = left_out(&steps, &self.explore.faults, self.explore.visits);
        self.report.steps = steps;
        self.report
    }

    /// Runs a plan twice, and compares the runs. `None` if there was a finding.
    fn learn(&mut self, plan: &Plan) -> Option<Vec<Step>> {
        let first = self.run(plan, &[])?;
        let (steps, _, ended) = self.count_run(plan);
        if let Some(at) = first_difference(&first, &steps) {
            let before = first.get(at).cloned();
            self.found(plan, What::Diverges { at, before }, steps, ended);
            return None;
        }
        Some(first)
    }

    /// Explores each fault at each step that it fits, and each pair of them if that is asked for.
    fn explore_faults(&mut self, steps: &[Step]) {
        let faults = self.faults_from(0, steps);
        let pairs = self.explore.pairs;
        // Until the steps after a fault are known, they count as those of the run without it.
        let pairs_after = |at: usize| match pairs {
            true => faults.iter().filter(|(second, _)| *second > at).count(),
            false => 0,
        };
        self.planned += faults.len() + faults.iter().map(|(at, _)| pairs_after(*at)).sum::<usize>();
        for (at, fault) in &faults {
            let plan = Plan::default().and(*at, *fault);
            let run = self.run(&plan, &steps[..=*at]);
            self.planned -= pairs_after(*at);
            if let (true, Some(run)) = (pairs, run) {
                self.explore_pairs(&plan, &run);
            }
        }
    }

    /// Explores each fault at each step after the last fault of `plan`, whose run had these steps.
    fn explore_pairs(&mut self, plan: &Plan, steps: &[Step]) {
        let faults = self.faults_from(plan.known_steps(), steps);
        self.planned += faults.len();
        for (at, fault) in faults {
            self.run(&plan.and(at, fault), &steps[..=at]);
        }
    }

    /// The faults that are to be explored, at the steps from `first` on.
    fn faults_from(&self, first: usize, steps: &[Step]) -> Vec<(usize, Fault)> {
        let visits = visits(steps);
        let mut faults = Vec::new();
        for at in (first..steps.len()).filter(|at| visits[*at] <= self.explore.visits) {
            let fitting = self.explore.faults.iter().filter(|fault| steps[at].kind.fits(**fault));
            faults.extend(fitting.map(|fault| (at, *fault)));
        }
        faults
    }

    /// Runs a plan as one of the runs of the report.
    fn count_run(&mut self, plan: &Plan) -> (Vec<Step>, Option<What>, End) {
        self.progress.tell(&self.report, self.planned);
        self.report.runs += 1;
        self.explore.run(plan)
    }

    /// Runs a plan. The run has to begin with the steps in `known`, and returns its own, unless it
    /// is a finding.
    fn run(&mut self, plan: &Plan, known: &[Step]) -> Option<Vec<Step>> {
        let (mut steps, what, ended) = self.count_run(plan);
        complete_chains(&mut steps, plan, known);
        let differs = first_difference(known, steps.get(..known.len()).unwrap_or(&steps));
        let diverges = differs.map(|at| What::Diverges { at, before: known.get(at).cloned() });
        match diverges.or(what) {
            Some(what) => {
                self.found(plan, what, steps, ended);
                None
            }
            None => Some(steps),
        }
    }

    fn found(&mut self, plan: &Plan, what: What, steps: Vec<Step>, ended: End) {
        self.report.findings.push(Finding { plan: plan.clone(), what, steps, ended });
    }

    /// Does only the run of that plan, and those that learn the chains of its faults.
    fn repeat(mut self, plan: Plan) -> Report {
        let (mut steps, what, ended) = self.explore.run(&plan);
        for number in 0..plan.faults.len() {
            let before = Plan { faults: plan.faults[..number].to_vec(), ..plan };
            let mut known = self.explore.run(&before).0;
            complete_chains(&mut known, &before, &steps);
            let failed = Plan { faults: vec![plan.faults[number]], ..plan };
            complete_chains(&mut steps, &failed, &known);
        }
        self.report.runs = 1;
        self.report.steps.clone_from(&steps);
        if let Some(what) = what.clone() {
            self.found(&plan, what, steps.clone(), ended.clone());
        }
        let what = what.unwrap_or(What::Nothing);
        self.report.repeated = Some(Finding { plan, what, steps, ended });
        self.report
    }
}

/// A yield that fails goes on in its poll, so its run does not know the yields that wait for it.
/// They are known from a run without the fault.
fn complete_chains(steps: &mut [Step], plan: &Plan, known: &[Step]) {
    for (at, _) in &plan.faults {
        let (Some(step), Some(known)) = (steps.get_mut(*at), known.get(*at)) else { continue };
        if known.chain.starts_with(&step.chain) {
            step.chain.clone_from(&known.chain);
        }
    }
}

fn first_difference(one: &[Step], other: &[Step]) -> Option<usize> {
    let differs = one.iter().zip(other).position(|(one, other)| one != other);
    differs.or_else(|| (one.len() != other.len()).then(|| one.len().min(other.len())))
}

/// Writes to the standard error output, which the test harness captures.
#[expect(clippy::print_stderr, reason = "it is for the person who runs the test")]
fn say(text: &dyn fmt::Display) {
    eprintln!("{text}");
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::io::{self, Write};
    use std::rc::Rc;

    use crate::executor::VirtualClock;

    #[derive(Clone, Default)]
    struct Output(Rc<RefCell<Vec<u8>>>);

    impl Write for Output {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(text)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The lines about an exploration of three steps, if each run takes so long.
    fn progress(takes: Duration, pairs: bool) -> Vec<String> {
        let (clock, output) = (VirtualClock::new(), Output::default());
        let progress = Progress::new(Box::new(clock.clone()), Box::new(output.clone()));
        let explored = explore(|| {
            clock.advance(takes);
            let body = async {
                for _ in 0..3 {
                    crate::sleep(Duration::from_secs(1)).await?;
                }
                Ok::<(), crate::Error>(())
            };
            ((), body)
        });
        let explored = match pairs {
            true => explored.faults([Fault::Cancel]).pairs(),
            false => explored.faults([Fault::Cancel, Fault::Drop]),
        };
        let _report = Exploration::new(explored, progress).explore();
        let text = String::from_utf8(output.0.take()).unwrap();
        text.lines().filter_map(|line| line.split_once("`: ")).map(|(_, runs)| runs.to_owned()).collect()
    }

    #[test]
    fn a_long_exploration_writes_a_line_in_each_second_after_the_second() {
        assert_eq!(
            progress(Duration::from_millis(500), false),
            ["4 of 8 runs are done after 2 s, 0 findings", "6 of 8 runs are done after 3 s, 0 findings"]
        );
    }

    #[test]
    fn the_planned_pairs_are_guessed_until_the_steps_after_a_fault_are_known() {
        assert_eq!(
            progress(Duration::from_secs(2), true),
            [
                "1 of 2 runs are done after 2 s, 0 findings",
                // Three faults, and three pairs of them.
                "2 of 8 runs are done after 4 s, 0 findings",
                // A body that is cancelled at an `.await` has no further steps.
                "3 of 6 runs are done after 6 s, 0 findings",
                "4 of 5 runs are done after 8 s, 0 findings",
            ]
        );
    }
}
