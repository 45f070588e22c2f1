//! The answer of a future in line to a question: the holders of the lock that it waits for.

use super::permits::Permits;
use crate::executor::current::task_of;
use crate::inject::question::{LockHolder, TaskRef, WaitsFor};

/// The number of holders that an answer names, besides those without whose permits the first one in
/// line cannot go on.
const NAMED: usize = 8;

/// `what` and `content` read as "a lock of u32".
#[cold]
pub(super) fn held(permits: &Permits, what: &'static str, content: Option<&'static str>) -> WaitsFor {
    let mut holders = permits.holders();
    let total = holders.len();
    // Stable, so the others stay in their order.
    holders.sort_by_key(|(_, is_needed)| !is_needed);
    let needed = holders.iter().filter(|(_, is_needed)| *is_needed).count();
    let named = holders.into_iter().take(needed.max(NAMED)).map(|(holder, is_needed)| LockHolder {
        task: task_of(holder.task).map(|task| TaskRef::to(Some(task))),
        taken_at: holder.at,
        has_taken: holder.has_taken,
        is_needed,
    });
    let holders: Vec<_> = named.collect();
    WaitsFor::Lock { what, content, more: total - holders.len(), holders }
}
