//! Watches a folder. It turns a callback API with a thread of its own into sequential code with
//! `gen`.
//!
//! The [`notify`] crate calls a function of ours for every event of the file system, on its own
//! thread and at any time; `ctrlc` does the same for Ctrl-C. Nevertheless the program is one
//! coroutine, [`watch`], that is read from top to bottom and waits in one place. Everything that
//! can happen arrives at that `yield_!`:
//!
//! | what happens | on which thread | how it gets to the yield |
//! |---|---|---|
//! | events | notify's | the callback puts them into the [`Inbox`], which the coroutine waits for: `Ok` |
//! | a failure in the callback, also one that notify reports | notify's | [`gen::context::wrap`]: `Err` |
//! | Ctrl-C | ctrlc's | [`gen::context::Context::throw`]: `Err` |
//! | nothing for some time | ours | [`gen::with_timeout`]: `Err` |
//!
//! A callback cannot return an error to its caller, because notify ignores it. `wrap` binds the
//! callback to the coroutine. So the callback may use `?`, and its error or panic arrives where the
//! coroutine is suspended. An arm of a `match` catches it, and the program goes on.
//!
//! | file | contents |
//! |---|---|
//! | `inbox.rs` | turns callbacks that are called again and again into waits that end once |
//! | `change.rs` | selects the events of notify that the program shows, and formats them |

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

/// The exit code of a program that Ctrl-C ended, as in a shell: 128 plus the number of the signal.
const EXIT_INTERRUPTED: u8 = 130;

/// Prints what is created, modified and removed in a folder and beneath it.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
struct Args {
    /// The folder to watch
    dir: PathBuf,

    /// Ends after this number of events
    #[arg(long, value_name = "N")]
    count: Option<usize>,

    /// Ends after this number of seconds without an event
    #[arg(long, value_name = "S", value_parser = seconds)]
    timeout: Option<Duration>,

    /// Makes the callback fail for paths whose last part contains this
    #[arg(long, value_name = "PATTERN")]
    refuse: Option<String>,
}

/// The reason why watching ended.
enum End {
    /// The number of events that the user asked for was reached.
    Counted,
    /// No event came for the time that the user asked for.
    Quiet,
    /// The user stopped it.
    Interrupted,
}

fn main() -> ExitCode {
    match gen::run_sync(watch(Args::parse())) {
        Ok(End::Counted | End::Quiet) => ExitCode::SUCCESS,
        Ok(End::Interrupted) => ExitCode::from(EXIT_INTERRUPTED),
        // A closed standard output, as in `watch DIR | head`, is not an error.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("watch: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the whole program.
#[gen::coroutine]
fn watch(args: Args) -> gen::Result<End> {
    let dir = existing_folder(&args.dir)?;
    let inbox = Arc::new(Inbox::default());

    // From here on, other threads may throw into this coroutine.
    let context = gen::context::capture();
    ctrlc::set_handler(move || context.throw(Interrupted))?;
    // The events stop when the watcher is dropped at the end.
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
            // The callback failed. It will be called again, and the other events are in the inbox.
            Err(error) if error.is::<Refused>() || error.is::<notify::Error>() => eprintln!("watch: {error}"),
            Err(error) => return Err(error),
        }
    }
    Ok(End::Counted)
}

/// Makes notify put the changes in `dir` into `inbox`, until the watcher is dropped.
///
/// The coroutine that receives the failures of the callback must call this function.
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

/// Prints a line, or returns the error. `println!` would panic.
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

/// The error of the callback for a path that it refuses.
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
