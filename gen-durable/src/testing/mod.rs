//! A test that lets the process die at each moment of a durable coroutine.
//!
//! [`explore`](fn@explore) runs a coroutine once without a fault, and then once for each fault at
//! each moment of that run. After a death the coroutine goes on from its journal, until it has
//! ended. Each time the end must be the same, and the invariants must hold. All runs are in memory
//! and on a virtual clock: a sleep of days passes at once. It is to the deaths of the process what
//! [`gen::testing::explore`](fn@gen::testing::explore) is to failures of a yield.
//!
//! # Moments
//!
//! A run is a list of *moments*. They are numbered from 0, in the order in which they happen. Each
//! entry of the journal has two: before and after it is written. Those of a replay have none.
//!
//! | moment | when it happens | faults that fit it |
//! |---|---|---|
//! | [`Begins`](MomentKind::Begins) | a process begins: the first one, or the next one after a death | `Cancel` |
//! | [`Before`](MomentKind::Before) | an entry is to be written | `Die` |
//! | [`StepEnded`](MomentKind::StepEnded) | a step has run, and the entry with its outcome is to be written | `Die` |
//! | [`After`](MomentKind::After) | an entry was written | `Die`, `Cancel` |
//! | [`StepWaits`](MomentKind::StepWaits) | a step that runs waits for something, and nothing else goes on | `Die`, `Cancel` |
//! | [`Ended`](MomentKind::Ended) | the end of the coroutine was written | `Die` |
//!
//! # Faults
//!
//! | [`Fault`] | effect |
//! |---|---|
//! | `Die` | the process ends, and nothing of it is dropped in order. The next one begins at once, with a new coroutine over the same journal |
//! | `Cancel` | the run is cancelled, as by [`SqliteStore::cancel`](crate::SqliteStore::cancel): also if the process dies before it knows. A second one adds nothing before the first is recorded |
//!
//! | what goes wrong | is found, because |
//! |---|---|
//! | a step is not idempotent | it runs again after a death at `StepEnded` or `StepWaits`, and the invariant does not hold |
//! | the coroutine depends on something that is in no journal | it departs from its journal, or ends otherwise than without a death |
//! | clean-up is lost | nothing of a dead process is dropped before the invariant looks; `Cancel` and a death in the [clean-up](Explore::pairs) |
//! | the coroutine waits for something that the dead process has done | it does not end within the [time limit](Explore::time_limit) |
//!
//! # Limits
//!
//! - A step that runs again takes its time again. If a timeout limits it, the run may end in
//!   another way than without a death, and rightly so: see
//!   [`ends_may_differ`](Explore::ends_may_differ).
//! - When the process dies in the middle of a poll, the other children of a group are still polled
//!   once. They begin no step.
//! - A task that a step has spawned, and a thread, live on when the process dies.
//! - A step that works on another thread has to hold a [`KeepAlive`](gen::Remote::keep_alive), as
//!   on every virtual clock.
//! - A coroutine that loops without a yield is not interrupted.

// | file | what it holds |
// |---|---|
// | `explore.rs` | the face: what to explore |
// | `exploration.rs` | the runs that it consists of, and what is compared |
// | `run.rs` | one run: a world, and its processes one after the other |
// | `script.rs` | counts the moments of a run, and says at which one something happens |
// | `journal.rs` | the journal of a process, which asks the script |
// | `moment.rs`, `fault.rs`, `plan.rs` | the words |
// | `finding.rs`, `report.rs` | the text |

mod exploration;
mod explore;
mod fault;
mod finding;
mod journal;
mod moment;
mod plan;
mod report;
mod run;
mod script;

pub use self::explore::{explore, Explore};
pub use self::fault::Fault;
pub use self::finding::Finding;
pub use self::moment::{Moment, MomentKind};
pub use self::report::Report;
