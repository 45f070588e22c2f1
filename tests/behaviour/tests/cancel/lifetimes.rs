//! Lifetimes: no part of a task, a request or an error stays alive after its end.

use std::future::pending;
use std::sync::{Arc, Weak};

use behaviour::{logged, logged_with_debug};

use super::*;

/// Otherwise the local variables of a cancelled body would live as long as its handle.
#[test]
fn t26_what_a_cancelled_body_held_is_free_when_its_end_is_told() {
    #[gen::coroutine]
    fn holds(_value: Arc<()>) -> gen::Result {
        yield_!(pending::<()>())
    }
    let value = Arc::new(());
    run(async {
        let task = spawn(holds(value.clone()));
        assert_eq!(Arc::strong_count(&value), 2);
        task.cancel("stop").await;
        assert_eq!(Arc::strong_count(&value), 1);
        drop(task.await);
        Ok(())
    });
}

/// Otherwise a future that waits for the end of a task would keep the task's memory, or be kept by
/// it.
#[test]
fn t26_what_waits_for_an_end_may_be_dropped_or_forgotten() {
    let value = Arc::new(());
    let weak: Weak<()> = Arc::downgrade(&value);
    let journal = Journal::default();
    run(async {
        let held = value;
        let said = journal.clone();
        let task = spawn(async move {
            let _held = held;
            works("a", 1, said).await
        });
        let mut polled = task.cancel("stop");
        assert!(futures::poll!(&mut polled).is_pending());
        drop(polled);
        gen::sleep(seconds(5)).await?;
        assert!(task.is_done(), "dropping it does not take the request back");
        assert!(weak.upgrade().is_none());
        drop(task.await);
        Ok(())
    });
    assert_eq!(journal.take(), "a told, a clean");
}

/// A child that is dropped without a cancellation, and one that takes its time, are each dropped
/// once.
#[test]
fn t19_each_child_of_a_cancelled_group_is_dropped_once() {
    needs!(OneThread);
    #[gen::coroutine]
    fn child(cleanup: u64, _guard: Guard) -> gen::Result {
        let end = yield_!(pending::<()>());
        yield_!(gen::sleep(seconds(cleanup)))?;
        end
    }
    let dropped = Count::default();
    run(async {
        let children: Vec<_> = (1..11).map(|n| child(n, Guard(dropped.clone()))).collect();
        let untold: Vec<_> = (0..10)
            .map(|_| {
                let guard = Guard(dropped.clone());
                async move {
                    let _guard = guard;
                    pending::<gen::Result<()>>().await
                }
            })
            .collect();
        let task = spawn(gen::multi((children, untold)).join());
        let cancelling = task.cancel("stop");
        gen::moment().await?;
        gen::moment().await?;
        assert_eq!(dropped.get(), 10, "those that cannot be told");
        cancelling.await;
        drop(task.await);
        Ok(())
    });
    assert_eq!(dropped.get(), 20);
}

/// A group that is dropped while it is being cancelled leaks nothing.
#[test]
fn t19_a_group_may_be_dropped_while_it_is_cancelled() {
    needs!(EndDropsTasks);
    let dropped = Count::default();
    let task = run(async {
        let group = [shielded(Guard(dropped.clone())), shielded(Guard(dropped.clone()))];
        let task = spawn(gen::multi(group).join());
        drop(task.cancel("stop"));
        gen::sleep(seconds(1)).await?;
        assert_eq!(dropped.get(), 0);
        Ok(task)
    });
    assert_eq!(dropped.get(), 2);
    assert!(task.is_done());
}

#[gen::coroutine]
fn shielded(_guard: Guard) -> gen::Result {
    yield_!(gen::shield(pending::<()>()))
}

/// Otherwise a panic of a child that receives a cancellation would leave the request in flight, and
/// the next task that is polled would take it.
#[test]
fn t19_a_panic_of_a_child_that_is_told_leaves_nothing_in_flight() {
    #[gen::coroutine]
    fn panics() -> gen::Result {
        if yield_!(pending::<()>()).is_err() {
            panic!("when told");
        }
        Ok(())
    }
    let journal = Journal::default();
    let body = async {
        let task = spawn(gen::multi([panics(), panics()]).join());
        let bystander = spawn(works("a", 1, journal.clone()));
        task.cancel("stop").await;
        let error = task.await.unwrap_err();
        assert!(error.is::<gen::Panicked>() && error.others().len() == 1, "both were told");
        gen::sleep(seconds(1)).await?;
        assert_eq!(journal.take(), "", "the next task is told nothing");
        drop(bystander);
        Ok(())
    };
    // One of the failures is raised, and the other is logged.
    assert_eq!(logged(|| run(body)).1.len(), 1);
}

/// A body that moves to another executor together with its yields receives errors from that
/// executor.
#[test]
fn t03_a_yield_that_was_spawned_from_a_body_belongs_to_its_own_task() {
    #[gen::coroutine]
    fn spawns(journal: Journal) -> gen::Result<gen::JoinHandle<u32>> {
        let inner = journal.clone();
        Ok(spawn(async move { yield_!(works("inner", 1, inner)) }))
    }
    let journal = Journal::default();
    run(async {
        let outer = spawn(spawns(journal.clone()));
        let inner = outer.await?;
        inner.cancel("stop").await;
        assert!(inner.await.is_err());
        Ok(())
    });
    assert_eq!(journal.take(), "inner told, inner clean");
}

/// Otherwise a task that was merely cancelled would be logged as a failure, or no record at all
/// would say where it was.
#[test]
fn a_cancelled_task_that_nobody_looks_at_is_logged_for_debugging() {
    let (_, lines) = logged_with_debug(|| {
        run(async {
            let task = spawn(works("a", 1, Journal::default()));
            task.cancel("stop").await;
            drop(task);
            Ok(())
        })
    });
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("DEBUG gen: a task failed, and its result was never read: "), "{lines:?}");
    assert!(lines[0].contains("cancelled: stop\nat ") && lines[0].contains("in works"), "{}", lines[0]);
}

/// Otherwise a result that is read many times would outlive its readers, or be dropped with the
/// first.
#[test]
fn t26_a_shared_result_is_freed_by_its_last_reader() {
    needs!(LocalTasks);
    let value = Arc::new(7);
    run(async {
        let held = value.clone();
        let task = spawn(async move {
            gen::sleep(seconds(1)).await?;
            Ok::<_, gen::Error>(held)
        });
        let first = task.shared();
        let second = first.clone();
        assert_eq!((*first.await?, *second.clone().await?), (7, 7));
        assert_eq!(Arc::strong_count(&value), 2, "the reader that is left");
        drop(second);
        assert_eq!(Arc::strong_count(&value), 1);
        Ok(())
    });
}

/// If a shared task is cancelled, all its readers get the error. It is logged if no reader looks at
/// it.
#[test]
fn a_shared_task_that_fails_tells_its_readers_or_the_log() {
    needs!(LocalTasks);
    for readers in [2, 0] {
        let (_, lines) = logged_with_debug(|| {
            run(async {
                let task = spawn(works("a", 1, Journal::default()));
                drop(task.cancel("stop"));
                let shared = task.shared();
                gen::sleep(seconds(2)).await?;
                for _ in 0..readers {
                    assert_eq!(reason(&shared.clone().await.unwrap_err()), "stop");
                }
                Ok(())
            })
        });
        assert_eq!(lines.len(), usize::from(readers == 0), "{lines:?}");
        assert!(lines.iter().all(|line| line.contains("cancelled: stop")));
    }
}

/// A task that has ended can be shared anywhere. One that has not ended needs a loop.
#[test]
fn sharing_needs_a_loop_only_while_the_task_runs() {
    needs!(TheLoop);
    let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    let done = io_loop.spawn_local(async { Ok::<_, gen::Error>(7) }).shared();
    assert_eq!(done.result().unwrap().unwrap(), 7);
    let running = io_loop.spawn_local(async { gen::moment().await }).shared();
    assert!(running.result().unwrap().unwrap_err().is::<gen::NoHost>());
}
