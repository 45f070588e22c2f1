//! Errors that are thrown at a coroutine that waits for something of its host. A timeout is a
//! boundary, and a task goes on.

use std::future::{pending, poll_fn};
use std::pin::{pin, Pin};
use std::task::{Context, Poll};

use behaviour::{run, seconds, spawn, Count, Guard, Order};
use gen::{yield_, Coroutine};

/// Resumes the coroutine with an error, like a task.
fn throw<C: Coroutine>(coroutine: Pin<&mut C>, cx: &mut Context<'_>, text: &'static str) -> Poll<C::Output> {
    let mut thrown = Some(gen::Error::new(text));
    let resumed = coroutine.resume(cx, &mut thrown);
    assert!(thrown.is_none(), "somebody took it");
    resumed
}

/// Polls the coroutine until it is suspended, throws, and drives it to its end.
async fn suspended_then_thrown<C: Coroutine>(coroutine: C) -> C::Output {
    let mut coroutine = pin!(coroutine);
    let first = poll_fn(|cx| {
        assert!(coroutine.as_mut().poll(cx).is_pending());
        Poll::Ready(throw(coroutine.as_mut(), cx, "thrown"))
    });
    match first.await {
        Poll::Ready(output) => output,
        Poll::Pending => coroutine.await,
    }
}

#[gen::coroutine]
fn inner(order: Order, held: impl Sized) -> gen::Result {
    let _held = held;
    let caught = yield_!(pending::<()>());
    order.push("inner caught it");
    caught
}

/// Otherwise an error would reach a child whose parent has gone on.
#[test]
fn a_timeout_takes_what_is_thrown_and_drops_what_it_waits_for() {
    let (order, dropped) = (Order::new(), Count::default());
    #[gen::coroutine]
    fn outer(order: Order, held: impl Sized) -> gen::Result {
        let error = yield_!(gen::with_timeout(seconds(1), inner(order.clone(), held))).unwrap_err();
        order.push(format!("outer caught: {error}"));
        Ok(())
    }
    run(suspended_then_thrown(outer(order.clone(), Guard(dropped.clone()))));
    assert_eq!(order.text(), "outer caught: thrown");
    assert_eq!(dropped.get(), 1);
}

/// Otherwise an error for one coroutine would end a task that others wait for.
#[test]
fn who_waits_for_a_task_takes_what_is_thrown_and_the_task_goes_on() {
    let order = Order::new();
    #[gen::coroutine]
    fn waits(order: Order) -> gen::Result {
        let noted = order.clone();
        let task = spawn(async move {
            gen::sleep(seconds(1)).await?;
            noted.push("the task ends.");
            Ok::<_, gen::Error>(())
        });
        let error = yield_!(task).unwrap_err();
        order.push(format!("{error}, "));
        yield_!(gen::sleep(seconds(15)))
    }
    run(suspended_then_thrown(waits(order.clone())));
    assert_eq!(order.text(), "thrown, the task ends.");
}

/// Otherwise a coroutine that sleeps could not be interrupted.
#[test]
fn a_sleep_takes_what_is_thrown() {
    #[gen::coroutine]
    fn sleeps() -> gen::Result<&'static str> {
        match yield_!(gen::sleep(seconds(3600))) {
            Ok(()) => Ok("slept"),
            Err(_) => Ok("woken"),
        }
    }
    assert_eq!(run(suspended_then_thrown(sleeps())), "woken");
}
