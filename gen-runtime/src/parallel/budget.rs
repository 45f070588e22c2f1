//! The number of children that may end before a group lets other futures run.
//!
//! | group | stops when |
//! |---|---|
//! | a [limit](crate::limit()) that starts further children | so many have ended in this poll |
//! | a [`WaitIterator`](crate::WaitIterator) to which children are added | so many have ended since it was pending or a child was woken |
//! | a list, a map or a tuple; the woken children of a limit, an iterator or a scope | so many have ended in this poll, and one is pending |
//!
//! The group keeps the remaining children in their order, wakes itself once, and goes on in its
//! next poll. So a limit whose children are all ready does not block a timeout, a cancellation or
//! other tasks, nor does an iterator to which children are added without end.
//!
//! The last row is for executors that give a task a budget for one poll, as tokio does. Each ready
//! resource takes a part of the budget. When the budget is spent, even ready resources return
//! pending, and wake the task. A group that did not stop would poll all remaining children for
//! nothing in every poll, which is quadratic if, say, 100,000 timers are due at once. The number is
//! less than tokio's budget of 128. With the feature `tokio` the group also asks tokio, and stops
//! at the first pending child after the budget was spent, by whatever else the task polls: nested
//! groups, for example, share one budget.
//!
//! While an injection is in flight on the thread, no woken child is left: all results come before a
//! cancellation. Nor is one left in a poll that must have the same
//! [order](crate::inject::fixed_order) in each run, since a budget depends on all that the task
//! does.

/// See the top of the module.
pub(crate) const ENDED_AT_ONCE: usize = 100;

/// Whether the executor has given the running task a budget, and the task has spent it.
#[inline]
pub(crate) fn is_spent_by_executor() -> bool {
    #[cfg(all(feature = "tokio", not(loom)))]
    return !tokio::task::coop::has_budget_remaining();
    #[cfg(not(all(feature = "tokio", not(loom))))]
    false
}
