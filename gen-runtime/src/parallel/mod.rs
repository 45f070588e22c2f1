//! Parallel yields: the engine of every container that can be yielded.
//!
//! # How it works
//!
//! | file | what it holds |
//! |---|---|
//! | `engine.rs` | the engine: which children to poll, and when the whole has ended |
//! | `budget.rs` | the number of children that may end before a group lets other futures run |
//! | `group.rs` | [`Group`]: children of one type; the future of a list or map |
//! | `race.rs` | [`Race`]: children of one type, until there is a first; the future of `first_of` and `first_ok` |
//! | `goal.rs` | which child of a race is the first |
//! | `tuple.rs` | the futures of tuples, where each child has a type of its own |
//! | `pool/` | [`Pool`]: children that are added and removed, with results in the order of their ends; for `WaitIterator` and `limit`; [`Members`]: the same without results, for scopes |
//! | `slots.rs` | the storage of the children: one allocation, with a child or its result in each slot |
//! | `wakers/` | a waker for each child, all in one allocation, and the queue of the woken children |
//! | `models/` | loom models: wakes from other threads against polls, drops and moves |
//! | `panics.rs` | panics of children |
//! | `shape.rs` | the containers of the results, and the keys of the children |
//! | `outcome.rs` | the error rule |
//! | `held_cancellations.rs` | cancellations that children have deferred |
//! | `policy.rs` | [`Policy`]: the event that ends a group, and the failures that are not logged |
//! | `settled.rs` | the future with the result of each child |
//!
//! The first poll polls every child, in order, unless one of them ends the whole. A later poll
//! takes the children that were woken since, and polls only these, in the order of their wakes. A
//! child that is woken during a poll of its group waits for the next poll, which its wake asks for.
//! So no child can keep the others from running. If [`ENDED_AT_ONCE`] children have ended in one
//! poll, and one is pending, the woken children after it wait for the next poll too: see
//! [`budget`].
//!
//! A group that comes to another thread between two polls polls each child once more: see
//! [the takeover](wakers).
//!
//! The future of a child is dropped as soon as it is ready. The group is ready when all children
//! are.
//!
//! # The error rule
//!
//! As in Tornado, a failure does not stop the other children: all run to their end. Then the first
//! error in *child order*, not in time, is raised. The others are kept in its
//! [`others`](crate::Error::others), and logged in one record.
//!
//! [`Multi::fail_fast`](crate::Multi::fail_fast) raises the first error in time, and drops the
//! children that have not ended. [`Multi::settle`](crate::Multi::settle) raises none.
//!
//! # Panics
//!
//! A child that panics has ended, and has failed with [`Panicked`](crate::Panicked). The others go
//! on in the same poll, and the error rule treats it like any other failure. A panic of a child's
//! destructor is logged, and the child's result stays. Only the drop of the group itself lets the
//! panic of a destructor through, as the drop of a `Vec` does.
//!
//! # Drop
//!
//! A group may be dropped before it has returned its results: by a timeout, by an injected error,
//! or with its task. Then it reports the failures of its children in one record at `ERROR`, and
//! their cancellations in one at `DEBUG`. Errors that `quiet` names, here or at the timeout, are
//! not reported.
//!
//! # Cancellation
//!
//! If a group is polled with a [cancellation](crate::inject) and is not ready in that poll, it
//! takes the cancellation, and polls each running child once more, with a clone of it. A child that
//! is pending and cannot take it is dropped, and has failed. The others go on until they end, even
//! with `fail_fast`. A cancellation that a child defers is kept for the next polls of that child.
//!
//! # Ownership
//!
//! Children and results belong to the group, and only its poll accesses them. The allocation of the
//! wakers is shared between the group and the wakers that children have cloned. It holds no child,
//! so a waker that outlives its group keeps little more than sixteen bytes for each child.

mod budget;
mod engine;
mod goal;
mod group;
mod held_cancellations;
#[cfg(all(test, loom))]
pub(crate) mod models;
mod outcome;
mod panics;
mod policy;
mod pool;
mod race;
mod settled;
mod shape;
mod slots;
mod tuple;
mod wakers;

pub(crate) use self::budget::{is_spent_by_executor, ENDED_AT_ONCE};
pub(crate) use self::goal::{End, Goal, Success, SuccessByKey};
pub use self::goal::{FirstOfNoneError, FirstOkNoneError};
pub(crate) use self::group::Group;
pub(crate) use self::outcome::{
    raise, raise_of_race, raise_own, report_dropped, report_losers, IsSuperseded,
};
pub(crate) use self::policy::{Parallel, Policy, Until};
pub(crate) use self::pool::{Members, NamesChildren, Pool};
pub(crate) use self::race::{FirstAndOthers, Losers, Race, RaceOptions, Settles};
pub(crate) use self::settled::{EachResult, Settle, Settled};
pub(crate) use self::shape::{Array, BTree, BoxedSlice, ChildKeys, Deque, Hash, List, Shape};
pub(crate) use self::tuple::{for_each_arity, TupleOfPending};
