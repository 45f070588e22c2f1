//! `with_timeout`: the result, or an error at the deadline.

use std::future::{pending, poll_fn, ready, Future};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use behaviour::{in_seconds, needs, now, pending_of, run, seconds, since, spawn, Count, Guard, Order, AGE};
use gen::{yield_, Coroutine, TimeoutError};

/// Otherwise a result would be lost, or be late.
#[test]
fn a_result_before_the_deadline_is_handed_over() {
    let began_and_ended = run(async {
        let began = now();
        let child = async { gen::sleep(seconds(1)).await.map(|()| "in time") };
        assert_eq!(pending_of(gen::with_timeout(seconds(3600), child)).await?, "in time");
        Ok(since(began))
    });
    assert_eq!(began_and_ended, in_seconds(1));
}

/// Otherwise a caller could not tell the failure of the child from the deadline.
#[test]
fn an_error_before_the_deadline_is_handed_over_unchanged() {
    let error = run(async {
        let child = async {
            gen::sleep(seconds(1)).await?;
            Err::<(), gen::Error>(std::fmt::Error.into())
        };
        Ok(pending_of(gen::with_timeout(seconds(3600), child)).await.unwrap_err())
    });
    assert!(error.is::<std::fmt::Error>());
}

/// Otherwise the child would keep its resources, and the log would not say how long it had.
#[test]
fn at_the_deadline_the_child_is_dropped_and_the_error_says_how_long_it_was() {
    let (dropped, limit) = (Count::default(), seconds(2) + Duration::from_millis(1));
    let error = run(async {
        let held = Guard(dropped.clone());
        let child = async move {
            let _held = held;
            pending::<gen::Result>().await
        };
        let mut timed = pin!(pending_of(gen::with_timeout(limit, child)));
        let error = timed.as_mut().await.unwrap_err();
        assert_eq!(dropped.get(), 1, "before the yield's value is");
        Ok(error)
    });
    assert_eq!(error.downcast_ref::<TimeoutError>().expect("a timeout").after(), limit);
    assert_eq!(error.to_string(), format!("timeout after {limit:?}"));
}

/// Otherwise `Duration::MAX` would overflow, or be a deadline in the past.
#[test]
fn a_timeout_of_all_time_never_comes() {
    needs!(VirtualTime);
    run(async {
        let began = now();
        pending_of(gen::with_timeout(Duration::MAX, gen::sleep(AGE))).await?;
        pending_of(gen::with_timeout(Duration::MAX, gen::sleep(AGE)).cancel(seconds(1))).await?;
        assert_eq!(now() - began, AGE * 2);
        Ok(())
    });
}

/// The same for the time to clean up.
#[test]
fn a_grace_period_of_all_time_never_ends() {
    needs!(VirtualTime);
    #[gen::coroutine]
    fn slow_to_clean_up() -> gen::Result<&'static str> {
        let end = yield_!(pending::<()>());
        yield_!(gen::sleep(AGE))?;
        end.map(|()| "done").or(Ok("cleaned up"))
    }
    let limited = gen::with_timeout(seconds(1), slow_to_clean_up()).cancel(Duration::MAX);
    assert_eq!(run(pending_of(limited)), "cleaned up");
}

/// Otherwise a deadline of several calls could not be handed down.
#[test]
fn a_point_in_time_is_a_deadline_too() {
    run(async {
        let began = now();
        let error = pending_of(gen::with_timeout(began + seconds(2), pending::<gen::Result>())).await;
        assert_eq!(since(began), in_seconds(2));
        assert!(error.unwrap_err().is::<TimeoutError>());
        Ok(())
    });
}

/// Otherwise a timeout that is made early would be over before its child begins.
#[test]
fn a_duration_counts_from_the_first_poll() {
    needs!(VirtualTime);
    run(async {
        let began = now();
        let timed = gen::with_timeout(seconds(3), pending::<gen::Result>());
        let graced = gen::with_timeout(seconds(3), pending::<gen::Result>()).cancel(seconds(1));
        gen::sleep(seconds(2)).await?;
        let error = pending_of(timed).await.unwrap_err();
        assert_eq!((error.to_string().as_str(), now() - began), ("timeout after 3s", seconds(5)));
        pending_of(graced).await.unwrap_err();
        assert_eq!(now() - began, seconds(8));
        Ok(())
    });
}

/// Otherwise the deadline of several calls would be another one for each.
#[test]
fn a_point_in_time_does_not_depend_on_the_first_poll() {
    needs!(VirtualTime);
    run(async {
        let began = now();
        let timed = gen::with_timeout(began + seconds(3), pending::<gen::Result>());
        gen::sleep(seconds(2)).await?;
        let error = pending_of(timed).await.unwrap_err();
        assert_eq!(error.to_string(), "timeout after 1s", "it counts from the first poll");
        assert_eq!(now() - began, seconds(3));
        Ok(())
    });
}

/// Otherwise a result that is there would be thrown away.
#[test]
fn a_result_of_the_turn_in_which_the_deadline_comes_wins() {
    needs!(VirtualTime);
    run(async {
        // It has the same deadline and was created first, so it fires first in the same turn.
        let child = gen::sleep(seconds(1));
        let first = gen::with_timeout(seconds(1), async { child.await.map(|()| "won") });
        assert_eq!(pending_of(first).await?, "won");
        // Created second. Both timers have fired when the task is resumed, and the child is polled
        // first.
        let second = gen::with_timeout(seconds(1), async { gen::sleep(seconds(1)).await.map(|()| "too") });
        assert_eq!(pending_of(second).await?, "too");
        Ok(())
    });
}

/// Otherwise a coroutine that never has to wait would need a host.
#[test]
fn what_is_ready_needs_neither_timer_nor_host() {
    let mut timed = pin!(pending_of(gen::with_timeout(Duration::ZERO, ready(Ok::<_, std::fmt::Error>(7)))));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(matches!(timed.as_mut().poll(&mut cx), Poll::Ready(Ok(7))));
}

/// Otherwise a deadline would end work that others wait for.
#[test]
fn what_runs_on_its_own_goes_on_after_the_deadline() {
    run(async {
        let (promise, end) = gen::promise();
        let task = spawn(async move {
            gen::sleep(seconds(15)).await?;
            Ok::<_, gen::Error>(promise.set("went on")?)
        });
        assert!(pending_of(gen::with_timeout(seconds(1), task)).await.unwrap_err().is::<TimeoutError>());
        assert_eq!(end.await?, "went on");
        Ok(())
    });
}

/// Otherwise one would have to search for the deadline that has passed.
#[test]
fn the_error_says_at_which_yield_the_deadline_passed() {
    #[gen::coroutine]
    fn impatient() -> gen::Result {
        yield_!(gen::with_timeout(seconds(1), pending::<gen::Result>()))
    }
    let line = line!() - 2;
    let error = run(async { Ok(impatient().await.unwrap_err()) });
    let lines: Vec<_> = error.trace().iter().map(|site| site.line()).collect();
    assert_eq!(lines, [line]);
}

/// Otherwise an error would reach a child whose parent has gone on.
#[test]
fn what_is_thrown_meanwhile_arrives_at_the_yield_of_the_timeout_and_drops_the_child() {
    #[gen::coroutine]
    fn child(order: Order) -> gen::Result {
        let result = yield_!(gen::sleep(seconds(10)));
        order.push("the child went on");
        result
    }
    #[gen::coroutine]
    fn parent(order: Order) -> gen::Result {
        let result = yield_!(gen::with_timeout(seconds(3600), child(order.clone())));
        order.push(result.unwrap_err());
        Ok(())
    }
    let order = Order::new();
    run(async {
        let mut body = pin!(parent(order.clone()));
        let mut thrown = None;
        poll_fn(|cx| {
            assert!(body.as_mut().resume(cx, &mut thrown).is_pending());
            Poll::Ready(())
        })
        .await;
        thrown = Some(gen::Error::new("thrown"));
        poll_fn(|cx| body.as_mut().resume(cx, &mut thrown)).await
    });
    assert_eq!(order.text(), "thrown");
}

/// Otherwise a timeout could not limit many waits, or each of many.
#[test]
fn lists_and_timeouts_nest_both_ways() {
    run(async {
        let list = vec![gen::sleep(seconds(1)), gen::sleep(seconds(2))];
        assert_eq!(pending_of(gen::with_timeout(seconds(3600), list)).await?.len(), 2);
        let limited = |sleep| gen::with_timeout(seconds(20), gen::sleep(seconds(sleep)));
        let each: Vec<_> = [1, 2, 3600].map(limited).into();
        assert!(pending_of(each).await.unwrap_err().is::<TimeoutError>(), "the third child was too slow");
        Ok(())
    });
}

/// Otherwise the future of a plain value could not be limited.
#[test]
fn a_timeout_works_on_outputs_that_are_no_results_too() {
    #[gen::coroutine]
    fn seven() -> gen::Result<i32> {
        yield_!(gen::with_timeout(seconds(1), ready(7)))
    }
    assert_eq!(run(seven()), 7);
}
