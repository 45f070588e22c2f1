//! A web service on axum whose handlers are coroutines of gen.
//!
//! A shop sells what a warehouse has. The warehouse is another service, with two replicas.
//!
//! | file | contents |
//! |---|---|
//! | `service.rs` | the routes of the shop, its handlers, and its shutdown |
//! | `orders.rs` | the coroutines behind the handlers: a price, many prices, an order |
//! | `request.rs` | the id and the deadline of a request, which no function has as a parameter |
//! | `client.rs` | the requests to the warehouse |
//! | `background.rs` | what runs beside the requests, and `GET /health` and `GET /ready` |
//! | `logging.rs` | the log, whose lines name their requests |
//! | `diagnostics.rs` | `GET /dump`: where does each request wait? |
//! | `metrics.rs` | `GET /metrics`: at which line do the requests wait, and how long? |
//! | `plain.rs` | the order once more, as an `async fn` |
//! | `warehouse.rs` | the other service |
//! | `loopback.rs` | starts the shop and both replicas on this machine, for the demo and the tests |

mod background;
mod client;
pub mod diagnostics;
pub mod logging;
pub mod loopback;
mod metrics;
mod orders;
mod plain;
pub mod request;
pub mod service;
pub mod warehouse;

pub use orders::Shop;
