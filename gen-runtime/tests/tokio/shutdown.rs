//! `TaskTracker`: tasks on tokio that are shut down together.

// A handle is taken out of a tracked block on purpose.
#![allow(clippy::async_yields_async)]

use std::future::pending;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{mpsc, Arc};
use std::time::Duration;

use gen::{yield_, CancelSource, Cancelled, IoLoop, TaskTracker};
use tokio::task::LocalSet;

use crate::runtimes::{runtimes, time_limit};

const MS: Duration = Duration::from_millis(1);
const MINUTE: Duration = Duration::from_secs(60);

#[gen::coroutine]
fn cleans_up(count: Arc<AtomicUsize>) -> gen::Result {
    let error = yield_!(pending::<()>()).unwrap_err();
    assert_eq!(error.downcast_ref::<Cancelled>().unwrap().source, CancelSource::Shutdown);
    yield_!(gen::sleep(MS))?;
    count.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

#[gen::coroutine]
fn stubborn() -> gen::Result {
    loop {
        let _ = yield_!(pending::<()>());
    }
}

#[gen::coroutine]
fn spawns_another(count: Arc<AtomicUsize>) -> gen::Result {
    yield_!(gen::moment())?;
    drop(gen::spawn(cleans_up(count.clone())));
    yield_!(cleans_up(count))
}

#[test]
fn every_task_cleans_up_before_the_shutdown_is_over() {
    for runtime in runtimes() {
        let count = Arc::new(AtomicUsize::new(0));
        let unfinished = runtime.block_on(async {
            let tracker = TaskTracker::new();
            (0..100).for_each(|_| drop(tracker.spawn(cleans_up(count.clone()))));
            tracker.track(async { drop(gen::spawn(cleans_up(count.clone()))) }).await;
            assert_eq!(tracker.len(), 101);
            tracker.shutdown(MINUTE).await
        });
        assert_eq!((unfinished.len(), count.load(Ordering::Relaxed)), (0, 101));
    }
}

#[test]
fn tasks_that_a_tracked_task_spawns_are_tracked_too() {
    for runtime in runtimes() {
        let count = Arc::new(AtomicUsize::new(0));
        runtime.block_on(async {
            let tracker = TaskTracker::new();
            let task = tracker.spawn(spawns_another(count.clone()));
            // Answered when it is suspended after its spawn.
            while !task.trace().await.iter().any(|site| site.function() == "cleans_up") {}
            assert_eq!(tracker.len(), 2);
            assert!(tracker.shutdown(MINUTE).await.is_empty());
            task.await.unwrap();
        });
        assert_eq!(count.load(Ordering::Relaxed), 2);
    }
}

#[test]
fn tasks_that_are_spawned_during_or_after_the_shutdown_are_cancelled() {
    #[gen::coroutine]
    fn spawns_late(count: Arc<AtomicUsize>) -> gen::Result {
        let _ = yield_!(pending::<()>());
        drop(gen::spawn(cleans_up(count)));
        Ok(())
    }
    for runtime in runtimes() {
        let count = Arc::new(AtomicUsize::new(0));
        runtime.block_on(async {
            let tracker = TaskTracker::new();
            let task = tracker.spawn(spawns_late(count.clone()));
            assert!(tracker.shutdown(MINUTE).await.is_empty());
            task.await.unwrap();
            tracker.spawn(cleans_up(count.clone())).await.unwrap();
        });
        assert_eq!(count.load(Ordering::Relaxed), 2);
    }
}

#[test]
fn the_tasks_that_did_not_end_are_named() {
    for runtime in runtimes() {
        runtime.block_on(async {
            let tracker = TaskTracker::new();
            drop(tracker.spawn(stubborn()));
            let line = line!() - 1;
            tracker.track(async { drop(gen::spawn(stubborn())) }).await;
            let unfinished = tracker.shutdown(MS).await;
            let lines: Vec<_> = unfinished.iter().map(|task| task.spawned_at().line()).collect();
            assert_eq!(lines, [line, line + 2]);
            assert!(unfinished.iter().all(|task| task.spawned_at().file() == file!()));
            assert_eq!(unfinished[0].trace().await[0].function(), "stubborn");
        });
    }
}

#[test]
fn local_tasks_are_tracked() {
    let [runtime, _] = runtimes();
    let count = Arc::new(AtomicUsize::new(0));
    let not_send = Rc::new(count.clone());
    runtime.block_on(gen::local(async {
        let tracker = TaskTracker::new();
        let task =
            tracker.track(async { gen::spawn_local(async move { cleans_up((*not_send).clone()).await }) });
        let task = task.await;
        assert_eq!(tracker.len(), 1);
        assert!(tracker.shutdown(MINUTE).await.is_empty());
        assert!(task.is_done());
    }));
    assert_eq!(count.load(Ordering::Relaxed), 1);
}

#[test]
fn a_local_place_within_a_tracked_future_is_tracked() {
    let [runtime, _] = runtimes();
    let tracker = TaskTracker::new();
    runtime.block_on(tracker.track(gen::local(async {
        let task = gen::spawn_local(stubborn());
        assert_eq!(tracker.len(), 1);
        drop(task);
    })));
    assert!(tracker.is_empty(), "the tasks of a local place end with it");
}

/// The memory of a service that runs for ever: a task that has ended is forgotten.
#[test]
fn a_task_that_has_ended_is_no_longer_tracked() {
    for runtime in runtimes() {
        runtime.block_on(async {
            let tracker = TaskTracker::new();
            for _ in 0..100 {
                let held = Arc::new(());
                let in_task = held.clone();
                let task = tracker.spawn(async move {
                    gen::sleep(Duration::ZERO).await?;
                    Ok::<_, gen::Error>(in_task)
                });
                drop(task.await);
                while !tracker.is_empty() {
                    tokio::task::yield_now().await;
                }
                assert_eq!(Arc::strong_count(&held), 1);
            }
        });
    }
}

/// Otherwise a handle would wait for a task that a shutdown has left, and the runtime has dropped.
#[test]
fn a_task_that_outlasts_its_shutdown_ends_with_loop_closed_when_its_runtime_is_dropped() {
    let [_, runtime] = runtimes();
    let tracker = TaskTracker::new();
    let task = {
        let _entered = runtime.enter();
        tracker.spawn(stubborn())
    };
    runtime.block_on(async { assert_eq!(tracker.shutdown(MS).await.len(), 1) });
    drop(runtime);
    assert!(tracker.is_empty());
    assert!(futures::executor::block_on(task).unwrap_err().is::<gen::LoopClosed>());
}

/// Otherwise a clean-up would be disturbed because two have cancelled its task.
#[test]
fn a_task_that_is_cancelled_and_shut_down_hears_of_it_once() {
    #[gen::coroutine]
    fn counts() -> gen::Result<usize> {
        let mut heard = 0;
        while yield_!(gen::sleep(5 * MS)).is_err() {
            heard += 1;
        }
        Ok(heard)
    }
    let _limit = time_limit();
    let [runtime, _] = runtimes();
    runtime.block_on(async {
        let tracker = TaskTracker::new();
        let (before, between) = (tracker.spawn(counts()), tracker.spawn(counts()));
        drop(before.cancel("stop"));
        // This is the only thread, so no task is polled until this future waits.
        let mut shutdowns = [tracker.shutdown(MINUTE), tracker.shutdown(MINUTE)].map(Box::pin);
        assert!(futures::poll!(shutdowns[0].as_mut()).is_pending());
        drop(between.cancel("stop"));
        assert!(futures::poll!(shutdowns[1].as_mut()).is_pending());
        for shutdown in shutdowns {
            assert!(shutdown.await.is_empty());
        }
        assert_eq!((before.await.unwrap(), between.await.unwrap()), (1, 1));
    });
}

/// Otherwise a service would say that all is over while a body still holds its file.
#[test]
fn a_body_is_dropped_before_its_task_leaves_the_tracker() {
    struct Leaves(TaskTracker, mpsc::Sender<usize>);
    impl Drop for Leaves {
        fn drop(&mut self) {
            self.1.send(self.0.len()).unwrap();
        }
    }
    // So deep in spawns a body is not polled before the runtime polls it, which never happens here.
    #[gen::coroutine(send, boxed)]
    fn nests(depth: u32, held: Leaves) -> gen::Result {
        if depth > 0 {
            drop(gen::spawn(nests(depth - 1, held)));
            return Ok(());
        }
        yield_!(pending::<()>())
    }
    for depth in [0, 1, 100] {
        let [runtime, _] = runtimes();
        let tracker = TaskTracker::new();
        let (sender, dropped) = mpsc::channel();
        runtime.block_on(async {
            drop(tracker.spawn(nests(depth, Leaves(tracker.clone(), sender))));
            assert_eq!(tracker.len(), 1);
        });
        drop(runtime);
        assert_eq!((dropped.recv().unwrap(), tracker.len()), (1, 0), "{depth}");
    }
}

/// Otherwise the end of a program would be a panic of tokio's, in a destructor.
#[test]
fn a_spawn_in_a_destructor_without_a_runtime_fails() {
    struct Spawns(TaskTracker, mpsc::Sender<gen::JoinHandle<()>>);
    impl Drop for Spawns {
        fn drop(&mut self) {
            for task in [gen::spawn(stubborn()), gen::spawn_local(stubborn()), self.0.spawn(stubborn())] {
                self.1.send(task).unwrap();
            }
        }
    }
    let _limit = time_limit();
    let [runtime, _] = runtimes();
    let (sender, spawned) = mpsc::channel();
    let set = LocalSet::new();
    runtime.block_on(gen::with_local_set(&set, async {
        for _ in 0..2 {
            let tracker = TaskTracker::new();
            let held = Spawns(tracker.clone(), sender.clone());
            let body = async move {
                let _held = held;
                pending::<gen::Result>().await
            };
            drop(tracker.track(async { gen::spawn_local(body) }).await);
        }
    }));
    drop((runtime, sender));
    // The runtime is gone, and is not entered: the set drops its tasks here.
    drop(set);
    let errors: Vec<_> = spawned.iter().map(|task| futures::executor::block_on(task).unwrap_err()).collect();
    assert_eq!(errors.len(), 6);
    assert!(errors.iter().all(|error| error.is::<gen::NoHost>()), "{errors:?}");
}

/// A library that tracks its tasks works on a loop, which has a shutdown of its own.
#[test]
fn on_a_loop_and_without_a_runtime_nothing_is_tracked_and_nothing_panics() {
    let tracker = TaskTracker::new();
    let of_loop = tracker.clone();
    IoLoop::new()
        .run_sync(async move {
            let seven = of_loop.track(async { gen::spawn(async { Ok::<_, gen::Error>(7) }).await });
            assert_eq!(seven.await?, 7);
            assert_eq!(of_loop.spawn(async { Ok::<_, gen::Error>(8) }).await?, 8);
            Ok::<_, gen::Error>(())
        })
        .unwrap();
    let task = tracker.spawn(async { Ok::<_, gen::Error>(9) });
    assert!(futures::executor::block_on(task).unwrap_err().is::<gen::NoHost>());
}
