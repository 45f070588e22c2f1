//! What is logged while a test does something.

use std::cell::RefCell;
use std::sync::Once;

use log::{Log, Metadata, Record};

thread_local! {
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
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
pub fn logged<R>(run: impl FnOnce() -> R) -> (R, Vec<String>) {
    static LISTEN: Once = Once::new();
    LISTEN.call_once(|| {
        // Nobody else sets a logger in a test binary, and if so the assertions on what was logged fail.
        let _ = log::set_logger(&Listener);
        log::set_max_level(log::LevelFilter::Warn);
    });
    LINES.take();
    let output = run();
    (output, LINES.take())
}
