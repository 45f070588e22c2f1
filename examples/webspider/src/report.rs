//! The summary, as text and as JSON.

use std::fmt;
use std::time::Duration;

use indicatif::{HumanBytes, HumanCount};
use serde::Serialize;
use url::Url;

use crate::crawl::End;
use crate::site::{Outcome, Page, Site};

/// The number of slow pages that are listed.
const SLOWEST_SHOWN: usize = 5;

/// The results of a crawl.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report<'a> {
    /// The first page.
    start: Option<&'a Url>,
    seconds: f64,
    /// Whether the user stopped the crawl.
    interrupted: bool,
    /// HTML pages that were read.
    pages: usize,
    /// Files of other kinds.
    other_files: usize,
    redirects: usize,
    bytes: u64,
    /// Addresses that were found but not visited.
    not_visited: usize,
    /// Addresses that the server refused.
    broken: Vec<Problem<'a>>,
    /// Addresses without a usable answer.
    failed: Vec<Problem<'a>>,
    slowest: Vec<Timing<'a>>,
}

/// An address that could not be read, with the reason.
#[derive(Debug, Serialize)]
struct Problem<'a> {
    url: &'a Url,
    /// The HTTP status, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    reason: String,
    /// The first few pages that link to it.
    linked_from: Vec<Link<'a>>,
}

#[derive(Debug, Serialize)]
struct Link<'a> {
    page: &'a Url,
    /// The redirect between the two.
    #[serde(skip_serializing_if = "Option::is_none")]
    through: Option<&'a Url>,
}

#[derive(Debug, Serialize)]
struct Timing<'a> {
    url: &'a Url,
    seconds: f64,
}

impl<'a> Report<'a> {
    /// Sums up the state of `site` after a crawl that took `took`.
    pub(crate) fn new(site: &'a Site, end: End, took: Duration) -> Self {
        let mut report = Report {
            start: site.pages().next().map(|(url, _)| url),
            seconds: took.as_secs_f64(),
            interrupted: end == End::Interrupted,
            ..Report::default()
        };
        for (url, page) in site.pages() {
            report.count(site, url, page);
        }
        report.slowest.sort_by(|a, b| b.seconds.total_cmp(&a.seconds));
        report.slowest.truncate(SLOWEST_SHOWN);
        report
    }

    fn count(&mut self, site: &'a Site, url: &'a Url, page: &'a Page) {
        let Some(visit) = &page.visit else {
            self.not_visited += 1;
            return;
        };
        self.bytes += visit.bytes;
        self.slowest.push(Timing { url, seconds: visit.took.as_secs_f64() });
        match &visit.outcome {
            Outcome::Html => self.pages += 1,
            Outcome::OtherFile => self.other_files += 1,
            Outcome::Redirect => self.redirects += 1,
            Outcome::Broken(status) => {
                self.broken.push(Problem {
                    url,
                    status: Some(status.as_u16()),
                    reason: status.canonical_reason().unwrap_or("unknown status").to_owned(),
                    linked_from: links_to(site, page),
                });
            }
            Outcome::Failed(reason) => {
                let linked_from = links_to(site, page);
                self.failed.push(Problem { url, status: None, reason: reason.clone(), linked_from });
            }
        }
    }
}

fn links_to<'a>(site: &'a Site, page: &'a Page) -> Vec<Link<'a>> {
    let referrers = site.referrers(page).into_iter();
    referrers.map(|referrer| Link { page: referrer.page, through: referrer.through }).collect()
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(start) = self.start {
            writeln!(
                f,
                "{} {start}",
                if self.interrupted { "Interrupted while crawling" } else { "Crawled" }
            )?;
        }
        writeln!(f, "  {}, {}, {:.2} s", count(self.pages, "page"), HumanBytes(self.bytes), self.seconds)?;
        writeln!(f, "  {}, {}", count(self.other_files, "other file"), count(self.redirects, "redirect"))?;
        if self.not_visited > 0 {
            writeln!(f, "  {} known and not visited", count(self.not_visited, "more page"))?;
        }
        write_problems(f, "Broken links", &self.broken)?;
        write_problems(f, "Failed", &self.failed)?;
        writeln!(f, "Slowest pages:")?;
        for Timing { url, seconds } in &self.slowest {
            writeln!(f, "  {:8.1} ms  {url}", seconds * 1000.0)?;
        }
        Ok(())
    }
}

/// "1 page", "1,000 pages".
fn count(number: usize, what: &str) -> String {
    format!("{} {what}{}", HumanCount(number as u64), if number == 1 { "" } else { "s" })
}

fn write_problems(f: &mut fmt::Formatter<'_>, heading: &str, problems: &[Problem<'_>]) -> fmt::Result {
    if problems.is_empty() {
        return writeln!(f, "{heading}: none");
    }
    writeln!(f, "{heading}: {}", problems.len())?;
    for Problem { url, status, reason, linked_from } in problems {
        match status {
            Some(status) => writeln!(f, "  {url}: {status} {reason}")?,
            None => writeln!(f, "  {url}: {reason}")?,
        }
        for Link { page, through } in linked_from {
            write!(f, "    linked from {page}")?;
            match through {
                Some(redirect) => writeln!(f, " through {redirect}")?,
                None => writeln!(f)?,
            }
        }
    }
    Ok(())
}
