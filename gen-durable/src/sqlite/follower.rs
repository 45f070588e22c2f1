//! [`Follower`]: the task that brings a run to its end, here or in another process.
//!
//! | the run | its follower |
//! |---|---|
//! | is free | takes it, and drives it to its end |
//! | was left by a process that has died | takes it, too, in a transaction that waits for the disk |
//! | is in progress in another process | looks again from time to time |
//! | cannot be taken, because another process keeps the file locked | the same |
//! | is delayed | waits until it is time, or until a cancellation ends it |
//! | has ended | has the outcome |

use std::future::{poll_fn, Future};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use gen::Promise;

use super::claim::{Claim, Taken, Taker};
use super::error::StoreError;
use super::job::Safety;
use super::journal::SqliteJournal;
use super::live::Mailbox;
use super::reply::Reply;
use super::rows::{self, Name};
use super::runs::Inner;
use super::shared::Shared;
use crate::clock;
use crate::journal::{Outcome, Ticket};

/// The time between two looks at a run of another process.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// The follower of one run. When it is dropped, the run has none, and may get another one.
pub(super) struct Follower {
    runs: Arc<Inner>,
    name: Name,
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.runs.forget(&self.name);
    }
}

impl Follower {
    pub(super) fn new(runs: &Arc<Inner>, name: Name) -> Self {
        Follower { runs: Arc::clone(runs), name }
    }

    /// Sets the promise to the outcome of the run.
    pub(super) async fn follow(self, promise: Promise<Outcome>) -> gen::Result {
        let ended = self.end().await;
        // A start that comes from now on finds the end in the store.
        drop(self);
        // It is set only here.
        let _ = promise.set_result(ended);
        Ok(())
    }

    fn store(&self) -> &Arc<Shared> {
        &self.runs.store
    }

    /// Brings the run to its end, here or elsewhere.
    async fn end(&self) -> gen::Result<Outcome> {
        let mut watch = None;
        let mut safety = Safety::Later;
        loop {
            let take = || self.store().take(&self.name, Taker::Follower(clock::millis_now()), safety);
            match until_not_busy(take).await? {
                Claim::Missing => return Err(StoreError::NoRun.into()),
                Claim::Ended(outcome) => return Ok(outcome),
                Claim::Orphaned => safety = Safety::Safe,
                Claim::Leased => {
                    // Another process was faster.
                    safety = Safety::Later;
                    gen::sleep(LOOK_AGAIN).await?;
                }
                Claim::Delayed(begins) => {
                    let left = Duration::from_millis(begins.saturating_sub(clock::millis_now()));
                    self.wait(left, &mut watch).await?;
                }
                Claim::Taken(taken) => return self.drive(taken).await,
            }
        }
    }

    /// Waits for the begin of a delayed run, or for its end: a cancellation ends it before. `watch`
    /// is where the end arrives, and is made in the first of these waits.
    async fn wait(&self, left: Duration, watch: &mut Option<Arc<Mailbox>>) -> gen::Result {
        let mailbox = match watch {
            Some(mailbox) => mailbox,
            None => {
                let mailbox = Arc::<Mailbox>::default();
                until_not_busy(|| self.store().watch(&self.name, Ticket(0), &mailbox)).await?;
                watch.insert(mailbox)
            }
        };
        let mut alarm = pin!(gen::sleep(clock::until_next_look(left)));
        let has_ended = poll_fn(|cx| match mailbox.take_ends(cx).is_empty() {
            true => alarm.as_mut().poll(cx).map_ok(|()| false),
            false => Poll::Ready(Ok(true)),
        });
        if has_ended.await? {
            // It was the end of a run that was removed, if there is a delayed one again.
            *watch = None;
        }
        Ok(())
    }

    async fn drive(&self, taken: Taken) -> gen::Result<Outcome> {
        let in_body = AtomicBool::new(false);
        let mut stopped = Stopped { store: self.store(), run: taken.run(), error: None, in_body: &in_body };
        let ended = self.drive_to_end(taken, &in_body).await;
        stopped.error = ended.as_ref().err().map(|error| format!("{error:#}"));
        ended
    }

    /// `in_body` is set while the body is called or polled.
    async fn drive_to_end(&self, taken: Taken, in_body: &AtomicBool) -> gen::Result<Outcome> {
        let Some(begin) = self.runs.bodies.get(&self.name.body) else {
            return Err(StoreError::NoBody { body: self.name.body.clone() }.into());
        };
        let arguments = taken.arguments.clone();
        let journal = SqliteJournal::new(Arc::clone(self.store()), taken);
        let mut driven = run_flagged(in_body, || begin(&arguments, journal))?;
        poll_fn(|cx| run_flagged(in_body, || driven.as_mut().poll(cx))).await
    }
}

/// Asks again and again while another process keeps the file locked. A run that was started must
/// come to its end, and no other process may look after it.
async fn until_not_busy<R>(ask: impl Fn() -> Reply<R>) -> gen::Result<R> {
    loop {
        match ask().told().await {
            Err(error) if matches!(error.downcast_ref(), Some(StoreError::Busy)) => {
                gen::sleep(LOOK_AGAIN).await?;
            }
            told => return told,
        }
    }
}

/// Sets a flag while `code` runs. It stays set if that panics.
fn run_flagged<R>(flag: &AtomicBool, code: impl FnOnce() -> R) -> R {
    flag.store(true, Ordering::Relaxed);
    let result = code();
    flag.store(false, Ordering::Relaxed);
    result
}

/// Notes in the store why a run has not come to its end, when the task leaves it. A task that is
/// dropped is no such reason: the run goes on in the next process. Neither is a panic elsewhere,
/// which drops the loop with all of its tasks.
struct Stopped<'a> {
    store: &'a Arc<Shared>,
    run: i64,
    error: Option<String>,
    /// Whether the body runs, or has panicked.
    in_body: &'a AtomicBool,
}

impl Drop for Stopped<'_> {
    fn drop(&mut self) {
        let panicked = || self.in_body.load(Ordering::Relaxed).then(|| "it has panicked".to_owned());
        if let Some(why) = self.error.take().or_else(panicked) {
            let run = self.run;
            self.store.submit(Safety::Later, move |connection| rows::stop(connection, run, &why));
        }
    }
}
