//! Waiting for a value that another thread may bring.
//!
//! | file | what it holds |
//! |---|---|
//! | `cell.rs` | [`WaiterCell`]: a value, or the waker of the future that waits for it |
//! | `oneshot.rs` | [`oneshot`]: a sender and a receiver of one value |
//! | `stage_lock.rs` | [`StageLock`]: a lock whose word also names the stage of the data |
//! | `shared.rs` | [`Shared`]: owners of one block, which let go of it at less cost than those of an `Arc` |
//! | `sides.rs` | [`two_sides`]: one block with a sole owner on one side and co-owners on the other |
//! | `waiters.rs` | [`Waiters`]: the wakers of several futures, under the lock of their owner |
//! | `wait_list.rs` | [`WaitList`]: the futures in line for things of which each goes to one of them |
//! | `models.rs` | what loom checks: a value against polls and drops on another thread |
//! | `models_of_blocks.rs` | what loom checks of `StageLock` and `two_sides` |
//!
//! # States
//!
//! | state | `poll` | `put` | `replace` | `forget` |
//! |---|---|---|---|---|
//! | empty: no value, and at most one waker | pending; the latest waker is kept | full; the waker is woken | full; the caller gets the waker | empty, without a waker |
//! | full | ready with the output of `read` | gives the new value back | full; the caller gets the old value | full |
//!
//! A full cell stays full, except where its owner [empties](WaiterCell::with) it.
//!
//! # Owners
//!
//! The cell owns the waker from a poll that is pending until the waker is replaced, forgotten or
//! woken. It owns the value until a reader takes it out. A module that guards more than one value
//! keeps a [`Waiter`], or [`Waiters`], in a [`StageLock`] of its own, by the same rules.
//!
//! # Two rules
//!
//! 1. *No code of a user runs under the lock.* The waker of a poll is cloned before the cell is
//!    locked. Whatever is moved out of the cell, a waker or a value, is handed out, and is woken or
//!    dropped after the lock. A closure that runs under the lock drops nothing of a user. So a
//!    waker may poll, fill or drop the very cell that wakes it.
//! 2. *A waker that panics harms only the future that it belongs to.* The code that fills a cell
//!    does not know the waker, so the panic is [reported](crate::report::contain) and ends there.
//!    A clone or a drop of a waker within `poll` panics to the caller, which has brought the waker.
//!    The clone comes before anything is changed. In a [`WaitList`] the drop is reported, too: the
//!    same poll may have been granted something, which would be lost.

mod cell;
#[cfg(all(test, loom))]
mod models;
#[cfg(all(test, loom))]
mod models_of_blocks;
mod oneshot;
mod shared;
mod sides;
mod stage_lock;
mod wait_list;
mod waiters;

pub(crate) use self::cell::{Stage, Waiter, WaiterCell};
pub(crate) use self::oneshot::{oneshot, Missing, Receiver, Sender};
pub(crate) use self::shared::{Counted, Owners, Shared};
pub(crate) use self::sides::{two_sides, CoOwner, SoleOwner, TwoSided};
pub(crate) use self::stage_lock::StageLock;
pub(crate) use self::wait_list::{poll_place, LineWaiter, Place, Removed, WaitList, Wakers};
pub(crate) use self::waiters::{WaiterId, WaiterIds, Waiters};
