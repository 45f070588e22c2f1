//! What is logged while a test does something.

use std::cell::{Cell, RefCell};
use std::sync::Once;

use log::{Level, Log, Metadata, Record};

thread_local! {
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    /// Whether a test is going to look at them.
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

/// What `run` gives, and what was logged on this thread meanwhile, each record as `LEVEL target: text`.
/// Records of the level `DEBUG` are left out.
pub fn logged<R>(run: impl FnOnce() -> R) -> (R, Vec<String>) {
    let (output, mut lines) = logged_with_debug(run);
    lines.retain(|line| !line.starts_with(Level::Debug.as_str()));
    (output, lines)
}

/// The same with the records of the level `DEBUG`.
pub fn logged_with_debug<R>(run: impl FnOnce() -> R) -> (R, Vec<String>) {
    static LISTEN: Once = Once::new();
    LISTEN.call_once(|| {
        // Nobody else sets a logger in a test binary, and if so the assertions on what was logged fail.
        let _ = log::set_logger(&Listener);
        log::set_max_level(log::LevelFilter::Debug);
    });
    LINES.take();
    let listens = Listens(LISTENING.replace(true));
    let output = run();
    drop(listens);
    (output, LINES.take())
}

/// Goes back to what was before, also when a test catches the panic of what it runs.
struct Listens(bool);

impl Drop for Listens {
    fn drop(&mut self) {
        LISTENING.set(self.0);
    }
}

/// What `run` gives.
///
/// # Panics
///
/// If an error was logged meanwhile on this thread, unless it was called in what [`logged`] runs: then the test looks at the log itself.
pub fn unlogged<R>(run: impl FnOnce() -> R) -> R {
    if LISTENING.get() {
        return run();
    }
    let (output, lines) = logged(run);
    let errors: Vec<_> = lines.iter().filter(|line| line.starts_with(Level::Error.as_str())).collect();
    assert!(errors.is_empty(), "logged, and nobody expects it: {errors:#?}");
    output
}
