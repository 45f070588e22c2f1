//! The guide: each page answers a question, with small programs.
//!
//! | question | page |
//! |---|---|
//! | How do I write my first program? | [First hour](first_hour) |
//! | What are `join!`, `select!`, `JoinSet` and the others called here? | [From `async fn`, and back](from_async_fn) |
//! | How do I use this with tokio, with axum, or with another executor? | [On tokio](on_tokio) |
//! | How do I stop a task, and let it clean up? | [Cancellation](cancellation) |
//! | How do I handle errors, and define my own? | [Errors](errors) |
//! | How do I wait for a function that takes a callback? | [Callbacks](callbacks) |
//! | How do I retry, race, limit, share and supervise work? | [Everyday](everyday) |
//! | How do I find the current request, and the time that is left? | [Everyday](everyday#who-am-i) |
//! | What happens if my process dies here? | [The guide of `gen-durable`](https://docs.rs/gen-durable/latest/gen_durable/guide) |
//! | How do I test a coroutine? | [Testing](testing) |
//! | My program hangs, or is slow: where? | [Debugging](debugging) |
//! | How do I move a program of `async fn`s? | [Porting](porting), with whole functions [side by side](side_by_side) |
//! | Where do I find the names of `tornado.gen`? | [From Tornado](from_tornado) |
//!
//! The programs are of edition 2024, which `cargo new` gives, and call the library `g`. All of them
//! are compiled and run with the tests.

#[doc = include_str!("callbacks.md")]
pub mod callbacks {}
#[doc = include_str!("cancellation.md")]
pub mod cancellation {}
#[doc = include_str!("debugging.md")]
#[cfg_attr(feature = "metrics", doc = include_str!("../metrics/time_by_line.md"))]
pub mod debugging {}
#[doc = include_str!("errors.md")]
pub mod errors {}
#[doc = include_str!("everyday.md")]
pub mod everyday {}
#[doc = include_str!("first_hour.md")]
pub mod first_hour {}
#[doc = include_str!("from_async_fn.md")]
pub mod from_async_fn {}
#[doc = include_str!("from_tornado.md")]
pub mod from_tornado {}
#[doc = include_str!("on_tokio.md")]
pub mod on_tokio {}
#[doc = include_str!("porting.md")]
pub mod porting {}
#[doc = include_str!("side_by_side.md")]
pub mod side_by_side {}
#[doc = include_str!("testing.md")]
pub mod testing {}
