//! The parts that need sockets and files, for the embedded loop of gen: the client, the built-in
//! server and Ctrl-C, with the `async-io` family of crates.

mod client;
mod files;
mod interrupt;
pub mod serve;

pub use client::Client;
pub use interrupt::ctrl_c;
