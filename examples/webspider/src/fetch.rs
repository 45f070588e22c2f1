//! The client, as the crawl sees it, and the part of fetching that all clients share.

use http::header::{HeaderMap, CONTENT_TYPE, LOCATION};
use http::StatusCode;
use url::Url;

use crate::links::{LinkParser, Links};

/// A longer body is not read to its end.
const MAX_BODY_BYTES: u64 = 16 * 1024 * 1024;

/// The name under which a spider asks for pages.
pub const USER_AGENT: &str = concat!("webspider/", env!("CARGO_PKG_VERSION"));

/// The media types that a spider asks for.
pub const ACCEPT: &str = "text/html, */*;q=0.5";

/// Fetches pages for one worker of the crawl.
pub trait Fetch {
    /// Whether the client can fetch addresses with `https`.
    const HTTPS: bool;

    /// A client for another worker. The two may share connections.
    fn another(&self) -> Self;

    /// Fetches `url`, and follows no redirect.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, or its answer is not HTTP. An answer such as "404 Not
    /// Found" is not an error.
    ///
    /// # Cancellation
    ///
    /// After a fetch that is dropped, by a timeout for example, the client can be used again.
    #[gen::coroutine]
    fn fetch(&mut self, url: &Url) -> gen::Result<Fetched>;
}

/// The result of fetching an address: made by [`Answer::finish`].
#[derive(Debug)]
pub struct Fetched {
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

/// An answer of a server, of which a client has read the head. It reads the links of the body while
/// the body arrives.
pub struct Answer {
    status: StatusCode,
    redirect: Option<gen::Result<Url>>,
    parser: Option<LinkParser>,
    bytes: u64,
}

impl Answer {
    /// Begins with the head of the answer from `url`.
    pub fn new(url: &Url, status: StatusCode, headers: &HeaderMap) -> Self {
        Answer {
            status,
            redirect: status.is_redirection().then(|| location(url, headers)),
            parser: (status.is_success() && is_html(headers)).then(LinkParser::new),
            bytes: 0,
        }
    }

    /// Reads a part of the body. Gives false if the body is too long to be read to its end.
    pub fn feed(&mut self, data: &[u8]) -> bool {
        self.bytes += data.len() as u64;
        if let Some(parser) = &mut self.parser {
            parser.feed(data);
        }
        self.bytes <= MAX_BODY_BYTES
    }

    /// Ends the answer.
    ///
    /// # Errors
    ///
    /// If it is a redirect that does not say where to.
    pub fn finish(self) -> gen::Result<Fetched> {
        let content = if self.status.is_client_error() || self.status.is_server_error() {
            Content::Broken(self.status)
        } else if let Some(target) = self.redirect {
            Content::Redirect(target?)
        } else {
            self.parser.map_or(Content::OtherFile, |parser| Content::Html(parser.finish()))
        };
        Ok(Fetched { content, bytes: self.bytes })
    }
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
