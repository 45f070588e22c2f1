//! [`explore`]: runs a coroutine once for each fault at each of its moments.

use std::env;
use std::fmt;
use std::future::Future;
use std::time::Duration;

use gen::Coroutine;
use serde::Serialize;

use super::exploration::{self, Extent};
use super::fault::Fault;
use super::plan::Plan;
use super::report::Report;
use super::run::{run_and_check, Limits, Program};
use crate::memory::Records;

/// The variable of the environment with which only one run is done.
const PLAN_VARIABLE: &str = "GEN_EXPLORE";

/// Ten years on the virtual clock.
const TIME_LIMIT: Duration = Duration::from_secs(3650 * 86_400);

/// A run with more moments hangs.
const MOMENT_LIMIT: usize = 10_000;

/// So often a moment of a loop is explored.
const VISITS: usize = 10;

/// Explores a durable coroutine: lets the process die at each moment of its run, goes on from the
/// journal, and looks each time whether the end is the same and the invariant holds.
///
/// `world` makes the outside for each run: a fake bank, a fake shop. It is what the steps change,
/// and what the [invariant](Explore::invariant) looks at, and it outlives the processes of its run.
/// `body` makes a new coroutine in that world, for each process. The [module](super) says which
/// moments and faults there are.
///
/// Nothing happens before [`check`](Explore::check) or [`report`](Explore::report).
///
/// ```
/// use gen::yield_;
/// use gen_durable::step;
/// use gen_durable::testing::explore;
/// use std::collections::BTreeSet;
/// use std::sync::{Arc, Mutex};
///
/// /// The payments that have arrived.
/// #[derive(Clone, Default)]
/// struct Bank(Arc<Mutex<Vec<u32>>>);
///
/// impl Bank {
///     async fn pay(self, amount: u32) -> gen::Result {
///         self.0.lock().unwrap().push(amount);
///         Ok(())
///     }
/// }
///
/// #[gen::coroutine]
/// fn order(bank: Bank) -> gen::Result {
///     yield_!(step("charge", move || bank.pay(30)))
/// }
///
/// let order = explore(Bank::default, |bank| order(bank.clone()));
/// let order = order.invariant(|bank, _| {
///     let payments = bank.0.lock().unwrap().len();
///     gen::ensure!(payments == 1, "{payments} payments");
///     Ok(())
/// });
/// let report = order.report();
///
/// // A step runs at least once, and this bank does not recognise the second request.
/// assert_eq!(report.findings().len(), 1);
/// assert_eq!(report.findings()[0].plan(), "3:Die");
/// let text = report.to_string();
/// assert!(text.contains("`3:Die`: the invariant does not hold: 2 pay"), "{text}");
/// assert!(text.contains("the process died after the step `charge` at "), "{text}");
/// assert!(text.contains(" had run, and before its outcome was recorded"), "{text}");
/// ```
///
/// # The end
///
/// A run with a death has to end as the run without it does. The value or the error is compared as
/// a journal keeps it. `now` follows the virtual clock, which begins with the year 2000, and
/// `random` and `uuid` follow from a [`seed`](Explore::seed), so each run has the same ones.
///
/// # To repeat one run
///
/// A finding names the run in which it was found, such as `4:Die`: a death at the moment 4. With
/// this name in the variable `GEN_EXPLORE` of the environment only that run is done, and all of its
/// moments are printed. Run one test then: the variable holds for every exploration of the process.
pub fn explore<'a, W, C, T>(world: impl Fn() -> W + 'a, body: impl Fn(&W) -> C + 'a) -> Explore<'a, W, T>
where
    C: Coroutine<Output = gen::Result<T>> + 'static,
    T: Serialize + 'static,
{
    let limits = Limits { time: TIME_LIMIT, moments: MOMENT_LIMIT, downtime: Duration::ZERO, seed: 0 };
    Explore {
        program: Program {
            world: Box::new(world),
            body: Box::new(move |world| Box::pin(body(world))),
            beside: Vec::new(),
            invariants: Vec::new(),
            limits,
        },
        extent: Extent { faults: vec![Fault::Die], visits: VISITS, pairs: false, ends_may_differ: false },
    }
}

/// An exploration, which [`explore`] makes: `W` is the world, `T` the value of the coroutine.
#[must_use = "an exploration does nothing before `check` or `report`"]
pub struct Explore<'a, W, T> {
    program: Program<'a, W, T>,
    extent: Extent,
}

impl<'a, W, T: Serialize + 'static> Explore<'a, W, T> {
    /// Checks the world, and how the coroutine has ended, after each run that ends. With several
    /// calls each of them has to hold.
    ///
    /// An error of the invariant, or a panic of an `assert!` in it, is a finding.
    ///
    /// Whatever the invariants are, these are findings, too: a coroutine that departs from its
    /// journal, that does something which is in no journal, that panics, hangs, or ends otherwise
    /// than without a death, and a program that is not deterministic.
    pub fn invariant(mut self, holds: impl Fn(&W, &gen::Result<T>) -> gen::Result + 'a) -> Self {
        self.program.invariants.push(Box::new(holds));
        self
    }

    /// Runs another coroutine beside each run, which no death touches: the customer who sends a
    /// [signal](fn@crate::signal) after a day. It is dropped at the end of the run. If it fails,
    /// that is a finding.
    ///
    /// ```
    /// use gen::yield_;
    /// use gen_durable::testing::explore;
    /// use gen_durable::{signal, with_timeout};
    /// use std::time::Duration;
    ///
    /// const DAY: Duration = Duration::from_secs(86_400);
    ///
    /// #[gen::coroutine]
    /// fn approval() -> gen::Result<String> {
    ///     yield_!(with_timeout(3 * DAY, signal("approved by")))
    /// }
    ///
    /// explore(|| (), |()| approval())
    ///     .beside(|(), records| {
    ///         let records = records.clone();
    ///         async move {
    ///             gen::sleep(DAY).await?;
    ///             records.send_signal("approved by", "Ada")
    ///         }
    ///     })
    ///     .invariant(|(), end| {
    ///         assert_eq!(end.as_ref().unwrap(), "Ada");
    ///         Ok(())
    ///     })
    ///     .check();
    /// ```
    pub fn beside<F>(mut self, beside: impl Fn(&W, &Records) -> F + 'a) -> Self
    where
        F: Future<Output = gen::Result> + 'static,
    {
        self.program.beside.push(Box::new(move |world, records| Box::pin(beside(world, records))));
        self
    }

    /// Explores these faults. Without this call it is only [`Die`](Fault::Die).
    ///
    /// After a [`Cancel`](Fault::Cancel) the coroutine may end as it likes, as long as the
    /// invariants hold.
    pub fn faults(mut self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.extent.faults = faults.into_iter().collect();
        self
    }

    /// After each fault, explores a second one at each of the later moments: a process that dies
    /// twice, or in the middle of the clean-up after a cancellation; a cancellation in the clean-up
    /// after another one.
    ///
    /// This needs about the square of the number of runs.
    pub fn pairs(mut self) -> Self {
        self.extent.pairs = true;
        self
    }

    /// Explores the first `visits` visits of each moment: a step in a loop has one in each round.
    /// Without this call it is 10.
    ///
    /// The [report](Report::not_explored) says what this has left out.
    pub fn visits(mut self, visits: usize) -> Self {
        self.extent.visits = visits;
        self
    }

    /// Lets so much time pass between a death and the next process, on the virtual clock. Without
    /// this call the next process begins at once.
    ///
    /// Deadlines may pass meanwhile, so [`ends_may_differ`](Self::ends_may_differ) belongs to it if
    /// the coroutine has timeouts.
    pub fn downtime(mut self, time: Duration) -> Self {
        self.program.limits.downtime = time;
        self
    }

    /// Lets a run with a death end otherwise than without it, as long as the invariants hold.
    ///
    /// It is for a coroutine whose steps take some time on the virtual clock, and race with a
    /// deadline or with each other: a step that runs again takes its time again.
    pub fn ends_may_differ(mut self) -> Self {
        self.extent.ends_may_differ = true;
        self
    }

    /// Chooses other values of [`random`](fn@crate::random) and [`uuid`](fn@crate::uuid). Without
    /// this call the seed is 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.program.limits.seed = seed;
        self
    }

    /// A coroutine that has not ended within this time, on the virtual clock, hangs. Without this
    /// call it is ten years.
    pub fn time_limit(mut self, time: Duration) -> Self {
        self.program.limits.time = time;
        self
    }

    /// A coroutine that has not ended within so many moments hangs. Without this call it is 10,000.
    pub fn moment_limit(mut self, moments: usize) -> Self {
        self.program.limits.moments = moments;
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
    /// # Panics
    ///
    /// If a loop is running on this thread, as in a coroutine; if the variable `GEN_EXPLORE` is set
    /// and cannot be read; and if one of the functions that make worlds and coroutines panics.
    #[track_caller]
    pub fn report(self) -> Report {
        assert!(
            gen::IoLoop::current().is_none(),
            "an exploration cannot run on a loop: call it in a plain test"
        );
        let run = |plan: &Plan| run_and_check(&self.program, plan);
        match env::var(PLAN_VARIABLE) {
            Ok(plan) => match plan.parse() {
                Ok(plan) => exploration::repeat(&self.extent, &run, &plan),
                Err(why) => panic!("{PLAN_VARIABLE} cannot be read: {why}"),
            },
            Err(_) => exploration::explore(&self.extent, &run),
        }
    }
}

impl<W, T> fmt::Debug for Explore<'_, W, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explore")
            .field("faults", &self.extent.faults)
            .field("visits", &self.extent.visits)
            .field("pairs", &self.extent.pairs)
            .finish_non_exhaustive()
    }
}

/// Writes to the standard error output, which the test harness captures.
#[expect(clippy::print_stderr, reason = "it is for the person who runs the test")]
fn say(text: &dyn fmt::Display) {
    eprintln!("{text}");
}
