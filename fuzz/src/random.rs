//! Random numbers that are the same for the same seed and input.

use fastrand::Rng;

/// The random choices that the mutations need.
pub(crate) struct Random(Rng);

impl Random {
    /// Creates the choices for input `number` of the run `seed`. They do not depend on earlier
    /// inputs.
    pub(crate) fn new(seed: u64, number: u64) -> Random {
        let first = Rng::with_seed(seed).u64(..);
        Random(Rng::with_seed(first ^ number.wrapping_mul(0xd134_2543_de82_ef95)))
    }

    /// A number below `end`, or 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0.usize(..end.max(1))
    }

    /// True once in `times`.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// A part of a list: its start and its end.
    pub(crate) fn range(&mut self, length: usize, longest: usize) -> std::ops::Range<usize> {
        let start = self.below(length);
        let end = length.min(start + 1 + self.below(longest));
        start..end
    }
}
