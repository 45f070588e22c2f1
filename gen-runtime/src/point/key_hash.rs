//! The hashes of keys.
//!
//! A key is hashed twice for each value, at its registration and at the start of its wait. So the
//! hash is a cheap one: a multiplication for each word of the key. A stranger whose data become
//! keys must not be able to choose keys with the same hash. So the hash begins with a random number
//! and multiplies by another one, which are made once in each process.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::LazyLock;

/// Returns the hash of a key. `Hash` is code of the user.
#[inline]
pub(super) fn hash(key: &impl Hash) -> u64 {
    static SECRETS: LazyLock<Secrets> = LazyLock::new(Secrets::new);
    hash_with(*SECRETS, key)
}

#[inline]
fn hash_with(Secrets { first, factor }: Secrets, key: &impl Hash) -> u64 {
    let mut hasher = KeyHasher { state: first, factor };
    key.hash(&mut hasher);
    hasher.finish()
}

#[derive(Clone, Copy)]
struct Secrets {
    first: u64,
    /// It is odd.
    factor: u64,
}

impl Secrets {
    fn new() -> Self {
        let random = RandomState::new();
        Secrets { first: random.hash_one(1), factor: random.hash_one(2) | 1 }
    }
}

struct KeyHasher {
    state: u64,
    factor: u64,
}

impl KeyHasher {
    /// Both halves of the product count, so that the high bits of the word reach the low bits of
    /// the state.
    #[inline]
    fn add(&mut self, word: u64) {
        self.state = fold(self.state ^ word, self.factor);
    }
}

/// The golden ratio, as a fraction of the range.
const SPREADS: u64 = 0x9E37_79B9_7F4A_7C15;

#[inline]
fn fold(number: u64, factor: u64) -> u64 {
    let product = u128::from(number) * u128::from(factor);
    product as u64 ^ (product >> 64) as u64
}

/// The word of less than eight bytes, by reads that overlap: bytes at the same place are equal.
#[inline]
fn word_of(bytes: &[u8]) -> u64 {
    let at = |index: usize| u64::from(bytes[index]) << (8 * index);
    match bytes {
        [] => 0,
        [_] | [_, _] | [_, _, _] => at(0) | at(bytes.len() / 2) | at(bytes.len() - 1),
        [first @ .., _, _, _, _] if first.len() < 4 => {
            let four = |from: usize| {
                let four = bytes[from..from + 4].try_into().expect("there are four bytes");
                u64::from(u32::from_le_bytes(four)) << (8 * from)
            };
            four(0) | four(first.len())
        }
        _ => unreachable!("a word has eight bytes"),
    }
}

impl Hasher for KeyHasher {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            self.add(u64::from_le_bytes(word.try_into().expect("a chunk has eight bytes")));
        }
        let last = words.remainder();
        // The number of the last bytes is in the byte that they leave free.
        self.add(word_of(last) | (last.len() as u64) << 56);
    }

    #[inline]
    fn write_u8(&mut self, number: u8) {
        self.add(number.into());
    }

    #[inline]
    fn write_u16(&mut self, number: u16) {
        self.add(number.into());
    }

    #[inline]
    fn write_u32(&mut self, number: u32) {
        self.add(number.into());
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        self.add(number);
    }

    #[inline]
    fn write_usize(&mut self, number: usize) {
        self.add(number as u64);
    }

    /// Folds once more, by a factor that spreads well. The random one may not: with some factors
    /// the halves of the product cancel each other for numbers in a row.
    #[inline]
    fn finish(&self) -> u64 {
        fold(self.state, SPREADS)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::collections::HashSet;

    use super::{hash, hash_with, Secrets};

    #[test]
    fn keys_that_are_alike_have_different_hashes() {
        let mut hashes = HashSet::new();
        let mut count = 0;
        for number in 0..1000_u64 {
            hashes.insert(hash(&number));
            hashes.insert(hash(&format!("key {number}")));
            hashes.insert(hash(&"\0".repeat(number as usize)));
            hashes.insert(hash(&(number, "key")));
            count += 4;
        }
        assert_eq!(hashes.len(), count);
    }

    /// Also with a factor for which the halves of a product nearly cancel each other.
    #[test]
    fn the_hashes_of_numbers_in_a_row_are_spread() {
        for factor in [0xff4a_0310_1e1c_e3ff, 0x555a_232e_11c8_e3cb, 1] {
            let secrets = Secrets { first: 0x0123_4567_89ab_cdef, factor };
            let buckets: HashSet<u64> =
                (0..1000_u64).map(|number| hash_with(secrets, &number) % 1024).collect();
            assert!(buckets.len() > 550, "{factor:x}: {}", buckets.len());
        }
    }
}
