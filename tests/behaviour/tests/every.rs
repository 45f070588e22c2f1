//! `every`: ticks at equal distances.

use std::future::{poll_fn, Future};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use behaviour::{in_seconds, needs, now, run, seconds, since};

/// Otherwise each tick would come later by the time that the body takes.
#[test]
fn ticks_do_not_drift() {
    needs!(VirtualTime);
    let (numbers, took) = run(async {
        let (began, mut ticks, mut numbers) = (now(), gen::every(seconds(10)), Vec::new());
        for _ in 0..5 {
            numbers.push(ticks.next().await?.number());
            gen::sleep(seconds(7)).await?;
        }
        Ok((numbers, since(began)))
    });
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    assert_eq!(took, in_seconds(57));
}

/// Otherwise a slow body would be followed by a burst of ticks, or would not know what it missed.
#[test]
fn missed_ticks_are_skipped_and_counted() {
    needs!(VirtualTime);
    let (tick, at, next) = run(async {
        let (began, mut ticks) = (now(), gen::every(seconds(10)));
        gen::sleep(seconds(39)).await?;
        let (tick, at) = (ticks.next().await?, since(began));
        ticks.next().await?;
        Ok((tick, at, since(began)))
    });
    assert_eq!((tick.number(), tick.missed()), (3, 2));
    assert_eq!((at, next), (in_seconds(39), in_seconds(40)));
}

/// Otherwise a machine that was suspended in the middle of a wait would have a burst of ticks
/// afterwards, or ticks at other instants.
#[test]
fn a_clock_that_jumps_in_a_wait_gives_the_last_tick_that_is_due() {
    let clock = gen::VirtualClock::new();
    let jumps = async {
        let (began, mut ticks) = (clock.now(), gen::every(Duration::from_secs(10)));
        let mut next = pin!(ticks.next());
        let first = poll_fn(|cx| Poll::Ready(next.as_mut().poll(cx))).await;
        assert!(first.is_pending());
        clock.advance(Duration::from_secs(35));
        let late = next.await?;
        let on_time = ticks.next().await?;
        gen::Ok(([late, on_time], clock.now() - began))
    };
    let (ticks, took) = gen::IoLoop::with_clock(clock.clone()).run_sync(jumps).unwrap();
    assert_eq!(ticks.map(|tick| (tick.number(), tick.missed())), [(3, 2), (4, 0)]);
    assert_eq!(took, Duration::from_secs(40));
}

/// Otherwise a body that is always too slow would keep its thread.
#[test]
fn a_tick_that_is_due_lets_others_run() {
    needs!(VirtualTime);
    run(async {
        let mut ticks = gen::every(seconds(10));
        gen::sleep(seconds(10)).await?;
        let mut next = pin!(ticks.next());
        let first = poll_fn(|cx| Poll::Ready(next.as_mut().poll(cx))).await;
        assert!(first.is_pending());
        assert_eq!(next.await?.number(), 1);
        Ok(())
    });
}

/// Otherwise a test on a virtual clock would begin with ticks that were never due.
#[test]
fn ticks_that_were_made_without_a_clock_begin_with_the_first_wait() {
    // With the feature `smol` there is a clock everywhere.
    needs!(NoFeatures);
    let mut ticks = gen::every(Duration::from_secs(10));
    let clock = gen::VirtualClock::new();
    clock.advance(Duration::from_secs(3600));
    let tick = gen::IoLoop::with_clock(clock).run_sync(async { ticks.next().await }).unwrap();
    assert_eq!((tick.number(), tick.missed()), (1, 0));
}

/// Otherwise a `select` in a loop would lose ticks.
#[test]
fn a_dropped_wait_loses_no_tick() {
    needs!(VirtualTime);
    let (tick, took) = run(async {
        let (began, mut ticks) = (now(), gen::every(seconds(10)));
        for _ in 0..3 {
            let mut next = pin!(ticks.next());
            poll_fn(|cx| {
                assert!(next.as_mut().poll(cx).is_pending());
                Poll::Ready(())
            })
            .await;
            gen::sleep(seconds(3)).await?;
        }
        Ok((ticks.next().await?, since(began)))
    });
    assert_eq!((tick.number(), tick.missed()), (1, 0));
    assert_eq!(took, in_seconds(10));
}

/// Otherwise a very long period would overflow, and come at once.
#[test]
fn a_tick_after_the_end_of_time_never_comes() {
    needs!(VirtualTime);
    let outcome = run(async {
        let mut ticks = gen::every(Duration::MAX);
        gen::first_of((ticks.next(), gen::sleep(seconds(3600)))).join().await
    });
    assert_eq!(outcome.position(), 1);
}

#[test]
#[should_panic(expected = "the ticks of `gen::every` need a period that is not zero")]
fn a_period_of_zero_is_refused_where_it_is_written() {
    drop(gen::every(Duration::ZERO));
}
