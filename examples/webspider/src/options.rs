//! The options of every program that crawls.

use std::path::PathBuf;
use std::time::Duration;

use crate::crawl::Limits;

/// The options of a crawl, for the command line.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The number of pages that are fetched at the same time
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = at_least_one)]
    concurrency: usize,

    /// The number of seconds that one page may take
    #[arg(long, value_name = "S", default_value = "10", value_parser = seconds)]
    timeout: Duration,

    /// Stops after this number of addresses, which also limits the memory
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    max_pages: Option<usize>,

    /// Writes the summary to a file as well, as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

impl Options {
    /// The limits of the crawl.
    pub fn limits(&self) -> Limits {
        Limits {
            concurrency: self.concurrency,
            timeout: self.timeout,
            max_pages: self.max_pages.unwrap_or(usize::MAX),
        }
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".to_owned()),
        Ok(number) => Ok(number),
        Err(error) => Err(format!("{error}")),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|error| format!("{error}"))?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(Duration::ZERO) => Err("must be more than 0".to_owned()),
        Ok(duration) => Ok(duration),
        Err(error) => Err(format!("{error}")),
    }
}
