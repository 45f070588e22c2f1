//! Measures the cost of an input in allocated bytes, which are the same on every machine.
//!
//! A loop that does not allocate costs nothing in this unit. A watchdog with a generous time limit
//! finds it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

thread_local! {
    static ALLOCATED: Cell<usize> = const { Cell::new(0) };
}

/// Counts for each thread.
struct Counting;

fn count(bytes: usize) {
    ALLOCATED.set(ALLOCATED.get().wrapping_add(bytes));
}

// SAFETY: the system's allocator does all the work; the counting neither allocates nor unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller keeps the contract of the method.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of the method.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        // SAFETY: the caller keeps the contract of the method.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Runs the function, and returns the number of bytes that it allocates.
pub(crate) fn of<R>(run: impl FnOnce() -> R) -> (R, usize) {
    let before = ALLOCATED.get();
    let output = run();
    (output, ALLOCATED.get().wrapping_sub(before))
}

/// The input that each thread is running.
pub(crate) struct Watchdog {
    numbers: Vec<AtomicU64>,
}

impl Watchdog {
    /// The time limit for one input: some ten thousand times as long as an input takes.
    const PATIENCE: Duration = Duration::from_secs(20);

    pub(crate) fn new(threads: usize) -> Watchdog {
        Watchdog { numbers: (0..threads).map(|_| AtomicU64::new(u64::MAX)).collect() }
    }

    pub(crate) fn begin(&self, thread: usize, number: u64) {
        self.numbers[thread].store(number, Ordering::Relaxed);
    }

    pub(crate) fn end(&self, thread: usize) {
        self.begin(thread, u64::MAX);
    }

    /// Ends the program if a thread stays at one input for too long. Never returns.
    pub(crate) fn watch(&self, seed: u64) -> ! {
        loop {
            let before: Vec<u64> = self.read();
            std::thread::sleep(Self::PATIENCE);
            for (before, now) in before.into_iter().zip(self.read()) {
                if before == now && now != u64::MAX {
                    eprintln!("input {now} of seed {seed} hangs: --seed {seed} --from {now} --inputs 1");
                    std::process::exit(1);
                }
            }
        }
    }

    fn read(&self) -> Vec<u64> {
        self.numbers.iter().map(|number| number.load(Ordering::Relaxed)).collect()
    }
}
