//! [`Endpoint`]: the workflows of this process, for the servers of Restate.

use std::collections::BTreeMap;
use std::fmt;
use std::future::{pending, Future};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use gen::Coroutine;
use gen_durable::Driver;
use serde::de::DeserializeOwned;
use serde::Serialize;
use tokio::net::{TcpListener, ToSocketAddrs};

use crate::discovery;
#[cfg(feature = "identity")]
use crate::error::KeyError;
#[cfg(feature = "identity")]
use crate::identity::Keys;
use crate::invocation::{Begin, Driven};
use crate::journal::RestateJournal;
use crate::server;

/// Durable coroutines by their names, each a *workflow* of Restate: one run for each key.
///
/// ```no_run
/// use gen::yield_;
/// use gen_durable::step;
/// use gen_restate::Endpoint;
///
/// #[gen::coroutine]
/// fn order(id: u32) -> gen::Result<String> {
///     yield_!(step("charge", move || async move { Ok(format!("{id} is paid")) }))
/// }
///
/// #[gen::coroutine]
/// fn refund(customer: String, amount: u32) -> gen::Result {
///     yield_!(step(format!("pay {amount} to {customer}"), || async { Ok(()) }))
/// }
///
/// #[tokio::main]
/// async fn main() -> std::io::Result<()> {
///     Endpoint::new()
///         .workflow("Order", order)
///         // Several arguments are a tuple.
///         .workflow("Refund", |(customer, amount)| refund(customer, amount))
///         .serve("127.0.0.1:9080")
///         .await
/// }
/// ```
///
/// A server learns of the endpoint when its address is [registered](crate::Client::register). From
/// then on it sends a request whenever a run has to begin or can go on. Any number of processes may
/// be behind the address: each request has the whole journal of the run.
#[derive(Default)]
#[must_use = "nothing runs until it is served"]
pub struct Endpoint {
    workflows: BTreeMap<String, Arc<Begin>>,
    #[cfg(feature = "identity")]
    keys: Keys,
    suspend_after: Option<Duration>,
}

impl Endpoint {
    /// No workflows.
    pub fn new() -> Self {
        Endpoint::default()
    }

    /// Adds a workflow: a function that makes the coroutine from its arguments.
    ///
    /// The name is known to the servers and to the runs that are under way, so it stays if the
    /// function is renamed. A body that has changed too much gets a new name, and the old function
    /// stays for the old runs.
    ///
    /// # Panics
    ///
    /// If there is another workflow of that name, or if Restate allows no such name: it has letters
    /// and digits of ASCII, `_`, `-` and `.`, and begins with a letter, or with `_` and a letter or
    /// a digit.
    #[track_caller]
    pub fn workflow<A, C, T>(
        mut self,
        name: impl Into<String>,
        body: impl Fn(A) -> C + Send + Sync + 'static,
    ) -> Self
    where
        A: DeserializeOwned,
        C: Coroutine<Output = gen::Result<T>> + Send + 'static,
        T: Serialize + Send + 'static,
    {
        let name = name.into();
        assert!(is_name(&name), "Restate allows no workflow of the name `{name}`");
        assert!(!self.workflows.contains_key(&name), "there are two workflows of the name `{name}`");
        let begin = move |arguments: &[u8], journal: RestateJournal| {
            let driver = Driver::new(body(serde_json::from_slice(arguments)?), journal);
            let driven: Driven = Box::pin(async { driver.await.map(drop) });
            Ok(driven)
        };
        self.workflows.insert(name, Arc::new(begin));
        self
    }

    /// Answers only requests that a server with this key has signed, and all others with status
    /// 401, except those for `/health`. With several keys each of them may have signed.
    ///
    /// A server that has `RESTATE_REQUEST_IDENTITY_PRIVATE_KEY_PEM_FILE` writes its public key into
    /// its log when it starts. Without a key, the port must be reachable for the servers only:
    /// each program that reaches it can run the bodies.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the text is no public key.
    #[cfg(feature = "identity")]
    pub fn identity_key(mut self, key: &str) -> Result<Self, KeyError> {
        self.keys.add(key)?;
        Ok(self)
    }

    /// Suspends a run that has only waited for so long. The server then keeps it alone, and the
    /// process has nothing of it. By default the server has its own time, of a minute.
    ///
    /// A run that goes on is replayed from its beginning. So a short time saves memory, and a long
    /// one saves work for coroutines that wait often.
    ///
    /// A server learns of a new time when the endpoint is [registered](crate::Client::register)
    /// again.
    pub fn suspend_after(self, time: Duration) -> Self {
        Endpoint { suspend_after: Some(time), ..self }
    }

    /// The names of the workflows, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.workflows.keys().map(String::as_str)
    }

    /// Listens on an address, and answers the servers until its future is dropped.
    ///
    /// # Errors
    ///
    /// The address cannot be had.
    ///
    /// # Panics
    ///
    /// Outside of a runtime of tokio that has its drivers for sockets and time.
    ///
    /// # Cancellation
    ///
    /// If its future is dropped, then all connections break, as if the process was killed. See
    /// [`serve_until`](Self::serve_until).
    pub async fn serve(self, address: impl ToSocketAddrs) -> io::Result<()> {
        self.serve_on(TcpListener::bind(address).await?).await
    }

    /// As [`serve`](Self::serve), on a socket that listens already, such as that of
    /// [`shared_listener`].
    ///
    /// # Errors
    ///
    /// The listener has no address.
    pub async fn serve_on(self, listener: TcpListener) -> io::Result<()> {
        self.serve_until(listener, pending::<()>()).await
    }

    /// As [`serve_on`](Self::serve_on), until `shutdown` completes.
    ///
    /// Then no requests are accepted any more. Each run is given back to the server at the next
    /// moment at which none of its steps runs, so that it goes on in another process at once. The
    /// future completes when that is done, and after 30 seconds at the latest. The steps that still
    /// run then are dropped, and run again.
    ///
    /// # Errors
    ///
    /// The listener has no address.
    pub async fn serve_until(self, listener: TcpListener, shutdown: impl Future) -> io::Result<()> {
        server::serve(self, listener, shutdown).await
    }

    pub(crate) fn begin(&self, workflow: &str) -> Option<Arc<Begin>> {
        self.workflows.get(workflow).cloned()
    }

    pub(crate) fn manifest(&self) -> String {
        discovery::manifest(self.names(), self.suspend_after)
    }

    #[cfg(feature = "identity")]
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("workflows", &self.workflows.keys()).finish_non_exhaustive()
    }
}

/// Listens on an address on which other processes of this machine may listen, too. The system gives
/// each new connection to one of them.
///
/// So a new process can begin before the old one ends, and several processes share the work.
///
/// ```no_run
/// # async fn serve(endpoint: gen_restate::Endpoint) -> std::io::Result<()> {
/// let listener = gen_restate::shared_listener(([127, 0, 0, 1], 9080).into())?;
/// endpoint.serve_on(listener).await
/// # }
/// ```
///
/// # Errors
///
/// The address cannot be had, or a process listens there that does not share it.
///
/// # Panics
///
/// Outside of a runtime of tokio.
#[cfg(unix)]
pub fn shared_listener(address: std::net::SocketAddr) -> io::Result<TcpListener> {
    use tokio::net::TcpSocket;
    const QUEUE: u32 = 1024;
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    socket.listen(QUEUE)
}

/// Whether Restate allows a service of this name.
fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    let begins = match bytes.next() {
        Some(b'_') => bytes.next().is_some_and(|byte| byte.is_ascii_alphanumeric()),
        Some(first) => first.is_ascii_alphabetic(),
        None => false,
    };
    begins && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn a_name_that_no_server_would_register_is_refused_at_once() {
        for name in ["Order", "o", "_1", "order-v2.1_x"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "_", "__a", "1st", "a b", "a/b", "größe", "-a"] {
            assert!(!is_name(name), "{name}");
        }
    }
}
