//! [`TestOptions`]: the options of `#[gen::test]`.

use std::time::Duration;

/// The options that were written. Each function is that of one option.
#[derive(Debug, Clone, Copy, Default)]
#[must_use]
pub struct TestOptions {
    limit: Option<Limit>,
    pub(super) order: OrderOption,
    pub(super) leaks_allowed: bool,
}

/// The value of `limit`.
#[derive(Debug, Clone, Copy)]
enum Limit {
    None,
    Nanoseconds(u64),
}

/// The order of the tasks that are woken for the same turn.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum OrderOption {
    /// That of the loop.
    #[default]
    Queued,
    /// Another one in each run.
    Shuffled,
    /// That of a seed.
    Seeded(u64),
}

impl TestOptions {
    /// No option was written.
    pub const fn new() -> Self {
        TestOptions { limit: None, order: OrderOption::Queued, leaks_allowed: false }
    }

    /// `limit = ".."`, in nanoseconds.
    pub const fn limit(self, nanoseconds: u64) -> Self {
        TestOptions { limit: Some(Limit::Nanoseconds(nanoseconds)), ..self }
    }

    /// `limit = "none"`.
    pub const fn without_limit(self) -> Self {
        TestOptions { limit: Some(Limit::None), ..self }
    }

    /// `shuffled`.
    pub const fn shuffled(self) -> Self {
        TestOptions { order: OrderOption::Shuffled, ..self }
    }

    /// `seed = N`.
    pub const fn seed(self, seed: u64) -> Self {
        TestOptions { order: OrderOption::Seeded(seed), ..self }
    }

    /// `leaks = "allowed"`.
    pub const fn leaks_allowed(self) -> Self {
        TestOptions { leaks_allowed: true, ..self }
    }

    /// The limit that was written, or else `default`.
    pub(super) fn limit_or(&self, default: Option<Duration>) -> Option<Duration> {
        match self.limit {
            None => default,
            Some(Limit::None) => None,
            Some(Limit::Nanoseconds(nanoseconds)) => Some(Duration::from_nanos(nanoseconds)),
        }
    }
}
