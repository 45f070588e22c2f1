//! [`resume_all`] and [`Runs`]: the runs of a store that go on in this process.
//!
//! A run whose result is waited for, or that is resumed, has one *follower* in this process: the
//! task of `follower.rs`, which brings it to its end.

use std::collections::btree_map::{BTreeMap, Entry};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};

use gen::SharedFuture;
use serde::Serialize;

use super::bodies::Bodies;
use super::error::StoreError;
use super::follower::Follower;
use super::job::Safety;
use super::rows::{self, Name};
use super::run::Run;
use super::shared::Shared;
use super::SqliteStore;
use crate::journal::Outcome;

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
    pub(super) store: Arc<Shared>,
    pub(super) bodies: Bodies,
    followed: Mutex<BTreeMap<Name, SharedFuture<Outcome>>>,
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Name, SharedFuture<Outcome>>> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The follower of the run has ended.
    pub(super) fn forget(&self, name: &Name) {
        // Dropped outside the lock.
        let future = self.lock().remove(name);
        drop(future);
    }
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
        let context = self.0.store.lease_context();
        let free = self.0.store.submit(Safety::Read, move |connection| {
            let mut rows = rows::all(connection, false)?;
            // One whose lease cannot be read does not keep the others from going on.
            rows.retain(|row| matches!(context.is_leased(row), Ok(false)));
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

    /// A handle of the run, whose follower is spawned if there is none.
    fn follow(&self, name: Name) -> gen::Result<Run> {
        let (promise, future) = gen::promise();
        let followed = match self.0.lock().entry(name.clone()) {
            Entry::Occupied(known) => Some(known.get().clone()),
            Entry::Vacant(new) => {
                new.insert(future.clone());
                None
            }
        };
        if let Some(followed) = followed {
            return Ok(Run::new(&self.0.store, name, followed));
        }
        let follower = Follower::new(&self.0, name.clone());
        let mut handle = gen::spawn(follower.follow(promise));
        // A task that could not be started has ended.
        match Pin::new(&mut handle).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Err(error)) => Err(error),
            _ => Ok(Run::new(&self.0.store, name, future)),
        }
    }
}

impl fmt::Debug for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runs").field("bodies", &self.0.bodies).finish_non_exhaustive()
    }
}

/// The bodies of this process: those of all [`Runs`] of a store.
#[derive(Default)]
pub(super) struct KnownBodies(Mutex<Vec<Weak<Inner>>>);

impl KnownBodies {
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
