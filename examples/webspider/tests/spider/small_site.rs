//! The whole program on the example's own site, through the built-in server.

use crate::harness::{crawl, path, problems, webspider};
use serde_json::Value;

const SITE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/site");

/// The facts that must be the same in every run.
fn facts(summary: &Value) -> [&Value; 4] {
    ["pages", "other_files", "redirects", "not_visited"].map(|name| &summary[name])
}

#[test]
fn every_page_is_found_and_the_broken_link_is_named_with_its_page() {
    let summary = crawl(&["--serve", SITE]);
    assert_eq!(facts(&summary), [12, 1, 1, 0]);
    let broken = ["/site/guide/chapter-3.html: Not Found <- /site/guide/chapter-2.html"];
    assert_eq!(problems(&summary, "broken"), broken);
    assert_eq!(summary["broken"][0]["status"], 404);
    assert!(problems(&summary, "failed").is_empty());
    assert_eq!(summary["interrupted"], false);
    assert_eq!(path(&summary["start"]), "/site/");
    assert_eq!(summary["slowest"].as_array().unwrap().len(), 5);
}

#[test]
fn one_worker_finds_what_many_find() {
    let alone = crawl(&["--serve", SITE, "--concurrency", "1"]);
    let crowd = crawl(&["--serve", SITE, "--concurrency", "50", "--delay-ms", "1"]);
    assert_eq!(facts(&alone), facts(&crowd));
    assert_eq!(alone["bytes"], crowd["bytes"]);
    assert_eq!(problems(&alone, "broken"), problems(&crowd, "broken"));
}

#[test]
fn the_summary_is_printed_and_no_bar_where_there_is_no_terminal() {
    let output = webspider().args(["--serve", SITE]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    assert!(output.stderr.is_empty(), "{:?}", output.stderr);
    for part in [
        "Crawled http://127.0.0.1:",
        "  12 pages, ",
        "  1 other file, 1 redirect\n",
        "Broken links: 1\n",
        "/site/guide/chapter-3.html: 404 Not Found\n    linked from http://127.0.0.1:",
        "/site/guide/chapter-2.html\n",
        "Failed: none\n",
        "Slowest pages:\n",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn without_a_toolchain_it_crawls_its_own_site() {
    let output = webspider().env("PATH", "").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("/site/\n  12 pages, "), "{text}");
}

#[test]
fn the_book_of_the_toolchain_has_no_broken_links() {
    let output = webspider().output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    if text.contains("/book/\n") {
        assert!(text.contains("Broken links: none\nFailed: none\n"), "{text}");
    }
}
