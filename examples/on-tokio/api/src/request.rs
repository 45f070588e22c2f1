//! The id of a request and the time that is left for it, for all code that works for the request.
//!
//! No function has a parameter for them. [`within`] binds them around a handler, and the log and
//! the [client](crate::client) look for them. They come in headers and are sent on in the same
//! headers, so they pass through all services.

use std::time::{Duration, Instant};

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use r#gen::{self as g, yield_};

use crate::service::Failure;

/// The header with the id of a request.
pub const ID: &str = "x-request-id";

/// The header with the milliseconds until the deadline of a request. It is not a point in time,
/// because the clocks of two machines differ.
pub const TIME_LEFT: &str = "x-time-left-ms";

/// The longest id that a client may give.
const MAX_ID: usize = 64;

g::local! {
    /// The id of the request. An order is a task of its own, and inherits it.
    pub(crate) inherited static REQUEST: HeaderValue;
}

/// Serves a request within its id and its deadline.
#[g::coroutine]
pub(crate) fn within(request: Request, next: Next) -> Result<Response, Failure> {
    let id = id(&request);
    let mut response = yield_!(REQUEST.with(id.clone(), in_time(request, next)))?;
    response.headers_mut().insert(ID, id);
    Ok(response)
}

/// The id that the client has given, or a new one.
fn id(request: &Request) -> HeaderValue {
    let given = request.headers().get(ID).filter(|id| id.len() <= MAX_ID && id.to_str().is_ok());
    given.cloned().unwrap_or_else(|| {
        let new = format!("{:016x}", fastrand::u64(..));
        new.try_into().expect("a header may have these digits")
    })
}

/// At the deadline the handler is dropped, as by a client that goes away.
#[g::coroutine]
fn in_time(request: Request, next: Next) -> g::Result<Response> {
    let began = Instant::now();
    let asked = format!("{} {}", request.method(), request.uri().path());
    let answer = match time_left(&request) {
        Err(_) => Ok((StatusCode::BAD_REQUEST, format!("{TIME_LEFT} is not a number")).into_response()),
        Ok(None) => yield_!(next.run(request)),
        Ok(Some(left)) => yield_!(g::with_deadline(began + left, next.run(request))),
    };
    let response = match answer {
        Err(error) if error.is::<g::TimeoutError>() => {
            (StatusCode::GATEWAY_TIMEOUT, "there is no time left").into_response()
        }
        answer => answer?,
    };
    log::info!("{asked}: {} after {}ms", response.status().as_u16(), began.elapsed().as_millis());
    Ok(response)
}

/// The time that the client gives, if it gives one.
fn time_left(request: &Request) -> g::Result<Option<Duration>> {
    let Some(left) = request.headers().get(TIME_LEFT) else { return Ok(None) };
    // At most seven weeks, so that it can be added to any `Instant`.
    let milliseconds: u32 = left.to_str()?.parse()?;
    Ok(Some(Duration::from_millis(milliseconds.into())))
}
