//! Drives the tools that people look at coroutines with: rust-analyzer over its protocol, rustfmt, a debugger, coverage.
//!
//! - `tools` finds them, and decides what happens if one is not there.
//! - `marked` reads sources in which a cursor and the expected places are marked.
//! - `sample` writes the crate that rust-analyzer looks at.
//! - `server` is one rust-analyzer: it is started, waited for, asked.
//! - `editor` asks it what somebody would who types in the sample.
//! - `program` builds what a debugger and a coverage report are about.

pub mod editor;
pub mod marked;
pub mod program;
pub mod sample;
pub mod server;
pub mod tools;
