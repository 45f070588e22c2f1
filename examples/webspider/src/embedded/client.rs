//! An HTTP client on the embedded loop.

use bytes::Bytes;
use gen::yield_;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1::{handshake, SendRequest};
use hyper::header;
use hyper::{Request, Response};
use smol_hyper::rt::FuturesIo;
use url::{Position, Url};

use crate::fetch::{Answer, Fetch, Fetched, ACCEPT, USER_AGENT};

/// Fetches from one server, over a connection that stays open between fetches.
#[derive(Default)]
pub struct Client {
    /// The connection, while no fetch uses it. A fetch takes the connection out and returns it only
    /// at its proper end. So a fetch that fails or is dropped half-way, by a timeout for example,
    /// leaves no half-read answer behind.
    idle: Option<Connection>,
}

type Connection = SendRequest<Empty<Bytes>>;

impl Fetch for Client {
    const HTTPS: bool = false;

    /// Each worker has a connection of its own.
    fn another(&self) -> Self {
        Client::default()
    }

    /// A fetch that is dropped closes its connection.
    #[gen::coroutine]
    fn fetch(&mut self, url: &Url) -> gen::Result<Fetched> {
        let (response, connection) = yield_!(self.send(url))?;
        let (head, mut body) = response.into_parts();
        let mut answer = Answer::new(url, head.status, &head.headers);
        let mut is_whole = true;
        while let Some(frame) = yield_!(body.frame())?.transpose()? {
            // A frame is data, or trailers after the data, which a spider ignores.
            is_whole = frame.data_ref().is_none_or(|data| answer.feed(data));
            if !is_whole {
                break;
            }
        }
        if is_whole {
            self.idle = Some(connection);
        }
        answer.finish()
    }
}

impl Client {
    /// Sends the request and waits for the head of the answer.
    #[gen::coroutine]
    fn send(&mut self, url: &Url) -> gen::Result<(Response<Incoming>, Connection)> {
        if let Some(connection) = self.idle.take() {
            match yield_!(exchange(connection, url)) {
                // A server may close an idle connection at any time, also while the next request is
                // under way. So this failure proves nothing, and the request is sent again over a
                // new connection.
                Err(error) if error.is::<hyper::Error>() => {}
                result => return result,
            }
        }
        let connection = yield_!(connect(url))?;
        yield_!(exchange(connection, url))
    }
}

/// Sends one request and reads the head of its answer. The body still has to be read from the
/// connection.
#[gen::coroutine]
fn exchange(mut connection: Connection, url: &Url) -> gen::Result<(Response<Incoming>, Connection)> {
    yield_!(connection.ready())?;
    let response = yield_!(connection.send_request(request(url)?))?;
    Ok((response, connection))
}

/// Opens a connection to the server of `url`.
#[gen::coroutine]
fn connect(url: &Url) -> gen::Result<Connection> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or(80);
    let stream = match yield_!(async_net::TcpStream::connect((host, port))) {
        Ok(stream) => stream,
        Err(error) => return Err(gen::Error::new(format!("cannot connect to {host}:{port}: {error}"))),
    };
    // Requests are small, and each waits for its answer. Delaying them would gain nothing.
    stream.set_nodelay(true)?;
    let (connection, driver) = yield_!(handshake(FuturesIo::new(stream)))?;
    // hyper splits a connection in two: one half sends requests, and the other is a future that
    // moves the bytes. This future runs as a task until the first half is dropped. If it fails, the
    // request under way fails with the same error, so the result of the task is ignored and its
    // handle is dropped.
    drop(gen::spawn_local(gen::ok(driver)));
    Ok(connection)
}

fn request(url: &Url) -> gen::Result<Request<Empty<Bytes>>> {
    let request = Request::get(&url[Position::BeforePath..Position::AfterQuery])
        .header(header::HOST, &url[Position::BeforeHost..Position::AfterPort])
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::ACCEPT, ACCEPT)
        .body(Empty::new())?;
    Ok(request)
}
