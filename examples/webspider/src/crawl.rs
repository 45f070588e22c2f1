//! The crawl: workers that take addresses from a queue, fetch them, and put back the addresses that
//! they find.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use gen::queue::Queue;
use gen::yield_;
use url::Url;

use crate::fetch::{Content, Fetch, Fetched};
use crate::progress::Progress;
use crate::scope::{check_scheme, Scope};
use crate::site::{Outcome, PageId, Site, Visit};

/// The number of redirects that the start URL may go through.
const MAX_START_REDIRECTS: usize = 10;

/// The options of a crawl.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The number of addresses that are fetched at the same time.
    pub concurrency: usize,
    /// The time that one fetch may take.
    pub timeout: Duration,
    /// The number of addresses that are fetched in all.
    pub max_pages: usize,
}

/// The reason why a crawl ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    /// Every page was visited, or the allowed number of pages.
    Finished,
    /// The user stopped it.
    Interrupted,
}

/// The state that all workers share. They run on one thread, so cells are enough.
pub struct Crawl<C> {
    client: C,
    limits: Limits,
    scope: Scope,
    queue: Queue<PageId>,
    site: RefCell<Site>,
    visited: Cell<usize>,
    progress: Progress,
}

/// Fetches the page that the crawl starts from, and creates a crawl of everything beneath it.
/// `client` is for this page, and each worker gets [another](Fetch::another) one.
///
/// # Errors
///
/// If there is no page to start from. The message is one line with the reason.
#[gen::coroutine]
pub fn start<C: Fetch>(mut client: C, mut url: Url, limits: Limits) -> gen::Result<Crawl<C>> {
    for _ in 0..=MAX_START_REDIRECTS {
        check_scheme(&url, C::HTTPS)?;
        url.set_fragment(None);
        let began = Instant::now();
        let fetched = match yield_!(gen::with_timeout(limits.timeout, client.fetch(&url))) {
            Ok(fetched) => fetched,
            Err(error) if error.is_cancelled() => return Err(error),
            Err(error) => return Err(cannot_start(&url, &describe(&error, limits.timeout))),
        };
        match &fetched.content {
            Content::Redirect(target) => {
                url = target.clone();
                client = client.another();
            }
            Content::Broken(status) => return Err(cannot_start(&url, &format!("the server says {status}"))),
            Content::Html(_) | Content::OtherFile => {
                let crawl = Crawl::new(client, &url, limits);
                let first = crawl.site.borrow_mut().discover(url, None);
                if let Some(page) = first {
                    crawl.finish_visit(page, Ok(fetched), began.elapsed());
                }
                return Ok(crawl);
            }
        }
    }
    Err(cannot_start(&url, "redirected too often"))
}

/// Visits everything that can be reached beneath the start.
#[gen::coroutine]
pub fn run<C: Fetch>(crawl: &Crawl<C>) -> gen::Result<End> {
    let workers: Vec<_> = (0..crawl.limits.concurrency).map(|_| worker(crawl)).collect();
    // A tuple that contains a list: the workers and `close_when_done` run in parallel, and this
    // line ends when the last of them has ended. If one of them fails, the others may wait for it
    // for ever, so a failure ends all of them.
    let workers = gen::multi(workers).fail_fast();
    yield_!(gen::multi((workers, close_when_done(&crawl.queue))).fail_fast())?;
    Ok(End::Finished)
}

/// Ends the waits of idle workers when all work is done. While any worker is busy it may still find
/// new pages.
#[gen::coroutine]
fn close_when_done(queue: &Queue<PageId>) -> gen::Result {
    yield_!(queue.join())?;
    queue.close();
    Ok(())
}

/// Takes one page after another from the queue. It notes the error of a page and takes the next
/// page. A cancellation ends it.
#[gen::coroutine]
fn worker<C: Fetch>(crawl: &Crawl<C>) -> gen::Result {
    let mut client = crawl.client.another();
    while let Some(page) = yield_!(crawl.queue.next())? {
        let url = crawl.site.borrow().url(page).clone();
        let began = Instant::now();
        let fetched = match yield_!(gen::with_timeout(crawl.limits.timeout, client.fetch(&url))) {
            // The crawl was cancelled: the page has not failed.
            Err(error) if error.is_cancelled() => return Err(error),
            fetched => fetched,
        };
        crawl.finish_visit(page, fetched, began.elapsed());
        crawl.queue.task_done()?;
    }
    Ok(())
}

impl<C> Crawl<C> {
    fn new(client: C, start: &Url, limits: Limits) -> Self {
        Crawl {
            client,
            scope: Scope::beneath(start),
            queue: Queue::unbounded(),
            site: RefCell::new(Site::new(limits.max_pages)),
            visited: Cell::new(0),
            progress: Progress::new(),
            limits,
        }
    }

    /// Records the result of fetching `page`, and queues its links.
    fn finish_visit(&self, page: PageId, fetched: gen::Result<Fetched>, took: Duration) {
        let (outcome, bytes) = match fetched {
            Ok(Fetched { content, bytes }) => (self.follow(page, content), bytes),
            Err(error) => (Outcome::Failed(describe(&error, self.limits.timeout)), 0),
        };
        let mut site = self.site.borrow_mut();
        site.record(page, Visit { outcome, bytes, took });
        self.visited.set(self.visited.get() + 1);
        self.progress.show(self.visited.get(), site.len());
    }

    fn follow(&self, page: PageId, content: Content) -> Outcome {
        match content {
            Content::Html(links) => {
                let url = self.site.borrow().url(page).clone();
                links.resolve(&url).for_each(|target| self.discover(target, page));
                Outcome::Html
            }
            Content::Redirect(target) => {
                self.discover(target, page);
                Outcome::Redirect
            }
            Content::OtherFile => Outcome::OtherFile,
            Content::Broken(status) => Outcome::Broken(status),
        }
    }

    fn discover(&self, url: Url, from: PageId) {
        if self.scope.contains(&url) {
            let new = self.site.borrow_mut().discover(url, Some(from));
            if let Some(page) = new {
                self.queue.try_put(page).expect("it is closed only when all pages are done");
            }
        }
    }

    /// Removes the progress bar and returns the site.
    pub(crate) fn into_site(self) -> Site {
        self.site.into_inner()
    }
}

fn cannot_start(url: &Url, why: &str) -> gen::Error {
    gen::Error::new(format!("cannot start at {url}: {why}"))
}

/// Formats an error and its causes in one line.
fn describe(error: &gen::Error, timeout: Duration) -> String {
    if error.is::<gen::TimeoutError>() {
        return format!("no answer within {timeout:?}");
    }
    format!("{error:#}")
}

#[cfg(all(test, feature = "embedded"))]
mod tests;

#[cfg(test)]
mod explored;
