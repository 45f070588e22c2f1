//! The answers to the requests of a server.
//!
//! | request | answer |
//! |---|---|
//! | `GET /health` | 200 |
//! | `GET /discover` | the workflows, or 415 if the server reads no manifest that we write |
//! | `POST /invoke/WORKFLOW/run`, `POST /invoke/WORKFLOW/signal` | an [`Attempt`], or 415 for another version of the protocol |
//! | one of the last two without a signature, if the endpoint has a key | 401 |
//! | another method | 405 |
//! | another workflow, handler or path | 404 |
//!
//! A path may have a prefix.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{header, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{Either, Full};
use hyper::body::{Body, Frame, Incoming};
use restate_sdk_shared_core::{CoreVM, VM};
use tokio::sync::{mpsc, watch};

use crate::discovery;
use crate::endpoint::Endpoint;
use crate::invocation::{Attempt, Handler};
use crate::journal::RUN;
use crate::machine::machine;
use crate::signal_handler::SIGNAL;
use crate::wire::Wire;

pub(crate) type Answer = Response<Either<Full<Bytes>, Output>>;

/// The body of a response that is written while the coroutine runs.
pub(crate) struct Output(mpsc::UnboundedReceiver<Bytes>);

impl Body for Output {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}

/// A request that is not answered as it was meant.
struct Refused(StatusCode, String);

/// Answers a request. An attempt goes on in a task of its own.
pub(crate) fn answer(
    endpoint: &Endpoint,
    request: Request<Incoming>,
    closing: &watch::Receiver<bool>,
) -> Answer {
    let path = request.uri().path().to_owned();
    let parts: Vec<&str> = path.split('/').collect();
    let answered = match &parts[..] {
        [.., "health"] => method(&request, &Method::GET).map(|()| text(StatusCode::OK, String::new())),
        [.., "discover"] => discover(endpoint, &request),
        [.., "invoke", workflow, handler] => invoke(endpoint, request, workflow, handler, closing),
        _ => Err(Refused(StatusCode::NOT_FOUND, format!("there is nothing at {path}"))),
    };
    let mut answer = answered.unwrap_or_else(|Refused(status, why)| {
        log::warn!("a request for {path} is refused with status {status}: {why}");
        text(status, why)
    });
    let program = concat!("gen-restate/", env!("CARGO_PKG_VERSION"));
    answer.headers_mut().insert("x-restate-server", HeaderValue::from_static(program));
    answer
}

fn method<B>(request: &Request<B>, method: &Method) -> Result<(), Refused> {
    if request.method() == method {
        Ok(())
    } else {
        Err(Refused(StatusCode::METHOD_NOT_ALLOWED, format!("the method has to be {method}")))
    }
}

fn discover(endpoint: &Endpoint, request: &Request<Incoming>) -> Result<Answer, Refused> {
    method(request, &Method::GET)?;
    identify(endpoint, request)?;
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let content_type = discovery::content_type(accept).ok_or_else(|| {
        let why = "no version of the manifest is known to both this library and the server";
        Refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, why.into())
    })?;
    let mut answer = text(StatusCode::OK, endpoint.manifest());
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    Ok(answer)
}

fn invoke(
    endpoint: &Endpoint,
    request: Request<Incoming>,
    workflow: &str,
    handler: &str,
    closing: &watch::Receiver<bool>,
) -> Result<Answer, Refused> {
    method(&request, &Method::POST)?;
    identify(endpoint, &request)?;
    let name = [workflow, handler];
    let handler = match (endpoint.begin(workflow), handler) {
        (Some(begin), RUN) => Handler::Run(begin),
        (Some(_), SIGNAL) => Handler::Signal,
        _ => return Err(Refused(StatusCode::NOT_FOUND, format!("there is no {workflow}/{handler}"))),
    };
    let vm = machine_for(&request)?;
    let mut answer = Response::builder().status(StatusCode::OK);
    for header in vm.get_response_head().headers {
        answer = answer.header(&*header.key, &*header.value);
    }
    let (output, received) = mpsc::unbounded_channel();
    let wire = Wire::new(name, vm, request.into_body(), output.clone());
    let attempt = Attempt { handler, wire, output, closing: closing.clone() };
    tokio::spawn(attempt.serve());
    let answer = answer.body(Either::Right(Output(received)));
    answer.map_err(|error| Refused(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
}

/// The state machine of the protocol, if this library knows the version that the server talks.
fn machine_for(request: &Request<Incoming>) -> Result<CoreVM, Refused> {
    let vm = machine(request.headers().clone()).map_err(|error| {
        let status = StatusCode::from_u16(error.code()).unwrap_or(StatusCode::BAD_REQUEST);
        Refused(status, error.message().to_owned())
    })?;
    let (min, max) = discovery::PROTOCOL;
    let version = vm.get_response_head().version as u16;
    if (min..=max).contains(&version) {
        Ok(vm)
    } else {
        let why = format!("the protocol has version {version}, and this library knows {min} to {max}");
        Err(Refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, why))
    }
}

#[cfg(feature = "identity")]
fn identify(endpoint: &Endpoint, request: &Request<Incoming>) -> Result<(), Refused> {
    let checked = endpoint.keys().check(request.headers(), request.uri().path());
    checked.map_err(|refused| Refused(StatusCode::UNAUTHORIZED, refused.to_string()))
}

#[cfg(not(feature = "identity"))]
fn identify(_: &Endpoint, _: &Request<Incoming>) -> Result<(), Refused> {
    Ok(())
}

fn text(status: StatusCode, text: String) -> Answer {
    let mut answer = Response::new(Either::Left(Full::new(text.into())));
    *answer.status_mut() = status;
    answer
}
