//! What is known of the site: every address met so far, who links to it, and what came of visiting it.

use std::time::Duration;

use hyper::StatusCode;
use indexmap::map::Entry;
use indexmap::IndexMap;
use url::Url;

/// How many of the pages that link to an address are remembered.
const REFERRERS_KEPT: usize = 5;

/// The number of an address: the order in which it was met.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PageId(usize);

/// All addresses of the crawl, at most as many as it may visit.
///
/// That limit, and the one on referrers, is what bounds the memory of a crawl.
#[derive(Debug)]
pub(crate) struct Site {
    pages: IndexMap<Url, Page>,
    limit: usize,
}

/// One address.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// The first few pages that link here.
    linked_from: Vec<PageId>,
    /// What came of the visit; `None` until then.
    pub(crate) visit: Option<Visit>,
}

/// What came of one visit.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) outcome: Outcome,
    pub(crate) bytes: u64,
    pub(crate) took: Duration,
}

/// How a visit ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// An HTML page, whose links were followed.
    Html,
    /// Something else: an image, a script, an archive.
    OtherFile,
    /// The server sends visitors on to another address, which is visited by itself if it belongs to the
    /// crawl.
    Redirect,
    /// The server says that there is no such page, or that it cannot give it.
    Broken(StatusCode),
    /// There was no answer, or none that made sense.
    Failed(String),
}

/// A page that links to an address, perhaps by way of a redirect.
#[derive(Debug, PartialEq)]
pub(crate) struct Referrer<'a> {
    pub(crate) page: &'a Url,
    pub(crate) through: Option<&'a Url>,
}

impl Site {
    /// A site of which nothing is known yet, and of which `limit` addresses will be visited at most.
    pub(crate) fn new(limit: usize) -> Self {
        Site { pages: IndexMap::new(), limit }
    }

    /// Notes that the page `from` links to `url`, and gives its number if it is new: then it is to be
    /// visited.
    pub(crate) fn discover(&mut self, url: Url, from: Option<PageId>) -> Option<PageId> {
        let is_full = self.pages.len() >= self.limit;
        match self.pages.entry(url) {
            Entry::Occupied(mut known) => {
                known.get_mut().add_referrer(from);
                None
            }
            Entry::Vacant(_) if is_full => None,
            Entry::Vacant(new) => {
                let id = PageId(new.index());
                new.insert(Page::default()).add_referrer(from);
                Some(id)
            }
        }
    }

    /// Notes what came of visiting `page`.
    pub(crate) fn record(&mut self, page: PageId, visit: Visit) {
        self.pages[page.0].visit = Some(visit);
    }

    pub(crate) fn url(&self, page: PageId) -> &Url {
        self.url_and_page(page).0
    }

    /// How many addresses are known, visited or not.
    pub(crate) fn len(&self) -> usize {
        self.pages.len()
    }

    /// Every address in the order in which it was met.
    pub(crate) fn pages(&self) -> impl Iterator<Item = (&Url, &Page)> {
        self.pages.iter()
    }

    /// The first few pages that link to `page`; a redirect among them stands for those that link to it.
    pub(crate) fn referrers(&self, page: &Page) -> Vec<Referrer<'_>> {
        let mut referrers = Vec::new();
        for (url, referrer) in page.linked_from.iter().map(|&id| self.url_and_page(id)) {
            if !referrer.is_redirect() || referrer.linked_from.is_empty() {
                referrers.push(Referrer { page: url, through: None });
                continue;
            }
            // One step back is enough to find the page to repair, and cannot go round in circles.
            for (page, _) in referrer.linked_from.iter().map(|&id| self.url_and_page(id)) {
                referrers.push(Referrer { page, through: Some(url) });
            }
        }
        referrers
    }

    fn url_and_page(&self, id: PageId) -> (&Url, &Page) {
        // A number is only ever made by `discover`, and nothing is removed.
        self.pages.get_index(id.0).expect("the number of a page stays valid")
    }
}

impl Page {
    fn add_referrer(&mut self, from: Option<PageId>) {
        if let Some(from) = from.filter(|from| !self.linked_from.contains(from)) {
            if self.linked_from.len() < REFERRERS_KEPT {
                self.linked_from.push(from);
            }
        }
    }

    fn is_redirect(&self) -> bool {
        matches!(&self.visit, Some(Visit { outcome: Outcome::Redirect, .. }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(path: &str) -> Url {
        Url::parse("http://host/").unwrap().join(path).unwrap()
    }

    fn visit(outcome: Outcome) -> Visit {
        Visit { outcome, bytes: 0, took: Duration::ZERO }
    }

    fn referrers(site: &Site, path: &str) -> Vec<String> {
        let page = &site.pages[&url(path)];
        site.referrers(page).iter().map(|referrer| referrer.page.path().to_owned()).collect()
    }

    #[test]
    fn an_address_is_to_be_visited_only_once() {
        let mut site = Site::new(10);
        let start = site.discover(url("/"), None).unwrap();
        let page = site.discover(url("/a"), Some(start)).unwrap();
        assert_eq!(site.url(page).path(), "/a");
        assert_eq!(site.discover(url("/a"), Some(page)), None);
        assert_eq!(site.discover(url("/"), Some(page)), None);
        assert_eq!(site.len(), 2);
    }

    #[test]
    fn no_more_addresses_are_taken_than_may_be_visited() {
        let mut site = Site::new(2);
        let start = site.discover(url("/"), None).unwrap();
        site.discover(url("/a"), Some(start)).unwrap();
        assert_eq!(site.discover(url("/b"), Some(start)), None);
        assert_eq!(site.len(), 2);
        site.discover(url("/"), Some(start));
        assert_eq!(referrers(&site, "/"), ["/"], "links to what is known are still noted");
    }

    #[test]
    fn the_first_few_pages_that_link_to_an_address_are_kept() {
        let mut site = Site::new(100);
        let ids: Vec<_> = (0..20).map(|n| site.discover(url(&format!("/{n}")), None).unwrap()).collect();
        for id in ids.iter().chain(&ids) {
            site.discover(url("/target"), Some(*id));
        }
        assert_eq!(referrers(&site, "/target"), ["/0", "/1", "/2", "/3", "/4"]);
    }

    #[test]
    fn behind_a_redirect_the_page_with_the_link_is_named() {
        let mut site = Site::new(10);
        let page = site.discover(url("/page"), None).unwrap();
        let moved = site.discover(url("/moved"), Some(page)).unwrap();
        site.record(moved, visit(Outcome::Redirect));
        site.discover(url("/gone"), Some(moved));
        let gone = &site.pages[&url("/gone")];
        let expected = Referrer { page: &url("/page"), through: Some(&url("/moved")) };
        assert_eq!(site.referrers(gone), [expected]);
    }
}
