//! Crawls servers that do not answer. The tests of the program would have to wait for real. Here
//! the clock moves on when the server has fallen silent.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread;

use gen::{Clock, IoLoop, SharedFuture, VirtualClock};

use super::*;
use crate::embedded::Client;

const TIMEOUT: Duration = Duration::from_secs(3600);

/// A clock that stands still while the loop waits for a server, until a test says that no more
/// answers come.
#[derive(Clone)]
struct Patient {
    clock: VirtualClock,
    nothing_will_come: Arc<AtomicBool>,
}

impl Clock for Patient {
    fn now(&self) -> Instant {
        self.clock.now()
    }

    fn idle_until(&self, deadline: Instant) -> Duration {
        if self.nothing_will_come.swap(false, Ordering::SeqCst) {
            return self.clock.idle_until(deadline);
        }
        Duration::MAX
    }
}

/// Creates a loop with such a clock, and a server that answers each path with its links. If a path
/// has no links, the server does not answer. Returns the loop and the address of the server.
fn loop_and_server(links: fn(&str) -> Option<&'static str>) -> (IoLoop, Url) {
    let patient = Patient { clock: VirtualClock::new(), nothing_will_come: Arc::default() };
    let (io_loop, listener) =
        (IoLoop::with_clock(patient.clone()), TcpListener::bind("127.0.0.1:0").unwrap());
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    let remote = io_loop.remote();
    let fall_silent = move || {
        patient.nothing_will_come.store(true, Ordering::SeqCst);
        // Wakes the loop, which then reads its clock again.
        let _ = remote.add_callback(|| {});
    };
    thread::spawn(move || {
        for stream in listener.incoming() {
            let fall_silent = fall_silent.clone();
            // An error means that the client went away.
            thread::spawn(move || converse(stream.unwrap(), links, &fall_silent));
        }
    });
    (io_loop, url)
}

fn converse(
    mut stream: TcpStream,
    links: fn(&str) -> Option<&'static str>,
    fall_silent: &dyn Fn(),
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    while let Some(request) = lines.next() {
        let request = request?;
        lines.by_ref().take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty())).for_each(drop);
        let Some(html) = links(request.split(' ').nth(1).unwrap_or_default()) else {
            fall_silent();
            continue;
        };
        let length = html.len();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n{html}"
        )?;
    }
    Ok(())
}

/// The connections would stay open, and with them the tasks that move their bytes.
#[test]
fn a_crawl_that_is_cancelled_closes_its_connections() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    let ((is_asked, asked), (is_closed, closed)) = (gen::promise(), gen::promise());
    // It reads a request, does not answer, and waits for the end of the connection.
    thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
        lines.by_ref().take_while(|line| !line.is_empty()).for_each(drop);
        is_asked.set(()).unwrap();
        is_closed.set(lines.next()).unwrap();
    });
    #[gen::coroutine]
    fn cancelled(url: Url, asked: SharedFuture<()>, closed: SharedFuture<Option<String>>) -> gen::Result {
        let crawl = gen::spawn_local(start(Client::default(), url, limits()));
        yield_!(asked)?;
        yield_!(crawl.cancel("enough"))?;
        assert!(yield_!(crawl).map(drop).unwrap_err().is_cancelled());
        let last = yield_!(gen::with_timeout(Duration::from_secs(60), closed))?;
        assert_eq!(last, None);
        Ok(())
    }
    gen::run_sync(cancelled(url, asked, closed)).unwrap();
}

fn limits() -> Limits {
    Limits { concurrency: 1, timeout: TIMEOUT, max_pages: usize::MAX }
}

#[test]
fn a_start_that_does_not_answer_is_given_up() {
    let (io_loop, url) = loop_and_server(|_| None);
    let error = io_loop.run_sync(start(Client::default(), url.clone(), limits())).map(drop).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot start at {url}: no answer within 3600s"));
}

#[test]
fn a_page_that_does_not_answer_is_given_up_and_the_crawl_goes_on() {
    let (io_loop, url) = loop_and_server(|path| match path {
        "/" => Some("<a href='silent'>x</a><a href='good'>x</a>"),
        "/good" => Some("<a href='mute'>x</a><a href='last'>x</a>"),
        "/last" => Some(""),
        _ => None,
    });
    #[gen::coroutine]
    fn whole(url: Url) -> gen::Result<Site> {
        let crawl = yield_!(start(Client::default(), url, limits()))?;
        assert_eq!(yield_!(run(&crawl))?, End::Finished);
        Ok(crawl.into_site())
    }
    let site = io_loop.run_sync(whole(url)).unwrap();
    let outcomes: Vec<_> = site
        .pages()
        .map(|(url, page)| match &page.visit.as_ref().unwrap().outcome {
            Outcome::Html => format!("{}: html", url.path()),
            Outcome::Failed(why) => format!("{}: {why}", url.path()),
            other => format!("{}: {other:?}", url.path()),
        })
        .collect();
    let silent = "no answer within 3600s";
    let expected =
        ["/: html", &format!("/silent: {silent}"), "/good: html", &format!("/mute: {silent}"), "/last: html"];
    assert_eq!(outcomes, expected);
}
