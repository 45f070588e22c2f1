//! [`Job`]: a piece of work for the thread of the store.

use rusqlite::Connection;

use super::error::StoreError;
use super::reply::Reply;

/// The writes that have to be on the disk before the reply of a job is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Safety {
    /// None, because the job only reads.
    Read,
    /// All writes up to those of this job.
    Safe,
    /// None. The writes of the job outlive the process, and a later safe job takes them to the
    /// disk.
    Later,
}

/// A piece of work whose type is forgotten.
pub(super) trait Job: Send {
    /// The safety that its transaction must have.
    fn safety(&self) -> Safety;

    /// Does the work, once. If it fails, its writes are undone.
    fn run(&mut self, connection: &Connection) -> gen::Result;

    /// Sets the reply: the error of the work or of the transaction, or the value.
    fn tell(self: Box<Self>, committed: gen::Result);
}

/// A job with the type of its result. If it is dropped before, its reply says that the store is
/// closed.
pub(super) struct Typed<R, W> {
    safety: Safety,
    /// `None` when the work was done.
    work: Option<W>,
    /// `None` before the work was done.
    done: Option<gen::Result<R>>,
    /// `None` when it was set.
    reply: Option<Reply<R>>,
    /// Held until the job is dropped.
    pub(super) keep_alive: Option<gen::KeepAlive>,
}

impl<R, W> Typed<R, W> {
    pub(super) fn new(safety: Safety, work: W, reply: Reply<R>) -> Self {
        Typed { safety, work: Some(work), done: None, reply: Some(reply), keep_alive: None }
    }
}

impl<R, W> Job for Typed<R, W>
where
    R: Send + 'static,
    W: FnOnce(&Connection) -> gen::Result<R> + Send,
{
    fn safety(&self) -> Safety {
        self.safety
    }

    fn run(&mut self, connection: &Connection) -> gen::Result {
        let Some(work) = self.work.take() else { return Ok(()) };
        match self.done.insert(work(connection)) {
            Ok(_) => Ok(()),
            Err(error) => Err(error.clone()),
        }
    }

    fn tell(mut self: Box<Self>, committed: gen::Result) {
        let done = match (self.done.take(), committed) {
            // Its own error says more than that of the transaction, which it may have ended.
            (Some(Err(error)), _) | (_, Err(error)) => Err(error),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(StoreError::Closed.into()),
        };
        if let Some(reply) = self.reply.take() {
            reply.set(done);
        }
    }
}

impl<R, W> Drop for Typed<R, W> {
    fn drop(&mut self) {
        if let Some(reply) = self.reply.take() {
            reply.set(Err(StoreError::Closed.into()));
        }
    }
}
