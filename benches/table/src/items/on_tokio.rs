//! Tasks, timers and lists of ours on a runtime of tokio, beside those of tokio itself.
//!
//! Everything runs in a task of the runtime, and not in its root future, which tokio polls at a
//! higher price.

use std::future::{pending, poll_fn, ready, Future};
use std::hint::black_box;
use std::pin::{pin, Pin};
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use fastrand::Rng;
use tokio::runtime::{Builder, Runtime};

use crate::fixtures::yield_now;
use crate::harness::{Entry, Runner, Side};

use super::waits_for_time;

const OPERATIONS: u64 = 20_000;
const SLEEPS: u64 = 100_000;
const MINUTE: Duration = Duration::from_secs(60);

type Fallible = gen::Result<u32>;
type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

async fn suspended() -> Fallible {
    yield_now().await;
    Ok(1)
}

async fn poll_once<F: Future>(future: F) {
    let mut future = pin!(future);
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_pending())).await;
}

/// Runs `$work` again and again.
macro_rules! repeat {
    ($work:expr) => {
        || -> Work {
            Box::pin(async {
                for _ in 0..OPERATIONS {
                    let _ = black_box($work);
                }
            })
        }
    };
}

/// Spawns a hundred bodies, awaits them, and spawns the next hundred.
macro_rules! hundreds {
    ($spawn:expr) => {
        || -> Work {
            Box::pin(async {
                for _ in 0..OPERATIONS / 100 {
                    let tasks: Vec<_> = (0..100).map(|_| $spawn).collect();
                    for task in tasks {
                        let _ = black_box(task.await);
                    }
                }
            })
        }
    };
}

fn milliseconds() -> impl Iterator<Item = Duration> {
    let mut rng = Rng::with_seed(77);
    (0..SLEEPS).map(move |_| Duration::from_millis(rng.u64(1..200)))
}

/// The case, the operations of a repetition, ours, and tokio's.
type Case = (&'static str, u64, fn() -> Work, fn() -> Work);

const CASES: &[Case] = &[
    (
        "spawn a ready body, and await it",
        OPERATIONS,
        repeat!(gen::spawn(async { Fallible::Ok(1) }).await.unwrap()),
        repeat!(tokio::spawn(async { Fallible::Ok(1) }).await.unwrap().unwrap()),
    ),
    (
        "spawn a body that suspends once, and await it",
        OPERATIONS,
        repeat!(gen::spawn(suspended()).await.unwrap()),
        repeat!(tokio::spawn(suspended()).await.unwrap().unwrap()),
    ),
    (
        "spawn a hundred that suspend once, and await them",
        OPERATIONS,
        hundreds!(gen::spawn(suspended())),
        hundreds!(tokio::spawn(suspended())),
    ),
    (
        "start and cancel a sleep",
        OPERATIONS,
        repeat!(poll_once(gen::sleep(MINUTE)).await),
        repeat!(poll_once(tokio::time::sleep(MINUTE)).await),
    ),
    (
        "timeout around a future that is ready",
        OPERATIONS,
        repeat!(gen::with_timeout(MINUTE, ready(Fallible::Ok(1))).join().await.unwrap()),
        repeat!(tokio::time::timeout(MINUTE, ready(())).await.unwrap()),
    ),
    (
        "timeout around a future that suspends once",
        OPERATIONS,
        repeat!(gen::with_timeout(MINUTE, suspended()).join().await.unwrap()),
        repeat!(tokio::time::timeout(MINUTE, suspended()).await.unwrap().unwrap()),
    ),
    (
        "timeout that is dropped while it waits",
        OPERATIONS,
        repeat!(poll_once(gen::with_timeout(MINUTE, pending::<Fallible>()).join()).await),
        repeat!(poll_once(tokio::time::timeout(MINUTE, pending::<()>())).await),
    ),
    (
        "a list of ten that suspend once",
        OPERATIONS,
        repeat!(gen::multi((0..10).map(|_| suspended()).collect::<Vec<_>>()).join().await.unwrap()),
        repeat!(futures::future::try_join_all((0..10).map(|_| suspended())).await.unwrap()),
    ),
    (
        "sleeps that all fire, in a group",
        SLEEPS,
        || {
            Box::pin(async {
                let sleeps: Vec<_> = milliseconds().map(gen::sleep).collect();
                gen::multi(sleeps).join().await.unwrap();
            })
        },
        || {
            Box::pin(async {
                let sleeps = milliseconds().map(tokio::time::sleep);
                futures_buffered::join_all(sleeps.collect::<Vec<_>>()).await;
            })
        },
    ),
    (
        "sleeps that all fire, in tasks",
        SLEEPS,
        || {
            Box::pin(async {
                let tasks: Vec<_> = milliseconds().map(|time| gen::spawn(gen::sleep(time))).collect();
                for task in tasks {
                    task.await.unwrap();
                }
            })
        },
        || {
            Box::pin(async {
                let spawn = |time| tokio::spawn(async move { tokio::time::sleep(time).await });
                let tasks: Vec<_> = milliseconds().map(spawn).collect();
                for task in tasks {
                    task.await.unwrap();
                }
            })
        },
    ),
];

/// Runs the work in a task.
fn entry(name: (Side, &str), runtime: &Rc<Runtime>, work: fn() -> Work, waits: bool) -> Entry {
    let runtime = Rc::clone(runtime);
    Entry::new(name, move |meter| {
        if waits {
            meter.use_processor_time();
        }
        meter.time(|| runtime.block_on(async { tokio::spawn(work()).await.unwrap() }));
    })
}

pub fn run(runner: &mut Runner) {
    let current = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let worker = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    for (flavor, runtime) in [("current-thread", current), ("one worker", worker)] {
        let runtime = Rc::new(runtime);
        for (case, operations, ours, tokio) in CASES {
            let waits = waits_for_time(case);
            let entries = vec![
                entry((Side::Ours, "gen"), &runtime, *ours, waits),
                entry((Side::Peer, "tokio"), &runtime, *tokio, waits),
            ];
            runner.case(&format!("tokio, {flavor}: {case}"), 1, *operations, entries);
        }
    }
}
