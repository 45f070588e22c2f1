//! What is measured: the same work written with coroutines and with the peers.
//!
//! - `cargo run --release -p gen-benches --bin instructions`: instruction counts of chains against `async fn`, by callgrind. Exact, so it fails when a limit is passed.
//! - `cargo bench -p gen-benches --bench chains`: the same in time.
//! - `cargo bench -p gen-benches --bench groups`: lists against `futures`, `futures-buffered` and `futures-concurrency`.
//! - `cargo bench -p gen-benches --bench completions`: results in the order in which they come, against the unordered groups of `futures` and `futures-buffered`, and tokio's `JoinSet`.

pub mod chains;
pub mod children;
pub mod leaves;
