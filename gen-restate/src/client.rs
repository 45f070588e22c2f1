//! [`Client`]: starts runs, waits for them, signals and cancels them.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use gen_durable::StepFailed;
use http::{header, HeaderValue, Method, Request, StatusCode, Uri};
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
/// sent again, but a signal then counts twice: use [`send_signal_once`](Self::send_signal_once).
///
/// A connection that is not there after ten seconds is [`ClientError::Unreachable`], and so is an
/// answer that is not there after [a minute](Self::with_time_limit). [`result`](Self::result) and
/// the signals wait for as long as it takes.
#[derive(Clone)]
pub struct Client {
    ingress: String,
    admin: String,
    http: Http<HttpConnector, Full<Bytes>>,
    limit: Duration,
}

/// The time for a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// The time for an answer, by default. A server that registers an endpoint asks it first.
const LIMIT: Duration = Duration::from_secs(60);

/// The port of the admin interface of a server that has the ports it has by default.
const ADMIN_PORT: u16 = 9070;

impl Client {
    /// A client of the server whose ingress is at that address, such as `http://127.0.0.1:8080`.
    /// Its admin interface is at the port 9070 of the same host.
    #[must_use]
    pub fn new(ingress: impl Into<String>) -> Self {
        let ingress = without_slash(ingress.into());
        let admin = admin_of(&ingress);
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(CONNECT));
        let http = Http::builder(TokioExecutor::new()).build(connector);
        Client { ingress, admin, http, limit: LIMIT }
    }

    /// Sets the address of the admin interface, such as `http://127.0.0.1:9070`.
    #[must_use]
    pub fn with_admin(self, admin: impl Into<String>) -> Self {
        Client { admin: without_slash(admin.into()), ..self }
    }

    /// Sets the time for an answer, with the connection, which is a minute by default.
    #[must_use]
    pub fn with_time_limit(self, limit: Duration) -> Self {
        Client { limit, ..self }
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
        let request = request(Method::GET, &self.ingress, &path, None)?;
        let (status, answer) = self.answer(request).await?;
        if status == StatusCode::NOT_FOUND && Failed::of(&answer).is_some_and(|failed| failed.is_of_run()) {
            // The server says here that there is no run as if a run had ended so.
            return self.result_now(name, key).await?.ok_or_else(|| no_such_run(name, key));
        }
        ended(name, key, status, &answer)
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
            _ => ended(name, key, status, &answer).map(Some),
        }
    }

    /// Sends a [signal](fn@gen_durable::signal) to a run, also before it was started.
    ///
    /// It returns when a process with this workflow has taken the signal, and the server has
    /// written it down. As long as no such process lives, it waits, and the server keeps the
    /// signal.
    ///
    /// Signals that are sent one after the other arrive in this order. Those of several senders at
    /// once arrive in some order, and none is lost.
    pub async fn send_signal<T: Serialize + ?Sized>(
        &self,
        name: &str,
        key: &str,
        signal: &str,
        value: &T,
    ) -> gen::Result {
        self.signal(name, key, signal, value, None).await
    }

    /// As [`send_signal`](Self::send_signal), but signals to a run with the same `id` count once.
    /// So it may be sent again if the answer was lost.
    ///
    /// The server keeps the `id` for a day by default.
    pub async fn send_signal_once<T: Serialize + ?Sized>(
        &self,
        name: &str,
        key: &str,
        signal: &str,
        value: &T,
        id: &str,
    ) -> gen::Result {
        self.signal(name, key, signal, value, Some(id)).await
    }

    async fn signal<T: Serialize + ?Sized>(
        &self,
        name: &str,
        key: &str,
        signal: &str,
        value: &T,
        id: Option<&str>,
    ) -> gen::Result {
        let path = format!("/{}/{}/{SIGNAL}", encoded(name), encoded(key));
        // `json!` would panic with a value that cannot be written.
        let body = json!({ "name": signal, "value": serde_json::to_value(value)? }).to_string();
        let mut request = request(Method::POST, &self.ingress, &path, Some(body))?;
        if let Some(id) = id {
            // A header has no other characters.
            request.headers_mut().insert("idempotency-key", HeaderValue::try_from(encoded(id))?);
        }
        let (status, answer) = self.answer(request).await?;
        Ok(accepted(status, &answer)?)
    }

    /// Cancels a run: [`Cancelled`](gen::Cancelled) arrives at each yield of its coroutine that
    /// waits, and the clean-up may take durable steps. The runs for which it waits are
    /// [cancelled, too](fn@gen_durable::call#cancellation).
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

    /// The answer to a request that the server answers at once.
    async fn send(
        &self,
        base: &str,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<(StatusCode, Bytes), ClientError> {
        let request = request(method, base, path, body)?;
        let url = request.uri().to_string();
        let answered = tokio::time::timeout(self.limit, self.answer(request)).await;
        answered.unwrap_or_else(|_| {
            let cause = format!("there is no answer after {:?}", self.limit);
            Err(ClientError::Unreachable { url, cause })
        })
    }

    async fn answer(&self, request: Request<Full<Bytes>>) -> Result<(StatusCode, Bytes), ClientError> {
        let url = request.uri().to_string();
        let unreachable = |cause: String| ClientError::Unreachable { url: url.clone(), cause };
        let answer = self.http.request(request).await.map_err(|error| unreachable(with_causes(&error)))?;
        let status = answer.status();
        let body = answer.into_body().collect().await.map_err(|error| unreachable(with_causes(&error)))?;
        Ok((status, body.to_bytes()))
    }
}

fn request(
    method: Method,
    base: &str,
    path: &str,
    body: Option<String>,
) -> Result<Request<Full<Bytes>>, ClientError> {
    let url = format!("{base}{path}");
    let mut request = Request::builder().method(method).uri(&url).header(header::ACCEPT, "application/json");
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let body = Full::new(Bytes::from(body.unwrap_or_default()));
    request.body(body).map_err(|error| ClientError::Unreachable { url, cause: error.to_string() })
}

/// The result of a run, of which the ingress has given this answer.
fn ended<T: DeserializeOwned>(name: &str, key: &str, status: StatusCode, answer: &Bytes) -> gen::Result<T> {
    if status.is_success() {
        let json: &[u8] = if answer.is_empty() { b"null" } else { answer };
        return Ok(serde_json::from_slice(json)?);
    }
    Err(match Failed::of(answer) {
        Some(failed) if failed.is_of_run() => failed.into_step_failed(status).into(),
        Some(failed) if failed.is_no_run() => no_such_run(name, key),
        _ => refused(status, answer).into(),
    })
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

    /// Whether a run has ended with it: a coroutine, a program in another language, or one that the
    /// server has ended.
    fn is_of_run(&self) -> bool {
        self.metadata.contains_key(failure::REST) || self.source.as_deref() == Some("invocation")
    }

    /// Whether the server itself says that there is no such run.
    fn is_no_run(&self) -> bool {
        self.source.as_deref() == Some("ingress") && self.message == "invocation not found"
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

/// The address of the admin interface at the host of this ingress.
fn admin_of(ingress: &str) -> String {
    let uri = ingress.parse::<Uri>().unwrap_or_default();
    let (scheme, host) = (uri.scheme_str().unwrap_or("http"), uri.host().unwrap_or_default());
    format!("{scheme}://{host}:{ADMIN_PORT}")
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
    use std::collections::BTreeMap;

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
        assert_eq!(admin("http://restate:8080/a/b:7/"), "http://restate:9070");
        assert_eq!(admin("http://restate/a"), "http://restate:9070");
        assert_eq!(Client::new("http://a").with_admin("http://b:1/").admin, "http://b:1");
    }

    fn failed(status: u16, answer: &'static str) -> gen::Error {
        let answer = Bytes::from_static(answer.as_bytes());
        ended::<u32>("Order", "7", StatusCode::from_u16(status).unwrap(), &answer).unwrap_err()
    }

    #[test]
    fn a_run_that_ended_with_not_found_is_told_from_one_that_is_not_there() {
        let none = failed(404, r#"{"code":404,"message":"invocation not found","source":"ingress"}"#);
        assert!(matches!(none.downcast_ref(), Some(ClientError::NoSuchRun { .. })), "{none}");
        for answer in [
            r#"{"code":404,"message":"no such card","source":"invocation"}"#,
            r#"{"code":404,"message":"no such card","metadata":{"gen":"{}"},"source":"invocation"}"#,
        ] {
            let ended = failed(404, answer);
            let ended = ended.downcast_ref::<StepFailed>().expect("the run has ended with it");
            assert_eq!((ended.code(), ended.to_string().as_str()), (404, "no such card"));
        }
        for answer in ["no route", r#"{"code":404,"message":"service 'Order' not found","source":"ingress"}"#]
        {
            let refused = failed(404, answer);
            let text = match refused.downcast_ref() {
                Some(ClientError::Refused { status: 404, message }) => message,
                _ => panic!("{refused}"),
            };
            assert!(answer.contains(text.as_str()), "{text}");
        }
    }

    #[tokio::test]
    async fn a_value_that_is_no_json_is_an_error_of_each_request_that_sends_one() {
        // A key of a map in JSON is a text.
        let value = BTreeMap::from([((1, 2), 3)]);
        let client = Client::new("http://127.0.0.1:1");
        for error in [
            client.start("Order", "7", &value).await.unwrap_err(),
            client.send_signal("Order", "7", "paid", &value).await.unwrap_err(),
            client.send_signal_once("Order", "7", "paid", &value, "1").await.unwrap_err(),
        ] {
            assert!(error.is::<serde_json::Error>(), "{error}");
        }
    }

    #[tokio::test]
    async fn a_server_that_does_not_answer_is_unreachable() {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = Client::new(format!("http://{}", silent.local_addr().unwrap()));
        let client = client.with_time_limit(Duration::from_millis(1));
        let error = client.start("Order", "7", &7).await.unwrap_err();
        assert!(matches!(error.downcast_ref(), Some(ClientError::Unreachable { .. })), "{error}");
        assert!(error.to_string().contains("no answer after 1ms"), "{error}");
    }
}
