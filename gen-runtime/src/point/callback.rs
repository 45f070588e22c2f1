//! `Callback`: registers a key, and gives a callable for it.

use std::panic::Location;
use std::sync::Arc;

use super::key::Key;
use super::registration::{store, Registration, SharedRegistration};
use super::runner::Runner;
use super::YieldPoint;
use crate::executor::abandon;
use crate::inject::fixed_order::{self, RefusedKind};
use crate::opaque::opaque_debug;
use crate::yieldable::join::not_awaited;
use crate::yieldable::Yielded;
use crate::Result;

/// Registers a key; the yield gives the [`Callable`] that stores a `T` under it, for a
/// [`Wait`](super::Wait) to take.
///
/// Keys belong to one call of a coroutine: calls that run at the same time do not share them. A
/// nested `async` block has keys of its own.
///
/// The yield is always ready at once. A callback with several arguments is a `Callback` of a tuple,
/// or of [`Arguments`](crate::Arguments).
///
/// # Errors
///
/// At the yield: [`KeyReuseError`](super::KeyReuseError) if the key is pending already. At the end
/// of the call: [`LeakedCallbackError`](super::LeakedCallbackError) if the key was never waited
/// for.
///
/// ```
/// use gen::{yield_, Callback, Wait};
///
/// /// An API with a callback, on a thread of its own.
/// fn read_sensor(done: impl FnOnce(u32) + Send + 'static) {
///     std::thread::spawn(move || done(21));
/// }
///
/// #[gen::coroutine]
/// fn twice() -> gen::Result<u32> {
///     let done = yield_!(Callback::<u32>::new("sensor"))?;
///     read_sensor(move |degrees| done.call(degrees));
///     Ok(2 * yield_!(Wait::<u32>::new("sensor"))?)
/// }
/// assert_eq!(gen::run_sync(twice()).unwrap(), 42);
/// ```
#[must_use = "nothing is registered until it is yielded"]
pub struct Callback<T, Q = ()> {
    /// Taken by the start, which registers it.
    key: Option<Q>,
    at: &'static Location<'static>,
    /// Made by the start, and taken as the result of the yield.
    callable: Option<Callable<T>>,
}

impl<T> Callback<T> {
    /// Makes a callback for a `T` under `key`; errors will name the place of this call.
    #[track_caller]
    pub fn new<Q: Key>(key: Q) -> Callback<T, Q> {
        Callback { key: Some(key), at: Location::caller(), callable: None }
    }
}

impl<T, Q> Callback<T, Q> {
    /// Does not compile: the yield gives the callable that can be called.
    #[doc(hidden)]
    pub fn call<B: CallsBeforeTheYield>(&self, _: T)
    where
        Self: Yielded<By = B>,
    {
        unreachable!("nothing implements the trait")
    }
}

not_awaited!([T, Q] Callback<T, Q>, AwaitsYieldPoints);

impl<T: Send + 'static, Q: Key> YieldPoint for Callback<T, Q> {
    type Output = Callable<T>;

    fn start(&mut self, runner: &Runner) -> Result {
        // Only notes it: the driver of the body drops it after this poll.
        fixed_order::refuses_call_at(RefusedKind::MadeCallback, self.at);
        self.callable = self.key.take().map(|key| runner.register(key, self.at)).transpose()?;
        Ok(())
    }

    fn is_ready(&mut self, _: &Runner) -> Result<bool> {
        Ok(true)
    }

    fn get_result(&mut self, _: &Runner) -> Result<Callable<T>> {
        // `Pending` calls `start` before, and this once.
        Ok(self.callable.take().expect("a callback is started before its result is taken"))
    }
}

opaque_debug!([T, Q] Callback<T, Q>);

/// Stores a value under a key: the result of yielding a [`Callback`].
///
/// It may be kept, cloned, sent to other threads and called from there. A call stores the value,
/// and wakes the coroutine if it waits for the key. The coroutine never runs inside of the call.
///
/// A callable belongs to one registration of its key. A second call replaces a value that was not
/// yet taken. A call does nothing when the value was taken, when the coroutine call has ended, and
/// when its loop was dropped.
///
/// If all clones are dropped without a call, a wait for the key fails with a
/// [`CallbackDroppedError`](super::CallbackDroppedError). If they are dropped because a callback of
/// the coroutine's [context](crate::context) has failed that owns them, the wait fails with the
/// error of that callback. Then the key is no leak when the call ends, and may be registered again.
pub struct Callable<T> {
    registration: SharedRegistration,
    /// Stores a value in a registration for keys of the type of its key.
    store: fn(&Registration, T),
}

impl<T> Callable<T> {
    /// A callable of a registration for keys of type `Q`.
    pub(super) fn new<Q: Key>(registration: SharedRegistration) -> Self
    where
        T: 'static,
    {
        registration.grow();
        Callable::first::<Q>(registration)
    }

    /// The callable of a registration that counts it already.
    pub(super) fn first<Q: Key>(registration: SharedRegistration) -> Self
    where
        T: 'static,
    {
        Callable { registration, store: store::<T, Q> }
    }

    /// Stores the value.
    pub fn call(&self, value: T) {
        (self.store)(&self.registration, value);
    }

    /// Turns it into a closure that stores its argument, for functions that take a closure.
    ///
    /// If the closure is dropped without a call, the wait fails, as for the callable itself.
    ///
    /// ```
    /// use gen::{yield_, Callback, Wait};
    ///
    /// /// An API with a callback, on a thread of its own.
    /// fn read_sensor(done: impl FnOnce(u32) + Send + 'static) {
    ///     std::thread::spawn(move || done(21));
    /// }
    ///
    /// #[gen::coroutine]
    /// fn read() -> gen::Result<u32> {
    ///     read_sensor(yield_!(Callback::new("sensor"))?.into_fn());
    ///     yield_!(Wait::<u32>::new("sensor"))
    /// }
    /// assert_eq!(gen::run_sync(read()).unwrap(), 21);
    /// ```
    pub fn into_fn(self) -> impl Fn(T) + Clone + Send + Sync + 'static
    where
        T: 'static,
    {
        move |value| self.call(value)
    }
}

impl<T> Clone for Callable<T> {
    fn clone(&self) -> Self {
        self.registration.grow();
        Callable { registration: self.registration.clone(), store: self.store }
    }
}

impl<T> Drop for Callable<T> {
    fn drop(&mut self) {
        if self.registration.shrink() {
            abandon(Arc::new(self.registration.clone()));
        }
    }
}

opaque_debug!([T] Callable<T>);

/// The mistake of a [`Callback`] that is called before it is yielded.
#[diagnostic::on_unimplemented(
    message = "a `Callback` is not called itself: call the `Callable` that its yield gives",
    label = "not yielded yet",
    note = "yield it to register its key: `let done = yield_!(Callback::new(key))?; done.call(value)`"
)]
pub trait CallsBeforeTheYield {}
