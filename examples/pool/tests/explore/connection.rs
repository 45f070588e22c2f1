//! A connection to a bank in the same process: without a socket, and an answer takes its time on
//! the clock of the loop.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::bank::{Accounts, Session};

/// The bank itself.
pub(crate) type Address = Arc<Accounts>;

/// As in the program.
pub(crate) type Answer = Result<String, String>;

/// A connection to the bank.
pub(crate) struct Connection {
    session: Session,
    /// The answers that were not read.
    answers: VecDeque<Answer>,
}

impl Connection {
    pub(crate) async fn open(bank: &Address) -> io::Result<Connection> {
        on_the_way().await?;
        Ok(Connection { session: Session::new(bank.clone()), answers: VecDeque::new() })
    }

    /// Sends a request and waits for the first answer that was not read.
    pub(crate) async fn exchange(&mut self, request: &str) -> io::Result<Answer> {
        on_the_way().await?;
        self.answers.push_back(self.session.answer(request));
        on_the_way().await?;
        self.answers.pop_front().ok_or_else(|| io::Error::other("there is no answer"))
    }
}

async fn on_the_way() -> io::Result<()> {
    gen::sleep(Duration::from_millis(1)).await.map_err(io::Error::other)
}
