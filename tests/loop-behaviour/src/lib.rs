//! Helpers for the tests: an order of events as a string, a counter of drops, and a reader of the
//! log.
//!
//! The comment above a test says what a user would lose if the test failed.
use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::{poll_fn, Future};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{mpsc, Arc, Mutex, Once, PoisonError};
use std::task::{Poll, Waker};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use gen::{Clock, VirtualClock};

/// The order of events as one string. Clones write to the same string.
#[derive(Clone, Default)]
pub struct Order(Rc<RefCell<String>>);

impl Order {
    /// Creates an empty order.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an event.
    pub fn push(&self, what: impl fmt::Display) {
        use fmt::Write;
        // Writing to a `String` cannot fail.
        let _ = write!(self.0.borrow_mut(), "{what}");
    }

    /// Creates a callback that adds an event when it runs.
    pub fn note(&self, what: &'static str) -> impl FnOnce() + 'static {
        let order = self.clone();
        move || order.push(what)
    }

    /// The events so far.
    pub fn text(&self) -> String {
        self.0.borrow().clone()
    }
}

/// Counts the drops of the values that it creates.
#[derive(Clone, Default)]
pub struct Drops(Rc<Cell<usize>>);

impl Drops {
    /// Creates a counter without drops.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a value whose drop is counted.
    pub fn one(&self) -> Counted {
        Counted(self.0.clone())
    }

    /// The number of values that were dropped.
    pub fn count(&self) -> usize {
        self.0.get()
    }
}

/// The value that [`Drops::one`] creates.
pub struct Counted(Rc<Cell<usize>>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
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

/// Panics when it is dropped, unless a panic is under way.
pub struct PanicsInDrop;

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        if !thread::panicking() {
            panic!("in a drop");
        }
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

/// Runs `run`, and returns the records of the present thread, one in a line:
/// `LEVEL target: message`.
pub fn logged(run: impl FnOnce()) -> Vec<String> {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        log::set_logger(&Kept).expect("no other logger is set in the tests");
        log::set_max_level(log::LevelFilter::Warn);
    });
    take_records();
    run();
    take_records()
}

struct Kept;

static RECORDS: Mutex<Vec<(ThreadId, String)>> = Mutex::new(Vec::new());

impl log::Log for Kept {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{} {}: {}", record.level(), record.target(), record.args());
        RECORDS.lock().unwrap_or_else(PoisonError::into_inner).push((thread::current().id(), line));
    }

    fn flush(&self) {}
}

fn take_records() -> Vec<String> {
    let mut records = RECORDS.lock().unwrap_or_else(PoisonError::into_inner);
    let here = thread::current().id();
    let (mine, others) = std::mem::take(&mut *records).into_iter().partition(|(thread, _)| *thread == here);
    *records = others;
    let mine: Vec<(ThreadId, String)> = mine;
    mine.into_iter().map(|(_, line)| line).collect()
}
