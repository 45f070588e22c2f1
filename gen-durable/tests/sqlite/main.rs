//! A store of many runs in SQLite.

mod calls;
mod cut;
mod end;
mod kill;
mod runs;
mod signals;
mod states;
mod strangers;
mod tools;
mod versions;
mod victim;
#[path = "../world/mod.rs"]
mod world;
