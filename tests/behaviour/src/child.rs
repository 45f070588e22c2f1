//! Futures that a test opens by hand, and that keep a journal of what happened to them.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// An error of a child: a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(pub String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

type Hook = Box<dyn FnMut(&Children) + Send>;

#[derive(Default)]
struct Cell {
    result: Option<Result<u32, Fault>>,
    waker: Option<Waker>,
    on_poll: Option<Hook>,
    panic_in_drop: bool,
    polls: usize,
    drops: usize,
}

#[derive(Default)]
struct Shared {
    cells: Vec<Cell>,
    journal: Vec<String>,
}

/// The test's handle to a number of children: what they do next, and what happened to them.
#[derive(Clone)]
pub struct Children {
    shared: Arc<Mutex<Shared>>,
}

/// A future that resolves when the test says so.
///
/// Its index says which child of the test it is; a test may renumber it before it is polled.
pub struct Child {
    index: usize,
    children: Children,
}

impl Children {
    /// That many children, numbered from 0.
    pub fn of(count: usize) -> (Children, Vec<Child>) {
        let shared = Shared { cells: (0..count).map(|_| Cell::default()).collect(), journal: Vec::new() };
        let children = Children { shared: Arc::new(Mutex::new(shared)) };
        let futures = (0..count).map(|index| Child { index, children: children.clone() }).collect();
        (children, futures)
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next poll of a child gives this. The child is not woken.
    pub fn set(&self, child: usize, result: Result<u32, &str>) {
        self.lock().cells[child].result = Some(result.map_err(|text| Fault(text.to_owned())));
    }

    /// A child ends: its next poll gives this, and it is woken.
    pub fn end(&self, child: usize, result: Result<u32, &str>) {
        self.set(child, result);
        self.wake(child);
    }

    /// Wakes a child, if it was polled.
    pub fn wake(&self, child: usize) {
        let waker = self.lock().cells[child].waker.clone();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// The waker that a child was last polled with.
    ///
    /// # Panics
    ///
    /// If it was not polled.
    pub fn waker(&self, child: usize) -> Waker {
        self.lock().cells[child].waker.clone().expect("the child was polled")
    }

    /// The children forget their wakers.
    pub fn forget_wakers(&self) {
        let wakers: Vec<_> = self.lock().cells.iter_mut().map(|cell| cell.waker.take()).collect();
        drop(wakers);
    }

    /// Runs this in the next poll of a child, after it has kept its waker and before it looks for its result.
    pub fn on_poll(&self, child: usize, hook: impl FnMut(&Children) + Send + 'static) {
        self.lock().cells[child].on_poll = Some(Box::new(hook));
    }

    /// The drop of a child panics.
    pub fn panic_in_drop(&self, child: usize) {
        self.lock().cells[child].panic_in_drop = true;
    }

    /// How often each child was polled, as in `1 1 2`.
    pub fn polls(&self) -> String {
        let polls: Vec<_> = self.lock().cells.iter().map(|cell| cell.polls.to_string()).collect();
        polls.join(" ")
    }

    /// How often each child was dropped, as in `0 1 0`.
    pub fn drops(&self) -> String {
        let drops: Vec<_> = self.lock().cells.iter().map(|cell| cell.drops.to_string()).collect();
        drops.join(" ")
    }

    /// What happened since this was last asked, as in `poll 0, drop 0, poll 1`.
    pub fn journal(&self) -> String {
        std::mem::take(&mut self.lock().journal).join(", ")
    }
}

impl Child {
    /// Makes this child another one of the test's.
    pub fn renumber(&mut self, index: usize) {
        self.index = index;
    }
}

impl Future for Child {
    type Output = Result<u32, Fault>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let hook = {
            let mut shared = self.children.lock();
            shared.journal.push(format!("poll {}", self.index));
            let cell = &mut shared.cells[self.index];
            assert_eq!(cell.drops, 0, "child {} is polled after its drop", self.index);
            cell.polls += 1;
            cell.waker = Some(cx.waker().clone());
            cell.on_poll.take()
        };
        if let Some(mut hook) = hook {
            hook(&self.children);
        }
        let result = self.children.lock().cells[self.index].result.take();
        result.map_or(Poll::Pending, Poll::Ready)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let panics = {
            let mut shared = self.children.lock();
            shared.journal.push(format!("drop {}", self.index));
            let cell = &mut shared.cells[self.index];
            cell.drops += 1;
            cell.panic_in_drop
        };
        assert!(!panics, "child {} panics in its drop", self.index);
    }
}
