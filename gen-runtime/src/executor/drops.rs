//! When it is told that all callables of a key, or of a task, are gone.
//!
//! Whoever waits for them then gets a [`CallbackDroppedError`](crate::CallbackDroppedError). But a callback that fails drops what it owns as well, and the error that it failed
//! with is what the waiter is to get. So such a drop has to be told after that error, in both orders of the two:
//!
//! | the drop comes | what is done |
//! |---|---|
//! | before the error, while the callback runs | the thread notes it: it is told when the callback has ended well; if it fails, the [`UnhandledError`](super::UnhandledError) takes it along |
//! | after the error, from whoever held the callback | the waiter [doubts](Doubt) it until the loop must have read an error that was sent before |
//!
//! In the first case the key that the callable was for is [blamed](Abandon::blame) on the error before
//! anybody gets it: it is no leak when its call ends.
//!
//! A callback that itself polls what it waits for, on its own thread, is told all at once: nothing is noted in it from then on.

use std::cell::RefCell;
use std::mem;
use std::sync::Arc;

use crate::report::contain;
use crate::sync::thread_local;

/// Something whose value will never come, if nobody has got a new callable for it meanwhile.
pub(crate) trait Abandon: Send + Sync {
    /// Tells whoever waits for it.
    fn abandon(&self);

    /// The callback that has dropped the last callable has failed: its error tells why the value will
    /// never come. Called before anybody gets that error, and before [`abandon`](Self::abandon).
    fn blame(&self) {}
}

thread_local! {
    /// What the callback that is running has dropped; `None` where none is. Only borrowed for moments in which no code of a user runs.
    static NOTED: RefCell<Option<Vec<Arc<dyn Abandon>>>> = const { RefCell::new(None) };
}

/// The last callable is gone: told at once, or when it is known how the callback ends that is running.
pub(crate) fn abandon(of: Arc<dyn Abandon>) {
    if let Some(of) = note(of) {
        of.abandon();
    }
}

/// Gives it back if no callback is running, or the thread is being torn down.
fn note(of: Arc<dyn Abandon>) -> Option<Arc<dyn Abandon>> {
    let mut of = Some(of);
    // An error leaves it where it is.
    let _ = NOTED.try_with(|noted| {
        if let Some(noted) = &mut *noted.borrow_mut() {
            noted.extend(of.take());
        }
    });
    of
}

/// Runs a callback, which does not panic, and gives what it has dropped.
pub(super) fn during<R>(callback: impl FnOnce() -> R) -> (R, Untold) {
    let outer = replace(Some(Vec::new()));
    let result = callback();
    (result, Untold(replace(outer).unwrap_or_default()))
}

/// Something is waited for on this thread: if a callback is running, it is that.
pub(crate) fn tell_now() {
    drop(Untold(replace(None).unwrap_or_default()));
}

fn replace(noted: Option<Vec<Arc<dyn Abandon>>>) -> Option<Vec<Arc<dyn Abandon>>> {
    NOTED.try_with(|now| now.replace(noted)).ok().flatten()
}

/// What a callback has dropped; told when this is dropped.
#[derive(Default)]
pub(crate) struct Untold(Vec<Arc<dyn Abandon>>);

impl Untold {
    /// The callback that has dropped all this has failed.
    pub(super) fn blame(&self) {
        self.0.iter().for_each(|of| of.blame());
    }
}

impl Drop for Untold {
    fn drop(&mut self) {
        for of in mem::take(&mut self.0) {
            contain("a waker", || of.abandon());
        }
    }
}

/// How often whoever waits has still to be asked before a drop is believed.
///
/// An error that was sent before the drop is in the mail of the loop then, but perhaps not read. The first time the waiter is asked, it has itself woken: so the
/// second time is in a later turn, which has read the mail, and resumes the waiter with the error, provided that it is not ready. The third time there was none.
///
/// The drop cannot take the way of the error, through the inbox of the loop, so that their order
/// decides. Another executor may poll the waiter, perhaps within a callback of the very loop, which
/// reads no message until that callback has returned. Only polls reach every waiter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Doubt(u8);

impl Doubt {
    pub(crate) const NEW: Doubt = Doubt(2);

    pub(crate) fn is_over(self) -> bool {
        self.0 == 0
    }

    /// Whether the waiter was asked at least once.
    pub(crate) fn was_asked(self) -> bool {
        self.0 < Self::NEW.0
    }

    /// The waiter was asked, and will be again.
    pub(crate) fn lessen(&mut self) {
        self.0 = self.0.saturating_sub(1);
    }
}
