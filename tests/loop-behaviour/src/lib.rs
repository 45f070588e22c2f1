//! Helpers for the tests of the embedded loop: a counter of drops, clocks, and a reader of the log.
//!
//! The crate `behaviour` has the tests of everything that holds on other executors, too.
//!
//! The comment above a test says what a user would lose if the test failed.
use std::cell::{Cell, RefCell};
use std::future::{poll_fn, Future};
use std::mem;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{mpsc, Arc};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

pub use behaviour::{on_a_small_stack, pending_of, Order, PanicsInDrop, AGE};
use behaviour::{Count, Guard};
use gen::{Clock, VirtualClock};

/// Counts the drops of the values that it creates.
#[derive(Clone, Default)]
pub struct Drops(Count);

impl Drops {
    /// Creates a counter without drops.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a value whose drop is counted.
    pub fn one(&self) -> Guard {
        Guard(self.0.clone())
    }

    /// The number of values that were dropped.
    pub fn count(&self) -> usize {
        self.0.get()
    }
}

/// A virtual clock that records, in seconds from its beginning, the times at which an idle loop
/// asked to be woken.
#[derive(Clone)]
pub struct WatchedClock {
    clock: VirtualClock,
    began: Instant,
    waits: Rc<RefCell<Vec<u64>>>,
}

impl Default for WatchedClock {
    fn default() -> Self {
        let clock = VirtualClock::new();
        WatchedClock { began: clock.now(), clock, waits: Rc::default() }
    }
}

impl WatchedClock {
    /// The times so far.
    pub fn waits(&self) -> Vec<u64> {
        self.waits.borrow().clone()
    }
}

impl Clock for WatchedClock {
    fn now(&self) -> Instant {
        self.clock.now()
    }

    fn idle_until(&self, deadline: Instant) -> Duration {
        self.waits.borrow_mut().push((deadline - self.began).as_secs());
        self.clock.idle_until(deadline)
    }

    fn runs_by_itself(&self) -> bool {
        self.clock.runs_by_itself()
    }
}

/// A clock that counts how often it is read.
#[derive(Clone, Default)]
pub struct CountingClock {
    clock: VirtualClock,
    reads: Rc<Cell<usize>>,
    runs_by_itself: bool,
}

impl CountingClock {
    /// Creates a clock for a loop, which it tells that time passes by itself. An idle loop moves it
    /// like a virtual clock.
    pub fn that_runs(clock: &VirtualClock) -> Self {
        CountingClock { clock: clock.clone(), reads: Rc::default(), runs_by_itself: true }
    }

    /// The number of reads so far.
    pub fn reads(&self) -> usize {
        self.reads.get()
    }
}

impl Clock for CountingClock {
    fn now(&self) -> Instant {
        self.reads.set(self.reads.get() + 1);
        self.clock.now()
    }

    fn idle_until(&self, deadline: Instant) -> Duration {
        self.clock.idle_until(deadline)
    }

    fn runs_by_itself(&self) -> bool {
        self.runs_by_itself
    }
}

/// A clock that another thread moves. An idle loop sleeps for real, until another thread wakes it.
///
/// It counts how often the loop goes to sleep, and signals the first time by closing a channel.
pub struct MovedByHand {
    clock: VirtualClock,
    naps: Arc<AtomicUsize>,
    first: RefCell<Option<mpsc::Sender<()>>>,
}

impl MovedByHand {
    /// Creates a clock that follows `clock`, and the receiver that is closed at the first sleep.
    pub fn new(clock: &VirtualClock, naps: &Arc<AtomicUsize>) -> (Self, mpsc::Receiver<()>) {
        let (first, is_idle) = mpsc::channel();
        let first = RefCell::new(Some(first));
        (MovedByHand { clock: clock.clone(), naps: naps.clone(), first }, is_idle)
    }
}

impl Clock for MovedByHand {
    fn now(&self) -> Instant {
        self.clock.now()
    }

    fn idle_until(&self, deadline: Instant) -> Duration {
        self.naps.fetch_add(1, Ordering::Relaxed);
        // Closes the channel, for which the other thread waits.
        drop(self.first.borrow_mut().take());
        deadline.saturating_duration_since(self.now())
    }
}

/// Hands out its waker, then waits until `ready` returns true.
pub fn until(wakers: impl Fn(&Waker), ready: impl Fn() -> bool) -> impl Future<Output = ()> {
    poll_fn(move |cx| {
        if ready() {
            return Poll::Ready(());
        }
        wakers(cx.waker());
        Poll::Pending
    })
}

/// Is ready with `value` in its second poll, though it has woken nothing.
pub fn ready_without_a_wake<T>(value: T) -> impl Future<Output = gen::Result<T>> {
    let (mut value, mut was_polled) = (Some(value), false);
    poll_fn(move |_| match mem::replace(&mut was_polled, true) {
        true => Poll::Ready(Ok(value.take().expect("it is polled until it is ready"))),
        false => Poll::Pending,
    })
}

/// The number of the line of `source` that ends with that mark, as a comment.
#[track_caller]
pub fn line_of(source: &str, mark: &str) -> usize {
    let comment = format!("// {mark}");
    1 + source.lines().position(|line| line.ends_with(&comment)).expect("the line is marked")
}

/// Runs `run`, and returns the records of the present thread, one in a line:
/// `LEVEL target: message`.
pub fn logged(run: impl FnOnce()) -> Vec<String> {
    behaviour::logged(run).1
}
