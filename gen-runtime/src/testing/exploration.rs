//! The runs of an exploration, and the report about them.
//!
//! The first two runs learn the steps, without a fault. The steps give a list of [`Job`]s, which
//! depend on no other job. Each job makes a [`Part`] of the report, and the report is all parts in
//! the order of the jobs. So the jobs may be done [one after the other](in_turn), or
//! [on several threads](on_threads), and the report is the same.
//!
//! | who | owns |
//! |---|---|
//! | the calling thread | the report, the list of jobs, the lines about the progress |
//! | a thread that does a job | its part, and of each run in turn the loop, the world and the body |
//! | all threads | the settings, the function of the user, the learned steps: they only read them; the [`Tally`], whose counts decide nothing |
//!
//! | what goes wrong | effect |
//! |---|---|
//! | a run hangs, panics or breaks an invariant | a finding in the part of its job |
//! | the function that makes the bodies panics | no further job begins; the panic of the first such job goes on in the caller |
//! | runs share something, so that they influence each other | the run has other steps than those that were learned, which is a finding |

use std::cell::RefCell;

use super::fault::Fault;
use super::finding::{End, Finding, What};
use super::left_out::left_out;
use super::plan::Plan;
use super::progress::{Progress, Tally};
use super::report::Report;
use super::step::{visits, Step};
use super::workers;

/// The runs that an exploration consists of.
pub(super) struct Extent {
    pub(super) faults: Vec<Fault>,
    /// So often each step is explored.
    pub(super) visits: usize,
    pub(super) orders: u64,
    pub(super) pairs: bool,
}

impl Extent {
    /// The number of runs that learn: two for each order, and two for the steps without any fault.
    fn learning(&self) -> usize {
        usize::try_from(self.orders.saturating_add(1).saturating_mul(2)).unwrap_or(usize::MAX)
    }

    /// The faults that are to be explored, at the steps from `first` on.
    fn faults_from(&self, first: usize, steps: &[Step]) -> Vec<(usize, Fault)> {
        let visits = visits(steps);
        let mut faults = Vec::new();
        for at in (first..steps.len()).filter(|at| visits[*at] <= self.visits) {
            let fitting = self.faults.iter().filter(|fault| steps[at].kind.fits(**fault));
            faults.extend(fitting.map(|fault| (at, *fault)));
        }
        faults
    }
}

/// The steps of a run, what was wrong, if anything was, and its end.
pub(super) type Explored = (Vec<Step>, Option<What>, End);

/// Does all runs on this thread.
pub(super) fn in_turn(extent: &Extent, run: &dyn Fn(&Plan) -> Explored, progress: Progress) -> Report {
    let (tally, progress) = (Tally::planned(extent.learning()), RefCell::new(progress));
    let run = |plan: &Plan| {
        progress.borrow_mut().tell(&tally);
        run(plan)
    };
    let runs = Runs { extent, run: &run, tally: &tally };
    explore(&runs, |jobs, steps| jobs.iter().map(|job| runs.part(job, steps)).collect())
}

/// Does the runs that learn the steps on this thread, and the others on so many threads. This
/// thread is one of them.
pub(super) fn on_threads(
    extent: &Extent,
    run: &(dyn Fn(&Plan) -> Explored + Sync),
    progress: Progress,
    threads: usize,
) -> Report {
    let (tally, progress) = (Tally::planned(extent.learning()), RefCell::new(progress));
    let run_here = |plan: &Plan| {
        progress.borrow_mut().tell(&tally);
        run(plan)
    };
    let here = Runs { extent, run: &run_here, tally: &tally };
    explore(&here, |jobs, steps| {
        let elsewhere = |job: &Job| Runs { extent, run, tally: &tally }.part(job, steps);
        workers::share(jobs, threads.saturating_sub(1), |job| here.part(job, steps), elsewhere)
    })
}

/// Learns the steps, lets `work` do the jobs, and joins their parts.
fn explore(runs: &Runs<'_>, work: impl FnOnce(&[Job], &[Step]) -> Vec<Part>) -> Report {
    let mut all = Part::default();
    let Some(steps) = runs.learn(&Plan::default(), &mut all) else {
        let steps = all.findings.last().map_or_else(Vec::new, |found| found.steps.clone());
        return all.into_report(steps);
    };
    for part in work(&runs.jobs(&steps), &steps) {
        all.runs += part.runs;
        all.findings.extend(part.findings);
    }
    let not_explored = left_out(&steps, &runs.extent.faults, runs.extent.visits);
    Report { not_explored, ..all.into_report(steps) }
}

/// Does only the run of that plan, and those that learn the chains of its faults.
pub(super) fn repeat(run: &dyn Fn(&Plan) -> Explored, plan: Plan) -> Report {
    let (mut steps, what, ended) = run(&plan);
    for number in 0..plan.faults.len() {
        let before = Plan { faults: plan.faults[..number].to_vec(), ..plan };
        let mut known = run(&before).0;
        complete_chains(&mut known, &before, &steps);
        let failed = Plan { faults: vec![plan.faults[number]], ..plan };
        complete_chains(&mut steps, &failed, &known);
    }
    let mut only = Part { runs: 1, findings: Vec::new() };
    if let Some(what) = what.clone() {
        only.found(&plan, what, steps.clone(), ended.clone());
    }
    let what = what.unwrap_or(What::Nothing);
    let repeated = Finding { plan, what, steps: steps.clone(), ended };
    Report { repeated: Some(repeated), ..only.into_report(steps) }
}

/// Runs that depend on those of no other job.
enum Job {
    /// The runs in one order.
    Order(u64),
    /// The run with this fault at this step, and those with a second fault after it.
    Fault(usize, Fault),
}

/// The runs of one job, or of several.
#[derive(Default)]
struct Part {
    runs: usize,
    findings: Vec<Finding>,
}

impl Part {
    fn found(&mut self, plan: &Plan, what: What, steps: Vec<Step>, ended: End) {
        self.findings.push(Finding { plan: plan.clone(), what, steps, ended });
    }

    fn into_report(self, steps: Vec<Step>) -> Report {
        let Part { runs, findings } = self;
        Report { steps, runs, findings, not_explored: Vec::new(), repeated: None }
    }
}

/// Does runs, on one thread.
struct Runs<'a> {
    extent: &'a Extent,
    /// Runs the body with the faults of a plan.
    run: &'a dyn Fn(&Plan) -> Explored,
    tally: &'a Tally,
}

impl Runs<'_> {
    /// The jobs of an exploration of these steps.
    fn jobs(&self, steps: &[Step]) -> Vec<Job> {
        let faults = self.extent.faults_from(0, steps);
        self.tally.plan(faults.len());
        self.tally.plan(faults.iter().map(|(at, _)| self.guessed_pairs(*at, steps)).sum());
        let orders = (1..=self.extent.orders).map(Job::Order);
        orders.chain(faults.into_iter().map(|(at, fault)| Job::Fault(at, fault))).collect()
    }

    /// The number of runs with a second fault after the one at this step. Until the steps after a
    /// fault are known, they count as those of the run without it.
    fn guessed_pairs(&self, at: usize, steps: &[Step]) -> usize {
        match self.extent.pairs {
            true => self.extent.faults_from(0, steps).iter().filter(|(second, _)| *second > at).count(),
            false => 0,
        }
    }

    /// Does a job of an exploration of these steps.
    fn part(&self, job: &Job, steps: &[Step]) -> Part {
        let mut part = Part::default();
        match job {
            Job::Order(number) => drop(self.learn(&Plan::order(*number), &mut part)),
            Job::Fault(at, fault) => self.explore_fault(*at, *fault, steps, &mut part),
        }
        part
    }

    /// Runs a plan twice, and compares the runs. `None` if there was a finding.
    fn learn(&self, plan: &Plan, part: &mut Part) -> Option<Vec<Step>> {
        let first = self.run(plan, &[], part)?;
        let (steps, _, ended) = self.count_run(plan, part);
        if let Some(at) = first_difference(&first, &steps) {
            let before = first.get(at).cloned();
            self.found(part, plan, What::Diverges { at, before }, steps, ended);
            return None;
        }
        Some(first)
    }

    /// Explores a fault, and each pair that begins with it if that is asked for.
    fn explore_fault(&self, at: usize, fault: Fault, steps: &[Step], part: &mut Part) {
        let plan = Plan::default().and(at, fault);
        let run = self.run(&plan, &steps[..=at], part);
        self.tally.unplan(self.guessed_pairs(at, steps));
        if let (true, Some(run)) = (self.extent.pairs, run) {
            self.explore_pairs(&plan, &run, part);
        }
    }

    /// Explores each fault at each step after the last fault of `plan`, whose run had these steps.
    fn explore_pairs(&self, plan: &Plan, steps: &[Step], part: &mut Part) {
        let faults = self.extent.faults_from(plan.known_steps(), steps);
        self.tally.plan(faults.len());
        for (at, fault) in faults {
            self.run(&plan.and(at, fault), &steps[..=at], part);
        }
    }

    /// Runs a plan as one of the runs of the report.
    fn count_run(&self, plan: &Plan, part: &mut Part) -> Explored {
        let explored = (self.run)(plan);
        part.runs += 1;
        self.tally.count_run();
        explored
    }

    /// Runs a plan. The run has to begin with the steps in `known`, and returns its own, unless it
    /// is a finding.
    fn run(&self, plan: &Plan, known: &[Step], part: &mut Part) -> Option<Vec<Step>> {
        let (mut steps, what, ended) = self.count_run(plan, part);
        complete_chains(&mut steps, plan, known);
        let differs = first_difference(known, steps.get(..known.len()).unwrap_or(&steps));
        let diverges = differs.map(|at| What::Diverges { at, before: known.get(at).cloned() });
        match diverges.or(what) {
            Some(what) => {
                self.found(part, plan, what, steps, ended);
                None
            }
            None => Some(steps),
        }
    }

    fn found(&self, part: &mut Part, plan: &Plan, what: What, steps: Vec<Step>, ended: End) {
        self.tally.count_finding();
        part.found(plan, what, steps, ended);
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

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::io::{self, Write};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Barrier, Mutex};
    use std::time::Duration;

    use crate::executor::VirtualClock;
    use crate::testing::threads::Threads;
    use crate::testing::{explore, explore_parallel, ManyThreads, OneThread};

    #[derive(Clone, Default)]
    struct Output(Arc<Mutex<Vec<u8>>>);

    impl Output {
        /// The part of each line that is about the runs.
        fn runs(&self) -> Vec<String> {
            let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
            text.lines().filter_map(|line| line.split_once("`: ")).map(|(_, runs)| runs.to_owned()).collect()
        }
    }

    impl Write for Output {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(text)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    async fn three_steps() -> crate::Result {
        for _ in 0..3 {
            crate::sleep(Duration::from_secs(1)).await?;
        }
        Ok(())
    }

    /// The lines about an exploration of three steps, if each run takes so long.
    fn progress(takes: Duration, pairs: bool) -> Vec<String> {
        let (clock, output) = (VirtualClock::new(), Output::default());
        let progress = Progress::new(Box::new(clock.clone()), Box::new(output.clone()));
        let explored = explore(|| {
            clock.advance(takes);
            ((), three_steps())
        });
        let explored = match pairs {
            true => explored.faults([Fault::Cancel]).pairs(),
            false => explored.faults([Fault::Cancel, Fault::Drop]),
        };
        let run = |plan: &Plan| OneThread::run(&explored.program, plan);
        let _report = in_turn(&explored.extent, &run, progress);
        output.runs()
    }

    #[test]
    fn a_long_exploration_on_two_threads_writes_lines_too() {
        let (clock, output) = (VirtualClock::new(), Output::default());
        let progress = Progress::new(Box::new(clock.clone()), Box::new(output.clone()));
        let (runs, barrier) = (AtomicUsize::new(0), Barrier::new(2));
        let explored = explore_parallel(|| {
            // The first two runs learn the steps. Of the others each thread does three.
            if runs.fetch_add(1, Ordering::Relaxed) >= 2 {
                barrier.wait();
            }
            clock.advance(Duration::from_secs(1));
            ((), three_steps())
        })
        .faults([Fault::Cancel, Fault::Drop]);
        let run = |plan: &Plan| ManyThreads::run(&explored.program, plan);
        let _report = on_threads(&explored.extent, &run, progress, 2);
        let lines = output.runs();
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert_eq!(lines[0], "2 of 8 runs are done after 2 s, 0 findings");
        assert!(lines.iter().all(|line| line.contains(" of 8 runs are done after ")), "{lines:?}");
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
