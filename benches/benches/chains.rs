//! Times chains of coroutines and chains of `async fn`s. The program `instructions` gives exact
//! counts.
//!
//! *Bare* is a loop that only polls. *In a task* is 1,000 calls in one task of tokio, and the
//! figure is for all of them.

use std::hint::black_box;

use criterion::{criterion_group, criterion_main, Criterion, Throughput};
use gen_benches::chains::{at_once, later};
use gen_benches::leaves::{bare, task, throw_once};

/// The number of calls in a task for each figure.
const CALLS: u64 = 1_000;

macro_rules! pairs {
    ($criterion:ident: $($leaf:ident $depth:ident;)*) => {
        $(
            let mut group = $criterion.benchmark_group(concat!("bare ", stringify!($leaf), " ", stringify!($depth)));
            group.bench_function("coroutine", |b| b.iter(|| bare($leaf::coroutines::$depth::call(black_box(1)))));
            group.bench_function("async fn", |b| b.iter(|| bare($leaf::async_fns::$depth::call(black_box(1)))));
            group.finish();
        )*
    };
    (in a task, $criterion:ident: $($leaf:ident $depth:ident;)*) => {
        $(
            let mut group = $criterion.benchmark_group(concat!("in a task ", stringify!($leaf), " ", stringify!($depth)));
            group.throughput(Throughput::Elements(CALLS));
            group.bench_function("coroutine", |b| b.iter(|| task(CALLS, $leaf::coroutines::$depth::call)));
            group.bench_function("async fn", |b| b.iter(|| task(CALLS, $leaf::async_fns::$depth::call)));
            group.finish();
        )*
    };
}

fn chains(criterion: &mut Criterion) {
    assert!(throw_once());
    pairs! {
        criterion:
        at_once deep1; at_once deep3; at_once deep10;
        later deep1; later deep3; later deep10;
    }
    pairs! {
        in a task, criterion:
        later deep1; later deep3; later deep10;
    }
}

criterion_group!(benches, chains);
criterion_main!(benches);
