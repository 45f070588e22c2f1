//! Durable coroutines beyond one machine: the bodies of [`gen_durable`] on a Restate cluster.
//!
//! [Restate](https://restate.dev) is a server, or a cluster of servers, that keeps the journals.
//! Your program is an HTTP endpoint which the servers call whenever a run can go on. So a coroutine
//! survives the loss of a machine, goes on in any process of yours, and costs none of them anything
//! while it waits. The coroutine is the same as with the journals of `gen_durable`: no line of it
//! names Restate.
//!
//! ```no_run
//! use gen::yield_;
//! use gen_durable::{signal, step, with_timeout};
//! use gen_restate::{Client, Endpoint};
//! use std::time::Duration;
//!
//! #[gen::coroutine]
//! fn pick(item: u32) -> gen::Result<u32> {
//!     yield_!(step(format!("pick {item}"), move || async move { Ok(item * 10) }))
//! }
//!
//! #[gen::coroutine]
//! fn order(items: Vec<u32>) -> gen::Result<String> {
//!     yield_!(step("charge", || async { Ok(()) }))?;
//!     // Parallel, and each child has steps of its own.
//!     let picked = yield_!(items.into_iter().map(pick).collect::<Vec<_>>())?;
//!     // The days pass on the server. This process may be replaced meanwhile.
//!     let three_days = Duration::from_secs(3 * 86_400);
//!     let name = yield_!(with_timeout(three_days, signal::<String>("approved by")))?;
//!     Ok(format!("{picked:?}, approved by {name}"))
//! }
//!
//! /// The process that runs the orders. Start as many of them as you like.
//! #[tokio::main]
//! async fn main() -> std::io::Result<()> {
//!     Endpoint::new().workflow("Order", order).serve("0.0.0.0:9080").await
//! }
//!
//! /// In any other program.
//! async fn buy(client: &Client) -> gen::Result<String> {
//!     // Once, after the endpoint was installed.
//!     client.register("http://orders.internal:9080").await?;
//!     client.start("Order", "7", &[1, 2]).await?;
//!     client.send_signal("Order", "7", "approved by", "Ada").await?;
//!     client.result("Order", "7").await
//! }
//! ```
//!
//! | to | use |
//! |---|---|
//! | run bodies for a server | [`Endpoint::workflow`], [`Endpoint::serve`] |
//! | end a process without a loss of time | [`Endpoint::serve_until`] |
//! | have several processes on one port | [`shared_listener`] |
//! | answer your own servers only | [`Endpoint::identity_key`] |
//! | choose when a run leaves the memory | [`Endpoint::suspend_after`] |
//! | start a run, wait for it, signal it, cancel it, read its state | [`Client`] |
//! | tell a server where the endpoint is | [`Client::register`] |
//!
//! # To try it
//!
//! The server is a program without dependencies. It needs no account:
//!
//! ```text
//! npm install @restatedev/restate-server@1.7.12
//! npx restate-server
//! ```
//!
//! Its ingress is at port 8080, and its admin interface, with pages for a browser, at port 9070.
//!
//! # What happens if
//!
//! | event | then |
//! |---|---|
//! | a process dies | its runs go on in another process, or in the next one. Recorded steps do not run again; a step that was under way does, so it must be [idempotent](gen_durable#steps-run-at-least-once) |
//! | a server dies | another one of the cluster goes on. A single server goes on when it is back |
//! | a run waits, for longer than [`Endpoint::suspend_after`] | it is suspended: the coroutine and its driver are dropped, and no process has anything of it. When what it waits for has happened, some process replays it |
//! | a run is [cancelled](Client::cancel) | [`Cancelled`](gen::Cancelled) arrives at each yield that waits, durably. The clean-up may take steps. The runs for which it waits are [cancelled, too](fn@gen_durable::call#cancellation) |
//! | the coroutine ends with an error | the run has ended with it: [`Client::result`] gives its text, its code and its payload. To try a step again, let it [`retry`](gen_durable::Step::retry) |
//! | a step or the coroutine panics | the server tries the run again, with growing waits |
//! | the coroutine [departs from its journal](gen_durable::JournalMismatch) | the run has not ended. The server shows the recorded command and the new one, and tries again, so that a mended program finishes the run. Over version 7 of the protocol it pauses the run until an operator resumes it |
//! | the coroutine is [not durable](gen_durable::NotDurable) | as the row above. The server shows the yield that is in no journal |
//! | the program changes while runs are under way | [`version`](fn@gen_durable::version), or another name for the new body |
//! | the process shuts down, by [`Endpoint::serve_until`] | running steps come to their ends, and all runs go on elsewhere at once |
//!
//! # How it maps
//!
//! | in the coroutine | on the server |
//! |---|---|
//! | a run of a body with a key | a workflow, and its one run of that key |
//! | [`step`](fn@gen_durable::step), [`now`](fn@gen_durable::now), [`random`](fn@gen_durable::random), [`uuid`](fn@gen_durable::uuid), [`version`](fn@gen_durable::version) | an entry `Run`, which keeps the outcome. That of a step has its label as its name |
//! | [`sleep`](fn@gen_durable::sleep), [`with_timeout`](gen_durable::with_timeout) | a timer |
//! | [`signal`](fn@gen_durable::signal) | the promises `name`, `name#2` and so on. The handler `signal` of the workflow, with `{"name": .., "value": ..}`, completes the first free one: a program in another language sends a signal by a request to it |
//! | [`call`](fn@gen_durable::call), [`start`](fn@gen_durable::start) | a call of the handler `run` of that workflow, also if it is one of another program |
//! | [`set_state`](fn@gen_durable::set_state), [`get_state`](fn@gen_durable::get_state) | the state of the workflow, which the pages of the server show |
//!
//! A coroutine may wait for many of them at once, nested as it likes. The server stores the
//! outcomes in one order, and a replay gets them in this order, one by one.
//!
//! # Limits
//!
//! - A value may have 16 MiB. A larger one of a step or of the coroutine becomes a failure, and a
//!   larger input of a call or state is an error of its yield. All of a run together may be larger.
//! - A step that takes longer than the abort timeout of the server, ten minutes by default, is
//!   taken for one that hangs, and runs again. Split it, or set `abort-timeout` at the server.
//! - The server keeps the result of a run, its signals and its state for a day by default. After
//!   that its key can be started again.
//! - A run is cancelled by the server only: a cancellation of the task that runs the endpoint is as
//!   a kill.
//! - A called run is cancelled by each of its callers that is cancelled while it waits, and so is
//!   each run of a circle of calls. A second cancellation raises [`Cancelled`](gen::Cancelled)
//!   again, also within a clean-up that is not in a [`gen::shield`](gen::shield()).
//! - The endpoint speaks HTTP/2 without TLS. Put a proxy before it, or a network of your own, and
//!   use [`Endpoint::identity_key`].
//! - A signal arrives as soon as a process with its workflow lives. Until then the server keeps it,
//!   and [`Client::send_signal`] waits.
//! - It knows the versions 6 and 7 of the protocol, which servers from 1.6 on speak.
//!
//! # Licences
//!
//! This library is free as gen is: MIT or Apache-2.0. The state machine of the protocol that it
//! uses, `restate-sdk-shared-core`, is under MIT. The server is a program of its own under the
//! Business Source License 1.1: its use is free, but not to offer Restate itself as a service to
//! others. No part of the server is in this library or in your program.
//!
//! # Features
//!
//! - `client`, which is on by default: [`Client`].
//! - `identity`, which is on by default: [`Endpoint::identity_key`].
//! - `tokio`: timers on tokio for [`gen::sleep`](gen::sleep()) and the like within steps, as the
//!   feature of `gen-runtime`. The waits of the coroutine itself need no timer.

#![forbid(unsafe_code)]

mod answer;
mod calls;
#[cfg(feature = "client")]
mod client;
mod clock;
mod codes;
mod discovery;
mod endpoint;
mod error;
mod failure;
mod frames;
#[cfg(feature = "identity")]
mod identity;
mod invocation;
mod journal;
mod machine;
mod names;
mod promises;
mod protobuf;
mod recorded;
mod server;
mod signal_handler;
mod versions;
mod wire;

#[cfg(feature = "client")]
pub use crate::client::Client;
#[cfg(unix)]
pub use crate::endpoint::shared_listener;
pub use crate::endpoint::Endpoint;
#[cfg(feature = "client")]
pub use crate::error::ClientError;
#[cfg(feature = "identity")]
pub use crate::error::KeyError;
pub use crate::error::ProtocolError;

/// The example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
