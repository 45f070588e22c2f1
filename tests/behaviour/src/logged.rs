//! Reads the log of a part of a test.

use std::cell::{Cell, RefCell};
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};

use log::{Level, Log, Metadata, Record};

thread_local! {
    static SINK: RefCell<Sink> = RefCell::default();
    /// Whether a test is going to read the records.
    static LISTENING: Cell<bool> = const { Cell::new(false) };
}

/// The place where the records of a thread go.
#[derive(Clone, Default)]
pub(crate) struct Sink(Arc<Mutex<Vec<String>>>);

impl Sink {
    pub(crate) fn of_this_thread() -> Self {
        SINK.with_borrow(Sink::clone)
    }

    /// Makes the present thread write here. It is for the threads of a test's executor.
    #[cfg(feature = "drivers")]
    pub(crate) fn adopt(&self) {
        SINK.set(self.clone());
    }

    fn take(&self) -> Vec<String> {
        mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Listener;

impl Log for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        // The library does not use these levels. With the feature `tracing` its spans have them.
        if matches!(record.level(), Level::Info | Level::Trace) {
            return;
        }
        let text = record.args().to_string();
        // With the feature `tracing` a step is reported that a busy machine holds up.
        if record.level() == Level::Warn
            && record.target() == "gen"
            && text.starts_with("a step of the task took ")
        {
            return;
        }
        let line = format!("{} {}: {text}", record.level(), record.target());
        // While a thread ends, it has no place any more.
        let sink = SINK.try_with(|sink| sink.borrow().clone());
        if let Ok(sink) = sink {
            sink.lock().push(line);
        }
    }

    fn flush(&self) {}
}

/// Returns the result of `run`, and the records that this thread, and the executor of
/// [`run`](crate::run), logged meanwhile, each as `LEVEL target: text`. Records of the level
/// `DEBUG` are left out.
pub fn logged<R>(run: impl FnOnce() -> R) -> (R, Vec<String>) {
    let (output, mut lines) = logged_with_debug(run);
    lines.retain(|line| !line.starts_with(Level::Debug.as_str()));
    (output, lines)
}

/// Like [`logged`], with the records of the level `DEBUG`.
pub fn logged_with_debug<R>(run: impl FnOnce() -> R) -> (R, Vec<String>) {
    static LISTEN: Once = Once::new();
    LISTEN.call_once(|| {
        // No other code sets a logger in a test binary. If it did, the assertions on the log would
        // fail.
        let _ = log::set_logger(&Listener);
        log::set_max_level(log::LevelFilter::Debug);
    });
    let sink = Sink::of_this_thread();
    sink.take();
    let listens = Listens(LISTENING.replace(true));
    let output = run();
    drop(listens);
    (output, sink.take())
}

/// Restores the previous state, also when a test catches a panic of `run`.
struct Listens(bool);

impl Drop for Listens {
    fn drop(&mut self) {
        LISTENING.set(self.0);
    }
}

/// Returns the result of `run`.
///
/// # Panics
///
/// If this thread logged an error meanwhile. Inside of [`logged`] it never panics, because there
/// the test reads the log itself.
pub fn unlogged<R>(run: impl FnOnce() -> R) -> R {
    if LISTENING.get() {
        return run();
    }
    let (output, lines) = logged(run);
    let errors: Vec<_> = lines.iter().filter(|line| line.starts_with(Level::Error.as_str())).collect();
    assert!(errors.is_empty(), "logged, and nobody expects it: {errors:#?}");
    output
}
