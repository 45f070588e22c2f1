//! `StageLock`: a lock whose word also names the stage of the data.
//!
//! An uncontended lock and unlock is one atomic read-modify-write, where a `Mutex` takes two, and
//! the stage is read without any. The price is that a thread which finds the lock taken spins,
//! then yields its turn of the processor, and then sleeps. So the lock is for moves of a few words:
//! nothing of a user runs under it, by the rules of the module. The longest piece of work under it
//! is the growth of the table in which the [registry](crate::point) of a call has its keys.
//!
//! | the word | `with` | `stage` |
//! |---|---|---|
//! | a stage | the word becomes locked; `run` reads and changes the data and the stage; the word becomes the new stage | that stage |
//! | a stage, and `LOCKED` | waits | the stage before the change that is under way |
//!
//! # Safety
//!
//! The unsafe code of the lock is in this file. The invariants:
//!
//! 1. Only the thread that has set `LOCKED` has a reference to the data, and it has none any more
//!    when it clears `LOCKED`.
//! 2. While `LOCKED` is set, only that thread writes the word. So a plain store clears it.
//! 3. Clearing `LOCKED` releases, and setting it acquires. So each thread sees the writes of the
//!    threads that had the lock before it. A read of the stage acquires, too: a thread that reads
//!    the new stage sees the writes before the change.

use std::panic::{RefUnwindSafe, UnwindSafe};

#[cfg(not(loom))]
use std::{
    hint::spin_loop,
    thread::{sleep, yield_now},
    time::Duration,
};

#[cfg(loom)]
use loom::{hint::spin_loop, thread::yield_now};

use crate::shims::{AtomicU8, Ordering, UnsafeCell};

const LOCKED: u8 = 1 << 7;

pub(crate) struct StageLock<D> {
    word: AtomicU8,
    data: UnsafeCell<D>,
    /// A model of spinning threads has no end if it is large. So they queue up here, except in the
    /// models of the lock itself.
    #[cfg(loom)]
    queue: loom::sync::Mutex<()>,
}

// SAFETY: the data goes from one thread to another, but two threads never have references to it at
// once (1). So `D: Sync` is not needed.
unsafe impl<D: Send> Send for StageLock<D> {}
// SAFETY: as above.
unsafe impl<D: Send> Sync for StageLock<D> {}

// As for a `Mutex`: each piece of code under the lock leaves the data in a valid state.
impl<D> UnwindSafe for StageLock<D> {}
impl<D> RefUnwindSafe for StageLock<D> {}

impl<D: Default> Default for StageLock<D> {
    fn default() -> Self {
        StageLock::new(D::default())
    }
}

impl<D> StageLock<D> {
    /// The data in stage 0.
    pub(crate) fn new(data: D) -> Self {
        StageLock {
            word: AtomicU8::new(0),
            data: UnsafeCell::new(data),
            #[cfg(loom)]
            queue: loom::sync::Mutex::new(()),
        }
    }

    /// The stage now. It may change at any time, unless the caller knows that it is final.
    #[inline]
    pub(crate) fn stage(&self) -> u8 {
        self.word.load(Ordering::Acquire) & !LOCKED
    }

    /// Runs `run` with the stage and the data, under the lock. Both may be changed; the stage is
    /// less than 128.
    #[inline]
    pub(crate) fn with<R>(&self, run: impl FnOnce(&mut u8, &mut D) -> R) -> R {
        #[cfg(loom)]
        let _turn = crate::shims::lock(&self.queue);
        self.with_word(run)
    }

    #[inline]
    pub(super) fn with_word<R>(&self, run: impl FnOnce(&mut u8, &mut D) -> R) -> R {
        let mut locked = Locked { word: &self.word, stage: self.lock() };
        let stage = &mut locked.stage;
        // SAFETY: this thread has set `LOCKED`, and clears it when `locked` is dropped, after the
        // reference is gone (1).
        self.data.with_mut(|data| run(stage, unsafe { &mut *data }))
    }

    /// Sets `LOCKED`, and returns the stage.
    #[inline]
    fn lock(&self) -> u8 {
        let stage = self.word.load(Ordering::Relaxed) & !LOCKED;
        match self.try_lock(stage) {
            Ok(stage) => stage,
            Err(now) => self.lock_contended(now),
        }
    }

    #[inline]
    fn try_lock(&self, stage: u8) -> Result<u8, u8> {
        self.word.compare_exchange(stage, stage | LOCKED, Ordering::Acquire, Ordering::Relaxed)
    }

    /// The first rounds keep the processor, since the other thread mostly runs on another one. The
    /// next ones give it up, since the other thread perhaps waits for this one. Then this thread
    /// sleeps, since the other one perhaps has a lower priority, and would not run meanwhile.
    #[cold]
    fn lock_contended(&self, mut now: u8) -> u8 {
        let mut round = 0_u32;
        loop {
            match round {
                0..8 => (0..1 << round).for_each(|_| spin_loop()),
                #[cfg(not(loom))]
                64.. => sleep(Duration::from_micros(50)),
                _ => yield_now(),
            }
            #[cfg(loom)]
            yield_now();
            round = round.saturating_add(1);
            match self.try_lock(now & !LOCKED) {
                Ok(stage) => return stage,
                Err(other) => now = other,
            }
        }
    }
}

/// Clears `LOCKED` in its drop, also if the code under the lock panics.
struct Locked<'a> {
    word: &'a AtomicU8,
    stage: u8,
}

impl Drop for Locked<'_> {
    #[inline]
    fn drop(&mut self) {
        debug_assert_eq!(self.stage & LOCKED, 0, "a stage is less than 128");
        self.word.store(self.stage, Ordering::Release);
    }
}
