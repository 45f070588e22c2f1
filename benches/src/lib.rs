//! The subjects of the benchmarks: the same work written with coroutines and with the peers.
//!
//! These compare coroutines with `async fn`s:
//!
//! - `cargo run --release -p gen-benches --bin instructions` counts the instructions of chains with
//!   callgrind. The counts are exact, so the program fails if they exceed a limit.
//! - `cargo bench -p gen-benches --bench chains` measures the time of the same chains.
//! - `cargo run -p gen-benches --bin compile_time` measures the time of the compiler.
//!
//! These compare the library with other libraries; run each with
//! `cargo bench -p gen-benches --bench`:
//!
//! - `groups`: lists, compared with `futures`, `futures-buffered` and `futures-concurrency`.
//! - `completions`: results in the order in which they arrive, compared with the unordered groups
//!   of `futures` and `futures-buffered`, and with tokio's `JoinSet`.
//! - `spawns`: tasks, compared with tokio and async-executor.
//! - `callbacks`: a value from a callback, compared with one-shot channels.
//!
//! `cargo run -p gen-benches --bin function_sizes` measures the `async fn`s of public crates, after
//! which the functions of `compile_time` are modelled. The README has the figures.

pub mod chains;
pub mod children;
pub mod leaves;
pub mod runtime;
