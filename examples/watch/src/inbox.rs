//! How callbacks that come again and again become waits that end once.
//!
//! A wait of a coroutine ends once: `gen::task` takes the first call of its callback, a `gen::Wait` one value of
//! its key. A watcher calls for ever, also while nobody waits. So the values do not travel in the callback of
//! the wait. They are kept in a queue, and all that the callback says is "there is something":
//!
//! | | the watcher puts | the coroutine asks | the wait is dropped, by a timeout or an error |
//! |---|---|---|---|
//! | nobody waits, empty | kept | waits | |
//! | nobody waits, filled | kept | ready | |
//! | somebody waits | kept; who waits is called, once | | its callback does nothing any more |
//!
//! That is why nothing is lost: an event leaves the queue only in the step in which the coroutine gets it. A
//! call that comes to nothing, because its wait was dropped in that moment, takes no event with it, and the next
//! wait finds the queue filled.

use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gen::yield_;

use crate::change::Change;

/// What was put and not taken yet. It has no limit: a file system does not wait for who watches it.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    changes: Vec<Change>,
    /// Called when there are some.
    waiting: Option<gen::TaskCallback<()>>,
}

impl Inbox {
    /// Adds changes, and wakes who waits for them; on any thread.
    pub(crate) fn put(&self, changes: Vec<Change>) {
        let mut state = self.lock();
        state.changes.extend(changes);
        if !state.changes.is_empty() {
            if let Some(filled) = state.waiting.take() {
                filled.call(());
            }
        }
    }

    /// Waits until there are changes, and takes them all, in order. One coroutine may wait at a time.
    ///
    /// # Cancellation
    ///
    /// A wait that is dropped takes nothing.
    #[gen::coroutine]
    pub(crate) fn next_batch(&self) -> gen::Result<Vec<Change>> {
        // A result that is there wins over an error that is thrown. In a flood of events there would always be
        // a result, and Ctrl-C would never get in: so each batch begins with a turn of the loop.
        yield_!(gen::moment())?;
        yield_!(gen::task(|filled| self.call_when_filled(filled)))?;
        Ok(mem::take(&mut self.lock().changes))
    }

    fn call_when_filled(&self, filled: gen::TaskCallback<()>) {
        let mut state = self.lock();
        if state.changes.is_empty() {
            // One that a dropped wait left behind is replaced.
            state.waiting = Some(filled);
        } else {
            filled.call(());
        }
    }

    /// Nothing panics under this lock. A call under it only wakes: no coroutine runs inside.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::thread;
    use std::time::Duration;

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
        // The callback of the dropped wait is still there, and is called with this.
        inbox.put(change("a"));
        yield_!(inbox.next_batch())
    }

    #[test]
    fn what_comes_after_a_wait_was_dropped_is_kept() {
        let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
        let inbox = Inbox::default();
        assert_eq!(text(&io_loop.run_sync(after_a_dropped_wait(&inbox)).unwrap()), "created a");
    }
    /// Something is there at every yield, and an error on its way.
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
