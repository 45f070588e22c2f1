//! `Runner`: the coroutine call that yields a point, as the point sees it.

use std::cell::{OnceCell, RefCell};
use std::mem;
use std::panic::Location;
use std::sync::Arc;
use std::task::{Poll, Waker};

use super::callback::Callable;
use super::errors::{CallbackDroppedError, NotReady};
use super::key::Key;
use super::registration::{AnyRegistration, Readiness, Store};
use super::registry::KeyRegistry;
use crate::opaque::opaque_debug;
use crate::waiter::{WaiterCell, WaiterId};
use crate::{report, Error, Result};

/// The coroutine call that yields a [`YieldPoint`](super::YieldPoint): the point reads and changes
/// the keys of that call.
///
/// A clone may be kept and used later, also on another thread, for example to
/// [throw](Runner::handle_exception) an error at the yield. When the call has ended, its keys are
/// unknown. The methods have the names of Tornado's `Runner`.
pub struct Runner {
    registry: Arc<KeyRegistry>,
    /// The registrations that were not ready when the point asked about them, since it was last
    /// asked itself. Only borrowed for moments in which no code of a user runs.
    asked: RefCell<Vec<Arc<dyn AnyRegistration>>>,
    /// Made with the first clone, because only a clone has to throw.
    inbox: OnceCell<Arc<ResumeInbox>>,
}

/// The error for a pending point. `None` when the point is no longer pending, or has taken an error
/// and is about to end.
type ResumeInbox = WaiterCell<Option<Error>>;

impl Runner {
    pub(super) fn new(registry: Arc<KeyRegistry>) -> Self {
        Runner { registry, asked: RefCell::default(), inbox: OnceCell::new() }
    }

    /// Registers a key for a value of type `T`.
    ///
    /// # Errors
    ///
    /// [`KeyReuseError`](super::KeyReuseError) if the key is pending in this call already.
    #[track_caller]
    pub fn register_callback<T: Send + 'static>(&self, key: impl Key) -> Result {
        self.registry.register::<T, _>(key, Location::caller()).map(drop)
    }

    /// Registers a key, and returns a callable for it.
    pub(super) fn register<T: Send + 'static>(
        &self,
        key: impl Key,
        at: &'static Location<'static>,
    ) -> Result<Callable<T>> {
        Ok(Callable::new(self.registry.register(key, at)?))
    }

    /// Returns whether a value was stored under a key.
    ///
    /// If not, the point that asks will be asked again when there is one.
    ///
    /// # Errors
    ///
    /// - [`UnknownKeyError`](super::UnknownKeyError) if the key is not pending in this call;
    /// - [`CallbackDroppedError`] if its value can never come. The key is no longer pending then.
    pub fn is_ready(&self, key: &impl Key) -> Result<bool> {
        let registration = self.registry.find(key)?;
        match registration.readiness() {
            Readiness::Stored => Ok(true),
            Readiness::Abandoned => {
                self.registry.remove(&*registration);
                registration.close();
                Err(CallbackDroppedError::of_key(registration).into())
            }
            // A registration that was closed just now, by the end of the call, wakes no point. The
            // next question finds that its key is unknown.
            Readiness::Empty | Readiness::Doubted | Readiness::Closed => {
                self.asked.borrow_mut().push(registration);
                Ok(false)
            }
        }
    }

    /// Takes the value that was stored under a key, which is then no longer pending.
    ///
    /// # Errors
    ///
    /// - [`UnknownKeyError`](super::UnknownKeyError) if the key is not pending in this call;
    /// - [`KeyTypeError`](super::KeyTypeError) if the key was registered for another type;
    /// - an error that says so if there is no value yet.
    pub fn pop_result<T: Send + 'static>(&self, key: &impl Key) -> Result<T> {
        let registration = self.registry.find_typed::<T, _>(key)?;
        let Some(value) = registration.take() else { return Err(NotReady::new(registration).into()) };
        self.registry.remove(&*registration);
        Ok(value)
    }

    /// Returns a callable that stores its argument under a key.
    ///
    /// # Errors
    ///
    /// - [`UnknownKeyError`](super::UnknownKeyError) if the key is not pending in this call;
    /// - [`KeyTypeError`](super::KeyTypeError) if the key was registered for another type.
    pub fn result_callback<T: Send + 'static>(&self, key: &impl Key) -> Result<Callable<T>> {
        Ok(Callable::new(self.registry.find_typed::<T, _>(key)?))
    }

    /// Stores a value under a key, as its callable does.
    ///
    /// # Errors
    ///
    /// - [`UnknownKeyError`](super::UnknownKeyError) if the key is not pending in this call;
    /// - [`KeyTypeError`](super::KeyTypeError) if the key was registered for another type.
    pub fn set_result<T: Send + 'static>(&self, key: &impl Key, value: T) -> Result {
        self.registry.find_typed::<T, _>(key)?.store(value);
        Ok(())
    }

    /// Gives up a key: it is no longer pending, and its callables do nothing from then on.
    ///
    /// A value that is stored under the key is dropped.
    ///
    /// # Errors
    ///
    /// [`UnknownKeyError`](super::UnknownKeyError) if the key is not pending in this call.
    pub fn forget_callback(&self, key: &impl Key) -> Result {
        let registration = self.registry.find(key)?;
        self.registry.remove(&*registration);
        registration.give_up();
        Ok(())
    }

    /// Throws an error at the yield that waits for this runner's point.
    ///
    /// It is for clones that were kept. The methods of the point return their errors instead.
    ///
    /// # Errors
    ///
    /// The error itself, if the yield no longer waits, or if another error was thrown before. If
    /// the point becomes ready at the same moment, its result wins, and the error is logged.
    pub fn handle_exception(&self, error: Error) -> Result {
        self.inbox().put(Some(error)).or_else(|refused| refused.map_or(Ok(()), Err))
    }

    /// Fails unless a key is registered for values of type `T`.
    pub(super) fn expect<T: Send + 'static>(&self, key: &impl Key) -> Result {
        self.registry.find_typed::<T, _>(key).map(drop)
    }

    /// The number of values that were stored in the call so far.
    pub(super) fn stored(&self) -> u64 {
        self.registry.any_value_waiters().stored()
    }

    /// Takes the error that was thrown at the point, or has `waker` woken when there is one.
    pub(super) fn take_thrown(&self, waker: &Waker) -> Option<Error> {
        match self.inbox.get()?.poll(waker, Option::take) {
            Poll::Ready(error) => error,
            Poll::Pending => None,
        }
    }

    /// Has the point woken when an answer that it got changes; `false` if it is to ask again at
    /// once.
    pub(super) fn wait(&mut self, id: WaiterId, waker: &Waker, stored_before: u64) -> bool {
        let asked = self.asked.get_mut();
        if asked.is_empty() {
            return self.registry.any_value_waiters().wait(id, waker.clone(), stored_before);
        }
        asked.iter().all(|registration| registration.wait(id, waker.clone()))
    }

    /// Takes out the wakers of the point.
    pub(super) fn forget(&mut self, id: WaiterId) {
        let asked = mem::take(self.asked.get_mut());
        if asked.is_empty() {
            self.registry.any_value_waiters().forget(id);
        }
        asked.iter().for_each(|registration| registration.forget(id));
    }

    /// The point is no longer pending.
    pub(super) fn close(&self) {
        let Some(inbox) = self.inbox.get() else { return };
        if let Some(error) = inbox.replace(None).into_value().flatten() {
            report::failure(format_args!("an error was thrown at a yield that had ended"), &error);
        }
    }

    fn inbox(&self) -> &Arc<ResumeInbox> {
        self.inbox.get_or_init(Arc::default)
    }
}

impl Clone for Runner {
    fn clone(&self) -> Self {
        let inbox = OnceCell::from(Arc::clone(self.inbox()));
        Runner { registry: Arc::clone(&self.registry), asked: RefCell::default(), inbox }
    }
}

opaque_debug!([] Runner);
