//! [`random`] and [`uuid`]: values that differ from run to run, but not in a replay.

use std::collections::hash_map::RandomState;
use std::future::{ready, Future, Ready};
use std::hash::{BuildHasher, Hasher};
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::journal::What;
use crate::step::Step;

/// Makes a random number, and keeps it in the journal: a replay gives the same number.
///
/// One number can be the seed of a generator, which then gives any number of further ones without
/// entries of their own, the same in each run:
///
/// ```
/// use gen::yield_;
/// use gen_durable::{random, MemoryJournal, Records};
///
/// #[gen::coroutine]
/// fn winners(guests: u64) -> gen::Result<Vec<u64>> {
///     let mut generator = fastrand::Rng::with_seed(yield_!(random())?);
///     Ok((0..3).map(|_| generator.u64(0..guests)).collect())
/// }
/// let records = Records::new();
/// let run = || gen_durable::run(winners(1000), MemoryJournal::new(&records));
/// assert_eq!(gen::run_sync(run()).unwrap(), gen::run_sync(run()).unwrap());
/// ```
///
/// It is no secret: the journal contains the number, and it may be guessed by a program that has
/// seen others. Without a journal it is a random number, too.
///
/// # Errors
///
/// Only an entry of the journal that is no number.
#[track_caller]
pub fn random() -> Random<u64> {
    Random(Step::new(What::Random, || ready(Ok(number()))))
}

/// Makes a random identifier, a UUID of version 4, and keeps it in the journal: a replay gives the
/// same one.
///
/// ```
/// use gen::yield_;
/// use gen_durable::{step, uuid, MemoryJournal, Records};
///
/// # async fn pay(key: String) -> gen::Result<String> { Ok(key) }
/// #[gen::coroutine]
/// fn order() -> gen::Result<String> {
///     // The bank gets the same key, also if this step has to run twice.
///     let key = yield_!(uuid())?;
///     yield_!(step("pay", move || pay(key)))
/// }
/// let records = Records::new();
/// let run = || gen_durable::run(order(), MemoryJournal::new(&records));
/// let key = gen::run_sync(run()).unwrap();
/// assert_eq!(key.len(), "67e55044-10b1-426f-9247-bb680e5fe0c8".len());
/// assert_eq!(gen::run_sync(run()).unwrap(), key);
/// ```
///
/// The text is that of [`uuid::Uuid`](https://docs.rs/uuid), which parses it. As for
/// [`random`](fn@random), it is no secret.
///
/// # Errors
///
/// Only an entry of the journal that is no text.
#[track_caller]
pub fn uuid() -> Random<String> {
    Random(Step::new(What::Uuid, || ready(Ok(uuid_of([number(), number()])))))
}

/// The future of a [`random`](fn@random) or a [`uuid`](fn@uuid).
#[derive(Debug)]
#[must_use = "nothing happens until it is yielded"]
pub struct Random<T>(Step<Make<T>, Ready<gen::Result<T>>, T>);

type Make<T> = fn() -> Ready<gen::Result<T>>;

impl<T> Future for Random<T> {
    type Output = gen::Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<gen::Result<T>> {
        Pin::new(&mut self.0).poll(cx)
    }
}

/// The only source of randomness in the standard library.
fn number() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// The text of a UUID of version 4 and variant 1 with these random bits.
pub(crate) fn uuid_of([high, low]: [u64; 2]) -> String {
    let high = high & !0xF000 | 0x4000;
    let low = low & !(0b11 << 62) | 0b10 << 62;
    let (first, second, third) = (high >> 32, high >> 16 & 0xFFFF, high & 0xFFFF);
    let (fourth, fifth) = (low >> 48, low & 0xFFFF_FFFF_FFFF);
    format!("{first:08x}-{second:04x}-{third:04x}-{fourth:04x}-{fifth:012x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_that_another_program_parses_is_of_version_4() {
        assert_eq!(uuid_of([0; 2]), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid_of([u64::MAX; 2]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        let half = uuid_of([0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210]);
        assert_eq!(half, "01234567-89ab-4def-bedc-ba9876543210");
    }
}
