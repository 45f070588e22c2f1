//! [`Leaf`]: an event that a task waits for, with its place in the task.

use super::graph::{all_awaited, TaskDump};
use crate::error::Site;
use crate::inject::question::{ChainEnd, Waiting, WaitsFor};

/// One of the events that a task waits for.
pub(super) struct Leaf<'a> {
    /// The keys of the children around it, such as `[0]["a"]`.
    pub(super) keys: String,
    /// The innermost yield around it.
    pub(super) site: Option<Site>,
    pub(super) waits_for: &'a WaitsFor,
}

impl Leaf<'_> {
    /// The tasks that it waits for, if they are in the dump.
    pub(super) fn awaited(&self) -> impl Iterator<Item = usize> + '_ {
        all_awaited(self.waits_for).filter_map(|task| task.number)
    }
}

/// Whether it is a future that keeps no waker, so that nothing wakes the task for it.
pub(super) fn is_without_waker(waits_for: &WaitsFor) -> bool {
    matches!(waits_for, WaitsFor::Foreign { wakers: Some(0), .. })
}

/// All events that a task waits for.
pub(super) fn leaves(task: &TaskDump) -> Vec<Leaf<'_>> {
    task.waiting().map(leaves_of).unwrap_or_default()
}

/// All events that a chain ends with.
pub(super) fn leaves_of(waiting: &Waiting) -> Vec<Leaf<'_>> {
    let mut leaves = Vec::new();
    find(waiting, "", None, &mut leaves);
    leaves
}

fn find<'a>(waiting: &'a Waiting, keys: &str, around: Option<Site>, leaves: &mut Vec<Leaf<'a>>) {
    let site = waiting.sites().first().copied().or(around);
    match &waiting.end {
        ChainEnd::For(waits_for) => leaves.push(Leaf { keys: keys.to_owned(), site, waits_for }),
        ChainEnd::Several(several) => several.iter().for_each(|one| find(one, keys, site, leaves)),
        ChainEnd::Children(children) => {
            for child in &children.unfinished {
                find(&child.waiting, &format!("{keys}[{}]", child.key), site, leaves);
            }
        }
    }
}
