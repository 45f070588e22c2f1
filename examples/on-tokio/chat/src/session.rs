//! The conversation with one client.

use std::sync::Arc;

use futures_util::TryStreamExt;
use r#gen::{self as g, OneOf2, yield_};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, oneshot};
use tokio_util::codec::{FramedRead, LinesCodec};

use crate::output::Output;
use crate::rooms::{ClientId, Line};
use crate::server::{Listed, Server};

/// The longest line that a client may send, in bytes.
const MAX_LINE: usize = 4096;

/// The longest name of a client or a room, in bytes.
const MAX_NAME: usize = 32;

/// The reason of the end of a client that has closed its connection.
const HUNG_UP: &str = "the connection was closed";

/// The room that a client enters first.
const LOBBY: &str = "lobby";

/// A client that has a name.
struct Client {
    server: Arc<Server>,
    id: ClientId,
    name: String,
    room: String,
    outbox: mpsc::Sender<Line>,
}

/// Talks with a client until it quits, or until this coroutine is cancelled. In both cases the
/// client gets a goodbye with the reason.
#[g::coroutine]
pub(crate) fn run(
    server: Arc<Server>,
    id: ClientId,
    socket: impl AsyncRead + AsyncWrite + Send,
    listed: oneshot::Receiver<Listed>,
) -> g::Result {
    let _listed = yield_!(listed)?;
    let (input, output) = tokio::io::split(socket);
    let (outbox, inbox) = mpsc::channel(server.limits.lines_behind);
    let mut output = Output::new(inbox, output);
    let mut client = None;
    let listening = listen(&server, id, input, outbox, &mut client);
    // A cancellation arrives in both coroutines, which end, and then at this line.
    let end = yield_!(g::first_of((listening, output.forward())));
    let reason = reason(end.map(OneOf2::into_inner));
    if let Some(client) = client {
        client.leave(&reason);
    }
    let goodbye = format!("* goodbye: {reason}");
    yield_!(g::with_timeout(server.limits.goodbye, output.close(&goodbye)))
}

/// Follows the commands of a client until its end, and gives the reason of the end.
#[g::coroutine]
fn listen(
    server: &Arc<Server>,
    id: ClientId,
    input: impl AsyncRead + Unpin,
    outbox: mpsc::Sender<Line>,
    client: &mut Option<Client>,
) -> g::Result<&'static str> {
    let mut lines = FramedRead::new(input, LinesCodec::new_with_max_length(MAX_LINE));
    outbox.try_send("* your name?".into())?;
    let Some(name) = yield_!(lines.try_next())? else { return Ok(HUNG_UP) };
    g::ensure!(is_name(&name), "this is not a name");
    g::ensure!(server.rooms.take_name(&name), "the name {name} is taken");
    let client = client.insert(Client { server: server.clone(), id, name, room: LOBBY.to_owned(), outbox });
    client.enter();
    while let Some(line) = yield_!(lines.try_next())? {
        match line.split_once(' ') {
            Some(("/join", room)) if is_name(room) => client.change_room(room),
            _ if line == "/quit" => return Ok("you quit"),
            _ if line.starts_with('/') => client.answer("* /join ROOM, /quit, or a text"),
            _ => client.say(&line),
        }
    }
    Ok(HUNG_UP)
}

impl Client {
    fn enter(&self) {
        self.server.rooms.enter(&self.room, self.id, self.outbox.clone());
        self.server.say(&self.room, &format!("* {} enters {}", self.name, self.room));
    }

    fn change_room(&mut self, room: &str) {
        self.leave("to another room");
        self.room = room.to_owned();
        self.enter();
    }

    fn leave(&self, reason: &str) {
        self.server.rooms.leave(&self.room, self.id);
        self.server.say(&self.room, &format!("* {} leaves: {reason}", self.name));
    }

    fn say(&self, text: &str) {
        self.server.say(&self.room, &format!("{}: {text}", self.name));
    }

    /// Says something to this client alone.
    fn answer(&self, text: &str) {
        // If its queue is full, the next line of its room ends the client.
        let _ = self.outbox.try_send(text.into());
    }
}

/// Also after a panic or a shutdown that did not wait, the name is free and the room has no member
/// that does not exist.
impl Drop for Client {
    fn drop(&mut self) {
        self.server.rooms.leave(&self.room, self.id);
        self.server.rooms.free_name(&self.name);
    }
}

fn is_name(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len()) && name.chars().all(char::is_alphanumeric)
}

/// The reason of the end of a session, in words for the client.
fn reason(end: g::Result<&'static str>) -> String {
    match end {
        Ok(reason) => reason.to_owned(),
        Err(error) => match error.downcast_ref::<g::Cancelled>() {
            Some(cancelled) => cancelled.reason.to_string(),
            None => error.to_string(),
        },
    }
}
