//! Drives the tools with which users look at coroutines: rust-analyzer over its protocol, rustfmt,
//! a debugger, coverage.
//!
//! - `tools` finds them, and decides what happens if one is missing.
//! - `marked` reads sources in which the cursor and the expected places are marked.
//! - `sample` writes the crate that rust-analyzer analyses.
//! - `server` starts one rust-analyzer, waits for it, and sends requests to it.
//! - `editor` sends the requests of a user who types in the sample.
//! - `program` builds the programs for the debugger and the coverage report.
//!
//! The comment above a test says what a user would lose if the test failed.

pub mod editor;
pub mod marked;
pub mod program;
pub mod sample;
pub mod server;
pub mod tools;
