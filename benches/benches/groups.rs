//! Waits for lists of 10, 1,000 and 100,000 children, compared with the peers: all ready, all woken
//! between two polls, and woken one by one.
//!
//! The figure is for the whole list; `Throughput` gives the figure for each child.

use std::future::{ready, Future};
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};
use futures_concurrency::future::Join;
use gen_benches::children::{woken, Wakers, Waking, Woken};

fn drive_ready<F: Future>(future: F) {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => drop(black_box(output)),
        Poll::Pending => panic!("every child was ready"),
    }
}

fn drive_woken<F: Future>(wakers: &Wakers, count: usize, waking: Waking, future: F) {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    let mut ended = false;
    // Some peers poll only a limited number of children at a time, and then ask to be polled again.
    while wakers.borrow().len() < count {
        ended = future.as_mut().poll(&mut cx).is_ready();
    }
    for waker in wakers.take() {
        waker.wake();
        if matches!(waking, Waking::OneByOne) {
            ended = future.as_mut().poll(&mut cx).is_ready();
        }
    }
    while !ended {
        ended = future.as_mut().poll(&mut cx).is_ready();
    }
}

fn children(wakers: &Wakers, count: usize) -> Vec<Woken> {
    woken(wakers, count).collect()
}

fn all_ready(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("list, ready");
    for count in [10usize, 1_000, 100_000] {
        group.throughput(Throughput::Elements(count as u64));
        let list = || (0..count).map(|n| ready(gen::Result::<u64>::Ok(n as u64))).collect::<Vec<_>>();
        group.bench_function(BenchmarkId::new("gen", count), |b| {
            b.iter(|| drive_ready(gen::multi(list()).join()));
        });
        group.bench_function(BenchmarkId::new("futures join_all", count), |b| {
            b.iter(|| drive_ready(futures::future::join_all(list())));
        });
        group.bench_function(BenchmarkId::new("futures-buffered join_all", count), |b| {
            b.iter(|| drive_ready(futures_buffered::join_all(list())));
        });
        if count <= 1_000 {
            group.bench_function(BenchmarkId::new("futures-concurrency join", count), |b| {
                b.iter(|| drive_ready(list().join()));
            });
        }
    }
    group.finish();
}

fn all_woken(criterion: &mut Criterion) {
    for (name, waking) in
        [("list, woken together", Waking::Together), ("list, woken one by one", Waking::OneByOne)]
    {
        let mut group = criterion.benchmark_group(name);
        for count in [10usize, 1_000, 100_000] {
            group.throughput(Throughput::Elements(count as u64));
            let wakers = Wakers::default();
            group.bench_function(BenchmarkId::new("gen", count), |b| {
                b.iter(|| drive_woken(&wakers, count, waking, gen::multi(children(&wakers, count)).join()));
            });
            group.bench_function(BenchmarkId::new("futures join_all", count), |b| {
                b.iter(|| {
                    drive_woken(&wakers, count, waking, futures::future::join_all(children(&wakers, count)))
                });
            });
            group.bench_function(BenchmarkId::new("futures-buffered join_all", count), |b| {
                b.iter(|| {
                    drive_woken(&wakers, count, waking, futures_buffered::join_all(children(&wakers, count)))
                });
            });
            if count <= 1_000 {
                group.bench_function(BenchmarkId::new("futures-concurrency join", count), |b| {
                    b.iter(|| drive_woken(&wakers, count, waking, children(&wakers, count).join()));
                });
            }
        }
        group.finish();
    }
}

criterion_group!(benches, all_ready, all_woken);
criterion_main!(benches);
