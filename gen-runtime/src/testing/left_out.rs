//! The steps and faults that an exploration leaves out, as sentences for its report.

use super::fault::Fault;
use super::printing::count;
use super::step::{visits, Step, StepKind};
use crate::inject::observer::ALL_YIELDS_LOOK;

/// The kinds of steps that some faults do not fit, with a noun for one step, and the reason.
const WITHOUT_SOME: [(StepKind, &str, &str); 3] = [
    (StepKind::Ready, "yield", "that had a value at once, and waited for nothing"),
    (StepKind::ChildSuspended, "yield", "of children, for one child alone: they come with the whole task"),
    (StepKind::Awaiting, "suspension", "at an `.await`, which is no yield"),
];

/// The sentences about an exploration of these steps, with these faults at so many visits.
pub(super) fn left_out(steps: &[Step], faults: &[Fault], most_visits: usize) -> Vec<String> {
    let mut sentences = Vec::new();
    let beyond = visits(steps).into_iter().filter(|visit| *visit > most_visits).count();
    if beyond > 0 {
        let (steps, visits) = (count(beyond, "step"), count(most_visits, "visit"));
        sentences.push(format!("{steps} beyond the first {visits}"));
    }
    if faults.contains(&Fault::LostReply) && !ALL_YIELDS_LOOK {
        sentences.push("lost replies, which need debug assertions or the feature `testing`".to_owned());
    }
    for (kind, noun, reason) in WITHOUT_SOME {
        let number = steps.iter().filter(|step| step.kind == kind).count();
        let names = misfits(faults, kind);
        if number > 0 && !names.is_empty() {
            sentences.push(format!("{} at {} {reason}", names.join(", "), count(number, noun)));
        }
    }
    sentences
}

/// The names of those faults that do not fit a kind of step. A lost reply belongs to the end of a
/// yield, so it is not missed at a suspension.
fn misfits(faults: &[Fault], kind: StepKind) -> Vec<String> {
    let of_a_wait = faults.iter().filter(|fault| **fault != Fault::LostReply);
    of_a_wait.filter(|fault| !kind.fits(**fault)).map(|fault| format!("`{fault}`")).collect()
}
