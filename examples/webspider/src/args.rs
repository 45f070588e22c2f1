//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use webspider::options::Options;

/// Crawls a web site from a page and everything beneath it, and reports its broken links.
///
/// Without a URL it serves a folder of HTML on this machine and crawls that: by default the Rust
/// book that ships with the toolchain, or a small site of its own.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub(crate) struct Args {
    /// The page to start from (http only); nothing above its folder is visited
    pub(crate) url: Option<String>,

    #[command(flatten)]
    pub(crate) options: Options,

    /// Serves this folder and crawls it
    #[arg(long, value_name = "DIR", conflicts_with = "url")]
    pub(crate) serve: Option<PathBuf>,

    /// Delays each answer of the built-in server by this number of milliseconds
    #[arg(long, value_name = "N", default_value_t = 0, conflicts_with = "url")]
    delay_ms: u64,
}

impl Args {
    pub(crate) fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<Args, clap::Error> {
        Args::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn without_arguments_it_crawls_a_folder_of_its_own_choice() {
        let args = parse("webspider").unwrap();
        assert!(args.url.is_none() && args.serve.is_none());
        assert_eq!(args.options.limits().max_pages, usize::MAX);
        assert_eq!(args.delay(), Duration::ZERO);
    }

    #[test]
    fn every_option_is_read() {
        let line =
            "webspider --concurrency 3 --timeout 0.5 --max-pages 7 --json out.json --serve dir --delay-ms 20";
        let args = parse(line).unwrap();
        let limits = args.options.limits();
        assert_eq!((limits.concurrency, limits.max_pages), (3, 7));
        assert_eq!((limits.timeout, args.delay()), (Duration::from_millis(500), Duration::from_millis(20)));
        assert_eq!((args.options.json, args.serve), (Some("out.json".into()), Some("dir".into())));
    }

    #[test]
    fn senseless_values_are_refused() {
        for line in [
            "webspider --concurrency 0",
            "webspider --max-pages 0",
            "webspider --timeout 0",
            "webspider --timeout -1",
            "webspider --timeout inf",
            "webspider --timeout soon",
            "webspider http://host/ --serve dir",
            "webspider http://host/ --delay-ms 5",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
