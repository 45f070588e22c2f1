//! `IoLoop::shutdown`: the tasks of a loop clean up before the loop is dropped.

use std::panic::Location;
use std::time::Duration;

use super::watch::Unfinished;
use super::{blocking, IoLoop};
use crate::dump::{Dump, TaskState};
use crate::error::{CancelSource, Error};
use crate::executor::{current, OnStop};
use crate::inject::question::{saying, Shown, TaskRef, WaitsFor};
use crate::inject::Cancellation;
use crate::report;
use crate::time::limited_until;

/// The warning shows so many of the tasks that are left.
const SHOWN: usize = 8;

impl IoLoop {
    /// Cancels every task, runs the loop until all tasks have ended or `grace` has passed on its
    /// clock, and drops the loop.
    ///
    /// Returns the number of tasks that had not ended. If there are any, a warning is logged, with
    /// the target `gen`, that names them and says where they wait.
    ///
    /// Each task is resumed with [`Cancelled`](crate::Cancelled), whose source is
    /// [`Shutdown`](CancelSource::Shutdown), and may clean up: see
    /// [`JoinHandle::cancel`](crate::JoinHandle::cancel). Tasks that are spawned meanwhile are
    /// cancelled, too. A task that has not ended in time is dropped with the loop, and so are the
    /// callbacks and timers that are left. If the result of a cancelled task, `Err(Cancelled)`, is
    /// never looked at, it is logged at `DEBUG`. A request to [stop](crate::IoLoopHandle::stop) has
    /// no effect.
    ///
    /// If `grace` never passes, and nothing can wake the tasks that are left, for certain, it does
    /// not wait for them: it logs the [`Deadlock`](crate::Deadlock) as a warning.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::{cell::Cell, rc::Rc, time::Duration};
    ///
    /// #[gen::coroutine]
    /// fn serve(said_goodbye: Rc<Cell<bool>>) -> gen::Result {
    ///     let end = yield_!(std::future::pending::<()>());
    ///     yield_!(gen::sleep(Duration::from_secs(1)))?;
    ///     said_goodbye.set(true);
    ///     end
    /// }
    ///
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// let said_goodbye = Rc::new(Cell::new(false));
    /// let server = io_loop.spawn_local(serve(said_goodbye.clone()));
    /// assert_eq!(io_loop.shutdown(Duration::from_secs(10)), 0);
    /// assert!(said_goodbye.get());
    /// # let error = gen::block_on(server).unwrap_err();
    /// # let cancelled = error.downcast_ref::<gen::Cancelled>().unwrap();
    /// # assert_eq!(cancelled.source, gen::CancelSource::Shutdown);
    /// ```
    ///
    /// # Panics
    ///
    /// If a loop is running on this thread; and inside of a task of tokio, see
    /// [`RuntimeRunning`](crate::RuntimeRunning).
    #[track_caller]
    pub fn shutdown(self, grace: Duration) -> usize {
        blocking::assert_allowed();
        let request = Cancellation::new(CancelSource::Shutdown, "the loop is shut down", Location::caller());
        let ended = async {
            loop {
                let ending: Vec<_> = self.core.cancel_all(&request).collect();
                if ending.is_empty() {
                    return Ok::<(), Error>(());
                }
                for (task, ended) in ending {
                    let waits_for = || WaitsFor::Cancelled { task: Some(TaskRef::to(Some(task.tag()))) };
                    let _ = saying(ended, waits_for).await;
                }
            }
        };
        // The number of tasks that are left shows whether the time was enough.
        let ended = self.run_future(limited_until(self.core.deadline(grace), grace, ended), OnStop::Ignore);
        let left = self.core.tasks().len();
        match ended {
            Err(Unfinished::Deadlock(deadlock)) => {
                report::warning(format_args!("a shutdown has given up: {deadlock}"));
            }
            _ if left > 0 => return self.report_left(grace),
            _ => {}
        }
        left
    }

    /// Reports the tasks that have not ended in time, and where they wait. Those that were woken
    /// just now do not wait, and are only counted. Returns the number of tasks, without those that
    /// have ended when they were asked.
    #[cold]
    fn report_left(&self, grace: Duration) -> usize {
        let _entered = current::enter(&self.core);
        let dump = Dump::of_loop(self.core.ask_from_outside(Shown::UNASKED, &mut None));
        let left = self.core.tasks().len();
        if left == 0 {
            return 0;
        }
        let unfinished = dump.tasks().iter().filter(|task| task.state() != TaskState::Ended);
        let shown: Vec<_> = unfinished.take(SHOWN).collect();
        let waits: String = shown.iter().map(|task| format!("\n\n{}", dump.paragraph(task))).collect();
        let more = match left.saturating_sub(shown.len()) {
            0 => String::new(),
            more => format!("\n\nand {more} more"),
        };
        report::warning(format_args!(
            "`shutdown` gave up after {grace:?}, and drops the tasks that have not ended: {left}{waits}{more}"
        ));
        left
    }
}
