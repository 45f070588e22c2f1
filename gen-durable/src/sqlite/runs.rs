//! [`resume_all`] and [`Runs`]: the tasks that run the bodies of a store.
//!
//! A run whose result is waited for, or that is resumed, has one *follower* in this process: a task
//! that takes the run and drives it to its end. While another process runs it, the follower looks
//! again from time to time, so it has the result of the other process, or takes the run over when
//! that process has died. The follower of a run that is delayed waits until it is time.

use std::collections::BTreeMap;
use std::fmt;
use std::future::{poll_fn, Future};
use std::pin::{pin, Pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use gen::SharedFuture;
use serde::de::DeserializeOwned;
use serde::Serialize;

use super::bodies::Bodies;
use super::error::StoreError;
use super::journal::{SqliteJournal, Taken};
use super::live::Mailbox;
use super::rows::{self, Name};
use super::writer::Safety;
use super::{decoded_state, Claim, Shared, SqliteStore, Taker};
use crate::clock;
use crate::inbox::Signal;
use crate::journal::{Outcome, Ticket};
use crate::step::value_of;

/// The time between two looks at a run of another process.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Resumes all runs of a store that have not ended and that no process runs. Each becomes a task.
///
/// ```
/// use gen::yield_;
/// use gen_durable::{resume_all, sleep, step, Bodies, SqliteStore};
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn order(items: Vec<String>) -> gen::Result<usize> {
///     for item in items.clone() {
///         yield_!(step(format!("pick {item}"), || async { Ok(()) }))?;
///     }
///     yield_!(sleep(Duration::from_millis(1)))?;
///     Ok(items.len())
/// }
///
/// # fn main() -> gen::Result {
/// # let name = format!("gen-durable-resume-{}.db", std::process::id());
/// # let path = std::env::temp_dir().join(name);
/// let store = SqliteStore::open(&path)?;
/// let picked: usize = gen::run_sync(async {
///     let bodies = Bodies::new().body("order", order);
///     // Those of an earlier process go on.
///     let runs = resume_all(&store, bodies)?;
///     // The same key is the same run.
///     let first = runs.start("order", "7", &["apple", "pear"]).await?;
///     let again = runs.start("order", "7", &["apple", "pear"]).await?;
///     assert_eq!(first.result::<usize>().await?, 2);
///     again.result().await
/// })?;
/// assert_eq!(picked, 2);
/// assert_eq!(store.runs()?[0].to_string(), "order `7`: ended with a value");
/// # drop(store);
/// # std::fs::remove_file(path)?;
/// # Ok(())
/// # }
/// ```
///
/// Runs whose body is not among the bodies are left alone; [`SqliteStore::runs`] lists them. Those
/// that are [delayed](crate::Start::after) begin when it is time.
///
/// A run that is [called](fn@crate::call) or [started](fn@crate::start) from another one begins in
/// the process of its caller, if that has its body. Otherwise another process takes it when it
/// [resumes](Runs::resume) its runs.
///
/// # Errors
///
/// [`StoreError`], and [`NoHost`](gen::NoHost) where no executor takes tasks.
pub fn resume_all(store: &SqliteStore, bodies: Bodies) -> gen::Result<Runs> {
    let runs = Runs(Arc::new(Inner { store: Arc::clone(&store.0), bodies, followed: Mutex::default() }));
    store.0.known.add(&runs.0);
    runs.resume()?;
    Ok(runs)
}

/// The runs of a store in this process: made by [`resume_all`].
///
/// Clones are the same runs. If all are dropped, the tasks go on.
#[derive(Clone)]
pub struct Runs(Arc<Inner>);

pub(super) struct Inner {
    store: Arc<Shared>,
    bodies: Bodies,
    followed: Mutex<BTreeMap<Name, SharedFuture<Outcome>>>,
}

impl Runs {
    /// Resumes the runs that have become free: those of processes that have died since, those that
    /// were stopped, and those that others have added. Call it from time to time where several
    /// processes share a store. Returns how many were resumed.
    ///
    /// It waits for the thread of the store, which is mostly a few milliseconds.
    ///
    /// # Errors
    ///
    /// As [`resume_all`].
    pub fn resume(&self) -> gen::Result<usize> {
        let place = self.0.store.place();
        let free = self.0.store.submit(Safety::Read, move |connection| {
            let mut rows = rows::all(connection, false)?;
            // One whose lease cannot be read does not keep the others from going on.
            rows.retain(|row| matches!(place.is_leased(row), Ok(false)));
            Ok(rows.into_iter().map(|row| row.name).collect::<Vec<_>>())
        });
        let mut resumed = 0;
        for name in free.wait()? {
            if self.0.bodies.get(&name.body).is_some() && !self.0.lock().contains_key(&name) {
                self.follow(name)?;
                resumed += 1;
            }
        }
        Ok(resumed)
    }

    /// Starts a run, unless there is one of this body with this key: then it gives that run, and
    /// the arguments are those of the first call.
    ///
    /// When it returns, the run is on the disk: it will come to its end, whatever happens to this
    /// process.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoBody`], and those of [`resume_all`].
    pub fn start<A: Serialize + ?Sized>(
        &self,
        body: &str,
        key: &str,
        arguments: &A,
    ) -> impl Future<Output = gen::Result<Run>> + Send + 'static {
        let runs = self.clone();
        let prepared = self.prepare(body, key, arguments);
        async move {
            let (name, arguments) = prepared?;
            runs.0.store.insert(&name, &arguments).told().await?;
            runs.follow(name)
        }
    }

    fn prepare<A: Serialize + ?Sized>(
        &self,
        body: &str,
        key: &str,
        arguments: &A,
    ) -> gen::Result<(Name, String)> {
        if self.0.bodies.get(body).is_none() {
            return Err(StoreError::NoBody { body: body.to_owned() }.into());
        }
        Ok((Name::new(body, key)?, serde_json::to_string(arguments)?))
    }

    /// A run that was started before, here or in another process. It goes on here, if no other
    /// process runs it.
    ///
    /// If there is none, its result is the error [`StoreError::NoRun`].
    ///
    /// # Errors
    ///
    /// [`StoreError::NoBody`], and those of [`resume_all`].
    pub fn get(&self, body: &str, key: &str) -> gen::Result<Run> {
        let (name, _) = self.prepare(body, key, &())?;
        self.follow(name)
    }

    /// The follower of the run, which is made if there is none.
    fn follow(&self, name: Name) -> gen::Result<Run> {
        let (promise, future) = gen::promise();
        let known = {
            let mut followed = self.0.lock();
            match followed.get(&name) {
                Some(known) => Some(known.clone()),
                None => {
                    followed.insert(name.clone(), future.clone());
                    None
                }
            }
        };
        let run = |future| Run { name: name.clone(), store: Arc::clone(&self.0.store), future };
        if let Some(known) = known {
            return Ok(run(known));
        }
        let (inner, followed) =
            (Arc::clone(&self.0), Followed { runs: Arc::clone(&self.0), name: name.clone() });
        let task = async move {
            let result = inner.run(&followed.name).await;
            // A start that comes from now on finds the end in the store.
            drop(followed);
            // It is set only here.
            let _ = promise.set_result(result);
            Ok::<(), gen::Error>(())
        };
        let mut handle = gen::spawn(task);
        // A task that could not be started has ended.
        match Pin::new(&mut handle).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Err(error)) => Err(error),
            _ => Ok(run(future)),
        }
    }
}

/// The bodies of this process: those of all [`Runs`] of a store.
#[derive(Default)]
pub(super) struct Known(Mutex<Vec<Weak<Inner>>>);

impl Known {
    fn lock(&self) -> MutexGuard<'_, Vec<Weak<Inner>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, runs: &Arc<Inner>) {
        let mut known = self.lock();
        known.retain(|runs| runs.strong_count() > 0);
        known.push(Arc::downgrade(runs));
    }

    /// Begins a run that was just added to the store, if this process knows its body.
    pub(super) fn begin(&self, name: &Name) {
        let known: Vec<Arc<Inner>> = self.lock().iter().filter_map(Weak::upgrade).collect();
        if let Some(runs) = known.iter().find(|runs| runs.bodies.get(&name.body).is_some()) {
            // Without an executor it begins when the runs are resumed.
            let _ = Runs(Arc::clone(runs)).follow(name.clone());
        }
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Name, SharedFuture<Outcome>>> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings the run to its end, here or elsewhere.
    async fn run(&self, name: &Name) -> gen::Result<Outcome> {
        let mut watch = None;
        let mut safety = Safety::Later;
        loop {
            let now = clock::millis_now();
            match self.store.take(name, Taker::Follower(now), safety).told().await? {
                Claim::Missing => return Err(StoreError::NoRun.into()),
                Claim::Ended(outcome) => return Ok(outcome),
                Claim::Orphaned => safety = Safety::Safe,
                Claim::Leased => gen::sleep(LOOK_AGAIN).await?,
                Claim::Delayed(begins) => {
                    let left = Duration::from_millis(begins.saturating_sub(now));
                    self.wait(name, left, &mut watch).await?;
                }
                Claim::Taken(taken) => return self.drive(name, taken).await,
            }
        }
    }

    /// Waits for the begin of a delayed run, or for its end: a cancellation ends it before. `watch`
    /// is where the end arrives, and is made in the first of these waits.
    async fn wait(&self, name: &Name, left: Duration, watch: &mut Option<Arc<Mailbox>>) -> gen::Result {
        let mailbox = match watch {
            Some(mailbox) => mailbox,
            None => {
                let mailbox = Arc::<Mailbox>::default();
                self.store.watch(name, Ticket(0), &mailbox).told().await?;
                watch.insert(mailbox)
            }
        };
        let mut alarm = pin!(gen::sleep(clock::until_next_look(left)));
        let has_ended = poll_fn(|cx| match mailbox.take_ends(cx).is_empty() {
            true => alarm.as_mut().poll(cx).map_ok(|()| false),
            false => Poll::Ready(Ok(true)),
        });
        if has_ended.await? {
            // It was the end of a run that was removed, if there is a delayed one again.
            *watch = None;
        }
        Ok(())
    }

    async fn drive(&self, name: &Name, taken: Taken) -> gen::Result<Outcome> {
        let in_body = AtomicBool::new(false);
        let mut stopped = Stopped { store: &self.store, run: taken.run(), error: None, in_body: &in_body };
        let ended = self.drive_to_end(name, taken, &in_body).await;
        stopped.error = ended.as_ref().err().map(|error| format!("{error:#}"));
        ended
    }

    /// Sets `in_body` while the body is called or polled. It stays set if that panics.
    async fn drive_to_end(&self, name: &Name, taken: Taken, in_body: &AtomicBool) -> gen::Result<Outcome> {
        let Some(begin) = self.bodies.get(&name.body) else {
            return Err(StoreError::NoBody { body: name.body.clone() }.into());
        };
        let arguments = taken.arguments.clone();
        let journal = SqliteJournal::new(Arc::clone(&self.store), taken);
        in_body.store(true, Ordering::Relaxed);
        let begun = begin(&arguments, journal);
        in_body.store(false, Ordering::Relaxed);
        let mut driven = begun?;
        let polled = poll_fn(|cx| {
            in_body.store(true, Ordering::Relaxed);
            let polled = driven.as_mut().poll(cx);
            in_body.store(false, Ordering::Relaxed);
            polled
        });
        polled.await
    }
}

/// Notes in the store why a run has not come to its end, when the task leaves it. A task that is
/// dropped is no such reason: the run goes on in the next process. Neither is a panic elsewhere,
/// which drops the loop with all of its tasks.
struct Stopped<'a> {
    store: &'a Arc<Shared>,
    run: i64,
    error: Option<String>,
    /// Whether the body runs, or has panicked.
    in_body: &'a AtomicBool,
}

impl Drop for Stopped<'_> {
    fn drop(&mut self) {
        let panicked = || self.in_body.load(Ordering::Relaxed).then(|| "it has panicked".to_owned());
        if let Some(why) = self.error.take().or_else(panicked) {
            let run = self.run;
            self.store.submit(Safety::Later, move |connection| rows::stop(connection, run, &why));
        }
    }
}

/// The place of a follower among the followed runs.
struct Followed {
    runs: Arc<Inner>,
    name: Name,
}

impl Drop for Followed {
    fn drop(&mut self) {
        let future = self.runs.lock().remove(&self.name);
        drop(future);
    }
}

impl fmt::Debug for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runs").field("bodies", &self.0.bodies).finish_non_exhaustive()
    }
}

/// A run of a store. Clones are the same run, and a drop does nothing to it.
#[derive(Clone)]
pub struct Run {
    name: Name,
    store: Arc<Shared>,
    future: SharedFuture<Outcome>,
}

impl Run {
    /// The name of the body.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.name.body
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.name.key
    }

    /// Waits for the end of the run, and gives its result. It can be asked for again, also in a
    /// later process.
    ///
    /// # Errors
    ///
    /// - [`StepFailed`](crate::StepFailed) if the run has ended with an error: its text, its code
    ///   and its payload.
    /// - The errors of [`run`](crate::run()), after which the run can go on later.
    pub fn result<T: DeserializeOwned>(&self) -> impl Future<Output = gen::Result<T>> + Send + 'static {
        let future = self.future.clone();
        async move { decoded(future.await?)? }
    }

    /// Sends a [signal](fn@crate::signal) to the run, as [`SqliteStore::send_signal`]. When it
    /// returns, the signal is on the disk.
    ///
    /// # Errors
    ///
    /// Those of [`SqliteStore::send_signal`].
    ///
    /// # Cancellation
    ///
    /// The signal is sent also if the future is dropped.
    pub fn send_signal<T: Serialize + ?Sized>(
        &self,
        name: &str,
        value: &T,
    ) -> impl Future<Output = gen::Result> + Send + 'static {
        let sent = Signal::new(name, value).and_then(|signal| self.store.send(&self.name, &signal));
        async move { sent?.told().await }
    }

    /// The [state](fn@crate::set_state) of this name that the run has set, as
    /// [`SqliteStore::state`].
    ///
    /// # Errors
    ///
    /// Those of [`SqliteStore::state`].
    pub fn state<T: DeserializeOwned>(
        &self,
        name: &str,
    ) -> impl Future<Output = gen::Result<Option<T>>> + Send + 'static {
        let found = self.store.state(&self.name, name);
        async move { decoded_state(found.told().await?) }
    }

    /// Asks for the cancellation of the run, as [`SqliteStore::cancel`]. When it returns, the
    /// request is on the disk.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn cancel(&self, reason: &str) -> impl Future<Output = gen::Result> + Send + 'static {
        self.store.cancel(&self.name, reason).told()
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The result of a run. The outer error is that of a value that has another type.
pub(super) fn decoded<T: DeserializeOwned>(outcome: Outcome) -> gen::Result<gen::Result<T>> {
    match outcome {
        Outcome::Value(json) => Ok(Ok(value_of(&json, || "the recorded result has another type".into())?)),
        Outcome::Failed(failed) => Ok(Err(failed.into())),
    }
}
