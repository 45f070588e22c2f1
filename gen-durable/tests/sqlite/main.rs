//! A store of many runs in SQLite.

mod cut;
mod end;
mod kill;
mod runs;
mod signals;
mod strangers;
#[path = "../world/mod.rs"]
mod world;
