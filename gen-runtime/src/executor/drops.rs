//! The report that the last callable of a key, or of a [`from_callback`](crate::from_callback)
//! future, was dropped.
//!
//! A future that waits for the value gets a [`CallbackDroppedError`](crate::CallbackDroppedError).
//! But a callback that fails also drops the callables that it owns, and then the future is to get
//! the error of the callback. So the drop is reported after that error, whichever comes first:
//!
//! | the last callable is dropped | the report |
//! |---|---|
//! | before the error, by the callback that runs | noted by the thread until the callback has ended; if it fails, the [`UnhandledError`](super::UnhandledError) takes the note along |
//! | after the error, by the owner of the callback | made at once, but [doubted](Doubt) until the loop must have read an error that was sent before |
//!
//! In the first case the key is [marked](Abandon::mark_failed) before any code gets the error, so
//! that it is not a leak when its call ends.
//!
//! A step of an [engine](crate::engine::engine) is such a callback: it notes its drops, and its
//! error takes them along.
//!
//! If the callback itself polls the future, on its own thread, its drops are reported at once, and
//! no more of them are noted.

use std::cell::RefCell;
use std::mem;
use std::sync::Arc;

use crate::sync::thread_local;

/// A key or a future whose value will never come, unless a new callable was made meanwhile.
pub(crate) trait Abandon: Send + Sync {
    /// Wakes the futures that wait for the value.
    fn abandon(&self);

    /// Notes that the callback that has dropped the last callable has failed: its error says why
    /// the value will never come. Called before any code gets that error, and before
    /// [`abandon`](Self::abandon).
    fn mark_failed(&self) {}
}

thread_local! {
    /// The drops of the running callback, or `None` if no callback is running. Only borrowed for
    /// moments in which no code of a user runs.
    static NOTED: RefCell<Option<Vec<Arc<dyn Abandon>>>> = const { RefCell::new(None) };
}

/// Reports that the last callable of `of` was dropped: at once, or when the running callback has
/// ended.
pub(crate) fn abandon(of: Arc<dyn Abandon>) {
    if let Some(of) = note(of) {
        of.abandon();
    }
}

/// Notes a drop. Gives `of` back if no callback is running, or if the thread is being torn down.
fn note(of: Arc<dyn Abandon>) -> Option<Arc<dyn Abandon>> {
    let mut of = Some(of);
    // If this fails, `of` is still there.
    let _ = NOTED.try_with(|noted| {
        if let Some(noted) = &mut *noted.borrow_mut() {
            noted.extend(of.take());
        }
    });
    of
}

/// Runs a callback, or a step of an engine, which must not panic. Returns the drops that it has
/// noted.
pub(crate) fn during<R>(callback: impl FnOnce() -> R) -> (R, NotedDrops) {
    let outer = replace(Some(Vec::new()));
    let result = callback();
    (result, NotedDrops(replace(outer).unwrap_or_default()))
}

/// Whether a callback is running, which notes its drops.
#[inline]
pub(crate) fn is_noting() -> bool {
    NOTED.try_with(|noted| noted.borrow().is_some()).unwrap_or(false)
}

/// Called when a future waits for a callable on this thread. If a callback is running, it is the
/// callback that waits, so its drops are reported now.
pub(crate) fn report_now() {
    // Nearly always there is no callback.
    if is_noting() {
        drop(NotedDrops(replace(None).unwrap_or_default()));
    }
}

fn replace(noted: Option<Vec<Arc<dyn Abandon>>>) -> Option<Vec<Arc<dyn Abandon>>> {
    NOTED.try_with(|now| now.replace(noted)).ok().flatten()
}

/// The drops that a callback has noted. They are reported when this is dropped.
#[derive(Default)]
pub(crate) struct NotedDrops(Vec<Arc<dyn Abandon>>);

impl NotedDrops {
    /// Called if the callback has failed.
    pub(super) fn mark_failed(&self) {
        self.0.iter().for_each(|of| of.mark_failed());
    }

    /// Leaves the drops to the callback that runs this code, if there is one. Otherwise they are
    /// reported at once.
    pub(crate) fn pass_on(mut self) {
        mem::take(&mut self.0).into_iter().for_each(abandon);
    }
}

impl Drop for NotedDrops {
    fn drop(&mut self) {
        for of in mem::take(&mut self.0) {
            of.abandon();
        }
    }
}

/// The number of polls before the future believes that its last callable was dropped.
///
/// An error that was sent before the drop is in the inbox of the loop then, but perhaps not read.
/// The first poll wakes the future again, so the second poll is in a later turn. That turn has read
/// the mail, and resumes the future with the error if the future is still pending. If a third poll
/// comes, there was no error.
///
/// The report cannot go through the inbox of the loop as the error does, so that their order would
/// decide. Another executor may poll the future, perhaps within a callback of that very loop, which
/// reads no mail until the callback has returned. Only polls reach every future.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Doubt(u8);

impl Doubt {
    pub(crate) const NEW: Doubt = Doubt(2);

    pub(crate) fn is_over(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn was_polled(self) -> bool {
        self.0 < Self::NEW.0
    }

    /// Called at a poll that is not the last one.
    pub(crate) fn count_poll(&mut self) {
        self.0 = self.0.saturating_sub(1);
    }
}
