//! [`Connections`]: the connections of a client, and the limits of time.

use std::error::Error as StdError;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::{connect::HttpConnector, Client as Http};
use hyper_util::rt::TokioExecutor;

use crate::client::reply::Reply;
use crate::client::request::Request;
use crate::error::ClientError;

/// The time for a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// The time for an answer, by default. A server that registers an endpoint asks it first.
const LIMIT: Duration = Duration::from_secs(60);

/// The open connections. Clones share them.
#[derive(Clone)]
pub(super) struct Connections {
    http: Http<HttpConnector, Full<Bytes>>,
    limit: Duration,
}

impl Connections {
    pub(super) fn new() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(CONNECT));
        let http = Http::builder(TokioExecutor::new()).build(connector);
        Connections { http, limit: LIMIT }
    }

    pub(super) fn with_limit(self, limit: Duration) -> Self {
        Connections { limit, ..self }
    }

    /// The reply to a request that the server answers at once.
    pub(super) async fn send(&self, request: Request) -> Result<Reply, ClientError> {
        let url = request.url();
        let replied = tokio::time::timeout(self.limit, self.send_patiently(request)).await;
        replied.unwrap_or_else(|_| {
            let cause = format!("there is no answer after {:?}", self.limit);
            Err(ClientError::Unreachable { url, cause })
        })
    }

    /// The reply to a request that the server answers when something has happened.
    pub(super) async fn send_patiently(&self, request: Request) -> Result<Reply, ClientError> {
        let url = request.url();
        let unreachable =
            |error: &dyn StdError| ClientError::Unreachable { url: url.clone(), cause: with_causes(error) };
        let answer = self.http.request(request.into_http()).await.map_err(|error| unreachable(&error))?;
        let status = answer.status();
        let body = answer.into_body().collect().await.map_err(|error| unreachable(&error))?;
        Ok(Reply::new(status, body.to_bytes()))
    }
}

fn with_causes(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}
