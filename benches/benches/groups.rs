//! Lists of 10, 1,000 and 100,000 children against the peers: all ready, all woken between two polls, and woken one by one.
//!
//! The figure is for the whole list; `Throughput` gives it for each child.

use std::future::{ready, Future};
use std::hint::black_box;
use std::pin::{pin, Pin};
use std::task::{Context, Poll, Waker};

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};
use futures_concurrency::future::Join;

/// A child that is pending until its waker has been called once by the driver.
struct Woken<'a> {
    wakers: &'a std::cell::RefCell<Vec<Waker>>,
    polled: bool,
}

impl Future for Woken<'_> {
    type Output = gen::Result<u64>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if std::mem::replace(&mut self.polled, true) {
            return Poll::Ready(Ok(1));
        }
        self.wakers.borrow_mut().push(cx.waker().clone());
        Poll::Pending
    }
}

/// How the driver wakes the children.
#[derive(Clone, Copy)]
enum Waking {
    /// All of them, then one poll of the list.
    Together,
    /// Each of them, with a poll of the list after each.
    OneByOne,
}

fn drive_ready<F: Future>(future: F) {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => drop(black_box(output)),
        Poll::Pending => panic!("every child was ready"),
    }
}

fn drive_woken<F: Future>(wakers: &std::cell::RefCell<Vec<Waker>>, count: usize, waking: Waking, future: F) {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    let mut ended = false;
    // Some poll only so many children at a time, and ask to be polled again.
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

fn children(wakers: &std::cell::RefCell<Vec<Waker>>, count: usize) -> Vec<Woken<'_>> {
    (0..count).map(|_| Woken { wakers, polled: false }).collect()
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
            let wakers = std::cell::RefCell::default();
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
