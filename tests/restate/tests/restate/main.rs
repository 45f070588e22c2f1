//! Durable coroutines on a server of Restate come to the end of a run without deaths, whatever is
//! killed meanwhile.

mod calls;
mod cluster;
mod orders;
mod programs;
mod replay;
mod server;
mod suspended;

use restate::world::{Programs, World};

const PROGRAMS: Programs =
    Programs { guard: env!("CARGO_BIN_EXE_guard"), worker: env!("CARGO_BIN_EXE_worker") };

/// A server of so many nodes, with two processes. `None` if it is missing.
fn world(name: &str, nodes: usize) -> Option<World> {
    World::start(PROGRAMS, name, nodes)
}
