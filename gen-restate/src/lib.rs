//! Durable coroutines beyond one machine: the bodies of [`gen_durable`] on a Restate cluster.

#![forbid(unsafe_code)]

mod answer;
#[cfg(feature = "client")]
mod client;
mod clock;
mod discovery;
mod endpoint;
mod error;
mod failure;
mod frames;
#[cfg(feature = "identity")]
mod identity;
mod invocation;
mod journal;
mod names;
mod promises;
mod recorded;
mod server;
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
