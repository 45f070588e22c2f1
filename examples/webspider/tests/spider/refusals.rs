//! Impossible requests give one line with the reason, and the exit code 1.

use crate::harness::{failure, webspider, Reply, Server};

const SITE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/site");

#[test]
fn a_bad_url() {
    assert!(failure(&["nonsense"]).contains("`nonsense` is not a URL"));
    assert!(failure(&["http://"]).contains("`http://` is not a URL"));
    assert!(failure(&["ftp://host/"]).contains("only http"));
    assert!(failure(&["https://host/"]).contains("https is not supported"));
}

#[test]
fn a_start_that_cannot_be_reached() {
    // No program listens on this port, and the system gives it to none. A port that was free a
    // moment ago may be that of another test's server by now.
    let closed = "127.0.0.1:1";
    let line = failure(&[&format!("http://{closed}/")]);
    assert!(line
        .starts_with(&format!("webspider: cannot start at http://{closed}/: cannot connect to {closed}: ")));
}

#[test]
fn a_start_that_gives_no_page() {
    let server = Server::start(|path| match path {
        "/loop" => Reply::Redirect(302, "/loop".into()),
        "/tls" => Reply::Redirect(302, "https://host/".into()),
        "/drops" => Reply::Raw(b""),
        _ => Reply::Status(404),
    });
    assert!(failure(&[&server.url("/")]).contains("the server says 404 Not Found"));
    assert!(failure(&[&server.url("/loop")]).contains("redirected too often"));
    assert!(failure(&[&server.url("/tls")]).contains("https is not supported"));
    assert!(failure(&[&server.url("/drops")]).contains("cannot start at"));
}

#[test]
fn a_folder_that_is_not_there_or_none() {
    assert!(failure(&["--serve", "no/such/folder"]).contains("cannot serve no/such/folder: "));
    let file = format!("{SITE}/index.html");
    assert!(failure(&["--serve", &file]).contains("not a directory"));
}

#[test]
fn a_json_file_that_cannot_be_written_is_known_before_the_crawl() {
    let server = Server::start(|_| Reply::links(&[]));
    assert!(failure(&[&server.url("/"), "--json", "no/such/folder/x.json"])
        .contains("cannot write no/such/folder/x.json"));
    assert!(server.requests().is_empty());
}

#[test]
fn a_wrong_use_of_the_options_is_explained() {
    let output = webspider().args(["http://host/", "--serve", SITE]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("Usage:"));
}
