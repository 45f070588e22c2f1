//! [`Random`]: the random numbers that choose an order. A seed gives the same numbers everywhere.

use std::cell::Cell;

/// A generator of the kind xorshift64*.
pub(super) struct Random(Cell<u64>);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        // The state is never zero, and the states of neighbouring seeds are far apart.
        Random(Cell::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1))
    }

    /// A number below `limit`, or 0 if the limit is 0.
    pub(super) fn below(&self, limit: usize) -> usize {
        if limit < 2 {
            return 0;
        }
        let mut state = self.0.get();
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        self.0.set(state);
        let number = state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(number).unwrap_or(0) % limit
    }
}
