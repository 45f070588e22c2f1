//! Puts each fault at each yield of a session and of its client, which talk through memory.

#![allow(dead_code, reason = "the program uses all of it")]

#[path = "../../src/output.rs"]
mod output;
#[path = "../../src/rooms.rs"]
mod rooms;
#[path = "../../src/server.rs"]
mod server;
#[path = "../../src/session.rs"]
mod session;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use r#gen::testing::{Explore, Fault, explore};
use r#gen::{self as g, yield_};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::sync::mpsc;

use rooms::Line;
use server::{Limits, Server};

/// The state that the invariants look at.
#[derive(Clone)]
struct World {
    server: Arc<Server>,
    /// The lines that a client in the lobby hears.
    bob: Rc<RefCell<mpsc::Receiver<Line>>>,
}

impl World {
    fn new() -> World {
        let server = Arc::new(Server::new(Limits::default()));
        let (outbox, bob) = mpsc::channel(100);
        server.rooms.enter("lobby", u64::MAX, outbox);
        World { server, bob: Rc::new(RefCell::new(bob)) }
    }
}

/// The client, which talks, changes its room, and quits.
#[g::coroutine]
fn alice(world: World) -> g::Result {
    let (client, socket) = tokio::io::duplex(1024);
    world.server.welcome(socket);
    let (input, mut output) = tokio::io::split(client);
    let mut lines = BufReader::new(input).lines();
    for line in ["alice\n", "hello\n", "/join garden\n", "/quit\n"] {
        yield_!(output.write_all(line.as_bytes()))?;
        yield_!(lines.next_line())?;
    }
    while yield_!(lines.next_line())?.is_some() {}
    Ok(())
}

fn explored() -> Explore<'static, World, ()> {
    let world = || {
        let world = World::new();
        (world.clone(), alice(world))
    };
    // A session says goodbye after its client has gone.
    explore(world).linger(Duration::from_secs(60))
}

/// The table of the server would grow, or a client could not come again under its name.
#[test]
fn whatever_ends_a_session_it_leaves_nothing_behind() {
    explored()
        .invariant(|world, _| {
            g::ensure!(world.server.sessions().is_empty(), "the session is in the table");
            g::ensure!(world.server.rooms.take_name("alice"), "the name is taken");
            Ok(())
        })
        .check();
}

/// The others would talk to a client that is gone. A task that is dropped cannot speak.
#[test]
fn whatever_ends_a_session_the_others_hear_that_the_client_leaves() {
    let faults = Fault::ALL.iter().copied().filter(|fault| *fault != Fault::Drop);
    explored()
        .faults(faults)
        .invariant(|world, _| {
            let mut bob = world.bob.borrow_mut();
            let heard: Vec<Line> = std::iter::from_fn(|| bob.try_recv().ok()).collect();
            let count = |text: &str| heard.iter().filter(|line| line.starts_with(text)).count();
            g::ensure!(count("* alice enters") == count("* alice leaves"), "they heard {heard:?}");
            Ok(())
        })
        .check();
}
