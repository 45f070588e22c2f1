//! Durable coroutines on a server of Restate come to the end of a run without deaths, whatever is
//! killed meanwhile.

mod calls;
mod cluster;
mod example;
mod orders;
mod programs;
mod replay;
mod server;
mod suspended;

use gen_restate::Client;
use restate::server::Server;
use restate::wait::LIMIT;
use restate::world::{Programs, World};

const PROGRAMS: Programs =
    Programs { guard: env!("CARGO_BIN_EXE_guard"), worker: env!("CARGO_BIN_EXE_worker") };

/// A client of a server.
fn client(server: &Server) -> Client {
    let url = |port| format!("http://127.0.0.1:{port}");
    Client::new(url(server.ingress())).with_admin(url(server.admin_port())).with_time_limit(LIMIT)
}

/// A server of so many nodes, with two processes. `None` if it is missing.
fn world(name: &str, nodes: usize) -> Option<World> {
    World::start(PROGRAMS, name, nodes)
}
