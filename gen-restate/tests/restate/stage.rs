//! A server of Restate that says what a test wants, over a real connection.

use std::convert::Infallible;
use std::future::{poll_fn, Future};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use gen_restate::Endpoint;
use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};

use crate::messages::{input, start, Message};

/// Longer than any test takes: a test that waits for it has failed.
pub(crate) const LONG: Duration = Duration::from_secs(600);

/// An endpoint that is served, and a connection to it.
pub(crate) struct Stage {
    pub(crate) address: SocketAddr,
    client: http2::SendRequest<Sent>,
    shutdown: Option<oneshot::Sender<()>>,
    served: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Stage {
    pub(crate) async fn new(endpoint: Endpoint) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (shutdown, is_shutdown) = oneshot::channel();
        let served = tokio::spawn(endpoint.serve_until(listener, is_shutdown));
        let client = connect(address).await;
        Stage { address, client, shutdown: Some(shutdown), served }
    }

    pub(crate) async fn request(&mut self, request: Request<Sent>) -> Response<Incoming> {
        soon(self.client.send_request(request)).await.unwrap()
    }

    /// The status and the text of an answer to a request without a body.
    pub(crate) async fn get(&mut self, path: &str, headers: &[(&str, &str)]) -> (StatusCode, String) {
        let mut request = Request::builder().uri(self.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.request(request.body(Sent::empty()).unwrap()).await;
        let status = answer.status();
        let body = soon(answer.into_body().collect()).await.unwrap().to_bytes();
        (status, String::from_utf8(body.into()).unwrap())
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Asks the endpoint to go on with a run.
    pub(crate) async fn invoke(&mut self, path: &str) -> Attempt {
        self.invoke_by(path, 6).await
    }

    /// As `invoke`, over this version of the protocol.
    pub(crate) async fn invoke_by(&mut self, path: &str, version: u32) -> Attempt {
        let (sender, body) = Sent::open();
        let content_type = format!("application/vnd.restate.invocation.v{version}");
        let request =
            Request::builder().method(Method::POST).uri(self.url(path)).header("content-type", content_type);
        let answer = self.request(request.body(body).unwrap()).await;
        assert_eq!(answer.status(), StatusCode::OK);
        Attempt { sender: Some(sender), answer: answer.into_body(), received: Vec::new(), stage: None }
    }

    /// Lets the endpoint shut down.
    pub(crate) fn shut_down(&mut self) {
        drop(self.shutdown.take());
    }

    /// Waits until the endpoint has shut down.
    pub(crate) async fn served(mut self) {
        self.shut_down();
        soon(self.served).await.unwrap().unwrap();
    }
}

pub(crate) async fn connect(address: SocketAddr) -> http2::SendRequest<Sent> {
    let stream = TcpStream::connect(address).await.unwrap();
    let (client, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    drop(tokio::spawn(connection));
    client
}

/// Fails a test that would hang.
pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(LONG, future).await.expect("the test hangs")
}

/// The body of a request.
pub(crate) struct Sent(Option<mpsc::UnboundedReceiver<Bytes>>);

impl Sent {
    pub(crate) fn empty() -> Self {
        Sent(None)
    }

    fn open() -> (mpsc::UnboundedSender<Bytes>, Self) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (sender, Sent(Some(receiver)))
    }
}

impl Body for Sent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match &mut self.0 {
            Some(receiver) => receiver.poll_recv(cx).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes)))),
            None => Poll::Ready(None),
        }
    }
}

/// A request to go on with a run.
pub(crate) struct Attempt {
    sender: Option<mpsc::UnboundedSender<Bytes>>,
    answer: Incoming,
    received: Vec<u8>,
    /// Lives as long as the attempt.
    stage: Option<Box<Stage>>,
}

impl Attempt {
    /// Keeps the endpoint and the connection.
    pub(crate) fn on(mut self, stage: Stage) -> Self {
        self.stage = Some(Box::new(stage));
        self
    }

    /// Sends these messages.
    pub(crate) fn send(&mut self, messages: &[Vec<u8>]) -> &mut Self {
        self.send_bytes(&messages.concat())
    }

    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) -> &mut Self {
        let sender = self.sender.as_ref().expect("the request was closed");
        // An endpoint that has given up the request reads nothing.
        let _ = sender.send(Bytes::copy_from_slice(bytes));
        self
    }

    /// Sends the beginning of a journal with these entries after the arguments.
    pub(crate) fn begin(&mut self, arguments: &str, entries: &[Vec<u8>]) -> &mut Self {
        let begins = [start(1 + entries.len()), input(arguments)];
        self.send(&[&begins[..], entries].concat())
    }

    /// Says that nothing more will come, which suspends a run that waits.
    pub(crate) fn close(&mut self) -> &mut Self {
        self.sender = None;
        self
    }

    /// The next message. `None` at the end of the response.
    pub(crate) async fn next(&mut self) -> Option<Message> {
        loop {
            if let Some(message) = self.take() {
                return Some(message);
            }
            let answer = &mut self.answer;
            let frame = soon(poll_fn(|cx| Pin::new(&mut *answer).poll_frame(cx))).await?;
            let data = frame.expect("the response has broken").into_data();
            self.received.extend_from_slice(&data.unwrap_or_default());
        }
    }

    /// The kinds of the next messages, up to this one.
    pub(crate) async fn until(&mut self, kind: u16) -> Vec<u16> {
        let mut kinds = Vec::new();
        loop {
            let message = self.next().await.unwrap_or_else(|| panic!("only {kinds:#06x?} came"));
            kinds.push(message.kind);
            if message.kind == kind {
                return kinds;
            }
        }
    }

    /// Closes the request, and waits for the end of the response.
    pub(crate) async fn ended(mut self) {
        self.close();
        assert_eq!(self.next().await, None);
    }

    fn take(&mut self) -> Option<Message> {
        let length = u32::from_be_bytes(self.received.get(4..8)?.try_into().unwrap()) as usize;
        let kind = u16::from_be_bytes([self.received[0], self.received[1]]);
        let body = self.received.get(8..8 + length)?.to_vec();
        self.received.drain(..8 + length);
        Some(Message { kind, body })
    }
}

/// Counts the values of it that live.
#[derive(Clone, Default)]
pub(crate) struct Alive(Arc<Mutex<()>>);

impl Alive {
    pub(crate) fn others(&self) -> usize {
        Arc::strong_count(&self.0) - 1
    }
}
