//! `gen::from_callback`, which is Tornado's `Task`, and the ways in which its callback may be used.

use std::thread;

use super::{run, soon};
use gen::{yield_, CallbackDroppedError, Resolve};

/// The yield of a function with a callback is resumed when the callback is called.
#[test]
fn task() {
    #[gen::coroutine]
    fn body() -> gen::Result<u8> {
        yield_!(gen::from_callback(|done| soon(move || done.call(3))))
    }
    assert_eq!(run(body()).unwrap(), 3);
}

/// If the function fails at once, the call raises nothing, and the error arrives at the yield.
#[test]
fn exception_in_task_phase1() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        let failing = gen::from_callback(|_: Resolve<()>| Err::<(), _>("1 / 0"));
        Ok(yield_!(failing).unwrap_err().to_string())
    }
    assert_eq!(run(body()).unwrap(), "1 / 0");
}

/// Rule 38: the first call wins. So does an error before it.
#[test]
fn rule_38_the_first_end_of_a_task_wins() {
    let twice = gen::from_callback(|done| {
        done.call(1);
        done.call(2);
    });
    assert_eq!(run(twice).unwrap(), 1);
    let mut kept = None;
    let failed = gen::from_callback(|done: Resolve<u8>| {
        kept = Some(done);
        Err::<(), _>("failed")
    });
    kept.expect("it was called").call(1);
    assert_eq!(run(failed).unwrap_err().to_string(), "failed");
}

/// Rule 38: an error of the function after its call of the callback is not lost. Tornado raises it
/// from `Task(..)`, and here it arrives at the yield. The value is dropped in both.
#[test]
fn rule_38_an_error_of_the_function_after_its_callback() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        let failing = gen::from_callback(|done| {
            done.call(1);
            Err::<(), _>("too late")
        });
        Ok(yield_!(failing).unwrap_err().to_string())
    }
    assert_eq!(run(body()).unwrap(), "too late");
}

/// Rule 38: of two errors, the function's own arrives at the yield. The error of a callback that
/// the function has called itself goes to the outer coroutine.
#[test]
fn rule_38_an_error_of_the_function_after_that_of_a_callback() {
    let log = loop_behaviour::logged(|| {
        let failing = gen::from_callback(|_done: Resolve<()>| {
            gen::context::wrap(|()| Err("the callback's"))(());
            Err::<(), _>("the function's")
        });
        assert_eq!(behaviour::run_to_result(failing).unwrap_err().to_string(), "the function's");
    });
    assert_eq!(log, ["ERROR gen: a callback failed: the callback's"]);
}

/// A function that drops its callback fails the task. (In Tornado it hangs.)
#[test]
fn a_callback_that_is_dropped() {
    #[gen::coroutine]
    fn body() -> gen::Result<bool> {
        let forgets = gen::from_callback(|done: Resolve<u8>| soon(move || drop(done)));
        let error = yield_!(forgets).unwrap_err();
        Ok(error.is::<CallbackDroppedError>())
    }
    assert!(run(body()).unwrap());
}

/// The callback may be called from any thread, also after the task has ended.
#[test]
fn a_callback_on_another_thread() {
    #[gen::coroutine]
    fn body() -> gen::Result<u8> {
        let mut kept = None;
        let slow = gen::from_callback(|done: Resolve<u8>| kept = Some(done));
        yield_!(gen::with_timeout(std::time::Duration::ZERO, slow)).unwrap_err();
        let late = kept.expect("it was called");
        thread::spawn(move || late.call(1)).join().expect("a call does not panic");
        yield_!(gen::from_callback(|done| {
            thread::spawn(move || done.call(2));
        }))
    }
    assert_eq!(run(body()).unwrap(), 2);
}

/// The function is called at once, not at the yield.
#[test]
fn the_function_is_called_at_once() {
    let mut called = false;
    let task = gen::from_callback(|done| {
        called = true;
        done.call(());
    });
    assert!(called);
    run(task).unwrap();
    let dropped = gen::from_callback(|_: Resolve<()>| ());
    assert!(run(dropped).unwrap_err().is::<CallbackDroppedError>());
}
