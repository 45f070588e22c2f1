//! Crawls servers that behave well and servers that behave badly.

use std::sync::{Condvar, Mutex};
use std::time::Duration;

use crate::harness::{crawl, path, problems, Reply, Server};

/// Longer than any test takes. A test that takes so long shows that the spider did not do what the
/// server waits for.
const FOR_EVER: Duration = Duration::from_secs(30);

#[test]
fn nothing_is_visited_twice() {
    let everything = ["/", "/a", "/b", "/c", "/a#1", "/a#2", "./b", "/c?"];
    let server = Server::start(move |_| Reply::links(&everything));
    let summary = crawl(&[&server.url("/")]);
    assert_eq!(server.requests(), ["/", "/a", "/b", "/c", "/c?"]);
    assert_eq!(summary["pages"], 5);
}

#[test]
fn it_stays_beneath_the_start() {
    let other = Server::start(|_| Reply::links(&[]));
    let elsewhere = other.url("/docs/");
    let server = Server::start(move |path| match path {
        "/docs/start.html" => {
            Reply::links(&["deep/er.html", "../above.html", "/docsish/", &elsewhere, "/docs"])
        }
        _ => Reply::links(&["../../other/", "//localhost/docs/", "up/../down.html"]),
    });
    crawl(&[&server.url("/docs/start.html")]);
    assert_eq!(server.requests(), ["/docs/deep/down.html", "/docs/deep/er.html", "/docs/start.html"]);
    assert!(other.requests().is_empty());
}

#[test]
fn links_are_read_as_a_browser_reads_them() {
    let server = Server::start(|path| match path {
        "/" => Reply::Html(
            "<base href='/sub/'><a href='one.html#part'>\
             <a href='q?a=1&amp;b=2'><a href='a b'><a href='%c3%bc'>"
                .into(),
        ),
        _ => Reply::links(&[]),
    });
    crawl(&[&server.url("/")]);
    assert_eq!(server.requests(), ["/", "/sub/%c3%bc", "/sub/a%20b", "/sub/one.html", "/sub/q?a=1&b=2"]);
}

#[test]
fn redirects_are_followed_within_the_site_only() {
    let server = Server::start(|path| match path {
        "/s/" => Reply::links(&["a", "loop1", "out", "nowhere", "gone"]),
        "/s/a" => Reply::Redirect(301, "b".into()),
        "/s/b" => Reply::Redirect(307, "/s/c#part".into()),
        "/s/c" => Reply::links(&[]),
        "/s/loop1" => Reply::Redirect(302, "loop2".into()),
        "/s/loop2" => Reply::Redirect(302, "loop1".into()),
        "/s/out" => Reply::Redirect(302, "http://other.invalid/".into()),
        "/s/gone" => Reply::Redirect(308, "missing".into()),
        "/s/nowhere" => Reply::Status(302),
        _ => Reply::Status(404),
    });
    let summary = crawl(&[&server.url("/s/")]);
    let expected = [
        "/s/",
        "/s/a",
        "/s/b",
        "/s/c",
        "/s/gone",
        "/s/loop1",
        "/s/loop2",
        "/s/missing",
        "/s/nowhere",
        "/s/out",
    ];
    assert_eq!(server.requests(), expected);
    assert_eq!(summary["redirects"], 6);
    assert_eq!(problems(&summary, "broken"), ["/s/missing: Not Found <- /s/"]);
    assert_eq!(path(&summary["broken"][0]["linked_from"][0]["through"]), "/s/gone");
    assert_eq!(problems(&summary, "failed"), ["/s/nowhere: a redirect that does not say where to <- /s/"]);
}

#[test]
fn a_start_that_redirects_is_followed_and_its_target_is_the_limit() {
    let server = Server::start(|path| match path {
        "/docs" => Reply::Redirect(301, "/docs/v2/".into()),
        "/docs/v2/" => Reply::links(&["page", "../v1/", "/"]),
        _ => Reply::links(&[]),
    });
    crawl(&[&server.url("/docs")]);
    assert_eq!(server.requests(), ["/docs", "/docs/v2/", "/docs/v2/page"]);
}

#[test]
fn errors_of_one_page_never_stop_the_crawl() {
    let server = Server::start(|path| match path {
        "/" => Reply::links(&["drops", "babbles", "short", "500", "good"]),
        "/drops" => Reply::Raw(b""),
        "/babbles" => Reply::Raw(b"220 this is no web server\r\n\r\n"),
        "/short" => {
            Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 10\r\n\r\n<a href")
        }
        "/500" => Reply::Status(500),
        "/good" => Reply::links(&["last"]),
        _ => Reply::links(&[]),
    });
    for workers in ["1", "4"] {
        let summary = crawl(&[&server.url("/"), "--concurrency", workers]);
        assert_eq!(summary["pages"], 3, "the start, /good and /last");
        assert_eq!(problems(&summary, "broken"), ["/500: Internal Server Error <- /"]);
        let failed = problems(&summary, "failed");
        let paths: Vec<_> = failed.iter().map(|line| line.split(':').next().unwrap()).collect();
        assert_eq!(paths, ["/babbles", "/drops", "/short"]);
        assert!(failed.iter().all(|line| line.ends_with(" <- /")), "{failed:?}");
    }
}

#[test]
fn other_files_are_counted_and_not_searched_for_links() {
    let server = Server::start(|path| match path {
        "/" => Reply::links(&["data.bin", "text"]),
        "/data.bin" => Reply::File("application/octet-stream", vec![b'x'; 100_000]),
        _ => Reply::File("text/plain", b"<a href='/hidden'>".to_vec()),
    });
    let summary = crawl(&[&server.url("/")]);
    assert_eq!(server.requests(), ["/", "/data.bin", "/text"]);
    assert_eq!((&summary["pages"], &summary["other_files"]), (&1.into(), &2.into()));
    assert!(summary["bytes"].as_u64().unwrap() > 100_000);
}

#[test]
fn a_body_without_end_is_not_read_to_its_end() {
    let server = Server::start(|path| match path {
        "/" => Reply::links(&["huge", "after"]),
        "/huge" => Reply::File("text/html", vec![b' '; 40 << 20]),
        _ => Reply::links(&[]),
    });
    let summary = crawl(&[&server.url("/"), "--concurrency", "1"]);
    assert_eq!(summary["pages"], 3);
    assert!(summary["bytes"].as_u64().unwrap() < 20 << 20);
}

#[test]
fn max_pages_is_exact() {
    // Every page leads to two others, without end.
    let server = Server::start(|path| Reply::links(&[&format!("{path}a"), &format!("{path}b")]));
    for limit in [1, 2, 17, 100] {
        let summary = crawl(&[&server.url(&format!("/{limit}/")), "--max-pages", &limit.to_string()]);
        assert_eq!(summary["pages"], limit);
        let prefix = format!("/{limit}/");
        assert_eq!(server.requests().iter().filter(|path| path.starts_with(&prefix)).count(), limit);
    }
}

#[test]
fn workers_fetch_at_the_same_time() {
    let (arrived, all_there) = (Mutex::new(0), Condvar::new());
    let server = Server::start(move |path| {
        if path == "/" {
            return Reply::links(&["a", "b", "c"]);
        }
        let mut arrived = arrived.lock().unwrap();
        *arrived += 1;
        all_there.notify_all();
        let (_arrived, waited) =
            all_there.wait_timeout_while(arrived, FOR_EVER, |arrived| *arrived < 3).unwrap();
        assert!(!waited.timed_out());
        Reply::links(&[])
    });
    let summary = crawl(&[&server.url("/"), "--concurrency", "3"]);
    assert_eq!(summary["pages"], 4);
}

#[test]
fn a_worker_keeps_its_connection_open() {
    let pages: Vec<String> = (0..50).map(|number| format!("/{number}")).collect();
    let server = Server::start(move |path| match path {
        "/" => Reply::links(&pages.iter().map(String::as_str).collect::<Vec<_>>()),
        _ => Reply::links(&[]),
    });
    crawl(&[&server.url("/"), "--concurrency", "2"]);
    assert_eq!(server.requests().len(), 51);
    assert!(
        server.connections() <= 3,
        "one for the start and one for each worker, not {}",
        server.connections()
    );
}

#[test]
fn a_connection_that_the_server_closed_is_opened_again() {
    let server = Server::start(|path| match path {
        "/" => Reply::links(&["a", "b", "c"]),
        _ => Reply::HtmlAndClose(String::new()),
    });
    let summary = crawl(&[&server.url("/"), "--concurrency", "1"]);
    assert_eq!(summary["pages"], 4);
    assert!(problems(&summary, "failed").is_empty());
    assert_eq!(server.requests(), ["/", "/a", "/b", "/c"]);
}
