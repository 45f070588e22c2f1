//! Records the trace of a running program, with the time and the log.

use std::cell::{Cell, RefCell};
use std::sync::Once;
use std::time::{Duration, Instant};

use log::{Log, Metadata, Record};

use crate::trace::{Event, Failure, Kind, Outcome, Source, What, BODY};
use crate::world::{Fault, Value};

thread_local! {
    /// The trace of the program on this thread. The logger has no other way to find it.
    static TRACE: RefCell<Vec<Event>> = const { RefCell::new(Vec::new()) };
    static NOW: Cell<u64> = const { Cell::new(0) };
}

// ---- the clock ----------------------------------------------------------------------------------

/// A clock of whole seconds, which stands still while there is work.
pub(crate) struct Seconds {
    began: Instant,
    asked: Cell<u64>,
}

/// A program with more turns runs for ever.
const MOST_TURNS: u64 = 100_000;

impl Seconds {
    pub(crate) fn new() -> Self {
        Seconds { began: Instant::now(), asked: Cell::new(0) }
    }
}

impl gen::Clock for Seconds {
    fn now(&self) -> Instant {
        self.asked.set(self.asked.get() + 1);
        assert!(self.asked.get() < MOST_TURNS, "the loop does not come to rest");
        self.began + Duration::from_secs(NOW.get())
    }

    fn idle_until(&self, deadline: Instant) -> Duration {
        NOW.set(deadline.saturating_duration_since(self.began).as_secs().max(NOW.get()));
        Duration::ZERO
    }
}

// ---- the trace ----------------------------------------------------------------------------------

pub(crate) fn note(what: What) {
    TRACE.with_borrow_mut(|trace| trace.push(Event { at: NOW.get(), what }));
}

pub(crate) fn take_trace() -> Vec<Event> {
    TRACE.take()
}

pub(crate) fn outcome(result: &gen::Result<Value>) -> Outcome {
    result.as_ref().map(|value| value.number).map_err(failure)
}

fn failure(error: &gen::Error) -> Failure {
    let others = error.others().iter().map(|other| {
        let number = |key: &gen::ChildKey| match key {
            gen::ChildKey::Index(index) => *index,
            gen::ChildKey::Body => BODY,
            _ => usize::MAX,
        };
        (other.path().map(number).collect(), failure(&other.error))
    });
    Failure { kind: kind(error), passed: error.trace().len(), others: others.collect() }
}

fn kind(error: &gen::Error) -> Kind {
    if let Some(Fault(number)) = error.downcast_ref() {
        Kind::Fault(*number)
    } else if let Some(cancelled) = error.downcast_ref::<gen::Cancelled>() {
        Kind::Cancelled(source(cancelled), cancelled.site.is_some())
    } else if let Some(timeout) = error.downcast_ref::<gen::TimeoutError>() {
        Kind::Timeout(timeout.after().as_secs())
    } else if error.is::<gen::BrokenPromiseError>() {
        Kind::Broken
    } else if error.is::<gen::queue::QueueClosed>() {
        Kind::Closed
    } else if error.is::<gen::FirstOfNoneError>() {
        Kind::NoFirst
    } else if let Some(panicked) = error.downcast_ref::<gen::Panicked>() {
        number_behind("panic ", panicked.message())
            .map_or_else(|| Kind::Other(error.to_string()), Kind::Panicked)
    } else if error.to_string().starts_with("the result of this task was taken before") {
        Kind::Taken
    } else {
        Kind::Other(error.to_string())
    }
}

fn source(cancelled: &gen::Cancelled) -> Source {
    match cancelled.source {
        gen::CancelSource::Explicit => {
            number_behind("request ", &cancelled.reason).map_or(Source::Other, Source::Request)
        }
        gen::CancelSource::Deadline => Source::Deadline,
        gen::CancelSource::Sibling => Source::Sibling,
        gen::CancelSource::Shutdown => Source::Shutdown,
        _ => Source::Other,
    }
}

fn number_behind(prefix: &str, text: &str) -> Option<u32> {
    text.strip_prefix(prefix)?.parse().ok()
}

// ---- the log ------------------------------------------------------------------------------------

struct Listener;

impl Log for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "gen"
    }

    fn log(&self, record: &Record<'_>) {
        let text = record.args().to_string();
        // All bodies yield in a few lines of this crate, so nearly each of them waits again at the
        // yield that received its cancellation.
        if text.ends_with("was the cancellation swallowed?") {
            return;
        }
        // The model counts the tasks that are left, and knows no waits.
        if text.starts_with("`shutdown` gave up") {
            return;
        }
        // The traces are left out, because they would name lines of this crate.
        // The model knows no sites, and so not where the child of a timeout was waiting.
        let is_event = |line: &&str| {
            !(line.starts_with("at ") || line.starts_with("  ") || *line == "its child was waiting:")
        };
        let lines = text.lines().filter(is_event);
        let lines: Vec<_> = lines.map(without_position).collect();
        let debug = if record.level() == log::Level::Debug { "debug: " } else { "" };
        note(What::Logged(format!("{debug}{}", lines.join("; "))));
    }

    fn flush(&self) {}
}

/// The text without the position in this crate at which an error was thrown.
fn without_position(line: &str) -> String {
    match line.strip_prefix("an error was thrown, at ").and_then(|rest| rest.split_once(", at ")) {
        Some((_, rest)) => format!("an error was thrown at {rest}"),
        None => line.to_owned(),
    }
}

/// Starts a new program on this thread: an empty trace, at the beginning of time.
pub(crate) fn begin() {
    listen();
    TRACE.take();
    NOW.set(0);
}

fn listen() {
    static LISTEN: Once = Once::new();
    LISTEN.call_once(|| {
        // No other code sets a logger in these test binaries. If it did, the traces would differ.
        let _ = log::set_logger(&Listener);
        log::set_max_level(log::LevelFilter::Debug);
    });
}
