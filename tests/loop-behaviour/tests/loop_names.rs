//! A waker has room for 16 bits of a loop's name, so a name is used again 65,536 loops later.
//! Remains of the first loop must not confuse the later one with it.
use std::future::{poll_fn, Future};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use gen::{IoLoop, VirtualClock};

const SECOND: Duration = Duration::from_secs(1);

/// Runs `first` on a loop, and `then` on the next loop with the same name. Both have the same
/// virtual clock.
fn on_loops_of_one_name<T>(first: impl FnOnce(&IoLoop) -> T, then: impl FnOnce(&IoLoop, T)) {
    // Keeps other tests from creating loops while one test counts them.
    static COUNTED: Mutex<()> = Mutex::new(());
    let _counted = COUNTED.lock().unwrap_or_else(PoisonError::into_inner);
    let clock = VirtualClock::new();
    let left = first(&IoLoop::with_clock(clock.clone()));
    (1..65_536).for_each(|_| drop(IoLoop::new()));
    then(&IoLoop::with_clock(clock), left);
}

/// Polls a future once, in the loop's first turn.
fn poll_once<F: Future>(io_loop: &IoLoop, mut future: Pin<&mut F>) -> Poll<F::Output> {
    io_loop.block_on(poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))))
}

#[test]
fn a_sleep_of_a_loop_that_is_gone_is_not_over_on_a_later_one() {
    let sleep_once = |io_loop: &IoLoop| {
        let mut sleep = Box::pin(gen::sleep(SECOND));
        assert!(poll_once(io_loop, sleep.as_mut()).is_pending());
        sleep
    };
    on_loops_of_one_name(sleep_once, |io_loop, sleep| {
        let began = io_loop.now();
        io_loop.run_sync(sleep).unwrap();
        assert_eq!(io_loop.now() - began, SECOND);
    });
}

#[test]
fn a_sleep_of_a_loop_that_is_gone_takes_no_timer_of_a_later_one_back() {
    let sleep_once = |io_loop: &IoLoop| {
        let mut sleep = Box::pin(gen::sleep(SECOND));
        assert!(poll_once(io_loop, sleep.as_mut()).is_pending());
        sleep
    };
    on_loops_of_one_name(sleep_once, |io_loop, old| {
        let mut new = Box::pin(gen::sleep(SECOND));
        assert!(poll_once(io_loop, new.as_mut()).is_pending());
        drop(old);
        let error = io_loop.run_sync_timeout(SECOND * 2, new);
        assert!(error.is_ok(), "the sleep ends");
    });
}

#[test]
fn a_key_of_a_loop_that_is_gone_removes_nothing_on_a_later_one() {
    on_loops_of_one_name(
        |io_loop| io_loop.call_later(SECOND, || ()),
        |io_loop, old| {
            let new = io_loop.call_later(SECOND, || ());
            assert_ne!(old, new);
            assert!(!io_loop.remove_timeout(old));
            assert!(io_loop.remove_timeout(new));
        },
    );
}

#[test]
fn a_moment_of_a_loop_that_is_gone_costs_no_second_turn_on_a_later_one() {
    let poll_moment = |io_loop: &IoLoop| {
        let mut moment = Box::pin(gen::moment());
        assert!(poll_once(io_loop, moment.as_mut()).is_pending());
        moment
    };
    on_loops_of_one_name(poll_moment, |io_loop, mut moment| {
        assert!(poll_once(io_loop, moment.as_mut()).is_ready());
    });
}
