//! When a group lets others have their turn, although children of it may go on.
//!
//! | who | stops when |
//! |---|---|
//! | a [limit](crate::limit()) that takes further children | so many have ended in this poll |
//! | a [`WaitIterator`](crate::WaitIterator) that is fed | so many have ended without anybody having waited or having been woken |
//! | a list, a map, a tuple, and the woken children of the others, of a scope too | so many have ended in this poll, and the next one is pending |
//!
//! It keeps the others in their order, wakes itself once, and goes on in its next poll. So neither a limit
//! whose children are all ready, nor an iterator that is fed endlessly, keeps a timeout, a cancellation or
//! other tasks from their turn.
//!
//! The last row is for executors that give a task a budget for one poll, as tokio does. Each resource that is
//! ready takes a part of it; when it is spent, all that are ready answer that they are pending, and have their
//! wakers called. A group that went on would poll all children that are left for nothing, in every poll: of
//! 100,000 timers that are due together it would be quadratic. The number is less than tokio's budget, 128.
//!
//! Where something is in flight, no woken child is left: all that are ready come before a cancellation.

/// See the module.
pub(crate) const ENDED_AT_ONCE: usize = 100;
