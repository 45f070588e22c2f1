//! `GET /dump`: where does each request wait? `GET /metrics`: where do requests wait, in numbers?
//!
//! They are for the operators of the service, so they have a listener of their own, on this machine
//! only, and are off unless they are asked for.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::get;
use r#gen::{self as g, yield_};
use tokio::net::TcpListener;

use crate::metrics::Metrics;
use crate::service::Failure;

/// A handler that has not said within this time where it waits is shown as running.
const PATIENCE: Duration = Duration::from_secs(1);

/// Serves the dumps of requests, and the [metrics](crate::metrics), until `stop` is ready.
///
/// # Errors
///
/// If others than this machine could reach the listener.
#[g::coroutine]
pub(crate) fn serve(
    listener: TcpListener,
    requests: g::TaskTracker,
    metrics: Metrics,
    stop: impl Future<Output = ()> + Send + 'static,
) -> g::Result {
    check(listener.local_addr()?)?;
    let router = Router::new()
        .route("/dump", get(dump))
        .with_state(requests)
        .route("/metrics", get(async move || metrics.page()));
    yield_!(axum::serve(listener, router).with_graceful_shutdown(stop))?;
    Ok(())
}

/// Fails if others than this machine can reach the address.
fn check(address: SocketAddr) -> g::Result {
    g::ensure!(address.ip().is_loopback(), "a dump is not for everybody, and {address} is not loopback");
    Ok(())
}

/// The keys of a map may be data of a customer, so they are not shown.
#[g::coroutine]
fn dump(State(requests): State<g::TaskTracker>) -> Result<String, Failure> {
    Ok(yield_!(requests.dump(PATIENCE).without_keys())?.to_string())
}

/// Makes each request a tracked task. A dump does not find the handlers of axum otherwise, because
/// axum polls them in tasks of its own.
#[g::coroutine]
pub(crate) fn tracked(
    State(requests): State<g::TaskTracker>,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let handling = requests.spawn(handle(request, next));
    Ok(yield_!(handling.cancel_on_drop("the client has gone"))?)
}

#[g::coroutine]
fn handle(request: Request, next: Next) -> g::Result<Response> {
    yield_!(next.run(request))
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_listener_for_everybody_is_refused() {
        for (address, is_refused) in [("127.0.0.1:80", false), ("[::1]:80", false), ("0.0.0.0:80", true)] {
            assert_eq!(check(address.parse().unwrap()).is_err(), is_refused, "{address}");
        }
    }
}
