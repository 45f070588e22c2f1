//! Dumps of a loop: from its owner, and from other threads.

use std::sync::Arc;

use super::{blocking, IoLoop, Remote};
use crate::dump::{Dump, DumpRequest};
use crate::executor::current;
use crate::inject::question::Shown;

impl IoLoop {
    /// Asks all tasks of the loop for their waits, without running the loop.
    ///
    /// The [module](mod@crate::dump) lists all that a dump shows.
    ///
    /// ```
    /// let io_loop = gen::IoLoop::new();
    /// let _task = io_loop.spawn_local(gen::sleep(std::time::Duration::from_secs(9)));
    /// let dump = io_loop.dump();
    /// assert_eq!(dump.tasks().len(), 1);
    /// assert!(dump.to_string().contains("waits for a sleep"));
    /// ```
    ///
    /// # Panics
    ///
    /// If a loop is running on this thread: yield [`gen::dump()`](fn@crate::dump) there; and inside
    /// of a task of tokio, see [`RuntimeRunning`](crate::RuntimeRunning).
    #[track_caller]
    pub fn dump(&self) -> Dump {
        blocking::assert_allowed();
        let _entered = current::enter(&self.core);
        Dump::of_loop(self.core.ask_from_outside(Shown::ALL, &mut None))
    }
}

impl Remote {
    /// Asks all tasks of the loop for their waits.
    ///
    /// The loop answers at the start of its next turn. If it does not answer, one of its tasks or
    /// callbacks is not returning: give the request a timeout. The request can be awaited on any
    /// executor, and on a thread without one by [`block_on`](crate::block_on).
    ///
    /// ```
    /// use std::thread;
    ///
    /// let io_loop = gen::IoLoop::new();
    /// let remote = io_loop.remote();
    /// let monitor = thread::spawn(move || {
    ///     let dump = gen::block_on(remote.dump()).unwrap();
    ///     remote.stop();
    ///     dump.to_string()
    /// });
    /// io_loop.run_sync(std::future::pending::<gen::Result>()).unwrap_err();
    /// # drop(io_loop);
    /// assert!(monitor.join().unwrap().contains("(runs the loop)"));
    /// ```
    ///
    /// # Errors
    ///
    /// [`LoopClosed`](crate::LoopClosed) if the loop is dropped before it has answered.
    pub fn dump(&self) -> DumpRequest {
        DumpRequest::of(Arc::clone(&self.shared))
    }
}
