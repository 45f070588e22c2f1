//! The executors on which the tests run: the rows of the suite.
//!
//! The variable `GEN_DRIVER` names the row of a run; without it, the embedded loop is used. The
//! other rows need the feature `drivers`, with which `gen` finds tokio and the timers of async-io:
//!
//! ```text
//! GEN_DRIVER=tokio-threads cargo test -p behaviour --features drivers
//! ```
//!
//! | `GEN_DRIVER` | tasks | time |
//! |---|---|---|
//! | `embedded` | of an `IoLoop` | virtual |
//! | `tokio` | of a runtime with one thread | paused: an idle runtime moves it |
//! | `tokio-local` | of a `LocalSet`, by `gen::local` | paused |
//! | `tokio-threads` | of a runtime with two more threads | real |
//! | `smol` | of an `async_executor::Executor` on two more threads, by `gen::with_spawner` | real |
//! | `futures` | of a `futures::executor::ThreadPool` with two threads, by `gen::with_spawner` | real |

use std::env;
use std::fmt::Debug;
use std::future::Future;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use crate::hot::spawn;
use crate::logged::unlogged;

/// The executor on which [`run`](crate::run) runs a body. See the table of the rows.
#[allow(missing_docs)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Driver {
    Embedded,
    Tokio,
    TokioLocal,
    TokioThreads,
    Smol,
    Futures,
}

use Driver::{Embedded, Futures, Smol, Tokio, TokioLocal, TokioThreads};

impl Driver {
    /// The row of this run.
    ///
    /// # Panics
    ///
    /// If `GEN_DRIVER` names no row, or if the feature `drivers` is needed.
    pub fn current() -> Self {
        static CURRENT: LazyLock<Driver> = LazyLock::new(|| {
            let name = env::var("GEN_DRIVER").unwrap_or_default();
            let driver = match &*name {
                "" | "embedded" => Embedded,
                "tokio" => Tokio,
                "tokio-local" => TokioLocal,
                "tokio-threads" => TokioThreads,
                "smol" => Smol,
                "futures" => Futures,
                _ => panic!("there is no driver `{name}`"),
            };
            assert!(driver == Embedded || cfg!(feature = "drivers"), "the feature `drivers` is needed");
            driver
        });
        *CURRENT
    }

    /// Whether time passes only when nothing else is to be done.
    pub fn has_virtual_time(self) -> bool {
        matches!(self, Embedded | Tokio | TokioLocal)
    }

    /// Whether all tasks of a test run on the thread of the test, one after the other.
    pub fn has_one_thread(self) -> bool {
        matches!(self, Embedded | Tokio | TokioLocal)
    }

    /// Whether tasks that stay on their thread have a place.
    pub fn takes_local_tasks(self) -> bool {
        matches!(self, Embedded | TokioLocal)
    }
}

/// Longer than any program runs.
pub const AGE: Duration = Duration::from_secs(150 * 365 * 24 * 60 * 60);

/// A duration of so many seconds. Where time is real, it is much shorter, but durations keep their
/// order.
pub fn seconds(seconds: u64) -> Duration {
    if Driver::current().has_virtual_time() {
        return Duration::from_secs(seconds);
    }
    // One second is long enough that a busy machine does not mix it up with the next one, and an
    // hour is short enough for a test.
    let (short, long, very_long) =
        (seconds.min(20), seconds.clamp(20, 120) - 20, seconds.saturating_sub(120));
    let time = Duration::from_millis(short * 40 + long * 5) + Duration::from_micros(very_long * 100);
    time * time_factor()
}

/// How many times longer each duration is where time is real: the variable `GEN_TIME_FACTOR`, for a
/// machine so busy that it mixes up two seconds all the same.
fn time_factor() -> u32 {
    static FACTOR: LazyLock<u32> = LazyLock::new(|| match env::var("GEN_TIME_FACTOR") {
        Ok(factor) => factor.parse().expect("`GEN_TIME_FACTOR` is a number"),
        Err(_) => 1,
    });
    *FACTOR
}

/// Runs a body on the driver of this run, and ends that driver.
///
/// # Panics
///
/// If the body fails, or if an error is logged that the test does not read with
/// [`logged`](crate::logged).
pub fn run<T>(body: impl Future<Output = gen::Result<T>>) -> T {
    run_to_result(body).expect("the test's body ends well")
}

/// As [`run`], with the result of the body.
///
/// # Panics
///
/// If an error is logged that the test does not read with [`logged`](crate::logged).
pub fn run_to_result<T>(body: impl Future<Output = gen::Result<T>>) -> gen::Result<T> {
    unlogged(|| match Driver::current() {
        Embedded => gen::IoLoop::with_clock(gen::VirtualClock::new()).run_sync(body),
        #[cfg(feature = "drivers")]
        foreign => on::run(foreign, body),
        #[cfg(not(feature = "drivers"))]
        _ => unreachable!("the driver was checked"),
    })
}

/// As [`run_to_result`], with a body that is an error context on each executor: it takes the errors
/// of the callbacks that it schedules. On another executor than an `IoLoop` it is a task, since a
/// future that such an executor polls itself is no context.
///
/// # Panics
///
/// As [`run_to_result`].
pub fn run_in_context<T, E, M>(body: impl Future<Output = Result<T, E>> + Send + 'static) -> gen::Result<T>
where
    T: Send + 'static,
    E: gen::Throw<M>,
    M: 'static,
{
    run_to_result(async {
        match Driver::current() {
            Embedded => body.await.map_err(gen::Throw::throw),
            _ => spawn(body).await,
        }
    })
}

/// Returns the present time of the executor that runs here.
///
/// # Panics
///
/// If no executor runs here.
pub fn now() -> Instant {
    match Driver::current() {
        Embedded => gen::IoLoop::current().expect("a loop runs here").now(),
        #[cfg(feature = "drivers")]
        Tokio | TokioLocal => tokio::time::Instant::now().into_std(),
        _ => Instant::now(),
    }
}

/// A time that was measured or that is expected. If it was measured in real time, it equals every
/// time that is at most a little shorter.
#[derive(Clone, Copy)]
pub struct Took {
    time: Duration,
    is_real: bool,
}

/// So many seconds, to be compared with a time that was measured.
pub fn in_seconds(after: u64) -> Took {
    Took { time: seconds(after), is_real: false }
}

impl PartialEq for Took {
    fn eq(&self, other: &Took) -> bool {
        let (short, long) = if self.time <= other.time { (self, other) } else { (other, self) };
        // A busy machine may run a test late.
        let late = Duration::from_secs(if long.is_real { 5 } else { 0 });
        long.time - short.time <= late
    }
}

impl Debug for Took {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.time.fmt(f)
    }
}

/// Returns the time that has passed since `began`, which [`now`] has given.
///
/// # Panics
///
/// As [`now`].
pub fn since(began: Instant) -> Took {
    Took { time: now() - began, is_real: !Driver::current().has_virtual_time() }
}

/// Runs a body, and returns the time that it took, and its result.
///
/// # Panics
///
/// As [`run_to_result`].
pub fn timed<T>(body: impl Future<Output = gen::Result<T>>) -> (Took, gen::Result<T>) {
    run_to_result(async {
        let began = now();
        let result = body.await;
        Ok((since(began), result))
    })
    .expect("measuring does not fail")
}

#[cfg(feature = "drivers")]
mod on {
    use std::sync::Arc;
    use std::thread;

    use async_executor::Executor;
    use futures::executor::ThreadPool;
    use futures::FutureExt;
    use tokio::runtime::Builder;

    use super::*;
    use crate::logged::Sink;

    pub(super) fn run<T>(driver: Driver, body: impl Future<Output = T>) -> T {
        match driver {
            Embedded => unreachable!("it is not foreign"),
            Tokio | TokioLocal => {
                let mut builder = Builder::new_current_thread();
                let runtime = builder.enable_all().start_paused(true).build().expect("it can be built");
                match driver {
                    TokioLocal => runtime.block_on(gen::local(body)),
                    _ => runtime.block_on(body),
                }
            }
            TokioThreads => {
                let sink = Sink::of_this_thread();
                let mut builder = Builder::new_multi_thread();
                builder.enable_all().worker_threads(2).on_thread_start(move || sink.adopt());
                builder.build().expect("it can be built").block_on(body)
            }
            Smol => on_smol(body),
            Futures => {
                let sink = Sink::of_this_thread();
                let mut builder = ThreadPool::builder();
                builder.pool_size(2).after_start(move |_| sink.adopt());
                let pool = builder.create().expect("threads can be started");
                let spawner = move |task| pool.spawn_ok(task);
                futures::executor::block_on(gen::with_spawner(spawner, body))
            }
        }
    }

    fn on_smol<T>(body: impl Future<Output = T>) -> T {
        let executor = Arc::new(Executor::new());
        let sink = Sink::of_this_thread();
        let threads = [(); 2].map(|()| {
            let (stop, stopped) = futures::channel::oneshot::channel::<()>();
            let (executor, sink) = (executor.clone(), sink.clone());
            let thread = thread::spawn(move || {
                sink.adopt();
                async_io::block_on(executor.run(stopped.map(drop)))
            });
            (stop, thread)
        });
        let stop = Stop { threads: threads.into() };
        // Each task has a clone of the spawner, and would keep the executor alive.
        let weak = Arc::downgrade(&executor);
        let spawner = move |task| {
            if let Some(executor) = weak.upgrade() {
                executor.spawn(task).detach();
            }
        };
        let output = async_io::block_on(executor.run(gen::with_spawner(spawner, body)));
        drop(stop);
        output
    }

    /// Stops the threads, also when the body panics.
    struct Stop {
        threads: Vec<(futures::channel::oneshot::Sender<()>, thread::JoinHandle<()>)>,
    }

    impl Drop for Stop {
        fn drop(&mut self) {
            for (stop, thread) in self.threads.drain(..) {
                drop(stop);
                let _ = thread.join();
            }
        }
    }
}
