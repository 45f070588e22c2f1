//! Many at once: the one parallel engine, used by every container that can be yielded.
//!
//! # How it works
//!
//! | file | what it holds |
//! |---|---|
//! | `engine.rs` | whom to poll, and when all have ended |
//! | `budget.rs` | how many children may end in one poll |
//! | `group.rs` | [`Group`]: children of one type, of any number; the future that a list or map becomes |
//! | `race.rs` | [`Race`]: children of one type, until the first of them ends; what `first_of` is made of |
//! | `tuple.rs` | the same for tuples, where each child has a type of its own |
//! | `pool.rs` | [`Pool`]: children of one type that come and go, their results in the order in which they end; what `WaitIterator` and `limit` are made of |
//! | `child_slots.rs` | who sits where in a pool, and which of them are new, have ended, or left |
//! | `slots.rs` | where the children live: one allocation, a child or its result in each slot |
//! | `wakers.rs` | a waker for each child: one allocation |
//! | `ready.rs` | the queue of children that were woken |
//! | `models.rs` | what loom checks: wakes from other threads against polls and drops |
//! | `panics.rs` | what a child that panics does to the others: nothing |
//! | `shape.rs` | what the results are put into, and how a child's place is called |
//! | `outcome.rs` | the error rule |
//! | `held_cancellations.rs` | what cancelled children have still to be told |
//! | `policy.rs` | [`Policy`]: what was said of errors by `quiet` and `fail_fast` |
//! | `settled.rs` | every child's own result |
//!
//! The first poll polls every child, in order. After that a poll takes the children that were woken since, in the order in which they were woken,
//! and polls only these. A child that is woken while its group is being polled waits for the next poll, which the group asks for; so no child can
//! keep the others from running. When [so many](budget) children have ended in one poll, and one
//! is pending, those that were woken behind it wait for the next poll too.
//!
//! A child's future is dropped as soon as it is ready. The group is ready when all children are.
//!
//! # The error rule
//!
//! As in Tornado, a failure stops nobody: all children run to their end. Then the first error in *child
//! order*, not in time, is raised; the others are kept in its [`others`](crate::Error::others), and logged
//! together, in one record.
//!
//! [`Multi::fail_fast`](crate::Multi::fail_fast) raises the first in time and drops the children that have not ended; [`Multi::settle`](crate::Multi::settle) raises nothing.
//!
//! # Panics
//!
//! A child that panics has failed, with [`Panicked`](crate::Panicked), and has ended: the others go on in
//! the same poll, and the error rule treats it as any other failure. The loop over the children is what
//! catches it. A panic of a child's destructor is logged; the child's result stays. Only the drop of the
//! group itself lets the panic of a destructor through, as the drop of a `Vec` does.
//!
//! # Dropped
//!
//! A group that is dropped before it has handed over its results, by a timeout, by an error that is thrown
//! at it, with its task, reports the failures that its children already had, in one record: `ERROR`, and
//! cancellations at `DEBUG`. What `quiet` names, here or at the timeout, is not reported.
//!
//! # Cancelled
//!
//! A group that is polled with a [cancellation](crate::inject), and is not ready in that poll, takes it and polls each running child once more, with one for that child. A child
//! that cannot be told is dropped and has failed; the others go on, and the group with them, also if it was to fail fast. What a shield holds back is kept for the
//! child's next polls.
//!
//! # Who may touch what
//!
//! Children and results belong to the group, and only its poll touches them. The wakers' allocation is shared between the group and
//! the wakers that children have cloned; it holds no child, so a waker that outlives its group only keeps a few bytes.

mod budget;
mod child_slots;
mod engine;
mod group;
mod held_cancellations;
#[cfg(all(test, loom))]
mod models;
mod outcome;
mod panics;
mod policy;
mod pool;
mod race;
mod ready;
mod settled;
mod shape;
mod slots;
mod tuple;
mod wakers;

pub(crate) use self::budget::ENDED_AT_ONCE;
pub(crate) use self::group::Group;
pub(crate) use self::outcome::{raise, report_dropped};
pub(crate) use self::policy::{Parallel, Policy, Until};
pub(crate) use self::pool::Pool;
pub use self::race::FirstOfNoneError;
pub(crate) use self::race::{Losers, Race};
pub(crate) use self::settled::{Settle, Settled};
pub(crate) use self::shape::{Array, BTree, BoxedSlice, ChildKeys, Deque, Hash, List, Shape};
pub(crate) use self::tuple::TupleOfPending;
