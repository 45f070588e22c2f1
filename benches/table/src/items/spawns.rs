//! Tasks from their spawn to their end. An operation is one task.

use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::fixtures::{
    monoio_runtime, poll_to_end, task_queue, tokio_local_runtime, tokio_runtime, yield_now, MonoioRuntime,
};
use crate::harness::{limit, ours, peer, Entry, Runner};
use crate::limits::{channel, Executor};

const TASKS: u64 = 1_000_000;
const BATCH: u64 = 100;

/// The bodies that have ended. All run on one thread, so a plain addition counts them.
static ENDED: AtomicU64 = AtomicU64::new(0);

fn count() {
    ENDED.store(ENDED.load(Relaxed) + 1, Relaxed);
}

fn ended() -> u64 {
    ENDED.load(Relaxed)
}

async fn ready() {
    count();
}

async fn suspended() {
    yield_now().await;
    count();
}

#[gen::coroutine]
fn ready_coroutine() -> gen::Result {
    count();
    Ok(())
}

#[gen::coroutine]
fn suspended_coroutine() -> gen::Result {
    gen::yield_!(yield_now())?;
    count();
    Ok(())
}

#[gen::engine]
fn ready_engine() -> gen::Result {
    count();
    Ok(())
}

async fn until_ended(tasks: u64) {
    while ended() < tasks {
        yield_now().await;
    }
}

async fn until_ended_on_tokio(tasks: u64) {
    while ended() < tasks {
        tokio::task::yield_now().await;
    }
}

/// Spawns batches, each of which ends before the next one begins, and drops the handles.
///
/// `$executor.$run(async { .. })` runs a program, `$spawn` spawns the body, `$end` waits until so
/// many bodies have ended.
macro_rules! batches {
    ($side:ident($name:expr), $executor:expr, $run:expr, $spawn:expr, $end:expr) => {{
        let mut executor = $executor;
        $side($name, move |meter| {
            ENDED.store(0, Relaxed);
            meter.time(|| {
                $run(&mut executor, async {
                    for batch in 1..=TASKS / BATCH {
                        (0..BATCH).for_each(|_| $spawn);
                        $end(batch * BATCH).await;
                    }
                });
            });
        })
    }};
}

/// Spawns a task and awaits its handle, again and again.
macro_rules! awaited {
    ($side:ident($name:expr), $executor:expr, $run:expr, $spawn:expr) => {{
        let mut executor = $executor;
        $side($name, move |meter| {
            meter.time(|| {
                $run(&mut executor, async {
                    for _ in 0..TASKS {
                        let _ = $spawn.await;
                    }
                });
            });
        })
    }};
}

fn on_loop(io_loop: &mut gen::IoLoop, program: impl std::future::Future<Output = ()>) {
    io_loop.block_on(program);
}

fn on_tokio(runtime: &mut tokio::runtime::Runtime, program: impl std::future::Future<Output = ()>) {
    runtime.block_on(program);
}

fn on_local_tokio(
    runtime: &mut tokio::runtime::LocalRuntime,
    program: impl std::future::Future<Output = ()>,
) {
    runtime.block_on(program);
}

fn on_monoio(runtime: &mut MonoioRuntime, program: impl std::future::Future<Output = ()>) {
    runtime.block_on(program);
}

/// An executor of async-executor for each thread. It is never freed.
fn static_executor() -> &'static async_executor::StaticLocalExecutor {
    thread_local! {
        static EXECUTOR: &'static async_executor::StaticLocalExecutor =
            Box::leak(Box::new(async_executor::StaticLocalExecutor::new()));
    }
    EXECUTOR.with(|executor| *executor)
}

fn on_async_executor(
    executor: &mut &'static async_executor::StaticLocalExecutor,
    program: impl std::future::Future<Output = ()>,
) {
    futures_lite::future::block_on(executor.run(program));
}

fn on_task_queue((): &mut (), program: impl std::future::Future<Output = ()>) {
    poll_to_end(program);
}

/// Runs the queue until so many bodies have ended.
async fn run_task_queue(tasks: u64) {
    while ended() < tasks {
        task_queue::run();
    }
}

async fn all_have_ended(tasks: u64) {
    assert_eq!(ended(), tasks);
}

fn in_batches() -> Vec<Entry> {
    let executor = Rc::new(Executor::default());
    vec![
        batches!(
            ours("`spawn_local` of a coroutine"),
            gen::IoLoop::new(),
            on_loop,
            drop(gen::spawn_local(ready_coroutine())),
            all_have_ended
        ),
        batches!(
            ours("`spawn` of a coroutine"),
            gen::IoLoop::new(),
            on_loop,
            drop(gen::spawn(ready_coroutine())),
            all_have_ended
        ),
        batches!(
            ours("a call of an engine"),
            gen::IoLoop::new(),
            on_loop,
            ready_engine().unwrap(),
            all_have_ended
        ),
        batches!(
            peer("tokio `spawn`"),
            tokio_runtime(),
            on_tokio,
            drop(tokio::spawn(ready())),
            until_ended_on_tokio
        ),
        batches!(
            peer("tokio `spawn_local`"),
            tokio_local_runtime(),
            on_local_tokio,
            drop(tokio::task::spawn_local(ready())),
            until_ended_on_tokio
        ),
        batches!(
            peer("async-executor"),
            static_executor(),
            on_async_executor,
            static_executor().spawn(ready()).detach(),
            until_ended
        ),
        batches!(peer("async-task"), (), on_task_queue, task_queue::spawn(ready()).detach(), run_task_queue),
        monoio_batches("monoio", ready),
        limit("a queue of plain cells", move |meter| {
            meter.time(|| {
                for _ in 0..TASKS / BATCH {
                    (0..BATCH).for_each(|_| executor.spawn(ready()));
                    executor.run();
                }
            });
        }),
        limit("polled at the call, no task", move |meter| {
            meter.time(|| (0..TASKS).for_each(|_| poll_to_end(ready())));
        }),
    ]
}

/// monoio starves tasks if its main future wakes itself, so the last handle of a batch is awaited.
fn monoio_batches<F: std::future::Future<Output = ()> + 'static>(
    name: &str,
    body: impl Fn() -> F + 'static,
) -> Entry {
    let mut runtime = monoio_runtime();
    peer(name, move |meter| {
        meter.time(|| {
            runtime.block_on(async {
                for _ in 0..TASKS / BATCH {
                    (1..BATCH).for_each(|_| drop(monoio::spawn(body())));
                    monoio::spawn(body()).await;
                }
            });
        });
    })
}

fn in_batches_suspended() -> Vec<Entry> {
    let executor = Rc::new(Executor::default());
    vec![
        batches!(
            ours("`spawn_local` of a coroutine"),
            gen::IoLoop::new(),
            on_loop,
            drop(gen::spawn_local(suspended_coroutine())),
            until_ended
        ),
        batches!(
            peer("tokio `spawn`"),
            tokio_runtime(),
            on_tokio,
            drop(tokio::spawn(suspended())),
            until_ended_on_tokio
        ),
        batches!(
            peer("async-executor"),
            static_executor(),
            on_async_executor,
            static_executor().spawn(suspended()).detach(),
            until_ended
        ),
        batches!(
            peer("async-task"),
            (),
            on_task_queue,
            task_queue::spawn(suspended()).detach(),
            run_task_queue
        ),
        monoio_batches("monoio", suspended),
        limit("a queue of plain cells", move |meter| {
            meter.time(|| {
                for _ in 0..TASKS / BATCH {
                    (0..BATCH).for_each(|_| executor.spawn(suspended()));
                    executor.run();
                }
            });
        }),
    ]
}

/// In a task of the queue, so that the queue runs the tasks that it awaits.
fn task_queue_awaited<F: std::future::Future<Output = ()> + 'static>(body: fn() -> F) -> Entry {
    peer("async-task", move |meter| {
        meter.time(|| {
            let program = async move {
                for _ in 0..TASKS {
                    task_queue::spawn(body()).await;
                }
            };
            task_queue::spawn(program).detach();
            task_queue::run();
        });
    })
}

fn limit_awaited<F: std::future::Future<Output = ()> + 'static>(body: fn() -> F) -> Entry {
    let executor = Rc::new(Executor::default());
    limit("a queue of plain cells, and a one-shot", move |meter| {
        meter.time(|| {
            let spawner = Rc::clone(&executor);
            executor.spawn(async move {
                for _ in 0..TASKS {
                    let (sender, receiver) = channel();
                    spawner.spawn(async move {
                        body().await;
                        sender.send(());
                    });
                    receiver.await;
                }
            });
            executor.run();
        });
    })
}

fn each_awaited() -> Vec<Entry> {
    vec![
        awaited!(
            ours("`spawn_local` of a coroutine"),
            gen::IoLoop::new(),
            on_loop,
            gen::spawn_local(ready_coroutine())
        ),
        awaited!(ours("`spawn` of a coroutine"), gen::IoLoop::new(), on_loop, gen::spawn(ready_coroutine())),
        awaited!(peer("tokio `spawn`"), tokio_runtime(), on_tokio, tokio::spawn(ready())),
        awaited!(
            peer("tokio `spawn_local`"),
            tokio_local_runtime(),
            on_local_tokio,
            tokio::task::spawn_local(ready())
        ),
        awaited!(peer("monoio"), monoio_runtime(), on_monoio, monoio::spawn(ready())),
        awaited!(
            peer("async-executor"),
            static_executor(),
            on_async_executor,
            static_executor().spawn(ready())
        ),
        task_queue_awaited(ready),
        limit_awaited(ready),
    ]
}

fn each_awaited_suspended() -> Vec<Entry> {
    vec![
        awaited!(
            ours("`spawn_local` of a coroutine"),
            gen::IoLoop::new(),
            on_loop,
            gen::spawn_local(suspended_coroutine())
        ),
        awaited!(peer("tokio `spawn`"), tokio_runtime(), on_tokio, tokio::spawn(suspended())),
        awaited!(
            peer("tokio `spawn_local`"),
            tokio_local_runtime(),
            on_local_tokio,
            tokio::task::spawn_local(suspended())
        ),
        awaited!(peer("monoio"), monoio_runtime(), on_monoio, monoio::spawn(suspended())),
        task_queue_awaited(suspended),
        limit_awaited(suspended),
    ]
}

pub fn run(runner: &mut Runner) {
    runner.case("spawn a body that never suspends", BATCH, TASKS, in_batches());
    runner.case("spawn a body that suspends once", BATCH, TASKS, in_batches_suspended());
    runner.case("spawn, and await the handle", 1, TASKS, each_awaited());
    runner.case("spawn, suspend once, and await the handle", 1, TASKS, each_awaited_suspended());
}
