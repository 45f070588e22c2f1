//! `#[gen::test(tokio)]`: the limit, the records and the tasks that are left. `tests/testing` has
//! the tests on the loop of gen.

use std::future::pending;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::time::Duration;

use gen::testing::expect_log;
use gen::yield_;

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

#[gen::coroutine]
fn fails() -> gen::Result {
    gen::bail!("out of paper")
}

/// Bodies that break a rule of `#[gen::test]`.
mod failing {
    use super::*;

    #[ignore = "it fails"]
    #[gen::test(tokio, start_paused = true, limit = "2h")]
    pub(super) fn takes_too_long() -> gen::Result {
        yield_!(serve())
    }

    #[ignore = "it fails"]
    #[gen::test(tokio)]
    pub(super) fn loses_an_error() -> gen::Result {
        drop(gen::spawn(fails()));
        yield_!(gen::moment())
    }

    #[ignore = "it fails"]
    #[gen::test(tokio)]
    pub(super) fn expects_a_record_that_does_not_come() {
        expect_log("out of ink");
    }

    #[ignore = "it fails"]
    #[gen::test(tokio, start_paused = true)]
    pub(super) fn leaves_a_server() {
        drop(gen::spawn(async { gen::spawn(serve()).await }));
    }

    #[ignore = "it fails"]
    #[gen::test(tokio, flavor = "local", start_paused = true)]
    pub(super) fn leaves_a_local_server() {
        drop(gen::spawn_local(serve()));
    }

    #[ignore = "it fails"]
    #[gen::test(tokio, start_paused = true)]
    pub(super) fn returns_an_error() -> gen::Result {
        drop((gen::spawn(serve()), gen::spawn(fails())));
        gen::bail!("an error of its own")
    }

    #[ignore = "it fails"]
    #[gen::test(tokio, start_paused = true)]
    pub(super) fn panics() {
        drop(gen::spawn(serve()));
        panic!("of the body");
    }
}

/// A test that nothing can wake would hang.
#[test]
fn a_limit_is_kept_on_a_paused_clock_and_says_where_the_body_waits() {
    assert_has(
        &failure(failing::takes_too_long),
        &["not ended within 7200s of tokio's clock\n", "the body waits for", "in serve\n"],
    );
}

/// A paused clock that moved to a limit would end a test that waits for a socket.
#[gen::test(tokio, start_paused = true)]
fn without_a_limit_of_its_own_a_test_has_none() -> gen::Result {
    yield_!(gen::sleep(HOUR * 1000))
}

#[gen::test(tokio, start_paused = true, limit = "1h")]
fn the_limit_itself_is_in_time() -> gen::Result {
    yield_!(gen::sleep(HOUR - Duration::from_millis(1)))
}

/// An error that no code reads would be lost in the output of a test that passes.
#[test]
fn an_error_that_is_lost_fails_the_test() {
    assert_has(&failure(failing::loses_an_error), &["an error that it does not expect\n", "out of paper"]);
}

#[gen::test(tokio)]
fn an_expected_error_may_be_lost() -> gen::Result {
    expect_log("out of paper");
    drop(gen::spawn(fails()));
    yield_!(gen::moment())
}

#[test]
fn an_expected_error_that_is_not_lost_fails_the_test() {
    assert_has(&failure(failing::expects_a_record_that_does_not_come), &["contains \"out of ink\""]);
}

/// A task that was forgotten would be dropped in silence, perhaps in the middle of its work.
#[test]
fn tasks_that_are_left_fail_the_test() {
    assert_has(
        &failure(failing::leaves_a_server),
        &[
            "2 tasks are still alive at the end of the test\n",
            "harness.rs:",
            "in serve\n",
            "write `#[gen::test(leaks = \"allowed\")]`",
        ],
    );
    assert_has(&failure(failing::leaves_a_local_server), &["a task is still alive", "in serve\n"]);
}

#[gen::test(tokio, leaks = "allowed")]
fn a_server_may_be_left() {
    drop(gen::spawn(serve()));
}

/// A test would fail because a task needs a turn to end.
#[gen::test(tokio, flavor = "multi_thread", worker_threads = 2)]
fn a_task_that_ends_is_not_left() {
    let _server = gen::spawn(serve()).cancel_on_drop("the test is over");
    for _ in 0..100 {
        drop(gen::spawn(gen::moment()));
    }
}

/// The message of the user's own assertion would be hidden behind another one.
#[test]
fn the_failure_of_the_body_comes_first() {
    assert_eq!(failing::returns_an_error().unwrap_err().to_string(), "an error of its own");
    assert_eq!(failure(failing::panics), "of the body");
}
