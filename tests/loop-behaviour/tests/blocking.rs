//! The blocking calls: run_sync, run_sync_timeout, block_on, start.
use std::cell::Cell;
use std::future::pending;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use gen::{IoLoop, LoopRunning, LoopStopped, TimeoutError, VirtualClock};
use loop_behaviour::{logged, Drops, MovedByHand, Order, AGE};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn run_sync_takes_a_future_that_borrows_and_gives_its_result() {
    let text = String::from("borrowed");
    let length = gen::run_sync(async {
        gen::moment().await?;
        Ok::<_, gen::Error>(text.len())
    });
    assert_eq!(length.unwrap(), 8);
}

#[test]
fn run_sync_keeps_the_error_type_of_its_coroutine() {
    #[derive(Debug)]
    enum Mine {
        NotFound,
        Runtime(gen::Error),
    }
    impl From<gen::Error> for Mine {
        fn from(error: gen::Error) -> Self {
            Mine::Runtime(error)
        }
    }
    let result = gen::run_sync(async {
        gen::moment().await?;
        Err::<(), _>(Mine::NotFound)
    });
    assert!(matches!(result, Err(Mine::NotFound)));
    let io_loop = IoLoop::with_clock(VirtualClock::new());
    let result = io_loop.run_sync_timeout(SECOND, async { Err::<(), _>(Mine::NotFound) });
    assert!(matches!(result, Err(Mine::NotFound)));
    io_loop.stop();
    let result = io_loop.run_sync(async { Ok::<(), Mine>(()) });
    assert!(matches!(result, Err(Mine::Runtime(error)) if error.is::<LoopStopped>()));
}

#[test]
fn the_future_of_run_sync_takes_its_place_behind_queued_callbacks() {
    let (io_loop, order) = (IoLoop::new(), Order::new());
    io_loop.add_callback(order.note("a"));
    let inner = order.clone();
    io_loop
        .run_sync(async move {
            inner.push("b");
            Ok::<(), gen::Error>(())
        })
        .unwrap();
    assert_eq!(order.text(), "ab");
}

#[test]
fn a_loop_can_be_run_again_and_tasks_go_on() {
    let (io_loop, order) = (IoLoop::new(), Order::new());
    let inner = order.clone();
    drop(io_loop.spawn_local(async move {
        for step in 0..3 {
            inner.push(step);
            gen::moment().await?;
        }
        Ok::<(), gen::Error>(())
    }));
    assert_eq!(order.text(), "0");
    io_loop.run_sync(async { Ok::<(), gen::Error>(()) }).unwrap();
    assert_eq!(order.text(), "01");
    io_loop.run_sync(async { Ok::<(), gen::Error>(()) }).unwrap();
    assert_eq!(order.text(), "012");
}

#[test]
fn run_sync_that_is_stopped_says_so_and_drops_its_future() {
    let (io_loop, drops) = (IoLoop::new(), Drops::new());
    let (handle, held) = (io_loop.handle(), drops.one());
    io_loop.add_callback(move || handle.stop());
    let error = io_loop
        .run_sync(async move {
            let _held = held;
            pending::<gen::Result>().await
        })
        .unwrap_err();
    assert!(error.is::<LoopStopped>());
    assert_eq!(
        error.to_string(),
        "the `IoLoop` was stopped before the coroutine that `run_sync` waits for was done"
    );
    assert_eq!(drops.count(), 1);
    io_loop.run_sync(async { gen::moment().await }).expect("the stop was used up");
}

#[test]
fn run_sync_after_a_stop_drops_its_future_unpolled() {
    let (io_loop, order, drops) = (IoLoop::new(), Order::new(), Drops::new());
    io_loop.stop();
    let (inner, held) = (order.clone(), drops.one());
    let error = io_loop.run_sync(async move {
        let _held = held;
        inner.push("polled");
        Ok::<(), gen::Error>(())
    });
    assert!(error.unwrap_err().is::<LoopStopped>());
    assert_eq!((order.text().as_str(), drops.count()), ("", 1));
}

#[test]
fn a_result_that_is_there_wins_over_a_stop_of_the_same_turn() {
    let io_loop = IoLoop::new();
    let handle = io_loop.handle();
    io_loop.add_callback(move || handle.stop());
    assert_eq!(io_loop.run_sync(async { Ok::<_, gen::Error>(1) }).unwrap(), 1);
    io_loop.run_sync(async { gen::moment().await }).expect("the stop was for the run it came in");
}

#[test]
fn block_on_gives_any_output_and_leaves_a_stop_for_others() {
    let io_loop = IoLoop::new();
    io_loop.stop();
    assert_eq!(io_loop.block_on(async { gen::moment().await.map(|()| "output") }).unwrap(), "output");
    assert!(io_loop.run_sync(async { gen::moment().await }).unwrap_err().is::<LoopStopped>());
}

/// The number of times that an idle loop goes to sleep in a blocking call that waits for an hour
/// and cannot be stopped. Another thread requests a stop again and again, and lets the hour pass at
/// last.
fn naps_of(run: impl FnOnce(IoLoop)) -> usize {
    let (clock, naps) = (VirtualClock::new(), Arc::new(AtomicUsize::new(0)));
    let (by_hand, is_idle) = MovedByHand::new(&clock, &naps);
    let io_loop = IoLoop::with_clock(by_hand);
    let remote = io_loop.remote();
    let thread = thread::spawn(move || {
        is_idle.recv().expect_err("the other end is dropped");
        for _ in 0..10_000 {
            remote.stop();
            thread::yield_now();
        }
        clock.advance(SECOND * 3600);
        remote.add_callback(|| ()).unwrap();
    });
    run(io_loop);
    thread.join().unwrap();
    naps.load(Ordering::Relaxed)
}

#[test]
fn a_stop_during_block_on_does_not_keep_an_idle_loop_awake() {
    let naps = naps_of(|io_loop| io_loop.block_on(gen::sleep(SECOND * 3600)).unwrap());
    assert!(naps < 10, "it went to sleep {naps} times");
}

#[test]
fn a_stop_before_block_on_does_not_keep_an_idle_loop_awake() {
    let naps = naps_of(|io_loop| {
        io_loop.stop();
        io_loop.block_on(gen::sleep(SECOND * 3600)).unwrap();
    });
    assert!(naps < 10, "it went to sleep {naps} times");
}

#[test]
fn a_stop_before_shutdown_does_not_keep_the_loop_awake_while_a_task_cleans_up() {
    #[gen::coroutine]
    fn serve(order: Order) -> gen::Result {
        let end = gen::yield_!(pending::<()>());
        gen::yield_!(gen::sleep(SECOND * 3600))?;
        order.push("cleaned up");
        end
    }
    let order = Order::new();
    let inner = order.clone();
    let naps = naps_of(move |io_loop| {
        let server = io_loop.spawn_local(serve(inner));
        io_loop.stop();
        assert_eq!(io_loop.shutdown(SECOND * 7200), 0);
        assert!(gen::block_on(server).unwrap_err().is::<gen::Cancelled>());
    });
    assert_eq!(order.text(), "cleaned up");
    assert!(naps < 10, "it went to sleep {naps} times");
}

#[test]
fn a_blocking_call_inside_of_a_running_loop_is_an_error_that_says_what_to_do() {
    let io_loop = Rc::new(IoLoop::new());
    let (inner, held) = (io_loop.clone(), Drops::new());
    let counted = held.one();
    io_loop
        .run_sync(async move {
            let same = inner.run_sync(async { Ok::<(), gen::Error>(()) }).unwrap_err();
            let fresh = gen::run_sync(async { Ok::<(), gen::Error>(()) }).unwrap_err();
            let timed = inner.run_sync_timeout(SECOND, async move {
                drop(counted);
                Ok::<(), gen::Error>(())
            });
            let timed = timed.unwrap_err();
            for error in [same, fresh, timed] {
                assert!(error.is::<LoopRunning>());
                assert_eq!(
                    error.to_string(),
                    "an `IoLoop` is running on this thread already: yield the coroutine instead of blocking on it"
                );
            }
            gen::moment().await
        })
        .unwrap();
    assert_eq!(held.count(), 1);
    io_loop.run_sync(async { gen::moment().await }).unwrap();
}

#[test]
fn block_on_and_start_inside_of_a_running_loop_panic_where_they_were_called() {
    use std::sync::Mutex;
    static PLACES: Mutex<Vec<(String, u32)>> = Mutex::new(Vec::new());
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().expect("a panic has a place");
        PLACES.lock().unwrap().push((place.file().to_owned(), place.line()));
    }));
    let io_loop = Rc::new(IoLoop::new());
    let inner = io_loop.clone();
    let first = line!() + 2;
    let messages = io_loop.block_on(async move {
        let free = catch_unwind(|| gen::block_on(async {}));
        let same = catch_unwind(AssertUnwindSafe(|| inner.block_on(async {})));
        let start = catch_unwind(AssertUnwindSafe(|| inner.start()));
        [free, same, start].map(|caught| *caught.unwrap_err().downcast::<String>().unwrap())
    });
    std::panic::set_hook(before);
    for message in messages {
        assert!(message.contains("an `IoLoop` is running on this thread already"), "{message}");
    }
    let places: Vec<_> =
        PLACES.lock().unwrap().iter().filter(|(file, _)| file == file!()).map(|(_, line)| *line).collect();
    assert_eq!(places, [first, first + 1, first + 2]);
}

#[test]
fn current_is_the_loop_that_runs_and_none_afterwards() {
    assert!(IoLoop::current().is_none());
    let (io_loop, seen) = (IoLoop::new(), Rc::new(Cell::new(false)));
    let inner = seen.clone();
    io_loop.add_callback(move || inner.set(IoLoop::current().is_some()));
    io_loop.run_sync(async { gen::moment().await }).unwrap();
    assert!(seen.get());
    assert!(IoLoop::current().is_none());
}

#[test]
fn run_sync_timeout_names_its_limit_and_lets_the_coroutine_live_on() {
    let clock = VirtualClock::new();
    let (io_loop, order) = (IoLoop::with_clock(clock.clone()), Order::new());
    let (began, inner) = (clock.now(), order.clone());
    let error = io_loop
        .run_sync_timeout(Duration::from_millis(1500), async move {
            gen::sleep(SECOND * 3).await?;
            inner.push("done");
            Ok::<(), gen::Error>(())
        })
        .unwrap_err();
    assert_eq!(error.to_string(), "timeout after 1.5s");
    assert_eq!(error.downcast_ref::<TimeoutError>().unwrap().after(), Duration::from_millis(1500));
    assert_eq!(clock.now() - began, Duration::from_millis(1500));
    assert_eq!(order.text(), "");
    io_loop.run_sync(async { gen::sleep(SECOND * 5).await }).unwrap();
    assert_eq!(order.text(), "done");
}

/// Otherwise the user of a script would know that it was too slow, and not which part of it.
#[test]
fn run_sync_timeout_says_where_the_coroutine_was_suspended() {
    #[gen::coroutine]
    fn query() -> gen::Result {
        gen::yield_!(gen::sleep(SECOND * 60))
    }
    #[gen::coroutine]
    fn script(order: Order) -> gen::Result {
        gen::yield_!(vec![query(), query()])?;
        order.push("done");
        Ok(())
    }
    let (io_loop, order) = (IoLoop::with_clock(VirtualClock::new()), Order::new());
    let error = io_loop.run_sync_timeout(SECOND, script(order.clone())).unwrap_err();
    let text = error.downcast_ref::<TimeoutError>().unwrap().waiting().unwrap().to_string();
    assert!(text.contains("in script\n  waits for 2 children of a list:\n    [0] at "), "{text}");
    assert!(text.ends_with("in query\n        waits for a sleep, 59s left"), "{text}");
    io_loop.run_sync(async { gen::sleep(SECOND * 60).await }).unwrap();
    assert_eq!(order.text(), "done", "the coroutine goes on afterwards");
}

#[test]
fn a_limit_or_a_grace_period_of_all_time_never_ends() {
    #[gen::coroutine]
    fn serve() -> gen::Result {
        let end = gen::yield_!(pending::<()>());
        gen::yield_!(gen::sleep(AGE))?;
        end
    }
    let io_loop = IoLoop::with_clock(VirtualClock::new());
    io_loop.run_sync_timeout(Duration::MAX, async { gen::sleep(AGE).await }).unwrap();
    let server = io_loop.spawn_local(serve());
    assert_eq!(io_loop.shutdown(Duration::MAX), 0);
    assert!(gen::block_on(server).unwrap_err().is::<gen::Cancelled>());
}

#[test]
fn an_error_after_run_sync_timeout_gave_up_is_logged() {
    let io_loop = IoLoop::with_clock(VirtualClock::new());
    let log = logged(|| {
        io_loop
            .run_sync_timeout(SECOND, async {
                gen::sleep(SECOND * 3).await?;
                Err::<(), _>(gen::Error::new("too late"))
            })
            .unwrap_err();
        io_loop.run_sync(async { gen::sleep(SECOND * 5).await }).unwrap();
    });
    assert_eq!(log, ["ERROR gen: a coroutine failed after its `run_sync_timeout` had given up: too late"]);
}
