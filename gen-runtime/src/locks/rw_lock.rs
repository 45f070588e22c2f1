//! [`RwLock`], and its guards.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use super::acquire::Acquire;
use super::content::{spots, Guarded, ManyReaders, Reading, Writing};
use super::guards::{guards, guards_to_change};
use super::holder_panic::HolderPanic;
use super::holders::HolderKey;

/// A lock that many tasks may have to read, or one to write.
///
/// It is served first come, first served: readers behind a writer in line wait for that writer, and
/// so no writer starves. A task that has a guard to read, and asks for another one, therefore may
/// wait for a writer that waits for that task; a [dump](crate::dump()) shows this as a task that
/// waits for itself.
///
/// Everything else is as for a [`Lock`](crate::sync::Lock).
///
/// ```
/// use gen::sync::RwLock;
/// use gen::yield_;
///
/// #[gen::coroutine]
/// fn body() -> gen::Result<u32> {
///     let rates = RwLock::new(vec![1, 2]);
///     {
///         let (first, second) = yield_!((rates.read(), rates.read()))?;
///         assert_eq!(first[0] + second[1], 3);
///         assert!(rates.try_write().is_none());
///     }
///     yield_!(rates.write())?.push(3);
///     let sum = yield_!(rates.read())?.iter().sum();
///     Ok(sum)
/// }
/// assert_eq!(gen::run_sync(body()).unwrap(), 6);
/// ```
pub struct RwLock<T: ?Sized>(Guarded<T, ManyReaders>);

spots! { RwLock: ManyReaders }

/// The permits of a writer. A reader has one.
const ALL: u32 = u32::MAX;

impl<T> RwLock<T> {
    /// A lock that is free.
    pub fn new(content: T) -> Self {
        RwLock(Guarded::new(content, ALL))
    }

    /// Gives up the lock, and returns its content.
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    /// Waits in line until it can read the content.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves the line, and loses nothing: see [`Acquire`].
    #[track_caller]
    #[inline]
    pub fn read(&self) -> Acquire<RwLockReadGuard<'_, T>> {
        Acquire::new(self, 1, Location::caller())
    }

    /// Waits in line until it can change the content.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves the line, and loses nothing: see [`Acquire`].
    #[track_caller]
    #[inline]
    pub fn write(&self) -> Acquire<RwLockWriteGuard<'_, T>> {
        Acquire::new(self, ALL, Location::caller())
    }

    /// As [`read`](Self::read), with a guard that owns its lock.
    #[track_caller]
    #[inline]
    pub fn read_owned(self: Arc<Self>) -> Acquire<OwnedRwLockReadGuard<T>> {
        Acquire::new(self, 1, Location::caller())
    }

    /// As [`write`](Self::write), with a guard that owns its lock.
    #[track_caller]
    #[inline]
    pub fn write_owned(self: Arc<Self>) -> Acquire<OwnedRwLockWriteGuard<T>> {
        Acquire::new(self, ALL, Location::caller())
    }

    /// Reads the content if no task writes it, or waits for the lock.
    #[track_caller]
    #[inline]
    #[must_use = "the lock is free again if the guard is dropped"]
    pub fn try_read(&self) -> Option<RwLockReadGuard<'_, T>> {
        let key = self.try_take(1, Location::caller())?;
        // SAFETY: the key has a permit of this lock.
        Some(RwLockReadGuard(unsafe { Reading::new(self, key) }))
    }

    /// Takes the lock to write if no task has it, or waits for it.
    #[track_caller]
    #[inline]
    #[must_use = "the lock is free again if the guard is dropped"]
    pub fn try_write(&self) -> Option<RwLockWriteGuard<'_, T>> {
        let key = self.try_take(ALL, Location::caller())?;
        // SAFETY: the key has all permits of this lock.
        Some(RwLockWriteGuard(unsafe { Writing::new(self, key) }))
    }

    fn try_take(&self, permits: u32, at: &'static Location<'static>) -> Option<HolderKey> {
        self.0.permits().try_take(permits, at).ok().flatten()
    }

    /// The content, which no task can have now.
    pub fn get_mut(&mut self) -> &mut T {
        self.0.get_mut()
    }

    /// The panic of the last writer that has panicked, until it is [cleared](Self::clear_panic):
    /// see [`Lock::holder_panic`](crate::sync::Lock::holder_panic).
    pub fn holder_panic(&self) -> Option<HolderPanic> {
        self.0.permits().panic()
    }

    /// Returns that panic, and forgets it: the content is repaired.
    pub fn clear_panic(&self) -> Option<HolderPanic> {
        self.0.permits().clear_panic()
    }
}

impl<T: Default> Default for RwLock<T> {
    fn default() -> Self {
        RwLock::new(T::default())
    }
}

impl<T> From<T> for RwLock<T> {
    fn from(content: T) -> Self {
        RwLock::new(content)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    /// The content is shown if it can be read now.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lock = f.debug_struct("RwLock");
        match self.try_read() {
            Some(content) => lock.field("content", &&*content).finish(),
            None => lock.field("content", &format_args!("<locked>")).finish(),
        }
    }
}

/// The content of a [`RwLock`], to read.
#[must_use = "the lock is free again if the guard is dropped"]
pub struct RwLockReadGuard<'a, T: ?Sized>(Reading<&'a RwLock<T>, T>);

/// The content of a [`RwLock`], to change.
#[must_use = "the lock is free again if the guard is dropped"]
pub struct RwLockWriteGuard<'a, T: ?Sized>(Writing<&'a RwLock<T>, T>);

/// The content of a [`RwLock`], to read, with an owner of the lock.
#[must_use = "the lock is free again if the guard is dropped"]
pub struct OwnedRwLockReadGuard<T: ?Sized>(Reading<Arc<RwLock<T>>, T>);

/// The content of a [`RwLock`], to change, with an owner of the lock.
#[must_use = "the lock is free again if the guard is dropped"]
pub struct OwnedRwLockWriteGuard<T: ?Sized>(Writing<Arc<RwLock<T>>, T>);

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    /// Lets others read, too. Readers that are next in line get the lock at once, and no task has
    /// written in between.
    ///
    /// It is called as `RwLockWriteGuard::downgrade(guard)`, because the content may have a method
    /// of that name.
    pub fn downgrade(guard: Self) -> RwLockReadGuard<'a, T> {
        RwLockReadGuard(guard.0.downgrade())
    }
}

impl<T: ?Sized> OwnedRwLockWriteGuard<T> {
    /// Lets others read, too: see [`RwLockWriteGuard::downgrade`].
    pub fn downgrade(guard: Self) -> OwnedRwLockReadGuard<T> {
        OwnedRwLockReadGuard(guard.0.downgrade())
    }
}

guards! {
    RwLockReadGuard<'a, T>, ['a], &'a RwLock<T>, Reading, "a lock to read";
    RwLockWriteGuard<'a, T>, ['a], &'a RwLock<T>, Writing, "a lock to write";
    OwnedRwLockReadGuard<T>, [], Arc<RwLock<T>>, Reading, "a lock to read";
    OwnedRwLockWriteGuard<T>, [], Arc<RwLock<T>>, Writing, "a lock to write";
}

guards_to_change! {
    RwLockWriteGuard<'a, T>, ['a];
    OwnedRwLockWriteGuard<T>, [];
}
