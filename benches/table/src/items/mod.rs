//! The items: each measures one part of the library, in a process of its own, because the history
//! of the heap changes the figures of work that allocates.

mod batches;
mod callbacks;
mod chains;
mod completions;
mod everyday;
mod growth;
mod lists;
mod locks;
mod memory;
mod on_tokio;
mod queues;
mod resumes;
mod scopes;
mod spawns;
mod threads;
mod timers;

use crate::harness::Runner;

pub struct Item {
    pub name: &'static str,
    pub run: fn(&mut Runner),
}

pub const ITEMS: &[Item] = &[
    Item { name: "chains", run: chains::run },
    Item { name: "resumes", run: resumes::run },
    Item { name: "lists", run: lists::run },
    Item { name: "completions", run: completions::run },
    Item { name: "scopes", run: scopes::run },
    Item { name: "spawns", run: spawns::run },
    Item { name: "timers", run: timers::run },
    Item { name: "callbacks", run: callbacks::run },
    Item { name: "locks", run: locks::run },
    Item { name: "queues", run: queues::run },
    Item { name: "threads", run: threads::run },
    Item { name: "everyday", run: everyday::run },
    Item { name: "batches", run: batches::run },
    Item { name: "growth", run: growth::run },
    Item { name: "on_tokio", run: on_tokio::run },
];

/// Whether a case waits for real time to pass. Its figure is processor time.
pub fn waits_for_time(case: &str) -> bool {
    case.contains("sleeps that all fire") && !case.starts_with("growth")
}

pub use self::memory::{measure as measure_memory, PROGRAMS as MEMORY_PROGRAMS};
pub use self::threads::has_threads;
