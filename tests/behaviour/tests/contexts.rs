//! Error contexts without a loop: callbacks that other code calls, and the chain of tasks.

use std::future::{pending, Future};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;

use behaviour::{needs, run, run_in_context, seconds, spawn, Count, Guard, Order};
use gen::{context, yield_};

/// Otherwise a callback that an engine of threads calls would have to report its errors itself.
#[test]
fn a_wrapped_callback_fails_from_a_foreign_thread() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        let mut callback = context::wrap(|n: u32| if n == 2 { Err("two") } else { Ok(()) });
        let foreign = thread::spawn(move || (0..5).for_each(&mut callback));
        let error = yield_!(pending::<()>()).unwrap_err();
        foreign.join().expect("the failure is not handed to the caller");
        Ok(error.to_string())
    }
    assert_eq!(run_in_context(body()).unwrap(), "two");
}

/// Otherwise the failure of a callback of a task would be thrown into all tasks, or into none.
#[test]
fn a_callback_of_a_task_fails_that_task_and_no_other() {
    #[gen::coroutine]
    fn is_told(name: &'static str) -> gen::Result<String> {
        let mut callback = context::wrap(move |()| Err::<(), _>(name));
        thread::spawn(move || callback(()));
        Ok(yield_!(pending::<()>()).unwrap_err().to_string())
    }
    #[gen::coroutine]
    fn waits(end: gen::SharedFuture<()>) -> gen::Result<String> {
        let _callback = context::wrap(|()| Err::<(), _>("never called"));
        yield_!(end).map(|()| "nothing".to_owned())
    }
    let ends = run(async {
        let (promise, end) = gen::promise();
        let other = spawn(waits(end));
        let told = [spawn(is_told("a")), spawn(is_told("b"))];
        let mut ends = gen::multi(told).join().await?.to_vec();
        promise.set(())?;
        ends.push(other.await?);
        Ok(ends)
    });
    assert_eq!(ends, ["a", "b", "nothing"]);
}

/// Otherwise an error that comes too late would be lost with the task that it was for.
#[test]
fn an_error_for_a_task_that_has_ended_goes_to_the_coroutine_that_has_spawned_it() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        let task = spawn(async { Ok::<_, gen::Error>(context::wrap(|()| Err::<(), _>("late"))) });
        let mut callback = yield_!(task)?;
        thread::spawn(move || callback(()));
        Ok(yield_!(pending::<()>()).unwrap_err().to_string())
    }
    assert_eq!(run_in_context(body()).unwrap(), "late");
}

/// Otherwise such an error would be lost if the spawner of the task had a context, and has ended.
#[test]
fn an_error_goes_past_a_spawner_that_had_a_context_and_has_ended() {
    async fn ends_at_once() -> gen::Result {
        Ok(())
    }
    #[gen::coroutine]
    fn heir(is_orphan: gen::SharedFuture<()>, spawns_before: bool) -> gen::Result<context::Context> {
        if spawns_before {
            drop(spawn(ends_at_once()));
        }
        yield_!(is_orphan)?;
        drop(spawn(ends_at_once()));
        Ok(context::capture())
    }
    #[gen::coroutine]
    fn body(spawns_before: bool) -> gen::Result<String> {
        let (promise, is_orphan) = gen::promise();
        let spawner = spawn(async move {
            drop(context::capture());
            Ok::<_, gen::Error>(spawn(heir(is_orphan, spawns_before)))
        });
        let heir = yield_!(spawner)?;
        promise.set(())?;
        let context = yield_!(heir)?;
        // From a thread, since only a coroutine that is suspended takes an error.
        thread::spawn(move || context.throw("late")).join().expect("it does not fail there");
        Ok(yield_!(gen::sleep(seconds(1))).unwrap_err().to_string())
    }
    assert_eq!(run_in_context(body(false)).unwrap(), "late");
    assert_eq!(run_in_context(body(true)).unwrap(), "late");
}

/// Otherwise a callback that is kept would keep the body of its task.
#[test]
fn a_context_keeps_no_task_alive() {
    needs!(EndDropsTasks);
    let dropped = Count::default();
    let held = Guard(dropped.clone());
    let _context = run(async {
        let (promise, context) = gen::promise();
        drop(spawn(async move {
            let _held = held;
            promise.set(context::capture())?;
            pending::<gen::Result>().await
        }));
        let context = context.await?;
        assert_eq!(dropped.get(), 0);
        Ok(context)
    });
    assert_eq!(dropped.get(), 1);
}

/// Otherwise a server whose tasks start their successors would need more memory with each.
#[test]
fn tasks_that_start_each_other_for_ever_do_not_lengthen_the_chain() {
    // Each ends one step after the next one was started, so that they overlap.
    fn start(n: u32, deepest: Arc<AtomicUsize>, last: gen::Promise<usize>) {
        let body: Pin<Box<dyn Future<Output = gen::Result> + Send>> = Box::pin(async move {
            if n == 0 {
                return Ok(last.set(depth_of_the_last().await?)?);
            }
            drop(context::capture());
            deepest.fetch_max(context::depth(), Ordering::Relaxed);
            gen::moment().await?;
            start(n - 1, deepest, last);
            gen::moment().await?;
            gen::moment().await
        });
        drop(spawn(body));
    }
    /// The last one spawns, and has a context, only when all before it have ended.
    async fn depth_of_the_last() -> gen::Result<usize> {
        for _ in 0..4 {
            gen::moment().await?;
        }
        drop(spawn(async { Ok::<(), gen::Error>(()) }));
        Ok(context::depth())
    }
    needs!(OneThread);
    let deepest = Arc::new(AtomicUsize::new(0));
    let counted = deepest.clone();
    let depth_of_the_last = run_in_context(async move {
        let (promise, last) = gen::promise();
        start(10_000, counted, promise);
        last.await
    });
    let deepest = deepest.load(Ordering::Relaxed);
    assert!(deepest <= 7, "{deepest}");
    assert_eq!(depth_of_the_last.unwrap(), 2, "the last one, and the root");
}

/// Otherwise a task that outlives its starter would keep the starter's context.
#[test]
fn a_task_that_outlives_its_starter_is_left_with_the_contexts_that_live() {
    needs!(OneThread);
    #[gen::coroutine]
    fn starter(depths: Order) -> gen::Result {
        drop(spawn(outlives(depths)));
        Ok(())
    }
    #[gen::coroutine]
    fn outlives(depths: Order) -> gen::Result {
        depths.push(context::depth());
        yield_!(gen::moment())?;
        depths.push(context::depth());
        Ok(())
    }
    let depths = Order::new();
    let inner = depths.clone();
    let body = async move {
        drop(spawn(starter(inner)));
        gen::moment().await?;
        gen::moment().await
    };
    run_in_context(body).unwrap();
    assert_eq!(depths.text(), "32");
}

/// Otherwise a long chain would overflow the stack at its end.
#[test]
fn a_deep_chain_of_contexts_is_dropped_without_recursion() {
    const DEPTH: usize = 50_000;
    needs!(OneThread);
    let body = async {
        let ends = Arc::new(AtomicBool::new(false));
        let wakers: Arc<Mutex<Vec<Waker>>> = Arc::default();
        let captured = Arc::new(Mutex::new(context::capture()));
        for _ in 1..DEPTH {
            let (capture, wakers, ends) = (captured.clone(), wakers.clone(), ends.clone());
            let outer = captured.lock().unwrap().clone();
            outer.run(|| {
                drop(spawn(async move {
                    *capture.lock().unwrap() = context::capture();
                    let waits = std::future::poll_fn(move |cx| {
                        if ends.load(Ordering::Relaxed) {
                            return Poll::Ready(());
                        }
                        wakers.lock().unwrap().push(cx.waker().clone());
                        Poll::Pending
                    });
                    waits.await;
                    Ok::<(), gen::Error>(())
                }));
                Ok::<(), gen::Error>(())
            });
        }
        // A task of another executor is polled once more, and hands out the waker that counts.
        gen::moment().await?;
        // The innermost one ends first, so that none can leave out the one around it.
        ends.store(true, Ordering::Relaxed);
        std::mem::take(&mut *wakers.lock().unwrap()).into_iter().rev().for_each(Waker::wake);
        gen::moment().await?;
        let innermost = captured.lock().unwrap().clone();
        Ok::<_, gen::Error>(innermost)
    };
    let innermost = run_in_context(body).unwrap();
    assert_eq!(format!("{innermost:?}"), format!("Context {{ depth: {DEPTH}, .. }}"));
    drop(innermost);
}

/// Otherwise callbacks could not be handed to other threads.
#[test]
fn contexts_may_go_to_other_threads() {
    fn send_sync<T: Send + Sync + Clone>() {}
    send_sync::<context::Context>();
    fn send<T: Send>(_: T) {}
    send(context::wrap(|()| ()));
}
