//! A cache that fetches a value once, however many tasks ask for it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use gen::yield_;

/// A value that is fetched at its first use.
#[derive(Debug, Clone, Default)]
pub struct Cache {
    value: Rc<Cell<Option<u32>>>,
    lock: Lock,
}

/// A lock that tasks wait for. Its user calls `unlock`.
#[derive(Debug, Clone, Default)]
pub struct Lock {
    is_locked: Rc<Cell<bool>>,
    waiting: Rc<RefCell<Vec<gen::Promise<()>>>>,
}

impl Lock {
    /// # Errors
    ///
    /// None of its own.
    #[gen::coroutine]
    pub fn lock(self) -> gen::Result {
        while self.is_locked.get() {
            yield_!(self.unlocked())?;
        }
        self.is_locked.set(true);
        Ok(())
    }

    fn unlocked(&self) -> gen::SharedFuture<()> {
        let (promise, unlocked) = gen::promise();
        self.waiting.borrow_mut().push(promise);
        unlocked
    }

    /// Locks, and returns the guard that unlocks.
    ///
    /// # Errors
    ///
    /// None of its own.
    #[gen::coroutine]
    pub fn guard(self) -> gen::Result<Locked> {
        while self.is_locked.get() {
            yield_!(self.unlocked())?;
        }
        self.is_locked.set(true);
        Ok(Locked(self.clone()))
    }

    /// Lets the tasks go on that wait for the lock.
    pub fn unlock(&self) {
        self.is_locked.set(false);
        for waiting in self.waiting.take() {
            let _ = waiting.set(());
        }
    }
}

/// A lock that is held. Its drop unlocks it.
#[derive(Debug)]
pub struct Locked(Lock);

impl Drop for Locked {
    fn drop(&mut self) {
        self.0.unlock();
    }
}

#[gen::coroutine]
fn fetch() -> gen::Result<u32> {
    yield_!(gen::sleep(Duration::from_millis(20)))?;
    Ok(42)
}

/// The bug: if the fetch fails, the `?` returns with the lock held.
///
/// # Errors
///
/// If the value cannot be fetched.
#[gen::coroutine]
pub fn get(cache: Cache) -> gen::Result<u32> {
    yield_!(cache.lock.clone().lock())?;
    if cache.value.get().is_none() {
        cache.value.set(Some(yield_!(fetch())?));
    }
    cache.lock.unlock();
    Ok(cache.value.get().unwrap_or_default())
}

/// The same without the bug.
///
/// # Errors
///
/// If the value cannot be fetched.
#[gen::coroutine]
pub fn get_guarded(cache: Cache) -> gen::Result<u32> {
    let _locked = yield_!(cache.lock.clone().guard())?;
    if cache.value.get().is_none() {
        cache.value.set(Some(yield_!(fetch())?));
    }
    Ok(cache.value.get().unwrap_or_default())
}
