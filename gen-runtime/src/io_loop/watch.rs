//! A blocking call whose loop is idle: does it wait for an event, or is it stuck?
//!
//! The loop is idle if no task is ready, no timer has a deadline, and there is no mail. Only
//! another thread can end that. After some time the call asks: it polls each task once more, with
//! a question.
//!
//! | the tasks | the process | the answer |
//! |---|---|---|
//! | one went on, and nothing had woken it | has no other thread | its wake-up was lost: a warning names it, and the program goes on |
//! | | has others | perhaps its wake-up was lost: the warning says so, unless mail has come meanwhile |
//! | all wait | has no other thread | a deadlock, for certain: the call returns [`Deadlock`] |
//! | one waits for a future that keeps a waker, or for another loop | has others | nothing is wrong, as far as one can see |
//! | all wait for tasks, promises, locks and callbacks | has others | probably a deadlock: a warning, once in a call |
//!
//! If a task or another thread ends the wait meanwhile, or stops the call, there is no deadlock.
//!
//! # When
//!
//! | clock | process | the question is asked |
//! |---|---|---|
//! | the real one, or one that runs by itself | | after `grace` |
//! | another one | has no other thread | at once |
//! | | has others | after `grace`: it stands still meanwhile |
//!
//! It is asked once in each wait. Where that takes long, because there are many tasks, the next
//! wait has to last a thousand times as long.
//!
//! If a callback runs the loop, the tasks may wait for a callable that the callback has dropped.
//! Such a drop is [noted](crate::executor::Core::report_noted_drops) until the callback has ended.
//! So it is reported first, and nothing is asked if that wakes a task.
//!
//! The program has not asked for the dump, so it shows no keys: their `Debug` is code of a user,
//! and they may be data that does not belong into a log.
//!
//! # Why it is certain
//!
//! First all tasks are asked, then the threads are counted, and last the queue and the inbox are
//! looked at. If this is the only thread, no other thread has sent mail since the count, so an
//! empty inbox stays empty. A signal handler could wake a task, but must not: a wake takes a lock.
//!
//! A lost wake-up is certain only if there was no other thread *before* the question, either. Such
//! a thread may have made the future ready, and wake the task only after the question.

use std::time::{Duration, Instant};
use std::{fmt, mem};

use super::threads::is_only_thread;
use crate::dump::{Deadlock, Dump, ProbableDeadlock, TaskDump, TaskState};
use crate::executor::{Core, OnIdle, OnStop, RootInSlot, RunEnded};
use crate::inject::question::{LockHolder, Shown, WaitsFor};
use crate::report;

/// How long a wait may be.
#[derive(Debug, Clone, Copy)]
struct Times {
    /// A longer one is looked at.
    grace: Duration,
    /// A longer one that only another thread can end is suspect.
    suspect: Duration,
}

const TIMES: Times = Times { grace: Duration::from_secs(1), suspect: Duration::from_secs(10) };

/// Looking at the tasks takes at most the thousandth part of the time.
const SHARE: u32 = 1000;

/// Why a blocking call has ended before its future was ready.
pub(super) enum Unfinished {
    Stopped,
    Deadlock(Box<Deadlock>),
}

/// Runs the loop until the root is done or the loop is stopped, or is stuck for certain. The caller
/// has made this loop the current one.
pub(super) fn run(core: &Core, root: RootInSlot<'_>, on_stop: OnStop) -> Result<(), Unfinished> {
    run_for(TIMES, &report::warning, core, root, on_stop)
}

fn run_for(
    times: Times,
    warn: &dyn Fn(fmt::Arguments<'_>),
    core: &Core,
    mut root: RootInSlot<'_>,
    on_stop: OnStop,
) -> Result<(), Unfinished> {
    let mut watch = Watch::new(times, warn, core, on_stop);
    loop {
        match core.run(reborrow(&mut root), on_stop, watch.on_idle()) {
            RunEnded::RootDone => return Ok(()),
            RunEnded::Stopped => return Err(Unfinished::Stopped),
            RunEnded::Idle => {
                if let Some(deadlock) = watch.look(&mut root) {
                    return Err(Unfinished::Deadlock(Box::new(deadlock)));
                }
            }
        }
    }
}

fn reborrow<'a>(root: &'a mut RootInSlot<'_>) -> RootInSlot<'a> {
    root.as_mut().map(|(slot, root)| (*slot, &mut **root as _))
}

/// The wait of a loop, as its blocking call knows it.
struct Watch<'a> {
    times: Times,
    warn: &'a dyn Fn(fmt::Arguments<'_>),
    core: &'a Core,
    on_stop: OnStop,
    suspicion: Suspicion,
    /// The turn after which all tasks were asked.
    asked_after: Option<u64>,
    /// A wait is looked at after so long.
    grace: Duration,
    has_warned: bool,
}

enum Suspicion {
    /// Nothing is known of this wait.
    New,
    /// All tasks were asked, and only another thread can wake one. The loop had been idle for so
    /// long.
    Suspected { dump: Dump, idle: Duration },
    /// All tasks were asked. Nothing is left to say of this wait.
    Settled,
}

impl<'a> Watch<'a> {
    fn new(times: Times, warn: &'a dyn Fn(fmt::Arguments<'_>), core: &'a Core, on_stop: OnStop) -> Self {
        let grace = if core.time_passes() { times.grace } else { Duration::ZERO };
        let (suspicion, asked_after) = (Suspicion::New, None);
        Watch { times, warn, core, on_stop, suspicion, asked_after, grace, has_warned: false }
    }

    fn on_idle(&self) -> OnIdle {
        let first = match self.suspicion {
            Suspicion::New => Some(self.grace),
            Suspicion::Suspected { idle, .. } => Some(self.until_warning(idle)),
            Suspicion::Settled => None,
        };
        OnIdle { first, later: Some(self.grace) }
    }

    /// How much longer a suspect wait may last.
    fn until_warning(&self, idle: Duration) -> Duration {
        self.times.suspect.saturating_sub(idle)
    }

    /// The loop has been idle for as long as `on_idle` says.
    #[cold]
    fn look(&mut self, root: &mut RootInSlot<'_>) -> Option<Deadlock> {
        let is_same_wait = self.asked_after == Some(self.core.turn_number());
        match mem::replace(&mut self.suspicion, Suspicion::New) {
            Suspicion::Suspected { dump, idle } if is_same_wait => {
                let idle = idle + self.until_warning(idle);
                (self.warn)(format_args!("{}", ProbableDeadlock { dump: &dump, idle }));
                self.has_warned = true;
                self.suspicion = Suspicion::Settled;
                None
            }
            // A thread may take its time, also where the clock of the loop stands still.
            _ if self.grace < self.times.grace && !is_only_thread() => {
                self.grace = self.times.grace;
                None
            }
            _ if self.core.report_noted_drops() => None,
            _ => self.ask(root),
        }
    }

    /// Asks all tasks. Returns the deadlock if there is one for certain.
    fn ask(&mut self, root: &mut RootInSlot<'_>) -> Option<Deadlock> {
        let idle = self.grace;
        let was_only_thread = is_only_thread();
        let dump = self.ask_all(root);
        let is_only_thread = is_only_thread();
        if dump.tasks().iter().any(has_gone_on) {
            self.warn_of_lost_wake_ups(&dump, was_only_thread && is_only_thread);
            return None;
        }
        if !self.core.is_stuck(self.on_stop) {
            return None;
        }
        if is_only_thread {
            return Some(Deadlock::new(dump));
        }
        self.asked_after = Some(self.core.turn_number());
        self.suspicion = match self.has_warned || waits_for_others(&dump) {
            true => Suspicion::Settled,
            false => Suspicion::Suspected { dump, idle },
        };
        None
    }

    /// Asks all tasks, and sees to it that this is not done too often.
    fn ask_all(&mut self, root: &mut RootInSlot<'_>) -> Dump {
        let began = Instant::now();
        let dump = Dump::of_loop(self.core.ask_from_outside(Shown::WITHOUT_KEYS, root));
        if self.grace >= self.times.grace {
            self.grace = self.times.grace.max(began.elapsed() * SHARE);
        }
        dump
    }

    fn warn_of_lost_wake_ups(&self, dump: &Dump, is_certain: bool) {
        // The thread that sends mail just now may be the one that has made the future ready.
        if !is_certain && self.core.has_mail() {
            return;
        }
        for task in dump.tasks().iter().filter(|task| task.has_lost_wake_up()) {
            let (name, at) = (task.name(), task.went_on_at().map(|site| format!(" at {site}")));
            let at = at.unwrap_or_default();
            let begin = if is_certain { "a wake-up was lost" } else { "perhaps a wake-up was lost" };
            (self.warn)(format_args!(
                "{begin}: `{name}` went on{at} when it was polled once more, though nothing had woken it"
            ));
        }
    }
}

/// Whether the task went on when it was asked, or goes on in the next turn.
fn has_gone_on(task: &TaskDump) -> bool {
    matches!(task.state(), TaskState::Woken | TaskState::WentOn | TaskState::Ended)
}

/// Whether a task waits for an event that is known to come from outside of the loop.
fn waits_for_others(dump: &Dump) -> bool {
    let mut others = false;
    let waits = dump.tasks().iter().filter_map(TaskDump::waiting);
    waits.for_each(|waiting| waiting.for_each_event(&mut |event| others |= is_from_outside(event)));
    others
}

fn is_from_outside(event: &WaitsFor) -> bool {
    match event {
        // Nothing wakes the task for one that keeps no waker.
        WaitsFor::Foreign { wakers, .. } => *wakers != Some(0),
        // A task of another loop.
        WaitsFor::Task { task }
        | WaitsFor::Cancelled { task: Some(task) }
        | WaitsFor::Batch { task: Some(task), .. } => task.number().is_none(),
        WaitsFor::Lock { holders, .. } => holders.iter().any(is_held_outside),
        WaitsFor::Blocking { .. } | WaitsFor::Shutdown { .. } | WaitsFor::Dump => true,
        WaitsFor::Described { .. } => true,
        WaitsFor::Sleep { left } | WaitsFor::NextStart { left } => left.is_some(),
        // Another loop may make the call.
        WaitsFor::Batch { task: None, .. } => true,
        WaitsFor::Cancelled { task: None }
        | WaitsFor::ScopeChild { .. }
        | WaitsFor::Promise { .. }
        | WaitsFor::Turn
        | WaitsFor::Event
        | WaitsFor::Condition
        | WaitsFor::Barrier { .. }
        | WaitsFor::Queue { .. }
        | WaitsFor::Callback { .. }
        | WaitsFor::Keys { .. } => false,
    }
}

/// By a task of another loop, or of another executor.
fn is_held_outside(holder: &LockHolder) -> bool {
    holder.task.as_ref().is_some_and(|task| task.number().is_none())
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::future::{poll_fn, Future};
    use std::pin::pin;
    use std::sync::mpsc;
    use std::task::{Poll, Waker};
    use std::{fmt, thread};

    use super::*;
    use crate::io_loop::{with_root, IoLoop};

    /// So short that a wait is looked at soon.
    const SHORT: Times = Times { grace: Duration::from_millis(1), suspect: Duration::from_millis(2) };

    /// Otherwise a load would end with a deadlock while another loop makes its call.
    #[test]
    fn a_call_of_an_unknown_task_may_be_on_another_loop() {
        let of_another_loop = WaitsFor::Batch {
            what: "a batch",
            made_at: std::panic::Location::caller(),
            keys: 1,
            is_in_flight: true,
            task: None,
        };
        assert!(is_from_outside(&of_another_loop));
    }

    /// Runs a future, with another thread in the process. Returns the output and the warnings.
    fn run_with<F: Future>(times: Times, warn: impl Fn(), future: F) -> (F::Output, Vec<String>) {
        let io_loop = IoLoop::new();
        let warnings = RefCell::new(Vec::new());
        let record = |message: fmt::Arguments<'_>| {
            warnings.borrow_mut().push(message.to_string());
            warn();
        };
        let (ended, output) = with_root(&io_loop.core, future, |root| {
            run_for(times, &record, &io_loop.core, Some(root), OnStop::Return)
        });
        assert!(ended.is_ok());
        (output.unwrap().unwrap(), warnings.into_inner())
    }

    /// Waits for a promise that another thread sets after the first warning. Returns the only
    /// warning.
    fn warning_of_promise(times: Times) -> String {
        let (promise, value) = crate::promise::<u32>();
        let (warned, is_warned) = mpsc::channel();
        let setter = thread::spawn(move || {
            is_warned.recv().unwrap();
            promise.set(7).unwrap();
        });
        let (value, warnings) = run_with(times, || warned.send(()).unwrap(), value);
        assert_eq!(value.unwrap(), 7);
        setter.join().unwrap();
        let [warning] = warnings.as_slice() else { panic!("{warnings:?}") };
        warning.clone()
    }

    #[test]
    fn a_promise_that_another_thread_holds_is_a_suspicion_and_no_error() {
        let warning = warning_of_promise(SHORT);
        assert!(
            warning.starts_with("a blocking call has waited for 2ms, and only another thread"),
            "{warning}"
        );
        assert!(warning.contains("waits for promise 1 of u32"), "{warning}");
    }

    #[test]
    fn a_warning_counts_a_first_wait_that_was_longer_than_usual() {
        let first = Duration::from_millis(3);
        let warning = warning_of_promise(Times { grace: first, ..SHORT });
        assert!(warning.starts_with("a blocking call has waited for 3ms, and only"), "{warning}");
    }

    #[test]
    fn a_future_that_keeps_a_waker_raises_no_suspicion() {
        let polls = Cell::new(0);
        let (wakers, next_waker) = mpsc::channel::<Waker>();
        let waking = thread::spawn(move || {
            // The second one is that of the question.
            drop(next_waker.recv().unwrap());
            next_waker.recv().unwrap().wake();
        });
        let ready_in_the_third_poll = pin!(poll_fn(|cx| {
            polls.set(polls.get() + 1);
            if polls.get() == 3 {
                return Poll::Ready(());
            }
            wakers.send(cx.waker().clone()).unwrap();
            Poll::Pending
        }));
        let ((), warnings) = run_with(SHORT, || {}, ready_in_the_third_poll);
        waking.join().unwrap();
        assert_eq!(warnings, [""; 0]);
    }

    #[test]
    fn beside_another_thread_a_lost_wake_up_is_no_certainty() {
        let (end, ended) = mpsc::channel::<()>();
        let other = thread::spawn(move || ended.recv().unwrap_err());
        let was_polled = Cell::new(false);
        let wakes_nobody = poll_fn(|_| match was_polled.replace(true) {
            false => Poll::Pending,
            true => Poll::Ready(()),
        });
        let ((), warnings) = run_with(SHORT, || {}, wakes_nobody);
        drop(end);
        other.join().unwrap();
        let [warning] = warnings.as_slice() else { panic!("{warnings:?}") };
        assert!(warning.starts_with("perhaps a wake-up was lost: "), "{warning}");
    }

    #[test]
    fn a_thread_that_has_declared_its_wake_is_waited_for() {
        let io_loop = IoLoop::new();
        let core = &io_loop.core;
        assert!(core.is_stuck(OnStop::Return));
        let working = io_loop.remote().keep_alive();
        assert!(!core.is_stuck(OnStop::Return));
        drop(working);
        assert!(core.is_stuck(OnStop::Return));
    }
}
