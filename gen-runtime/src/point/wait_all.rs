//! `WaitAll`: takes the values that many callbacks have stored.

use std::fmt;
use std::marker::PhantomData;

use super::errors::UnknownKeyError;
use super::key::Key;
use super::registration::SharedRegistration;
use super::runner::Runner;
use super::YieldPoint;
use crate::yieldable::join::not_awaited;
use crate::Result;

/// Waits until the [`Callback`](super::Callback)s of all keys were called, and takes their values,
/// in the order of the keys.
///
/// ```
/// use gen::{yield_, Callback, WaitAll};
///
/// #[gen::coroutine]
/// fn in_order() -> gen::Result<Vec<char>> {
///     let (a, b) = yield_!((Callback::<char>::new("a"), Callback::<char>::new("b")))?;
///     b.call('b');
///     a.call('a');
///     yield_!(WaitAll::<char>::new(["a", "b"]))
/// }
/// assert_eq!(gen::run_sync(in_order()).unwrap(), ['a', 'b']);
/// ```
///
/// # Errors
///
/// Those of [`Wait`](super::Wait). A key that is listed twice is unknown the second time. All keys
/// are checked before the wait, and no value is taken before all are there. A key that is given up
/// meanwhile is unknown, and the other keys stay pending.
#[must_use = "nothing is waited for until it is yielded"]
pub struct WaitAll<T, Q = ()> {
    keys: Vec<Q>,
    /// The registrations of the keys, found at the start, and empty before it.
    registrations: Vec<SharedRegistration>,
    /// The number of leading keys whose values have come. These keys are asked about again when all
    /// values are there.
    arrived: usize,
    values: PhantomData<fn() -> T>,
}

impl<T> WaitAll<T> {
    /// Makes a wait for the `T`s under `keys`.
    pub fn new<Q: Key>(keys: impl IntoIterator<Item = Q>) -> WaitAll<T, Q> {
        WaitAll {
            keys: keys.into_iter().collect(),
            registrations: Vec::new(),
            arrived: 0,
            values: PhantomData,
        }
    }
}

not_awaited!([T, Q] WaitAll<T, Q>, AwaitsYieldPoints);

impl<T: Send + 'static, Q: Key> YieldPoint for WaitAll<T, Q> {
    type Output = Vec<T>;

    fn start(&mut self, runner: &Runner) -> Result {
        self.registrations.reserve_exact(self.keys.len());
        let found = self.keys.iter().try_for_each(|key| {
            self.registrations.push(runner.registration_of::<T>(key)?);
            Ok(())
        });
        // Before the error of a later key.
        match self.first_listed_twice() {
            Some(key) => Err(UnknownKeyError::new(key).into()),
            None => found,
        }
    }

    fn is_ready(&mut self, runner: &Runner) -> Result<bool> {
        let arrived_before = self.arrived;
        while self.arrived < self.keys.len() {
            if !self.is_ready_at(self.arrived, runner)? {
                return Ok(false);
            }
            self.arrived += 1;
        }
        // A key whose value had come may have been given up since.
        for index in 0..arrived_before {
            if !self.is_ready_at(index, runner)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn get_result(&mut self, runner: &Runner) -> Result<Vec<T>> {
        let registrations = std::mem::take(&mut self.registrations);
        let pop = |(key, registration)| runner.pop_registration(registration, key);
        self.keys.iter().zip(registrations).map(pop).collect()
    }
}

impl<T: Send + 'static, Q: Key> WaitAll<T, Q> {
    fn is_ready_at(&self, index: usize, runner: &Runner) -> Result<bool> {
        runner.is_registration_ready(&self.registrations[index], &self.keys[index])
    }
}

impl<T, Q> WaitAll<T, Q> {
    /// The first key that is equal to an earlier one: it has the same registration.
    fn first_listed_twice(&self) -> Option<&Q> {
        let number = |index: &usize| self.registrations[*index].id().number;
        let mut by_number: Vec<usize> = (0..self.registrations.len()).collect();
        by_number.sort_by_key(number);
        let twice = by_number.windows(2).filter(|pair| number(&pair[0]) == number(&pair[1]));
        twice.map(|pair| pair[1]).min().map(|index| &self.keys[index])
    }
}

impl<T, Q: fmt::Debug> fmt::Debug for WaitAll<T, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WaitAll").field(&self.keys).finish()
    }
}
