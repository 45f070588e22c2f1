//! The feature `tokio`: the hazards of tasks and timers on a runtime of tokio, and on an executor
//! that is handed over.

use std::future::{pending, Future};
use std::pin::{pin, Pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use gen::{yield_, JoinHandle, LoopClosed, NoHost};
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::runtimes::{runtimes, time_limit};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

/// Waits for an error. Returns its text.
#[gen::coroutine(send)]
fn hears() -> gen::Result<String> {
    Ok(yield_!(pending::<()>()).unwrap_err().to_string())
}

/// Otherwise a handle on another thread would have no power over its task.
#[test]
fn a_handle_works_on_every_thread() {
    let _limit = time_limit();
    for runtime in runtimes() {
        runtime.block_on(async {
            let (to_cancel, to_throw, to_trace) =
                (gen::spawn(hears()), gen::spawn(hears()), gen::spawn(hears()));
            let thread = thread::spawn(move || {
                drop(to_cancel.cancel("from afar"));
                to_throw.throw("thrown from afar");
                (to_cancel, to_throw, to_trace.trace(), to_trace)
            });
            let (cancelled, thrown, trace, traced) = thread.join().unwrap();
            assert_eq!(cancelled.await.unwrap(), "cancelled: from afar");
            assert_eq!(thrown.await.unwrap(), "thrown from afar");
            assert_eq!(trace.await[0].function(), "hears");
            traced.cancel("over").await;
            assert!(traced.is_done());
        });
    }
}

/// Otherwise the failure of a callback would be lost, or end another coroutine.
#[test]
fn a_failing_callback_is_thrown_into_the_coroutine_that_scheduled_it() {
    let _limit = time_limit();
    #[gen::coroutine(send)]
    fn schedules(name: &'static str) -> gen::Result<String> {
        let mut callback = gen::context::wrap(move |()| Err::<(), _>(format!("{name} failed")));
        // It is called where no coroutine runs.
        drop(tokio::spawn(async move {
            tokio::task::yield_now().await;
            callback(());
        }));
        yield_!(hears())
    }
    #[gen::coroutine(send)]
    fn in_a_group() -> gen::Result<String> {
        let context = gen::context::capture();
        drop(thread::spawn(move || context.run(|| Err::<(), _>("on a thread"))));
        let error = yield_!([pending::<()>(), pending::<()>()]).unwrap_err();
        Ok(error.to_string())
    }
    for runtime in runtimes() {
        let (a, b, c) = runtime.block_on(async {
            let tasks = (gen::spawn(schedules("a")), gen::spawn(schedules("b")), gen::spawn(in_a_group()));
            (tasks.0.await.unwrap(), tasks.1.await.unwrap(), tasks.2.await.unwrap())
        });
        assert_eq!((&*a, &*b, &*c), ("a failed", "b failed", "on a thread"));
    }
}

tokio::task_local!(static REQUEST: u32);

/// Otherwise users would have to leave tokio's own types behind.
#[test]
fn the_types_of_tokio_are_yielded() {
    let _limit = time_limit();
    #[gen::coroutine(send)]
    fn mixes() -> gen::Result<u32> {
        let seven = yield_!(tokio::spawn(async { 7 }))?;
        let mut interval = tokio::time::interval(Duration::from_millis(1));
        yield_!(interval.tick())?;
        yield_!(interval.tick())?;
        let (sender, mut receiver) = mpsc::channel(1);
        drop(gen::spawn(async move { sender.send(1).await }));
        let one = yield_!(receiver.recv())?.unwrap();
        let (sender, receiver) = oneshot::channel();
        sender.send(2).unwrap();
        let two = yield_!(receiver)?;
        let mut set = JoinSet::from_iter([async { 3 }]);
        let three = yield_!(gen::raw(set.join_next()))?.unwrap()?;
        let selected = tokio::select! {
            _ = pending::<()>() => 0,
            slept = async { yield_!(gen::sleep(Duration::from_millis(1))) } => slept.map(|()| 4)?,
        };
        let both = yield_!((tokio::spawn(async { 5 }), gen::spawn(async { Ok::<_, gen::Error>(6) })))?;
        Ok(seven + one + two + three + selected + both.0 + both.1 + REQUEST.get())
    }
    for runtime in runtimes() {
        let sum = runtime.block_on(REQUEST.scope(100, mixes()));
        assert_eq!(sum.unwrap(), 128);
    }
}

/// Otherwise a test with a paused time would hang, or sleep for real.
#[gen::test(tokio, start_paused = true)]
fn the_time_of_a_test_governs_sleeps_timeouts_and_graces() -> gen::Result {
    let _limit = time_limit();
    let began = tokio::time::Instant::now();
    let hours = gen::spawn(gen::sleep(3 * HOUR));
    tokio::time::advance(HOUR).await;
    assert!(!hours.is_done());
    let error = yield_!(gen::with_timeout(HOUR, pending::<()>())).unwrap_err();
    assert!(error.is::<gen::TimeoutError>());
    assert_eq!(began.elapsed().as_secs(), 2 * 3600);
    yield_!(hours)?;
    assert_eq!(began.elapsed().as_secs(), 3 * 3600);
    let stubborn = gen::spawn(ignores());
    yield_!(stubborn.cancel("stop").grace(HOUR))?;
    assert_eq!(began.elapsed().as_secs(), 4 * 3600);
    // The thread that asks has another clock.
    let stubborn = gen::spawn(ignores());
    let ended = thread::spawn(move || stubborn.cancel("stop").grace(HOUR)).join().unwrap();
    yield_!(ended)?;
    assert_eq!(began.elapsed().as_secs(), 5 * 3600);
    Ok(())
}

/// Otherwise a task would be polled for a deadline that does not count any more.
#[gen::test(tokio, start_paused = true)]
fn a_timeout_that_has_its_result_wakes_no_task() {
    let (sender, receiver) = oneshot::channel::<()>();
    let mut limited = Box::pin(gen::with_timeout(HOUR, receiver).join());
    let mut is_over = false;
    let polls = Arc::new(AtomicUsize::new(0));
    let counter = polls.clone();
    let keeps_it = std::future::poll_fn(move |cx| -> Poll<()> {
        counter.fetch_add(1, Ordering::SeqCst);
        is_over = is_over || limited.as_mut().poll(cx).is_ready();
        Poll::Pending
    });
    drop(tokio::spawn(keeps_it));
    tokio::task::yield_now().await;
    sender.send(()).unwrap();
    tokio::time::sleep(2 * HOUR).await;
    assert_eq!(polls.load(Ordering::SeqCst), 2);
}

#[gen::coroutine(send)]
fn ignores() -> gen::Result {
    loop {
        let _ = yield_!(pending::<()>());
    }
}

/// An earlier timer that is made, by another thread, while the runtime sleeps until a later one.
#[test]
fn an_earlier_deadline_wakes_a_runtime_that_sleeps() {
    let _limit = time_limit();
    for runtime in runtimes() {
        let handle = runtime.handle().clone();
        let slept = runtime.block_on(async move {
            let long = gen::spawn(gen::sleep(HOUR));
            tokio::time::sleep(Duration::from_millis(5)).await;
            let short = thread::spawn(move || {
                let _entered = handle.enter();
                gen::spawn(gen::sleep(Duration::from_millis(5)))
            });
            let slept = short.join().unwrap().await;
            assert!(!long.is_done());
            slept
        });
        slept.unwrap();
    }
}

/// Otherwise the error would be a panic of tokio, or a sleep that never ends.
#[test]
fn a_runtime_without_timers_says_so() {
    let _limit = time_limit();
    for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
        let runtime = builder.build().unwrap();
        let errors = runtime.block_on(async {
            let limited = gen::with_timeout(SECOND, pending::<gen::Result<()>>());
            [gen::sleep(SECOND).await, limited.join().await, gen::spawn(gen::sleep(SECOND)).await]
        });
        for error in errors.map(Result::unwrap_err) {
            assert!(error.is::<NoHost>());
            let text =
                "this runtime of tokio has no timers: call `enable_time` or `enable_all` of its builder";
            assert_eq!(error.to_string(), text);
        }
        // A grace is over at once.
        let ended = runtime.block_on(async {
            let task = gen::spawn(ignores());
            task.cancel("stop").grace(HOUR).await;
            task.await
        });
        assert!(ended.unwrap_err().is_cancelled());
    }
}

struct Drops(Arc<AtomicUsize>);

impl Drop for Drops {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Otherwise code on another runtime would wait for ever.
#[test]
fn the_end_of_a_runtime_reaches_its_handles_and_sleeps() {
    let _limit = time_limit();
    for runtime in runtimes() {
        let drops = Arc::new(AtomicUsize::new(0));
        let waits: [Pin<Box<dyn Future<Output = gen::Result> + Send>>; 2] =
            [Box::pin(pending()), Box::pin(gen::sleep(HOUR))];
        let [forever, sleeps] = waits.map(|waits| {
            let held = Drops(drops.clone());
            let _entered = runtime.enter();
            gen::spawn(async move {
                let _held = held;
                waits.await
            })
        });
        let (cancelling, trace) = (forever.cancel("too late"), sleeps.trace());
        let mut sleep = pin!(gen::sleep(HOUR));
        // Its timer is one of this runtime from now on.
        runtime.block_on(async {
            assert!(sleep.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        });
        let waits = thread::spawn(move || futures::executor::block_on(sleeps));
        drop(runtime);
        assert!(waits.join().unwrap().unwrap_err().is::<LoopClosed>());
        futures::executor::block_on(cancelling);
        drop(futures::executor::block_on(trace));
        let ended = futures::executor::block_on(forever).unwrap_err();
        assert!(ended.is::<LoopClosed>() || ended.is_cancelled(), "{ended}");
        assert!(futures::executor::block_on(sleep.as_mut()).unwrap_err().is::<LoopClosed>());
        assert_eq!(drops.load(Ordering::SeqCst), 2);
    }
}

/// Otherwise a task would go to a runtime that is not polled, or its handle would be of no use on
/// the other one.
#[test]
fn runtimes_within_runtimes() {
    let _limit = time_limit();
    let [inner, outer] = runtimes();
    let sum = outer.block_on(async move {
        gen::spawn(async move {
            let of_outer = gen::spawn(async {
                gen::sleep(Duration::from_millis(2)).await?;
                Ok::<_, gen::Error>(1)
            });
            let of_inner = tokio::task::block_in_place(move || {
                let task = inner.block_on(async {
                    let task = gen::spawn(gen::sleep(Duration::from_millis(1)));
                    let waits: JoinHandle<()> = gen::spawn(task);
                    waits.await
                });
                drop(inner);
                task
            });
            of_inner?;
            Ok::<_, gen::Error>(of_outer.await? + gen::spawn(async { Ok::<_, gen::Error>(2) }).await?)
        })
        .await
    });
    assert_eq!(sum.unwrap(), 3);
}

/// Otherwise its sleep would be one of the runtime that is gone.
#[test]
fn a_task_that_has_run_another_runtime_to_its_end_may_sleep() {
    let _limit = time_limit();
    let [inner, outer] = runtimes();
    let slept = outer.block_on(outer.spawn(async move {
        tokio::task::block_in_place(move || {
            inner.block_on(gen::sleep(Duration::from_millis(1)))?;
            drop(inner);
            Ok::<_, gen::Error>(())
        })?;
        gen::sleep(Duration::from_millis(1)).await
    }));
    slept.unwrap().unwrap();
}

/// Otherwise its sleep would be one of a runtime that no thread drives.
#[test]
fn a_task_that_has_used_another_runtime_for_a_while_may_sleep() {
    let _limit = time_limit();
    let [inner, outer] = runtimes();
    let inner = Arc::new(inner);
    let used = inner.clone();
    let slept = outer.block_on(outer.spawn(async move {
        tokio::task::block_in_place(move || used.block_on(gen::sleep(Duration::from_millis(1))))?;
        gen::sleep(Duration::from_millis(1)).await
    }));
    slept.unwrap().unwrap();
    drop(inner);
}

/// Otherwise it would be a panic of tokio's.
#[test]
fn a_task_that_stays_on_its_thread_needs_a_place() {
    let _limit = time_limit();
    fn refused() -> JoinHandle<u32> {
        gen::spawn_local(async { Ok::<_, gen::Error>(7) })
    }
    for runtime in runtimes() {
        let root = runtime.block_on(async { refused().await });
        let within = runtime.block_on(async { gen::spawn(async { Ok::<_, gen::Error>(refused()) }).await });
        let in_a_task = runtime.block_on(gen::local(async {
            // A task that may be moved is not in the place, although its spawner is.
            gen::spawn(async { Ok::<_, gen::Error>(refused()) }).await
        }));
        for error in [root.unwrap_err(), runtime.block_on(within.unwrap()).unwrap_err()] {
            assert!(error.is::<NoHost>());
            assert!(error.to_string().contains("run the caller in `gen::local`"), "{error}");
        }
        assert!(runtime.block_on(in_a_task.unwrap()).unwrap_err().is::<NoHost>());
        assert_eq!(runtime.block_on(gen::local(async { refused().await })).unwrap(), 7);
    }
}

/// Otherwise the stack would overflow, or the deepest tasks would never begin.
#[test]
fn first_steps_nest_as_deep_as_they_like() {
    let _limit = time_limit();
    #[gen::coroutine(send, boxed)]
    fn nests(depth: u32) -> gen::Result<u32> {
        if depth == 0 {
            return Ok(0);
        }
        Ok(yield_!(gen::spawn(nests(depth - 1)))? + 1)
    }
    for runtime in runtimes() {
        assert_eq!(runtime.block_on(async { gen::spawn(nests(5_000)).await }).unwrap(), 5_000);
    }
}

/// Otherwise the handle would wait for ever.
#[test]
fn a_spawner_may_drop_a_task() {
    let _limit = time_limit();
    let drops = Arc::new(AtomicUsize::new(0));
    let held = Drops(drops.clone());
    let body = gen::with_spawner(drop, async move {
        let ready = gen::spawn(async { Ok::<_, gen::Error>(7) });
        assert_eq!(ready.await.unwrap(), 7, "it has ended in its first step");
        let dropped = gen::spawn(async move {
            let _held = held;
            pending::<gen::Result<()>>().await
        });
        dropped.cancel("too late").await;
        dropped.await
    });
    assert!(futures::executor::block_on(body).unwrap_err().is::<LoopClosed>());
    assert_eq!(drops.load(Ordering::SeqCst), 1);
}

/// Otherwise the poll of a task would panic, and end a thread of the executor.
#[test]
fn a_spawner_whose_drop_panics_does_not_end_its_executor() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("the drop of a spawner");
        }
    }
    let (spawned, tasks) = std::sync::mpsc::channel();
    let held = Panics;
    let spawner = move |task| {
        let _held = &held;
        spawned.send(task).unwrap();
    };
    let (sender, receiver) = oneshot::channel::<()>();
    futures::executor::block_on(gen::with_spawner(spawner, async { drop(gen::spawn(receiver)) }));
    sender.send(()).unwrap();
    // The task has the last reference to its spawner.
    futures::executor::block_on(tasks.recv().unwrap());
}

/// Groups, limits, points and promises of a task that moves between threads.
#[test]
fn all_that_is_yielded_works_in_a_task_that_moves() {
    let _limit = time_limit();
    #[gen::coroutine(send)]
    fn after(n: u64) -> gen::Result<u64> {
        yield_!(gen::sleep(Duration::from_millis(n)))?;
        yield_!(tokio::task::yield_now())?;
        Ok(n)
    }
    #[gen::coroutine(send)]
    fn body() -> gen::Result<u64> {
        let limited: u64 = yield_!(gen::limit(2, (0..6).map(after)))?.iter().sum();
        let (first, _) = yield_!(gen::first_of([after(1), after(1000)]))?;
        let mut waits = gen::WaitIterator::new([after(1), after(2)]);
        let mut iterated = 0;
        while !waits.done() {
            iterated += yield_!(waits.next())?;
        }
        let (promise, future) = gen::promise();
        drop(tokio::spawn(async move { promise.set(10) }));
        let promised = yield_!([future.clone(), future])?[1];
        let called = yield_!(gen::from_callback(|callback| drop(thread::spawn(move || callback.call(20)))))?;
        let graced = gen::with_timeout(Duration::from_millis(1), ignores()).cancel(Duration::from_millis(1));
        assert!(yield_!(graced).unwrap_err().is::<gen::TimeoutError>());
        yield_!(gen::moment())?;
        Ok(limited + first as u64 + iterated + promised + called)
    }
    for runtime in runtimes() {
        let sum = runtime.block_on(async { gen::spawn(body()).await });
        assert_eq!(sum.unwrap(), 15 + 3 + 10 + 20);
    }
}

/// A task that its receiver polls.
fn hears_elsewhere() -> (gen::SpawnedTask, JoinHandle<String>) {
    let (spawned, tasks) = std::sync::mpsc::channel();
    let body = gen::with_spawner(
        move |task| spawned.send(task).unwrap(),
        std::future::poll_fn(|_| Poll::Ready(gen::spawn(hears()))),
    );
    let Poll::Ready(handle) = pin!(body).poll(&mut Context::from_waker(Waker::noop())) else { panic!() };
    (tasks.recv().unwrap(), handle)
}

/// Otherwise a request would be lost: the wakers of two groups, one after the other, may have the
/// same address.
#[test]
fn a_request_reaches_a_task_that_has_come_from_one_group_to_another() {
    #[gen::coroutine]
    fn in_groups(mut task: gen::SpawnedTask, ends: [oneshot::Receiver<()>; 2]) -> gen::Result {
        for end in ends {
            yield_!(gen::first_of((gen::ok(&mut task), end)))?;
        }
        Ok(())
    }
    let (task, handle) = hears_elsewhere();
    let ((end_of_first, first), (_never, second)) = (oneshot::channel(), oneshot::channel());
    let mut groups = pin!(in_groups(task, [first, second]));
    let mut poll = || groups.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(poll().is_pending());
    end_of_first.send(()).unwrap();
    assert!(poll().is_pending(), "the second group has begun");
    drop(handle.cancel("stop"));
    // A group polls only those that were woken.
    assert!(poll().is_ready());
    assert_eq!(futures::executor::block_on(handle).unwrap(), "cancelled: stop");
}

/// A poll on one thread while the waker of another one is known.
#[test]
fn a_task_may_be_polled_by_another_executor_than_before() {
    let _limit = time_limit();
    let (mut task, handle) = hears_elsewhere();
    assert!(pin!(&mut task).poll(&mut Context::from_waker(Waker::noop())).is_pending());
    let thread = thread::spawn(move || futures::executor::block_on(task));
    handle.throw("to the second one");
    assert_eq!(futures::executor::block_on(handle).unwrap(), "to the second one");
    thread.join().unwrap();
}

/// Otherwise the second request, or the one that comes after a poll with a request, would wait for
/// ever.
#[test]
fn requests_that_come_together_and_later_all_arrive() {
    let _limit = time_limit();
    #[gen::coroutine(send)]
    fn says(heard: mpsc::UnboundedSender<String>) -> gen::Result {
        loop {
            let error = yield_!(pending::<()>()).unwrap_err();
            heard.send(error.to_string())?;
        }
    }
    for runtime in runtimes() {
        runtime.block_on(async {
            let (sender, mut heard) = mpsc::unbounded_channel();
            let task = gen::spawn(says(sender));
            for (first, second) in [("a", "b"), ("c", "d"), ("e", "f")] {
                task.throw(first);
                task.throw(second);
                assert_eq!(heard.recv().await.as_deref(), Some(first));
                assert_eq!(heard.recv().await.as_deref(), Some(second));
            }
        });
    }
}

/// Otherwise a thread that waits for a timer of a runtime that is gone would sleep for ever.
#[test]
fn the_end_of_a_runtime_wakes_a_sleep_on_another_thread() {
    let _limit = time_limit();
    for runtime in runtimes() {
        let mut sleep = Box::pin(gen::sleep(HOUR));
        runtime.block_on(async {
            assert!(sleep.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        });
        let (polled, was_polled) = std::sync::mpsc::channel();
        let thread = thread::spawn(move || {
            futures::executor::block_on(std::future::poll_fn(|cx| {
                let polls = sleep.as_mut().poll(cx);
                let _ = polled.send(());
                polls
            }))
        });
        was_polled.recv().unwrap();
        drop(runtime);
        assert!(thread.join().unwrap().unwrap_err().is::<LoopClosed>());
    }
}

/// Otherwise a sleep that begins too late would be a panic of tokio's, or would never end.
#[test]
fn a_timer_of_a_runtime_that_is_gone_ends() {
    let _limit = time_limit();
    for runtime in runtimes() {
        let handle = runtime.handle().clone();
        let mut late = Box::pin(gen::sleep(HOUR));
        let mut begun = Box::pin(gen::sleep(HOUR));
        runtime.block_on(async {
            assert!(begun.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        });
        drop(runtime);
        let _entered = handle.enter();
        for sleep in [&mut begun, &mut late] {
            assert!(futures::executor::block_on(sleep.as_mut()).unwrap_err().is::<LoopClosed>());
        }
        let limited = gen::with_timeout(HOUR, pending::<gen::Result<()>>());
        assert!(futures::executor::block_on(limited.join()).unwrap_err().is::<LoopClosed>());
    }
}
