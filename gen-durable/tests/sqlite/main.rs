//! A store of many runs in SQLite.

mod cut;
mod kill;
mod runs;
mod signals;
mod strangers;
mod tools;
#[path = "../world/mod.rs"]
mod world;
