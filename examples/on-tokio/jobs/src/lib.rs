//! A job runner on SQLite, which may be killed at any moment, and loses and repeats nothing.
//!
//! A job moves money from one account to another, in two steps. Each step is a transaction, which
//! changes an account and notes in the job that the step is done.
//!
//! | file | contents |
//! |---|---|
//! | `runner.rs` | the runner: does all jobs, a few at a time |
//! | `store.rs` | the file: adding jobs, doing one step, auditing |
//! | `truth.rs` | a measurement: transactions that are cancelled at random moments |

pub mod runner;
pub mod store;
pub mod truth;
