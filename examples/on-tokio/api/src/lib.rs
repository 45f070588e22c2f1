//! A web service on axum whose handlers are coroutines of gen.
//!
//! A shop sells what a warehouse has. The warehouse is another service, with two replicas.
//!
//! | file | contents |
//! |---|---|
//! | `service.rs` | the routes of the shop, its handlers, and its shutdown |
//! | `orders.rs` | the coroutines behind the handlers: a price, many prices, an order |
//! | `client.rs` | the requests to the warehouse |
//! | `diagnostics.rs` | `GET /dump`: where does each request wait? |
//! | `metrics.rs` | `GET /metrics`: at which line do the requests wait, and how long? |
//! | `plain.rs` | the order once more, as an `async fn` |
//! | `warehouse.rs` | the other service |
//! | `loopback.rs` | starts the shop and both replicas on this machine, for the demo and the tests |

mod client;
pub mod diagnostics;
pub mod loopback;
mod metrics;
mod orders;
mod plain;
pub mod service;
pub mod warehouse;

pub use orders::Shop;
