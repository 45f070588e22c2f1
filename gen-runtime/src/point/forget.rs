//! `Forget`: gives up what a callback was to store.

use super::key::Key;
use super::runner::Runner;
use super::YieldPoint;
use crate::yieldable::join::not_awaited;
use crate::Result;

/// Gives up a key: it is pending no longer, and its [`Callable`](super::Callable)s do nothing from now on.
///
/// A [`Wait`](super::Wait) that is dropped, by a timeout for example, leaves its key pending: the next one gets the value. Where there will be no next one, say so, or the call
/// fails with a [`LeakedCallbackError`](super::LeakedCallbackError) in the end. (Tornado has no counterpart.)
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
///     match yield_!(gen::with_timeout(Duration::from_secs(60), Wait::<u32>::new("sensor"))) {
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
/// The yield is always ready at once. A value that has come meanwhile is dropped; whoever waits for the key in another branch gets an
/// [`UnknownKeyError`](super::UnknownKeyError). The key may be registered anew.
///
/// # Errors
///
/// At the yield: [`UnknownKeyError`](super::UnknownKeyError) if the key is not pending in this call.
#[derive(Debug)]
#[must_use = "nothing is given up until it is yielded"]
pub struct Forget<Q> {
    key: Q,
}

impl<Q> Forget<Q> {
    /// Gives up `key`.
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
