//! Rules 55 to 57: the loop.

use std::time::Duration;

use behaviour::{in_seconds, needs, seconds, Order};
use gen::{yield_, IoLoop, VirtualClock};
use loop_behaviour::logged;

use super::{after_turns, here, later, run_timed, soon};

/// A turn runs the callbacks that are queued by now, then the timers that are due by now. Work that
/// is added meanwhile waits for the next turn.
#[test]
fn rule_55_what_is_added_in_a_turn_waits_for_the_next() {
    needs!(TheLoop);
    let (io_loop, order) = (IoLoop::with_clock(VirtualClock::new()), Order::new());
    for name in ["t", "u"] {
        let order = order.clone();
        io_loop.call_later(Duration::ZERO, move || {
            order.push(name);
            soon(order.note("c"));
        });
    }
    for name in ["a", "b"] {
        let order = order.clone();
        io_loop.add_callback(move || {
            order.push(name);
            soon(order.note(if name == "a" { "A" } else { "B" }));
            later(Duration::ZERO, order.note("T"));
        });
    }
    io_loop.run_sync(async { gen::moment().await }).unwrap();
    assert_eq!(order.text(), "abtuABccTT");
}

/// A loop that is stopped finishes its turn. A loop that is stopped before its start returns at
/// once from its next start, and only from that one.
#[test]
fn rule_55_stop_lets_the_turn_finish() {
    needs!(TheLoop);
    let (io_loop, order) = (IoLoop::with_clock(VirtualClock::new()), Order::new());
    io_loop.add_callback(|| here().stop());
    io_loop.add_callback(order.note("a"));
    io_loop.call_later(Duration::ZERO, order.note("t"));
    io_loop.start();
    order.push(" ");
    io_loop.stop();
    io_loop.start();
    order.push("at once ");
    io_loop.add_callback(order.note("b"));
    io_loop.add_callback(|| here().stop());
    io_loop.start();
    assert_eq!(order.text(), "at at once b");
}

/// A panic of a callback is thrown like an error into the coroutine that scheduled it.
#[test]
fn rule_55_a_panic_of_a_callback_is_thrown() {
    #[gen::coroutine]
    fn body() -> gen::Result<bool> {
        soon(|| -> () { panic!("in a callback") });
        let error = yield_!(gen::sleep(seconds(10))).unwrap_err();
        Ok(error.is::<gen::Panicked>())
    }
    assert_eq!(run_timed(body()), (Ok(true), in_seconds(0), vec![]));
}

/// An error in one callback does not stop the others. Without a surrounding coroutine, the loop's
/// handler gets it, which is Tornado's `handle_callback_exception`.
#[test]
fn rule_55_errors_outside_of_coroutines_go_to_the_handler_of_the_loop() {
    needs!(TheLoop);
    let (io_loop, order) = (IoLoop::with_clock(VirtualClock::new()), Order::new());
    let handled = order.clone();
    io_loop.set_error_handler(move |error| handled.push(format_args!("[{error}]")));
    io_loop.add_callback(|| Err::<(), _>("1"));
    io_loop.add_callback(order.note("a"));
    io_loop.call_later(Duration::ZERO, || Err::<(), _>("2"));
    io_loop.add_callback(|| -> () { panic!("3") });
    let log = logged(|| io_loop.run_sync(async { gen::moment().await }).unwrap());
    assert_eq!(order.text(), "[1]a[panicked: 3][2]");
    assert_eq!(log, [""; 0]);
}

/// A callback that starts a coroutine (`spawn_callback`): its failure is logged, and no context
/// takes it.
#[test]
fn rule_56_the_failure_of_a_spawned_coroutine_is_logged() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        soon(|| drop(gen::spawn(async { Err::<(), _>(gen::Error::new("alone")) })));
        yield_!(gen::sleep(seconds(10)))
    }
    let log = vec!["ERROR gen: a task failed, and its result was never read: alone".to_owned()];
    assert_eq!(run_timed(body()), (Ok(()), in_seconds(10), log));
}

/// `run_sync` accepts functions that return nothing, and lists through `multi`. Its future is
/// polled in a turn. If it ends early, the error says why.
#[test]
fn rule_57_what_run_sync_takes_and_how_it_ends() {
    needs!(TheLoop);
    let (io_loop, order) = (IoLoop::with_clock(VirtualClock::new()), Order::new());
    io_loop.add_callback(order.note("queued before, "));
    let noted = gen::ok(async { order.push("then the future") });
    io_loop.run_sync(noted).unwrap();
    assert_eq!(order.text(), "queued before, then the future");
    let list = gen::multi(vec![after_turns(2, Ok(1)), after_turns(1, Ok(2))]);
    assert_eq!(io_loop.run_sync(list.join()).unwrap(), [1, 2]);

    let never = || std::future::pending::<gen::Result>();
    let error = io_loop.run_sync_timeout(seconds(3), never()).unwrap_err();
    assert!(error.is::<gen::TimeoutError>() && error.to_string() == "timeout after 3s", "{error}");
    io_loop.add_callback(|| here().stop());
    assert!(io_loop.run_sync(never()).unwrap_err().is::<gen::LoopStopped>());
    let nested = io_loop.run_sync(async { gen::run_sync(after_turns(0, Ok(1))) });
    assert!(nested.unwrap_err().is::<gen::LoopRunning>());
}

/// `run_sync` times out and leaves the coroutine on the loop, with its context. A nested `run_sync`
/// is an error.
#[test]
fn rule_57_a_coroutine_that_run_sync_gave_up_still_takes_errors() {
    needs!(TheLoop);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        later(seconds(2), || Err::<(), _>("late"));
        order.push(yield_!(gen::sleep(seconds(10))).unwrap_err());
        Ok(())
    }
    let (io_loop, order) = (IoLoop::with_clock(VirtualClock::new()), Order::new());
    let log = logged(|| {
        let error = io_loop.run_sync_timeout(seconds(1), body(order.clone())).unwrap_err();
        assert_eq!(error.to_string(), "timeout after 1s");
        io_loop.run_sync(async { gen::sleep(seconds(10)).await }).unwrap();
        io_loop
            .run_sync(async {
                assert!(gen::run_sync(async { Ok::<(), gen::Error>(()) })
                    .unwrap_err()
                    .is::<gen::LoopRunning>());
                Ok::<(), gen::Error>(())
            })
            .unwrap();
    });
    assert_eq!((order.text().as_str(), log), ("late", vec![]));
}
