//! Queues between tasks: [`Queue`], [`PriorityQueue`] and [`Stack`].
//!
//! They are Tornado's `queues`. Some tasks put items, and others get them. A queue works on any
//! executor and across threads, and is `Send` if its items are. Clones of a queue are the same
//! queue.
//!
//! ```
//! use gen::queue::Queue;
//! use gen::yield_;
//!
//! #[gen::coroutine]
//! fn produce(queue: Queue<u32>) -> gen::Result {
//!     for item in 0..5 {
//!         yield_!(queue.put(item))?; // waits while the queue has two items
//!     }
//!     queue.close();
//!     Ok(())
//! }
//!
//! #[gen::coroutine]
//! fn body() -> gen::Result<u32> {
//!     let queue = Queue::bounded(2);
//!     let producer = gen::spawn(produce(queue.clone()));
//!     let mut sum = 0;
//!     while let Some(item) = yield_!(queue.next())? {
//!         sum += item;
//!     }
//!     yield_!(producer)?;
//!     Ok(sum)
//! }
//! assert_eq!(gen::run_sync(body()).unwrap(), 10);
//! ```
//!
//! | queue | the next item |
//! |---|---|
//! | [`Queue`] | the oldest one |
//! | [`PriorityQueue`] | the smallest one, by its `Ord`; of equal ones the oldest |
//! | [`Stack`] | the newest one |
//!
//! The methods are the same:
//!
//! | to | use |
//! |---|---|
//! | put an item, and wait for room | [`put`](Queue::put) |
//! | put an item only if there is room | [`try_put`](Queue::try_put) |
//! | wait for room first, and make the item then | [`reserve`](Queue::reserve) |
//! | get an item | [`get`](Queue::get); [`next`](Queue::next) in a `while let`; [`stream`](Queue::stream) |
//! | get an item only if there is one | [`try_get`](Queue::try_get) |
//! | say that no item will follow | [`close`](Queue::close) |
//! | wait until all items are done | [`task_done`](Queue::task_done) after each of them, and [`join`](Queue::join) |
//! | limit a wait | [`with_timeout`](crate::with_timeout) around it |
//!
//! # Order
//!
//! Each wait is first come, first served. A future takes its place in line in its first poll. An
//! item, or room for one, is handed to the first future in line, and no other task can take it in
//! the meantime. So no task starves.
//!
//! The items of one task that puts them arrive in their order, in a [`Queue`]. Several tasks that
//! get items share them; a task that got an item earlier may be resumed later.
//!
//! # Cancellation
//!
//! A wait may be dropped at any time: no item is lost, and none is given twice.
//!
//! | dropped | consequence |
//! |---|---|
//! | [`Get`] or [`Next`] in line | it leaves |
//! | one that was handed an item, before its poll | the item goes back to its place, or to the next one in line |
//! | [`Put`] in line | its item was never in the queue; [`Put::into_item`] gives it back |
//! | one whose item was taken in, before its poll | nothing: the item is in the queue, and `into_item` says so |
//! | [`Reserve`] that was granted room, or a [`Permit`] | the room goes to the next one in line |
//! | [`Join`] | it leaves |
//!
//! While an item comes back, the queue may have more items than its capacity.
//!
//! # How it works
//!
//! The three queues are one engine with three stores. All of a queue is under one lock of a few
//! words: the items, the lines of those that wait, and the number of items that are not done. An
//! item that a future in line gets is handed over: from then on the place of the future has it, and
//! the store does not.
//!
//! | event | items in the store | line of `get` | line of `put` and `reserve` |
//! |---|---|---|---|
//! | `put` | if there is room: one more, unless the first getter gets it at once | the first one gets the item | else: enters |
//! | `get` | if there is one: the next one is given away | else: enters | before that the first one has its room: its item is among those of which the next one is given |
//! | `reserve` | | | has room if there is some; else enters |
//! | `Permit::send` | as `put`; its room becomes that of the item | as `put` | if the item was handed over: the first one has its room |
//! | the drop of a `Permit` | | | the first one has its room |
//! | the drop of a getter that was handed an item | the item comes back | the first one gets the item | |
//! | `close` | | all end, if no item can come | all end, and have their items back |
//! | `task_done` for the last item | | the line of `join` ends | |
//!
//! Two things always hold, when the lock is free:
//!
//! 1. If a getter is in line, the store is empty.
//! 2. If a putter is in line, there is no room: the items in the store and the permits are at least
//!    as many as the capacity.
//!
//! A closed queue is *drained* when the store is empty, there are no permits, and no getter was
//! handed an item that it has not taken: until then an item may still come. Getters end only then.
//!
//! | failure | consequence |
//! |---|---|
//! | a waker panics | it is reported, and the others are woken |
//! | the `Ord` of an item panics | the call panics, and no item is lost; the queue goes on, perhaps in another order |
//! | the `Ord` of an item uses the queue | the thread hangs: it compares under the lock |
//! | a task is dropped between `get` and `task_done` | `join` waits for ever; a dump shows it |

// | file | contents |
// |---|---|
// | `queues.rs` | the three queues |
// | `get.rs`, `put.rs`, `reserve.rs`, `join.rs` | the futures; `Getter` and `Putter` are their places |
// | `errors.rs` | the errors |
// | `engine.rs` | the lock, and the wakes outside of it |
// | `state.rs` | the events of the table, under the lock |
// | `store.rs` | the three orders of items |
// | `answer.rs` | the answer of a future in line to a question |
// | `models.rs` | what loom checks |
mod answer;
mod engine;
mod errors;
mod get;
mod join;
#[cfg(all(test, loom))]
mod models;
mod put;
mod queues;
mod reserve;
mod state;
mod store;

pub use self::errors::{QueueClosed, TaskDoneError, TryGetError, TryPutError};
pub use self::get::{Get, Items, Next};
pub use self::join::Join;
pub use self::put::Put;
pub use self::queues::{PriorityQueue, Queue, Stack};
pub use self::reserve::{Permit, Reserve};
