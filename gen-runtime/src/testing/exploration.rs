//! [`Exploration`]: the runs of an exploration, and the report about them.

use super::fault::Fault;
use super::finding::{End, Finding, What};
use super::left_out::left_out;
use super::plan::Plan;
use super::progress::Progress;
use super::report::Report;
use super::step::{visits, Step};

/// The runs that an exploration consists of.
pub(super) struct Extent {
    pub(super) faults: Vec<Fault>,
    /// So often each step is explored.
    pub(super) visits: usize,
    pub(super) orders: u64,
    pub(super) pairs: bool,
}

/// The steps of a run, what was wrong, if anything was, and its end.
pub(super) type Explored = (Vec<Step>, Option<What>, End);

/// An exploration that is going on.
pub(super) struct Exploration<'a> {
    extent: &'a Extent,
    /// Runs the body with the faults of a plan.
    run_body: &'a dyn Fn(&Plan) -> Explored,
    report: Report,
    /// The number of runs, as far as it can be known. A fault may change the steps after it, and so
    /// the number of second faults.
    planned: usize,
    progress: Progress,
}

impl<'a> Exploration<'a> {
    pub(super) fn new(
        extent: &'a Extent,
        run_body: &'a dyn Fn(&Plan) -> Explored,
        progress: Progress,
    ) -> Self {
        let report = Report {
            steps: Vec::new(),
            runs: 0,
            findings: Vec::new(),
            not_explored: Vec::new(),
            repeated: None,
        };
        // Each order is learned by two runs, and so are the steps without any fault.
        let learning = extent.orders.saturating_add(1).saturating_mul(2);
        let planned = usize::try_from(learning).unwrap_or(usize::MAX);
        Exploration { extent, run_body, report, planned, progress }
    }

    pub(super) fn explore(mut self) -> Report {
        let Some(steps) = self.learn(&Plan::default()) else {
            self.report.steps =
                self.report.findings.last().map_or_else(Vec::new, |found| found.steps.clone());
            return self.report;
        };
        for number in 1..=self.extent.orders {
            self.learn(&Plan::order(number));
        }
        self.explore_faults(&steps);
        self.report.not_explored = left_out(&steps, &self.extent.faults, self.extent.visits);
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
        let pairs = self.extent.pairs;
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
        for at in (first..steps.len()).filter(|at| visits[*at] <= self.extent.visits) {
            let fitting = self.extent.faults.iter().filter(|fault| steps[at].kind.fits(**fault));
            faults.extend(fitting.map(|fault| (at, *fault)));
        }
        faults
    }

    /// Runs a plan as one of the runs of the report.
    fn count_run(&mut self, plan: &Plan) -> Explored {
        self.progress.tell(&self.report, self.planned);
        self.report.runs += 1;
        (self.run_body)(plan)
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
    pub(super) fn repeat(mut self, plan: Plan) -> Report {
        let (mut steps, what, ended) = (self.run_body)(&plan);
        for number in 0..plan.faults.len() {
            let before = Plan { faults: plan.faults[..number].to_vec(), ..plan };
            let mut known = (self.run_body)(&before).0;
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

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::io::{self, Write};
    use std::rc::Rc;
    use std::time::Duration;

    use crate::executor::VirtualClock;
    use crate::testing::explore;

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
        let run = |plan: &Plan| explored.run(plan);
        let _report = Exploration::new(&explored.extent, &run, progress).explore();
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
