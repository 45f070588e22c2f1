//! `cancel(..).grace(..)`: a task that has not ended within the grace period is dropped.

use std::future::pending;

use behaviour::Took;

use super::*;

/// Runs a body. Returns its result and the time that it took.
fn timed<T>(body: impl Future<Output = gen::Result<T>>) -> (T, Took) {
    let (took, result) = behaviour::timed(body);
    (result.unwrap(), took)
}

/// Ignores every cancellation.
#[gen::coroutine]
fn ignores(guard: Guard) -> gen::Result {
    loop {
        let _guard = &guard;
        if yield_!(gen::sleep(seconds(3600))).is_err() {
            yield_!(gen::shield(gen::sleep(seconds(1))))?;
        }
    }
}

/// Otherwise a task that ignores its cancellation would live for ever.
#[test]
fn a_task_that_does_not_end_is_dropped() {
    let dropped = Count::default();
    let guard = Guard(dropped.clone());
    let (error, took) = timed(async {
        let task = spawn(ignores(guard));
        task.cancel("stop").grace(seconds(5)).await;
        assert_eq!(dropped.get(), 1, "it is over when all is dropped");
        Ok(task.await.unwrap_err())
    });
    assert_eq!((reason(&error).as_str(), took), ("stop", in_seconds(5)));
    assert_eq!(error.downcast_ref::<gen::Cancelled>().unwrap().site, None);
}

/// Otherwise a clean-up in time would be interrupted, or a later task would be dropped instead.
#[test]
fn a_task_that_ends_in_time_is_left_alone_and_so_is_who_comes_after_it() {
    let journal = Journal::default();
    let (later, took) = timed(async {
        let task = spawn(works("a", 2, journal.clone()));
        task.cancel("stop").grace(seconds(5)).await;
        let later = spawn(async {
            gen::sleep(seconds(10)).await?;
            Ok::<_, gen::Error>("slept")
        });
        later.await
    });
    assert_eq!((later, took, journal.take().as_str()), ("slept", in_seconds(12), "a told, a clean"));
}

/// Otherwise the caller would have to wait for the end, because no other code can end the task.
#[test]
fn the_time_goes_on_when_nobody_waits() {
    needs!(VirtualTime);
    let dropped = Count::default();
    let guard = Guard(dropped.clone());
    timed(async {
        let task = spawn(ignores(guard));
        drop(task.cancel("stop").grace(seconds(5)));
        gen::sleep(seconds(4)).await?;
        assert_eq!(dropped.get(), 0);
        gen::sleep(seconds(1)).await?;
        gen::moment().await?;
        assert_eq!(dropped.get(), 1);
        assert!(task.is_done());
        drop(task.await);
        Ok(())
    });
}

/// Otherwise an urgent request could not shorten the grace period of an earlier one, or a patient
/// one would lengthen it.
#[test]
fn of_several_the_one_that_ends_first_counts() {
    for times in [[5, 50], [50, 5]] {
        let (error, took) = timed(async {
            let task = spawn(ignores(Guard(Count::default())));
            for time in times {
                drop(task.cancel("stop").grace(seconds(time)));
            }
            Ok(task.await.unwrap_err())
        });
        assert_eq!((reason(&error).as_str(), took), ("stop", in_seconds(5)));
    }
    // The grace period of the same future may be changed.
    let (_, took) = timed(async {
        let task = spawn(ignores(Guard(Count::default())));
        task.cancel("stop").grace(seconds(50)).grace(seconds(7)).grace(Duration::MAX).await;
        drop(task.await);
        Ok(())
    });
    assert_eq!(took, in_seconds(7));
}

/// Otherwise a shield, a group or a scope could not be ended.
#[test]
fn whatever_it_waits_for_is_dropped() {
    macro_rules! ends {
        ($name:ident, |$guard:ident| $yielded:expr) => {
            #[gen::coroutine]
            fn $name($guard: Guard) -> gen::Result {
                yield_!($yielded).map(drop)
            }
            let dropped = Count::default();
            let guard = Guard(dropped.clone());
            let (_, took) = timed(async {
                let task = spawn($name(guard));
                task.cancel("stop").grace(seconds(5)).await;
                assert_eq!(dropped.get(), 1, stringify!($name));
                assert!(task.await.unwrap_err().is_cancelled());
                Ok(())
            });
            assert_eq!(took, in_seconds(5), stringify!($name));
        };
    }
    ends!(shield, |guard| gen::shield(ignores(guard)));
    ends!(list, |guard| vec![ignores(guard)]);
    ends!(tuple, |guard| (gen::shield(pending::<()>()), ignores(guard)));
    ends!(timeout, |guard| gen::with_timeout(seconds(100), ignores(guard)).cancel(seconds(100)));
    ends!(scope, |guard| gen::scope(|scope| async move {
        scope.spawn(ignores(guard));
        yield_!(gen::sleep(seconds(3600)))
    }));
}

/// Otherwise a plain future would be kept for the whole grace period.
#[test]
fn what_cannot_be_told_is_dropped_at_once() {
    let (_, took) = timed(async {
        let task = spawn(pending::<gen::Result<()>>());
        task.cancel("stop").grace(seconds(5)).await;
        assert!(task.await.unwrap_err().is_cancelled());
        Ok(())
    });
    assert_eq!(took, in_seconds(0));
}

/// After its end, a task is neither dropped nor waited for.
#[test]
fn after_the_end_nothing_happens() {
    let (value, took) = timed(async {
        let task = spawn(async { Ok::<_, gen::Error>(7) });
        task.cancel("stop").grace(seconds(5)).await;
        task.await
    });
    assert_eq!((value, took), (7, in_seconds(0)));
}

/// Otherwise a destructor that panics would end the loop.
#[test]
fn a_drop_that_panics_ends_there() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("in the drop of a local");
        }
    }
    #[gen::coroutine]
    fn stubborn() -> gen::Result {
        let _panics = Panics;
        loop {
            drop(yield_!(gen::sleep(seconds(3600))));
        }
    }
    let (_, lines) = behaviour::logged(|| {
        timed(async {
            let task = spawn(stubborn());
            task.cancel("stop").grace(seconds(5)).await;
            assert!(task.await.unwrap_err().is_cancelled());
            Ok(())
        })
    });
    assert!(lines.iter().any(|line| line.contains("in the drop of a local")), "{lines:#?}");
}

/// Otherwise a handle on another thread could not end the task.
#[test]
fn another_thread_may_set_the_time() {
    let error = run(async {
        let task = gen::spawn(ignores(Guard(Count::default())));
        let thread = std::thread::spawn(move || {
            gen::block_on(task.cancel("from afar").grace(Duration::ZERO));
            gen::block_on(task).unwrap_err()
        });
        while !thread.is_finished() {
            gen::moment().await?;
        }
        Ok::<_, gen::Error>(thread.join().unwrap())
    });
    assert_eq!(reason(&error), "from afar");
}

/// Otherwise a child that ignores its cancellation would keep its scope alive for ever.
#[test]
fn a_child_of_a_scope_is_dropped_and_the_scope_goes_on() {
    #[gen::coroutine]
    fn body(dropped: Count) -> gen::Result<&'static str> {
        yield_!(gen::scope(|scope| async move {
            let child = scope.spawn(ignores(Guard(dropped.clone())));
            yield_!(child.cancel("not this one").grace(seconds(50)).grace(seconds(5)))?;
            assert_eq!(dropped.get(), 1);
            assert_eq!(reason(&yield_!(child).unwrap_err()), "not this one");
            yield_!(gen::sleep(seconds(1)))?;
            Ok::<_, gen::Error>("goes on")
        }))
    }
    assert_eq!(timed(body(Count::default())), ("goes on", in_seconds(6)));
}

/// A child that ends in time, or has already ended, is not waited for any longer.
#[test]
fn a_child_of_a_scope_that_ends_in_time_is_left_alone() {
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result {
        yield_!(gen::scope(|scope| async move {
            let child = scope.spawn(works("a", 2, journal.clone()));
            yield_!(child.cancel("stop").grace(seconds(5)))?;
            yield_!(child.cancel("late").grace(seconds(50)))?;
            assert!(yield_!(child).unwrap_err().is_cancelled());
            Ok::<_, gen::Error>(())
        }))
    }
    let journal = Journal::default();
    assert_eq!(timed(body(journal.clone())), ((), in_seconds(2)));
    assert_eq!(journal.take(), "a told, a clean");
}

/// Otherwise the child would never end if no time passes.
#[test]
fn a_child_of_a_scope_where_no_loop_runs_has_failed() {
    needs!(NoFeatures);
    #[gen::coroutine]
    fn swallows() -> gen::Result {
        loop {
            drop(yield_!(pending::<()>()));
        }
    }
    let ended = futures::executor::block_on(gen::scope(|scope| async move {
        let child = scope.spawn(swallows());
        child.cancel("stop").grace(seconds(5)).await;
        child.await
    }));
    assert!(ended.unwrap_err().is::<gen::NoHost>());
}

/// Otherwise a second request with more patience would prolong the life of a task that hangs.
#[test]
fn a_later_time_does_not_replace_an_earlier_one() {
    let (_, took) = timed(async {
        let task = spawn(ignores(Guard(Count::default())));
        drop(task.cancel("soon").grace(seconds(5)));
        gen::sleep(seconds(1)).await?;
        task.cancel("late").grace(seconds(3000)).await;
        assert_eq!(reason(&task.await.unwrap_err()), "soon");
        Ok(())
    });
    assert_eq!(took, in_seconds(5));
}
