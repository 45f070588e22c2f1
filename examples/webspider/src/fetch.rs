//! Gets one address over HTTP, and reads its links while the body arrives.

use std::time::Duration;

use bytes::Bytes;
use gen::yield_;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1::{handshake, SendRequest};
use hyper::header::{HeaderMap, ACCEPT, CONTENT_TYPE, HOST, LOCATION, USER_AGENT};
use hyper::{Request, Response, StatusCode};
use smol_hyper::rt::FuturesIo;
use url::{Position, Url};

use crate::links::{LinkParser, Links};

/// A longer body is not read to its end.
const MAX_BODY_BYTES: u64 = 16 * 1024 * 1024;

/// The result of fetching an address.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) content: Content,
    /// The bytes of the body that were read.
    pub(crate) bytes: u64,
}

/// The kinds of answer that matter to a spider.
#[derive(Debug)]
pub(crate) enum Content {
    Html(Links),
    OtherFile,
    Redirect(Url),
    Broken(StatusCode),
}

/// Fetches from one server, over a connection that stays open between fetches.
#[derive(Default)]
pub(crate) struct Client {
    /// The connection, while no fetch uses it. A fetch takes the connection out and returns it only
    /// at its proper end. So a fetch that fails or is dropped half-way, by a timeout for example,
    /// leaves no half-read answer behind.
    idle: Option<Connection>,
}

type Connection = SendRequest<Empty<Bytes>>;

impl Client {
    /// Fetches `url`, for at most `timeout`.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, or its answer is not HTTP; `gen::TimeoutError` if it takes
    /// too long. An answer such as "404 Not Found" is not an error, but [`Content::Broken`].
    ///
    /// # Cancellation
    ///
    /// A fetch that is dropped closes its connection. The client can be used again.
    #[gen::coroutine]
    pub(crate) fn fetch(&mut self, url: &Url, timeout: Duration) -> gen::Result<Fetched> {
        yield_!(gen::with_timeout(timeout, self.fetch_patiently(url)))
    }

    #[gen::coroutine]
    fn fetch_patiently(&mut self, url: &Url) -> gen::Result<Fetched> {
        let (response, connection) = yield_!(self.send(url))?;
        let (head, mut body) = response.into_parts();
        let status = head.status;
        let mut parser = (status.is_success() && is_html(&head.headers)).then(LinkParser::new);

        let mut bytes = 0;
        while let Some(frame) = yield_!(body.frame())?.transpose()? {
            // A frame is data, or trailers after the data, which a spider ignores.
            let Some(data) = frame.data_ref() else { continue };
            bytes += data.len() as u64;
            if let Some(parser) = &mut parser {
                parser.feed(data);
            }
            if bytes > MAX_BODY_BYTES {
                break;
            }
        }
        if bytes <= MAX_BODY_BYTES {
            self.idle = Some(connection);
        }

        let content = if status.is_client_error() || status.is_server_error() {
            Content::Broken(status)
        } else if status.is_redirection() {
            Content::Redirect(location(url, &head.headers)?)
        } else {
            parser.map_or(Content::OtherFile, |parser| Content::Html(parser.finish()))
        };
        Ok(Fetched { content, bytes })
    }

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
        .header(HOST, &url[Position::BeforeHost..Position::AfterPort])
        .header(USER_AGENT, concat!("webspider/", env!("CARGO_PKG_VERSION")))
        .header(ACCEPT, "text/html, */*;q=0.5")
        .body(Empty::new())?;
    Ok(request)
}

fn is_html(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    ["text/html", "application/xhtml+xml"].iter().any(|html| essence.eq_ignore_ascii_case(html))
}

/// The target of a redirect.
fn location(from: &Url, headers: &HeaderMap) -> gen::Result<Url> {
    let target = headers.get(LOCATION).and_then(|value| value.to_str().ok());
    let mut url = match target.map(|target| from.join(target)) {
        Some(Ok(url)) => url,
        _ => return Err(gen::Error::new("a redirect that does not say where to")),
    };
    url.set_fragment(None);
    Ok(url)
}
