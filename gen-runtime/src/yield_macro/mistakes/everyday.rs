//! The [mistakes](super) with values that have a method whose future is to be yielded: locks,
//! queues, batches and others.

use std::rc::Rc;
use std::sync::Arc;

use super::{never_compiles, Mistake, NeverPending, Wrong};
use crate::queue::{PriorityQueue, Queue, Stack};
use crate::sync::{Barrier, Condition, Event, Lock, RwLock, Semaphore};
use crate::time::Every;
use crate::{Batch, LocalBatch, LocalSingleFlight, SingleFlight};

/// A lock without the call of `Lock::lock`.
#[derive(Debug)]
pub enum Locking {}

#[diagnostic::on_unimplemented(
    message = "`{Y}` cannot be yielded, only the wait for it",
    label = "a lock",
    note = "write `yield_!(lock.lock())`"
)]
pub trait YieldsLocks<Y: ?Sized> {}

never_compiles! { Locking:
    pub fn pending_yielded<B: YieldsLocks<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}

/// A lock without the call of `RwLock::read` or `RwLock::write`.
#[derive(Debug)]
pub enum Sharing {}

#[diagnostic::on_unimplemented(
    message = "`{Y}` cannot be yielded, only the wait for it",
    label = "a lock",
    note = "write `yield_!(lock.read())` or `yield_!(lock.write())`"
)]
pub trait YieldsRwLocks<Y: ?Sized> {}

never_compiles! { Sharing:
    pub fn pending_yielded<B: YieldsRwLocks<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}

/// A semaphore without the call of `Semaphore::acquire`.
#[derive(Debug)]
pub enum Acquiring {}

#[diagnostic::on_unimplemented(
    message = "`{Y}` cannot be yielded, only the wait for a permit",
    label = "a semaphore",
    note = "write `yield_!(semaphore.acquire())`"
)]
pub trait YieldsSemaphores<Y: ?Sized> {}

never_compiles! { Acquiring:
    pub fn pending_yielded<B: YieldsSemaphores<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}

/// An event, a condition or a barrier without the call of its `wait`.
#[derive(Debug)]
pub enum Awaiting {}

#[diagnostic::on_unimplemented(
    message = "`{Y}` cannot be yielded, only the wait for it",
    label = "an event, a condition or a barrier",
    note = "write `yield_!(value.wait())`, such as `yield_!(event.wait())`"
)]
pub trait YieldsEvents<Y: ?Sized> {}

never_compiles! { Awaiting:
    pub fn pending_yielded<B: YieldsEvents<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}

/// A queue without the call of its `get` or `put`.
#[derive(Debug)]
pub enum Getting {}

#[diagnostic::on_unimplemented(
    message = "`{Y}` cannot be yielded, only the wait for an item or for room",
    label = "a queue",
    note = "write `yield_!(queue.get())` for the next item, or `yield_!(queue.put(item))`"
)]
pub trait YieldsQueues<Y: ?Sized> {}

never_compiles! { Getting:
    pub fn pending_yielded<B: YieldsQueues<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}

/// A batch or a single flight without the call of its `load`.
#[derive(Debug)]
pub enum Loading {}

#[diagnostic::on_unimplemented(
    message = "`{Y}` cannot be yielded, only the load of a key",
    label = "a batch or a single flight",
    note = "write `yield_!(value.load(key))`, such as `yield_!(batch.load(key))`"
)]
pub trait YieldsLoaders<Y: ?Sized> {}

never_compiles! { Loading:
    pub fn pending_yielded<B: YieldsLoaders<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}

/// A ticker without the call of `Every::next`.
#[derive(Debug)]
pub enum Ticking {}

#[diagnostic::on_unimplemented(
    message = "`{Y}` cannot be yielded, only the wait for its next tick",
    label = "a ticker",
    note = "write `let tick = yield_!(every.next())?` for each tick"
)]
pub trait YieldsTickers<Y: ?Sized> {}

never_compiles! { Ticking:
    pub fn pending_yielded<B: YieldsTickers<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
}

/// Recognises the types, also behind a pointer.
macro_rules! everyday {
    ($($mistake:ident: $([$($parameter:ident $(: $bound:ident)?),*] $type:ty),+;)+) => {$($(
        everyday!(@each $mistake [$($parameter $(: $bound)?),*] $type: $type, &$type, &mut $type, Rc<$type>, Arc<$type>);
    )+)+};
    (@each $mistake:ident $parameters:tt $about:ty: $($type:ty),+) => {
        $(everyday!(@one $mistake $parameters $about: $type);)+
    };
    (@one $mistake:ident [$($parameter:ident $(: $bound:ident)?),*] $about:ty: $type:ty) => {
        impl<$($parameter $(: $bound)?),*> Mistake<$mistake> for $type {
            type About = $about;
        }
    };
}

everyday! {
    Locking: [T] Lock<T>;
    Sharing: [T] RwLock<T>;
    Acquiring: [] Semaphore;
    Awaiting: [] Event, [] Condition, [] Barrier;
    Getting: [T] Queue<T>, [T: Ord] PriorityQueue<T>, [T] Stack<T>;
    Loading: [K, V] Batch<K, V>, [K, V] SingleFlight<K, V>, [K, V] LocalBatch<K, V>, [K, V] LocalSingleFlight<K, V>;
    Ticking: [] Every;
}

#[cfg(all(feature = "governor", not(loom)))]
mod rates {
    //! Those with a rate.

    use super::{never_compiles, Arc, Mistake, NeverPending, Rc, Wrong};
    use crate::sync::Rate;

    /// A rate without the call of its `take`.
    #[derive(Debug)]
    pub enum Taking {}

    #[diagnostic::on_unimplemented(
        message = "`{Y}` cannot be yielded, only the wait for its turn",
        label = "a rate",
        note = "write `yield_!(rate.take())`"
    )]
    pub trait YieldsRates<Y: ?Sized> {}

    never_compiles! { Taking:
        pub fn pending_yielded<B: YieldsRates<Y::About>, T>(&self, _: &impl Sized) -> NeverPending<T>
    }

    everyday! {
        Taking: [] Rate;
    }
}
