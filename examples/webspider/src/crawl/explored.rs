//! Puts each fault at each yield of a crawl: at each fetch, and at each wait for the queue.

use std::rc::Rc;

use gen::testing::{explore, Fault};
use http::header::{HeaderMap, HeaderValue, CONTENT_TYPE};
use http::StatusCode;

use super::*;
use crate::fetch::Answer;

/// The client of a site of four pages, which answers after a second on the clock of the loop.
#[derive(Default, Clone)]
struct Client(Rc<Fetches>);

/// The fetches of all clients of a crawl.
#[derive(Default)]
struct Fetches {
    begun: Cell<usize>,
    ended: Cell<usize>,
}

/// Counts the end of a fetch, also if the fetch is dropped.
struct Ends<'a>(&'a Cell<usize>);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

impl Fetch for Client {
    const HTTPS: bool = false;

    fn another(&self) -> Self {
        self.clone()
    }

    #[gen::coroutine]
    fn fetch(&mut self, url: &Url) -> gen::Result<Fetched> {
        self.0.begun.set(self.0.begun.get() + 1);
        let _ends = Ends(&self.0.ended);
        yield_!(gen::sleep(Duration::from_secs(1)))?;
        let html = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("text/html"))]);
        let mut answer = Answer::new(url, StatusCode::OK, &html);
        answer.feed(match url.path() {
            "/" => b"<a href=a>x</a><a href=b>x</a>",
            "/a" => b"<a href=c>x</a><a href=.>x</a>",
            _ => b"",
        });
        answer.finish()
    }
}

/// The pages that a crawl has found, and those of them that it has visited.
#[derive(Debug, Default)]
struct Pages {
    found: Cell<usize>,
    visited: Cell<usize>,
    /// Whether a page counts as broken.
    has_failed: Cell<bool>,
}

#[gen::coroutine]
fn whole(pages: Rc<Pages>, client: Client) -> gen::Result<End> {
    let limits = Limits { concurrency: 2, timeout: Duration::from_secs(60), max_pages: usize::MAX };
    let crawl = yield_!(start(client, Url::parse("http://host/").unwrap(), limits))?;
    let end = yield_!(run(&crawl))?;
    let site = crawl.into_site();
    pages.found.set(site.len());
    let visits = || site.pages().filter_map(|(_, page)| page.visit.as_ref());
    pages.visited.set(visits().count());
    pages.has_failed.set(visits().any(|visit| matches!(visit.outcome, Outcome::Failed(_))));
    Ok(end)
}

/// The program would wait for ever, or would leave pages out in silence.
#[test]
fn a_crawl_ends_and_has_visited_every_page_that_it_has_found() {
    let world = || {
        let pages = Rc::new(Pages::default());
        (pages.clone(), whole(pages, Client::default()))
    };
    explore(world)
        .invariant(|pages, end| {
            gen::ensure!(end.is_err() || pages.found == pages.visited, "{pages:?}");
            Ok(())
        })
        .check();
}

/// A crawl that was stopped would go on, and would report the pages that it was fetching as broken.
#[test]
fn a_crawl_that_is_cancelled_ends_with_the_cancellation() {
    let world = || {
        let pages = Rc::new(Pages::default());
        (pages.clone(), whole(pages, Client::default()))
    };
    let report = explore(world)
        .faults([Fault::Cancel])
        .invariant(|pages, end| {
            // All four pages, if nothing was cancelled.
            let is_whole = end.is_ok() && pages.visited.get() == 4 && !pages.has_failed.get();
            let is_cancelled = end.as_ref().is_err_and(gen::Error::is_cancelled);
            gen::ensure!(is_whole || is_cancelled, "{end:?} with {pages:?}");
            Ok(())
        })
        .report();
    assert!(report.findings().is_empty(), "{report}");
}

/// Its workers would go on fetching from a server that is to be left alone. The test also fails if
/// a task is left behind.
#[gen::test]
fn a_crawl_that_is_cancelled_stops_its_workers_and_leaves_nothing_behind() -> gen::Result {
    // At the start, while one or two workers fetch, and between the fetches.
    for millis in [0, 500, 1000, 1500, 2000, 2500] {
        let client = Client::default();
        let fetches = client.0.clone();
        let crawl = gen::spawn_local(whole(Rc::default(), client));
        yield_!(gen::sleep(Duration::from_millis(millis)))?;
        yield_!(crawl.cancel("enough"))?;
        assert!(yield_!(crawl).unwrap_err().is_cancelled(), "after {millis} ms");

        let begun = fetches.begun.get();
        assert_eq!((begun, Rc::strong_count(&fetches)), (fetches.ended.get(), 1), "after {millis} ms");
        yield_!(gen::sleep(Duration::from_secs(3600)))?;
        assert_eq!(fetches.begun.get(), begun, "after {millis} ms");
    }
    Ok(())
}
