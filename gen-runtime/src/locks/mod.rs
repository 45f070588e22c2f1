//! Locks: Tornado's `locks`, for any executor and across threads. They are public as
//! [`gen::sync`](crate::sync).
//!
//! # How it works
//!
//! | file | what it holds |
//! |---|---|
//! | `lock.rs` | [`Lock`] and its guards |
//! | `rw_lock.rs` | [`RwLock`] and its guards |
//! | `semaphore.rs` | [`Semaphore`] and its permits |
//! | `event.rs` | [`Event`] |
//! | `condition.rs` | [`Condition`] |
//! | `barrier.rs` | [`Barrier`] |
//! | `content.rs` | [`Guarded`](content::Guarded): the content of a lock, and the access to it |
//! | `guards.rs` | the traits of the guards |
//! | `acquire.rs` | [`Acquire`]: the future of a guard or of permits |
//! | `answer.rs` | the answer of a future in line to a question |
//! | `permits.rs` | [`Permits`](permits::Permits): a fair semaphore, which knows its holders |
//! | `holders.rs` | the holders of permits |
//! | `holder_panic.rs` | [`HolderPanic`]: a holder has panicked |
//! | `models.rs` | loom models of all of them |
//!
//! All of them have one lock of a few words (`waiter/stage_lock.rs`), and in it the futures that
//! wait in line (`waiter/wait_list.rs`). Nothing of a user runs under it.
//!
//! ## Permits
//!
//! A `Lock` is a semaphore of one permit. A `RwLock` is one of many, of which a writer needs all
//! and a reader one.
//!
//! | state of a request | entered by | its permits | left by |
//! |---|---|---|---|
//! | new | the call | | `poll`: holds them, if enough are free and no future is in line; else in line |
//! | in line | `poll` | | `hand_over`: granted, if it is the first one and enough are free; `cancel`: leaves, and those behind it may be served; `close`: fails |
//! | granted, but not taken | `hand_over` | are its own, and no other future can have them | `poll`: holds them; `cancel`: gives them back |
//! | holds them | `poll`, `try_take` | are its own | `give_back` in the drop of the guard; `forfeit` |
//!
//! Each event that frees permits, or changes the first one in line, ends with `hand_over`, under
//! the same lock. So this always holds: *if a future is in line, the free permits are fewer than
//! the first one needs*. A task that is not in line takes nothing while a future is.
//!
//! ## Holders
//!
//! A request notes the task and the position of the call. They are in the list of holders from the
//! grant until the permits are given back. So there is always an answer to the question why a
//! future in line waits, also if the future that was granted the permits is not polled any more, or
//! if the guard is in a future that is not polled ("futurelock"). A holder is *needed* if the first
//! one in line cannot get its permits without those of that holder. Only such a holder is an edge
//! of the graph of a [`Dump`](crate::Dump), so a circle of the graph is a deadlock.
//!
//! A holder is the task that has asked. If it gives its guard to another task, the position still
//! tells where the guard comes from.
//!
//! ## What can go wrong
//!
//! | what | consequence |
//! |---|---|
//! | a future in line is dropped or cancelled | it leaves; those behind it are served, if what is free suffices for them |
//! | a future is dropped after the hand-over, before its poll | the next one in line is served |
//! | a holder panics | its guard is dropped as usual; `holder_panic` tells it, and nothing is poisoned |
//! | a waker panics | it is reported, and the others are woken |
//! | a guard is leaked | the lock is held for ever; a dump names the call that has taken it |

mod acquire;
mod answer;
mod barrier;
mod condition;
mod content;
mod event;
mod guards;
mod holder_panic;
mod holders;
mod lock;
#[cfg(all(test, loom))]
mod models;
mod permits;
mod rw_lock;
mod semaphore;

pub use self::acquire::Acquire;
pub use self::barrier::{Barrier, BarrierWait, BarrierWaitResult};
pub use self::condition::{Condition, ConditionWait};
pub use self::event::{Event, EventWait};
pub use self::holder_panic::HolderPanic;
pub use self::lock::{Lock, LockGuard, OwnedLockGuard};
pub use self::rw_lock::{
    OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, RwLockReadGuard, RwLockWriteGuard,
};
pub use self::semaphore::{OwnedSemaphorePermit, Semaphore, SemaphoreClosed, SemaphorePermit};
