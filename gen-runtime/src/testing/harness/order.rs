//! [`Order`]: the order of the tasks of a turn, and its seed.
//!
//! The loop promises an order: tasks run in the order in which they were woken. A program may rely
//! on it, so a test has that order too, unless it asks for another one.

use std::collections::hash_map::RandomState;
use std::env;
use std::hash::{BuildHasher, Hasher};

use super::options::OrderOption;
use crate::testing::random::Random;

/// The variable of the environment that sets the seed of tests with the option `shuffled` or
/// `seed`.
pub(super) const SEED_VARIABLE: &str = "GEN_TEST_SEED";

/// The seed and its random numbers, or `None` for the order of the loop.
pub(super) struct Order(Option<(u64, Random)>);

impl Order {
    /// # Panics
    ///
    /// If the order is to be shuffled, and the variable is set to something that is no seed.
    #[track_caller]
    pub(super) fn new(option: OrderOption) -> Self {
        let seed = match option {
            OrderOption::Queued => None,
            OrderOption::Shuffled => Some(from_environment().unwrap_or_else(new_seed)),
            OrderOption::Seeded(seed) => Some(from_environment().unwrap_or(seed)),
        };
        Order(seed.map(|seed| (seed, Random::new(seed))))
    }

    pub(super) fn seed(&self) -> Option<u64> {
        self.0.as_ref().map(|(seed, _)| *seed)
    }

    /// Which of so many jobs is the next one.
    pub(super) fn choose(&self, ready: usize) -> usize {
        self.0.as_ref().map_or(0, |(_, random)| random.below(ready))
    }
}

#[track_caller]
fn from_environment() -> Option<u64> {
    let value = env::var_os(SEED_VARIABLE)?;
    // Not in a closure, where the panic would name a line of this file.
    match value.to_str().and_then(|value| value.parse().ok()) {
        Some(seed) => Some(seed),
        None => panic!(
            "{SEED_VARIABLE} is {value:?}, which is no seed: set it to a number, such as the one that a failure has printed"
        ),
    }
}

/// A seed that no other run has had, most probably. It has at most ten digits, so that it can be
/// typed.
fn new_seed() -> u64 {
    // The only source of randomness in the standard library.
    RandomState::new().build_hasher().finish() >> 32
}
