//! `Runner`: the coroutine call that yields a point, as the point sees it.

use std::cell::{OnceCell, RefCell};
use std::panic::Location;
use std::sync::Arc;
use std::task::{Poll, Waker};

use super::any_value_waiters::AnyValueWaiters;
use super::callback::Callable;
use super::errors::{CallbackDroppedError, KeyTypeError, NotReady};
use super::key::Key;
use super::named::{text, NAMED_AT_MOST};
use super::registration::{AnyRegistration, Readiness, Registration, Store};
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
    /// Only borrowed for moments in which no code of a user runs.
    asked: RefCell<Asked>,
    /// Made with the first clone, because only a clone has to throw.
    inbox: OnceCell<Arc<ResumeInbox>>,
}

/// The registrations that a point has asked about.
#[derive(Default)]
struct Asked {
    /// The latest one. A question about the same key needs no look-up, since most points ask about
    /// one key.
    last: Option<Latest>,
    /// The earlier ones that were not ready, since the point was last asked itself.
    others: Vec<Arc<dyn AnyRegistration>>,
}

struct Latest {
    registration: Arc<dyn AnyRegistration>,
    /// It was not ready, since the point was last asked itself.
    is_awaited: bool,
}

impl Asked {
    /// The latest registration, if it has that number.
    fn latest(&mut self, number: Option<u64>) -> Option<&mut Latest> {
        self.last.as_mut().filter(|last| Some(last.registration.id().number) == number)
    }

    fn is_any_awaited(&self) -> bool {
        self.last.as_ref().is_some_and(|last| last.is_awaited) || !self.others.is_empty()
    }

    /// The registrations that were not ready.
    fn awaited(&self) -> impl Iterator<Item = &Arc<dyn AnyRegistration>> {
        let last = self.last.iter().filter(|last| last.is_awaited).map(|last| &last.registration);
        self.others.iter().chain(last)
    }
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
        self.registry.register::<T, _>(key, Location::caller(), 0).map(drop)
    }

    /// Registers a key, and returns a callable for it.
    pub(super) fn register<T: Send + 'static>(
        &self,
        key: impl Key,
        at: &'static Location<'static>,
    ) -> Result<Callable<T>> {
        Ok(Callable::first(self.registry.register(key, at, 1)?))
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
        let Latest { registration, is_awaited } = self.find(key)?;
        let is_ready = self.ask(&registration)?;
        self.keep(Latest { registration, is_awaited: is_awaited || !is_ready });
        Ok(is_ready)
    }

    /// Whether there is a value. It is an error if there can be none; the key is no longer pending
    /// then.
    fn ask(&self, registration: &Arc<dyn AnyRegistration>) -> Result<bool> {
        match registration.readiness() {
            Readiness::Stored => Ok(true),
            Readiness::Abandoned => {
                self.registry.remove(registration.id());
                registration.give_up();
                Err(CallbackDroppedError::of_key(Arc::clone(registration)).into())
            }
            // A registration that was closed just now, by the end of the call, wakes no point. The
            // next question finds that its key is unknown.
            Readiness::Empty | Readiness::Doubted | Readiness::Closed => Ok(false),
        }
    }

    /// The registration of a key for values of type `T`.
    pub(super) fn registration_of<T: Send + 'static>(
        &self,
        key: &impl Key,
    ) -> Result<Arc<dyn AnyRegistration>> {
        let registration = self.registry.find(key)?;
        match typed::<T, _>(&*registration, key) {
            Some(_) => Ok(registration),
            None => Err(KeyTypeError::new::<T>(registration).into()),
        }
    }

    /// As [`is_ready`](Self::is_ready), for a registration of the key that was found before.
    pub(super) fn is_registration_ready(
        &self,
        registration: &Arc<dyn AnyRegistration>,
        key: &impl Key,
    ) -> Result<bool> {
        if registration.readiness() == Readiness::Closed {
            return self.is_ready(key);
        }
        let is_ready = self.ask(registration)?;
        if !is_ready {
            self.asked.borrow_mut().others.push(Arc::clone(registration));
        }
        Ok(is_ready)
    }

    /// As [`pop_result`](Self::pop_result), for a registration of the key that was found before.
    pub(super) fn pop_registration<T: Send + 'static>(
        &self,
        registration: Arc<dyn AnyRegistration>,
        key: &impl Key,
    ) -> Result<T> {
        if registration.readiness() == Readiness::Closed {
            return self.pop_result(key);
        }
        self.pop(&registration, key)
    }

    /// The registration of a key, which is the latest one or looked up. The caller
    /// [keeps](Self::keep) it as the latest one, unless the key is no longer pending.
    fn find(&self, key: &impl Key) -> Result<Latest> {
        let last = self.asked.borrow_mut().last.take();
        if let Some(last) = last {
            // A closed one is no longer in the registry, where the key may be registered again.
            let is_open = last.registration.readiness() != Readiness::Closed;
            if is_open && last.registration.key().equals(key) {
                return Ok(last);
            }
            if last.is_awaited {
                self.asked.borrow_mut().others.push(last.registration);
            }
        }
        Ok(Latest { registration: self.registry.find(key)?, is_awaited: false })
    }

    fn keep(&self, latest: Latest) {
        let before = self.asked.borrow_mut().last.replace(latest);
        drop(before);
    }

    /// Takes the value that was stored under a key, which is then no longer pending.
    ///
    /// # Errors
    ///
    /// - [`UnknownKeyError`](super::UnknownKeyError) if the key is not pending in this call;
    /// - [`KeyTypeError`](super::KeyTypeError) if the key was registered for another type;
    /// - an error that says so if there is no value yet.
    pub fn pop_result<T: Send + 'static>(&self, key: &impl Key) -> Result<T> {
        let latest = self.find(key)?;
        let popped = self.pop(&latest.registration, key);
        if popped.is_err() {
            // The key stays pending, and the point may wait for it.
            self.keep(latest);
        }
        popped
    }

    fn pop<T: Send + 'static>(&self, registration: &Arc<dyn AnyRegistration>, key: &impl Key) -> Result<T> {
        match typed::<T, _>(&**registration, key).map(Registration::take) {
            Some(Some(value)) => {
                self.registry.remove(registration.id());
                Ok(value)
            }
            Some(None) => Err(NotReady::new(Arc::clone(registration)).into()),
            None => Err(KeyTypeError::new::<T>(Arc::clone(registration)).into()),
        }
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
        self.registry.remove(registration.id());
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

    /// Finds the registration of a key for values of type `T`, and keeps it as the latest one.
    /// Returns its number.
    pub(super) fn resolve<T: Send + 'static>(&self, key: &impl Key) -> Result<u64> {
        let latest = self.find(key)?;
        let number = latest.registration.id().number;
        let has_type = typed::<T, _>(&*latest.registration, key).is_some();
        let mistake = (!has_type).then(|| KeyTypeError::new::<T>(Arc::clone(&latest.registration)));
        self.keep(latest);
        mistake.map_or(Ok(number), |mistake| Err(mistake.into()))
    }

    /// As [`is_ready`](Self::is_ready), for a key that was [resolved](Self::resolve) to that
    /// number.
    pub(super) fn is_resolved_ready(&self, number: Option<u64>, key: &impl Key) -> Result<bool> {
        let answer = self.asked.borrow_mut().latest(number).and_then(|latest| {
            let is_ready = match latest.registration.readiness() {
                Readiness::Stored => true,
                Readiness::Empty | Readiness::Doubted => false,
                Readiness::Abandoned | Readiness::Closed => return None,
            };
            latest.is_awaited |= !is_ready;
            Some(is_ready)
        });
        answer.map_or_else(|| self.is_ready(key), Ok)
    }

    /// As [`pop_result`](Self::pop_result), for a key that was [resolved](Self::resolve) to that
    /// number.
    pub(super) fn pop_resolved<T: Send + 'static>(&self, number: Option<u64>, key: &impl Key) -> Result<T> {
        let popped = self.asked.borrow_mut().latest(number).and_then(|latest| {
            let value = typed::<T, _>(&*latest.registration, key)?.take()?;
            Some((value, latest.registration.id()))
        });
        let Some((value, id)) = popped else { return self.pop_result(key) };
        self.registry.remove(id);
        Ok(value)
    }

    /// The number of values that were stored in the call since they are counted, if they are.
    pub(super) fn stored(&self) -> Option<u64> {
        self.registry.any_value_waiters().map(AnyValueWaiters::stored)
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
    pub(super) fn wait(&mut self, id: WaiterId, waker: &Waker, stored_before: Option<u64>) -> bool {
        let asked = self.asked.get_mut();
        if asked.is_any_awaited() {
            return asked.awaited().all(|registration| registration.wait(id, waker.clone()));
        }
        match (self.registry.any_value_waiters(), stored_before) {
            (Some(waiters), Some(before)) => waiters.wait(id, waker.clone(), before),
            // Values were not counted while the point was asked.
            _ => {
                self.registry.count_values();
                false
            }
        }
    }

    /// The number of wakers that a point which waits has left behind.
    pub(super) fn wakers(&self) -> usize {
        let in_registrations = self.asked.borrow().awaited().count();
        in_registrations.max(1) + usize::from(self.inbox.get().is_some())
    }

    /// The keys whose values have not come, and how many there are beyond the first few.
    pub(super) fn awaited_keys(&self) -> (Vec<String>, usize) {
        // Printed while nothing is borrowed: `Debug` of a key is code of the user.
        let awaited: Vec<_> = self.asked.borrow().awaited().cloned().collect();
        let shown = awaited.iter().take(NAMED_AT_MOST);
        let keys = shown.map(|registration| text(registration.key()).into()).collect();
        (keys, awaited.len().saturating_sub(NAMED_AT_MOST))
    }

    /// Takes out the wakers of the point.
    pub(super) fn forget(&mut self, id: WaiterId) {
        let asked = self.asked.get_mut();
        if asked.is_any_awaited() {
            asked.awaited().for_each(|registration| registration.forget(id));
        } else if let Some(waiters) = self.registry.any_value_waiters() {
            waiters.forget(id);
        }
        if let Some(last) = &mut asked.last {
            last.is_awaited = false;
        }
        // Last, because the drop of a key may panic.
        asked.others.clear();
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

/// The registration, if it is for values of type `T` under keys of the type of `_key`.
fn typed<'a, T: Send + 'static, Q: Key>(
    registration: &'a dyn AnyRegistration,
    _key: &Q,
) -> Option<&'a Registration<T, Q>> {
    registration.as_any().downcast_ref()
}

impl Clone for Runner {
    fn clone(&self) -> Self {
        let inbox = OnceCell::from(Arc::clone(self.inbox()));
        Runner { registry: Arc::clone(&self.registry), asked: RefCell::default(), inbox }
    }
}

opaque_debug!([] Runner);
