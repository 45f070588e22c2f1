//! Errors that are thrown at a coroutine that waits for an object of the loop. A timeout is a
//! boundary, and a task goes on.
use std::future::{pending, poll_fn, Future};
use std::pin::{pin, Pin};
use std::task::{Context, Poll};
use std::time::Duration;

use gen::{yield_, Coroutine, IoLoop, VirtualClock};
use loop_behaviour::{Drops, Order};

const SECOND: Duration = Duration::from_secs(1);

fn on_virtual_clock<T>(future: impl Future<Output = T>) -> T {
    IoLoop::with_clock(VirtualClock::new()).block_on(future)
}

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

#[test]
fn a_timeout_takes_what_is_thrown_and_drops_what_it_waits_for() {
    let (order, drops) = (Order::new(), Drops::new());
    #[gen::coroutine]
    fn outer(order: Order, held: impl Sized) -> gen::Result {
        let error = yield_!(gen::with_timeout(SECOND, inner(order.clone(), held))).unwrap_err();
        order.push(format!("outer caught: {error}"));
        Ok(())
    }
    on_virtual_clock(suspended_then_thrown(outer(order.clone(), drops.one()))).unwrap();
    assert_eq!(order.text(), "outer caught: thrown");
    assert_eq!(drops.count(), 1);
}

#[test]
fn who_waits_for_a_task_takes_what_is_thrown_and_the_task_goes_on() {
    let order = Order::new();
    #[gen::coroutine]
    fn waits(order: Order) -> gen::Result {
        let noted = order.clone();
        let task = gen::spawn_local(async move {
            gen::sleep(SECOND).await?;
            noted.push("the task ends.");
            Ok::<_, gen::Error>(())
        });
        let error = yield_!(task).unwrap_err();
        order.push(format!("{error}, "));
        yield_!(gen::sleep(SECOND * 2))
    }
    on_virtual_clock(suspended_then_thrown(waits(order.clone()))).unwrap();
    assert_eq!(order.text(), "thrown, the task ends.");
}

#[test]
fn a_sleep_takes_what_is_thrown_and_its_timer_is_gone() {
    #[gen::coroutine]
    fn sleeps() -> gen::Result<&'static str> {
        match yield_!(gen::sleep(SECOND * 1_000_000)) {
            Ok(()) => Ok("slept"),
            Err(_) => Ok("woken"),
        }
    }
    assert_eq!(on_virtual_clock(suspended_then_thrown(sleeps())).unwrap(), "woken");
}
