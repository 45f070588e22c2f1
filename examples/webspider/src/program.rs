//! The program: crawls, and reports. Only the client and the way to run it differ from one program
//! to another.

use std::fs::File;
use std::future::Future;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use gen::{yield_, OneOf2};
use url::Url;

use crate::crawl::{self, End};
use crate::fetch::Fetch;
use crate::options::Options;
use crate::report::Report;

/// The exit code of a program that Ctrl-C ended, as in a shell: 128 plus the number of the signal.
const EXIT_INTERRUPTED: u8 = 130;

/// Crawls everything beneath `start` until the end, or until `interrupted` is ready, and prints the
/// summary.
///
/// # Errors
///
/// If the crawl cannot begin, or its summary cannot be written.
#[gen::coroutine]
pub fn crawl_and_report<C: Fetch>(
    client: C,
    start: Url,
    options: &Options,
    interrupted: impl Future<Output = gen::Result>,
) -> gen::Result<End> {
    // The file is opened before the crawl, so that an error is known at once and not after an hour.
    let json = match &options.json {
        Some(path) => Some((path, File::create(path).map_err(|error| cannot_write(path, error))?)),
        None => None,
    };
    let began = Instant::now();
    let crawl = yield_!(crawl::start(client, start, options.limits()))?;
    // Runs two coroutines at once. The first to end decides, and the other is dropped with
    // everything that it was doing. `crawl` has the results so far.
    let end = match yield_!(gen::first_of((interrupted, crawl::run(&crawl))))? {
        OneOf2::First(()) => End::Interrupted,
        OneOf2::Second(end) => end,
    };
    let took = began.elapsed();

    let site = crawl.into_site();
    let report = Report::new(&site, end, took);
    print(&report).map_err(|error| cannot_write("the summary".as_ref(), error))?;
    if let Some((path, file)) = json {
        write_json(file, &report).map_err(|error| cannot_write(path, error))?;
    }
    Ok(end)
}

/// The exit code of the program. An error is printed in one line.
pub fn exit_code(ended: gen::Result<End>) -> ExitCode {
    match ended {
        Ok(End::Finished) => ExitCode::SUCCESS,
        Ok(End::Interrupted) => ExitCode::from(EXIT_INTERRUPTED),
        Err(error) => {
            eprintln!("webspider: {error:#}");
            ExitCode::FAILURE
        }
    }
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
