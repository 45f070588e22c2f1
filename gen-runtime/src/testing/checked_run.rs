//! [`run_and_check`]: one run of a body, and the check of its invariants.

use std::panic::{catch_unwind, AssertUnwindSafe};

use super::exploration::Explored;
use super::fault::INJECTED;
use super::finding::{End, What};
use super::plan::Plan;
use super::run::{run, Body, Ended, Limits, Run};
use crate::error::Panicked;
use crate::Result;

/// Runs the body with the faults of a plan. Also returns what was wrong, if anything was.
pub(super) fn run_and_check<'i, W: 'i, T: 'static>(
    body: &dyn Fn() -> (W, Body<T>),
    invariants: impl Iterator<Item = &'i dyn Fn(&W, &Result<T>) -> Result>,
    plan: &Plan,
    limits: Limits,
) -> Explored {
    let (world, body) = body();
    let Run { steps, ended } = run(body, plan, limits);
    match ended {
        Ended::Hangs(hang, waiting) => (steps, Some(What::Hangs(hang)), End::Waiting(waiting)),
        Ended::With(result) => {
            let what = panic_of(&result).or_else(|| broken(invariants, &world, &result));
            (steps, what, End::Sentence(end_of(&result)))
        }
    }
}

fn broken<'i, W: 'i, T: 'i>(
    mut invariants: impl Iterator<Item = &'i dyn Fn(&W, &Result<T>) -> Result>,
    world: &W,
    result: &Result<T>,
) -> Option<What> {
    let broken = invariants.find_map(|holds| match catch_unwind(AssertUnwindSafe(|| holds(world, result))) {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(format!("{error:#}")),
        Err(payload) => Some(Panicked::new(payload).message().to_owned()),
    });
    broken.map(What::Broken)
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
