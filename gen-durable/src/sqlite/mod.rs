//! Many durable runs in one file of SQLite: [`SqliteStore`].
//!
//! | file | what it holds |
//! |---|---|
//! | `store.rs`, `options.rs` | the handle of a store, and how it is opened |
//! | `shared.rs` | the store of this process, behind its handles |
//! | `claim.rs` | how a process takes a run |
//! | `schema.rs` | opens and makes the file, and refuses what is no store |
//! | `rows.rs` | the rows of the file: what each transaction reads and writes |
//! | `signals.rs` | the rows of signals, which any process adds |
//! | `states.rs` | the rows of states, which a run shows to others |
//! | `calls.rs` | how a run begins another one, cancels it, and hears of its end |
//! | `writer.rs` | the thread that has the connection, and its transactions |
//! | `job.rs`, `reply.rs` | a piece of work for that thread, and its result |
//! | `lease.rs` | the proof that a process lives |
//! | `live.rs` | the runs of this process, and the cancellations and signals that come for them |
//! | `journal.rs` | the journal of one run |
//! | `list.rs` | the list of runs |
//! | `tools.rs` | for tools that have no bodies |
//! | `bodies.rs` | bodies by their names |
//! | `runs.rs`, `run.rs` | the runs that go on in this process, and the handle of one |
//! | `follower.rs` | the task that brings a run to its end |
//! | `error.rs` | what can go wrong, and what to do |
//!
//! # The states of a run
//!
//! A run is a row of the table `runs`. Its name is that of its body with a key.
//!
//! | state | the row | entered by | left by |
//! |---|---|---|---|
//! | delayed | has a row in `delays` | [`rows::insert`] | [`take`], when it is time; a cancellation, which ends it |
//! | free | has no lease, or that of a process that has died | [`rows::insert`], [`rows::release`], the death of the process | [`take`] |
//! | in progress | has the lease of a process that lives | [`take`] | the drop of its journal, its end, the death of the process |
//! | ended | has the time of its end, and its last entry is the outcome | [`rows::write`] | [`rows::remove`] |
//!
//! A free run may say why it was *stopped*: its coroutine departs from the journal, for example. It
//! is tried again when the runs are resumed.
//!
//! # Why two processes never run the same coroutine
//!
//! [`take`] happens in a write transaction, and SQLite has one of these at a time in all processes.
//! It takes a run only if no process that lives has its lease: see `lease.rs`. Each later write
//! looks at the lease again, and at the number of entries. So even if someone removes the file of a
//! lease, a process that has lost a run writes nothing more to it, and a run that waits ends with
//! an error.
//!
//! # What survives
//!
//! The log of SQLite (WAL) is written in each transaction. For events and deadlines
//! `synchronous = FULL` makes it wait for the disk, so they survive a power cut. A kill at any
//! moment leaves the transactions that were finished: SQLite drops a torn end of its log. The file
//! itself is written from the log only after that is on the disk.
//!
//! [`take`]: claim::LeaseContext::take

mod bodies;
mod calls;
mod claim;
mod error;
mod follower;
mod job;
mod journal;
mod lease;
mod list;
mod live;
mod options;
mod reply;
mod rows;
mod run;
mod runs;
mod schema;
mod shared;
mod signals;
mod states;
mod store;
mod tools;
mod transaction;
mod writer;

pub use self::bodies::Bodies;
pub use self::error::StoreError;
pub use self::journal::SqliteJournal;
pub use self::list::{RunInfo, RunState, RunWait};
pub use self::options::SqliteOptions;
pub use self::run::Run;
pub use self::runs::{resume_all, Runs};
pub use self::store::SqliteStore;
