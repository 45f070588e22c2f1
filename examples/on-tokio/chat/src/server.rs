//! Accepts clients, ends those that are too slow, and shuts down.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use r#gen::{self as g, JoinHandle, yield_};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::rooms::{ClientId, Rooms};
use crate::session;

/// The time after which the server tries again to accept a client, if the machine is out of
/// sockets.
const PAUSE: Duration = Duration::from_millis(100);

/// The limits of each client.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The number of lines that may wait for a client before it is too slow.
    pub lines_behind: usize,
    /// The time that the goodbye may take.
    pub goodbye: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { lines_behind: 1000, goodbye: Duration::from_secs(2) }
    }
}

/// The state that all sessions share.
pub(crate) struct Server {
    pub(crate) limits: Limits,
    pub(crate) rooms: Rooms,
    last_id: AtomicU64,
    sessions: Mutex<HashMap<ClientId, JoinHandle<()>>>,
}

/// Serves clients until it is cancelled. Then it accepts no more, says goodbye to all of them, and
/// ends when the last one is gone.
#[g::coroutine]
pub fn serve(listener: TcpListener, limits: Limits) -> g::Result {
    let server = Arc::new(Server::new(limits));
    let end = yield_!(server.accept(listener));
    yield_!(server.close())?;
    end
}

impl Server {
    pub(crate) fn new(limits: Limits) -> Self {
        Server { limits, rooms: Rooms::default(), last_id: AtomicU64::new(0), sessions: Mutex::default() }
    }

    /// Accepts clients, and ends only with an error: that of its cancellation.
    #[g::coroutine]
    fn accept(self: &Arc<Self>, listener: TcpListener) -> g::Result {
        loop {
            match yield_!(listener.accept()) {
                Ok((socket, _)) => self.welcome(socket),
                Err(error) if error.is_cancelled() => return Err(error),
                Err(_) => yield_!(g::sleep(PAUSE))?,
            }
        }
    }

    /// Starts the session of a client.
    pub(crate) fn welcome(self: &Arc<Self>, socket: impl AsyncRead + AsyncWrite + Send + 'static) {
        let id = self.last_id.fetch_add(1, Ordering::Relaxed);
        // The session waits until it is in the table, and is removed however it ends.
        let (list, listed) = oneshot::channel();
        let session = g::spawn(session::run(self.clone(), id, socket, listed));
        self.sessions().insert(id, session);
        // If it has ended already, this drops its place in the table.
        drop(list.send(Listed { server: self.clone(), id }));
    }

    /// Says a line in a room. Members that are too far behind are cancelled.
    pub(crate) fn say(&self, room: &str, line: &str) {
        for slow in self.rooms.say(room, &line.into()) {
            if let Some(session) = self.sessions().get(&slow) {
                // The session says goodbye by itself. This function does not wait for it.
                drop(session.cancel("you read too slowly"));
            }
        }
    }

    /// Ends all sessions, and waits for their goodbyes.
    #[g::coroutine]
    fn close(&self) -> g::Result {
        // No client has to read that all the others leave.
        self.rooms.clear();
        let sessions = std::mem::take(&mut *self.sessions());
        // A session limits its goodbye. The grace is longer, in case that it does not.
        let grace = 2 * self.limits.goodbye;
        let goodbyes = sessions.values().map(|session| session.cancel("the server closes").grace(grace));
        let goodbyes: Vec<_> = goodbyes.collect();
        yield_!(goodbyes)?;
        Ok(())
    }

    pub(crate) fn sessions(&self) -> MutexGuard<'_, HashMap<ClientId, JoinHandle<()>>> {
        self.sessions.lock().expect("no code panics under this lock")
    }
}

/// The place of a session in the table. Its drop removes the session.
pub(crate) struct Listed {
    server: Arc<Server>,
    id: ClientId,
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.server.sessions().remove(&self.id);
    }
}
