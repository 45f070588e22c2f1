//! The feature `tokio`.

// With `--cfg loom` tokio is built for its own models.
#![cfg(not(loom))]

mod blocking;
mod bridges;
mod budget;
mod dump;
mod entry;
mod harness;
mod hazards;
mod refused;
mod runtimes;
mod shutdown;
mod tasks;
