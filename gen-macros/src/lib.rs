//! The attributes of `gen-runtime`. Use them through it: `#[gen::coroutine]`, `#[gen::main]`.
#![forbid(unsafe_code)]
