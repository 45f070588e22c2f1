//! A waker for each child of a group, in one allocation: a *block*.
//!
//! ```text
//! Header { references, owner, queue, parent, .. } | Entry 0 | Entry 1 | … | Entry n-1
//! ```
//!
//! The waker of a child points to the entry of the child. A wake queues the child, and wakes the
//! parent if the queue was empty.
//!
//! A [pool](super::pool) that grows adds blocks of the same form. Their entries continue the
//! numbering, and their children use the queue and the parent of the first block:
//!
//! ```text
//! Header { references, owner, first: → the one above, .. } | Entry n | Entry n+1 | …
//! ```
//!
//! | file | what it holds |
//! |---|---|
//! | `handle.rs` | [`Wakers`]: the handle of the group |
//! | `lazy.rs` | [`LazyWakers`]: the waker of the first poll, in which most groups need no block |
//! | `vtable.rs` | the functions of a waker |
//! | `block.rs` | the memory of a block |
//! | `free_list.rs` | freed blocks, for the next groups of the thread |
//! | `owner.rs` | the threads that own blocks |
//! | `references.rs` | the number of references to a block |
//! | `ready.rs` | the queue of the woken children |
//! | `parent.rs` | the waker of the parent |
//!
//! # The owner
//!
//! A block has one owner for all its life: the thread that makes it, or no thread. On the thread of
//! the owner, wakers are cloned, woken and dropped with plain loads and stores, and on any other
//! thread with atomics. So the common case, a task and its wakes on one thread, costs no atomic
//! operation for each child.
//!
//! # The takeover
//!
//! A group may come to another thread between two polls. Its block cannot: the old owner may use a
//! waker at the same time. So the group takes a new block, which no thread owns: there all threads
//! use atomics, and the group uses the cells on whatever thread it is. In this poll each child is
//! polled once more, to get its new waker: first those that were woken before, in their order, and
//! then all others. This happens at most once to a group, and it is the exception to the rule that
//! a poll goes only through the woken children. A child wakes the waker of its last poll, so no
//! wake is lost with the old wakers.
//!
//! # Who uses what, and until when
//!
//! | field | changed by | read by |
//! |---|---|---|
//! | `owner`, `count`, `base`, `first`, `index` | the maker, before others know the block | any thread |
//! | `spare`, `is_settled`, `here`, `is_muted` | the owner | the owner |
//! | `listed` | the owner; the poll of the group if no thread owns the block | the same |
//! | `next`, `head` | the same, with atomic stores | the same, and a group that was taken over |
//! | `all`, `there`, `is_taken`, `inbox`, `is_sent`, `behind` | any thread, by atomics or with the lock | any thread |
//!
//! The queue, the parent and the links of the children are used as the owner of the *first* block
//! says, also for the entries of further blocks. A block that is added on another thread has no
//! owner, which only says how its references are counted.
//!
//! # Safety
//!
//! - A block lives as long as `all` is not zero. [`Wakers`] holds one reference, and so does each
//!   cloned waker, and each further block to the first one. The waker of the `Context` that a child
//!   is polled with holds none: it is never dropped, and during the poll the group holds one.
//! - Fields of the owner are used after [`Header::is_mine`](block::Header::is_mine) was true, or by
//!   the holder of the owner's id, to which the handle was [left](owner::leave). If no thread owns
//!   the first block, `listed` is used by the group alone, which has `&mut`.
//! - Every pointer into a block is derived from the one that the allocator returned, so it may be
//!   offset between header and entries. An entry holds its index, from which the position of the
//!   header follows.
//! - A handle that is dropped on another thread than the owner's keeps the block until the owner
//!   makes its next group, or ends.

mod block;
mod free_list;
mod handle;
mod lazy;
mod owner;
mod parent;
mod ready;
mod references;
mod vtable;

pub(super) use self::block::checked_count;
pub(super) use self::handle::Wakers;
pub(super) use self::lazy::LazyWakers;
pub(super) use self::ready::{ReadyLink, Taken};
