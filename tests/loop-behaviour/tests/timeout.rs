//! `with_timeout`: the result, or an error at the deadline.
use std::future::{pending, poll_fn, ready, Future};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use gen::{yield_, Coroutine, Frame, IoLoop, NoHost, TimeoutError, VirtualClock, Yieldable};
use loop_behaviour::{CountingClock, Drops, Order, WatchedClock};

const SECOND: Duration = Duration::from_secs(1);

/// The future that a yield of the timeout waits for.
fn pending_of<Y, M>(yieldable: Y) -> Y::Pending
where
    Y: Yieldable<M>,
{
    yieldable.into_pending(&Frame::new(0))
}

fn on_virtual_clock<T>(future: impl Future<Output = T>) -> T {
    IoLoop::with_clock(VirtualClock::new()).block_on(future)
}

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

#[test]
fn an_error_before_the_deadline_is_handed_over_unchanged() {
    let error = on_virtual_clock(async {
        let child = async {
            gen::sleep(SECOND).await?;
            Err::<(), gen::Error>(std::fmt::Error.into())
        };
        pending_of(gen::with_timeout(SECOND * 60, child)).await
    });
    assert!(error.unwrap_err().is::<std::fmt::Error>());
}

#[test]
fn at_the_deadline_the_child_is_dropped_and_the_error_says_how_long_it_was() {
    let drops = Drops::new();
    let error = on_virtual_clock(async {
        let held = drops.one();
        let child = async move {
            let _held = held;
            pending::<gen::Result>().await
        };
        let mut timed = pin!(pending_of(gen::with_timeout(Duration::from_millis(2500), child)));
        let error = timed.as_mut().await.unwrap_err();
        assert_eq!(drops.count(), 1, "before the yield's value is");
        error
    });
    assert!(error.is::<TimeoutError>());
    assert_eq!(error.to_string(), "timeout after 2.5s");
}

#[test]
fn a_timeout_of_all_time_never_comes() {
    let age = SECOND * 150 * 365 * 24 * 60 * 60;
    let clock = VirtualClock::new();
    let began = clock.now();
    IoLoop::with_clock(clock.clone()).block_on(async {
        pending_of(gen::with_timeout(Duration::MAX, gen::sleep(age))).await.unwrap();
        pending_of(gen::with_timeout(Duration::MAX, gen::sleep(age)).cancel(SECOND)).await.unwrap();
    });
    assert_eq!(clock.now() - began, age * 2);
}

#[test]
fn a_grace_period_of_all_time_never_ends() {
    #[gen::coroutine]
    fn slow_to_clean_up() -> gen::Result<&'static str> {
        let end = yield_!(pending::<()>());
        yield_!(gen::sleep(SECOND * 150 * 365 * 24 * 60 * 60))?;
        end.map(|()| "done").or(Ok("cleaned up"))
    }
    let limited = gen::with_timeout(SECOND, slow_to_clean_up()).cancel(Duration::MAX);
    assert_eq!(on_virtual_clock(pending_of(limited)).unwrap(), "cleaned up");
}

#[test]
fn a_point_in_time_is_a_deadline_too() {
    let clock = VirtualClock::new();
    let io_loop = IoLoop::with_clock(clock.clone());
    let began = clock.now();
    let error = io_loop
        .block_on(async { pending_of(gen::with_timeout(began + SECOND * 2, pending::<gen::Result>())).await })
        .unwrap_err();
    assert_eq!(clock.now() - began, SECOND * 2);
    assert_eq!(error.downcast_ref::<TimeoutError>().unwrap().after(), SECOND * 2);
}

#[test]
fn a_duration_counts_from_the_first_poll() {
    let clock = VirtualClock::new();
    let io_loop = IoLoop::with_clock(clock.clone());
    let began = clock.now();
    io_loop.block_on(async {
        let timed = gen::with_timeout(SECOND * 3, pending::<gen::Result>());
        let graced = gen::with_timeout(SECOND * 3, pending::<gen::Result>()).cancel(SECOND);
        gen::sleep(SECOND * 2).await.unwrap();
        let error = pending_of(timed).await.unwrap_err();
        assert_eq!((error.to_string().as_str(), clock.now() - began), ("timeout after 3s", SECOND * 5));
        pending_of(graced).await.unwrap_err();
    });
    assert_eq!(clock.now() - began, SECOND * 8);
}

#[test]
fn a_point_in_time_does_not_depend_on_the_first_poll() {
    let clock = VirtualClock::new();
    let io_loop = IoLoop::with_clock(clock.clone());
    let began = clock.now();
    io_loop.block_on(async {
        let timed = gen::with_timeout(began + SECOND * 3, pending::<gen::Result>());
        gen::sleep(SECOND * 2).await.unwrap();
        let error = pending_of(timed).await.unwrap_err();
        assert_eq!(error.to_string(), "timeout after 1s", "it counts from the first poll");
    });
    assert_eq!(clock.now() - began, SECOND * 3);
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
    on_virtual_clock(async {
        let handle = IoLoop::current().unwrap();
        let timed = gen::with_timeout(handle.now() + SECOND, pending::<gen::Result>());
        gen::sleep(SECOND * 2).await.unwrap();
        handle.add_callback(order.note("others, "));
        order.push(pending_of(timed).await.unwrap_err());
    });
    assert_eq!(order.text(), "others, timeout after 0ns");
}

#[test]
fn a_result_of_the_turn_in_which_the_deadline_comes_wins() {
    let result = on_virtual_clock(async {
        // It has the same deadline and was created first, so it fires first in the same turn.
        let child = gen::sleep(SECOND);
        let result = pending_of(gen::with_timeout(SECOND, async { child.await.map(|()| "won") })).await;
        // Created second. Both timers have fired when the task is resumed, and the child is polled
        // first.
        let timed = gen::with_timeout(SECOND, async { gen::sleep(SECOND).await.map(|()| "too") });
        (result, pending_of(timed).await)
    });
    assert_eq!(result.0.unwrap(), "won");
    assert_eq!(result.1.unwrap(), "too");
}

#[test]
fn a_deadline_in_the_past_lets_a_queued_callback_win() {
    let order = Order::new();
    on_virtual_clock(async {
        let handle = IoLoop::current().unwrap();
        let past = handle.now() - SECOND;
        let (tx, mut rx) = one_shot();
        handle.add_callback(move || tx.send("resolved"));
        let result = pending_of(gen::with_timeout(past, gen::ok(poll_fn(move |cx| rx.poll(cx))))).await;
        order.push(result.unwrap());
        let error = pending_of(gen::with_timeout(past, pending::<gen::Result>())).await.unwrap_err();
        order.push(format_args!(", {error}"));
    });
    assert_eq!(order.text(), "resolved, timeout after 0ns");
}

#[test]
fn what_is_ready_needs_neither_timer_nor_loop() {
    let mut timed = pin!(pending_of(gen::with_timeout(Duration::ZERO, ready(Ok::<_, std::fmt::Error>(7)))));
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(matches!(timed.as_mut().poll(&mut cx), Poll::Ready(Ok(7))));
}

#[test]
fn where_no_loop_runs_having_to_wait_is_an_error() {
    let mut timed = pin!(pending_of(gen::with_timeout(SECOND, pending::<gen::Result>())));
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let Poll::Ready(Err(error)) = timed.as_mut().poll(&mut cx) else { panic!("it must not hang") };
    assert!(error.is::<NoHost>());
}

#[test]
fn what_runs_on_its_own_goes_on_after_the_deadline() {
    let order = Order::new();
    on_virtual_clock(async {
        let inner = order.clone();
        let task = gen::spawn_local(async move {
            gen::sleep(SECOND * 2).await?;
            inner.push("went on");
            Ok::<(), gen::Error>(())
        });
        assert!(pending_of(gen::with_timeout(SECOND, task)).await.unwrap_err().is::<TimeoutError>());
        gen::sleep(SECOND * 5).await.unwrap();
    });
    assert_eq!(order.text(), "went on");
}

#[test]
fn the_error_says_at_which_yield_the_deadline_passed() {
    #[gen::coroutine]
    fn impatient() -> gen::Result {
        yield_!(gen::with_timeout(SECOND, pending::<gen::Result>()))
    }
    let line = line!() - 2;
    let error = on_virtual_clock(impatient()).unwrap_err();
    let lines: Vec<_> = error.trace().iter().map(|site| site.line()).collect();
    assert_eq!(lines, [line]);
}

#[test]
fn what_is_thrown_meanwhile_arrives_at_the_yield_of_the_timeout_and_drops_the_child() {
    #[gen::coroutine]
    fn child(order: Order) -> gen::Result {
        let result = yield_!(gen::sleep(SECOND));
        order.push("the child went on");
        result
    }
    #[gen::coroutine]
    fn parent(order: Order) -> gen::Result {
        let result = yield_!(gen::with_timeout(SECOND * 2, child(order.clone())));
        order.push(result.unwrap_err());
        Ok(())
    }
    let order = Order::new();
    let result = on_virtual_clock(async {
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
    assert!(result.is_ok());
    assert_eq!(order.text(), "thrown");
}

#[test]
fn lists_and_timeouts_nest_both_ways() {
    let results = on_virtual_clock(async {
        let list = vec![gen::sleep(SECOND), gen::sleep(SECOND * 2)];
        let whole = pending_of(gen::with_timeout(SECOND * 3, list)).await.map(|units| units.len());
        let each: Vec<_> = (1..=3).map(|i| gen::with_timeout(SECOND * 2, gen::sleep(SECOND * i))).collect();
        (whole, pending_of(each).await)
    });
    assert_eq!(results.0.unwrap(), 2);
    assert!(results.1.unwrap_err().is::<TimeoutError>(), "the third child was too slow");
}

#[test]
fn a_timeout_works_on_outputs_that_are_no_results_too() {
    #[gen::coroutine]
    fn seven() -> gen::Result<i32> {
        yield_!(gen::with_timeout(SECOND, ready(7)))
    }
    assert_eq!(on_virtual_clock(seven()).unwrap(), 7);
}

/// The smallest future that a callback can resolve.
fn one_shot() -> (Sender, Receiver) {
    let shared = std::rc::Rc::new(std::cell::RefCell::new((None, None)));
    (Sender(shared.clone()), Receiver(shared))
}

type Shared = std::rc::Rc<std::cell::RefCell<(Option<&'static str>, Option<std::task::Waker>)>>;

struct Sender(Shared);
struct Receiver(Shared);

impl Sender {
    fn send(self, value: &'static str) {
        let waker = {
            let mut shared = self.0.borrow_mut();
            shared.0 = Some(value);
            shared.1.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Receiver {
    fn poll(&mut self, cx: &std::task::Context<'_>) -> Poll<&'static str> {
        let mut shared = self.0.borrow_mut();
        match shared.0.take() {
            Some(value) => Poll::Ready(value),
            None => {
                shared.1 = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}
