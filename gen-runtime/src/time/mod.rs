//! Time: what a coroutine waits for with a timer. The timers themselves, and the clocks, belong to the
//! executor.
//!
//! | file | what it holds |
//! |---|---|
//! | `deadline.rs` | [`Deadline`]: some time from now, or a point in time |
//! | `now.rs` | the present time, on the clock that counts |
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
mod deadline;
mod grace;
mod moment;
mod now;
mod sleep;
mod timeout;

pub use self::deadline::Deadline;
pub use self::grace::CancelTimeout;
pub use self::moment::{moment, Moment};
pub use self::sleep::{sleep, Sleep};
pub use self::timeout::{with_timeout, TimedOut, WithTimeout};

pub(crate) use self::now::from_now;
pub(crate) use self::timeout::with_deadline;
