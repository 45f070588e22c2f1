//! `Forget`: gives up a key.

use super::key::Key;
use super::runner::Runner;
use super::YieldPoint;
use crate::yieldable::join::not_awaited;
use crate::Result;

/// Gives up a key: it is no longer pending, and its [`Callable`](super::Callable)s do nothing from
/// then on.
///
/// A [`Wait`](super::Wait) that is dropped, for example by a timeout, leaves its key pending: the
/// next wait gets the value. If there will be no next wait, give up the key. Otherwise the call
/// fails with a [`LeakedCallbackError`](super::LeakedCallbackError) at its end. (Tornado has no
/// counterpart.)
///
/// ```
/// use gen::{yield_, Callback, Forget, Wait};
/// use std::time::Duration;
///
/// /// An API that takes its time.
/// fn read_sensor(done: impl FnOnce(u32) + Send + 'static) {
///     std::thread::spawn(move || {
///         std::thread::park(); // for ever, perhaps
///         done(21);
///     });
/// }
///
/// #[gen::coroutine]
/// fn degrees() -> gen::Result<Option<u32>> {
///     let done = yield_!(Callback::<u32>::new("sensor"))?;
///     read_sensor(move |degrees| done.call(degrees));
///     let value = Wait::<u32>::new("sensor");
///     match yield_!(gen::with_timeout(Duration::from_secs(60), value)) {
///         Err(e) if e.is::<gen::TimeoutError>() => {
///             yield_!(Forget::new("sensor"))?;
///             Ok(None)
///         }
///         other => other.map(Some),
///     }
/// }
/// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
/// assert_eq!(io_loop.run_sync(degrees()).unwrap(), None);
/// ```
///
/// The yield is always ready at once. A value that is stored under the key is dropped. If another
/// branch waits for the key, it gets an [`UnknownKeyError`](super::UnknownKeyError). The key may be
/// registered again.
///
/// # Errors
///
/// At the yield: [`UnknownKeyError`](super::UnknownKeyError) if the key is not pending in this
/// call.
#[derive(Debug)]
#[must_use = "nothing is given up until it is yielded"]
pub struct Forget<Q> {
    key: Q,
}

impl<Q> Forget<Q> {
    /// Makes the point that gives up `key`.
    pub fn new(key: Q) -> Self
    where
        Q: Key,
    {
        Forget { key }
    }
}

not_awaited!([Q] Forget<Q>, AwaitsYieldPoints);

impl<Q: Key> YieldPoint for Forget<Q> {
    type Output = ();

    fn start(&mut self, runner: &Runner) -> Result {
        runner.forget_callback(&self.key)
    }

    fn is_ready(&mut self, _: &Runner) -> Result<bool> {
        Ok(true)
    }

    fn get_result(&mut self, _: &Runner) -> Result {
        Ok(())
    }
}
