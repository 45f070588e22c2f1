//! The server of Restate: one node, or a cluster of three.

use std::collections::BTreeSet;
use std::env;
use std::fs::{File, OpenOptions};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use editors::tools::{workspace, Missing};

use crate::folder::Folder;
use crate::http::{request, Answer};
use crate::wait::{wait_for, wait_until, ANSWER};

/// The path of the server's program, if it is not the one that `.ci/restate` has installed.
pub const PROGRAM: &str = "RESTATE_SERVER";

/// Looks for the program of the server.
///
/// # Errors
///
/// If it is missing.
pub fn find() -> Result<PathBuf, Missing> {
    let installed = "target/restate/node_modules/@restatedev/restate-server-linux-x64/bin/restate-server";
    let program = env::var_os(PROGRAM).map_or_else(|| workspace().join(installed), PathBuf::from);
    if program.exists() {
        return Ok(program);
    }
    let tried = format!("no {}", program.display());
    Err(Missing { tool: "the server of Restate", tried, help: "run `.ci/restate`, which installs it" })
}

/// Ports of this machine that are free. No two calls in a process give the same one, because tests
/// that run at once would share it.
///
/// # Panics
///
/// If there are none.
#[must_use]
pub fn free_ports<const N: usize>() -> [u16; N] {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    [(); N].map(|()| loop {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        if given.insert(port) {
            break port;
        }
    })
}

/// The key with which the servers sign their requests. It is for tests only.
const PRIVATE_KEY: &str = "-----BEGIN PRIVATE KEY-----\n\
                           MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n\
                           -----END PRIVATE KEY-----\n";

/// The key that tells whether a request is from such a server.
pub const PUBLIC_KEY: &str = "publickeyv1_FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF";

/// A node of the cluster.
#[derive(Debug)]
struct Node {
    number: usize,
    ports: Ports,
    /// Kills the server's process when its standard input closes.
    guard: Option<Child>,
}

#[derive(Debug, Clone, Copy)]
struct Ports {
    /// For the other nodes.
    own: u16,
    /// For requests to workflows.
    ingress: u16,
    /// For administration.
    admin: u16,
}

/// A cluster. Its drop ends it.
#[derive(Debug)]
pub struct Server {
    program: PathBuf,
    guard: PathBuf,
    /// Whether requests to workflows are signed.
    signs: bool,
    folder: Folder,
    nodes: Vec<Node>,
}

const KEY_FILE: &str = "key.pem";

impl Server {
    /// Starts so many nodes, and waits until they answer. `guard` is the path of the program
    /// `guard` of this package. If `signs`, they sign their requests to workflows.
    ///
    /// # Panics
    ///
    /// If they do not start.
    #[must_use]
    pub fn start(program: &Path, guard: &str, name: &str, nodes: usize, signs: bool) -> Self {
        let nodes = (1..=nodes).map(Node::new);
        let (program, guard, folder) = (program.to_owned(), PathBuf::from(guard), Folder::new(name));
        std::fs::write(folder.path(KEY_FILE), PRIVATE_KEY).expect("the key is written");
        let mut server = Server { program, guard, signs, folder, nodes: nodes.collect() };
        for node in 0..server.nodes.len() {
            server.start_node(node);
        }
        for node in 0..server.nodes.len() {
            server.wait_for_node(node);
        }
        server
    }

    /// The folder of its files and logs.
    #[must_use]
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The lines that the nodes have logged.
    #[must_use]
    pub fn logs(&self) -> String {
        let logs = self.nodes.iter().map(|node| self.log(node));
        logs.map(|log| std::fs::read_to_string(log).unwrap_or_default()).collect()
    }

    /// Starts a node that is dead, with the files that it had.
    ///
    /// # Panics
    ///
    /// If its program cannot be started.
    pub fn start_node(&mut self, node: usize) {
        let mut command = self.command(&self.nodes[node]);
        self.nodes[node].guard = Some(command.spawn().expect("the server starts"));
    }

    fn log(&self, node: &Node) -> PathBuf {
        self.folder.path(&format!("{}.log", node.name()))
    }

    /// The command that starts a node under its guard.
    fn command(&self, node: &Node) -> Command {
        let log = OpenOptions::new().create(true).append(true).open(self.log(node));
        let log: File = log.expect("the log is made");
        let mut command = Command::new(&self.guard);
        command
            .arg(&self.program)
            .stdin(Stdio::piped())
            .stdout(log.try_clone().expect("the log is open"))
            .stderr(log)
            .env("DO_NOT_TRACK", "1")
            .env("RESTATE_DISABLE_TELEMETRY", "true")
            .env("RESTATE_LOG_FORMAT", "compact")
            .env("RESTATE_LOG_DISABLE_ANSI_CODES", "true")
            .env("RESTATE_CLUSTER_NAME", "tests")
            .env("RESTATE_NODE_NAME", node.name())
            .env("RESTATE_FORCE_NODE_ID", node.number.to_string())
            .env("RESTATE_BASE_DIR", self.folder.path(&node.name()))
            .env("RESTATE_LISTEN_MODE", "tcp")
            .env("RESTATE_BIND_IP", "127.0.0.1")
            .env("RESTATE_ADVERTISED_HOST", "127.0.0.1")
            .env("RESTATE_BIND_PORT", node.ports.own.to_string())
            .env("RESTATE_INGRESS__BIND_ADDRESS", format!("127.0.0.1:{}", node.ports.ingress))
            .env("RESTATE_ADMIN__BIND_ADDRESS", format!("127.0.0.1:{}", node.ports.admin))
            .env("RESTATE_DEFAULT_NUM_PARTITIONS", "4")
            // So that a test need not wait long for runs whose process was killed.
            .env("RESTATE_DEFAULT_RETRY_POLICY__INITIAL_INTERVAL", "20ms")
            .env("RESTATE_DEFAULT_RETRY_POLICY__MAX_INTERVAL", "200ms")
            .env("RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE", "256MiB")
            .env("RESTATE_AUTO_PROVISION", (node.number == 1).to_string());
        if self.signs {
            let key = self.folder.path(KEY_FILE);
            command.env("RESTATE_WORKER__INVOKER__REQUEST_IDENTITY_PRIVATE_KEY_PEM_FILE", key);
        }
        if self.nodes.len() > 1 {
            let addresses = self.nodes.iter().map(|node| format!("http://127.0.0.1:{}", node.ports.own));
            let addresses: Vec<_> = addresses.collect();
            command
                .env("RESTATE_METADATA_CLIENT__ADDRESSES", format!("{addresses:?}"))
                .env("RESTATE_DEFAULT_REPLICATION", "2");
        }
        command
    }

    /// Kills the process of a node with SIGKILL.
    ///
    /// # Panics
    ///
    /// If it is dead already.
    pub fn kill_node(&mut self, node: usize) {
        self.nodes[node].kill();
    }

    /// Waits until a node answers to requests of all kinds.
    ///
    /// # Panics
    ///
    /// If it does not within the [`LIMIT`](crate::wait::LIMIT).
    pub fn wait_for_node(&self, node: usize) {
        let ingress = self.nodes[node].ports.ingress;
        wait_until("the node answers", || {
            let ingress = request("GET", ingress, "/restate/health", "", ANSWER);
            ingress.is_ok_and(|answer| answer.is_ok()) && self.query_at(node, "SELECT 1").is_some()
        });
    }

    /// The port for requests to workflows, of a node that lives.
    ///
    /// # Panics
    ///
    /// If all are dead.
    #[must_use]
    pub fn ingress(&self) -> u16 {
        self.living().ports.ingress
    }

    /// The port for administration, of a node that lives.
    ///
    /// # Panics
    ///
    /// If all are dead.
    #[must_use]
    pub fn admin_port(&self) -> u16 {
        self.living().ports.admin
    }

    fn living(&self) -> &Node {
        self.nodes.iter().find(|node| node.guard.is_some()).expect("a node lives")
    }

    /// Sends a request for administration to a node that lives.
    ///
    /// # Errors
    ///
    /// The node does not answer.
    pub fn admin(&self, method: &str, path: &str, body: &str) -> std::io::Result<Answer> {
        request(method, self.admin_port(), path, body, ANSWER)
    }

    /// Registers the endpoint at this port.
    ///
    /// # Panics
    ///
    /// If the server does not accept it.
    pub fn register(&self, port: u16) {
        let body = format!(r#"{{"uri":"http://127.0.0.1:{port}/","force":true}}"#);
        wait_until("the endpoint is registered", || {
            self.admin("POST", "/deployments", &body).is_ok_and(|answer| answer.is_ok())
        });
    }

    /// The rows of a query. It is asked again until the server can answer.
    ///
    /// # Panics
    ///
    /// If it cannot within the [`LIMIT`](crate::wait::LIMIT).
    #[must_use]
    pub fn query(&self, query: &str) -> Vec<serde_json::Value> {
        wait_for(query, || self.query_at(self.living().number - 1, query))
    }

    fn query_at(&self, node: usize, query: &str) -> Option<Vec<serde_json::Value>> {
        let body = serde_json::json!({ "query": query }).to_string();
        let answer = request("POST", self.nodes[node].ports.admin, "/query", &body, ANSWER).ok()?;
        let rows: serde_json::Value = serde_json::from_str(&answer.body).ok()?;
        Some(rows.get("rows")?.as_array()?.clone())
    }
}

impl Node {
    fn new(number: usize) -> Self {
        let [own, ingress, admin] = free_ports();
        Node { number, ports: Ports { own, ingress, admin }, guard: None }
    }

    fn name(&self) -> String {
        format!("node-{}", self.number)
    }

    fn kill(&mut self) {
        let mut guard = self.guard.take().expect("it lives");
        drop(guard.stdin.take());
        let _ = guard.wait();
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if self.guard.is_some() {
            self.kill();
        }
    }
}
