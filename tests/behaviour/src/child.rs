//! Futures that a test resolves by hand. They keep a journal of their polls and drops.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// The error of a child, which is only a name.
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

/// The test's handle to its children. It decides their next result, and reads their journal.
#[derive(Clone)]
pub struct Children {
    shared: Arc<Mutex<Shared>>,
}

/// A future that is ready when the test decides so.
///
/// Its index identifies the child in the test. A test may renumber a child before it is polled.
pub struct Child {
    index: usize,
    children: Children,
}

impl Children {
    /// Creates `count` children, numbered from 0.
    pub fn of(count: usize) -> (Children, Vec<Child>) {
        let shared = Shared { cells: (0..count).map(|_| Cell::default()).collect(), journal: Vec::new() };
        let children = Children { shared: Arc::new(Mutex::new(shared)) };
        let futures = (0..count).map(|index| Child { index, children: children.clone() }).collect();
        (children, futures)
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the result of the next poll of a child, without waking it.
    pub fn set(&self, child: usize, result: Result<u32, &str>) {
        self.lock().cells[child].result = Some(result.map_err(|text| Fault(text.to_owned())));
    }

    /// Sets the result of the next poll of a child, and wakes it.
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

    /// The waker of the last poll of a child.
    ///
    /// # Panics
    ///
    /// If the child was not polled.
    pub fn waker(&self, child: usize) -> Waker {
        self.lock().cells[child].waker.clone().expect("the child was polled")
    }

    /// Makes the children drop their wakers.
    pub fn forget_wakers(&self) {
        let wakers: Vec<_> = self.lock().cells.iter_mut().map(|cell| cell.waker.take()).collect();
        drop(wakers);
    }

    /// Runs `hook` in the next poll of a child, after the child has stored its waker and before it
    /// looks for its result.
    pub fn on_poll(&self, child: usize, hook: impl FnMut(&Children) + Send + 'static) {
        self.lock().cells[child].on_poll = Some(Box::new(hook));
    }

    /// Makes the drop of a child panic.
    pub fn panic_in_drop(&self, child: usize) {
        self.lock().cells[child].panic_in_drop = true;
    }

    /// The number of polls of each child, as in `1 1 2`.
    pub fn polls(&self) -> String {
        let polls: Vec<_> = self.lock().cells.iter().map(|cell| cell.polls.to_string()).collect();
        polls.join(" ")
    }

    /// The number of drops of each child, as in `0 1 0`.
    pub fn drops(&self) -> String {
        let drops: Vec<_> = self.lock().cells.iter().map(|cell| cell.drops.to_string()).collect();
        drops.join(" ")
    }

    /// The events since the last call, as in `poll 0, drop 0, poll 1`.
    pub fn journal(&self) -> String {
        std::mem::take(&mut self.lock().journal).join(", ")
    }
}

impl Child {
    /// Gives this child another number.
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
