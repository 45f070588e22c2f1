//! Numbers that look random and are the same for the same seed and input.

use fastrand::Rng;

/// What the mutations ask for.
pub(crate) struct Random(Rng);

impl Random {
    /// For input `number` of the run `seed`, whatever came before it.
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

    /// A part of a list: where it starts, and where it ends.
    pub(crate) fn range(&mut self, length: usize, longest: usize) -> std::ops::Range<usize> {
        let start = self.below(length);
        let end = length.min(start + 1 + self.below(longest));
        start..end
    }
}
