//! Tasks: they start at the call, with or without a waiting caller.

use std::future::{pending, poll_fn, Future};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use behaviour::{
    logged, needs, on_a_small_stack, run, run_in_context, seconds, spawn, Count, Guard, Needs, Order,
};
use gen::{yield_, JoinHandle, LoopClosed, NoHost};

type Done = gen::Result;

/// Otherwise a coroutine could not rely on what a task has done at its call.
#[test]
fn spawn_runs_the_body_up_to_its_first_suspension_before_it_returns() {
    needs!(OneThread);
    let order = Order::new();
    run(async {
        let inner = order.clone();
        let task = spawn(async move {
            inner.push("a");
            gen::moment().await?;
            inner.push("c");
            Done::Ok(())
        });
        order.push("b");
        task.await?;
        order.push("d");
        Ok(())
    });
    assert_eq!(order.text(), "abcd");
}

/// Otherwise a body that never has to wait would cost a turn.
#[test]
fn a_task_that_never_suspends_is_done_on_return() {
    run(async {
        let task = gen::spawn(async { Ok::<_, gen::Error>(7) });
        assert!(task.is_done());
        assert_eq!(task.await?, 7);
        Ok(())
    });
}

/// Otherwise work without a waiting caller would stop at its first suspension.
#[test]
fn a_task_runs_on_without_its_handle() {
    let done = run(async {
        let (promise, done) = gen::promise();
        drop(spawn(async move {
            gen::moment().await?;
            Ok::<_, gen::Error>(promise.set("done")?)
        }));
        done.await
    });
    assert_eq!(done, "done");
}

/// Otherwise a coroutine could not divide its work further.
#[test]
fn tasks_spawn_tasks() {
    fn nest(depth: usize, order: Order) -> JoinHandle<usize> {
        // The type of the body would contain itself.
        let body: Pin<Box<dyn Future<Output = gen::Result<usize>> + Send>> = Box::pin(async move {
            order.push(depth);
            if depth == 0 {
                return Ok(1);
            }
            let below = nest(depth - 1, order.clone());
            order.push("_");
            Ok(below.await? + 1)
        });
        spawn(body)
    }
    let order = Order::new();
    assert_eq!(run(async { nest(5, order.clone()).await }), 6);
    assert_eq!(order.text(), "543210_____", "the first steps run within the calls");
}

/// The number of bodies that may begin inside of each other, as the docs of `gen::spawn` say.
const DEEPEST: usize = 32;

/// Spawns a task that spawns the next one, and so on, to the given depth.
fn nest(depth: usize, begun: Count) -> JoinHandle<usize> {
    let body: Pin<Box<dyn Future<Output = gen::Result<usize>> + Send>> = Box::pin(async move {
        begun.add();
        match depth {
            0 => Ok(0),
            _ => Ok(nest(depth - 1, begun).await? + 1),
        }
    });
    spawn(body)
}

/// Otherwise tasks that begin inside of each other would end the process.
#[test]
fn a_hundred_thousand_tasks_that_spawn_each_other_do_not_overflow_the_stack() {
    on_a_small_stack(|| {
        assert_eq!(run(async { nest(100_000, Count::default()).await }), 100_000);
    });
}

/// The same for engines.
#[test]
fn a_hundred_thousand_engines_that_call_each_other_do_not_overflow_the_stack() {
    #[gen::engine(send)]
    fn descend(left: usize, ended: Count) -> gen::Result {
        if left > 0 {
            descend(left - 1, ended.clone())?;
        }
        ended.add();
        Ok(())
    }
    on_a_small_stack(|| {
        let ended = Count::default();
        run(async {
            descend(99_999, ended.clone())?;
            while ended.get() < 100_000 {
                gen::moment().await?;
            }
            Ok(())
        });
    });
}

/// Otherwise a caller could not know which tasks have begun when its call returns.
#[test]
fn bodies_begin_inside_of_each_other_as_deep_as_is_said_and_the_next_one_a_turn_later() {
    needs!(OneThread);
    let begun = Count::default();
    run(async {
        let all = nest(1000, begun.clone());
        assert_eq!(begun.get(), DEEPEST);
        gen::moment().await?;
        if Needs::OrderOfTasks.is_met() {
            assert_eq!(begun.get(), 2 * DEEPEST + 1, "one from the queue, and again so many inside of it");
        }
        // A task that does not nest is not counted.
        for _ in 0..1000 {
            assert!(spawn(async { Done::Ok(()) }).is_done());
        }
        assert_eq!(all.await?, 1000);
        Ok(())
    });
}

/// Calls the function inside of so many bodies that begin inside of each other.
fn below<T: Send + 'static>(bodies: usize, call: Box<dyn FnOnce() -> T + Send>) -> T {
    if bodies == 0 {
        return call();
    }
    let result = Arc::new(Mutex::new(None));
    let inner = result.clone();
    drop(spawn(async move {
        let value = below(bodies - 1, call);
        *inner.lock().unwrap() = Some(value);
        Done::Ok(())
    }));
    let result = result.lock().unwrap().take();
    result.expect("it began at once")
}

/// Otherwise a request that comes early would be lost, or would end the body before it begins.
#[test]
fn a_task_that_has_not_begun_is_told_of_a_cancellation_at_its_first_yield() {
    needs!(OneThread);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        order.push("begun");
        let end = yield_!(pending::<()>());
        yield_!(gen::moment())?;
        order.push(", cleaned up");
        end
    }
    let order = Order::new();
    run(async {
        let inner = order.clone();
        let task = below(DEEPEST, Box::new(move || spawn(body(inner))));
        assert_eq!(order.text(), "");
        task.cancel("stop").await;
        assert!(task.await.unwrap_err().is::<gen::Cancelled>());
        Ok(())
    });
    assert_eq!(order.text(), "begun, cleaned up");
}

/// Otherwise the error of such an engine would be lost.
#[test]
fn an_engine_that_begins_later_fails_in_the_context_of_its_call() {
    #[gen::engine(send)]
    fn fails() -> gen::Result {
        Err(gen::Error::new("too deep to be told at once"))
    }
    #[gen::coroutine]
    fn body() -> gen::Result {
        // Its own first step does not count any more.
        yield_!(gen::moment())?;
        below(DEEPEST, Box::new(fails))?;
        yield_!(gen::sleep(seconds(10)))
    }
    let (error, lines) = logged(|| run_in_context(body()).unwrap_err());
    assert_eq!(error.to_string(), "too deep to be told at once");
    assert_eq!(lines, [""; 0]);
}

/// Otherwise such a body would leak.
#[test]
fn an_executor_that_is_dropped_drops_the_bodies_that_have_not_begun() {
    needs!(OneThread);
    let dropped = Count::default();
    let held = Guard(dropped.clone());
    run(async {
        let body = async move {
            drop(held);
            Done::Ok(())
        };
        drop(below(DEEPEST, Box::new(move || spawn(body))));
        assert_eq!(dropped.get(), 0);
        Ok(())
    });
    assert_eq!(dropped.get(), 1);
}

/// Otherwise tasks would be lost when there are many.
#[test]
fn ten_thousand_tasks_all_end() {
    let count = Count::default();
    run(async {
        let tasks: Vec<_> = (0..10_000)
            .map(|i| {
                let count = count.clone();
                spawn(async move {
                    gen::sleep(seconds(0)).await?;
                    gen::moment().await?;
                    count.add();
                    Ok::<_, gen::Error>(i)
                })
            })
            .collect();
        for (i, task) in tasks.into_iter().enumerate() {
            assert_eq!(task.await?, i);
        }
        Ok(())
    });
    assert_eq!(count.get(), 10_000);
}

/// Otherwise a second wait would hang.
#[test]
fn a_handle_that_gave_its_result_says_so() {
    run(async {
        let mut task = gen::spawn(async { Ok::<_, gen::Error>(7) });
        assert_eq!((&mut task).await?, 7);
        assert!(task.is_done());
        let error = task.await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the result of this task was taken before: a `JoinHandle` gives it once"
        );
        Ok(())
    });
    let mut handle = gen::spawn(async { Done::Ok(()) });
    assert!(gen::block_on(&mut handle).unwrap_err().is::<NoHost>());
    assert!(gen::block_on(handle).unwrap_err().to_string().contains("taken before"));
}

/// Otherwise a handle could not be moved to another task that goes on waiting.
#[test]
fn a_handle_wakes_who_polled_it_last() {
    run(async {
        let (promise, future) = gen::promise();
        let mut task = spawn(future);
        // The first poll has a waker that does nothing, the second the real one.
        let mut nowhere = Context::from_waker(Waker::noop());
        assert!(Pin::new(&mut task).poll(&mut nowhere).is_pending());
        drop(spawn(async move {
            gen::moment().await?;
            Ok::<_, gen::Error>(promise.set(7)?)
        }));
        assert_eq!(task.await?, 7);
        Ok(())
    });
}

/// Otherwise a failure would go unnoticed.
#[test]
fn an_error_that_nobody_looks_at_is_logged_once_with_its_causes() {
    needs!(OneThread);
    let ((), lines) = logged(|| {
        run(async {
            // The error is logged at the end of the task, if there is no handle any more.
            drop(spawn(async {
                gen::moment().await?;
                Err::<(), _>(gen::Error::new("the disk is full").context("cannot save"))
            }));
            gen::moment().await?;
            gen::moment().await?;
            // The error is logged when the handle is dropped, if it was not read.
            let task = spawn(async { Err::<(), _>("unread") });
            assert!(task.is_done());
            drop(task);
            // The error is not logged if it was read.
            spawn(async { Err::<(), _>("read") }).await.unwrap_err();
            Ok(())
        });
    });
    assert_eq!(
        lines,
        [
            "ERROR gen: a task failed, and its result was never read: cannot save\ncaused by: the disk is full",
            "ERROR gen: a task failed, and its result was never read: unread",
        ]
    );
}

/// Otherwise such a body would be cut off, or its error lost.
#[test]
fn a_body_that_drops_its_own_handle_runs_on_and_its_error_is_logged() {
    needs!(OneThread);
    let order = Order::new();
    let place: Arc<Mutex<Option<JoinHandle<()>>>> = Arc::default();
    let (inside, inner) = (place.clone(), order.clone());
    let ((), lines) = logged(|| {
        run(async {
            let task = spawn(async move {
                gen::moment().await?;
                let own = inside.lock().unwrap().take();
                drop(own);
                inner.push("ran on");
                Err::<(), _>(gen::Error::new("alone"))
            });
            *place.lock().unwrap() = Some(task);
            gen::moment().await?;
            gen::moment().await
        });
    });
    assert_eq!(order.text(), "ran on");
    assert_eq!(lines, ["ERROR gen: a task failed, and its result was never read: alone"]);
}

/// Otherwise each end of a program would fill the log.
#[test]
fn a_task_that_the_closing_executor_ends_is_not_logged() {
    needs!(EndDropsTasks);
    let ((), lines) = logged(|| {
        let kept = run(async {
            drop(spawn(async { pending::<gen::Result>().await }));
            Ok(spawn(async { pending::<gen::Result>().await }))
        });
        assert!(gen::block_on(kept).unwrap_err().is::<LoopClosed>());
    });
    assert_eq!(lines, [""; 0]);
}

/// Otherwise a task would go on while the local variables of one that it waits for still live, and
/// they may hold a resource that it needs.
#[test]
fn what_an_ended_task_held_is_free_before_its_waiter_goes_on() {
    let dropped = Count::default();
    run(async {
        let held = Guard(dropped.clone());
        let mut is_ready = false;
        let body = poll_fn(move |cx| {
            let _ = &held;
            if std::mem::replace(&mut is_ready, true) {
                return Poll::Ready(Done::Ok(()));
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        });
        spawn(body).await?;
        assert_eq!(dropped.get(), 1);
        Ok(())
    });
}
