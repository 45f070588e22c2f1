//! A chat server with rooms: lines of text over TCP.
//!
//! | file | contents |
//! |---|---|
//! | `server.rs` | accepts clients, ends those that are too slow, and shuts down |
//! | `session.rs` | the conversation with one client |
//! | `rooms.rs` | the members of each room |
//! | `output.rs` | the lines on their way to a client |

mod output;
mod rooms;
pub mod server;
mod session;
