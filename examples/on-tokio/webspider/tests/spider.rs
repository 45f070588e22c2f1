//! Runs the program against servers of its own, over http and https.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::Arc;

use r#gen::{self as g, yield_};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// An answer of a server to a path.
type Site = fn(&str) -> Answer;

enum Answer {
    Html(&'static str),
    Redirect(String),
    NotFound,
    /// No answer at all.
    Silence,
}

/// A server that runs until the end of the test.
struct Server {
    url: String,
    /// The certificate of the server, if it speaks https.
    certificate: Option<PathBuf>,
}

/// Starts a server for `http`.
#[g::coroutine]
fn http(site: impl Fn(&str) -> Answer + Clone + Send + 'static) -> g::Result<Server> {
    let listener = yield_!(TcpListener::bind("127.0.0.1:0"))?;
    let url = format!("http://{}", listener.local_addr()?);
    drop(tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(converse(socket, site.clone()));
        }
    }));
    Ok(Server { url, certificate: None })
}

/// Starts a server for `https`, with a certificate of its own.
#[g::coroutine]
fn https(name: &str, site: Site) -> g::Result<Server> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let certificate = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.pem"));
    yield_!(tokio::fs::write(&certificate, made.cert.pem()))?;
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).map_err(g::Error::new)?;
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![made.cert.der().clone()], key)?;
    let acceptor = TlsAcceptor::from(Arc::new(config));

    let listener = yield_!(TcpListener::bind("127.0.0.1:0"))?;
    let url = format!("https://localhost:{}", listener.local_addr()?.port());
    drop(tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // A client that does not trust the certificate hangs up.
                if let Ok(socket) = acceptor.accept(socket).await {
                    converse(socket, site).await;
                }
            });
        }
    }));
    Ok(Server { url, certificate: Some(certificate) })
}

/// Answers the requests of one connection.
async fn converse(socket: impl AsyncRead + AsyncWrite + Unpin, site: impl Fn(&str) -> Answer) {
    let mut socket = BufReader::new(socket);
    let mut head = String::new();
    // The head of a request ends with an empty line. A spider's request has no body.
    while socket.read_line(&mut head).await.is_ok_and(|read| read > 0) {
        if !head.ends_with("\r\n\r\n") {
            continue;
        }
        let path = head.split(' ').nth(1).unwrap_or_default();
        let (status, header, body) = match site(path) {
            Answer::Html(html) => ("200 OK", "Content-Type: text/html".to_owned(), html),
            Answer::Redirect(target) => ("302 Found", format!("Location: {target}"), ""),
            Answer::Silence => return std::future::pending().await,
            Answer::NotFound => ("404 Not Found", "Content-Type: text/plain".to_owned(), ""),
        };
        let length = body.len();
        let answer = format!("HTTP/1.1 {status}\r\n{header}\r\nContent-Length: {length}\r\n\r\n{body}");
        if socket.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
        head.clear();
    }
}

fn small_site(path: &str) -> Answer {
    match path {
        "/" => Answer::Html("<a href=a>x</a> <a href=/moved>x</a> <a href=https://elsewhere/>x</a>"),
        "/a" => Answer::Html("<a href=/>x</a> <a href=/broken>x</a>"),
        "/moved" => Answer::Redirect("/b".to_owned()),
        "/b" => Answer::Html("the end"),
        _ => Answer::NotFound,
    }
}

#[g::coroutine]
fn run(arguments: &[&str]) -> g::Result<Output> {
    yield_!(Command::new(env!("CARGO_BIN_EXE_webspider-tokio")).args(arguments).output())
}

/// Runs a crawl that must succeed, and gives its summary.
#[g::coroutine]
fn crawl(name: &str, server: &Server) -> g::Result<Value> {
    let json = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.json"));
    let json = json.to_str().expect("the path is UTF-8");
    let certificate = server.certificate.iter().flat_map(|file| file.to_str());
    let mut arguments = vec![&*server.url, "--json", json];
    arguments.extend(certificate.flat_map(|file| ["--ca", file]));
    let output = yield_!(run(&arguments))?;
    assert!(output.status.success(), "{output:?}");
    Ok(serde_json::from_slice(&yield_!(tokio::fs::read(json))?)?)
}

fn assert_is_small_site(summary: &Value, url: &str) {
    let counts = ["pages", "redirects", "other_files", "not_visited"].map(|key| summary[key].as_u64());
    assert_eq!(counts, [Some(3), Some(1), Some(0), Some(0)], "{summary}");
    assert_eq!(summary["start"], format!("{url}/"));
    assert_eq!(summary["broken"][0]["url"], format!("{url}/broken"));
    assert_eq!(summary["broken"][0]["status"], 404);
    assert_eq!(summary["failed"].as_array().map(Vec::len), Some(0));
}

#[g::test(tokio)]
fn a_site_is_crawled_over_http() -> g::Result {
    let server = yield_!(http(small_site))?;
    assert_is_small_site(&yield_!(crawl("http", &server))?, &server.url);
    Ok(())
}

#[g::test(tokio)]
fn a_site_is_crawled_over_https() -> g::Result {
    let server = yield_!(https("https", small_site))?;
    assert_is_small_site(&yield_!(crawl("https", &server))?, &server.url);
    Ok(())
}

#[g::test(tokio)]
fn a_start_over_http_that_redirects_to_https_is_followed() -> g::Result {
    let secure = yield_!(https("redirected", small_site))?;
    let target = format!("{}/", secure.url);
    let mut server = yield_!(http(move |_| Answer::Redirect(target.clone())))?;
    server.certificate = secure.certificate;
    assert_is_small_site(&yield_!(crawl("redirected", &server))?, &secure.url);
    Ok(())
}

#[g::test(tokio)]
fn a_server_that_is_not_trusted_is_not_crawled() -> g::Result {
    let server = yield_!(https("untrusted", small_site))?;
    let output = yield_!(run(&[&server.url]))?;
    assert_eq!(output.status.code(), Some(1));
    let line = String::from_utf8(output.stderr)?;
    assert!(line.starts_with(&format!("webspider: cannot start at {}/: ", server.url)), "{line}");
    assert!(line.contains("certificate"), "{line}");
    assert_eq!(line.lines().count(), 1, "{line}");
    Ok(())
}

#[g::test(tokio)]
fn other_schemes_and_missing_certificates_are_explained_in_one_line() -> g::Result {
    let output = yield_!(run(&["ftp://host/"]))?;
    let line = String::from_utf8(output.stderr)?;
    assert_eq!(line, "webspider: ftp://host/: `ftp` is not supported, only http and https\n");
    let output = yield_!(run(&["https://host/", "--ca", "/no/such/file"]))?;
    let line = String::from_utf8(output.stderr)?;
    assert!(line.starts_with("webspider: cannot read the certificates in /no/such/file"), "{line}");
    Ok(())
}

#[g::test(tokio)]
fn ctrl_c_ends_the_crawl_with_the_summary_so_far() -> g::Result {
    let (asked, mut was_asked) = tokio::sync::mpsc::unbounded_channel();
    let server = yield_!(http(move |path| match path {
        "/" => Answer::Html("<a href=hangs>x</a>"),
        _ => {
            let _ = asked.send(());
            Answer::Silence
        }
    }))?;
    let mut spider = Command::new(env!("CARGO_BIN_EXE_webspider-tokio"));
    let spider = spider.args([&server.url, "--timeout", "600"]).stdout(Stdio::piped()).spawn()?;
    yield_!(was_asked.recv())?;
    let id = spider.id().expect("it runs").to_string();
    assert!(yield_!(Command::new("kill").args(["-INT", &id]).status())?.success());
    let output = yield_!(spider.wait_with_output())?;
    assert_eq!(output.status.code(), Some(130));
    let text = String::from_utf8(output.stdout)?;
    assert!(text.starts_with(&format!("Interrupted while crawling {}/\n  1 page, ", server.url)), "{text}");
    Ok(())
}
