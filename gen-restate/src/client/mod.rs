//! [`Client`]: starts runs, waits for them, signals and cancels them.
//!
//! | file | has |
//! |---|---|
//! | this one | the methods, each of which sends a request or two |
//! | `request.rs` | the requests, and their addresses |
//! | `connections.rs` | the connections, and the limits of time |
//! | `reply.rs` | the meaning of a reply |

mod connections;
mod reply;
mod request;

use std::fmt;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::to_raw_value;

use crate::client::connections::Connections;
use crate::client::request::{admin_of, encoded, quoted, without_slash, Request, Run};
use crate::signal_handler::{Sent, SIGNAL};

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
/// [`ClientError`](crate::ClientError) of each method. A request that has failed may have arrived.
/// All of them may be sent again, but a signal then counts twice: use
/// [`send_signal_once`](Self::send_signal_once). Arguments and values that cannot be written as
/// JSON are an error of `serde_json`, and nothing is sent.
///
/// A connection that is not there after ten seconds is
/// [`Unreachable`](crate::ClientError::Unreachable), and so is an answer that is not there after
/// [a minute](Self::with_time_limit). [`result`](Self::result) and the signals wait for as long as
/// it takes.
#[derive(Clone)]
pub struct Client {
    ingress: String,
    admin: String,
    connections: Connections,
}

impl Client {
    /// A client of the server whose ingress is at that address, such as `http://127.0.0.1:8080`.
    /// Its admin interface is at the port 9070 of the same host.
    #[must_use]
    pub fn new(ingress: impl Into<String>) -> Self {
        let ingress = without_slash(ingress.into());
        let admin = admin_of(&ingress);
        Client { ingress, admin, connections: Connections::new() }
    }

    /// Sets the address of the admin interface, such as `http://127.0.0.1:9070`.
    #[must_use]
    pub fn with_admin(self, admin: impl Into<String>) -> Self {
        Client { admin: without_slash(admin.into()), ..self }
    }

    /// Sets the time for an answer, with the connection, which is a minute by default.
    #[must_use]
    pub fn with_time_limit(self, limit: Duration) -> Self {
        Client { connections: self.connections.with_limit(limit), ..self }
    }

    /// Starts a run, unless there is a run of this workflow with this key. Returns whether it is
    /// new.
    ///
    /// It returns when the server has written the run down: it will come to its end.
    pub async fn start<A: Serialize + ?Sized>(
        &self,
        name: &str,
        key: &str,
        arguments: &A,
    ) -> gen::Result<bool> {
        self.start_after(name, key, arguments, Duration::ZERO).await
    }

    /// As [`start`](Self::start), but the run begins after that time.
    pub async fn start_after<A: Serialize + ?Sized>(
        &self,
        name: &str,
        key: &str,
        arguments: &A,
        time: Duration,
    ) -> gen::Result<bool> {
        let mut url = format!("{}/{}/run/send", self.ingress, Run { name, key });
        if !time.is_zero() {
            url.push_str(&format!("?delay={}ms", time.as_millis()));
        }
        let request = Request::post(url, serde_json::to_string(arguments)?)?;
        let reply = self.connections.send(request).await?;
        reply.accepted_as_new()
    }

    /// Waits for the end of a run, and gives its result.
    ///
    /// # Errors
    ///
    /// [`StepFailed`](gen_durable::StepFailed) if the run has ended with an error: its text, its
    /// code and its payload. [`NoSuchRun`](crate::ClientError::NoSuchRun) if no run was started. If
    /// the connection breaks, as it does when the server stops, then ask again.
    pub async fn result<T: DeserializeOwned>(&self, name: &str, key: &str) -> gen::Result<T> {
        let run = Run { name, key };
        let request = Request::get(format!("{}/restate/workflow/{run}/attach", self.ingress))?;
        let reply = self.connections.send_patiently(request).await?;
        if reply.is_not_found_of_run() {
            // The server says here that there is no run as if a run had ended so.
            return self.result_now(name, key).await?.ok_or_else(|| run.is_missing().into());
        }
        reply.end_of(run)
    }

    /// The result of a run, or `None` if it has not ended.
    ///
    /// # Errors
    ///
    /// As those of [`result`](Self::result).
    pub async fn result_now<T: DeserializeOwned>(&self, name: &str, key: &str) -> gen::Result<Option<T>> {
        let run = Run { name, key };
        let request = Request::get(format!("{}/restate/workflow/{run}/output", self.ingress))?;
        let reply = self.connections.send(request).await?;
        match reply.is_not_ready() {
            true => Ok(None),
            false => reply.end_of(run).map(Some),
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
        self.signal(Run { name, key }, signal, value, None).await
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
        self.signal(Run { name, key }, signal, value, Some(id)).await
    }

    async fn signal<T: Serialize + ?Sized>(
        &self,
        run: Run<'_>,
        name: &str,
        value: &T,
        id: Option<&str>,
    ) -> gen::Result {
        let value = to_raw_value(value)?;
        let sent = serde_json::to_string(&Sent { name: name.into(), value: &value })?;
        let mut request = Request::post(format!("{}/{run}/{SIGNAL}", self.ingress), sent)?;
        if let Some(id) = id {
            // A header has no other characters.
            request.set_header("idempotency-key", &encoded(id))?;
        }
        self.connections.send_patiently(request).await?.accepted()?;
        Ok(())
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
    /// [`NoSuchRun`](crate::ClientError::NoSuchRun).
    pub async fn cancel(&self, name: &str, key: &str) -> gen::Result {
        let run = Run { name, key };
        let id = self.identifier(run).await?;
        let request = Request::patch(format!("{}/invocations/{}/cancel", self.admin, encoded(&id)))?;
        let reply = self.connections.send(request).await?;
        if reply.is_not_found() {
            return Err(run.is_missing().into());
        }
        // A conflict is a run that has ended.
        if !reply.is_conflict() {
            reply.accepted()?;
        }
        Ok(())
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
        let request = Request::post(format!("{}/deployments", self.admin), body)?;
        self.connections.send(request).await?.accepted()?;
        Ok(())
    }

    /// The identifier that the server has for a run, or would have.
    async fn identifier(&self, run: Run<'_>) -> gen::Result<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Found {
            invocation_id: String,
        }
        let body = json!({ "target": "workflow", "workflowName": run.name, "workflowKey": run.key });
        let request = Request::post(format!("{}/restate/lookup", self.ingress), body.to_string())?;
        let found: Found = self.connections.send(request).await?.accepted()?.json()?;
        Ok(found.invocation_id)
    }

    /// The rows that a query in SQL finds in the tables of the server.
    async fn query<R: DeserializeOwned>(&self, query: &str) -> gen::Result<Vec<R>> {
        #[derive(Deserialize)]
        struct Found<R> {
            rows: Vec<R>,
        }
        let body = json!({ "query": query }).to_string();
        let request = Request::post(format!("{}/query", self.admin), body)?;
        let found: Found<R> = self.connections.send(request).await?.accepted()?.json()?;
        Ok(found.rows)
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::error::ClientError;

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
    async fn an_address_that_cannot_be_is_an_error() {
        for ingress in ["", "no address", "http://", "http://a b", "127.0.0.1:8080"] {
            let error = Client::new(ingress).start("Order", "7", &7).await.unwrap_err();
            assert!(matches!(error.downcast_ref(), Some(ClientError::Unreachable { .. })), "{error}");
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
