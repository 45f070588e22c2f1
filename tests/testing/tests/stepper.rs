//! `Stepper`. The comment above a test says what users would lose if it failed.

// The chains need them.
#![cfg(any(debug_assertions, feature = "testing"))]

use std::cell::{Cell, RefCell};
use std::future::pending;
use std::panic;
use std::rc::Rc;
use std::time::Duration;

use gen::testing::{Stepper, Stop, WaitsFor};
use gen::yield_;

const SECOND: Duration = Duration::from_secs(1);

#[gen::coroutine]
fn inner() -> gen::Result<&'static str> {
    yield_!(gen::sleep(SECOND))?;
    Ok("slept")
}

#[gen::coroutine]
fn outer() -> gen::Result<&'static str> {
    let slept = yield_!(inner());
    yield_!(gen::moment())?;
    slept
}

#[track_caller]
fn waits_for(stop: &Stop) -> WaitsFor {
    stop.suspension().expect("it waits").waits_for()
}

/// A test could not look at the state between two yields.
#[test]
fn it_stops_at_each_yield_and_says_where() {
    let mut stepper = Stepper::new(outer());
    let stop = stepper.step();
    let suspension = stop.suspension().expect("it waits");
    let functions: Vec<_> = suspension.chain().iter().map(gen::Site::function).collect();
    assert_eq!(functions, ["inner", "outer"]);
    assert_eq!(suspension.text().unwrap(), "yield_!(gen::sleep(SECOND))");
    assert_eq!(suspension.site().unwrap().line(), 19);
    assert_eq!(suspension.waits_for(), WaitsFor::Timer(SECOND));
    let stop = stepper.step();
    assert!(stop.is_at("gen::moment()") && !stop.is_at("inner"), "{stop}");
    assert_eq!(waits_for(&stop), WaitsFor::Turn);
    assert!(stepper.step().has_ended());
    assert_eq!(stepper.finish().unwrap(), "slept");
}

/// A test would hang instead of saying where the body waits.
#[test]
fn a_body_that_hangs_is_an_answer() {
    #[gen::coroutine]
    fn stuck() -> gen::Result {
        yield_!(pending::<()>())
    }
    let mut stepper = Stepper::new(stuck());
    let stop = stepper.step();
    assert!(matches!(stop, Stop::Suspended(_)), "{stop}");
    assert_eq!(waits_for(&stop), WaitsFor::Event);
    assert!(matches!(stepper.step(), Stop::Hangs(_)));
    let finished = panic::catch_unwind(panic::AssertUnwindSafe(|| stepper.finish()));
    let text = *finished.unwrap_err().downcast::<String>().expect("a text");
    assert!(text.contains("hangs") && text.contains("yield_!(pending::<()>())"), "{text}");
}

/// Another task that ticks for ever would hide that the body hangs.
#[test]
fn a_body_that_hangs_beside_a_busy_task_is_an_answer() {
    #[gen::coroutine]
    fn beside() -> gen::Result {
        let _ticking = gen::spawn_local(async {
            loop {
                gen::sleep(SECOND).await?;
                if false {
                    return Ok::<(), gen::Error>(());
                }
            }
        });
        yield_!(pending::<()>())
    }
    let mut stepper = Stepper::new(beside());
    stepper.step();
    assert!(matches!(stepper.step(), Stop::Hangs(_)));
}

/// A test could not show that a body still waits.
#[test]
fn a_resumed_body_goes_on_only_if_it_can() {
    let mut stepper = Stepper::new(outer());
    assert!(stepper.resume().is_at("inner"));
    assert!(stepper.resume().is_at("inner"), "no time has passed");
    stepper.advance(SECOND / 2);
    stepper.assert_at("inner");
    assert_eq!(waits_for(&stepper.position()), WaitsFor::Timer(SECOND / 2));
    let clock = stepper.clock();
    let before = clock.now();
    assert!(stepper.advance(SECOND).has_ended());
    assert_eq!(clock.now() - before, SECOND);
}

/// A test could not tell what a body does with a failure.
#[test]
fn an_error_is_thrown_at_the_yield_where_it_waits() {
    let mut stepper = Stepper::new(outer());
    stepper.step();
    assert!(stepper.throw("no power").is_at("moment"));
    let error = stepper.finish().unwrap_err();
    assert_eq!(error.to_string(), "no power");
    assert_eq!(error.trace()[0].function(), "inner");
}

/// A test could not tell how a body cleans up.
#[test]
fn a_cancellation_reaches_the_children_of_a_list() {
    #[gen::coroutine]
    fn child(seen: Rc<Cell<u32>>) -> gen::Result {
        let slept = yield_!(gen::sleep(SECOND));
        seen.set(seen.get() + u32::from(slept.is_err()));
        yield_!(gen::moment())?;
        slept
    }
    #[gen::coroutine]
    fn list(seen: Rc<Cell<u32>>) -> gen::Result<Vec<()>> {
        yield_!(vec![child(seen.clone()), child(seen)])
    }
    let seen = Rc::new(Cell::new(0));
    let mut stepper = Stepper::new(list(seen.clone()));
    stepper.step();
    assert!(!stepper.cancel("the test").has_ended(), "they clean up");
    assert_eq!(seen.get(), 2);
    assert!(stepper.finish().unwrap_err().is_cancelled());
}

/// The tasks that a coroutine has started would stand still.
#[test]
fn the_other_tasks_go_on_with_the_loop() {
    #[gen::coroutine]
    fn two(order: Rc<RefCell<String>>) -> gen::Result {
        let task = {
            let order = order.clone();
            gen::spawn_local(async move {
                for letter in "xyz".chars() {
                    order.borrow_mut().push(letter);
                    gen::sleep(SECOND).await?;
                }
                Ok::<(), gen::Error>(())
            })
        };
        yield_!(gen::sleep(3 * SECOND / 2))?;
        order.borrow_mut().push('-');
        yield_!(task)
    }
    let order = Rc::new(RefCell::new(String::new()));
    let mut stepper = Stepper::new(two(order.clone()));
    stepper.step();
    assert_eq!(*order.borrow(), "x");
    let suspension = stepper.step_to("yield_!(task)");
    assert_eq!(suspension.waits_for(), WaitsFor::Event);
    assert_eq!(*order.borrow(), "xy-");
    stepper.finish().unwrap();
}

/// A misspelt label would be a test that passes.
#[test]
fn a_label_that_does_not_fit_says_where_the_body_is() {
    let mut stepper = Stepper::new(outer());
    stepper.step();
    let asserted = panic::catch_unwind(panic::AssertUnwindSafe(|| stepper.assert_at("inher")));
    let text = *asserted.unwrap_err().downcast::<String>().expect("a text");
    assert!(text.contains("`inher`") && text.contains("in inner"), "{text}");
    let reached = panic::catch_unwind(panic::AssertUnwindSafe(|| stepper.step_to("inher")));
    let text = *reached.unwrap_err().downcast::<String>().expect("a text");
    assert!(text.contains("was not reached: the body has ended"), "{text}");
}

/// The author of a test would look for the end of a body that was never started.
#[test]
fn a_disturbance_without_a_wait_says_why_there_is_none() {
    let panic_of = |stepper: &mut Stepper<&'static str>, disturb: fn(&mut Stepper<&'static str>) -> Stop| {
        let disturbed = panic::catch_unwind(panic::AssertUnwindSafe(|| drop(disturb(stepper))));
        *disturbed.unwrap_err().downcast::<&str>().expect("a text")
    };
    let throw: fn(&mut Stepper<&'static str>) -> Stop = |stepper| stepper.throw("no power");
    let cancel: fn(&mut Stepper<&'static str>) -> Stop = |stepper| stepper.cancel("the test");
    for disturb in [throw, cancel] {
        let mut stepper = Stepper::new(outer());
        assert_eq!(panic_of(&mut stepper, disturb), "the coroutine was not started: call `step` first");
        stepper.finish().unwrap();
        assert_eq!(panic_of(&mut stepper, disturb), "the coroutine has ended, so it waits at no yield");
    }
}

/// The reader of a message would look for a yield that is not there.
#[test]
fn a_wait_at_an_await_says_why_it_has_no_position() {
    let mut stepper = Stepper::new(async { gen::sleep(SECOND).await });
    let stop = stepper.step();
    assert_eq!(stop.suspension().expect("it waits").site(), None);
    assert_eq!(
        stop.to_string(),
        "the body waits for a timer, which is due in 1s\n    at an `.await`, whose position only `yield_!` would show"
    );
}

/// The drop of a suspended body would be lost.
#[test]
fn a_stepper_that_is_dropped_drops_its_body() {
    struct Bell(Rc<Cell<bool>>);
    impl Drop for Bell {
        fn drop(&mut self) {
            self.0.set(true);
        }
    }
    #[gen::coroutine]
    fn holding(bell: Bell) -> gen::Result {
        let _held = bell;
        yield_!(pending::<()>())
    }
    let dropped = Rc::new(Cell::new(false));
    let mut stepper = Stepper::new(holding(Bell(dropped.clone())));
    stepper.step();
    assert!(!dropped.get());
    drop(stepper);
    assert!(dropped.get());
}

type Drive = fn(&mut Stepper<()>) -> Stop;

/// A body that was woken before it is resumed or disturbed would be polled once more, and the next
/// step would end at the same yield.
#[test]
fn a_body_does_not_keep_the_wake_that_came_before_its_poll() {
    #[gen::coroutine]
    fn woken() -> gen::Result {
        let (promise, bell) = gen::promise();
        let io_loop = gen::IoLoop::current().expect("it runs on a loop");
        io_loop.call_later(Duration::ZERO, move || drop(promise.set(())));
        yield_!(gen::moment())?;
        yield_!(bell)?;
        // The bell has rung, so an error comes to the next yield.
        let _ = yield_!(gen::sleep(SECOND));
        yield_!(gen::sleep(60 * SECOND))
    }
    let polls: [(Drive, Duration); 3] = [
        (Stepper::resume, SECOND),
        (|stepper| stepper.throw("now"), 60 * SECOND),
        (|stepper| stepper.cancel("the test"), 60 * SECOND),
    ];
    for (poll, timer) in polls {
        let mut stepper = Stepper::new(woken());
        // A timer has rung the bell in the turn in which the body was polled.
        assert_eq!(stepper.step_to("bell").waits_for(), WaitsFor::Turn);
        let stop = poll(&mut stepper);
        assert_eq!(waits_for(&stop), WaitsFor::Timer(timer));
        assert_ne!(stepper.step(), stop);
        assert!(stepper.position().has_ended() || timer == SECOND);
    }
}

/// As above: a moment that ends by an error has woken the body in the poll in which it ends.
#[test]
fn a_disturbed_moment_does_not_stop_the_next_step() {
    #[gen::coroutine]
    fn undisturbed() -> gen::Result {
        let _ = yield_!(gen::moment());
        yield_!(gen::sleep(60 * SECOND))?;
        yield_!(gen::moment())
    }
    let disturbances: [Drive; 2] = [|stepper| stepper.throw("now"), |stepper| stepper.cancel("the test")];
    for disturb in disturbances {
        let mut stepper = Stepper::new(undisturbed());
        assert_eq!(waits_for(&stepper.step()), WaitsFor::Turn);
        assert!(disturb(&mut stepper).is_at("sleep"));
        let stop = stepper.step();
        assert!(stop.is_at("gen::moment()"), "{stop}");
        assert!(stepper.step().has_ended());
    }
}

/// A yield in a loop that a test throws into would be passed over.
#[test]
fn a_disturbed_loop_stops_in_each_round() {
    #[gen::coroutine]
    fn rounds(count: Rc<Cell<u32>>) -> gen::Result {
        loop {
            let _ = yield_!(gen::moment());
            count.set(count.get() + 1);
        }
    }
    let count = Rc::new(Cell::new(0));
    let mut stepper = Stepper::new(rounds(count.clone()));
    stepper.step();
    stepper.throw("now");
    assert_eq!(count.get(), 1);
    stepper.step();
    assert_eq!(count.get(), 2);
}

const DAY: Duration = Duration::from_secs(86_400);

#[gen::coroutine]
fn ticking(ticks: Rc<Cell<u32>>) -> gen::Result {
    loop {
        yield_!(gen::sleep(SECOND / 2))?;
        ticks.set(ticks.get() + 1);
    }
}

#[gen::coroutine]
fn patient(ticks: Rc<Cell<u32>>) -> gen::Result {
    let _ticking = gen::spawn_local(ticking(ticks));
    yield_!(gen::sleep(DAY))
}

/// A long wait beside a busy task would be called a hang.
#[test]
fn a_long_sleep_beside_a_busy_task_is_no_hang() {
    let mut stepper = Stepper::new(patient(Rc::default()));
    stepper.step();
    let stop = stepper.step();
    assert!(stop.has_ended(), "{stop}");
}

/// A part of the time would be jumped over, with the timers in it.
#[test]
fn an_advance_fires_all_timers_of_its_time() {
    let ticks = Rc::new(Cell::new(0));
    let mut stepper = Stepper::new(patient(ticks.clone()));
    assert!(stepper.advance(DAY - SECOND / 4).is_at("patient"));
    assert_eq!(ticks.get(), 2 * 86_400 - 1);
}

/// A test would go on as if the time had passed.
#[test]
fn an_advance_beside_a_task_that_never_waits_says_so() {
    #[gen::coroutine]
    fn beside() -> gen::Result {
        let _spinning = gen::spawn_local(spinning());
        yield_!(gen::sleep(SECOND))
    }
    let mut stepper = Stepper::new(beside());
    let advanced = panic::catch_unwind(panic::AssertUnwindSafe(|| stepper.advance(SECOND)));
    let text = *advanced.unwrap_err().downcast::<String>().expect("a text");
    assert!(text.contains("the clock stands still") && text.contains("in beside"), "{text}");
}

#[gen::coroutine]
fn spinning() -> gen::Result {
    loop {
        yield_!(gen::moment())?;
    }
}

/// A list that waits for long would be called a hang as soon as another task goes on.
#[test]
fn a_long_wait_of_a_child_is_no_hang() {
    #[gen::coroutine]
    fn list() -> gen::Result<Vec<()>> {
        let _other = gen::spawn_local(async { gen::sleep(3 * DAY).await });
        yield_!(vec![gen::sleep(7 * DAY)])
    }
    let mut stepper = Stepper::new(list());
    stepper.step();
    let stop = stepper.step();
    assert!(stop.has_ended(), "{stop}");
}

/// A misspelt label, or a body that never ends, would be a test that never ends.
#[test]
fn a_body_that_goes_on_for_ever_is_not_followed_for_ever() {
    let panic_of = |drive: fn(&mut Stepper<()>)| {
        let mut stepper = Stepper::new(spinning());
        let driven = panic::catch_unwind(panic::AssertUnwindSafe(|| drive(&mut stepper)));
        *driven.unwrap_err().downcast::<String>().expect("a text")
    };
    let text = panic_of(|stepper| drop(stepper.step_to("inher")));
    assert!(text.contains("`inher` was not reached within 10000 steps"), "{text}");
    let text = panic_of(|stepper| drop(stepper.finish()));
    assert!(text.contains("has not ended within 10000 steps") && text.contains("in spinning"), "{text}");
}

/// A test that expects one yield would pass at another one.
#[test]
fn a_label_fits_whole_names_and_whole_numbers() {
    let mut stepper = Stepper::new(outer());
    let stop = stepper.step();
    let line = stop.suspension().unwrap().site().unwrap().line();
    for label in [
        "inner".to_owned(),
        "outer".to_owned(),
        "gen::sleep(".to_owned(),
        format!("stepper.rs:{line}"),
        format!("tests/stepper.rs:{line}"),
        format!("stepper.rs:{line}:5"),
    ] {
        assert!(stop.is_at(&label), "{label} fits {stop}");
    }
    for label in [
        "tests".to_owned(),
        "stepper.rs".to_owned(),
        "oute".to_owned(),
        "stepper.rs:1".to_owned(),
        format!("epper.rs:{line}"),
        format!("{line}"),
        String::new(),
    ] {
        assert!(!stop.is_at(&label), "{label} does not fit {stop}");
    }
}

/// A body would seem to hang in a callback, where it waits for a callable that the callback drops.
#[test]
fn a_callback_that_steps_a_body_reports_its_drops() {
    let result = gen::context::capture().run(|| {
        let mut stepper = Stepper::new(gen::from_callback(drop::<gen::Resolve<()>>));
        Ok::<_, gen::Error>(stepper.finish())
    });
    let error = result.expect("the callback has not failed").unwrap_err();
    assert!(error.is::<gen::CallbackDroppedError>(), "{error}");
}
