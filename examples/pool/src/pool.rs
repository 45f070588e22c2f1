//! The pool that lends connections. Coroutines and `async fn`s use the same pool.
//!
//! Sockets and channels come from crates that run on any executor. `Drop` returns a lent connection
//! to the pool, so none is ever lost. But `Drop` cannot wait, so the code that borrowed the
//! connection must end its transaction itself.

use std::io;

use async_channel::{Receiver, Sender};

use crate::connection::{Address, Connection};

/// A connection that is open, or the room for one that was closed.
type Place = Option<Connection>;

/// Lends connections. Each connection has at most one borrower.
pub(crate) struct Pool {
    bank: Address,
    idle: Receiver<Place>,
    give_back: Sender<Place>,
}

impl Pool {
    /// A pool with room for a single connection. The first checkout opens it.
    pub(crate) fn new(bank: Address) -> Pool {
        let (give_back, idle) = async_channel::unbounded();
        let _ = give_back.try_send(None);
        Pool { bank, idle, give_back }
    }

    /// Waits for a free connection. If it was closed, opens another one in its place.
    pub(crate) async fn checkout(&self) -> io::Result<Lent> {
        let connection = self.idle.recv().await.map_err(io::Error::other)?;
        let mut lent = Lent { connection, give_back: self.give_back.clone() };
        if lent.connection.is_none() {
            lent.connection = Some(Connection::open(&self.bank).await?);
        }
        Ok(lent)
    }

    /// The number of connections that have no borrower. One that was closed counts too, since its
    /// place is free.
    pub(crate) fn idle(&self) -> usize {
        self.idle.len()
    }
}

/// A connection that returns to its pool when it is dropped.
pub(crate) struct Lent {
    connection: Place,
    give_back: Sender<Place>,
}

impl Lent {
    /// Sends a request and waits for the answer. If it fails, or is dropped before the answer has
    /// come, the connection is closed: its next user would read that answer.
    pub(crate) async fn exchange(&mut self, request: &str) -> io::Result<String> {
        let connection = self.connection.take();
        let mut connection = connection.ok_or_else(|| io::Error::other("the connection was closed"))?;
        let answer = connection.exchange(request).await?;
        self.connection = Some(connection);
        answer.map_err(io::Error::other)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // This fails if the pool is gone. Then the connection is closed.
        let _ = self.give_back.try_send(self.connection.take());
    }
}

/// The channel to the clerk who approves transfers.
pub(crate) type Approvals = Sender<Approval>;

/// A transfer that waits for its approval, which is an answer on this channel.
pub(crate) type Approval = Sender<()>;

/// Asks for an approval and waits for it.
pub(crate) async fn approval(approvals: &Approvals) -> io::Result<()> {
    let (answer, answered) = async_channel::bounded(1);
    approvals.send(answer).await.map_err(io::Error::other)?;
    answered.recv().await.map_err(io::Error::other)
}
