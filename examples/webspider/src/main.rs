//! A concurrent web spider, written with `gen`: the counterpart of Tornado's demo of that name.
//!
//! Read it from the top: [`spider`] is the whole program in one coroutine, and `crawl.rs` contains
//! the workers. The program runs on one thread, on gen's embedded loop. The sockets come from the
//! `async-io` family of crates, and HTTP from `hyper`.
//!
//! | file | contents |
//! |---|---|
//! | `args.rs` | the command line |
//! | `crawl.rs` | the workers, and the state that they share |
//! | `queue.rs` | the queue between them |
//! | `fetch.rs` | one address over HTTP |
//! | `links.rs` | the links of a page |
//! | `scope.rs` | the part of the web that belongs to the crawl |
//! | `site.rs` | everything that is known of the site |
//! | `serve.rs`, `files.rs` | the built-in server |
//! | `interrupt.rs`, `progress.rs`, `report.rs` | Ctrl-C, the progress bar, the summary |

mod args;
mod crawl;
mod fetch;
mod files;
mod interrupt;
mod links;
mod progress;
mod queue;
mod report;
mod scope;
mod serve;
mod site;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use futures_lite::future::or;
use gen::yield_;

use args::Args;
use crawl::End;
use report::Report;

/// The exit code of a program that Ctrl-C ended, as in a shell: 128 plus the number of the signal.
const EXIT_INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    match gen::run_sync(spider(Args::parse())) {
        Ok(End::Finished) => ExitCode::SUCCESS,
        Ok(End::Interrupted) => ExitCode::from(EXIT_INTERRUPTED),
        Err(error) => {
            eprintln!("webspider: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the whole program: finds the start, crawls, and reports.
#[gen::coroutine]
fn spider(args: Args) -> gen::Result<End> {
    // The file is opened before the crawl, so that an error is known at once and not after an hour.
    let json = match &args.json {
        Some(path) => Some((path, File::create(path).map_err(|error| cannot_write(path, error))?)),
        None => None,
    };
    let limits = args.limits();
    let start = match args.url {
        Some(ref url) => scope::parse_start(url)?,
        None => {
            let folder = args.serve.clone().unwrap_or_else(serve::default_folder);
            yield_!(serve::start(folder, args.delay()))?
        }
    };

    let began = Instant::now();
    let crawl = yield_!(crawl::start(start, limits))?;
    // Runs two coroutines at once. The first to end decides, and the other is dropped with
    // everything that it was doing. `crawl` has the results so far.
    let end = yield_!(or(interrupt::ctrl_c(), crawl::run(&crawl)))?;
    let took = began.elapsed();

    let site = crawl.into_site();
    let report = Report::new(&site, end, took);
    print(&report).map_err(|error| cannot_write("the summary".as_ref(), error))?;
    if let Some((path, file)) = json {
        write_json(file, &report).map_err(|error| cannot_write(path, error))?;
    }
    Ok(end)
}

fn cannot_write(what: &Path, why: io::Error) -> gen::Error {
    gen::Error::new(format!("cannot write {}: {why}", what.display()))
}

/// Prints the summary. A closed standard output, as in `webspider | head`, is not an error.
fn print(report: &Report<'_>) -> io::Result<()> {
    match write!(io::stdout().lock(), "{report}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

fn write_json(file: File, report: &Report<'_>) -> io::Result<()> {
    let mut file = BufWriter::new(file);
    serde_json::to_writer_pretty(&mut file, report)?;
    writeln!(file)?;
    file.flush()
}
