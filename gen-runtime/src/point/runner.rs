//! `Runner`: the coroutine call that yields a point, as the point sees it.

use std::cell::{Cell, OnceCell, RefCell};
use std::mem;
use std::panic::Location;
use std::sync::Arc;
use std::task::{Poll, Waker};

use super::any_value_waiters::AnyValueWaiters;
use super::callback::Callable;
use super::errors::{CallbackDroppedError, KeyTypeError, NotReady};
use super::handle::Handle;
use super::key::Key;
use super::named::{text, NAMED_AT_MOST};
use super::registration::{store, take, Readiness, SharedRegistration};
use super::registry::KeyRegistry;
use crate::inject::fixed_order::{self, RefusedKind};
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
    registry: Handle,
    /// Only borrowed for moments in which no code of a user runs.
    asked: RefCell<Asked>,
    /// Names the point among those of the call, from its first question on.
    point: Cell<Option<WaiterId>>,
    /// Made with the first clone, because only a clone has to throw.
    inbox: OnceCell<Arc<ResumeInbox>>,
}

/// The registrations that a point has asked about.
#[derive(Default)]
struct Asked {
    /// The latest one. A question about the same key needs no look-up, since most points ask about
    /// one key.
    last: Option<SharedRegistration>,
    /// The latest one was not ready, since the point was last asked itself.
    is_last_awaited: bool,
    /// The earlier ones that were not ready, since the point was last asked itself. Nearly always
    /// there are none.
    #[expect(clippy::box_collection, reason = "the field is nearly always empty, and moved")]
    others: Option<Box<Vec<SharedRegistration>>>,
}

impl Asked {
    /// Keeps a registration as the latest one. Returns the one before, which may be dropped outside
    /// of a borrow.
    #[must_use]
    fn keep(&mut self, registration: SharedRegistration) -> Option<SharedRegistration> {
        let before = self.last.replace(registration)?;
        self.put_aside(before)
    }

    /// The latest registration is no longer the latest one. Returns it, unless it is awaited.
    #[must_use]
    #[cold]
    fn put_aside(&mut self, last: SharedRegistration) -> Option<SharedRegistration> {
        if !mem::take(&mut self.is_last_awaited) {
            return Some(last);
        }
        self.await_another(last);
        None
    }

    fn await_another(&mut self, registration: SharedRegistration) {
        self.others.get_or_insert_default().push(registration);
    }

    /// Whether there is a value for the latest registration, if it has that number, and there can
    /// be a value.
    fn ask_latest(&mut self, number: Option<u64>) -> Option<bool> {
        let last = self.last.as_ref().filter(|last| Some(last.id().number) == number)?;
        let is_ready = match last.readiness() {
            Readiness::Stored => true,
            Readiness::Empty | Readiness::Doubted => false,
            Readiness::Abandoned | Readiness::Closed => return None,
        };
        self.is_last_awaited |= !is_ready;
        Some(is_ready)
    }

    /// The only registration that was not ready. `None` if there are others, and also if there is
    /// none.
    #[inline]
    fn only_awaited(&self) -> Option<&SharedRegistration> {
        self.last.as_ref().filter(|_| self.is_last_awaited && self.others.is_none())
    }

    /// The registrations that were not ready.
    fn awaited(&self) -> impl Iterator<Item = &SharedRegistration> {
        let last = self.last.iter().filter(|_| self.is_last_awaited);
        self.others.iter().flat_map(|others| others.iter()).chain(last)
    }

    fn is_any_awaited(&self) -> bool {
        self.awaited().next().is_some()
    }
}

/// The error for a pending point. `None` when the point is no longer pending, or has taken an error
/// and is about to end.
type ResumeInbox = WaiterCell<Option<Error>>;

impl Runner {
    pub(super) fn new(registry: &Arc<KeyRegistry>) -> Self {
        Runner {
            registry: Handle::of(registry),
            asked: RefCell::default(),
            point: Cell::new(None),
            inbox: OnceCell::new(),
        }
    }

    /// Registers a key for a value of type `T`.
    ///
    /// # Errors
    ///
    /// [`KeyReuseError`](super::KeyReuseError) if the key is pending in this call already.
    #[track_caller]
    pub fn register_callback<T: Send + 'static>(&self, key: impl Key) -> Result {
        // Only notes it, as the start of a `Callback` does.
        fixed_order::refuses_call(RefusedKind::MadeCallback);
        self.registry.register::<T, _>(key, Location::caller(), 0).map(drop)
    }

    /// Registers a key, and returns a callable for it.
    pub(super) fn register<T: Send + 'static>(
        &self,
        key: impl Key,
        at: &'static Location<'static>,
    ) -> Result<Callable<T>> {
        first_callable(&self.registry, key, at)
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
        let registration = self.find::<()>(key)?;
        let is_ready = self.ask(&registration)?;
        self.keep(registration);
        self.asked.borrow_mut().is_last_awaited |= !is_ready;
        Ok(is_ready)
    }

    /// Whether there is a value. It is an error if there can be none; the key is no longer pending
    /// then.
    fn ask(&self, registration: &SharedRegistration) -> Result<bool> {
        match registration.readiness() {
            Readiness::Stored => Ok(true),
            Readiness::Abandoned => {
                self.give_up(registration);
                Err(CallbackDroppedError::of_key(registration.clone()).into())
            }
            // A registration that was closed just now, by the end of the call, wakes no point. The
            // next question finds that its key is unknown.
            Readiness::Empty | Readiness::Doubted | Readiness::Closed => Ok(false),
        }
    }

    /// The registration of a key for values of type `T`.
    pub(super) fn registration_of<T: Send + 'static>(&self, key: &impl Key) -> Result<SharedRegistration> {
        let registration = self.registry.find::<T>(key, &self.point)?;
        match is_for::<T, _>(&registration, key) {
            true => Ok(registration),
            false => Err(KeyTypeError::new::<T>(registration).into()),
        }
    }

    /// As [`is_ready`](Self::is_ready), for a registration of the key that was found before.
    pub(super) fn is_registration_ready(
        &self,
        registration: &SharedRegistration,
        key: &impl Key,
    ) -> Result<bool> {
        if registration.readiness() == Readiness::Closed {
            return self.is_ready(key);
        }
        let is_ready = self.ask(registration)?;
        if !is_ready {
            self.asked.borrow_mut().await_another(registration.clone());
        }
        Ok(is_ready)
    }

    /// As [`pop_result`](Self::pop_result), for a registration of the key that was found before.
    pub(super) fn pop_registration<T: Send + 'static>(
        &self,
        registration: SharedRegistration,
        key: &impl Key,
    ) -> Result<T> {
        if registration.readiness() == Readiness::Closed {
            return self.pop_result(key);
        }
        self.pop(registration, key)
    }

    /// The registration of a key, which is the latest one or looked up. The caller
    /// [keeps](Self::keep) it as the latest one, unless the key is no longer pending.
    fn find<T: 'static>(&self, key: &impl Key) -> Result<SharedRegistration> {
        let last = self.asked.borrow_mut().last.take();
        if let Some(last) = last {
            // A closed one is no longer in the registry, where the key may be registered again.
            let is_open = last.readiness() != Readiness::Closed;
            if is_open && last.has_key_of::<T, _>(key) {
                return Ok(last);
            }
            let before = self.asked.borrow_mut().put_aside(last);
            drop(before);
        }
        self.asked.borrow_mut().is_last_awaited = false;
        self.registry.find::<T>(key, &self.point)
    }

    #[inline]
    fn keep(&self, registration: SharedRegistration) {
        let before = self.asked.borrow_mut().keep(registration);
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
        self.pop(self.find::<T>(key)?, key)
    }

    /// Takes the value of the registration of the key. If that fails, the key stays pending, and
    /// the point may wait for it.
    fn pop<T: Send + 'static, Q: Key>(&self, mut registration: SharedRegistration, key: &Q) -> Result<T> {
        let has_type = is_for::<T, Q>(&registration, key);
        if has_type && registration.readiness() == Readiness::Stored {
            if let Some(of_registry) = self.registry.remove(registration.id()) {
                registration = registration.join(of_registry);
            }
            if let Some(value) = take::<T, Q>(&mut registration) {
                // Before the value is returned, because the drop of the key may panic.
                drop(registration);
                return Ok(value);
            }
        }
        if registration.readiness() == Readiness::Closed {
            // Its value was taken on another thread, or it was given up.
            return self.pop_result(key);
        }
        let error = match has_type {
            true => NotReady::new(registration.clone()).into(),
            false => KeyTypeError::new::<T>(registration.clone()).into(),
        };
        self.keep(registration);
        Err(error)
    }

    /// Returns a callable that stores its argument under a key.
    ///
    /// # Errors
    ///
    /// - [`UnknownKeyError`](super::UnknownKeyError) if the key is not pending in this call;
    /// - [`KeyTypeError`](super::KeyTypeError) if the key was registered for another type.
    pub fn result_callback<T: Send + 'static>(&self, key: &impl Key) -> Result<Callable<T>> {
        self.registration_of::<T>(key).map(|registration| callable_for(registration, key))
    }

    /// Stores a value under a key, as its callable does.
    ///
    /// # Errors
    ///
    /// - [`UnknownKeyError`](super::UnknownKeyError) if the key is not pending in this call;
    /// - [`KeyTypeError`](super::KeyTypeError) if the key was registered for another type.
    pub fn set_result<T: Send + 'static>(&self, key: &impl Key, value: T) -> Result {
        self.registration_of::<T>(key).map(|registration| store_for(&registration, key, value))
    }

    /// Gives up a key: it is no longer pending, and its callables do nothing from then on.
    ///
    /// A value that is stored under the key is dropped.
    ///
    /// # Errors
    ///
    /// [`UnknownKeyError`](super::UnknownKeyError) if the key is not pending in this call.
    pub fn forget_callback(&self, key: &impl Key) -> Result {
        self.give_up(&self.registry.find::<()>(key, &self.point)?);
        Ok(())
    }

    fn give_up(&self, registration: &SharedRegistration) {
        drop(self.registry.remove(registration.id()));
        registration.give_up();
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
        let registration = self.registration_of::<T>(key)?;
        let number = registration.id().number;
        self.keep(registration);
        Ok(number)
    }

    /// As [`is_ready`](Self::is_ready), for a key that was [resolved](Self::resolve) to that
    /// number.
    pub(super) fn is_resolved_ready(&self, number: Option<u64>, key: &impl Key) -> Result<bool> {
        let answer = self.asked.borrow_mut().ask_latest(number);
        answer.map_or_else(|| self.is_ready(key), Ok)
    }

    /// As [`is_resolved_ready`](Self::is_resolved_ready), and if so
    /// [`pop_result`](Self::pop_result).
    #[inline]
    pub(super) fn try_pop_resolved<T: Send + 'static>(
        &self,
        number: Option<u64>,
        key: &impl Key,
    ) -> Result<Option<T>> {
        let mut asked = self.asked.borrow_mut();
        let answer = asked.ask_latest(number);
        let stored = asked.last.take_if(|_| answer == Some(true));
        drop(asked);
        match (stored, answer) {
            (Some(registration), _) => self.pop(registration, key).map(Some),
            (None, Some(_)) => Ok(None),
            (None, None) => self.try_pop(key),
        }
    }

    /// As [`is_ready`](Self::is_ready), and if so [`pop_result`](Self::pop_result).
    #[cold]
    fn try_pop<T: Send + 'static>(&self, key: &impl Key) -> Result<Option<T>> {
        match self.is_ready(key)? {
            true => self.pop_result(key).map(Some),
            false => Ok(None),
        }
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
    #[inline]
    pub(super) fn wait(&mut self, waker: &Waker, stored_before: Option<u64>) -> bool {
        let id = self.registry.name_of(&self.point);
        match self.asked.get_mut().only_awaited() {
            Some(registration) => registration.wait(id, waker.clone()),
            None => self.wait_for_many(id, waker, stored_before),
        }
    }

    #[cold]
    fn wait_for_many(&mut self, id: WaiterId, waker: &Waker, stored_before: Option<u64>) -> bool {
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
    #[inline]
    pub(super) fn forget(&mut self) {
        let Some(id) = self.point.get() else { return };
        match self.asked.get_mut().only_awaited() {
            Some(registration) => registration.forget(id),
            None => self.forget_many(id),
        }
        self.asked.get_mut().is_last_awaited = false;
    }

    #[cold]
    fn forget_many(&mut self, id: WaiterId) {
        let asked = self.asked.get_mut();
        if asked.is_any_awaited() {
            asked.awaited().for_each(|registration| registration.forget(id));
        } else if let Some(waiters) = self.registry.any_value_waiters() {
            waiters.forget(id);
        }
        // Last, because the drop of a key may panic.
        drop(asked.others.take());
    }

    /// The point is no longer pending.
    #[inline]
    pub(super) fn close(&self) {
        if let Some(inbox) = self.inbox.get() {
            close(inbox);
        }
    }

    fn inbox(&self) -> &Arc<ResumeInbox> {
        self.inbox.get_or_init(Arc::default)
    }
}

/// Refuses further errors.
#[cold]
fn close(inbox: &ResumeInbox) {
    if let Some(error) = inbox.replace(None).into_value().flatten() {
        report::failure(format_args!("an error was thrown at a yield that had ended"), &error);
    }
}

/// Whether a registration is for values of type `T` under keys of the type of `_key`.
fn is_for<T: Send + 'static, Q: Key>(registration: &SharedRegistration, _key: &Q) -> bool {
    registration.typed::<T, Q>().is_some()
}

/// Registers a key, and returns the callable that its registration counts.
fn first_callable<T: Send + 'static, Q: Key>(
    registry: &KeyRegistry,
    key: Q,
    at: &'static Location<'static>,
) -> Result<Callable<T>> {
    Ok(Callable::first::<Q>(registry.register::<T, Q>(key, at, 1)?))
}

fn callable_for<T: Send + 'static, Q: Key>(registration: SharedRegistration, _key: &Q) -> Callable<T> {
    Callable::new::<Q>(registration)
}

fn store_for<T: Send + 'static, Q: Key>(registration: &SharedRegistration, _key: &Q, value: T) {
    store::<T, Q>(registration, value);
}

impl Clone for Runner {
    fn clone(&self) -> Self {
        let inbox = OnceCell::from(Arc::clone(self.inbox()));
        let registry = self.registry.clone();
        Runner { registry, asked: RefCell::default(), point: Cell::new(None), inbox }
    }
}

opaque_debug!([] Runner);
