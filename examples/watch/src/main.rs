//! Watches a folder: a callback API with a thread of its own, made linear with `gen`.
//!
//! The [`notify`] crate calls a function of ours for every event of the file system, on a thread of its own, whenever
//! it likes; `ctrlc` does the same for Ctrl-C. The program is nevertheless one coroutine, [`watch`], that is
//! read from top to bottom, and waits in one place. Whatever may happen happens at that `yield_!`:
//!
//! | what | on which thread | how it gets to the yield |
//! |---|---|---|
//! | events | notify's | the callback puts them into the [`Inbox`], which the coroutine waits for: `Ok` |
//! | a failure in the callback, also one that notify reports | notify's | [`gen::context::wrap`]: `Err` |
//! | Ctrl-C | ctrlc's | [`gen::context::Context::throw`]: `Err` |
//! | nothing for some time | ours | [`gen::with_timeout`]: `Err` |
//!
//! A callback that fails has no caller to tell: notify does not care. Bound to the coroutine by `wrap` it may
//! use `?` all the same, and its error, or its panic, arrives where the coroutine is suspended. To catch it and
//! go on is an arm of a `match`.
//!
//! | file | its part |
//! |---|---|
//! | `inbox.rs` | how callbacks that come again and again become waits that end once |
//! | `change.rs` | what of notify's events is shown, and how |

mod change;
mod inbox;

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use gen::yield_;
use notify::{RecursiveMode, Watcher};

use change::Change;
use inbox::Inbox;

/// What a shell gives for a program that Ctrl-C ended: 128 and the number of the signal.
const EXIT_INTERRUPTED: u8 = 130;

/// Prints what is created, modified and removed in a folder and beneath it.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
struct Args {
    /// The folder to watch
    dir: PathBuf,

    /// Ends after so many events
    #[arg(long, value_name = "N")]
    count: Option<usize>,

    /// Ends after so many seconds in which nothing happened
    #[arg(long, value_name = "S", value_parser = seconds)]
    timeout: Option<Duration>,

    /// Makes the callback fail for paths whose last part contains this
    #[arg(long, value_name = "PATTERN")]
    refuse: Option<String>,
}

/// How watching ended.
enum End {
    /// As many events as were asked for.
    Counted,
    /// Nothing happened any more.
    Quiet,
    /// The user stopped it.
    Interrupted,
}

fn main() -> ExitCode {
    match gen::run_sync(watch(Args::parse())) {
        Ok(End::Counted | End::Quiet) => ExitCode::SUCCESS,
        Ok(End::Interrupted) => ExitCode::from(EXIT_INTERRUPTED),
        // That nobody reads on, as in `watch DIR | head`, is no error.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("watch: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The whole program.
#[gen::coroutine]
fn watch(args: Args) -> gen::Result<End> {
    let dir = existing_folder(&args.dir)?;
    let inbox = Arc::new(Inbox::default());

    // From here on, other threads call into this coroutine.
    let context = gen::context::capture();
    ctrlc::set_handler(move || context.throw(Interrupted))?;
    // When it is dropped, at the end, the events stop.
    let _watcher = start_watcher(&dir, args.refuse, Arc::clone(&inbox))?;
    print(format_args!("watching {}", dir.display()))?;

    let timeout = args.timeout.unwrap_or(Duration::MAX);
    let mut left = args.count.unwrap_or(usize::MAX);
    while left > 0 {
        match yield_!(gen::with_timeout(timeout, inbox.next_batch())) {
            Ok(changes) => {
                for change in changes.iter().take(left) {
                    print(change)?;
                    if change.removes(&dir) {
                        return Err(cannot_watch(&dir, "it is gone"));
                    }
                }
                left = left.saturating_sub(changes.len());
            }
            Err(error) if error.is::<gen::TimeoutError>() => return Ok(End::Quiet),
            Err(error) if error.is::<Interrupted>() => return Ok(End::Interrupted),
            // The callback failed; it will be called again. The events before and after are in the inbox.
            Err(error) if error.is::<Refused>() || error.is::<notify::Error>() => eprintln!("watch: {error}"),
            Err(error) => return Err(error),
        }
    }
    Ok(End::Counted)
}

/// Has notify put what changes in `dir` into `inbox`, until the watcher is dropped.
///
/// It is to be called by the coroutine that the callback's failures are for.
fn start_watcher(dir: &Path, refuse: Option<String>, inbox: Arc<Inbox>) -> gen::Result<impl Watcher> {
    let on_event = gen::context::wrap(move |event: notify::Result<notify::Event>| -> gen::Result {
        let changes = Change::all_in(event?)?;
        match changes.iter().find(|change| refuse.as_ref().is_some_and(|part| change.name_contains(part))) {
            Some(change) => Err(Refused { path: change.path.clone() }.into()),
            None => {
                inbox.put(changes);
                Ok(())
            }
        }
    });
    let mut watcher = notify::recommended_watcher(on_event)?;
    watcher.watch(dir, RecursiveMode::Recursive).map_err(|error| cannot_watch(dir, error))?;
    Ok(watcher)
}

/// The absolute path of a folder: notify reports absolute paths.
fn existing_folder(dir: &Path) -> gen::Result<PathBuf> {
    let metadata = dir.metadata().map_err(|error| cannot_watch(dir, error))?;
    if !metadata.is_dir() {
        return Err(cannot_watch(dir, "it is no folder"));
    }
    Ok(std::path::absolute(dir)?)
}

fn cannot_watch(dir: &Path, why: impl fmt::Display) -> gen::Error {
    gen::Error::new(format!("cannot watch {}: {why}", dir.display()))
}

/// Prints a line, or says why it cannot; `println!` would panic.
fn print(line: impl fmt::Display) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}

fn is_broken_pipe(error: &gen::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|error| format!("{error}"))?;
    Duration::try_from_secs_f64(seconds).map_err(|error| format!("{error}"))
}

/// The user pressed Ctrl-C.
#[derive(Debug)]
struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("interrupted")
    }
}

impl std::error::Error for Interrupted {}

/// The callback would not have anything to do with a path.
#[derive(Debug)]
struct Refused {
    path: PathBuf,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the callback refused {}", self.path.display())
    }
}

impl std::error::Error for Refused {}
