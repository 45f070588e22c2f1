//! Waits with a timer. The timers themselves and the clocks belong to the executor.
//!
//! | file | what it holds |
//! |---|---|
//! | `deadline.rs` | [`Deadline`]: a duration, or a point in time |
//! | `limit.rs` | [`TimeLimit`](limit::TimeLimit): the deadline of a timeout, from its first poll on |
//! | `waited.rs` | where the child of a timeout was waiting at the deadline |
//! | `now.rs` | the present time, on the clock of the executor that runs here |
//! | `sleep.rs` | [`sleep()`] |
//! | `moment.rs` | [`moment()`] |
//! | `every.rs` | [`every`]: ticks at equal distances |
//! | `timeout.rs` | [`with_timeout`], [`with_deadline`] |
//! | `time_left.rs` | [`time_left`]: what the deadlines around leave |
//! | `grace.rs` | a timeout that cancels before it drops |
//!
//! A sleep counts from its call, on the clock of the loop or of the runtime of tokio that runs
//! there (for a call where neither runs, see [`sleep()`]). A timeout counts from its first poll,
//! since nothing of it runs earlier. A timer is made at the first poll that has to wait, and is
//! removed when the future is dropped. So a timeout whose child is ready at once needs no timer,
//! reads no clock, and does not ask which host runs here.
//!
//! On a loop whose clock runs by itself, a timeout of a duration gets its deadline at the end of
//! the turn in which it begins: see `executor/timers/mod.rs`.
//!
//! A timeout binds its deadline around each poll of its child, so that code inside can ask how much
//! time is left: see `bindings/`. It does not bind it around the drop of the child.
//!
//! A deadline that is too late for an `Instant`, such as that of
//! [`Duration::MAX`](std::time::Duration::MAX), is `None` here, and never comes. Its timer holds
//! the waker or callback as any other does. But it has no place in the order of deadlines, so no
//! clock, not even a virtual one, waits for it.

mod deadline;
mod every;
mod grace;
mod limit;
mod moment;
mod now;
mod sleep;
mod time_left;
mod timeout;
mod waited;

pub use self::deadline::Deadline;
pub use self::every::{every, Every, NextTick, Tick};
pub use self::grace::CancelTimeout;
pub use self::moment::{moment, Moment};
pub use self::sleep::{sleep, Sleep};
pub use self::time_left::time_left;
pub use self::timeout::{with_deadline, with_timeout, SetAt, TimedOut, WithTimeout};

pub(crate) use self::now::{from_now, now};
pub(crate) use self::timeout::limited_until;
pub(crate) use self::waited::timeout_error;
