//! The connections of an endpoint.
//!
//! | event | then |
//! |---|---|
//! | a connection | a task of its own answers its requests |
//! | the shutdown begins | no connection and no request is accepted, and the attempts end when they can |
//! | the last request is answered, or [`GRACE`] has passed | the server is gone |
//! | the future of the server is dropped | all connections break, and with them all attempts |

use std::convert::Infallible;
use std::future::{poll_fn, ready, Future};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::answer::answer;
use crate::endpoint::Endpoint;

/// The time that steps have to end after the shutdown has begun.
const GRACE: Duration = Duration::from_secs(30);

/// The requests that a connection carries at once. The server limits them for the whole endpoint.
const STREAMS: u32 = 100_000;

/// The bytes that the connection may have received, and its tasks have not read. Half of it is the
/// limit of h2 for the cost of small messages, and thousands of runs may get one at the same
/// moment.
const WINDOW: u32 = 16 << 20;

/// A connection over which nothing came for this time is asked whether it lives.
const SILENCE: Duration = Duration::from_secs(30);

/// The wait after a connection that could not be accepted, because no file descriptor is left.
const EXHAUSTED: Duration = Duration::from_millis(100);

pub(crate) async fn serve(
    endpoint: Endpoint,
    listener: TcpListener,
    shutdown: impl Future,
) -> io::Result<()> {
    log::info!("the endpoint listens on {}", listener.local_addr()?);
    let endpoint = Arc::new(endpoint);
    let (closing, is_closing) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = poll_fn(|cx| {
            if shutdown.as_mut().poll(cx).is_ready() {
                return Poll::Ready(None);
            }
            while let Poll::Ready(Some(_)) = connections.poll_join_next(cx) {}
            listener.poll_accept(cx).map(Some)
        });
        match accepted.await {
            None => break,
            Some(Ok((stream, _))) => {
                drop(connections.spawn(connection(Arc::clone(&endpoint), stream, is_closing.clone())));
            }
            Some(Err(error)) => {
                log::warn!("a connection cannot be accepted: {error}");
                tokio::time::sleep(EXHAUSTED).await;
            }
        }
    }
    drop(listener);
    log::info!("the endpoint shuts down");
    closing.send_replace(true);
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, ended).await.is_err() {
        log::warn!("steps that still run after {GRACE:?} run again in another process");
    }
    Ok(())
}

async fn connection(endpoint: Arc<Endpoint>, stream: TcpStream, closing: watch::Receiver<bool>) {
    // The latency of each step has a round trip in it.
    let _ = stream.set_nodelay(true);
    let service = {
        let closing = closing.clone();
        service_fn(move |request| ready(Ok::<_, Infallible>(answer(&endpoint, request, &closing))))
    };
    let mut settings = http2::Builder::new(TokioExecutor::new());
    settings.timer(TokioTimer::new()).keep_alive_interval(SILENCE);
    settings.max_concurrent_streams(STREAMS).initial_connection_window_size(WINDOW);
    let mut connection = pin!(settings.serve_connection(TokioIo::new(stream), service));
    let mut closing = closing;
    let mut closes = pin!(closing.wait_for(|closing| *closing));
    let mut is_closing = false;
    let ended = poll_fn(|cx| {
        if !is_closing && closes.as_mut().poll(cx).is_ready() {
            is_closing = true;
            connection.as_mut().graceful_shutdown();
        }
        connection.as_mut().poll(cx)
    });
    if let Err(error) = ended.await {
        log::debug!("a connection has broken: {error}");
    }
}
