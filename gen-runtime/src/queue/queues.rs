//! The three queues, which differ in the order of their items.

use std::fmt;
use std::sync::Arc;

use super::engine::sealed::AnyQueue;
use super::engine::Engine;
use super::errors::{TaskDoneError, TryGetError, TryPutError};
use super::get::{Get, Items, Next};
use super::join::Join;
use super::put::Put;
use super::reserve::Reserve;
use super::state::{Answer, Offer, Taken};
use super::store::{Fifo, Lifo, SmallestFirst};

/// Defines a queue. The examples have a queue of that type.
macro_rules! queue {
    ($(#[$doc:meta])* $name:ident, [$($bound:ident)?], $store:ident) => {
        $(#[$doc])*
        pub struct $name<T $(: $bound)?>(Arc<Engine<$store<T>>>);

        impl<T $(: $bound)?> $name<T> {
            /// A queue in which at most so many items wait.
            ///
            /// # Panics
            ///
            /// If the capacity is 0.
            #[doc(alias = "maxsize")]
            #[track_caller]
            #[must_use]
            pub fn bounded(capacity: usize) -> Self {
                assert!(capacity > 0, "a queue has room for one item at least");
                $name(Arc::new(Engine::new(capacity)))
            }

            /// A queue that is never full.
            #[must_use]
            pub fn unbounded() -> Self {
                $name(Arc::new(Engine::new(usize::MAX)))
            }

            /// Puts an item as soon as there is room.
            ///
            /// # Errors
            ///
            /// [`QueueClosed`](super::QueueClosed), if the queue is closed, or is closed during the
            /// wait. [`Put::into_item`] gives the item back.
            ///
            /// # Cancellation
            ///
            /// A future that is dropped in line has put nothing, and its item is dropped with it.
            /// To keep the item, yield a `&mut` of the future, such as in
            /// [`with_timeout`](crate::with_timeout), and call [`Put::into_item`] afterwards; or
            /// [`reserve`](Self::reserve) room, and make the item then.
            #[inline]
            pub fn put(&self, item: T) -> Put<'_, Self> {
                Put::new(self, item)
            }

            /// Puts an item if there is room now.
            ///
            /// ```
            /// use gen::queue::TryPutError;
            ///
            #[doc = concat!("let queue = gen::queue::", stringify!($name), "::bounded(1);")]
            /// queue.try_put("first").unwrap();
            /// let full = queue.try_put("second").unwrap_err();
            /// assert_eq!(full, TryPutError::Full("second"));
            /// assert_eq!(full.into_item(), "second");
            /// ```
            ///
            /// # Errors
            ///
            /// [`TryPutError`], which has the item, if the queue is full or closed. While other
            /// tasks wait for room, it is full.
            #[doc(alias = "put_nowait")]
            #[inline]
            pub fn try_put(&self, item: T) -> Result<(), TryPutError<T>> {
                match self.0.with(|state, wakers| state.offer(Offer::Item(item), wakers)) {
                    Err(Offer::Item(item)) => Err(TryPutError::Full(item)),
                    Ok(Answer::Refused(Offer::Item(item))) => Err(TryPutError::Closed(item)),
                    // An item is not answered with room.
                    Ok(_) | Err(Offer::Room) => Ok(()),
                }
            }

            /// Waits for room, which is for one item of the caller: see
            /// [`Permit::send`](super::Permit::send).
            ///
            /// So the item is made when its room is certain, and no cancellation can drop it.
            ///
            /// ```
            /// use gen::yield_;
            ///
            /// #[gen::coroutine]
            /// fn body() -> gen::Result<String> {
            #[doc = concat!("    let queue = gen::queue::", stringify!($name), "::bounded(1);")]
            ///     let permit = yield_!(queue.reserve())?;
            ///     assert!(queue.is_full());
            ///     permit.send("made now".to_owned());
            ///     yield_!(queue.get())
            /// }
            /// assert_eq!(gen::run_sync(body()).unwrap(), "made now");
            /// ```
            ///
            /// # Errors
            ///
            /// [`QueueClosed`](super::QueueClosed), if the queue is closed, or is closed during the
            /// wait.
            ///
            /// # Cancellation
            ///
            /// A future or a permit that is dropped leaves its room to the next one in line.
            #[inline]
            pub fn reserve(&self) -> Reserve<'_, Self> {
                Reserve::new(self)
            }

            /// Takes the next item, or waits for one.
            ///
            /// # Errors
            ///
            /// [`QueueClosed`](super::QueueClosed), if the queue is closed, and all items were
            /// taken.
            ///
            /// # Cancellation
            ///
            /// A future that is dropped loses no item: see [`Get`].
            #[inline]
            pub fn get(&self) -> Get<'_, Self> {
                Get::new(self)
            }

            /// As [`get`](Self::get), but gives `None` at the end: when the queue is closed, and
            /// all items were taken.
            ///
            /// ```
            /// use gen::yield_;
            ///
            /// #[gen::coroutine]
            /// fn body() -> gen::Result {
            #[doc = concat!("    let queue = gen::queue::", stringify!($name), "::unbounded();")]
            ///     queue.try_put("the only item").unwrap();
            ///     queue.close();
            ///     while let Some(item) = yield_!(queue.next())? {
            ///         assert_eq!(item, "the only item");
            ///     }
            ///     Ok(())
            /// }
            /// gen::run_sync(body()).unwrap();
            /// ```
            ///
            /// # Cancellation
            ///
            /// As of [`get`](Self::get).
            #[inline]
            pub fn next(&self) -> Next<'_, Self> {
                Next::new(self)
            }

            /// The items as a `Stream`, until the queue is closed and all items were taken.
            ///
            /// ```
            /// use futures::StreamExt;
            ///
            #[doc = concat!("let queue = gen::queue::", stringify!($name), "::unbounded();")]
            /// queue.try_put(7).unwrap();
            /// queue.close();
            /// assert_eq!(gen::block_on(queue.stream().collect::<Vec<_>>()), [7]);
            /// ```
            pub fn stream(&self) -> Items<Self> {
                Items::new(self.clone())
            }

            /// Takes the next item if there is one now.
            ///
            /// # Errors
            ///
            /// [`TryGetError`], if there is none.
            #[doc(alias = "get_nowait")]
            #[inline]
            pub fn try_get(&self) -> Result<T, TryGetError> {
                match self.0.take() {
                    Taken::Given(Some(entry)) => Ok(entry.item),
                    Taken::Given(None) => Err(TryGetError::Closed),
                    Taken::Nothing => Err(TryGetError::Empty),
                }
            }

            /// Says that an item that was taken is done.
            ///
            /// # Errors
            ///
            /// [`TaskDoneError`], if this was called more often than items were put.
            #[inline]
            pub fn task_done(&self) -> Result<(), TaskDoneError> {
                match self.0.task_done() {
                    true => Ok(()),
                    false => Err(TaskDoneError),
                }
            }

            /// Waits until all items are done: until [`task_done`](Self::task_done) was called for
            /// each item that was put. The wait cannot fail.
            ///
            /// ```
            #[doc = concat!("use gen::queue::", stringify!($name), ";")]
            /// use gen::yield_;
            ///
            /// #[gen::coroutine]
            #[doc = concat!("fn work(queue: ", stringify!($name), "<u32>) -> gen::Result<u32> {")]
            ///     let mut sum = 0;
            ///     while let Some(item) = yield_!(queue.next())? {
            ///         sum += item;
            ///         queue.task_done()?;
            ///     }
            ///     Ok(sum)
            /// }
            ///
            /// #[gen::coroutine]
            /// fn body() -> gen::Result<u32> {
            #[doc = concat!("    let queue = ", stringify!($name), "::bounded(1);")]
            ///     let worker = gen::spawn(work(queue.clone()));
            ///     for item in 1..=3 {
            ///         yield_!(queue.put(item))?;
            ///     }
            ///     yield_!(queue.join())?;
            ///     queue.close();
            ///     yield_!(worker)
            /// }
            /// assert_eq!(gen::run_sync(body()).unwrap(), 6);
            /// ```
            ///
            /// # Cancellation
            ///
            /// Dropping the future has no effect on the queue.
            pub fn join(&self) -> Join<'_, Self> {
                Join::new(self)
            }

            /// Closes the queue: no item can be put any more.
            ///
            /// The items in the queue can still be taken, and a [`Permit`](super::Permit) can still
            /// be used. When no item is left and none can come, the waits for an item end. The
            /// waits for room end at once, and each has its item back.
            ///
            /// No queue is closed by itself: tasks that wait for an item wait for ever if no other
            /// task has the queue any more.
            ///
            /// ```
            /// use gen::queue::QueueClosed;
            /// use gen::yield_;
            ///
            /// #[gen::coroutine]
            /// fn body() -> gen::Result {
            #[doc = concat!("    let queue = gen::queue::", stringify!($name), "::bounded(1);")]
            ///     yield_!(queue.put(1))?;
            ///     queue.close();
            ///     assert!(yield_!(queue.put(2)).unwrap_err().is::<QueueClosed>());
            ///     assert_eq!(yield_!(queue.get())?, 1);
            ///     assert!(yield_!(queue.get()).unwrap_err().is::<QueueClosed>());
            ///     Ok(())
            /// }
            /// gen::run_sync(body()).unwrap();
            /// ```
            pub fn close(&self) {
                self.0.close();
            }

            /// Whether it was [closed](Self::close).
            #[must_use]
            pub fn is_closed(&self) -> bool {
                self.0.is_closed()
            }

            /// The number of items in the queue. An item that was handed to a task in line is not
            /// among them.
            #[doc(alias = "qsize")]
            #[must_use]
            pub fn len(&self) -> usize {
                self.0.len()
            }

            /// Whether no item is in the queue.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Whether there is no room for an item. A [`Permit`](super::Permit) takes the room of
            /// its item.
            #[must_use]
            pub fn is_full(&self) -> bool {
                !self.0.has_room()
            }

            /// The greatest number of items; `None` if there is no limit.
            #[doc(alias = "maxsize")]
            #[must_use]
            pub fn capacity(&self) -> Option<usize> {
                self.0.capacity()
            }

            /// The number of items that were put and are not [done](Self::task_done).
            #[must_use]
            pub fn unfinished(&self) -> usize {
                self.0.unfinished()
            }
        }

        impl<T $(: $bound)?> AnyQueue for $name<T> {
            type Item = T;
            type Store = $store<T>;

            #[inline]
            fn engine(&self) -> &Engine<$store<T>> {
                &self.0
            }
        }

        /// The clone is the same queue.
        impl<T $(: $bound)?> Clone for $name<T> {
            fn clone(&self) -> Self {
                $name(self.0.clone())
            }
        }

        /// A queue that is never full.
        impl<T $(: $bound)?> Default for $name<T> {
            fn default() -> Self {
                $name::unbounded()
            }
        }

        /// It has the numbers of items and of futures in line.
        impl<T $(: $bound)?> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.debug(&mut f.debug_struct(stringify!($name)))
            }
        }
    };
}

queue! {
    /// A queue that gives the oldest item first: see the [module](crate::queue).
    ///
    /// ```
    /// let queue = gen::queue::Queue::bounded(3);
    /// for item in [1, 3, 2] {
    ///     queue.try_put(item).unwrap();
    /// }
    /// assert_eq!([(); 3].map(|()| queue.try_get().unwrap()), [1, 3, 2]);
    /// ```
    Queue, [], Fifo
}

queue! {
    /// A queue that gives the smallest item first, and of equal ones the oldest: see the
    /// [module](crate::queue).
    ///
    /// To get the largest one first, put `std::cmp::Reverse` of it.
    ///
    /// ```
    /// let queue = gen::queue::PriorityQueue::bounded(3);
    /// for item in [(1, "medium"), (0, "high"), (10, "low")] {
    ///     queue.try_put(item).unwrap();
    /// }
    /// assert_eq!([(); 3].map(|()| queue.try_get().unwrap().1), ["high", "medium", "low"]);
    /// ```
    ///
    /// The items are compared while the queue is locked: their `Ord` must not use the queue, and
    /// must not wait.
    PriorityQueue, [Ord], SmallestFirst
}

queue! {
    /// A queue that gives the newest item first: see the [module](crate::queue).
    ///
    /// The item of a [`put`](Self::put) that waits for room is newer than those in the queue.
    ///
    /// ```
    /// let stack = gen::queue::Stack::bounded(3);
    /// for item in [3, 2, 1] {
    ///     stack.try_put(item).unwrap();
    /// }
    /// assert_eq!([(); 3].map(|()| stack.try_get().unwrap()), [1, 2, 3]);
    /// ```
    #[doc(alias = "LifoQueue")]
    Stack, [], Lifo
}
