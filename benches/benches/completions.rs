//! Gives results in the order in which they arrive, of 10, 1,000 and 100,000 children: all ready,
//! all woken between two polls, and woken one by one.
//!
//! A group that polls its children itself is polled by hand. Groups of tasks run on the loop of
//! their own library: `JoinSet` on tokio's, and a `WaitIterator` over spawned children on ours. The
//! figure is for all children; `Throughput` gives the figure for each child.

use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use criterion::measurement::WallTime;
use criterion::{criterion_group, criterion_main, BenchmarkGroup, BenchmarkId, Criterion, Throughput};
use futures::future::Either;
use futures::Stream;
use gen_benches::children::{woken, Wakers, Waking, Woken};

const COUNTS: [usize; 3] = [10, 1_000, 100_000];

/// The state of the children when the results are taken.
#[derive(Clone, Copy)]
enum Case {
    Ready,
    Woken(Waking),
}

const CASES: [(&str, Case); 3] = [
    ("completions, ready", Case::Ready),
    ("completions, woken together", Case::Woken(Waking::Together)),
    ("completions, woken one by one", Case::Woken(Waking::OneByOne)),
];

/// Polls until there is a result. Some peers poll only a limited number of children at a time, and
/// then ask to be polled again.
fn next<S: Stream + Unpin>(stream: &mut S, cx: &mut Context<'_>) {
    loop {
        if let Poll::Ready(result) = Pin::new(&mut *stream).poll_next(cx) {
            assert!(black_box(result).is_some());
            return;
        }
    }
}

fn drive<S: Stream + Unpin>(mut stream: S, wakers: &Wakers, count: usize, case: Case) {
    let mut cx = Context::from_waker(Waker::noop());
    if let Case::Woken(waking) = case {
        while wakers.borrow().len() < count {
            assert!(Pin::new(&mut stream).poll_next(&mut cx).is_pending());
        }
        for waker in wakers.take() {
            waker.wake();
            if matches!(waking, Waking::OneByOne) {
                next(&mut stream, &mut cx);
            }
        }
        if matches!(waking, Waking::OneByOne) {
            return;
        }
    }
    for _ in 0..count {
        next(&mut stream, &mut cx);
    }
}

fn ready(count: usize) -> impl Iterator<Item = std::future::Ready<gen::Result<u64>>> {
    (0..count).map(|number| std::future::ready(Ok(number as u64)))
}

/// Benchmarks one group of the children of the case. A macro, since the type of the children
/// differs.
macro_rules! polled {
    ($group:expr, $name:literal, $count:expr, $case:expr, |$children:ident| $stream:expr) => {{
        let wakers = Wakers::default();
        $group.bench_function(BenchmarkId::new($name, $count), |b| {
            b.iter(|| match $case {
                Case::Ready => {
                    let $children = ready($count);
                    drive($stream, &wakers, $count, $case);
                }
                Case::Woken(_) => {
                    let $children = woken(&wakers, $count);
                    drive($stream, &wakers, $count, $case);
                }
            });
        });
    }};
}

type Child = Either<std::future::Ready<gen::Result<u64>>, Woken>;

fn children(wakers: &Wakers, count: usize, case: Case) -> impl Iterator<Item = Child> + '_ {
    (0..count).map(move |number| match case {
        Case::Ready => Either::Left(std::future::ready(Ok(number as u64))),
        Case::Woken(_) => Either::Right(Woken::new(wakers)),
    })
}

/// Takes the results of tasks that were started. `turn` lets them run.
async fn collect<S>(
    set: &mut S,
    wakers: &Wakers,
    count: usize,
    case: Case,
    next: impl AsyncFn(&mut S),
    turn: impl AsyncFn(),
) {
    if let Case::Woken(waking) = case {
        while wakers.borrow().len() < count {
            turn().await;
        }
        for waker in wakers.take() {
            waker.wake();
            if matches!(waking, Waking::OneByOne) {
                next(set).await;
            }
        }
        if matches!(waking, Waking::OneByOne) {
            return;
        }
    }
    for _ in 0..count {
        next(set).await;
    }
}

fn with_tasks(group: &mut BenchmarkGroup<'_, WallTime>, count: usize, case: Case) {
    let wakers = Wakers::default();
    let io_loop = gen::IoLoop::new();
    group.bench_function(BenchmarkId::new("gen, spawned", count), |b| {
        b.iter(|| {
            io_loop.block_on(async {
                let mut waits = gen::WaitIterator::new(children(&wakers, count, case).map(gen::spawn_local));
                let next = async |waits: &mut _| {
                    let waits: &mut gen::WaitIterator<_, _> = waits;
                    drop(black_box(waits.next().await));
                };
                let turn = async || drop(gen::moment().await);
                collect(&mut waits, &wakers, count, case, next, turn).await;
            });
        });
    });
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("tokio starts");
    let local = tokio::task::LocalSet::new();
    group.bench_function(BenchmarkId::new("tokio JoinSet", count), |b| {
        b.iter(|| {
            local.block_on(&runtime, async {
                let mut set = tokio::task::JoinSet::new();
                children(&wakers, count, case).for_each(|child| drop(set.spawn_local(child)));
                let next = async |set: &mut tokio::task::JoinSet<_>| drop(black_box(set.join_next().await));
                let turn = async || tokio::task::yield_now().await;
                collect(&mut set, &wakers, count, case, next, turn).await;
            });
        });
    });
}

fn completions(criterion: &mut Criterion) {
    for (name, case) in CASES {
        let mut group = criterion.benchmark_group(name);
        for count in COUNTS {
            group.throughput(Throughput::Elements(count as u64));
            polled!(group, "gen", count, case, |children| gen::WaitIterator::new(children));
            polled!(group, "futures", count, case, |children| children
                .collect::<futures::stream::FuturesUnordered<_>>());
            polled!(group, "futures-buffered, bounded", count, case, |children| {
                children.collect::<futures_buffered::FuturesUnorderedBounded<_>>()
            });
            polled!(group, "futures-buffered", count, case, |children| children
                .collect::<futures_buffered::FuturesUnordered<_>>(
            ));
            with_tasks(&mut group, count, case);
        }
        group.finish();
    }
}

criterion_group!(benches, completions);
criterion_main!(benches);
