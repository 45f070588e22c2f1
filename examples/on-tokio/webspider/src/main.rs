//! The web spider on tokio, with `reqwest` and https.
//!
//! The crawl itself, the command line and the summary are those of the example `webspider`, which
//! runs on the embedded loop of gen. This program adds a client and the runtime.

mod client;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use r#gen::{self as g, yield_};
use webspider::crawl::End;
use webspider::fetch::Fetch;
use webspider::options::Options;
use webspider::program::{crawl_and_report, exit_code};
use webspider::scope::parse_start;

use client::Client;

/// Crawls a web site from a page and everything beneath it, and reports its broken links.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
struct Args {
    /// The page to start from; nothing above its folder is visited
    url: String,

    /// Trusts the certificates in this file (PEM), and no others
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,

    #[command(flatten)]
    options: Options,
}

/// The workers share cells, so they stay on this thread.
#[g::main(tokio, flavor = "current_thread")]
fn main() -> ExitCode {
    exit_code(yield_!(spider(Args::parse())))
}

#[g::coroutine]
fn spider(args: Args) -> g::Result<End> {
    let start = parse_start(&args.url, Client::HTTPS)?;
    let client = Client::new(args.ca.as_deref())?;
    yield_!(crawl_and_report(client, start, &args.options, ctrl_c()))
}

/// Waits until the user presses Ctrl-C.
#[g::coroutine]
fn ctrl_c() -> g::Result {
    yield_!(tokio::signal::ctrl_c())
}
