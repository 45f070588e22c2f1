//! [`Request`]: a request of a client, and the texts in its address.

use std::fmt;

use bytes::Bytes;
use http::{header, HeaderValue, Method, Uri};
use http_body_util::Full;

use crate::error::ClientError;

/// The port of the admin interface of a server that has the ports it has by default.
const ADMIN_PORT: u16 = 9070;

/// A request with JSON or without a body.
pub(super) struct Request(http::Request<Full<Bytes>>);

impl Request {
    pub(super) fn get(url: String) -> Result<Self, ClientError> {
        Self::new(Method::GET, url, None)
    }

    pub(super) fn patch(url: String) -> Result<Self, ClientError> {
        Self::new(Method::PATCH, url, None)
    }

    pub(super) fn post(url: String, json: String) -> Result<Self, ClientError> {
        Self::new(Method::POST, url, Some(json))
    }

    /// An address that cannot be one is that of a server that cannot be reached.
    fn new(method: Method, url: String, json: Option<String>) -> Result<Self, ClientError> {
        const JSON: &str = "application/json";
        let mut request = http::Request::builder().method(method).uri(&url).header(header::ACCEPT, JSON);
        if json.is_some() {
            request = request.header(header::CONTENT_TYPE, JSON);
        }
        let body = Full::new(Bytes::from(json.unwrap_or_default()));
        let request = request.body(body);
        request.map(Request).map_err(|error| ClientError::Unreachable { url, cause: error.to_string() })
    }

    pub(super) fn set_header(&mut self, name: &'static str, value: &str) -> gen::Result {
        self.0.headers_mut().insert(name, HeaderValue::from_str(value)?);
        Ok(())
    }

    pub(super) fn url(&self) -> String {
        self.0.uri().to_string()
    }

    pub(super) fn into_http(self) -> http::Request<Full<Bytes>> {
        self.0
    }
}

/// A run, which prints as the two parts of a path.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    /// The name of its workflow.
    pub(super) name: &'a str,
    pub(super) key: &'a str,
}

impl Run<'_> {
    /// The error of a run that was never started.
    pub(super) fn is_missing(self) -> ClientError {
        ClientError::NoSuchRun { name: self.name.into(), key: self.key.into() }
    }
}

impl fmt::Display for Run<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", encoded(self.name), encoded(self.key))
    }
}

/// A part of a path. All that may have a meaning there is written as `%` and a number.
pub(super) fn encoded(part: &str) -> String {
    let mut encoded = String::new();
    for byte in part.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' => encoded.push(byte.into()),
            // A part of dots only would be a step in the path.
            b'.' if part.bytes().any(|byte| byte != b'.') => encoded.push('.'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// A text in SQL.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The address of the admin interface at the host of this ingress.
pub(super) fn admin_of(ingress: &str) -> String {
    let uri = ingress.parse::<Uri>().unwrap_or_default();
    let (scheme, host) = (uri.scheme_str().unwrap_or("http"), uri.host().unwrap_or_default());
    format!("{scheme}://{host}:{ADMIN_PORT}")
}

pub(super) fn without_slash(mut url: String) -> String {
    if url.ends_with('/') {
        url.pop();
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_a_stranger_stays_a_part_of_the_path_and_of_the_query() {
        assert_eq!(encoded("a/b?c#d é."), "a%2Fb%3Fc%23d%20%C3%A9.");
        assert_eq!(Run { name: "Order", key: ".." }.to_string(), "Order/%2E%2E");
        assert_eq!(quoted("x' OR '1' = '1"), "'x'' OR ''1'' = ''1'");
    }
}
