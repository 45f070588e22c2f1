//! The built-in server. It serves a folder of HTML as a web site on this machine, so that there is
//! a site to crawl.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

use async_net::{Ipv4Addr, TcpListener, TcpStream};
use bytes::Bytes;
use gen::yield_;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, LOCATION};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use smol_hyper::rt::FuturesIo;
use url::Url;

use super::files::{media_type, Folder};

/// The pause before the next connection is accepted after one could not be, for instance because
/// there were no file handles.
const PAUSE_AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(50);

/// The state that all connections share.
struct Site {
    folder: Folder,
    delay: Duration,
}

/// The folder to crawl if the user names none: the Rust book that ships with the toolchain, or the
/// example's own site.
pub fn default_folder() -> PathBuf {
    toolchain_book().unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/site")))
}

fn toolchain_book() -> Option<PathBuf> {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output().ok()?;
    let sysroot = String::from_utf8(output.stdout).ok()?;
    let book = Path::new(sysroot.trim_end()).join("share/doc/rust/html/book");
    book.join("index.html").is_file().then_some(book)
}

/// Serves `folder` on a free port of this machine for as long as the loop runs, and returns its
/// address.
///
/// # Errors
///
/// If the folder does not exist, or no port is free.
#[gen::coroutine]
pub fn start(folder: PathBuf, delay: Duration) -> gen::Result<Url> {
    let folder = Folder::new(&folder)?;
    let listener = yield_!(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    let url = folder.url(Url::parse(&format!("http://{}/", listener.local_addr()?))?);
    // A task whose handle is dropped goes on running.
    drop(gen::spawn_local(accept(listener, Rc::new(Site { folder, delay }))));
    Ok(url)
}

/// Accepts connections. Each gets a task of its own.
#[gen::coroutine]
fn accept(listener: TcpListener, site: Rc<Site>) -> gen::Result {
    loop {
        match yield_!(listener.accept()) {
            Ok((stream, _peer)) => drop(gen::spawn_local(converse(stream, site.clone()))),
            Err(error) if error.is::<io::Error>() => yield_!(gen::sleep(PAUSE_AFTER_FAILED_ACCEPT))?,
            Err(error) => return Err(error),
        }
    }
}

/// Answers the requests of one connection until the client closes it.
#[gen::coroutine]
fn converse(stream: TcpStream, site: Rc<Site>) -> gen::Result {
    stream.set_nodelay(true)?;
    let service = service_fn(move |request| respond(site.clone(), request));
    // A client may go away at any time. That is not an error of the server.
    let _ = yield_!(http1::Builder::new().serve_connection(FuturesIo::new(stream), service));
    Ok(())
}

#[gen::coroutine]
fn respond(site: Rc<Site>, request: Request<Incoming>) -> gen::Result<Response<Full<Bytes>>> {
    if !site.delay.is_zero() {
        yield_!(gen::sleep(site.delay))?;
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return answer(StatusCode::METHOD_NOT_ALLOWED);
    }
    let path = request.uri().path();
    let Some(file) = site.folder.file(path) else {
        return answer(StatusCode::NOT_FOUND);
    };
    // Files are read on a thread pool, so a slow disk does not block the loop.
    match yield_!(async_fs::read(&file)) {
        Ok(content) => {
            Ok(Response::builder().header(CONTENT_TYPE, media_type(&file)).body(Full::from(content))?)
        }
        Err(_) if yield_!(is_folder(&file))? => {
            let with_slash = format!("{path}/");
            let response =
                Response::builder().status(StatusCode::MOVED_PERMANENTLY).header(LOCATION, with_slash);
            Ok(response.body(Full::default())?)
        }
        Err(error) => answer(match error.downcast_ref::<io::Error>().map(io::Error::kind) {
            Some(io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => StatusCode::NOT_FOUND,
            // The file may exist nevertheless: too many open files, no permission, a broken disk.
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }),
    }
}

#[gen::coroutine]
fn is_folder(path: &Path) -> bool {
    yield_!(async_fs::metadata(path)).is_ok_and(|metadata| metadata.is_dir())
}

/// An answer whose body is the text of its status.
fn answer(status: StatusCode) -> gen::Result<Response<Full<Bytes>>> {
    let text = format!("{status}\n");
    Ok(Response::builder().status(status).header(CONTENT_TYPE, "text/plain").body(Full::from(text))?)
}
