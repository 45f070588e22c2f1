//! [`Lock`], and its guards.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use super::acquire::Acquire;
use super::content::{spots, Guarded, OneHolder, Writing};
use super::guards::{guards, guards_to_change};
use super::holder_panic::HolderPanic;
use super::holders::HolderKey;

/// A lock: one task at a time has the content. It may hold the lock while it waits.
///
/// It works on any executor, and across threads. It is served first come, first served: it is
/// handed to the first task in line, and no other one can take it in the meantime. So no
/// task starves.
///
/// ```
/// use gen::sync::Lock;
/// use gen::yield_;
/// use std::rc::Rc;
///
/// #[gen::coroutine]
/// fn transfer(accounts: Rc<Lock<[i32; 2]>>, amount: i32) -> gen::Result {
///     let mut accounts = yield_!(accounts.lock())?;
///     accounts[0] -= amount;
///     yield_!(gen::moment())?; // no other task sees the half of a transfer
///     accounts[1] += amount;
///     Ok(())
/// }
///
/// #[gen::coroutine]
/// fn body() -> gen::Result<[i32; 2]> {
///     let accounts = Rc::new(Lock::new([10, 0]));
///     let transfers = (1..=4).map(|amount| transfer(accounts.clone(), amount));
///     yield_!(transfers.collect::<Vec<_>>())?;
///     let sums = *yield_!(accounts.lock())?;
///     Ok(sums)
/// }
/// assert_eq!(gen::run_sync(body()).unwrap(), [0, 10]);
/// ```
///
/// # It is held for too long
///
/// A [dump](crate::dump()) shows which tasks wait for a lock, which task has it, and where that one
/// has taken it. A deadlock of tasks that wait for locks of each other is a circle of the dump, and
/// [`run_sync`](crate::run_sync) fails with [`Deadlock`](crate::Deadlock) if nothing else can end
/// it. This also holds for a guard in a future that is kept, but not polled, such as one that a
/// `select!` has left behind: the task waits for itself, and the dump has the line of that guard.
///
/// A lock that is needed only between two yields is better a `RefCell` or a
/// [`std::sync::Mutex`](std::sync::Mutex).
///
/// # Panics of a holder
///
/// A panic in the task that has the lock gives the lock to the next one, like any other end of its
/// guard. No lock is ever poisoned. A holder that can find a content that is half changed asks
/// [`holder_panic`](Self::holder_panic).
#[doc(alias = "Mutex")]
pub struct Lock<T: ?Sized>(Guarded<T, OneHolder>);

spots! { Lock: OneHolder }

/// A lock has one permit.
const ALL: u32 = 1;

impl<T> Lock<T> {
    /// A lock that is free.
    pub fn new(content: T) -> Self {
        Lock(Guarded::new(content, ALL))
    }

    /// Gives up the lock, and returns its content.
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

impl<T: ?Sized> Lock<T> {
    /// Waits in line for the lock.
    ///
    /// The wait cannot fail, so the output of the future is the guard itself. A yield of it fails
    /// only if the task is cancelled or resumed with an error.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves the line, and loses nothing: see [`Acquire`].
    #[track_caller]
    #[inline]
    pub fn lock(&self) -> Acquire<LockGuard<'_, T>> {
        Acquire::new(self, ALL, Location::caller())
    }

    /// As [`lock`](Self::lock), with a guard that owns its lock. So it is not bound to a borrow.
    ///
    /// ```
    /// use gen::sync::Lock;
    /// use std::sync::Arc;
    ///
    /// let lock = Arc::new(Lock::new(vec![1]));
    /// let guard = gen::block_on(lock.clone().lock_owned());
    /// let thread = std::thread::spawn(move || {
    ///     let mut guard = guard;
    ///     guard.push(2);
    /// });
    /// thread.join().unwrap();
    /// assert_eq!(*gen::block_on(lock.lock()), [1, 2]);
    /// ```
    #[track_caller]
    #[inline]
    pub fn lock_owned(self: Arc<Self>) -> Acquire<OwnedLockGuard<T>> {
        Acquire::new(self, ALL, Location::caller())
    }

    /// Takes the lock if it is free. It is not free while a task waits for it.
    ///
    /// ```
    /// let lock = gen::sync::Lock::new(7);
    /// let guard = lock.try_lock().unwrap();
    /// assert!(lock.try_lock().is_none());
    /// drop(guard);
    /// assert_eq!(*lock.try_lock().unwrap(), 7);
    /// ```
    #[track_caller]
    #[inline]
    #[must_use = "the lock is free again if the guard is dropped"]
    pub fn try_lock(&self) -> Option<LockGuard<'_, T>> {
        let key = self.try_take(Location::caller())?;
        // SAFETY: the key has all permits of this lock.
        Some(LockGuard(unsafe { Writing::new(self, key) }))
    }

    /// As [`try_lock`](Self::try_lock), with a guard that owns its lock.
    #[track_caller]
    #[inline]
    #[must_use = "the lock is free again if the guard is dropped"]
    pub fn try_lock_owned(self: Arc<Self>) -> Option<OwnedLockGuard<T>> {
        let key = self.try_take(Location::caller())?;
        // SAFETY: as above.
        Some(OwnedLockGuard(unsafe { Writing::new(self, key) }))
    }

    fn try_take(&self, at: &'static Location<'static>) -> Option<HolderKey> {
        self.0.permits().try_take(ALL, at).ok().flatten()
    }

    /// The content, which no task can have now.
    pub fn get_mut(&mut self) -> &mut T {
        self.0.get_mut()
    }

    /// The panic of the last holder that has panicked, until it is [cleared](Self::clear_panic).
    ///
    /// ```
    /// use gen::sync::Lock;
    /// use gen::yield_;
    /// use std::rc::Rc;
    ///
    /// #[gen::coroutine]
    /// fn fails(lock: Rc<Lock<Vec<u32>>>) -> gen::Result {
    ///     let mut list = yield_!(lock.lock())?;
    ///     list.push(1);
    ///     panic!("in the middle of a change");
    /// }
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result {
    ///     let lock = Rc::new(Lock::new(Vec::new()));
    ///     assert!(yield_!(gen::spawn_local(fails(lock.clone()))).is_err());
    ///     let mut list = yield_!(lock.lock())?;
    ///     if let Some(panic) = lock.clear_panic() {
    ///         assert!(panic.to_string().contains("has panicked"));
    ///         list.clear();
    ///     }
    ///     Ok(())
    /// }
    /// gen::run_sync(body()).unwrap();
    /// ```
    pub fn holder_panic(&self) -> Option<HolderPanic> {
        self.0.permits().panic()
    }

    /// Returns that panic, and forgets it: the content is repaired.
    pub fn clear_panic(&self) -> Option<HolderPanic> {
        self.0.permits().clear_panic()
    }
}

impl<T: Default> Default for Lock<T> {
    fn default() -> Self {
        Lock::new(T::default())
    }
}

impl<T> From<T> for Lock<T> {
    fn from(content: T) -> Self {
        Lock::new(content)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Lock<T> {
    /// The content is shown if the lock is free.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lock = f.debug_struct("Lock");
        match self.try_lock() {
            Some(content) => lock.field("content", &&*content).finish(),
            None => lock.field("content", &format_args!("<locked>")).finish(),
        }
    }
}

/// The content of a [`Lock`], which is free again when this is dropped.
#[must_use = "the lock is free again if the guard is dropped"]
pub struct LockGuard<'a, T: ?Sized>(Writing<&'a Lock<T>, T>);

/// The content of a [`Lock`], with an owner of the lock. The lock is free again when this is
/// dropped.
#[must_use = "the lock is free again if the guard is dropped"]
pub struct OwnedLockGuard<T: ?Sized>(Writing<Arc<Lock<T>>, T>);

guards! {
    LockGuard<'a, T>, ['a], &'a Lock<T>, Writing, "a lock";
    OwnedLockGuard<T>, [], Arc<Lock<T>>, Writing, "a lock";
}

guards_to_change! {
    LockGuard<'a, T>, ['a];
    OwnedLockGuard<T>, [];
}

impl<'a, T: ?Sized> LockGuard<'a, T> {
    /// The lock of a guard.
    ///
    /// It is called as `LockGuard::lock(&guard)`, because the content may have a method of that
    /// name.
    #[must_use]
    pub fn lock(guard: &Self) -> &'a Lock<T> {
        guard.0.spot()
    }
}

impl<T: ?Sized> OwnedLockGuard<T> {
    /// The lock of a guard.
    ///
    /// It is called as `OwnedLockGuard::lock(&guard)`, because the content may have a method of
    /// that name.
    #[must_use]
    pub fn lock(guard: &Self) -> &Arc<Lock<T>> {
        guard.0.spot()
    }
}
