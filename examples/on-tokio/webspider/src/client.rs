//! An HTTP client on tokio.

use std::path::Path;

use r#gen::{self as g, Context, yield_};
use reqwest::header;
use reqwest::redirect::Policy;
use reqwest::tls::Certificate;
use url::Url;
use webspider::fetch::{ACCEPT, Answer, Fetch, Fetched, USER_AGENT};

/// A client for all workers, which share its connections.
pub(crate) struct Client(reqwest::Client);

impl Client {
    /// A client that trusts the certificates of the system, or only those in a file.
    pub(crate) fn new(trusted: Option<&Path>) -> g::Result<Self> {
        let mut builder = reqwest::Client::builder().redirect(Policy::none()).user_agent(USER_AGENT);
        if let Some(file) = trusted {
            let read = || format!("cannot read the certificates in {}", file.display());
            let pem = std::fs::read(file).with_context(read)?;
            builder = builder.tls_certs_only(Certificate::from_pem_bundle(&pem).with_context(read)?);
        }
        Ok(Client(builder.build()?))
    }
}

impl Fetch for Client {
    const HTTPS: bool = true;

    fn another(&self) -> Self {
        Client(self.0.clone())
    }

    #[g::coroutine]
    fn fetch(&mut self, url: &Url) -> g::Result<Fetched> {
        let request = self.0.get(url.clone()).header(header::ACCEPT, ACCEPT);
        let mut response = yield_!(request.send())?;
        let mut answer = Answer::new(url, response.status(), response.headers());
        while let Some(data) = yield_!(response.chunk())? {
            if !answer.feed(&data) {
                break;
            }
        }
        answer.finish()
    }
}
