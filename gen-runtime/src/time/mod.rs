//! Time: clocks, timers, and what a coroutine waits for with them.
//!
//! | file | what it holds |
//! |---|---|
//! | `clock.rs` | [`Clock`], the real one, [`VirtualClock`] |
//! | `timers.rs` | the timers of one loop, by (deadline, creation) |
//! | `deadline.rs` | [`Deadline`]: some time from now, or a point in time |
//! | `sleep.rs` | [`sleep`] |
//! | `moment.rs` | [`moment`] |
//! | `timeout.rs` | [`with_timeout`] |
//! | `grace.rs` | a timeout that cancels first |
//!
//! A deadline is taken at the call, on the clock of the loop that runs there (else see [`sleep`]). The timer itself is made at the
//! first poll that has to wait, and taken back on drop: what is ready at once costs no timer.
//!
//! A deadline that no `Instant` can tell, such as that of [`Duration::MAX`](std::time::Duration::MAX), is `None` here, and never comes.
//! Its timer holds the waker or callback as any other does, but has no place in the order of deadlines: a clock, a virtual one too, is
//! not asked for it.
mod clock;
mod deadline;
mod grace;
mod moment;
mod sleep;
mod timeout;
mod timers;

pub use self::clock::{Clock, VirtualClock};
pub use self::deadline::Deadline;
pub use self::grace::CancelTimeout;
pub use self::moment::{moment, Moment};
pub use self::sleep::{sleep, Sleep};
pub use self::timeout::{with_timeout, Limited, WithTimeout};
pub use self::timers::TimerKey;

pub(crate) use self::clock::RealClock;
pub(crate) use self::deadline::from_now;
pub(crate) use self::timeout::with_deadline;
pub(crate) use self::timers::{Action, Timers};
