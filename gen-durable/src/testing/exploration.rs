//! The runs of an exploration, and the report about them.
//!
//! | run | has to |
//! |---|---|
//! | the first one, without a fault | come to an end, with which the others are compared |
//! | with a death after the last entry | replay the whole journal, and come to the same end |
//! | with a death, or with a second one | come to the end of the run without it |
//! | with a cancellation | come to an end |
//!
//! Up to its last fault a run has to be the same as the run without it: the coroutine and the world
//! are new, and have no other faults. If the first or the second run is a finding, there are no
//! others.

use gen::testing::printing::count;

use super::fault::Fault;
use super::finding::{Finding, What};
use super::moment::{visits, Moment};
use super::plan::Plan;
use super::report::Report;
use crate::journal::Outcome;

/// The runs that an exploration consists of.
pub(super) struct Extent {
    pub(super) faults: Vec<Fault>,
    /// So often each moment is explored.
    pub(super) visits: usize,
    pub(super) pairs: bool,
    pub(super) ends_may_differ: bool,
}

/// A run: its moments, what was wrong, if anything was, and its end.
pub(super) struct Explored {
    pub(super) moments: Vec<Moment>,
    pub(super) what: Option<What>,
    /// `None` if it has not ended.
    pub(super) outcome: Option<Outcome>,
    pub(super) ended: String,
}

/// The beginning and the end that a run has to have.
#[derive(Clone, Copy, Default)]
struct Known<'a> {
    moments: &'a [Moment],
    outcome: Option<&'a Outcome>,
}

struct Runs<'a> {
    extent: &'a Extent,
    run: &'a dyn Fn(&Plan) -> Explored,
    runs: usize,
    findings: Vec<Finding>,
    /// The moments after a first fault that were left out as second ones.
    beyond_in_pairs: usize,
}

/// Does all runs.
pub(super) fn explore(extent: &Extent, run: &dyn Fn(&Plan) -> Explored) -> Report {
    let mut runs = Runs { extent, run, runs: 0, findings: Vec::new(), beyond_in_pairs: 0 };
    let Some((moments, outcome)) = runs.run(&Plan::default(), Known::default()) else {
        let moments = runs.findings.last().map_or_else(Vec::new, |found| found.moments.clone());
        return runs.into_report(moments);
    };
    let known = Known { moments: &moments, outcome: outcome.as_ref() };
    let last = moments.len().saturating_sub(1);
    if extent.faults.contains(&Fault::Die) {
        let replay = Plan::default().and(last, Fault::Die);
        if runs.run(&replay, known).is_none() {
            return runs.into_report(moments);
        }
    }
    for (at, fault) in runs.faults_from(0, &moments) {
        if (at, fault) != (last, Fault::Die) {
            runs.explore_fault(at, fault, known);
        }
    }
    let beyond = number_beyond(extent, 0, &moments);
    let not_explored = left_out(extent, beyond, runs.beyond_in_pairs);
    Report { not_explored, ..runs.into_report(moments) }
}

/// Does only the run of that plan, and the one with which it is compared.
pub(super) fn repeat(extent: &Extent, run: &dyn Fn(&Plan) -> Explored, plan: &Plan) -> Report {
    let mut before = plan.clone();
    let last = before.faults.pop();
    let compares = !extent.ends_may_differ && last.is_some_and(|(_, fault)| fault == Fault::Die);
    let expected = if compares { run(&before).outcome } else { None };
    let Explored { moments, what, outcome, ended } = run(plan);
    let what = what.or_else(|| What::other_end(expected.as_ref(), outcome.as_ref()));
    let finding = |what| Finding { plan: plan.clone(), what, moments: moments.clone(), ended: ended.clone() };
    Report {
        runs: 1,
        findings: what.clone().map(finding).into_iter().collect(),
        not_explored: Vec::new(),
        repeated: Some(finding(what.unwrap_or(What::Nothing))),
        moments,
    }
}

impl Runs<'_> {
    /// The faults that are to be explored, at the moments from `first` on.
    fn faults_from(&self, first: usize, moments: &[Moment]) -> Vec<(usize, Fault)> {
        let visits = visits(moments);
        let explored = (first..moments.len()).filter(|at| visits[*at] <= self.extent.visits);
        let fitting = |at: usize| {
            let faults = self.extent.faults.iter().copied();
            faults.filter(move |fault| moments[at].kind.fits(*fault)).map(move |fault| (at, fault))
        };
        explored.flat_map(fitting).collect()
    }

    /// Explores a fault, and each pair that begins with it if that is asked for.
    fn explore_fault(&mut self, at: usize, fault: Fault, known: Known<'_>) {
        let plan = Plan::default().and(at, fault);
        let Some((moments, outcome)) = self.run(&plan, known) else { return };
        if !self.extent.pairs {
            return;
        }
        let known = Known { moments: &moments, outcome: outcome.as_ref() };
        self.beyond_in_pairs += number_beyond(self.extent, at + 1, &moments);
        for (second, fault) in self.faults_from(at + 1, &moments) {
            self.run(&plan.and(second, fault), known);
        }
    }

    /// Runs a plan. `known` is the run without its last fault. Returns the moments and the end,
    /// unless the run is a finding.
    fn run(&mut self, plan: &Plan, known: Known<'_>) -> Option<(Vec<Moment>, Option<Outcome>)> {
        let Explored { moments, what, outcome, ended } = (self.run)(plan);
        self.runs += 1;
        let last = plan.faults.last();
        let beginning = last.map_or(&[][..], |(at, _)| &known.moments[..=*at]);
        let differs = (0..beginning.len()).find(|at| moments.get(*at) != beginning.get(*at));
        let diverges = differs.map(|at| What::Diverges { at, before: beginning[at].clone() });
        let is_compared = !self.extent.ends_may_differ && last.is_some_and(|(_, fault)| *fault == Fault::Die);
        let other_end = || What::other_end(known.outcome.filter(|_| is_compared), outcome.as_ref());
        // A departure from the journal says more than that the program is not deterministic.
        let (stopped, what) = match what {
            Some(What::Stopped(_)) => (what, None),
            what => (None, what),
        };
        match stopped.or(diverges).or(what).or_else(other_end) {
            Some(what) => {
                self.findings.push(Finding { plan: plan.clone(), what, moments, ended });
                None
            }
            None => Some((moments, outcome)),
        }
    }

    fn into_report(self, moments: Vec<Moment>) -> Report {
        let Runs { runs, findings, .. } = self;
        Report { moments, runs, findings, not_explored: Vec::new(), repeated: None }
    }
}

/// The number of the moments from `first` on that are not explored, because their like has happened
/// too often.
fn number_beyond(extent: &Extent, first: usize, moments: &[Moment]) -> usize {
    visits(moments).into_iter().skip(first).filter(|visit| *visit > extent.visits).count()
}

/// The sentences about the moments that are left out: those of the first run, and those at which a
/// second fault could be.
fn left_out(extent: &Extent, beyond: usize, in_pairs: usize) -> Vec<String> {
    let visits = count(extent.visits, "visit");
    let first = (beyond > 0).then(|| format!("{} beyond the first {visits}", count(beyond, "moment")));
    let second = (in_pairs > 0).then(|| {
        format!(
            "second faults at {} beyond the first {visits}, in the runs with a first fault",
            count(in_pairs, "moment")
        )
    });
    first.into_iter().chain(second).collect()
}
