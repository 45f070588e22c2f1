//! The routes of the shop, its handlers, and its shutdown.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use r#gen::metrics::measured;
use r#gen::supervise::Health;
use r#gen::{self as g, yield_};
use tokio::net::TcpListener;

use crate::orders::{Closing, NoSuchItem, Shop};
use crate::{background, diagnostics, plain, request};

/// The time that the service waits at its end for orders that clean up.
const CLEAN_UP: Duration = Duration::from_secs(5);

/// Serves customers until `stop` is ready, and then ends in good order: no new customer is served,
/// those that are being served get their answers, and every order ends. `health` is that of the
/// background, for the probes. `requests` tracks the requests, if they are to be
/// [dumped](crate::diagnostics).
///
/// # Errors
///
/// If an order has not ended a few seconds after the last connection was closed.
#[g::coroutine]
pub(crate) fn serve(
    listener: TcpListener,
    shop: Arc<Shop>,
    health: Health,
    requests: Option<g::TaskTracker>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> g::Result {
    let closing = shop.closing.clone();
    let stopped = async move {
        stop.await;
        closing.cancel();
    };
    let mut router = router(shop.clone());
    if let Some(requests) = requests {
        router = router.layer(from_fn_with_state(requests, diagnostics::tracked));
    }
    // The probes come often. They are neither logged nor tracked.
    let router = router.merge(background::probes(health));
    yield_!(axum::serve(listener, router).with_graceful_shutdown(stopped))?;
    // axum knows the connections. It does not know the orders whose clients have gone.
    shop.orders.close();
    yield_!(g::with_timeout(CLEAN_UP, shop.orders.wait()))
}

fn router(shop: Arc<Shop>) -> Router {
    Router::new()
        .route("/price/{item}", get(price))
        .route("/prices/{items}", get(prices))
        .route("/buy/{item}", post(buy))
        .route("/plain/buy/{item}", post(plain::buy))
        .with_state(shop)
        .layer(from_fn(request::within))
}

#[g::coroutine]
fn price(State(shop): State<Arc<Shop>>, Path(item): Path<String>) -> Result<String, Failure> {
    Ok(yield_!(measured(shop.price(&item)))?)
}

#[g::coroutine]
fn prices(State(shop): State<Arc<Shop>>, Path(items): Path<String>) -> Result<String, Failure> {
    Ok(yield_!(measured(shop.prices(&items)))?.join(" "))
}

/// axum drops a handler whose client goes away. The order is a task of its own, which is cancelled
/// by that drop, and goes on until it has cleaned up.
#[g::coroutine]
fn buy(State(shop): State<Arc<Shop>>, Path(item): Path<String>) -> Result<String, Failure> {
    Ok(yield_!(g::cancel_on_drop(measured(shop.buy(item))))?)
}

/// The error of a handler, which becomes an answer.
#[derive(Debug)]
pub(crate) struct Failure(g::Error);

impl From<g::Error> for Failure {
    fn from(error: g::Error) -> Self {
        Failure(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Failure(error) = self;
        let status = if error.is::<NoSuchItem>() {
            StatusCode::NOT_FOUND
        } else if error.is::<g::TimeoutError>() {
            StatusCode::GATEWAY_TIMEOUT
        } else if error.is::<Closing>() {
            StatusCode::SERVICE_UNAVAILABLE
        } else {
            // The error may have the address of a replica, which is not for customers.
            log::warn!("the warehouse has failed: {error:#}");
            return (StatusCode::BAD_GATEWAY, "the warehouse has failed").into_response();
        };
        (status, error.to_string()).into_response()
    }
}
