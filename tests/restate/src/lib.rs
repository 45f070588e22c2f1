//! The world in which durable coroutines run on Restate: a server, whose nodes are killed, and
//! processes that serve the coroutines, which are killed, too.
//!
//! - `server` finds the server's program, and starts and kills nodes.
//! - `workers` starts and kills the processes that serve the coroutines.
//! - `world` has both of them, begins runs, and sends signals.
//! - `bodies` are the coroutines, and `programs` makes random ones.
//! - `effects` is their outside, which remembers what their steps have done.
//! - `recorded` checks that no recorded step runs again.
//! - `guard` kills the server when the test has ended.
//! - `http` sends requests to the server.
//! - `folder` holds the files and the logs of one test.
//! - `wait` has the waits, and the times after which a test has failed.

pub mod bodies;
pub mod effects;
pub mod folder;
pub mod guard;
pub mod http;
/// Random programs, which the tests of `gen-durable` run, too.
#[allow(missing_docs, reason = "it is a part of those tests")]
#[path = "../../../gen-durable/tests/world/programs.rs"]
pub mod programs;
pub mod recorded;
pub mod server;
pub mod wait;
pub mod workers;
pub mod world;
