//! The runtimes on which the tests run, and a limit to the time of a test.

use std::io::{stderr, Write};
use std::sync::mpsc::{channel, RecvTimeoutError, Sender};
use std::time::Duration;
use std::{process, thread};

use tokio::runtime::{Builder, Runtime};

/// One of each flavor.
pub(crate) fn runtimes() -> [Runtime; 2] {
    let mut threads = Builder::new_multi_thread();
    threads.worker_threads(2);
    [Builder::new_current_thread(), threads]
        .map(|mut builder| builder.enable_all().thread_name("of tokio").build().unwrap())
}

/// Held by a test that would hang if a wake were lost.
pub(crate) struct TimeLimit {
    _running: Sender<()>,
}

/// Ends the process if the calling test runs for more than a minute, and names the test.
pub(crate) fn time_limit() -> TimeLimit {
    let test = thread::current().name().unwrap_or("a test").to_owned();
    let (_running, end) = channel::<()>();
    thread::spawn(move || {
        if end.recv_timeout(Duration::from_secs(60)) == Err(RecvTimeoutError::Timeout) {
            // Not with `eprintln`, whose output would be captured and lost.
            let _ = writeln!(stderr(), "{test} has not ended within a minute");
            process::abort();
        }
    });
    TimeLimit { _running }
}
