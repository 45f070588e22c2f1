//! Supervisors: children that are kept running, after the model of Erlang/OTP.
//!
//! [`supervise`] runs named children, starts those again that die, and gives up when that does not
//! help. The types around it are here; the function is also `gen::supervise`.
//!
//! | to | use |
//! |---|---|
//! | say which children are started again | [`ChildOptions::restart`], with a [`Restart`] |
//! | say after which waits | [`Supervise::schedule`], [`ChildOptions::schedule`] |
//! | say after how many restarts the supervisor gives up | [`Supervise::intensity`] |
//! | start all children again when one dies | [`Supervise::all_for_one`] |
//! | give a child more time to end | [`ChildOptions::grace`] |
//! | start and stop children later | [`SupervisorHandle`], [`Supervise::keep_open`] |
//! | answer the probes of a cluster | [`Health`]; [`Supervised`], by which a child says that it is ready |
//! | find out why a supervisor gave up | [`GaveUp`], with each [`Death`] |
//!
//! # How it works
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | [`supervise`], [`supervise_local`], [`Supervise`] |
//! | `supervisor.rs` | [`Supervisor`]: takes the children |
//! | `restart.rs` | [`Restart`] and [`ChildOptions`] |
//! | `schedule.rs`, `intensity.rs` | the waits before the restarts, and their limit |
//! | `supervising.rs` | the future, which polls the children, starts them again, and shuts them down |
//! | `pass_on.rs` | the part of it for a poll with a cancellation or a question |
//! | `entry.rs` | one child: waiting, running, stopping or down |
//! | `children.rs` | the children in their slots and in their order |
//! | `body.rs` | the function that starts a child, and the future of its run |
//! | `outcome.rs` | why all are shut down, and the error of the whole |
//! | `death.rs` | [`Death`], and the history |
//! | `inbox.rs` | children to be started and stopped since the last poll, from any thread |
//! | `handle.rs` | [`SupervisorHandle`] |
//! | `board.rs`, `states.rs`, `health.rs` | the states for questions from any thread; [`Health`] and [`Supervised`] |
//! | `errors.rs` | [`GaveUp`] and the other errors |
//!
//! The children are parts of the supervisor's future, as those of a [scope](fn@crate::scope), and
//! not tasks. So they may borrow, they need no host except for timers, a cancellation reaches them
//! through the task, and a drop of the supervisor leaves none of them behind. A child that is to
//! run on a thread of its own yields the handle of a task.
//!
//! | event | running | restarting all | ending |
//! |---|---|---|---|
//! | a run ends well | the child is removed; with [`Restart::Always`] it is a death | the same; if it was cancelled, it goes down | the child is removed |
//! | a run fails: a death | the child waits and starts again; with `all_for_one`: restarting all; beyond the limits: ending | it goes down | its failure is logged, and is one of the others of the error |
//! | a child is added | it starts | it is down, and starts with the others | it is refused |
//! | a child is stopped | it is cancelled, and then removed | the same | the same |
//! | no child is left | the supervisor has ended well, unless it is kept open | running | it has ended with its error |
//! | a cancellation arrives | ending | ending | it goes to the children that are cleaning up |
//! | the supervisor is dropped | the children are dropped, in reverse order | the same | the same |
//!
//! A shutdown (`Supervising::advance`) takes the last child that is not down, cancels it, and waits
//! for its end or for the end of its grace, before it takes the child before it. A child that waits
//! for its start has nothing to end, and goes down when the shutdown begins. OTP's `rest_for_one`
//! would be a shutdown that ends at the child that has died.
//!
//! Restarting all is the shutdown, and then the wait before the start (`State::Starting`), in which
//! all children are down.
//!
//! A run that has failed is started again in a later poll, also after a wait of no time. So a child
//! that always fails at once does not keep the task from yielding to others.

mod board;
mod body;
mod children;
mod death;
mod entry;
mod errors;
mod handle;
mod health;
mod inbox;
mod intensity;
mod outcome;
mod pass_on;
mod restart;
mod schedule;
#[cfg(feature = "serde")]
mod serialize;
mod states;
mod supervising;
mod supervisor;

use std::fmt;
use std::future::IntoFuture;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use self::body::{AnyBody, DROP};
pub use self::body::{LocalBody, SendBody};
pub use self::death::Death;
pub use self::errors::{EndedTooEarly, GaveUp, NameTaken, SupervisorEnded};
pub use self::handle::{LocalSupervisorHandle, StopCompletion, SupervisorHandle};
pub use self::health::{Health, Supervised};
use self::inbox::{InboxOwner, NewChildren, Spec};
use self::intensity::Intensity;
pub use self::restart::{ChildOptions, Restart};
use self::schedule::Schedule;
pub use self::states::{ChildHealth, ChildState};
use self::supervising::Settings;
pub use self::supervising::Supervising;
pub use self::supervisor::{LocalSupervisor, Supervisor};
use crate::report::drop_each;
use crate::retry::backoff;
use crate::Result;

/// Runs children, and starts those again that die.
///
/// The closure names the children, and says how to start each. The supervisor is yielded or
/// awaited. It ends well when all of its children have ended well, and fails when it gives up.
///
/// ```
/// use gen::supervise::{GaveUp, Restart};
/// use gen::yield_;
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn listen() -> gen::Result {
///     yield_!(std::future::pending::<()>())
/// }
///
/// #[gen::coroutine]
/// fn poll_database() -> gen::Result {
///     yield_!(gen::sleep(Duration::from_secs(1)))?;
///     gen::bail!("the connection is lost")
/// }
///
/// #[gen::coroutine]
/// fn service() -> gen::Result {
///     yield_!(gen::supervise(|s| {
///         let listener = s.child("listener", listen);
///         listener.restart(Restart::Always).grace(Duration::from_secs(30));
///         s.child("poller", poll_database);
///     })
///     .schedule(gen::backoff(Duration::from_millis(200)).jitter())
///     .intensity(3, Duration::from_secs(60)))
/// }
///
/// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
/// let error = io_loop.run_sync(service()).unwrap_err();
/// assert_eq!(
///     format!("{error:#}"),
///     "the supervisor gave up: `poller` has failed, after 3 restarts in 60s: \
///      the connection is lost"
/// );
/// let gave_up = error.downcast_ref::<GaveUp>().unwrap();
/// assert_eq!(gave_up.history().len(), 4);
/// assert_eq!(gave_up.history()[3].start(), 4);
/// ```
///
/// # A death
///
/// | a run of a child | [`Restart::Always`] | [`Restart::AfterFailure`], the default | [`Restart::Never`] |
/// |---|---|---|---|
/// | ends well | is started again | has done its work | has done its work |
/// | fails, or panics; the function that starts it panics | is started again | is started again | its failure is logged, and the others go on |
///
/// A death is logged with its error (target `gen`, level `WARN`). Then the child waits for the next
/// time of its [schedule](Supervise::schedule), and starts again. With
/// [`all_for_one`](Supervise::all_for_one) all children do. A child that has ended for good is not
/// started again in either case.
///
/// If there were too many restarts in too short a time ([`intensity`](Supervise::intensity)), or if
/// the schedule has ended, the supervisor gives up: it shuts its children down, and fails. If it is
/// the child of another supervisor, that is a death.
///
/// A child that fails because a task was cancelled for which it waits has failed.
///
/// # Shutdown
///
/// The children are shut down one after the other, the last one first, since the later ones may
/// need the earlier ones. Each is cancelled, and has its [grace](ChildOptions::grace) to end.
///
/// In a tree the grace of a child that is a supervisor is for all of its children together, and is
/// five seconds, too. Give it [`Duration::MAX`], and let the graces of its own children limit them:
///
/// ```
/// use gen::yield_;
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn work(seconds: u64) -> gen::Result {
///     yield_!(gen::sleep(Duration::from_secs(seconds)))
/// }
///
/// #[gen::coroutine]
/// fn workers() -> gen::Result {
///     yield_!(gen::supervise(|s| {
///         s.child("short", || work(1)).grace(Duration::from_secs(10));
///         s.child("long", || work(2)).grace(Duration::from_secs(10));
///     }))
/// }
///
/// let tree = gen::supervise(|s| {
///     s.child("workers", workers).grace(Duration::MAX);
/// });
/// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
/// assert!(io_loop.run_sync(async { tree.await }).is_ok());
/// ```
///
/// # Dumps
///
/// A [dump](fn@crate::dump()) shows each child with its name, how often it was restarted, and its
/// own chain of yields; or the time until its next start.
///
/// # Errors
///
/// - The last failure, with [`GaveUp`] as its context, if the supervisor gave up. `GaveUp` has the
///   history of all deaths. Failures of children that were being shut down are logged, and are
///   among the [others](crate::Error::others).
/// - [`NameTaken`] if two children have the same name; no child is started.
/// - [`NoHost`](crate::NoHost) if a child has to wait for its restart where there is no timer. A
///   wait of no time needs none.
///
/// # Panics
///
/// A panic of a child is a failure: [`Panicked`](crate::Panicked). A panic of a child's destructor
/// or of a schedule is logged.
///
/// # Cancellation
///
/// All children are shut down, as above. Then the yield fails with the cancellation. A second
/// request goes to the children that are cleaning up. A request that comes when the supervisor
/// already gives up goes to them, too, and does not become its error: the supervisor fails with
/// [`GaveUp`].
///
/// A supervisor that is dropped, or resumed with a thrown error, drops its children, the last one
/// first, without a clean-up.
#[track_caller]
#[doc(alias("OTP", "one_for_one", "restart"))]
pub fn supervise<'env>(children: impl FnOnce(&mut Supervisor<'env>)) -> Supervise<SendBody<'env>> {
    let inbox = InboxOwner::new();
    let mut supervisor = Supervisor::new(Arc::clone(&inbox.0));
    children(&mut supervisor);
    Supervise::new(inbox, supervisor.specs)
}

/// Runs children that need not be `Send`, like [`supervise()`](fn@supervise).
///
/// The supervisor is not `Send` either.
///
/// ```
/// use std::cell::Cell;
///
/// let starts = Cell::new(0);
/// let flaky = || {
///     starts.set(starts.get() + 1);
///     std::future::ready(if starts.get() < 3 { Err("not yet") } else { Ok(()) })
/// };
/// let supervised = gen::supervise_local(|s| {
///     s.child("flaky", flaky);
/// });
/// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
/// io_loop.run_sync(async { supervised.await }).unwrap();
/// assert_eq!(starts.get(), 3);
/// ```
///
/// # Errors
///
/// Those of [`supervise()`](fn@supervise).
#[track_caller]
pub fn supervise_local<'env>(
    children: impl FnOnce(&mut LocalSupervisor<'env>),
) -> Supervise<LocalBody<'env>> {
    let inbox = InboxOwner::new();
    let mut supervisor = LocalSupervisor::new(Arc::clone(&inbox.0));
    children(&mut supervisor);
    Supervise::new(inbox, supervisor.specs)
}

/// A supervisor that has not begun: made by [`supervise()`](fn@supervise) and [`supervise_local`].
///
/// Nothing runs until it is yielded or awaited. A function that makes one names its type so:
///
/// ```
/// use gen::supervise::SendBody;
/// use gen::Supervise;
///
/// fn service() -> Supervise<SendBody<'static>> {
///     gen::supervise(|s| {
///         s.child("worker", || std::future::ready(gen::Ok(())));
///     })
/// }
/// assert!(gen::run_sync(async { service().await }).is_ok());
/// ```
#[must_use = "nothing runs until it is yielded or awaited"]
pub struct Supervise<C> {
    children: Result<NewChildren<C>>,
    settings: Settings,
    by: &'static Location<'static>,
    /// The last field, because the drop of any other one may still start a child.
    inbox: InboxOwner<C>,
}

/// The first wait before a restart.
const FIRST_WAIT: Duration = Duration::from_millis(100);

impl<C> Supervise<C> {
    #[track_caller]
    fn new(inbox: InboxOwner<C>, specs: Vec<Spec<C>>) -> Self {
        let ids = inbox.0.board.add(specs.iter().map(Spec::new_child));
        let children = match ids {
            Ok(ids) => Ok(NewChildren::new(ids, specs)),
            Err(error) => {
                drop_each(DROP, specs);
                Err(error)
            }
        };
        let settings = Settings {
            all_for_one: false,
            keep_open: false,
            intensity: Intensity::new(5, Duration::from_secs(60)),
            schedule: Schedule::new(backoff(FIRST_WAIT)),
        };
        Supervise { children, settings, by: Location::caller(), inbox }
    }

    /// The waits before the restarts of a child: the schedules of [`retry`](crate::retry), which
    /// begin again from the first wait.
    ///
    /// Each child goes through the schedule by itself. It begins again when the child has run for
    /// the time of the [`intensity`](Self::intensity). If the schedule ends, the supervisor gives
    /// up: `gen::backoff(..).take(3)` allows three restarts in a row. Without this call it is a
    /// [`backoff`] that begins with 100 milliseconds, and never ends.
    pub fn schedule<S>(mut self, schedule: S) -> Self
    where
        S: IntoIterator<Item = Duration> + Clone + Send + 'static,
        S::IntoIter: Send,
    {
        self.settings.schedule = Schedule::new(schedule);
        self
    }

    /// Gives up when a child dies and there were already so many restarts in the time before.
    ///
    /// The restarts of all children count together, and that of all for one counts once. Without
    /// this call it is five restarts in a minute. With `u32::MAX` there is no limit. With a time of
    /// zero no run counts as a long one: a [schedule](Self::schedule) never begins again.
    pub fn intensity(mut self, restarts: u32, within: Duration) -> Self {
        self.settings.intensity = Intensity::new(restarts, within);
        self
    }

    /// When one child dies, shuts all of them down, and starts all of them again, in order: for
    /// children that cannot go on without each other.
    ///
    /// The wait of the child that has died passes between the end of the last child and the start
    /// of the first one. A child with [`Restart::Never`] is not started again.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::sync::Mutex;
    /// use std::time::Duration;
    ///
    /// #[gen::coroutine]
    /// fn part(name: &str, seconds: u64, log: &Mutex<Vec<String>>) -> gen::Result {
    ///     log.lock().unwrap().push(format!("{name} starts"));
    ///     let slept = yield_!(gen::sleep(Duration::from_secs(seconds)));
    ///     log.lock().unwrap().push(format!("{name} ends"));
    ///     slept?;
    ///     gen::bail!("failed")
    /// }
    ///
    /// let log = Mutex::new(Vec::new());
    /// let all = gen::supervise(|s| {
    ///     s.child("a", || part("a", 9, &log));
    ///     s.child("b", || part("b", 1, &log));
    ///     s.child("c", || part("c", 9, &log));
    /// })
    /// .all_for_one()
    /// .intensity(1, Duration::from_secs(60));
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// io_loop.run_sync(async { all.await }).unwrap_err();
    /// let log = log.into_inner().unwrap().join(", ");
    /// let once = "a starts, b starts, c starts, b ends, c ends, a ends";
    /// assert_eq!(log, format!("{once}, {once}"));
    /// ```
    pub fn all_for_one(mut self) -> Self {
        self.settings.all_for_one = true;
        self
    }

    /// Goes on without children, so that a [handle](SupervisorHandle) can start some later. It then
    /// ends only when it gives up, is cancelled or is dropped.
    pub fn keep_open(mut self) -> Self {
        self.settings.keep_open = true;
        self
    }

    /// The states of the supervisor and of its children.
    #[must_use]
    pub fn health(&self) -> Health {
        Health { board: Arc::clone(&self.inbox.0.board) }
    }
}

impl<'env> Supervise<SendBody<'env>> {
    /// A handle that starts and stops children while the supervisor runs.
    #[must_use]
    pub fn handle(&self) -> SupervisorHandle<'env> {
        SupervisorHandle { inbox: Arc::clone(&self.inbox.0) }
    }
}

impl<'env> Supervise<LocalBody<'env>> {
    /// A handle that starts and stops children while the supervisor runs.
    #[must_use]
    pub fn handle(&self) -> LocalSupervisorHandle<'env> {
        LocalSupervisorHandle { inbox: Arc::clone(&self.inbox.0) }
    }
}

impl<C: AnyBody> IntoFuture for Supervise<C> {
    type Output = Result;
    type IntoFuture = Supervising<C>;

    fn into_future(self) -> Self::IntoFuture {
        Supervising::new(self.children, self.settings, self.by, self.inbox)
    }
}

impl<C> fmt::Debug for Supervise<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Supervise").field(&self.health()).finish()
    }
}
