//! The timeouts that begin in one turn of a loop whose clock runs by itself: they share one look at
//! the clock, at the end of the turn.
use std::cell::RefCell;
use std::future::{pending, poll_fn, Future, Pending};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};

use gen::{Clock, IoLoop, IoLoopHandle, VirtualClock};
use loop_behaviour::{CountingClock, Order, AGE};

const SECOND: Duration = Duration::from_secs(1);

/// A loop, its clock, and the hand that moves the clock in the middle of a turn.
fn running_loop() -> (IoLoop, CountingClock, VirtualClock) {
    let hand = VirtualClock::new();
    let clock = CountingClock::that_runs(&hand);
    (IoLoop::with_clock(clock.clone()), clock, hand)
}

fn limited(seconds: u32) -> Pin<Box<impl Future<Output = gen::Result>>> {
    let never: Pending<gen::Result> = pending();
    Box::pin(gen::with_timeout(SECOND * seconds, never).join())
}

async fn poll_once(future: &mut (impl Future<Output = gen::Result> + Unpin)) {
    let mut future = Pin::new(future);
    poll_fn(|cx| {
        assert!(future.as_mut().poll(cx).is_pending());
        Poll::Ready(())
    })
    .await;
}

/// Otherwise a busy server would spend its time on looking at the clock.
#[test]
fn timeouts_of_one_turn_read_the_clock_once() {
    let reads = |count: u32| {
        let (io_loop, clock, _) = running_loop();
        io_loop.block_on(async {
            let before = clock.reads();
            let mut timeouts: Vec<_> = (0..count).map(|_| limited(60)).collect();
            for timeout in &mut timeouts {
                poll_once(timeout).await;
            }
            gen::moment().await.unwrap();
            gen::moment().await.unwrap();
            clock.reads() - before
        })
    };
    assert!(reads(1) > 0);
    assert_eq!(reads(1000), reads(1));
}

#[test]
fn a_timeout_that_is_dropped_in_its_turn_reads_no_clock() {
    let (io_loop, clock, _) = running_loop();
    io_loop.block_on(async {
        let before = clock.reads();
        for _ in 0..10 {
            let mut timeout = limited(60);
            poll_once(&mut timeout).await;
            drop(timeout);
        }
        gen::moment().await.unwrap();
        assert_eq!(clock.reads(), before);
    });
}

/// The clock was not read when the timeout began, so an earlier time must not be taken for it.
#[test]
fn a_timeout_is_not_early_and_late_by_the_rest_of_its_turn() {
    let (io_loop, _, hand) = running_loop();
    io_loop.block_on(async {
        hand.advance(SECOND);
        let began = hand.now();
        let mut timeout = limited(10);
        poll_once(&mut timeout).await;
        hand.advance(SECOND * 2);
        timeout.await.unwrap_err();
        assert_eq!(hand.now() - began, SECOND * 12);
    });
}

#[test]
fn timeouts_of_one_turn_end_by_deadline_and_then_by_creation() {
    let (io_loop, _, _) = running_loop();
    let order = Order::new();
    io_loop.block_on(async {
        let spawn = |seconds, name| {
            let order = order.clone();
            gen::spawn_local(async move {
                limited(seconds).await.unwrap_err();
                order.push(name);
                Ok::<(), gen::Error>(())
            })
        };
        let tasks: Vec<_> =
            [(3, "f"), (1, "a"), (2, "d"), (1, "b"), (2, "e"), (1, "c")].map(|(s, n)| spawn(s, n)).into();
        // The sleep counts from its call, and so from the same time on a clock that stood still.
        gen::sleep(SECOND * 2).await.unwrap();
        order.push("|");
        for task in tasks {
            task.await.unwrap();
        }
    });
    assert_eq!(order.text(), "abcde|f");
}

/// No turn ends there, perhaps for hours.
#[test]
fn a_timeout_that_begins_before_the_loop_runs_counts_from_its_first_poll() {
    let (io_loop, _, hand) = running_loop();
    let began = hand.now();
    let task = io_loop.spawn_local(limited(10));
    hand.advance(SECOND * 4);
    io_loop.run_sync(task).unwrap_err();
    assert_eq!(hand.now() - began, SECOND * 10);
}

#[test]
fn a_timeout_that_begins_as_the_loop_stops_is_not_forgotten() {
    let (io_loop, _, hand) = running_loop();
    let began = hand.now();
    #[allow(clippy::async_yields_async)]
    let task = io_loop.block_on(async { gen::spawn_local(limited(10)) });
    hand.advance(SECOND * 4);
    io_loop.run_sync(task).unwrap_err();
    assert_eq!(hand.now() - began, SECOND * 10);
}

#[test]
fn a_timeout_that_moves_to_another_loop_ends_there() {
    let (one, _, _) = running_loop();
    let (two, _, hand) = running_loop();
    let mut timeout = limited(10);
    one.block_on(poll_once(&mut timeout));
    let began = hand.now();
    two.run_sync(timeout).unwrap_err();
    assert_eq!(hand.now() - began, SECOND * 10);
}

#[test]
fn a_timeout_of_all_time_never_ends() {
    let (io_loop, _, hand) = running_loop();
    let began = hand.now();
    for duration in [Duration::MAX, Duration::from_nanos(u64::MAX)] {
        let for_ever = gen::with_timeout(duration, pending::<gen::Result>()).join();
        let error = io_loop.run_sync_timeout(AGE, for_ever).unwrap_err();
        assert_eq!(error.downcast_ref::<gen::TimeoutError>().unwrap().after(), AGE);
    }
    assert_eq!(hand.now() - began, AGE * 2);
}

/// A clock that adds a timer to its loop, and removes it, whenever it is read.
#[derive(Clone, Default)]
struct UsesItsLoop {
    clock: VirtualClock,
    io_loop: Rc<RefCell<Option<IoLoopHandle>>>,
}

impl Clock for UsesItsLoop {
    fn now(&self) -> Instant {
        let now = self.clock.now();
        if let Some(io_loop) = &*self.io_loop.borrow() {
            let timer = io_loop.call_at(now, || ());
            assert!(io_loop.remove_timeout(timer));
        }
        now
    }

    fn idle_until(&self, deadline: Instant) -> Duration {
        self.clock.idle_until(deadline)
    }
}

#[test]
fn a_clock_that_uses_its_loop_gives_timeouts_their_deadlines() {
    let clock = UsesItsLoop::default();
    let io_loop = IoLoop::with_clock(clock.clone());
    clock.io_loop.replace(Some(io_loop.handle()));
    let began = clock.clock.now();
    io_loop.run_sync(limited(10)).unwrap_err();
    assert_eq!(clock.clock.now() - began, SECOND * 10);
    // The loop holds its clock.
    clock.io_loop.take();
}
