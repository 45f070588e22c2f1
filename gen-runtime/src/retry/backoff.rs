//! [`backoff`]: a schedule of waits that grow.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

use crate::executor::host;

/// No wait is longer than this, unless the user says so.
const LONGEST: Duration = Duration::from_secs(60);

/// Waits that begin with `first` and double each time, for [`retry`](crate::retry).
///
/// The waits never end: [`take`](Iterator::take) limits their number. None is longer than a minute,
/// or than [`at_most`](Backoff::at_most) says. [`jitter`](Backoff::jitter) makes each of them
/// random, so that many clients whose tries fail together do not come back together.
///
/// ```
/// use std::time::Duration;
///
/// let waits = gen::backoff(Duration::from_secs(1)).at_most(Duration::from_secs(5));
/// let first = Vec::from_iter(waits.take(5));
/// assert_eq!(first, [1, 2, 4, 5, 5].map(Duration::from_secs));
/// ```
pub fn backoff(first: Duration) -> Backoff {
    Backoff { next: first, factor: 2, longest: LONGEST, jitter: Jitter::Off }
}

/// A schedule of growing waits: made by [`backoff`].
#[derive(Debug, Clone)]
#[must_use = "it is a schedule, and does not wait by itself"]
pub struct Backoff {
    next: Duration,
    factor: u32,
    longest: Duration,
    jitter: Jitter,
}

#[derive(Debug, Clone)]
enum Jitter {
    Off,
    /// The generator gets its seed with the first wait, since only then it is known which loop
    /// runs.
    Unseeded,
    On(Random),
}

impl Backoff {
    /// Each wait is so many times as long as the one before, instead of twice.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let waits = gen::backoff(Duration::from_secs(1)).factor(3).take(3);
    /// assert_eq!(Vec::from_iter(waits), [1, 3, 9].map(Duration::from_secs));
    /// ```
    pub fn factor(self, factor: u32) -> Self {
        Backoff { factor, ..self }
    }

    /// No wait is longer than `longest`, instead of a minute.
    pub fn at_most(self, longest: Duration) -> Self {
        Backoff { longest, ..self }
    }

    /// Makes each wait random: at least the half of its usual time, and at most all of it.
    ///
    /// On a loop whose clock does not run by itself, as in a test, the waits of a program are
    /// random but the same in each run.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let mut waits = gen::backoff(Duration::from_secs(8)).jitter();
    /// let wait = waits.next().unwrap();
    /// assert!(Duration::from_secs(4) <= wait && wait <= Duration::from_secs(8));
    /// ```
    pub fn jitter(self) -> Self {
        Backoff { jitter: Jitter::Unseeded, ..self }
    }
}

impl Iterator for Backoff {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let wait = self.next.min(self.longest);
        self.next = self.next.saturating_mul(self.factor);
        if let Jitter::Unseeded = self.jitter {
            self.jitter = Jitter::On(Random(seed()));
        }
        match &mut self.jitter {
            Jitter::On(random) => Some(random.between(wait / 2, wait)),
            Jitter::Off | Jitter::Unseeded => Some(wait),
        }
    }
}

fn seed() -> u64 {
    // The only source of randomness in the standard library.
    host::repeatable_seed().unwrap_or_else(|| RandomState::new().build_hasher().finish())
}

/// A generator of the kind SplitMix64.
#[derive(Debug, Clone)]
struct Random(u64);

impl Random {
    fn between(&mut self, least: Duration, most: Duration) -> Duration {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        // The upper 32 bits are the fraction of the way from one end to the other.
        let fraction = (mixed ^ (mixed >> 31)) >> 32;
        let nanos = ((most - least).as_nanos() * u128::from(fraction)) >> 32;
        least + Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}
