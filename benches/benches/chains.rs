//! Chains of coroutines against chains of `async fn`, in time: see `instructions` for exact counts.

use std::hint::black_box;

use criterion::{criterion_group, criterion_main, Criterion};
use gen_benches::chains::{at_once, later};
use gen_benches::leaves::{bare, throw_once};

macro_rules! pairs {
    ($criterion:ident: $($leaf:ident $depth:ident;)*) => {
        $(
            let mut group = $criterion.benchmark_group(concat!(stringify!($leaf), " ", stringify!($depth)));
            group.bench_function("coroutine", |b| b.iter(|| bare($leaf::coroutines::$depth::call(black_box(1)))));
            group.bench_function("async fn", |b| b.iter(|| bare($leaf::async_fns::$depth::call(black_box(1)))));
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
}

criterion_group!(benches, chains);
criterion_main!(benches);
