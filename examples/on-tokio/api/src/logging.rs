//! The log: each line names the request for which it was written.
//!
//! This holds for the lines of all libraries, too, such as those of gen about errors that were
//! never read.

use log::{LevelFilter, Log, Metadata, Record};

use crate::request::REQUEST;

struct Lines(fn(&str));

/// Writes the log of this process by `write`, which gets one line without its end.
///
/// # Panics
///
/// If this process has a logger already.
pub fn install(write: fn(&str)) {
    log::set_boxed_logger(Box::new(Lines(write))).expect("there is no other logger");
    log::set_max_level(LevelFilter::Info);
}

impl Log for Lines {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let id = REQUEST.get();
        let id = id.as_ref().and_then(|id| id.to_str().ok()).unwrap_or("-");
        (self.0)(&format!("{} {id} {}", record.level(), record.args()));
    }

    fn flush(&self) {}
}
