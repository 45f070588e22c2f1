//! Which tasks wait at the same place?

use std::collections::HashMap;
use std::mem::{discriminant, Discriminant};

use super::graph::{TaskDump, TaskState};
use super::leaves::is_without_waker;
use crate::error::Site;
use crate::inject::question::{ChainEnd, Link, Waiting, WaitsFor};

/// The number of tasks from which on they are a group.
const FEWEST: usize = 4;

/// The tasks in their order. Those of the same body that wait at the same place, for the same kind
/// of event, stand together if there are many of them.
pub(super) fn groups(tasks: &[TaskDump]) -> Vec<Vec<&TaskDump>> {
    let places: Vec<_> = tasks.iter().map(place).collect();
    let mut alike: HashMap<&[Part], Vec<&TaskDump>> = HashMap::new();
    for (task, place) in tasks.iter().zip(&places) {
        alike.entry(place).or_default().push(task);
    }
    let mut groups = Vec::new();
    for (task, place) in tasks.iter().zip(&places) {
        let group = &alike[place.as_slice()];
        if group.len() < FEWEST {
            groups.push(vec![task]);
        } else if group[0].number == task.number {
            groups.push(group.clone());
        }
    }
    groups
}

/// A part of the place where a task waits. Times, numbers and keys are not parts of it.
#[derive(PartialEq, Eq, Hash)]
enum Part {
    Task { body: &'static str, is_root: bool, state: Discriminant<TaskState> },
    Yield(Site),
    Timeout,
    Event { kind: Discriminant<WaitsFor>, is_without_waker: bool },
    Several(usize),
}

fn place(task: &TaskDump) -> Vec<Part> {
    let state = discriminant(&task.state);
    let mut place = vec![Part::Task { body: task.body, is_root: task.is_root, state }];
    task.waiting.iter().for_each(|waiting| add(waiting, &mut place));
    place
}

fn add(waiting: &Waiting, place: &mut Vec<Part>) {
    place.extend(waiting.chain.iter().map(|link| match link {
        Link::Yield { site, .. } => Part::Yield(*site),
        Link::Timeout { .. } => Part::Timeout,
    }));
    match &waiting.end {
        ChainEnd::For(waits_for) => place.push(Part::Event {
            kind: discriminant(waits_for),
            is_without_waker: is_without_waker(waits_for),
        }),
        ChainEnd::Children(children) => {
            place.push(Part::Several(children.unfinished.len()));
            children.unfinished.iter().for_each(|child| add(&child.waiting, place));
        }
        ChainEnd::Several(several) => {
            place.push(Part::Several(several.len()));
            several.iter().for_each(|one| add(one, place));
        }
    }
}
