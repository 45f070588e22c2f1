//! Loom models of the engine: a group on one thread, and wakes of its children on others, in every
//! order that the memory model allows.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`
//!
//! | file | what it models |
//! |---|---|
//! | `group.rs` | wakes from other threads against the polls and the drop of a group |
//! | `first_poll.rs` | wakers that are cloned or woken on several threads in the first poll |
//! | `owner.rs` | wakers that the owner of a block uses while other threads do; a group that moves |
//! | `pool.rs` | wakes of children whose wakers are in several blocks |
//!
//! The children pass on their wakers before the threads start. Their flags are read and written
//! with relaxed order. So only the engine makes the writes of a waking thread visible to the poll
//! that follows. A lost wake is a deadlock, which loom reports, and loom reports leaks too.

mod first_poll;
mod group;
mod owner;
mod pool;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Wake, Waker};

use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::sync::Arc;
use loom::thread;

use super::{Group, List};
use crate::Result;

/// A flag of a child. A thread sets it, and then wakes the child.
#[derive(Clone)]
pub(super) struct Signal(Arc<AtomicBool>);

impl Signal {
    pub(super) fn new() -> Self {
        Signal(Arc::new(AtomicBool::new(false)))
    }

    pub(super) fn send(&self, waker: &Waker) {
        self.0.store(true, Ordering::Relaxed);
        waker.wake_by_ref();
    }

    pub(super) fn is_sent(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A future that is ready when all of its signals are sent.
pub(super) struct Child {
    pub(super) signals: Vec<Signal>,
    /// The receiver of the waker of the first poll.
    pub(super) waker: Option<std::sync::mpsc::Sender<Waker>>,
}

impl Future for Child {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        if let Some(waker) = self.waker.take() {
            waker.send(cx.waker().clone()).expect("the model waits for the waker");
        }
        if self.signals.iter().all(Signal::is_sent) {
            Poll::Ready(Ok(()))
        } else {
            Poll::Pending
        }
    }
}

pub(super) type Children = Group<Child, (), List>;

/// Counts the wakes of a parent.
pub(super) struct Parent(AtomicUsize);

impl Parent {
    pub(super) fn new() -> (std::sync::Arc<Parent>, Waker) {
        let parent = std::sync::Arc::new(Parent(AtomicUsize::new(0)));
        (std::sync::Arc::clone(&parent), parent.into())
    }

    pub(super) fn was_woken(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }
}

impl Wake for Parent {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A group that was polled once, with the wakers of its children.
pub(super) fn started(children: Vec<Vec<Signal>>, parent: &Waker) -> (Children, Vec<Waker>) {
    let (sender, receiver) = std::sync::mpsc::channel();
    let children = children.into_iter().map(|signals| Child { signals, waker: Some(sender.clone()) });
    let mut group = Group::new(children, List);
    assert!(poll(&mut group, parent).is_pending());
    (group, receiver.try_iter().collect())
}

pub(super) fn poll(group: &mut Children, parent: &Waker) -> Poll<Result<Vec<()>>> {
    Pin::new(group).poll(&mut Context::from_waker(parent))
}

pub(super) fn first(wakers: Vec<Waker>) -> Waker {
    wakers.into_iter().next().expect("a child was polled")
}

/// Checks a model with all schedules of at most `preemptions` preemptions, which find nearly all
/// mistakes. All schedules would take hours.
///
/// The first thread of loom cannot reach statics when its thread-locals are destroyed. So the model
/// is run on another thread, which may own blocks.
fn model_with(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let model = std::sync::Arc::new(model);
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(move || {
        let model = std::sync::Arc::clone(&model);
        thread::spawn(move || model()).join().unwrap();
    });
}

/// A model with one further thread.
pub(crate) fn two_threads(model: impl Fn() + Sync + Send + 'static) {
    model_with(3, model);
}

/// A model with two further threads.
fn three_threads(model: impl Fn() + Sync + Send + 'static) {
    model_with(2, model);
}

/// Makes something on a thread of its own, which then ends.
pub(crate) fn elsewhere<R: 'static>(make: impl FnOnce() -> R + 'static) -> R {
    let (sender, receiver) = std::sync::mpsc::channel();
    thread::spawn(move || sender.send(make()).unwrap()).join().unwrap();
    receiver.recv().unwrap()
}
