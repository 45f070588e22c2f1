//! `Remote::dump_on_signal`: a dump of a loop when the process gets `SIGUSR1` (feature `signal`).
//!
//! A thread waits for the signal, and asks the loop as any other thread does. So nothing but a byte
//! in a pipe is written in the signal handler, which is that of `signal-hook`.

use std::io::{self, Write as _};
use std::panic::Location;
use std::thread;
use std::time::Duration;

use signal_hook::consts::SIGUSR1;
use signal_hook::iterator::{Handle, Signals};

use super::run::block_on;
use super::Remote;
use crate::dump::DumpRequest;
use crate::error::TimeoutError;
use crate::opaque::opaque_debug;
use crate::report::contain;
use crate::time::with_timeout;

/// The time in which a loop has to answer.
const LIMIT: Duration = Duration::from_secs(1);

/// Keeps a loop's dump on `SIGUSR1`: made by [`Remote::dump_on_signal`].
///
/// A signal that comes after its drop writes no dump of this loop. The drop does not wait: a dump
/// that was asked for before is still written, and the thread that listens ends soon after.
#[must_use = "no signal writes a dump after it is dropped"]
pub struct DumpOnSignal {
    signals: Handle,
}

impl Remote {
    /// Writes a [dump](mod@crate::dump) of the loop to standard error whenever the process gets the
    /// signal `SIGUSR1` (feature `signal`, on Unix).
    ///
    /// It works until the returned guard is dropped. The dump is the text. If the loop does not
    /// answer within a second, a line says so instead: one of its tasks or callbacks is not
    /// returning, or the loop is not run.
    ///
    /// `change` changes each request: [`DumpRequest::without_keys`] keeps the keys of users out of
    /// the log, and `|request| request` leaves it as it is. If it panics, the panic is logged, and
    /// the signal writes no dump of this loop. The next signal does.
    ///
    /// ```no_run
    /// use gen::{dump::DumpRequest, yield_};
    ///
    /// #[gen::coroutine]
    /// fn serve() -> gen::Result {
    ///     yield_!(gen::sleep(std::time::Duration::from_secs(3600)))
    /// }
    ///
    /// #[gen::main]
    /// fn main() -> gen::Result {
    ///     let remote = gen::IoLoop::current().expect("it runs on a loop").remote();
    ///     // Then: kill -USR1 <the process>
    ///     let _dumps = remote.dump_on_signal(DumpRequest::without_keys)?;
    ///     yield_!(serve())
    /// }
    /// ```
    ///
    /// # Several loops
    ///
    /// Each loop has a guard of its own, and all of them write their dumps at one signal. A dump is
    /// written at once, so two of them do not mix. Each begins with the number of its loop.
    ///
    /// # Deadlocks
    ///
    /// The guard keeps a thread that listens. So the process is never known to have only one, and a
    /// blocking call that nothing can wake does not end with [`Deadlock`](crate::Deadlock): after
    /// ten seconds it logs a warning that has the dump, and goes on waiting. Send the signal to see
    /// the waits of a loop before that.
    ///
    /// # The signal
    ///
    /// Other parts of the program may handle the same signal, if they install their handlers in a
    /// way that calls the one before, as `signal-hook` does. Without a handler `SIGUSR1` ends the
    /// process. After the last guard is dropped it is ignored.
    ///
    /// # Errors
    ///
    /// That of the operating system if the handler cannot be installed, or no thread can be
    /// started.
    #[track_caller]
    pub fn dump_on_signal<F>(&self, change: F) -> io::Result<DumpOnSignal>
    where
        F: Fn(DumpRequest) -> DumpRequest + Send + 'static,
    {
        let mut signals = Signals::new([SIGUSR1])?;
        let handle = signals.handle();
        let (remote, at) = (self.clone(), Location::caller());
        // It ends when the guard is dropped.
        thread::Builder::new().name("gen-dump".to_owned()).spawn(move || {
            for _ in signals.forever() {
                let mut request = None;
                contain("a closure that changes the request of a dump", || {
                    request = Some(change(remote.dump()));
                });
                if let Some(request) = request {
                    // A closed standard error cannot be reported anywhere.
                    let _ = io::stderr().write_all(text(request, at).as_bytes());
                }
            }
        })?;
        Ok(DumpOnSignal { signals: handle })
    }
}

/// The dump, or the reason why there is none. `at` is the position at which the dumps of the loop
/// were asked for: a loop that does not answer has no number to name it by.
fn text(request: DumpRequest, at: &Location<'_>) -> String {
    match block_on(with_timeout(LIMIT, request).join()) {
        Ok(dump) => format!("{dump}\n\n"),
        Err(error) if error.is::<TimeoutError>() => format!(
            "the loop whose dumps were asked for at {at} has not answered within {LIMIT:?}: a task or \
             a callback is not returning, or the loop is not run\n\n"
        ),
        Err(error) => format!("no dump of the loop whose dumps were asked for at {at}: {error}\n\n"),
    }
}

impl Drop for DumpOnSignal {
    fn drop(&mut self) {
        self.signals.close();
    }
}

opaque_debug!([] DumpOnSignal);
