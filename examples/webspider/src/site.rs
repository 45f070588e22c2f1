//! The state of the site: every address found so far, the pages that link to it, and the result of
//! visiting it.

use std::time::Duration;

use http::StatusCode;
use indexmap::map::Entry;
use indexmap::IndexMap;
use url::Url;

/// The number of pages that are remembered as links to an address.
const REFERRERS_KEPT: usize = 5;

/// The number of an address, in the order in which the addresses were found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PageId(usize);

/// All addresses of the crawl, at most as many as it may visit.
///
/// That limit, and the one on referrers, bound the memory of a crawl.
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
    /// The result of the visit; `None` before the visit.
    pub(crate) visit: Option<Visit>,
}

/// The result of one visit.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) outcome: Outcome,
    pub(crate) bytes: u64,
    pub(crate) took: Duration,
}

/// The kind of result of a visit.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// An HTML page, whose links were followed.
    Html,
    /// Any other file: an image, a script, an archive.
    OtherFile,
    /// The server redirects to another address, which is visited on its own if it belongs to the
    /// crawl.
    Redirect,
    /// The server answers that there is no such page, or that it cannot send it.
    Broken(StatusCode),
    /// There was no answer, or no usable one.
    Failed(String),
}

/// A page that links to an address, perhaps through a redirect.
#[derive(Debug, PartialEq)]
pub(crate) struct Referrer<'a> {
    pub(crate) page: &'a Url,
    pub(crate) through: Option<&'a Url>,
}

impl Site {
    /// A site without any addresses, of which at most `limit` will be visited.
    pub(crate) fn new(limit: usize) -> Self {
        Site { pages: IndexMap::new(), limit }
    }

    /// Records that the page `from` links to `url`. Returns the number of `url` if it is new and
    /// therefore must be visited.
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

    /// Records the result of visiting `page`.
    pub(crate) fn record(&mut self, page: PageId, visit: Visit) {
        self.pages[page.0].visit = Some(visit);
    }

    pub(crate) fn url(&self, page: PageId) -> &Url {
        self.url_and_page(page).0
    }

    /// The number of known addresses, visited or not.
    pub(crate) fn len(&self) -> usize {
        self.pages.len()
    }

    /// Every address, in the order in which they were found.
    pub(crate) fn pages(&self) -> impl Iterator<Item = (&Url, &Page)> {
        self.pages.iter()
    }

    /// The first few pages that link to `page`. A redirect among them is replaced by the pages that
    /// link to it.
    pub(crate) fn referrers(&self, page: &Page) -> Vec<Referrer<'_>> {
        let mut referrers = Vec::new();
        for (url, referrer) in page.linked_from.iter().map(|&id| self.url_and_page(id)) {
            if !referrer.is_redirect() || referrer.linked_from.is_empty() {
                referrers.push(Referrer { page: url, through: None });
                continue;
            }
            // One step back is enough to find the page to repair, and cannot lead into a cycle.
            for (page, _) in referrer.linked_from.iter().map(|&id| self.url_and_page(id)) {
                referrers.push(Referrer { page, through: Some(url) });
            }
        }
        referrers
    }

    fn url_and_page(&self, id: PageId) -> (&Url, &Page) {
        // Only `discover` creates numbers, and nothing is removed.
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
