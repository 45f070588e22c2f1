//! Runs the program, and a web server that a test controls.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

/// The program, ready to be given arguments.
pub(crate) fn webspider() -> Command {
    Command::new(env!("CARGO_BIN_EXE_webspider"))
}

/// A new file for each call, in the folder that cargo provides for tests.
pub(crate) fn temporary_file(extension: &str) -> PathBuf {
    static COUNTER: AtomicUsize = AtomicUsize::new(0);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let name = format!("webspider-{}-{number}.{extension}", std::process::id());
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Runs a crawl that must succeed, and returns its JSON summary.
pub(crate) fn crawl(arguments: &[&str]) -> Value {
    let json = temporary_file("json");
    let output = webspider().args(arguments).arg("--json").arg(&json).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = std::fs::read_to_string(&json).unwrap();
    std::fs::remove_file(&json).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Runs a crawl that must fail with exit code 1 and exactly one line on standard error. Returns
/// that line.
pub(crate) fn failure(arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = webspider().args(arguments).output().unwrap();
    let stderr = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{stderr}");
    assert_eq!(stderr.trim_end().lines().count(), 1, "{stderr}");
    assert!(stderr.starts_with("webspider: "), "{stderr}");
    assert!(stdout.is_empty());
    stderr
}

/// The problems in `summary[list]` as `path: reason <- path of the page with the link`, sorted.
pub(crate) fn problems(summary: &Value, list: &str) -> Vec<String> {
    let describe = |problem: &Value| {
        let pages: Vec<_> =
            problem["linked_from"].as_array().unwrap().iter().map(|link| path(&link["page"])).collect();
        format!("{}: {} <- {}", path(&problem["url"]), problem["reason"].as_str().unwrap(), pages.join(", "))
    };
    let mut problems: Vec<_> = summary[list].as_array().unwrap().iter().map(describe).collect();
    problems.sort();
    problems
}

/// The path of an address. Unlike the port, it is the same in every run.
pub(crate) fn path(url: &Value) -> String {
    let url = url.as_str().unwrap();
    let after_scheme = url.find("://").unwrap() + 3;
    url[after_scheme..].find('/').map_or("", |slash| &url[after_scheme + slash..]).to_owned()
}

/// The reaction of the test server to a request.
pub(crate) enum Reply {
    Html(String),
    Status(u16),
    /// An answer with this status that redirects to this address.
    Redirect(u16, String),
    /// A body of this media type.
    File(&'static str, Vec<u8>),
    /// An answer, after which the connection is closed without notice.
    HtmlAndClose(String),
    /// These bytes, and the end of the connection.
    Raw(&'static [u8]),
    /// No answer, for as long as the client waits.
    Silence,
}

impl Reply {
    /// A page that links to `targets`.
    pub(crate) fn links(targets: &[&str]) -> Reply {
        Reply::Html(targets.iter().map(|target| format!("<a href=\"{target}\">x</a>\n")).collect())
    }
}

/// A web server on a port of its own that counts the requests.
pub(crate) struct Server {
    address: String,
    log: Arc<Log>,
}

#[derive(Default)]
struct Log {
    requests: Mutex<BTreeMap<String, usize>>,
    connections: AtomicUsize,
}

impl Server {
    /// Starts a server that answers with `reply`, which receives the path and is called from many
    /// threads.
    pub(crate) fn start(reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let log = Arc::new(Log::default());
        let server = Server { address, log: log.clone() };
        let reply = Arc::new(reply);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (log, reply) = (log.clone(), reply.clone());
                log.connections.fetch_add(1, Ordering::Relaxed);
                // An error means that the client went away.
                thread::spawn(move || converse(stream.unwrap(), &log, &*reply));
            }
        });
        server
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requested paths in alphabetical order, each with the number of requests if there was
    /// more than one.
    pub(crate) fn requests(&self) -> Vec<String> {
        let requests = self.log.requests.lock().unwrap();
        let times = |(path, &count): (&String, &usize)| match count {
            1 => path.clone(),
            _ => format!("{path} {count} times"),
        };
        requests.iter().map(times).collect()
    }

    pub(crate) fn connections(&self) -> usize {
        self.log.connections.load(Ordering::Relaxed)
    }
}

fn converse(mut stream: TcpStream, log: &Log, reply: &dyn Fn(&str) -> Reply) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    while let Some(request) = lines.next() {
        let request = request?;
        let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
        // The rest of the head ends with an empty line. The requests of a spider have no body.
        for line in lines.by_ref() {
            if line?.is_empty() {
                break;
            }
        }
        *log.requests.lock().unwrap().entry(path.clone()).or_default() += 1;
        match reply(&path) {
            Reply::Html(html) => send(&mut stream, 200, "Content-Type: text/html\r\n", html.as_bytes())?,
            Reply::Status(status) => send(&mut stream, status, "", b"")?,
            Reply::Redirect(status, target) => {
                send(&mut stream, status, &format!("Location: {target}\r\n"), b"")?
            }
            Reply::File(kind, body) => send(&mut stream, 200, &format!("Content-Type: {kind}\r\n"), &body)?,
            Reply::HtmlAndClose(html) => {
                return send(&mut stream, 200, "Content-Type: text/html\r\n", html.as_bytes());
            }
            Reply::Raw(bytes) => return stream.write_all(bytes),
            Reply::Silence => {
                lines.next();
                return Ok(());
            }
        }
    }
    Ok(())
}

fn send(stream: &mut TcpStream, status: u16, headers: &str, body: &[u8]) -> std::io::Result<()> {
    let mut answer =
        format!("HTTP/1.1 {status} x\r\n{headers}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    stream.write_all(&answer)
}
