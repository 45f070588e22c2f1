//! `with_timeout` beside the timers and callbacks of a loop, and without a host.

use std::future::{pending, ready, Future};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use gen::{IoLoop, NoHost, VirtualClock};
use loop_behaviour::{pending_of, CountingClock, Order, WatchedClock};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_result_before_the_deadline_is_handed_over_and_the_timer_taken_back() {
    let clock = WatchedClock::default();
    let io_loop = IoLoop::with_clock(clock.clone());
    let result = io_loop.block_on(async {
        let child = async { gen::sleep(SECOND).await.map(|()| "in time") };
        // Kept alive, so that the result removes the timer, and not the drop.
        let mut timed = pin!(pending_of(gen::with_timeout(SECOND * 60, child)));
        let result = timed.as_mut().await;
        gen::sleep(SECOND * 3600).await.unwrap();
        result
    });
    assert_eq!(result.unwrap(), "in time");
    assert_eq!(clock.waits(), [1, 3601], "no stop at sixty seconds");
}

/// Otherwise a deadline around a value that the cache has already would slow down a hot path.
#[test]
fn what_is_ready_reads_no_clock() {
    let clock = CountingClock::default();
    let io_loop = IoLoop::with_clock(clock.clone());
    io_loop.block_on(async {
        let before = clock.reads();
        for deadline in [SECOND, Duration::ZERO, Duration::MAX] {
            pending_of(gen::with_timeout(deadline, gen::ok(ready(1)))).await.unwrap();
            pending_of(gen::with_timeout(deadline, gen::ok(ready(1))).cancel(SECOND)).await.unwrap();
        }
        let past = std::time::Instant::now() - SECOND;
        let result = pending_of(gen::with_timeout(past, gen::ok(ready("won")))).await;
        assert_eq!(result.unwrap(), "won");
        assert_eq!(clock.reads() - before, 0);
    });
}

#[test]
fn a_deadline_that_passed_before_the_first_poll_is_noticed_in_the_next_turn() {
    let order = Order::new();
    IoLoop::with_clock(VirtualClock::new()).block_on(async {
        let handle = IoLoop::current().unwrap();
        let timed = gen::with_timeout(handle.now() + SECOND, pending::<gen::Result>());
        gen::sleep(SECOND * 2).await.unwrap();
        handle.add_callback(order.note("others, "));
        order.push(pending_of(timed).await.unwrap_err());
    });
    assert_eq!(order.text(), "others, timeout after 0ns");
}

#[test]
fn a_deadline_in_the_past_lets_a_queued_callback_win() {
    let order = Order::new();
    IoLoop::with_clock(VirtualClock::new()).block_on(async {
        let handle = IoLoop::current().unwrap();
        let past = handle.now() - SECOND;
        let (promise, future) = gen::promise();
        handle.add_callback(move || promise.set("resolved"));
        let result = pending_of(gen::with_timeout(past, future)).await;
        order.push(result.unwrap());
        let error = pending_of(gen::with_timeout(past, pending::<gen::Result>())).await.unwrap_err();
        order.push(format_args!(", {error}"));
    });
    assert_eq!(order.text(), "resolved, timeout after 0ns");
}

#[test]
fn where_no_loop_runs_having_to_wait_is_an_error() {
    let mut timed = pin!(pending_of(gen::with_timeout(SECOND, pending::<gen::Result>())));
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let Poll::Ready(Err(error)) = timed.as_mut().poll(&mut cx) else { panic!("it must not hang") };
    assert!(error.is::<NoHost>());
}
