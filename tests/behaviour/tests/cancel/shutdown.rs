//! The end of a loop, in an orderly way or at once.

use std::collections::BTreeMap;
use std::future::{pending, poll_fn};
use std::task::Poll;

use behaviour::{logged, logged_with_debug};

use super::*;

fn io_loop() -> gen::IoLoop {
    gen::IoLoop::with_clock(gen::VirtualClock::new())
}

/// Otherwise servers would be interrupted in the middle of their work.
#[test]
fn every_task_is_told_and_waited_for() {
    needs!(TheLoop);
    let journal = Journal::default();
    let io_loop = io_loop();
    let (a, b) = (works("a", 2, journal.clone()), works("b", 1, journal.clone()));
    let (a, b) = (io_loop.spawn_local(a), io_loop.spawn_local(b));
    assert_eq!(io_loop.shutdown(seconds(10)), 0);
    assert_eq!(journal.take(), "a told, b told, b clean, a clean");
    for task in [a, b] {
        let error = gen::block_on(task).unwrap_err();
        assert_eq!(error.downcast_ref::<gen::Cancelled>().unwrap().source, gen::CancelSource::Shutdown);
    }
}

/// Otherwise a task that does not end would keep the program from ending.
#[test]
fn after_the_grace_period_the_rest_is_dropped() {
    needs!(TheLoop);
    let dropped = Count::default();
    let io_loop = io_loop();
    let guard = Guard(dropped.clone());
    let stubborn = io_loop.spawn_local(stubborn(guard));
    let quick = io_loop.spawn_local(works("a", 1, Journal::default()));
    assert_eq!(io_loop.shutdown(seconds(10)), 1);
    assert_eq!(dropped.get(), 1);
    assert!(gen::block_on(stubborn).unwrap_err().is::<gen::LoopClosed>());
    assert!(gen::block_on(quick).unwrap_err().is::<gen::Cancelled>());
}

/// Otherwise the operator would know how many tasks have hung, but not which ones.
#[test]
fn the_tasks_that_have_not_ended_are_named_with_their_waits() {
    needs!(TheLoop);
    let io_loop = io_loop();
    for _ in 0..10 {
        drop(io_loop.spawn_local(stubborn(Guard(Count::default()))));
    }
    let (left, log) = logged(|| io_loop.shutdown(seconds(10)));
    assert_eq!(left, 10);
    // Before it, there is a warning of each swallowed cancellation.
    let warning = log.last().expect("there is a warning");
    assert!(warning.contains("`shutdown` gave up after 10s"), "{warning}");
    assert_eq!(warning.matches(": cancel::shutdown::stubborn").count(), 8, "{warning}");
    assert_eq!(warning.matches("in stubborn\n  waits for Pending<()>").count(), 8, "{warning}");
    assert!(warning.ends_with("\n\nand 2 more"), "{warning}");
}

/// Otherwise the operator would look for a task that has ended, and the log would show its keys.
#[test]
fn a_task_that_ends_when_it_is_asked_is_not_left() {
    needs!(TheLoop);
    let io_loop = io_loop();
    let task = io_loop.spawn_local(ends_when_asked());
    let (left, log) = logged(|| io_loop.shutdown(seconds(10)));
    assert_eq!(left, 0);
    assert!(!log.iter().any(|line| line.contains("gave up")), "{log:?}");
    gen::block_on(task).unwrap();
    let io_loop = self::io_loop();
    drop(io_loop.spawn_local(ends_when_asked()));
    drop(io_loop.spawn_local(keyed()));
    let (left, log) = logged(|| io_loop.shutdown(seconds(10)));
    assert_eq!(left, 1);
    let warning = log.last().expect("there is a warning");
    assert!(warning.contains("that have not ended: 1\n\ntask "), "{warning}");
    assert!(warning.contains("keyed") && !warning.contains("token"), "{warning}");
    assert!(!warning.contains("ends_when_asked"), "{warning}");
}

#[gen::coroutine]
fn ends_when_asked() -> gen::Result {
    drop(yield_!(pending::<()>()));
    let mut polls = 0;
    // It wakes nothing, so its second poll is that of the question.
    yield_!(poll_fn(|_| {
        polls += 1;
        if polls < 2 {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }))
}

#[gen::coroutine]
fn keyed() -> gen::Result {
    loop {
        drop(yield_!(BTreeMap::from([("token", pending::<gen::Result>())])));
    }
}

#[gen::coroutine]
fn stubborn(_guard: Guard) -> gen::Result {
    loop {
        drop(yield_!(pending::<()>()));
    }
}

/// Otherwise a task that a clean-up spawns would be dropped before it has done its work.
#[test]
fn tasks_that_are_spawned_meanwhile_are_waited_for() {
    needs!(TheLoop);
    #[gen::coroutine]
    fn spawns(journal: Journal) -> gen::Result {
        let end = yield_!(pending::<()>());
        drop(spawn(works("later", 1, journal)));
        end
    }
    let journal = Journal::default();
    let io_loop = io_loop();
    drop(io_loop.spawn_local(spawns(journal.clone())));
    assert_eq!(io_loop.shutdown(seconds(10)), 0);
    assert_eq!(journal.take(), "later told, later clean");
}

/// Dropping a loop is not a cancellation: no code of the tasks runs any more.
#[test]
fn a_loop_that_is_dropped_drops_its_bodies_untold() {
    needs!(TheLoop);
    let (journal, dropped) = (Journal::default(), Count::default());
    let io_loop = io_loop();
    let guard = Guard(dropped.clone());
    let said = journal.clone();
    let task = io_loop.spawn_local(async move {
        let _guard = guard;
        works("a", 1, said).await
    });
    let cancelling = task.cancel("too late");
    drop(io_loop);
    assert_eq!((dropped.get(), journal.take()), (1, String::new()));
    gen::block_on(cancelling); // It has ended with some result.
    assert!(gen::block_on(task).unwrap_err().is::<gen::LoopClosed>());
}

#[test]
fn an_empty_loop_shuts_down_at_once() {
    needs!(TheLoop);
    assert_eq!(io_loop().shutdown(seconds(10)), 0);
}

/// Otherwise an orderly end would look like a disaster in the log.
#[test]
fn what_a_shutdown_cancels_is_logged_for_debugging_only() {
    needs!(TheLoop);
    #[gen::coroutine]
    fn reads(readers: u32) -> gen::Result<Vec<()>> {
        yield_!((0..readers).map(|_| pending::<gen::Result>()).collect::<Vec<_>>())
    }
    #[gen::engine]
    fn serves() -> gen::Result {
        yield_!(pending::<()>())
    }
    let ((), records) = logged_with_debug(|| {
        let io_loop = io_loop();
        let unread: Vec<_> = (0..2).map(|_| io_loop.spawn_local(works("a", 1, Journal::default()))).collect();
        let group = io_loop.spawn_local(reads(3));
        let late = io_loop.run_sync_timeout(seconds(1), works("late", 1, Journal::default()));
        assert!(late.unwrap_err().is::<gen::TimeoutError>());
        io_loop.run_sync(async { serves() }).unwrap();
        assert_eq!(io_loop.shutdown(seconds(10)), 0);
        drop((unread, group));
    });
    assert!(records.iter().all(|record| record.starts_with("DEBUG gen: ")), "{records:#?}");
    let of = |text: &str| records.iter().filter(|record| record.contains(text)).count();
    let unread = of("a task failed, and its result was never read: cancelled: the loop is shut down");
    assert_eq!((unread, of("multiple errors in a parallel yield"), of("run_sync_timeout")), (3, 1, 1));
    assert_eq!((of("an engine failed: cancelled"), records.len()), (1, 6), "{records:#?}");
}

/// Otherwise a clean-up that fails would look like a success.
#[test]
fn a_clean_up_that_fails_is_logged_as_an_error() {
    needs!(TheLoop);
    #[gen::coroutine]
    fn cleans_up_badly() -> gen::Result {
        yield_!(pending::<gen::Result>()).map_err(|_| gen::Error::new("cannot roll back"))
    }
    let ((), records) = logged_with_debug(|| {
        let io_loop = io_loop();
        let unread = io_loop.spawn_local(cleans_up_badly());
        assert_eq!(io_loop.shutdown(seconds(10)), 0);
        drop(unread);
    });
    assert_eq!(records, ["ERROR gen: a task failed, and its result was never read: cannot roll back"]);
}
