//! The members of each room.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::mpsc;

/// The number of a client.
pub(crate) type ClientId = u64;

/// A line on its way to many clients.
pub(crate) type Line = Arc<str>;

/// The names that are taken, and the rooms that are not empty.
#[derive(Default)]
pub(crate) struct Rooms {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    names: HashSet<String>,
    rooms: HashMap<String, HashMap<ClientId, mpsc::Sender<Line>>>,
}

impl Rooms {
    /// Takes a name. Gives false if another client has it.
    pub(crate) fn take_name(&self, name: &str) -> bool {
        self.lock().names.insert(name.to_owned())
    }

    pub(crate) fn free_name(&self, name: &str) {
        self.lock().names.remove(name);
    }

    pub(crate) fn enter(&self, room: &str, client: ClientId, outbox: mpsc::Sender<Line>) {
        self.lock().rooms.entry(room.to_owned()).or_default().insert(client, outbox);
    }

    pub(crate) fn leave(&self, room: &str, client: ClientId) {
        let mut state = self.lock();
        if let Some(members) = state.rooms.get_mut(room) {
            members.remove(&client);
            if members.is_empty() {
                state.rooms.remove(room);
            }
        }
    }

    /// Sends a line to all members of a room. Members that are too far behind leave the room, and
    /// are returned.
    pub(crate) fn say(&self, room: &str, line: &Line) -> Vec<ClientId> {
        let mut slow = Vec::new();
        if let Some(members) = self.lock().rooms.get_mut(room) {
            members.retain(|client, outbox| match outbox.try_send(line.clone()) {
                Ok(()) => true,
                Err(mpsc::error::TrySendError::Full(_)) => {
                    slow.push(*client);
                    false
                }
                Err(mpsc::error::TrySendError::Closed(_)) => false,
            });
        }
        slow
    }

    /// Empties all rooms.
    pub(crate) fn clear(&self) {
        self.lock().rooms.clear();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no code panics under this lock")
    }
}
