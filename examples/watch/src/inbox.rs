//! Turns callbacks that are called again and again into waits that end once.
//!
//! A wait of a coroutine ends once: `gen::from_callback` takes the first call of its callback, and
//! a `gen::Wait` takes one value of its key. But a watcher calls without end, also while no
//! coroutine waits. So the callback of the wait does not carry the values. They are stored in a
//! queue, and the callback only reports that the queue is filled:
//!
//! | | the watcher puts a change | the coroutine asks | the wait is dropped, by a timeout or an error |
//! |---|---|---|---|
//! | no coroutine waits, queue empty | stored | waits | |
//! | no coroutine waits, queue filled | stored | ready | |
//! | a coroutine waits | stored, and the callback is called once | | the callback does nothing any more |
//!
//! Therefore no event is lost: it leaves the queue only in the step in which the coroutine gets it.
//! If a wait is dropped while the callback is called, the call has no effect. It takes no event
//! with it, and the next wait finds the queue filled.

use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gen::yield_;

use crate::change::Change;

/// The changes that no coroutine has taken yet. There is no limit, because a file system does not
/// wait for its watchers.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    changes: Vec<Change>,
    /// The callback to call when the queue is filled.
    waiting: Option<gen::Resolve<()>>,
}

impl Inbox {
    /// Adds changes, and wakes the coroutine that waits for them. Any thread may call it.
    pub(crate) fn put(&self, changes: Vec<Change>) {
        let mut state = self.lock();
        state.changes.extend(changes);
        if !state.changes.is_empty() {
            if let Some(filled) = state.waiting.take() {
                filled.call(());
            }
        }
    }

    /// Waits until there are changes, and takes them all, in order. Only one coroutine may wait at
    /// a time.
    ///
    /// # Cancellation
    ///
    /// A wait that is dropped takes nothing.
    #[gen::coroutine]
    pub(crate) fn next_batch(&self) -> gen::Result<Vec<Change>> {
        // A result that is ready wins over a thrown error. In a flood of events there would always
        // be a result, and the error of Ctrl-C would never arrive. So each batch begins with a turn
        // of the loop.
        yield_!(gen::moment())?;
        yield_!(gen::from_callback(|filled| self.call_when_filled(filled)))?;
        Ok(mem::take(&mut self.lock().changes))
    }

    fn call_when_filled(&self, filled: gen::Resolve<()>) {
        let mut state = self.lock();
        if state.changes.is_empty() {
            // Replaces the callback of a wait that was dropped.
            state.waiting = Some(filled);
        } else {
            filled.call(());
        }
    }

    /// No code panics while it holds this lock. A call under the lock only wakes, and runs no
    /// coroutine.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::rc::Rc;
    use std::sync::Arc;
    use std::thread;
    use std::time::Duration;

    use gen::testing::{explore, Fault};
    use notify::event::{CreateKind, Event, EventKind};

    fn change(path: &str) -> Vec<Change> {
        Change::all_in(Event::new(EventKind::Create(CreateKind::File)).add_path(path.into())).unwrap()
    }

    fn text(changes: &[Change]) -> String {
        changes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn what_comes_while_nobody_waits_is_kept_in_order() {
        let inbox = Inbox::default();
        inbox.put(change("a"));
        inbox.put(change("b"));
        assert_eq!(text(&gen::run_sync(inbox.next_batch()).unwrap()), "created a, created b");
    }

    #[test]
    fn who_waits_is_woken_by_another_thread() {
        let inbox = Arc::new(Inbox::default());
        let other = Arc::clone(&inbox);
        let thread = thread::spawn(move || other.put(change("a")));
        assert_eq!(text(&gen::run_sync(inbox.next_batch()).unwrap()), "created a");
        thread.join().unwrap();
    }

    #[gen::coroutine]
    fn after_a_dropped_wait(inbox: &Inbox) -> gen::Result<Vec<Change>> {
        let short = gen::with_timeout(Duration::from_secs(1), inbox.next_batch());
        assert!(yield_!(short).is_err_and(|error| error.is::<gen::TimeoutError>()));
        // The callback of the dropped wait is still there, and this calls it.
        inbox.put(change("a"));
        yield_!(inbox.next_batch())
    }

    #[test]
    fn what_comes_after_a_wait_was_dropped_is_kept() {
        let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
        let inbox = Inbox::default();
        assert_eq!(text(&io_loop.run_sync(after_a_dropped_wait(&inbox)).unwrap()), "created a");
    }

    /// The changes that were put into an inbox, and those that were taken.
    #[derive(Default)]
    struct World {
        inbox: Inbox,
        put: RefCell<Vec<Change>>,
        taken: RefCell<Vec<Change>>,
    }

    /// Takes the changes of a second, some of which come while it waits, and some at the same time.
    /// It goes on after a failure, as the program does after one of its callback.
    #[gen::coroutine]
    fn take_all(world: Rc<World>) -> gen::Result {
        let io_loop = gen::IoLoop::current().expect("it runs on a loop");
        for (at, path) in [(0, "a"), (100, "b"), (200, "c"), (200, "d")] {
            let world = world.clone();
            io_loop.call_later(Duration::from_millis(at), move || {
                world.inbox.put(change(path));
                world.put.borrow_mut().extend(change(path));
            });
        }
        let mut quiet = false;
        while !quiet {
            match yield_!(gen::with_timeout(Duration::from_secs(1), world.inbox.next_batch())) {
                Ok(changes) => world.taken.borrow_mut().extend(changes),
                Err(error) if error.is_cancelled() => return Err(error),
                Err(error) => quiet = error.is::<gen::TimeoutError>(),
            }
        }
        Ok(())
    }

    /// A change would be printed twice or not at all. The faults are those that end a wait; a batch
    /// that has left the inbox does not get lost on its way to the caller.
    #[test]
    fn whatever_ends_a_wait_each_change_is_taken_once_or_is_still_there() {
        let world = || {
            let world = Rc::new(World::default());
            (world.clone(), take_all(world))
        };
        explore(world)
            .faults([Fault::Error, Fault::Timeout, Fault::Panic, Fault::Cancel, Fault::Drop])
            .pairs()
            .invariant(|world, _| {
                let mut seen = world.taken.take();
                seen.append(&mut world.inbox.lock().changes);
                gen::ensure!(seen == *world.put.borrow(), "{} were put", text(&world.put.borrow()));
                Ok(())
            })
            .check();
    }

    /// At every yield there is a change, and a thrown error as well.
    #[gen::coroutine]
    fn in_a_flood(inbox: &Inbox) -> gen::Result {
        let context = gen::context::capture();
        thread::spawn(move || context.throw("stop")).join().expect("it only throws");
        for _ in 0..100 {
            inbox.put(change("a"));
            yield_!(inbox.next_batch())?;
        }
        Ok(())
    }

    #[test]
    fn an_error_gets_in_although_there_is_always_something_to_take() {
        let inbox = Inbox::default();
        assert_eq!(gen::run_sync(in_a_flood(&inbox)).unwrap_err().to_string(), "stop");
    }
}
