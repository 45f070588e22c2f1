//! `#[gen::test]` on the loop of gen. The comment above a test says what users would lose if it
//! failed.
//!
//! A test that fails is an `#[ignore]`d one of the module `failing`. Another test calls it and
//! looks at the panic, or runs it in a process of its own and looks at the output.

use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::process::{Command, Output};
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;
use std::{env, panic, thread};

use gen::testing::expect_log;
use gen::yield_;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

/// Calls a test that fails, and returns the message of its panic.
#[track_caller]
fn failure<T>(test: fn() -> T) -> String {
    let payload = match catch_unwind(AssertUnwindSafe(test)) {
        Ok(_) => panic!("the test has passed"),
        Err(payload) => payload,
    };
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => (*payload.downcast::<&'static str>().expect("a message")).to_owned(),
    }
}

/// Runs an ignored test of this file in a process of its own, with a variable of the environment.
fn run_alone(test: &str, variable: Option<(&str, &str)>) -> Output {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", test, "--ignored"]).env_remove("RUST_BACKTRACE").envs(variable);
    command.output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).replace('\\', "/")
}

#[track_caller]
fn assert_has(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "{part:?} is not in:\n{message}");
    }
}

#[gen::coroutine]
fn serve() -> gen::Result {
    yield_!(pending::<()>())
}

/// Ticks for ever.
#[gen::coroutine]
fn tick() -> gen::Result {
    loop {
        yield_!(gen::sleep(SECOND))?;
    }
}

#[gen::coroutine]
fn fails() -> gen::Result {
    gen::bail!("out of paper")
}

/// Bodies that break a rule of `#[gen::test]`.
mod failing {
    use super::*;

    #[ignore = "it fails"]
    #[gen::test]
    pub(super) fn waits_for_ever() -> gen::Result {
        let (_promise, answer) = gen::promise::<u32>();
        let _server = gen::spawn(serve());
        yield_!(answer)?;
        Ok(())
    }

    #[ignore = "it fails"]
    #[gen::test]
    pub(super) fn waits_for_a_wake_up_that_is_lost() -> gen::Result {
        let mut was_polled = false;
        yield_!(poll_fn(|_| match std::mem::replace(&mut was_polled, true) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }))
    }

    #[ignore = "it fails"]
    #[gen::test(limit = "10s")]
    pub(super) fn takes_too_long() -> gen::Result {
        yield_!(tick())
    }

    #[ignore = "it fails"]
    #[gen::test]
    pub(super) fn takes_days() -> gen::Result {
        let _ticks = gen::spawn(tick());
        yield_!(serve())
    }

    #[ignore = "it fails"]
    #[gen::test]
    pub(super) fn loses_an_error() -> gen::Result {
        drop(gen::spawn(fails()));
        yield_!(gen::moment())
    }

    #[ignore = "it fails"]
    #[gen::test]
    pub(super) fn loses_an_error_in_a_task_that_is_left() {
        struct Loses;
        impl Drop for Loses {
            fn drop(&mut self) {
                drop(gen::spawn(fails()));
            }
        }
        let held = Loses;
        let task = gen::spawn_local(async move {
            let _held = held;
            gen::sleep(SECOND).await
        });
        // It is cancelled, and ends in the turns after the end of the body.
        drop(task.cancel("the test"));
    }

    #[ignore = "it fails"]
    #[gen::test]
    pub(super) fn expects_a_record_that_does_not_come() -> gen::Result {
        expect_log("out of paper");
        expect_log("out of ink");
        drop(gen::spawn(fails()));
        yield_!(gen::moment())
    }

    #[ignore = "it fails"]
    #[gen::test]
    pub(super) fn leaves_a_server() {
        drop(gen::spawn(serve()));
    }

    #[ignore = "it fails"]
    #[gen::test]
    pub(super) fn leaves_tasks() {
        for _ in 0..25 {
            drop(gen::spawn(tick()));
        }
    }

    #[ignore = "it fails"]
    #[gen::test]
    pub(super) fn leaves_a_task_that_never_waits() {
        drop(gen::spawn(async {
            loop {
                gen::moment().await?;
            }
            #[allow(unreachable_code)]
            Ok::<(), gen::Error>(())
        }));
    }

    #[ignore = "it fails"]
    #[gen::test]
    pub(super) fn returns_an_error() -> gen::Result {
        drop((gen::spawn(serve()), gen::spawn(fails())));
        gen::bail!("an error of its own")
    }

    #[ignore = "it fails"]
    #[gen::test]
    pub(super) fn panics() {
        drop((gen::spawn(serve()), gen::spawn(fails())));
        panic!("of the body");
    }

    #[ignore = "it fails"]
    #[gen::test(shuffled)]
    pub(super) fn relies_on_an_order() -> gen::Result {
        let order = yield_!(order_of(20))?;
        assert!(order.is_sorted(), "the order is {order:?}");
        Ok(())
    }

    #[ignore = "it fails"]
    #[gen::test(shuffled)]
    pub(super) fn leaves_a_server_in_any_order() {
        drop(gen::spawn(serve()));
    }
}

/// A test with a deadlock would hang, and say nothing.
#[test]
fn a_deadlock_fails_and_each_task_says_where_it_waits() {
    let message = failure(failing::waits_for_ever);
    assert_has(
        &message,
        &[
            "the test hangs: no task is ready, no timer runs, and no thread holds a `gen::KeepAlive`\n",
            "  task 0: harness::failing::waits_for_ever (runs the loop)\n    at ",
            " in waits_for_ever\n    waits for promise 1 of u32\n",
            "  task 1: harness::serve",
            " in serve\n    waits for Pending<()>",
            "help: if another thread or a socket is to wake it, hold `gen::IoLoop::current()",
        ],
    );
}

/// The user would look for a missing wake-up at the wrong end.
#[test]
fn a_lost_wake_up_is_no_plain_deadlock() {
    assert_has(
        &failure(failing::waits_for_a_wake_up_that_is_lost),
        &["(runs the loop)\n    ended when it was asked", "\n    nothing had woken it before"],
    );
}

/// A test would fail because its thread is slower than the loop.
#[gen::test]
fn a_thread_that_owes_a_wake_is_no_deadlock() -> gen::Result {
    let (promise, answer) = gen::promise();
    let working = gen::IoLoop::current().expect("it runs on one").remote().keep_alive();
    thread::spawn(move || {
        (0..1000).for_each(|_| thread::yield_now());
        promise.set(42).unwrap();
        drop(working);
    });
    // And its time stands still.
    assert_eq!(yield_!(gen::with_timeout(SECOND, answer))?, 42);
    Ok(())
}

/// A test would wait for the thread, which perhaps waits for the test.
#[gen::test]
fn a_timer_that_is_due_fires_while_a_wake_is_owed() -> gen::Result {
    let owed = gen::IoLoop::current().expect("it runs on one").remote().keep_alive();
    yield_!(gen::sleep(Duration::ZERO))?;
    drop(owed);
    Ok(())
}

/// A test beside a task that ticks would never end.
#[test]
fn a_limit_is_kept_and_says_where_the_body_waits() {
    assert_has(
        &failure(failing::takes_too_long),
        &[
            "the test has not ended within 10s of virtual time\n",
            "(runs the loop)\n",
            " in tick\n    waits for a sleep",
            "help: if it takes longer, write `#[gen::test(limit = \"..\")]`",
        ],
    );
}

#[test]
fn without_a_limit_of_its_own_a_test_has_a_day() {
    assert_has(&failure(failing::takes_days), &["not ended within 86400s of virtual time\n", "in serve\n"]);
}

#[gen::test]
fn a_test_may_take_a_day() -> gen::Result {
    yield_!(gen::sleep(24 * HOUR))
}

/// A test whose last timer is due exactly at the limit would fail.
#[gen::test(limit = "3600s")]
fn the_limit_itself_is_in_time() -> gen::Result {
    yield_!(gen::sleep(HOUR))
}

#[gen::test(limit = "none")]
fn without_any_limit_a_test_may_take_years() -> gen::Result {
    yield_!(gen::sleep(100_000 * HOUR))
}

/// An error that no code reads would be lost in the output of a test that passes.
#[test]
fn an_error_that_is_lost_fails_the_test() {
    assert_has(
        &failure(failing::loses_an_error),
        &[
            "the test has logged an error that it does not expect\n",
            "  a task failed, and its result was never read: out of paper\n",
            "help: handle the error, or expect its record: `gen::testing::expect_log(\"..\")`",
        ],
    );
}

#[test]
fn an_error_that_is_lost_after_the_end_of_the_body_counts_too() {
    assert_has(&failure(failing::loses_an_error_in_a_task_that_is_left), &["never read: out of paper\n"]);
}

#[gen::test]
fn an_expected_error_may_be_lost() -> gen::Result {
    expect_log("out of paper");
    drop((gen::spawn(fails()), gen::spawn(fails())));
    yield_!(gen::moment())
}

/// A test of a report would pass when there is no report any more.
#[test]
fn an_expected_error_that_is_not_lost_fails_the_test() {
    let message = failure(failing::expects_a_record_that_does_not_come);
    assert_eq!(
        message,
        r#"the test expects an error record that contains "out of ink", and has logged none"#
    );
}

/// Tests that run at the same time would fail each other.
#[gen::test]
fn the_errors_of_other_threads_are_theirs() {
    let other = || {
        gen::run_sync(async {
            drop(gen::spawn(fails()));
            Ok::<_, gen::Error>(())
        })
    };
    thread::spawn(other).join().unwrap().unwrap();
}

/// A part of a program that is tested without the attribute would panic without a reason.
#[test]
fn a_record_is_expected_only_by_a_test() {
    assert_eq!(
        failure(|| expect_log("x")),
        "`expect_log` was called where no test runs: call it in the body of a `#[gen::test]`",
    );
    // A test that has panicked is over, too.
    assert_eq!(failure(failing::panics), "of the body");
    assert!(failure(|| expect_log("x")).contains("where no test runs"));
}

/// A task that was forgotten would be dropped in silence, perhaps in the middle of its work.
#[test]
fn a_task_that_is_left_fails_the_test_and_the_text_says_what_to_write() {
    let message = failure(failing::leaves_a_server);
    assert_has(
        &message,
        &[
            "a task is still alive at the end of the test\n",
            "  task 0: harness::serve",
            " in serve\n    waits for Pending<()>",
            "help: wait for its end: `yield_!(task)?`, or end it: `yield_!(task.cancel(",
            "help: if tasks may be left, write `#[gen::test(leaks = \"allowed\")]`",
        ],
    );
}

#[test]
fn of_many_tasks_that_are_left_some_are_printed() {
    let message = failure(failing::leaves_tasks);
    assert_has(&message, &["25 tasks are still alive at the end of the test\n", "  and 5 more\n"]);
    assert_eq!(message.matches("in tick").count(), 20);
}

/// The end of a test would hang.
#[test]
fn a_task_that_never_waits_is_left_too() {
    assert_has(&failure(failing::leaves_a_task_that_never_waits), &["a task is still alive"]);
}

#[gen::test(leaks = "allowed")]
fn a_server_may_be_left() {
    drop(gen::spawn(serve()));
}

/// A server that is to be dropped would go on without the test, and fail it.
#[gen::test(leaks = "allowed")]
fn a_server_that_may_be_left_does_not_go_on_after_the_body() {
    drop(gen::spawn(async {
        gen::moment().await?;
        panic!("it goes on");
        #[allow(unreachable_code)]
        Ok::<(), gen::Error>(())
    }));
}

#[gen::test]
fn a_task_that_is_cancelled_is_not_left() -> gen::Result {
    let server = gen::spawn(serve());
    yield_!(server.cancel("the test is over"))
}

/// A guard that ends its task would be of no use in a test.
#[gen::test]
fn a_task_that_ends_with_its_handle_is_not_left() {
    let _server = gen::spawn(serve()).cancel_on_drop("the test is over");
    let (promise, done) = gen::promise::<()>();
    drop(gen::spawn(done));
    promise.set(()).unwrap();
}

/// The message of the user's own assertion would be hidden behind another one.
#[test]
fn the_failure_of_the_body_comes_first() {
    assert_eq!(failing::returns_an_error().unwrap_err().to_string(), "an error of its own");
    assert_eq!(failure(failing::panics), "of the body");

    let output = text(&run_alone("failing::returns_an_error", None));
    assert_has(&output, &["Error: an error of its own", "never read: out of paper"]);
    assert!(!output.contains("still alive"), "{output}");
}

#[gen::test]
#[should_panic(expected = "of the body")]
fn a_panic_that_should_be() {
    drop(gen::spawn(serve()));
    panic!("of the body");
}

#[gen::test]
#[should_panic(expected = "the test hangs")]
fn a_deadlock_that_should_be() {
    yield_!(pending::<()>()).unwrap();
}

/// The numbers of tasks in the order in which they run in one turn.
#[gen::coroutine]
fn order_of(tasks: usize) -> gen::Result<Vec<usize>> {
    let order = Rc::new(RefCell::new(Vec::new()));
    let one = |number| {
        let order = order.clone();
        async move {
            gen::moment().await?;
            order.borrow_mut().push(number);
            Ok::<(), gen::Error>(())
        }
    };
    let handles: Vec<_> = (0..tasks).map(|number| gen::spawn_local(one(number))).collect();
    for handle in handles {
        yield_!(handle)?;
    }
    Ok(order.take())
}

/// A program may rely on the order that the loop promises.
#[gen::test]
fn the_order_of_the_loop_is_kept() -> gen::Result {
    assert!(yield_!(order_of(50))?.is_sorted());
    Ok(())
}

/// Runs a long program in the order of a seed, and returns its trace.
mod long_program {
    use super::*;

    thread_local! {
        static TRACE: RefCell<String> = const { RefCell::new(String::new()) };
    }

    fn push(text: String) {
        TRACE.with_borrow_mut(|trace| trace.push_str(&text));
    }

    #[gen::coroutine]
    fn wander(name: u64, mut random: u64) -> gen::Result {
        for step in 0..20 {
            push(format!("{name}.{step} "));
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            match (random >> 33) % 4 {
                0 => yield_!(gen::moment())?,
                1 => yield_!(gen::sleep(SECOND * ((random >> 40) % 5) as u32))?,
                2 => yield_!(gen::spawn(async { gen::moment().await }))?,
                _ => drop(yield_!([gen::sleep(SECOND), gen::sleep(SECOND)])?),
            }
        }
        Ok(())
    }

    #[gen::coroutine]
    fn program() -> gen::Result {
        let tasks: Vec<_> = (0..50).map(|name| gen::spawn(wander(name, name))).collect();
        yield_!(tasks)?;
        Ok(())
    }

    #[ignore = "another test calls it"]
    #[gen::test(seed = 1)]
    fn of_seed_1() -> gen::Result {
        yield_!(program())
    }

    #[ignore = "another test calls it"]
    #[gen::test(seed = 2)]
    fn of_seed_2() -> gen::Result {
        yield_!(program())
    }

    #[ignore = "another test calls it"]
    #[gen::test]
    fn of_no_seed() -> gen::Result {
        yield_!(program())
    }

    fn trace(test: fn() -> gen::Result) -> String {
        test().unwrap();
        TRACE.take()
    }

    /// A failure could not be repeated.
    #[test]
    fn equal_seeds_give_equal_traces() {
        let first = trace(of_seed_1);
        assert!(first.len() > 5_000);
        assert_eq!(first, trace(of_seed_1));
        assert_ne!(first, trace(of_seed_2));
        assert_ne!(first, trace(of_no_seed));
        assert_eq!(trace(of_no_seed), trace(of_no_seed));
    }
}

/// A failure could not be repeated: each run has another seed.
#[test]
fn the_seed_of_a_failure_is_printed_and_repeats_it() {
    const TEST: &str = "failing::relies_on_an_order";
    fn order(output: &str) -> &str {
        output.lines().find(|line| line.contains("the order is")).expect("it has failed")
    }

    let first = text(&run_alone(TEST, None));
    let command =
        first.lines().find_map(|line| line.split_once("to repeat this run: ")).expect("it is printed").1;
    let (variable, test) = command.split_once(" cargo test ").unwrap();
    assert_eq!(test, TEST);
    let again = text(&run_alone(test, variable.split_once('=')));
    assert_eq!(order(&first), order(&again));

    let other = text(&run_alone(TEST, None));
    assert_ne!(order(&first), order(&other), "the order of twenty tasks is the same by chance");
}

/// A seed with a slip in it would be another seed, and the reader would look into the library.
#[test]
fn a_seed_that_is_none_is_refused_at_the_line_of_the_attribute() {
    let output = run_alone("failing::relies_on_an_order", Some(("GEN_TEST_SEED", "x")));
    let attribute = attribute_of("relies_on_an_order");
    assert_has(&text(&output), &["GEN_TEST_SEED is \"x\", which is no seed", &attribute]);
}

/// The seed would be missing where it is needed most.
#[test]
fn the_seed_is_also_in_the_failures_of_the_harness() {
    assert_has(
        &failure(failing::leaves_a_server_in_any_order),
        &["a task is still alive", "\n\nthe tasks ran in the order of the seed ", "GEN_TEST_SEED="],
    );
    let output = run_alone("failing::leaves_a_server", None);
    assert!(!text(&output).contains("seed"), "a test that is not shuffled has no seed");
}

/// The reader would look into the library, and not at the test.
#[test]
fn a_failure_names_the_line_of_the_attribute() {
    let output = text(&run_alone("failing::leaves_a_server", None));
    assert_has(&output, &[&attribute_of("leaves_a_server")]);
}

/// The line of the attribute, which stands above the line of the function.
fn attribute_of(test: &str) -> String {
    let function = format!("fn {test}(");
    let line = include_str!("harness.rs").lines().position(|line| line.contains(&function));
    format!("tests/harness.rs:{}:", line.unwrap())
}

/// Tests of several cases would have to be written one by one.
mod cases {
    use super::*;
    use rstest::{fixture, rstest};

    #[fixture]
    fn pause() -> Duration {
        HOUR
    }

    #[gen::test(limit = "2h")]
    #[rstest]
    #[case(1, "1")]
    #[case::large(1_000_000, "1000000")]
    fn a_number_is_read(pause: Duration, #[case] number: u32, #[case] text: &str) -> gen::Result {
        yield_!(gen::sleep(pause))?;
        assert_eq!(yield_!(async { text.parse::<u32>() })?, number);
        Ok(())
    }

    #[gen::test]
    #[rstest]
    #[case(&["1", "2"])]
    #[should_panic(expected = "no number")]
    #[case::wrong(&["1", "x"])]
    fn a_case_may_panic(#[case] texts: &[&str]) {
        for text in texts {
            yield_!(async { text.parse::<u32>().expect("no number") }).unwrap();
        }
    }

    #[gen::test]
    #[rstest]
    fn fixtures_alone_are_enough(pause: Duration) -> gen::Result {
        yield_!(gen::sleep(pause))
    }

    #[gen::test]
    #[rstest]
    fn values_are_combined(#[values(1, 2)] a: u32, #[values(3, 4)] b: u32) {
        assert!(yield_!(async { a * b }).unwrap() >= 3);
    }
}
