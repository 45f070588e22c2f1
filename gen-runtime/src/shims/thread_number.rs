//! The number of a thread. It is cheaper than `std`'s `ThreadId`, which takes an `Arc`.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

use super::thread_local;

/// A number that no other thread of this process has or had. It is never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ThreadNumber(u32);

impl ThreadNumber {
    /// # Panics
    ///
    /// If there have been 2^32 threads, since two threads must not share a number.
    pub(crate) fn current() -> Self {
        thread_local! {
            // No destructor, so it can be read until the very end of the thread.
            static NUMBER: Cell<u32> = const { Cell::new(0) };
        }
        NUMBER.with(|number| {
            if number.get() == 0 {
                number.set(Self::next());
            }
            ThreadNumber(number.get())
        })
    }

    pub(crate) fn get(self) -> u32 {
        self.0
    }

    #[cold]
    fn next() -> u32 {
        static LAST: AtomicU32 = AtomicU32::new(0);
        let last = LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| last.checked_add(1));
        last.expect("fewer than 2^32 threads in the life of a process") + 1
    }
}
