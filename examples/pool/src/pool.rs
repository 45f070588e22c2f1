//! Connections to the bank, and the pool that lends them. Coroutines and `async fn`s use the same
//! pool.
//!
//! Sockets and channels come from crates that run on any executor. `Drop` returns a lent connection
//! to the pool, so none is ever lost. But `Drop` cannot wait, so the code that borrowed the
//! connection must end its transaction itself.

use std::io;
use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};

use async_channel::{Receiver, Sender};
use async_net::TcpStream;
use futures_lite::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

/// A connection to the bank.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    async fn open(bank: SocketAddr) -> io::Result<Connection> {
        Ok(Connection { stream: BufReader::new(TcpStream::connect(bank).await?) })
    }

    /// Sends a request and waits for the answer.
    pub(crate) async fn exchange(&mut self, request: &str) -> io::Result<String> {
        self.stream.get_mut().write_all(format!("{request}\n").as_bytes()).await?;
        let mut answer = String::new();
        self.stream.read_line(&mut answer).await?;
        match answer.trim_end().split_once(' ') {
            Some(("OK", answer)) => Ok(answer.to_owned()),
            _ if answer.trim_end() == "OK" => Ok(String::new()),
            Some(("ERROR", why)) => Err(io::Error::other(why.to_owned())),
            _ => Err(io::Error::other(format!("the bank says `{answer}`"))),
        }
    }
}

/// Lends connections. Each connection has at most one borrower.
pub(crate) struct Pool {
    idle: Receiver<Connection>,
    give_back: Sender<Connection>,
}

impl Pool {
    /// A pool with a single connection.
    pub(crate) async fn open(bank: SocketAddr) -> io::Result<Pool> {
        let (give_back, idle) = async_channel::unbounded();
        let lent = Lent { connection: Some(Connection::open(bank).await?), give_back: give_back.clone() };
        drop(lent);
        Ok(Pool { idle, give_back })
    }

    /// Waits for a free connection.
    pub(crate) async fn checkout(&self) -> io::Result<Lent> {
        let connection = self.idle.recv().await.map_err(io::Error::other)?;
        Ok(Lent { connection: Some(connection), give_back: self.give_back.clone() })
    }

    /// The number of free connections.
    pub(crate) fn idle(&self) -> usize {
        self.idle.len()
    }
}

/// A connection that returns to its pool when it is dropped.
pub(crate) struct Lent {
    /// `None` only during the drop.
    connection: Option<Connection>,
    give_back: Sender<Connection>,
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            // This fails if the pool is gone. Then the connection is closed.
            let _ = self.give_back.try_send(connection);
        }
    }
}

impl Deref for Lent {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("it is taken out only by drop")
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("it is taken out only by drop")
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
