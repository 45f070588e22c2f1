//! [`Semaphore`], and its permits.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use super::acquire::{sealed::Grant, Acquire};
use super::answer::held;
use super::holders::HolderKey;
use super::permits::{Closed, Permits};
use crate::error::unit_error;
use crate::inject::question::WaitsFor;
use crate::Result;

unit_error! {
    /// A [`Semaphore`](crate::sync::Semaphore) was [closed](crate::sync::Semaphore::close): it
    /// gives no permits any more.
    pub SemaphoreClosed: "the semaphore was closed"
}

/// Limits how many tasks may do something at once: each takes a permit first.
///
/// It works on any executor, and across threads. It is served first come, first served. A request
/// for many permits is not overtaken by smaller ones, so no task starves. The permits of those that
/// are served belong to them at once: no other task can take them in the meantime.
///
/// A permit is given back when it is dropped, so no task can give back more than there was: a
/// semaphore is always Tornado's `BoundedSemaphore`, unless [`add_permits`](Self::add_permits) is
/// called.
///
/// ```
/// use gen::sync::Semaphore;
/// use gen::yield_;
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn fetch(connections: &Semaphore) -> gen::Result {
///     let _permit = yield_!(connections.acquire())?;
///     yield_!(gen::sleep(Duration::from_secs(1)))
/// }
///
/// #[gen::coroutine]
/// fn body() -> gen::Result<Duration> {
///     let connections = Semaphore::new(2);
///     let began = gen::IoLoop::current().unwrap().now();
///     yield_!((0..6).map(|_| fetch(&connections)).collect::<Vec<_>>())?;
///     Ok(gen::IoLoop::current().unwrap().now() - began)
/// }
/// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
/// assert_eq!(io_loop.run_sync(body()).unwrap(), Duration::from_secs(3));
/// ```
///
/// # As a bulkhead
///
/// A server that is to refuse requests while it has too many takes a permit for each one with
/// [`try_acquire`](Self::try_acquire), which does not wait. One that lets them wait for a while
/// puts a [timeout](crate::with_timeout) around [`acquire`](Self::acquire). The guide
/// [shows both](crate::guide::everyday#at-most-so-many-at-once).
///
/// # In a dump
///
/// A [dump](crate::dump()) shows which tasks wait, which tasks have the permits, and since which
/// line. If all
/// that those tasks need is a permit themselves, the program is stuck; the dump has a circle if the
/// tasks in it have the only permits that could help.
pub struct Semaphore(Permits);

impl Semaphore {
    /// The most permits that may be free, and the most that one request may ask for.
    pub const MAX_PERMITS: usize = (u32::MAX >> 3) as usize;

    /// A semaphore with so many free permits.
    ///
    /// # Panics
    ///
    /// If these are more than [`MAX_PERMITS`](Self::MAX_PERMITS).
    #[track_caller]
    #[must_use]
    pub fn new(permits: usize) -> Self {
        Semaphore(Permits::new(checked(permits)))
    }

    /// Waits in line for one permit.
    ///
    /// # Errors
    ///
    /// [`SemaphoreClosed`], if it is closed, or is closed during the wait.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves the line, and loses nothing: see [`Acquire`].
    #[track_caller]
    #[inline]
    pub fn acquire(&self) -> Acquire<SemaphorePermit<'_>> {
        Acquire::new(self, 1, Location::caller())
    }

    /// Waits in line for several permits, which it gets at once. For more than there are it waits
    /// until others are [added](Self::add_permits).
    ///
    /// ```
    /// use gen::sync::Semaphore;
    /// use gen::yield_;
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result {
    ///     let memory = Semaphore::new(10);
    ///     let large = yield_!(memory.acquire_many(8))?;
    ///     assert_eq!(memory.available_permits(), 2);
    ///     drop(large);
    ///     assert_eq!(memory.available_permits(), 10);
    ///     Ok(())
    /// }
    /// gen::run_sync(body()).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// As of [`acquire`](Self::acquire).
    ///
    /// # Panics
    ///
    /// If these are more than [`MAX_PERMITS`](Self::MAX_PERMITS): no semaphore could ever give so
    /// many.
    ///
    /// # Cancellation
    ///
    /// As of [`acquire`](Self::acquire).
    #[track_caller]
    #[inline]
    pub fn acquire_many(&self, permits: u32) -> Acquire<SemaphorePermit<'_>> {
        Acquire::new(self, checked(permits as usize), Location::caller())
    }

    /// As [`acquire`](Self::acquire), with a permit that owns its semaphore.
    #[track_caller]
    #[inline]
    pub fn acquire_owned(self: Arc<Self>) -> Acquire<OwnedSemaphorePermit> {
        Acquire::new(self, 1, Location::caller())
    }

    /// As [`acquire_many`](Self::acquire_many), with permits that own their semaphore.
    ///
    /// # Panics
    ///
    /// As [`acquire_many`](Self::acquire_many).
    #[track_caller]
    #[inline]
    pub fn acquire_many_owned(self: Arc<Self>, permits: u32) -> Acquire<OwnedSemaphorePermit> {
        Acquire::new(self, checked(permits as usize), Location::caller())
    }

    /// Takes a permit if one is free. None is free while a task waits for permits, even if that one
    /// needs more than there are.
    ///
    /// # Errors
    ///
    /// [`SemaphoreClosed`], if it is closed.
    #[track_caller]
    #[inline]
    pub fn try_acquire(&self) -> Result<Option<SemaphorePermit<'_>>, SemaphoreClosed> {
        let key = self.0.try_take(1, Location::caller()).map_err(|Closed| SemaphoreClosed)?;
        Ok(key.map(|key| SemaphorePermit { semaphore: self, key }))
    }

    /// As [`try_acquire`](Self::try_acquire), with a permit that owns its semaphore.
    ///
    /// # Errors
    ///
    /// [`SemaphoreClosed`], if it is closed.
    #[track_caller]
    #[inline]
    pub fn try_acquire_owned(self: Arc<Self>) -> Result<Option<OwnedSemaphorePermit>, SemaphoreClosed> {
        let key = self.0.try_take(1, Location::caller()).map_err(|Closed| SemaphoreClosed)?;
        Ok(key.map(|key| OwnedSemaphorePermit { semaphore: self, key }))
    }

    /// The number of permits that are free.
    #[must_use]
    pub fn available_permits(&self) -> usize {
        usize::try_from(self.0.free()).unwrap_or(usize::MAX)
    }

    /// Adds free permits. Those in line get them first.
    ///
    /// # Panics
    ///
    /// If there are more than [`MAX_PERMITS`](Self::MAX_PERMITS) free ones then.
    #[track_caller]
    pub fn add_permits(&self, permits: usize) {
        if !self.0.add(checked(permits), checked(Self::MAX_PERMITS)) {
            too_many(self.available_permits().saturating_add(permits));
        }
    }

    /// Ends the wait of all that are in line. From now on no permit is given.
    ///
    /// ```
    /// use gen::sync::{Semaphore, SemaphoreClosed};
    /// use gen::yield_;
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result {
    ///     let semaphore = Semaphore::new(0);
    ///     semaphore.close();
    ///     let error = yield_!(semaphore.acquire()).unwrap_err();
    ///     assert!(error.is::<SemaphoreClosed>());
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
}

#[track_caller]
#[inline]
fn checked(permits: usize) -> u32 {
    match u32::try_from(permits) {
        Ok(checked) if permits <= Semaphore::MAX_PERMITS => checked,
        _ => too_many(permits),
    }
}

#[track_caller]
#[cold]
fn too_many(permits: usize) -> ! {
    let most = Semaphore::MAX_PERMITS;
    panic!(
        "a semaphore has at most `Semaphore::MAX_PERMITS` permits, which is {most}: {permits} are too many"
    )
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut semaphore = f.debug_struct("Semaphore");
        semaphore.field("available_permits", &self.available_permits());
        semaphore.field("is_closed", &self.is_closed()).finish_non_exhaustive()
    }
}

/// Permits of a [`Semaphore`], which are given back when this is dropped.
#[must_use = "the permits are given back if this is dropped"]
pub struct SemaphorePermit<'a> {
    semaphore: &'a Semaphore,
    key: HolderKey,
}

/// Permits of a [`Semaphore`], with an owner of the semaphore. They are given back when this is
/// dropped.
#[must_use = "the permits are given back if this is dropped"]
pub struct OwnedSemaphorePermit {
    semaphore: Arc<Semaphore>,
    key: HolderKey,
}

/// Implements the traits of permits, and their future.
macro_rules! permits {
    ($($permit:ty, [$($lifetime:lifetime)?], $spot:ty;)+) => {$(
        impl $(<$lifetime>)? Grant for $permit {
            type Spot = $spot;
            type Output = Result<Self>;

            #[inline]
            fn permits(spot: &Self::Spot) -> &Permits {
                &spot.0
            }

            #[inline]
            unsafe fn granted(semaphore: Self::Spot, granted: Result<HolderKey, Closed>) -> Result<Self> {
                match granted {
                    Ok(key) => Ok(Self { semaphore, key }),
                    Err(Closed) => Err(SemaphoreClosed.into()),
                }
            }

            fn waits_for(spot: &Self::Spot) -> WaitsFor {
                held(&spot.0, "a permit of a semaphore", None)
            }
        }

        impl $(<$lifetime>)? $permit {
            /// Takes the permits from the semaphore for good: they are not given back.
            ///
            /// ```
            /// let semaphore = std::sync::Arc::new(gen::sync::Semaphore::new(2));
            /// semaphore.try_acquire().unwrap().unwrap().forget();
            /// semaphore.clone().try_acquire_owned().unwrap().unwrap().forget();
            /// assert_eq!(semaphore.available_permits(), 0);
            /// ```
            pub fn forget(self) {
                // The drop of a holder without permits gives none back.
                self.semaphore.0.forfeit(self.key);
            }
        }

        impl $(<$lifetime>)? Drop for $permit {
            #[inline]
            fn drop(&mut self) {
                self.semaphore.0.give_back(self.key, false);
            }
        }

        impl $(<$lifetime>)? fmt::Debug for $permit {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($permit)).field("semaphore", &self.semaphore).finish()
            }
        }
    )+};
}

permits! {
    SemaphorePermit<'a>, ['a], &'a Semaphore;
    OwnedSemaphorePermit, [], Arc<Semaphore>;
}
