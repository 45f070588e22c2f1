//! Tasks, sleeps and timeouts of gen on tokio, beside those of tokio itself, in one process.
//!
//! `cargo run --release --manifest-path benches/on-tokio/Cargo.toml [-- REPETITIONS [ROW]]`
//!
//! Each row is measured in turns, ours and then tokio's, so that a busy machine slows down both.
//! The table has the least and the median time of one operation, in nanoseconds, and the ratio of
//! the least times. Everything runs in a task of the runtime, and not in its root future, which
//! tokio polls at a higher price.

use std::future::{Future, pending, poll_fn, ready};
use std::hint::black_box;
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use r#gen as g;
use tokio::runtime::{Builder, Runtime};

/// Operations in one measurement.
const OPERATIONS: u32 = 20_000;
const MINUTE: Duration = Duration::from_secs(60);

type Work = fn() -> Pin<Box<dyn Future<Output = ()> + Send>>;

struct Row {
    name: &'static str,
    ours: Work,
    tokio: Work,
}

type Fallible = g::Result<u32>;

/// A future that is pending once.
async fn once() {
    let mut polled = false;
    poll_fn(|cx| {
        if polled {
            return Poll::Ready(());
        }
        polled = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Polls a future once, and drops it.
async fn poll_once<F: Future>(future: F) {
    let mut future = std::pin::pin!(future);
    poll_fn(|cx| {
        let _pending = future.as_mut().poll(cx).is_pending();
        Poll::Ready(())
    })
    .await;
}

macro_rules! repeat {
    ($work:expr) => {
        || {
            Box::pin(async {
                for _ in 0..OPERATIONS {
                    let _ = $work;
                }
            })
        }
    };
}

const ROWS: &[Row] = &[
    Row {
        name: "spawn a body that is ready at once, and await it",
        ours: repeat!(black_box(g::spawn(async { Fallible::Ok(1) }).await.unwrap())),
        tokio: repeat!(black_box(tokio::spawn(async { Fallible::Ok(1) }).await.unwrap().unwrap())),
    },
    Row {
        name: "spawn a body that suspends once, and await it",
        ours: repeat!(black_box(
            g::spawn(async {
                once().await;
                Fallible::Ok(1)
            })
            .await
            .unwrap()
        )),
        tokio: repeat!(black_box(
            tokio::spawn(async {
                once().await;
                Fallible::Ok(1)
            })
            .await
            .unwrap()
            .unwrap()
        )),
    },
    Row {
        name: "spawn a hundred that suspend once, and await them",
        ours: || {
            Box::pin(async {
                for _ in 0..OPERATIONS / 100 {
                    let tasks: Vec<_> = (0..100)
                        .map(|_| {
                            g::spawn(async {
                                once().await;
                                Fallible::Ok(1)
                            })
                        })
                        .collect();
                    for task in tasks {
                        black_box(task.await.unwrap());
                    }
                }
            })
        },
        tokio: || {
            Box::pin(async {
                for _ in 0..OPERATIONS / 100 {
                    let tasks: Vec<_> = (0..100)
                        .map(|_| {
                            tokio::spawn(async {
                                once().await;
                                Fallible::Ok(1)
                            })
                        })
                        .collect();
                    for task in tasks {
                        black_box(task.await.unwrap().unwrap());
                    }
                }
            })
        },
    },
    Row {
        name: "make a sleep, poll it once, and drop it",
        ours: repeat!(poll_once(g::sleep(MINUTE)).await),
        tokio: repeat!(poll_once(tokio::time::sleep(MINUTE)).await),
    },
    Row {
        name: "a timeout around a future that is ready",
        ours: repeat!(g::with_timeout(MINUTE, ready(Fallible::Ok(1))).join().await.unwrap()),
        tokio: repeat!(tokio::time::timeout(MINUTE, ready(())).await.unwrap()),
    },
    Row {
        name: "a timeout around a future that suspends once",
        ours: repeat!(
            g::with_timeout(MINUTE, async {
                once().await;
                Fallible::Ok(1)
            })
            .join()
            .await
            .unwrap()
        ),
        tokio: repeat!(tokio::time::timeout(MINUTE, once()).await.unwrap()),
    },
    Row {
        name: "a timeout that is dropped while it waits",
        ours: repeat!(poll_once(g::with_timeout(MINUTE, pending::<Fallible>()).join()).await),
        tokio: repeat!(poll_once(tokio::time::timeout(MINUTE, pending::<()>())).await),
    },
];

/// The time of one operation, in nanoseconds.
fn measure(runtime: &Runtime, work: Work) -> f64 {
    runtime.block_on(async {
        let measured = tokio::spawn(async move {
            let began = Instant::now();
            work().await;
            began.elapsed()
        });
        measured.await.unwrap().as_secs_f64() * 1e9 / f64::from(OPERATIONS)
    })
}

fn least_and_median(mut times: Vec<f64>) -> (f64, f64) {
    times.sort_by(f64::total_cmp);
    (times[0], times[times.len() / 2])
}

fn main() {
    let repetitions = std::env::args().nth(1).map_or(15, |n| n.parse().expect("a number of repetitions"));
    let runtimes = [
        ("current_thread", Builder::new_current_thread().enable_all().build().unwrap()),
        (
            "multi_thread, 1 worker",
            Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap(),
        ),
    ];
    let only: Option<usize> = std::env::args().nth(2).map(|row| row.parse().expect("the number of a row"));
    for (flavor, runtime) in &runtimes {
        println!("{flavor:<52}  ours: least, median   tokio: least, median   ratio");
        for (_, Row { name, ours, tokio }) in
            ROWS.iter().enumerate().filter(|(row, _)| only.is_none_or(|only| only == *row))
        {
            let mut times = (Vec::new(), Vec::new());
            for _ in 0..repetitions {
                times.0.push(measure(runtime, *ours));
                times.1.push(measure(runtime, *tokio));
            }
            let (ours, theirs) = (least_and_median(times.0), least_and_median(times.1));
            let ratio = ours.0 / theirs.0;
            println!(
                "{name:<52} {:>8.1} {:>8.1} {:>13.1} {:>8.1} {ratio:>12.2}",
                ours.0, ours.1, theirs.0, theirs.1
            );
        }
        println!();
    }
}
