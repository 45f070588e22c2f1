//! The spider on gen's embedded loop. The library has everything but the command line.

mod args;

use std::process::ExitCode;

use clap::Parser;
use gen::yield_;
use webspider::crawl::End;
use webspider::embedded::{ctrl_c, serve, Client};
use webspider::fetch::Fetch;
use webspider::program::{crawl_and_report, exit_code};
use webspider::scope::parse_start;

use args::Args;

fn main() -> ExitCode {
    exit_code(gen::run_sync(spider(Args::parse())))
}

/// Runs the whole program: finds the start, crawls, and reports.
#[gen::coroutine]
fn spider(args: Args) -> gen::Result<End> {
    let start = match args.url {
        Some(ref url) => parse_start(url, Client::HTTPS)?,
        None => {
            let folder = args.serve.clone().unwrap_or_else(serve::default_folder);
            yield_!(serve::start(folder, args.delay()))?
        }
    };
    yield_!(crawl_and_report(Client::default(), start, &args.options, ctrl_c()))
}
