//! The timers of a loop and the sleeps on it: their order, their removal, the clock on which they
//! count, and what becomes of them when the loop is gone.

use std::future::{pending, poll_fn, Future};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use gen::{IoLoop, VirtualClock};
use loop_behaviour::{Drops, Order, WatchedClock, AGE};

const SECOND: Duration = Duration::from_secs(1);

fn virtual_loop() -> (VirtualClock, IoLoop, Order) {
    let clock = VirtualClock::new();
    (clock.clone(), IoLoop::with_clock(clock), Order::new())
}

fn run_for(io_loop: &IoLoop, duration: Duration) {
    io_loop.run_sync(async move { gen::sleep(duration).await }).unwrap();
}

#[test]
fn timers_run_by_deadline_and_then_by_creation() {
    let (_, io_loop, order) = virtual_loop();
    let now = io_loop.now();
    for (seconds, name) in [(3, "f"), (1, "a"), (2, "d"), (1, "b"), (3, "g"), (1, "c"), (2, "e")] {
        io_loop.call_at(now + SECOND * seconds, order.note(name));
    }
    run_for(&io_loop, SECOND * 4);
    assert_eq!(order.text(), "abcdefg");
}

#[test]
fn timers_that_come_due_in_one_turn_run_by_deadline_too() {
    let (clock, io_loop, order) = virtual_loop();
    for (seconds, name) in [(3, "c"), (1, "a"), (2, "b")] {
        io_loop.call_later(SECOND * seconds, order.note(name));
    }
    clock.advance(SECOND * 10);
    run_for(&io_loop, Duration::ZERO);
    assert_eq!(order.text(), "abc");
}

#[test]
fn a_removed_timer_does_not_run() {
    let (_, io_loop, order) = virtual_loop();
    let key = io_loop.call_later(SECOND, order.note("a"));
    io_loop.call_later(SECOND, order.note("b"));
    assert!(io_loop.remove_timeout(key));
    assert!(!io_loop.remove_timeout(key), "it was taken back once");
    run_for(&io_loop, SECOND * 2);
    assert_eq!(order.text(), "b");
}

#[test]
fn a_due_timer_that_is_removed_in_its_own_turn_does_not_run() {
    let (_, io_loop, order) = virtual_loop();
    let (one, two) = (
        io_loop.call_later(Duration::ZERO, order.note("one")),
        io_loop.call_later(Duration::ZERO, order.note("two")),
    );
    let handle = io_loop.handle();
    let inner = order.clone();
    io_loop.add_callback(move || inner.push(handle.remove_timeout(one)));
    let (handle, inner) = (io_loop.handle(), order.clone());
    // Its deadline is before that of `two`: a timer removes another one of the same turn.
    io_loop.call_at(io_loop.now() - SECOND, move || inner.push(handle.remove_timeout(two)));
    run_for(&io_loop, SECOND);
    assert_eq!(order.text(), "truetrue");
}

#[test]
fn a_key_of_a_timer_that_has_fired_removes_no_other() {
    let (_, io_loop, order) = virtual_loop();
    let old = io_loop.call_later(Duration::ZERO, order.note("a"));
    run_for(&io_loop, Duration::ZERO);
    io_loop.call_later(SECOND, order.note("b"));
    assert!(!io_loop.remove_timeout(old));
    run_for(&io_loop, SECOND * 2);
    assert_eq!(order.text(), "ab");
}

#[test]
fn a_key_of_another_loop_removes_nothing() {
    let (_, one, order) = virtual_loop();
    let (_, two, _) = virtual_loop();
    let key = one.call_later(Duration::ZERO, order.note("a"));
    two.call_later(Duration::ZERO, order.note("b"));
    assert!(!two.remove_timeout(key));
    run_for(&two, Duration::ZERO);
    assert_eq!(order.text(), "b");
}

#[test]
fn a_key_of_a_loop_that_is_gone_removes_nothing_on_the_next() {
    let old = IoLoop::new().call_later(SECOND, || ());
    let (_, io_loop, order) = virtual_loop();
    let new = io_loop.call_later(SECOND, order.note("a"));
    assert_ne!(old, new);
    assert!(!io_loop.remove_timeout(old));
    run_for(&io_loop, SECOND);
    assert_eq!(order.text(), "a");
}

/// The real clock is not the clock of the loop. It may show any time, and moves by itself.
#[test]
fn what_is_made_before_its_loop_runs_counts_on_the_clock_of_the_loop() {
    let never = pending::<gen::Result>;
    for ahead in [Duration::ZERO, SECOND * 86_400] {
        let (clock, io_loop, _) = virtual_loop();
        clock.advance(ahead);
        let began = clock.now();
        io_loop.run_sync(gen::sleep(SECOND * 60)).unwrap();
        assert_eq!(clock.now() - began, SECOND * 60);
        let error = io_loop.run_sync(gen::with_timeout(SECOND * 5, never()).join()).unwrap_err();
        assert_eq!((error.to_string().as_str(), clock.now() - began), ("timeout after 5s", SECOND * 65));
        // A point in time does not depend on the clock.
        let at = began + SECOND * 100;
        assert!(io_loop.run_sync(gen::with_timeout(at, never()).join()).is_err());
        assert_eq!(clock.now(), at);
    }
}

#[test]
fn a_sleep_that_is_over_when_it_is_yielded_costs_no_turn() {
    let (_, io_loop, order) = virtual_loop();
    let inner = order.clone();
    io_loop
        .run_sync(async move {
            let short = gen::sleep(SECOND);
            gen::sleep(SECOND * 2).await?;
            IoLoop::current().unwrap().add_callback(inner.note("next turn"));
            short.await?;
            inner.push("no turn, ");
            gen::moment().await
        })
        .unwrap();
    assert_eq!(order.text(), "no turn, next turn");
}

#[test]
fn a_sleep_of_zero_costs_a_turn_and_no_time() {
    let (clock, io_loop, order) = virtual_loop();
    let (began, inner) = (clock.now(), order.clone());
    io_loop
        .run_sync(async move {
            IoLoop::current().unwrap().add_callback(inner.note("others, "));
            gen::sleep(Duration::ZERO).await?;
            inner.push("then me");
            Ok::<(), gen::Error>(())
        })
        .unwrap();
    assert_eq!(order.text(), "others, then me");
    assert_eq!(clock.now(), began);
}

#[test]
fn a_dropped_sleep_takes_its_timer_back() {
    let clock = WatchedClock::default();
    let io_loop = IoLoop::with_clock(clock.clone());
    io_loop
        .run_sync(async {
            let mut sleep = Box::pin(gen::sleep(SECOND));
            poll_fn(|cx| {
                assert!(sleep.as_mut().poll(cx).is_pending());
                Poll::Ready(())
            })
            .await;
            drop(sleep);
            gen::sleep(SECOND * 2).await
        })
        .unwrap();
    assert_eq!(clock.waits(), [2], "no stop at one second");
}

#[test]
fn a_sleep_for_ever_that_is_made_before_its_loop_runs_never_ends() {
    let (clock, io_loop, _) = virtual_loop();
    let began = clock.now();
    let sleep = gen::sleep(Duration::MAX);
    let error = io_loop.run_sync_timeout(AGE, sleep).unwrap_err();
    assert!(error.is::<gen::TimeoutError>());
    assert_eq!(clock.now() - began, AGE);
}

#[test]
fn a_callback_that_is_never_due_waits_until_it_is_removed_or_its_loop_goes() {
    let (_, io_loop, order) = virtual_loop();
    let drops = Drops::new();
    let (one, other) = (drops.one(), drops.one());
    let key = io_loop.call_later(Duration::MAX, move || drop(one));
    io_loop.call_later(Duration::MAX, move || drop(other));
    io_loop.call_later(AGE, order.note("150 years"));
    run_for(&io_loop, AGE);
    assert_eq!((order.text().as_str(), drops.count()), ("150 years", 0));
    assert!(io_loop.remove_timeout(key));
    assert!(!io_loop.remove_timeout(key), "it was taken back once");
    assert_eq!(drops.count(), 1);
    drop(io_loop);
    assert_eq!(drops.count(), 2);
}

#[test]
fn a_sleep_on_a_loop_that_its_own_body_has_dropped_is_not_over() {
    let (_, io_loop, _) = virtual_loop();
    let handle = io_loop.handle();
    let task = handle.spawn_local(async move {
        drop(io_loop);
        let mut sleep = Box::pin(gen::sleep(SECOND));
        poll_fn(|cx| {
            assert!(sleep.as_mut().poll(cx).is_pending());
            assert!(sleep.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
        Ok::<(), gen::Error>(())
    });
    gen::block_on(task).unwrap();
}

#[test]
fn a_sleep_off_a_loop_says_what_to_do() {
    let mut sleep = Box::pin(gen::sleep(SECOND));
    let mut cx = Context::from_waker(Waker::noop());
    let Poll::Ready(Err(error)) = sleep.as_mut().poll(&mut cx) else { panic!("it must not hang") };
    assert!(error.is::<gen::NoHost>());
    // Another crate of the workspace may have enabled the feature `tokio`.
    let on_tokio = ["run it on a runtime of tokio", "on tokio, enable the feature `tokio` of `gen-runtime`"];
    let texts = on_tokio.map(|on_tokio| {
        format!(
            "there is no timer here for a sleep or a timeout: run the coroutine with `gen::run_sync`; \
             {on_tokio}; or, on any other executor, enable the feature `smol` of `gen-runtime`"
        )
    });
    assert!(texts.contains(&error.to_string()), "{error}");
}

#[test]
fn a_sleep_that_moves_to_another_loop_goes_on_there() {
    let (_, one, _) = virtual_loop();
    let (_, two, _) = virtual_loop();
    let mut sleep = Box::pin(gen::sleep(SECOND));
    one.block_on(poll_fn(|cx| {
        assert!(sleep.as_mut().poll(cx).is_pending());
        Poll::Ready(())
    }));
    two.run_sync(sleep).unwrap();
}
