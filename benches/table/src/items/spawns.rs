//! Tasks from their spawn to their end. An operation is one task.

use std::future::Future;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use async_executor::StaticLocalExecutor;

use crate::fixtures::{
    monoio_runtime, poll_to_end, task_queue, tokio_local_runtime, tokio_runtime, yield_now, MonoioRuntime,
};
use crate::harness::{limit, Entry, Runner, Side};
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

/// Runs a program that spawns tasks, and the tasks.
trait Host {
    fn run(&mut self, program: impl Future<Output = ()> + 'static);
}

impl Host for gen::IoLoop {
    fn run(&mut self, program: impl Future<Output = ()> + 'static) {
        self.block_on(program);
    }
}

impl Host for tokio::runtime::Runtime {
    fn run(&mut self, program: impl Future<Output = ()> + 'static) {
        self.block_on(program);
    }
}

impl Host for tokio::runtime::LocalRuntime {
    fn run(&mut self, program: impl Future<Output = ()> + 'static) {
        self.block_on(program);
    }
}

impl Host for MonoioRuntime {
    fn run(&mut self, program: impl Future<Output = ()> + 'static) {
        self.block_on(program);
    }
}

impl Host for &'static StaticLocalExecutor {
    fn run(&mut self, program: impl Future<Output = ()> + 'static) {
        futures_lite::future::block_on(StaticLocalExecutor::run(self, program));
    }
}

/// The queue of async-task.
struct TaskQueue;

impl Host for TaskQueue {
    fn run(&mut self, program: impl Future<Output = ()> + 'static) {
        task_queue::spawn(program).detach();
        task_queue::run();
    }
}

impl Host for Rc<Executor> {
    fn run(&mut self, program: impl Future<Output = ()> + 'static) {
        self.spawn(program);
        Executor::run(self);
    }
}

/// An executor of async-executor for each thread. It is never freed.
fn static_executor() -> &'static StaticLocalExecutor {
    thread_local! {
        static EXECUTOR: &'static StaticLocalExecutor = Box::leak(Box::new(StaticLocalExecutor::new()));
    }
    EXECUTOR.with(|executor| *executor)
}

/// Spawns batches, each of which ends before the next one begins, and drops the handles.
fn batches<T>(
    name: (Side, &str),
    mut host: impl Host + 'static,
    spawn: impl Fn() -> T + Clone + 'static,
) -> Entry {
    Entry::new(name, move |meter| {
        ENDED.store(0, Relaxed);
        let spawn = spawn.clone();
        let program = async move {
            for batch in 1..=TASKS / BATCH {
                (0..BATCH).for_each(|_| drop(spawn()));
                until_ended(batch * BATCH).await;
            }
        };
        meter.time(|| host.run(program));
    })
}

/// monoio starves its tasks while another one wakes itself, so the last handle of a batch is
/// awaited.
fn monoio_batches<F>(body: impl Fn() -> F + Copy + 'static) -> Entry
where
    F: Future<Output = ()> + 'static,
{
    let mut runtime = monoio_runtime();
    Entry::new((Side::Peer, "monoio"), move |meter| {
        let program = async move {
            for _ in 0..TASKS / BATCH {
                (1..BATCH).for_each(|_| drop(monoio::spawn(body())));
                monoio::spawn(body()).await;
            }
        };
        meter.time(|| runtime.run(program));
    })
}

/// Spawns a task and awaits its handle, again and again.
fn awaited<T>(
    name: (Side, &str),
    mut host: impl Host + 'static,
    spawn: impl Fn() -> T + Clone + 'static,
) -> Entry
where
    T: Future + 'static,
{
    Entry::new(name, move |meter| {
        let spawn = spawn.clone();
        let program = async move {
            for _ in 0..TASKS {
                spawn().await;
            }
        };
        meter.time(|| host.run(program));
    })
}

/// Tasks in batches: ours of a coroutine, the peers' of an `async fn`.
fn in_batches<C, F>(
    coroutine: impl Fn() -> C + Copy + 'static,
    body: impl Fn() -> F + Copy + 'static,
) -> Vec<Entry>
where
    C: Future<Output = gen::Result> + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    use Side::{Limit, Ours, Peer};
    let executor = Rc::new(Executor::default());
    let spawner = Rc::clone(&executor);
    vec![
        batches((Ours, "`spawn_local` of a coroutine"), gen::IoLoop::new(), move || {
            gen::spawn_local(coroutine())
        }),
        batches((Ours, "`spawn` of a coroutine"), gen::IoLoop::new(), move || gen::spawn(coroutine())),
        batches((Peer, "tokio `spawn`"), tokio_runtime(), move || tokio::spawn(body())),
        batches((Peer, "tokio `spawn_local`"), tokio_local_runtime(), move || {
            tokio::task::spawn_local(body())
        }),
        monoio_batches(body),
        batches((Peer, "async-executor"), static_executor(), move || {
            static_executor().spawn(body()).detach()
        }),
        batches((Peer, "async-task"), TaskQueue, move || task_queue::spawn(body()).detach()),
        batches((Limit, "a queue of plain cells"), executor, move || spawner.spawn(body())),
    ]
}

/// Bodies that need no task, because they never suspend.
fn never_suspended() -> Vec<Entry> {
    vec![
        batches((Side::Ours, "a call of an engine"), gen::IoLoop::new(), || ready_engine().unwrap()),
        limit("polled at the call, no task", |meter| {
            meter.time(|| (0..TASKS).for_each(|_| poll_to_end(ready())));
        }),
    ]
}

/// Tasks whose handles are awaited, one after the other.
fn each_awaited<C, F>(
    coroutine: impl Fn() -> C + Copy + 'static,
    body: impl Fn() -> F + Copy + 'static,
) -> Vec<Entry>
where
    C: Future<Output = gen::Result> + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    use Side::{Limit, Ours, Peer};
    let executor = Rc::new(Executor::default());
    let spawner = Rc::clone(&executor);
    vec![
        awaited((Ours, "`spawn_local` of a coroutine"), gen::IoLoop::new(), move || {
            gen::spawn_local(coroutine())
        }),
        awaited((Ours, "`spawn` of a coroutine"), gen::IoLoop::new(), move || gen::spawn(coroutine())),
        awaited((Peer, "tokio `spawn`"), tokio_runtime(), move || tokio::spawn(body())),
        awaited((Peer, "tokio `spawn_local`"), tokio_local_runtime(), move || {
            tokio::task::spawn_local(body())
        }),
        awaited((Peer, "monoio"), monoio_runtime(), move || monoio::spawn(body())),
        awaited((Peer, "async-executor"), static_executor(), move || static_executor().spawn(body())),
        awaited((Peer, "async-task"), TaskQueue, move || task_queue::spawn(body())),
        awaited((Limit, "a queue of plain cells, and a one-shot"), executor, move || {
            let (sender, receiver) = channel();
            spawner.spawn(async move {
                body().await;
                sender.send(());
            });
            receiver
        }),
    ]
}

pub fn run(runner: &mut Runner) {
    let mut entries = in_batches(ready_coroutine, ready);
    entries.extend(never_suspended());
    runner.case("spawn a body that never suspends", BATCH, TASKS, entries);
    runner.case("spawn a body that suspends once", BATCH, TASKS, in_batches(suspended_coroutine, suspended));
    runner.case("spawn, and await the handle", 1, TASKS, each_awaited(ready_coroutine, ready));
    let entries = each_awaited(suspended_coroutine, suspended);
    runner.case("spawn, suspend once, and await the handle", 1, TASKS, entries);
}
