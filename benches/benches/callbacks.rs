//! Passes a value from a callback to a coroutine that waits for it, compared with one-shot
//! channels, all in one run. The receiver waits first, then the value is sent and received.
//!
//! The benchmark polls by hand on one thread, with a waker that does nothing, so that only the
//! hand-over is measured.

use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Waker};

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};
use gen::{yield_, Callable, Callback, Wait};

type Slot<'a> = &'a std::cell::Cell<Option<Callable<u64>>>;

/// Registers a key, puts its callable into the slot and waits for the key, `count` times.
#[gen::coroutine]
fn round_trips(count: usize, slot: Slot<'_>) -> gen::Result<u64> {
    let mut sum = 0;
    for _ in 0..count {
        slot.set(Some(yield_!(Callback::<u64>::new("key"))?));
        sum += yield_!(Wait::<u64>::new("key"))?;
    }
    Ok(sum)
}

/// Waits for `count` calls of `gen::from_callback`, one after the other.
#[gen::coroutine]
fn tasks(count: usize, slot: &std::cell::Cell<Option<gen::Resolve<u64>>>) -> gen::Result<u64> {
    let mut sum = 0;
    for _ in 0..count {
        sum += yield_!(gen::from_callback(|done| slot.set(Some(done))))?;
    }
    Ok(sum)
}

/// Polls the future until it is ready, and sends a value after each poll.
fn drive<F: Future>(future: F, mut send: impl FnMut()) {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    while future.as_mut().poll(&mut cx).is_pending() {
        send();
    }
}

/// Waits for a list of `count` keys, all of which are called after the first poll.
#[gen::coroutine]
fn list(count: usize, callables: &std::cell::RefCell<Vec<Callable<u64>>>) -> gen::Result<usize> {
    let registered = yield_!((0..count).map(Callback::<u64>::new).collect::<Vec<_>>())?;
    callables.replace(registered);
    Ok(yield_!((0..count).map(Wait::<u64>::new).collect::<Vec<_>>())?.len())
}

macro_rules! channel {
    ($count:ident, $make:expr, $send:expr) => {{
        let slot = std::cell::Cell::new(None);
        let future = async {
            for _ in 0..$count {
                let (sender, receiver) = $make;
                slot.set(Some(sender));
                black_box(receiver.await).expect("it is sent");
            }
        };
        drive(future, || _ = black_box(slot.take().map($send)));
    }};
}

fn one_by_one(criterion: &mut Criterion) {
    const COUNT: usize = 1_000;
    let mut group = criterion.benchmark_group("callback, awaited first");
    group.throughput(Throughput::Elements(COUNT as u64));
    group.bench_function("Callback and Wait", |bencher| {
        bencher.iter(|| {
            let slot = std::cell::Cell::new(None);
            drive(round_trips(COUNT, &slot), || {
                slot.take().into_iter().for_each(|callable: Callable<u64>| callable.call(1));
            });
        });
    });
    group.bench_function("gen::from_callback", |bencher| {
        bencher.iter(|| {
            let slot = std::cell::Cell::new(None);
            drive(tasks(COUNT, &slot), || {
                slot.take().into_iter().for_each(|done: gen::Resolve<u64>| done.call(1));
            });
        });
    });
    group.bench_function("futures", |bencher| {
        bencher.iter(|| {
            channel!(
                COUNT,
                futures::channel::oneshot::channel(),
                |sender: futures::channel::oneshot::Sender<u64>| { sender.send(1) }
            );
        });
    });
    group.bench_function("tokio", |bencher| {
        bencher.iter(|| {
            channel!(COUNT, tokio::sync::oneshot::channel(), |sender: tokio::sync::oneshot::Sender<u64>| {
                sender.send(1)
            });
        });
    });
    group.bench_function("oneshot", |bencher| {
        bencher.iter(|| {
            channel!(COUNT, oneshot::async_channel(), |sender: oneshot::Sender<u64>| sender.send(1));
        });
    });
    group.finish();
}

fn lists(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a list of waits");
    for count in [20, 200, 2_000, 20_000] {
        group.throughput(Throughput::Elements(count as u64));
        group.bench_with_input(BenchmarkId::from_parameter(count), &count, |bencher, &count| {
            bencher.iter(|| {
                let callables = std::cell::RefCell::default();
                drive(list(count, &callables), || {
                    callables.take().iter().for_each(|callable: &Callable<u64>| callable.call(1));
                });
            });
        });
    }
    group.finish();
}

criterion_group!(callbacks, one_by_one, lists);
criterion_main!(callbacks);
