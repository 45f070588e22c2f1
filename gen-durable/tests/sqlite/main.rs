//! A store of many runs in SQLite.

mod cut;
mod kill;
mod runs;
mod strangers;
#[path = "../world/mod.rs"]
mod world;
