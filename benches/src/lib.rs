//! The subjects of the counts: the same work written with coroutines and with `async fn`s, and the
//! work of the runtime.
//!
//! - `cargo run --release -p gen-benches --bin instructions` counts instructions with callgrind.
//!   The counts are exact, so the program fails if they exceed a limit.
//! - `cargo run -p gen-benches --bin compile_time` measures the time of the compiler.
//! - `cargo run -p gen-benches --bin function_sizes` measures the `async fn`s of public crates,
//!   after which the functions of `compile_time` are modelled.
//!
//! The times beside other libraries come from `benches/table`, a workspace of its own. The README
//! has the figures.

pub mod chains;
pub mod leaves;
pub mod runtime;
