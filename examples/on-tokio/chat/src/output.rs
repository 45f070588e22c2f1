//! The lines on their way to a client.

use std::collections::VecDeque;

use r#gen::{self as g, yield_};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

use crate::rooms::Line;

/// The bytes that are put together into one write.
const MAX_UNSENT: usize = 16 * 1024;

/// Writes the lines of an inbox to a socket.
pub(crate) struct Output<W> {
    inbox: mpsc::Receiver<Line>,
    /// The bytes that the socket has not taken. A write that is cancelled leaves the rest of its
    /// line here, so that no half line comes before the goodbye.
    unsent: VecDeque<u8>,
    socket: W,
}

impl<W: AsyncWrite + Unpin> Output<W> {
    pub(crate) fn new(inbox: mpsc::Receiver<Line>, socket: W) -> Self {
        Output { inbox, unsent: VecDeque::new(), socket }
    }

    /// Writes lines until no more can come, and gives the reason of the end. Before that it ends if
    /// it is cancelled, or if the socket fails.
    #[g::coroutine]
    pub(crate) fn forward(&mut self) -> g::Result<&'static str> {
        while let Some(line) = yield_!(self.inbox.recv())? {
            self.add(&line);
            yield_!(self.flush())?;
        }
        Ok("no more lines can come")
    }

    /// Writes the lines that wait, a last one, and the end of the stream.
    #[g::coroutine]
    pub(crate) fn close(&mut self, last: &str) -> g::Result {
        yield_!(self.flush())?;
        self.add(last);
        yield_!(self.flush())?;
        yield_!(self.socket.shutdown())
    }

    /// Writes until no line waits.
    #[g::coroutine]
    fn flush(&mut self) -> g::Result {
        loop {
            while self.unsent.len() < MAX_UNSENT
                && let Ok(line) = self.inbox.try_recv()
            {
                self.add(&line);
            }
            if self.unsent.is_empty() {
                return Ok(());
            }
            yield_!(self.socket.write_buf(&mut self.unsent))?;
        }
    }

    fn add(&mut self, line: &str) {
        self.unsent.extend(line.as_bytes());
        self.unsent.push_back(b'\n');
    }
}
