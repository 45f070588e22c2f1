//! The order in which a loop runs callbacks and tasks. Programs rely on it without knowing it.
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use gen::{IoLoop, VirtualClock};
use loop_behaviour::{logged, Order};

/// Runs until no work is left. A callback behind all others, in a later turn, stops the loop.
fn turns(io_loop: &IoLoop, n: usize) {
    io_loop
        .run_sync(async {
            for _ in 0..n {
                gen::moment().await?;
            }
            Ok::<(), gen::Error>(())
        })
        .expect("moments do not fail");
}

#[test]
fn callbacks_run_in_the_order_in_which_they_were_added() {
    let (io_loop, order) = (IoLoop::new(), Order::new());
    for letter in ["a", "b", "c"] {
        io_loop.add_callback(order.note(letter));
    }
    assert_eq!(order.text(), "", "not inside of the call");
    turns(&io_loop, 1);
    assert_eq!(order.text(), "abc");
}

#[test]
fn what_a_callback_adds_waits_for_the_next_turn() {
    let (io_loop, order) = (IoLoop::new(), Order::new());
    let (handle, inner) = (io_loop.handle(), order.clone());
    io_loop.add_callback(move || {
        inner.push("a");
        handle.add_callback(inner.note("A"));
    });
    io_loop.add_callback(order.note("b"));
    turns(&io_loop, 2);
    assert_eq!(order.text(), "abA");
}

#[test]
fn tasks_and_callbacks_share_one_queue() {
    let (io_loop, order) = (IoLoop::new(), Order::new());
    io_loop
        .run_sync(async {
            let handle = IoLoop::current().expect("it runs");
            let task = |name: &'static str| {
                let order = order.clone();
                gen::spawn_local(async move {
                    gen::moment().await?;
                    order.push(name);
                    Ok::<(), gen::Error>(())
                })
            };
            let one = task("1");
            handle.add_callback(order.note("a"));
            let two = task("2");
            handle.add_callback(order.note("b"));
            one.await?;
            two.await
        })
        .unwrap();
    assert_eq!(order.text(), "1a2b");
}

#[test]
fn callbacks_run_before_timers_that_are_due_in_the_same_turn() {
    let (io_loop, order) = (IoLoop::with_clock(VirtualClock::new()), Order::new());
    io_loop.call_later(Duration::ZERO, order.note("t"));
    io_loop.add_callback(order.note("c"));
    turns(&io_loop, 1);
    assert_eq!(order.text(), "ct");
}

#[test]
fn a_timer_that_is_due_when_it_is_added_waits_for_the_next_turn() {
    let (io_loop, order) = (IoLoop::with_clock(VirtualClock::new()), Order::new());
    let (handle, inner) = (io_loop.handle(), order.clone());
    io_loop.call_later(Duration::ZERO, move || {
        inner.push("a");
        handle.call_at(handle.now() - Duration::from_secs(1), inner.note("B"));
        handle.add_callback(inner.note("c"));
    });
    io_loop.call_later(Duration::ZERO, order.note("b"));
    turns(&io_loop, 3);
    assert_eq!(order.text(), "abcB", "its deadline is the earliest of all, but its turn is the next");
}

#[test]
fn stop_lets_the_present_turn_finish() {
    let (io_loop, order) = (IoLoop::with_clock(VirtualClock::new()), Order::new());
    let (handle, inner) = (io_loop.handle(), order.clone());
    io_loop.call_later(Duration::ZERO, order.note("t"));
    io_loop.add_callback(move || {
        handle.stop();
        handle.add_callback(inner.note("later"));
        inner.push("a");
    });
    io_loop.add_callback(order.note("b"));
    io_loop.start();
    assert_eq!(order.text(), "abt");
    turns(&io_loop, 1);
    assert_eq!(order.text(), "abtlater", "what was left is run when the loop is started again");
}

#[test]
fn stop_before_start_makes_the_next_start_return_at_once() {
    let (io_loop, order) = (IoLoop::new(), Order::new());
    let handle = io_loop.handle();
    io_loop.add_callback(order.note("a"));
    io_loop.stop();
    io_loop.start();
    assert_eq!(order.text(), "");
    io_loop.add_callback(move || handle.stop());
    io_loop.start();
    assert_eq!(order.text(), "a", "and only the next one");
}

#[test]
fn a_callback_that_fails_or_panics_is_logged_and_stops_nobody() {
    let (io_loop, order) = (IoLoop::with_clock(VirtualClock::new()), Order::new());
    io_loop.add_callback(|| Err::<(), _>("no luck"));
    io_loop.add_callback(order.note("a"));
    io_loop.add_callback(|| -> Result<(), std::fmt::Error> { panic!("ouch {}", 1) });
    io_loop.add_callback(order.note("b"));
    io_loop.call_later(Duration::ZERO, || -> () { panic!("timer") });
    io_loop.call_later(Duration::ZERO, || Err::<(), _>(std::fmt::Error));
    io_loop.call_later(Duration::ZERO, order.note("c"));
    io_loop.add_callback(|| Ok::<(), String>(()));
    let log = logged(|| turns(&io_loop, 2));
    assert_eq!(order.text(), "abc");
    assert_eq!(
        log,
        [
            "ERROR gen: a callback failed: no luck",
            "ERROR gen: a callback panicked: ouch 1",
            "ERROR gen: a timer's callback panicked: timer",
            "ERROR gen: a timer's callback failed: an error occurred when formatting an argument",
        ]
    );
}

#[test]
fn a_callback_that_adds_itself_for_ever_starves_nobody() {
    fn again(handle: gen::IoLoopHandle, count: Rc<Cell<usize>>) {
        count.set(count.get() + 1);
        let next = handle.clone();
        handle.add_callback(move || again(next, count));
    }
    let (io_loop, count) = (IoLoop::with_clock(VirtualClock::new()), Rc::new(Cell::new(0)));
    again(io_loop.handle(), count.clone());
    turns(&io_loop, 10);
    assert_eq!(count.get(), 12, "once at the start, then once a turn");
}

#[test]
fn add_future_calls_back_in_a_later_turn_even_if_the_future_was_ready() {
    let (io_loop, order) = (IoLoop::new(), Order::new());
    let inner = order.clone();
    io_loop.add_future(std::future::ready(7), move |seven| inner.push(seven));
    io_loop.add_callback(order.note("a"));
    assert_eq!(order.text(), "");
    turns(&io_loop, 1);
    assert_eq!(order.text(), "7a");
}

#[test]
fn the_handle_of_a_closed_loop_does_nothing() {
    let order = Order::new();
    let handle = IoLoop::new().handle();
    handle.add_callback(order.note("a"));
    let key = handle.call_later(Duration::ZERO, order.note("b"));
    handle.add_future(std::future::ready(()), |()| ());
    assert!(!handle.remove_timeout(key));
    handle.stop();
    let error = gen::block_on(handle.spawn_local(async { Ok::<(), gen::Error>(()) })).unwrap_err();
    assert!(error.is::<gen::LoopClosed>(), "{error}");
    assert_eq!(order.text(), "");
}
