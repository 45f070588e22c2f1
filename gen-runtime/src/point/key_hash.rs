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
pub(super) fn hash(key: &impl Hash) -> u64 {
    static SECRETS: LazyLock<Secrets> = LazyLock::new(Secrets::new);
    let Secrets { first, factor } = *SECRETS;
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
    /// Both halves of the product count, so each bit of the word changes all bits of the state.
    #[inline]
    fn add(&mut self, word: u64) {
        let product = u128::from(self.state ^ word) * u128::from(self.factor);
        self.state = product as u64 ^ (product >> 64) as u64;
    }
}

impl Hasher for KeyHasher {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            self.add(word.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        }
        // The number of the last bytes is in the byte that they leave free.
        let last = words.remainder();
        let count = (last.len() as u64) << 56;
        self.add(last.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)) | count);
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

    #[inline]
    fn finish(&self) -> u64 {
        self.state
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::collections::HashSet;

    use super::hash;

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

    #[test]
    fn the_hashes_of_numbers_in_a_row_are_spread() {
        let buckets: HashSet<u64> = (0..1000_u64).map(|number| hash(&number) % 1024).collect();
        assert!(buckets.len() > 550, "{}", buckets.len());
    }
}
