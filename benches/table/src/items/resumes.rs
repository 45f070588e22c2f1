//! Tasks that suspend and are resumed. An operation is one yield of one task.

use std::rc::Rc;

use crate::fixtures::{monoio_runtime, task_queue, tokio_runtime, yield_now};
use crate::harness::{limit, ours, peer, Entry, Runner};
use crate::limits::Executor;

async fn plain(yields: u64) {
    for _ in 0..yields {
        yield_now().await;
    }
}

#[gen::coroutine]
fn coroutine(yields: u64) -> gen::Result {
    for _ in 0..yields {
        gen::yield_!(yield_now())?;
    }
    Ok(())
}

#[gen::coroutine]
fn moments(yields: u64) -> gen::Result {
    for _ in 0..yields {
        gen::yield_!(gen::moment())?;
    }
    Ok(())
}

fn on_loop<C>(name: &str, tasks: u64, make: impl Fn() -> C + 'static) -> Entry
where
    C: std::future::Future<Output = gen::Result> + 'static,
{
    let io_loop = gen::IoLoop::new();
    ours(name, move |meter| {
        meter.time(|| {
            io_loop.block_on(async {
                let handles: Vec<_> = (0..tasks).map(|_| gen::spawn_local(make())).collect();
                for handle in handles {
                    handle.await.unwrap();
                }
            });
        });
    })
}

fn entries(tasks: u64, yields: u64) -> Vec<Entry> {
    let tokio = tokio_runtime();
    let mut monoio = monoio_runtime();
    let executor = Rc::new(Executor::default());
    vec![
        on_loop("coroutine", tasks, move || coroutine(yields)),
        on_loop("coroutine, `gen::moment`", tasks, move || moments(yields)),
        peer("tokio", move |meter| {
            meter.time(|| {
                tokio.block_on(async {
                    let handles: Vec<_> = (0..tasks).map(|_| tokio::spawn(plain(yields))).collect();
                    for handle in handles {
                        handle.await.unwrap();
                    }
                });
            });
        }),
        peer("async-executor", move |meter| {
            meter.time(|| {
                let executor = async_executor::LocalExecutor::new();
                futures_lite::future::block_on(executor.run(async {
                    let handles: Vec<_> = (0..tasks).map(|_| executor.spawn(plain(yields))).collect();
                    for handle in handles {
                        handle.await;
                    }
                }));
            });
        }),
        peer("async-task", move |meter| {
            meter.time(|| {
                (0..tasks).for_each(|_| task_queue::spawn(plain(yields)).detach());
                task_queue::run();
            });
        }),
        peer("monoio", move |meter| {
            meter.time(|| {
                monoio.block_on(async {
                    let handles: Vec<_> = (0..tasks).map(|_| monoio::spawn(plain(yields))).collect();
                    for handle in handles {
                        handle.await;
                    }
                });
            });
        }),
        limit("a queue of plain cells", move |meter| {
            meter.time(|| {
                (0..tasks).for_each(|_| executor.spawn(plain(yields)));
                executor.run();
            });
        }),
    ]
}

pub fn run(runner: &mut Runner) {
    let name = "suspend and resume a task";
    runner.case(name, 1, 1_000_000, entries(1, 1_000_000));
    runner.case(name, 100, 100_000, entries(100, 1_000));
    runner.case(name, 10_000, 1_000_000, entries(10_000, 100));
}
