//! A coroutine is a future: it runs on any executor. Operations that need the loop say so there.
use std::future::{pending, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use futures::channel::oneshot;
use gen::{yield_, Coroutine, NoHost, Promise, SharedFuture};
use tokio::task::{JoinSet, LocalSet};

/// Waits for several other threads at once, and after them for one more.
#[gen::coroutine]
fn across_threads(count: usize) -> gen::Result<usize> {
    let answers = (0..count).map(|n| {
        let (tx, rx) = oneshot::channel();
        thread::spawn(move || tx.send(n));
        rx
    });
    let answers: Vec<usize> = yield_!(answers.collect::<Vec<_>>())?;
    let (tx, rx) = oneshot::channel();
    thread::spawn(move || tx.send(answers.len()));
    yield_!(rx)
}

#[test]
fn a_coroutine_runs_on_the_loop() {
    assert_eq!(gen::run_sync(across_threads(30)).unwrap(), 30);
}

#[test]
fn a_coroutine_runs_on_the_executor_of_futures() {
    assert_eq!(futures::executor::block_on(across_threads(30)).unwrap(), 30);
}

#[test]
fn a_coroutine_runs_as_a_task_of_tokio_on_many_threads() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let tasks: Vec<_> = (0..10).map(|_| runtime.spawn(across_threads(30))).collect();
    for task in tasks {
        assert_eq!(runtime.block_on(task).unwrap().unwrap(), 30);
    }
}

#[test]
fn a_coroutine_runs_on_smols_executor() {
    let executor = async_executor::Executor::new();
    let task = executor.spawn(across_threads(30));
    assert_eq!(futures::executor::block_on(executor.run(task)).unwrap(), 30);
}

#[test]
fn an_async_fn_of_tokio_is_yielded_and_awaits_a_coroutine_in_turn() {
    async fn native() -> gen::Result<usize> {
        tokio::task::yield_now().await;
        across_threads(3).await
    }
    #[gen::coroutine]
    fn outer() -> gen::Result<usize> {
        let (a, b) = yield_!((native(), tokio::spawn(native())))?;
        Ok(a + b?)
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert_eq!(runtime.block_on(outer()).unwrap(), 6);
}

/// A `JoinSet` hides its tasks, like every collection with wakers of its own, since a request would
/// have to reach other threads. The yield that waits takes the request, and the tasks go on.
#[test]
fn a_join_set_of_tokio_is_a_leaf() {
    #[gen::coroutine]
    fn child(answer: SharedFuture<u32>) -> gen::Result<u32> {
        yield_!(answer)
    }
    #[gen::coroutine]
    fn waits(mut set: JoinSet<gen::Result<u32>>, answer: Promise<u32>) -> gen::Result<u32> {
        assert!(yield_!(set.join_next()).unwrap_err().is::<gen::Cancelled>());
        answer.set(7)?;
        yield_!(set.join_next())?.expect("it has one task")?
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let (promise, answer) = gen::promise();
    let mut set = JoinSet::new();
    set.spawn_on(child(answer), runtime.handle());
    let result = gen::run_sync(async {
        let task = gen::spawn_local(waits(set, promise));
        task.cancel("stop").await;
        task.await
    });
    assert_eq!(result.unwrap(), 7);
}

#[test]
fn what_needs_the_loop_says_so_and_does_not_hang() {
    #[gen::coroutine]
    fn needs_it() -> gen::Result<Vec<bool>> {
        let slept = yield_!(gen::sleep(Duration::from_secs(1)));
        let spawned = yield_!(gen::spawn(async { Ok::<_, gen::Error>(1) })).map(drop);
        let timed = yield_!(gen::with_timeout(Duration::from_secs(1), pending::<()>()));
        Ok([slept, spawned, timed].into_iter().map(|result| result.unwrap_err().is::<NoHost>()).collect())
    }
    assert_eq!(futures::executor::block_on(needs_it()).unwrap(), [true; 3]);
}

/// A thrown error reaches the innermost yield of a coroutine, whatever the waker of the executor
/// is. A release build may duplicate the vtable of a waker, so that `will_wake` does not recognise
/// a clone.
mod thrown {
    use super::*;

    #[gen::coroutine]
    fn innermost() -> gen::Result {
        yield_!(pending::<()>())
    }

    #[gen::coroutine]
    fn outermost() -> gen::Result {
        yield_!(innermost())
    }

    /// The foreign `join!` is transparent.
    #[gen::coroutine]
    fn joins() -> gen::Result {
        yield_!(async { tokio::try_join!(innermost(), pending::<gen::Result<()>>()).map(drop) })
    }

    #[gen::coroutine]
    fn selects() -> gen::Result {
        yield_!(async {
            tokio::select! {
                end = innermost() => end,
                () = pending::<()>() => Ok(()),
            }
        })
    }

    /// A set within the root future uses the waker of the root.
    #[gen::coroutine]
    fn runs_a_local_set() -> gen::Result {
        yield_!(async { LocalSet::new().run_until(innermost()).await })
    }

    /// A task of the set has a waker of its own.
    #[gen::coroutine]
    fn runs_a_local_task() -> gen::Result {
        let set = LocalSet::new();
        let task = set.spawn_local(innermost());
        yield_!(async { set.run_until(task).await.expect("it does not panic") })
    }

    /// The functions whose yields the error has passed.
    async fn way(coroutine: impl Coroutine<Output = gen::Result>) -> String {
        let mut coroutine = pin!(coroutine);
        assert!(poll_fn(|cx| Poll::Ready(coroutine.as_mut().poll(cx))).await.is_pending());
        poll_fn(move |cx| {
            let mut thrown = Some(gen::Error::new("stop"));
            Poll::Ready(match coroutine.as_mut().resume(cx, &mut thrown) {
                Poll::Ready(Err(error)) => {
                    error.trace().iter().map(gen::Site::function).collect::<Vec<_>>().join(" ")
                }
                other => format!("{other:?}, with {thrown:?} left"),
            })
        })
        .await
    }

    async fn ways() -> [String; 5] {
        [
            way(outermost()).await,
            way(joins()).await,
            way(selects()).await,
            way(runs_a_local_set()).await,
            way(runs_a_local_task()).await,
        ]
    }

    const WAYS: [&str; 5] = [
        "innermost outermost",
        "innermost joins",
        "innermost selects",
        "innermost runs_a_local_set",
        "runs_a_local_task",
    ];

    fn current_thread() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().build().unwrap()
    }

    #[test]
    fn at_the_root_of_tokio_on_one_thread() {
        assert_eq!(current_thread().block_on(ways()), WAYS);
    }

    #[test]
    fn at_the_root_of_tokio_on_many_threads() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        assert_eq!(runtime.block_on(ways()), WAYS);
    }

    #[test]
    fn at_the_root_of_a_local_set_of_tokio() {
        assert_eq!(current_thread().block_on(async { LocalSet::new().run_until(ways()).await }), WAYS);
        assert_eq!(LocalSet::new().block_on(&current_thread(), ways()), WAYS);
    }

    #[test]
    fn in_a_task_of_tokio() {
        let set = LocalSet::new();
        let task = set.spawn_local(ways());
        assert_eq!(current_thread().block_on(set.run_until(task)).unwrap(), WAYS);
    }

    #[test]
    fn on_the_executors_of_futures_and_smol_and_on_our_own() {
        assert_eq!(futures::executor::block_on(ways()), WAYS);
        assert_eq!(futures::executor::LocalPool::new().run_until(ways()), WAYS);
        let executor = async_executor::LocalExecutor::new();
        assert_eq!(futures::executor::block_on(executor.run(ways())), WAYS);
        assert_eq!(futures::executor::block_on(executor.run(executor.spawn(ways()))), WAYS);
        assert_eq!(gen::block_on(ways()), WAYS);
    }
}
