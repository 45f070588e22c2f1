//! What the bodies of a running program share, and what they leave behind: the trace.

use std::cell::{Cell, RefCell};
use std::error::Error as StdError;
use std::fmt;
use std::rc::Rc;
use std::sync::Once;
use std::time::{Duration, Instant};

use log::{Log, Metadata, Record};

use crate::program::{Deed, Program};
use crate::trace::{Event, Failure, Kind, Outcome, Source, What};
use crate::MOST_CALLS;

thread_local! {
    /// Of the program that runs on this thread: the logger has nothing else to find it by.
    static TRACE: RefCell<Vec<Event>> = const { RefCell::new(Vec::new()) };
    static NOW: Cell<u64> = const { Cell::new(0) };
}

/// The handles, promises and counters of a running program.
pub(crate) struct World {
    pub(crate) program: Program,
    handles: RefCell<Vec<Option<Handle>>>,
    promises: RefCell<Vec<Option<gen::Promise<Value>>>>,
    futures: RefCell<Vec<Option<gen::SharedFuture<Value>>>>,
    calls: Cell<usize>,
    faults: Cell<u32>,
    requests: Cell<u32>,
    live: Rc<Cell<i64>>,
}

/// A handle that may be waited for by several, and cancelled meanwhile.
pub(crate) type Handle = Rc<RefCell<gen::JoinHandle<Value>>>;

impl World {
    pub(crate) fn new(program: &Program) -> Rc<Self> {
        listen();
        TRACE.take();
        NOW.set(0);
        let (promises, futures) =
            (0..program.promises).map(|_| gen::promise()).map(|(p, f)| (Some(p), Some(f))).unzip();
        Rc::new(World {
            program: program.clone(),
            handles: RefCell::new((0..program.places).map(|_| None).collect()),
            promises: RefCell::new(promises),
            futures: RefCell::new(futures),
            calls: Cell::new(0),
            faults: Cell::new(0),
            requests: Cell::new(0),
            live: Rc::default(),
        })
    }

    /// Drops what is in the tables.
    pub(crate) fn clear(&self) {
        // Moved out first: what is dropped may log, and so come back.
        let handles = self.handles.take();
        drop(handles);
        let promises = self.promises.take();
        drop(promises);
        let futures = self.futures.take();
        drop(futures);
    }

    pub(crate) fn live(&self) -> i64 {
        self.live.get()
    }

    pub(crate) fn value(&self, number: u32) -> Value {
        Value::new(number, &self.live)
    }

    /// A call of a body begins; none if there were too many.
    pub(crate) fn begin(&self, body: Option<usize>) -> Option<Call> {
        let number = self.calls.get();
        if number >= MOST_CALLS {
            return None;
        }
        self.calls.set(number + 1);
        note(What::Started(number, body));
        Some(Call(number))
    }

    pub(crate) fn fault(&self) -> u32 {
        next(&self.faults)
    }

    // ---- handles ----------------------------------------------------------------------------------

    /// Puts a handle in a place, or takes it from there.
    pub(crate) fn put(&self, place: usize, handle: Option<Handle>) {
        let before = std::mem::replace(&mut self.handles.borrow_mut()[place], handle);
        drop(before);
    }

    pub(crate) fn handle(&self, place: usize) -> Option<Handle> {
        self.handles.borrow()[place].clone()
    }

    pub(crate) fn take_handle(&self, place: usize) -> Option<Handle> {
        self.handles.borrow_mut()[place].take()
    }

    pub(crate) fn cancel(&self, place: usize) -> Option<gen::Cancelling> {
        let handle = self.handle(place)?;
        let cancelling = handle.borrow().cancel(format!("request {}", next(&self.requests)));
        Some(cancelling)
    }

    pub(crate) fn throw(&self, place: usize) {
        if let Some(handle) = self.handle(place) {
            handle.borrow().throw(Fault(self.fault()));
        }
    }

    // ---- promises ---------------------------------------------------------------------------------

    pub(crate) fn future(&self, promise: usize) -> Option<gen::SharedFuture<Value>> {
        self.futures.borrow()[promise].clone()
    }

    pub(crate) fn do_with_promise(&self, promise: usize, deed: Deed) {
        match deed {
            Deed::Break => drop(self.promises.borrow_mut()[promise].take()),
            Deed::Forget => drop(self.futures.borrow_mut()[promise].take()),
            Deed::Set | Deed::Fail => {
                let promises = self.promises.borrow();
                let Some(setter) = &promises[promise] else { return };
                let accepted = match deed {
                    Deed::Set => setter.set(self.value(promise_value(promise))),
                    _ => setter.fail(Fault(self.fault())),
                };
                note(What::Set(promise, accepted.is_ok()));
            }
        }
    }
}

/// What a promise is set to.
pub(crate) fn promise_value(promise: usize) -> u32 {
    u32::try_from(promise).map_or(0, |promise| 100 + promise)
}

fn next(counter: &Cell<u32>) -> u32 {
    counter.replace(counter.get() + 1)
}

/// A call of a body; its drop is noted.
pub(crate) struct Call(pub(crate) usize);

impl Call {
    pub(crate) fn ends(&self, result: gen::Result<Value>) -> gen::Result<Value> {
        note(What::Ended(self.0, outcome(&result)));
        result
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        note(What::Dropped(self.0));
    }
}

/// A result. Those that live are counted.
pub(crate) struct Value {
    pub(crate) number: u32,
    live: Rc<Cell<i64>>,
}

impl Value {
    pub(crate) fn with_number(mut self, number: u32) -> Self {
        self.number = number;
        self
    }

    fn new(number: u32, live: &Rc<Cell<i64>>) -> Self {
        live.set(live.get() + 1);
        Value { number, live: Rc::clone(live) }
    }
}

impl Clone for Value {
    fn clone(&self) -> Self {
        Value::new(self.number, &self.live)
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        self.live.set(self.live.get() - 1);
    }
}

/// An error of the program's own.
#[derive(Debug)]
pub(crate) struct Fault(pub(crate) u32);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fault {}", self.0)
    }
}

impl StdError for Fault {}

// ---- the clock ------------------------------------------------------------------------------------

/// A clock of whole seconds, which stands still while there is something to do.
pub(crate) struct Seconds {
    began: Instant,
    asked: Cell<u64>,
}

/// No program takes so many turns: one that does goes round for ever.
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

// ---- the trace ------------------------------------------------------------------------------------

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
        let place = match other.place {
            gen::Place::Index(index) => index,
            _ => usize::MAX,
        };
        (place, failure(&other.error))
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

// ---- the log --------------------------------------------------------------------------------------

struct Listener;

impl Log for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "gen"
    }

    fn log(&self, record: &Record<'_>) {
        let text = record.args().to_string();
        // The trace of the error follows.
        let line = text.lines().next().unwrap_or_default();
        note(What::Logged(without_position(line)));
    }

    fn flush(&self) {}
}

/// The text without the position in this crate where an error was thrown.
fn without_position(line: &str) -> String {
    match line.strip_prefix("an error was thrown, at ").and_then(|rest| rest.split_once(", at ")) {
        Some((_, rest)) => format!("an error was thrown at {rest}"),
        None => line.to_owned(),
    }
}

fn listen() {
    static LISTEN: Once = Once::new();
    LISTEN.call_once(|| {
        // Nobody else sets a logger in these test binaries; if so the traces differ.
        let _ = log::set_logger(&Listener);
        log::set_max_level(log::LevelFilter::Warn);
    });
}
