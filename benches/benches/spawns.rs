//! Starts a million tasks on one thread and awaits their ends, compared with tokio's `spawn_local`
//! and async-executor's `LocalExecutor`, all in one run.
//!
//! Each batch spawns a thousand tasks, then awaits all their handles.

use std::future::Future;
use std::hint::black_box;

use async_executor::LocalExecutor;
use criterion::{criterion_group, criterion_main, Criterion, Throughput};
use futures::executor::block_on;
use gen::yield_;
use gen_benches::leaves::{at_once, later};

const BATCHES: u64 = 1_000;
const BATCH: u64 = 1_000;

mod coroutines {
    use super::*;

    #[gen::coroutine]
    pub(super) fn ready(n: u64) -> gen::Result<u64> {
        yield_!(at_once(n))
    }

    #[gen::coroutine]
    pub(super) fn suspending(n: u64) -> gen::Result<u64> {
        yield_!(later(n))
    }
}

mod async_fns {
    use super::*;

    pub(super) async fn ready(n: u64) -> gen::Result<u64> {
        at_once(n).await
    }

    pub(super) async fn suspending(n: u64) -> gen::Result<u64> {
        later(n).await
    }
}

/// Spawns and awaits a million tasks.
async fn all<H: Future>(spawn: impl Fn(u64) -> H) {
    let mut handles = Vec::with_capacity(BATCH as usize);
    for batch in 0..BATCHES {
        handles.extend((0..BATCH).map(|n| spawn(batch * BATCH + n)));
        for handle in handles.drain(..) {
            black_box(handle.await);
        }
    }
}

macro_rules! million {
    ($criterion:ident, $name:literal, $body:ident) => {
        let mut group = $criterion.benchmark_group(concat!("a million tasks, ", $name));
        group.throughput(Throughput::Elements(BATCHES * BATCH)).sample_size(10);
        group.bench_function("gen", |bencher| {
            bencher.iter(|| gen::block_on(all(|n| gen::spawn_local(coroutines::$body(n)))));
        });
        group.bench_function("tokio", |bencher| {
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("tokio starts");
            let tasks = tokio::task::LocalSet::new();
            bencher.iter(|| {
                tasks.block_on(&runtime, all(|n| tokio::task::spawn_local(async_fns::$body(n))));
            });
        });
        group.bench_function("async-executor", |bencher| {
            let executor = LocalExecutor::new();
            bencher.iter(|| block_on(executor.run(all(|n| executor.spawn(async_fns::$body(n))))));
        });
        group.finish();
    };
}

fn spawns(criterion: &mut Criterion) {
    million!(criterion, "never suspended", ready);
    million!(criterion, "suspended once", suspending);
}

criterion_group!(benches, spawns);
criterion_main!(benches);
