//! Helpers for the tests of tasks, cancellation, scopes and threads.

use std::future::{Future, IntoFuture};
use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use gen::{yield_, Frame, Yieldable};

use crate::{run, seconds, Driver};

/// The words that the bodies of a test say, in order. Clones write to the same journal.
#[derive(Clone, Default)]
pub struct Journal(Arc<Mutex<Vec<String>>>);

impl Journal {
    /// Adds an entry.
    pub fn say(&self, text: impl Into<String>) {
        self.lock().push(text.into());
    }

    /// The entries since the last call, as in `a told, a clean`.
    pub fn take(&self) -> String {
        mem::take(&mut *self.lock()).join(", ")
    }

    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A number that tasks on any thread change. Clones are the same number.
#[derive(Debug, Clone, Default)]
pub struct Count(Arc<AtomicUsize>);

impl Count {
    /// The present number.
    pub fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    /// Counts one more.
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Counts its drop.
pub struct Guard(pub Count);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.add();
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

/// Runs the function on a thread whose stack is too small for a thousand bodies that begin inside
/// of each other.
///
/// # Panics
///
/// If the function panics.
pub fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(1024 * 1024).spawn(run);
    thread.expect("a thread can be started").join().expect("the function does not panic");
}

/// Runs the function on a thread of its own, and returns its result.
///
/// # Panics
///
/// If the function panics.
pub fn elsewhere<R: Send>(run: impl FnOnce() -> R + Send) -> R {
    thread::scope(|scope| scope.spawn(run).join().expect("the function does not panic"))
}

/// The future that a yield of `yieldable` waits for.
pub fn pending_of<Y, M>(yieldable: Y) -> Y::Pending
where
    Y: Yieldable<M>,
{
    yieldable.into_pending(&Frame::new(0))
}

/// Spawns a task as the driver of this run does: one that stays on its thread where it can, else
/// one that may be moved.
#[track_caller]
pub fn spawn<C, T, E, M>(body: C) -> gen::JoinHandle<T>
where
    C: IntoFuture<Output = Result<T, E>>,
    C::IntoFuture: Send + 'static,
    T: Send + 'static,
    E: gen::Throw<M>,
    M: 'static,
{
    if Driver::current().takes_local_tasks() {
        gen::spawn_local(body)
    } else {
        gen::spawn(body)
    }
}

/// Whether a cancellation by another task ends a body that always has something ready to yield.
pub fn a_cancellation_reaches<T: Send + 'static>(
    body: impl Future<Output = gen::Result<T>> + Send + 'static,
) -> bool {
    run(async {
        let task = spawn(body);
        gen::moment().await?;
        task.cancel("enough").await;
        Ok(task.await.is_err_and(|error| error.is::<gen::Cancelled>()))
    })
}

/// Waits for an hour. When it is cancelled, it says so, cleans up for `seconds`, says so, and ends
/// with the error.
#[gen::coroutine]
pub fn works(name: &'static str, cleanup: u64, journal: Journal) -> gen::Result<u32> {
    match yield_!(gen::sleep(seconds(3600))) {
        Ok(()) => Ok(1),
        Err(error) => {
            journal.say(format!("{name} told"));
            yield_!(gen::sleep(seconds(cleanup)))?;
            journal.say(format!("{name} clean"));
            Err(error)
        }
    }
}

/// The reason of the cancellation.
///
/// # Panics
///
/// If the error is not a cancellation.
pub fn reason(error: &gen::Error) -> String {
    let cancelled = error.downcast_ref::<gen::Cancelled>().expect("it was cancelled");
    cancelled.reason.clone().into_owned()
}
