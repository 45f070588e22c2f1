//! Reads the log of a part of a test.

use std::cell::{Cell, RefCell};
use std::sync::Once;

use log::{Level, Log, Metadata, Record};

thread_local! {
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    /// Whether a test is going to read the records.
    static LISTENING: Cell<bool> = const { Cell::new(false) };
}

struct Listener;

impl Log for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let line = format!("{} {}: {}", record.level(), record.target(), record.args());
        LINES.with_borrow_mut(|lines| lines.push(line));
    }

    fn flush(&self) {}
}

/// Returns the result of `run`, and the records that this thread logged meanwhile, each as
/// `LEVEL target: text`. Records of the level `DEBUG` are left out.
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
    LINES.take();
    let listens = Listens(LISTENING.replace(true));
    let output = run();
    drop(listens);
    (output, LINES.take())
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
