//! Locks and semaphores, beside those of tokio and of async-lock. All of them run in tasks of an
//! `IoLoop` of gen. An operation is to take the lock, and to give it back.

use std::future::Future;
use std::hint::black_box;
use std::rc::Rc;

use crate::fixtures::yield_now;
use crate::harness::{ours, peer, Entry, Runner};

const OPERATIONS: u64 = 1_000_000;

type Fallible = gen::Result<()>;

/// Runs `take` again and again, in one task.
fn alone<L: 'static>(
    make: fn() -> L,
    take: impl AsyncFn(&L) + Copy + 'static,
) -> impl FnMut(&mut crate::harness::Meter) + 'static {
    let io_loop = gen::IoLoop::new();
    move |meter| {
        let lock = make();
        let body = async move {
            for _ in 0..OPERATIONS {
                take(&lock).await;
            }
        };
        meter.time(|| io_loop.block_on(body));
    }
}

/// Runs `take` again and again in several tasks. Each has the lock for a turn, so it is always
/// handed over.
fn contended<L: 'static, F: Future<Output = ()> + 'static>(
    tasks: u64,
    make: fn() -> L,
    take: impl Fn(Rc<L>) -> F + Copy + 'static,
) -> impl FnMut(&mut crate::harness::Meter) + 'static {
    let io_loop = gen::IoLoop::new();
    move |meter| {
        let lock = Rc::new(make());
        meter.time(|| {
            let spawn = |_| {
                let lock = Rc::clone(&lock);
                io_loop.spawn_local(async move {
                    for _ in 0..OPERATIONS / tasks {
                        take(Rc::clone(&lock)).await;
                    }
                    Fallible::Ok(())
                })
            };
            let tasks: Vec<_> = (0..tasks).map(spawn).collect();
            io_loop.block_on(async {
                for task in tasks {
                    task.await.expect("nothing fails");
                }
            });
        });
    }
}

/// The entries of ours, of tokio and of async-lock for one kind of lock, uncontended.
macro_rules! alone {
    ($ours:expr, $tokio:expr, $async_lock:expr, |$lock:ident| $take:expr) => {
        alone!($ours, $tokio, $async_lock, |$lock| $take, |$lock| $take)
    };
    ($ours:expr, $tokio:expr, $async_lock:expr, |$lock:ident| $take:expr, |$other:ident| $third:expr) => {
        vec![
            ours("gen", alone(|| $ours, async |$lock| drop(black_box($take)))),
            peer("tokio", alone(|| $tokio, async |$lock| drop(black_box($take)))),
            peer("async-lock", alone(|| $async_lock, async |$other| drop(black_box($third)))),
        ]
    };
}

/// The same, with several tasks.
macro_rules! contended {
    ($tasks:expr, $ours:expr, $tokio:expr, $async_lock:expr, |$lock:ident| $take:expr) => {{
        let tasks = $tasks;
        vec![
            ours(
                "gen",
                contended(
                    tasks,
                    || $ours,
                    |$lock| async move {
                        let _held = $take;
                        yield_now().await;
                    },
                ),
            ),
            peer(
                "tokio",
                contended(
                    tasks,
                    || $tokio,
                    |$lock| async move {
                        let _held = $take;
                        yield_now().await;
                    },
                ),
            ),
            peer(
                "async-lock",
                contended(
                    tasks,
                    || $async_lock,
                    |$lock| async move {
                        let _held = $take;
                        yield_now().await;
                    },
                ),
            ),
        ]
    }};
}

fn locks() -> Vec<Entry> {
    alone!(
        gen::sync::Lock::new(0_u64),
        tokio::sync::Mutex::new(0_u64),
        async_lock::Mutex::new(0_u64),
        |lock| lock.lock().await
    )
}

fn reads() -> Vec<Entry> {
    alone!(
        gen::sync::RwLock::new(0_u64),
        tokio::sync::RwLock::new(0_u64),
        async_lock::RwLock::new(0_u64),
        |lock| lock.read().await
    )
}

fn writes() -> Vec<Entry> {
    alone!(
        gen::sync::RwLock::new(0_u64),
        tokio::sync::RwLock::new(0_u64),
        async_lock::RwLock::new(0_u64),
        |lock| lock.write().await
    )
}

fn permits() -> Vec<Entry> {
    alone!(
        gen::sync::Semaphore::new(3),
        tokio::sync::Semaphore::new(3),
        async_lock::Semaphore::new(3),
        |semaphore| semaphore.acquire().await.unwrap(),
        |semaphore| semaphore.acquire().await
    )
}

pub fn run(runner: &mut Runner) {
    runner.case("lock and unlock", 1, OPERATIONS, locks());
    runner.case("lock to read, and unlock", 1, OPERATIONS, reads());
    runner.case("lock to write, and unlock", 1, OPERATIONS, writes());
    runner.case("acquire a permit, and release it", 1, OPERATIONS, permits());
    for tasks in [2, 100] {
        let locks = contended!(
            tasks,
            gen::sync::Lock::new(0_u64),
            tokio::sync::Mutex::new(0_u64),
            async_lock::Mutex::new(0_u64),
            |lock| lock.lock().await
        );
        runner.case("a lock that is handed from task to task", tasks, OPERATIONS, locks);
        let semaphores = contended!(
            tasks,
            gen::sync::Semaphore::new(1),
            tokio::sync::Semaphore::new(1),
            async_lock::Semaphore::new(1),
            |semaphore| semaphore.acquire().await
        );
        runner.case("a permit that is handed from task to task", tasks, OPERATIONS, semaphores);
    }
}
