//! [`Client`]: starts runs, waits for them, signals and cancels them.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use gen_durable::StepFailed;
use http::{header, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::{connect::HttpConnector, Client as Http};
use hyper_util::rt::TokioExecutor;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::error::ClientError;
use crate::failure;
use crate::promises::SIGNAL;

/// A client of a server of Restate.
///
/// ```no_run
/// use gen_restate::Client;
///
/// # async fn example() -> gen::Result {
/// let client = Client::new("http://127.0.0.1:8080");
/// client.register("http://127.0.0.1:9080").await?;
/// client.start("Order", "7", &7).await?;
/// client.send_signal("Order", "7", "approved by", "Ada").await?;
/// let end: String = client.result("Order", "7").await?;
/// # drop(end);
/// # Ok(())
/// # }
/// ```
///
/// It speaks HTTP without TLS, and keeps connections open. Clones share them.
///
/// # Errors
///
/// [`ClientError`] of each method. A request that has failed may have arrived. All of them may be
/// sent again, but a signal then counts twice.
#[derive(Clone)]
pub struct Client {
    ingress: String,
    admin: String,
    http: Http<HttpConnector, Full<Bytes>>,
}

/// The port of the admin interface of a server that has the ports it has by default.
const ADMIN_PORT: u16 = 9070;

impl Client {
    /// A client of the server whose ingress is at that address, such as `http://127.0.0.1:8080`.
    /// Its admin interface is at the port 9070 of the same host.
    #[must_use]
    pub fn new(ingress: impl Into<String>) -> Self {
        let ingress = without_slash(ingress.into());
        let admin = match ingress.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => &ingress,
        };
        let admin = format!("{admin}:{ADMIN_PORT}");
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let http = Http::builder(TokioExecutor::new()).build(connector);
        Client { ingress, admin, http }
    }

    /// Sets the address of the admin interface, such as `http://127.0.0.1:9070`.
    #[must_use]
    pub fn with_admin(self, admin: impl Into<String>) -> Self {
        Client { admin: without_slash(admin.into()), ..self }
    }

    /// Starts a run, unless there is a run of this workflow with this key.
    ///
    /// It returns when the server has written the run down: it will come to its end.
    pub async fn start<A: Serialize + ?Sized>(&self, name: &str, key: &str, arguments: &A) -> gen::Result {
        self.start_after(name, key, arguments, Duration::ZERO).await
    }

    /// As [`start`](Self::start), but the run begins after that time.
    pub async fn start_after<A: Serialize + ?Sized>(
        &self,
        name: &str,
        key: &str,
        arguments: &A,
        time: Duration,
    ) -> gen::Result {
        let mut path = format!("/{}/{}/run/send", encoded(name), encoded(key));
        if !time.is_zero() {
            path.push_str(&format!("?delay={}ms", time.as_millis()));
        }
        let body = serde_json::to_string(arguments)?;
        let (status, answer) = self.send(&self.ingress, Method::POST, &path, Some(body)).await?;
        match status {
            // The run is there already.
            StatusCode::CONFLICT => Ok(()),
            _ => Ok(accepted(status, &answer)?),
        }
    }

    /// Waits for the end of a run, and gives its result.
    ///
    /// # Errors
    ///
    /// [`StepFailed`] if the run has ended with an error: its text, its code and its payload.
    /// [`ClientError::NoSuchRun`] if no run was started. If the connection breaks, as it does when
    /// the server stops, then ask again.
    pub async fn result<T: DeserializeOwned>(&self, name: &str, key: &str) -> gen::Result<T> {
        let path = format!("/restate/workflow/{}/{}/attach", encoded(name), encoded(key));
        let (status, answer) = self.send(&self.ingress, Method::GET, &path, None).await?;
        self.ended(name, key, status, &answer)
    }

    /// The result of a run, or `None` if it has not ended.
    ///
    /// # Errors
    ///
    /// As those of [`result`](Self::result).
    pub async fn result_now<T: DeserializeOwned>(&self, name: &str, key: &str) -> gen::Result<Option<T>> {
        const NOT_READY: u16 = 470;
        let path = format!("/restate/workflow/{}/{}/output", encoded(name), encoded(key));
        let (status, answer) = self.send(&self.ingress, Method::GET, &path, None).await?;
        match status.as_u16() {
            NOT_READY => Ok(None),
            _ => self.ended(name, key, status, &answer).map(Some),
        }
    }

    /// Sends a [signal](fn@gen_durable::signal) to a run, also before it was started.
    ///
    /// It returns when the server has written the signal down. Signals that are sent one after the
    /// other arrive in this order. Those of several senders at once arrive in some order, and none
    /// is lost.
    pub async fn send_signal<T: Serialize + ?Sized>(
        &self,
        name: &str,
        key: &str,
        signal: &str,
        value: &T,
    ) -> gen::Result {
        let path = format!("/{}/{}/{SIGNAL}", encoded(name), encoded(key));
        let body = serde_json::to_string(&json!({ "name": signal, "value": value }))?;
        let (status, answer) = self.send(&self.ingress, Method::POST, &path, Some(body)).await?;
        Ok(accepted(status, &answer)?)
    }

    /// Cancels a run: [`Cancelled`](gen::Cancelled) arrives at each yield of its coroutine that
    /// waits, and the clean-up may take durable steps. The runs that it has called are
    /// cancelled, too.
    ///
    /// It returns when the server has written the request down. A run that has ended stays as it
    /// is.
    ///
    /// # Errors
    ///
    /// [`ClientError::NoSuchRun`].
    pub async fn cancel(&self, name: &str, key: &str) -> gen::Result {
        let path = format!("/invocations/{}/cancel", encoded(&self.identifier(name, key).await?));
        let (status, answer) = self.send(&self.admin, Method::PATCH, &path, None).await?;
        match status {
            // It has ended.
            StatusCode::CONFLICT => Ok(()),
            StatusCode::NOT_FOUND => Err(no_such_run(name, key)),
            _ => Ok(accepted(status, &answer)?),
        }
    }

    /// A [state](fn@gen_durable::set_state) of a run. `None` if it has none of that name.
    pub async fn state<T: DeserializeOwned>(
        &self,
        name: &str,
        key: &str,
        state: &str,
    ) -> gen::Result<Option<T>> {
        #[derive(Deserialize)]
        struct Row {
            value_utf8: Option<String>,
        }
        let query = format!(
            "SELECT value_utf8 FROM state WHERE service_name = {} AND service_key = {} AND key = {}",
            quoted(name),
            quoted(key),
            quoted(state)
        );
        let rows: Vec<Row> = self.query(&query).await?;
        let json = rows.into_iter().next().and_then(|row| row.value_utf8);
        Ok(json.map(|json| serde_json::from_str(&json)).transpose()?)
    }

    /// Registers an [`Endpoint`](crate::Endpoint) at the server, which asks it for its workflows.
    /// The server calls them at this address, such as `http://10.0.0.7:9080`.
    ///
    /// If the address is known, the server asks for the workflows again, and they replace those
    /// before. Runs that are under way go on with the new program: see
    /// [`version`](fn@gen_durable::version).
    pub async fn register(&self, endpoint: &str) -> gen::Result {
        let body = json!({ "uri": endpoint, "force": true }).to_string();
        let (status, answer) = self.send(&self.admin, Method::POST, "/deployments", Some(body)).await?;
        Ok(accepted(status, &answer)?)
    }

    /// The identifier that the server has for a run, or would have.
    async fn identifier(&self, name: &str, key: &str) -> gen::Result<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Found {
            invocation_id: String,
        }
        let body = json!({ "target": "workflow", "workflowName": name, "workflowKey": key }).to_string();
        let (status, answer) = self.send(&self.ingress, Method::POST, "/restate/lookup", Some(body)).await?;
        accepted(status, &answer)?;
        let found: Found = serde_json::from_slice(&answer)?;
        Ok(found.invocation_id)
    }

    fn ended<T: DeserializeOwned>(
        &self,
        name: &str,
        key: &str,
        status: StatusCode,
        answer: &Bytes,
    ) -> gen::Result<T> {
        if status.is_success() {
            let json: &[u8] = if answer.is_empty() { b"null" } else { answer };
            return Ok(serde_json::from_slice(json)?);
        }
        Err(match Failed::of(answer) {
            Some(failed) if failed.is_of_coroutine() => failed.into_step_failed(status).into(),
            _ if status == StatusCode::NOT_FOUND => no_such_run(name, key),
            // The server itself has ended the run.
            Some(failed) if failed.source.as_deref() == Some("invocation") => {
                failed.into_step_failed(status).into()
            }
            _ => refused(status, answer).into(),
        })
    }

    /// The rows that a query in SQL finds in the tables of the server.
    async fn query<R: DeserializeOwned>(&self, query: &str) -> gen::Result<Vec<R>> {
        #[derive(Deserialize)]
        struct Found<R> {
            rows: Vec<R>,
        }
        let body = json!({ "query": query }).to_string();
        let (status, answer) = self.send(&self.admin, Method::POST, "/query", Some(body)).await?;
        accepted(status, &answer)?;
        let found: Found<R> = serde_json::from_slice(&answer)?;
        Ok(found.rows)
    }

    async fn send(
        &self,
        base: &str,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<(StatusCode, Bytes), ClientError> {
        let url = format!("{base}{path}");
        let unreachable = |cause: String| ClientError::Unreachable { url: url.clone(), cause };
        let mut request =
            Request::builder().method(method).uri(&url).header(header::ACCEPT, "application/json");
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = Full::new(Bytes::from(body.unwrap_or_default()));
        let request = request.body(body).map_err(|error| unreachable(error.to_string()))?;
        let answer = self.http.request(request).await.map_err(|error| unreachable(with_causes(&error)))?;
        let status = answer.status();
        let body = answer.into_body().collect().await.map_err(|error| unreachable(with_causes(&error)))?;
        Ok((status, body.to_bytes()))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("ingress", &self.ingress)
            .field("admin", &self.admin)
            .finish_non_exhaustive()
    }
}

/// The error of a run or of a request, as the ingress describes it.
#[derive(Deserialize)]
struct Failed {
    message: String,
    /// `invocation` for the error of a run.
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    code: Option<u16>,
    #[serde(default)]
    metadata: serde_json::Map<String, serde_json::Value>,
}

impl Failed {
    fn of(answer: &Bytes) -> Option<Self> {
        serde_json::from_slice(answer).ok()
    }

    fn is_of_coroutine(&self) -> bool {
        self.metadata.contains_key(failure::REST)
    }

    fn into_step_failed(self, status: StatusCode) -> StepFailed {
        let rest = self.metadata.get(failure::REST).and_then(|rest| rest.as_str());
        failure::of_parts(self.code.unwrap_or(status.as_u16()), self.message, rest)
    }
}

fn accepted(status: StatusCode, answer: &Bytes) -> Result<(), ClientError> {
    if status.is_success() {
        Ok(())
    } else {
        Err(refused(status, answer))
    }
}

fn refused(status: StatusCode, answer: &Bytes) -> ClientError {
    let message = match Failed::of(answer) {
        Some(failed) => failed.message,
        None => String::from_utf8_lossy(answer).into_owned(),
    };
    ClientError::Refused { status: status.as_u16(), message }
}

fn no_such_run(name: &str, key: &str) -> gen::Error {
    ClientError::NoSuchRun { name: name.into(), key: key.into() }.into()
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

fn without_slash(mut url: String) -> String {
    if url.ends_with('/') {
        url.pop();
    }
    url
}

/// A part of a path. All that may have a meaning there is written as `%` and a number.
fn encoded(part: &str) -> String {
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
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_a_stranger_stays_a_part_of_the_path_and_of_the_query() {
        assert_eq!(encoded("a/b?c#d é."), "a%2Fb%3Fc%23d%20%C3%A9.");
        assert_eq!(encoded(".."), "%2E%2E");
        assert_eq!(quoted("x' OR '1' = '1"), "'x'' OR ''1'' = ''1'");
    }

    #[test]
    fn the_admin_interface_is_found_at_the_same_host() {
        let admin = |ingress: &str| Client::new(ingress).admin;
        assert_eq!(admin("http://127.0.0.1:8080/"), "http://127.0.0.1:9070");
        assert_eq!(admin("http://restate"), "http://restate:9070");
        assert_eq!(admin("http://[::1]:8080"), "http://[::1]:9070");
        assert_eq!(Client::new("http://a").with_admin("http://b:1/").admin, "http://b:1");
    }
}
