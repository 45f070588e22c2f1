//! Tasks that wait for each other in a circle.

use std::mem::replace;

use super::graph::{Dump, TaskDump};
use super::leaves::{leaves, Leaf};

impl Dump {
    /// The circles of tasks that wait for each other, each with the numbers of its tasks in
    /// ascending order. A task that waits for itself is one, too.
    ///
    /// A task waits for the end of another one, or for a [lock](mod@crate::sync) that the other one
    /// has. A circle does not end by itself. Only an event from outside ends it, such as a
    /// cancellation, the end of a [timeout](crate::with_timeout) around one of the waits, or
    /// another child of a [`first_of`](fn@crate::first_of) that is ready first. Tasks that wait for
    /// promises of each other are not found, since a promise does not say who sets it.
    #[must_use]
    pub fn circles(&self) -> Vec<Vec<usize>> {
        circles(&self.tasks)
    }
}

/// The circles of tasks that wait for each other, by the numbers of the tasks. A task that waits
/// for itself is one, too.
///
/// A circle is a strongly connected component, found as by Kosaraju. It uses no recursion, because
/// a chain of tasks may be long.
fn circles(tasks: &[TaskDump]) -> Vec<Vec<usize>> {
    let awaited = |task| leaves(task).iter().flat_map(Leaf::awaited).collect();
    let awaits: Vec<Vec<usize>> = tasks.iter().map(awaited).collect();
    let mut is_taken = vec![false; tasks.len()];
    let mut circles = Vec::new();
    for start in from_last_to_first(&awaits) {
        let (mut circle, mut next) = (Vec::new(), vec![start]);
        while let Some(task) = next.pop() {
            if !replace(&mut is_taken[task], true) {
                circle.push(task);
                next.extend(&tasks[task].awaited_by);
            }
        }
        if circle.len() > 1 || (circle.len() == 1 && awaits[start].contains(&start)) {
            circle.sort_unstable();
            circles.push(circle);
        }
    }
    circles.sort_unstable();
    circles
}

/// All tasks, so that each comes after those that it is reached from, unless both are in one
/// circle.
fn from_last_to_first(awaits: &[Vec<usize>]) -> impl Iterator<Item = usize> {
    let mut is_found = vec![false; awaits.len()];
    let mut order = Vec::with_capacity(awaits.len());
    for start in 0..awaits.len() {
        let mut path = Vec::new();
        if !replace(&mut is_found[start], true) {
            path.push((start, awaits[start].iter()));
        }
        while let Some((task, left)) = path.last_mut() {
            match left.next() {
                Some(&other) if replace(&mut is_found[other], true) => {}
                Some(&other) => path.push((other, awaits[other].iter())),
                None => {
                    order.push(*task);
                    path.pop();
                }
            }
        }
    }
    order.into_iter().rev()
}
