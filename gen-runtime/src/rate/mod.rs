//! Rates: at most so many in a time, by a quota of the crate `governor`.
//!
//! | file | what it holds |
//! |---|---|
//! | `limiter.rs` | [`Rate`], and [`RateTake`]: the future of one turn |
//! | `clock.rs` | the clock of the host, as `governor` wants it |
//! | `paced.rs` | the children of a [`limit`](crate::limit()) with a rate |
//!
//! # How it works
//!
//! `governor` says whether one may go on now, and if not, when. The line is ours: a
//! [`Semaphore`](crate::sync::Semaphore) of one permit, which the first one in line holds while it
//! sleeps. So the others need no timer, and come in their order. A try that does not wait takes no
//! permit: it looks at the number of those that wait, and asks `governor` if there are none.
//!
//! | state of a turn | entered by | left by |
//! |---|---|---|
//! | in line | the first poll | it is the first one: times; a drop |
//! | times | it has the permit, and asks the quota at each poll | the quota lets it go on: over; a drop, by which the next one in line times |
//! | over | it has gone on, and has used a part of the quota | |
//!
//! A turn that is dropped before it is over has used nothing of the quota.

mod clock;
mod limiter;
mod paced;

pub use governor::Quota;

pub use self::limiter::{Rate, RateExceeded, RateTake};
pub use self::paced::{AtRate, Pace};
